"""Training keeps companies apart and gives the same model every time."""

from dataclasses import replace

import numpy as np
import pytest

from authored import CORPUS
from cydscore.corpus import drop_duplicates, read_corpus
from cydscore.errors import CorpusError
from cydscore.features import split_words
from cydscore.folds import assign_fold
from cydscore.store import load_model
from cydscore.train import fit_folds, judged_weights, train_tagger

SEGMENTS = drop_duplicates(read_corpus(CORPUS))


@pytest.fixture(scope="module")
def fit():
    return fit_folds(SEGMENTS, n_folds=3, jobs=1)


def test_each_segment_is_judged_by_the_tagger_of_its_companys_fold(fit):
    for k, tagger in enumerate(fit.taggers):
        rows = np.flatnonzero(fit.folds == k)
        assert {assign_fold(SEGMENTS[i].company, n_folds=3) for i in rows} <= {k}
        chances = tagger.predict_proba([SEGMENTS[i].text for i in rows])
        np.testing.assert_allclose(chances, fit.probabilities[rows], atol=1e-6)


def test_the_tagger_of_a_fold_knows_no_word_that_only_its_companies_use(fit):
    words = [set(split_words(s.text)) for s in SEGMENTS]
    for k, tagger in enumerate(fit.taggers):
        own = set().union(*(w for w, fold in zip(words, fit.folds, strict=True) if fold == k))
        seen = set().union(*(w for w, fold in zip(words, fit.folds, strict=True) if fold != k))
        assert own - seen
        assert not (own - seen) & set(tagger.features_.units_)


def test_only_segments_drawn_without_a_model_calibrate_where_there_are_any():
    samples = ["whole_filing", None, "random", "active", "authored"]
    segments = [replace(SEGMENTS[0], sample=sample) for sample in samples]
    assert judged_weights(segments).tolist() == [1, 1, 1, 0, 0]
    assert judged_weights(segments[3:]).tolist() == [1, 1]


def test_training_twice_gives_the_same_model(tmp_path):
    one = train_tagger(CORPUS, tmp_path / "one", jobs=1)
    two = train_tagger(SEGMENTS, jobs=2)
    assert one.sha256 == two.sha256 == load_model(tmp_path / "one").sha256


def test_the_manifest_says_where_the_model_came_from(tmp_path):
    lines = []
    model = train_tagger(CORPUS, tmp_path / "mine", jobs=1, progress=lines.append)
    manifest = load_model(tmp_path / "mine").manifest
    assert manifest["n_segments"] == len(SEGMENTS)
    assert manifest["examples"]["training"] == sum("training" in s.tags for s in SEGMENTS)
    assert set(manifest["thresholds"]) >= set(model.tagger.labels_)
    assert model.sha256 in (tmp_path / "mine" / "README.md").read_text()
    assert lines


def test_a_corpus_of_one_company_cannot_be_split():
    company = SEGMENTS[0].company
    with pytest.raises(CorpusError, match="1 companies, all in one fold"):
        fit_folds([s for s in SEGMENTS if s.company == company], jobs=1)
