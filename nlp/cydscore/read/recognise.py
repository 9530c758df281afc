"""From a path to filings: what a file holds is told by its content, never by its name."""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import IO

from cydscore.errors import InputError
from cydscore.read.instance import is_instance, read_instance
from cydscore.read.ixbrl import is_ixbrl, read_ixbrl
from cydscore.read.notes import read_notes
from cydscore.read.plain import read_plain
from cydscore.read.rendered import is_rendered, read_rendered
from cydscore.read.source import STDIN, decode_text, load_bytes, narrow_bytes
from cydscore.read.submission import is_submission, read_submission
from cydscore.records import Filing

_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
_ACCESSION = re.compile(r"(?<!\d)(\d{10})-?(\d{2})-?(\d{6})(?!\d)")

OnSkip = Callable[[str, str], None]
OnShare = Callable[[float], None]


def read_filings(
    path: str | Path, *, on_skip: OnSkip | None = None, on_share: OnShare | None = None
) -> Iterator[Filing]:
    """Yield the filings that a file holds: many for a notes archive, else one.

    Parameters
    ----------
    path
        Path of a file in any of the formats of :class:`cydscore.records.SourceFormat`, gzipped or
        not; ``-`` is standard input.
    on_skip
        Called with an identifier and the reason for everything in an archive that is left out.
    on_share
        Called, while an archive is read, with the share in [0, 1] of it that was.

    Raises
    ------
    InputMissingError
        If the path names no readable file.
    InputError
        If the file is damaged or of no known format; the message begins with the path.
    NoDisclosureError
        If it is a filing without a ``cyd`` fact and without a cybersecurity Item.
    """
    path = str(path)
    try:
        yield from _read_any(path, on_skip, on_share)
    except InputError as error:
        if str(error).startswith(f"{path}: "):
            raise
        raise type(error)(f"{path}: {error}") from None


def read_filing(path: str | Path) -> Filing:
    """Return the one filing that a file holds; see :func:`read_filings`.

    Raises
    ------
    InputMissingError
        If the path names no readable file.
    InputError
        If the file holds several filings, or cannot be read.
    """
    filings = read_filings(path)
    first = next(filings, None)
    n_more = sum(1 for _ in filings)
    if first is None or n_more:
        raise InputError(
            f"{path}: holds {n_more + 1 if first else 0} filings, and one was expected; "
            "use read_filings, or give the archive to the command line"
        )
    return first


def find_accession(path: str) -> str | None:
    """Return the accession number in a path, with dashes or as one of EDGAR's folders, or None."""
    matches = _ACCESSION.findall(path)
    return "-".join(matches[-1]) if matches else None


def _read_any(path: str, on_skip: OnSkip | None, on_share: OnShare | None) -> Iterator[Filing]:
    archive: IO[bytes] | str = path
    if not _begins_as_archive(path):
        data = load_bytes(path)
        if not data.startswith(_ZIPS):
            filing = _read_document(data, path)
            yield replace(filing, accession=filing.accession or find_accession(path))
            return
        archive = BytesIO(data)
    try:
        opened = zipfile.ZipFile(archive)
    except zipfile.BadZipFile as error:
        raise InputError(
            f"the zip archive is damaged or cut off ({error}); fetch it again"
        ) from None
    with opened:
        yield from read_notes(opened, path, on_skip, on_share)


def _begins_as_archive(path: str) -> bool:
    """Tell whether a path names a zip, which is streamed from there and never loaded whole."""
    try:
        if path == STDIN or not Path(path).is_file():  # a pipe gives its first bytes only once
            return False
        with Path(path).open("rb") as stream:
            return stream.read(4).startswith(_ZIPS)
    except OSError:  # which load_bytes explains
        return False


def _read_document(data: bytes, source: str) -> Filing:
    data = narrow_bytes(data)
    if is_submission(data):
        return read_submission(data, source)
    text = decode_text(data)
    if is_ixbrl(data):
        return read_ixbrl(data, source)
    if is_instance(data):
        return read_instance(data, source)
    return read_rendered(text, source) if is_rendered(text) else read_plain(text, source)
