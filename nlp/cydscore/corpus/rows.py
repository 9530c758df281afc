"""Check a row of a corpus and make a labelled segment of it."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from cydscore.corpus.reference import checksum_text, normalise_text
from cydscore.corpus.segments import LabelledSegment
from cydscore.tags import DENIAL, Tag, load_tags, name_some

#: A codebook of one's own lies beside the corpus under this name.
CODEBOOK_FILE: Final = "codebook.json"

_T = TypeVar("_T")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def parse_row(
    row: Mapping[str, Any], number: int, known: Mapping[str, str], codebook: Mapping[str, Tag]
) -> LabelledSegment:
    """Return the labelled segment that a row holds.

    Parameters
    ----------
    row
        The row.
    number
        Its line in the file, from 1.
    known
        Company by accession number.
    codebook
        The tags there are.

    Raises
    ------
    TypeError
        If it breaks the format; the message says how, without file and line.
    """
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
        known = f"the codebook has {name_some(list(codebook))}"
        if codebook == load_tags():
            known = f"`cydscore tags` lists the {len(codebook)} there are, and a {CODEBOOK_FILE} "
            known += "beside the corpus can add others"
        raise TypeError(f"unknown tag {label!r}; {known}")
    if str(label).startswith(DENIAL) and not codebook[name].deniable:
        raise TypeError(f"'{name}' cannot be denied; its opposite is a tag of its own or none")
