"""Features are the same for the same words, however they are typed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cydscore.errors import NotFittedError
from cydscore.features import FeatureExtractor, name_roles, split_words, stem_word

TEXTS = [
    "Our CISO reports to the Audit Committee each quarter.",
    "The chief information security officer reports to the Risk Committee annually.",
    "We carry cyber insurance.",
    "We do not carry cyber insurance.",
]


@pytest.fixture(scope="module")
def extractor():
    return FeatureExtractor(min_count=1, min_count_apart=1).fit(TEXTS)


def test_curly_and_lost_apostrophes_and_dashes_look_alike():
    assert split_words("the Company’s well‑known programme—tested") == split_words(
        "the Companys well-known programme tested"
    )
    assert split_words("the Company's") == split_words("the Companys")


def test_accents_and_ligatures_fold_to_letters():
    assert split_words("Société ﬁnancière") == ["societe", "financiere"]


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("our Chief Information Security Officer", ["<our>", "<ciso>"]),
        ("the Audit and Risk Committee of the Board", ["the*", "<committee>"]),
        ("since 2019, 12 desks", ["sinc*", "#year", "#", "desk*"]),
    ],
)
def test_names_for_one_thing_become_one_role(text, roles):
    assert name_roles(split_words(text)) == roles


def test_a_stem_keeps_at_least_four_letters():
    assert stem_word("assessments") == stem_word("assessment") == "assess*"
    assert stem_word("tests") == "test*"
    assert stem_word("has") == "has*"


def test_every_group_of_a_row_has_length_one(extractor):
    rows = extractor.transform(TEXTS)
    groups = np.array([0, 1, 1, 2, 3, 2])[extractor.keys_ >> 60]
    for group in range(4):
        lengths = np.sqrt(rows[:, groups == group].power(2).sum(axis=1))
        np.testing.assert_allclose(lengths, 1, rtol=1e-5)


def test_fit_transform_is_fit_then_transform(extractor):
    again = FeatureExtractor(min_count=1, min_count_apart=1)
    assert (again.fit_transform(TEXTS) != extractor.transform(TEXTS)).nnz == 0


def test_features_have_readable_names(extractor):
    names = extractor.feature_names()
    assert len(names) == len(set(names)) == len(extractor.keys_)
    assert {"word:cyber insurance", "role:<ciso> report*", "head:<we> carr*"} <= set(names)


def test_a_restored_vocabulary_gives_the_same_features(extractor):
    again = FeatureExtractor().restore(extractor.units_, extractor.keys_, extractor.idf_)
    assert (again.transform(TEXTS) != extractor.transform(TEXTS)).nnz == 0


def test_the_order_of_segments_does_not_matter(extractor):
    rows = extractor.transform(TEXTS)
    assert (extractor.transform(TEXTS[::-1]) != rows[::-1]).nnz == 0


@given(text=st.text())
def test_any_text_has_features_and_all_are_finite(extractor, text):
    rows = extractor.transform([text, text])
    assert np.isfinite(rows.data).all()
    assert (rows[0] != rows[1]).nnz == 0


def test_no_segment_and_empty_segments_are_no_error(extractor):
    assert extractor.transform([]).shape == (0, len(extractor.keys_))
    assert extractor.transform(["", " ", "—"]).shape[0] == 3


def test_a_megabyte_and_a_word_without_end_are_no_error(extractor):
    assert extractor.transform(["We carry insurance. " * 50_000, "x" * 1_000_000]).shape[0] == 2


def test_features_before_fitting_are_refused():
    with pytest.raises(NotFittedError, match="call fit first"):
        FeatureExtractor().transform(["a"])
