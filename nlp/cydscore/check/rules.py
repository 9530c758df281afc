"""The rules of the checker, which are data: ``data/rules.json``."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from cydscore.records import Finding


class Severity(StrEnum):
    """How much a finding weighs, from least to most."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


class Basis(StrEnum):
    """What a rule goes by."""

    WORDS = "words"
    STRUCTURE = "structure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An authored filing on which a rule fires, or does not.

    Attributes
    ----------
    why
        What it shows.
    filing
        The filing and what was read in it, in the form that ``docs/check.md`` describes.
    """

    why: str
    filing: Mapping[str, Any]


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
    message
        What a finding says, with its particulars in braces.
    about
        What a finding means.
    basis
        Whether it reads words, and can be wrong, or goes by the structure of the filing.
    precision
        Of a rule that reads words, the share in [0, 1] of its findings that were right; None where
        they were not read.
    n_read
        How many findings were read one by one for it.
    fires, passes
        An authored filing on which it fires, and one on which it does not.
    """

    id: str
    severity: Severity
    title: str
    cites: str
    message: str
    about: str
    basis: Basis
    precision: float | None
    n_read: int
    fires: Example
    passes: Example


@cache
def load_rules() -> Mapping[str, Rule]:
    """Return the rules by identifier, in the order in which they are listed."""
    text = resources.files("cydscore").joinpath("data/rules.json").read_text("utf-8")
    return {row["id"]: _read_rule(row) for row in json.loads(text)["rules"]}


def _read_rule(row: Mapping[str, Any]) -> Rule:
    plain = ("id", "title", "cites", "message", "about", "precision", "n_read")
    return Rule(
        **{name: row[name] for name in plain},
        severity=Severity(row["severity"]),
        basis=Basis(row["basis"]),
        fires=Example(**row["fires"]),
        passes=Example(**row["passes"]),
    )


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with errors first; those of one severity stay in their order."""
    order = list(reversed(Severity))
    return tuple(sorted(findings, key=lambda finding: order.index(Severity(finding.severity))))


def make_finding(
    rule: str,
    *,
    elements: Sequence[str] = (),
    cites: str | None = None,
    evidence: Sequence[str] = (),
    **particulars: object,
) -> Finding:
    """Return a finding of a rule.

    Parameters
    ----------
    rule
        Identifier of the rule.
    elements
        Elements that it speaks of; the first is ``{element}`` in the rule's message, all of them
        are ``{elements}``.
    cites
        Narrows the paragraph that the rule names.
    evidence
        Ids of the segments that it speaks of.
    **particulars
        What else stands in braces in the rule's message.
    """
    known = load_rules()[rule]
    named = {"element": elements[0], "elements": ", ".join(elements)} if elements else {}
    return Finding(
        rule=rule,
        severity=known.severity.value,
        title=known.title,
        detail=known.message.format(**named, **particulars),
        cites=cites or known.cites,
        elements=tuple(elements),
        evidence=tuple(evidence),
    )
