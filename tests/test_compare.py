"""What changed between two filings is found, shown and nothing else is."""

import json
import time
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cydscore
from authored import (
    HARBOR,
    KESTREL,
    PROCESSES,
    ROOT,
    make_fact,
    make_filing,
    make_segments,
    make_tagging,
)
from cydscore.check import Checks
from cydscore.compare import compare_reports, pair_filings
from cydscore.compare.align import compare_words, differs_in_dates_only, match_sentences
from cydscore.compare.dates import find_stale_date
from cydscore.compare.names import (
    find_cadences,
    find_committees,
    find_persons,
    find_positions,
    find_years,
)
from cydscore.compare.render import render_comparison
from cydscore.compare.result import Fate
from cydscore.compare.rules import load_year_rules
from cydscore.records import FlagCheck, Scores
from cydscore.report import Report
from cydscore.taxonomy import load_elements

OLD, NEW = (ROOT / "corpora/example/years" / f"tidewick-10-k-{year}.htm" for year in (2024, 2025))


@pytest.fixture(scope="module")
def tidewick(model):
    """Return the comparison of two invented years."""
    return cydscore.compare_filings(OLD, NEW, model=model)


def make_report(side):
    """Return a report on the sentences, labels and flags of an example of a rule."""
    texts = [sentence["text"] for sentence in side["sentences"]]
    rows = [dict.fromkeys(sentence["labels"], 0.9) for sentence in side["sentences"]]
    flags = tuple(
        FlagCheck(**(flag | {"evidence": tuple(flag["evidence"])}), confidence=0.95)
        for flag in side["flags"]
    )
    if not flags:  # an annual report has six; one is enough
        flags = tuple(
            FlagCheck(
                element=name, declared=None, stated="silent", verdict="absent", confidence=1.0,
                evidence=(),
            )
            for name in [n for n, e in load_elements().items() if e.kind.value == "flag"][:1]
        )  # fmt: skip
    filing = make_filing(make_fact(PROCESSES, " ".join(texts)), period_end=side["period_end"])
    parts = [field.name for field in fields(Scores) if field.name != "details"]
    return Report(
        filing=filing,
        segments=tuple(make_segments(*texts, elements=[PROCESSES])),
        tagging=make_tagging(*rows),
        checks=Checks(flags=flags, blocks=(), findings=()),
        scores=Scores(**dict.fromkeys(parts), details={"reason": "none"}),
        model={"name": "none", "sha256": ""},
    )


@pytest.mark.parametrize("rule", load_year_rules())
def test_a_rule_fires_on_its_example_and_passes_the_other(rule):
    for expected in ("fires", "passes"):
        case = getattr(load_year_rules()[rule], expected)
        found = compare_reports(make_report(case["old"]), make_report(case["new"])).findings
        assert (rule in {finding.rule for finding in found}) == (expected == "fires"), case["why"]


def test_every_rule_says_what_it_rests_on_and_how_often_it_was_right():
    for rule in load_year_rules().values():
        assert rule.id.startswith("year-")
        assert rule.severity in ("note", "warning")
        assert "229.106" in rule.cites
        assert rule.about.endswith(".")
        assert (rule.precision is None) <= (rule.n_read == 0)
        assert rule.severity == "note" or rule.precision is None or rule.precision >= 0.85


def test_the_example_shows_everything_that_it_was_written_to_show(tidewick):
    assert {finding.rule for finding in tidewick.findings} >= {
        "year-flag-turned",
        "year-stale-date",
        "year-incident-gone",
        "year-position-changed",
        "year-committee-changed",
        "year-person-changed",
        "year-cadence-changed",
        "year-experience-changed",
    }
    assert tidewick.count()["removed"] == 1
    assert tidewick.is_changed
    ids = {f"old:{s.id}" for s in tidewick.old.segments}
    ids |= {f"new:{s.id}" for s in tidewick.new.segments}
    assert {name for finding in tidewick.findings for name in finding.evidence} <= ids


def test_a_filing_compared_with_itself_has_not_changed(model):
    same = cydscore.compare_filings(HARBOR, HARBOR, model=model)
    assert same.kept_ratio == 1.0
    assert not same.is_changed
    assert {finding.rule for finding in same.findings} <= {"year-copied", "year-stale-date"}
    assert "as they were" in render_comparison(same)


def test_an_incident_report_has_no_findings_of_years(model):
    assert cydscore.compare_filings(KESTREL, KESTREL, model=model).findings == ()


def test_the_wire_format_holds_every_sentence_of_both(tidewick):
    data = json.loads(json.dumps(tidewick.to_json()))
    assert data["schema"] == "cydscore/compare/1"
    for side, report in (("old", tidewick.old), ("new", tidewick.new)):
        listed = [row[side]["id"] for row in data["sentences"] if row[side]]
        assert set(listed) == {segment.id for segment in report.segments}
    assert all("text" in row["old"] for row in data["sentences"] if row["fate"] == "removed")


def test_the_text_is_plain_unless_colour_is_asked_for(tidewick):
    plain = render_comparison(tidewick, width=80)
    assert "[-quarterly.-]" in plain
    assert "{+annually.+}" in plain
    assert "\x1b" not in plain
    assert max(map(len, plain.splitlines())) <= 100
    coloured = render_comparison(tidewick, colour=True)
    assert "\x1b[31m[-quarterly.-]\x1b[0m" in coloured


def fates(old, new):
    return [m.fate.value for m in match_sentences(make_segments(*old), make_segments(*new))]


def test_a_sentence_keeps_its_place_and_removed_ones_follow_what_they_followed():
    old = ["We mill oats.", "We dry the oats in a kiln.", "We sell them."]
    new = ["We mill oats.", "We sell them.", "A new barge came in May."]
    assert fates(old, new) == ["kept", "removed", "kept", "added"]


def test_typography_is_no_change_and_a_sentence_may_be_cut_otherwise():
    assert fates(["The mill’s gates “hold”."], ["The mill's gates 'hold'."]) == ["kept"]
    whole = "Governance of the gates and scales. The board reads the gauges."
    parts = ["Governance of the gates and scales.", "The board reads the gauges."]
    assert fates([whole], parts) == ["kept", "kept"]
    assert fates(parts, [whole]) == ["kept", "kept"]


def test_a_near_identical_sentence_is_changed_and_another_is_not():
    assert fates(["We test the gates every spring."], ["We test the gates each spring."]) == [
        "changed"
    ]
    assert sorted(fates(["We test the gates every spring."], ["Our barges are insured."])) == [
        "added",
        "removed",
    ]


def test_a_new_date_alone_is_no_change_of_words():
    assert differs_in_dates_only("In 2024, all held.", "In 2025, all held.")
    assert differs_in_dates_only("As of March 3, 2024 all held.", "As of April 12, 2025 all held.")
    assert not differs_in_dates_only("In 2024, 3 gates held.", "In 2025, 4 gates held.")


@given(st.lists(st.text("abc .", max_size=12), max_size=8), st.lists(st.text("abc .", max_size=12)))
def test_every_sentence_has_a_fate(old, new):
    matches = match_sentences(make_segments(*old), make_segments(*new))
    assert {m.old for m in matches} - {None} == set(range(len(old)))
    assert {m.new for m in matches} - {None} == set(range(len(new)))
    for match in matches:
        assert (match.old is None) == (match.fate is Fate.ADDED)
        assert (match.new is None) == (match.fate is Fate.REMOVED)


@given(st.text("ab c", max_size=30), st.text("ab c", max_size=30))
def test_edits_give_back_both_texts(old, new):
    edits = compare_words(old, new)
    assert " ".join(e.old for e in edits if e.old).split() == old.split()
    assert " ".join(e.new for e in edits if e.new).split() == new.split()


@pytest.mark.parametrize(
    ("text", "end", "denial", "found"),
    [
        ("As of December 31, 2023, all was well.", "2024-12-31", False, "As of December 31, 2023"),
        ("As at 30 June 2023 all was well.", "2024-06-30", False, "As at 30 June 2023"),
        ("As of March 2, 2025, all was well.", "2024-12-31", False, None),
        ("No intruder came during fiscal 2023.", "2024-12-31", True, "during fiscal 2023"),
        ("No intruder came during fiscal 2023.", "2024-12-31", False, None),
        ("No intruder came in fiscal 2024.", "2025-01-31", True, None),
        ("No intruder came in 2022, 2023 and 2024.", "2024-12-31", True, None),
        ("Since 2021 no intruder has come.", "2024-12-31", True, None),
        ("In 2023 we were certified anew.", "2024-12-31", True, None),
        ("As of December 31, 2023, all was well.", None, True, None),
        ("As of February 31, 2023, all was well.", "2024-12-31", False, None),
    ],
)
def test_a_date_is_stale_where_it_dates_the_statement(text, end, denial, found):
    assert find_stale_date(text, end, denial=denial) == found


def test_names_are_found_in_words_and_abbreviations():
    assert find_positions("Our CISO and the chief information officer") == ["CISO", "CIO"]
    assert find_positions("The Chief Grain Officer and our VP of IT") == [
        "chief grain officer",
        "head of information technology",
    ]
    assert find_committees("the Audit & Risk Committee and a steering committee") == [
        "audit and risk committee"
    ]
    assert find_persons("Mr. A. B. Hale’s deputy is Dr. Ana Moor.") == ["Hale", "Moor"]
    assert [c.name for c in find_cadences("quarterly, and twice a year the board")] == [
        "quarterly",
        "semi-annually",
    ]
    assert find_cadences("in our annual report") == []
    assert find_years("over twenty-nine years, 15+ years and a year") == [29, 15]


def test_only_annual_reports_of_following_years_are_paired():
    def make(cik, end, form="10-K"):
        return make_filing(form=form, cik=cik, period_end=end)

    last = make("1", "2025-12-31")
    pairs = pair_filings(
        [
            last,
            make("1", "2024-12-31"),
            make("1", "2024-12-31", "10-K/A"),
            make("1", "2025-03-31", "8-K"),
            make("2", "2020-12-31"),
            make("2", "2025-12-31"),
            make("3", None),
        ]
    )
    assert [(old.period_end, new) for old, new in pairs] == [("2024-12-31", last)]


def test_the_page_has_a_row_for_each_rule_with_its_severity_and_precision():
    page = (ROOT / "docs" / "compare.md").read_text("utf-8")
    for rule in load_year_rules().values():
        precision = "–" if rule.precision is None else f"{rule.precision:.2f}"
        row = f"| `{rule.id}` | {rule.severity} | {rule.cites} | {rule.about} | {precision} |"
        assert row in page, row


def test_the_page_names_every_field_of_the_wire_format(tidewick):
    page = (ROOT / "docs" / "compare.md").read_text("utf-8")
    data = tidewick.to_json()
    for name in data:
        assert f"`{name}" in page, name
    for part in ("flags", "names"):
        assert all(f"`{key}`" in page for key in data[part][0])


def test_what_no_person_wrote_is_matched_in_seconds():
    old, new = (make_segments(words * 8000) for words in ("the risk of ", "the risk is "))
    many = [make_segments(*(f"{side} {n} {n + 7} {n * 3}" for n in range(1500))) for side in "ab"]
    start = time.process_time()
    match_sentences(old, new)
    match_sentences(*many)
    alike = [
        make_segments(*(f"We engage {side} {n} to test {n * 7} things." for n in range(1500)))
        for side in "ab"
    ]
    match_sentences(*alike)
    assert time.process_time() - start < 30  # 3 on a quiet core; minutes where it is quadratic
