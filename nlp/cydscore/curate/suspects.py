"""Find labels that are likely wrong, by what taggers say that have not seen the company.

Confident learning (Northcutt, Jiang and Chuang, Confident Learning: Estimating Uncertainty in
Dataset Labels, JAIR 70, 2021), one label at a time: a label is suspect if the other answer is at
least as probable as it is on average where it was given. Suspects are ranked by self-confidence,
the probability of the answer that was given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cydscore.corpus import LabelledSegment

#: Means over fewer examples say nothing.
_LEAST_EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A label that may be wrong.

    Attributes
    ----------
    segment
        The segment.
    label
        The tag or denial.
    given
        Whether the segment has it.
    confidence
        Probability of the answer that was given, in [0, 1]; the lower, the more suspect.
    """

    segment: LabelledSegment
    label: str
    given: bool
    confidence: float

    def to_row(self) -> dict[str, Any]:
        """Return the suspect as a row of JSON lines, with the segment it stands in."""
        return {
            "label": self.label,
            "given": self.given,
            "confidence": round(self.confidence, 4),
            "line": self.segment.line,
            **self.segment.to_row(),
        }


def find_suspects(
    segments: Sequence[LabelledSegment],
    probabilities: NDArray[np.floating],
    labels: Sequence[str],
) -> list[Suspect]:
    """Return suspect labels, the most suspect first.

    Parameters
    ----------
    segments
        The segments.
    probabilities
        Of each label, by a model that has not seen the segment's company, shape (segments,
        labels), as ``FoldFit.probabilities``.
    labels
        The tags and denials.
    """
    suspects: list[Suspect] = []
    place = {label: j for j, label in enumerate(labels)}
    given = np.zeros(probabilities.shape, bool)
    for i, segment in enumerate(segments):
        given[i, [place[label] for label in segment.tags]] = True
    for label, j in place.items():
        chance, said = probabilities[:, j], given[:, j]
        if min(said.sum(), (~said).sum()) < _LEAST_EXAMPLES:
            continue
        least_yes, least_no = chance[said].mean(), (1 - chance[~said]).mean()
        doubtful = np.where(said, 1 - chance >= least_no, chance >= least_yes)
        suspects += [
            Suspect(
                segment=segments[i],
                label=label,
                given=bool(said[i]),
                confidence=float(chance[i] if said[i] else 1 - chance[i]),
            )
            for i in np.flatnonzero(doubtful).tolist()
        ]
    return sorted(suspects, key=lambda s: (s.confidence, s.label, s.segment.line))


def count_suspects(suspects: Sequence[Suspect]) -> Mapping[str, tuple[int, int]]:
    """Return, by label, how many may be given wrongly and how many may be missing.

    Parameters
    ----------
    suspects
        What `find_suspects` found.
    """
    counts: dict[str, tuple[int, int]] = {}
    for suspect in suspects:
        wrong, missing = counts.get(suspect.label, (0, 0))
        counts[suspect.label] = (wrong + suspect.given, missing + (not suspect.given))
    return counts
