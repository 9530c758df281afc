"""The records that travel between the stages; all frozen, all made with keywords.

Every span is half-open and says which text it indexes: ``text[start:end]`` is the segment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]
_Scalar = TypeVar("_Scalar", bound=np.generic)


class SourceFormat(StrEnum):
    """The format a filing was recognised in, by its content."""

    IXBRL = "ixbrl"
    INSTANCE = "instance"
    RENDERED = "rendered"
    NOTES = "notes"
    SUBMISSION = "submission"
    PLAIN = "plain"


class Kind(StrEnum):
    """What a ``cyd`` element holds."""

    FLAG = "flag"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where in the source a fact came from.

    Attributes
    ----------
    member
        Name of the part of a container (table of a notes zip, document of a submission).
    line
        Line in that part (or in the source itself), from 1; None where unknown.
    id
        The ``id`` attribute of the XBRL fact, where it has one.
    """

    member: str | None = None
    line: int | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One reported ``cyd`` fact.

    Attributes
    ----------
    element
        Local name in the ``cyd`` taxonomy, as ``CybersecurityRiskRoleOfManagementTextBlock``.
    kind
        Whether the element is a flag or a text block.
    value
        For a flag True, False, or None where it is nil or its value cannot be read as either; for
        a text block its whole text without markup, lines kept as paragraphs and list items.
    words
        What an Inline XBRL flag wraps: the filer's own evidence for it ("" where it wraps nothing
        or stands in ``ix:hidden``); None for text blocks and in formats that lose the span.
    year
        Year of the taxonomy namespace, for instance 2024; None where the format does not say.
    period_end
        End of the fact's own period as an ISO date, or None.
    main
        Whether the fact belongs to the document's own context (no dimension, the filing's period).
    nil
        Whether the fact was reported with ``xsi:nil``.
    origin
        Where in the source it came from.
    """

    element: str
    kind: Kind
    value: str | bool | None
    words: str | None = None
    year: int | None = None
    period_end: str | None = None
    main: bool = True
    nil: bool = False
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownElement:
    """A name in the ``cyd`` namespace that no version of the taxonomy has.

    Attributes
    ----------
    name
        The local name (or, in a rendered page, the label) as it stands in the source.
    origin
        Where in the source it came from.
    """

    name: str
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemText:
    """The cybersecurity Item of the document, tagged or not.

    Attributes
    ----------
    name
        ``Item 1C``, ``Item 16K`` or ``Item 1.05``.
    text
        Its text from heading to the next Item, lines kept as paragraphs and list items.
    """

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One filing as read, whatever its format.

    Attributes
    ----------
    source
        The path as given by the user ("-" for standard input).
    format
        The format recognised in its content.
    accession
        Accession number with dashes (``0001234567-25-000001``), or None where the source lacks it.
    cik
        Central Index Key without leading zeros, or None.
    company
        Name of the registrant as filed, or None.
    form
        Form type (``10-K``, ``20-F/A``, ``8-K`` …), or None.
    period_end
        The filing's period end as an ISO date, or None. Notes data round it to a month end.
    facts
        The ``cyd`` facts: those of the document's own context first, each group in reading order.
    item
        The cybersecurity Item's own text where the format carries the whole document, or None.
    unknown
        Names in the ``cyd`` namespace that the taxonomy does not have.
    sic
        Standard Industrial Classification of the registrant, four digits, or None. This and what
        follows is known of notes data alone.
    fiscal_year
        The filing's fiscal year, or None.
    filed
        Date of filing as an ISO date, or None.
    public_float
        Market value of the registrant's stock held by outsiders, in US dollars, or None.
    """

    source: str
    format: SourceFormat
    accession: str | None = None
    cik: str | None = None
    company: str | None = None
    form: str | None = None
    period_end: str | None = None
    facts: tuple[Fact, ...] = ()
    item: ItemText | None = None
    unknown: tuple[UnknownElement, ...] = ()
    sic: str | None = None
    fiscal_year: int | None = None
    filed: str | None = None
    public_float: float | None = None

    def identify(self) -> dict[str, str | None]:
        """Return what tells the filing from others, as plain data, as ``filing`` in a report."""
        return {
            "accession": self.accession,
            "cik": self.cik,
            "company": self.company,
            "form": self.form,
            "period_end": self.period_end,
            "source": self.source,
            "format": self.format.value,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A sentence, list item or heading of a filing, counted once however often it is tagged.

    Attributes
    ----------
    id
        Identifier within the filing, ``s1`` … in reading order.
    elements
        Local names of all text blocks that hold it, outermost first; empty for untagged text.
    fact
        Index into ``Filing.facts`` of the fact that ``start`` and ``end`` index; None when they
        index ``Filing.item.text``.
    start, end
        Half-open span in that text.
    text
        ``value[start:end]`` of that text.
    """

    id: str
    elements: tuple[str, ...]
    fact: int | None
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """What the tagger says of one segment.

    Attributes
    ----------
    tags
        Calibrated probability in [0, 1] of every tag being positively stated, and of its denial
        under ``!tag``, whatever the thresholds.
    labels
        The tags and denials whose probability reached their threshold, in the codebook's order.
    specificity
        0 generic, 1 particular, 2 verifiable.
    """

    tags: Mapping[str, float]
    labels: tuple[str, ...]
    specificity: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tagging:
    """What the tagger says of many segments, as arrays with a row a segment.

    Attributes
    ----------
    labels
        The tags in the codebook's order, then their denials (``!tag``).
    probability
        Calibrated probability of each label, shape (n_segments, n_labels), in [0, 1].
    stated
        Whether it reached the label's threshold, same shape.
    specificity
        0, 1 or 2, shape (n_segments,).
    at_least
        Calibrated probability of specificity 1 or more, and of 2, shape (n_segments, 2).
    """

    labels: tuple[str, ...]
    probability: NDArray[np.float64]
    stated: NDArray[np.bool_]
    specificity: NDArray[np.int8]
    at_least: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.probability)

    def take(self, rows: slice | Sequence[int]) -> "Tagging":
        """Return the same for some of the segments."""
        chosen = rows if isinstance(rows, slice) else np.asarray(rows, dtype=np.intp)
        return Tagging(
            labels=self.labels,
            probability=self.probability[chosen],
            stated=self.stated[chosen],
            specificity=self.specificity[chosen],
            at_least=self.at_least[chosen],
        )

    def columns(self, tags: Sequence[str]) -> NDArray[np.float64]:
        """Return the probabilities of some labels, shape (n_segments, n_tags); 0 if unknown."""
        return _take_columns(self.probability, self.labels, tuple(tags))

    def holds(self, tags: Sequence[str]) -> NDArray[np.bool_]:
        """Return whether some labels reached their thresholds, shape (n_segments, n_tags)."""
        return _take_columns(self.stated, self.labels, tuple(tags))

    def any_of(self, tags: Iterable[str]) -> NDArray[np.float64]:
        """Return, for each segment, the highest probability among some labels."""
        return np.asarray(self.columns(list(tags)).max(axis=1, initial=0.0))

    def best_of(self, groups: tuple[tuple[str, ...], ...]) -> NDArray[np.float64]:
        """Return the same for several groups of labels, shape (n_segments, n_groups)."""
        labels, starts = _flatten(groups)
        return np.maximum.reduceat(self.columns(labels), starts, axis=1)

    def part(self, lengths: Sequence[int]) -> list["Tagging"]:
        """Return consecutive parts of some lengths."""
        ends = accumulate(lengths, initial=0)
        return [self.take(slice(first, last)) for first, last in pairwise(ends)]

    def describe(self, row: int) -> Tagged:
        """Return what the tagger says of one segment, as plain data."""
        return Tagged(
            tags=dict(zip(self.labels, self.probability[row].tolist(), strict=True)),
            labels=tuple(
                label for label, held in zip(self.labels, self.stated[row], strict=True) if held
            ),
            specificity=int(self.specificity[row]),
        )


@lru_cache(maxsize=1024)
def _find_columns(labels: tuple[str, ...], tags: tuple[str, ...]) -> tuple[Indices, Indices]:
    """Return where the known ones of some tags stand among labels, and which tags are unknown."""
    unknown = [column for column, tag in enumerate(tags) if tag not in labels]
    places = [labels.index(tag) if tag in labels else 0 for tag in tags]
    return np.array(places, dtype=np.intp), np.array(unknown, dtype=np.intp)


@lru_cache(maxsize=1024)
def _flatten(groups: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the labels of all groups, each behind one that is unknown, and where they begin."""
    padded = [("", *group) for group in groups]
    starts = accumulate(map(len, padded[:-1]), initial=0)
    return tuple(chain.from_iterable(padded)), tuple(starts)


def _take_columns(
    table: NDArray[_Scalar], labels: tuple[str, ...], tags: tuple[str, ...]
) -> NDArray[_Scalar]:
    places, unknown = _find_columns(labels, tags)
    if len(labels) == 0:
        return np.zeros((len(table), len(tags)), dtype=table.dtype)
    taken = table.take(places, axis=1)
    if len(unknown):
        taken[:, unknown] = 0
    return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagCheck:
    """One declared flag held against the words of the whole filing.

    Attributes
    ----------
    element
        Local name of the flag.
    declared
        What the filing declares; None where it does not declare the flag.
    stated
        Best guess of what the text states: ``yes``, ``no`` or ``silent``; for the flag on material
        effect ``affirmed``, ``denied_both``, ``denied_past``, ``hypothetical`` or ``silent``.
    verdict
        ``supported``, ``partly_supported``, ``unsupported``, ``contradicted``, ``undeclared`` or
        ``absent``.
    confidence
        Probability in [0, 1] that ``stated`` is what a reader would say.
    evidence
        Ids of the decisive segments, best first; the filer's own flag span comes first.
    """

    element: str
    declared: bool | None
    stated: str
    verdict: str
    confidence: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockCheck:
    """One text-block element held against what its paragraph of the rule asks for.

    Attributes
    ----------
    element
        Local name of the text block.
    fit
        ``fits``, ``partly`` or ``misfit``.
    confidence
        Probability in [0, 1] of ``fit``.
    reason
        One sentence that says why.
    belongs_to
        For a misfit, the element whose question the text answers, or None.
    evidence
        Ids of the segments that speak most to the element (of a misfit: that say what it holds).
    """

    element: str
    fit: str
    confidence: float
    reason: str
    belongs_to: str | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about the filing that a reader should look at.

    Attributes
    ----------
    rule
        Identifier of the rule in ``data/rules.json``.
    severity
        ``error``, ``warning`` or ``note``.
    title
        The rule's title.
    detail
        What was found here.
    cites
        Paragraph of the rule or standard that it rests on.
    elements
        Local names of the elements it speaks of, as they stand in the source.
    evidence
        Ids of the segments it speaks of.
    """

    rule: str
    severity: str
    title: str
    detail: str
    cites: str
    elements: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPart:
    """What an incident report says of one aspect of its incident.

    Attributes
    ----------
    status
        ``stated``; ``undetermined``, where the report says that it is not known yet; or
        ``missing``.
    confidence
        Probability in [0, 1] that ``status`` is what a reader would say.
    evidence
        Ids of the decisive segments, those of the aspect's own text block first.
    """

    status: str
    confidence: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCheck:
    """What an incident report says of its incident, aspect by aspect (Form 8-K Item 1.05).

    Attributes
    ----------
    amendment
        Whether the report amends an earlier one.
    nature, scope, timing
        What happened, to what, and when.
    impact
        The material impact, or the reasonably likely one.
    """

    amendment: bool
    nature: IncidentPart
    scope: IncidentPart
    timing: IncidentPart
    impact: IncidentPart


#: The quality score and its parts in the order in which they are shown.
PARTS: Final = (
    *("overall", "coverage", "specificity", "consistency", "candour"),
    *("originality", "clarity"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The quality score and its parts, in points 0-100; None where there is too little text.

    Attributes
    ----------
    overall
        A reader's grade of the whole disclosure.
    coverage
        How much of what Item 106 asks is answered in substance.
    specificity
        How much is particular or verifiable.
    consistency
        How well the words agree with the declared flags and the blocks with their elements.
    candour
        How plainly incidents and both limbs of the impact question are stated.
    originality
        How much of the wording other filers do not share.
    clarity
        How readable it is, each thing said once.
    details
        What each part was made from, in the words of ``data/score.json``.
    """

    overall: float | None
    coverage: float | None
    specificity: float | None
    consistency: float | None
    candour: float | None
    originality: float | None
    clarity: float | None
    details: Mapping[str, object]
