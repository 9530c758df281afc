"""Compare two filings of one company."""

from pathlib import Path

from cydscore.batch import score_filing
from cydscore.compare.align import match_sentences
from cydscore.compare.changes import compare_flags, compare_names
from cydscore.compare.findings import find_year_findings
from cydscore.compare.result import Comparison
from cydscore.records import Filing
from cydscore.report import Report, make_reports
from cydscore.store import Model, load_model


def compare_filings(
    old: str | Path | Filing,
    new: str | Path | Filing,
    *,
    model: Model | str | Path | None = None,
) -> Comparison:
    """Return what changed between two filings.

    Parameters
    ----------
    old, new
        The earlier and the later filing: a file in any format that cydscore reads, or a filing
        as read.
    model
        A model, the path of a model folder, or None for the default model.

    Raises
    ------
    InputMissingError
        If there is no such file.
    InputError
        If a file is not one filing, or holds no disclosure.
    ModelError
        If the model cannot be loaded.
    """
    loaded = model if isinstance(model, Model) else load_model(model)
    before, after = (
        make_reports([side], loaded)[0]
        if isinstance(side, Filing)
        else score_filing(side, model=loaded)
        for side in (old, new)
    )
    return compare_reports(before, after)


def compare_reports(old: Report, new: Report) -> Comparison:
    """Return what changed between two filings that have been reported on."""
    sentences = match_sentences(old.segments, new.segments)
    flags = compare_flags(old, new, sentences)
    names = compare_names(old, new, sentences)
    annual = not (old.checks.incident or new.checks.incident)
    return Comparison(
        old=old,
        new=new,
        sentences=sentences,
        flags=flags,
        names=names,
        findings=find_year_findings(old, new, sentences, flags, names) if annual else (),
    )
