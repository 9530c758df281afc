"""Untagged documents: the cybersecurity Item by its heading, the rest from the cover page."""

import re
from calendar import month_name
from collections.abc import Iterator, Sequence
from itertools import pairwise

from cydscore.errors import NoDisclosureError
from cydscore.read.item import find_item
from cydscore.read.markup import PARAGRAPH, html_to_text, tidy_text
from cydscore.records import Filing, SourceFormat

__all__ = ["find_item", "read_plain"]

_HTML = re.compile(r"<!doctype html|<(?:\w+:)?(?:html|body|div|p|br|span|font|td)\b", re.IGNORECASE)
_SNIFFED_CHARACTERS = 20_000
_OLD_TAG = re.compile(r"</?(?:page|table|caption|s|c|fn|f\d+)>|\f", re.IGNORECASE)
_BLANK = re.compile(r"\n\s*\n")
# Lines that stand for themselves: columns, bullets, numbers, headings.
_APART = re.compile(r"\S {3,}\S|^[•●▪*-]\s|^\(?\w{1,4}[.)]\s|^[Ii](?:TEM|tem)S?\s*\d|^[^a-z]+$")
_MIN_WRAP, _MAX_WRAP = 50, 160  # characters a line; shorter is a list, longer was never wrapped

_COVER_CHARACTERS = 12_000
_FORM = re.compile(
    r"\bform\s+(10-?KT?|20-?F|40-?F|10-?Q|8-?K|6-?K)(\s*/\s*A\b|(?=.{0,80}\bAmendment No))?",
    re.IGNORECASE | re.DOTALL,
)
_NAME = re.compile(
    r"^(.*?)\s*\(\s*exact\s+name\s+of\s+(?:the\s+)?(?:registrant|company|small)",
    re.IGNORECASE | re.MULTILINE,
)
_NO_NAME = re.compile(r"\W*$|.*(?:commission file|\bform\b)|\W*\d", re.IGNORECASE)
_MONTHS = {name[:3].lower(): number for number, name in enumerate(month_name) if name}
_MONTH = rf"({'|'.join(f'{name[:3]}(?:{name[3:]}|t)?' for name in month_name if name)})\.?"
_DATE = rf"(?:{_MONTH}\s+(\d{{1,2}})\s*,?\s+(\d{{4}})|(\d{{1,2}})\s+{_MONTH},?\s+(\d{{4}}))"
_YEAR_ENDS = (re.compile(rf"\byear\s+ended\W{{0,5}}({_DATE})", re.IGNORECASE),)
_EVENTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bearliest\s+event\s+reported\W{{0,8}}({_DATE})",
        rf"\bdate\s+of\s+report\W{{0,5}}({_DATE})",
        rf"({_DATE})\W{{0,8}}date\s+of\s+report\b",
    )
)
_WRITTEN_DATE = re.compile(rf"\b{_DATE}", re.IGNORECASE)


def read_plain(text: str, source: str) -> Filing:
    """Return the filing in an untagged document, HTML or plain text.

    Raises
    ------
    NoDisclosureError
        If no heading of a cybersecurity Item stands in it.
    """
    text = html_to_text(text) if _HTML.search(text[:_SNIFFED_CHARACTERS]) else unwrap_text(text)
    cover = text[:_COVER_CHARACTERS]
    form = _read_form(cover)
    item = find_item(text, form)
    if item is None:
        raise NoDisclosureError(
            f"no heading of Item 1C, 16K or 1.05 with a text under it was found in the "
            f"{form or 'document'}; take the main document of an annual report or of an 8-K"
        )
    return Filing(
        source=source,
        format=SourceFormat.PLAIN,
        company=_read_company(cover),
        form=form,
        period_end=_read_period(cover, form),
        item=item,
    )


def find_dates(text: str) -> list[str]:
    """Return the dates written out in a text (``Dec. 31, 2024``, ``31 December 2024``) as ISO."""
    dates = []
    for match in _WRITTEN_DATE.finditer(text):
        month, day, year, day_first, month_after, year_after = match.groups()
        number = _MONTHS[(month or month_after)[:3].lower()]
        dates.append(f"{year or year_after}-{number:02d}-{int(day or day_first):02d}")
    return dates


def unwrap_text(text: str) -> str:
    """Return plain text with a line for each paragraph, its hard-wrapped lines joined."""
    text = _OLD_TAG.sub("\n\n", text.replace("\r\n", "\n").replace("\r", "\n")).expandtabs()
    blocks = (_unwrap_block(block.split("\n")) for block in _BLANK.split(text))
    return tidy_text([PARAGRAPH.join(line for block in blocks for line in block)])


def _unwrap_block(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a block, joined where the next word had no room on the line before.

    A block in which most lines had room for it is a list, not a paragraph.
    """
    lines = [line.strip() for line in lines]
    width = max(map(len, lines))
    is_full = [
        len(before) + 1 + len(line.partition(" ")[0]) > width for before, line in pairwise(lines)
    ]
    is_wrapped = _MIN_WRAP <= width <= _MAX_WRAP and sum(is_full) * 2 >= len(is_full)
    paragraph = lines[0]
    for full, (before, line) in zip(is_full, pairwise(lines), strict=True):
        if full and is_wrapped and not (_APART.search(before) or _APART.search(line)):
            joint = "" if before.endswith("-") and line[:1].islower() else " "
            paragraph += joint + line
        else:
            yield paragraph
            paragraph = line
    yield paragraph


def _read_form(cover: str) -> str | None:
    match = _FORM.search(cover)
    if match is None:
        return None
    form = re.sub(r"-?([KFQ])", r"-\1", match[1].upper(), count=1)
    return f"{form}/A" if match[2] is not None else form


def _read_company(cover: str) -> str | None:
    match = _NAME.search(cover)
    if match is None:
        return None
    above = cover[: match.start()].rstrip("\n").rpartition("\n")[2]
    names = (name.strip(" _*") for name in (match[1], above))
    return next((name for name in names if not _NO_NAME.match(name)), None)


def _read_period(cover: str, form: str | None) -> str | None:
    patterns = _EVENTS if form and form.startswith("8") else _YEAR_ENDS
    match = next(filter(None, (pattern.search(cover) for pattern in patterns)), None)
    return find_dates(match[1])[0] if match else None
