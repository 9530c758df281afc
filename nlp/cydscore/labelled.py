"""Filings that were read or graded, as a tagger sees them that has not seen their companies.

So the checker and the scorer learn from the tagger's mistakes as they will meet them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cydscore.batch import read_source
from cydscore.errors import CorpusError
from cydscore.folds import assign_fold
from cydscore.jsonl import read_json_lines
from cydscore.records import Filing, Segment, Tagging
from cydscore.segment import segment_filing
from cydscore.tagger import SegmentTagger

#: What a filing read against its flags carries.
READ: Final = ("stated", "blocks")
#: What a graded filing carries: four parts from 0 to 4, and an overall grade from 0 to 100.
GRADED: Final = ("coverage", "specificity", "candour", "clarity", "overall")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFiling:
    """A labelled filing as its own fold's tagger reads it.

    Attributes
    ----------
    filing
        The filing.
    fold
        Its fold.
    segments, tagging
        Its segments, and what a tagger that has not seen its company says of them.
    """

    filing: Filing
    fold: int
    segments: tuple[Segment, ...]
    tagging: Tagging


def read_labels(path: str | Path | None, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Return the labels of filings from JSON lines, none where there is no file.

    Parameters
    ----------
    path
        The file, or None.
    keys
        What each line must carry beside ``adsh``, its accession number.

    Raises
    ------
    InputMissingError
        If there is no such file.
    CorpusError
        If the file cannot be read or a line breaks the format.
    """
    if path is None:
        return []
    rows = []
    for number, row in read_json_lines(path):
        missing = [key for key in ("adsh", *keys) if key not in row]
        if missing:
            raise CorpusError(f"{path}, line {number}: no {', '.join(missing)}")
        rows.append(row)
    return rows


def read_labelled(
    source: str | Path,
    accessions: Iterable[str],
    companies: Mapping[str, str],
    taggers: Sequence[SegmentTagger],
    *,
    seed: int = 0,
) -> dict[str, ReadFiling]:
    """Return labelled filings by accession number, each tagged by its own fold's tagger.

    Parameters
    ----------
    source
        A folder of Parquet tables, a notes archive, a folder or a file.
    accessions
        The filings wanted.
    companies
        Company by accession number, which decides the fold.
    taggers
        The tagger of each fold, which has not seen the companies of that fold.
    seed
        Seed of the folds.

    Raises
    ------
    CorpusError
        If a filing is not in the source.
    """
    wanted = set(accessions)
    read: dict[str, ReadFiling] = {}
    for filing in read_source(source, wanted):
        if filing.accession not in wanted or filing.accession in read:
            continue
        company = companies.get(filing.accession) or filing.cik or filing.accession
        fold = assign_fold(company, n_folds=len(taggers), seed=seed)
        segments = segment_filing(filing)
        tagging = taggers[fold].describe([s.text for s in segments])
        read[filing.accession] = ReadFiling(
            filing=filing, fold=fold, segments=segments, tagging=tagging
        )
    missing = sorted(wanted - read.keys())
    if missing:
        raise CorpusError(
            f"{source}: {len(missing)} of {len(wanted)} labelled filings are not there, "
            f"{missing[0]} for one; name the data that hold them with --filings"
        )
    return read
