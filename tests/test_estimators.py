"""What is fitted keeps scikit-learn's contracts, and scoring still needs no scikit-learn."""

import inspect
import pickle
import subprocess
import sys
from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone, is_classifier
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict, cross_val_score
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted

from authored import CORPUS
from cydscore.check.decide import Softmax
from cydscore.corpus import read_corpus
from cydscore.errors import UsageError
from cydscore.estimators import LogisticCalibrator, NonNegativeRidge, SoftmaxClassifier
from cydscore.features import FeatureExtractor, to_texts
from cydscore.heads import encode_labels, label_names
from cydscore.tagger import SegmentTagger
from manual import run_examples

SEGMENTS = read_corpus(CORPUS)[:120]
TEXTS = [s.text for s in SEGMENTS]
TRUTH = encode_labels([s.tags for s in SEGMENTS])
LEVELS = [s.specificity for s in SEGMENTS]
COMPANIES = [s.company for s in SEGMENTS]
IS_TRAINING = TRUTH[:, label_names().index("training")] | (np.arange(len(TEXTS)) % 7 == 0)


def make_tagger(**more):
    return SegmentTagger(**({"calibration_folds": 0} | more))


@pytest.fixture(scope="module")
def tagger():
    return make_tagger().fit(TEXTS, TRUTH, LEVELS)


@pytest.fixture(scope="module", params=["tagger", "features"])
def fitted(request, tagger):
    """Return each text estimator, fitted, and what it makes of segments."""
    if request.param == "tagger":
        return tagger, tagger.predict_proba
    extractor = FeatureExtractor().fit(TEXTS)
    return extractor, lambda X: extractor.transform(X).toarray()


# --- numeric parts -----------------------------------------------------------------------------


@parametrize_with_checks([SoftmaxClassifier(), LogisticCalibrator(), NonNegativeRidge()])
def test_numeric_parts_pass_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


def test_a_decision_says_the_same_as_plain_data():
    X = np.random.default_rng(0).normal(size=(60, 3))
    y = np.array(["no", "part", "yes"])[(X[:, 0] > 0).astype(int) + (X[:, 1] > 0)]
    model = SoftmaxClassifier(C=0.3).fit(X, y)
    stored = Softmax.from_json(model.decision_.to_json())
    np.testing.assert_allclose(stored.predict_proba(X), model.predict_proba(X), atol=1e-4)
    assert list(stored.classes) == model.classes_.tolist()


def test_more_of_a_good_thing_never_lowers_a_score():
    X = np.random.default_rng(1).normal(size=(80, 4))
    line = NonNegativeRidge().fit(X, X @ [1.0, -2.0, 0.5, 0.0])
    assert (line.coef_ >= 0).all()
    assert (line.predict(X + 1) >= line.predict(X)).all()


# --- parts that read text ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", [SegmentTagger, FeatureExtractor])
def test_parameters_are_those_of_init_and_init_does_nothing_else(kind):
    names = set(inspect.signature(kind).parameters)
    assert set(vars(kind())) == set(kind().get_params()) == names
    for name in names:
        given = object()
        assert kind(**{name: given}).get_params()[name] is given
        assert kind().set_params(**{name: given}).get_params()[name] is given


def test_a_wrong_parameter_changes_nothing():
    tagger = SegmentTagger()
    with pytest.raises(
        UsageError, match="SegmentTagger has no parameter 'c'; choose from codebook, C, "
    ):
        tagger.set_params(C=9, c=1)
    assert tagger.C == SegmentTagger().C
    with pytest.raises(UsageError, match="FeatureExtractor has no parameter 'x'"):
        FeatureExtractor().set_params(x=1)


def test_an_estimator_is_shown_with_what_was_changed():
    assert repr(SegmentTagger(C=2.0)) == "SegmentTagger(C=2.0)"
    assert repr(FeatureExtractor()) == "FeatureExtractor()"


def test_a_clone_has_the_parameters_and_nothing_that_was_learnt(fitted):
    estimator, _ = fitted
    fresh = clone(estimator)
    assert fresh.get_params() == estimator.get_params()
    assert not [name for name in vars(fresh) if name.endswith("_")]


def test_fitting_leaves_parameters_and_input_as_they_were(fitted):
    estimator = clone(fitted[0])
    before, X, Y = estimator.get_params(), to_texts(TEXTS), TRUTH.copy()
    copied = deepcopy(X)
    estimator.fit(X, Y)
    assert estimator.get_params() == before
    assert copied == X
    assert (Y == TRUTH).all()


def test_fitting_again_forgets_what_was_learnt_before(fitted):
    estimator, make = fitted
    again = clone(estimator).fit(TEXTS[:60], TRUTH[:60])
    again = again.fit(TEXTS, TRUTH, LEVELS) if is_classifier(again) else again.fit(TEXTS)
    use = again.predict_proba if is_classifier(again) else lambda X: again.transform(X).toarray()
    assert np.array_equal(use(TEXTS), make(TEXTS))


def test_fit_returns_itself_and_what_is_learnt_ends_in_an_underscore(fitted):
    fresh = clone(fitted[0])
    before = set(vars(fresh))
    assert fresh.fit(TEXTS[:40], TRUTH[:40]) is fresh
    learnt = {name for name in set(vars(fresh)) - before if not name.startswith("_")}
    assert learnt
    assert all(name.endswith("_") for name in learnt)
    check_is_fitted(fresh)


def test_there_is_no_number_of_features(fitted):
    assert not hasattr(fitted[0], "n_features_in_")


def test_lists_arrays_and_series_are_read_alike(fitted):
    _, make = fitted
    expected = make(TEXTS[:5])
    kinds = [tuple(TEXTS[:5]), np.array(TEXTS[:5]), pd.Series(TEXTS[:5], index=list("abcde"))]
    for X in kinds:
        assert np.array_equal(make(X), expected)


@settings(max_examples=20)
@given(order=st.permutations(range(8)))
def test_rows_do_not_depend_on_what_stands_beside_them(fitted, order):
    _, make = fitted
    together = make(TEXTS[:8])
    assert np.array_equal(make([TEXTS[i] for i in order]), together[list(order)])
    assert np.array_equal(make(TEXTS[:8]), together)


def test_a_pickle_says_the_same(fitted):
    estimator, make = fitted
    again = pickle.loads(pickle.dumps(estimator))  # noqa: S301 (made here)
    use = again.predict_proba if is_classifier(again) else lambda X: again.transform(X).toarray()
    assert np.array_equal(use(TEXTS[:5]), make(TEXTS[:5]))


@pytest.mark.parametrize(
    ("X", "reason"), [("A text.", "one string was given"), ([1.0], "a segment is of type float")]
)
def test_what_is_no_list_of_texts_is_refused(fitted, X, reason):
    with pytest.raises(UsageError, match=reason):
        fitted[1](X)


def test_labels_are_names_or_a_table_of_any_kind(tagger):
    names = [s.tags for s in SEGMENTS]
    tables = [TRUTH.astype(int), pd.DataFrame(TRUTH, columns=label_names()), pd.Series(names)]
    for Y in (names, *tables):
        again = make_tagger().fit(TEXTS, Y, LEVELS)
        assert np.array_equal(again.weights_, tagger.weights_)
    assert tagger.score(TEXTS, names) == tagger.score(TEXTS, TRUTH)


def test_labels_that_do_not_go_with_the_segments_are_refused():
    with pytest.raises(UsageError, match=r"labels of shape \(120, 3\); expected \(120, 42\)"):
        SegmentTagger().fit(TEXTS, TRUTH[:, :3])
    with pytest.raises(UsageError, match=r"labels of shape \(119, 42\)"):
        SegmentTagger().fit(TEXTS, TRUTH[1:])
    with pytest.raises(UsageError, match="120 segments and 3 levels of specificity"):
        SegmentTagger().fit(TEXTS, TRUTH, [0, 1, 2])
    with pytest.raises(UsageError, match="0 segments"):
        SegmentTagger().fit([], [])


def test_the_score_of_the_tagger_is_its_f1(tagger):
    expected = f1_score(TRUTH, tagger.predict(TEXTS), average="micro")
    assert tagger.score(TEXTS, TRUTH) == pytest.approx(expected)
    assert tagger.score([], []) == 1


def test_specificity_can_be_left_out(tagger):
    plain = make_tagger(calibration_folds=2).fit(TEXTS, TRUTH)
    n_tags = len(label_names())
    assert np.array_equal(plain.margins(TEXTS)[:, :n_tags], tagger.margins(TEXTS)[:, :n_tags])
    assert not plain.predict_specificity(TEXTS).any()


def test_tags_tell_scikit_learn_what_they_are():
    assert get_tags(SegmentTagger()).classifier_tags.multi_label
    assert get_tags(FeatureExtractor()).estimator_type == "transformer"
    assert get_tags(FeatureExtractor()).input_tags.string


def test_a_grid_is_searched_with_folds_by_company_and_levels_beside():
    search = GridSearchCV(make_tagger(), {"C": [0.1, 1.0]}, cv=GroupKFold(2), scoring="f1_micro")
    search.fit(TEXTS, TRUTH, groups=COMPANIES, specificity=LEVELS)
    assert search.best_params_["C"] in {0.1, 1.0}
    assert search.predict_proba(TEXTS).shape == TRUTH.shape
    assert search.classes_.tolist() == list(label_names())
    assert "SegmentTagger" in search._repr_html_() + repr(search)


def test_folds_are_judged_by_the_score_and_give_probabilities():
    scores = cross_val_score(make_tagger(), TEXTS, TRUTH, cv=2)
    assert ((scores > 0) & (scores < 1)).all()
    chances = cross_val_predict(make_tagger(), TEXTS, TRUTH, cv=2, method="predict_proba")
    assert chances.shape == TRUTH.shape


def test_the_tagger_ends_a_pipeline(tagger):
    clean = FunctionTransformer(lambda X: [" ".join(text.split()) for text in X])
    chain = Pipeline([("clean", clean), ("tag", make_tagger())])
    chain.fit([f"  {text}" for text in TEXTS], TRUTH, tag__specificity=LEVELS)
    assert np.array_equal(chain.predict(TEXTS), tagger.predict(TEXTS))
    assert chain.set_params(tag__C=2.0)["tag"].C == 2.0
    assert chain.score(TEXTS, TRUTH) > 0.5


def test_features_begin_a_pipeline_and_their_settings_are_searched():
    chain = make_pipeline(FeatureExtractor(), SelectKBest(chi2, k=50), LogisticRegression())
    grid = {"featureextractor__min_count": [1, 3]}
    search = GridSearchCV(chain, grid, cv=2).fit(TEXTS, IS_TRAINING)
    assert search.best_score_ > 0.5
    names = search.best_estimator_[:-1].get_feature_names_out()
    assert len(names) == 50
    assert all(":" in name for name in names)


def test_features_stand_beside_others():
    union = FeatureUnion([("a", FeatureExtractor()), ("b", FeatureExtractor(min_count=5))])
    rows = union.fit_transform(TEXTS, IS_TRAINING)
    assert sparse.issparse(rows)
    assert rows.shape == (len(TEXTS), len(union.get_feature_names_out()))


def test_features_come_out_as_a_frame_where_that_is_asked_for():
    extractor = FeatureExtractor(min_count=8).set_output(transform="pandas")
    series = pd.Series(TEXTS, index=range(5, 5 + len(TEXTS)))
    frame = extractor.fit_transform(series)
    assert list(frame.columns) == extractor.feature_names()
    assert frame.index.equals(series.index)
    assert (frame.dtypes == pd.SparseDtype("float32", 0)).all()
    pd.testing.assert_frame_equal(extractor.transform(series), frame)
    plain = clone(extractor).set_output(transform="default").fit_transform(TEXTS)
    assert (plain != frame.sparse.to_coo().tocsr()).nnz == 0
    assert isinstance(clone(extractor).fit_transform(TEXTS), pd.DataFrame)


def test_a_pipeline_sets_the_output_of_its_features():
    chain = make_pipeline(FeatureExtractor(min_count=8), LogisticRegression())
    chain.set_output(transform="pandas").fit(TEXTS, IS_TRAINING)
    assert isinstance(chain[:-1].transform(TEXTS), pd.DataFrame)
    assert set(chain.predict(TEXTS)) <= {True, False}
    with pytest.raises(UsageError, match="no output 'polars' of sparse features"):
        FeatureExtractor().set_output(transform="polars")


# --- late imports ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [["--help"], ["score", "--help"], ["corpus", "export", "--help"], ["--version"]]
)
def test_help_imports_nothing_heavy(arguments):
    heavy = {"spacy", "sklearn", "pandas", "scipy", "numpy", "pyarrow", "matplotlib", "lxml"}
    code = (
        "import sys\nfrom cydscore.cli import run\n"
        f"try:\n    run({arguments})\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print(sorted({heavy} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
    assert done.stdout


def test_the_examples_in_the_manual_are_true(monkeypatch):
    run_examples("scikit-learn.md", monkeypatch)
