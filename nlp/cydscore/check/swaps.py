"""Swapped blocks: two misfits, each of which holds what the other's element asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from cydscore.check.blocks import ReadBlock
from cydscore.records import BlockCheck

_LEAST_FIT = 0.5


def find_swaps(
    blocks: Iterable[BlockCheck], read: Mapping[str, ReadBlock]
) -> list[tuple[str, str]]:
    """Return pairs of elements that hold each other's text, each element in one pair at most.

    Parameters
    ----------
    blocks
        The checks of all blocks.
    read
        The blocks as they were read, by element.
    """
    misfits = [block.element for block in blocks if block.fit == "misfit"]
    likely = []
    for one, other in combinations(misfits, 2):
        sure = 1.0
        for element, held in ((one, read[other]), (other, read[one])):
            fit, confidence = held.judge(element)
            sure *= confidence if fit == "fits" and confidence >= _LEAST_FIT else 0.0
        if sure:
            likely.append((sure, one, other))
    pairs: list[tuple[str, str]] = []
    for _, one, other in sorted(likely, key=lambda row: -row[0]):
        if not any({one, other} & set(pair) for pair in pairs):
            pairs.append((one, other))
    return pairs


def name_homes(
    blocks: Iterable[BlockCheck], pairs: Sequence[tuple[str, str]]
) -> tuple[BlockCheck, ...]:
    """Return the checks with each swapped block sent where the other one stands."""
    homes = dict(pairs)
    homes |= {other: one for one, other in homes.items()}
    return tuple(
        replace(block, belongs_to=homes[block.element]) if block.element in homes else block
        for block in blocks
    )
