"""Write segments for annotation tools and read them back: Label Studio, Prodigy and CSV.

What a tool does not show travels beside the text: Label Studio keeps it in a task's ``data``,
Prodigy in ``meta``, CSV in columns.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from cydscore.corpus.options import LEVEL, list_options
from cydscore.errors import CorpusError
from cydscore.tags import Tag


class ExchangeFormat(StrEnum):
    """A format of annotation tools."""

    LABEL_STUDIO = "label-studio"
    PRODIGY = "prodigy"
    CSV = "csv"


_TEXTS: Final = ("id", "company", "accession", "element", "sha256", "sample", "reader", "date")
_NUMBERS: Final = ("start", "end", "length", "reading")
_COLUMNS: Final = ("text", "tags", "specificity", *_TEXTS, *_NUMBERS)
#: A spreadsheet would run a cell that begins so.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'")


def export_rows(
    rows: Iterable[Mapping[str, Any]], form: ExchangeFormat, codebook: Mapping[str, Tag]
) -> str:
    """Return segments in the format of an annotation tool.

    Parameters
    ----------
    rows
        Rows of a corpus with ``text``; ``tags`` and ``specificity`` are null where nobody has
        read them yet.
    form
        The format.
    codebook
        The tags that a reader can choose from.
    """
    if form is ExchangeFormat.CSV:
        return _to_csv(rows)
    if form is ExchangeFormat.PRODIGY:
        options = list_options(codebook)
        return "".join(f"{json.dumps(_to_prodigy(row, options))}\n" for row in rows)
    return json.dumps([_to_task(row) for row in rows], indent=1) + "\n"


def import_rows(text: str, form: ExchangeFormat, source: str) -> tuple[list[dict[str, Any]], int]:
    """Return the rows of a corpus that an annotation tool wrote.

    Parameters
    ----------
    text
        What the tool wrote.
    form
        Its format.
    source
        Name of the file, for messages.

    Returns
    -------
    rows
        The segments that were labelled, in order.
    n_open
        Number of segments that nobody has labelled yet, or that were rejected; they are left out.

    Raises
    ------
    CorpusError
        If the text is not of the format; the message names the place.
    """
    parse = {
        ExchangeFormat.CSV: _from_csv,
        ExchangeFormat.PRODIGY: _from_prodigy,
        ExchangeFormat.LABEL_STUDIO: _from_tasks,
    }[form]
    rows, n_open = [], 0
    for place, made in parse(text, source):
        if made is None:
            n_open += 1
            continue
        if not isinstance(made.get("text"), str) or not made["text"].strip():
            raise CorpusError(f"{place}: no 'text'; export it with the text")
        if made["specificity"] not in (0, 1, 2):
            raise CorpusError(f"{place}: no specificity was chosen; choose 0, 1 or 2")
        rows.append({key: value for key, value in made.items() if value is not None})
    return rows, n_open


def _keep(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in (*_TEXTS, *_NUMBERS) if row.get(key) is not None}


def _is_read(row: Mapping[str, Any]) -> bool:
    return row.get("tags") is not None and row.get("specificity") is not None


def _to_task(row: Mapping[str, Any]) -> dict[str, Any]:
    task: dict[str, Any] = {"data": {"text": row["text"], **_keep(row)}}
    chosen = {"tags": list(row.get("tags") or ()), "specificity": [str(row.get("specificity"))]}
    results = [
        {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": choices}}
        for name, choices in chosen.items()
        if choices
    ]
    task["annotations"] = [{"result": results}] if _is_read(row) else []
    return task


def _from_tasks(text: str, source: str) -> Iterator[tuple[str, dict[str, Any] | None]]:
    tasks = _load_json(text, source)
    if not isinstance(tasks, list):
        raise CorpusError(f"{source}: not a list of tasks; export as JSON from Label Studio")
    for number, task in enumerate(tasks, 1):
        place = f"{source}, task {number}"
        try:
            done = [one for one in task["annotations"] if not one.get("was_cancelled")]
            if not done:
                yield place, None
                continue
            chosen = {
                result["from_name"]: result["value"]["choices"] for result in done[-1]["result"]
            }
            levels = chosen.get("specificity", ())
            row = {
                "text": task["data"]["text"],
                "tags": list(chosen.get("tags", ())),
                "specificity": int(levels[0]) if levels else None,
                **_keep(task["data"]),
            }
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CorpusError(
                f"{place}: not a task of text with choices 'tags' and 'specificity' ({error!r}); "
                "label with the interface that `cydscore corpus export` names"
            ) from error
        yield place, row


def _to_prodigy(row: Mapping[str, Any], options: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    task = {"text": row["text"], "options": options, "meta": _keep(row)}
    if _is_read(row):
        task["accept"] = [*row["tags"], f"{LEVEL}{row['specificity']}"]
        task["answer"] = "accept"
    return task


def _from_prodigy(text: str, source: str) -> Iterator[tuple[str, dict[str, Any] | None]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{source}, line {number}"
        task = _load_json(line, place)
        try:
            if task.get("answer") != "accept":
                yield place, None
                continue
            levels = [one for one in task["accept"] if one.startswith(LEVEL)]
            row = {
                "text": task["text"],
                "tags": [one for one in task["accept"] if not one.startswith(LEVEL)],
                "specificity": int(levels[0].removeprefix(LEVEL)) if levels else None,
                **_keep(task.get("meta", {})),
            }
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CorpusError(
                f"{place}: not an answer of Prodigy's choice interface ({error!r}); export it "
                "with `prodigy db-out`"
            ) from error
        yield place, row


def _to_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = {**_keep(row), "text": row["text"], "specificity": row.get("specificity")}
        cells["tags"] = " ".join(row["tags"]) if row.get("tags") is not None else None
        writer.writerow({key: _guard(value) for key, value in cells.items()})
    return stream.getvalue()


def _from_csv(text: str, source: str) -> Iterator[tuple[str, dict[str, Any] | None]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        names, table = reader.fieldnames or (), [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise CorpusError(
            f"{source}, line {reader.line_num + 1}: not CSV ({error}); look for a quotation "
            "mark that is never closed"
        ) from error
    missing = [name for name in _COLUMNS[:3] if name not in names]
    if missing:
        raise CorpusError(f"{source}: no column {', '.join(missing)}; keep the header as exported")
    for line, cells in table:
        place = f"{source}, line {line}"
        row: dict[str, Any] = {
            key: value.removeprefix("'") for key, value in cells.items() if key and value
        }
        if "specificity" not in row:
            yield place, None
            continue
        try:
            numbers = {key: int(row[key]) for key in ("specificity", *_NUMBERS) if key in row}
        except ValueError as error:
            raise CorpusError(f"{place}: {error}; write a whole number") from error
        yield (
            place,
            {"text": row.get("text"), "tags": row.get("tags", "").split(), **_keep(row)} | numbers,
        )


def _guard(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _load_json(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise CorpusError(f"{place}: not JSON ({error}); export it again") from error
