"""The unit of work: some filings in, the bytes of three tables out. The same in any process."""

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cydscore.batch import find_worker_model, read_file
from cydscore.dataset.tables import make_tables, write_bytes
from cydscore.inputs import Failure, Skipped
from cydscore.memory import TaggingMemory
from cydscore.records import Filing
from cydscore.report import make_reports
from cydscore.store import Model
from cydscore.watch import Stopwatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """Some of the inputs, few enough to be scored in one go.

    Attributes
    ----------
    name
        Name of the part that will hold the results.
    inputs
        Paths, each with the SHA-256 of its content ("" where it has none, as a pipe).
    filings
        Filings of an archive, which was read already; empty where files are to be read.
    problems
        What failed or was left out while the archive was read.
    place
        Number of the partition within its archive, from 0.
    is_last
        Whether it is the last of its archive; files are.
    n_bytes
        Bytes of input that it stands for.
    """

    name: str
    inputs: Mapping[str, str]
    filings: tuple[Filing, ...] = ()
    problems: tuple[Failure | Skipped, ...] = ()
    place: int = 0
    is_last: bool = True
    n_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What came of a partition.

    Attributes
    ----------
    partition
        The partition, without its filings.
    tables
        For each table the bytes of a Parquet file.
    n_filings
        Number of filings scored.
    findings
        Number of findings of each rule.
    failures
        Inputs that failed.
    skipped
        Number of things left out of archives, by reason.
    seconds
        Seconds of each stage.
    """

    partition: Partition
    tables: Mapping[str, bytes]
    n_filings: int
    findings: Mapping[str, int]
    failures: tuple[Failure, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)


def score_partition(partition: Partition, model: Model, memory: TaggingMemory) -> Part:
    """Return the part of a partition; nothing else is read or written, so it may run anywhere.

    Parameters
    ----------
    partition
        The partition. Files that it names must be readable here under the same paths.
    model
        The model.
    memory
        What the model's tagger said so far; it changes the speed alone.
    """
    watch = Stopwatch()
    problems: list[Failure | Skipped] = list(partition.problems)
    filings = list(partition.filings)
    with _pause_collection():
        if not partition.filings and not partition.problems:
            with watch.time("read"):
                for path in partition.inputs:
                    for outcome in read_file(path):
                        (filings if isinstance(outcome, Filing) else problems).append(outcome)  # type: ignore[arg-type]
        reports = make_reports(filings, model, describe=memory.describe, watch=watch)
        with watch.time("write"):
            tables = write_bytes(make_tables(reports))
    return Part(
        partition=Partition(
            name=partition.name,
            inputs=partition.inputs,
            place=partition.place,
            is_last=partition.is_last,
            n_bytes=partition.n_bytes,
        ),
        tables=tables,
        n_filings=len(reports),
        findings=Counter(f.rule for report in reports for f in report.checks.findings),
        failures=tuple(p for p in problems if isinstance(p, Failure)),
        skipped=Counter(p.reason for p in problems if isinstance(p, Skipped)),
        seconds=dict(watch.seconds),
    )


@contextmanager
def _pause_collection() -> Iterator[None]:
    """Look for no cycles among the many objects of a partition, which has none to speak of.

    It takes a twelfth of the time, for the model and the filings are gone through each time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def score_in_worker(partition: Partition, folder: str | None) -> Part:
    """Return the part of a partition, by a model that this process loads once.

    Parameters
    ----------
    partition
        The partition.
    folder
        Folder of the model; None for the default one.
    """
    model, memory = find_worker_model(folder)
    return score_partition(partition, model, memory)


def score_paths(paths: Sequence[str | Path], folder: str | None = None) -> Part:
    """Return the part of some files, archives among them: what a cluster's own map calls.

    Parameters
    ----------
    paths
        The files, readable where this runs.
    folder
        Folder of the model; None for the default one.
    """
    inputs = {str(path): "" for path in paths}
    return score_in_worker(Partition(name="part", inputs=inputs), folder)
