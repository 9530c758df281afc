"""Notes archives: the cyd rows of a table of millions, a filing at a time."""

import html
import io
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cydscore.errors import CydscoreError, InputError, NoDisclosureError
from cydscore.read import notes
from cydscore.read.notes import read_notes
from cydscore.records import Kind, SourceFormat

FILINGS_HEAD = "adsh\tcik\tname\tsic\tform\tperiod"
TEXTS_HEAD = (
    "adsh\ttag\tversion\tddate\tqtrs\tiprx\tlang\tdcml\tdurp\tdatp\tdimh\tdimn\tcoreg\tescaped"
    "\tsrclen\ttxtlen\tfootnote\tfootlen\tcontext\tvalue"
)
ROLE = "CybersecurityRiskRoleOfManagementTextBlock"
POSITIONS = "CybersecurityRiskManagementPositionsOrCommitteesResponsibleFlag"
PROCESSES = "CybersecurityRiskManagementProcessesForAssessingIdentifyingAndManagingThreatsTextBlock"
HERON, OTTER = "0000000001-25-000001", "0000000002-25-000002"
FILINGS = (
    f"{HERON}\t0000000001\tHERON &amp; CO\t1000\t10-K\t20241231",
    f"{OTTER}\t2\tOTTER PLC\t1000\t20-F\t20250331",
)


def text_row(
    adsh, tag, value, *, version="cyd/2024", ddate="20241231", dimh="0x00000000", coreg=""
):
    """Return a row of the table of texts."""
    return (
        f"{adsh}\t{tag}\t{version}\t{ddate}\t4\t0\ten-US\t\t\t\t{dimh}\t\t{coreg}\t0\t1\t1\t\t\t"
        f"\t{value}"
    )


ROWS = (
    text_row(HERON, ROLE, "The lock keeper answers for the sluice controls."),
    text_row(HERON, "SegmentReportingTextBlock", "Two canals.", version="us-gaap/2024"),
    text_row(HERON, POSITIONS, "true"),
    text_row(OTTER, POSITIONS, "0", version="cyd/2025", ddate="20250331"),
)


def pack(texts=ROWS, filings=FILINGS, *, texts_head=TEXTS_HEAD, folder="", end="\n", **more):
    """Return an archive of the two tables."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{folder}sub.tsv", end.join([FILINGS_HEAD, *filings, ""]))
        archive.writestr(f"{folder}txt.tsv", end.join([texts_head, *texts, ""]))
        for name, text in more.items():
            archive.writestr(name, text)
    return zipfile.ZipFile(stream)


def read(archive, on_skip: Callable[[str, str], None] | None = None):
    return list(read_notes(archive, "notes.zip", on_skip))


def read_value(value):
    (filing,) = read(pack([text_row(HERON, ROLE, value)]))
    return filing.facts[0].value


def test_filings_come_in_the_order_of_the_table():
    heron, otter = read(pack())
    assert (heron.accession, heron.cik, heron.company) == (HERON, "1", "HERON & CO")
    assert (heron.form, heron.period_end, heron.format) == ("10-K", "2024-12-31", "notes")
    assert (otter.accession, otter.form, otter.source) == (OTTER, "20-F", "notes.zip")
    assert otter.format is SourceFormat.NOTES


def test_facts_tell_value_year_date_and_place():
    heron, otter = read(pack())
    positions = next(fact for fact in heron.facts if fact.kind is Kind.FLAG)
    assert (positions.element, positions.value, positions.words) == (POSITIONS, True, None)
    assert (positions.year, positions.period_end) == (2024, "2024-12-31")
    assert (positions.origin.member, positions.origin.line) == ("txt.tsv", 4)
    assert (otter.facts[0].value, otter.facts[0].year) == (False, 2025)


def test_rows_of_other_taxonomies_are_passed_over():
    rows = [text_row(HERON, "NoteTextBlock", "on cyd/2024 and such", version="us-gaap/2024"), *ROWS]
    assert [len(filing.facts) for filing in read(pack(rows))] == [2, 1]


def test_facts_stand_in_the_order_of_the_rule():
    rows = [ROWS[2], ROWS[0], text_row(HERON, PROCESSES, "We test the sluices.")]
    (heron,) = read(pack(rows))
    assert [fact.element for fact in heron.facts] == [PROCESSES, ROLE, POSITIONS]


def test_facts_of_other_periods_and_parts_come_last():
    rows = [
        text_row(HERON, PROCESSES, "before", ddate="20231231"),
        text_row(HERON, PROCESSES, "in one canal", dimh="0xab"),
        text_row(HERON, PROCESSES, "of the parent", coreg="ParentCompany"),
        text_row(HERON, POSITIONS, "true"),
    ]
    (heron,) = read(pack(rows))
    assert [fact.main for fact in heron.facts] == [True, False, False, False]
    assert heron.facts[0].element == POSITIONS


def test_most_frequent_date_is_the_main_one_where_the_period_has_no_fact():
    rows = [
        text_row(HERON, ROLE, "once", ddate="20231031"),
        text_row(HERON, PROCESSES, "twice", ddate="20241130"),
        text_row(HERON, POSITIONS, "true", ddate="20241130"),
    ]
    (heron,) = read(pack(rows))
    assert [(fact.period_end, fact.main) for fact in heron.facts] == [
        ("2024-11-30", True),
        ("2024-11-30", True),
        ("2023-10-31", False),
    ]


def test_repeated_rows_are_all_kept():
    (heron,) = read(pack([ROWS[0], ROWS[0]]))
    assert len(heron.facts) == 2


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ('"The ""lock"" keeper"', 'The "lock" keeper'),
        ('""', ""),
        ('"', '"'),
        ("Heron &amp; Co&#8226;", "Heron & Co•"),
        ("two  spaces stay", "two  spaces stay"),
        ("a\ttab in the last column", "a\ttab in the last column"),
        ("Companys", "Companys"),
    ],
)
def test_value_is_unquoted_and_unescaped(raw, value):
    assert read_value(raw) == value


@pytest.mark.parametrize(
    ("raw", "value"), [("TRUE", True), ("1", True), ("false", False), ("", None)]
)
def test_flag_is_read_or_left_open(raw, value):
    (heron,) = read(pack([text_row(HERON, POSITIONS, raw)]))
    assert heron.facts[0].value is value


def test_unknown_and_abstract_names_are_reported():
    rows = [*ROWS[:1], text_row(HERON, "CybersecurityRiskOtterFlag", "true")]
    rows.append(text_row(HERON, "MaterialCybersecurityIncidentAxis", "x"))
    (heron,) = read(pack(rows))
    assert [unknown.name for unknown in heron.unknown] == [
        "CybersecurityRiskOtterFlag",
        "MaterialCybersecurityIncidentAxis",
    ]
    assert heron.unknown[0].origin.line == 3


def test_filing_missing_from_the_first_table_has_no_cover():
    (otter,) = read(pack(ROWS[3:], FILINGS[:1]))
    assert (otter.accession, otter.cik, otter.form, otter.period_end) == (OTTER, None, None, None)
    assert otter.facts[0].main


def test_filing_without_facts_is_skipped_aloud():
    skips = []
    read(pack(ROWS[:3]), lambda name, reason: skips.append((name, reason)))
    assert skips == [(OTTER, "no cyd facts")]


def test_row_that_is_cut_off_is_skipped_aloud():
    skips = []
    cut = pack([*ROWS[:3], ROWS[3][:115]])
    assert len(read(cut, lambda name, reason: skips.append((name, reason)))) == 1
    assert skips[0] == ("txt.tsv line 5", "cut off: 10 of 20 columns")


def test_line_ends_and_folders_do_not_matter():
    assert read(pack(end="\r\n", folder="2025_04_notes/")) == read(pack())


def test_last_line_needs_no_end():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("sub.tsv", FILINGS_HEAD)
        archive.writestr("txt.tsv", f"{TEXTS_HEAD}\n{ROWS[0]}")
    assert len(read(zipfile.ZipFile(stream))) == 1


def test_columns_are_found_by_name():
    names = TEXTS_HEAD.split("\t")
    order = sorted(range(len(names)), key=lambda place: (names[place] != "version", names[place]))
    turned = ["\t".join(row.split("\t")[place] for place in order) for row in ROWS]
    head = "\t".join(names[place] for place in order)
    assert read(pack(turned, texts_head=head)) == read(pack())


def test_small_blocks_give_the_same_filings(monkeypatch):
    whole = read(pack())
    monkeypatch.setattr(notes, "_CHUNK_BYTES", 97)
    assert read(pack()) == whole


def test_bytes_that_are_no_text_are_replaced():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("sub.tsv", FILINGS_HEAD)
        archive.writestr("txt.tsv", f"{TEXTS_HEAD}\n".encode() + ROWS[0].encode() + b" \xff\n")
    assert read(zipfile.ZipFile(stream))[0].facts[0].value.endswith("controls. \ufffd")


def test_filing_that_comes_back_is_refused():
    with pytest.raises(InputError, match=f"line 6 of txt.tsv comes back to {HERON}"):
        read(pack([*ROWS, ROWS[0]]))


def test_missing_column_is_named():
    with pytest.raises(InputError, match=r"txt\.tsv has no column dimh \(its columns: adsh, tag"):
        read(pack(texts_head=TEXTS_HEAD.replace("dimh", "dims")))


def test_missing_table_is_named():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("sub.tsv", FILINGS_HEAD)
    with pytest.raises(InputError, match=r"has no txt\.tsv \(it holds sub\.tsv\)"):
        read(zipfile.ZipFile(stream))


@pytest.mark.parametrize("rows", [(), ROWS[1:2]])
def test_archive_without_facts_is_refused(rows):
    with pytest.raises(NoDisclosureError, match=r"no row of txt\.tsv holds a cyd fact"):
        read(pack(rows))


def test_damaged_archive_is_refused():
    archive = pack([text_row(HERON, ROLE, "lock " * 5000)])
    data = bytearray(archive.fp.getvalue())
    offset = archive.getinfo("txt.tsv").header_offset
    data[offset + 60 : offset + 70] = bytes(10)
    with pytest.raises(InputError, match="the zip archive is damaged"):
        read(zipfile.ZipFile(io.BytesIO(data)))


def test_encrypted_archive_is_refused():
    data = bytearray(pack().fp.getvalue())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := data.find(mark, place + 1)) >= 0:
            data[place + flags] |= 1
    with pytest.raises(InputError, match=r"sub\.tsv cannot be unpacked \(.*password"):
        read(zipfile.ZipFile(io.BytesIO(data)))


def test_endless_line_is_refused(monkeypatch):
    monkeypatch.setattr(notes, "_LINE_BYTES", 1 << 20)
    with pytest.raises(InputError, match=r"a line of txt\.tsv is longer than 1 MiB"):
        read(pack([text_row(HERON, ROLE, "x" * (5 << 20))]))


def test_memory_does_not_grow_with_the_table():
    foreign = text_row(HERON, "NoteTextBlock", "canal " * 2000, version="us-gaap/2024")
    archive = pack([foreign] * 3000 + list(ROWS))
    tracemalloc.start()
    assert len(read(archive)) == 2
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert archive.getinfo("txt.tsv").file_size > 30e6 > 3 * peak


@given(st.lists(st.text(alphabet='acyd/2024\t"&;\r\0é', max_size=60), max_size=6))
def test_any_rows_give_filings_or_an_expected_error(rows):
    try:
        filings = read(pack([f"{ROWS[0]}{row}" for row in rows] + rows))
    except CydscoreError:
        return
    assert all(filing.facts or filing.unknown for filing in filings)


@pytest.mark.real
def test_real_archive_agrees_with_the_facts_beside_it(shared):
    pandas = pytest.importorskip("pandas")
    path = shared / "fsn/2025_04_notes.zip"
    with zipfile.ZipFile(path) as archive:
        filings = list(read_notes(archive, str(path)))
    assert len(filings) == 587
    table = pandas.read_parquet(shared / "filings/facts.parquet")
    table = table[table.adsh.isin([filing.accession for filing in filings])]
    expected = sorted(
        (row.adsh, row.tag, html.unescape(row.value[1:-1].replace('""', '"')))
        if row.value.startswith('"')
        else (row.adsh, row.tag, html.unescape(row.value))
        for row in table.itertuples()
    )
    spelt = {True: "true", False: "false"}
    assert expected == sorted(
        (filing.accession, fact.element, spelt.get(fact.value, fact.value))
        for filing in filings
        for fact in filing.facts
    )
    assert sum(not fact.main for filing in filings for fact in filing.facts) == 1
    assert all(filing.company and filing.cik and filing.period_end for filing in filings)


def test_sector_year_date_and_float_are_taken_where_the_table_has_them():
    (filing,) = read(pack([text_row(HERON, ROLE, "The lock keeper answers.")]))
    assert (filing.fiscal_year, filing.filed, filing.public_float) == (None, None, None)
    stream = io.BytesIO()
    head = "adsh\tcik\tname\tsic\tform\tperiod\tfy\tfiled\tpubfloatusd"
    row = f"{HERON}\t7\tHeron\t7372\t10-K\t20241231\t2024\t20250214\t1500000.00"
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("sub.tsv", f"{head}\n{row}\n")
        archive.writestr("txt.tsv", f"{TEXTS_HEAD}\n{text_row(HERON, ROLE, 'x')}\n")
    (filing,) = read(zipfile.ZipFile(stream))
    assert (filing.sic, filing.fiscal_year) == ("7372", 2024)
    assert (filing.filed, filing.public_float) == ("2025-02-14", 1.5e6)


@pytest.mark.parametrize("value", ["", "nan", "inf", "-1", "0", "many"])
def test_a_float_that_is_no_amount_is_not_known(value):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(
            "sub.tsv",
            f"adsh\tcik\tname\tform\tperiod\tfy\tpubfloatusd\n{HERON}\t7\tH\t10-K\t\tFY\t{value}\n",
        )
        archive.writestr("txt.tsv", f"{TEXTS_HEAD}\n{text_row(HERON, ROLE, 'x')}\n")
    (filing,) = read(zipfile.ZipFile(stream))
    assert (filing.public_float, filing.fiscal_year) == (None, None)


def test_a_table_of_zip64_is_streamed_and_its_share_told():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sub.tsv", "\n".join([FILINGS_HEAD, *FILINGS, ""]))
        with archive.open("txt.tsv", "w", force_zip64=True) as table:
            table.write(f"{TEXTS_HEAD}\n".encode())
            for _ in range(40_000):
                table.write(f"{text_row(OTTER, 'X', 'Two canals.', version='us-gaap')}\n".encode())
            table.write(text_row(HERON, ROLE, "The lock keeper answers.").encode())
    shares = []
    filings = list(read_notes(zipfile.ZipFile(stream), "n.zip", None, shares.append))
    assert [f.accession for f in filings] == [HERON]
    assert shares == sorted(shares)
    assert len(shares) > 2
    assert shares[-1] == 1.0
