"""Score many inputs: expand paths, share the work out, go on where one input fails."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final

from cydscore.errors import CydscoreError, InputError, InputMissingError, UsageError
from cydscore.inputs import Failure, Skipped, expand_inputs, is_archive, read_input, read_source
from cydscore.memory import TaggingMemory
from cydscore.read import read_filing
from cydscore.records import Filing
from cydscore.report import Report, make_reports
from cydscore.store import Model, load_model
from cydscore.watch import Stopwatch

__all__ = [
    "Failure",
    "Outcome",
    "Skipped",
    "expand_inputs",
    "iterate_reports",
    "read_source",
    "score_filing",
    "score_inputs",
]

_FILINGS_A_TASK: Final = 64
_FILES_A_TASK: Final = 4
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


def iterate_reports(
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


def score_inputs(
    paths: Sequence[str],
    *,
    model: Model | str | Path | None = None,
    jobs: int = 1,
    watch: Stopwatch | None = None,
) -> Iterator[Outcome]:
    """Yield a report, a failure or a skipped part for everything that the paths name, in order.

    Parameters
    ----------
    paths, model, jobs
        As in :func:`iterate_reports`.
    watch
        Told the seconds of each stage, of all processes together.

    Raises
    ------
    ModelError
        If the model cannot be loaded, or reports cannot be made with it.
    UsageError
        If ``jobs`` is 0.
    """
    if jobs == 0:
        raise UsageError("jobs is 0; give the number of processes, or -1 for one a core")
    loaded = model if isinstance(model, Model) else load_model(model)
    loaded.require_reports()
    watch = watch or Stopwatch()
    tasks = _make_tasks(expand_inputs(paths))
    head = [task for _, task in zip(range(2), tasks, strict=False)]
    tasks = chain(head, tasks)
    if jobs == 1 or len(head) < 2 or isinstance(model, Model):
        memory = TaggingMemory(loaded.tagger)
        for task in tasks:
            yield from _run_task(task, loaded, memory, watch)
        return
    # Processes cost seconds to start, so a single task never gets here.
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="2*n_jobs")
    folder = None if model is None else str(model)
    for outcomes, seconds in parallel(delayed(_run_in_worker)(task, folder) for task in tasks):
        watch.add(seconds)
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
        elif is_archive(path):
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


def _read_archive(path: str) -> Iterator[_Task]:
    skipped: list[Skipped] = []

    def skip(name: str, reason: str) -> None:
        skipped.append(Skipped(source=path, name=name, reason=reason))

    filings: list[Filing] = []
    failure = None
    try:
        for filing in read_input(path, on_skip=skip):
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
def find_worker_model(folder: str | None) -> tuple[Model, TaggingMemory]:
    """Return the model in a folder and what it said so far, both kept for as long as the process.

    Parameters
    ----------
    folder
        The folder; None for the default model.
    """
    model = load_model(folder)
    return model, TaggingMemory(model.tagger)


def _run_in_worker(task: _Task, folder: str | None) -> tuple[list[Outcome], Mapping[str, float]]:
    model, memory = find_worker_model(folder)
    watch = Stopwatch()
    return list(_run_task(task, model, memory, watch)), dict(watch.seconds)


def _run_task(
    task: _Task, model: Model, memory: TaggingMemory, watch: Stopwatch
) -> Iterator[Outcome]:
    if isinstance(task, Failure | Skipped):
        yield task
        return
    outcomes: list[Filing | Failure | Skipped] = []
    with watch.time("read"):
        for part in task:
            outcomes += [part] if isinstance(part, Filing) else read_file(part)
    filings = [o for o in outcomes if isinstance(o, Filing)]
    reports = iter(make_reports(filings, model, describe=memory.describe, watch=watch))
    for outcome in outcomes:
        yield next(reports) if isinstance(outcome, Filing) else outcome


def read_file(path: str) -> list[Filing | Failure | Skipped]:
    """Return what a file holds, what is left out of it, and why it fails if it does.

    Parameters
    ----------
    path
        The file.
    """
    outcomes: list[Filing | Failure | Skipped] = []

    def skip(name: str, reason: str) -> None:
        outcomes.append(Skipped(source=path, name=name, reason=reason))

    try:
        outcomes += read_input(path, on_skip=skip)
    except (InputError, InputMissingError) as error:
        outcomes.append(Failure(source=path, reason=str(error)))
    except OSError as error:
        reason = f"{path}: cannot be read ({error.strerror or error}); check its permissions"
        outcomes.append(Failure(source=path, reason=reason))
    return outcomes
