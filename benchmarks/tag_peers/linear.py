"""Linear heads: on TF-IDF of words and characters, of words alone, or on any dense vectors."""

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

N_FEATURES = 50_000


class Heads:
    """One linear head a column of the targets; columns with too few examples are never said."""

    def __init__(self, vectorise, make_head):
        self.vectorise, self.make_head = vectorise, make_head

    def fit(self, texts, targets):
        """Fit vectors and heads."""
        matrix = self.vectorise.fit_transform(texts)
        self.weights = np.zeros((matrix.shape[1], targets.shape[1]), np.float32)
        self.bias = np.full(targets.shape[1], -10.0, np.float32)
        for j, truth in enumerate(targets.T):
            if truth.sum() > 2:
                head = self.make_head().fit(matrix, truth)
                self.weights[:, j], self.bias[j] = head.coef_[0], head.intercept_[0]
        return self

    def margins(self, texts):
        """Return a margin for each text and head."""
        return np.asarray(self.vectorise.transform(texts) @ self.weights) + self.bias


def make_baseline():
    """Return the project's first tagger: TF-IDF of words and characters, logistic regressions."""
    words = TfidfVectorizer(
        ngram_range=(1, 2), min_df=2, sublinear_tf=True, max_features=N_FEATURES, dtype=np.float32
    )
    characters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), min_df=2, sublinear_tf=True,
        max_features=N_FEATURES, dtype=np.float32,
    )  # fmt: skip
    return Heads(
        make_union(words, characters),
        lambda: LogisticRegression(C=10, solver="liblinear", random_state=0),
    )


def make_svm():
    """Return TF-IDF of words and pairs of words with linear support vector machines."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, dtype=np.float32)
    return Heads(words, lambda: LinearSVC(C=0.5, random_state=0))


def make_dense():
    """Return logistic regressions on vectors that are made elsewhere."""
    return Heads(StandardScaler(), lambda: LogisticRegression(C=0.1, max_iter=300))
