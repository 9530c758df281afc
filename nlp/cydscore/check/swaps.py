"""Swapped blocks: two misfits, each of which holds what the other's element asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from cydscore.check.blocks import judge_fit
from cydscore.check.decide import Softmax
from cydscore.records import BlockCheck, Segment, Tagging

_LEAST_FIT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BlockText:
    """The words of a block, its segments, and what the tagger says of them."""

    text: str
    segments: Sequence[Segment]
    tagging: Tagging


def find_swaps(
    blocks: Iterable[BlockCheck],
    texts: Mapping[str, BlockText],
    decisions: Mapping[str, Softmax],
) -> list[tuple[str, str]]:
    """Return pairs of elements that hold each other's text, each element in one pair at most.

    Parameters
    ----------
    blocks
        The checks of all blocks.
    texts
        The words of each block, by element.
    decisions
        One softmax over ``fits``, ``partly`` and ``misfit`` for each annual element.
    """
    misfits = [block.element for block in blocks if block.fit == "misfit"]
    likely = []
    for one, other in combinations(misfits, 2):
        sure = 1.0
        for element, held in ((one, texts[other]), (other, texts[one])):
            fit, confidence = judge_fit(element, held.text, held.segments, held.tagging, decisions)
            sure *= confidence if fit == "fits" and confidence >= _LEAST_FIT else 0.0
        if sure:
            likely.append((sure, one, other))
    pairs: list[tuple[str, str]] = []
    for _, one, other in sorted(likely, key=lambda row: -row[0]):
        if not any({one, other} & set(pair) for pair in pairs):
            pairs.append((one, other))
    return pairs


def name_homes(
    blocks: Iterable[BlockCheck], pairs: Iterable[tuple[str, str]]
) -> tuple[BlockCheck, ...]:
    """Return the checks with each swapped block sent where the other one stands."""
    homes = dict(pairs)
    homes |= {other: one for one, other in homes.items()}
    return tuple(
        replace(block, belongs_to=homes.get(block.element, block.belongs_to)) for block in blocks
    )
