"""Plain negations that a tagger passes over, put right before anything is judged.

A bag of words hardly sees whether ``not`` governs the verb that it goes by, and a flag can turn on
it. The patterns stand in ``data/asks.json``; sentences that no tag of the kind is likely in are
not looked at.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np

from cydscore.check.asks import load_negation
from cydscore.check.decide import Floats
from cydscore.records import Segment, Tagging
from cydscore.tags import DENIAL

_LIKELY: Final = 0.3
_DENIALS: Final = ("no_past_impact", "no_likely_impact")
_EFFECT: Final = "material_impact"


def read_negations(
    segments: Sequence[Segment], tagging: Tagging, starts: Collection[int] = (0,)
) -> Tagging:
    """Return what a tagger says of some segments, with plain negations put right.

    A denial of a material effect without a word that denies, in its segment or in the one before
    it, is none, and affirms the effect where it is told as a fact. A topic whose verb is negated
    is denied, not stated, where the sentence says nothing beside.

    Parameters
    ----------
    segments, tagging
        The segments of filings, one behind the other, and what the tagger says of them.
    starts
        Rows in which a filing begins.
    """
    columns = {label: place for place, label in enumerate(tagging.labels)}
    changed = tagging.probability.copy()
    for row in _find_likely(tagging, columns, _DENIALS):
        before = "" if row in starts else segments[row - 1].text
        if not _denies(f"{before} {segments[row].text}"):
            _undo_denial(changed[row], segments[row].text, columns)
    for tag, verbs in _verbs().items():
        for row in _find_likely(tagging, columns, (tag,)):
            if _is_negated(segments[row].text, verbs):
                swap = [columns[tag], columns[DENIAL + tag]]
                changed[row, swap] = [0.0, changed[row, swap].max()]
    if np.array_equal(changed, tagging.probability):
        return tagging
    return replace(tagging, probability=changed)


def _find_likely(
    tagging: Tagging, columns: Mapping[str, int], labels: Sequence[str]
) -> Sequence[int]:
    places = [columns[label] for label in labels if label in columns]
    likely: Sequence[int] = np.flatnonzero(
        (tagging.probability[:, places] >= _LIKELY).any(axis=1)
    ).tolist()
    return likely


def _undo_denial(row: Floats, text: str, columns: Mapping[str, int]) -> None:
    denials = [columns[label] for label in _DENIALS]
    most = row[denials].max()
    row[denials] = 0.0
    if _pattern("effect").search(text) and not _pattern("unreal").search(text):
        row[columns[_EFFECT]] = max(row[columns[_EFFECT]], most)


def _denies(text: str) -> bool:
    return _pattern("denial").search(text.lower()) is not None


def _is_negated(text: str, verbs: re.Pattern[str]) -> bool:
    lower = text.lower()
    if not any(word in lower for word in ("not", "never", "yet to")):
        return False
    return verbs.search(lower) is not None and not _pattern("beside").search(lower)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(str(load_negation()[name]), re.IGNORECASE)


@cache
def _verbs() -> Mapping[str, re.Pattern[str]]:
    verbs: Mapping[str, str] = load_negation()["verbs"]
    return {tag: re.compile(pattern) for tag, pattern in verbs.items()}
