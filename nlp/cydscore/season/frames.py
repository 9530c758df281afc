"""Many filings as DataFrames: scored from paths as they are asked for, or read from a dataset."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cydscore.batch import iterate_reports
from cydscore.dataset import TABLES, write_dataset
from cydscore.dataset.tables import import_pyarrow, load_table, make_tables
from cydscore.errors import InputError, InputMissingError, UsageError
from cydscore.inputs import Failure, Skipped
from cydscore.report import Report
from cydscore.season.summary import SeasonSummary, summarise_season
from cydscore.store import Model

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_REPORTS_A_TABLE: Final = 64


class Season:
    """The three tables of many filings, with the columns of ``docs/season.md``.

    Whole numbers, yes-or-no and dates are pandas' types that can be missing (``Int32``,
    ``boolean``, ``datetime64``); scores and probabilities are floats, NaN where there is none;
    lists of ids and labels are lists. A table is made when it is first asked for, and kept.

    Parameters
    ----------
    dataset
        Folder of a dataset, or a Parquet file with its table of filings.
    """

    def __init__(self, dataset: str | Path) -> None:
        self._dataset = Path(dataset)
        self._tables: dict[str, Any] = {}

    @cached_property
    def filings(self) -> "pd.DataFrame":
        """Return a row a filing: identity, scores, flags, verdicts and counts."""
        return _to_frame(self._find_table("filings"))

    @cached_property
    def segments(self) -> "pd.DataFrame":
        """Return a row a segment: place, text, labels, specificity, all probabilities."""
        return _to_frame(self._find_table("segments"))

    @cached_property
    def findings(self) -> "pd.DataFrame":
        """Return a row a finding: rule, severity, detail, paragraph and evidence."""
        return _to_frame(self._find_table("findings"))

    def summarise(self) -> SeasonSummary:
        """Return the season at a glance, as ``cydscore season`` tells it.

        Raises
        ------
        InputError
            If there are no filings.
        """
        return summarise_season(self._find_table("filings").to_pandas())

    def plot_flags(self, axes: "Axes | None" = None) -> "Axes":
        """Draw what the words say of each flag: the share of each verdict.

        Parameters
        ----------
        axes
            Where to draw; a figure of its own by default.

        Raises
        ------
        DependencyError
            If matplotlib is not installed.
        """
        from cydscore.season.plots import plot_flags

        return plot_flags(self.summarise().flags, axes)

    def plot_rates(
        self, measure: str = "contradicted", *, by: str = "size", axes: "Axes | None" = None
    ) -> "Axes":
        """Draw how often something is so, by a group of filers.

        Parameters
        ----------
        measure
            A measure of `SeasonSummary.rates`, such as ``contradicted`` or ``tag:insurance``.
        by
            ``form``, ``size``, ``sector`` or ``year``.
        axes
            Where to draw; a figure of its own by default.

        Raises
        ------
        UsageError
            If there is no such measure or group.
        DependencyError
            If matplotlib is not installed.
        """
        from cydscore.season.plots import plot_rates

        return plot_rates(self.summarise().rates, measure, by, axes)

    def plot_scores(self, part: str = "overall", *, axes: "Axes | None" = None) -> "Axes":
        """Draw how the scores lie.

        Parameters
        ----------
        part
            The overall score or one of its parts.
        axes
            Where to draw; a figure of its own by default.

        Raises
        ------
        UsageError
            If there is no such part.
        DependencyError
            If matplotlib is not installed.
        """
        from cydscore.season.plots import plot_scores

        return plot_scores(self.filings, part, axes)

    def __repr__(self) -> str:
        return f"Season({str(self._dataset)!r})"

    def _find_table(self, table: str) -> Any:
        if table not in self._tables:
            self._tables[table] = self._load_table(table)
        return self._tables[table]

    def _load_table(self, table: str) -> Any:
        return load_table(self._dataset, table)


class ScoredSeason(Season):
    """Filings to be scored: reports for those who iterate, tables for those who ask for them.

    Iterating scores, every time, and keeps nothing. The first table that is asked for scores all
    filings once, and all three tables stay in memory: of very many filings, `write` a dataset.

    Parameters
    ----------
    paths, model, jobs, on_problem
        As in `score_filings`.
    """

    def __init__(
        self,
        paths: str | Path | Iterable[str | Path],
        *,
        model: Model | str | Path | None = None,
        jobs: int = 1,
        on_problem: Callable[[Failure | Skipped], None] | None = None,
    ) -> None:
        given = [paths] if isinstance(paths, str | Path) else paths
        self._paths = [str(path) for path in given]
        self._model = model
        self._jobs = jobs
        self._on_problem = on_problem
        self._tables = {}

    def __iter__(self) -> Iterator[Report]:
        """Yield the reports, in the order of the paths."""
        return iterate_reports(
            self._paths, model=self._model, jobs=self._jobs, on_problem=self._on_problem
        )

    def write(self, folder: str | Path) -> Season:
        """Score into a dataset as ``cydscore score PATH --out FOLDER/`` does, and return it.

        It is written part by part; what is done there already is not done again.

        Parameters
        ----------
        folder
            Where to; made where it is missing.

        Raises
        ------
        UsageError
            If the folder holds something else, or the model has no folder.
        InputError
            If an input failed and there is no ``on_problem``; the others are written.
        """
        if isinstance(self._model, Model):
            raise UsageError("a dataset is written by the model in a folder; give its path")
        model = None if self._model is None else str(self._model)
        summary = write_dataset(self._paths, Path(folder), model=model, jobs=self._jobs)
        for failure in summary.failures:
            if self._on_problem is None:
                raise InputError(failure.reason)
            self._on_problem(failure)
        return Season(folder)

    def __repr__(self) -> str:
        return (
            f"<ScoredSeason of {len(self._paths)} paths: iterate for reports, or take .filings, "
            ".segments, .findings>"
        )

    def _load_table(self, table: str) -> Any:
        pa = import_pyarrow()
        reports, parts = iter(self), [make_tables([])]
        while some := list(islice(reports, _REPORTS_A_TABLE)):
            parts.append(make_tables(some))
        self._tables = {name: pa.concat_tables([part[name] for part in parts]) for name in TABLES}
        return self._tables[table]


def score_filings(
    paths: str | Path | Iterable[str | Path],
    *,
    model: Model | str | Path | None = None,
    jobs: int = 1,
    on_problem: Callable[[Failure | Skipped], None] | None = None,
) -> ScoredSeason:
    """Return many filings, to be scored when they are iterated over or their tables asked for.

    Parameters
    ----------
    paths
        Files, folders, patterns and notes archives; one or many.
    model
        A model, the path of a model folder, or None for the default model.
    jobs
        Number of processes; -1 for one a core. A model in memory is not shared between them.
    on_problem
        Called with every input that fails and every part of an archive that is left out. Without
        it the first failure is raised, after the reports before it.
    """
    return ScoredSeason(paths, model=model, jobs=jobs, on_problem=on_problem)


def read_season(dataset: str | Path) -> Season:
    """Return the tables of a dataset that was written before, by Python or the command line.

    Parameters
    ----------
    dataset
        Its folder, or its table of filings as one Parquet file, or the folder of that.

    Raises
    ------
    InputMissingError
        If there is nothing.
    """
    if not Path(dataset).exists():
        raise InputMissingError(
            f"{dataset}: no such dataset; make one with `cydscore score PATH --out FOLDER/`"
        )
    return Season(dataset)


def _to_frame(table: Any) -> "pd.DataFrame":
    """Return a table with types that tell what is missing."""
    import pandas as pd

    pa = import_pyarrow()
    kinds = {pa.bool_(): pd.BooleanDtype(), pa.int32(): pd.Int32Dtype(), pa.int8(): pd.Int8Dtype()}
    frame: pd.DataFrame = table.to_pandas(types_mapper=kinds.get, date_as_object=False)
    lists = [field.name for field in table.schema if pa.types.is_list(field.type)]
    return frame.assign(**{name: table[name].to_pylist() for name in lists})
