"""Turn labelled segments with text into labels by reference, and add them to a corpus."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cydscore.corpus.companies import COMPANIES_FILE, read_companies, write_companies
from cydscore.corpus.reading import check_corpus, find_file
from cydscore.corpus.reference import make_reference
from cydscore.curate.filings import list_texts
from cydscore.errors import CorpusError
from cydscore.inputs import OnProblem, Sources, read_sources
from cydscore.jsonl import read_json_lines, read_text, to_json_lines, write_whole

_NEEDED = ("text", "tags", "specificity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """Labels by reference made from labels with text.

    Attributes
    ----------
    references
        Rows without prose, in the order given.
    companies
        Central Index Key by accession number, of the filings that were read.
    missing
        A line for each row whose text is in no filing given.
    """

    references: tuple[Mapping[str, Any], ...]
    companies: Mapping[str, str]
    missing: tuple[str, ...]


def refer_rows(
    paths: Iterable[str | Path],
    sources: Sources,
    *,
    more: Mapping[str, Any] | None = None,
    on_problem: OnProblem | None = None,
) -> Referral:
    """Return the rows of JSON lines by reference: span and checksum in place of the text.

    Parameters
    ----------
    paths
        Files of rows with ``accession`` (or ``adsh``), ``element``, ``text``, ``tags`` and
        ``specificity``; ``start`` (where the text should stand), ``sample``, ``reader``, ``date``
        and ``reading`` where known.
    sources
        Where the filings are.
    more
        Values for keys that a row does not have, as ``{"reader": "annotator-1"}``.
    on_problem
        Called with a line for each file of filings that cannot be read.

    Raises
    ------
    CorpusError
        If a row lacks what it needs; the message names file and line.
    """
    rows: list[tuple[str, dict[str, Any]]] = []
    pending: dict[str, list[int]] = {}
    for path in paths:
        for number, row in read_json_lines(find_file(path)):
            place = f"{find_file(path)}, line {number}"
            accession = row.get("accession") or row.get("adsh")
            lacking = [key for key in _NEEDED if row.get(key) is None]
            lacking += [] if accession else ["accession"]
            if lacking:
                raise CorpusError(f"{place}: no '{lacking[0]}'; add it to refer to the segment")
            if not isinstance(row.get("start") or 0, int):
                raise CorpusError(f"{place}: 'start' is {row['start']!r:.40}; write a whole number")
            pending.setdefault(str(accession), []).append(len(rows))
            rows.append((place, {**(more or {}), **row}))
    made: dict[int, Mapping[str, Any]] = {}
    companies: dict[str, str] = {}
    for filing in read_sources(sources, sorted(pending), on_problem=on_problem):
        accession = str(filing.accession)
        wanted = [i for i in pending.get(accession, ()) if i not in made]
        texts = list_texts(filing) if wanted else []
        for i in wanted:
            row = rows[i][1]
            for element, value in sorted(texts, key=lambda text: text[0] != row.get("element")):
                reference = make_reference({**row, "element": element}, value)
                if reference is not None:
                    made[i] = reference
                    companies[accession] = filing.cik or accession
                    break
    missing = [
        f"{place}: no block of {row.get('accession') or row.get('adsh')} in the filings given "
        "holds the text"
        for i, (place, row) in enumerate(rows)
        if i not in made
    ]
    return Referral(
        references=tuple(made[i] for i in sorted(made)),
        companies=companies,
        missing=tuple(missing),
    )


def append_references(referral: Referral, corpus: str | Path) -> int:
    """Add labels by reference to a corpus, all or none, and their companies to the file beside it.

    Parameters
    ----------
    referral
        What `refer_rows` made.
    corpus
        The file, or a folder that holds ``segments.jsonl``, or that gzipped; made where there is
        none.

    Returns
    -------
    int
        Number of labels that the corpus has now.

    Raises
    ------
    CorpusError
        If the corpus would break its format, as by a label that it has already; nothing is
        written then.
    """
    file = find_file(corpus)
    if not file.is_file() and not file.name.endswith(
        (".jsonl", ".jsonl.gz")
    ):  # a folder that is not there yet
        file /= "segments.jsonl"
    old = read_text(file) if file.is_file() else ""
    new = old + ("" if old.endswith("\n") or not old else "\n")
    new += to_json_lines(referral.references)
    beside = file.with_name(COMPANIES_FILE)
    known = read_companies(beside) if beside.is_file() else {}
    companies = {**referral.companies, **known}
    trial = file.with_name(f".trial.{file.name}")
    try:
        write_whole(trial, new)
        checked = check_corpus(trial, companies=companies)
    finally:
        trial.unlink(missing_ok=True)
    if checked.faults:
        raise CorpusError(checked.faults[0].replace(str(trial), f"{file} with the new labels"))
    write_whole(file, new)
    if companies != known:
        write_companies(beside, companies)
    return len(checked.segments)
