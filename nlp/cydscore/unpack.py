"""Bytes of files that may be gzipped, read and unpacked up to a limit."""

import io
import zlib
from gzip import BadGzipFile, GzipFile
from pathlib import Path
from typing import IO, Final

from cydscore.errors import InputError

#: Most bytes of one file that are read into memory, unpacked.
MAX_BYTES: Final = 512 * 1024 * 1024

_GZIP: Final = b"\x1f\x8b"
_GZIP_DEPTH: Final = 2  # the archive, and a gzip that was gzipped once more on its way


def read_unpacked(stream: IO[bytes], path: str | Path) -> bytes:
    """Return what a stream holds, gunzipped where it is gzip.

    Parameters
    ----------
    stream
        The stream.
    path
        Its name in messages.

    Raises
    ------
    InputError
        If it is larger than ``MAX_BYTES``, packed or unpacked, or a damaged gzip file.
    """
    data = _read_capped(stream, path)
    for _ in range(_GZIP_DEPTH):
        if not data.startswith(_GZIP):
            break
        try:
            data = _read_capped(GzipFile(fileobj=io.BytesIO(data)), path)
        except (EOFError, BadGzipFile, zlib.error) as error:
            reason = str(error).rstrip(".")
            raise InputError(
                f"{path}: the gzip data is cut off or damaged ({reason}); fetch or pack it again"
            ) from None
    return data


def _read_capped(stream: IO[bytes] | GzipFile, path: str | Path) -> bytes:
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(
            f"{path}: holds more than {MAX_BYTES >> 20} MiB, the most that is read into memory; "
            "part it, or leave a notes archive the .zip file that it was, which is streamed"
        )
    return data
