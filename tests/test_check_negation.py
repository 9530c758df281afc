"""Plain negations that a tagger passes over are put right before anything is judged."""

import pytest

from authored import make_segments, make_tagging
from cydscore.check.negation import read_negations

DENIED = {"no_past_impact": 0.9, "no_likely_impact": 0.8}


def read_one(text, before=None, **odds):
    """Return the probabilities of a sentence, by label, after its negations are read."""
    texts = [text] if before is None else [before, text]
    rows = [{} for _ in texts[1:]] + [{name.replace("NOT_", "!"): p for name, p in odds.items()}]
    tagging = read_negations(make_segments(*texts), make_tagging(*rows))
    return dict(zip(tagging.labels, tagging.probability[-1], strict=True))


def test_a_denial_needs_a_word_that_denies():
    said = read_one("The flood has materially affected the mill.", **DENIED)
    assert (said["no_past_impact"], said["no_likely_impact"]) == (0, 0)
    assert said["material_impact"] == 0.9


@pytest.mark.parametrize(
    "text",
    [
        "We look at whether a flood has materially affected the mill.",
        "If it has materially affected the mill, the keeper is called.",
        "We describe floods that have materially affected the mill on page nine.",
    ],
)
def test_what_is_not_told_as_a_fact_affirms_nothing(text):
    said = read_one(text, **DENIED)
    assert said["material_impact"] == said["no_past_impact"] == 0


@pytest.mark.parametrize(
    "text",
    [
        "No flood has materially affected the mill.",
        "Floods haven't materially affected the mill.",
        "We are unaware of floods that have materially affected the mill.",
        "Floods have had an immaterial effect.",
    ],
)
def test_a_denial_with_its_word_stays(text):
    said = read_one(text, **DENIED)
    assert (said["no_past_impact"], said["no_likely_impact"]) == (0.9, 0.8)


def test_the_word_may_stand_in_the_lead_in_of_a_list():
    said = read_one("materially affected the mill;", before="No flood has:", **DENIED)
    assert said["no_past_impact"] == 0.9


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Our locks are not integrated into the register of risks.", "erm_integration"),
        ("We do not currently engage surveyors.", "third_party_engagement"),
        ("We do not monitor the carriers who fetch our flour.", "vendor_risk"),
        ("The keeper is not responsible for the sluice.", "management_role"),
        ("The keeper does not report to the council.", "board_reporting"),
    ],
)
def test_a_topic_whose_verb_is_negated_is_denied(text, tag):
    said = read_one(text, **{tag: 0.9})
    assert (said[tag], said[f"!{tag}"]) == (0, 0.9)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("The keeper is not only responsible for the sluice but for the pond.", "management_role"),
        ("We do not engage other surveyors.", "third_party_engagement"),
        ("While we do not monitor carriers by night, we do by day.", "vendor_risk"),
        ("We engage surveyors and have not been flooded.", "third_party_engagement"),
    ],
)
def test_a_negation_of_something_else_changes_nothing(text, tag):
    said = read_one(text, **{tag: 0.9})
    assert (said[tag], said[f"!{tag}"]) == (0.9, 0)


def test_what_is_right_stays_the_same_object():
    segments, tagging = make_segments("The keeper sleeps."), make_tagging({"insurance": 0.9})
    assert read_negations(segments, tagging) is tagging
    nothing = make_tagging()
    assert read_negations([], nothing) is nothing


def test_a_word_that_denies_in_another_filing_denies_nothing_here():
    segments = make_segments("It did not.", "The flood has materially affected the mill.")
    tagging = make_tagging({}, {"no_past_impact": 0.9})
    place = tagging.labels.index("no_past_impact")
    assert read_negations(segments, tagging).probability[1, place] == 0.9
    assert read_negations(segments, tagging, starts=(0, 1)).probability[1, place] == 0
