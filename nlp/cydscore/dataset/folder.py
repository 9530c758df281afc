"""The folder of a dataset: parts that are there wholly or not at all, and what they were made of.

A part is done once ``parts/NAME.json`` stands there; its tables were written before. Every file
grows under another name and takes its own at the end.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from cydscore import __version__
from cydscore.dataset.partition import Part
from cydscore.dataset.plan import DATASET_SCHEMA
from cydscore.dataset.tables import TABLES
from cydscore.errors import UsageError
from cydscore.inputs import Failure

MANIFEST: Final = "manifest.json"
FAILURES: Final = "failures.jsonl"
_PARTS: Final = "parts"
_LOCK: Final = ".lock"
_OWN: Final = frozenset((*TABLES, _PARTS, _LOCK, MANIFEST, FAILURES))


class DatasetFolder(AbstractContextManager["DatasetFolder"]):
    """A folder of parts that one process writes at a time.

    Parameters
    ----------
    path
        The folder; it is made where it is missing.
    model
        Checksum of the model that new parts are made with.

    Attributes
    ----------
    done
        What the parts that are there were made of, by name.

    Raises
    ------
    UsageError
        If the folder holds something else, or another process writes to it.
    """

    def __init__(self, path: Path, model: str) -> None:
        self._path = path
        self._model = model
        if path.exists() and not path.is_dir():
            raise UsageError(f"{path}: is a file; name a folder for the dataset, with a / behind")
        foreign = (
            sorted(p.name for p in path.iterdir() if p.name not in _OWN) if path.is_dir() else []
        )
        if foreign and not (path / _PARTS).is_dir():
            raise UsageError(
                f"{path}: holds {foreign[0]} and is no dataset; name an empty or a new folder"
            )
        for name in (*TABLES, _PARTS):
            (path / name).mkdir(parents=True, exist_ok=True)
        self._lock = (path / _LOCK).open("a")
        self._take_lock()
        self.done: dict[str, Mapping[str, Any]] = {}
        self._load()

    def is_current(self, name: str, sums: Mapping[str, str]) -> bool:
        """Tell whether a part is what this version and model would make of its inputs now.

        Parameters
        ----------
        name
            The part.
        sums
            Checksums of the inputs that were asked for.
        """
        part = self.done[name]
        made = (part["schema"], part["version"], part["model"])
        return made == (DATASET_SCHEMA, __version__, self._model) and all(
            sums.get(path, checksum) == checksum != "" for path, checksum in part["inputs"].items()
        )

    def commit(self, part: Part) -> None:
        """Write a part: its tables, then the note that makes it count.

        Parameters
        ----------
        part
            The part.

        Raises
        ------
        OSError
            If it cannot be written, as on a full disk; then nothing of it is left.
        """
        name = part.partition.name
        note = {
            "schema": DATASET_SCHEMA,
            "version": __version__,
            "model": self._model,
            "inputs": dict(part.partition.inputs),
            "place": part.partition.place,
            "is_last": part.partition.is_last,
            "n_filings": part.n_filings,
            "tables": {
                table: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                for table, data in part.tables.items()
            },
            "findings": dict(sorted(part.findings.items())),
            "failures": [{"source": f.source, "reason": f.reason} for f in part.failures],
            "skipped": dict(sorted(part.skipped.items())),
        }
        try:
            for table, data in part.tables.items():
                write_atomically(self._path / table / f"{name}.parquet", data)
            write_atomically(self._path / _PARTS / f"{name}.json", _to_json(note))
        except OSError:
            self.drop([name])
            raise
        self.done[name] = note

    def drop(self, names: Iterable[str]) -> None:
        """Remove parts; a part that is only half there too.

        Parameters
        ----------
        names
            The parts.
        """
        for name in list(names):
            self.done.pop(name, None)
            # The note goes first, so that no part counts that has lost a table.
            (self._path / _PARTS / f"{name}.json").unlink(missing_ok=True)
            for table in TABLES:
                (self._path / table / f"{name}.parquet").unlink(missing_ok=True)

    def finish(self, failures: Iterable[Failure]) -> None:
        """Write ``failures.jsonl`` and ``manifest.json``.

        Parameters
        ----------
        failures
            Inputs that failed before they came to any part.
        """
        rows = [{"source": f.source, "reason": f.reason} for f in failures]
        rows += [row for name in sorted(self.done) for row in self.done[name]["failures"]]
        lines = sorted(json.dumps(row) for row in rows)
        write_atomically(self._path / FAILURES, "".join(f"{line}\n" for line in lines).encode())
        manifest = {
            "schema": DATASET_SCHEMA,
            "version": __version__,
            "models": sorted({part["model"] for part in self.done.values()}),
            "n_filings": sum(part["n_filings"] for part in self.done.values()),
            "n_failures": len(rows),
            "parts": {name: self.done[name]["tables"] for name in sorted(self.done)},
        }
        write_atomically(self._path / MANIFEST, _to_json(manifest))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.close()

    def _take_lock(self) -> None:
        with suppress(ImportError):  # Windows has no such locks
            import fcntl

            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self._lock.close()
                raise UsageError(
                    f"{self._path}: another cydscore is writing there; wait for it, or stop it"
                ) from None

    def _load(self) -> None:
        """Read the notes of what is done, and remove what was cut off."""
        for table in (*TABLES, _PARTS):
            for path in (self._path / table).glob(".*.new"):
                path.unlink()
        for path in sorted((self._path / _PARTS).glob("part-*.json")):
            with suppress(ValueError, KeyError, TypeError):  # no note of ours: made anew
                note = json.loads(path.read_bytes())
                if self._is_whole(path.stem, note["tables"]):
                    self.done[path.stem] = note
        there = {p.stem for t in (*TABLES, _PARTS) for p in (self._path / t).glob("part-*")}
        self.drop(there - set(self.done))

    def _is_whole(self, name: str, tables: Mapping[str, Mapping[str, Any]]) -> bool:
        files = {table: self._path / table / f"{name}.parquet" for table in TABLES}
        return all(
            path.is_file() and path.stat().st_size == tables[table]["bytes"]
            for table, path in files.items()
        )


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file that is there wholly or not at all.

    Parameters
    ----------
    path
        The file.
    data
        What it shall hold.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        with fresh.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


def _to_json(value: object) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()
