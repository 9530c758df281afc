"""Where facts stand in the text of their source, for those who open it in an editor."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cydscore.errors import CydscoreError
from cydscore.read.source import STDIN, decode_text, load_bytes
from cydscore.records import Filing, SourceFormat
from cydscore.taxonomy import load_elements

_BREAK = re.compile(r"\r\n|\n|\r")
_INLINE = re.compile(
    r"<[\w.-]+:nonNumeric\b[^<>]*?\bname\s*=\s*[\"']\s*[\w.-]+:(?P<name>\w+)\s*[\"'][^<>]*>"
)
_INSTANCE = re.compile(
    r"<(?:[\w.-]+:)?(?P<name>(?:Cybersecurity|MaterialCyber)\w+)(?=[\s>/])[^<>]*>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stretch of a source's text.

    Attributes
    ----------
    start, end
        Half-open span in characters of the whole source, unpacked and decoded.
    line, column
        Where it begins, both from 1, columns in characters.
    end_line, end_column
        Where it ends; the column is the first one behind it.
    """

    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


def locate_elements(filing: Filing) -> dict[str, tuple[Place, ...]]:
    """Return the places of a filing's elements, by name as it stands there, in reading order.

    The place of a tagged fact is its opening tag, that of a fact in a rendered page its label.
    Notes data, standard input and sources that are gone have no places: their facts' ``origin``
    is all that is known.
    """
    if filing.format is SourceFormat.NOTES or filing.source == STDIN:
        return {}
    try:
        text = decode_text(load_bytes(filing.source))
    except CydscoreError:
        return {}
    lines = _Lines(text)
    places: dict[str, list[Place]] = {}
    for name, start, end in _find_spans(text, filing):
        places.setdefault(name, []).append(lines.place(start, end))
    return {name: tuple(found) for name, found in places.items()}


def _find_spans(text: str, filing: Filing) -> Iterable[tuple[str, int, int]]:
    wanted = {fact.element for fact in filing.facts} | {one.name for one in filing.unknown}
    found = [(m["name"], *m.span()) for m in _INLINE.finditer(text) if m["name"] in wanted]
    if not found:
        found = [(m["name"], *m.span()) for m in _INSTANCE.finditer(text) if m["name"] in wanted]
    return found or _find_labels(text, wanted)


def _find_labels(text: str, wanted: Iterable[str]) -> list[tuple[str, int, int]]:
    elements: Mapping[str, str] = {name: e.label for name, e in load_elements().items()}
    found = []
    for name in wanted:
        start = text.find(elements.get(name, name))
        if start >= 0:
            found.append((name, start, start + len(elements.get(name, name))))
    return sorted(found, key=lambda span: span[1])


class _Lines:
    """The lines of a text, which turn an offset into line and column."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _BREAK.finditer(text))]

    def place(self, start: int, end: int) -> Place:
        (line, column), (end_line, end_column) = self._find(start), self._find(end)
        return Place(
            start=start,
            end=end,
            line=line,
            column=column,
            end_line=end_line,
            end_column=end_column,
        )

    def _find(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
