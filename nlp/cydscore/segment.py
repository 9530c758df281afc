"""Turn a filing's text blocks, which nest and repeat, into segments that each count once.

Blocks are compared by their letters and digits alone, since markup, spaces and typography differ
between copies of one sentence. A block that stands inside one already split only gives its name
to the segments that it covers.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, groupby

from cydscore.records import Fact, Filing, ItemText, Kind, Segment
from cydscore.split import split_text

__all__ = ["segment_filing", "split_text"]

_NOT_ALNUM = re.compile(r"[\W_]+")
_ASCII_NOT_ALNUM = bytes(code for code in range(128) if not chr(code).isalnum())
_ASCII_LOWER = bytes(range(256)).lower()

# A shorter run of letters stands inside longer ones by chance; it is looked up whole.
_MIN_CONTAINED = 20
# Pieces that a spliced sentence may have, and their least length: in the notes data, every one of
# 40 such sentences read was spliced indeed.
_MAX_PIECES = 4
_MIN_PIECE = 40
# Letters that may be searched in one filing; real filings need less than a hundredth of it. Beyond
# it copies are found only as whole sentences, so that a hostile file cannot take hours.
_SEARCH_BUDGET = 200_000_000

# What may follow the Item's name in a heading that says nothing else.
_HEADING_RESTS = frozenset(("", "cybersecurity", "materialcybersecurityincidents"))


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A segment on its way: ``Segment`` without its place in the reading order."""

    fact: int | None
    start: int
    end: int
    text: str
    key: str
    elements: list[str] = field(default_factory=list)

    def add_element(self, element: str) -> None:
        if element not in self.elements:
            self.elements.append(element)


def segment_filing(filing: Filing) -> tuple[Segment, ...]:
    """Return the segments of a filing in reading order, each once, with all blocks that hold it.

    Parameters
    ----------
    filing
        A filing as read. Of its facts only text blocks have segments; the untagged rest of its
        cybersecurity Item gives segments without elements.

    Returns
    -------
    tuple of Segment
        Reading order is that of the Item's text where the filing carries it, else that of the
        facts. Elements are named from the outermost block to the innermost.
    """
    register = _Register()
    for index, fact, key in _order_blocks(filing.facts):
        register.add_block(index, fact, key)
    drafts = sorted(register.drafts, key=_place_in_facts)
    if filing.item is not None:
        drafts = _merge_item(drafts, filing.item)
    return tuple(
        Segment(
            id=f"s{number}",
            elements=tuple(draft.elements),
            fact=draft.fact,
            start=draft.start,
            end=draft.end,
            text=draft.text,
        )
        for number, draft in enumerate(drafts, 1)
    )


def _place_in_facts(draft: _Draft) -> tuple[int, int]:
    return (-1 if draft.fact is None else draft.fact, draft.start)


def _to_key(text: str) -> str:
    """Return the letters and digits of a text in lower case."""
    if text.isascii():
        return text.encode().translate(_ASCII_LOWER, _ASCII_NOT_ALNUM).decode()
    return _NOT_ALNUM.sub("", text).lower()


def _to_draft(fact: int | None, value: str, start: int, end: int) -> _Draft:
    text = value[start:end]
    return _Draft(fact=fact, start=start, end=end, text=text, key=_to_key(text))


def _order_blocks(facts: Iterable[Fact]) -> list[tuple[int, Fact, str]]:
    """Return the text facts with their keys: the main context first, in it the longest first."""
    blocks = [
        (index, fact, _to_key(fact.value))
        for index, fact in enumerate(facts)
        if fact.kind is Kind.TEXT and isinstance(fact.value, str)
    ]
    blocks.sort(key=lambda block: (not block[1].main, -len(block[2]), block[2], block[1].element))
    return blocks


class _Register:
    """The segments found so far, and the letters of all text that was split into them."""

    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self._by_key: dict[str, _Draft] = {}
        # Keys of the drafts one after the other, and where each begins; a line feed, which no key
        # holds, stands between the blocks.
        self._letters = ""
        self._starts: list[int] = []
        self._budget = _SEARCH_BUDGET

    def add_block(self, index: int, fact: Fact, key: str) -> None:
        """Split a block, or give its element to the segments that it repeats."""
        value = fact.value
        if not key or not isinstance(value, str):
            return
        known = self._find(key)
        if known:
            for draft in known:
                draft.add_element(fact.element)
            return
        n_before = len(self.drafts)
        for start, end in split_text(value):
            draft = _to_draft(index, value, start, end)
            known = self._find(draft.key)
            if not known:
                self._by_key[draft.key] = draft
                self.drafts.append(draft)
                known = [draft]
            for segment in known:
                segment.add_element(fact.element)
        self._append_letters(self.drafts[n_before:])

    def _append_letters(self, drafts: list[_Draft]) -> None:
        if not drafts or self._budget <= 0:
            return
        offset = len(self._letters) + 1
        for draft in drafts:
            self._starts.append(offset)
            offset += len(draft.key)
        self._budget -= len(self._letters)
        self._letters = "\n".join((self._letters, "".join(draft.key for draft in drafts)))

    def _find(self, key: str) -> list[_Draft]:
        """Return the segments that a text repeats: itself, those it covers, the one around it."""
        draft = self._by_key.get(key)
        if draft is not None:
            return [draft]
        if not self._letters or len(key) < _MIN_CONTAINED or self._budget <= 0:
            return []
        start = self._search(key)
        if start < 0:
            return self._find_spliced(key)
        return self._find_covered(start, start + len(key))

    def _search(self, key: str) -> int:
        self._budget -= len(self._letters)
        return self._letters.find(key)

    def _find_spliced(self, key: str) -> list[_Draft]:
        """Return the segments that a text was spliced from, if each of its pieces is known.

        A block may be tagged in parts that leave out what stands between them, so that the end of
        one sentence runs into another.
        """
        found: list[_Draft] = []
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

    def _find_covered(self, start: int, end: int) -> list[_Draft]:
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, end - 1)
        covered: list[_Draft] = []
        widest, fullest = 0, first
        for number in range(first, last):
            draft, begin = self.drafts[number], self._starts[number]
            width = min(end, begin + len(draft.key)) - max(start, begin)
            if 2 * width >= len(draft.key):
                covered.append(draft)
            if width > widest:
                widest, fullest = width, number
        return covered or [self.drafts[fullest]]


def _merge_item(drafts: list[_Draft], item: ItemText) -> list[_Draft]:
    """Put drafts in the order of the Item's text and add the sentences that no block holds."""
    sentences = [_to_draft(None, item.text, start, end) for start, end in split_text(item.text)]
    page = _Page(sentences)
    placed: list[tuple[int, _Draft]] = []
    for _, group in groupby(drafts, key=lambda draft: draft.fact):
        block = list(group)
        places = [page.find_place(draft.key) for draft in block]
        # A segment that is not in the Item's text stays behind its neighbour in its block.
        place = next((found for found in places if found is not None), page.length)
        for draft, found in zip(block, places, strict=True):
            place = place if found is None else found
            placed.append((place, draft))
    for place, sentence in page.list_unknown():
        if not _is_bare_heading(sentence.key, item.name):
            placed.append((place, sentence))
    placed.sort(key=lambda entry: entry[0])
    return [draft for _, draft in placed]


def _is_bare_heading(key: str, name: str) -> bool:
    prefix = _to_key(name)
    return key.startswith(prefix) and key[len(prefix) :] in _HEADING_RESTS


class _Page:
    """The sentences of an Item's text, and how much of each the text blocks hold already."""

    def __init__(self, sentences: list[_Draft]) -> None:
        self._sentences = sentences
        self._letters = "".join(sentence.key for sentence in sentences)
        self._starts = list(accumulate((len(s.key) for s in sentences), initial=0))
        self._n_known = [0] * len(sentences)
        self._by_key: dict[str, int] = {}
        for number, sentence in enumerate(sentences):
            self._by_key.setdefault(sentence.key, number)
        self._budget = _SEARCH_BUDGET
        self.length = len(self._letters)

    def find_place(self, key: str) -> int | None:
        """Return where in the Item's letters a segment stands, and count it as known there."""
        number = self._by_key.get(key)
        if number is not None:
            self._n_known[number] = len(key)
            return self._starts[number]
        if len(key) < _MIN_CONTAINED or self._budget <= 0:
            return None
        self._budget -= self.length
        start = self._letters.find(key)
        if start < 0:
            return None
        end = start + len(key)
        number = bisect_right(self._starts, start) - 1
        while number < len(self._sentences) and self._starts[number] < end:
            width = min(end, self._starts[number + 1]) - max(start, self._starts[number])
            self._n_known[number] += width
            number += 1
        return start

    def list_unknown(self) -> Iterator[tuple[int, _Draft]]:
        """Yield the place and draft of each sentence, its first copy only, that is mostly new."""
        for number, sentence in enumerate(self._sentences):
            is_first = self._by_key[sentence.key] == number
            if is_first and 2 * self._n_known[number] < len(sentence.key):
                yield self._starts[number], sentence
