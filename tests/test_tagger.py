"""The tagger learns, says what it is unsure of, and behaves as an estimator."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone, is_classifier

from authored import CORPUS
from cydscore.corpus import read_corpus
from cydscore.errors import CorpusError, NotFittedError, UsageError
from cydscore.heads import decide, encode_labels, label_names
from cydscore.tagger import SegmentTagger
from cydscore.tags import denial_names, load_tags, tag_names

SEGMENTS = read_corpus(CORPUS)
TEXTS = [s.text for s in SEGMENTS]
LABELS = [s.tags for s in SEGMENTS]
LEVELS = [s.specificity for s in SEGMENTS]


@pytest.fixture(scope="module")
def tagger():
    return SegmentTagger(calibration_folds=3).fit(TEXTS, LABELS, LEVELS)


def test_it_recalls_what_it_was_shown(tagger):
    truth = encode_labels(LABELS)[:, : len(tag_names())]
    found = tagger.predict(TEXTS)[:, : len(tag_names())]
    assert (truth & found).sum() / truth.sum() > 0.8


def test_every_tag_and_denial_has_a_probability(tagger):
    chances = tagger.predict_proba(TEXTS)
    assert tagger.labels_ == tag_names() + denial_names()
    assert chances.shape == (len(TEXTS), len(tagger.labels_))
    assert chances.dtype == np.float32
    assert ((chances >= 0) & (chances <= 1)).all()


def test_tag_describe_and_predict_say_the_same(tagger):
    tagged, table = tagger.tag(TEXTS), tagger.describe(TEXTS)
    holds, levels = tagger.predict(TEXTS), tagger.predict_specificity(TEXTS)
    assert levels.dtype == np.int8
    for i, one in enumerate(tagged):
        assert list(one.tags) == list(table.labels) == list(tagger.labels_)
        assert one.labels == tuple(np.array(tagger.labels_)[holds[i]])
        assert one.specificity == levels[i] == table.specificity[i]
        assert one.tags["training"] == pytest.approx(
            table.probability[i, table.labels.index("training")]
        )


def test_an_audit_by_a_third_party_is_always_an_engagement_too():
    names = label_names()
    chances = np.zeros((1, len(names) + 2), np.float32)
    chances[0, names.index("third_party_audit")] = 0.9
    holds, _ = decide(chances, np.full(len(names) + 2, 0.5, np.float32), load_tags())
    assert holds[0, names.index("third_party_engagement")]


def test_a_verifiable_segment_needs_not_be_called_particular():
    chances = np.zeros((3, len(label_names()) + 2), np.float32)
    chances[1, -2], chances[2, -1] = 0.9, 0.9
    _, levels = decide(chances, np.full(chances.shape[1], 0.5, np.float32), load_tags())
    assert levels.tolist() == [0, 1, 2]


def test_fitting_twice_gives_the_same_tagger(tagger):
    again = clone(tagger).fit(TEXTS, LABELS, LEVELS)
    assert np.array_equal(again.weights_, tagger.weights_)
    assert np.array_equal(again.predict_proba(TEXTS), tagger.predict_proba(TEXTS))


def test_segments_are_tagged_one_by_one_as_together(tagger):
    alone = np.concatenate([tagger.predict_proba([text]) for text in TEXTS[:20]])
    np.testing.assert_allclose(alone, tagger.predict_proba(TEXTS[:20]), atol=1e-6)


def test_parameters_are_read_set_and_cloned():
    tagger = SegmentTagger(C=2.0)
    assert clone(tagger).get_params() == tagger.get_params()
    assert tagger.set_params(seed=7).seed == 7
    assert is_classifier(tagger)
    with pytest.raises(UsageError, match="no parameter 'c'; choose from codebook, C, "):
        tagger.set_params(c=1)


def test_predicting_before_fitting_is_refused():
    with pytest.raises(NotFittedError, match="call fit, or take load_model"):
        SegmentTagger().predict(["a"])


def test_a_label_outside_the_codebook_is_refused():
    with pytest.raises(CorpusError, match="no tag '!no_past_impact'"):
        encode_labels([["!no_past_impact"]])


def test_no_segments_give_no_rows(tagger):
    assert tagger.predict_proba([]).shape == (0, len(tagger.labels_))
    assert tagger.tag([]) == []


@settings(max_examples=30)
@given(text=st.text())
def test_any_text_is_tagged(tagger, text):
    (tagged,) = tagger.tag([text])
    assert all(0 <= chance <= 1 for chance in tagged.tags.values())
    assert tagged.specificity in {0, 1, 2}


def test_nothing_says_nothing(model):
    assert [tagged.labels for tagged in model.tagger.tag(["", "…", "Cybersecurity"])] == [()] * 3


def test_curly_quotes_and_long_dashes_change_nothing(model):
    curly = "The Company’s CISO – who reports to the CEO – briefs the Board’s Audit Committee."
    lost = "The Companys CISO   who reports to the CEO   briefs the Boards Audit Committee."
    one, two = model.tagger.tag([curly, lost])
    assert one.labels == two.labels
