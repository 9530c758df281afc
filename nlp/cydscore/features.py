"""Turn segments into sparse vectors: words, and the same words by role, side by side.

A segment is read twice: as its words, and with the names that filers give to one thing (``data/
lexicon.json``) replaced by that thing and all other words stemmed. N-grams of both, of the
segment's beginning and of words further apart are the features; a vocabulary is two plain arrays.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import chain, count, product
from types import MappingProxyType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cydscore.errors import NotFittedError, UsageError
from cydscore.params import Parameters

Ints = NDArray[np.int64]

_BITS: Final = 20
_MASK: Final = (1 << _BITS) - 1
_KINDS: Final = ("word", "role", "head", "apart", "shape", "path")
_WORDS, _ROLES, _HEADS, _APART, _SHAPE, _PATH = range(len(_KINDS))
# Each group of kinds is scaled to length 1 by itself.
_GROUP_OF_KIND: Final = np.array([0, 1, 1, 2, 3, 2])
_HEAD: Final = 6

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−/\u00a0"), " ")
_KEPT = frozenset("abcdefghijklmnopqrstuvwxyz0123456789$%")
_FOLD: Final = {
    code: None if chr(code) == "'" else (f" {chr(code)} " if chr(code) in "$%" else " ")
    for code in range(128)
    if chr(code) not in _KEPT or chr(code) in "$%"
}
_CHOICE = re.compile(r"\[([^\]]*)\]")
_SUFFIXES: Final = (
    *("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ied"),
    *("ers", "ed", "es", "er", "ly", "s", "e", "y"),
)


def to_texts(X: Iterable[str]) -> list[str]:
    """Return segments as a list of strings.

    Raises
    ------
    UsageError
        If they are anything else, or one string.
    """
    if isinstance(X, str):
        raise UsageError("one string was given where many are expected; put it in a list")
    texts = list(X)
    strange = [x for x in texts if not isinstance(x, str)]
    if strange:
        kind = type(strange[0]).__name__
        raise UsageError(f"a segment is of type {kind}; give strings, and drop others")
    return texts


def split_words(text: str) -> list[str]:
    """Return the words of a text in lower-case ASCII letters and digits, ``$`` and ``%`` kept.

    Apostrophes vanish and dashes part words, because notes data lose both where they are curly.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_DASHES))
        text = text.encode("ascii", "ignore").decode("ascii")
    return text.lower().translate(_FOLD).split()


@lru_cache(maxsize=1 << 16)
def stem_word(word: str) -> str:
    """Return a word without its ending; a figure as ``#`` and a year as ``#year``."""
    if word[0].isdigit():
        year = len(word) == 4 and word.isdigit() and word[:2] in ("19", "20")
        return "#year" if year else "#"
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return word[: -len(suffix)] + "*"
    return word + "*"


@cache
def _lexicon() -> MappingProxyType[str, Any]:
    """Return a tree of words; a class name stands under the empty word where a phrase ends."""
    text = resources.files("cydscore").joinpath("data/lexicon.json").read_text("utf-8")
    tree: dict[str, Any] = {}
    for entry in json.loads(text)["classes"]:
        for phrase in entry["phrases"]:
            parts = _CHOICE.split(phrase)
            choices = [p.split("|") if i % 2 else [p] for i, p in enumerate(parts)]
            for words in product(*choices):
                node = tree
                for word in " ".join(words).split():
                    node = node.setdefault(word, {})
                node.setdefault("", f"<{entry['name']}>")
    return MappingProxyType(tree)


@cache
def _acts() -> Mapping[str, str]:
    """Return the name of the act that a stem tells of, for the stems that do."""
    text = resources.files("cydscore").joinpath("data/lexicon.json").read_text("utf-8")
    return {
        stem_word(word): f"<to {act['name']}>"
        for act in json.loads(text)["acts"]
        for word in act["words"]
    }


def name_roles(words: Sequence[str]) -> list[str]:
    """Return the words with every phrase of the lexicon replaced by its class, others stemmed."""
    tree = _lexicon()
    roles: list[str] = []
    position, n_words = 0, len(words)
    while position < n_words:
        node = tree.get(words[position])
        end, name, ahead = position + 1, "", position + 1
        while node is not None:
            if "" in node:
                end, name = ahead, node[""]
            node = node.get(words[ahead]) if ahead < n_words else None
            ahead += 1
        roles.append(name or stem_word(words[position]))
        position = end
    return roles


class _Numbers(dict[str, int]):
    """Numbers of units; 0 for one that is not known."""

    def __missing__(self, unit: str) -> int:
        return 0


class FeatureExtractor(Parameters):
    """Sparse features of segments, a scikit-learn transformer in all but its base class.

    Parameters
    ----------
    min_count
        Number of segments in which an n-gram must occur to become a feature.
    min_count_apart
        Number of segments in which two words that stand apart must do so.

    Attributes
    ----------
    units_
        Words, stems (``assess*``) and classes (``<board>``); unit i has the number i + 1.
    keys_
        The features, ascending, each packed into 63 bits: kind, then up to three units.
    idf_
        Inverse document frequency of each feature.
    """

    units_: tuple[str, ...]
    keys_: Ints
    idf_: NDArray[np.float32]

    def __init__(self, *, min_count: int = 2, min_count_apart: int = 5) -> None:
        self.min_count = min_count
        self.min_count_apart = min_count_apart

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type="transformer",
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(preserves_dtype=[]),
            input_tags=InputTags(one_d_array=True, two_d_array=False, string=True),
        )

    def fit(self, X: Iterable[str], y: object = None) -> Self:  # noqa: ARG002
        """Learn the vocabulary.

        Parameters
        ----------
        X
            The segments.
        y
            Without effect, kept for scikit-learn.
        """
        texts = to_texts(X)
        words = [split_words(text) for text in texts]
        roles = [name_roles(w) for w in words]
        counts = Counter(unit for row in (*words, *roles) for unit in set(row))
        common = {u for u, n in counts.items() if n >= self.min_count}
        self.units_ = tuple(sorted(common | set(_acts().values())))
        self._index()
        keys, rows = self._keys(texts, words, roles)
        unique = np.unique(np.stack([keys, rows]), axis=1)[0]
        keys, n_rows = np.unique(unique, return_counts=True)
        far = np.isin(keys >> 60, (_APART, _PATH))
        kept = n_rows >= np.where(far, self.min_count_apart, self.min_count)
        self.keys_ = keys[kept]
        self.idf_ = (1 + np.log((1 + len(texts)) / (1 + n_rows[kept]))).astype(np.float32)
        return self

    def restore(self, units: Sequence[str], keys: Ints, idf: NDArray[np.floating[Any]]) -> Self:
        """Take over a vocabulary that was fitted elsewhere.

        Parameters
        ----------
        units
            See ``units_``.
        keys
            See ``keys_``.
        idf
            See ``idf_``.
        """
        self.units_, self.keys_, self.idf_ = tuple(units), keys, idf.astype(np.float32)
        self._index()
        return self

    def select(self, columns: Ints) -> Self:
        """Return an extractor of some of the features.

        Parameters
        ----------
        columns
            Which, ascending.
        """
        chosen = type(self)(**self.get_params())
        return chosen.restore(self.units_, self.keys_[columns], self.idf_[columns])

    def transform(self, X: Iterable[str]) -> Any:
        """Return features of shape (segments, features), each group of a row of length 1.

        They are a sparse matrix, or after ``set_output(transform="pandas")`` a DataFrame.

        Parameters
        ----------
        X
            The segments.

        Raises
        ------
        NotFittedError
            If the vocabulary was not fitted.
        """
        if not hasattr(self, "keys_"):
            raise NotFittedError("the features have no vocabulary yet; call fit first")
        return self._put_out(self._make_matrix(to_texts(X)), X)

    def fit_transform(self, X: Iterable[str], y: object = None) -> Any:  # noqa: ARG002
        """Learn the vocabulary of the segments and return their features.

        Parameters
        ----------
        X
            The segments.
        y
            Without effect, kept for scikit-learn.
        """
        texts = to_texts(X)
        self.fit(texts)
        return self._put_out(self._make_matrix(texts), X)

    def set_output(self, *, transform: str | None = None) -> Self:
        """Choose what `transform` returns.

        Parameters
        ----------
        transform
            ``default`` for a sparse matrix, ``pandas`` for a DataFrame of sparse columns, which
            is slow for many features; None leaves it as it is.

        Raises
        ------
        UsageError
            If it is anything else.
        """
        if transform not in (None, "default", "pandas"):
            raise UsageError(f"no output '{transform}' of sparse features; give default or pandas")
        if transform is not None:
            self._sklearn_output_config = {"transform": transform}  # `clone` copies it by name
        return self

    def _make_matrix(self, texts: list[str]) -> sparse.csr_matrix:
        words = [split_words(text) for text in texts]
        keys, rows = self._keys(texts, words, [name_roles(w) for w in words])
        n_features = len(self.keys_)
        # Searching for keys in ascending order is several times as fast: they share their way.
        order = np.argsort(keys)
        keys, rows = keys[order], rows[order]
        place = np.searchsorted(self.keys_, keys)
        place[place == n_features] = 0
        known = self.keys_[place] == keys if n_features else np.zeros(len(keys), bool)
        cells, counts = np.unique(rows[known] * n_features + place[known], return_counts=True)
        rows, columns = np.divmod(cells, max(n_features, 1))
        values = (1 + np.log(counts)) * self.idf_[columns]
        blocks = rows * len(_GROUP_OF_KIND) + _GROUP_OF_KIND[self.keys_[columns] >> 60]
        lengths = np.sqrt(np.bincount(blocks, values**2, len(texts) * len(_GROUP_OF_KIND)))
        values = (values / lengths[blocks]).astype(np.float32)
        offsets = np.searchsorted(rows, np.arange(len(texts) + 1))
        shape = (len(texts), n_features)
        return sparse.csr_matrix((values, columns, offsets), shape=shape)

    def _put_out(self, matrix: Any, X: object) -> Any:
        config = getattr(self, "_sklearn_output_config", {})
        if config.get("transform") != "pandas":
            return matrix
        import pandas as pd

        index = X.index if isinstance(X, pd.Series) else None
        names = self.get_feature_names_out()
        make = pd.DataFrame.sparse.from_spmatrix  # type: ignore[attr-defined]
        return make(matrix, index=index, columns=names)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Return `feature_names` as scikit-learn asks for them.

        Parameters
        ----------
        input_features
            Without effect, kept for scikit-learn.
        """
        return np.array(self.feature_names(), dtype=object)

    def feature_names(self) -> list[str]:
        """Return a readable name for every feature, in the order of the columns."""
        return [self._name_feature(key) for key in self.keys_.tolist()]

    def _name_feature(self, key: int) -> str:
        kind = key >> 60
        if kind == _SHAPE:  # which holds a mark and no units
            return f"{_KINDS[kind]}:{key & _MASK}"
        units = ((key >> shift) & _MASK for shift in (2 * _BITS, _BITS, 0))
        return f"{_KINDS[kind]}:" + " ".join(self.units_[unit - 1] for unit in units if unit)

    def _index(self) -> None:
        self._number = _Numbers(zip(self.units_, count(1), strict=False))
        acts = _acts()
        path = [self._number[u if u[0] == "<" else acts.get(u, "")] for u in self.units_]
        self._path = np.array([0, *path], np.int64)

    def _keys(
        self, texts: Sequence[str], words: list[list[str]], roles: list[list[str]]
    ) -> tuple[Ints, Ints]:
        """Return every packed feature of the segments and the row it stands in."""
        parts: list[tuple[Ints, Ints]] = []
        ids, rows, _ = self._flatten(words)
        parts += [_grams(ids, rows, n, _WORDS) for n in (1, 2)]
        ids, rows, place = self._flatten(roles)
        parts += [_grams(ids, rows, n, _ROLES) for n in (1, 2, 3)]
        head = place < _HEAD
        parts.append(_grams(ids[head], rows[head], 1, _HEADS))
        for n in (2, 3):
            keys, at = _grams(ids, rows, n, _HEADS, place=place)
            parts.append((keys, at))
        parts += [_gaps(ids, rows, gap) for gap in (2, 3, 4)]
        path = self._path[ids]
        on_path = path > 0
        parts += [_grams(path[on_path], rows[on_path], n, _PATH) for n in (2, 3)]
        parts.append(_shapes(texts, words))
        return np.concatenate([k for k, _ in parts]), np.concatenate([r for _, r in parts])

    def _flatten(self, units: list[list[str]]) -> tuple[Ints, Ints, Ints]:
        """Return the numbers of all units, their rows, and their places in them."""
        lengths = np.fromiter(map(len, units), np.int64, len(units))
        numbers = map(self._number.__getitem__, chain.from_iterable(units))
        ids = np.fromiter(numbers, np.int64, lengths.sum())
        starts = np.cumsum(lengths) - lengths
        return (
            ids,
            np.repeat(np.arange(len(units)), lengths),
            np.arange(len(ids)) - np.repeat(starts, lengths),
        )


def _grams(
    ids: Ints, rows: Ints, n: int, kind: int, place: Ints | None = None
) -> tuple[Ints, Ints]:
    """Return the n-grams of known units within rows; only those at place 0 where it is given."""
    if len(ids) < n:
        return ids[:0], rows[:0]
    last = len(ids) - n + 1
    kept = (rows[:last] == rows[n - 1 :]) & (ids[:last] > 0)
    keys = np.full(last, kind << 60)
    for i in range(n):
        part = ids[i : last + i]
        keys |= part << (2 - i) * _BITS
        kept &= part > 0
    if place is not None:
        kept &= place[:last] == 0
    return keys[kept], rows[:last][kept]


def _gaps(ids: Ints, rows: Ints, gap: int) -> tuple[Ints, Ints]:
    """Return the pairs of known units that stand ``gap`` places apart."""
    first, second = ids[:-gap], ids[gap:]
    kept = (rows[:-gap] == rows[gap:]) & (first > 0) & (second > 0)
    return ((_APART << 60) | (first << 2 * _BITS) | (second << _BITS))[kept], rows[gap:][kept]


def _shapes(texts: Sequence[str], words: list[list[str]]) -> tuple[Ints, Ints]:
    """Return what a segment looks like: its length class, list lead-in, heading, fragment."""
    keys: list[int] = []
    rows: list[int] = []
    for row, (text, inside) in enumerate(zip(texts, words, strict=True)):
        text = text.rstrip()  # noqa: PLW2901
        marks = (
            len(inside).bit_length(),
            20 + text.endswith(":"),
            30 + text.endswith("."),
            40 + text[:1].islower(),
            50 + text[:80].istitle(),
            60 + text[:80].isupper(),
        )
        keys.extend((_SHAPE << 60) | mark for mark in marks)
        rows.extend([row] * len(marks))
    return np.array(keys, np.int64), np.array(rows, np.int64)
