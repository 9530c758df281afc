"""How far two readings of the same segments agree."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cydscore.corpus.reference import checksum_text
from cydscore.corpus.segments import LabelledSegment
from cydscore.errors import CorpusError


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelAgreement:
    """How far two readings agree on a label.

    Attributes
    ----------
    label
        A tag, or ``!tag`` for its denial.
    n_first, n_second, n_both
        Segments that have it in the first reading, in the second, and in both.
    f1
        F1 of one reading against the other, which is the same both ways; None where neither has
        the label.
    kappa
        Cohen's kappa: agreement beyond chance, at most 1; None where neither has the label.
    """

    label: str
    n_first: int
    n_second: int
    n_both: int
    f1: float | None
    kappa: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far two readings agree.

    Attributes
    ----------
    n_segments
        Segments read twice.
    labels
        Agreement on each label that stands in either reading, tags before denials.
    micro_f1
        F1 of all tags and denials together; None where there is none.
    macro_f1, macro_kappa
        Means over the labels.
    same_labels
        Share of segments with the same labels, in [0, 1].
    same_specificity
        Share of segments with the same specificity, in [0, 1].
    specificity_kappa
        Cohen's kappa of specificity with quadratic weights; None where all have one level.
    """

    n_segments: int
    labels: tuple[LabelAgreement, ...]
    micro_f1: float | None
    macro_f1: float | None
    macro_kappa: float | None
    same_labels: float
    same_specificity: float
    specificity_kappa: float | None

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain data, fractions rounded to four digits."""
        data = asdict(self)
        data["labels"] = [_round(label) for label in data["labels"]]
        return _round(data)

    def to_text(self) -> str:
        """Return a table for people."""
        width = max((len(row.label) for row in self.labels), default=5)
        lines = [f"{'label':<{width}}  first  second  both     F1  kappa"]
        lines += [
            f"{row.label:<{width}}  {row.n_first:>5}  {row.n_second:>6}  {row.n_both:>4}  "
            f"{_show(row.f1)}  {_show(row.kappa)}"
            for row in self.labels
        ]
        lines += [
            "",
            (
                f"{self.n_segments} segments read twice: micro-F1 {_show(self.micro_f1)}, "
                f"macro-F1 {_show(self.macro_f1)}, mean kappa {_show(self.macro_kappa)}"
            ),
            (
                f"same labels {self.same_labels:.3f}, same specificity "
                f"{self.same_specificity:.3f} (kappa, quadratic weights, "
                f"{_show(self.specificity_kappa)})"
            ),
        ]
        return "\n".join(lines)


def pair_readings(
    first: Iterable[LabelledSegment], second: Iterable[LabelledSegment]
) -> list[tuple[LabelledSegment, LabelledSegment]]:
    """Return the segments that stand in both readings, in the order of the first.

    Segments of one filing and element are the same where the checksums of their texts are.

    Parameters
    ----------
    first, second
        The readings.
    """
    others = {_to_key(s): s for s in second}
    return [(s, others[_to_key(s)]) for s in first if _to_key(s) in others]


def split_readings(
    segments: Iterable[LabelledSegment],
) -> tuple[list[LabelledSegment], list[LabelledSegment]]:
    """Return the first and the second readings of one corpus.

    Parameters
    ----------
    segments
        The segments, told apart by ``reading``; third readings are left out.
    """
    rows = list(segments)
    return [s for s in rows if s.reading == 1], [s for s in rows if s.reading == 2]


def measure_agreement(
    pairs: Sequence[tuple[LabelledSegment, LabelledSegment]], labels: Sequence[str]
) -> Agreement:
    """Return how far two readings agree.

    Parameters
    ----------
    pairs
        The two readings of each segment.
    labels
        The tags, then the denials, of the codebook.

    Raises
    ------
    CorpusError
        If there is no pair.
    """
    if not pairs:
        raise CorpusError(
            "no segment was read twice; give a corpus with 'reading' 1 and 2, or two files that "
            "hold the same segments"
        )
    rows = [
        _measure(label, [(label in a.tags, label in b.tags) for a, b in pairs]) for label in labels
    ]
    rows = [row for row in rows if row.f1 is not None]
    n_read = sum(row.n_first + row.n_second for row in rows)
    levels = [(a.specificity, b.specificity) for a, b in pairs]
    return Agreement(
        n_segments=len(pairs),
        labels=tuple(rows),
        micro_f1=2 * sum(row.n_both for row in rows) / n_read if n_read else None,
        macro_f1=_mean([row.f1 for row in rows]),
        macro_kappa=_mean([row.kappa for row in rows]),
        same_labels=_mean([set(a.tags) == set(b.tags) for a, b in pairs]) or 0.0,
        same_specificity=_mean([a == b for a, b in levels]) or 0.0,
        specificity_kappa=_find_kappa(levels, weights="quadratic"),
    )


def _measure(label: str, pairs: Sequence[tuple[bool, bool]]) -> LabelAgreement:
    n_first, n_second = sum(a for a, _ in pairs), sum(b for _, b in pairs)
    n_both = sum(a and b for a, b in pairs)
    either = n_first + n_second
    return LabelAgreement(
        label=label,
        n_first=n_first,
        n_second=n_second,
        n_both=n_both,
        f1=2 * n_both / either if either else None,
        kappa=_find_kappa(pairs) if either else None,
    )


def _find_kappa(pairs: Sequence[tuple[int, int]], weights: str | None = None) -> float | None:
    from sklearn.metrics import cohen_kappa_score

    if len({value for pair in pairs for value in pair}) < 2:
        return None
    first, second = zip(*pairs, strict=True)
    return float(cohen_kappa_score(first, second, weights=weights))


def _to_key(segment: LabelledSegment) -> tuple[str, str | None, str]:
    checksum = segment.sha256 or checksum_text(segment.text)
    return segment.accession or segment.company, segment.element, checksum


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _show(value: float | None) -> str:
    return "    -" if value is None else f"{value:.3f}"


def _round(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: round(v, 4) if isinstance(v, float) else v for key, v in row.items()}
