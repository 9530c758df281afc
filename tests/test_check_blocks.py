"""Each text block is held against what its element asks for."""

import numpy as np
import pytest

from authored import (
    BOARD,
    COMMITTEE,
    EFFECT,
    INFORMING,
    KESTREL,
    PROCESSES,
    ROLE,
    make_fact,
    make_filing,
    make_segments,
    make_tagging,
)
from cydscore.check import Checker
from cydscore.check.asks import load_block_asks
from cydscore.check.blocks import FITS, SHORT, Block, check_block, describe_blocks, read_blocks
from cydscore.read import read_filing
from cydscore.report import make_reports
from cydscore.tags import tag_names
from cydscore.taxonomy import INCIDENT_PREFIX, annual_block_names, load_elements

# What each block says in a filing whose blocks are in their places.
ANSWERS = {
    PROCESSES: "We assess, identify and manage cyber risk with a written security program, "
    "vulnerability scans and yearly penetration tests of the mill's control systems.",
    EFFECT: "No cybersecurity threat has materially affected us, nor do we believe that any is "
    "reasonably likely to materially affect our strategy, results or financial condition.",
    BOARD: "Our board of directors oversees risks from cybersecurity threats and reviews them "
    "twice a year.",
    COMMITTEE: "The audit committee of our board is responsible for the oversight of cyber risk.",
    INFORMING: "Our chief information security officer reports to the audit committee every "
    "quarter on incidents and threats.",
    ROLE: "Our chief information security officer is responsible for assessing and managing cyber "
    "risk and has twenty years of experience in information security.",
}


def check_text(model, element, text):
    """Return the check of the only block of a filing."""
    (report,) = make_reports([make_filing(make_fact(element, text))], model)
    (block,) = report.checks.blocks
    return block, report


def make_block(element, text, segments):
    """Return a block that holds all of some segments."""
    return Block(element=element, text=text, rows=range(len(segments)), segments=segments)


@pytest.mark.parametrize("element", ANSWERS)
def test_a_block_in_its_place_fits(model, element):
    block, report = check_text(model, element, ANSWERS[element])
    assert (block.element, block.fit, block.belongs_to) == (element, "fits", None)
    assert block.reason.startswith(f"It says {load_block_asks()[element].asks_for}")
    assert set(block.evidence) <= {segment.id for segment in report.segments}
    assert 0 <= block.confidence <= 1


@pytest.mark.parametrize(
    ("element", "words"),
    [(EFFECT, ROLE), (ROLE, EFFECT), (INFORMING, EFFECT), (COMMITTEE, PROCESSES), (BOARD, EFFECT)],
)
def test_a_block_that_answers_another_question_is_a_misfit(model, element, words):
    block, report = check_text(model, element, ANSWERS[words])
    assert block.fit == "misfit"
    assert block.reason.startswith("Nothing in it says")
    assert block.belongs_to in (None, *annual_block_names())
    assert block.belongs_to != element
    assert "block-misfit" in [finding.rule for finding in report.checks.findings]


def test_the_element_whose_question_a_misfit_answers_is_named(model):
    block, _ = check_text(model, ROLE, ANSWERS[EFFECT])
    assert block.belongs_to == EFFECT


def test_an_empty_block_fits_nothing(model):
    block, report = check_text(model, ROLE, "")
    assert (report.segments, block.evidence, block.belongs_to) == ((), (), None)
    assert block.fit != "fits"
    assert "nothing of the codebook" in block.reason


def test_a_block_of_a_few_words_can_name_a_committee(model):
    text = "Audit Committee"
    assert len(text) < SHORT
    assert check_text(model, COMMITTEE, text)[0].fit == "fits"


def test_each_element_reported_is_checked_once_in_the_order_of_the_filing(model):
    facts = [make_fact(name, ANSWERS[name]) for name in (ROLE, BOARD, ROLE)]
    (report,) = make_reports([make_filing(*facts)], model)
    assert [block.element for block in report.checks.blocks] == [ROLE, BOARD]


def test_the_blocks_of_an_incident_report_are_judged_by_their_words(model):
    (report,) = make_reports([read_filing(str(KESTREL))], model)
    assert len(report.checks.blocks) == 5
    for block in report.checks.blocks:
        assert block.element.startswith(INCIDENT_PREFIX)
        assert (block.fit, block.confidence) == ("fits", 0.6)
    nature = "MaterialCybersecurityIncidentNatureTextBlock"
    block, _ = check_text(model, nature, "The mill has ground barley for a hundred years.")
    assert (block.fit, block.confidence) == ("misfit", 0.6)


def test_the_best_segments_are_the_evidence():
    segments = make_segments("We mill.", "The board sees.", "A committee sees.", "We sell.")
    tagging = make_tagging({}, {"board_oversight": 0.6}, {"committee_oversight": 0.9}, {})
    (read,) = read_blocks([make_block(BOARD, "", segments)], tagging, {})
    assert check_block(read).evidence == ("s3", "s2")


def test_features_are_finite_and_of_one_shape(model):
    checker = Checker.from_json(model.checker)
    empty = make_block(ROLE, "", [])
    full = make_block(ROLE, "Ann mills.", make_segments("Ann mills."))
    features, said = describe_blocks([empty, full, empty], make_tagging({}))
    n_features = len(next(iter(checker.blocks.values())).mean)
    assert features.shape == (3, len(load_block_asks()), n_features)
    assert np.isfinite(features).all()
    assert np.array_equal(features[0], features[2])
    assert [len(rows) for rows in said] == [0, 1, 0]
    assert set(checker.blocks) <= set(load_block_asks())
    assert all(decision.classes == FITS for decision in checker.blocks.values())


def test_every_text_block_asks_for_something_that_the_codebook_has():
    asks = load_block_asks()
    assert set(asks) == {name for name in load_elements() if name.endswith("TextBlock")}
    for ask in asks.values():
        assert ask.tags
        assert set(ask.tags) <= set(tag_names())
        assert ask.asks_for
