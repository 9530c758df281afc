"""How much the tagger's own doubt leaves open of what a score is made from.

Each tag of each segment is taken as a coin that falls as its probability says; what follows for the
raw measures is worked out to first order, so it costs nothing and is the same every time.
"""

from collections.abc import Sequence

import numpy as np

from cydscore.check.decide import Floats
from cydscore.measures import load_questions, load_score_table
from cydscore.records import Segment, Tagging
from cydscore.tags import DENIAL


def measure_doubt(segments: Sequence[Segment], tagging: Tagging) -> dict[str, float]:
    """Return the standard deviation of each raw measure that depends on the tagger.

    Parameters
    ----------
    segments, tagging
        The segments of a filing and what the tagger says of them.
    """
    words = np.array([len(segment.text.split()) for segment in segments], dtype=np.float64)
    particular, verifiable = tagging.at_least.T
    variances = {q.id: _doubt_answer(tagging, q.tags, q.shares) for q in load_questions()}
    topics = tagging.columns(load_score_table()["topics"]).max(axis=0, initial=0.0)
    told = tagging.any_of(["incident_occurred"]).max(initial=0.0)
    return {
        "answered_ratio": float(np.sqrt(sum(variances.values()))) / len(variances),
        "particular_log": float(_deviate(particular) / (1 + particular.sum())),
        "verifiable_log": float(_deviate(verifiable) / (1 + verifiable.sum())),
        "particular_ratio": float(_deviate(particular, words / max(words.sum(), 1.0))),
        "topics_ratio": float(_deviate(topics) / len(topics)),
        "past_effect": float(np.sqrt(variances["past_effect"])),
        "likely_effect": float(np.sqrt(variances["likely_effect"])),
        "incident_told": float(np.sqrt(told * (1 - told))),
    }


def _doubt_answer(
    tagging: Tagging, tags: Sequence[str], shares: tuple[float, float, float]
) -> float:
    """Return the variance of how far a question is answered."""
    probability = tagging.any_of([*tags, *(DENIAL + tag for tag in tags)])
    best = -np.sort(-np.concatenate([probability, np.zeros(2)]))[:2]
    substance = 1 - np.prod(1 - np.minimum(probability * tagging.at_least[:, 0], 0.99))
    chances = np.array([*best, substance])
    return float(np.square(shares) @ (chances * (1 - chances)))


def _deviate(probability: Floats, weight: Floats | float = 1.0) -> float:
    """Return the standard deviation of a weighted number of coins."""
    return float(np.sqrt((np.square(weight) * probability * (1 - probability)).sum()))
