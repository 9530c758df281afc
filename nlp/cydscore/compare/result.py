"""What a comparison of two filings holds; frozen records, all made with keywords."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from cydscore.records import Finding
from cydscore.report import Report

SCHEMA: Final = "cydscore/compare/1"


class Fate(StrEnum):
    """What became of a sentence from one filing to the other."""

    KEPT = "kept"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A run of words within a changed sentence.

    Attributes
    ----------
    op
        ``equal``, ``delete``, ``insert`` or ``replace``.
    old, new
        The words on either side, separated by a space; "" where there are none.
    """

    op: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A sentence of either filing, and its partner in the other where it has one.

    Attributes
    ----------
    fate
        Kept (letters and digits are the same), changed (near-identical), added or removed.
    old, new
        Rows among the segments of the old and the new report; None where there is no partner.
    similarity
        Share in [0, 1] of the words of both that stand in the same order in both.
    edits
        Of a changed sentence, how the old words become the new ones.
    dates_only
        Whether a changed sentence differs in nothing but years and dates.
    """

    fate: Fate
    old: int | None
    new: int | None
    similarity: float
    edits: tuple[Edit, ...] = ()
    dates_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagChange:
    """One flag in both filings.

    Attributes
    ----------
    element
        Local name of the flag.
    old_declared, new_declared
        What either filing declares; None where it does not.
    old_stated, new_stated
        What the text of either states, as in ``FlagCheck``.
    old_verdict, new_verdict
        The verdicts, as in ``FlagCheck``.
    words_kept
        Whether the sentences that bear on the flag are the same in both, dates apart.
    """

    element: str
    old_declared: bool | None
    new_declared: bool | None
    old_stated: str
    new_stated: str
    old_verdict: str
    new_verdict: str
    words_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChange:
    """Something named in one filing and not in the other.

    Attributes
    ----------
    kind
        ``position``, ``committee``, ``person``, ``cadence`` or ``experience``.
    gone, new
        What only the old and only the new filing names, in the order of the text.
    evidence
        Segments that name it, as ``old:s3`` and ``new:s4``.
    """

    kind: str
    gone: tuple[str, ...]
    new: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """What changed between two filings.

    Attributes
    ----------
    old, new
        The reports on the two filings.
    sentences
        Every sentence of either, in the order of the new filing; removed ones behind what they
        followed.
    flags
        The six flags of annual reports; empty where either filing is no annual report.
    names
        Positions, committees, persons, cadences and years of experience that differ.
    findings
        What a reader should look at, errors first; evidence is ``old:s3`` or ``new:s4``.
    """

    old: Report
    new: Report
    sentences: tuple[Match, ...]
    flags: tuple[FlagChange, ...]
    names: tuple[NameChange, ...]
    findings: tuple[Finding, ...]

    def count(self) -> dict[str, int]:
        """Return the number of sentences by fate; ``redated`` counts those changed in dates only.

        A changed sentence that differs in dates alone is not counted under ``changed``.
        """
        counts = {"kept": 0, "changed": 0, "redated": 0, "added": 0, "removed": 0}
        for match in self.sentences:
            counts["redated" if match.dates_only else match.fate.value] += 1
        return counts

    @property
    def kept_ratio(self) -> float | None:
        """Share in [0, 1] of the sentences matched or new that stand in both, dates apart.

        None where neither filing has a sentence.
        """
        counts = self.count()
        total = sum(counts.values())
        return (counts["kept"] + counts["redated"]) / total if total else None

    @property
    def is_changed(self) -> bool:
        """Whether a flag's value or the words differ in more than dates."""
        counts = self.count()
        words = counts["changed"] + counts["added"] + counts["removed"]
        flags = any(flag.old_declared != flag.new_declared for flag in self.flags)
        return bool(words) or flags

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain data, in the wire format ``cydscore/compare/1``."""
        ratio = self.kept_ratio
        return {
            "schema": SCHEMA,
            "old": self.old.filing.identify(),
            "new": self.new.filing.identify(),
            "counts": self.count(),
            "kept_ratio": None if ratio is None else round(ratio, 4),
            "changed": self.is_changed,
            "sentences": [self._write_match(match) for match in self.sentences],
            "flags": [asdict(flag) for flag in self.flags],
            "names": [_listed(asdict(change)) for change in self.names],
            "findings": [_listed(asdict(finding)) for finding in self.findings],
            "model": dict(self.new.model),
        }

    def _write_match(self, match: Match) -> dict[str, Any]:
        kept = match.fate is Fate.KEPT
        return {
            "fate": match.fate.value,
            "old": _write_sentence(self.old, match.old, with_text=not kept),
            "new": _write_sentence(self.new, match.new, with_text=not kept),
            "similarity": round(match.similarity, 4),
            "dates_only": match.dates_only,
            "edits": [asdict(edit) for edit in match.edits],
        }


def _write_sentence(report: Report, row: int | None, *, with_text: bool) -> dict[str, Any] | None:
    if row is None:
        return None
    segment = report.segments[row]
    labels = list(report.tagging.describe(row).labels)
    written: dict[str, Any] = {"id": segment.id, "labels": labels}
    return written | {"text": segment.text} if with_text else written


def _listed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in row.items()}


def name_rows(side: str, report: Report, rows: Sequence[int]) -> tuple[str, ...]:
    """Return segments as evidence of a comparison, ``old:s3``."""
    return tuple(f"{side}:{report.segments[row].id}" for row in rows)
