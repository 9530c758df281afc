"""Turn margins of linear heads into calibrated probabilities and choose thresholds, as data."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

_LEAST_THRESHOLD = 0.1
_EVEN = 0.5
#: Fewest positive examples from which a threshold is chosen.
N_LEAST_TRUE = 8


def squash(logits: NDArray[np.floating]) -> Floats:
    """Return the logistic function of log-odds, clipped where float32 has no more digits.

    Parameters
    ----------
    logits
        Log-odds of any shape.
    """
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A linear map from margins to log-odds, and the thresholds on the probabilities.

    Attributes
    ----------
    weights
        Shape (margins, labels).
    bias
        Shape (labels,).
    thresholds
        Probability in [0, 1] from which each label holds, shape (labels,).
    """

    weights: Floats
    bias: Floats
    thresholds: Floats

    @classmethod
    def identity(cls, n_margins: int, n_labels: int) -> Self:
        """Return a calibration that takes the first margins as log-odds, thresholds at one half.

        Parameters
        ----------
        n_margins
            Number of margins.
        n_labels
            Number of labels, at most as many.
        """
        return cls(
            weights=np.eye(n_margins, n_labels, dtype=np.float32),
            bias=np.zeros(n_labels, np.float32),
            thresholds=np.full(n_labels, _EVEN, np.float32),
        )

    def to_probabilities(self, margins: Floats) -> Floats:
        """Return probabilities of shape (segments, labels).

        Parameters
        ----------
        margins
            Shape (segments, margins).
        """
        from scipy import sparse

        # Each label is made from one or three margins. The sparse product adds them up alike
        # whatever the number of rows, which BLAS does not promise.
        logits = (sparse.csr_matrix(self.weights.T) @ margins.T).T + self.bias
        return squash(np.ascontiguousarray(logits))


def fit_logistic(
    features: NDArray[np.floating],
    truth: Bools,
    *,
    weight: NDArray[np.floating] | None = None,
    ridge: float = 1.0,
    n_steps: int = 50,
) -> tuple[NDArray[np.float64], float]:
    """Return slopes and intercept of a logistic regression, by Newton's method in closed form.

    Parameters
    ----------
    features
        Shape (rows, features).
    truth
        Shape (rows,).
    weight
        Weight of each row; all 1 where it is None.
    ridge
        Penalty on the squares of the slopes, not on the intercept.
    n_steps
        Most steps taken; a handful is usual.
    """
    design = np.column_stack([features, np.ones(len(features))]).astype(np.float64)
    weights = np.ones(len(design)) if weight is None else np.asarray(weight, np.float64)
    # Platt's targets: never quite 0 or 1, so that rare labels keep finite log-odds.
    n_true = float(weights[truth].sum())
    n_false = float(weights[~truth].sum())
    target = np.where(truth, (n_true + 1) / (n_true + 2), 1 / (n_false + 2))
    penalty = np.full(design.shape[1], ridge)
    penalty[-1] = 1e-6
    solution = np.zeros(design.shape[1])
    for _ in range(n_steps):
        chance = 1 / (1 + np.exp(-np.clip(design @ solution, -30, 30)))
        slope = design.T @ (weights * (chance - target)) + penalty * solution
        spread = weights * chance * (1 - chance)
        step = np.linalg.solve((design * spread[:, None]).T @ design + np.diag(penalty), slope)
        # Damped: a full step overshoots where the classes are far apart.
        solution -= step / max(1.0, float(np.abs(step).max()) / 2)
        if np.abs(step).max() < 1e-8:
            break
    return solution[:-1], float(solution[-1])


def choose_threshold(
    chances: NDArray[np.floating], truth: Bools, *, n_least: int = N_LEAST_TRUE
) -> float:
    """Return the probability from which saying yes gives the best F1; 0.5 for too few examples.

    It is 0.1 at least: a label with few examples may do best with less on them, by chance.

    Parameters
    ----------
    chances
        Probabilities, shape (rows,).
    truth
        Shape (rows,).
    n_least
        Fewest positive rows from which a threshold is chosen.
    """
    if truth.sum() < n_least:
        return _EVEN
    order = np.argsort(-chances, kind="stable")
    ranked = chances[order]
    f1 = 2 * np.cumsum(truth[order]) / (np.arange(1, len(truth) + 1) + truth.sum())
    f1[:-1][ranked[:-1] == ranked[1:]] = 0  # equal probabilities cannot be parted
    best = int(f1.argmax())
    following = ranked[best + 1] if best + 1 < len(ranked) else 0.0
    return max(_LEAST_THRESHOLD, float((ranked[best] + following) / 2))


def expected_calibration_error(
    chances: NDArray[np.floating], truth: Bools, *, n_bins: int = 15
) -> float:
    """Return the mean gap between stated probability and observed share, in [0, 1].

    Parameters
    ----------
    chances
        Probabilities of any shape.
    truth
        Of the same shape.
    n_bins
        Number of bins of equal width.
    """
    flat, true = np.ravel(chances), np.ravel(truth)
    bins = np.minimum((flat * n_bins).astype(int), n_bins - 1)
    gap = np.bincount(bins, flat, n_bins) - np.bincount(bins, true, n_bins)
    return float(np.abs(gap).sum() / max(len(flat), 1))
