"""Markup to text: paragraphs, list items and table rows become lines, inline markup nothing."""

import html
import re
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from lxml import etree

# Unicode's noncharacters stand for the layout until the text is tidied; no filing may hold them.
LAYOUT = PARAGRAPH, ROW, CELL, PAGE = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3"

Span = tuple[int, int]

_ROLE_NAMES = {
    "skip": "head header references script style template title",
    "exclude": "exclude",
    "mark": "continuation nonnumeric",
    PARAGRAPH: "address article aside blockquote body br caption center dd div dl dt fieldset "
    "figure footer form h1 h2 h3 h4 h5 h6 html li main nav ol p pre section ul",
    ROW: "table tbody tfoot thead tr",
    CELL: "td th",
    PAGE: "hr",
}
_ROLES = {name: role for role, names in _ROLE_NAMES.items() for name in names.split()}
_STYLES = [
    re.compile(rf"{name}\s*:\s*(?:{values})", re.IGNORECASE)
    for name, values in (
        ("display", "none"),
        ("break-before", "always|page|left|right"),
        ("break-after", "always|page|left|right"),
    )
]
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_LAYOUT_RUN = re.compile(f"[{PARAGRAPH}-{PAGE}][ {PARAGRAPH}-{PAGE}]*")
_BULLETS = "•●○◦▪▫■□‣⁃∙➢➤✓❖"
_BULLET = re.compile(rf"([{_BULLETS}])(?<=^.)\n?(?=[^\s{_BULLETS}])", re.MULTILINE)
_FURNITURE = re.compile(
    r"\W*(?:page\s*)?(?:[ivxl]{1,6}|[A-Z]?-?\d{1,3})\W*"
    r"|\W*(?:(?:back|return)\s+to\s+)?(?:table\s+of\s+)?contents\W*\d*"
    r"|(?=.{1,100}$)(?=\d|.*\d$).*\b(?:(?:10-K|20-F|40-F)(?:/A)?|annual report)\b.*",
    re.IGNORECASE,
)
_OPEN_END = re.compile(r"[\w,;’'\")-]")
_GOES_ON = re.compile(r"(?![a-z][.)]\s)[a-z]")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--")


@cache
def find_role(tag: object) -> str | None:
    """Return what a tag does to the text: a layout mark, ``skip``, ``mark``, ``exclude``, None."""
    if not isinstance(tag, str):
        return "skip"
    namespace, _, name = tag.rpartition("}")
    if name == "header" and "inlineXBRL" not in namespace:
        return PARAGRAPH
    return _ROLES.get(name.lower())


def flow_text(
    root: etree._Element, marked: Collection[etree._Element] = ()
) -> tuple[list[str], dict[etree._Element, Span]]:
    """Return the pieces of a tree's text in document order, layout marks between them.

    Parameters
    ----------
    root
        The element to read; its tail is left out.
    marked
        Inline XBRL elements whose place in the text is wanted.

    Returns
    -------
    tuple
        The pieces, and for every marked element that is visible the half-open span of its pieces.
    """
    flow = _Flow(marked)
    walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        role = find_role(element.tag)
        if event == "start":
            if flow.open(element, role):
                flow.add(element.text)
            else:
                walker.skip_subtree()
            continue
        if event == "end":
            flow.close(element, role)
        if element is not root:
            flow.add(element.tail)
    return flow.pieces, flow.spans


class _Flow:
    """The text of a tree while it is walked."""

    def __init__(self, marked: Collection[etree._Element]) -> None:
        self.pieces: list[str] = []
        self.spans: dict[etree._Element, Span] = {}
        self._marked = marked
        self._n_excluding = 0

    def open(self, element: etree._Element, role: str | None) -> bool:
        """Enter an element, and tell whether its content is to be read."""
        if role in LAYOUT:
            style = _read_style(element.get("style"))
            self.pieces += [role, PAGE] if style.breaks_before else [role]
            return not style.hides
        if role == "exclude":
            self._n_excluding += 1
        elif role == "mark" and element in self._marked and not self._n_excluding:
            self.spans[element] = (len(self.pieces), len(self.pieces))
        return role != "skip"

    def close(self, element: etree._Element, role: str | None) -> None:
        """Leave an element that was entered."""
        if role in LAYOUT:
            # A cell is told from the one before it; what comes after it is the row's affair.
            self.pieces += [role] if role != CELL else []
            self.pieces += [PAGE] if _read_style(element.get("style")).breaks_after else []
        elif role == "exclude":
            self._n_excluding -= 1
        elif element in self.spans:
            self.spans[element] = (self.spans[element][0], len(self.pieces))

    def add(self, text: str | None) -> None:
        """Take text in, unless it stands in ``ix:exclude``."""
        if text and not self._n_excluding:
            self.pieces.append(text)


class _Style(NamedTuple):
    hides: bool
    breaks_before: bool
    breaks_after: bool


@lru_cache(maxsize=4096)
def _read_style(style: str | None) -> _Style:
    return _Style(*(bool(style and pattern.search(style)) for pattern in _STYLES))


def tidy_text(pieces: Sequence[str]) -> str:
    """Return pieces of text and layout marks as lines without empty ones or needless spaces.

    Page numbers and contents links beside a page break are dropped, and a sentence that runs over
    the break is mended.
    """
    text = " ".join(_INVISIBLE.sub("", "".join(pieces)).split())
    text = _LAYOUT_RUN.sub(_render_layout, text).replace(" \n", "\n").replace("  ", " ")
    text = _mend_pages(text.split("\f")) if "\f" in text else text.strip()
    return _BULLET.sub(r"\1 ", text)


def _render_layout(run: re.Match[str]) -> str:
    marks = run[0]
    if PAGE in marks:
        return "\f"
    # A cell's own paragraphs do not part it from its neighbour: a bullet stands before its text.
    return "\n" if ROW in marks or CELL not in marks else " "


def _mend_pages(pages: list[str]) -> str:
    sheets = [page.strip().split("\n") for page in pages]
    for before, after in pairwise(sheets):
        while before and _FURNITURE.fullmatch(before[-1]):
            before.pop()
        while after and _FURNITURE.fullmatch(after[0]):
            after.pop(0)
    lines: list[str] = []
    for first, *rest in filter(None, sheets):
        runs_on = lines and _OPEN_END.match(lines[-1][-1:]) and _GOES_ON.match(first)
        if runs_on:
            lines[-1] += f" {first}"
        elif first:
            lines.append(first)
        lines += rest
    return "\n".join(lines)


def to_text(node: etree._Element) -> str:
    """Return the text of an element, a line for each paragraph, list item and table row."""
    return tidy_text(flow_text(node)[0])


def parse_html(text: str) -> etree._Element | None:
    """Return the root of an HTML document or fragment however malformed, None where it is empty."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:  # what the parser calls an empty document
        return None


def html_to_text(text: str) -> str:
    """Return escaped HTML as :func:`to_text` does; text without a tag keeps its lines."""
    if not _TAG.search(text):
        return tidy_text([html.unescape(text).replace("\n", PARAGRAPH)])
    root = parse_html(text)
    return "" if root is None else to_text(root)
