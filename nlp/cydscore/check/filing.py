"""Check one filing: its flags, its blocks, and what else a reader should look at."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from cydscore.check.blocks import check_block
from cydscore.check.decide import Softmax
from cydscore.check.findings import find_findings
from cydscore.check.flags import check_flags, judge
from cydscore.check.incident import check_incident
from cydscore.check.negation import read_negations
from cydscore.check.subject import Subject
from cydscore.check.swaps import BlockText, find_swaps, name_homes
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
_ALNUM = re.compile(r"[^a-z0-9]")


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
        incident = check_incident(filing, segments) if is_incident_report(filing) else None
        tagging = read_negations(segments, tagging)
        flags: tuple[FlagCheck, ...] = ()
        if incident is None:
            flags = check_flags(
                segments,
                tagging,
                declared_flags(filing),
                _flag_spans(filing, segments),
                self.flags,
                self.least_contradiction,
            )
        texts = _gather_blocks(filing, segments, tagging)
        blocks = [
            check_block(element, held.text, held.segments, held.tagging, self.blocks)
            for element, held in texts.items()
        ]
        swapped = find_swaps(blocks, texts, self.blocks)
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


def _gather_blocks(
    filing: Filing, segments: Sequence[Segment], tagging: Tagging
) -> dict[str, BlockText]:
    """Return the words of each text-block element reported, in the order of the filing."""
    texts = {}
    for element in dict.fromkeys(f.element for f in filing.facts if f.kind is Kind.TEXT):
        rows = [row for row, segment in enumerate(segments) if element in segment.elements]
        texts[element] = BlockText(
            text=" ".join(str(f.value or "") for f in filing.facts if f.element == element),
            segments=[segments[row] for row in rows],
            tagging=tagging.take(rows),
        )
    return texts


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


def _holds(text: str, words: str) -> bool:
    """Tell whether a segment holds a flag's words that are less than a sentence."""
    return len(words) >= 12 and words in text


def _fold(text: str | None) -> str:
    return _ALNUM.sub("", (text or "").lower())
