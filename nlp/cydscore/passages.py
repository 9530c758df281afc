"""Read the input of ``cydscore tag``: JSON lines, each one segment, grouped by filing."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from cydscore.errors import InputError, InputMissingError
from cydscore.features import Passage
from cydscore.read.source import STDIN

_A_BATCH: Final = 4096

Identifier = str | int


def read_passages(path: str) -> Iterator[tuple[list[Identifier], list[Passage]]]:
    """Yield batches of identifiers and segments, in the order of the lines.

    Parameters
    ----------
    path
        A file of JSON lines with ``id`` and ``text``, optionally ``elements`` (list of local
        names) and ``filing``; ``-`` is standard input. Consecutive lines of one filing are each
        other's context.

    Raises
    ------
    InputMissingError
        If there is no such file.
    InputError
        If a line is malformed; the message names its number.
    """
    ids: list[Identifier] = []
    passages: list[Passage] = []
    filing, previous = None, None
    for number, line in _read_lines(path):
        if not line.strip():
            continue
        row = _parse_line(path, number, line)
        if row.get("filing") is None or row["filing"] != filing:
            previous = None
        ids.append(row["id"])
        passages.append(
            Passage(text=row["text"], elements=tuple(row.get("elements") or ()), previous=previous)
        )
        filing, previous = row.get("filing"), row["text"]
        if len(ids) == _A_BATCH:
            yield ids, passages
            ids, passages = [], []
    if ids:
        yield ids, passages


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
