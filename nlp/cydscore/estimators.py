"""The numeric parts that are fitted, as scikit-learn estimators: what they learn is plain data.

Importing this module imports scikit-learn; only what trains does.
"""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from cydscore.calibration import fit_logistic, squash
from cydscore.check.decide import Softmax

Floats = NDArray[np.float64]


class SoftmaxClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Fits a `Softmax`, the checker's decision: a logistic regression on standardised features.

    Parameters
    ----------
    C
        Inverse strength of regularisation.
    least_scale
        Least by which a feature is divided: one that hardly varies is not blown up.

    Attributes
    ----------
    classes_
        The classes in ascending order.
    decision_
        The decision as data, with the classes' names as strings.
    n_features_in_
        Number of features.
    """

    classes_: NDArray[Any]
    decision_: Softmax
    n_features_in_: int

    def __init__(self, C: float = 1.0, *, least_scale: float = 0.1) -> None:
        self.C = C
        self.least_scale = least_scale

    def fit(self, X: Any, y: Any) -> Self:
        """Fit the decision.

        Parameters
        ----------
        X
            Features, shape (n_samples, n_features).
        y
            Class of each sample; at least two classes.
        """
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        mean, scale = X.mean(axis=0), np.maximum(X.std(axis=0), self.least_scale)
        head = LogisticRegression(C=self.C, max_iter=5000).fit((X - mean) / scale, y)
        weights, bias = head.coef_, head.intercept_
        if len(head.classes_) == 2:  # scikit-learn keeps one row for two classes
            weights = np.vstack([-weights / 2, weights / 2])
            bias = np.array([-bias[0], bias[0]]) / 2
        self.classes_ = head.classes_
        self.decision_ = Softmax(
            classes=tuple(str(name) for name in head.classes_),
            mean=mean,
            scale=scale,
            weights=weights,
            bias=bias,
        )
        return self

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Return the probability of each class, shape (n_samples, n_classes).

        Parameters
        ----------
        X
            Features, shape (n_samples, n_features).
        """
        check_is_fitted(self)
        return self.decision_.predict_proba(validate_data(self, X, reset=False, dtype=np.float64))

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the most probable class of each sample.

        Parameters
        ----------
        X
            Features, shape (n_samples, n_features).
        """
        chances = self.predict_proba(X)
        return np.asarray(self.classes_[chances.argmax(axis=1)])


class LogisticCalibrator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Turns margins into the probability of one label, as the tagger's calibration does.

    Platt's targets keep the log-odds of rare labels finite.

    Parameters
    ----------
    ridge
        Penalty on the squares of the slopes.

    Attributes
    ----------
    classes_
        The two classes; the second is the one whose probability is learnt.
    coef_
        Slopes, shape (1, n_features).
    intercept_
        Intercept, shape (1,).
    n_features_in_
        Number of margins.
    """

    classes_: NDArray[Any]
    coef_: Floats
    intercept_: Floats
    n_features_in_: int

    def __init__(self, ridge: float = 1.0) -> None:
        self.ridge = ridge

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the curve.

        Parameters
        ----------
        X
            Margins, shape (n_samples, n_features).
        y
            Class of each sample, of two.
        sample_weight
            How much each sample counts; all alike where it is None.

        Raises
        ------
        ValueError
            If there are not two classes.
        """
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
        self.classes_ = np.unique(y)
        if len(self.classes_) != 2:
            n = len(self.classes_)
            raise ValueError(
                f"Only binary classification is supported; y has {n} "
                f"{'class' if n == 1 else 'classes'}, give 2"
            )
        slopes, bias = fit_logistic(X, y == self.classes_[1], weight=weight, ridge=self.ridge)
        self.coef_, self.intercept_ = slopes[None, :], np.array([bias])
        return self

    def decision_function(self, X: ArrayLike) -> Floats:
        """Return log-odds of the second class, shape (n_samples,).

        Parameters
        ----------
        X
            Margins, shape (n_samples, n_features).
        """
        check_is_fitted(self)
        given = validate_data(self, X, reset=False, dtype=np.float64)
        return np.asarray(given @ self.coef_[0] + self.intercept_[0])

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Return the probability of both classes, shape (n_samples, 2).

        Parameters
        ----------
        X
            Margins, shape (n_samples, n_features).
        """
        chance = squash(self.decision_function(X)).astype(np.float64)
        return np.column_stack([1 - chance, chance])

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the more probable class of each sample.

        Parameters
        ----------
        X
            Margins, shape (n_samples, n_features).
        """
        margins = self.decision_function(X)  # first: it refuses to go on unfitted
        return np.asarray(self.classes_[(margins > 0).astype(int)])


class NonNegativeRidge(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """A line whose weights are never negative, so that more evidence never lowers a score.

    Parameters
    ----------
    ridge
        Penalty on the squares of the weights of standardised features.

    Attributes
    ----------
    coef_
        Weights, none negative, shape (n_features,).
    intercept_
        Intercept.
    n_features_in_
        Number of features.
    """

    coef_: Floats
    intercept_: float
    n_features_in_: int

    def __init__(self, ridge: float = 0.3) -> None:
        self.ridge = ridge

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True  # where more means less, it can only say the mean
        return tags

    def fit(self, X: Any, y: Any) -> Self:
        """Fit the line by least squares.

        Parameters
        ----------
        X
            Features, shape (n_samples, n_features).
        y
            Values, shape (n_samples,).
        """
        from scipy.optimize import nnls

        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        low, scale = X.min(axis=0), X.std(axis=0) + 1e-9
        Z = (X - low) / scale
        ones = np.ones((len(Z), 1))
        ridge = np.sqrt(self.ridge) * np.eye(Z.shape[1])
        design = np.vstack(
            [np.hstack([Z, ones, -ones]), np.hstack([ridge, np.zeros((len(ridge), 2))])]
        )
        solution, _ = nnls(design, np.concatenate([y, np.zeros(len(ridge))]))
        self.coef_ = solution[:-2] / scale
        self.intercept_ = float(solution[-2] - solution[-1] - self.coef_ @ low)
        return self

    def predict(self, X: ArrayLike) -> Floats:
        """Return a value for each sample.

        Parameters
        ----------
        X
            Features, shape (n_samples, n_features).
        """
        check_is_fitted(self)
        given = validate_data(self, X, reset=False, dtype=np.float64)
        return np.asarray(given @ self.coef_ + self.intercept_)
