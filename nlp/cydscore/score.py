"""Score the quality of a disclosure: parts in points 0-100, each traced to what it was made from.

The parts stand in ``data/score.json``; how raw measures become a reader's points is fitted to
graded filings (``cydscore.fit_scorer``) with weights that are never negative, so that more evidence
never lowers coverage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np

from cydscore.check import Checks
from cydscore.doubt import measure_doubt
from cydscore.errors import ModelError
from cydscore.measures import (
    Disclosure,
    Question,
    answer_questions,
    load_questions,
    load_score_table,
    measure_filing,
    read_disclosures,
    score_clarity,
    score_consistency,
    score_originality,
)
from cydscore.records import Scores, Segment, Tagging

#: Raw measures that each fitted part is made from; the last one is made from the other parts.
MEASURES: Final[Mapping[str, tuple[str, ...]]] = {
    "coverage": ("answered_ratio",),
    "specificity": (
        *("particular_log", "verifiable_log", "particular_ratio", "topics_ratio"),
        *("entities_log", "original_ratio"),
    ),
    "candour": (
        *("past_effect", "likely_effect", "incident_told"),
        *("effect_agreement", "flags_agreement"),
    ),
    "overall": ("coverage", "specificity", "candour", "consistency", "originality", "clarity"),
}
#: Points of a part that is not known, where the overall score is made.
UNKNOWN: Final = 50.0
#: Standard deviations to either side of a score that hold 80 of 100.
_REACH: Final = 1.2816


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A line from raw measures to points, weights never negative.

    Attributes
    ----------
    measures
        Names of the raw measures.
    weights
        Points a unit of each measure, none negative.
    bias
        Points where all measures are 0.
    """

    measures: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the scale that a model's ``scorer.json`` holds.

        Raises
        ------
        ModelError
            If a part is missing or a weight is negative.
        """
        try:
            weights = {str(name): float(weight) for name, weight in data["weights"].items()}
            bias = float(data["bias"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelError(
                f"scorer.json is damaged ({error}); train the model again with cydscore train"
            ) from None
        if min(weights.values(), default=0.0) < 0:
            raise ModelError("scorer.json has a negative weight; train the model again")
        return cls(measures=tuple(weights), weights=tuple(weights.values()), bias=bias)

    def to_points(self, raw: Mapping[str, float]) -> float:
        """Return points in [0, 100]."""
        points = self.bias
        for measure, weight in zip(self.measures, self.weights, strict=True):
            points += weight * raw[measure]
        return float(min(max(points, 0.0), 100.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorer:
    """The scales of the fitted parts, as a model holds them.

    Attributes
    ----------
    scales
        ``coverage``, ``specificity``, ``candour`` and ``overall``.
    """

    scales: Mapping[str, Scale]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the scorer that a model's ``scorer.json`` holds.

        Raises
        ------
        ModelError
            If a scale is missing or damaged.
        """
        missing = [name for name in MEASURES if name not in data]
        if missing:
            raise ModelError(
                f"scorer.json lacks {', '.join(missing)}; train the model again with cydscore train"
            )
        return cls(scales={name: Scale.from_json(data[name]) for name in MEASURES})

    def score(self, segments: Sequence[Segment], tagging: Tagging, checks: Checks) -> Scores:
        """Return the score of one filing, None throughout where there is nothing to score.

        That is an incident report, which does not answer Item 106, or too little text.
        """
        return self.score_all([segments], [tagging], [checks])[0]

    def score_all(
        self,
        segmented: Sequence[Sequence[Segment]],
        taggings: Sequence[Tagging],
        checks: Sequence[Checks],
    ) -> list[Scores]:
        """Return the scores of some filings; they cost less together."""
        read = read_disclosures(segmented, taggings)
        return [self._score(*given) for given in zip(read, checks, strict=True)]

    def _score(self, disclosure: Disclosure, checks: Checks) -> Scores:
        n_words = sum(map(len, disclosure.words))
        least = int(load_score_table()["least_words"])
        if checks.incident:
            return _no_scores(n_words, "an incident report is not scored against Item 106")
        if n_words < least:
            return _no_scores(n_words, f"{n_words} words of disclosure; a score needs {least}")
        answers = answer_questions(disclosure)
        raw = measure_filing(disclosure, answers, checks)
        parts = {
            "coverage": self.scales["coverage"].to_points(raw),
            "specificity": self.scales["specificity"].to_points(raw),
            "candour": self.scales["candour"].to_points(raw),
            "consistency": score_consistency(checks),
            "originality": score_originality(disclosure),
            "clarity": score_clarity(disclosure),
        }
        overall = self.combine(parts)
        n_entities = float(np.expm1(raw["entities_log"]))
        return Scores(
            overall=round(overall, 1),
            **{name: None if p is None else round(p, 1) for name, p in parts.items()},
            details={
                "n_words": n_words,
                "intervals": self._find_intervals({**parts, "overall": overall}, disclosure),
                "entities_per_kiloword": round(1000 * n_entities / n_words, 1),
                "questions": [_describe_answer(q, answers[q.id]) for q in load_questions()],
                "measures": {name: round(value, 4) for name, value in raw.items()},
                "weights": {
                    name: dict(zip(scale.measures, scale.weights, strict=True))
                    for name, scale in self.scales.items()
                },
            },
        )

    def combine(self, parts: Mapping[str, float | None]) -> float:
        """Return the overall points that parts make; a part that is not known counts as 50."""
        return self.scales["overall"].to_points(
            {name: UNKNOWN if points is None else points for name, points in parts.items()}
        )

    def _find_intervals(
        self, points: Mapping[str, float | None], disclosure: Disclosure
    ) -> dict[str, list[float]]:
        """Return, for each fitted part, the points between which 80 of 100 lie.

        Doubts within a part are taken to go together, and so are those of the parts: the interval
        is wide rather than narrow.
        """
        spread = measure_doubt(disclosure)
        intervals = {}
        for part, scale in self.scales.items():
            spread[part] = sum(
                weight * spread.get(measure, 0.0)
                for measure, weight in zip(scale.measures, scale.weights, strict=True)
            )
            middle, reach = points[part], _REACH * spread[part]
            if middle is not None:
                low, high = max(0.0, middle - reach), min(100.0, middle + reach)
                intervals[part] = [round(low, 1), round(high, 1)]
        return intervals


def reweigh(scores: Scores, weights: Mapping[str, float]) -> Scores:
    """Return scores whose overall points are the weighted mean of their parts.

    Parameters
    ----------
    scores
        The scores of a filing; none are returned as they are.
    weights
        Weight of each part, none negative, at least one above 0. Parts that are not known for the
        filing count as 50.
    """
    if scores.overall is None:
        return scores
    total = sum(weights.values())
    points = {part: getattr(scores, part) for part in weights}
    known = {part: UNKNOWN if p is None else p for part, p in points.items()}
    overall = sum(weight * known[part] for part, weight in weights.items()) / total
    intervals = scores.details["intervals"]
    given = intervals if isinstance(intervals, dict) else {}
    ends = [
        sum(w * given.get(part, (known[part],) * 2)[side] for part, w in weights.items()) / total
        for side in (0, 1)
    ]
    details = {
        **scores.details,
        "intervals": {**given, "overall": [round(end, 1) for end in ends]},
        "weights": {
            **_as_dict(scores.details["weights"]),
            "overall": {part: round(weight / total, 4) for part, weight in weights.items()},
        },
    }
    return replace(scores, overall=round(overall, 1), details=details)


def _as_dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _no_scores(n_words: int, reason: str) -> Scores:
    return Scores(
        overall=None,
        coverage=None,
        specificity=None,
        consistency=None,
        candour=None,
        originality=None,
        clarity=None,
        details={"reason": reason, "n_words": n_words},
    )


def _describe_answer(question: Question, answer: float) -> dict[str, object]:
    limits = load_score_table()["answer"]
    level = "not at all"
    if answer >= limits["in_substance"]:
        level = "in substance"
    elif answer >= limits["in_passing"]:
        level = "in passing"
    return {
        "id": question.id,
        "question": question.question,
        "rule": question.rule,
        "answered": level,
        "answer": round(answer, 4),
    }
