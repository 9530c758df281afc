"""The SEC's rendered page of a filing's facts (``R4.htm``), and the same page dumped as text.

Both are a table: a title, the period and its dates, then a row of label and values for each fact.
Behind it stand the definitions of the elements, which are no part of the filing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from lxml import etree

from cydscore.errors import NoDisclosureError
from cydscore.read.contexts import BOOLEANS, locate_fact
from cydscore.read.markup import PARAGRAPH, parse_html, tidy_text, to_text
from cydscore.read.plain import find_dates
from cydscore.records import Fact, Filing, Kind, Origin, SourceFormat, UnknownElement
from cydscore.taxonomy import Element, find_element_by_label, load_elements

_KINDS = "Flag|Text Block|Line Items|Abstract|Table|Axis|Domain|Member|Roll Forward"
_LABEL = re.compile(rf"[^\n]{{1,250}}\[(?:{_KINDS})\]")
_FACT_LABEL = re.compile(r".*\[(?:Flag|Text Block)\]")
_MEMBER_LABEL = re.compile(r".*\[Member\]")
_PAGE = re.compile(r"<table[^>]*\bclass\s*=\s*[\"']?report\b", re.IGNORECASE)
_DUMP = re.compile(
    rf"^\|(?:[^|\n]*\[(?:{_KINDS})\]\s*$|\d+ Months Ended|X\s*\n\s*[-+] )", re.MULTILINE
)
_TAIL = re.compile(r"X\s*\n\s*[-+] ")
_DEFINITION = re.compile(r"defref_([A-Za-z][\w-]*?)_(\w+)")
_COVER = {
    "Document Type": "DocumentType",
    "Document Period End Date": "DocumentPeriodEndDate",
    "Entity Registrant Name": "EntityRegistrantName",
    "Entity Central Index Key": "EntityCentralIndexKey",
}
_SCOPE, _TIMING = (f"MaterialCybersecurityIncident{name}TextBlock" for name in ("Scope", "Timing"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row of the page: ``name`` is the local name, or None where only the label tells it."""

    prefix: str
    name: str | None
    label: str
    origin: Origin
    values: Sequence[str]
    in_member: bool

    @property
    def element(self) -> Element | None:
        """The element of the taxonomy that the row reports."""
        if self.prefix != "cyd":
            return None
        return load_elements().get(self.name) if self.name else find_element_by_label(self.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    title: str
    dates: Sequence[str]
    rows: Sequence[_Row]


def is_rendered(text: str) -> bool:
    """Tell whether a text is a rendered page of any part of a filing, or such a page's dump."""
    if text.lstrip().startswith("|"):
        return bool(_DUMP.search(text))
    return "defref_" in text and bool(_PAGE.search(text))


def read_rendered(text: str, source: str) -> Filing:
    """Return the filing of which a rendered page tells, as far as it tells.

    Raises
    ------
    NoDisclosureError
        If the page is about something else.
    """
    table = _read_dump(text) if text.lstrip().startswith("|") else _read_page(text)
    rows = _mend_scope(table.rows)
    cover = {row.name: row.values[0] for row in rows if row.prefix == "dei" and row.values}
    main = max(range(len(table.dates)), key=lambda column: table.dates[column], default=0)
    facts = [fact for row in rows for fact in _make_facts(row, table.dates, main)]
    unknown = [
        UnknownElement(name=row.name or row.label, origin=row.origin)
        for row in rows
        if row.prefix == "cyd" and row.element is None and any(row.values)
    ]
    if not facts and not (unknown and "cybersecurity" in unknown[0].name.lower()):
        title = " ".join(table.title.split())[:80] or "without a title"
        raise NoDisclosureError(
            f"the rendered page ({title}) holds no cyd fact; take the page of the filing that is "
            "titled Cybersecurity"
        )
    period = find_dates(cover.get("DocumentPeriodEndDate", "")) or table.dates[main : main + 1]
    return Filing(
        source=source,
        format=SourceFormat.RENDERED,
        cik=cover.get("EntityCentralIndexKey", "").lstrip("0") or None,
        company=cover.get("EntityRegistrantName") or None,
        form=cover.get("DocumentType") or None,
        period_end=period[0] if period else None,
        facts=tuple(sorted(facts, key=lambda fact: not fact.main)),
        unknown=tuple(unknown),
    )


def _read_page(text: str) -> _Table:
    root = parse_html(text)
    tables = () if root is None else root.iter("table")
    table = next((one for one in tables if "report" in one.get("class", "").split()), None)
    if table is None:
        return _Table(title="", dates=(), rows=())
    title, dates = "", list[str]()
    rows = []
    in_member = False
    for row in (
        table.iterfind("./tr") if table.find("./tr") is not None else table.iterfind("./*/tr")
    ):
        for head in row.iterfind("./th"):
            if "tl" in head.get("class", "").split():
                title = to_text(head)
            else:
                dates += find_dates(to_text(head))
        cells = [cell for cell in row.iterfind("./td") if "fn" not in cell.get("class", "").split()]
        if cells:
            in_member = in_member or "rh" in row.get("class", "").split()
            rows.append(_read_page_row(cells[0], cells[1:], in_member=in_member))
    return _Table(title=title, dates=dates, rows=rows)


def _read_page_row(
    label: etree._Element, values: Sequence[etree._Element], *, in_member: bool
) -> _Row:
    words = to_text(label).replace("\n", " ")
    links = (_DEFINITION.search(link.get("onclick", "")) for link in label.iter("a"))
    link = next(filter(None, links), None)
    return _Row(
        prefix=link[1] if link else "cyd" if _FACT_LABEL.fullmatch(words) else "",
        name=link[2] if link else None,
        label=words,
        origin=locate_fact(label, 0),
        values=[to_text(cell) for cell in values],
        in_member=in_member,
    )


def _read_dump(text: str) -> _Table:
    numbered = _split_cells(text)
    cells = [cell for _, cell in numbered]
    places = [n for n, cell in enumerate(cells) if _LABEL.fullmatch(cell) or cell in _COVER]
    title, *heads = cells[: places[0] if places else None] or ("",)
    dates = [date for head in heads for date in find_dates(head)]
    rows = []
    in_member = False
    for place, end in pairwise([*places, len(cells)]):
        label, *values = cells[place:end]
        in_member = in_member or bool(_MEMBER_LABEL.fullmatch(label))
        if len(dates) < 2 and label.endswith("[Text Block]"):
            # With one column, what a bar parts further is a table inside the text.
            values = [tidy_text(["\n".join(values).replace("\n", PARAGRAPH)])]
        rows.append(
            _Row(
                prefix="dei" if label in _COVER else "cyd" if _FACT_LABEL.fullmatch(label) else "",
                name=_COVER.get(label),
                label=label,
                origin=Origin(line=numbered[place][0]),
                values=values,
                in_member=in_member,
            )
        )
    return _Table(title=title, dates=dates, rows=rows)


def _split_cells(text: str) -> list[tuple[int, str]]:
    """Return line and text of the cells that a dump begins with a bar, up to its definitions."""
    line = text.count("\n", 0, text.find("|")) + 1
    cells = []
    for cell in re.split(r"^\|", text.lstrip()[1:], flags=re.MULTILINE):
        if _TAIL.match(cell):
            break
        cells.append((line, tidy_text([cell.replace("\n", PARAGRAPH)])))
        line += cell.count("\n")
    return cells


def _mend_scope(rows: Sequence[_Row]) -> list[_Row]:
    """Return the rows, the first of two under the label Timing named Scope.

    In cyd/2024 the scope of an incident bore the label of its timing.
    """
    rows = list(rows)
    names = [row.element.name if row.element else None for row in rows]
    if names.count(_TIMING) > 1 and _SCOPE not in names:
        first = names.index(_TIMING)
        if rows[first].name is None:
            rows[first] = replace(rows[first], name=_SCOPE)
    return rows


def _make_facts(row: _Row, dates: Sequence[str], main: int) -> Iterator[Fact]:
    element = row.element
    if element is None:
        return
    for column, value in enumerate(row.values[: max(len(dates), 1)]):
        if value:
            yield Fact(
                element=element.name,
                kind=element.kind,
                value=BOOLEANS.get(value.lower()) if element.kind is Kind.FLAG else value,
                period_end=dates[column] if dates else None,
                main=column == main and not row.in_member,
                origin=row.origin,
            )
