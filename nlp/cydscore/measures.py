"""What a score is made from: the questions of Item 106, and raw measures of a disclosure.

The questions stand in ``data/score.json``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cydscore.check import Checks
from cydscore.entities import count_entities
from cydscore.originality import measure_common_each
from cydscore.records import Segment, Tagging
from cydscore.tags import DENIAL
from cydscore.taxonomy import MATERIAL_FLAG

LONG_SENTENCE: Final = 45
_NEAR_SAME: Final = 0.8
_LEAST_WORDS: Final = 6  # different ones, that a segment needs to count as repeated
_MOST_COMPARED: Final = 256  # a hostile file must not take hours


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
    example
        An authored answer that is particular, about an invented company.
    """

    id: str
    question: str
    rule: str
    tags: tuple[str, ...]
    shares: tuple[float, float, float]
    example: str


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


@cache
def _question_labels() -> tuple[tuple[str, ...], ...]:
    """Return the tags and denials that answer each question."""
    return tuple((*q.tags, *(DENIAL + tag for tag in q.tags)) for q in load_questions())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Disclosure:
    """What the measures of one filing have in common, read once.

    Attributes
    ----------
    segments, tagging
        Its segments and what the tagger says of them, row by row.
    words
        The words of each segment, in lower case.
    lengths
        Their numbers, shape (n_segments,).
    answers
        How surely each question of Item 106 is answered, shape (3, questions), in [0, 1]: by the
        best segment, by the second best, and by any segment that is particular.
    common
        Share of its word sequences that are common across filers, None where there are too few.
    """

    segments: Sequence[Segment]
    tagging: Tagging
    words: Sequence[Sequence[str]]
    lengths: NDArray[np.float64]
    answers: NDArray[np.float64]
    common: float | None


def read_disclosures(
    segmented: Sequence[Sequence[Segment]], taggings: Sequence[Tagging]
) -> list[Disclosure]:
    """Return what the measures of some filings need; filings cost less together."""
    read = []
    commons = measure_common_each(segmented)
    for segments, tagging, common in zip(segmented, taggings, commons, strict=True):
        words = [segment.text.lower().split() for segment in segments]
        read.append(
            Disclosure(
                segments=segments,
                tagging=tagging,
                words=words,
                lengths=np.fromiter(map(len, words), np.float64, len(words)),
                answers=_find_answers(tagging),
                common=common,
            )
        )
    return read


def _find_answers(tagging: Tagging) -> NDArray[np.float64]:
    labels = _question_labels()
    probability = np.vstack([tagging.best_of(labels), np.zeros((2, len(labels)))])
    particular = np.append(tagging.at_least[:, 0], (0.0, 0.0))[:, None]
    substance = 1 - np.prod(1 - np.minimum(probability * particular, 0.99), axis=0)
    return np.vstack([-np.sort(-probability, axis=0)[:2], substance])


def answer_questions(disclosure: Disclosure) -> dict[str, float]:
    """Return how far each question of Item 106 is answered, in [0, 1]."""
    shares = np.array([question.shares for question in load_questions()])
    answers = (shares.T * disclosure.answers).sum(axis=0).tolist()
    return {q.id: answer for q, answer in zip(load_questions(), answers, strict=True)}


def measure_filing(
    disclosure: Disclosure, answers: Mapping[str, float], checks: Checks | None = None
) -> dict[str, float]:
    """Return the raw measures that the fitted parts are made from.

    ``particular_log`` and ``verifiable_log`` are log(1 + expected number of segments of
    specificity 1 or 2, and of 2), ``entities_log`` the same of distinct entities; ``*_ratio`` and
    ``*_agreement`` lie in [0, 1]; the others are probabilities.
    """
    tagging, words, common = disclosure.tagging, disclosure.lengths, disclosure.common
    particular, verifiable = tagging.at_least.T
    topics = tagging.columns(load_score_table()["topics"])
    n_entities = count_entities(segment.text for segment in disclosure.segments)
    return {
        "answered_ratio": float(np.mean(list(answers.values()))),
        "particular_log": float(np.log1p(particular.sum())),
        "verifiable_log": float(np.log1p(verifiable.sum())),
        "particular_ratio": float(words @ particular / max(words.sum(), 1.0)),
        "topics_ratio": float(topics.max(axis=0, initial=0.0).mean()),
        "entities_log": float(np.log1p(n_entities)),
        "original_ratio": 0.5 if common is None else 1 - common,
        "past_effect": answers["past_effect"],
        "likely_effect": answers["likely_effect"],
        "incident_told": float(tagging.any_of(["incident_occurred"]).max(initial=0.0)),
        **_measure_agreement(checks),
    }


_EFFECT_AGREEMENT = {"contradicted": 0.0, "unsupported": 1 / 3}


def _measure_agreement(checks: Checks | None) -> dict[str, float]:
    """Return how far the flag on material effect, and all flags, agree with the words."""
    verdicts = {flag.element: flag.verdict for flag in checks.flags} if checks else {}
    bad = sum(verdict in _EFFECT_AGREEMENT for verdict in verdicts.values())
    return {
        "effect_agreement": _EFFECT_AGREEMENT.get(verdicts.get(MATERIAL_FLAG, ""), 1.0),
        "flags_agreement": 1 - bad / len(verdicts) if verdicts else 1.0,
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


def score_originality(disclosure: Disclosure) -> float | None:
    """Return points for wording that other filers do not share; None where there is too little."""
    return None if disclosure.common is None else 100.0 * (1 - disclosure.common)


def score_clarity(disclosure: Disclosure) -> float:
    """Return points for sentences of readable length that do not repeat each other."""
    n_words = disclosure.lengths
    total = max(float(n_words.sum()), 1.0)
    long_ratio = float(n_words[n_words > LONG_SENTENCE].sum()) / total
    repeated_ratio = float(n_words[_find_repeats(disclosure.words)].sum()) / total
    return 100.0 * max(0.0, 1 - 0.5 * long_ratio - repeated_ratio)


def _find_repeats(words: Sequence[Sequence[str]]) -> list[int]:
    """Return the segments that share nearly all their words with an earlier one."""
    bags = [frozenset(row) for row in words]
    sizes = [len(bag) for bag in bags]
    # Only bags of nearly one size can share so much.
    fit = (i for i, size in enumerate(sizes) if size >= _NEAR_SAME * _LEAST_WORDS)
    order = sorted(fit, key=sizes.__getitem__)
    repeats: set[int] = set()
    for place, i in enumerate(order):
        for j in islice(order, place + 1, place + 1 + _MOST_COMPARED):
            if sizes[i] < _NEAR_SAME * sizes[j]:
                break
            shared = len(bags[i] & bags[j])
            later = max(i, j)
            near = shared >= _NEAR_SAME * (sizes[i] + sizes[j] - shared)
            if near and sizes[later] >= _LEAST_WORDS:
                repeats.add(later)
    return sorted(repeats)
