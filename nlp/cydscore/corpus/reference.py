"""Labels by reference: where a segment stands and a checksum of its text, but not the text.

Formats lose markup, typography and non-ASCII characters in different ways; the checksum is of
what all of them keep.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

_ALNUM = re.compile(r"[a-zA-Z0-9]")
#: Keys of a reference in the order of the file.
REFERENCE_KEYS: Final = (
    *("accession", "element", "start", "end", "sha256", "length"),
    *("tags", "specificity", "sample", "reader", "date", "reading"),
)
_OPENING: Final = "([{\"'“‘•-–—*$#"
_CLOSING: Final = ")]}\"'”’.,;:!?%"


def normalise_text(text: str) -> str:
    """Return the ASCII letters and digits of a text in lower case.

    Parameters
    ----------
    text
        The text, entities unescaped as in the value of a fact.
    """
    return "".join(_ALNUM.findall(text)).lower()


def checksum_text(text: str) -> str:
    """Return the SHA-256 of a text as normalised, in hexadecimal.

    Parameters
    ----------
    text
        The text.
    """
    return sha256(normalise_text(text).encode()).hexdigest()


@dataclass(frozen=True)
class SearchableText:
    """A text that segments are found in by their normalised characters.

    Attributes
    ----------
    text
        The text, entities already unescaped, as in the value of a fact.
    """

    text: str

    @cached_property
    def _places(self) -> list[int]:
        return [match.start() for match in _ALNUM.finditer(self.text)]

    @cached_property
    def _letters(self) -> str:
        return "".join([self.text[place] for place in self._places]).lower()

    @cached_property
    def _word_starts(self) -> list[int]:
        places = self._places
        return [i for i, place in enumerate(places) if i == 0 or places[i - 1] + 1 != place]

    def find_text(self, text: str, *, near: int = 0) -> tuple[int, int] | None:
        """Return the span of a known text, at the place nearest to where it is expected, or None.

        Parameters
        ----------
        text
            The text.
        near
            Character of this text where it should begin.
        """
        wanted = normalise_text(text)
        if not wanted:
            return None
        found = [match.start() for match in re.finditer(f"(?={wanted})", self._letters)]
        if not found:
            return None
        begin = min(found, key=lambda i: abs(self._places[i] - near))
        return self._to_span(begin, begin + len(wanted))

    def find_checksums(
        self, wanted: Mapping[int, Iterable[str]]
    ) -> dict[tuple[int, str], tuple[int, int]]:
        """Return the spans of texts that are known by checksum, each where it stands first.

        Parameters
        ----------
        wanted
            Checksums by the number of normalised characters that they are of.
        """
        found: dict[tuple[int, str], tuple[int, int]] = {}
        data = self._letters.encode()
        for length, sums in wanted.items():
            missing = set(sums)
            for begin in self._word_starts:
                if not missing or begin + length > len(data):
                    break
                digest = sha256(data[begin : begin + length]).hexdigest()
                if digest in missing:
                    missing.discard(digest)
                    found[length, digest] = self._to_span(begin, begin + length)
        return found

    def _to_span(self, begin: int, stop: int) -> tuple[int, int]:
        """Return the span of some normalised characters with the marks that cling to it."""
        start, end = self._places[begin], self._places[stop - 1] + 1
        while start > 0 and self.text[start - 1] in _OPENING:
            start -= 1
        while end < len(self.text) and self.text[end] in _CLOSING:
            end += 1
        return start, end


def make_reference(row: Mapping[str, Any], value: str) -> dict[str, Any] | None:
    """Return a labelled segment by reference, or None where a fact does not hold its text.

    Parameters
    ----------
    row
        The segment: ``accession`` (or ``adsh``), ``element``, ``text``, ``tags``, ``specificity``;
        ``start`` where it should stand, ``sample``, ``reader``, ``date`` and ``reading`` if known.
    value
        Value of the fact, as cydscore reads it.
    """
    text = str(row["text"])
    near = row.get("start") or 0
    exact = [match.start() for match in re.finditer(f"(?={re.escape(text)})", value)]
    if exact:
        start = min(exact, key=lambda place: abs(place - near))
        span: tuple[int, int] | None = (start, start + len(text))
    else:
        span = SearchableText(value).find_text(text, near=near)
    if span is None:
        return None
    made = {
        **row,
        "accession": row.get("accession") or row.get("adsh"),
        "start": span[0],
        "end": span[1],
        "sha256": checksum_text(text),
        "length": len(normalise_text(text)),
        "reading": row.get("reading") or 1,
    }
    return {key: made.get(key) for key in REFERENCE_KEYS}


def match_span(value: str, start: int | None, end: int | None, checksum: str) -> bool:
    """Tell whether a span of a value holds the text that a checksum is of.

    Parameters
    ----------
    value
        Value of a fact.
    start, end
        The span, or None.
    checksum
        SHA-256 of the normalised text.
    """
    if start is None or end is None or end > len(value):
        return False
    return checksum_text(value[start:end]) == checksum
