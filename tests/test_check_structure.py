"""Every rule finds what it says and leaves the rest alone; tests/cases/rules.jsonl holds cases."""

import json
import runpy

import pytest

from authored import INTEGRATED, MATERIAL, ROLE, ROOT, make_fact, make_filing, make_tagging
from cydscore.check import is_incident_report
from cydscore.check.amended import find_amended
from cydscore.check.findings import find_findings
from cydscore.check.incident import check_incident
from cydscore.check.rules import Basis, Severity, load_rules, make_finding
from cydscore.check.subject import Subject
from cydscore.records import BlockCheck, FlagCheck, ItemText, Origin, Segment, UnknownElement
from cydscore.segment import segment_filing
from cydscore.taxonomy import load_elements

CASES = [
    json.loads(line) for line in (ROOT / "tests/cases/rules.jsonl").read_text("utf-8").splitlines()
]


def make_subject(case):
    """Return the filing that a case describes, and what was read in it."""
    filing = make_filing(
        *(make_fact(**fact) for fact in case.get("facts", ())),
        form=case.get("form", "10-K"),
        period_end=case.get("period_end"),
        item=ItemText(name="Item 1C", text=case["item"]) if "item" in case else None,
        unknown=tuple(UnknownElement(name=name) for name in case.get("unknown", ())),
    )
    segments, tagging = segment_filing(filing), None
    if "said" in case:
        said = [(row["text"], tuple(row["elements"])) for row in case["said"]]
        segments = [
            Segment(id=f"s{n}", elements=elements, fact=0, start=0, end=len(text), text=text)
            for n, (text, elements) in enumerate(said, 1)
        ]
        tagging = make_tagging(*(row["tags"] for row in case["said"]))
    return Subject(
        filing=filing,
        segments=segments,
        tagging=tagging or make_tagging(*({} for _ in segments)),
        flags=[FlagCheck(**row, confidence=0.7, evidence=("s1",)) for row in case.get("flags", ())],
        blocks=[
            BlockCheck(**row, confidence=0.7, reason="Read.", belongs_to=None, evidence=("s1",))
            for row in case.get("blocks", ())
        ],
        incident=check_incident(filing, segments) if is_incident_report(filing) else None,
        doubtful=frozenset(case.get("doubtful", ())),
        swapped=[tuple(pair) for pair in case.get("swapped", ())],
    )


def find_in_case(case):
    """Return the findings on a case, and those of an amendment on what it amends."""
    subject = make_subject(case)
    found = list(find_findings(subject))
    if "original" in case:
        fact = make_fact("MaterialCybersecurityIncidentNatureTextBlock", case["original"])
        original = make_filing(fact, form="8-K")
        told = check_incident(original, segment_filing(original))
        found += find_amended(told, subject.incident)
    return found


def find_rules(case):
    """Return the rules that fire on a case, one entry a finding."""
    return [finding.rule for finding in find_in_case(case)]


@pytest.mark.parametrize("rule", load_rules().values(), ids=lambda rule: rule.id)
def test_the_examples_of_a_rule_fire_and_pass(rule):
    assert find_rules(rule.fires.filing).count(rule.id) == 1, rule.fires.why
    assert rule.id not in find_rules(rule.passes.filing), rule.passes.why


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rule']}: {case['why']}")
def test_a_rule_fires_where_it_should_and_only_there(case):
    assert find_rules(case).count(case["rule"]) == case["fires"]


@pytest.mark.parametrize("rule", load_rules().values(), ids=lambda rule: rule.id)
def test_a_finding_says_what_its_rule_says(rule):
    found = [f for f in find_in_case(rule.fires.filing) if f.rule == rule.id]
    assert (found[0].severity, found[0].title) == (rule.severity, rule.title)
    assert found[0].cites
    assert found[0].detail
    assert "{" not in found[0].detail


def test_every_rule_cites_its_source_and_says_what_it_means():
    for rule in load_rules().values():
        assert rule.title
        assert rule.about.endswith(".")
        assert any(word in rule.cites for word in ("229.106", "S-T", "Manual", "Form 8-K"))


def test_a_rule_that_reads_words_is_a_note_unless_it_was_found_precise():
    for rule in load_rules().values():
        assert (rule.n_read > 0) == (rule.precision is not None)
        if rule.basis is Basis.STRUCTURE:
            assert rule.precision is None
        elif rule.precision is not None and rule.precision < 0.85:
            assert rule.severity is Severity.NOTE, rule.id


def test_errors_come_first_and_findings_narrow_what_the_rule_cites():
    findings = find_findings(
        make_subject(
            {
                "facts": [{"element": ROLE, "value": ""}, {"element": INTEGRATED, "value": None}],
                "unknown": ["CybersecurityRiskOtterFlag"],
                "item": "The lock keeper answers for the sluice controls.",
                "flags": [
                    {
                        "element": INTEGRATED,
                        "declared": True,
                        "stated": "silent",
                        "verdict": "unsupported",
                    }
                ],
            }
        )
    )
    order = list(reversed(Severity))
    places = [order.index(finding.severity) for finding in findings]
    assert places == sorted(places)
    flag = next(finding for finding in findings if finding.rule == "flag-unsupported")
    assert flag.cites == load_elements()[INTEGRATED].rule
    assert (flag.elements, flag.evidence) == ((INTEGRATED,), ("s1",))


def test_an_unknown_name_is_placed_in_its_source():
    name = UnknownElement(name="CybersecurityRiskOtterFlag", origin=Origin(line=12))
    subject = Subject(filing=make_filing(unknown=(name,)), segments=(), tagging=make_tagging())
    finding = find_findings(subject)[0]
    assert finding.detail == "CybersecurityRiskOtterFlag (line 12)"
    assert finding.elements == ("CybersecurityRiskOtterFlag",)


def test_the_home_of_a_misfit_is_named():
    home = "CybersecurityRiskBoardOfDirectorsOversightTextBlock"
    block = BlockCheck(
        element=ROLE,
        fit="misfit",
        confidence=0.9,
        reason="Nothing in it says so.",
        belongs_to=home,
        evidence=(),
    )
    subject = Subject(filing=make_filing(), segments=(), tagging=make_tagging(), blocks=(block,))
    (finding,) = find_findings(subject)
    assert finding.detail.endswith(f"It answers {home}.")


def test_a_finding_takes_severity_and_paragraph_from_its_rule():
    finding = make_finding("flag-nil", elements=[INTEGRATED])
    assert finding.severity == Severity.NOTE
    assert finding.cites == load_rules()["flag-nil"].cites
    assert make_finding("flag-nil", elements=[MATERIAL], cites="229.106(b)").cites == "229.106(b)"


def test_the_page_of_the_rules_is_made_from_them():
    page = runpy.run_path(str(ROOT / "benchmarks" / "rule_page.py"))["write_page"]()
    shown = (ROOT / "docs" / "rules.md").read_text("utf-8")
    assert shown == page, "run: python benchmarks/rule_page.py > docs/rules.md"
    assert all(f"| `{rule}` |" in shown for rule in load_rules())
