"""Check one filing: its flags, its blocks, and what else a reader should look at."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from cydscore.check.blocks import check_block
from cydscore.check.decide import Softmax
from cydscore.check.flags import check_flags, judge
from cydscore.check.structure import find_findings
from cydscore.errors import ModelError
from cydscore.records import (
    BlockCheck,
    Filing,
    Finding,
    FlagCheck,
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
        Whether the filing reports an incident rather than a year.
    """

    flags: tuple[FlagCheck, ...]
    blocks: tuple[BlockCheck, ...]
    findings: tuple[Finding, ...]
    incident: bool = False


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
        incident = is_incident_report(filing)
        flags: tuple[FlagCheck, ...] = ()
        if not incident:
            flags = check_flags(
                segments,
                tagging,
                declared_flags(filing),
                _flag_spans(filing, segments),
                self.flags,
                self.least_contradiction,
            )
        blocks = tuple(
            self._check_element(element, filing, segments, tagging)
            for element in dict.fromkeys(f.element for f in filing.facts if f.kind is Kind.TEXT)
        )
        doubtful = [
            flag.element
            for flag in flags
            if flag.verdict == "unsupported"
            and judge(flag.element, flag.declared, flag.stated) == "contradicted"
        ]
        findings = find_findings(filing, flags, blocks, incident=incident, doubtful=doubtful)
        return Checks(flags=flags, blocks=blocks, findings=findings, incident=incident)

    def _check_element(
        self, element: str, filing: Filing, segments: Sequence[Segment], tagging: Tagging
    ) -> BlockCheck:
        text = " ".join(str(f.value) for f in filing.facts if f.element == element)
        rows = [i for i, segment in enumerate(segments) if element in segment.elements]
        return check_block(
            element, text, [segments[i] for i in rows], tagging.take(rows), self.blocks
        )


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
