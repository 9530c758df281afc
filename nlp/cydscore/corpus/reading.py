"""Read labelled segments from JSON lines; each fault is named with file and line."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cydscore.corpus.companies import find_companies
from cydscore.corpus.rows import CODEBOOK_FILE, parse_row
from cydscore.corpus.segments import LabelledSegment
from cydscore.errors import CorpusError
from cydscore.jsonl import read_json_lines
from cydscore.tags import Codebook, Tag, load_codebook, load_tags

#: A tag with fewer examples is learnt badly, and no figure is given for it.
FEW_EXAMPLES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusCheck:
    """What is wrong with a corpus.

    Attributes
    ----------
    segments
        The segments whose lines are sound.
    faults
        A line for each fault, with file and line; a corpus with one cannot be used.
    warnings
        A line for each tag that has too few examples.
    """

    segments: tuple[LabelledSegment, ...]
    faults: tuple[str, ...]
    warnings: tuple[str, ...]


def read_corpus(
    path: str | Path,
    *,
    companies: Mapping[str, str] | None = None,
    codebook: Mapping[str, Tag] | None = None,
    by_reference: bool = False,
) -> list[LabelledSegment]:
    """Return the labelled segments of a JSON lines file.

    A line has ``text``, or ``accession``, ``sha256`` and ``length`` to find it by; ``tags`` and
    ``specificity``; ``id``, ``element``, ``start``, ``end``, ``sample``, ``reader``, ``date`` and
    ``reading`` where known; and ``company``, or ``accession``/``adsh`` to look it up.

    Parameters
    ----------
    path
        The file, or a folder that holds ``segments.jsonl``, or that gzipped.
    companies
        Company by accession number. Where it is None, a ``companies.csv`` beside the file is
        taken, or else the one in ``corpora/item106``.
    codebook
        The tags there are. Where it is None, a ``codebook.json`` beside the file is taken, or
        else the packaged one.
    by_reference
        Whether lines without text are taken; they are to be hydrated before any text is needed.

    Raises
    ------
    InputMissingError
        If there is no such file.
    CorpusError
        If a line breaks the format; the message names file and line.
    """
    file = find_file(path)
    segments: list[LabelledSegment] = []
    for outcome in _read(file, companies, codebook, by_reference=by_reference):
        if isinstance(outcome, str):
            raise CorpusError(outcome)
        segments.append(outcome)
    if not segments:
        raise CorpusError(f"{file}: no labelled segment; expected one JSON object a line")
    return segments


def check_corpus(path: str | Path, *, companies: Mapping[str, str] | None = None) -> CorpusCheck:
    """Return every fault of a JSON lines file of labelled segments, with text or without.

    Parameters
    ----------
    path
        The file, or a folder that holds ``segments.jsonl``, or that gzipped.
    companies
        As in `read_corpus`.

    Raises
    ------
    InputMissingError
        If there is no such file.
    CorpusError
        If a line is no JSON object, behind which nothing can be read.
    """
    file = find_file(path)
    codebook = find_codebook(file)
    segments: list[LabelledSegment] = []
    faults: list[str] = []
    for outcome in _read(file, companies, codebook, by_reference=True):
        if isinstance(outcome, str):
            faults.append(outcome)
        else:
            segments.append(outcome)
    if not segments and not faults:
        faults.append(f"{file}: no labelled segment; expected one JSON object a line")
    return CorpusCheck(
        segments=tuple(segments),
        faults=tuple(faults),
        warnings=tuple(_find_few(file, segments, codebook)),
    )


def check_splits(splits: Sequence[tuple[str | Path, Iterable[LabelledSegment]]]) -> list[str]:
    """Return a line for each company that stands in two files that should share none.

    Parameters
    ----------
    splits
        Path and segments of each file.
    """
    first: dict[str, tuple[str, int]] = {}
    faults = []
    for path, segments in splits:
        told = set()
        for s in segments:
            place = first.setdefault(s.company, (str(path), s.line))
            if place[0] != str(path) and s.company not in told:
                told.add(s.company)
                faults.append(
                    f"{path}, line {s.line}: company {s.company} is in {place[0]}, line "
                    f"{place[1]}, already; a company belongs into one split"
                )
    return faults


def find_file(path: str | Path) -> Path:
    """Return the file of labelled segments that a path means.

    Parameters
    ----------
    path
        The file, or a folder that holds ``segments.jsonl``, or that gzipped.

    Raises
    ------
    CorpusError
        If the folder holds both.
    """
    file = Path(path)
    if not file.is_dir():
        return file
    plain, packed = file / "segments.jsonl", file / "segments.jsonl.gz"
    if plain.is_file() and packed.is_file():
        raise CorpusError(f"{packed}: {plain.name} is there too; remove one, or name the file")
    return packed if packed.is_file() else plain


def find_codebook(path: str | Path, other: Codebook | None = None) -> Codebook:
    """Return the codebook that lies beside a corpus as ``codebook.json``, or else another.

    Parameters
    ----------
    path
        The corpus, a file or a folder.
    other
        What to return where there is none; the packaged one where it is None.
    """
    own = find_file(path).parent / CODEBOOK_FILE
    return load_codebook(own) if own.is_file() else other or load_tags()


def _read(
    file: Path,
    companies: Mapping[str, str] | None,
    codebook: Mapping[str, Tag] | None,
    *,
    by_reference: bool,
) -> Iterator[LabelledSegment | str]:
    """Yield a segment or a fault for each line."""
    known = find_companies(file) if companies is None else companies
    tags = find_codebook(file) if codebook is None else codebook
    lines: dict[str, int] = {}
    for number, row in read_json_lines(file):
        try:
            segment = parse_row(row, number, known, tags)
        except TypeError as error:
            yield f"{file}, line {number}: {error}"
            continue
        if not segment.text and not by_reference:
            yield (
                f"{file}, line {number}: no 'text', the label is by reference; name the filings "
                "that hold it with --text, or join them first with `cydscore corpus hydrate`"
            )
        elif segment.id in lines:
            yield (
                f"{file}, line {number}: the id '{segment.id}' stands on line "
                f"{lines[segment.id]} already; give each segment its own"
            )
        else:
            lines[segment.id] = number
            yield segment


def _find_few(
    file: Path, segments: Sequence[LabelledSegment], codebook: Mapping[str, Tag]
) -> Iterator[str]:
    counts = Counter(tag for s in segments for tag in s.tags)
    first: dict[str, int] = {}
    for s in segments:
        for tag in s.tags:
            first.setdefault(tag, s.line)
    for tag in codebook:
        if counts[tag] < FEW_EXAMPLES:
            where = f"{file}, line {first[tag]}" if tag in first else str(file)
            yield (
                f"{where}: '{tag}' has {counts[tag]} examples, and {FEW_EXAMPLES} are the least "
                "for a figure; label more (`cydscore corpus suggest`)"
            )
