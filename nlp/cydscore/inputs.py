"""What a user names as inputs: files, folders, patterns, archives, tables and lists of paths."""

import csv
import glob
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cydscore.errors import CydscoreError, InputError, InputMissingError
from cydscore.read.recognise import OnShare, OnSkip, read_filings
from cydscore.read.source import STDIN
from cydscore.read.tables import is_tables, read_tables
from cydscore.records import Filing

Sources = Iterable[str | Path]
OnProblem = Callable[[str], None]

#: In a folder, files of these kinds are no filings and are passed over.
_NOT_FILINGS: Final = frozenset(
    f".{suffix}"
    for suffix in (
        *("jpg", "jpeg", "png", "gif", "svg", "ico", "css", "js", "xlsx", "xsd"),
        *("json", "jsonl", "csv", "parquet", "part", "toml", "yaml", "yml", "log"),
        *("md", "py", "ipynb", "sh"),
    )
)
#: Name of the column of a list of paths (``.csv``).
PATH_COLUMN: Final = "path"


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


def expand_inputs(paths: Iterable[str]) -> list[str | Failure]:
    """Return the files that paths, folders and patterns name, each once, failures in place.

    A ``.csv`` file that is named itself is a list of paths: its column ``path`` names files,
    folders or patterns, those that are not absolute from the folder of the list. A folder of
    Parquet tables stays one input.
    """
    found: dict[str, str | Failure] = {}
    for path in paths:
        try:
            names = _expand(path)
        except OSError:  # which reading it explains
            names = [path]
        except InputError as error:
            found.setdefault(path, Failure(source=path, reason=str(error)))
            continue
        if not names:
            reason = f"{path}: no such file, folder or pattern; check the path"
            if path != STDIN and Path(path).is_dir():
                reason = f"{path}: the folder holds no file that could be a filing"
            found.setdefault(path, Failure(source=path, reason=reason))
        for name in names:
            found.setdefault(name if isinstance(name, str) else name.source, name)
    return list(found.values())


def read_source(source: str | Path, accessions: Collection[str] | None = None) -> Iterator[Filing]:
    """Yield the filings of one source, as `read_sources` does."""
    return read_sources([source], accessions)


def read_sources(
    sources: Sources,
    accessions: Collection[str] | None = None,
    *,
    on_problem: OnProblem | None = None,
) -> Iterator[Filing]:
    """Yield the filings of archives, folders, files and folders of Parquet tables.

    Parameters
    ----------
    sources
        Where the filings are.
    accessions
        Of tables, read these only; all by default.
    on_problem
        Called with a line for each file that cannot be read; without it the fault is raised.

    Raises
    ------
    InputMissingError
        If a source names nothing.
    InputError
        If a file cannot be read and there is no ``on_problem``.
    """
    for source in sources:
        if is_tables(source):
            yield from read_tables(source, accessions)
            continue
        for path in expand_inputs([str(source)]):
            if isinstance(path, Failure):
                raise InputMissingError(path.reason)
            try:
                yield from read_filings(path)
            except CydscoreError as error:
                if on_problem is None:
                    raise
                on_problem(str(error))


def read_input(
    path: str, *, on_skip: OnSkip | None = None, on_share: OnShare | None = None
) -> Iterator[Filing]:
    """Yield the filings of one input: a file in any format, or a folder of Parquet tables.

    Parameters
    ----------
    path
        The input.
    on_skip, on_share
        See `cydscore.read.read_filings`.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if path != STDIN and is_tables(path):
        return read_tables(path)
    return read_filings(path, on_skip=on_skip, on_share=on_share)


def is_archive(path: str) -> bool:
    """Tell whether a path names many filings in one: a zip, or a folder of Parquet tables."""
    try:
        if path != STDIN and is_tables(path):
            return True
        if path == STDIN or not Path(path).is_file():  # a pipe gives its first bytes only once
            return False
        with Path(path).open("rb") as stream:
            return stream.read(2) == b"PK"
    except OSError:
        return False


def _expand(path: str) -> Sequence[str | Failure]:
    if path != STDIN and Path(path).is_file() and path.lower().endswith(".csv"):
        return _read_list(Path(path))
    if path == STDIN or Path(path).is_file() or is_tables(path):
        return [path]
    if Path(path).is_dir():
        return sorted(str(p) for p in Path(path).rglob("*") if _may_be_filing(p, Path(path)))
    if glob.has_magic(path):
        # pathlib's glob takes no absolute pattern.
        matches = map(Path, glob.iglob(path, recursive=True))  # noqa: PTH207
        return sorted(str(p) for p in matches if p.is_file())
    return [path] if Path(path).exists() else []


def _read_list(path: Path) -> list[str | Failure]:
    """Return the inputs that a list of paths names, in its order."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            if PATH_COLUMN not in (rows.fieldnames or ()):
                raise InputError(
                    f"{path}: no column '{PATH_COLUMN}' in its first line, and a list of paths was "
                    "expected; name the column, or give the filings themselves"
                )
            named = [str(path.parent / row[PATH_COLUMN]) for row in rows if row[PATH_COLUMN]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as CSV ({error}); save it as UTF-8") from None
    nested = [name for name in named if name.lower().endswith(".csv")]
    if nested:
        raise InputError(f"{path}: names another list, {nested[0]}; name its paths here")
    return expand_inputs(named)


def _may_be_filing(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    name = path.name.lower().removesuffix(".gz")
    return path.is_file() and not hidden and Path(name).suffix not in _NOT_FILINGS
