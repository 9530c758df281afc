"""Recognise text that a filing repeats, by its letters and digits alone.

Markup, spaces and typography differ between copies of one sentence, and blocks may begin and end
in the middle of one.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from cydscore.split import split_text

_NOT_ALNUM = re.compile(r"[\W_]+")
_ASCII_NOT_ALNUM = bytes(code for code in range(128) if not chr(code).isalnum())
_ASCII_LOWER = bytes(range(256)).lower()

# A shorter run of letters stands inside longer ones by chance; it is looked up whole.
MIN_CONTAINED = 20
# Pieces that a spliced sentence may have, and their least length: in the notes data, every one of
# 40 such sentences read was spliced indeed.
_MAX_PIECES = 4
_MIN_PIECE = 40
# Letters that may be searched in one filing; real filings need less than a hundredth of it. Beyond
# it copies are found only as whole sentences, so that a hostile file cannot take hours.
SEARCH_BUDGET = 200_000_000


@dataclass(slots=True, kw_only=True)
class Draft:
    """A segment on its way: a ``Segment`` without its place in the reading order.

    Attributes
    ----------
    fact, start, end, text, elements
        As in ``Segment``.
    key
        Its letters and digits in lower case.
    """

    fact: int | None
    start: int
    end: int
    text: str
    key: str
    elements: list[str] = field(default_factory=list)

    def add_element(self, element: str) -> None:
        """Note a block that holds the segment, after those noted before."""
        if element not in self.elements:
            self.elements.append(element)


def to_key(text: str) -> str:
    """Return the letters and digits of a text in lower case."""
    if text.isascii():
        return text.encode().translate(_ASCII_LOWER, _ASCII_NOT_ALNUM).decode()
    return _NOT_ALNUM.sub("", text).lower()


def make_draft(fact: int | None, value: str, start: int, end: int) -> Draft:
    """Return the draft of a span of a fact's value, or of the Item's text if ``fact`` is None."""
    text = value[start:end]
    return Draft(fact=fact, start=start, end=end, text=text, key=to_key(text))


class Register:
    """The segments found so far, and the letters of all text that was split into them."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self._by_key: dict[str, Draft] = {}
        # Keys of the drafts one after the other, and where each begins; a line feed, which no key
        # holds, stands between the blocks.
        self._letters = ""
        self._starts: list[int] = []
        self._budget = SEARCH_BUDGET

    def add_block(self, fact: int, element: str, value: str) -> None:
        """Split a block, or give its element to the segments that it repeats.

        Parameters
        ----------
        fact
            Index of the block among the filing's facts.
        element
            Local name of the block's element.
        value
            Text of the block. A block must not come after one that stands inside it, or its
            sentences are found only where that one happens to hold them whole.
        """
        known = self._find(to_key(value))
        if known:
            for draft in known:
                draft.add_element(element)
            return
        n_before = len(self.drafts)
        for start, end in split_text(value):
            draft = make_draft(fact, value, start, end)
            known = self._find(draft.key)
            if not known:
                self._by_key[draft.key] = draft
                self.drafts.append(draft)
                known = [draft]
            for segment in known:
                segment.add_element(element)
        self._append_letters(self.drafts[n_before:])

    def _append_letters(self, drafts: list[Draft]) -> None:
        if not drafts or self._budget <= 0:
            return
        offset = len(self._letters) + 1
        for draft in drafts:
            self._starts.append(offset)
            offset += len(draft.key)
        self._budget -= len(self._letters)
        self._letters = "\n".join((self._letters, "".join(draft.key for draft in drafts)))

    def _find(self, key: str) -> list[Draft]:
        """Return the segments that a text repeats: itself, those it covers, the one around it."""
        draft = self._by_key.get(key)
        if draft is not None:
            return [draft]
        if not self._letters or len(key) < MIN_CONTAINED or self._budget <= 0:
            return []
        start = self._search(key)
        if start < 0:
            return self._find_spliced(key)
        return self._find_covered(start, start + len(key))

    def _search(self, key: str) -> int:
        self._budget -= len(self._letters)
        return self._letters.find(key)

    def _find_spliced(self, key: str) -> list[Draft]:
        """Return the segments that a text was spliced from, if each of its pieces is known.

        A block may be tagged in parts that leave out what stands between them, so that the end of
        one sentence runs into another.
        """
        found: list[Draft] = []
        position = 0
        for _ in range(_MAX_PIECES):
            if position == len(key):
                return found
            fits, too_long = _MIN_PIECE, len(key) - position + 1
            if too_long <= fits or self._search(key[position : position + fits]) < 0:
                return []
            while too_long - fits > 1:
                middle = (fits + too_long) // 2
                if self._search(key[position : position + middle]) < 0:
                    too_long = middle
                else:
                    fits = middle
            start = self._search(key[position : position + fits])
            found += self._find_covered(start, start + fits)
            position += fits
        return found if position == len(key) else []

    def _find_covered(self, start: int, end: int) -> list[Draft]:
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, end - 1)
        covered: list[Draft] = []
        widest, fullest = 0, first
        for number in range(first, last):
            draft, begin = self.drafts[number], self._starts[number]
            width = min(end, begin + len(draft.key)) - max(start, begin)
            if 2 * width >= len(draft.key):
                covered.append(draft)
            if width > widest:
                widest, fullest = width, number
        return covered or [self.drafts[fullest]]
