"""Figures are what a person would count by hand."""

import json

import numpy as np
import pytest

from authored import CORPUS
from cydscore.calibration import (
    Calibration,
    choose_threshold,
    expected_calibration_error,
    fit_logistic,
    squash,
)
from cydscore.corpus import drop_duplicates, read_corpus
from cydscore.evaluate import cross_validate_tagger, evaluate_tagger
from cydscore.figures import evaluate_margins
from cydscore.heads import label_names
from cydscore.store import find_default_model
from cydscore.tags import load_tags

N_LABELS = len(label_names())


def _judge(truth, margins):
    wide = np.full((len(truth), N_LABELS + 2), -9, np.float32)
    wide[:, : margins.shape[1]] = margins
    labels = np.zeros((len(truth), N_LABELS), bool)
    labels[:, : truth.shape[1]] = truth
    identity = Calibration.identity(N_LABELS + 2, N_LABELS + 2)
    return evaluate_margins([(wide, identity, labels, np.zeros(len(truth), np.int8))], load_tags())


def test_precision_recall_and_f1_are_counted():
    truth = np.array([[1], [1], [1], [0]], bool)
    figures = _judge(truth, np.array([[9], [9], [-9], [9]], np.float32)).labels[0]
    assert (figures.support, figures.precision, figures.recall) == (3, 2 / 3, 2 / 3)


def test_only_tags_with_enough_examples_count_for_the_mean():
    truth = np.zeros((25, 2), bool)
    truth[:, 0], truth[0, 1] = True, True
    assert _judge(truth, np.where(truth[:, :1], 9, -9).astype(np.float32)).macro_f1 == 1.0


def test_an_evaluation_is_written_as_text_json_and_table(model):
    figures = evaluate_tagger(model, CORPUS)
    assert f"macro-F1 {figures.macro_f1:.3f}" in figures.to_text()
    assert json.loads(json.dumps(figures.to_json()))["n_segments"] == figures.n_segments
    assert list(figures.to_frame()["label"]) == [*label_names(), "all denials"]


def test_a_model_is_taken_by_path_and_a_tagger_by_itself(model):
    segments = drop_duplicates(read_corpus(CORPUS))
    figures = evaluate_tagger(find_default_model(), CORPUS)
    assert figures == evaluate_tagger(model.tagger, segments) == evaluate_tagger(model, CORPUS)


def test_the_default_model_knows_the_example_corpus(model):
    figures = evaluate_tagger(model, CORPUS)
    assert figures.micro_f1 > 0.7
    assert figures.specificity_macro_f1 > 0.6


def test_a_threshold_parts_the_examples_where_f1_is_best():
    chances = np.linspace(0, 1, 100)
    assert choose_threshold(chances, chances >= 0.7) == pytest.approx(0.7, abs=0.01)
    assert choose_threshold(chances, chances > 0.99) == 0.5


def test_equal_probabilities_are_not_parted():
    truth = np.array([True] * 10 + [False] * 5)
    assert choose_threshold(np.array([0.9] * 8 + [0.4] * 7), truth) == pytest.approx(0.65)


def test_a_logistic_curve_finds_its_slope_and_separable_classes_stay_finite():
    rng = np.random.default_rng(0)
    margins = rng.normal(size=20_000)
    truth = rng.random(20_000) < squash(2 * margins - 1)
    slopes, intercept = fit_logistic(margins[:, None], truth)
    assert (slopes[0], intercept) == pytest.approx((2, -1), abs=0.1)
    slopes, _ = fit_logistic(margins[:, None], margins > 0)
    assert np.isfinite(slopes).all()


def test_calibration_error_is_nought_for_honest_and_large_for_boastful_probabilities():
    truth = np.arange(1000) % 10 == 0
    assert expected_calibration_error(np.full(1000, 0.1), truth) == pytest.approx(0)
    assert expected_calibration_error(np.full(1000, 0.9), truth) == pytest.approx(0.8)


@pytest.mark.real
def test_the_recorded_figures_are_good_enough(model, shared):  # noqa: ARG001
    metrics = model.manifest["metrics"]
    assert metrics["macro_f1"] >= 0.85
    assert metrics["denials_f1"] >= 0.7
    assert metrics["calibration_error"] <= 0.02


@pytest.mark.real
@pytest.mark.slow
def test_companies_never_seen_are_tagged_well(shared):
    figures = cross_validate_tagger(shared / "labels" / "train.jsonl", jobs=2)
    assert figures.n_segments == 4_733
    assert figures.macro_f1 >= 0.85
