"""The cybersecurity Item of a whole document, found by its heading.

A heading has namesakes: an entry of a table of contents has a page number or no text after it, a
cross-reference goes on as a sentence, a running page header repeats. Rather none than a wrong one.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cydscore.records import ItemText

_LEAD = r"[\s•●▪*#|>_–—-]*(?:part\s+[iv]+[\s.,:|/–—-]+(?=item))?"
_ITEM_WORD = r"(?P<word>i\s?t\s?e\s?m\s?s?[\s.:#]*)?"
_TITLE_WORD = r"\s?".join("cyber") + r"[\s-]{0,2}" + r"\s?".join("security")
_ANNUAL_NUMBER = (
    rf"\d{{1,2}}(?:\s?[.(-]?\s?(?:[CK](?={_TITLE_WORD})|[A-L](?![A-Za-z0-9])\)?)|(?!\d|\.\d))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Schedule:
    """How a family of forms names the cybersecurity Item and those around it.

    ``number`` and the keys of ``titles`` are letters and digits only; ``before`` is the number
    after which a bare title is taken for the heading, and ``ends`` what else closes the Item.
    """

    name: str
    number: str
    part: str
    before: str
    titles: Mapping[str, str]
    label: re.Pattern[str] = field(
        default=re.compile(rf"{_LEAD}{_ITEM_WORD}(?P<number>{_ANNUAL_NUMBER})", re.IGNORECASE)
    )
    ends: re.Pattern[str] = field(default=re.compile(r"\W*signatures?\W*", re.IGNORECASE))


_SCHEDULES = {
    "10K": _Schedule(
        name="Item 1C",
        number="1C",
        part="I",
        before="1B",
        titles={
            "1": "business|description of business",
            "1A": "risk factors",
            "1B": "unresolved staff comments?",
            "2": "(?:description of )?propert(?:y|ies)",
            "3": "legal proceedings",
            "4": "mine safety disclosures?",
        },
        ends=re.compile(
            r"\W*(?:signatures?|(?:description of )?properties|legal proceedings)\W*", re.IGNORECASE
        ),
    ),
    "20F": _Schedule(
        name="Item 16K",
        number="16K",
        part="II",
        before="16J",
        titles={
            "16J": "insider trading polic(?:y|ies)",
            "17": "financial statements",
            "18": "financial statements",
            "19": "exhibits",
        },
    ),
    "8K": _Schedule(
        name="Item 1.05",
        number="105",
        part="",
        before="",
        titles={"701": "regulation fd", "801": "other events", "901": "financial statements"},
        label=re.compile(rf"{_LEAD}{_ITEM_WORD}(?P<number>\d\s?\.\s?\d\d)(?!\d)", re.IGNORECASE),
        ends=re.compile(
            r"\W*(?:signatures?|exhibit index|section \d\b.{0,80}"
            r"|(?:[\w’']+\s+){0,6}forward[ -]looking (?:statements?|information))\W*",
            re.IGNORECASE,
        ),
    ),
}
_FORM = re.compile(r"\W*(?:form\s*)?(10|20|8)\W?([KF])", re.IGNORECASE)

_SPLIT_WORD = re.compile(r"^([^\w\n]*item)\n(?=\d)", re.IGNORECASE | re.MULTILINE)
_TITLE = re.compile(rf"(?:material\s+)?{_TITLE_WORD}(?:\s+incidents?)?", re.IGNORECASE)
_SEPARATORS = " \t.:;|)]–—-_•·"
_REFERENCE = re.compile(
    r"[”\"’]|,\s*(?:[a-z“\"]|part\s)"
    r"|(?!and\b|continued|disclosure|governance|incident|management|matter|polic|program|risk"
    r"|strateg|threat)[a-z]"
    r"|(?=.{0,200}$)(?i:.*\bof (?:this|our|the|its|part) "
    r"(?:annual |quarterly |current )?(?:report|form|10-K|20-F|I\b))"
)
_GOES_ON = re.compile(
    r"(?:\b(?:see|in|under|and|or|to|of|with|the|our|at|also|both|refer)|[,“‘(\"])$", re.IGNORECASE
)
_PAGE = r"(?:[A-Z]{1,2}-?)?\d{1,3}"
_PAGED = re.compile(
    rf"(?:^|[\s.…·_–—-])(?:pages?\s*)?{_PAGE}(?:\s*(?:[-–—,&]|to|and)\s*{_PAGE})*\W*$",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"(?:cybersecurity\W+)?(?:not (?:applicable|required)|none|n/a)\b", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?:\S+\s+){4,}\S*[.?!:;][”\"’)]*$")
_PART = re.compile(r"\W*part\s+([iv]+)\W*", re.IGNORECASE)
_FURNITURE = re.compile(
    r"\W*(?:page\s*)?\d{1,3}\W*|(?:(?:back|return) to )?(?:table of )?contents\b.{0,40}|\W+",
    re.IGNORECASE,
)
_POINTER = re.compile(r"\bpages?\s+[A-Z]?-?\d|incorporated (?:herein )?by reference", re.IGNORECASE)
_POINTER_CHARACTERS = 400
_ENTRY_CHARACTERS = 200  # no heading or index entry is longer
_MAX_CHARACTERS = 60_000  # 99.9 % of tagged Items have under 17,000; beyond it the end was missed
_RUNNING = re.compile(r"[A-Z0-9]\S*\s.{1,80}[^.,:;!?]")
_RUNNING_COUNT = 3


def find_item(text: str, form: str | None) -> ItemText | None:
    """Return the cybersecurity Item of a document, or None where no heading of it has a text.

    Parameters
    ----------
    text
        The whole document, a line for each paragraph, list item and table row.
    form
        Its form type; None looks for the Item of every form that has one.
    """
    if form is None:
        found = (_find_section(text, schedule) for schedule in _SCHEDULES.values())
        return next(filter(None, found), None)
    family = _FORM.match(form)
    schedule = _SCHEDULES.get("".join(family.groups()).upper()) if family else None
    return _find_section(text, schedule) if schedule else None


def _find_section(text: str, schedule: _Schedule) -> ItemText | None:
    lines = [line.strip() for line in _SPLIT_WORD.sub(r"\1 ", text).split("\n")]
    sections = filter(_is_disclosure, _cut_sections(lines, schedule))
    section = max(sections, key=lambda section: len("".join(section)), default=None)
    if section is None:
        return None
    return ItemText(name=schedule.name, text="\n".join(_drop_headers(section, Counter(lines))))


def _cut_sections(lines: Sequence[str], schedule: _Schedule) -> list[list[str]]:
    """Return what follows each heading of the Item, empty lines where page furniture stood."""
    sections: list[list[str]] = []
    section: list[str] | None = None
    number = before = ""
    for line in filter(None, lines):
        heading = _read_heading(line, before, schedule)
        bare = _TITLE.fullmatch(line.strip(_SEPARATORS))
        if heading is None and bare and number and number == schedule.before:
            heading = schedule.number, ""
        before = line
        if (heading and heading[0] != schedule.number) or _closes(line, schedule):
            section = None
        elif heading and not (section and _has_prose(section)):
            section = None
            if not _is_entry(heading[1]):
                section = [heading[1]] if _is_prose(heading[1]) else []
                sections.append(section)
        elif section is not None and not (bare and not section):
            section.append("" if heading or _is_furniture(line) else line)
        number = heading[0] if heading else number
    return sections


def _read_heading(line: str, before: str, schedule: _Schedule) -> tuple[str, str] | None:
    """Return the number of the Item whose heading a line is, and what follows the title."""
    label = schedule.label.match(line)
    if label is None or _GOES_ON.search(before):
        return None
    number = re.sub(r"\W", "", label["number"]).upper()
    rest = line[label.end() :].lstrip(_SEPARATORS)
    is_own = number == schedule.number
    title = (
        _TITLE.match(rest)
        if is_own
        else re.match(schedule.titles.get(number, r"\Z."), rest, re.IGNORECASE)
    )
    if title:
        after = rest[title.end() :].strip()
        if _REFERENCE.match(after):
            return None
        rest = after.lstrip(_SEPARATORS)
        is_heading = label["word"] or is_own or not rest or _PAGED.fullmatch(rest)
    else:
        is_heading = label["word"] and not _REFERENCE.match(rest)
    return (number, rest) if is_heading else None


def _closes(line: str, schedule: _Schedule) -> bool:
    part = _PART.fullmatch(line)
    return bool(schedule.ends.fullmatch(line) or (part and part[1].upper() != schedule.part))


def _is_furniture(line: str) -> bool:
    return bool(_FURNITURE.fullmatch(line) or _PART.fullmatch(line))


def _is_prose(line: str) -> bool:
    return bool(len(line) > _ENTRY_CHARACTERS or _SENTENCE.search(line) or _NOTHING.match(line))


def _is_entry(line: str) -> bool:
    """Tell whether a line is an entry of an index: it ends with a page and is no sentence."""
    return not _is_prose(line) and bool(_PAGED.search(line))


def _has_prose(section: Sequence[str]) -> bool:
    return any(map(_is_prose, section))


def _is_disclosure(section: Sequence[str]) -> bool:
    """Tell whether what follows a heading is the Item's own text, no index or pointer."""
    text = " ".join(section)
    if not _has_prose(section) or len(text) > _MAX_CHARACTERS:
        return False
    if sum(map(_is_entry, section)) > len(section) / 2:
        return False
    return len(text) > _POINTER_CHARACTERS or not _POINTER.search(text)


def _drop_headers(section: Sequence[str], counts: Mapping[str, int]) -> list[str]:
    """Return the lines without page furniture, sentences that ran over a page mended."""
    lines: list[str] = []
    between: list[str] = []
    for line in section:
        if not line or (counts[line] >= _RUNNING_COUNT and _RUNNING.fullmatch(line)):
            between.append(line)
            continue
        if between and lines and line[0].islower() and lines[-1][-1] not in ".:;!?":
            lines[-1] += f" {line}"
        else:
            lines += [*filter(None, between), line]
        between = []
    return lines + list(filter(None, between))
