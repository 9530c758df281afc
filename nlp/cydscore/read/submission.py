"""Full submissions (``.txt``): a header, and the filing's documents one after the other."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from cydscore.errors import InputError, NoDisclosureError
from cydscore.read.instance import is_instance, read_instance
from cydscore.read.ixbrl import is_ixbrl, read_ixbrl
from cydscore.read.plain import read_plain
from cydscore.read.rendered import read_rendered
from cydscore.read.source import decode_text
from cydscore.records import Filing, Origin, SourceFormat

_OPENINGS = (
    b"<SEC-DOCUMENT>",
    b"<IMS-DOCUMENT>",
    b"<SUBMISSION>",
    b"<DOCUMENT>",
    b"-----BEGIN PRIVACY",
)
_PART_START = b"<DOCUMENT>"
_TAG = re.compile(rb"^<(TYPE|FILENAME)>([^\r\n]*)", re.MULTILINE)
_WRAPPER = re.compile(rb"\s*(?:<(XBRL|XML|PDF)>\s*)?")
_ENCODED = re.compile(rb"begin \d{3} \S")  # uuencoded: an image, a spreadsheet
_PAGE_NAME = re.compile(r"R\d+\.html?", re.IGNORECASE)
_CYD = b"xbrl.sec.gov/cyd/"
_Reader = Callable[[bytes, str], Filing]
# The header as EDGAR disseminates it, and the tagged one that older feeds carry.
_FIELDS = {
    "accession": re.compile(r"(?:ACCESSION NUMBER:|<ACCESSION-NUMBER>)[ \t]*([\d-]{18,20})"),
    "cik": re.compile(r"(?:CENTRAL INDEX KEY:|<CIK>)[ \t]*0*(\d+)"),
    "company": re.compile(r"(?:COMPANY CONFORMED NAME:|<CONFORMED-NAME>)[ \t]*(\S[^\r\n]*)"),
    "form": re.compile(r"(?:CONFORMED SUBMISSION TYPE:|<TYPE>)[ \t]*(\S+)"),
    "period_end": re.compile(r"(?:CONFORMED PERIOD OF REPORT:|<PERIOD>)[ \t]*(\d{8})"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A document of a submission: its type and file name as filed, its content unwrapped."""

    type: str | None
    filename: str | None
    content: bytes


def is_submission(data: bytes) -> bool:
    """Tell whether some bytes begin as a full submission or as the documents of one."""
    return data.lstrip()[:64].upper().startswith(_OPENINGS)


def read_submission(data: bytes, source: str) -> Filing:
    """Return the filing in a full submission, from the document that tells most of it.

    That is the first Inline XBRL document with ``cyd`` facts, else the instance, else a rendered
    page, else the main document, untagged. The header tells what that document does not.

    Raises
    ------
    InputError
        If the submission is cut off, or its document cannot be read.
    NoDisclosureError
        If no document holds a ``cyd`` fact or a cybersecurity Item.
    """
    header, *bodies = data.split(_PART_START)
    if not bodies:
        raise InputError(
            "the submission holds no document, only a header; fetch the whole submission again"
        )
    parts = [_unwrap_part(body) for body in bodies]
    filing = _read_best_part(parts, source)
    told = _read_header(decode_text(header)) if header.strip() else {}
    return replace(
        filing,
        format=SourceFormat.SUBMISSION,
        accession=told.get("accession"),
        cik=filing.cik or told.get("cik"),
        company=filing.company or told.get("company"),
        form=filing.form or told.get("form") or parts[0].type,
        period_end=filing.period_end or told.get("period_end"),
    )


def _unwrap_part(body: bytes) -> _Part:
    head, _, text = body.partition(b"<TEXT>")
    tags = {name: value.strip().decode("cp1252", "replace") for name, value in _TAG.findall(head)}
    part = _Part(type=tags.get(b"TYPE"), filename=tags.get(b"FILENAME"), content=_unwrap(text))
    if b"</DOCUMENT>" not in body:
        raise InputError(
            f"the submission is cut off in its document {part.filename or part.type or ''}, which "
            "is never closed; fetch the submission again"
        )
    return part


def _unwrap(text: bytes) -> bytes:
    opening = _WRAPPER.match(text)
    end = text.rfind(b"</TEXT>")
    content = text[opening.end() if opening else 0 : end if end >= 0 else None]
    if opening and opening[1]:
        content = content.rstrip().removesuffix(b"</%s>" % opening[1])
    return content


def _read_header(header: str) -> dict[str, str]:
    matches = {name: field.search(header) for name, field in _FIELDS.items()}
    told = {name: match[1].strip() for name, match in matches.items() if match}
    if period := told.get("period_end"):
        told["period_end"] = f"{period[:4]}-{period[4:6]}-{period[6:]}"
    return told


def _read_best_part(parts: Sequence[_Part], source: str) -> Filing:
    untagged = None
    for part, read in _choose_readings(parts):
        try:
            filing = read(part.content, source)
        except NoDisclosureError:
            continue
        if filing.facts or filing.unknown:
            return _name_member(filing, part.filename)
        untagged = untagged or filing
    if untagged is None:
        raise NoDisclosureError(
            f"none of the {len(parts)} documents in the submission holds a cyd fact or a heading "
            "of Item 1C, 16K or 1.05; take the submission of an annual report or of an 8-K"
        )
    return untagged


def _choose_readings(parts: Sequence[_Part]) -> Iterator[tuple[_Part, _Reader]]:
    """Yield the documents worth reading, each with its reader, the best first."""
    readable = [part for part in parts if not _ENCODED.match(part.content.lstrip()[:16])]
    tagged = [part for part in readable if _CYD in part.content]
    yield from ((part, read_ixbrl) for part in tagged if is_ixbrl(part.content))
    for part in tagged:
        if is_instance(part.content):
            yield part, read_instance
    for part in readable:
        if _PAGE_NAME.fullmatch(part.filename or ""):
            yield part, _read_page
    yield from ((part, _read_main) for part in readable[:1])


def _read_page(content: bytes, source: str) -> Filing:
    return read_rendered(decode_text(content), source)


def _read_main(content: bytes, source: str) -> Filing:
    if is_ixbrl(content):
        return read_ixbrl(content, source)
    return read_plain(decode_text(content), source)


def _name_member(filing: Filing, member: str | None) -> Filing:
    def place(origin: Origin) -> Origin:
        return replace(origin, member=member)

    return replace(
        filing,
        facts=tuple(replace(fact, origin=place(fact.origin)) for fact in filing.facts),
        unknown=tuple(replace(one, origin=place(one.origin)) for one in filing.unknown),
    )
