"""Score many inputs: expand paths, share the work out, go on where one input fails."""

import glob
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final

from cydscore.errors import CydscoreError, InputError, InputMissingError, UsageError
from cydscore.read import read_filing, read_filings
from cydscore.read.source import STDIN
from cydscore.read.tables import is_tables, read_tables
from cydscore.records import Filing
from cydscore.report import Report, make_reports
from cydscore.store import Model, load_model

_FILINGS_A_TASK: Final = 64
_FILES_A_TASK: Final = 4
#: In a folder, files of these kinds are no filings and are passed over.
_NOT_FILINGS: Final = frozenset(
    f".{suffix}"
    for suffix in (
        *("jpg", "jpeg", "png", "gif", "svg", "ico", "css", "js", "xlsx", "xsd"),
        *("json", "jsonl", "csv", "parquet", "part", "toml", "yaml", "yml", "log"),
        *("md", "py", "ipynb", "sh"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An input that could not be scored.

    Attributes
    ----------
    source
        The input as given.
    reason
        One line: what was found, what was expected, what to try.
    """

    source: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A part of an archive that holds no disclosure, or is too damaged to read.

    Attributes
    ----------
    source
        The archive.
    name
        What was left out.
    reason
        Why.
    """

    source: str
    name: str
    reason: str


Outcome = Report | Failure | Skipped
_Task = Sequence[Filing] | Sequence[str] | Failure | Skipped


def score_filing(path: str | Path, *, model: Model | str | Path | None = None) -> Report:
    """Return the report on one filing.

    Parameters
    ----------
    path
        A file in any format that cydscore reads; ``-`` is standard input.
    model
        A model, the path of a model folder, or None for the default model.

    Raises
    ------
    InputMissingError
        If there is no such file.
    InputError
        If it is not one filing, or holds no disclosure.
    ModelError
        If the model cannot be loaded.
    """
    loaded = model if isinstance(model, Model) else load_model(model)
    return make_reports([read_filing(str(path))], loaded)[0]


def score_filings(
    paths: Iterable[str | Path],
    *,
    model: Model | str | Path | None = None,
    jobs: int = 1,
    on_problem: Callable[[Failure | Skipped], None] | None = None,
) -> Iterator[Report]:
    """Yield the reports on many filings, in the order of the paths.

    Parameters
    ----------
    paths
        Files, folders, patterns and notes archives.
    model
        As in :func:`score_filing`.
    jobs
        Number of processes; -1 for one a core. A model in memory is not shared between them.
    on_problem
        Called with every input that fails and every part of an archive that is left out. Without
        it the first failure is raised, after the reports before it.

    Raises
    ------
    InputError
        If an input fails and there is no ``on_problem``.
    """
    for outcome in score_inputs([str(path) for path in paths], model=model, jobs=jobs):
        if isinstance(outcome, Report):
            yield outcome
        elif on_problem is not None:
            on_problem(outcome)
        elif isinstance(outcome, Failure):
            raise InputError(outcome.reason)


def expand_inputs(paths: Iterable[str]) -> list[str | Failure]:
    """Return the files that paths, folders and patterns name, each once, failures in place."""
    found: dict[str, str | Failure] = {}
    for path in paths:
        try:
            names = _expand(path)
        except OSError:  # which reading it explains
            names = [path]
        if not names:
            reason = f"{path}: no such file, folder or pattern; check the path"
            if path != STDIN and Path(path).is_dir():
                reason = f"{path}: the folder holds no file that could be a filing"
            found.setdefault(path, Failure(source=path, reason=reason))
        for name in names:
            found.setdefault(name, name)
    return list(found.values())


def read_source(source: str | Path, accessions: Collection[str] | None = None) -> Iterator[Filing]:
    """Yield the filings of a folder of Parquet tables, of an archive, a folder or a file.

    Parameters
    ----------
    source
        Where the filings are.
    accessions
        Of tables, read these only; all by default.

    Raises
    ------
    InputError
        If something there cannot be read.
    """
    if is_tables(source):
        yield from read_tables(source, accessions)
        return
    for path in expand_inputs([str(source)]):
        if isinstance(path, Failure):
            raise InputError(path.reason)
        yield from read_filings(path)


def _expand(path: str) -> list[str]:
    if path == STDIN or Path(path).is_file():
        return [path]
    if Path(path).is_dir():
        return sorted(str(p) for p in Path(path).rglob("*") if _may_be_filing(p, Path(path)))
    if glob.has_magic(path):
        # pathlib's glob takes no absolute pattern.
        matches = map(Path, glob.iglob(path, recursive=True))  # noqa: PTH207
        return sorted(str(p) for p in matches if p.is_file())
    if Path(path).exists():
        return [path]
    return []


def _may_be_filing(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.is_file() and not hidden and path.suffix.lower() not in _NOT_FILINGS


def score_inputs(
    paths: Sequence[str], *, model: Model | str | Path | None = None, jobs: int = 1
) -> Iterator[Outcome]:
    """Yield a report, a failure or a skipped part for everything that the paths name, in order.

    Raises
    ------
    ModelError
        If the model cannot be loaded.
    UsageError
        If ``jobs`` is 0.
    """
    if jobs == 0:
        raise UsageError("jobs is 0; give the number of processes, or -1 for one a core")
    loaded = model if isinstance(model, Model) else load_model(model)
    tasks = _make_tasks(expand_inputs(paths))
    head = [task for _, task in zip(range(2), tasks, strict=False)]
    tasks = chain(head, tasks)
    if jobs == 1 or len(head) < 2 or isinstance(model, Model):
        for task in tasks:
            yield from _run_task(task, loaded)
        return
    # Processes cost seconds to start, so a single task never gets here.
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="2*n_jobs")
    folder = None if model is None else str(model)
    for outcomes in parallel(delayed(_run_in_worker)(task, folder) for task in tasks):
        yield from outcomes


def _make_tasks(inputs: Iterable[str | Failure]) -> Iterator[_Task]:
    """Yield tasks of even size: filings of an archive, which are read here, or paths of files."""
    paths: list[str] = []
    for path in inputs:
        if isinstance(path, Failure):
            if paths:
                yield paths
            paths = []
            yield path
        elif _is_archive(path):
            if paths:
                yield paths
            paths = []
            yield from _read_archive(path)
        else:
            paths.append(path)
            if len(paths) == _FILES_A_TASK:
                yield paths
                paths = []
    if paths:
        yield paths


def _is_archive(path: str) -> bool:
    try:
        if path == STDIN or not Path(path).is_file():  # a pipe gives its first bytes only once
            return False
        with Path(path).open("rb") as stream:
            return stream.read(2) == b"PK"
    except OSError:
        return False


def _read_archive(path: str) -> Iterator[_Task]:
    skipped: list[Skipped] = []

    def skip(name: str, reason: str) -> None:
        skipped.append(Skipped(source=path, name=name, reason=reason))

    filings: list[Filing] = []
    failure = None
    try:
        for filing in read_filings(path, on_skip=skip):
            filings.append(filing)
            if len(filings) == _FILINGS_A_TASK:
                yield filings
                filings = []
    except CydscoreError as error:
        failure = Failure(source=path, reason=str(error))
    if filings:
        yield filings
    yield from skipped
    if failure:
        yield failure


@cache
def _worker_model(folder: str | None) -> Model:
    return load_model(folder)


def _run_in_worker(task: _Task, folder: str | None) -> list[Outcome]:
    return list(_run_task(task, _worker_model(folder)))


def _run_task(task: _Task, model: Model) -> Iterator[Outcome]:
    if isinstance(task, Failure | Skipped):
        yield task
        return
    outcomes: list[Filing | Failure | Skipped] = []
    for part in task:
        outcomes += [part] if isinstance(part, Filing) else _read_file(part)
    reports = iter(make_reports([o for o in outcomes if isinstance(o, Filing)], model))
    for outcome in outcomes:
        yield next(reports) if isinstance(outcome, Filing) else outcome


def _read_file(path: str) -> list[Filing | Failure | Skipped]:
    outcomes: list[Filing | Failure | Skipped] = []

    def skip(name: str, reason: str) -> None:
        outcomes.append(Skipped(source=path, name=name, reason=reason))

    try:
        outcomes += read_filings(path, on_skip=skip)
    except (InputError, InputMissingError) as error:
        outcomes.append(Failure(source=path, reason=str(error)))
    except OSError as error:
        reason = f"{path}: cannot be read ({error.strerror or error}); check its permissions"
        outcomes.append(Failure(source=path, reason=reason))
    return outcomes
