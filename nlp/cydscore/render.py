"""Show a report to a person: plain text for a terminal, a page wide."""

import textwrap
from collections.abc import Iterator
from typing import Final

from cydscore.errors import to_line
from cydscore.html.words import ASPECTS, STATUS_SIGNS
from cydscore.records import PARTS, Filing, FlagCheck, Segment
from cydscore.report import Report
from cydscore.tags import DENIAL, FIRST_TAGS, find_title
from cydscore.taxonomy import load_elements

_VERDICT_SIGNS: Final = {
    "supported": "=",
    "partly_supported": "~",
    "unsupported": "?",
    "contradicted": "X",
    "undeclared": "+",
    "absent": " ",
}
_LONGEST_QUOTE: Final = 320


def render_report(report: Report, *, width: int = 100) -> str:
    """Return a report as lines of text.

    Parameters
    ----------
    report
        The report.
    width
        Number of columns.
    """
    blocks = [
        _render_head(report),
        _render_incident(report, width),
        _render_content(report, width),
        _render_flags(report, width),
        _render_blocks(report),
        _render_findings(report, width),
        render_scores(report),
    ]
    return "\n\n".join("\n".join(lines) for lines in map(list, blocks) if lines) + "\n"


def describe_filing(filing: Filing) -> str:
    """Return a filing's company, form and period in one line."""
    name = filing.company or filing.accession or filing.source
    period = f", period to {filing.period_end}" if filing.period_end else ""
    return to_line(f"{name} ({filing.form or 'form unknown'}{period})")


def _render_head(report: Report) -> Iterator[str]:
    filing = report.filing
    head = describe_filing(filing)
    yield head
    yield "=" * min(len(head), 100)
    known = [("accession", filing.accession), ("CIK", filing.cik), ("read as", filing.format.value)]
    yield " · ".join(f"{name} {to_line(value)}" for name, value in known if value)
    blocks = {s for segment in report.segments for s in segment.elements}
    yield (
        f"{len(report.segments)} segments, {len(filing.facts)} facts, {len(blocks)} text blocks"
        + ("" if filing.facts else f" ({filing.item.name if filing.item else 'no Item'}, untagged)")
    )


def _render_incident(report: Report, width: int) -> Iterator[str]:
    incident = report.checks.incident
    if incident is None:
        return
    yield "WHAT IT SAYS OF THE INCIDENT" + (" (an amendment)" if incident.amendment else "")
    rows = {segment.id: row for row, segment in enumerate(report.segments)}
    for name, title in ASPECTS.items():
        part = getattr(incident, name)
        yield f"  {title}: {STATUS_SIGNS[part.status][1]} ({part.confidence:.2f})"
        for evidence in part.evidence[:1]:
            yield from _quote(report.segments[rows[evidence]], "", width)


def _render_content(report: Report, width: int) -> Iterator[str]:
    yield "WHAT IT SAYS"
    for tag in (*FIRST_TAGS, *(t for t in report.tags if t not in FIRST_TAGS)):
        stated, denied = report.rank_evidence(tag)
        title = find_title(tag)
        if not stated and not denied:
            # An incident report is not asked for audits or committees.
            if tag in FIRST_TAGS and report.checks.incident is None:
                yield f"  {title}: not stated"
            continue
        counts = [f"{len(stated)} x"] if stated else []
        counts += [f"{len(denied)} x denied"] if denied else []
        yield f"  {title}: {', '.join(counts)}"
        if tag in FIRST_TAGS or not stated:
            yield from (
                line
                for row in [*stated[:1], *denied[:1]]
                for line in _quote_tagged(
                    report, row, DENIAL + tag if row in denied else tag, width
                )
            )
        else:
            yield from _quote_tagged(report, stated[0], tag, width)


def _quote_tagged(report: Report, row: int, label: str, width: int) -> Iterator[str]:
    probability = report.tagging.columns([label])[row, 0]
    yield from _quote(report.segments[row], f", {probability:.2f}", width)


def _quote(segment: Segment, note: str, width: int) -> Iterator[str]:
    text = textwrap.shorten(to_line(segment.text), _LONGEST_QUOTE, placeholder=" …")
    yield from textwrap.wrap(
        f"“{text}” [{segment.id}{note}]",
        width=width,
        initial_indent="      ",
        subsequent_indent="      ",
    )


def _render_flags(report: Report, width: int) -> Iterator[str]:
    if not report.checks.flags:
        return
    yield "FLAGS AND WORDS   (= supported, ~ partly, ? unsupported, X contradicted, + undeclared)"
    rows = {segment.id: row for row, segment in enumerate(report.segments)}
    for flag in report.checks.flags:
        label = load_elements()[flag.element].label.removesuffix(" [Flag]")
        yield f"  {_VERDICT_SIGNS[flag.verdict]} {label.removeprefix('Cybersecurity Risk ')}"
        said = f"text: {flag.stated} → {flag.verdict} ({flag.confidence:.2f})"
        yield f"      {_declared(flag)}; {said}"
        for name in flag.evidence[:1]:
            yield from _quote(report.segments[rows[name]], "", width)


def _declared(flag: FlagCheck) -> str:
    return "not declared" if flag.declared is None else f"declared {str(flag.declared).lower()}"


def _render_blocks(report: Report) -> Iterator[str]:
    odd = [block for block in report.checks.blocks if block.fit != "fits"]
    if not report.checks.blocks:
        return
    n = len(report.checks.blocks)
    yield f"TEXT BLOCKS   {n - len(odd)} of {n} hold what their element asks for"
    for block in odd:
        label = load_elements()[block.element].label.removesuffix(" [Text Block]")
        label = label.removeprefix("Cybersecurity Risk ")
        yield f"  {block.fit:<7} {label} ({block.confidence:.2f})"


def _render_findings(report: Report, width: int) -> Iterator[str]:
    if not report.checks.findings:
        return
    yield "FINDINGS"
    for finding in report.checks.findings:
        yield from textwrap.wrap(
            f"{finding.severity:<7} {finding.rule}: {to_line(finding.detail)} ({finding.cites})",
            width=width,
            initial_indent="  ",
            subsequent_indent=" " * 10,
        )


def render_scores(report: Report) -> Iterator[str]:
    """Yield the lines of the score: points, their interval, and the place among peers."""
    scores = report.scores
    yield "SCORE (points 0-100)"
    if scores.overall is None:
        yield f"  none: {scores.details['reason']}"
        return
    for part in PARTS:
        yield _render_part(report, part).rstrip()
    if report.norms:
        yield f"  peers: {report.norms['n']} filings, {report.norms['group']}"
    questions = scores.details["questions"]
    if isinstance(questions, list):
        for level in ("in passing", "not at all"):
            open_ones = [q["id"] for q in questions if q["answered"] == level]
            if open_ones:
                yield f"  answered {level}: {', '.join(open_ones)}"


def _render_part(report: Report, part: str) -> str:
    points = getattr(report.scores, part)
    if points is None:
        return f"  {part:<12}   –"
    line = f"  {part:<12} {points:5.1f}  {'█' * round(points / 5):<20}"
    intervals = report.scores.details.get("intervals")
    ends = intervals.get(part) if isinstance(intervals, dict) else None
    reach = f"{ends[0]:.0f}–{ends[1]:.0f}" if ends else ""
    place = report.norms["parts"].get(part) if report.norms else None
    above = f"above {place['percentile']:.0f} of 100 peers" if place else ""
    return f"{line}  {reach:<7}  {above}"
