"""XBRL instances: facts with escaped markup."""

import pytest

from cydscore.errors import InputError, NoDisclosureError
from cydscore.read import read_filing
from cydscore.read.instance import is_instance, read_instance
from cydscore.records import SourceFormat
from ixbrl_pages import HARBORLIGHT_INSTANCE, INTEGRATED_BLOCK, INTEGRATED_FLAG, ROLE_BLOCK

DATA = HARBORLIGHT_INSTANCE.read_bytes()


def test_the_instance_gives_cover_and_facts_with_those_of_its_own_context_first():
    filing = read_filing(str(HARBORLIGHT_INSTANCE))
    assert filing.format is SourceFormat.INSTANCE
    assert (filing.company, filing.form, filing.cik, filing.period_end) == (
        "Harborlight Ferries, Inc.",
        "10-K",
        "9990001",
        "2024-12-31",
    )
    assert [(fact.origin.id, fact.main) for fact in filing.facts] == [
        ("F2", True),
        ("F3", True),
        ("F4", True),
        ("F5", True),
        ("F1", False),
    ]
    assert {fact.year for fact in filing.facts} == {2024}


def test_escaped_markup_becomes_lines_and_flags_have_no_words():
    block, flag, *_ = read_instance(DATA, "-").facts
    assert (block.element, block.value) == (
        INTEGRATED_BLOCK,
        "Digital hazards sit beside fire & grounding.\n• ranked quarterly",
    )
    assert (flag.element, flag.value, flag.words) == (INTEGRATED_FLAG, True, None)


def test_nil_facts_hold_no_text_and_no_value():
    _, _, block, flag, _ = read_instance(DATA, "-").facts
    assert (block.element, block.value, block.nil) == (ROLE_BLOCK, "", True)
    assert (flag.value, flag.nil) == (None, True)


def test_markup_that_was_not_escaped_is_read_as_well():
    data = DATA.replace(b"&lt;div&gt;", b"<p>").replace(b"&lt;/div&gt;", b"</p>")
    assert "Digital hazards sit beside fire" in str(read_instance(data, "-").facts[0].value)


def test_the_root_may_have_a_prefix():
    data = DATA.replace(b"<xbrl xmlns=", b"<x:xbrl xmlns:x=").replace(b"</xbrl>", b"</x:xbrl>")
    for name in (b"context", b"entity", b"identifier", b"segment", b"period", b"endDate"):
        data = data.replace(b"<" + name, b"<x:" + name).replace(b"</" + name, b"</x:" + name)
    data = data.replace(b"startDate", b"x:startDate")
    assert is_instance(data)
    assert read_instance(data, "-").period_end == "2024-12-31"


def test_names_that_the_taxonomy_lacks_are_reported_not_guessed():
    data = DATA.replace(b"RoleOfManagementTextBlock", b"RoleOfTheParrotTextBlock")
    filing = read_instance(data, "-")
    assert [one.name for one in filing.unknown] == ["CybersecurityRiskRoleOfTheParrotTextBlock"]
    assert len(filing.facts) == 4


def test_an_instance_without_a_fact_holds_no_disclosure():
    with pytest.raises(NoDisclosureError, match="the instance of the 10-K holds no cyd fact"):
        read_instance(DATA.replace(b"xbrl.sec.gov/cyd/2024", b"xbrl.sec.gov/ecd/2024"), "-")


def test_an_instance_that_was_cut_off_is_refused():
    with pytest.raises(InputError, match="is cut off at line 9"):
        read_instance(DATA[: DATA.index(b"true</cyd")], "-")
