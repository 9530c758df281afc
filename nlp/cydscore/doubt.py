"""How much the tagger's own doubt leaves open of what a score is made from.

Each tag of each segment is taken as a coin that falls as its probability says; what follows for the
raw measures is worked out to first order, so it costs nothing and is the same every time.
"""

import numpy as np

from cydscore.check.decide import Floats
from cydscore.measures import Disclosure, load_questions, load_score_table


def measure_doubt(disclosure: Disclosure) -> dict[str, float]:
    """Return the standard deviation of each raw measure that depends on the tagger."""
    tagging, words = disclosure.tagging, disclosure.lengths
    particular, verifiable = tagging.at_least.T
    variances = _doubt_answers(disclosure.answers)
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


def _doubt_answers(chances: Floats) -> dict[str, float]:
    """Return the variance of how far each question is answered."""
    shares = np.array([question.shares for question in load_questions()]).T
    variances = (np.square(shares) * chances * (1 - chances)).sum(axis=0).tolist()
    return {q.id: variance for q, variance in zip(load_questions(), variances, strict=True)}


def _deviate(probability: Floats, weight: Floats | float = 1.0) -> float:
    """Return the standard deviation of a weighted number of coins."""
    return float(np.sqrt((np.square(weight) * probability * (1 - probability)).sum()))
