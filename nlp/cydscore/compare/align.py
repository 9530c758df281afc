"""Match the sentences of two filings, and the words of near-identical ones.

Letters and digits decide whether a sentence is kept, for markup and typography differ from one
format to the other; the share of words in the same order, whether it is changed or another one.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice
from typing import Final

import numpy as np

from cydscore.compare.result import Edit, Fate, Match
from cydscore.copies import to_key
from cydscore.records import Segment

#: Words in the same order over all words, from which a sentence is the same one changed. Of pairs
#: in real filings just above it, most say the same thing otherwise; below it, another thing.
LEAST_SIMILARITY: Final = 0.6

#: Nobody writes a sentence of more words; what repeats in one is passed over, for to match every
#: word with every other would take minutes.
_LONGEST: Final = 2000
#: Pairs whose words are compared in order; two real filings have some hundreds that are alike
#: enough, and beyond it sentences count as added and removed, so that none takes hours.
_MOST_COMPARED: Final = 50_000

_WORD: Final = re.compile(r"\w+(?:['’]\w+)*")
_DATES: Final = re.compile(
    r"\b(?:(?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december)\s*\d{0,2}\s*,?\s*)?(?:19|20)\d\d\b|\b(?:january|february|march|april|may|june"
    r"|july|august|september|october|november|december)\s*\d{1,2}\b|\bfy\s?\d\d\b",
    re.IGNORECASE,
)


def match_sentences(old: Sequence[Segment], new: Sequence[Segment]) -> tuple[Match, ...]:
    """Return what became of each sentence, in the order of the new filing.

    Parameters
    ----------
    old, new
        The segments of either filing, in reading order.

    Returns
    -------
    tuple of Match
        Each segment of either stands in one match; in several where one filing has as one
        sentence what the other has as two.
    """
    matches = _match_same(old, new)
    left = sorted(set(range(len(old))) - {m.old for m in matches})
    right = sorted(set(range(len(new))) - {m.new for m in matches})
    for first, second, similarity in _pair_alike(old, new, left, right):
        matches.append(_make_changed(old, new, first, second, similarity))
    known_old, known_new = {m.old for m in matches}, {m.new for m in matches}
    for row in left:
        if row not in known_old:
            matches.append(Match(fate=Fate.REMOVED, old=row, new=None, similarity=0.0))
    for row in right:
        if row not in known_new:
            matches.append(Match(fate=Fate.ADDED, old=None, new=row, similarity=0.0))
    return _order(matches)


def compare_words(old: str, new: str) -> tuple[Edit, ...]:
    """Return how the words of one text become those of another, runs of words at a time."""
    before, after = old.split(), new.split()
    matcher = _match_words(before, after)
    return tuple(
        Edit(op=op, old=" ".join(before[i:j]), new=" ".join(after[k:m]))
        for op, i, j, k, m in matcher.get_opcodes()
    )


def differs_in_dates_only(old: str, new: str) -> bool:
    """Tell whether two texts are the same but for years and dates."""
    return to_key(_DATES.sub("", old)) == to_key(_DATES.sub("", new))


def _match_same(old: Sequence[Segment], new: Sequence[Segment]) -> list[Match]:
    """Match sentences with the same letters, also where they were cut otherwise."""
    keys_old, keys_new = ([to_key(s.text) for s in side] for side in (old, new))
    rows_new: dict[str, list[int]] = {}
    for row, key in reversed(list(enumerate(keys_new))):
        rows_new.setdefault(key, []).append(row)
    pairs: list[tuple[int, int]] = []
    for row, key in enumerate(keys_old):
        if rows_new.get(key):
            pairs.append((row, rows_new[key].pop()))
    done_old, done_new = {i for i, _ in pairs}, {j for _, j in pairs}
    pairs += [
        (row, partner)
        for row, partner in _find_recut(keys_old, keys_new)
        if row not in done_old and partner not in done_new
    ]
    pairs += [
        (row, partner)
        for partner, row in _find_recut(keys_new, keys_old)
        if row not in done_old and partner not in done_new
    ]
    return [Match(fate=Fate.KEPT, old=i, new=j, similarity=1.0) for i, j in pairs]


def _find_recut(whole: Sequence[str], parts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield each sentence with each of the consecutive sentences that make it up."""
    by_start: dict[str, list[int]] = {}
    for row, key in enumerate(parts):
        by_start.setdefault(key[:12], []).append(row)
    for number, key in enumerate(whole):
        for first in by_start.get(key[:12], ()):
            end, rest = first, key
            while end < len(parts) and parts[end] and rest.startswith(parts[end]):
                rest = rest[len(parts[end]) :]
                end += 1
            if not rest and end - first > 1:
                yield from ((number, row) for row in range(first, end))
                break


def _pair_alike(
    old: Sequence[Segment], new: Sequence[Segment], left: Sequence[int], right: Sequence[int]
) -> Iterator[tuple[int, int, float]]:
    """Yield the best pairs of near-identical sentences, each sentence once."""
    words_old = [_WORD.findall(old[row].text.lower()) for row in left]
    words_new = [_WORD.findall(new[row].text.lower()) for row in right]
    found = []
    for i, j in islice(_find_likely(words_old, words_new), _MOST_COMPARED):
        similarity = _match_words(words_old[i], words_new[j]).ratio()
        if similarity >= LEAST_SIMILARITY:
            found.append((-similarity, abs(left[i] - right[j]), left[i], right[j]))
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    for similarity, _, first, second in sorted(found):
        if first not in taken_old and second not in taken_new:
            taken_old.add(first)
            taken_new.add(second)
            yield first, second, -similarity


def _match_words(old: Sequence[str], new: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > _LONGEST)


def _find_likely(
    old: Sequence[Sequence[str]], new: Sequence[Sequence[str]]
) -> Iterator[tuple[int, int]]:
    """Yield the pairs that share words enough, in any order, to be similar."""
    holders: dict[tuple[str, int], list[int]] = {}
    for row, sentence in enumerate(new):
        for word in _number_words(sentence):
            holders.setdefault(word, []).append(row)
    sizes = np.array([len(sentence) for sentence in new])
    for row, sentence in enumerate(old):
        rows = [other for word in _number_words(sentence) for other in holders.get(word, ())]
        shared = np.bincount(np.array(rows, dtype=np.intp), minlength=len(new))
        bound = 2 * shared / np.maximum(1, len(sentence) + sizes)
        yield from ((row, other) for other in np.flatnonzero(bound >= LEAST_SIMILARITY).tolist())


def _number_words(sentence: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield each word with how often it has stood before, so that the second counts apart."""
    counts: Counter[str] = Counter()
    for word in sentence:
        yield word, counts[word]
        counts[word] += 1


def _make_changed(
    old: Sequence[Segment], new: Sequence[Segment], first: int, second: int, similarity: float
) -> Match:
    before, after = old[first].text, new[second].text
    return Match(
        fate=Fate.CHANGED,
        old=first,
        new=second,
        similarity=similarity,
        edits=compare_words(before, after),
        dates_only=differs_in_dates_only(before, after),
    )


def _order(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Return matches in the order of the new filing, removed ones behind what they followed."""
    place = {m.old: m.new for m in matches if m.old is not None and m.new is not None}
    last, behind = -1, {}
    for row in sorted(m.old for m in matches if m.old is not None):
        last = place.get(row, last)
        behind[row] = last

    def key(match: Match) -> tuple[int, int, int]:
        if match.new is not None:
            return (match.new, 0, -1 if match.old is None else match.old)
        assert match.old is not None  # noqa: S101 (a match has one side at least)
        return (behind[match.old], 1, match.old)

    return tuple(sorted(matches, key=key))
