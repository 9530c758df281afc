"""The score is made from what a filing says, and more of it never counts against it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from authored import (
    FILINGS,
    HARBOR,
    INTEGRATED,
    ROLE,
    make_fact,
    make_filing,
    make_segments,
    make_tagging,
)
from cydscore.batch import iterate_reports
from cydscore.check import Checks
from cydscore.errors import ModelError
from cydscore.heads import label_names
from cydscore.measures import (
    answer_questions,
    load_questions,
    load_score_table,
    measure_filing,
    read_disclosures,
    score_clarity,
    score_consistency,
)
from cydscore.read import read_filing
from cydscore.records import BlockCheck, FlagCheck
from cydscore.report import PARTS, make_reports
from cydscore.score import MEASURES, Scale, Scorer
from cydscore.tags import tag_names

NO_CHECKS = Checks(flags=(), blocks=(), findings=())
SENTENCE = "The mill keeps nine ledgers of its locks and keys and reads them aloud each spring."

N_LABELS = len(label_names())


@st.composite
def taggings(draw):
    """Make what a tagger might say of a few segments."""
    n = draw(st.integers(6, 12))
    chance = st.floats(0, 1, width=32)
    probability = draw(arrays(np.float64, (n, N_LABELS), elements=chance, fill=st.just(0.0)))
    levels = draw(arrays(np.int8, n, elements=st.integers(0, 2)))
    return make_tagging(
        *(dict(zip(label_names(), row.tolist(), strict=True)) for row in probability),
        specificity=levels.tolist(),
    )


def repeat_sentence(tagging):
    return make_segments(*[SENTENCE] * len(tagging))


def make_check(verdict="supported", *, declared=True):
    return FlagCheck(
        element=INTEGRATED,
        declared=declared,
        stated="yes",
        verdict=verdict,
        confidence=0.9,
        evidence=(),
    )


def make_block(fit):
    return BlockCheck(
        element=ROLE, fit=fit, confidence=0.9, reason="", belongs_to=None, evidence=()
    )


def read(segments, tagging=None):
    """Return what the measures of a filing need; the tagger says nothing of it by default."""
    said = make_tagging(*({} for _ in segments)) if tagging is None else tagging
    return read_disclosures([segments], [said])[0]


def measure(segments, tagging):
    """Return the raw measures of a filing."""
    disclosure = read(segments, tagging)
    return measure_filing(disclosure, answer_questions(disclosure))


@pytest.fixture(scope="module")
def scorer(model):
    """Return the scorer of the default model."""
    return Scorer.from_json(model.scorer)


@given(tagging=taggings())
def test_scores_lie_between_0_and_100(scorer, tagging):
    scores = scorer.score(repeat_sentence(tagging), tagging, NO_CHECKS)
    assert scores.consistency is None
    for part in set(PARTS) - {"consistency", "originality"}:
        assert 0 <= getattr(scores, part) <= 100


@given(tagging=taggings(), row=st.integers(0, 5), label=st.integers(0, N_LABELS - 1))
def test_more_evidence_in_a_segment_never_lowers_coverage(scorer, tagging, row, label):
    segments = repeat_sentence(tagging)
    before = scorer.score(segments, tagging, NO_CHECKS).coverage
    tagging.probability[row, label] = 1.0
    tagging.at_least[row, 0] = 1.0
    assert scorer.score(segments, tagging, NO_CHECKS).coverage >= before


@given(tagging=taggings(), kept=st.integers(5, 11))
def test_another_segment_never_lowers_coverage(scorer, tagging, kept):
    few = tagging.take(slice(0, kept))
    before = scorer.score(repeat_sentence(few), few, NO_CHECKS).coverage
    assert scorer.score(repeat_sentence(tagging), tagging, NO_CHECKS).coverage >= before


@given(tagging=taggings())
def test_the_order_of_segments_does_not_matter_to_what_is_measured(tagging):
    segments = make_segments(*(f"{SENTENCE} {'Mill. ' * n}" for n in range(len(tagging))))
    back = tagging.take(slice(None, None, -1))
    assert measure(segments[::-1], back) == pytest.approx(measure(segments, tagging))


def test_too_little_text_gives_no_score_and_says_why(scorer):
    least = load_score_table()["least_words"]
    few = scorer.score(make_segments("word " * (least - 1)), make_tagging({}), NO_CHECKS)
    assert [getattr(few, part) for part in PARTS] == [None] * len(PARTS)
    assert few.details["reason"] == f"{least - 1} words of disclosure; a score needs {least}"
    enough = scorer.score(make_segments("word " * least), make_tagging({}), NO_CHECKS)
    assert enough.overall is not None


def test_a_filing_of_flags_alone_gets_a_report_without_a_score(model):
    (report,) = make_reports([make_filing(make_fact(INTEGRATED, value=True))], model)
    assert report.segments == ()
    assert report.scores.overall is None
    assert report.checks.flags[0].verdict == "unsupported"


def test_an_incident_report_gets_no_score_and_says_why(reports):
    scores = reports["kestrel"].scores
    assert scores.overall is None
    assert "incident report" in scores.details["reason"]


def test_the_order_of_files_does_not_matter(model):
    paths = sorted(FILINGS.iterdir())
    forth = [report.to_json() for report in iterate_reports(paths, model=model)]
    back = [report.to_json() for report in iterate_reports(paths[::-1], model=model)]
    assert back[::-1] == forth


def test_a_rich_disclosure_scores_above_one_that_denies_all(reports):
    rich, poor = reports["harbor"].scores, reports["saltmarsh"].scores
    for part in ("overall", "coverage", "specificity"):
        assert getattr(rich, part) > getattr(poor, part) + 20


def test_text_that_stands_twice_does_not_raise_the_score(model):
    filing = read_filing(str(HARBOR))
    twice = replace(
        filing,
        facts=tuple(
            replace(fact, value=f"{fact.value}\n{fact.value}")
            if isinstance(fact.value, str)
            else fact
            for fact in filing.facts
        ),
    )
    once, again = (report.scores for report in make_reports([filing, twice], model))
    for part in PARTS:
        assert getattr(again, part) <= getattr(once, part) + 0.05, part


def test_a_sentence_said_again_in_nearly_the_same_words_lowers_clarity():
    once = make_segments(SENTENCE, "We also lock the door of the mill at night.")
    again = make_segments(SENTENCE, SENTENCE.replace("each spring", "every spring"))
    assert score_clarity(read(once)) == 100
    assert score_clarity(read(again)) < 60


def test_a_sentence_too_long_to_read_lowers_clarity():
    assert score_clarity(read(make_segments("mill " * 45))) == 100
    assert score_clarity(read(make_segments("mill " * 46))) == 50
    assert score_clarity(read([])) == 100


def test_repeats_are_found_across_chunks():
    numbers = [f"Mill number {n} on river {n} grinds grain of kind {n}." for n in range(600)]
    assert score_clarity(read(make_segments(*numbers))) == 100


@pytest.mark.parametrize(
    ("flags", "blocks", "points"),
    [
        ([], [], None),
        ([make_check("undeclared", declared=None)], [], None),
        ([make_check("absent", declared=None)], [], None),
        ([make_check()], [], 100),
        ([make_check("contradicted"), make_check(), make_check(), make_check()], [], 25),
        ([make_check("unsupported"), make_check()], [make_block("fits"), make_block("fits")], 50),
        ([make_check("undeclared", declared=None)], [make_block("fits")], 50),
        ([], [make_block("misfit"), make_block("partly")], 25),
        ([make_check("contradicted")], [], 0),
    ],
)
def test_consistency_loses_points_for_what_does_not_agree(flags, blocks, points):
    checks = Checks(flags=tuple(flags), blocks=tuple(blocks), findings=())
    assert score_consistency(checks) == points


def test_each_question_is_explained(reports):
    questions = reports["harbor"].scores.details["questions"]
    assert [row["id"] for row in questions] == [question.id for question in load_questions()]
    assert {row["answered"] for row in questions} == {"in substance"}
    levels = {r["answered"] for r in reports["saltmarsh"].scores.details["questions"]}
    assert levels > {"not at all", "in passing"}


def test_a_denial_answers_a_question_too():
    denied = read(make_segments("a"), make_tagging({"!vendor_risk": 1.0}))
    assert answer_questions(denied)["vendors"] == pytest.approx(0.7)
    assert answer_questions(read([]))["vendors"] == 0


def test_questions_and_topics_are_tags_of_the_codebook():
    for question in load_questions():
        assert set(question.tags) <= set(tag_names())
        assert sum(question.shares) == pytest.approx(1)
        assert question.rule.startswith("229.106")
    assert set(load_score_table()["topics"]) <= set(tag_names())


def test_the_parts_of_the_default_model_are_those_that_are_explained(scorer):
    assert {name: scale.measures for name, scale in scorer.scales.items()} == MEASURES
    assert set(load_score_table()["parts"]) == set(PARTS) - {"overall"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"weights": {"a": -1}, "bias": 0}, "negative weight"),
        ({"weights": {"a": 1}}, r"scorer.json is damaged \('bias'\)"),
        ({"weights": [1], "bias": 0}, "scorer.json is damaged"),
    ],
)
def test_a_damaged_scale_is_refused(data, message):
    with pytest.raises(ModelError, match=message):
        Scale.from_json(data)


def test_a_scorer_that_lacks_a_part_is_refused(model):
    parts = {name: scale for name, scale in model.scorer.items() if name != "overall"}
    with pytest.raises(ModelError, match="overall"):
        Scorer.from_json(parts)


@settings(max_examples=20)
@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=2))
def test_points_stay_within_their_range(raw):
    scale = Scale(measures=("a", "b"), weights=(3.0, 0.5), bias=10.0)
    assert 0 <= scale.to_points(dict(zip("ab", raw, strict=True))) <= 100


def test_specificity_counts_what_is_particular_and_what_can_be_verified():
    levels = make_tagging({}, {}, {}, specificity=[0, 1, 2])
    measures = measure(make_segments("a", "b", "c"), levels)
    assert measures["particular_log"] == pytest.approx(np.log(3))
    assert measures["verifiable_log"] == pytest.approx(np.log(2))
    assert measures["particular_ratio"] == pytest.approx(2 / 3)
