"""The rules of the comparison, which are data: ``data/compare_rules.json``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from cydscore.records import Finding
from cydscore.taxonomy import load_elements


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRule:
    """A rule on two filings of one company.

    Attributes
    ----------
    id
        Identifier, for instance ``year-stale-date``.
    severity
        ``error``, ``warning`` or ``note``.
    title
        What it finds, in a line.
    cites
        Paragraph that it rests on.
    about
        What a finding means.
    precision
        Share in [0, 1] of its findings on real filings that were right when read one by one; None
        where they follow from the texts alone.
    n_read
        How many findings were read for it.
    fires, passes
        An authored pair of filings on which it fires, and one on which it does not.
    """

    id: str
    severity: str
    title: str
    cites: str
    about: str
    precision: float | None
    n_read: int
    fires: Mapping[str, Any]
    passes: Mapping[str, Any]


@cache
def load_year_rules() -> Mapping[str, YearRule]:
    """Return the rules by identifier."""
    text = resources.files("cydscore").joinpath("data/compare_rules.json").read_text("utf-8")
    return {row["id"]: YearRule(**row) for row in json.loads(text)["rules"]}


def make_finding(
    rule: str,
    detail: str,
    *,
    element: str | None = None,
    evidence: Sequence[str] = (),
) -> Finding:
    """Return a finding of a rule; an element's paragraph narrows the one that the rule names."""
    known = load_year_rules()[rule]
    return Finding(
        rule=rule,
        severity=known.severity,
        title=known.title,
        detail=detail,
        cites=known.cites if element is None else load_elements()[element].rule,
        elements=() if element is None else (element,),
        evidence=tuple(evidence),
    )
