"""Turn a filing's text blocks, which nest and repeat, into segments that each count once."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, groupby

from cydscore.copies import MIN_CONTAINED, SEARCH_BUDGET, Draft, Register, make_draft, to_key
from cydscore.records import Fact, Filing, ItemText, Kind, Segment
from cydscore.split import split_text

__all__ = ["segment_filing", "split_text"]

# What may follow the Item's name in a heading that says nothing else.
_HEADING_RESTS = frozenset(("", "cybersecurity", "materialcybersecurityincidents"))


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
    register = Register()
    for index, element, value in _order_blocks(filing.facts):
        register.add_block(index, element, value)
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


def _place_in_facts(draft: Draft) -> tuple[int, int]:
    return (-1 if draft.fact is None else draft.fact, draft.start)


def _order_blocks(facts: Iterable[Fact]) -> list[tuple[int, str, str]]:
    """Return index, element and text of the blocks: the main context first, then the longest."""
    blocks = [
        (not fact.main, -len(fact.value), fact.value, fact.element, index)
        for index, fact in enumerate(facts)
        if fact.kind is Kind.TEXT and isinstance(fact.value, str)
    ]
    return [(index, element, value) for _, _, value, element, index in sorted(blocks)]


def _merge_item(drafts: list[Draft], item: ItemText) -> list[Draft]:
    """Put drafts in the order of the Item's text and add the sentences that no block holds."""
    sentences = [make_draft(None, item.text, start, end) for start, end in split_text(item.text)]
    page = _Page(sentences)
    placed: list[tuple[int, Draft]] = []
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
    prefix = to_key(name)
    return key.startswith(prefix) and key[len(prefix) :] in _HEADING_RESTS


class _Page:
    """The sentences of an Item's text, and how much of each the text blocks hold already."""

    def __init__(self, sentences: list[Draft]) -> None:
        self._sentences = sentences
        self._letters = "".join(sentence.key for sentence in sentences)
        self._starts = list(accumulate((len(s.key) for s in sentences), initial=0))
        self._n_known = [0] * len(sentences)
        self._by_key: dict[str, int] = {}
        for number, sentence in enumerate(sentences):
            self._by_key.setdefault(sentence.key, number)
        self._budget = SEARCH_BUDGET
        self.length = len(self._letters)

    def find_place(self, key: str) -> int | None:
        """Return where in the Item's letters a segment stands, and count it as known there."""
        number = self._by_key.get(key)
        if number is not None:
            self._n_known[number] = len(key)
            return self._starts[number]
        if len(key) < MIN_CONTAINED or self._budget <= 0:
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

    def list_unknown(self) -> Iterator[tuple[int, Draft]]:
        """Yield the place and draft of each sentence, its first copy only, that is mostly new."""
        for number, sentence in enumerate(self._sentences):
            is_first = self._by_key[sentence.key] == number
            if is_first and 2 * self._n_known[number] < len(sentence.key):
                yield self._starts[number], sentence
