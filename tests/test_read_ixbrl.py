"""Inline XBRL: facts are put together as they stand on the page, whatever a tool made of it."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cydscore.errors import InputError, NoDisclosureError
from cydscore.read import read_filing
from cydscore.read.item import find_item
from cydscore.read.ixbrl import read_ixbrl
from cydscore.read.markup import to_text
from cydscore.read.source import load_bytes
from cydscore.read.tree import parse_xml
from cydscore.records import Fact, Filing, Kind, SourceFormat
from ixbrl_pages import (
    BOARD_BLOCK,
    HARBORLIGHT,
    INTEGRATED_BLOCK,
    INTEGRATED_FLAG,
    ROLE_BLOCK,
    ROOT,
    explain_failure,
    make_context,
    make_fact,
    make_page,
    make_part,
)

EXPECTED = json.loads(
    Path(__file__).with_name("cases").joinpath("ixbrl_expected.json").read_text("utf-8")
)


def read_page(body: str, **parts: str) -> Filing:
    return read_ixbrl(make_page(body, **parts).encode(), "-")


def read_block(body: str, **parts: str) -> str:
    """Return the text of the only text block in a body."""
    (fact,) = (fact for fact in read_page(body, **parts).facts if fact.kind is Kind.TEXT)
    return str(fact.value)


def read_flag(content: str, **attributes: str) -> Fact:
    (fact,) = read_page(f"<p>{make_fact(INTEGRATED_FLAG, content, **attributes)}</p>").facts
    return fact


# --- one whole filing


def test_the_invented_10_k_gives_its_cover_item_and_facts():
    filing = read_filing(str(HARBORLIGHT))
    assert filing.format is SourceFormat.IXBRL
    assert (filing.company, filing.form, filing.cik, filing.period_end) == (
        "Harborlight Ferries, Inc.",
        "10-K",
        "9990001",
        "2024-12-31",
    )
    assert [fact.value for fact in filing.facts if fact.kind is Kind.FLAG] == [
        True,
        True,
        True,
        False,
        True,
    ]
    assert filing.item
    assert filing.item.name == "Item 1C"
    assert "Unresolved" not in filing.item.text
    assert "piers" not in filing.item.text


def test_a_block_runs_over_the_page_break_without_the_foot_of_the_page():
    lines = str(read_filing(str(HARBORLIGHT)).facts[0].value).split("\n")
    assert lines[2:5] == [
        "• rehearsing a harbour-wide outage every spring;",
        "• letting Beacon & Tarn LLP try to break in each autumn; and",
        "• reading the audit letters of every vendor that touches the booking engine.",
    ]
    assert lines[5].endswith("where passengers’ names are concerned, to counsel.")
    assert len(lines) == 7


def test_blocks_nested_four_deep_each_hold_their_own_text():
    by_id = {fact.origin.id: fact for fact in read_filing(str(HARBORLIGHT)).facts}
    assert by_id["f-16"].value == by_id["f-17"].value
    assert str(by_id["f-17"].value).endswith(
        "log. She served nine years as a naval signals officer."
    )
    assert str(by_id["f-18"].value).endswith("who keeps the crew’s log.")
    assert by_id["f-19"].words == (
        "Twice a year the Safety Committee of our board hears from the Head of Ship Systems"
    )


# --- continuations


def test_a_word_split_over_two_parts_is_whole_again():
    first = make_fact(ROLE_BLOCK, "our master mil", continuedAt="k1")
    assert read_block(f"<p><b>{first}</b>{make_part('k1', 'ler decides')}</p>") == (
        "our master miller decides"
    )


def test_passed_over_text_between_parts_counts_as_a_space():
    first = make_fact(ROLE_BLOCK, "The miller decides.", continuedAt="k1")
    body = f"<p>{first} So does the wind. {make_part('k1', 'She is trained.')}</p>"
    assert read_block(body) == "The miller decides. She is trained."


def test_parts_in_paragraphs_of_their_own_are_lines():
    first = make_fact(ROLE_BLOCK, "One", continuedAt="k1")
    second, third = make_part("k1", "Two", continuedAt="k2"), make_part("k2", "<p>Three</p>")
    assert read_block(f"<p>{first}</p><p>{second}</p>{third}") == "One\nTwo\nThree"


def test_a_chain_is_followed_by_its_links_not_by_the_order_on_the_page():
    first = make_fact(ROLE_BLOCK, "One", continuedAt="k1")
    later = f"{make_part('k2', 'Three')}</p><p>{make_part('k1', 'Two', continuedAt='k2')}"
    assert read_block(f"<p>{first}</p><p>{later}</p>") == "One\nTwo\nThree"


def test_a_chain_that_loops_or_ends_in_nothing_stops_there():
    looped = make_fact(ROLE_BLOCK, "One", continuedAt="k1")
    assert read_block(f"<p>{looped}{make_part('k1', ' two', continuedAt='k1')}</p>") == "One two"
    lost = make_fact(ROLE_BLOCK, "One", continuedAt="nowhere")
    assert read_block(f"<p>{lost}</p>") == "One"


def test_facts_inside_a_continuation_and_a_flag_with_one_are_read():
    flag = make_fact(INTEGRATED_FLAG, "wind and", continuedAt="k2", format="ixt:fixed-true")
    outer = make_fact(ROLE_BLOCK, "One", continuedAt="k1")
    inner = f"<p>{flag}</p><p>{make_part('k2', 'tide')}</p>"
    block, nested = read_page(f"<p>{outer}</p>{make_part('k1', inner)}").facts
    assert block.value == "One\nwind and\ntide"
    assert (nested.value, nested.words) == (True, "wind and\ntide")


def test_page_furniture_inside_a_block_is_dropped_and_the_sentence_mended():
    body = (
        "<p>The miller keeps a log of</p><div>Quillfeather 2025 Form 10-K 17</div>"
        '<div style="page-break-after: always"><p>- 18 -</p></div>'
        '<p><a href="#toc">Table of Contents</a></p><p>every sluice.</p><p>17</p><p>18 geese</p>'
    )
    assert read_block(make_fact(ROLE_BLOCK, body)) == (
        "The miller keeps a log of every sluice.\n17\n18 geese"
    )


def test_excluded_text_is_left_out_without_a_trace():
    content = "the mil<ix:exclude><p>page 7</p></ix:exclude>ler"
    assert read_block(f"<p>{make_fact(ROLE_BLOCK, content)}</p>") == "the mil\nler"
    content = "the mil<ix:exclude>7</ix:exclude>ler"
    assert read_block(f"<p>{make_fact(ROLE_BLOCK, content)}</p>") == "the miller"


def test_a_fact_inside_excluded_text_is_read_by_itself():
    flag = make_fact(INTEGRATED_FLAG, "sluice", format="ixt:fixed-true")
    body = f"<p>{make_fact(ROLE_BLOCK, f'mill <ix:exclude>{flag}</ix:exclude>')}</p>"
    block, nested = read_page(body).facts
    assert block.value == "mill"
    assert nested.value is True


# --- flags


@pytest.mark.parametrize(
    ("transform", "content", "value"),
    [
        ("ixt:fixed-true", "we do not", True),
        ("ixt:fixed-false", "we do", False),
        ("ixt:booleantrue", "", True),
        ("ixt:booleanfalse", "yes", False),
        ("ixt-sec:boolballotbox", "&#9745;", True),
        ("ixt-sec:boolballotbox", " &#9746; ", True),
        ("ixt-sec:boolballotbox", "&#9744;", False),
        ("ixt-sec:boolballotbox", "yes", None),
        ("ixt:date-day-month-year", "true", None),
    ],
)
def test_a_flag_takes_its_value_from_its_format(transform, content, value):
    flag = read_flag(content, format=transform)
    assert flag.value is value
    assert flag.nil is False


@pytest.mark.parametrize(
    ("content", "value"), [("true", True), (" 0 ", False), ("TRUE", True), ("we do", None)]
)
def test_a_flag_without_a_format_takes_its_value_from_its_text(content, value):
    assert read_flag(content).value is value


def test_a_hidden_flag_has_a_value_and_no_words():
    fact = make_fact(INTEGRATED_FLAG, "true")
    (flag,) = read_page("<p>mill</p>", hidden=fact).facts
    assert (flag.value, flag.words) == (True, "")
    styled = f'<div style="font-size:9pt; display: none">{fact}</div>'
    assert read_page(styled).facts[0].words == ""


def test_nil_facts_hold_no_text_and_no_value():
    nil = {"xsi:nil": "true"}
    flag = read_flag("", format="ixt:fixed-true", **nil)
    assert (flag.value, flag.nil) == (None, True)
    assert read_page(make_fact(ROLE_BLOCK, "", **nil)).facts[0].value == ""


# --- names and contexts


def test_the_prefix_is_resolved_wherever_it_is_declared():
    renamed = ROOT.replace("xmlns:cyd", "xmlns:safety")
    fact = make_fact(ROLE_BLOCK, "mill", name=f"safety:{ROLE_BLOCK}")
    assert read_block(fact, root=renamed) == "mill"
    inner = f'<div xmlns:safety="http://xbrl.sec.gov/cyd/2026">{fact}</div>'
    assert read_page(inner).facts[0].year == 2026


def test_the_prefix_alone_makes_no_fact():
    other = ROOT.replace("http://xbrl.sec.gov/cyd/2025", "http://quillfeather.example/2025")
    with pytest.raises(NoDisclosureError, match="the 10-K holds no cyd fact and no heading"):
        read_page(make_fact(ROLE_BLOCK, "mill"), root=other)


def test_names_that_the_taxonomy_lacks_are_reported_not_guessed():
    filing = read_page(make_fact("CybersecurityRiskWindmillFlag", "mill", id="f-9"))
    assert not filing.facts
    assert [(one.name, one.origin.id) for one in filing.unknown] == [
        ("CybersecurityRiskWindmillFlag", "f-9")
    ]


def test_facts_of_other_contexts_come_last_and_are_not_main():
    contexts = (
        make_context("c-0", member="q:TannerySegment")
        + make_context("c-1")
        + make_context("c-2", period="2024-06-30")
        + make_context("c-3")
    )
    body = "".join(
        f"<p>{make_fact(ROLE_BLOCK, name, contextRef=name)}</p>"
        for name in ("c-0", "c-2", "c-1", "c-3", "c-9")
    )
    facts = read_page(body, contexts=contexts).facts
    assert [(fact.value, fact.main, fact.period_end) for fact in facts] == [
        ("c-1", True, "2025-06-30"),
        ("c-3", True, "2025-06-30"),
        ("c-0", False, "2025-06-30"),
        ("c-2", False, "2024-06-30"),
        ("c-9", False, None),
    ]


def test_without_a_cover_the_context_of_most_facts_is_the_main_one():
    contexts = make_context("c-0", member="q:TannerySegment") + make_context("c-1")
    facts = [make_fact(ROLE_BLOCK, name, contextRef=name) for name in ("c-0", "c-0", "c-1")]
    page = re.sub(r'name="dei:\w+"', 'name="ix:none"', make_page("".join(facts), contexts=contexts))
    filing = read_ixbrl(page.encode(), "-")
    assert [fact.main for fact in filing.facts] == [True, False, False]
    assert (filing.form, filing.company, filing.cik) == (None, None, "9990002")


def test_an_element_reported_twice_is_kept_twice():
    body = "".join(f"<p>{make_fact(ROLE_BLOCK, word)}</p>" for word in ("mill", "race"))
    assert [fact.value for fact in read_page(body).facts] == ["mill", "race"]


# --- documents as tools and browsers leave them

PAGE = make_page(
    f"<p>Item 1C. Cybersecurity</p>{make_fact(ROLE_BLOCK, '<p>Mill &amp; race</p><p>é, ok</p>')}"
)
TEXT = "Mill & race\né, ok"


def save_in_browser(page: str) -> str:
    page = re.sub(
        r"(?<=[<\s:/])(nonNumeric|contextRef|endDate|startDate)", lambda m: m[0].lower(), page
    )
    page = page.replace("</p>", "</p><br><hr>").replace("<title>", "<meta charset=utf-8><title>")
    return f"<!DOCTYPE html>\n{page}"


@pytest.mark.parametrize(
    "data",
    [
        PAGE.encode("utf-8-sig"),
        PAGE.encode("utf-16"),
        f'<?xml version="1.0" encoding="utf-16"?>{PAGE}'.encode("utf-16"),
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\n{PAGE}'.encode("latin-1"),
        f'<?xml version="1.0" encoding="ASCII"?>\n{PAGE}'.encode(),
        f"<XBRL>\n<?xml version='1.0' encoding='utf-8'?>\n{PAGE}\n</XBRL>\n".encode(),
        f"\n\n<?xml version='1.0'?><!-- made by hand -->{PAGE}".encode(),
        PAGE.replace("</body>", "<p>R&D&nbsp;&copy; &bogus;</p></body>").encode(),
        f'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x.dtd">{PAGE}'.encode(),
        PAGE.replace("</body>", '<p class=loose id="a" id="b">&#1;</p></i></body>').encode(),
        PAGE.replace('xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12"', "")
        .replace("<p>Mill", '<p ixt:odd="1">Mill')
        .encode(),
        PAGE.replace("2013/inlineXBRL", "2008/inlineXBRL").encode(),
        save_in_browser(PAGE).encode(),
    ],
)
def test_a_page_reads_the_same_however_it_was_saved(data):
    filing = read_ixbrl(data, "-")
    assert [fact.value for fact in filing.facts] == [TEXT]
    assert (filing.company, filing.period_end) == ("Quillfeather Mills", "2025-06-30")


def test_named_entities_keep_their_characters():
    page = make_page(f"<p>{make_fact(ROLE_BLOCK, 'Mill&nbsp;race &mdash; tail')}</p>")
    assert read_ixbrl(page.encode(), "-").facts[0].value == "Mill race — tail"
    doctype = f'<!DOCTYPE html SYSTEM "x.dtd">{page}'
    assert read_ixbrl(doctype.encode(), "-").facts[0].value == "Mill race — tail"


def test_lines_are_counted_from_the_top_of_the_file():
    page = f"<XBRL>\n<?xml version='1.0'?>\n{PAGE}\n</XBRL>"
    assert read_ixbrl(page.encode(), "-").facts[0].origin.line == 3


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_a_page_that_was_cut_off_is_refused(share):
    data = HARBORLIGHT.read_bytes()
    with pytest.raises(InputError, match=r"is cut off at line \d+: its root element is never"):
        read_ixbrl(data[: int(len(data) * share)], "-")


def test_a_page_that_loses_facts_in_repair_is_refused():
    damaged = HARBORLIGHT.read_bytes().replace(b"<div><span>Governance", b"<!-- <div>Governance")
    with pytest.raises(InputError, match=r"is damaged .* only 11 of its 15 facts outlast a repair"):
        read_ixbrl(damaged, "-")
    saved = save_in_browser(PAGE).replace("<p>Mill", "<!-- <p>Mill").replace("<p>Form", "<!-- <p>")
    with pytest.raises(InputError, match=r"only 0 of its 3 facts outlast a repair"):
        read_ixbrl(saved.encode(), "-")


def test_entities_of_a_documents_own_are_refused():
    bomb = '<!DOCTYPE html [<!ENTITY a "mill"><!ENTITY b "&a;&a;">]>'
    theft = '<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    for doctype in (bomb, theft):
        page = doctype + PAGE.replace("Mill", "&a;")
        for encoding in ("utf-8", "utf-16"):
            with pytest.raises(InputError, match="declares entities of its own"):
                read_ixbrl(page.encode(encoding), "-")


def test_a_page_too_deep_is_refused_and_a_deep_one_read():
    def nest(depth: int) -> bytes:
        return make_page(
            "<div>" * depth + make_fact(ROLE_BLOCK, "mill") + "</div>" * depth
        ).encode()

    assert read_ixbrl(nest(1500), "-").facts[0].value == "mill"
    with pytest.raises(InputError, match=r"nested more than 2,048 deep"):
        read_ixbrl(nest(100_000), "-")


@given(st.data())
def test_any_damage_gives_a_filing_or_an_error_of_ours(data):
    page = bytearray(PAGE.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(page) - 1))
        page[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=6))
    assert "\n" not in explain_failure(lambda: read_ixbrl(bytes(page), "-"))


# --- the whole page and the part that is walked


LOCKS = "Each evening the miller locks the ledgers away and counts the keys."
SPARES = "A spare set hangs in the vicarage, and the vicar signs for it."


def test_a_tagless_page_is_read_as_plain_with_its_cover():
    body = f"<p>Item 1C. Cybersecurity</p><p>{LOCKS}</p><p>{SPARES}</p><p>Item 2. Properties</p>"
    filing = read_page(body)
    assert filing.format is SourceFormat.PLAIN
    assert (filing.company, filing.form, filing.facts) == ("Quillfeather Mills", "10-K", ())
    assert filing.item
    assert filing.item.text == f"{LOCKS}\n{SPARES}"


def test_facts_and_item_are_found_on_a_page_too_long_to_walk():
    filler = "<div><p>Grain came in by barge, and left as flour.</p></div>" * 900
    toc = "<table><tr><td>Item 1C.</td><td>Cybersecurity</td></tr><tr><td>Item 2.</td></tr></table>"
    one = make_fact(ROLE_BLOCK, f"<p>{LOCKS}</p>", continuedAt="k1")
    body = (
        f"{toc}<div>{filler}<p>Item 1C. Cybersecurity</p>{one}<p>{SPARES}</p>"
        f"<p>Item 2. Properties</p>{filler}<p>{make_fact(BOARD_BLOCK, 'Deep in the notes.')}</p>"
        f"{filler}{make_part('k1', '<p>At dusk.</p>')}</div>"
    )
    filing = read_page(body)
    assert [fact.value for fact in filing.facts] == [f"{LOCKS}\nAt dusk.", "Deep in the notes."]
    assert filing.item
    assert filing.item.text == f"{LOCKS}\n{SPARES}"


def test_bare_text_beside_a_long_block_is_not_lost():
    filler = "<p>Grain came in by barge, and left as flour.</p>" * 900
    block = make_fact(
        INTEGRATED_BLOCK, f"Bare<!-- note --> text<div>{filler}</div> and <i>tail</i>"
    )
    text = read_block(f"<div>lead {block} end</div>")
    assert text.startswith("Bare text\nGrain")
    assert text.endswith("flour.\nand tail")


# --- real filings


def _summarise(filing: Filing) -> dict[str, object]:
    blocks = [fact for fact in filing.facts if fact.kind is Kind.TEXT]
    return {
        "form": filing.form,
        "cik": filing.cik,
        "period_end": filing.period_end,
        "n_facts": len(filing.facts),
        "flags": {f.element: f.value for f in filing.facts if f.kind is Kind.FLAG},
        "blocks": [[f.element, _checksum(str(f.value))] for f in blocks],
        "item": filing.item and _checksum(filing.item.text),
    }


def _checksum(text: str) -> str:
    return hashlib.sha256(re.sub(r"[^a-z0-9]", "", text.lower()).encode()).hexdigest()


@pytest.mark.real
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_real_filing_gives_the_facts_it_gave_before(shared, name):
    filing = read_filing(str(shared / "ixbrl" / name))
    assert _summarise(filing) == EXPECTED[name]
    assert all(fact.main for fact in filing.facts)
    assert not filing.unknown


@pytest.mark.real
@pytest.mark.parametrize("name", [name for name in sorted(EXPECTED) if "xml" not in name])
def test_the_item_is_the_same_when_the_whole_page_is_walked(shared, name):
    filing = read_filing(str(shared / "ixbrl" / name))
    root, _ = parse_xml(load_bytes(str(shared / "ixbrl" / name)))
    assert filing.item == find_item(to_text(root), filing.form)
