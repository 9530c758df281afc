"""Filings kept as two Parquet tables of notes data, ``filings.parquet`` and ``facts.parquet``.

The columns are those of ``sub.tsv`` and ``txt.tsv``, values as they stand there. Corpora of many
months are kept so; reading them needs the ``parquet`` extra.
"""

from collections.abc import Collection, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from cydscore.errors import DependencyError, InputError, InputMissingError, to_line
from cydscore.read.notes import NotesRow, make_filing
from cydscore.records import Filing

FILINGS_FILE = "filings.parquet"
FACTS_FILE = "facts.parquet"


def is_tables(path: str | Path) -> bool:
    """Tell whether a folder holds the two tables."""
    return (Path(path) / FILINGS_FILE).is_file() and (Path(path) / FACTS_FILE).is_file()


def read_tables(folder: str | Path, accessions: Collection[str] | None = None) -> Iterator[Filing]:
    """Yield the filings of two Parquet tables, in the order of the table of facts.

    Parameters
    ----------
    folder
        Where the tables are.
    accessions
        Read these only; all by default.

    Raises
    ------
    DependencyError
        If pyarrow is not installed.
    InputMissingError
        If a table is missing.
    InputError
        If a table cannot be read or lacks a column.
    """
    filings = {
        row["adsh"]: row
        for row in _read_rows(
            Path(folder) / FILINGS_FILE, ("adsh", "cik", "name", "form", "period"), accessions
        )
    }
    rows = (
        NotesRow(**row)
        for row in _read_rows(Path(folder) / FACTS_FILE, NotesRow._fields[1:], accessions)
    )
    for adsh, group in groupby(rows, key=lambda row: row.adsh):
        yield make_filing(list(group), filings.get(adsh, {}), str(folder))


def _read_rows(
    path: Path, columns: Collection[str], accessions: Collection[str] | None
) -> list[dict[str, Any]]:
    try:
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq
    except ImportError as error:
        raise DependencyError(
            "reading Parquet tables needs pyarrow; pip install 'cydscore[parquet]'"
        ) from error
    if not path.is_file():
        raise InputMissingError(f"{path}: no such table; expected {FILINGS_FILE} and {FACTS_FILE}")
    try:
        names = pq.read_schema(path).names
        missing = [name for name in columns if name not in names]
        if missing:
            raise InputError(f"{path}: no column {', '.join(missing)}; write the table again")
        table = pq.read_table(path, columns=list(columns))
    except pa.ArrowException as error:
        reason = to_line(str(error))
        raise InputError(f"{path}: cannot be read ({reason}); write the table again") from error
    table = table.append_column("line", pa.array(range(1, len(table) + 1)))
    if accessions is not None:
        wanted = pa.array(sorted(accessions), table.schema.field("adsh").type)
        table = table.filter(pc.is_in(table["adsh"], value_set=wanted))
    rows: list[dict[str, Any]] = table.to_pylist()
    return [{name: value or "" for name, value in row.items()} for row in rows]
