"""How much of a disclosure is wording that many filers share.

After Dyer, Lang and Stice-Lawrence (2017), who call text boilerplate whose word sequences many
filers use. Sequences of eight words that stand in filings of several companies are kept as
hashes, half of them by chance and 32 bits of each, so that no text can be read back.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from itertools import chain, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cydscore.records import Filing, Segment

Hashes = NDArray[np.uint32]

#: Words in a sequence.
N_WORDS: Final = 8
#: Companies whose filings hold a sequence, from which on it is common.
LEAST_COMPANIES: Final = 5
#: Sequences of a text that are looked at, fewer of which say nothing.
LEAST_SEQUENCES: Final = 20
_SKETCH: Final = "data/common.bin"
_MIXERS: Final = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
_MOST_WORDS: Final = 50_000  # whose hashes are remembered
_CURLY: Final = "’".encode()
_KEPT: Final = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789")
_FOLD: Final = bytes(code if code in _KEPT else 32 for code in range(256))


class _WordHashes(dict[bytes, int]):
    """Hashes of words, each made once."""

    def __missing__(self, word: bytes) -> int:
        if len(self) >= _MOST_WORDS:
            self.clear()
        return self.setdefault(word, zlib.crc32(word))


_WORD_HASHES: Final = _WordHashes()


def hash_sequences(texts: Iterable[str]) -> Hashes:
    """Return the distinct hashes of the eight-word sequences of some texts, half of all, sorted.

    Only letters and digits count; a sequence never runs from one text into the next.
    """
    return _hash_each([texts])[0]


def _hash_each(disclosures: Sequence[Iterable[str]]) -> list[Hashes]:
    """Return the same for the texts of each of several disclosures, hashed in one go."""
    texts = [(owner, _split(text)) for owner, own in enumerate(disclosures) for text in own]
    lengths = [len(words) for _, words in texts]
    n_words = sum(lengths)
    numbers = map(_WORD_HASHES.__getitem__, chain.from_iterable(words for _, words in texts))
    words = np.fromiter(numbers, np.uint64, n_words)
    n = max(0, n_words - N_WORDS + 1)
    hashes = _mix(words, n)
    text = np.repeat(np.arange(len(texts)), lengths)
    whole = text[:n] == text[n_words - n :]  # it does not run on into the next text
    kept = whole & (hashes & np.uint64(1) == 0)
    owner = np.repeat(np.array([owner for owner, _ in texts], np.uint64), lengths)[:n][kept]
    keys = np.sort(owner << np.uint64(32) | hashes[kept] >> np.uint64(32))
    keys = keys[np.diff(keys, prepend=~keys[:1]) != 0]  # np.unique takes twenty times as long
    ends = np.searchsorted(keys >> np.uint64(32), np.arange(len(disclosures) + 1, dtype=np.uint64))
    return [keys[first:last].astype(np.uint32) for first, last in pairwise(ends.tolist())]


def _split(text: str) -> list[bytes]:
    folded = text.lower().encode("utf-8", "replace").replace(_CURLY, b"")
    return folded.translate(_FOLD, b"'").split()


def _mix(words: NDArray[np.uint64], n: int) -> NDArray[np.uint64]:
    """Return the hashes of the first ``n`` sequences of the hashes of some words."""
    first, second, third = (np.uint64(mixer) for mixer in _MIXERS)
    hashes = np.zeros(n, np.uint64)
    for place in range(N_WORDS):
        hashes = (hashes + words[place : place + n]) * first
        hashes ^= hashes >> np.uint64(29)
    hashes = (hashes ^ (hashes >> np.uint64(30))) * second
    hashes = (hashes ^ (hashes >> np.uint64(27))) * third
    return hashes ^ (hashes >> np.uint64(31))


def measure_common(segments: Iterable[Segment]) -> float | None:
    """Return the share of a disclosure's word sequences that are common across filers.

    None where it has too few sequences to tell.
    """
    return measure_common_each([segments])[0]


def measure_common_each(disclosures: Iterable[Iterable[Segment]]) -> list[float | None]:
    """Return the same for each of several disclosures; they cost less together."""
    each = _hash_each([[segment.text for segment in segments] for segments in disclosures])
    if not each:
        return []
    known = _are_among(np.concatenate(each), load_sketch())
    shares = np.split(known, np.cumsum([len(hashes) for hashes in each])[:-1])
    return [float(share.mean()) if len(share) >= LEAST_SEQUENCES else None for share in shares]


def measure_kept(segments: Iterable[Segment], earlier: Iterable[Segment]) -> float | None:
    """Return the share of a disclosure's word sequences that stood in an earlier one.

    None where it has too few sequences to tell.
    """
    hashes = hash_sequences(segment.text for segment in segments)
    if len(hashes) < LEAST_SEQUENCES:
        return None
    return float(_are_among(hashes, hash_sequences(segment.text for segment in earlier)).mean())


def _are_among(hashes: Hashes, known: Hashes) -> NDArray[np.bool_]:
    if len(known) == 0:
        return np.zeros(len(hashes), dtype=bool)
    places = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.asarray(known[places] == hashes)


def gather_common(filings: Iterable[tuple[Filing, Iterable[Segment]]]) -> Hashes:
    """Return the hashes of the sequences that are common across the companies of some filings.

    Parameters
    ----------
    filings
        Filings with their segments.
    """
    by_company: dict[str, list[Hashes]] = defaultdict(list)
    for filing, segments in filings:
        company = filing.cik or filing.accession or filing.source
        by_company[company].append(hash_sequences(segment.text for segment in segments))
    each = [np.unique(np.concatenate(hashes)) for hashes in by_company.values()]
    if not each:
        return np.zeros(0, np.uint32)
    hashes, n_companies = np.unique(np.concatenate(each), return_counts=True)
    return hashes[n_companies >= LEAST_COMPANIES]


def pack_sketch(hashes: Hashes) -> bytes:
    """Return sorted hashes as compressed differences, least significant bytes first."""
    steps = np.diff(hashes.astype(np.int64), prepend=0).astype("<u4")
    return zlib.compress(steps.view(np.uint8).reshape(-1, 4).T.tobytes(), 9)


def unpack_sketch(data: bytes) -> Hashes:
    """Return the hashes that ``pack_sketch`` packed."""
    columns = np.frombuffer(zlib.decompress(data), np.uint8).reshape(4, -1)
    steps = np.ascontiguousarray(columns.T).view("<u4").ravel()
    return np.cumsum(steps, dtype=np.uint64).astype(np.uint32)


@cache
def load_sketch() -> Hashes:
    """Return the hashes of common sequences that ship with the package, sorted."""
    return unpack_sketch(resources.files("cydscore").joinpath(_SKETCH).read_bytes())
