"""Compare many companies at once: the filings of a source, year after year."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

from cydscore.compare.filing import compare_reports
from cydscore.compare.result import Comparison
from cydscore.inputs import OnProblem, read_sources
from cydscore.records import Filing
from cydscore.report import make_reports
from cydscore.store import Model, load_model

_ANNUAL: Final = re.compile(r"(?:10-KT?|20-F|40-F)", re.IGNORECASE)
_PAIRS_A_TASK: Final = 24
#: Days between two period ends that are a year apart, transition periods and gaps allowed for.
_LEAST_DAYS: Final = 150
_MOST_DAYS: Final = 800

Pair = tuple[Filing, Filing]


def pair_filings(filings: Iterable[Filing]) -> list[Pair]:
    """Return each company's annual reports of consecutive years as pairs, earlier first.

    Parameters
    ----------
    filings
        Filings of any companies. Amendments, incident reports, and filings without a CIK or a
        period end are left out; of several for one period the last counts.
    """
    by_company: dict[str, dict[str, Filing]] = {}
    for filing in filings:
        form = (filing.form or "").strip()
        if filing.cik and filing.period_end and _ANNUAL.fullmatch(form):
            by_company.setdefault(filing.cik, {})[filing.period_end] = filing
    pairs = []
    for periods in by_company.values():
        for first, second in pairwise(sorted(periods)):
            days = (date.fromisoformat(second) - date.fromisoformat(first)).days
            if _LEAST_DAYS <= days <= _MOST_DAYS:
                pairs.append((periods[first], periods[second]))
    return pairs


def compare_source(
    sources: Iterable[str | Path],
    *,
    cik: str | None = None,
    model: str | Path | None = None,
    jobs: int = 1,
    on_problem: OnProblem | None = None,
) -> Iterator[Comparison]:
    """Yield the comparison of every pair of consecutive annual reports of some sources.

    Parameters
    ----------
    sources
        Folders of Parquet tables, notes archives, folders of filings or files, read together.
    cik
        Compare the filings of this company only.
    model
        Folder of a model, the default one if None.
    jobs
        Number of processes; -1 for one a core.
    on_problem
        Called with a line for each file that cannot be read; without it the fault is raised.

    Raises
    ------
    InputMissingError
        If a source names nothing.
    InputError
        If a file cannot be read and there is no ``on_problem``.
    ModelError
        If the model cannot be loaded.
    """
    wanted = cik.lstrip("0") if cik else None
    pairs = pair_filings(
        filing
        for filing in read_sources(sources, on_problem=on_problem)
        if wanted is None or filing.cik == wanted
    )
    loaded = load_model(model)
    tasks = [pairs[i : i + _PAIRS_A_TASK] for i in range(0, len(pairs), _PAIRS_A_TASK)]
    if jobs == 1 or len(tasks) < 2:
        for task in tasks:
            yield from _compare_pairs(task, loaded)
        return
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="2*n_jobs")
    for done in parallel(delayed(_compare_pairs)(task, model) for task in tasks):
        yield from done


def _compare_pairs(pairs: Sequence[Pair], model: Model | str | Path | None) -> list[Comparison]:
    loaded = model if isinstance(model, Model) else load_model(model)
    reports = make_reports([filing for pair in pairs for filing in pair], loaded)
    return [compare_reports(old, new) for old, new in zip(reports[::2], reports[1::2], strict=True)]
