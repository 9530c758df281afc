"""Folds go by company and by nothing else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cydscore.folds import assign_fold, split_by_company


@given(st.text(), st.integers(1, 20), st.integers(0, 9))
def test_a_fold_is_in_range_and_always_the_same(company, n_folds, seed):
    fold = assign_fold(company, n_folds=n_folds, seed=seed)
    assert 0 <= fold < n_folds
    assert fold == assign_fold(company, n_folds=n_folds, seed=seed)


def test_the_assignment_never_changes_between_versions():
    assert [assign_fold(str(cik)) for cik in range(1000, 1008)] == [3, 3, 4, 2, 1, 4, 4, 2]


def test_another_seed_gives_another_assignment():
    companies = [str(cik) for cik in range(200)]
    assert [assign_fold(c, seed=0) for c in companies] != [
        assign_fold(c, seed=1) for c in companies
    ]


def test_folds_are_about_equal_in_size():
    counts = np.bincount([assign_fold(str(cik)) for cik in range(5000)], minlength=5)
    assert counts.min() > 900


def test_no_company_is_on_both_sides_and_every_row_is_tested_once():
    companies = [f"c{i % 30}" for i in range(200)]
    tested = []
    for train, test in split_by_company(companies):
        assert not {companies[i] for i in train} & {companies[i] for i in test}
        assert len(train) + len(test) == len(companies)
        tested.extend(test.tolist())
    assert sorted(tested) == list(range(200))
