"""Rendered pages and their dumps: every row with its value, nothing of the tail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cydscore.errors import CydscoreError, NoDisclosureError
from cydscore.read.rendered import is_rendered, read_rendered
from cydscore.records import Kind, SourceFormat

POSITIONS = "CybersecurityRiskManagementPositionsOrCommitteesResponsibleFlag"
ROLE = "CybersecurityRiskRoleOfManagementTextBlock"
INCIDENT = "MaterialCybersecurityIncident"
DUMP = """|
Cybersecurity Risk Management and Strategy Disclosure
|12 Months Ended
Dec. 31, 2024
|Cybersecurity Risk Management, Strategy, and Governance [Line Items]
|Cybersecurity Risk Role of Management [Text Block]
|
Who does what
Our quarry foreman changes every lock code in spring.
• He logs each change.
|Cybersecurity Risk Management Positions or Committees Responsible [Flag]
|true
|Cybersecurity Risk Management Third Party Engaged [Flag]
|Cybersecurity Risk Quarry Inspected [Flag]
|false
|X
- References
+ Details
Reference 1: http://www.xbrl.org/2003/role/presentationRef
|X
- Definition
Cybersecurity Risk Role of Management [Text Block]
"""


def cell_row(name, label, *values, row="re"):
    """Return a row as EDGAR renders it."""
    cells = "".join(f'<td class="text">{value}<span></span></td>' for value in values)
    link = f"""onclick="Show.showAR( this, 'defref_{name}', window );\""""
    return (
        f'<tr class="{row}"><td class="pl" valign="top"><a class="a" href="javascript:void(0);" '
        f"{link}>{label}</a></td>{cells}</tr>"
    )


def page(*rows, dates=("Jun. 30, 2025",)):
    """Return a page with its heads, its definitions and these rows."""
    heads = "".join(f'<th class="th"><div>{date}</div></th>' for date in dates)
    return (
        '<html><head><title></title></head><body><table class="report" border="0" id="i7">'
        '<tr><th class="tl" colspan="1" rowspan="2"><div><strong>Cybersecurity Disclosure</strong>'
        f'</div></th><th class="th" colspan="{len(dates)}">12 Months Ended</th></tr>'
        f'<tr>{heads}</tr>{"".join(rows)}</table><div style="display: none;">'
        f'<table class="authRefData" id="defref_cyd_{ROLE}"><tr><td>X - Definition</td></tr>'
        f"<tr><td>cyd_{ROLE}</td></tr></table></div></body></html>"
    )


def read_values(text):
    return [(fact.element, fact.value) for fact in read_rendered(text, "R4.htm").facts]


def test_dump_gives_each_row_and_drops_the_tail():
    filing = read_rendered(DUMP, "dump.txt")
    role, positions = filing.facts
    assert role.element == ROLE
    assert role.value.split("\n") == [
        "Who does what",
        "Our quarry foreman changes every lock code in spring.",
        "• He logs each change.",
    ]
    assert (positions.element, positions.value) == (POSITIONS, True)
    assert (role.kind, positions.kind) == (Kind.TEXT, Kind.FLAG)
    assert (role.origin.line, positions.origin.line) == (6, 11)
    assert {fact.period_end for fact in filing.facts} == {"2024-12-31"} == {filing.period_end}
    assert (filing.format, filing.source) == (SourceFormat.RENDERED, "dump.txt")
    assert (role.words, role.year, role.main, role.nil) == (None, None, True, False)


def test_row_without_a_value_is_no_fact():
    assert "ThirdPartyEngaged" not in str(read_rendered(DUMP, "x").facts)


def test_table_inside_a_text_stays_in_it():
    text = DUMP.replace("• He logs each change.", "|•\n|He logs each change.\n|•\n|He asks twice.")
    text_lines = read_values(text)[0][1].split("\n")
    assert text_lines[2:] == ["• He logs each change.", "• He asks twice."]


def test_unknown_label_is_reported():
    (unknown,) = read_rendered(DUMP, "x").unknown
    assert unknown.name == "Cybersecurity Risk Quarry Inspected [Flag]"
    assert unknown.origin.line == 14


def test_dump_with_windows_line_ends_reads_alike():
    assert read_values(DUMP.replace("\n", "\r\n")) == read_values(DUMP)


def test_page_gives_each_row_and_drops_the_definitions():
    value = (
        "<div><p>Our foreman:</p><table><tr><td>&#8226;</td><td>changes <b>co</b>des</td></tr>"
        "</table><ul><li>logs them</li></ul></div>"
    )
    text = page(
        cell_row("cyd_MaterialCybersecurityIncidentLineItems", "X [Line Items]", "&#160;"),
        cell_row(f"cyd_{ROLE}", "Renamed by the filer", value, row="ro"),
        cell_row(f"cyd_{POSITIONS}", "Positions [Flag]", "false"),
    )
    assert read_values(text) == [
        (ROLE, "Our foreman:\n• changes codes\nlogs them"),
        (POSITIONS, False),
    ]
    assert read_rendered(text, "x").unknown == ()


def test_row_without_a_link_is_told_by_its_label():
    row = (
        '<tr><td class="pl">Cybersecurity Risk Role of Management [Text Block]</td>'
        '<td class="text">He does it.</td></tr>'
    )
    assert read_values(page(row)) == [(ROLE, "He does it.")]


def test_newest_column_comes_first():
    row = cell_row(f"cyd_{POSITIONS}", "Positions [Flag]", "false", "true")
    filing = read_rendered(page(row, dates=("Jun. 30, 2024", "Jun. 30, 2025")), "x")
    assert [(fact.value, fact.period_end, fact.main) for fact in filing.facts] == [
        (True, "2025-06-30", True),
        (False, "2024-06-30", False),
    ]
    assert filing.period_end == "2025-06-30"


def test_footnote_cell_is_no_column():
    row = cell_row(f"cyd_{POSITIONS}", "Positions [Flag]", "true").replace(
        "</tr>", '<td class="fn"><sup>[1]</sup></td></tr>'
    )
    assert read_values(page(row)) == [(POSITIONS, True)]


def test_rows_under_a_member_are_not_the_main_ones():
    text = page(
        cell_row(f"cyd_{INCIDENT}Axis=q_May", "May [Member]", "", row="rh"),
        cell_row(f"cyd_{INCIDENT}NatureTextBlock", "Nature [Text Block]", "A copied badge."),
    )
    (fact,) = read_rendered(text, "x").facts
    assert (fact.value, fact.main) == ("A copied badge.", False)


def test_scope_is_known_behind_the_label_of_timing():
    label = "|Material Cybersecurity Incident Timing [Text Block]\n|"
    text = f"|\nIncident\n|0 Months Ended\nMay 04, 2025\n{label}Two pits.\n{label}In May.\n"
    assert read_values(text) == [
        (f"{INCIDENT}ScopeTextBlock", "Two pits."),
        (f"{INCIDENT}TimingTextBlock", "In May."),
    ]


def test_single_timing_stays_timing():
    text = "|\nIncident\n|Material Cybersecurity Incident Timing [Text Block]\n|In May.\n"
    assert read_values(text) == [(f"{INCIDENT}TimingTextBlock", "In May.")]


def test_cover_rows_tell_of_the_filing():
    text = page(
        cell_row("dei_DocumentType", "Document Type", "10-K"),
        cell_row("dei_EntityRegistrantName", "Entity Registrant Name", "Gneiss &amp; Sons"),
        cell_row("dei_EntityCentralIndexKey", "Entity Central Index Key", "0000098765"),
        cell_row("dei_DocumentPeriodEndDate", "Document Period End Date", "Jun. 29, 2025"),
        cell_row(f"cyd_{POSITIONS}", "Positions [Flag]", "true"),
    )
    filing = read_rendered(text, "x")
    assert (filing.form, filing.company) == ("10-K", "Gneiss & Sons")
    assert (filing.cik, filing.period_end) == ("98765", "2025-06-29")


def test_unknown_name_on_a_page_is_reported():
    filing = read_rendered(page(cell_row("cyd_CybersecurityRiskMoatFlag", "Moat", "true")), "x")
    assert [unknown.name for unknown in filing.unknown] == ["CybersecurityRiskMoatFlag"]


def test_flag_that_is_neither_stays_open():
    assert read_values(page(cell_row(f"cyd_{POSITIONS}", "P", "perhaps"))) == [(POSITIONS, None)]


@pytest.mark.parametrize(
    "text",
    [
        page(cell_row("us-gaap_Assets", "Total assets", "$ 4,100")),
        page(cell_row("us-gaap_LeasesTextBlock", "Leases [Text Block]", "Two pits.")),
        "|\nBalance Sheet\n|Dec. 31, 2024\n|Assets [Abstract]\n|Cash\n|$ 12\n",
        "|X\n- References\n+ Details\n",
        "|\nNote 3\n|Leases [Text Block]\n|We lease two pits.\n",
    ],
)
def test_page_about_something_else_is_refused(text):
    assert is_rendered(text)
    with pytest.raises(NoDisclosureError, match="holds no cyd fact; take the page"):
        read_rendered(text, "R2.htm")


@pytest.mark.parametrize(
    "text", ["", "|", "| a | b |\n|---|---|\n", "<table class='data'></table>", "Item 1C"]
)
def test_other_texts_are_not_taken_for_rendered(text):
    assert not is_rendered(text)


@given(
    st.lists(
        st.sampled_from(
            [*DUMP.splitlines(keepends=True), "|", "\n", "<table class=report><tr><th>"]
        )
    )
)
def test_any_lines_give_a_filing_or_an_expected_error(lines):
    try:
        filing = read_rendered("".join(lines), "x")
    except CydscoreError:
        return
    assert filing.facts or filing.unknown


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "flags", "lengths"),
    [
        (
            "000_e7fd683a5c3b7de5",
            [True, True, True, True, True],
            [5141, 417, 779, 348, 140, 3631, 30, 579, 440],
        ),
        (
            "001_fadd27941013917f",
            [True, True, True, False, True],
            [3363, 1352, 434, 15, 206, 673, 41, 243],
        ),
    ],
)
def test_real_dump_is_read_whole(shared, name, flags, lengths):
    text = (shared / f"seeds/{name}.txt").read_text("utf-8")
    assert is_rendered(text)
    filing = read_rendered(text, name)
    assert [fact.value for fact in filing.facts if fact.kind is Kind.FLAG] == flags
    texts = [fact.value for fact in filing.facts if fact.kind is Kind.TEXT]
    assert [len(text) for text in texts] == lengths
    assert sum("presentationRef" in text for text in texts) == 0
    assert all(line.strip() in text for text in texts for line in text.splitlines())
    assert (filing.period_end, filing.unknown) == ("2024-12-31", ())
