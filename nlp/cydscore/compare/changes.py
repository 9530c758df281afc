"""What changed between two filings beside the sentences: flags, names and how often."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from cydscore.check.asks import load_flag_asks, material_tags
from cydscore.compare.names import (
    find_cadences,
    find_committees,
    find_persons,
    find_positions,
    find_years,
)
from cydscore.compare.result import Fate, FlagChange, Match, NameChange, name_rows
from cydscore.report import Report
from cydscore.tags import DENIAL
from cydscore.taxonomy import MATERIAL_FLAG

#: Tags of the sentences in which a position is one that is responsible, not one merely mentioned.
_OF_MANAGEMENT: Final = (
    *("management_role", "management_expertise", "management_monitoring"),
    *("board_reporting", "ceo_oversight"),
)
_OF_BOARD: Final = ("committee_oversight", "board_oversight")
_OF_REPORTING: Final = (
    *("board_oversight", "committee_oversight", "board_reporting", "management_monitoring"),
    *("testing", "training", "third_party_audit"),
)
#: Years of experience grow with time, and are rounded; a rise above this is another count.
_YEARS_PASSED: Final = 5
#: Words of a career: the positions in such a sentence may be those of other years and firms.
_CAREER: Final = re.compile(
    r"\b(?:previous(?:ly)?|former(?:ly)?|prior|past|earlier|before|served|serving as|has been"
    r"|worked|held|roles|positions at|career|including as|most recently|certifi\w*|CISSP)\b",
    re.IGNORECASE,
)


def compare_flags(old: Report, new: Report, sentences: Sequence[Match]) -> tuple[FlagChange, ...]:
    """Return the six flags of two annual reports side by side; none for other filings."""
    changed_old, changed_new = list_changed_rows(sentences)
    after = {flag.element: flag for flag in new.checks.flags}
    changes = []
    for flag in old.checks.flags:
        if flag.element not in after:
            continue
        later = after[flag.element]
        kept = not (_bearing(old, flag.element) & changed_old)
        kept = kept and not (_bearing(new, flag.element) & changed_new)
        changes.append(
            FlagChange(
                element=flag.element,
                old_declared=flag.declared,
                new_declared=later.declared,
                old_stated=flag.stated,
                new_stated=later.stated,
                old_verdict=flag.verdict,
                new_verdict=later.verdict,
                words_kept=kept,
            )
        )
    return tuple(changes)


def list_changed_rows(sentences: Sequence[Match]) -> tuple[set[int], set[int]]:
    """Return the rows of the old and of the new filing that differ in more than dates."""
    changed = [m for m in sentences if m.fate is not Fate.KEPT and not m.dates_only]
    return {m.old for m in changed if m.old is not None}, {
        m.new for m in changed if m.new is not None
    }


def compare_names(old: Report, new: Report, sentences: Sequence[Match]) -> tuple[NameChange, ...]:
    """Return positions, committees and persons that only one filing names, and what was redone."""
    made = [
        _compare_named("position", find_present_positions, _OF_MANAGEMENT, old, new),
        _compare_named("committee", find_committees, _OF_BOARD, old, new),
        _compare_named("person", find_persons, (*_OF_MANAGEMENT, *_OF_BOARD), old, new),
    ]
    changed = [m for m in sentences if m.fate is Fate.CHANGED]
    return (
        *(change for change in made if change is not None),
        *_compare_cadences(old, new, changed),
        *_compare_years(old, new, changed),
    )


def find_present_positions(text: str) -> list[str]:
    """Return the positions that a text names, none where it tells of a career."""
    return [] if _CAREER.search(text) else find_positions(text)


def _bearing(report: Report, element: str) -> set[int]:
    """Return the rows of the sentences that bear on a flag."""
    tags = material_tags() if element == MATERIAL_FLAG else load_flag_asks()[element].tags
    named = [*tags, *(DENIAL + tag for tag in tags)]
    named = [tag for tag in named if tag not in {"hypothetical_risk", "cross_reference"}]
    return {int(row) for row in np.flatnonzero(report.tagging.holds(named).any(axis=1))}


def _compare_named(
    kind: str,
    find: Callable[[str], Sequence[str]],
    tags: Sequence[str],
    old: Report,
    new: Report,
) -> NameChange | None:
    """Compare what sentences of some tags name with what the whole other filing names."""
    before, after = _rows_by_name(old, find, tags), _rows_by_name(new, find, tags)
    anywhere = find_positions if kind == "position" else find
    all_old, all_new = _rows_by_name(old, anywhere, ()), _rows_by_name(new, anywhere, ())
    gone = [name for name in before if not _is_named(name, all_new)]
    come = [name for name in after if not _is_named(name, all_old)]
    if not gone and not come:
        return None
    return NameChange(
        kind=kind,
        gone=tuple(gone),
        new=tuple(come),
        evidence=(
            *name_rows("old", old, [before[name] for name in gone]),
            *name_rows("new", new, [after[name] for name in come]),
        ),
    )


def _is_named(name: str, others: Iterable[str]) -> bool:
    """Tell whether a name stands among others, in a longer or a shorter form too."""
    words = set(name.split())
    return any(words <= set(other.split()) or set(other.split()) <= words for other in others)


def _rows_by_name(
    report: Report, find: Callable[[str], Sequence[str]], tags: Sequence[str]
) -> dict[str, int]:
    """Return the first row that names each name, among the rows that hold one of some tags."""
    held = report.tagging.holds(tags).any(axis=1) if tags else np.ones(len(report.segments), bool)
    rows: dict[str, int] = {}
    for row in np.flatnonzero(held).tolist():
        for name in find(report.segments[row].text):
            rows.setdefault(name, row)
    return rows


def _compare_cadences(old: Report, new: Report, changed: Sequence[Match]) -> Iterator[NameChange]:
    """Yield a change for each sentence that says the same of another frequency."""
    for match in changed:
        first, second = _sides(match)
        before = {c.name for c in find_cadences(old.segments[first].text)}
        after = {c.name for c in find_cadences(new.segments[second].text)}
        held = new.tagging.take([second]).holds(_OF_REPORTING).any()
        if before and after and before - after and after - before and held:
            yield _make_pair(
                "cadence", sorted(before - after), sorted(after - before), old, new, match
            )


def _compare_years(old: Report, new: Report, changed: Sequence[Match]) -> Iterator[NameChange]:
    """Yield a change for each sentence whose years of experience did not just pass."""
    for match in changed:
        first, second = _sides(match)
        held = new.tagging.take([second]).holds(["management_expertise"]).any()
        before, after = (
            find_years(side.segments[row].text) for side, row in ((old, first), (new, second))
        )
        if not held or len(before) != len(after):
            continue
        odd = [
            (a, b) for a, b in zip(before, after, strict=True) if not 0 <= b - a <= _YEARS_PASSED
        ]
        if odd:
            gone, come = ([f"{pair[side]} years" for pair in odd] for side in (0, 1))
            yield _make_pair("experience", gone, come, old, new, match)


def _make_pair(
    kind: str, gone: Sequence[str], come: Sequence[str], old: Report, new: Report, match: Match
) -> NameChange:
    first, second = _sides(match)
    evidence = (*name_rows("old", old, [first]), *name_rows("new", new, [second]))
    return NameChange(kind=kind, gone=tuple(gone), new=tuple(come), evidence=evidence)


def _sides(match: Match) -> tuple[int, int]:
    assert match.old is not None and match.new is not None  # noqa: S101, PT018 (a changed sentence has both)
    return match.old, match.new
