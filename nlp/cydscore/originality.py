"""How much of a disclosure is wording that many filers share.

After Dyer, Lang and Stice-Lawrence (2017), who call text boilerplate whose word sequences many
filers use. Sequences of eight words that stand in filings of several companies are kept as
hashes, half of them by chance and 32 bits of each, so that no text can be read back.
"""

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources
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
_WORD: Final = re.compile(r"[a-z0-9]+")
_MIXERS: Final = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def hash_sequences(texts: Iterable[str]) -> Hashes:
    """Return the distinct hashes of the eight-word sequences of some texts, half of all, sorted.

    Only letters and digits count; a sequence never runs from one text into the next.
    """
    words: list[int] = []
    ends: list[int] = []
    for text in texts:
        plain = text.lower().replace("'", "").replace("’", "")
        words += [_hash_word(word) for word in _WORD.findall(plain)]
        ends.append(len(words))
    if len(words) < N_WORDS:
        return np.zeros(0, np.uint32)
    hashes = _mix(np.array(words, np.uint64))
    whole = np.ones(len(hashes), dtype=bool)
    for end in ends:
        whole[max(0, end - N_WORDS + 1) : end] = False  # it runs on into the next text
    kept = hashes[whole & (hashes & np.uint64(1) == 0)] >> np.uint64(32)
    return np.unique(kept.astype(np.uint32))


@lru_cache(maxsize=50_000)
def _hash_word(word: str) -> int:
    return zlib.crc32(word.encode())


def _mix(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    n = len(words) - N_WORDS + 1
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
    return _measure_common(tuple(segment.text for segment in segments))


@lru_cache(maxsize=4)  # a filing's measures and its score ask for it in turn
def _measure_common(texts: tuple[str, ...]) -> float | None:
    hashes = hash_sequences(texts)
    if len(hashes) < LEAST_SEQUENCES:
        return None
    return float(_are_among(hashes, load_sketch()).mean())


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
