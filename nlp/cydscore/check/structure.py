"""Rules that go by the structure of a filing: which facts there are, and which are not."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from cydscore.check.rules import make_finding
from cydscore.check.subject import Subject
from cydscore.records import Fact, Finding, Kind
from cydscore.taxonomy import (
    INCIDENT_PREFIX,
    PROCESSES_BLOCK,
    flag_names,
    load_elements,
)

_LEAST_BLOCK = 15
#: Fiscal years that end on or after it are tagged (Release 33-11216, section II.J).
_TAGGING_BEGAN = "2024-12-15"
#: How much of all text a narrow block holds that is called a whole Item, and characters at least.
_WHOLE_RATIO = 0.9
_LEAST_WHOLE = 1200
_LEAST_IDENTICAL = 40
_LAST_MONTH_OF_FIRST_HALF = 6


def find_in_structure(subject: Subject) -> Iterator[Finding]:
    """Yield the findings of the rules that go by structure, in no particular order."""
    yield from _on_names(subject)
    yield from _on_values(subject.filing.facts)
    yield from _on_periods(subject)
    yield from _on_identical_blocks(subject)
    if subject.incident is None:
        yield from _on_pairs(subject)
        yield from _on_whole_blocks(subject)


def _on_names(subject: Subject) -> Iterator[Finding]:
    filing = subject.filing
    for unknown in filing.unknown:
        line = f" (line {unknown.origin.line})" if unknown.origin.line else ""
        yield make_finding("unknown-element", elements=[unknown.name], line=line)
    for name in dict.fromkeys(fact.element for fact in filing.facts):
        years = {fact.year for fact in filing.facts if fact.element == name and fact.year}
        strange = sorted(years - set(load_elements()[name].years))
        if strange:
            yield make_finding("element-not-in-year", elements=[name], year=strange[0])
    untold = (filing.period_end or _TAGGING_BEGAN) >= _TAGGING_BEGAN
    if filing.item and not subject.is_tagged and untold:
        yield make_finding("nothing-tagged", item=filing.item.name)
    is_incident = subject.incident is not None
    foreign = sorted(
        {f.element for f in filing.facts if f.element.startswith(INCIDENT_PREFIX) != is_incident}
    )
    if foreign:
        rule = "annual-in-incident" if is_incident else "incident-in-annual"
        yield make_finding(rule, elements=foreign)


def _on_values(facts: Iterable[Fact]) -> Iterator[Finding]:
    values: dict[str, list[str | bool | None]] = defaultdict(list)
    for fact in facts:
        if fact.main:
            values[fact.element].append(fact.value)
        if fact.kind is Kind.FLAG and fact.value is None:
            yield make_finding("flag-nil", elements=[fact.element])
        if fact.kind is Kind.TEXT and len(str(fact.value or "")) < _LEAST_BLOCK:
            yield make_finding("block-short", elements=[fact.element], value=fact.value or "")
    for element, own in values.items():
        if len(own) > 1 and len(different := set(own)) > 1:
            yield make_finding("repeated-element", elements=[element], n_values=len(different))


def _on_periods(subject: Subject) -> Iterator[Finding]:
    filing = subject.filing
    periods = sorted({fact.period_end for fact in filing.facts if fact.period_end})
    if len(periods) > 1:
        yield make_finding("several-periods", periods=", ".join(periods))
    years = sorted({fact.year for fact in filing.facts if fact.year})
    if years and filing.period_end:
        least, most = _expect_years(filing.period_end)
        if years[0] < least or years[-1] > most:
            odd = years[0] if years[0] < least else years[-1]
            yield make_finding("taxonomy-year", year=odd, period=filing.period_end)


def _expect_years(period_end: str) -> tuple[int, int]:
    """Return the oldest and the newest taxonomy that a report for a period can be expected to use.

    A year's taxonomy comes out in its spring, and EDGAR takes the year before beside it for a time.
    """
    year, month = int(period_end[:4]), int(period_end[5:7])
    return (year - 1 if month <= _LAST_MONTH_OF_FIRST_HALF else year), year + 1


def _on_identical_blocks(subject: Subject) -> Iterator[Finding]:
    holders: dict[str, dict[str, str]] = defaultdict(dict)
    texts = [(fact.element, str(fact.value)) for fact in subject.list_texts()]
    # Texts can be alike, spaces apart, only where they have as many of the commonest letter.
    numbers = [text.count("e") for _, text in texts]
    counts = Counter(numbers)
    for (element, text), number in zip(texts, numbers, strict=True):
        if counts[number] > 1 and len(key := "".join(text.split())) >= _LEAST_IDENTICAL:
            holders[key].setdefault(_question_of(element), element)
    for by_question in holders.values():
        if len(by_question) > 1:
            yield make_finding("blocks-identical", elements=list(by_question.values()))


@cache
def _question_of(element: str) -> str:
    """Return the paragraph that a block answers, which blocks of one subject have in common."""
    if element.startswith(INCIDENT_PREFIX):
        return element
    paragraph = re.match(r"229\.106\([bc]\)\(\d\)", load_elements()[element].rule)
    return paragraph[0] if paragraph else element


def _on_pairs(subject: Subject) -> Iterator[Finding]:
    """Yield what is missing beside what is there, in an annual report that is tagged at all."""
    facts = subject.filing.facts
    if not facts:
        return
    reported = {fact.element for fact in facts}
    declared = {fact.element: fact.value for fact in reversed(facts) if fact.kind is Kind.FLAG}
    if PROCESSES_BLOCK not in reported:
        yield make_finding("outer-block-missing", elements=[PROCESSES_BLOCK])
    for flag in flag_names():
        element = load_elements()[flag]
        if flag not in reported:
            yield make_finding("flag-absent", elements=[flag], cites=element.rule)
        if element.block is None:
            continue
        if declared.get(flag) is True and element.block not in reported:
            yield make_finding(
                "flag-without-block", elements=[flag, element.block], cites=element.rule
            )
        if element.block in reported and flag not in reported:
            yield make_finding(
                "block-without-flag", elements=[element.block, flag], cites=element.rule
            )


def _on_whole_blocks(subject: Subject) -> Iterator[Finding]:
    lengths = [len(segment.text) for segment in subject.segments]
    whole = sum(lengths)
    if whole < _LEAST_WHOLE:
        return
    elements = dict.fromkeys(fact.element for fact in subject.list_texts())
    for element in elements:
        if element == PROCESSES_BLOCK or element.startswith(INCIDENT_PREFIX):
            continue
        held = sum(lengths[row] for row in subject.rows_of(element))
        if held >= _WHOLE_RATIO * whole:
            yield make_finding("block-whole-item", elements=[element], share=f"{held / whole:.0%}")
