"""Read JSON lines with one error message a fault, and write files whole or not at all."""

import gzip
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cydscore.errors import CorpusError, InputError, InputMissingError
from cydscore.unpack import read_unpacked


def read_json_lines(path: str | Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the line number, from 1, and the object of each line that is not blank.

    Parameters
    ----------
    path
        The file, UTF-8, gzipped or not.

    Raises
    ------
    InputMissingError
        If there is no such file.
    CorpusError
        If it cannot be read, is not UTF-8, or a line holds no JSON object; the message names it.
    """
    text = read_text(path)
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if "\\u" in line:
                json.dumps(row, ensure_ascii=False).encode()
        except RecursionError as error:
            raise CorpusError(
                f"{path}, line {number}: nested too deep; expected one flat object a line"
            ) from error
        except UnicodeEncodeError as error:
            raise CorpusError(
                f"{path}, line {number}: half of a character (a lone surrogate, \\ud800 to "
                "\\udfff); write the character whole"
            ) from error
        except ValueError as error:  # bad syntax, or a number of thousands of digits
            reason = getattr(error, "msg", None) or "a number too long to read"
            raise CorpusError(
                f"{path}, line {number}: not JSON ({reason}); expected one object a line"
            ) from error
        if not isinstance(row, dict):
            raise CorpusError(f"{path}, line {number}: {line:.40}; expected a JSON object")
        yield number, row


def read_text(path: str | Path) -> str:
    """Return the text of a file.

    Parameters
    ----------
    path
        The file, UTF-8, with or without a byte-order mark, gzipped or not.

    Raises
    ------
    InputMissingError
        If there is no such file.
    CorpusError
        If it cannot be read, is not UTF-8, larger than 512 MiB unpacked, or a damaged gzip file.
    """
    try:
        with Path(path).open("rb") as stream:
            data = read_unpacked(stream, path)
        return io.TextIOWrapper(io.BytesIO(data), "utf-8-sig").read()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise InputMissingError(f"{path}: no such file; check the path of the labels") from error
    except InputError as error:
        raise CorpusError(str(error)) from error
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}: not UTF-8 text; save the labels as UTF-8") from error


def to_json_lines(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return objects as JSON, one a line.

    Parameters
    ----------
    rows
        The objects.
    """
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def write_whole(path: str | Path, text: str) -> None:
    """Write a text file so that it is there whole or, if anything fails, as it was before.

    Parameters
    ----------
    path
        The file; folders above it are made. It is gzipped where it ends in ``.gz``.
    text
        What it shall hold.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        # half of a character comes from a file's name that is not UTF-8
        data = text.encode("utf-8", "backslashreplace")
        fresh.write_bytes(gzip.compress(data, mtime=0) if target.suffix == ".gz" else data)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
