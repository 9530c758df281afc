"""Hold a tagger against labelled segments."""

from collections.abc import Sequence
from pathlib import Path

from cydscore.corpus import LabelledSegment, drop_duplicates, find_codebook, read_corpus
from cydscore.figures import Evaluation, LabelFigures, evaluate_margins
from cydscore.store import Model, load_model
from cydscore.tagger import SegmentTagger
from cydscore.tags import Codebook
from cydscore.train import evaluate_folds, fit_folds, to_arrays

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

    Raises
    ------
    CorpusError
        If the corpus has a label that the model does not know; the message names its line.
    """
    loaded = load_model(model) if isinstance(model, str | Path) else model
    tagger = loaded.tagger if isinstance(loaded, Model) else loaded
    codebook = tagger.codebook_
    if isinstance(corpus, str | Path):
        corpus = read_corpus(corpus, codebook=find_codebook(corpus, codebook))
    segments = drop_duplicates(corpus)
    truth, levels = to_arrays(segments, codebook)
    margins = tagger.margins([s.text for s in segments])
    return evaluate_margins([(margins, tagger.calibration_, truth, levels)], codebook)


def cross_validate_tagger(
    corpus: str | Path | Sequence[LabelledSegment],
    *,
    codebook: Codebook | None = None,
    seed: int = 0,
    jobs: int = -1,
) -> Evaluation:
    """Return out-of-fold figures, each company judged by a tagger that has not seen it.

    Only samples drawn without a model's help are judged; thresholds come from the other folds.

    Parameters
    ----------
    corpus
        The corpus, or the path of one; duplicates are dropped.
    codebook
        As in `cydscore.train.train_tagger`.
    seed
        Seed of folds and fitting.
    jobs
        Processes; -1 for one a core.
    """
    if isinstance(corpus, str | Path):
        codebook = codebook or find_codebook(corpus)
        corpus = read_corpus(corpus, codebook=codebook)
    segments = drop_duplicates(corpus)
    return evaluate_folds(segments, fit_folds(segments, codebook=codebook, seed=seed, jobs=jobs))
