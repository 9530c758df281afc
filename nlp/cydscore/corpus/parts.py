"""Split a corpus by company, so that no filer is on both sides."""

from collections.abc import Iterable
from hashlib import blake2b

from cydscore.corpus.segments import LabelledSegment, drop_duplicates
from cydscore.errors import UsageError
from cydscore.folds import assign_fold


def split_corpus(
    segments: Iterable[LabelledSegment],
    *,
    n_folds: int = 5,
    test_share: float | None = None,
    seed: int = 0,
) -> dict[str, list[LabelledSegment]]:
    """Return the segments by part, duplicates dropped, each company in one part.

    Where a company goes depends on its name and the seed alone, so it stays there as a corpus
    grows.

    Parameters
    ----------
    segments
        The segments.
    n_folds
        Number of folds, the parts ``fold-0`` and so on; as those that training judges by.
    test_share
        Share of companies that the part ``test`` shall have, in (0, 1); the others are ``train``.
        Instead of folds.
    seed
        Another seed gives another, unrelated split.

    Raises
    ------
    UsageError
        If there are fewer than two folds, or the share is not between 0 and 1.
    """
    if n_folds < 2:
        raise UsageError(f"{n_folds} folds; give 2 or more")
    if test_share is not None and not 0 < test_share < 1:
        raise UsageError(f"a test share of {test_share}; give one between 0 and 1, as 0.2")
    names = [f"fold-{k}" for k in range(n_folds)] if test_share is None else ["train", "test"]
    parts: dict[str, list[LabelledSegment]] = {name: [] for name in names}
    for segment in drop_duplicates(segments):
        if test_share is None:
            place = assign_fold(segment.company, n_folds=n_folds, seed=seed)
        else:
            place = int(_share(segment.company, seed) < test_share)
        parts[names[place]].append(segment)
    return parts


def _share(company: str, seed: int) -> float:
    """Return a number in [0, 1) that belongs to a company."""
    digest = blake2b(f"split:{seed}:{company}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
