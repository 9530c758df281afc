"""Findings: what a reader of the filing should look at, each by a rule of ``data/rules.json``."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from cydscore.records import BlockCheck, Fact, Filing, Finding, FlagCheck, Kind
from cydscore.taxonomy import INCIDENT_PREFIX, load_elements

_LEAST_BLOCK = 15
#: Fiscal years that end on or after it are tagged (Release 33-11216, section II.J).
_TAGGING_BEGAN = "2024-12-15"


class Severity(StrEnum):
    """How much a finding weighs, from least to most."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of the checker.

    Attributes
    ----------
    id
        Identifier, for instance ``flag-contradicted``.
    severity
        Severity of its findings.
    title
        What it finds, in a line.
    cites
        Paragraph or standard that it rests on.
    about
        What a finding means.
    """

    id: str
    severity: Severity
    title: str
    cites: str
    about: str


@cache
def load_rules() -> Mapping[str, Rule]:
    """Return the rules by identifier."""
    text = resources.files("cydscore").joinpath("data/rules.json").read_text("utf-8")
    return {
        row["id"]: Rule(**{**row, "severity": Severity(row["severity"])})
        for row in json.loads(text)["rules"]
    }


def find_findings(
    filing: Filing,
    flags: Sequence[FlagCheck],
    blocks: Sequence[BlockCheck],
    *,
    incident: bool,
    doubtful: Iterable[str] = (),
) -> tuple[Finding, ...]:
    """Return the findings on a filing, errors first.

    Parameters
    ----------
    filing
        The filing as read.
    flags, blocks
        Its checks.
    incident
        Whether it is an incident report.
    doubtful
        Flags whose contradiction was too uncertain to be called one.
    """
    tagged = bool(filing.facts or filing.unknown)
    found = [
        *_on_flags(flags if tagged else (), frozenset(doubtful)),
        *_on_blocks(blocks),
        *_on_facts(filing, incident=incident),
    ]
    order = list(reversed(Severity))
    return tuple(sorted(found, key=lambda finding: order.index(Severity(finding.severity))))


def make_finding(
    rule: str, detail: str, *, cites: str | None = None, evidence: Sequence[str] = ()
) -> Finding:
    """Return a finding of a rule; ``cites`` narrows the paragraph that the rule names."""
    known = load_rules()[rule]
    return Finding(
        rule=rule,
        severity=known.severity.value,
        title=known.title,
        detail=detail,
        cites=cites or known.cites,
        evidence=tuple(evidence),
    )


_STATED = {
    "yes": "the text states it",
    "no": "the text denies it",
    "silent": "the text says nothing of it",
    "affirmed": "the text states a material effect",
    "denied_both": "the text denies a past and a likely material effect",
    "denied_past": "the text denies a past material effect only",
    "hypothetical": "the text only says what could happen",
}
_RULE_OF_VERDICT = {
    "contradicted": "flag-contradicted",
    "unsupported": "flag-unsupported",
    "partly_supported": "flag-partly-supported",
    "undeclared": "flag-undeclared",
}


def _on_flags(flags: Sequence[FlagCheck], doubtful: frozenset[str]) -> Iterator[Finding]:
    for flag in flags:
        rule = _RULE_OF_VERDICT.get(flag.verdict)
        if rule is None:
            continue
        if flag.element in doubtful:
            rule = "flag-doubtful"
        declared = "not declared" if flag.declared is None else f"declared {flag.declared}".lower()
        yield make_finding(
            rule,
            f"{flag.element} is {declared}; {_STATED[flag.stated]} "
            f"(confidence {flag.confidence:.2f}).",
            cites=load_elements()[flag.element].rule,
            evidence=flag.evidence,
        )


def _on_blocks(blocks: Sequence[BlockCheck]) -> Iterator[Finding]:
    for block in blocks:
        if block.fit == "fits":
            continue
        home = f" It answers {block.belongs_to}." if block.belongs_to else ""
        yield make_finding(
            "block-misfit" if block.fit == "misfit" else "block-partly",
            f"{block.element}: {block.reason}{home}",
            cites=load_elements()[block.element].rule,
            evidence=block.evidence,
        )


def _on_facts(filing: Filing, *, incident: bool) -> Iterator[Finding]:
    yield from _on_values(filing.facts)
    for unknown in filing.unknown:
        line = f" (line {unknown.origin.line})" if unknown.origin.line else ""
        yield make_finding("unknown-element", f"{unknown.name}{line}")
    tagged = bool(filing.facts or filing.unknown)
    if filing.item and not tagged and (filing.period_end or _TAGGING_BEGAN) >= _TAGGING_BEGAN:
        yield make_finding("nothing-tagged", f"{filing.item.name} carries no cyd fact.")
    periods = sorted({fact.period_end for fact in filing.facts if fact.period_end})
    if len(periods) > 1:
        yield make_finding("several-periods", ", ".join(periods))
    foreign = sorted(
        {f.element for f in filing.facts if f.element.startswith(INCIDENT_PREFIX) != incident}
    )
    if foreign:
        rule = "annual-in-incident" if incident else "incident-in-annual"
        yield make_finding(rule, ", ".join(foreign))


def _on_values(facts: Iterable[Fact]) -> Iterator[Finding]:
    values: dict[str, set[str | bool | None]] = defaultdict(set)
    for fact in facts:
        if fact.main:
            values[fact.element].add(fact.value)
        if fact.kind is Kind.FLAG and fact.value is None:
            yield make_finding("flag-nil", fact.element)
        if (
            fact.kind is Kind.TEXT
            and isinstance(fact.value, str)
            and len(fact.value) < _LEAST_BLOCK
        ):
            yield make_finding("block-short", f"{fact.element} holds {fact.value!r}.")
    for element, different in values.items():
        if len(different) > 1:
            yield make_finding(
                "repeated-element", f"{element} is reported with {len(different)} values."
            )
