"""Score the quality of a disclosure: parts in points 0-100, each traced to what it was made from.

The parts and the questions of Item 106 stand in ``data/score.json``; how raw measures become a
reader's points is fitted to graded filings (``cydscore.fit_scorer``) with weights that are never
negative, so that more evidence never lowers coverage.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any, Final, Self

import numpy as np

from cydscore.check import Checks
from cydscore.errors import ModelError
from cydscore.records import Scores, Segment, Tagging
from cydscore.tags import DENIAL

LONG_SENTENCE: Final = 45
#: Raw measures that each fitted part is made from; the last one is made from the other parts.
MEASURES: Final[Mapping[str, tuple[str, ...]]] = {
    "coverage": ("answered_ratio",),
    "specificity": ("particular_log", "verifiable_log", "particular_ratio", "topics_ratio"),
    "candour": ("past_effect", "likely_effect", "incident_told"),
    "overall": ("coverage", "specificity", "candour", "consistency", "clarity"),
}
_NEAR_SAME: Final = 0.8
_LEAST_WORDS: Final = 6  # different ones, that a segment needs to count as repeated
_MOST_COMPARED: Final = 2048  # a hostile file must not take hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question that Item 106 asks.

    Attributes
    ----------
    id
        Identifier.
    question
        The question in words.
    rule
        Its paragraph.
    tags
        Tags that answer it; their denials answer it too.
    shares
        Weights of the best segment, of the second, and of an answer being particular.
    """

    id: str
    question: str
    rule: str
    tags: tuple[str, ...]
    shares: tuple[float, float, float]


@cache
def load_score_table() -> Mapping[str, Any]:
    """Return the definition of the score, ``data/score.json``."""
    text = resources.files("cydscore").joinpath("data/score.json").read_text("utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table


@cache
def load_questions() -> tuple[Question, ...]:
    """Return the questions of Item 106 in the order of the rule."""
    rows = load_score_table()["questions"]
    return tuple(
        Question(**{**row, "tags": tuple(row["tags"]), "shares": tuple(row["shares"])})
        for row in rows
    )


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
        return float(np.clip(points, 0.0, 100.0))


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
        n_words = sum(len(segment.text.split()) for segment in segments)
        least = int(load_score_table()["least_words"])
        if checks.incident:
            return _no_scores(n_words, "an incident report is not scored against Item 106")
        if n_words < least:
            return _no_scores(n_words, f"{n_words} words of disclosure; a score needs {least}")
        answers = answer_questions(tagging)
        raw = measure_filing(segments, tagging, answers)
        parts = {
            "coverage": self.scales["coverage"].to_points(raw),
            "specificity": self.scales["specificity"].to_points(raw),
            "candour": self.scales["candour"].to_points(raw),
            "consistency": score_consistency(checks),
            "clarity": score_clarity(segments),
        }
        overall = self.scales["overall"].to_points(
            {name: 50.0 if points is None else points for name, points in parts.items()}
        )
        return Scores(
            overall=round(overall, 1),
            **{name: None if p is None else round(p, 1) for name, p in parts.items()},
            details={
                "n_words": n_words,
                "questions": [_describe_answer(q, answers[q.id]) for q in load_questions()],
                "measures": {name: round(value, 4) for name, value in raw.items()},
                "weights": {
                    name: dict(zip(scale.measures, scale.weights, strict=True))
                    for name, scale in self.scales.items()
                },
            },
        )


def _no_scores(n_words: int, reason: str) -> Scores:
    return Scores(
        overall=None,
        coverage=None,
        specificity=None,
        consistency=None,
        candour=None,
        clarity=None,
        details={"reason": reason, "n_words": n_words},
    )


def answer_questions(tagging: Tagging) -> dict[str, float]:
    """Return how far each question of Item 106 is answered, in [0, 1]."""
    particular = tagging.at_least[:, 0]
    answers = {}
    for question in load_questions():
        probability = tagging.any_of([*question.tags, *(DENIAL + tag for tag in question.tags)])
        best = -np.sort(-np.concatenate([probability, np.zeros(2)]))
        substance = 1 - float(np.prod(1 - np.minimum(probability * particular, 0.99)))
        first, second, particularly = question.shares
        answers[question.id] = float(first * best[0] + second * best[1] + particularly * substance)
    return answers


def measure_filing(
    segments: Sequence[Segment], tagging: Tagging, answers: Mapping[str, float]
) -> dict[str, float]:
    """Return the raw measures that the fitted parts are made from.

    ``particular_log`` and ``verifiable_log`` are log(1 + expected number of segments of
    specificity 1 or 2, and of 2); ``*_ratio`` lie in [0, 1]; the others are probabilities.
    """
    words = np.array([len(segment.text.split()) for segment in segments], dtype=np.float64)
    particular, verifiable = tagging.at_least.T
    topics = tagging.columns(load_score_table()["topics"])
    return {
        "answered_ratio": float(np.mean(list(answers.values()))),
        "particular_log": float(np.log1p(particular.sum())),
        "verifiable_log": float(np.log1p(verifiable.sum())),
        "particular_ratio": float(words @ particular / max(words.sum(), 1.0)),
        "topics_ratio": float(topics.max(axis=0, initial=0.0).mean()),
        "past_effect": answers["past_effect"],
        "likely_effect": answers["likely_effect"],
        "incident_told": float(tagging.any_of(["incident_occurred"]).max(initial=0.0)),
    }


_FLAG_LOSS = {"contradicted": 3.0, "unsupported": 2.0, "undeclared": 1.0, "partly_supported": 1.0}
_BLOCK_LOSS = {"misfit": 1.0, "partly": 0.5}


def score_consistency(checks: Checks) -> float | None:
    """Return points for agreement of flags and blocks with the words; None without either."""
    flags = [flag for flag in checks.flags if flag.verdict != "absent"]
    n = len(flags) + len(checks.blocks)
    if n == 0 or (not checks.blocks and all(flag.declared is None for flag in flags)):
        return None
    lost = sum(_FLAG_LOSS.get(flag.verdict, 0.0) for flag in flags)
    lost += sum(_BLOCK_LOSS.get(block.fit, 0.0) for block in checks.blocks)
    return max(0.0, 100.0 * (1 - lost / n))


def score_clarity(segments: Sequence[Segment]) -> float:
    """Return points for sentences of readable length that do not repeat each other."""
    words = [segment.text.lower().split() for segment in segments]
    n_words = np.array([len(w) for w in words], dtype=np.float64)
    total = max(float(n_words.sum()), 1.0)
    long_ratio = float(n_words[n_words > LONG_SENTENCE].sum()) / total
    repeated_ratio = float(n_words[_find_repeats(words)].sum()) / total
    return 100.0 * max(0.0, 1 - 0.5 * long_ratio - repeated_ratio)


def _find_repeats(words: Sequence[Sequence[str]]) -> list[int]:
    """Return the segments that share nearly all their words with an earlier one."""
    vocabulary: dict[str, int] = {}
    bits = [sum(1 << vocabulary.setdefault(w, len(vocabulary)) for w in set(row)) for row in words]
    sizes = [bag.bit_count() for bag in bits]
    # Only bags of nearly one size can share so much.
    fit = (i for i, size in enumerate(sizes) if size >= _NEAR_SAME * _LEAST_WORDS)
    order = sorted(fit, key=sizes.__getitem__)
    repeats: set[int] = set()
    for place, i in enumerate(order):
        for j in islice(order, place + 1, place + 1 + _MOST_COMPARED):
            if sizes[i] < _NEAR_SAME * sizes[j]:
                break
            shared = (bits[i] & bits[j]).bit_count()
            later = max(i, j)
            near = shared >= _NEAR_SAME * (sizes[i] + sizes[j] - shared)
            if near and sizes[later] >= _LEAST_WORDS:
                repeats.add(later)
    return sorted(repeats)


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
