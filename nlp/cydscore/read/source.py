"""Bytes of a path or of standard input, and the text in them."""

import re
import sys
from pathlib import Path

from cydscore.errors import InputError, InputMissingError
from cydscore.unpack import read_unpacked

STDIN = "-"

_MAGIC = {
    b"%PDF-": "a PDF file",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"\xd0\xcf\x11\xe0": "an old Office file (.doc, .xls)",
    b"{\\rtf": "an RTF file",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
    b"PK\x03\x04": "a zip archive",
}
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_UNMARKED_UTF16 = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
_CHARSET = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?([A-Za-z0-9._:-]+)""")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SNIFFED = 4096
_CONTROL_RATIO = 0.02  # of the first bytes; text has next to none, packed data about a tenth


def load_bytes(path: str) -> bytes:
    """Return what a path (or ``-``, standard input) holds, gunzipped where it is gzip.

    Raises
    ------
    InputMissingError
        If the path names no readable file.
    InputError
        If it is larger than 512 MiB unpacked, or a damaged gzip file.
    """
    try:
        if path == STDIN:
            return read_unpacked(sys.stdin.buffer, path)
        with Path(path).open("rb") as stream:
            return read_unpacked(stream, path)
    except FileNotFoundError:
        raise InputMissingError(
            f"{path}: no such file; check the spelling, or give a folder or a quoted pattern"
        ) from None
    except OSError as error:
        raise InputMissingError(
            f"{path}: cannot be read ({error.strerror}), and a readable file was expected; "
            "name a file, or a folder of filings"
        ) from None


def decode_text(data: bytes) -> str:
    """Return the text in some bytes: by byte-order mark, UTF-8, declared charset, or Windows-1252.

    Raises
    ------
    InputError
        If the bytes are empty or no text.
    """
    if not data.strip():
        raise InputError("the file is empty; a filing was expected, so fetch it again")
    for encodings in (_BOMS, _UNMARKED_UTF16):
        for mark, encoding in encodings:
            if data.startswith(mark):
                return _decode_as(data, encoding)
    _refuse_binary(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = _CHARSET.search(data[:_SNIFFED])
    encoding = declared[1].decode("ascii") if declared else "cp1252"
    try:
        # Some codecs let lone surrogates pass, which no later step can write.
        return data.decode(encoding).encode("utf-8", "replace").decode("utf-8")
    except (LookupError, UnicodeError):
        return data.decode("cp1252", errors="replace")


def narrow_bytes(data: bytes) -> bytes:
    """Return UTF-16 or UTF-32 as UTF-8, other bytes as they are.

    Raises
    ------
    InputError
        If the bytes are marked as wide and are no text.
    """
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4]
    return decode_text(data).encode() if is_wide else data


def _decode_as(data: bytes, encoding: str) -> str:
    text = data.decode(encoding, errors="replace").removeprefix("\ufeff")
    if text.count("\ufffd") > len(text) * _CONTROL_RATIO or "\0" in text:
        raise InputError(f"the bytes are no {encoding} text though they are marked so")
    return text


def _refuse_binary(data: bytes) -> None:
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise InputError(
                f"the file is {what}, and a filing was expected; "
                "take the .htm, .xml or .txt document of the filing instead"
            )
    controls = [match.start() for match in _CONTROL.finditer(data[:_SNIFFED])]
    offset = data.find(b"\0")
    if offset < 0 and len(controls) > min(len(data), _SNIFFED) * _CONTROL_RATIO:
        offset = controls[0]
    if offset >= 0:
        raise InputError(
            f"the file is binary (byte 0x{data[offset]:02x} at offset {offset}), and text was "
            "expected; take the .htm, .xml or .txt document of the filing instead"
        )
