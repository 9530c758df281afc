"""Cut running text into sentences, list items and headings by rule, offsets exact.

A line is always a boundary. Notes data have no lines; there two spaces stand for a paragraph or a
list item, or for a dash or quotation mark that was lost: the word lists tell which.
"""

import re

from cydscore.stops import BULLET, ENUMERATOR, GLYPHS, MARK, STOP_TAIL, WORD, WORDS, ends_sentence

_LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_MARKS = (
    r"[.?!…;:](?:"
    r"(?:(?<=[;:])|(?<=;)\s(?:and|or))"
    rf"(?=\s+(?:[-–—*·§Ø{GLYPHS}]|o)\s+[^\W\d_])(?P<lead>\s+)"
    r"|(?<=;)(?P<semicolon>\s?)(?=\S)"
    rf"|(?<![;:]){STOP_TAIL})"
)
_CANDIDATE = re.compile(_MARKS)
# Three times slower, and needed only where a line has gaps or glyphs.
_CANDIDATE_OR_GAP = re.compile(rf"{_MARKS}|\s(?:(?P<glyph>[{GLYPHS}]\s+)|(?P<gap>\s+)(?=\S))")
_GLYPH_OR_SPACE = re.compile(rf"[{GLYPHS}\xa0\u2000-\u200a\u3000]")

# An item of one or two words, the conjunction and the enumerator before it not counted.
_SHORT_ITEM = re.compile(
    rf"\s*(?:(?:and|or)\s+)?+(?:\(?{MARK}[.)]\s+)?+[^\s;.]+(?:\s[^\s;.]+)?\s?(?:;|\.(?=\s|$)|$)"
)
_CONJUNCTION_LAST = re.compile(r"(?:and|or|and/or),?(?=\s{2}|\s*$)")
_LISTING_CONJUNCTION = re.compile(r"[;,]\s+(?:and|or|and/or),?$")
_LONE_ENUMERATOR = re.compile(rf"(?:(?:and|or)\s+)?\(?{MARK}[.)]")
_POINTER = re.compile(rf"\b(?:{'|'.join(sorted(WORDS['pointer_verbs']))})\b", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(?:Item\s+\d{1,2}[A-Z]?\.?(?:[A-Z]\.?)?|Risk\s+Factors?|Part\s+[IV]{1,3})[\s,\-]*$"
)
_FUSED_HEADING = re.compile(
    r"(?:[A-Z][\w,&’'-]*\s+(?:(?:and|of|for|the|in)\s+)*){0,8}"
    rf"(?:{'|'.join(sorted(WORDS['heading_ends']))})"
    rf"(?=(?:{'|'.join(sorted(WORDS['heading_followers']))})\b)"
)
_ALNUM = re.compile(r"[^\W_]")

# Candidates that a quotation or parenthesis around them may undo.
_NESTABLE = frozenset(("stop", "semicolon"))
# How far a quotation or parenthesis may run on past a stop before it counts as never closed.
_REACH = 600
# How far back before a gap the words that decide on it are looked for.
_LOOK_BACK = 300


def split_text(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences, list items and headings of a text.

    Parameters
    ----------
    text
        Any text. Lines are boundaries; so are two spaces, unless they stand for a lost mark.

    Returns
    -------
    list of tuple
        Half-open spans into ``text``, in order, without overlap or outer white space, each with a
        letter or digit. Bullets are left out; enumerators such as ``(a)`` belong to their item.
    """
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        offset = line.start()
        spans += [
            (offset + start, offset + end)
            for start, end in _split_line(line.group())
            if _ALNUM.search(text, offset + start, offset + end)
        ]
    return spans


def _split_line(line: str) -> list[tuple[int, int]]:
    """Return the pieces of one line, stripped, some of them without a letter."""
    pieces: list[tuple[int, int]] = []
    last = len(line.rstrip())
    start = _skip_bullet(line, len(line) - len(line.lstrip()))
    nesting = _Nesting(line, start)
    candidates = _CANDIDATE_OR_GAP if _may_have_gap(line) else _CANDIDATE
    for match in candidates.finditer(line, start, last):
        # A bullet that was skipped may hold a gap.
        if match.start() < start:
            continue
        end = _find_end(line, start, match)
        if end is None or (match.lastgroup in _NESTABLE and nesting.is_inside(end)):
            continue
        _add_piece(pieces, line, start, end)
        start = _skip_bullet(line, match.end())
        nesting.restart(start)
    if start < last:
        _add_piece(pieces, line, start, last)
    return pieces


def _may_have_gap(line: str) -> bool:
    if "  " in line or "\t" in line:
        return True
    return not line.isascii() and _GLYPH_OR_SPACE.search(line) is not None


def _skip_bullet(line: str, start: int) -> int:
    bullet = BULLET.match(line, start)
    return bullet.end() if bullet else start


def _add_piece(pieces: list[tuple[int, int]], line: str, start: int, end: int) -> None:
    """Add a span, stripped, and apart from it the heading that is run into it."""
    heading = _FUSED_HEADING.match(line, start, end)
    if heading:
        pieces.append((start, heading.end()))
        start = heading.end()
    while end > start and line[end - 1].isspace():
        end -= 1
    pieces.append((start, end))


def _find_end(line: str, start: int, match: re.Match[str]) -> int | None:
    """Return where the segment from ``start`` ends if the candidate is a boundary, else None."""
    kind = match.lastgroup
    if kind == "stop":
        return match.start("stop") if ends_sentence(line, start, match) else None
    if kind == "semicolon":
        return match.start("semicolon") if _is_item_end(line, start, match) else None
    if kind == "gap":
        return match.start() if _is_gap_boundary(line, start, match) else None
    return match.start() if kind == "glyph" else match.start("lead")


def _is_item_end(line: str, start: int, match: re.Match[str]) -> bool:
    following = match.end()
    if following == match.start() + 1 or _CONJUNCTION_LAST.match(line, following):
        return False
    item_start = max(start, line.rfind(";", start, match.start()) + 1)
    is_short = _SHORT_ITEM.fullmatch(line, item_start, match.start() + 1)
    return not is_short and not _SHORT_ITEM.match(line, following)


def _is_gap_boundary(line: str, start: int, match: re.Match[str]) -> bool:
    """Tell whether two spaces divide segments."""
    following = match.end()
    before = line[max(start, match.start() - _LOOK_BACK) : match.start()].rstrip()
    first = line[following]
    if not before or _LONE_ENUMERATOR.fullmatch(before):
        return False
    if before[-1] in ";:":
        return not _CONJUNCTION_LAST.match(line, following)
    if before[-1] == "(" or first in ").,;:" or (before[-1].isdigit() and first.isdigit()):
        return False
    if first == "(":
        return ENUMERATOR.match(line, following) is not None
    if _LISTING_CONJUNCTION.search(before):
        return True
    found = WORD.match(line, following)
    return not _is_lost_mark(before, found[1] if found else "")


def _is_lost_mark(before: str, word: str) -> bool:
    """Tell whether a dash or quotation mark was lost between these words."""
    last_word = before.rsplit(None, 1)[-1].lstrip("(")
    if last_word.rstrip(",").lower() in WORDS["calls_on"] or word in WORDS["goes_on"]:
        return True
    if last_word in WORDS["title_heads"] and word[:1].isupper() and word not in WORDS["starters"]:
        return True
    return bool(_REFERENCE.search(before) and _POINTER.search(before))


class _Nesting:
    """Follows quotations and parentheses from the start of a segment, each character once."""

    def __init__(self, line: str, start: int) -> None:
        self._line = line
        self.restart(start)

    def restart(self, start: int) -> None:
        """Begin a new segment."""
        self._seen = start
        self._n_parens = 0
        self._n_quotes = 0
        self._is_straight_open = False
        # A segment that is itself quoted or in parentheses may hold several sentences.
        self._opener = self._line[start : start + 1]

    def is_inside(self, end: int) -> bool:
        """Tell whether a mark opened inside the segment is closed only after ``end``."""
        line, seen = self._line, self._seen
        self._seen = end
        self._n_parens += line.count("(", seen, end)
        if self._n_parens:
            self._n_parens = max(0, self._n_parens - line.count(")", seen, end))
        self._n_quotes += line.count("“", seen, end)
        if self._n_quotes:
            self._n_quotes = max(0, self._n_quotes - line.count("”", seen, end))
        if line.count('"', seen, end) % 2:
            self._is_straight_open = not self._is_straight_open
        reach = end + _REACH
        if self._n_parens > (self._opener == "("):
            closer = line.find(")", end, reach)
            if closer >= 0 and line.find("(", end, closer) < 0:
                return True
        if self._n_quotes > (self._opener == "“") and line.find("”", end, reach) >= 0:
            return True
        if self._is_straight_open and self._opener != '"':
            closer = line.find('"', end, reach)
            return closer > 0 and not line[closer - 1].isspace() and line[closer - 1] != "("
        return False
