"""Fit the tagger on a corpus, fold by fold and then whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cydscore.calibration import Bools, Calibration, Floats
from cydscore.corpus import (
    JUDGED_SAMPLES,
    RANDOM_SAMPLE,
    LabelledSegment,
    drop_duplicates,
    find_codebook,
    read_corpus,
)
from cydscore.errors import CorpusError
from cydscore.figures import Evaluation, evaluate_margins
from cydscore.folds import assign_fold
from cydscore.heads import encode_labels
from cydscore.store import Model, build_model, save_model
from cydscore.tagger import SegmentTagger
from cydscore.tags import Codebook, load_tags, name_some

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldFit:
    """Taggers that have each not seen the companies of one fold.

    Attributes
    ----------
    taggers
        The tagger of each fold, calibrated on the margins of the other folds.
    folds
        Fold of each segment: the tagger of that number did not see it.
    margins
        Margins of each segment by the tagger that did not see its company.
    probabilities
        Calibrated probabilities of the labels, likewise, shape (segments, labels).
    calibrations
        Calibration of each fold, as in its tagger.
    """

    taggers: tuple[SegmentTagger, ...]
    folds: NDArray[np.int64]
    margins: Floats
    probabilities: Floats
    calibrations: tuple[Calibration, ...]


def fit_folds(
    segments: Sequence[LabelledSegment],
    *,
    codebook: Codebook | None = None,
    seed: int = 0,
    n_folds: int = 5,
    jobs: int = -1,
    progress: Progress | None = None,
) -> FoldFit:
    """Return a tagger for each fold and out-of-fold probabilities of all segments.

    Parameters
    ----------
    segments
        The corpus, duplicates dropped.
    codebook
        Its tags; those of the packaged codebook where it is None.
    seed
        Seed of folds and fitting.
    n_folds
        Number of folds.
    jobs
        Processes; -1 for one a core.
    progress
        Called with a line for each step.

    Raises
    ------
    CorpusError
        If all companies fall into one fold.
    """
    from joblib import Parallel, delayed

    folds = np.array([assign_fold(s.company, n_folds=n_folds, seed=seed) for s in segments])
    if len(np.unique(folds)) < 2:
        raise CorpusError(
            f"{len({s.company for s in segments})} companies, all in one fold; "
            "a corpus needs segments of more companies"
        )
    if progress:
        progress(f"fitting {n_folds} folds on {len(segments)} segments")
    results = Parallel(n_jobs=jobs)(
        delayed(_fit_fold)(segments, folds, k, codebook, seed) for k in range(n_folds)
    )
    taggers = [tagger for tagger, _ in results]
    margins = np.zeros((len(segments), results[0][1].shape[1]), np.float32)
    for k, (_, held) in enumerate(results):
        margins[folds == k] = held
    truth, levels = to_arrays(segments, taggers[0].codebook_)
    weight = judged_weights(segments)
    probabilities = np.zeros(truth.shape, np.float32)
    for k, tagger in enumerate(taggers):
        others = folds != k
        tagger.calibrate(margins[others], truth[others], levels[others], weight[others])
        chances = tagger.calibration_.to_probabilities(margins[~others])
        probabilities[~others] = chances[:, : truth.shape[1]]
    return FoldFit(
        taggers=tuple(taggers),
        folds=folds,
        margins=margins,
        probabilities=probabilities,
        calibrations=tuple(tagger.calibration_ for tagger in taggers),
    )


def train_tagger(
    corpus: str | Path | Sequence[LabelledSegment],
    out: str | Path | None = None,
    *,
    codebook: Codebook | None = None,
    fit: FoldFit | None = None,
    seed: int = 0,
    jobs: int = -1,
    progress: Progress | None = None,
) -> Model:
    """Return a model whose tagger is fitted on a whole corpus, and save it where asked.

    Calibration, thresholds and the figures in its manifest come from five folds by company.

    Parameters
    ----------
    corpus
        A corpus, or the path of one.
    out
        Folder to save the model in, or None.
    codebook
        The tags of the corpus. Where it is None, that beside the corpus where a path is given
        (`cydscore.corpus.find_codebook`), or else the packaged one.
    fit
        What `fit_folds` made of the same segments, duplicates dropped; made anew where it is None.
    seed
        Seed of folds and fitting.
    jobs
        Processes; -1 for one a core.
    progress
        Called with a line for each step.
    """
    if isinstance(corpus, str | Path):
        codebook = codebook or find_codebook(corpus)
        corpus = read_corpus(corpus, codebook=codebook)
    segments = drop_duplicates(corpus)
    fit = fit or fit_folds(segments, codebook=codebook, seed=seed, jobs=jobs, progress=progress)
    figures = evaluate_folds(segments, fit)
    if progress:
        progress(f"out of fold: macro-F1 {figures.macro_f1:.3f}; fitting on everything")
    tagger = SegmentTagger(codebook=fit.taggers[0].codebook, calibration_folds=0, seed=seed)
    truth, levels = to_arrays(segments, fit.taggers[0].codebook_)
    tagger.fit([s.text for s in segments], truth, levels)
    tagger.calibrate(fit.margins, truth, levels, judged_weights(segments))
    model = build_model(
        tagger,
        name="default" if out is None else Path(out).name,
        manifest={
            "corpus_sha256": _hash_corpus(segments),
            "seed": seed,
            "n_segments": len(segments),
            "n_companies": len({s.company for s in segments}),
            "examples": dict(
                zip(tagger.labels_, truth.sum(axis=0).astype(int).tolist(), strict=True)
            ),
            "metrics": figures.to_json(),
        },
    )
    return model if out is None else save_model(model, out)


def evaluate_folds(segments: Sequence[LabelledSegment], fit: FoldFit) -> Evaluation:
    """Return out-of-fold figures on the judged samples.

    Parameters
    ----------
    segments
        The segments that were fitted on.
    fit
        What `fit_folds` made of them.
    """
    codebook = fit.taggers[0].codebook_
    truth, levels = to_arrays(segments, codebook)
    judged = np.array([s.sample in JUDGED_SAMPLES for s in segments])
    return evaluate_margins(
        [
            (fit.margins[rows], fit.calibrations[k], truth[rows], levels[rows])
            for k in range(len(fit.taggers))
            if (rows := judged & (fit.folds == k)).any()
        ],
        codebook,
    )


def judged_weights(segments: Sequence[LabelledSegment]) -> Floats:
    """Return how much each segment counts in calibration: 1 or 0.

    Only those drawn without a model count. Where one was unsure, every model looks unsure, and
    authored segments hold rare labels far more often than filings do. Where none was drawn, all
    count.

    Parameters
    ----------
    segments
        The segments.
    """
    drawn = np.array([s.sample in {*JUDGED_SAMPLES, RANDOM_SAMPLE} for s in segments])
    return np.where(drawn | ~drawn.any(), 1, 0).astype(np.float32)


def _fit_fold(
    segments: Sequence[LabelledSegment],
    folds: NDArray[np.int64],
    k: int,
    codebook: Codebook | None,
    seed: int,
) -> tuple[SegmentTagger, Floats]:
    tagger = SegmentTagger(codebook=codebook, calibration_folds=0, seed=seed)
    truth, levels = to_arrays(segments, load_tags() if codebook is None else codebook)
    kept, held = np.flatnonzero(folds != k).tolist(), np.flatnonzero(folds == k).tolist()
    tagger.fit([segments[i].text for i in kept], truth[kept], levels[kept])
    return tagger, tagger.margins([segments[i].text for i in held])


def to_arrays(
    segments: Sequence[LabelledSegment], codebook: Codebook
) -> tuple[Bools, NDArray[np.int8]]:
    """Return labels of shape (segments, labels), in the codebook's order, and specificity.

    Parameters
    ----------
    segments
        The segments.
    codebook
        The tags there are.

    Raises
    ------
    CorpusError
        If a label is not in the codebook; the message names its line.
    """
    for s in segments:
        unknown = [label for label in s.tags if label not in codebook.labels]
        if unknown:
            raise CorpusError(
                f"line {s.line}: no tag '{unknown[0]}' in the codebook, which has "
                f"{name_some(codebook.labels)}; give the codebook that it was labelled by"
            )
    levels = np.array([s.specificity for s in segments], np.int8)
    return encode_labels((s.tags for s in segments), codebook), levels


def _hash_corpus(segments: Sequence[LabelledSegment]) -> str:
    digest = sha256()
    for s in segments:
        digest.update(repr((s.company, s.text, sorted(s.tags), s.specificity)).encode())
    return digest.hexdigest()
