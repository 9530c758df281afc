"""What an incident report says of its incident, and what it leaves open (Form 8-K Item 1.05).

There are too few such reports to learn from, so they are read by patterns, ``data/incident.json``.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from cydscore.check.rules import make_finding
from cydscore.check.subject import Subject
from cydscore.records import Filing, Finding, IncidentCheck, IncidentPart, Segment
from cydscore.taxonomy import INCIDENT_PREFIX

PARTS: Final = ("nature", "scope", "timing", "impact")
N_EVIDENCE: Final = 3
#: Of 64 parts of 16 real reports that were read, 62 were right: all that were called undetermined,
#: and all but those called missing in notes data, which lose what was not tagged.
_CONFIDENCE: Final = {"stated": 0.95, "vague": 0.6, "undetermined": 0.9, "missing": 0.7}
_BOILERPLATE_RATIO: Final = 0.5
_LEAST_WORDS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAsk:
    """How one part of an incident report is read.

    Attributes
    ----------
    part
        ``nature``, ``scope``, ``timing`` or ``impact``.
    element
        Its text block.
    asks
        What the rule asks for, in words.
    stated, vague, undetermined
        Patterns of sentences that state it, state it vaguely, or say that it is not known.
    told
        Whether the sentence must tell of something that happened.
    hypothetical
        Whether a sentence on what could happen does not count.
    context, unless
        What else the sentence must name, and what it must not.
    """

    part: str
    element: str
    asks: str
    stated: re.Pattern[str]
    vague: re.Pattern[str] | None
    undetermined: re.Pattern[str]
    told: bool
    hypothetical: bool
    context: re.Pattern[str] | None
    unless: re.Pattern[str] | None


@cache
def _table() -> Mapping[str, Any]:
    text = resources.files("cydscore").joinpath("data/incident.json").read_text("utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_table()[name], re.IGNORECASE)


def _compile(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern, re.IGNORECASE) if pattern else None


@cache
def load_part_asks() -> Mapping[str, PartAsk]:
    """Return how each part of an incident report is read, in the order of the rule."""
    unknown = "|".join(_table()["undetermined"])
    return {
        row["part"]: PartAsk(
            part=row["part"],
            element=row["element"],
            asks=row["asks"],
            stated=re.compile(row["stated"], re.IGNORECASE),
            vague=_compile(row.get("vague")),
            undetermined=re.compile(unknown.replace("PART", row["words"]), re.IGNORECASE),
            told=row["told"],
            hypothetical=row["hypothetical"],
            context=_compile(row.get("context")),
            unless=_compile(row.get("unless")),
        )
        for row in _table()["parts"]
    }


def check_incident(filing: Filing, segments: Sequence[Segment]) -> IncidentCheck:
    """Return what an incident report says of its incident."""
    telling = [segment for segment in segments if not is_boilerplate(segment.text)]
    parts = {name: _check_part(ask, telling) for name, ask in load_part_asks().items()}
    amends = (filing.form or "").strip().upper().endswith("/A") or any(
        _pattern("amendment").search(segment.text) for segment in segments
    )
    return IncidentCheck(amendment=amends, **parts)


def is_boilerplate(text: str) -> bool:
    """Tell whether a sentence is the usual caution on forward-looking statements."""
    return _pattern("boilerplate").search(text) is not None


def _check_part(ask: PartAsk, segments: Sequence[Segment]) -> IncidentPart:
    by_status: dict[str, list[Segment]] = {"stated": [], "undetermined": [], "vague": []}
    for segment in segments:
        status = _read_sentence(ask, segment.text)
        if status:
            by_status[status].append(segment)
    found = next((name for name, held in by_status.items() if held), "missing")
    held = sorted(by_status.get(found, ()), key=lambda one: ask.element not in one.elements)
    return IncidentPart(
        status="stated" if found == "vague" else found,
        confidence=_CONFIDENCE[found],
        evidence=tuple(segment.id for segment in held[:N_EVIDENCE]),
    )


def _read_sentence(ask: PartAsk, text: str) -> str | None:
    """Return ``stated``, ``vague``, ``undetermined`` or None for one sentence."""
    if ask.unless and ask.unless.search(text):
        return None
    told = not ask.told or _pattern("told").search(text)
    real = not (ask.hypothetical and _pattern("hypothetical").search(text))
    named = ask.context is None or ask.context.search(text)
    if told and real and named and ask.stated.search(text):
        return "stated"
    if ask.undetermined.search(text):
        return "undetermined"
    if told and real and ask.vague and ask.vague.search(text):
        return "vague"
    return None


def fits_part(element: str, segments: Sequence[Segment]) -> str:
    """Return how a block fits its element of an incident report.

    It fits where it states its part, partly where it says that the part is not known, and is a
    misfit where it does neither, as a caution on forward-looking statements does. The block on
    what is not known fits where it says so of any part.
    """
    telling = [segment for segment in segments if not is_boilerplate(segment.text)]
    asks = load_part_asks().values()
    for ask in asks:
        if ask.element == element:
            status = _check_part(ask, telling).status
            return {"stated": "fits", "undetermined": "partly"}.get(status, "misfit")
    open_words = [ask.undetermined for ask in asks] + [_pattern("open")]
    is_open = any(words.search(segment.text) for words in open_words for segment in telling)
    return "fits" if is_open else "misfit"


def find_in_incident(subject: Subject) -> Iterator[Finding]:
    """Yield the findings of the rules on incident reports."""
    elements = {f.element for f in subject.filing.facts if f.element.startswith(INCIDENT_PREFIX)}
    for element in sorted(elements):
        if _is_mostly_boilerplate(subject, element):
            yield make_finding(
                "incident-boilerplate",
                elements=[element],
                evidence=[subject.segments[row].id for row in subject.rows_of(element)],
            )
    if subject.incident is None:
        return
    n_words = sum(len(segment.text.split()) for segment in subject.segments)
    if n_words < _LEAST_WORDS:
        return
    is_whole = subject.filing.item is not None
    for name, ask in load_part_asks().items():
        part: IncidentPart = getattr(subject.incident, name)
        rule = {"missing": "incident-part-missing", "undetermined": "incident-undetermined"}
        if part.status in rule and (is_whole or part.status != "missing"):
            yield make_finding(
                rule[part.status], elements=[ask.element], asks=ask.asks, evidence=part.evidence
            )


def _is_mostly_boilerplate(subject: Subject, element: str) -> bool:
    texts = [subject.segments[row].text for row in subject.rows_of(element)]
    standing = sum(len(text) for text in texts if is_boilerplate(text))
    return standing > _BOILERPLATE_RATIO * sum(map(len, texts))
