"""What the heads of the tagger learn, and how their margins become labels.

A denial is rare, so it has three sources: a head of its own, one for any denial, one for its topic.
"""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cydscore.calibration import (
    N_LEAST_TRUE,
    Bools,
    Calibration,
    Floats,
    choose_threshold,
    fit_logistic,
)
from cydscore.errors import CorpusError
from cydscore.tags import DENIAL, Codebook, load_tags, name_some

# Strength of the weights of `weigh_features`, chosen out of fold among few.
_SMOOTHING: Final = 0.3
_RATIO_POWER: Final = 0.7
_RATIO_SHARE: Final = 0.7
#: Levels of specificity that a head tells: at least particular, verifiable.
N_LEVELS: Final = 2


def label_names() -> tuple[str, ...]:
    """Return the labels of the packaged codebook: every tag, then every denial ``!tag``."""
    return load_tags().labels


def encode_labels(rows: Iterable[Iterable[str]], codebook: Codebook | None = None) -> Bools:
    """Return labels as a boolean array of shape (segments, labels), in the codebook's order.

    Parameters
    ----------
    rows
        The tags and denials of each segment.
    codebook
        The tags there are; those of the packaged codebook where it is None.

    Raises
    ------
    CorpusError
        If a label is not in the codebook.
    """
    book = load_tags() if codebook is None else codebook
    place = {name: i for i, name in enumerate(book.labels)}
    sets = [tuple(row) for row in rows]
    encoded = np.zeros((len(sets), len(place)), bool)
    for i, labels in enumerate(sets):
        for label in labels:
            if label not in place:
                raise CorpusError(
                    f"segment {i + 1}: no tag '{label}' in the codebook, which has "
                    f"{name_some(book.labels)}; give the codebook that it was labelled by"
                )
            encoded[i, place[label]] = True
    return encoded


def weigh_features(present: Any, truth: Bools) -> Floats:
    """Return how much each feature tells for or against a label, mean 1.

    The log-count ratio of Wang and Manning (2012), Baselines and Bigrams, softened: features that
    occur alike with and without the label are shrunk, so that few examples suffice.

    Parameters
    ----------
    present
        Sparse, 1 where a segment has a feature, shape (segments, features).
    truth
        Whether each segment has the label.
    """
    with_label = _SMOOTHING + present[truth].sum(axis=0).A1
    without = _SMOOTHING + present[~truth].sum(axis=0).A1
    n_true = float(truth.sum())
    ratio = with_label / (n_true + 2 * _SMOOTHING)
    ratio /= without / (len(truth) - n_true + 2 * _SMOOTHING)
    telling = np.abs(np.log(ratio)) ** _RATIO_POWER
    weights = (1 - _RATIO_SHARE) + _RATIO_SHARE * telling / telling.mean()
    return np.asarray(weights, np.float32)


def decide(
    chances: Floats, thresholds: Floats, codebook: Codebook
) -> tuple[Bools, NDArray[np.int8]]:
    """Return labels and specificity for probabilities of labels and levels.

    Parameters
    ----------
    chances
        Shape (segments, labels + 2).
    thresholds
        Shape (labels + 2,).
    codebook
        The tags there are, and which imply others.
    """
    above = chances >= thresholds
    holds, levels = above[:, :-N_LEVELS], above[:, -N_LEVELS:]
    for tag, others in codebook.implied.items():
        for other in others:
            holds[:, codebook.names.index(other)] |= holds[:, codebook.names.index(tag)]
    return holds, np.where(levels[:, 1], 2, levels[:, 0]).astype(np.int8)


def head_targets(truth: Bools, levels: NDArray[np.integer], codebook: Codebook) -> Bools:
    """Return what each head learns: tags, denials, any denial, topics, levels of specificity.

    Parameters
    ----------
    truth
        Boolean, shape (segments, labels).
    levels
        Specificity of each segment.
    codebook
        The tags there are.
    """
    denied = truth[:, len(codebook) :]
    topics = [codebook.names.index(name.removeprefix(DENIAL)) for name in codebook.denials]
    stated = truth[:, topics]
    return np.column_stack(
        [truth, denied.any(axis=1), stated | denied, levels >= 1, levels >= N_LEVELS]
    )


def fit_calibration(
    margins: Floats,
    truth: Bools,
    levels: NDArray[np.integer],
    codebook: Codebook,
    weight: NDArray[np.floating] | None = None,
) -> Calibration:
    """Return the calibration of margins that were made on segments not trained on.

    Every tag has a logistic curve of its own; the denials share one on three margins.

    Parameters
    ----------
    margins
        Shape (segments, heads).
    truth
        Boolean, shape (segments, labels).
    levels
        Specificity of each segment.
    codebook
        The tags there are.
    weight
        How much each segment counts; all alike where it is None.
    """
    n_tags, n_denials = len(codebook), len(codebook.denials)
    n_labels, any_denial = n_tags + n_denials, n_tags + n_denials
    topics = any_denial + 1
    n_heads = margins.shape[1]
    weights = np.zeros((n_heads, n_labels + N_LEVELS))
    bias = np.zeros(n_labels + N_LEVELS)
    targets = head_targets(truth, levels, codebook)
    own = [(j, j) for j in range(n_tags)]
    own += [(n_heads - N_LEVELS + i, n_labels + i) for i in range(N_LEVELS)]
    for head, label in own:
        slopes, bias[label] = fit_logistic(margins[:, [head]], targets[:, head], weight=weight)
        weights[head, label] = slopes[0]
    none = margins[:0, :3]  # so that a codebook may have no denials
    stacked = np.concatenate(
        [none, *(margins[:, [n_tags + i, any_denial, topics + i]] for i in range(n_denials))]
    )
    repeated = None if weight is None else np.tile(weight, n_denials)
    denied = truth[:, n_tags:].T.ravel()
    slopes, intercept = fit_logistic(stacked, denied, weight=repeated)
    for i in range(n_denials):
        weights[[n_tags + i, any_denial, topics + i], n_tags + i] = slopes
        bias[n_tags + i] = intercept
    calibration = Calibration(
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
        thresholds=np.full(n_labels + N_LEVELS, 0.5, np.float32),
    )
    chances = calibration.to_probabilities(margins)
    truths = np.column_stack([truth, levels >= 1, levels >= N_LEVELS])
    # Rows without weight hold more of the rare labels than filings do: only where the others
    # have too few examples is a threshold chosen on them too.
    real = np.ones(len(margins), bool) if weight is None else np.asarray(weight) > 0
    thresholds = [
        choose_threshold(chances[rows, j], truths[rows, j])
        for j in range(truths.shape[1])
        for rows in [real if truths[real, j].sum() >= N_LEAST_TRUE else np.ones_like(real)]
    ]
    shared = choose_threshold(chances[real, n_tags:n_labels].ravel(), truth[real, n_tags:].ravel())
    thresholds[n_tags:n_labels] = [shared] * n_denials
    return Calibration(
        weights=calibration.weights,
        bias=calibration.bias,
        thresholds=np.array(thresholds, np.float32),
    )
