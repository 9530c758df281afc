"""Cut inputs into partitions that depend on nothing but the inputs, the model and the version."""

import hashlib
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from cydscore import __version__
from cydscore.dataset.partition import Partition
from cydscore.errors import CydscoreError
from cydscore.inputs import Failure, Skipped, is_archive, read_input
from cydscore.read.tables import FACTS_FILE, FILINGS_FILE, is_tables
from cydscore.records import Filing
from cydscore.watch import Stopwatch

#: Changes whenever the tables do, so that old parts are not taken for new ones.
DATASET_SCHEMA: Final = "cydscore/dataset/1"
_FILINGS_A_PART: Final = 256
_FILES_A_PART: Final = 16

Wanted = Callable[[str], bool]


def name_part(inputs: Mapping[str, str], place: int, model: str) -> str:
    """Return the name of a part: a checksum of what its rows depend on.

    Parameters
    ----------
    inputs
        Paths and checksums.
    place
        Number of the partition within its archive.
    model
        Checksum of the model.
    """
    named = "".join(f"{path}\0{inputs[path]}\0" for path in sorted(inputs))
    key = "\0".join((DATASET_SCHEMA, __version__, model, str(place), named))
    return f"part-{hashlib.sha256(key.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"


def sum_input(path: str) -> str:
    """Return the SHA-256 of what a path holds; "" for a pipe, which can be read but once.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    if is_tables(path):
        sums = (sum_input(str(Path(path) / name)) for name in (FILINGS_FILE, FACTS_FILE))
        return hashlib.sha256("".join(sums).encode()).hexdigest()
    if path == "-" or not stat.S_ISREG(Path(path).stat().st_mode):
        return ""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def plan_files(files: Mapping[str, str], model: str) -> Iterator[Partition]:
    """Yield partitions of single files, in the order of their paths.

    Parameters
    ----------
    files
        Paths and checksums.
    model
        Checksum of the model.
    """
    paths = sorted(files)
    for first in range(0, len(paths), _FILES_A_PART):
        inputs = {path: files[path] for path in paths[first : first + _FILES_A_PART]}
        yield Partition(
            name=name_part(inputs, 0, model),
            inputs=inputs,
            n_bytes=sum(measure_input(path) for path in inputs),
        )


def plan_archive(
    path: str, checksum: str, model: str, is_done: Wanted, watch: Stopwatch
) -> Iterator[Partition]:
    """Yield the partitions of an archive that are not done, while it is streamed.

    Parameters
    ----------
    path, checksum
        The archive and its SHA-256.
    model
        Checksum of the model.
    is_done
        Whether a part of some name is done.
    watch
        Told the seconds of reading.
    """
    inputs = {path: checksum}
    size = measure_input(path)
    share, n_told = 0.0, 0
    problems: list[Failure | Skipped] = []

    def follow(read: float) -> None:
        nonlocal share
        share = read

    def skip(name: str, reason: str) -> None:
        problems.append(Skipped(source=path, name=name, reason=reason))

    groups = _group(read_input(path, on_skip=skip, on_share=follow), problems, path, watch)
    for place, (filings, is_last) in enumerate(groups):
        name = name_part(inputs, place, model)
        n_bytes = (size if is_last else int(share * size)) - n_told
        n_told += n_bytes
        if not is_done(name):
            yield Partition(
                name=name,
                inputs=inputs,
                filings=filings,
                problems=tuple(problems) if is_last else (),
                place=place,
                is_last=is_last,
                n_bytes=n_bytes,
            )


def _group(
    filings: Iterator[Filing], problems: list[Failure | Skipped], path: str, watch: Stopwatch
) -> Iterator[tuple[tuple[Filing, ...], bool]]:
    """Yield groups of filings, each with whether it is the last; a failure ends them."""
    group: list[Filing] = []
    while True:
        with watch.time("read"):
            filing = _take(filings, problems, path)
        if filing is None:
            yield tuple(group), True
            return
        if len(group) == _FILINGS_A_PART:
            yield tuple(group), False
            group = []
        group.append(filing)


def _take(filings: Iterator[Filing], problems: list[Failure | Skipped], path: str) -> Filing | None:
    try:
        return next(filings, None)
    except CydscoreError as error:
        problems.append(Failure(source=path, reason=str(error)))
    except OSError as error:
        reason = f"{path}: cannot be read ({error.strerror or error}); check its permissions"
        problems.append(Failure(source=path, reason=reason))
    return None


def measure_input(path: str) -> int:
    """Return the size of an input in bytes; 0 where it has none."""
    try:
        if is_tables(path):
            return (Path(path) / FACTS_FILE).stat().st_size
        return 0 if path == "-" else Path(path).stat().st_size
    except OSError:
        return 0


def split_inputs(sums: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the inputs to read here (archives and pipes) and the single files, each sorted.

    Parameters
    ----------
    sums
        Paths and checksums.
    """
    here = [path for path in sorted(sums) if not sums[path] or is_archive(path)]
    return here, sorted(set(sums) - set(here))
