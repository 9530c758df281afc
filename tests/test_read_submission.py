"""Full submissions: the best of their documents is read, and the header fills the gaps."""

import pytest

from cydscore.errors import InputError, NoDisclosureError
from cydscore.read.submission import is_submission, read_submission
from cydscore.records import Filing, SourceFormat
from ixbrl_pages import HARBORLIGHT, HARBORLIGHT_INSTANCE, ROLE_BLOCK, make_fact, make_page

HEADER = """<SEC-DOCUMENT>0009990001-25-000007.txt : 20250214
<SEC-HEADER>0009990001-25-000007.hdr.sgml : 20250214
ACCESSION NUMBER:\t\t0009990001-25-000007
CONFORMED SUBMISSION TYPE:\t10-K/A
PUBLIC DOCUMENT COUNT:\t\t2
CONFORMED PERIOD OF REPORT:\t20241231

FILER:
\tCOMPANY DATA:
\t\tCOMPANY CONFORMED NAME:\t\t\tHARBORLIGHT FERRIES INC
\t\tCENTRAL INDEX KEY:\t\t\t0009990001
</SEC-HEADER>
"""
TAGGED_HEADER = """<SUBMISSION>
<ACCESSION-NUMBER>0009990001-25-000007
<TYPE>10-K/A
<PERIOD>20241231
<FILER>
<COMPANY-DATA>
<CONFORMED-NAME>HARBORLIGHT FERRIES INC
<CIK>0009990001
"""
SECURE_HEADER = "-----BEGIN PRIVACY-ENHANCED MESSAGE-----\nProc-Type: 2001,MIC-CLEAR\n\n" + HEADER
PLAIN_PAGE = """<html><body><p>Item 1C. Cybersecurity</p>
<p>Two deckhands share the one key to the server cupboard, and sign for it.</p>
<p>The harbour office keeps the other key under seal, and counts the seals.</p>
<p>Item 2. Properties</p></body></html>"""
IMAGE = "\nbegin 644 pier.jpg\nM_]C_X  02D9)1@\n`\nend\n"
R_PAGE = """<html><head><title></title></head><body><table class="report">
<tr><th class="tl"><strong>Cybersecurity</strong></th><th class="th">Dec. 31, 2024</th></tr>
<tr><td class="pl"><a onclick="top.Show.showAR( this, \
'defref_cyd_CybersecurityRiskManagementProcessesIntegratedFlag', window );">\
Cybersecurity Risk Management Processes Integrated [Flag]</a></td>
<td class="text">true<span></span></td></tr></table></body></html>"""


def make_part(kind: str, name: str, content: str, wrapper: str = "") -> str:
    opening, closing = (f"<{wrapper}>\n", f"\n</{wrapper}>") if wrapper else ("", "")
    return (
        f"<DOCUMENT>\n<TYPE>{kind}\n<SEQUENCE>1\n<FILENAME>{name}\n<DESCRIPTION>TYPE\n<TEXT>\n"
        f"{opening}{content}{closing}\n</TEXT>\n</DOCUMENT>\n"
    )


def read_parts(*parts: str, header: str = HEADER) -> Filing:
    return read_submission(f"{header}{''.join(parts)}</SEC-DOCUMENT>\n".encode(), "-")


PAGE = make_part("10-K", "hl.htm", HARBORLIGHT.read_text("utf-8"), "XBRL")
INSTANCE = make_part("EX-101.INS", "hl_htm.xml", HARBORLIGHT_INSTANCE.read_text("utf-8"), "XML")
PLAIN = make_part("10-K", "hl.htm", PLAIN_PAGE)
PICTURE = make_part("GRAPHIC", "pier.jpg", IMAGE)
RENDERED = make_part("XML", "R9.htm", R_PAGE)
COVER = (SourceFormat.SUBMISSION, "0009990001-25-000007", "9990001", "2024-12-31")


@pytest.mark.parametrize("header", [HEADER, TAGGED_HEADER, SECURE_HEADER])
def test_the_tagged_page_is_read_whatever_the_header_and_its_place(header):
    filing = read_parts(PICTURE, INSTANCE, PLAIN, PAGE, header=header)
    assert (filing.format, filing.accession, filing.cik, filing.period_end) == COVER
    assert (filing.company, filing.form) == ("Harborlight Ferries, Inc.", "10-K")
    assert len(filing.facts) == 10
    assert {fact.origin.member for fact in filing.facts} == {"hl.htm"}


@pytest.mark.parametrize("header", [HEADER, TAGGED_HEADER, SECURE_HEADER])
def test_the_header_tells_what_the_document_does_not(header):
    filing = read_parts(PLAIN, PICTURE, header=header)
    assert (filing.format, filing.accession, filing.cik, filing.period_end) == COVER
    assert (filing.company, filing.form) == ("HARBORLIGHT FERRIES INC", "10-K/A")
    assert filing.item
    assert filing.item.text.startswith("Two deckhands")


def test_the_instance_is_read_where_the_page_has_no_tags():
    filing = read_parts(PLAIN, INSTANCE)
    assert [fact.origin.id for fact in filing.facts] == ["F2", "F3", "F4", "F5", "F1"]
    assert filing.facts[0].origin.member == "hl_htm.xml"


def test_a_rendered_page_is_read_where_nothing_else_is_tagged():
    filing = read_parts(PLAIN, RENDERED)
    assert [fact.value for fact in filing.facts] == [True]
    assert filing.facts[0].origin.member == "R9.htm"


def test_an_exhibit_with_facts_goes_before_a_main_page_without():
    main = make_part("10-K", "main.htm", make_page(PLAIN_PAGE[12:-14]))
    exhibit = make_part("EX-13", "ex13.htm", make_page(make_fact(ROLE_BLOCK, "mill")))
    assert [fact.value for fact in read_parts(main, exhibit).facts] == ["mill"]
    assert read_parts(main).company == "Quillfeather Mills"


def test_documents_without_a_header_are_a_submission_too():
    filing = read_parts(PLAIN, header="")
    assert (filing.accession, filing.company, filing.form) == (None, None, "10-K")


def test_lines_are_counted_in_the_document():
    page = make_part(
        "10-K", "hl.htm", f"<?xml version='1.0'?>\n{make_page(make_fact(ROLE_BLOCK, 'x'))}"
    )
    assert read_parts(page).facts[0].origin.line == 2


def test_no_document_about_cybersecurity_is_no_disclosure():
    with pytest.raises(NoDisclosureError, match="none of the 2 documents in the submission holds"):
        read_parts(make_part("10-Q", "q.htm", "<p>Fares rose by a fifth.</p>"), PICTURE)


@pytest.mark.parametrize("n_kept", [-30, -900])
def test_a_submission_that_was_cut_off_is_refused(n_kept):
    with pytest.raises(InputError, match=r"is cut off in its document hl_htm\.xml"):
        read_submission(f"{HEADER}{PAGE}{INSTANCE}".encode()[:n_kept], "-")


def test_a_header_alone_is_refused():
    with pytest.raises(InputError, match="holds no document"):
        read_submission(HEADER.encode(), "-")


def test_what_is_no_submission_is_told_apart():
    assert is_submission(b"\n<DOCUMENT>\n<TYPE>8-K")
    assert not is_submission(HARBORLIGHT.read_bytes())
    assert not is_submission(b"A letter about <DOCUMENT> tags")
