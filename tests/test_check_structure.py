"""Every rule finds what it says and leaves the rest alone; tests/cases/rules.jsonl holds cases."""

import json

import pytest

from authored import INTEGRATED, ROLE, ROOT, make_fact, make_filing
from cydscore.check.structure import Severity, find_findings, load_rules, make_finding
from cydscore.records import BlockCheck, FlagCheck, ItemText, Origin, UnknownElement
from cydscore.taxonomy import load_elements

CASES = [
    json.loads(line) for line in (ROOT / "tests/cases/rules.jsonl").read_text("utf-8").splitlines()
]


def find_in_case(case):
    """Return the findings on the filing and the checks that a case describes."""
    filing = make_filing(
        *(make_fact(**fact) for fact in case.get("facts", ())),
        form=case.get("form", "10-K"),
        period_end=case.get("period_end"),
        item=ItemText(name="Item 1C", text=case["item"]) if "item" in case else None,
        unknown=tuple(UnknownElement(name=name) for name in case.get("unknown", ())),
    )
    flags = [FlagCheck(**row, confidence=0.7, evidence=("s1",)) for row in case.get("flags", ())]
    blocks = [
        BlockCheck(**row, confidence=0.7, reason="Read.", belongs_to=None, evidence=("s1",))
        for row in case.get("blocks", ())
    ]
    return find_findings(
        filing, flags, blocks, incident=filing.form == "8-K", doubtful=case.get("doubtful", ())
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rule']}: {case['why']}")
def test_a_rule_fires_where_it_should_and_only_there(case):
    found = [finding for finding in find_in_case(case) if finding.rule == case["rule"]]
    assert len(found) == case["fires"]
    for finding in found:
        rule = load_rules()[finding.rule]
        assert (finding.severity, finding.title) == (rule.severity, rule.title)
        assert finding.cites
        assert finding.detail


def test_every_rule_has_a_case_that_fires_and_one_that_does_not():
    tried = {(case["rule"], case["fires"]) for case in CASES}
    assert tried == {(rule, fires) for rule in load_rules() for fires in (True, False)}


def test_every_rule_cites_its_source_and_says_what_it_means():
    for rule in load_rules().values():
        assert rule.title
        assert rule.about.endswith(".")
        assert any(word in rule.cites for word in ("229.106", "S-T", "Manual", "Form 8-K"))


def test_errors_come_first_and_findings_narrow_what_the_rule_cites():
    findings = find_in_case(
        {
            "facts": [{"element": ROLE, "value": ""}, {"element": INTEGRATED, "value": None}],
            "unknown": ["CybersecurityRiskOtterFlag"],
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
    assert [finding.rule for finding in findings] == [
        "unknown-element",
        "flag-unsupported",
        "block-short",
        "flag-nil",
    ]
    assert findings[1].cites == load_elements()[INTEGRATED].rule
    assert findings[1].evidence == ("s1",)


def test_an_unknown_name_is_placed_in_its_source():
    name = UnknownElement(name="CybersecurityRiskOtterFlag", origin=Origin(line=12))
    (finding,) = find_findings(make_filing(unknown=(name,)), (), (), incident=False)
    assert finding.detail == "CybersecurityRiskOtterFlag (line 12)"


def test_the_home_of_a_misfit_is_named():
    block = BlockCheck(
        element=ROLE,
        fit="misfit",
        confidence=0.9,
        reason="Nothing in it says so.",
        belongs_to="CybersecurityRiskBoardOfDirectorsOversightTextBlock",
        evidence=(),
    )
    (finding,) = find_findings(make_filing(), (), (block,), incident=False)
    assert finding.detail.endswith(
        "It answers CybersecurityRiskBoardOfDirectorsOversightTextBlock."
    )


def test_a_finding_takes_severity_and_paragraph_from_its_rule():
    finding = make_finding("flag-nil", INTEGRATED)
    assert finding.severity == Severity.NOTE
    assert finding.cites == load_rules()["flag-nil"].cites
    assert make_finding("flag-nil", "x", cites="229.106(b)").cites == "229.106(b)"
