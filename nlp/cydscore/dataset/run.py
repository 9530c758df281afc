"""Score inputs into a dataset: plan what is missing, run it anywhere, commit part by part."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from cydscore.dataset.folder import DatasetFolder
from cydscore.dataset.partition import Part, Partition, score_in_worker, score_partition
from cydscore.dataset.plan import measure_input, plan_archive, plan_files, split_inputs, sum_input
from cydscore.dataset.tables import import_pyarrow
from cydscore.errors import UsageError
from cydscore.inputs import Failure, expand_inputs
from cydscore.memory import TaggingMemory
from cydscore.store import Model, load_model
from cydscore.watch import Stopwatch

#: Takes partitions and the folder of the model, gives parts in any order.
Runner = Callable[[Iterable[Partition], str | None], Iterator[Part]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    n_filings
        Filings scored in this run.
    n_failures
        Inputs that failed in it.
    n_bytes, n_bytes_total
        Bytes of input behind it, and those to do in all.
    """

    n_filings: int
    n_failures: int
    n_bytes: int
    n_bytes_total: int


@dataclass(slots=True, kw_only=True)
class Summary:
    """What a run did.

    Attributes
    ----------
    n_filings
        Filings scored in this run.
    n_before
        Filings of the inputs that were done before.
    n_other
        Filings there of inputs that were not named.
    n_stale
        Filings whose part was removed: an input, the model or the version had changed.
    failures
        Inputs that failed, now or before.
    skipped
        Number of things left out, by reason.
    findings
        Number of findings of each rule, of the inputs named.
    watch
        Seconds of each stage.
    """

    n_filings: int = 0
    n_before: int = 0
    n_other: int = 0
    n_stale: int = 0
    failures: list[Failure] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    watch: Stopwatch = field(default_factory=Stopwatch)


def write_dataset(
    paths: Sequence[str],
    out: Path,
    *,
    model: str | None = None,
    jobs: int = 1,
    runner: Runner | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_note: Callable[[str], None] | None = None,
) -> Summary:
    """Score what paths name into the dataset in a folder; what is done there is not done again.

    Parameters
    ----------
    paths
        Files, folders, patterns, archives, lists of paths.
    out
        Folder of the dataset.
    model
        Folder of a model; None for the default one.
    jobs
        Number of processes; -1 for one a core.
    runner
        What runs partitions, as on a cluster; processes of this machine by default.
    on_progress
        Called after every part.
    on_note
        Called with what is said before the work: what is resumed, what is made anew.

    Raises
    ------
    UsageError
        If the folder holds something else, or ``jobs`` is 0.
    ModelError
        If the model cannot be loaded.
    DependencyError
        If pyarrow is not installed.
    OSError
        If a part cannot be written; those written before are kept.
    """
    if jobs == 0:
        raise UsageError("jobs is 0; give the number of processes, or -1 for one a core")
    import_pyarrow()
    loaded = load_model(model)
    loaded.require_reports()
    summary = Summary()
    sums = _sum_inputs(expand_inputs(paths), summary.failures)
    lost = list(summary.failures)
    with DatasetFolder(out, loaded.sha256) as folder:
        _drop_stale(folder, sums, summary)
        _count_done(folder, sums, summary)
        for note in _describe_start(summary):
            (on_note or _ignore)(note)
        partitions = _plan(folder, sums, loaded.sha256, summary.watch)
        total = sum(measure_input(path) for path in _find_missing(folder, sums))
        n_bytes = 0
        run = runner or _make_runner(loaded, jobs)
        try:
            for part in run(partitions, model):
                with summary.watch.time("write"):
                    folder.commit(part)
                n_bytes += part.partition.n_bytes
                _add_part(summary, part)
                if on_progress is not None:
                    on_progress(
                        Progress(
                            n_filings=summary.n_filings,
                            n_failures=len(summary.failures),
                            n_bytes=n_bytes,
                            n_bytes_total=max(total, n_bytes),
                        )
                    )
        finally:
            folder.finish(lost)
    return summary


def _ignore(_: str) -> None:
    """Take the place of a caller that asks for no notes."""


def _sum_inputs(inputs: Iterable[str | Failure], failures: list[Failure]) -> dict[str, str]:
    """Return the checksum of every input that can be read; note the others."""
    sums: dict[str, str] = {}
    for path in inputs:
        if isinstance(path, Failure):
            failures.append(path)
            continue
        try:
            sums[path] = sum_input(path)
        except OSError as error:
            reason = f"{path}: cannot be read ({error.strerror or error}); check its permissions"
            failures.append(Failure(source=path, reason=reason))
    return sums


def _drop_stale(folder: DatasetFolder, sums: dict[str, str], summary: Summary) -> None:
    stale = [
        name
        for name, part in folder.done.items()
        if any(path in sums for path in part["inputs"]) and not folder.is_current(name, sums)
    ]
    summary.n_stale = sum(folder.done[name]["n_filings"] for name in stale)
    folder.drop(stale)


def _count_done(folder: DatasetFolder, sums: dict[str, str], summary: Summary) -> None:
    for part in folder.done.values():
        if not any(path in sums for path in part["inputs"]):
            summary.n_other += part["n_filings"]
            continue
        summary.n_before += part["n_filings"]
        summary.findings.update(part["findings"])
        summary.skipped.update(part["skipped"])
        summary.failures += [Failure(**row) for row in part["failures"]]


def _describe_start(summary: Summary) -> Iterator[str]:
    if summary.n_stale:
        yield (
            f"{summary.n_stale} filings are scored again: their input, the model or "
            "the version has changed"
        )
    if summary.n_before:
        yield f"{summary.n_before} filings were done before and are kept"
    if summary.n_other:
        yield f"{summary.n_other} filings of inputs that are not named here are kept"


def _find_missing(folder: DatasetFolder, sums: dict[str, str]) -> list[str]:
    """Return the inputs that are not wholly done."""
    here, files = split_inputs(sums)
    places: dict[str, set[int]] = {}
    ends: dict[str, int] = {}
    for part in folder.done.values():
        for path in part["inputs"]:
            places.setdefault(path, set()).add(part["place"])
            if part["is_last"]:
                ends[path] = part["place"]
    whole = {path for path, end in ends.items() if places[path] == set(range(end + 1))}
    return [path for path in (*files, *here) if path not in whole]


def _plan(
    folder: DatasetFolder, sums: dict[str, str], model: str, watch: Stopwatch
) -> Iterator[Partition]:
    missing = _find_missing(folder, sums)
    here, _ = split_inputs(sums)
    yield from plan_files({path: sums[path] for path in missing if path not in set(here)}, model)
    for path in (path for path in missing if path in set(here)):
        yield from plan_archive(path, sums[path], model, lambda name: name in folder.done, watch)


def _make_runner(model: Model, jobs: int) -> Runner:
    def run(partitions: Iterable[Partition], folder: str | None) -> Iterator[Part]:
        waiting = iter(partitions)
        head = list(islice(waiting, 2))
        waiting = chain(head, waiting)
        if jobs == 1 or len(head) < 2:
            memory = TaggingMemory(model.tagger)
            for partition in waiting:
                yield score_partition(partition, model, memory)
            return
        # Processes cost seconds to start, so a single partition never gets here.
        from joblib import Parallel, delayed

        parallel = Parallel(
            n_jobs=jobs, return_as="generator_unordered", pre_dispatch="2*n_jobs", batch_size=1
        )
        yield from parallel(delayed(score_in_worker)(partition, folder) for partition in waiting)

    return run


def _add_part(summary: Summary, part: Part) -> None:
    summary.n_filings += part.n_filings
    summary.failures += part.failures
    summary.skipped.update(part.skipped)
    summary.findings.update(part.findings)
    summary.watch.add(part.seconds)
