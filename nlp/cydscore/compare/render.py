"""Show a comparison to a person: a readable difference, plain or in colour.

Removed words stand in ``[-…-]``, added ones in ``{+…+}``; colour comes on top of that, never
instead of it.
"""

import textwrap
from collections.abc import Iterator
from typing import Final

from cydscore.compare.result import Comparison, Edit, Fate, Match
from cydscore.errors import to_line
from cydscore.render import describe_filing
from cydscore.taxonomy import load_elements

_RED: Final = "\x1b[31m"
_GREEN: Final = "\x1b[32m"
_PLAIN: Final = "\x1b[0m"
#: Words around an edit that are shown; the rest of a long unchanged run is left out.
_CONTEXT: Final = 8
_SIGNS: Final = {Fate.KEPT: " ", Fate.CHANGED: "~", Fate.ADDED: "+", Fate.REMOVED: "-"}
# Letters that to_line takes out of every text stand for the colours while lines are broken.
_MARKS: Final = {"\ue000": _RED, "\ue001": _GREEN, "\ue002": _PLAIN}


def render_comparison(comparison: Comparison, *, width: int = 100, colour: bool = False) -> str:
    """Return a comparison as lines of text.

    Parameters
    ----------
    comparison
        The comparison.
    width
        Number of columns.
    colour
        Whether to colour it for a terminal.
    """
    parts = [
        _render_head(comparison),
        _render_findings(comparison, width),
        _render_flags(comparison),
        _render_names(comparison, width),
        _render_sentences(comparison, width),
    ]
    text = "\n\n".join("\n".join(lines) for lines in map(list, parts) if lines) + "\n"
    for mark, code in _MARKS.items():
        text = text.replace(mark, code if colour else "")
    return text


def _render_head(comparison: Comparison) -> Iterator[str]:
    yield f"OLD  {describe_filing(comparison.old.filing)}"
    yield f"NEW  {describe_filing(comparison.new.filing)}"
    counts = comparison.count()
    ratio = comparison.kept_ratio
    share = "" if ratio is None else f" ({ratio:.0%} as they were)"
    redated = f", {counts['redated']} more in dates only" if counts["redated"] else ""
    yield (
        f"{counts['kept']} sentences kept, {counts['changed']} changed{redated}, "
        f"{counts['added']} added, {counts['removed']} removed{share}"
    )


def _render_findings(comparison: Comparison, width: int) -> Iterator[str]:
    if not comparison.findings:
        return
    yield "FINDINGS"
    for finding in comparison.findings:
        named = f" [{', '.join(finding.evidence)}]" if finding.evidence else ""
        yield from textwrap.wrap(
            f"{finding.severity:<7} {finding.rule}: {to_line(finding.detail)} ({finding.cites})"
            f"{named}",
            width=width,
            initial_indent="  ",
            subsequent_indent=" " * 10,
        )


def _render_flags(comparison: Comparison) -> Iterator[str]:
    odd = [
        flag
        for flag in comparison.flags
        if (flag.old_declared, flag.old_stated) != (flag.new_declared, flag.new_stated)
    ]
    if not comparison.flags:
        return
    yield f"FLAGS   {len(comparison.flags) - len(odd)} of {len(comparison.flags)} as they were"
    for flag in odd:
        label = load_elements()[flag.element].label.removesuffix(" [Flag]")
        yield f"  {label.removeprefix('Cybersecurity Risk ')}"
        yield (
            f"      declared {_spell(flag.old_declared)} → {_spell(flag.new_declared)}; "
            f"text: {flag.old_stated} → {flag.new_stated}; "
            f"words {'as they were' if flag.words_kept else 'changed'}"
        )


def _render_names(comparison: Comparison, width: int) -> Iterator[str]:
    if not comparison.names:
        return
    yield "NAMES AND FREQUENCIES"
    for change in comparison.names:
        gone = f"\ue000[-{', '.join(change.gone)}-]\ue002" if change.gone else ""
        come = f"\ue001{{+{', '.join(change.new)}+}}\ue002" if change.new else ""
        said = f"{change.kind:<10} {gone}{' ' if gone and come else ''}{come}"
        named = f" [{', '.join(change.evidence)}]"
        yield from textwrap.wrap(
            said + named, width=width, initial_indent="  ", subsequent_indent=" " * 13
        )


def _render_sentences(comparison: Comparison, width: int) -> Iterator[str]:
    shown = [m for m in comparison.sentences if m.fate is not Fate.KEPT]
    if not shown:
        yield "WORDS   as they were"
        return
    yield "WORDS   (~ changed, + added, - removed; kept sentences are left out)"
    for match in shown:
        yield from _render_match(comparison, match, width)


def _render_match(comparison: Comparison, match: Match, width: int) -> Iterator[str]:
    names = [
        f"{side}:{report.segments[row].id}"
        for side, report, row in (
            ("old", comparison.old, match.old),
            ("new", comparison.new, match.new),
        )
        if row is not None
    ]
    if match.fate is Fate.CHANGED:
        text = " ".join(_render_edit(edit) for edit in match.edits)
    elif match.old is not None:
        text = f"\ue000[-{to_line(comparison.old.segments[match.old].text)}-]\ue002"
    else:
        assert match.new is not None  # noqa: S101 (a match has one side at least)
        text = f"\ue001{{+{to_line(comparison.new.segments[match.new].text)}+}}\ue002"
    yield from textwrap.wrap(
        f"{text} [{' '.join(names)}]",
        width=width,
        initial_indent=f"  {_SIGNS[match.fate]} ",
        subsequent_indent="    ",
        break_on_hyphens=False,
    )


def _render_edit(edit: Edit) -> str:
    if edit.op == "equal":
        words = to_line(edit.old).split()
        if len(words) > 2 * _CONTEXT + 1:
            words = [*words[:_CONTEXT], "…", *words[-_CONTEXT:]]
        return " ".join(words)
    gone = f"\ue000[-{to_line(edit.old)}-]\ue002" if edit.old else ""
    come = f"\ue001{{+{to_line(edit.new)}+}}\ue002" if edit.new else ""
    return f"{gone} {come}".strip()


def _spell(declared: bool | None) -> str:
    return "nothing" if declared is None else str(declared).lower()
