"""Check one filing: its flags, its blocks, and what else a reader should look at."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice
from typing import Any, Self

from cydscore.check.blocks import Block, ReadBlock, check_block, read_blocks
from cydscore.check.decide import Softmax
from cydscore.check.findings import find_findings
from cydscore.check.flags import check_flags, judge, judge_flags
from cydscore.check.incident import check_incident
from cydscore.check.negation import read_negations
from cydscore.check.subject import Subject
from cydscore.check.swaps import find_swaps, name_homes
from cydscore.errors import ModelError
from cydscore.records import (
    BlockCheck,
    Filing,
    Finding,
    FlagCheck,
    IncidentCheck,
    Kind,
    Segment,
    Tagging,
)
from cydscore.taxonomy import ANNUAL_PREFIX, INCIDENT_PREFIX

_INCIDENT_FORM = re.compile(r"(?:8-K|6-K)\w*(?:/A)?", re.IGNORECASE)
_KEPT = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789")
_DROPPED = bytes(code for code in range(128) if code not in _KEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What the checker says of one filing.

    Attributes
    ----------
    flags
        All six flags for annual reports, none for incident reports.
    blocks
        One entry a text-block element reported, in the order of the filing.
    findings
        Errors first.
    incident
        What an incident report says of its incident; None for annual reports.
    """

    flags: tuple[FlagCheck, ...]
    blocks: tuple[BlockCheck, ...]
    findings: tuple[Finding, ...]
    incident: IncidentCheck | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """The checker's decisions, as a model holds them.

    Attributes
    ----------
    flags
        The decisions on the five yes-or-no flags (``flags``) and on material effect (``material``).
    blocks
        A decision for each annual text block.
    least_contradiction
        For ``flags`` and ``material``, the confidence below which a contradiction is only called
        unsupported.
    """

    flags: Mapping[str, Softmax]
    blocks: Mapping[str, Softmax]
    least_contradiction: Mapping[str, float]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the checker that a model's ``checker.json`` holds.

        Raises
        ------
        ModelError
            If a part is missing or damaged.
        """
        try:
            return cls(
                flags={name: Softmax.from_json(data[name]) for name in ("flags", "material")},
                blocks={name: Softmax.from_json(row) for name, row in data["blocks"].items()},
                least_contradiction={
                    name: float(data["least_contradiction"][name]) for name in ("flags", "material")
                },
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            if isinstance(error, ModelError):
                raise
            raise ModelError(
                f"checker.json lacks {error}; train the model again with cydscore train"
            ) from None

    def check(self, filing: Filing, segments: Sequence[Segment], tagging: Tagging) -> Checks:
        """Return the checks of one filing.

        Parameters
        ----------
        filing
            The filing as read.
        segments, tagging
            Its segments and what the tagger says of them, row by row.
        """
        return self.check_all([filing], [segments], tagging)[0]

    def check_all(
        self, filings: Sequence[Filing], segmented: Sequence[Sequence[Segment]], tagging: Tagging
    ) -> list[Checks]:
        """Return the checks of some filings; they cost less together.

        Parameters
        ----------
        filings
            The filings as read.
        segmented
            The segments of each.
        tagging
            What the tagger says of all segments, one filing behind the other.
        """
        lengths = [len(segments) for segments in segmented]
        starts = list(accumulate(lengths, initial=0))[:-1]
        tagging = read_negations(list(chain.from_iterable(segmented)), tagging, frozenset(starts))
        taggings = tagging.part(lengths)
        annual = [n for n, filing in enumerate(filings) if not is_incident_report(filing)]
        judged = judge_flags(
            [segmented[n] for n in annual], [taggings[n] for n in annual], self.flags
        )
        stated = dict(zip(annual, judged, strict=True))
        held = [
            _gather_blocks(filing, segments, start)
            for filing, segments, start in zip(filings, segmented, starts, strict=True)
        ]
        read = iter(read_blocks(list(chain.from_iterable(held)), tagging, self.blocks))
        return [
            self._check(
                filing, segmented[n], taggings[n], stated.get(n), list(islice(read, len(held[n])))
            )
            for n, filing in enumerate(filings)
        ]

    def _check(
        self,
        filing: Filing,
        segments: Sequence[Segment],
        tagging: Tagging,
        stated: Mapping[str, tuple[str, float]] | None,
        read: Sequence[ReadBlock],
    ) -> Checks:
        """Return the checks of one filing; nothing is stated of the flags of incident reports."""
        incident = check_incident(filing, segments) if stated is None else None
        flags: tuple[FlagCheck, ...] = ()
        if stated is not None:
            flags = check_flags(
                segments,
                tagging,
                declared_flags(filing),
                _flag_spans(filing, segments),
                stated,
                self.least_contradiction,
            )
        blocks = [check_block(one) for one in read]
        swapped = find_swaps(blocks, {one.block.element: one for one in read})
        checked = Subject(
            filing=filing,
            segments=segments,
            tagging=tagging,
            flags=flags,
            blocks=name_homes(blocks, swapped),
            incident=incident,
            doubtful=frozenset(
                flag.element
                for flag in flags
                if flag.verdict == "unsupported"
                and judge(flag.element, flag.declared, flag.stated) == "contradicted"
            ),
            swapped=swapped,
        )
        return Checks(
            flags=flags,
            blocks=tuple(checked.blocks),
            findings=find_findings(checked),
            incident=incident,
        )


def _gather_blocks(filing: Filing, segments: Sequence[Segment], start: int) -> list[Block]:
    """Return each text-block element that a filing reports, in its order.

    Parameters
    ----------
    filing, segments
        The filing and its segments.
    start
        Row of the first of them.
    """
    texts: dict[str, list[str]] = {f.element: [] for f in filing.facts if f.kind is Kind.TEXT}
    for fact in filing.facts:
        if fact.element in texts:
            texts[fact.element].append(str(fact.value or ""))
    rows: dict[str, list[int]] = {element: [] for element in texts}
    for row, segment in enumerate(segments):
        for element in rows.keys() & segment.elements:
            rows[element].append(row)
    return [
        Block(
            element=element,
            text=" ".join(text),
            rows=[start + row for row in rows[element]],
            segments=[segments[row] for row in rows[element]],
        )
        for element, text in texts.items()
    ]


def declared_flags(filing: Filing) -> dict[str, bool | None]:
    """Return the value of each flag that a filing reports; the main context's first fact counts."""
    declared: dict[str, bool | None] = {}
    for fact in filing.facts:
        if fact.kind is Kind.FLAG and isinstance(fact.value, bool):
            declared.setdefault(fact.element, fact.value)
    return declared


def is_incident_report(filing: Filing) -> bool:
    """Tell whether a filing reports an incident rather than a year.

    The form decides; where it is unknown, a filing with an annual element is an annual report.
    """
    if filing.form:
        return bool(_INCIDENT_FORM.fullmatch(filing.form.strip()))
    names = [fact.element for fact in filing.facts]
    if any(name.startswith(ANNUAL_PREFIX) for name in names):
        return False
    if any(name.startswith(INCIDENT_PREFIX) for name in names):
        return True
    return filing.item is not None and filing.item.name == "Item 1.05"


def _flag_spans(filing: Filing, segments: Sequence[Segment]) -> dict[str, list[str]]:
    """Return the ids of the segments that the words of each Inline XBRL flag cover."""
    wrapped = {f.element: _fold(f.words) for f in filing.facts if f.words and f.kind is Kind.FLAG}
    if not wrapped:
        return {}
    folded = [(segment.id, _fold(segment.text)) for segment in segments]
    return {
        element: [name for name, text in folded if text and (text in words or _holds(text, words))]
        for element, words in wrapped.items()
    }


def _holds(text: bytes, words: bytes) -> bool:
    """Tell whether a segment holds a flag's words that are less than a sentence."""
    return len(words) >= 12 and words in text


def _fold(text: str | None) -> bytes:
    """Return the letters and digits of a text in lower case, those of ASCII alone."""
    return (text or "").lower().encode("ascii", "ignore").translate(None, _DROPPED)
