"""Findings of a comparison, each by a rule of ``data/compare_rules.json``."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from cydscore.check.rules import sort_findings
from cydscore.compare.changes import list_changed_rows
from cydscore.compare.dates import find_stale_date
from cydscore.compare.names import find_cadences
from cydscore.compare.result import Fate, FlagChange, Match, NameChange, name_rows
from cydscore.compare.rules import make_finding
from cydscore.records import Finding
from cydscore.report import Report
from cydscore.taxonomy import MATERIAL_FLAG

_DENIALS: Final = ("no_past_impact", "no_likely_impact")
_INCIDENT: Final = "incident_occurred"
#: An incident is disclosed from this probability on, and gone below the other.
_DISCLOSED: Final = 0.8
_GONE: Final = 0.2
#: A sentence that tells of an incident this surely may name the year of it.
_TOLD: Final = 0.5
#: Without one of these words it is another event (a sale, an appointment) that happened.
_OF_INCIDENTS: Final = re.compile(
    r"cyber|incident|attack|breach|ransom|unauthori[sz]ed|phish|malware|intru|fraud|compromis|hack"
    r"|threat|leak|outage|disruption",
    re.IGNORECASE,
)
_LEAST_SENTENCES: Final = 4
_OPPOSITES: Final = frozenset(
    (
        *(("yes", "no"), ("no", "yes")),
        *(("denied_both", "affirmed"), ("affirmed", "denied_both")),
        *(("denied_past", "affirmed"), ("affirmed", "denied_past")),
    )
)


def find_year_findings(
    old: Report,
    new: Report,
    sentences: Sequence[Match],
    flags: Sequence[FlagChange],
    names: Sequence[NameChange],
) -> tuple[Finding, ...]:
    """Return the findings on two annual reports of one company, errors first.

    Parameters
    ----------
    old, new
        The reports on either filing.
    sentences, flags, names
        What changed between them.
    """
    found = [
        *_on_flags(old, new, sentences, flags),
        *_on_limb(old, new, sentences, flags),
        *_on_dates(new, sentences),
        *_on_incidents(old, new, sentences),
        *_on_names(names),
        *_on_copy(new, sentences, flags),
    ]
    return sort_findings(found)


def _on_flags(
    old: Report, new: Report, sentences: Sequence[Match], flags: Sequence[FlagChange]
) -> Iterator[Finding]:
    for flag in flags:
        if flag.old_declared is None or flag.new_declared is None:
            continue
        evidence = _name_evidence(old, new, flag.element)
        if flag.old_declared != flag.new_declared:
            if flag.words_kept and flag.old_stated == flag.new_stated and evidence:
                yield make_finding(
                    "year-flag-turned",
                    f"{flag.element} was {_spell(flag.old_declared)} and is "
                    f"{_spell(flag.new_declared)}, and the words that bear on it are the same.",
                    element=flag.element,
                    evidence=evidence,
                )
        elif (flag.old_stated, flag.new_stated) in _OPPOSITES and not flag.words_kept:
            if "contradicted" in (flag.old_verdict, flag.new_verdict) and flag.old_verdict in (
                "supported",
                "partly_supported",
            ):
                yield make_finding(
                    "year-words-turned",
                    f"{flag.element} is {_spell(flag.new_declared)} as before, and the text, which "
                    f"supported it, now says the opposite.",
                    element=flag.element,
                    evidence=evidence,
                )
        elif (
            flag.element != MATERIAL_FLAG
            and flag.old_verdict == "supported"
            and flag.new_stated == "silent"
            and _is_removed(old, flag.element, sentences)
        ):
            yield make_finding(
                "year-support-gone",
                f"{flag.element} is {_spell(flag.new_declared)} as before, and the words that "
                "supported it are gone.",
                element=flag.element,
                evidence=evidence,
            )


def _on_limb(
    old: Report, new: Report, sentences: Sequence[Match], flags: Sequence[FlagChange]
) -> Iterator[Finding]:
    """Yield a finding where a denial of both limbs has become one of the past alone."""
    for flag in flags:
        if flag.element == MATERIAL_FLAG and (flag.old_stated, flag.new_stated) == (
            "denied_both",
            "denied_past",
        ):
            evidence = _name_evidence(old, new, flag.element)
            if not flag.words_kept and _is_removed(old, flag.element, sentences):
                yield make_finding(
                    "year-limb-dropped",
                    "The text denied a past and a likely material effect, and now denies a past "
                    "one alone.",
                    element=flag.element,
                    evidence=evidence,
                )


def _on_dates(new: Report, sentences: Sequence[Match]) -> Iterator[Finding]:
    fates = {m.new: m for m in sentences if m.new is not None}
    denials = set(np.flatnonzero(new.tagging.holds(_DENIALS).any(axis=1)).tolist())
    told = new.tagging.columns([_INCIDENT])[:, 0]
    end = new.filing.period_end
    for row, segment in enumerate(new.segments):
        words = find_stale_date(segment.text, end, denial=row in denials)
        if words is None or told[row] >= _TOLD:
            continue
        match = fates.get(row)
        copied = match is not None and match.fate is Fate.KEPT
        how = ", in a sentence of last year's report word for word" if copied else ""
        yield make_finding(
            "year-stale-date",
            f"“{words}” in a report for the period to {end}{how}.",
            evidence=name_rows("new", new, [row]),
        )


def _on_incidents(old: Report, new: Report, sentences: Sequence[Match]) -> Iterator[Finding]:
    told = new.tagging.columns([_INCIDENT])[:, 0]
    if len(told) == 0 or float(told.max(initial=0.0)) >= _GONE:
        return
    changed, _ = list_changed_rows(sentences)
    before = old.tagging.columns([_INCIDENT])[:, 0]
    rows = [
        row
        for row in sorted(changed)
        if before[row] >= _DISCLOSED and _OF_INCIDENTS.search(old.segments[row].text)
    ]
    if rows:
        yield make_finding(
            "year-incident-gone",
            "The earlier report tells of an incident, and nothing in this one does.",
            evidence=name_rows("old", old, rows[:3]),
        )


def _on_names(names: Sequence[NameChange]) -> Iterator[Finding]:
    for change in names:
        before, after = ", ".join(change.gone), ", ".join(change.new)
        if change.kind == "cadence":
            rarer = _a_year(change.new) < _a_year(change.gone)
            said = f"{before} has become {after}" + (", less often." if rarer else ".")
        elif change.kind == "experience":
            said = f"{before} of experience have become {after}."
        elif change.gone:
            said = f"No longer named: {before}." + (f" Newly named: {after}." if after else "")
        else:
            continue
        yield make_finding(f"year-{change.kind}-changed", said, evidence=change.evidence)


def _on_copy(
    new: Report, sentences: Sequence[Match], flags: Sequence[FlagChange]
) -> Iterator[Finding]:
    same = all(match.fate is Fate.KEPT for match in sentences)
    if same and len(new.segments) >= _LEAST_SENTENCES and flags:
        yield make_finding(
            "year-copied",
            f"All {len(new.segments)} sentences are those of the earlier report, word for word.",
        )


def _name_evidence(old: Report, new: Report, element: str) -> tuple[str, ...]:
    named = []
    for side, report in (("old", old), ("new", new)):
        flag = next(flag for flag in report.checks.flags if flag.element == element)
        named += [f"{side}:{name}" for name in flag.evidence[:2]]
    return tuple(named)


def _is_removed(old: Report, element: str, sentences: Sequence[Match]) -> bool:
    """Tell whether the sentences that decided a flag stand in the new filing no more."""
    flag = next(flag for flag in old.checks.flags if flag.element == element)
    changed, _ = list_changed_rows(sentences)
    rows = {segment.id: row for row, segment in enumerate(old.segments)}
    return bool(flag.evidence) and all(rows[name] in changed for name in flag.evidence[:1])


def _a_year(names: Sequence[str]) -> int:
    return max((c.a_year for name in names for c in find_cadences(name)), default=0)


def _spell(declared: bool | None) -> str:
    return "not declared" if declared is None else f"declared {declared}".lower()
