"""Say of each segment which tags of the codebook it states, which it denies, and how specific.

Linear heads on sparse features give margins; a calibration turns them into probabilities. What the
heads learn stands in `cydscore.heads`.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cydscore.calibration import Bools, Calibration, Floats
from cydscore.errors import NotFittedError, UsageError
from cydscore.features import FeatureExtractor, to_texts
from cydscore.heads import (
    N_LEVELS,
    decide,
    encode_labels,
    fit_calibration,
    head_targets,
    weigh_features,
)
from cydscore.params import Parameters
from cydscore.records import Tagged, Tagging
from cydscore.tags import Codebook, load_tags

#: Fewest examples from which a label is learnt.
N_LEAST_LEARNT: Final = 3
_CHUNK: Final = 4096


class SegmentTagger(Parameters):
    """Tags segments; a scikit-learn classifier of many labels in all but its base class.

    Parameters
    ----------
    codebook
        The tags to learn, as `load_codebook` reads them; those of the packaged codebook where it
        is None.
    C
        Inverse strength of regularisation of the heads.
    min_count
        See `FeatureExtractor`.
    max_features
        Most features kept, those whose weights are largest over all heads; 250,000 cost a tenth
        of a point of F1 and make a model of 19 MB.
    calibration_folds
        Number of folds by which `fit` calibrates itself; 0 leaves that to the caller.
    seed
        Seed of all that is random in fitting.

    Attributes
    ----------
    codebook_
        The codebook that it was fitted by.
    features_
        The fitted `FeatureExtractor`.
    weights_
        Weights of the heads, shape (features, heads), each a multiple of its head's step.
    steps_
        Step of each head's weights: the largest of them is 127 steps from zero.
    bias_
        Intercepts of the heads.
    calibration_
        From margins to probabilities; its last two labels are the levels of specificity.
    """

    codebook_: Codebook
    features_: FeatureExtractor
    weights_: Floats
    steps_: Floats
    bias_: Floats
    calibration_: Calibration

    def __init__(
        self,
        *,
        codebook: Codebook | None = None,
        C: float = 0.3,
        min_count: int = 2,
        max_features: int = 250_000,
        calibration_folds: int = 5,
        seed: int = 0,
    ) -> None:
        self.codebook = codebook
        self.C = C
        self.min_count = min_count
        self.max_features = max_features
        self.calibration_folds = calibration_folds
        self.seed = seed

    @property
    def labels_(self) -> tuple[str, ...]:
        """Return the tags, then the denials, in the order of the columns."""
        return self.codebook_.labels

    @property
    def classes_(self) -> NDArray[np.str_]:
        """Return ``labels_`` as an array."""
        return np.array(self.labels_)

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True, two_d_labels=True, single_output=False),
            classifier_tags=ClassifierTags(multi_class=False, multi_label=True),
            input_tags=InputTags(one_d_array=True, two_d_array=False, string=True),
        )

    def fit(
        self,
        X: Sequence[str],
        Y: NDArray[Any] | Sequence[Iterable[str]],
        specificity: Sequence[int] | NDArray[Any] | None = None,
    ) -> Self:
        """Fit features and heads, and calibrate on parts held out unless told not to.

        Parameters
        ----------
        X
            The segments.
        Y
            Their labels: boolean of shape (segments, labels), or the labels of each by name.
        specificity
            0, 1 or 2 for each segment; without it the tagger learns of tags alone.

        Raises
        ------
        UsageError
            If there are no segments, or not as many labels.
        """
        texts = to_texts(X)
        codebook = load_tags() if self.codebook is None else self.codebook
        truth = _to_truth(Y, len(texts), codebook)
        levels = np.zeros(len(truth), np.int8) if specificity is None else np.asarray(specificity)
        if not texts or len(levels) != len(texts):
            raise UsageError(
                f"{len(texts)} segments and {len(levels)} levels of specificity; give one each"
            )
        self.codebook_ = codebook
        if self.calibration_folds:
            fold = np.arange(len(texts)) % self.calibration_folds
            n_heads = head_targets(truth, levels, codebook).shape[1]
            margins = np.zeros((len(texts), n_heads), np.float32)
            for k in range(self.calibration_folds):
                held, kept = np.flatnonzero(fold == k), np.flatnonzero(fold != k)
                self._fit_heads([texts[i] for i in kept], truth[kept], levels[kept])
                margins[held] = self.margins([texts[i] for i in held])
        self._fit_heads(texts, truth, levels)
        if self.calibration_folds:
            self.calibrate(margins, truth, levels)
        return self

    def _fit_heads(
        self,
        texts: list[str],
        truth: Bools,
        levels: NDArray[np.integer],
    ) -> None:
        from sklearn.svm import LinearSVC

        self.features_ = FeatureExtractor(min_count=self.min_count)
        matrix = self.features_.fit_transform(texts)
        present = matrix.astype(bool).astype(np.float32)
        targets = head_targets(truth, levels, self.codebook_)
        n_heads = targets.shape[1]
        self.weights_ = np.zeros((matrix.shape[1], n_heads), np.float32)
        self.bias_ = np.full(n_heads, -1.0, np.float32)
        for j in range(n_heads):
            n_true = int(targets[:, j].sum())
            if N_LEAST_LEARNT <= n_true < len(targets):
                scale = weigh_features(present, targets[:, j])
                head = LinearSVC(C=self.C, random_state=self.seed, max_iter=5000)
                head.fit(matrix @ sparse.diags(scale), targets[:, j])
                self.weights_[:, j] = head.coef_[0] * scale
                self.bias_[j] = head.intercept_[0]
        self._slim()
        n_labels = len(self.labels_) + N_LEVELS
        self.calibration_ = Calibration.identity(n_heads, n_labels)

    def _slim(self) -> None:
        """Keep the features that tell most, and of their weights what a byte can hold.

        So a stored tagger is this one to the last bit, and half the size of one in float16.
        """
        telling = np.square(self.weights_).sum(axis=1)
        kept = np.sort(np.argsort(-telling, kind="stable")[: self.max_features])
        self.features_ = self.features_.select(kept)
        weights = self.weights_[kept]
        steps = np.abs(weights).max(axis=0, initial=0) / 127
        self.steps_ = np.where(steps > 0, steps, 1).astype(np.float32)
        self.weights_ = np.rint(weights / self.steps_).astype(np.float32) * self.steps_

    def margins(self, X: Sequence[str]) -> Floats:
        """Return the margins of all heads, shape (segments, heads).

        Parameters
        ----------
        X
            The segments.

        Raises
        ------
        NotFittedError
            If the tagger was not fitted.
        """
        if not hasattr(self, "weights_"):
            raise NotFittedError(
                "this SegmentTagger is not fitted; call fit, or take load_model().tagger"
            )
        texts = to_texts(X)
        parts = [
            self.features_.transform(texts[i : i + _CHUNK]) @ self.weights_ + self.bias_
            for i in range(0, len(texts), _CHUNK)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.bias_)), np.float32)

    def calibrate(
        self,
        margins: Floats,
        Y: Bools,
        specificity: NDArray[np.integer],
        weight: NDArray[np.floating] | None = None,
    ) -> Self:
        """Fit calibration and thresholds on margins of segments that were not trained on.

        Parameters
        ----------
        margins
            Shape (segments, heads).
        Y
            Boolean, shape (segments, labels).
        specificity
            0, 1 or 2 for each segment.
        weight
            How much each segment counts; all alike where it is None.
        """
        self.calibration_ = fit_calibration(margins, Y, specificity, self.codebook_, weight)
        return self

    def predict_proba(self, X: Sequence[str]) -> Floats:
        """Return calibrated probabilities, shape (segments, labels), in ``labels_`` order.

        Parameters
        ----------
        X
            The segments.
        """
        return self._probabilities(X)[:, :-N_LEVELS]

    def predict(self, X: Sequence[str]) -> Bools:
        """Return which labels hold, shape (segments, labels), implied ones too.

        Parameters
        ----------
        X
            The segments.
        """
        return self._decide(self._probabilities(X))[0]

    def score(self, X: Sequence[str], Y: NDArray[Any] | Sequence[Iterable[str]]) -> float:
        """Return F1 over all labels together, in [0, 1]; 1 where there are none.

        Parameters
        ----------
        X
            The segments.
        Y
            Their labels, as in `fit`.
        """
        found = self.predict(X)
        truth = _to_truth(Y, len(found), self.codebook_)
        n_either = int(found.sum() + truth.sum())
        return float(2 * (found & truth).sum() / n_either) if n_either else 1.0

    def predict_specificity(self, X: Sequence[str]) -> NDArray[np.int8]:
        """Return 0 (generic), 1 (particular) or 2 (verifiable) for each segment.

        Parameters
        ----------
        X
            The segments.
        """
        return self._decide(self._probabilities(X))[1]

    def tag(self, X: Sequence[str]) -> list[Tagged]:
        """Return probabilities, labels and specificity of each segment.

        Parameters
        ----------
        X
            The segments.
        """
        chances = self._probabilities(X)
        holds, levels = self._decide(chances)
        return [
            Tagged(
                tags=dict(zip(self.labels_, row, strict=False)),
                labels=tuple(label for label, yes in zip(self.labels_, said, strict=True) if yes),
                specificity=int(level),
            )
            for row, said, level in zip(chances.tolist(), holds.tolist(), levels, strict=True)
        ]

    def describe(self, X: Sequence[str]) -> Tagging:
        """Return the same as `tag`, as arrays with a row a segment.

        Parameters
        ----------
        X
            The segments.
        """
        chances = self._probabilities(X)
        holds, levels = self._decide(chances)
        return Tagging(
            labels=self.labels_,
            probability=chances[:, :-N_LEVELS].astype(np.float64),
            stated=holds,
            specificity=levels,
            at_least=chances[:, -N_LEVELS:].astype(np.float64),
        )

    def _probabilities(self, X: Sequence[str]) -> Floats:
        margins = self.margins(X)  # first: it refuses to go on unfitted
        return self.calibration_.to_probabilities(margins)

    def _decide(self, chances: Floats) -> tuple[Bools, NDArray[np.int8]]:
        return decide(chances, self.calibration_.thresholds, self.codebook_)


def _to_truth(Y: Any, n_segments: int, codebook: Codebook) -> Bools:
    """Return labels given as a table, or by name, as booleans of shape (segments, labels)."""
    given = Y.to_numpy() if hasattr(Y, "to_numpy") else Y
    is_table = isinstance(given, np.ndarray) and given.ndim == 2
    truth: Bools = given.astype(bool) if is_table else encode_labels(given, codebook)
    shape = (n_segments, len(codebook.labels))
    if truth.shape != shape:
        raise UsageError(f"labels of shape {truth.shape}; expected {shape}, a row a segment")
    return truth
