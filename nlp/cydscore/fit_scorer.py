"""Fit the score's scales to graded filings, with weights that are never negative."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cydscore.check import Checker
from cydscore.check.decide import Floats
from cydscore.labelled import ReadFiling
from cydscore.measures import (
    answer_questions,
    measure_filing,
    read_disclosures,
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
    raw = _measure(rows, read, checker)
    folds = np.array([read[row["adsh"]].fold for row in rows])
    scorer: dict[str, Any] = {}
    figures: dict[str, float] = {}
    for part, names in MEASURES.items():
        points, X = _to_points(rows, part), _to_table(raw, names)
        weights, bias = _fit_line(X, points)
        scorer[part] = {
            "weights": {n: round(float(w), 4) for n, w in zip(names, weights, strict=True)},
            "bias": round(float(bias), 4),
        }
        held_out = _hold_out(X, points, folds)
        figures[f"spearman_{part}"] = _correlate_ranks(held_out, points)
        # What later parts are made from must not have seen its own grade.
        for measures, value in zip(raw, held_out, strict=True):
            measures[part] = float(value)
    return scorer, figures


def score_out_of_fold(
    rows: Sequence[Mapping[str, Any]], read: Mapping[str, ReadFiling], checker: Mapping[str, Any]
) -> dict[str, Floats]:
    """Return the points of each fitted part by a scorer that has not seen the company.

    Parameters
    ----------
    rows, read, checker
        As in `fit_scorer`.
    """
    raw = _measure(rows, read, checker)
    folds = np.array([read[row["adsh"]].fold for row in rows])
    scores: dict[str, Floats] = {}
    for part, names in MEASURES.items():
        scores[part] = _hold_out(_to_table(raw, names), _to_points(rows, part), folds)
        for measures, value in zip(raw, scores[part], strict=True):
            measures[part] = float(value)
    return scores


def _measure(
    rows: Sequence[Mapping[str, Any]], read: Mapping[str, ReadFiling], checker: Mapping[str, Any]
) -> list[dict[str, float]]:
    made = Checker.from_json(checker)
    filings = [read[row["adsh"]] for row in rows]
    disclosures = read_disclosures([f.segments for f in filings], [f.tagging for f in filings])
    raw = []
    for f, disclosure in zip(filings, disclosures, strict=True):
        checks = made.check(f.filing, f.segments, f.tagging)
        measures = measure_filing(disclosure, answer_questions(disclosure), checks)
        consistency, originality = score_consistency(checks), score_originality(disclosure)
        measures["consistency"] = UNKNOWN if consistency is None else consistency
        measures["originality"] = UNKNOWN if originality is None else originality
        measures["clarity"] = score_clarity(disclosure)
        raw.append(measures)
    return raw


def _to_points(rows: Sequence[Mapping[str, Any]], part: str) -> Floats:
    return np.array([float(row[part]) * (1 if part == "overall" else 25) for row in rows])


def _to_table(raw: Sequence[Mapping[str, float]], names: Sequence[str]) -> Floats:
    return np.array([[measures[name] for name in names] for measures in raw])


def _hold_out(X: Floats, points: Floats, folds: NDArray[np.int64]) -> Floats:
    """Return the points of each filing by a line that was fitted to the other folds."""
    held_out = np.zeros(len(points))
    for fold in np.unique(folds):
        held = folds == fold
        weights, bias = _fit_line(X[~held], points[~held])
        held_out[held] = np.clip(X[held] @ weights + bias, 0, 100)
    return held_out


def _correlate_ranks(held_out: Floats, points: Floats) -> float:
    """Return Spearman's rank correlation; 0 where either side is the same for all filings."""
    from scipy.stats import spearmanr

    if np.ptp(held_out) == 0 or np.ptp(points) == 0:
        return 0.0
    return float(spearmanr(held_out, points).statistic)


def _fit_line(X: Floats, points: Floats) -> tuple[Floats, float]:
    """Return weights, none negative, and an intercept."""
    from cydscore.estimators import NonNegativeRidge

    line = NonNegativeRidge(ridge=_RIDGE).fit(X, points)
    return line.coef_, line.intercept_
