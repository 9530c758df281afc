"""Which company made which filing: folds go by company, labels name filings."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cydscore.errors import CorpusError, InputMissingError
from cydscore.jsonl import write_whole

COMPANIES_FILE: Final = "companies.csv"


def read_companies(path: str | Path) -> dict[str, str]:
    """Return the company (Central Index Key) by accession number from a CSV file.

    Parameters
    ----------
    path
        A file with the columns ``accession`` and ``cik``.

    Raises
    ------
    InputMissingError
        If there is no such file.
    CorpusError
        If a column is missing, or it is no CSV in UTF-8.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            found = reader.fieldnames or []
            if not {"accession", "cik"} <= set(found):
                raise CorpusError(
                    f"{path}: columns {', '.join(found) or 'none'}; expected accession and cik"
                )
            return {row["accession"]: row["cik"] for row in reader}
    except (FileNotFoundError, IsADirectoryError) as error:
        raise InputMissingError(f"{path}: no such file; expected accession,cik lines") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise CorpusError(f"{path}: cannot be read as CSV ({error}); save it as UTF-8") from error


def write_companies(path: str | Path, companies: Mapping[str, str]) -> None:
    """Write the company of each accession number as `read_companies` reads it.

    Parameters
    ----------
    path
        The file.
    companies
        Central Index Key by accession number; written in the order of the latter.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("accession", "cik"))
    rows.writerows(sorted(companies.items()))
    write_whole(path, text.getvalue())


def find_companies(file: Path) -> Mapping[str, str]:
    """Return company by accession number, from beside a file or from the clone's own corpus.

    Parameters
    ----------
    file
        A file of labels.
    """
    clone = Path(__file__).parents[3] / "corpora" / "item106"
    for folder in (file.parent, clone):
        if (folder / COMPANIES_FILE).is_file():
            return read_companies(folder / COMPANIES_FILE)
    return {}
