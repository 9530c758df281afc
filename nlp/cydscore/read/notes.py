"""The SEC's Financial Statement and Notes data sets: a zip of tables, read a filing at a time.

Of the tens of millions of rows only a few thousand are of the ``cyd`` taxonomy: a row is told
from its neighbours, and decoded, only once its bytes name it.
"""

import html
import math
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import IO, NamedTuple

from cydscore.errors import InputError, NoDisclosureError
from cydscore.read.contexts import BOOLEANS
from cydscore.records import Fact, Filing, Kind, Origin, SourceFormat, UnknownElement
from cydscore.taxonomy import load_elements

FILINGS_TABLE = "sub.tsv"
TEXTS_TABLE = "txt.tsv"

FILING_COLUMNS = ("adsh", "cik", "name", "form", "period")
#: Columns of the table of filings that are taken where it has them.
MORE_COLUMNS = ("sic", "fy", "filed", "pubfloatusd")
_MARK = b"cyd/"  # the taxonomy's name as it stands in ``version``, before the year
_NO_DIMENSION = "0x00000000"
_CHUNK_BYTES = 1 << 20
_LINE_BYTES = 32 << 20  # EDGAR cuts no fact at this length, but no sound table has a longer line
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")

_Skip = Callable[[str, str], None]
_Share = Callable[[float], None]


class NotesRow(NamedTuple):
    """A row of the table of texts: the columns read of it, named as the SEC names them."""

    line: int
    adsh: str
    tag: str
    version: str
    ddate: str
    dimh: str
    coreg: str
    value: str


def read_notes(
    archive: zipfile.ZipFile,
    source: str,
    on_skip: _Skip | None = None,
    on_share: _Share | None = None,
) -> Iterator[Filing]:
    """Yield the filings of a notes archive that hold ``cyd`` facts, in the order of its table.

    Parameters
    ----------
    archive
        The open archive; it is streamed, whatever its size.
    source
        The path as given by the user.
    on_skip
        Called with an accession number (or the place in a table) and the reason for everything
        that is left out.
    on_share
        Called with the share in [0, 1] of the table of texts that was read, now and then.

    Raises
    ------
    InputError
        If the archive is damaged, lacks a table or a column, or its rows of one filing do not
        stand together.
    NoDisclosureError
        If no filing in it holds a ``cyd`` fact.
    """
    skip = on_skip or _ignore
    with _explain_damage():
        filings = _read_filings_table(archive)
        seen: set[str] = set()
        for adsh, group in groupby(_read_rows(archive, skip, on_share), key=lambda row: row.adsh):
            rows = list(group)
            if adsh in seen:
                raise InputError(
                    f"line {rows[0].line} of {TEXTS_TABLE} comes back to {adsh} after "
                    "other filings, and its rows should stand together; sort the table by adsh"
                )
            seen.add(adsh)
            yield make_filing(rows, filings.get(adsh, {}), source)
        if not seen:
            raise NoDisclosureError(
                f"no row of {TEXTS_TABLE} holds a cyd fact, and filings made since "
                "2024-10 were expected; take a later archive"
            )
        for adsh in filings:
            if adsh not in seen:
                skip(adsh, "no cyd facts")


def _ignore(name: str, reason: str) -> None:
    """Take the place of a caller that asks for no skips."""


@contextmanager
def _explain_damage() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise InputError(
            f"the zip archive is damaged ({error or 'it ends early'}); fetch it again"
        ) from None


def _open_table(archive: zipfile.ZipFile, table: str) -> IO[bytes]:
    for name in archive.namelist():
        if name.rpartition("/")[2].lower() == table:
            try:
                return archive.open(name)
            except (NotImplementedError, RuntimeError) as error:  # zipfile's words for both
                raise InputError(
                    f"{name} cannot be unpacked ({error}), and a deflated table without "
                    "a password was expected; fetch the archive again"
                ) from None
    raise InputError(
        f"the zip archive has no {table} (it holds {_join_some(archive.namelist())}); "
        "take a Financial Statement and Notes archive of the SEC"
    )


def _join_some(names: Sequence[str]) -> str:
    return ", ".join([*names[:5], *(["..."] if names[5:] else [])]) or "nothing"


def _read_header(
    stream: IO[bytes], needed: Sequence[str], table: str
) -> tuple[list[int], list[str]]:
    """Return where the needed columns stand, and the names of all."""
    columns = _decode(stream.readline(_LINE_BYTES)).removeprefix("\ufeff").lower().split("\t")
    missing = [name for name in needed if name not in columns]
    if missing:
        raise InputError(
            f"{table} has no column {', '.join(missing)} (its columns: "
            f"{_join_some(columns)}); take the archive as the SEC publishes it"
        )
    return [columns.index(name) for name in needed], columns


def _read_filings_table(archive: zipfile.ZipFile) -> Mapping[str, Mapping[str, str]]:
    filings: dict[str, Mapping[str, str]] = {}
    with _open_table(archive, FILINGS_TABLE) as stream:
        places, columns = _read_header(stream, FILING_COLUMNS, FILINGS_TABLE)
        names = dict(zip(FILING_COLUMNS, places, strict=True))
        names |= {name: columns.index(name) for name in MORE_COLUMNS if name in columns}
        for line in stream:
            cells = _decode(line).split("\t")
            if len(cells) > max(places):
                row = {n: _unquote(cells[i]) for n, i in names.items() if i < len(cells)}
                filings[row["adsh"]] = row
    return filings


def _read_rows(
    archive: zipfile.ZipFile, skip: _Skip, on_share: _Share | None
) -> Iterator[NotesRow]:
    with _open_table(archive, TEXTS_TABLE) as stream:
        places, columns = _read_header(stream, NotesRow._fields[1:], TEXTS_TABLE)
        n_columns = len(columns)
        for line, data in _find_lines(_read_blocks(stream, _measure(archive), on_share)):
            cells = _decode(data).split("\t", n_columns - 1)
            if len(cells) < n_columns:
                reason = f"cut off: {len(cells)} of {n_columns} columns"
                skip(f"{TEXTS_TABLE} line {line}", reason)
                continue
            row = NotesRow(line, *(cells[place] for place in places))
            if row.version.startswith(_MARK.decode()):
                yield row


def _measure(archive: zipfile.ZipFile) -> int:
    """Return the bytes of the table of texts, unpacked, as the archive states them."""
    tables = [i for i in archive.infolist() if i.filename.lower().endswith(TEXTS_TABLE)]
    return max((table.file_size for table in tables), default=0)


def _find_lines(blocks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield number and bytes of the lines that name the taxonomy, the header being line 1."""
    line = 2
    for block in blocks:
        start = 0
        while (found := block.find(_MARK, start)) >= 0:
            first = block.rfind(b"\n", start, found) + 1 or start
            line += block.count(b"\n", start, first)
            start = block.find(b"\n", found) + 1 or len(block)
            yield line, block[first:start]
            line += 1
        line += block.count(b"\n", start)


def _read_blocks(stream: IO[bytes], n_bytes: int, on_share: _Share | None) -> Iterator[bytes]:
    """Yield a table in blocks of whole lines."""
    rest = b""
    n_read = stream.tell()  # the header
    while chunk := stream.read(_CHUNK_BYTES):
        n_read += len(chunk)
        if on_share is not None:
            on_share(min(1.0, n_read / max(n_bytes, 1)))
        chunk = rest + chunk
        end = chunk.rfind(b"\n") + 1
        rest = chunk[end:]
        if len(rest) > _LINE_BYTES:
            raise InputError(
                f"a line of {TEXTS_TABLE} is longer than {_LINE_BYTES >> 20} MiB, and "
                "rows of text facts were expected; fetch the archive again"
            )
        yield chunk[:end]
    if rest:
        yield rest


def _decode(line: bytes) -> str:
    return line.decode("utf-8", errors="replace").rstrip("\r\n")


def _unquote(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1].replace('""', '"')
    return html.unescape(value)


def _parse_date(text: str) -> str | None:
    match = _DATE.fullmatch(text)
    return "-".join(match.groups()) if match else None


def make_filing(rows: Sequence[NotesRow], filing: Mapping[str, str], source: str) -> Filing:
    """Return the filing that some rows of the table of texts, all of one ``adsh``, make up.

    Parameters
    ----------
    rows
        Its rows of the ``cyd`` taxonomy.
    filing
        Its row of the table of filings, by column.
    source
        The path as given by the user.
    """
    period = filing.get("period", "")
    dates = Counter(row.ddate for row in rows)
    main_date = period if period in dates else dates.most_common(1)[0][0]
    elements = load_elements()
    facts = [_make_fact(row, main_date) for row in rows if row.tag in elements]
    facts.sort(key=lambda fact: (not fact.main, elements[fact.element].order))
    return Filing(
        source=source,
        format=SourceFormat.NOTES,
        accession=rows[0].adsh,
        cik=filing.get("cik", "").lstrip("0") or None,
        company=filing.get("name") or None,
        form=filing.get("form") or None,
        period_end=_parse_date(period),
        facts=tuple(facts),
        unknown=tuple(
            UnknownElement(name=row.tag, origin=_make_origin(row))
            for row in rows
            if row.tag not in elements
        ),
        sic=filing.get("sic") or None,
        fiscal_year=_parse_int(filing.get("fy", "")),
        filed=_parse_date(filing.get("filed", "")),
        public_float=_parse_amount(filing.get("pubfloatusd", "")),
    )


def _parse_int(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


def _parse_amount(text: str) -> float | None:
    """Return an amount in US dollars; an empty cell, 0 or less is none."""
    try:
        amount = float(text)
    except ValueError:
        return None
    return amount if 0 < amount < math.inf else None


def _make_fact(row: NotesRow, main_date: str) -> Fact:
    kind = load_elements()[row.tag].kind
    value = _unquote(row.value)
    year = row.version[len(_MARK) :]
    return Fact(
        element=row.tag,
        kind=kind,
        value=BOOLEANS.get(value.strip().lower()) if kind is Kind.FLAG else value,
        year=int(year) if year.isdecimal() else None,
        period_end=_parse_date(row.ddate),
        main=row.ddate == main_date and row.dimh == _NO_DIMENSION and not row.coreg,
        origin=_make_origin(row),
    )


def _make_origin(row: NotesRow) -> Origin:
    return Origin(member=TEXTS_TABLE, line=row.line)
