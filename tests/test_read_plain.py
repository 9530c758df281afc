"""Untagged documents: the Item is found by its heading, or not at all."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cydscore.errors import CydscoreError, NoDisclosureError
from cydscore.read.plain import find_dates, find_item, read_plain, unwrap_text
from cydscore.read.source import decode_text, load_bytes
from cydscore.records import SourceFormat

CASE_LINES = Path(__file__).with_name("cases").joinpath("headings.jsonl").read_text("utf-8")
CASES = [json.loads(line) for line in CASE_LINES.splitlines()]
WATCH = "Our kilns report to one console, which two engineers read in shifts."
BOARD = "The board asks for their log after every firing season."
ANNUAL_PAGE = f"""<html><head><title>10-K</title></head><body>
<p>UNITED STATES</p><p><b>FORM 10-K/A</b></p>
<p>For the fiscal year ended <span>June</span> 30, 2025</p>
<p><b>Fennimore Kilns &amp; Clay, Inc.</b><br/>
(Exact name of registrant as specified in its charter)</p>
<table><tr><td>Item 1C.</td><td>Cybersecurity</td><td>14</td></tr>
<tr><td>Item 2.</td><td>Properties</td><td>15</td></tr></table>
<table><tr><td>Item&#160;1C.</td><td>C<font size="2">ybersecurity</font></td></tr></table>
<p>{WATCH}</p><table><tr><td>&#8226;</td><td>each kiln has its own key</td></tr></table>
<p>{BOARD}</p>
<p><a name="x"></a>Item&nbsp;2. Properties</p><p>Two sheds.</p></body></html>"""
WRAPPED_REPORT = """\
                                   FORM 20-F
For the fiscal year ended 31 March 2025
                             Saltmarsh Ferries plc
             (Exact name of Registrant as specified in its charter)

ITEM 16K.  CYBERSECURITY

     Our ferries steer by a network of their own, and the ticket desks by
another one; the two share neither cable nor password, nor any third-
party supplier.
     The harbour master reports to the directors.

                                       61
<PAGE>
   - drills are held each spring
   - radios are tested daily

PART III

ITEM 17.  FINANCIAL STATEMENTS
"""
INCIDENT_REPORT = f"""FORM 8-K
CURRENT REPORT
Date of Report (Date of earliest event reported): March 4, 2025
ORCHARD & PRESS LTD.
(Exact name of registrant as specified in its charter)
for the year ended December 31, 2024
Item 1.05 Material Cybersecurity Incidents.
{WATCH}
SIGNATURES"""


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case["name"],
            marks=pytest.mark.xfail(strict=True, reason=case["xfail"]) if "xfail" in case else (),
        )
        for case in CASES
    ],
)
def test_item_is_found_by_its_heading_only(case):
    item = find_item("\n".join(case["lines"]), case["form"])
    assert (item and item.text.split("\n")) == case["item"]


def test_item_bears_the_name_of_its_form():
    lines = ["Item 16K. Cybersecurity", WATCH, "Item 17. Financial Statements"]
    assert find_item("\n".join(lines), "Form 20-F/A").name == "Item 16K"
    assert find_item("\n".join(lines).replace("16K", "1C"), "10-KT").name == "Item 1C"


def test_longest_section_is_taken_for_the_item():
    summary = ["Item 1C. Cybersecurity", BOARD, "Item 2. Properties", "None."]
    full = ["Item 1C. Cybersecurity", WATCH, BOARD, "Item 2. Properties"]
    assert find_item("\n".join(summary + full), "10-K").text == f"{WATCH}\n{BOARD}"


def test_section_without_an_end_in_sight_is_not_taken():
    assert find_item("\n".join(["Item 1C. Cybersecurity", *[WATCH] * 1000]), "10-K") is None


def test_html_page_gives_item_and_cover():
    filing = read_plain(ANNUAL_PAGE, "kilns.htm")
    assert filing.item.text.split("\n") == [WATCH, "• each kiln has its own key", BOARD]
    assert (filing.form, filing.period_end) == ("10-K/A", "2025-06-30")
    assert filing.company == "Fennimore Kilns & Clay, Inc."
    assert (filing.source, filing.format, filing.facts) == ("kilns.htm", SourceFormat.PLAIN, ())


def test_hard_wrapped_report_gives_paragraphs():
    filing = read_plain(WRAPPED_REPORT.replace("\n", "\r\n"), "ferries.txt")
    assert filing.item.text.split("\n") == [
        (
            "Our ferries steer by a network of their own, and the ticket desks by another one; the "
            "two share neither cable nor password, nor any third-party supplier."
        ),
        "The harbour master reports to the directors.",
        "- drills are held each spring",
        "- radios are tested daily",
    ]
    assert (filing.form, filing.period_end) == ("20-F", "2025-03-31")
    assert filing.company == "Saltmarsh Ferries plc"


def test_current_report_is_dated_by_its_event():
    filing = read_plain(INCIDENT_REPORT, "-")
    assert (filing.form, filing.period_end) == ("8-K", "2025-03-04")
    assert filing.company == "ORCHARD & PRESS LTD."
    assert (filing.item.name, filing.item.text) == ("Item 1.05", WATCH)


def test_event_date_may_stand_above_its_caption():
    moved = INCIDENT_REPORT.replace(
        "Date of Report (Date of earliest event reported): March 4, 2025",
        "March 4, 2025\nDate of Report (Date of earliest event reported)",
    )
    assert read_plain(moved, "-").period_end == "2025-03-04"


def test_document_without_a_cover_is_read():
    filing = read_plain(f"Item 1C. Cybersecurity\n{WATCH}\n", "item.txt")
    assert filing.item.text == WATCH
    assert (filing.form, filing.company, filing.period_end, filing.cik) == (None,) * 4


@pytest.mark.parametrize(
    "text",
    ["", "Item 1C", '{"kilns": [1, 2]}', "<html><body><p>A recipe for clay.</p></body></html>"],
)
def test_text_without_the_item_is_refused(text):
    with pytest.raises(NoDisclosureError, match=r"no heading of Item 1C.* found in the document"):
        read_plain(text, "x")


def test_refusal_names_the_form():
    with pytest.raises(NoDisclosureError, match="found in the 10-Q"):
        read_plain("FORM 10-Q\nItem 1C. Cybersecurity\nSee our annual report.", "x")


def test_paragraphs_that_were_never_wrapped_stay_lines():
    lines = [WATCH * 4, BOARD * 3, "Governance", BOARD]
    assert unwrap_text("\n".join(lines)).split("\n") == lines


def test_columns_are_not_joined():
    table = "Kiln one                 fired on Monday, cooled on Friday\n" * 2
    assert len(unwrap_text(table).split("\n")) == 2


def test_dates_are_read_in_both_orders():
    text = "Sept. 1, 2024 and 30 November 2025, not Mayor 1, 2020"
    assert find_dates(text) == ["2024-09-01", "2025-11-30"]


@given(
    st.text(
        alphabet=st.sampled_from("Item 1C.60K\nCybersecurity,<p>|4\t—“PART SIGNATURES"),
        max_size=200,
    )
)
def test_any_text_gives_a_filing_or_an_expected_error(text):
    try:
        filing = read_plain(text, "x")
    except CydscoreError:
        return
    assert filing.item.text.strip()


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "form", "start", "end", "n_characters"),
    [
        ("untagged-googl-10-k-2023-12-31", "10-K", "We maintain a compr", "Form 10-K.", 2966),
        ("untagged-tsla-10-k-2023-12-31", "10-K", "Cybersecurity Risk M", "iate items.", 5703),
        ("ibm-10-k-2025-02-25", "10-K", "Risk Management and", "interest.", 7146),
        ("ma-10-k-2025-02-12", "10-K", "Cybersecurity progra", "security.", 8549),
        ("incident-nucor-a-0001193125-25-143135", "8-K/A", "As disclosed in", "operations.", 2332),
    ],
)
def test_item_of_a_real_filing_is_whole(shared, name, form, start, end, n_characters):
    filing = read_plain(decode_text(load_bytes(str(shared / f"ixbrl/{name}.htm.gz"))), name)
    assert filing.form == form
    assert filing.item.text.startswith(start)
    assert filing.item.text.endswith(end)
    assert len(filing.item.text) == pytest.approx(n_characters, rel=0.02)


@pytest.mark.real
def test_report_of_another_form_holds_no_item(shared):
    data = load_bytes(str(shared / "ixbrl/incident-genius-6-k-0001493152-24-052394.htm.gz"))
    with pytest.raises(NoDisclosureError, match="found in the 6-K"):
        read_plain(decode_text(data), "x")
