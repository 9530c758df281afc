"""A softmax decision as data: class weights over named features, read from a model's JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cydscore.errors import ModelError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_LEAST = 1e-3


def to_log_odds(probability: Floats) -> Floats:
    """Return log-odds of probabilities, which are first kept within [0.001, 0.999]."""
    # np.clip takes five times as long on the few numbers of a filing
    kept = np.minimum(np.maximum(probability, _LEAST), 1 - _LEAST)
    return np.asarray(np.log(kept / (1 - kept)), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Softmax:
    """A linear softmax over standardised features.

    Attributes
    ----------
    classes
        Names of the classes.
    mean, scale
        Mean and scale of each feature on the filings it was fitted to, shape (n_features,).
    weights
        Shape (n_classes, n_features).
    bias
        Shape (n_classes,).
    """

    classes: tuple[str, ...]
    mean: Floats
    scale: Floats
    weights: Floats
    bias: Floats

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the decision that a model's JSON holds.

        Raises
        ------
        ModelError
            If a part is missing or the shapes do not go together.
        """
        try:
            made = cls(
                classes=tuple(data["classes"]),
                mean=np.asarray(data["mean"], dtype=np.float64),
                scale=np.asarray(data["scale"], dtype=np.float64),
                weights=np.asarray(data["weights"], dtype=np.float64),
                bias=np.asarray(data["bias"], dtype=np.float64),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"the model's checker is damaged ({error}); train it again with cydscore train"
            ) from None
        shape = (len(made.classes), len(made.mean))
        if made.weights.shape != shape or made.bias.shape != shape[:1]:
            raise ModelError(
                f"the model's checker has weights of shape {made.weights.shape}, expected {shape}; "
                "train it again with cydscore train"
            )
        return made

    def to_json(self) -> dict[str, Any]:
        """Return plain data, rounded to six digits, that ``from_json`` reads."""
        return {
            "classes": list(self.classes),
            "mean": np.round(self.mean, 6).tolist(),
            "scale": np.round(self.scale, 6).tolist(),
            "weights": np.round(self.weights, 6).tolist(),
            "bias": np.round(self.bias, 6).tolist(),
        }

    def predict_proba(self, X: Floats | Sequence[Floats]) -> Floats:
        """Return the probability of each class, shape (n_samples, n_classes).

        Raises
        ------
        ModelError
            If the features are not as many as it was fitted to.
        """
        given = np.asarray(X, dtype=np.float64)
        if given.shape[-1] != len(self.mean):
            raise ModelError(
                f"the model's checker expects {len(self.mean)} features, this version "
                f"makes {given.shape[-1]}; train it again with cydscore train"
            )
        margin = (given - self.mean) / self.scale @ self.weights.T + self.bias
        margin -= margin.max(axis=1, keepdims=True)
        odds = np.exp(margin)
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float64)

    def choose(self, odds: Floats) -> tuple[str, float]:
        """Return the class of highest probability, and that probability."""
        best = int(odds.argmax())
        return self.classes[best], float(odds[best])
