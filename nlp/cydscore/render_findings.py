"""Findings as text for people, grouped by severity."""

import textwrap
from collections.abc import Iterator, Sequence

from cydscore.check.rules import Severity
from cydscore.checked import Checked, Located
from cydscore.errors import to_line
from cydscore.records import Filing

_HEADS = {
    Severity.ERROR: "ERRORS",
    Severity.WARNING: "WARNINGS",
    Severity.NOTE: "NOTES",
}
_LONGEST_QUOTE = 300
_N_QUOTES = 2


def render_findings(checked: Sequence[Checked], *, width: int = 100) -> str:
    """Return the findings of some filings, most severe first, each with where it was found.

    Parameters
    ----------
    checked
        The filings and their findings.
    width
        Columns of a line.
    """
    lines: list[str] = []
    for severity, head in _HEADS.items():
        found = [
            (one.filing, located)
            for one in checked
            for located in one.findings
            if located.finding.severity == severity
        ]
        if found:
            lines += [f"{head} ({len(found)})"]
            for filing, located in found:
                lines += _render_finding(filing, located, width, several=len(checked) > 1)
            lines += [""]
    return "\n".join(lines) if lines else "No findings.\n"


def _render_finding(
    filing: Filing, located: Located, width: int, *, several: bool
) -> Iterator[str]:
    finding = located.finding
    line = next((origin.line for origin in located.origins if origin.line), None)
    where = " · ".join(
        part
        for part in (
            _describe(filing) if several else "",
            f"line {line}" if line else "",
            finding.cites,
        )
        if part
    )
    yield f"  {finding.rule}: {finding.title}"
    yield from _wrap(to_line(finding.detail), width)
    for quote in located.quotes[:_N_QUOTES]:
        short = textwrap.shorten(to_line(quote), _LONGEST_QUOTE, placeholder=" …")
        yield from _wrap(f"“{short}”", width)
    yield from _wrap(where, width)


def _describe(filing: Filing) -> str:
    named = [filing.company or "", filing.form or "", filing.accession or filing.source]
    return to_line(", ".join(part for part in named if part))


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        width=width,
        initial_indent="      ",
        subsequent_indent="      ",
        break_long_words=False,  # the name of an element is to be copied
        break_on_hyphens=False,
    )
