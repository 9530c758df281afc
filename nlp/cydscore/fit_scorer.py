"""Fit the score's scales to graded filings, with weights that are never negative."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from cydscore.check import Checker
from cydscore.check.decide import Floats
from cydscore.labelled import ReadFiling
from cydscore.measures import (
    answer_questions,
    measure_filing,
    score_clarity,
    score_consistency,
    score_originality,
)
from cydscore.score import MEASURES, UNKNOWN

_RIDGE: Final = 0.3


def fit_scorer(
    rows: Sequence[Mapping[str, Any]], read: Mapping[str, ReadFiling], checker: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, float]]:
    """Return the scorer's parameters, and how its parts rank filings over five company folds.

    Parameters
    ----------
    rows
        Grades: parts from 0 to 4, overall from 0 to 100.
    read
        The filings by accession number.
    checker
        Parameters of the checker, for the part on consistency.
    """
    filings = [read[row["adsh"]] for row in rows]
    folds = np.array([filing.fold for filing in filings])
    made = Checker.from_json(checker)
    raw = []
    for f in filings:
        checks = made.check(f.filing, f.segments, f.tagging)
        measures = measure_filing(f.segments, f.tagging, answer_questions(f.tagging), checks)
        consistency, originality = score_consistency(checks), score_originality(f.segments)
        measures["consistency"] = UNKNOWN if consistency is None else consistency
        measures["originality"] = UNKNOWN if originality is None else originality
        measures["clarity"] = score_clarity(f.segments)
        raw.append(measures)
    scorer: dict[str, Any] = {}
    figures: dict[str, float] = {}
    for part, names in MEASURES.items():
        points = np.array([float(row[part]) * (1 if part == "overall" else 25) for row in rows])
        X = np.array([[measures[name] for name in names] for measures in raw])
        held_out = np.zeros(len(rows))
        for fold in np.unique(folds):
            held = folds == fold
            weights, bias = _fit_line(X[~held], points[~held])
            held_out[held] = np.clip(X[held] @ weights + bias, 0, 100)
        weights, bias = _fit_line(X, points)
        scorer[part] = {
            "weights": {n: round(float(w), 4) for n, w in zip(names, weights, strict=True)},
            "bias": round(float(bias), 4),
        }
        figures[f"spearman_{part}"] = _correlate_ranks(held_out, points)
        # What later parts are made from must not have seen its own grade.
        for measures, value in zip(raw, held_out, strict=True):
            measures[part] = float(value)
    return scorer, figures


def _correlate_ranks(held_out: Floats, points: Floats) -> float:
    """Return Spearman's rank correlation; 0 where either side is the same for all filings."""
    from scipy.stats import spearmanr

    if np.ptp(held_out) == 0 or np.ptp(points) == 0:
        return 0.0
    return float(spearmanr(held_out, points).statistic)


def _fit_line(X: Floats, points: Floats) -> tuple[Floats, float]:
    """Return weights, none negative, and an intercept, by least squares with a ridge."""
    from scipy.optimize import nnls

    low, scale = X.min(axis=0), X.std(axis=0) + 1e-9
    Z = (X - low) / scale
    ones = np.ones((len(Z), 1))
    ridge = np.sqrt(_RIDGE) * np.eye(Z.shape[1])
    design = np.vstack([np.hstack([Z, ones, -ones]), np.hstack([ridge, np.zeros((len(ridge), 2))])])
    solution, _ = nnls(design, np.concatenate([points, np.zeros(len(ridge))]))
    weights = solution[:-2] / scale
    return weights, float(solution[-2] - solution[-1] - weights @ low)
