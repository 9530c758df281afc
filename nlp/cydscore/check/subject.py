"""What the rules look at: a filing, its segments, and what was read in them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cydscore.records import (
    BlockCheck,
    Fact,
    Filing,
    FlagCheck,
    IncidentCheck,
    Kind,
    Segment,
    Tagging,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """A filing with everything that a rule may ask about it.

    Attributes
    ----------
    filing
        The filing as read.
    segments, tagging
        Its segments and what the tagger says of them, row by row.
    flags, blocks
        Its flags held against the words, its blocks against their elements.
    incident
        What an incident report says of its incident; None for annual reports.
    doubtful
        Flags whose contradiction was too uncertain to be called one, or to say anything of.
    swapped
        Pairs of blocks that hold each other's text.
    """

    filing: Filing
    segments: Sequence[Segment]
    tagging: Tagging
    flags: Sequence[FlagCheck] = ()
    blocks: Sequence[BlockCheck] = ()
    incident: IncidentCheck | None = None
    doubtful: frozenset[str] = field(default_factory=frozenset)
    swapped: Sequence[tuple[str, str]] = ()

    @property
    def is_tagged(self) -> bool:
        """Whether the filing carries any ``cyd`` fact, of a known name or not."""
        return bool(self.filing.facts or self.filing.unknown)

    def could_show(self, elements: Sequence[str]) -> bool:
        """Tell whether what is silent here is silent in the filing.

        It is where the source carries the Item, or where one of the blocks in which the words
        would stand is tagged; data of tagged text alone lose what was never tagged.
        """
        return self.filing.item is not None or not self._reported.isdisjoint(elements)

    def list_texts(self) -> list[Fact]:
        """Return the text blocks of the document's own context."""
        return [fact for fact in self.filing.facts if fact.kind is Kind.TEXT and fact.main]

    def rows_of(self, element: str) -> Sequence[int]:
        """Return the rows of the segments that stand in a block."""
        return self._rows.get(element, ())

    @cached_property
    def _reported(self) -> frozenset[str]:
        return frozenset(fact.element for fact in self.filing.facts)

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = defaultdict(list)
        for row, segment in enumerate(self.segments):
            for element in segment.elements:
                rows[element].append(row)
        return rows
