"""The labelled segment, and when two of them say the same."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

#: Samples on which figures are given: drawn without a look at what a model says.
JUDGED_SAMPLES: Final = frozenset({"whole_filing", "enriched", None})
#: Sentences drawn at random; they train and calibrate.
RANDOM_SAMPLE: Final = "random"
#: Number of the reading that settles where the first and the second differ.
SETTLING: Final = 3

_NOT_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSegment:
    """A segment with its labels.

    Attributes
    ----------
    id
        Identifier, unique in its corpus.
    company
        Central Index Key or another name of the filer; folds go by it.
    accession
        Accession number with dashes, or None.
    element
        Local name of the text block it was taken from, or None.
    start, end
        Half-open span in the value of that fact, or None.
    text
        The segment; empty where the label is by reference and was not joined with its text.
    tags
        Its tags and denials (``!tag``), in the order of the file.
    specificity
        0 generic, 1 particular, 2 verifiable.
    sample
        How it was drawn, or None.
    line
        Line in the file, from 1.
    sha256
        SHA-256 of the normalised text (`cydscore.corpus.reference.normalise_text`), or None.
    length
        Number of characters of the normalised text, or None.
    reader
        Who read it, or None.
    date
        Day of the reading as an ISO date, or None.
    reading
        1 for the first, 2 for a second made without sight of it, 3 for one that settled where the
        two differ and counts in place of the first (`drop_duplicates`).
    """

    id: str
    company: str
    accession: str | None
    element: str | None
    start: int | None
    end: int | None
    text: str
    tags: tuple[str, ...]
    specificity: int
    sample: str | None
    line: int
    sha256: str | None = None
    length: int | None = None
    reader: str | None = None
    date: str | None = None
    reading: int = 1

    def to_row(self) -> dict[str, Any]:
        """Return the segment as a row of JSON lines with its text, empty keys left out."""
        row = {
            "id": self.id,
            "company": self.company,
            "accession": self.accession,
            "element": self.element,
            "start": self.start,
            "end": self.end,
            "sha256": self.sha256,
            "length": self.length,
            "text": self.text or None,
            "tags": list(self.tags),
            "specificity": self.specificity,
            "sample": self.sample,
            "reader": self.reader,
            "date": self.date,
            "reading": None if self.reading == 1 else self.reading,
        }
        return {key: value for key, value in row.items() if value is not None}


def fold_text(text: str) -> str:
    """Return the letters and digits of a text in lower case, by which duplicates are known.

    Parameters
    ----------
    text
        The text.
    """
    return _NOT_WORD.sub("", text.lower())


def drop_duplicates(segments: Iterable[LabelledSegment]) -> list[LabelledSegment]:
    """Return the segments without those whose letters and digits were seen before.

    Judged samples are kept before others, and of one sample the reading that settled; what is kept
    stays in order. Segments without text go by the checksum of it.

    Parameters
    ----------
    segments
        The segments.
    """
    rows = list(segments)
    kept: dict[str, int] = {}
    for i in sorted(range(len(rows)), key=lambda i: _rank(rows[i])):
        kept.setdefault(_to_key(rows[i]), i)
    return [rows[i] for i in sorted(kept.values())]


def _rank(segment: LabelledSegment) -> tuple[bool, bool, int]:
    unjudged = segment.sample not in JUDGED_SAMPLES
    return unjudged, segment.reading != SETTLING, segment.reading


def _to_key(segment: LabelledSegment) -> str:
    return fold_text(segment.text) if segment.text else f"#{segment.sha256}"
