"""Choose what to label next: where a model is unsure, more for rare tags, wording distinct.

Uncertainty sampling (Lewis and Gale, A Sequential Algorithm for Training Text Classifiers, SIGIR
1994) with a quota for each label, so that frequent tags do not take all the places.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cydscore.corpus.reference import checksum_text, normalise_text
from cydscore.records import Filing
from cydscore.segment import segment_filing
from cydscore.tagger import SegmentTagger

#: Share of words that two segments may have in common, of all words of both.
_MOST_ALIKE: Final = 0.7
_LEAST_WORDS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A segment worth labelling.

    Attributes
    ----------
    row
        A row of JSON lines with ``tags`` and ``specificity`` null, for a reader to fill in.
    label
        The label that it was chosen for.
    probability
        Its probability by the model.
    uncertainty
        1 where the probability is at the threshold, 0 where it is 0 or 1.
    """

    row: Mapping[str, Any]
    label: str
    probability: float
    uncertainty: float

    def to_row(self) -> dict[str, Any]:
        """Return the row, with why it was chosen."""
        why = {"label": self.label, "probability": round(self.probability, 3)}
        return {**self.row, "tags": None, "specificity": None, "sample": "active", "why": why}


@dataclass(slots=True)
class _Pool:
    rows: list[dict[str, Any]] = field(default_factory=list)
    chances: list[NDArray[np.float64]] = field(default_factory=list)


def suggest_segments(
    filings: Iterable[Filing],
    tagger: SegmentTagger,
    *,
    n_most: int,
    known: Collection[str] = (),
    companies: Collection[str] = (),
    examples: Mapping[str, int] | None = None,
) -> list[Suggestion]:
    """Return segments to label next, the most unsure of each label first.

    Parameters
    ----------
    filings
        Where to look.
    tagger
        The tagger whose doubt counts.
    n_most
        Most segments returned.
    known
        What is labelled already: checksums of normalised texts.
    companies
        Companies to leave out, as those of the corpus, so that the new labels widen it.
    examples
        Examples of each label so far, by which quotas go: a label with a quarter of the examples
        of another has twice its quota. All alike where it is None.
    """
    pool = _gather(filings, tagger, frozenset(known), frozenset(companies))
    if not pool.rows:
        return []
    chances = np.concatenate(pool.chances)
    thresholds = tagger.calibration_.thresholds[: chances.shape[1]].astype(np.float64)
    doubt = _measure_doubt(chances, thresholds)
    counts = examples or {}
    shares = np.array([1 / np.sqrt(1 + counts.get(label, 0)) for label in tagger.labels_])
    quotas = np.ceil(n_most * shares / shares.sum()).astype(int)
    chosen: list[Suggestion] = []
    words: list[frozenset[str]] = []
    taken: set[int] = set()
    for j in np.argsort(-shares, kind="stable"):
        left = int(quotas[j])
        for i in np.argsort(-doubt[:, j], kind="stable").tolist():
            if left == 0 or len(chosen) == n_most or doubt[i, j] <= 0:
                break
            bag = frozenset(pool.rows[i]["text"].lower().split())
            if i in taken or any(_are_alike(bag, other) for other in words):
                continue
            left -= 1
            taken.add(i)
            words.append(bag)
            chosen.append(
                Suggestion(
                    row=pool.rows[i],
                    label=tagger.labels_[j],
                    probability=float(chances[i, j]),
                    uncertainty=float(doubt[i, j]),
                )
            )
    return chosen


def count_examples(rows: Iterable[Sequence[str]]) -> dict[str, int]:
    """Return how often each label stands in the tags of segments.

    Parameters
    ----------
    rows
        The tags and denials of each segment.
    """
    counts: dict[str, int] = {}
    for tags in rows:
        for tag in tags:
            counts[tag] = counts.get(tag, 0) + 1
    return counts


def _gather(
    filings: Iterable[Filing],
    tagger: SegmentTagger,
    known: frozenset[str],
    companies: frozenset[str],
) -> _Pool:
    """Return the segments that are new, each wording once, with their probabilities."""
    pool, seen = _Pool(), set(known)
    for filing in filings:
        company = filing.cik or filing.accession or Path(filing.source).name
        if company in companies:
            continue
        rows = []
        for segment in segment_filing(filing):
            checksum = checksum_text(segment.text)
            if checksum in seen or len(segment.text.split()) < _LEAST_WORDS:
                continue
            seen.add(checksum)
            fact = None if segment.fact is None else filing.facts[segment.fact]
            rows.append(
                {
                    "company": company,
                    "accession": filing.accession,
                    "element": fact.element if fact else None,
                    "start": segment.start,
                    "end": segment.end,
                    "sha256": checksum,
                    "length": len(normalise_text(segment.text)),
                    "text": segment.text,
                }
            )
        if rows:
            pool.rows += rows
            chances = tagger.predict_proba([str(row["text"]) for row in rows])
            pool.chances.append(chances.astype(np.float64))
    return pool


def _measure_doubt(
    chances: NDArray[np.float64], thresholds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return 1 at the threshold, falling to 0 at the probabilities 0 and 1."""
    below = chances / np.maximum(thresholds, 1e-6)
    above = (1 - chances) / np.maximum(1 - thresholds, 1e-6)
    return np.minimum(below, above)


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    n_both = len(one & other)
    return n_both >= _MOST_ALIKE * (len(one) + len(other) - n_both)
