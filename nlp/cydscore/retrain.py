"""Train a whole model: the tagger, then the checker and the scorer on what it says of filings."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final

from cydscore.corpus import (
    FEW_EXAMPLES,
    drop_duplicates,
    find_codebook,
    find_companies,
)
from cydscore.curate import load_corpus
from cydscore.errors import UsageError
from cydscore.fit_checker import fit_checker
from cydscore.fit_scorer import fit_scorer
from cydscore.labelled import GRADED, READ, read_labelled, read_labels
from cydscore.store import Model, load_model, save_model
from cydscore.tagger import N_LEAST_LEARNT
from cydscore.tags import PACKAGED, Codebook, describe_lacking, load_tags, name_some
from cydscore.train import fit_folds, train_tagger

Progress = Callable[[str], None]

_N_FOLDS: Final = 5


def train_model(  # noqa: PLR0913
    corpora: Sequence[str | Path],
    out: str | Path,
    *,
    name: str,
    flags: str | Path | None = None,
    grades: str | Path | None = None,
    filings: str | Path | None = None,
    text: Sequence[str | Path] = (),
    seed: int = 0,
    jobs: int = -1,
    progress: Progress | None = None,
) -> Model:
    """Train a model and save it.

    Its tags are those of the codebook beside a corpus (``codebook.json``), else the packaged ones.
    Only where all of these are among them, with examples enough to be learnt, does it get the
    checker and the scorer of the default model.

    Parameters
    ----------
    corpora
        Files of labelled segments, taken together, by one codebook.
    out
        Folder to write the model to.
    name
        Name of the model.
    flags
        JSON lines of filings read against their flags (``adsh``, ``stated``, ``blocks``), or None
        to take the checker of the default model.
    grades
        JSON lines of graded filings (``adsh``, four parts 0-4, ``overall`` 0-100), or None to
        take the scorer of the default model.
    filings
        Where those filings are: a folder of Parquet tables, a notes archive, files.
    text
        Where the text of labels by reference is; ``filings`` where it is empty.
    seed
        Seed of folds and fitting.
    jobs
        Processes; -1 for one a core.
    progress
        Called with a line for each step.

    Raises
    ------
    UsageError
        If labels of filings are given without the filings, or with a codebook that lacks packaged
        tags, or two corpora have codebooks that differ.
    CorpusError
        If a label file breaks its format, or a filing is not where it should be.
    """
    say = progress or (lambda _: None)
    if (flags or grades) and not filings:
        raise UsageError("--flags and --grades need --filings, where those filings are")
    sources = tuple(text) or ((filings,) if filings else ())
    codebook = join_codebooks(corpora)
    lacking = describe_lacking(codebook)
    if codebook != load_tags():
        own = [tag for tag in codebook if tag not in load_tags()]
        tags = codebook if lacking else ("the packaged ones", *own)
        say(f"tags of the corpus' codebook: {', '.join(tags)}")
    if lacking and (flags or grades):
        raise UsageError(
            f"--flags and --grades fit to packaged tags, and the codebook lacks {lacking}; leave "
            f'them out, or write "extends": "{PACKAGED}" in it'
        )
    segments = drop_duplicates(
        chain.from_iterable(
            load_corpus(path, sources, codebook=codebook, on_problem=say) for path in corpora
        )
    )
    counts = Counter(label for s in segments for label in s.tags)
    for line in warn_of_few(counts, codebook):
        say(line)
    flag_rows = read_labels(flags, READ)
    grade_rows = read_labels(grades, GRADED)
    fit = fit_folds(
        segments,
        codebook=codebook,
        seed=seed,
        n_folds=_N_FOLDS,
        jobs=jobs,
        progress=say,
    )
    tagger = train_tagger(segments, fit=fit, seed=seed, progress=say)
    model = replace(tagger, name=name)
    kept = None if flags and grades else load_model()
    unlearnt = name_some([tag for tag in load_tags() if counts[tag] < N_LEAST_LEARNT])
    if kept and (lacking or unlearnt):
        kept = None
        why = f"the codebook lacks {lacking}" if lacking else f"the corpus hardly has {unlearnt}"
        say(f"no checker and no scorer, for {why}: the model tags, and cannot check or score")
    checker = dict(kept.checker) if kept else {}
    scorer = dict(kept.scorer) if kept else {}
    if filings:
        wanted = {str(row["adsh"]) for row in (*flag_rows, *grade_rows)}
        say(f"reading {len(wanted)} labelled filings")
        companies = find_companies(Path(flags or grades or corpora[0]))
        read = read_labelled(filings, wanted, companies, fit.taggers, seed=seed)
        if flag_rows:
            checker, figures = fit_checker(flag_rows, read)
            model = replace(model, manifest={**model.manifest, "checker_metrics": figures})
            say("checker, out of fold: " + _join_figures(figures))
        if grade_rows:
            scorer, figures = fit_scorer(grade_rows, read, checker)
            model = replace(model, manifest={**model.manifest, "scorer_metrics": figures})
            say("scorer, out of fold: " + _join_figures(figures))
    return save_model(replace(model, checker=checker, scorer=scorer), out)


def join_codebooks(corpora: Sequence[str | Path]) -> Codebook:
    """Return the codebook that corpora are read by together.

    Parameters
    ----------
    corpora
        The corpora; those without a codebook of their own are read by that of the others.

    Raises
    ------
    UsageError
        If two of them have codebooks that differ.
    """
    first, *others = sorted(corpora, key=lambda path: find_codebook(path) == load_tags())
    codebook = find_codebook(first)
    for path in others:
        if find_codebook(path, codebook) != codebook:
            raise UsageError(
                f"{first} and {path} have different codebooks; train by one, and put it beside both"
            )
    return codebook


def warn_of_few(counts: Mapping[str, int], codebook: Codebook) -> list[str]:
    """Return a line for the labels that are not learnt and one for those that are learnt badly.

    Parameters
    ----------
    counts
        Number of examples of each label that has any.
    codebook
        The tags there are.
    """
    n = {label: counts.get(label, 0) for label in codebook.labels}
    unlearnt = [label for label in n if n[label] < N_LEAST_LEARNT]
    few = [tag for tag in codebook if N_LEAST_LEARNT <= n[tag] < FEW_EXAMPLES]
    return [
        f"warning: {', '.join(f'{label} ({n[label]})' for label in labels)}: {what}"
        for labels, what in (
            (unlearnt, f"not learnt, for {N_LEAST_LEARNT} examples are needed to learn a label"),
            (few, f"learnt badly, for {FEW_EXAMPLES} examples are needed for a figure"),
        )
        if labels
    ]


def _join_figures(figures: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
