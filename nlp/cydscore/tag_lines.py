"""Read the input of ``cydscore tag``: JSON lines, each one segment."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from cydscore.errors import InputError, InputMissingError
from cydscore.read.source import STDIN

_A_BATCH: Final = 4096

Identifier = str | int


def read_tag_lines(path: str) -> Iterator[tuple[list[Identifier], list[str]]]:
    """Yield batches of identifiers and texts of segments, in the order of the lines.

    Parameters
    ----------
    path
        A file of JSON lines with ``id`` and ``text``; ``elements`` (list of local names),
        ``filing`` and any other keys are not read. ``-`` is standard input.

    Raises
    ------
    InputMissingError
        If there is no such file.
    InputError
        If a line is malformed; the message names its number.
    """
    ids: list[Identifier] = []
    texts: list[str] = []
    for number, line in _read_lines(path):
        if not line.strip():
            continue
        row = _parse_line(path, number, line)
        ids.append(row["id"])
        texts.append(row["text"])
        if len(ids) == _A_BATCH:
            yield ids, texts
            ids, texts = [], []
    if ids:
        yield ids, texts


def _read_lines(path: str) -> Iterator[tuple[int, bytes]]:
    if path == STDIN:
        yield from enumerate(sys.stdin.buffer, 1)
        return
    try:
        with Path(path).open("rb") as stream:
            yield from enumerate(stream, 1)
    except OSError as error:
        raise InputMissingError(
            f"{path}: cannot be read ({error.strerror}); give a file of JSON lines, or -"
        ) from error


def _parse_line(path: str, number: int, line: bytes) -> dict[str, Any]:
    place = f"{path}, line {number}"
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f'{place}: not JSON ({error}); expected {{"id", "text"}}') from error
    except RecursionError as error:
        raise InputError(f'{place}: nested too deep; expected {{"id", "text"}}') from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or "id" not in row:
        raise InputError(f'{place}: expected an object with "id" and a string "text"')
    elements = row.get("elements")
    if elements is not None and (
        not isinstance(elements, list) or not all(isinstance(e, str) for e in elements)
    ):
        raise InputError(f'{place}: "elements" must be a list of local names')
    return row
