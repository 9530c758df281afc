"""Join labels by reference with the text of filings that the user has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cydscore.corpus import LabelledSegment, read_corpus
from cydscore.corpus.reading import find_file
from cydscore.corpus.reference import SearchableText, match_span
from cydscore.curate.filings import list_texts
from cydscore.errors import CorpusError
from cydscore.inputs import OnProblem, Sources, read_sources
from cydscore.records import Filing
from cydscore.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A label whose text was not found.

    Attributes
    ----------
    segment
        The label.
    reason
        Why not, without file and line.
    """

    segment: LabelledSegment
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hydration:
    """Labels with their text.

    Attributes
    ----------
    segments
        The segments that have text now, in the order of the corpus.
    missing
        The others, likewise.
    n_by_span
        How many of them stood where the label said.
    n_by_search
        How many were found by their checksum elsewhere.
    """

    segments: tuple[LabelledSegment, ...]
    missing: tuple[Missing, ...]
    n_by_span: int
    n_by_search: int


def load_corpus(
    path: str | Path,
    sources: Sources = (),
    *,
    codebook: Mapping[str, Tag] | None = None,
    on_problem: OnProblem | None = None,
) -> list[LabelledSegment]:
    """Return the segments of a corpus, those by reference joined with their text.

    Parameters
    ----------
    path
        The corpus, a file or a folder.
    sources
        Where the filings are; without any, each line must have its text.
    codebook
        As in `cydscore.corpus.read_corpus`.
    on_problem
        Called with a line for each label that is left out, and each file that cannot be read.

    Raises
    ------
    CorpusError
        If the corpus breaks its format, or no label's text is found.
    """
    sources = tuple(sources)
    if not sources:
        return read_corpus(path, codebook=codebook)
    segments = read_corpus(path, codebook=codebook, by_reference=True)
    if all(s.text for s in segments):
        return segments
    made = hydrate_segments(segments, sources, on_problem=on_problem)
    if not made.segments:
        raise CorpusError(
            f"{find_file(path)}, line {made.missing[0].segment.line}: {made.missing[0].reason} "
            f"(and so for all {len(made.missing)} labels); name the filings with --text"
        )
    if on_problem:
        for lost in made.missing:
            on_problem(f"{find_file(path)}, line {lost.segment.line}: {lost.reason}")
    return list(made.segments)


def hydrate_segments(
    segments: Sequence[LabelledSegment],
    sources: Sources,
    *,
    on_problem: OnProblem | None = None,
) -> Hydration:
    """Return labels with their text, found by span or by the checksum of it.

    A span is believed where the checksum of what stands there matches. Otherwise the text is
    searched in the fact's normalised text, from each beginning of a word, then in the filing's
    other blocks and its Item.

    Parameters
    ----------
    segments
        The labels; those that have their text are kept as they are.
    sources
        Where the filings are: notes archives, files, folders of files or of Parquet tables.
    on_problem
        Called with a line for each file that cannot be read; without it the fault is raised.

    Raises
    ------
    InputError
        If a source cannot be read and there is no ``on_problem``.
    """
    pending: dict[str, list[int]] = {}
    for i, segment in enumerate(segments):
        if not segment.text:
            pending.setdefault(str(segment.accession), []).append(i)
    texts: dict[int, str] = {}
    reasons: dict[int, str] = {}
    n_by_span = 0
    if pending:
        for filing in read_sources(sources, sorted(pending), on_problem=on_problem):
            wanted = pending.get(str(filing.accession), [])
            if wanted:
                labels = {i: segments[i] for i in wanted}
                found, n_spans = _find_in_filing(filing, labels)
                n_by_span += n_spans
                texts |= found
                pending[str(filing.accession)] = left = [i for i in wanted if i not in found]
                reasons |= {i: _explain(filing, segments[i]) for i in left}
    missing = [i for left in pending.values() for i in left]
    return Hydration(
        segments=tuple(
            replace(segment, text=texts[i]) if i in texts else segment
            for i, segment in enumerate(segments)
            if segment.text or i in texts
        ),
        missing=tuple(
            Missing(
                segment=segments[i],
                reason=reasons.get(
                    i, f"no filing {segments[i].accession} in the text given; add its source"
                ),
            )
            for i in sorted(missing)
        ),
        n_by_span=n_by_span,
        n_by_search=len(texts) - n_by_span,
    )


def _find_in_filing(
    filing: Filing, labels: Mapping[int, LabelledSegment]
) -> tuple[dict[int, str], int]:
    """Return texts by number of the label, and how many of them were found by their span."""
    values = list_texts(filing)
    found: dict[int, str] = {}
    for i, label in labels.items():
        for element, value in values:
            if element == label.element and match_span(
                value, label.start, label.end, str(label.sha256)
            ):
                found[i] = value[label.start : label.end]
                break
    n_by_span = len(found)
    if n_by_span == len(labels):
        return found, n_by_span
    searched = [(element, SearchableText(value)) for element, value in values]
    for own in (True, False):
        for element, text in searched:
            rest = {
                i: (label.length or 0, str(label.sha256))
                for i, label in labels.items()
                if i not in found and (label.element == element) is own
            }
            wanted: dict[int, set[str]] = {}
            for length, checksum in rest.values():
                wanted.setdefault(length, set()).add(checksum)
            spans = text.find_checksums(wanted)
            for i, key in rest.items():
                if key in spans:
                    found[i] = text.text[slice(*spans[key])]
    return found, n_by_span


def _explain(filing: Filing, label: LabelledSegment) -> str:
    lengths = [len(value) for element, value in list_texts(filing) if element == label.element]
    reason = f"no text of {filing.accession} has the checksum {str(label.sha256)[:12]}"
    if not lengths:
        return f"{reason}, and the filing has no {label.element}"
    if label.end is not None and label.end > max(lengths):
        return f"{reason}, and the span to {label.end} is outside its {max(lengths)} characters"
    return f"{reason}; the label or the filing was changed"
