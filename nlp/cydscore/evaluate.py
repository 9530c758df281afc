"""Hold a tagger against labelled segments."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cydscore.corpus import LabelledSegment, drop_duplicates, read_corpus
from cydscore.figures import Evaluation, LabelFigures, evaluate_margins
from cydscore.heads import encode_labels
from cydscore.store import Model, load_model
from cydscore.tagger import SegmentTagger
from cydscore.train import evaluate_folds, fit_folds

__all__ = ["Evaluation", "LabelFigures", "cross_validate_tagger", "evaluate_tagger"]


def evaluate_tagger(
    model: Model | SegmentTagger | str | Path,
    corpus: str | Path | Sequence[LabelledSegment],
) -> Evaluation:
    """Return the figures of a tagger on a corpus that it was not trained on.

    Parameters
    ----------
    model
        A model, a fitted tagger, or the path of a model.
    corpus
        The corpus, or the path of one; duplicates are dropped.
    """
    loaded = load_model(model) if isinstance(model, str | Path) else model
    tagger = loaded.tagger if isinstance(loaded, Model) else loaded
    segments = drop_duplicates(
        read_corpus(corpus) if isinstance(corpus, str | Path) else list(corpus)
    )
    return evaluate_margins(
        [
            (
                tagger.margins([s.text for s in segments]),
                tagger.calibration_,
                encode_labels(s.tags for s in segments),
                np.array([s.specificity for s in segments], np.int8),
            )
        ]
    )


def cross_validate_tagger(
    corpus: str | Path | Sequence[LabelledSegment], *, seed: int = 0, jobs: int = -1
) -> Evaluation:
    """Return out-of-fold figures, each company judged by a tagger that has not seen it.

    Only samples drawn without a model's help are judged; thresholds come from the other folds.

    Parameters
    ----------
    corpus
        The corpus, or the path of one; duplicates are dropped.
    seed
        Seed of folds and fitting.
    jobs
        Processes; -1 for one a core.
    """
    segments = drop_duplicates(
        read_corpus(corpus) if isinstance(corpus, str | Path) else list(corpus)
    )
    return evaluate_folds(segments, fit_folds(segments, seed=seed, jobs=jobs))
