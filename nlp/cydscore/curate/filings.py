"""The filings that labels speak of, from all places that may hold them."""

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from cydscore.batch import Failure, expand_inputs
from cydscore.errors import CydscoreError, InputMissingError
from cydscore.read import read_filings
from cydscore.read.tables import is_tables, read_tables
from cydscore.records import Filing, Kind

Sources = Iterable[str | Path]
OnProblem = Callable[[str], None]


def read_sources(
    sources: Sources,
    accessions: Collection[str] | None = None,
    *,
    on_problem: OnProblem | None = None,
) -> Iterator[Filing]:
    """Yield the filings of archives, folders, files and folders of Parquet tables.

    Parameters
    ----------
    sources
        Where the filings are.
    accessions
        Of tables, read these only; all by default.
    on_problem
        Called with a line for each file that cannot be read; without it the fault is raised.

    Raises
    ------
    InputMissingError
        If a source names nothing.
    InputError
        If a file cannot be read and there is no ``on_problem``.
    """
    for source in sources:
        if is_tables(source):
            yield from read_tables(source, accessions)
            continue
        for path in expand_inputs([str(source)]):
            if isinstance(path, Failure):
                raise InputMissingError(path.reason)
            try:
                yield from read_filings(path)
            except CydscoreError as error:
                if on_problem is None:
                    raise
                on_problem(str(error))


def list_texts(filing: Filing) -> list[tuple[str | None, str]]:
    """Return element and value of each text block of a filing, and the text of its Item.

    Parameters
    ----------
    filing
        The filing.

    Returns
    -------
    list of tuple
        In the order of the facts, which begins with the document's own context. The Item's text,
        last, has no element.
    """
    texts: list[tuple[str | None, str]] = [
        (fact.element, fact.value)
        for fact in filing.facts
        if fact.kind is Kind.TEXT and isinstance(fact.value, str)
    ]
    return texts if filing.item is None else [*texts, (None, filing.item.text)]
