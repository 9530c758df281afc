"""Make errors in real filings, of which a checker should find each, and changes that are none.

A perturbed filing stays in memory or in a temporary file: nothing of its prose is written out.
"""

import html
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from cydscore.check.asks import load_flag_asks, material_tags
from cydscore.copies import MIN_CONTAINED, to_key
from cydscore.read import read_filing
from cydscore.records import Fact, Filing, ItemText, Kind
from cydscore.report import Report
from cydscore.split import split_text
from cydscore.tags import DENIAL
from cydscore.taxonomy import INCIDENT_PREFIX, MATERIAL_FLAG, load_elements

#: A sentence bears on a flag from this probability on, for it may still support the flag.
LEAST_BEARING = 0.3
#: More sentences than these are not negated one by one.
_MOST_NEGATED = 3

# Blocks of one group may answer each other's questions; a swap across groups is an error.
_GROUPS = (
    ("ProcessesIntegratedTextBlock", "MateriallyAffected"),
    ("BoardOfDirectorsOversight", "BoardCommittee", "ProcessForInformingBoardCommittee"),
    ("RoleOfManagement", "PositionsOrCommitteesResponsibleTextBlock", "ExpertiseOfManagement"),
)
_VERB = {
    "ManagementProcessesIntegratedFlag": (
        r"\b(is|are|has been|have been)( \w+ly)? (integrated|part|aligned|incorporated|included)",
        r"\1 not\2 \3",
    ),
    "ManagementThirdPartyEngagedFlag": (
        r"\b([Ww]e|[Mm]anagement)( \w+ly| also)? (engage|use|utilize|retain|work|rely|hire)\b",
        r"\1 do not\2 \3",
    ),
    "ThirdPartyOversightAndIdentificationProcessesFlag": (
        r"\b([Ww]e)( \w+ly| also)? (have|maintain|require|perform|assess|evaluate|review)\b",
        r"\1 do not\2 \3",
    ),
    "PositionsOrCommitteesResponsibleFlag": (
        r"\b(is|are)( \w+ly)? (responsible|charged|tasked)\b",
        r"\1 not\2 \3",
    ),
    "ReportToBoardFlag": (
        r"\b(CI?S?O|[Oo]fficer|[Mm]anagement|C[FT]O)( \w+ly)? (reports|briefs|updates|provides)\b",
        r"\1 never\2 \3",
    ),
}
_DENIED = (
    (r"\b(have|has|had) not\b", r"\1"),
    (r"\b(are|is|were|was) not\b", r"\1"),
    (r"\bdo(?:es)? not believe that\b", "believe that"),
    (r"\bnot aware of any\b", "aware of"),
    (r"\b(?:did|do) not (identify|experience|have)\b", r"\1"),
    (r"\bno (risks?|cybersecurity|cyber|incidents?|threats?)\b", r"\1"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Perturbed:
    """A filing with one change.

    Attributes
    ----------
    kind
        Name of the row in the table.
    filing
        The changed filing.
    accession
        Accession number of the filing as it was.
    elements
        Elements on which a finding counts as detection; empty for a change that is no error.
    what
        What was changed, without prose.
    """

    kind: str
    filing: Filing
    accession: str
    elements: tuple[str, ...] = ()
    what: str = ""


def flip_flags(report: Report, elements: Sequence[str], kind: str) -> Iterator[Perturbed]:
    """Yield a filing for each of some flags, with that flag's value turned."""
    for element in elements:

        def turn(fact: Fact, flag: str = element) -> Fact:
            turned = fact.element == flag and isinstance(fact.value, bool)
            return replace(fact, value=not fact.value) if turned else fact

        yield _make(kind, report, _map(report.filing, turn), (element,))


def delete_sentences(report: Report, element: str, *, whole: bool) -> Iterator[Perturbed]:
    """Yield a filing without the sentences that bear on a flag.

    Parameters
    ----------
    report
        The report on the filing as it is.
    element
        The flag.
    whole
        Whether the filing is given as a whole document, with nothing outside what is tagged.
    """
    rows = bearing_rows(report, element)
    texts = [report.segments[row].text for row in rows]
    filing = _edit_sentences(report.filing, texts, lambda _: "")
    if whole:
        filing = replace(filing, item=_write_item(filing))
    if rows and any(f.kind is Kind.TEXT for f in filing.facts):
        kind = f"decisive sentences deleted ({'whole document' if whole else 'notes data'})"
        yield _make(kind, report, filing, (element,), f"{len(rows)} sentences")


def negate_sentences(report: Report, element: str) -> Iterator[Perturbed]:
    """Yield a filing whose sentences that bear on a flag are negated, if each of them can be."""
    rows = bearing_rows(report, element)
    texts = [report.segments[row].text for row in rows]
    if not rows or len(rows) > _MOST_NEGATED:
        return
    if all(_negate(text, element) != text for text in texts):
        filing = _edit_sentences(report.filing, texts, lambda text: _negate(text, element))
        yield _make("sentences negated", report, filing, (element,), f"{len(rows)} sentences")


def swap_blocks(report: Report, dice: random.Random) -> Iterator[Perturbed]:
    """Yield a filing with the texts of two fitting blocks of different groups exchanged."""
    fits = {b.element for b in report.checks.blocks if b.fit == "fits"}
    texts = {
        f.element: f.value
        for f in report.filing.facts
        if f.kind is Kind.TEXT and isinstance(f.value, str) and f.element in fits
    }
    pairs = [
        (a, b)
        for a in texts
        for b in texts
        if a < b
        and None not in (_group(a), _group(b))
        and _group(a) != _group(b)
        and texts[a] not in texts[b]
        and texts[b] not in texts[a]
    ]
    if not pairs:
        return
    first, second = dice.choice(pairs)
    exchanged = {first: texts[second], second: texts[first]}

    def swap(fact: Fact) -> Fact:
        return replace(fact, value=exchanged.get(fact.element, fact.value))

    yield _make("two blocks swapped", report, _map(report.filing, swap), (first, second))


def put_last_year(old: Report, new: Report) -> Filing:
    """Return the new filing with the text blocks of the old one, its own flags and period."""
    year = next((f.year for f in new.filing.facts), None)
    flags = [f for f in new.filing.facts if f.kind is Kind.FLAG]
    texts = [
        replace(f, year=year, period_end=new.filing.period_end)
        for f in old.filing.facts
        if f.kind is Kind.TEXT
    ]
    return replace(new.filing, facts=(*texts, *flags))


def render_again(report: Report) -> Iterator[Perturbed]:
    """Yield the same filing as other formats have it, and with other typography."""
    filing = report.filing
    with TemporaryDirectory() as folder:
        for kind, write in (
            ("nothing: read as XBRL instance", _write_instance),
            ("nothing: read as rendered page", _write_rendered),
        ):
            path = Path(folder) / "filing.xml"
            path.write_text(write(filing), "utf-8")
            again = replace(read_filing(str(path)), form=filing.form, period_end=filing.period_end)
            yield _make(kind, report, again)
    curly = str.maketrans({"'": "’", "\xa0": " "})

    def retype(fact: Fact) -> Fact:
        if not isinstance(fact.value, str):
            return fact
        text = re.sub(r'"([^"]*)"', "“\\1”", fact.value).translate(curly)
        return replace(fact, value=text.replace(". ", ".  "))

    yield _make("nothing: other typography", report, _map(filing, retype))


def bearing_rows(report: Report, element: str) -> list[int]:
    """Return the rows of the sentences that bear on a flag, decisive ones first."""
    if element == MATERIAL_FLAG:
        tags = [t for t in material_tags() if t not in ("hypothetical_risk", "cross_reference")]
    else:
        own = load_flag_asks()[element].tags
        tags = [*own, *(DENIAL + tag for tag in own)]
    weight = report.tagging.any_of(tags)
    named = set(next(f.evidence for f in report.checks.flags if f.element == element))
    rows = [
        row
        for row, segment in enumerate(report.segments)
        if weight[row] >= LEAST_BEARING or segment.id in named
    ]
    return sorted(rows, key=lambda row: -weight[row])


def _make(
    kind: str, report: Report, filing: Filing, elements: tuple[str, ...] = (), what: str = ""
) -> Perturbed:
    accession = report.filing.accession or report.filing.source
    return Perturbed(kind=kind, filing=filing, accession=accession, elements=elements, what=what)


def _map(filing: Filing, change: Callable[[Fact], Fact]) -> Filing:
    return replace(filing, facts=tuple(change(fact) for fact in filing.facts))


def _edit_sentences(filing: Filing, texts: Sequence[str], change: Callable[[str], str]) -> Filing:
    """Change some sentences wherever a block holds them, whole or cut otherwise."""
    keys = [to_key(text) for text in texts]

    def edit(fact: Fact) -> Fact:
        if not isinstance(fact.value, str):
            return fact
        value = fact.value
        for start, end in reversed(split_text(value)):
            key = to_key(value[start:end])
            if any(_is_copy(key, other) for other in keys):
                value = value[:start] + change(value[start:end]) + value[end:]
        return replace(fact, value=value.strip())

    facts = (edit(fact) for fact in filing.facts)
    return replace(filing, facts=tuple(f for f in facts if f.value != ""))


def _is_copy(key: str, other: str) -> bool:
    return key == other or (
        min(len(key), len(other)) >= MIN_CONTAINED and (key in other or other in key)
    )


def _negate(text: str, element: str) -> str:
    if element == MATERIAL_FLAG:
        for pattern, put in _DENIED:
            text = re.sub(pattern, put, text)
        return text
    for name, (pattern, put) in _VERB.items():
        if element.endswith(name):
            return re.sub(pattern, put, text)
    return text


def _group(element: str) -> int | None:
    for number, names in enumerate(_GROUPS):
        if not element.startswith(INCIDENT_PREFIX) and any(name in element for name in names):
            return number or 10 + names.index(next(n for n in names if n in element))
    return None


def _write_item(filing: Filing) -> ItemText:
    longest = sorted(
        {str(f.value) for f in filing.facts if f.kind is Kind.TEXT}, key=len, reverse=True
    )
    kept: list[str] = []
    for text in longest:
        if not any(text in other for other in kept):
            kept.append(text)
    return ItemText(name="Item 1C", text="\n".join(kept))


def _write_instance(filing: Filing) -> str:
    year = next((f.year for f in filing.facts if f.year), 2025)
    facts = "".join(
        f'<cyd:{f.element} contextRef="own">{_spell(f, markup=True)}</cyd:{f.element}>'
        for f in filing.facts
        if f.main
    )
    return (
        '<xbrl xmlns="http://www.xbrl.org/2003/instance" '
        f'xmlns:cyd="http://xbrl.sec.gov/cyd/{year}" xmlns:dei="http://xbrl.sec.gov/dei/{year}">'
        '<context id="own"><entity><identifier scheme="http://www.sec.gov/CIK">'
        f"{filing.cik}</identifier></entity><period><endDate>{filing.period_end}</endDate></period>"
        f'</context><dei:DocumentType contextRef="own">{filing.form}</dei:DocumentType>{facts}'
        "</xbrl>"
    )


def _write_rendered(filing: Filing) -> str:
    rows = [
        f"|{load_elements()[f.element].label}\n|{_spell(f, markup=False)}"
        for f in filing.facts
        if f.main
    ]
    return "\n".join(["|", "Cybersecurity", f"|12 Months Ended\n{filing.period_end}", *rows, ""])


def _spell(fact: Fact, *, markup: bool) -> str:
    if fact.kind is Kind.FLAG:
        return str(fact.value).lower()
    text = str(fact.value)
    return html.escape(f"<div><p>{html.escape(text)}</p></div>") if markup else text
