"""Filings kept as two Parquet tables of notes data, ``filings.parquet`` and ``facts.parquet``.

The columns are those of ``sub.tsv`` and ``txt.tsv``, values as they stand there. Corpora of many
months are kept so; reading them needs the ``parquet`` extra.
"""

from collections.abc import Collection, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from cydscore.errors import DependencyError, InputError, InputMissingError, to_line
from cydscore.read.notes import FILING_COLUMNS, MORE_COLUMNS, NotesRow, make_filing
from cydscore.records import Filing

FILINGS_FILE = "filings.parquet"
FACTS_FILE = "facts.parquet"
_ROWS_AT_ONCE: Final = 4096


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
    folder = Path(folder)
    filings = {
        row["adsh"]: row
        for row in _read_rows(folder / FILINGS_FILE, FILING_COLUMNS, accessions, MORE_COLUMNS)
    }
    rows = (
        NotesRow(**row) for row in _read_rows(folder / FACTS_FILE, NotesRow._fields[1:], accessions)
    )
    for adsh, group in groupby(rows, key=lambda row: row.adsh):
        yield make_filing(list(group), filings.get(adsh, {}), str(folder))


def _read_rows(
    path: Path,
    columns: Collection[str],
    accessions: Collection[str] | None,
    more: Collection[str] = (),
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table, a few thousand of them in memory at a time."""
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
        with pq.ParquetFile(path) as table:
            names = table.schema_arrow.names
            missing = [name for name in columns if name not in names]
            if missing:
                raise InputError(f"{path}: no column {', '.join(missing)}; write the table again")
            wanted = [*columns, *(name for name in more if name in names)]
            line = 1
            for batch in table.iter_batches(_ROWS_AT_ONCE, columns=wanted):
                lines = pa.array(range(line, line + len(batch)))
                line += len(batch)
                rows = batch.append_column("line", lines)
                if accessions is not None:
                    kept = pa.array(sorted(accessions), batch.schema.field("adsh").type)
                    rows = rows.filter(pc.is_in(batch["adsh"], value_set=kept))
                for row in rows.to_pylist():
                    yield {name: value or "" for name, value in row.items()}
    except pa.ArrowException as error:
        reason = to_line(str(error))
        raise InputError(f"{path}: cannot be read ({reason}); write the table again") from error
