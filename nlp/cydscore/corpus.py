"""Read labelled segments from JSON lines, one error message a fault, with file and line."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from cydscore.errors import CorpusError, InputMissingError
from cydscore.tags import DENIAL, load_tags

#: Samples on which figures are given: drawn without a look at what a model says.
JUDGED_SAMPLES: Final = frozenset({"whole_filing", "enriched", None})
#: Sentences written for training, in no filing: never judged, and left out of calibration.
AUTHORED_SAMPLE: Final = "authored"
COMPANIES_FILE: Final = "companies.csv"

_T = TypeVar("_T")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSegment:
    """A segment with its labels.

    Attributes
    ----------
    id
        Identifier, unique in its corpus.
    company
        Central Index Key or another name of the filer; folds go by it.
    accession
        Accession number with dashes, or None.
    element
        Local name of the text block it was taken from, or None.
    start, end
        Half-open span in the raw value of that fact, or None.
    text
        The segment.
    tags
        Its tags and denials (``!tag``), in the order of the file.
    specificity
        0 generic, 1 particular, 2 verifiable.
    sample
        How it was drawn, or None.
    line
        Line in the file, from 1.
    """

    id: str
    company: str
    accession: str | None
    element: str | None
    start: int | None
    end: int | None
    text: str
    tags: tuple[str, ...]
    specificity: int
    sample: str | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlabelled:
    """A sentence of filings that nobody labelled.

    Attributes
    ----------
    text
        The sentence.
    companies
        Every company that uses it; it is kept from a tagger that must not know one of them.
    """

    text: str
    companies: frozenset[str]


def fold_text(text: str) -> str:
    """Return the letters and digits of a text in lower case, by which duplicates are known.

    Parameters
    ----------
    text
        The text.
    """
    return _NOT_WORD.sub("", text.lower())


def read_corpus(
    path: str | Path, *, companies: Mapping[str, str] | None = None
) -> list[LabelledSegment]:
    """Return the labelled segments of a JSON lines file.

    A line has ``text``, ``tags`` and ``specificity``; ``id``, ``element``, ``start``, ``end`` and
    ``sample`` where known; and ``company``, or ``adsh``/``accession`` to look it up.

    Parameters
    ----------
    path
        The file, or a folder that holds ``segments.jsonl``.
    companies
        Company by accession number. Where it is None, a ``companies.csv`` beside the file is
        taken, or else the one in ``corpora/item106``.

    Raises
    ------
    InputMissingError
        If there is no such file.
    CorpusError
        If a line breaks the format; the message names file and line.
    """
    file = Path(path)
    file = file / "segments.jsonl" if file.is_dir() else file
    known = find_companies(file) if companies is None else companies
    segments: list[LabelledSegment] = []
    lines: dict[str, int] = {}
    for number, row in _read_rows(file):
        try:
            segment = _parse_row(row, number, known)
        except TypeError as error:
            raise CorpusError(f"{file}, line {number}: {error}") from error
        if segment.id in lines:
            raise CorpusError(
                f"{file}, line {number}: the id '{segment.id}' stands on line "
                f"{lines[segment.id]} already; give each segment its own"
            )
        lines[segment.id] = number
        segments.append(segment)
    if not segments:
        raise CorpusError(f"{file}: no labelled segment; expected one JSON object a line")
    return segments


def drop_duplicates(segments: Iterable[LabelledSegment]) -> list[LabelledSegment]:
    """Return the segments without those whose letters and digits were seen before.

    Judged samples are kept before others; what is kept stays in order.

    Parameters
    ----------
    segments
        The segments.
    """
    rows = list(segments)
    kept: dict[str, int] = {}
    for judged in (True, False):
        for i, segment in enumerate(rows):
            if (segment.sample in JUDGED_SAMPLES) is judged:
                kept.setdefault(fold_text(segment.text), i)
    return [rows[i] for i in sorted(kept.values())]


def read_companies(path: str | Path) -> dict[str, str]:
    """Return the company (Central Index Key) by accession number from a CSV file.

    Parameters
    ----------
    path
        A file with the columns ``accession`` and ``cik``.

    Raises
    ------
    InputMissingError
        If there is no such file.
    CorpusError
        If a column is missing.
    """
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            found = reader.fieldnames or []
            if not {"accession", "cik"} <= set(found):
                raise CorpusError(
                    f"{path}: columns {', '.join(found) or 'none'}; expected accession and cik"
                )
            return {row["accession"]: row["cik"] for row in reader}
    except (FileNotFoundError, IsADirectoryError) as error:
        raise InputMissingError(f"{path}: no such file; expected accession,cik lines") from error


def find_companies(file: Path) -> Mapping[str, str]:
    """Return company by accession number, from beside a file or from the clone's own corpus.

    Parameters
    ----------
    file
        A file of labels.
    """
    clone = Path(__file__).parents[2] / "corpora" / "item106"
    for folder in (file.parent, clone):
        if (folder / COMPANIES_FILE).is_file():
            return read_companies(folder / COMPANIES_FILE)
    return {}


def _read_rows(file: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        lines: Sequence[str] = file.read_text("utf-8").split("\n")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise InputMissingError(
            f"{file}: no such file; give a JSON lines file of labelled segments"
        ) from error
    except UnicodeDecodeError as error:
        raise CorpusError(f"{file}: not UTF-8 text; save the corpus as UTF-8") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise CorpusError(
                f"{file}, line {number}: not JSON ({error.msg}); expected one object a line"
            ) from error
        if not isinstance(row, dict):
            raise CorpusError(f"{file}, line {number}: {line[:40]!r}; expected a JSON object")
        yield number, row


def _parse_row(row: Mapping[str, Any], number: int, known: Mapping[str, str]) -> LabelledSegment:
    accession = row.get("adsh") or row.get("accession")
    element, start, end = row.get("element"), row.get("start"), row.get("end")
    text = _require(row, "text", str, "a string")
    tags = _require(row, "tags", list, "a list of tags")
    level = _require(row, "specificity", int, "0, 1 or 2")
    if not text.strip():
        raise TypeError("'text' is empty; leave the line out")
    if isinstance(level, bool) or level not in (0, 1, 2):
        raise TypeError(f"'specificity' is {level!r}; write 0, 1 or 2")
    for tag in tags:
        _check_tag(tag)
    company = row.get("company") or row.get("cik") or known.get(str(accession))
    if not company:
        raise TypeError(
            f"no 'company', and accession {accession!r} is in no companies.csv; add either"
        )
    return LabelledSegment(
        id=str(row.get("id") or f"{accession or company}:{element}:{start}-{end}:{number}"),
        company=str(company),
        accession=accession,
        element=element,
        start=start,
        end=end,
        text=text,
        tags=tuple(tags),
        specificity=level,
        sample=row.get("sample"),
        line=number,
    )


def _require(row: Mapping[str, Any], key: str, kind: type[_T], wanted: str) -> _T:
    if key not in row:
        raise TypeError(f"no '{key}'; add it ({wanted})")
    value = row[key]
    if not isinstance(value, kind):
        raise TypeError(f"'{key}' is {value!r:.40}; write {wanted}")
    return value


def _check_tag(label: object) -> None:
    tags = load_tags()
    name = str(label).removeprefix(DENIAL)
    if name not in tags:
        raise TypeError(f"unknown tag {label!r}; `cydscore tags` lists the {len(tags)} there are")
    if str(label).startswith(DENIAL) and not tags[name].deniable:
        raise TypeError(f"'{name}' cannot be denied; its opposite is a tag of its own or none")
