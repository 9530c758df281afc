"""Put companies into folds, always the same way, so that no filer is on both sides of a split."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray


def assign_fold(company: str, *, n_folds: int = 5, seed: int = 0) -> int:
    """Return the fold of a company, in [0, n_folds).

    It depends on nothing but its arguments: labels on segments, flags and grades of one company
    share a fold, whatever else the corpora hold.

    Parameters
    ----------
    company
        Central Index Key or another name of the company.
    n_folds
        Number of folds.
    seed
        Another seed gives another, unrelated assignment.
    """
    digest = blake2b(f"{seed}:{company}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % n_folds


def split_by_company(
    companies: Sequence[str], *, n_folds: int = 5, seed: int = 0
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield the row numbers to train on and to test on, for each fold that has companies.

    Parameters
    ----------
    companies
        Company of every row.
    n_folds
        Number of folds.
    seed
        See `assign_fold`.
    """
    folds = np.array([assign_fold(c, n_folds=n_folds, seed=seed) for c in companies], np.int64)
    for fold in np.unique(folds):
        yield np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
