"""The three tables of a dataset: their columns, their rows, and how they are read."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from cydscore.errors import DependencyError, InputError, InputMissingError
from cydscore.heads import label_names
from cydscore.report import Report
from cydscore.write import row_types

TABLES: Final = ("filings", "segments", "findings")
_DATES: Final = ("period_end", "filed")
_DIGITS: Final = 4


def import_pyarrow() -> Any:
    """Return the module ``pyarrow``.

    Raises
    ------
    DependencyError
        If it is not installed.
    """
    try:
        import pyarrow as pa
    except ImportError as error:
        raise DependencyError(
            "a dataset needs pyarrow; pip install 'cydscore[parquet]', or write --out x.csv"
        ) from error
    return pa


@cache
def table_schema(table: str) -> Any:
    """Return the columns of a table with their types, a ``pyarrow.Schema``.

    Parameters
    ----------
    table
        One of ``TABLES``.

    Raises
    ------
    DependencyError
        If pyarrow is not installed.
    """
    pa = import_pyarrow()
    text, texts = pa.string(), pa.list_(pa.string())
    if table == "filings":
        kinds = {str: text, float: pa.float64(), int: pa.int32(), bool: pa.bool_()}
        columns = {name: kinds[kind] for name, kind in row_types().items()}
        columns |= dict.fromkeys(_DATES, pa.date32())
        columns |= {"sic": text, "fiscal_year": pa.int32(), "public_float": pa.float64()}
    elif table == "segments":
        columns = {"accession": text, "source": text, "id": text, "elements": texts}
        columns |= {name: pa.int32() for name in ("fact", "start", "end")}
        columns |= {"text": text, "labels": texts, "specificity": pa.int8()}
        columns |= dict.fromkeys(label_names(), pa.float32())
    else:
        columns = {"accession": text, "source": text, "rule": text, "severity": text}
        columns |= {"detail": text, "cites": text, "evidence": texts}
    return pa.schema(list(columns.items()))


def make_tables(reports: Sequence[Report]) -> dict[str, Any]:
    """Return the rows of some reports as a ``pyarrow.Table`` for each of ``TABLES``.

    Parameters
    ----------
    reports
        The reports, in the order of the rows.
    """
    pa = import_pyarrow()
    findings = [
        {
            "accession": report.filing.accession,
            "source": _clean(report.filing.source),
            "rule": finding.rule,
            "severity": finding.severity,
            "detail": _clean(finding.detail),
            "cites": finding.cites,
            "evidence": list(finding.evidence),
        }
        for report in reports
        for finding in report.checks.findings
    ]
    return {
        "filings": pa.Table.from_pylist(
            [_describe_filing(report) for report in reports], schema=table_schema("filings")
        ),
        "segments": _make_segments(reports),
        "findings": pa.Table.from_pylist(findings, schema=table_schema("findings")),
    }


def _describe_filing(report: Report) -> dict[str, Any]:
    filing = report.filing
    row = report.to_row() | {
        "sic": filing.sic,
        "fiscal_year": filing.fiscal_year,
        "filed": filing.filed,
        "public_float": filing.public_float,
    }
    row |= {name: _parse_date(row[name]) for name in _DATES}
    return {name: _clean(value) if isinstance(value, str) else value for name, value in row.items()}


def _clean(text: str) -> str:
    """Return text that can be written as UTF-8; the name of a file need not be such."""
    return text.encode("utf-8", "backslashreplace").decode()


def _parse_date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _make_segments(reports: Sequence[Report]) -> Any:
    pa = import_pyarrow()
    schema = table_schema("segments")
    lengths = [len(report.segments) for report in reports]
    segments = [segment for report in reports for segment in report.segments]
    columns: dict[str, Any] = {
        "accession": _repeat([report.filing.accession for report in reports], lengths),
        "source": _repeat([_clean(report.filing.source) for report in reports], lengths),
        "id": [segment.id for segment in segments],
        "elements": [segment.elements for segment in segments],
        "fact": [segment.fact for segment in segments],
        "start": [segment.start for segment in segments],
        "end": [segment.end for segment in segments],
        "text": [segment.text for segment in segments],
    }
    names = label_names()
    odds = _stack([report.tagging.columns(names) for report in reports], len(names))
    labels = reports[0].tagging.labels if reports else names  # a model's own tags among them
    stated = _stack([report.tagging.stated for report in reports], len(labels))
    rows, places = np.nonzero(stated)
    ends = np.searchsorted(rows, np.arange(len(segments) + 1)).astype(np.int32)
    held = pa.DictionaryArray.from_arrays(places.astype(np.int32), list(labels))
    columns["labels"] = pa.ListArray.from_arrays(ends, held.dictionary_decode())
    columns["specificity"] = _stack([report.tagging.specificity[:, None] for report in reports], 1)[
        :, 0
    ].astype(np.int8)
    rounded = np.round(odds, _DIGITS).astype(np.float32)
    columns |= {name: rounded[:, place] for place, name in enumerate(names)}
    return pa.table([pa.array(columns[f.name], f.type) for f in schema], schema=schema)


def _repeat(values: Sequence[str | None], lengths: Sequence[int]) -> list[str | None]:
    return [value for value, length in zip(values, lengths, strict=True) for _ in range(length)]


def _stack(parts: Sequence[Any], width: int) -> Any:
    return np.concatenate(parts) if parts else np.zeros((0, width))


def read_table(dataset: str | Path, table: str, columns: Sequence[str] | None = None) -> Any:
    """Return a table of a dataset as a pandas DataFrame.

    Parameters
    ----------
    dataset, table, columns
        As in `load_table`, which says what is raised.
    """
    return load_table(dataset, table, columns).to_pandas()


def load_table(dataset: str | Path, table: str, columns: Sequence[str] | None = None) -> Any:
    """Return a table of a dataset as a ``pyarrow.Table``, parts in the order of their names.

    Parameters
    ----------
    dataset
        The folder; or a table of filings alone, ``filings.parquet`` or the folder that holds it.
    table
        One of ``TABLES``.
    columns
        Columns to read; all by default.

    Raises
    ------
    InputMissingError
        If there is no such table.
    InputError
        If a file of it is no Parquet table.
    DependencyError
        If pyarrow is not installed.
    """
    pa = import_pyarrow()
    import pyarrow.parquet as pq

    folder = Path(dataset)
    alone = folder if folder.is_file() else folder / "filings.parquet"
    paths = [alone] if alone.is_file() else sorted((folder / table).glob("part-*.parquet"))
    if alone.is_file() and table != "filings":
        raise InputMissingError(
            f"{dataset}: holds filings alone; give the folder of a dataset for {table}"
        )
    if not paths:
        raise InputMissingError(
            f"{dataset}: holds no table '{table}'; make a dataset with "
            "`cydscore score PATH --out FOLDER/`"
        )
    try:
        parts = [pq.ParquetFile(path).read(columns=columns) for path in paths]
    except pa.ArrowInvalid as error:
        raise InputError(
            f"{dataset}: holds no readable Parquet table; give filings.parquet, or the folder of "
            f"a dataset ({str(error).splitlines()[0]})"
        ) from None
    return pa.concat_tables(parts)


def write_bytes(tables: Mapping[str, Any]) -> dict[str, bytes]:
    """Return each table as the bytes of a Parquet file.

    Parameters
    ----------
    tables
        By name, as `make_tables` returns them.
    """
    import io

    import pyarrow.parquet as pq

    data = {}
    for name, table in tables.items():
        stream = io.BytesIO()
        pq.write_table(table, stream, compression="zstd")
        data[name] = stream.getvalue()
    return data
