"""What ``cydscore check`` keeps of a filing: its findings, where they stand, and their words."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from cydscore.check.amended import find_amended
from cydscore.check.rules import Severity, load_rules
from cydscore.errors import UsageError
from cydscore.read.locate import Place, locate_elements
from cydscore.records import Filing, Finding, IncidentCheck, Origin
from cydscore.report import Report

SCHEMA: Final = "cydscore/findings/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A finding, and where in its source it stands.

    Attributes
    ----------
    finding
        The finding.
    origins
        Origins of the first fact of each element that it speaks of, where they are known.
    places
        Places in the source's text of the same; fewer where the source has no text to look in.
    quotes
        Words of the segments that are its evidence.
    """

    finding: Finding
    origins: tuple[Origin, ...]
    places: tuple[Place, ...]
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A filing's findings.

    Attributes
    ----------
    filing
        The filing without its facts and text.
    findings
        Its findings, errors first.
    incident
        What an incident report says of its incident.
    """

    filing: Filing
    findings: tuple[Located, ...]
    incident: IncidentCheck | None

    def to_json(self) -> dict[str, Any]:
        """Return plain data, an entry of ``filings`` in ``cydscore/findings/1``."""
        return {
            **self.filing.identify(),
            "findings": [_write_located(located) for located in self.findings],
        }


def _write_located(located: Located) -> dict[str, Any]:
    finding = located.finding
    place = located.places[0] if located.places else None
    origin = located.origins[0] if located.origins else Origin()
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "title": finding.title,
        "detail": finding.detail,
        "cites": finding.cites,
        "elements": list(finding.elements),
        "evidence": [
            {"id": name, "text": text}
            for name, text in zip(finding.evidence, located.quotes, strict=True)
        ],
        "origin": asdict(origin),
        "place": asdict(place) if place else None,
    }


def keep_findings(report: Report, wanted: Callable[[str], bool], *, locate: bool = True) -> Checked:
    """Return the findings of a report whose rules are wanted.

    Parameters
    ----------
    report
        The report.
    wanted
        Tells whether a rule is.
    locate
        Whether to look for the places in the source's text, which reads it once more.
    """
    chosen = [finding for finding in report.checks.findings if wanted(finding.rule)]
    named = any(finding.elements for finding in chosen)
    places = locate_elements(report.filing) if locate and named else {}
    origins: dict[str, Origin] = {}
    for fact in report.filing.facts:
        origins.setdefault(fact.element, fact.origin)
    for one in report.filing.unknown:
        origins.setdefault(one.name, one.origin)
    texts = {segment.id: segment.text for segment in report.segments}
    return Checked(
        filing=replace(report.filing, facts=(), item=None, unknown=()),
        findings=tuple(
            Located(
                finding=finding,
                origins=tuple(origins[name] for name in finding.elements if name in origins),
                places=tuple(
                    _choose_place(places[name], origins.get(name))
                    for name in finding.elements
                    if name in places
                ),
                quotes=tuple(texts[name] for name in finding.evidence),
            )
            for finding in chosen
        ),
        incident=report.checks.incident,
    )


def _choose_place(places: Sequence[Place], origin: Origin | None) -> Place:
    """Return the place of the fact that an element's origin names, the first where none does."""
    line = origin.line if origin else None
    here = (p for p in places if line is not None and p.line <= line <= p.end_line)
    return next(here, places[0])


def pair_amendments(checked: Iterable[Checked], wanted: Callable[[str], bool]) -> list[Checked]:
    """Return the filings, each amendment with what it changes where its original is among them.

    An original is an incident report of the same filer for the same event date that amends none.
    """
    held = list(checked)
    if not wanted("incident-amended"):
        return held
    originals: dict[tuple[str | None, str | None], Checked] = {}
    for one in held:
        known = one.filing.cik and one.filing.period_end
        if known and one.incident and not one.incident.amendment:
            originals.setdefault((one.filing.cik, one.filing.period_end), one)
    return [_add_amended(one, originals) for one in held]


def _add_amended(
    one: Checked, originals: Mapping[tuple[str | None, str | None], Checked]
) -> Checked:
    original = originals.get((one.filing.cik, one.filing.period_end))
    if not (original and original.incident and one.incident and one.incident.amendment):
        return one
    name = original.filing.accession or original.filing.source
    found = find_amended(original.incident, one.incident, name)
    more = [Located(finding=finding, origins=(), places=(), quotes=()) for finding in found]
    return replace(one, findings=(*one.findings, *more))


def choose_rules(
    only: Sequence[str], ignore: Sequence[str], elsewhere: Collection[str] = ()
) -> Callable[[str], bool]:
    """Return what tells whether a rule is wanted.

    Parameters
    ----------
    only, ignore
        Identifiers of rules: all that are wanted, or all if there are none; and those that are not.
    elsewhere
        Identifiers of the rules of a comparison, which are told from mistakes.

    Raises
    ------
    UsageError
        If there is no such rule, or none is left.
    """
    known = load_rules()
    for option, names in (("--only", only), ("--ignore", ignore)):
        for name in names:
            if name in elsewhere:
                raise UsageError(
                    f"{option}: '{name}' is a rule on two filings; `cydscore compare` goes by it"
                )
            if name not in known:
                raise UsageError(f"{option}: '{name}' is no rule; `cydscore rules` lists them")
    left = (set(only) or set(known)) - set(ignore)
    if not left:
        raise UsageError("--only and --ignore leave no rule; give fewer of them")
    return left.__contains__


def parse_fail_on(
    what: str | None, rules: Collection[str], others: Sequence[str] = ()
) -> Callable[[Finding], bool]:
    """Return what tells whether a finding reaches a severity, or is of a rule.

    Parameters
    ----------
    what
        The severity or the rule; None, which nothing reaches.
    rules
        Identifiers of the rules there are.
    others
        What else the caller would have taken, for the message.

    Raises
    ------
    UsageError
        If it is neither.
    """
    if what is None:
        return lambda _: False
    if what in rules:
        return lambda finding: finding.rule == what
    order = list(Severity)
    if what not in order:
        allowed = ", ".join([*others, *order, *rules])
        raise UsageError(f"--fail-on: '{what}' is none of {allowed}")
    least = order.index(Severity(what))
    return lambda finding: order.index(Severity(finding.severity)) >= least
