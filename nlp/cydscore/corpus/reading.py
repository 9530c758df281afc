"""Read labelled segments from JSON lines; each fault is named with file and line."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from cydscore.corpus.companies import find_companies
from cydscore.corpus.reference import checksum_text, normalise_text
from cydscore.corpus.segments import LabelledSegment
from cydscore.errors import CorpusError
from cydscore.jsonl import read_json_lines
from cydscore.tags import DENIAL, Tag, load_codebook, load_tags

#: A codebook of one's own lies beside the corpus under this name.
CODEBOOK_FILE: Final = "codebook.json"
#: A tag with fewer examples is learnt badly, and no figure is given for it.
FEW_EXAMPLES: Final = 20

_T = TypeVar("_T")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusCheck:
    """What is wrong with a corpus.

    Attributes
    ----------
    segments
        The segments whose lines are sound.
    faults
        A line for each fault, with file and line; a corpus with one cannot be used.
    warnings
        A line for each tag that has too few examples.
    """

    segments: tuple[LabelledSegment, ...]
    faults: tuple[str, ...]
    warnings: tuple[str, ...]


def read_corpus(
    path: str | Path,
    *,
    companies: Mapping[str, str] | None = None,
    codebook: Mapping[str, Tag] | None = None,
    by_reference: bool = False,
) -> list[LabelledSegment]:
    """Return the labelled segments of a JSON lines file.

    A line has ``text``, or ``accession``, ``sha256`` and ``length`` to find it by; ``tags`` and
    ``specificity``; ``id``, ``element``, ``start``, ``end``, ``sample``, ``reader``, ``date`` and
    ``reading`` where known; and ``company``, or ``accession``/``adsh`` to look it up.

    Parameters
    ----------
    path
        The file, or a folder that holds ``segments.jsonl``.
    companies
        Company by accession number. Where it is None, a ``companies.csv`` beside the file is
        taken, or else the one in ``corpora/item106``.
    codebook
        The tags there are. Where it is None, a ``codebook.json`` beside the file is taken, or
        else the packaged one.
    by_reference
        Whether lines without text are taken; they are to be hydrated before any text is needed.

    Raises
    ------
    InputMissingError
        If there is no such file.
    CorpusError
        If a line breaks the format; the message names file and line.
    """
    file = find_file(path)
    segments: list[LabelledSegment] = []
    for outcome in _read(file, companies, codebook, by_reference=by_reference):
        if isinstance(outcome, str):
            raise CorpusError(outcome)
        segments.append(outcome)
    if not segments:
        raise CorpusError(f"{file}: no labelled segment; expected one JSON object a line")
    return segments


def check_corpus(path: str | Path, *, companies: Mapping[str, str] | None = None) -> CorpusCheck:
    """Return every fault of a JSON lines file of labelled segments, with text or without.

    Parameters
    ----------
    path
        The file, or a folder that holds ``segments.jsonl``.
    companies
        As in `read_corpus`.

    Raises
    ------
    InputMissingError
        If there is no such file.
    CorpusError
        If a line is no JSON object, behind which nothing can be read.
    """
    file = find_file(path)
    codebook = find_codebook(file)
    segments: list[LabelledSegment] = []
    faults: list[str] = []
    for outcome in _read(file, companies, codebook, by_reference=True):
        if isinstance(outcome, str):
            faults.append(outcome)
        else:
            segments.append(outcome)
    if not segments and not faults:
        faults.append(f"{file}: no labelled segment; expected one JSON object a line")
    return CorpusCheck(
        segments=tuple(segments),
        faults=tuple(faults),
        warnings=tuple(_find_few(file, segments, codebook)),
    )


def check_splits(splits: Sequence[tuple[str | Path, Iterable[LabelledSegment]]]) -> list[str]:
    """Return a line for each company that stands in two files that should share none.

    Parameters
    ----------
    splits
        Path and segments of each file.
    """
    first: dict[str, tuple[str, int]] = {}
    faults = []
    for path, segments in splits:
        told = set()
        for s in segments:
            place = first.setdefault(s.company, (str(path), s.line))
            if place[0] != str(path) and s.company not in told:
                told.add(s.company)
                faults.append(
                    f"{path}, line {s.line}: company {s.company} is in {place[0]}, line "
                    f"{place[1]}, already; a company belongs into one split"
                )
    return faults


def find_file(path: str | Path) -> Path:
    """Return the file of labelled segments that a path means.

    Parameters
    ----------
    path
        The file, or a folder that holds ``segments.jsonl``.
    """
    file = Path(path)
    return file / "segments.jsonl" if file.is_dir() else file


def find_codebook(path: str | Path) -> Mapping[str, Tag]:
    """Return the codebook beside a corpus, or the packaged one.

    Parameters
    ----------
    path
        The corpus, a file or a folder.
    """
    own = find_file(path).parent / CODEBOOK_FILE
    return load_codebook(own) if own.is_file() else load_tags()


def _read(
    file: Path,
    companies: Mapping[str, str] | None,
    codebook: Mapping[str, Tag] | None,
    *,
    by_reference: bool,
) -> Iterator[LabelledSegment | str]:
    """Yield a segment or a fault for each line."""
    known = find_companies(file) if companies is None else companies
    tags = find_codebook(file) if codebook is None else codebook
    lines: dict[str, int] = {}
    for number, row in read_json_lines(file):
        try:
            segment = _parse_row(row, number, known, tags)
        except TypeError as error:
            yield f"{file}, line {number}: {error}"
            continue
        if not segment.text and not by_reference:
            yield (
                f"{file}, line {number}: no 'text', the label is by reference; name the filings "
                "that hold it with --text, or join them first with `cydscore corpus hydrate`"
            )
        elif segment.id in lines:
            yield (
                f"{file}, line {number}: the id '{segment.id}' stands on line "
                f"{lines[segment.id]} already; give each segment its own"
            )
        else:
            lines[segment.id] = number
            yield segment


def _parse_row(
    row: Mapping[str, Any], number: int, known: Mapping[str, str], codebook: Mapping[str, Tag]
) -> LabelledSegment:
    accession = _optional(row, "adsh", str) or _optional(row, "accession", str)
    element = _optional(row, "element", str)
    start, end = _parse_span(row)
    text, checksum, length = _parse_text(row, accession)
    tags = _require(row, "tags", list, "a list of tags")
    level = _require(row, "specificity", int, "0, 1 or 2")
    if isinstance(level, bool) or level not in (0, 1, 2):
        raise TypeError(f"'specificity' is {level!r}; write 0, 1 or 2")
    for tag in tags:
        _check_tag(tag, codebook)
    reading = _optional(row, "reading", int)
    if reading is not None and reading < 1:
        raise TypeError(f"'reading' is {reading}; count from 1")
    date = _optional(row, "date", str)
    if date is not None and not _DATE.fullmatch(date):
        raise TypeError(f"'date' is {date!r:.40}; write YYYY-MM-DD or null")
    company = row.get("company") or row.get("cik") or known.get(str(accession))
    if not company:
        raise TypeError(
            f"no 'company', and accession {accession!r} is in no companies.csv; add either"
        )
    place = f"{accession or company}:{element}:{start}-{end}"
    place += f":{number}" if start is None else f":{reading}" if (reading or 1) > 1 else ""
    return LabelledSegment(
        id=str(row.get("id") or place),
        company=str(company),
        accession=accession,
        element=element,
        start=start,
        end=end,
        text=text,
        tags=tuple(tags),
        specificity=level,
        sample=_optional(row, "sample", str),
        line=number,
        sha256=checksum,
        length=length,
        reader=_optional(row, "reader", str),
        date=date,
        reading=reading or 1,
    )


def _parse_text(
    row: Mapping[str, Any], accession: str | None
) -> tuple[str, str | None, int | None]:
    """Return text, checksum and length; a text without a checksum needs none."""
    checksum, length = _optional(row, "sha256", str), _optional(row, "length", int)
    if checksum is not None and not _SHA256.fullmatch(checksum):
        raise TypeError(f"'sha256' is {checksum!r:.40}; write 64 digits 0-9 and a-f")
    if length is not None and length < 1:
        raise TypeError(f"'length' is {length}; write the number of normalised characters")
    if row.get("text") is None and checksum is not None:
        if length is None:
            raise TypeError("no 'length'; add the number of characters that 'sha256' is of")
        if accession is None:
            raise TypeError("no 'accession'; a label by reference names its filing")
        return "", checksum, length
    text = _require(row, "text", str, "a string")
    if not text.strip():
        raise TypeError("'text' is empty; leave the line out")
    if checksum is not None and checksum_text(text) != checksum:
        raise TypeError(
            "'sha256' is not the checksum of 'text'; one of them was changed, so read the "
            "segment again or drop 'sha256'"
        )
    if length is not None and len(normalise_text(text)) != length:
        raise TypeError(f"'length' is {length}, 'text' has {len(normalise_text(text))}; mend it")
    return text, checksum, length


def _parse_span(row: Mapping[str, Any]) -> tuple[int | None, int | None]:
    start, end = _optional(row, "start", int), _optional(row, "end", int)
    if (start is None) != (end is None):
        raise TypeError("one of 'start' and 'end' is missing; give both or neither")
    if start is not None and end is not None and not 0 <= start < end:
        raise TypeError(f"the span {start}-{end} is outside any text; write 0 <= start < end")
    return start, end


def _find_few(
    file: Path, segments: Sequence[LabelledSegment], codebook: Mapping[str, Tag]
) -> Iterator[str]:
    counts = Counter(tag for s in segments for tag in s.tags)
    first: dict[str, int] = {}
    for s in segments:
        for tag in s.tags:
            first.setdefault(tag, s.line)
    for tag in codebook:
        if counts[tag] < FEW_EXAMPLES:
            where = f"{file}, line {first[tag]}" if tag in first else str(file)
            yield (
                f"{where}: '{tag}' has {counts[tag]} examples, and {FEW_EXAMPLES} are the least "
                "for a figure; label more (`cydscore corpus suggest`)"
            )


def _require(row: Mapping[str, Any], key: str, kind: type[_T], wanted: str) -> _T:
    if key not in row:
        raise TypeError(f"no '{key}'; add it ({wanted})")
    value = row[key]
    if not isinstance(value, kind):
        raise TypeError(f"'{key}' is {value!r:.40}; write {wanted}")
    return value


def _optional(row: Mapping[str, Any], key: str, kind: type[_T]) -> _T | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, kind) or isinstance(value, bool):
        name = "a number" if kind is int else "a string"
        raise TypeError(f"'{key}' is {value!r:.40}; write {name} or leave it out")
    return value


def _check_tag(label: object, codebook: Mapping[str, Tag]) -> None:
    name = str(label).removeprefix(DENIAL)
    if name not in codebook:
        source = "`cydscore tags` lists" if codebook == load_tags() else f"{CODEBOOK_FILE} defines"
        raise TypeError(f"unknown tag {label!r}; {source} the {len(codebook)} there are")
    if str(label).startswith(DENIAL) and not codebook[name].deniable:
        raise TypeError(f"'{name}' cannot be denied; its opposite is a tag of its own or none")
