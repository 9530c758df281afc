"""Each declared flag is held against what the words state."""

import numpy as np
import pytest

from authored import (
    ENGAGED,
    INTEGRATED,
    MATERIAL,
    PROCESSES,
    REPORTING,
    VENDORS,
    make_fact,
    make_filing,
    make_item,
    make_segments,
    make_tagging,
)
from cydscore.check import Checker, is_incident_report
from cydscore.check.asks import load_flag_asks, material_tags
from cydscore.check.decide import Softmax, to_log_odds
from cydscore.check.filing import declared_flags
from cydscore.check.flags import describe_flags, describe_material, judge
from cydscore.errors import ModelError
from cydscore.report import make_reports
from cydscore.tags import load_tags
from cydscore.taxonomy import flag_names, load_elements

YES_NO = [
    (True, "yes", "supported"),
    (True, "no", "contradicted"),
    (True, "silent", "unsupported"),
    (False, "yes", "contradicted"),
    (False, "no", "supported"),
    (False, "silent", "unsupported"),
    (None, "yes", "undeclared"),
    (None, "no", "undeclared"),
    (None, "silent", "absent"),
]
ON_EFFECT = [
    (True, "affirmed", "supported"),
    (True, "denied_both", "contradicted"),
    (True, "denied_past", "unsupported"),
    (True, "hypothetical", "unsupported"),
    (True, "silent", "unsupported"),
    (False, "affirmed", "contradicted"),
    (False, "denied_both", "supported"),
    (False, "denied_past", "partly_supported"),
    (False, "hypothetical", "unsupported"),
    (False, "silent", "unsupported"),
    (None, "affirmed", "undeclared"),
    (None, "denied_both", "undeclared"),
    (None, "denied_past", "undeclared"),
    (None, "hypothetical", "absent"),
    (None, "silent", "absent"),
]
# Words that leave no doubt: each states or denies one thing and nothing else.
PLAIN_WORDS = {
    "yes": "We engage independent assessors and consultants to test the security of our mill.",
    "no": "We do not engage any assessors, consultants, auditors or other third parties.",
    "silent": "The mill has ground barley by the river since the year of the great flood.",
}


def decide_always(name: str, confidence: float) -> Checker:
    """Return a checker that guesses one thing of every flag, whatever the words."""
    rest = {"yes": "silent", "denied_both": "silent"}[name]
    odds = np.log(confidence / (1 - confidence))
    n = {"yes": 10, "denied_both": len(describe_material([], make_tagging()))}[name]
    other = {"yes": "denied_both", "denied_both": "yes"}[name]
    decisions = {
        known: Softmax(
            classes=(known, rest),
            mean=np.zeros(size),
            scale=np.ones(size),
            weights=np.zeros((2, size)),
            bias=np.array([odds, 0.0]),
        )
        for known, size in ((name, n), (other, 26 - n))
    }
    return Checker(
        flags={"flags": decisions["yes"], "material": decisions["denied_both"]},
        blocks={},
        least_contradiction={"flags": 0.8, "material": 0.8},
    )


@pytest.mark.parametrize("element", [name for name in flag_names() if name != MATERIAL])
@pytest.mark.parametrize(("declared", "stated", "verdict"), YES_NO)
def test_a_yes_or_no_flag_gets_the_verdict_of_the_table(element, declared, stated, verdict):
    assert judge(element, declared, stated) == verdict


@pytest.mark.parametrize(("declared", "stated", "verdict"), ON_EFFECT)
def test_the_flag_on_material_effect_gets_the_verdict_of_the_table(declared, stated, verdict):
    assert judge(MATERIAL, declared, stated) == verdict


@pytest.mark.parametrize(
    ("confidence", "verdict", "rule"),
    [(0.9, "contradicted", "flag-contradicted"), (0.7, "unsupported", "flag-unsupported")],
)
def test_a_doubtful_contradiction_is_called_unsupported_and_nothing_is_found(
    confidence, verdict, rule
):
    checker = decide_always("yes", confidence)
    filing = make_filing(make_fact(INTEGRATED, value=False), make_fact(MATERIAL, value=True))
    checks = checker.check(filing, make_segments("Flour."), make_tagging({}))
    flags = {flag.element: flag for flag in checks.flags}
    for name in (INTEGRATED, MATERIAL):
        assert flags[name].verdict == verdict
        assert flags[name].confidence == pytest.approx(confidence, abs=1e-4)
    found = [f.rule for f in checks.findings]
    assert found.count(rule) == (2 if verdict == "contradicted" else 0)


@pytest.mark.parametrize("declared", [True, False, None])
@pytest.mark.parametrize("stated", PLAIN_WORDS)
def test_plain_words_are_understood(model, declared, stated):
    facts = [make_fact(PROCESSES, f"We wrote down how we mill.\n{PLAIN_WORDS[stated]}")]
    if declared is not None:
        facts.append(make_fact(ENGAGED, value=declared))
    (report,) = make_reports([make_filing(*facts)], model)
    flag = next(flag for flag in report.checks.flags if flag.element == ENGAGED)
    assert (flag.declared, flag.stated) == (declared, stated)
    texts = [segment.text for segment in report.segments if segment.id in flag.evidence]
    assert texts == ([] if stated == "silent" else [PLAIN_WORDS[stated]])


def test_the_words_that_the_filer_wrapped_come_first():
    texts = ("The mill joins risks.", "Risks are joined in one register of the whole mill.")
    filing = make_filing(make_fact(INTEGRATED, value=True, words="the mill joins RISKS"))
    tagging = make_tagging({"erm_integration": 0.6}, {"erm_integration": 0.9})
    checks = decide_always("yes", 0.9).check(filing, make_segments(*texts), tagging)
    assert checks.flags[0].evidence == ("s1", "s2")
    bare = make_filing(make_fact(INTEGRATED, value=True, words=""))
    checks = decide_always("yes", 0.9).check(bare, make_segments(*texts), tagging)
    assert checks.flags[0].evidence == ("s2", "s1")


def test_evidence_of_no_material_effect_denies_both_limbs_where_it_can():
    tagging = make_tagging(
        {"no_past_impact": 0.9},
        {"no_past_impact": 0.8, "no_likely_impact": 0.8},
        {"hypothetical_risk": 1.0},
    )
    segments = make_segments("No.", "Neither nor.", "It may.")
    checks = decide_always("denied_both", 0.9).check(make_filing(), segments, tagging)
    flag = next(flag for flag in checks.flags if flag.element == MATERIAL)
    assert flag.evidence == ("s2", "s1")


def test_each_annual_report_has_all_six_flags_and_an_incident_report_none():
    checker = decide_always("yes", 0.9)
    segments, tagging = make_segments("Flour."), make_tagging({})
    for form in ("10-K", "10-K/A", "10-KT", "20-F", "40-F", None):
        filing = make_filing(make_fact(INTEGRATED, value=True), form=form)
        checks = checker.check(filing, segments, tagging)
        assert tuple(flag.element for flag in checks.flags) == flag_names()
    for form in ("8-K", "8-K/A", "6-K"):
        assert checker.check(make_filing(form=form), segments, tagging).flags == ()


def test_a_form_unknown_is_told_by_the_elements():
    incident = make_fact("MaterialCybersecurityIncidentNatureTextBlock", "A stranger came.")
    annual = make_fact(PROCESSES, "We lock the mill.")
    assert is_incident_report(make_filing(incident, form=None))
    assert not is_incident_report(make_filing(incident, annual, form=None))
    assert not is_incident_report(make_filing(form=None))
    assert not is_incident_report(make_item("We lock the mill."))


def test_the_first_readable_value_of_a_flag_counts():
    nil = make_fact(INTEGRATED, value=None, nil=True)
    other = make_fact(INTEGRATED, value=False, main=False)
    assert declared_flags(make_filing(nil)) == {}
    assert declared_flags(make_filing(nil, other)) == {INTEGRATED: False}
    both = make_filing(make_fact(INTEGRATED, value=True), other, make_fact(VENDORS, value=False))
    assert declared_flags(both) == {INTEGRATED: True, VENDORS: False}


def test_more_that_states_a_flag_moves_its_features_upwards():
    n_flags, engaged = len(load_flag_asks()), list(load_flag_asks()).index(ENGAGED)
    nothing, none = describe_flags(make_tagging()), describe_flags(make_tagging({}))
    assert nothing.shape == none.shape == (n_flags, n_flags + 5)
    some = describe_flags(make_tagging({"third_party_audit": 0.9, "!vendor_risk": 0.9}))
    assert some[engaged, 0] > none[engaged, 0]
    assert some[engaged, 2] == none[engaged, 2]
    denied = describe_flags(make_tagging({"!third_party_audit": 0.9}))
    assert denied[engaged, 2] > none[engaged, 2]


def test_flags_are_told_by_tags_of_the_codebook_that_name_them():
    asked = {name: set(ask.tags) for name, ask in load_flag_asks().items()}
    assert set(asked) == set(flag_names()) - {MATERIAL}
    for tag in load_tags().values():
        assert tag.flag in (None, MATERIAL) or tag.name in asked[tag.flag]
    assert set(material_tags()) <= set(load_tags())
    assert load_elements()[REPORTING].rule.startswith("229.106(c)")


def test_the_example_whose_flag_is_wrong_is_found_out(reports):
    flags = {flag.element: flag for flag in reports["harbor"].checks.flags}
    assert {name: flag.verdict for name, flag in flags.items() if name != MATERIAL} == {
        name: "supported" for name in flag_names() if name != MATERIAL
    }
    effect = flags[MATERIAL]
    assert (effect.declared, effect.stated) == (True, "denied_both")
    assert effect.verdict in ("contradicted", "unsupported")
    rows = {s.id: s.text for s in reports["harbor"].segments}
    assert rows[effect.evidence[0]].startswith("Neither these incidents")


def test_probabilities_sum_to_one_and_survive_writing():
    rng = np.random.default_rng(7)
    made = Softmax(
        classes=("no", "silent", "yes"),
        mean=rng.normal(size=4),
        scale=rng.uniform(1, 2, size=4),
        weights=rng.normal(size=(3, 4)),
        bias=rng.normal(size=3),
    )
    X = rng.normal(size=(5, 4))
    assert made.predict_proba(X).sum(axis=1) == pytest.approx(np.ones(5))
    again = Softmax.from_json(made.to_json())
    assert again.predict_proba(X) == pytest.approx(made.predict_proba(X), abs=1e-4)
    with pytest.raises(ModelError, match="expects 4 features, this version makes 3"):
        made.predict_proba(X[:, :3])


def test_log_odds_stay_finite():
    assert to_log_odds(np.array([0.0, 0.5, 1.0])) == pytest.approx([-6.907, 0, 6.907], abs=1e-3)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ({"flags": {}}, r"checker is damaged \('classes'\)"),
        ({"material": None}, "checker is damaged"),
        ({"blocks": []}, "checker.json lacks"),
        ({"least_contradiction": {"flags": 0.6}}, "checker.json lacks 'material'"),
    ],
)
def test_a_damaged_checker_is_refused(model, damage, message):
    with pytest.raises(ModelError, match=message):
        Checker.from_json(dict(model.checker) | damage)


def test_weights_of_another_shape_are_refused(model):
    flags = dict(model.checker["flags"])
    with pytest.raises(ModelError, match=r"weights of shape \(2, \d+\), expected \(3, \d+\)"):
        Softmax.from_json(flags | {"weights": flags["weights"][:2]})
