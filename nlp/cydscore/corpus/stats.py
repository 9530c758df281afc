"""Count what a corpus holds."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cydscore.corpus.segments import LabelledSegment, drop_duplicates
from cydscore.tags import DENIAL, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusStats:
    """What a corpus holds, in numbers of segments unless said otherwise.

    Attributes
    ----------
    n_segments, n_distinct
        All segments, and those that are left when duplicates are dropped.
    n_without_text
        Labels by reference.
    n_companies, n_filings
        Companies and accession numbers.
    n_untagged
        Segments without a tag.
    stated, denied
        Segments that state each tag of the codebook and that deny it.
    specificity
        Segments by level, 0 to 2.
    samples, readers, readings
        Segments by sample, reader and number of the reading; ``none`` where a line says nothing.
    """

    n_segments: int
    n_distinct: int
    n_without_text: int
    n_companies: int
    n_filings: int
    n_untagged: int
    stated: Mapping[str, int]
    denied: Mapping[str, int]
    specificity: Mapping[str, int]
    samples: Mapping[str, int]
    readers: Mapping[str, int]
    readings: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as plain data."""
        return asdict(self)

    def to_text(self) -> str:
        """Return tables for people."""
        width = max(len(tag) for tag in self.stated)
        lines = [f"{'tag':<{width}}  stated  denied"]
        lines += [
            f"{tag:<{width}}  {count:>6}  {self.denied.get(tag, ''):>6}"
            for tag, count in self.stated.items()
        ]
        lines.append("")
        for name in ("specificity", "samples", "readers", "readings"):
            counts: Mapping[str, int] = getattr(self, name)
            lines.append(f"{name}: " + ", ".join(f"{key} {n:,}" for key, n in counts.items()))
        lines.append(
            f"{self.n_segments:,} segments of {self.n_companies:,} companies and "
            f"{self.n_filings:,} filings: {self.n_distinct:,} distinct, {self.n_untagged:,} "
            f"without a tag, {self.n_without_text:,} by reference"
        )
        return "\n".join(lines)


def count_corpus(segments: Iterable[LabelledSegment], codebook: Mapping[str, Tag]) -> CorpusStats:
    """Return what segments hold, in numbers.

    Parameters
    ----------
    segments
        The segments, with text or without.
    codebook
        The tags there are; those without a segment are counted as 0.
    """
    rows = list(segments)
    labels = Counter(label for s in rows for label in s.tags)
    levels = Counter(s.specificity for s in rows)
    return CorpusStats(
        n_segments=len(rows),
        n_distinct=len(drop_duplicates(rows)),
        n_without_text=sum(not s.text for s in rows),
        n_companies=len({s.company for s in rows}),
        n_filings=len({s.accession for s in rows if s.accession}),
        n_untagged=sum(not s.tags for s in rows),
        stated={tag: labels[tag] for tag in codebook},
        denied={name: labels[DENIAL + name] for name, tag in codebook.items() if tag.deniable},
        specificity={str(level): levels[level] for level in range(3)},
        samples=_count(s.sample for s in rows),
        readers=_count(s.reader for s in rows),
        readings=_count(str(s.reading) for s in rows),
    )


def _count(values: Iterable[str | None]) -> dict[str, int]:
    return dict(Counter(value or "none" for value in values).most_common())
