"""Write reports for machines: JSON, JSON lines, CSV and Parquet, one report or row a filing.

What was written is kept whatever happens: a file grows beside its final name and takes that name
when the writer is closed, also after an interruption.
"""

import csv
import json
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self, TextIO

from cydscore.errors import DependencyError, UsageError, to_line
from cydscore.records import PARTS
from cydscore.report import Report
from cydscore.tags import tag_names
from cydscore.taxonomy import flag_names


class OutputFormat(StrEnum):
    """A format for machines, told by the suffix of a file."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


_ROWS_A_GROUP: Final = 1000
#: Control characters that JSON allows in a string and some terminals obey.
_ESCAPES: Final = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


class ReportWriter(Protocol):
    """Takes reports one by one."""

    def write(self, report: Report) -> None:
        """Write one report."""

    def close(self) -> None:
        """Complete what was written."""


class JsonWriter:
    """An array of reports, or one report a line.

    Parameters
    ----------
    stream
        Where to write.
    lines
        Whether to write one report a line.
    """

    def __init__(self, stream: TextIO, *, lines: bool) -> None:
        self._stream = stream
        self._lines = lines
        self._first = True

    def write(self, report: Report) -> None:
        """Write one report."""
        text = json.dumps(report.to_json(), ensure_ascii=False).translate(_ESCAPES)
        if self._lines:
            self._stream.write(text + "\n")
        else:
            self._stream.write(("[\n" if self._first else ",\n") + text)
        self._first = False

    def close(self) -> None:
        """Close the array."""
        if not self._lines:
            self._stream.write("[]\n" if self._first else "\n]\n")


class CsvWriter:
    """A header and a row a filing.

    Parameters
    ----------
    stream
        Where to write.
    """

    def __init__(self, stream: TextIO) -> None:
        self._rows = csv.DictWriter(stream, list(row_types()), lineterminator="\n")
        self._rows.writeheader()

    def write(self, report: Report) -> None:
        """Write one row."""
        self._rows.writerow({k: _to_cell(v) for k, v in report.to_row().items()})

    def close(self) -> None:
        """Leave the rows as they are."""


class ParquetWriter:
    """A typed row a filing.

    Parameters
    ----------
    path
        File to write.

    Raises
    ------
    DependencyError
        If pyarrow is not installed.
    """

    def __init__(self, path: Path) -> None:
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError as error:
            raise DependencyError(
                "writing Parquet needs pyarrow; pip install 'cydscore[parquet]', or write .csv"
            ) from error
        kinds = {str: pa.string(), float: pa.float64(), int: pa.int64(), bool: pa.bool_()}
        self._schema: pa.Schema = pa.schema([(n, kinds[kind]) for n, kind in row_types().items()])
        self._file = pq.ParquetWriter(path, self._schema)
        self._rows: list[Mapping[str, Any]] = []

    def write(self, report: Report) -> None:
        """Write one row."""
        self._rows.append(report.to_row())
        if len(self._rows) >= _ROWS_A_GROUP:
            self._flush()

    def close(self) -> None:
        """Write what is left and the footer."""
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._file.write_table(pa.Table.from_pylist(list(self._rows), schema=self._schema))
        self._rows = []


class FileOutput(AbstractContextManager["FileOutput"]):
    """A file of reports that takes its name when it is complete or interrupted.

    Without a report there is no file, and one that was there before stays.

    Parameters
    ----------
    path
        File to write; its suffix tells the format.

    Raises
    ------
    UsageError
        If the suffix is none of the formats, the path is a folder, or its folder does not exist.
    """

    def __init__(self, path: Path) -> None:
        try:
            form = OutputFormat(path.suffix.lower().removeprefix("."))
        except ValueError:
            allowed = ", ".join(f".{name}" for name in OutputFormat)
            raise UsageError(f"{path}: the suffix must be one of {allowed}") from None
        if not path.parent.is_dir():
            raise UsageError(f"{path}: there is no folder {path.parent}; make it first")
        if path.is_dir():
            raise UsageError(
                f"{path}: is a folder; name a file in it, {path / 'scores'}{path.suffix}"
            )
        self._path = path
        self._n_reports = 0
        self._part = path.with_name(path.name + ".part")
        self._stream: TextIO | None = None
        if form is OutputFormat.PARQUET:
            self._writer: ReportWriter = ParquetWriter(self._part)
        else:
            self._stream = self._part.open(
                "w", encoding="utf-8", errors="backslashreplace", newline=""
            )
            self._writer = make_stream_writer(form, self._stream)

    def write(self, report: Report) -> None:
        """Write one report."""
        self._writer.write(report)
        self._n_reports += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.close()
        if self._stream is not None:
            self._stream.close()
        if self._n_reports:
            self._part.replace(self._path)
        else:
            self._part.unlink()


def make_stream_writer(form: OutputFormat, stream: TextIO | None = None) -> ReportWriter:
    """Return a writer on a text stream, standard output by default.

    Raises
    ------
    UsageError
        If the format is binary.
    """
    stream = stream or sys.stdout
    if form is OutputFormat.PARQUET:
        raise UsageError("Parquet is binary; name a file with --out scores.parquet")
    if form is OutputFormat.CSV:
        return CsvWriter(stream)
    return JsonWriter(stream, lines=form is OutputFormat.JSONL)


def row_types() -> dict[str, type]:
    """Return the columns of a row a filing, in order, with their types (each may be missing)."""
    texts = ("accession", "cik", "company", "form", "period_end", "source", "format")
    counts = ("facts", "segments", "blocks", "misfits", "errors", "warnings", "notes")
    columns: dict[str, type] = dict.fromkeys(texts, str)
    columns |= dict.fromkeys(PARTS, float)
    columns |= {f"n_{count}": int for count in counts}
    flags = {"declared": bool, "stated": str, "verdict": str, "confidence": float}
    for name in flag_names():
        columns |= {f"{name}_{what}": kind for what, kind in flags.items()}
    for tag in tag_names():
        columns |= {f"{tag}_stated": int, f"{tag}_denied": int}
    return columns | {"model": str}


def _to_cell(value: object) -> object:
    """Return a value as a CSV cell; text that a spreadsheet would run as a formula is quoted."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return value
    text = to_line(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
