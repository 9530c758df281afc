"""A long page, walked only where its cybersecurity Item or a fact stands.

A 10-K has ten thousands of elements, and walking them all takes longer than parsing them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from cydscore.read.markup import LAYOUT, PARAGRAPH, Span, find_role, flow_text

_BLOCK_CHARS = 20_000  # a longer block is looked at child by child; a printed page has 5,000
_MAX_DEPTH = 24
# The Item, the one before it (after which its title alone may head it), and those that end it.
_ITEMS = re.compile(
    r"items?\W{0,3}(?:(1\W?[bc]|16\W?[jk]|1\.05)|1\W?d|2|17|5\.\d\d|7\.01|8\.01|9\.01)(?!\w)"
)


def flow_page(
    root: etree._Element, chains: Sequence[Sequence[etree._Element]] = ()
) -> tuple[list[str], dict[etree._Element, Span]]:
    """Return what :func:`cydscore.read.markup.flow_text` does, for the part of a page that counts.

    Parameters
    ----------
    root
        Root of the document.
    chains
        The facts that are wanted, each as its parts in order.
    """
    body = root.find("{*}body")
    blocks = dict(_split_blocks(root if body is None else body))
    marked = {part for chain in chains for part in chain}
    wanted = _find_item_blocks(blocks.values()) | _find_fact_blocks(blocks, chains)
    pieces: list[str] = []
    spans: dict[etree._Element, Span] = {}
    for index, block in enumerate(blocks):
        if index not in wanted:
            pieces.append(PARAGRAPH)
            continue
        flowed, places = flow_text(block, marked)
        before = len(pieces)
        spans |= {part: (start + before, end + before) for part, (start, end) in places.items()}
        pieces += flowed
    return pieces, spans


def _split_blocks(element: etree._Element, depth: int = 0) -> Iterator[tuple[etree._Element, str]]:
    """Yield the blocks of a page in order, each with its bare text in lower case."""
    text = etree.tostring(element, method="text", encoding="unicode", with_tail=False)
    if len(text) > _BLOCK_CHARS and depth < _MAX_DEPTH and _is_divisible(element):
        for child in element.iterchildren("*"):
            yield from _split_blocks(child, depth + 1)
    else:
        yield element, text.lower()


def _is_divisible(element: etree._Element) -> bool:
    """Tell whether an element is layout that holds no text outside its children."""
    texts = [element.text, *(child.tail for child in element)]
    return find_role(element.tag) in LAYOUT and not any(
        text and not text.isspace() for text in texts
    )


def _find_item_blocks(texts: Iterable[str]) -> set[int]:
    """Return the blocks from each mention of the Item to the next one of an Item that ends it."""
    found = set()
    is_open = False
    for index, text in enumerate(texts):
        mentions = _ITEMS.findall(text)
        if is_open or any(mentions):
            found.add(index)
        if mentions:
            is_open = bool(mentions[-1])
    return found


def _find_fact_blocks(
    blocks: Iterable[etree._Element], chains: Sequence[Sequence[etree._Element]]
) -> set[int]:
    """Return the blocks that each fact spans, those between its parts with them."""
    indices = {block: index for index, block in enumerate(blocks)}
    found: set[int] = set()
    for chain in chains:
        spanned = [
            indices[above]
            for part in chain
            for above in (part, *part.iterancestors())
            if above in indices
        ]
        if spanned:
            found.update(range(min(spanned), max(spanned) + 1))
    return found
