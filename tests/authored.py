"""Invented filings, and the pieces that the tests make them from."""

import gzip
import html
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from cydscore.heads import label_names
from cydscore.read import read_filing
from cydscore.records import Fact, Filing, ItemText, Kind, Segment, SourceFormat, Tagging
from cydscore.taxonomy import annual_block_names, flag_names, load_elements
from ixbrl_pages import ROOT as PAGE_ROOT
from ixbrl_pages import make_page

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpora" / "example" / "segments.jsonl"
FILINGS = ROOT / "corpora" / "example" / "filings"
HARBOR = FILINGS / "harbor-lane-10-k-2025.htm"
KESTREL = FILINGS / "kestrel-8-k-2025.htm"
MERIDIAN = FILINGS / "meridian-20-f-2024.txt"
OAKFIELD = FILINGS / "oakfield-10-k-2023.txt"
SALTMARSH = FILINGS / "saltmarsh-10-k-2025.htm"

PROCESSES, _, EFFECT, BOARD, COMMITTEE, INFORMING, ROLE, *_ = annual_block_names()
INTEGRATED, ENGAGED, VENDORS, MATERIAL, POSITIONS, REPORTING = flag_names()
ACCESSION = "0009990001-26-000001"


def make_fact(element: str, value: str | bool | None, **more: object) -> Fact:
    """Return a fact of a known element."""
    return Fact(element=element, kind=load_elements()[element].kind, value=value, **more)


def make_filing(*facts: Fact, form: str | None = "10-K", **more: object) -> Filing:
    """Return a filing of Quillfeather Mills that holds some facts."""
    given = {"source": "mill.htm", "format": SourceFormat.IXBRL, "company": "Quillfeather Mills"}
    return Filing(**(given | more), form=form, facts=facts)


def make_item(text: str, name: str = "Item 1C") -> Filing:
    """Return an untagged filing with a cybersecurity Item."""
    return make_filing(item=ItemText(name=name, text=text), period_end="2025-06-30")


def make_segments(*texts: str, elements: Sequence[str] = ()) -> list[Segment]:
    """Return segments one behind the other in the first fact."""
    segments, end = [], 0
    for number, text in enumerate(texts, 1):
        start, end = end, end + len(text)
        segments.append(
            Segment(
                id=f"s{number}", elements=tuple(elements), fact=0, start=start, end=end, text=text
            )
        )
    return segments


def make_tagging(*rows: Mapping[str, float], specificity: Sequence[int] = ()) -> Tagging:
    """Return what a tagger might say: probabilities by label, 0 for the others."""
    labels = label_names()
    probability = np.array([[row.get(name, 0.0) for name in labels] for row in rows])
    probability = probability.reshape(len(rows), len(labels))
    levels = np.array(specificity or [0] * len(rows), dtype=np.int8)
    return Tagging(
        labels=labels,
        probability=probability,
        stated=probability >= 0.5,
        specificity=levels,
        at_least=np.column_stack([levels >= 1, levels >= 2]).astype(np.float64),
    )


def write_instance(filing: Filing) -> bytes:
    """Return a filing's facts as an XBRL instance."""
    facts = "".join(
        f'<cyd:{f.element} contextRef="own">{html.escape(_spell(f))}</cyd:{f.element}>'
        for f in filing.facts
    )
    return (
        '<xbrl xmlns="http://www.xbrl.org/2003/instance" xmlns:cyd="http://xbrl.sec.gov/cyd/2025" '
        'xmlns:dei="http://xbrl.sec.gov/dei/2025"><context id="own"><entity><identifier '
        f'scheme="http://www.sec.gov/CIK">{filing.cik}</identifier></entity><period><endDate>'
        f'{filing.period_end}</endDate></period></context><dei:DocumentType contextRef="own">'
        f"{filing.form}</dei:DocumentType>{facts}</xbrl>"
    ).encode()


def write_rendered(filing: Filing) -> bytes:
    """Return a filing's facts as the text of a rendered page."""
    lines = [f"|{load_elements()[f.element].label}\n|{_spell(f)}" for f in filing.facts]
    return "\n".join(["|", "Cybersecurity", "|12 Months Ended\nDec. 31, 2025", *lines, ""]).encode()


def write_submission(document: bytes) -> bytes:
    """Return a document as a full submission."""
    head = f"<SUBMISSION>\n<ACCESSION-NUMBER>{ACCESSION}\n<DOCUMENT>\n<TYPE>10-K\n<TEXT>\n"
    return head.encode() + document + b"\n</TEXT>\n</DOCUMENT>\n</SUBMISSION>\n"


def write_notes(filings: Sequence[Filing]) -> bytes:
    """Return filings as an archive of notes data."""
    head = "adsh\tcik\tname\tform\tperiod"
    subs = [
        f"{f.accession}\t{f.cik}\t{f.company}\t{f.form}\t{(f.period_end or '').replace('-', '')}"
        for f in filings
    ]
    texts = [
        f"{f.accession}\t{fact.element}\tcyd/2025\t{(f.period_end or '').replace('-', '')}"
        f"\t0x00000000\t\t{' '.join(_spell(fact).split())}"
        for f in filings
        for fact in f.facts
    ]
    columns = "adsh\ttag\tversion\tddate\tdimh\tcoreg\tvalue"
    return zip_tables(sub="\n".join([head, *subs, ""]), txt="\n".join([columns, *texts, ""]))


def zip_tables(**tables: str) -> bytes:
    """Return an archive of tables, named without their suffix."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(f"{name}.tsv", text)
    return stream.getvalue()


def read_harbor() -> Filing:
    """Return Harbor Lane's filing with its accession number."""
    return replace(read_filing(str(HARBOR)), accession=ACCESSION)


def write_archive(path: Path, *accessions: str, lone: str | None = None) -> None:
    """Write an archive of notes data, with a filing that has no facts where one is named."""
    filings = [replace(read_harbor(), accession=name) for name in accessions]
    if lone:
        filings.append(make_filing(cik="7", accession=lone))
    path.write_bytes(write_notes(filings))


def read_corpus_rows() -> list[dict[str, object]]:
    """Return the labelled segments of the invented companies."""
    return [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]


def _spell(fact: Fact) -> str:
    return str(fact.value).lower() if fact.kind is Kind.FLAG else str(fact.value)


_BOMB = f'<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>{PAGE_ROOT}'
#: What is no filing, each with a word of what is said of it.
BAD = {
    "empty.htm": (b"", "empty"),
    "binary.htm": (bytes(range(256)) * 20, "binary"),
    "cut.htm": (HARBOR.read_bytes()[:6000], "cut off"),
    "other.zip": (zip_tables(num="adsh", pre="adsh"), "it holds"),
    "nothing.zip": (write_notes([]), "no row"),
    "column.zip": (zip_tables(sub="adsh\tcik\tname\tform\n", txt="adsh\ttag\n"), "no column"),
    "page.htm": (b"<html><body><p>Flour and water.</p></body></html>", "no heading of Item 1C"),
    "paper.pdf": (b"%PDF-1.7\n", "PDF"),
    "bomb.htm": (make_page("<p>&b;</p>", root=_BOMB).encode(), "entit"),
    "cut.gz": (gzip.compress(OAKFIELD.read_bytes())[:200], "cut off or damaged"),
}
