"""A dataset without its prose: facts on real filings that can ship with the project."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from cydscore.dataset import read_table
from cydscore.dataset.tables import import_pyarrow
from cydscore.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

FILINGS_FILE: Final = "filings.parquet"
SAMPLE_FILE: Final = "sample.csv"
CARD_FILE: Final = "README.md"
_N_SAMPLE: Final = 200


def write_facts(dataset: str | Path, folder: str | Path) -> int:
    """Write the table of filings, with the rules of their findings, a sample and a card.

    Nothing of it is prose: accession numbers, names, declared flags, verdicts, counts, scores.

    Parameters
    ----------
    dataset
        Folder of a dataset.
    folder
        Where to; made where it is missing.

    Returns
    -------
    int
        Number of filings.

    Raises
    ------
    InputError
        If a filing has no accession number, by which the facts are published.
    """
    pa = import_pyarrow()
    import pyarrow.parquet as pq

    filings = read_table(dataset, "filings")
    if filings["accession"].isna().any():
        raise InputError(f"{dataset}: holds filings without an accession number; leave them out")
    findings = read_table(dataset, "findings", ["accession", "source", "rule"])
    keys = ["accession", "source"]
    rules = findings.groupby(keys)["rule"].agg(sorted)
    filings = filings.sort_values("accession", kind="stable")
    filings = filings.drop_duplicates("accession", keep="last")
    filings = filings.join(rules.rename("findings"), on=keys).drop(columns="source")
    filings["findings"] = [list(r) if isinstance(r, list) else [] for r in filings["findings"]]
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pandas(filings, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, target / FILINGS_FILE, compression="zstd", compression_level=19)
    step = max(1, len(filings) // _N_SAMPLE)
    sample = filings.iloc[::step].head(_N_SAMPLE)
    sample = sample.assign(findings=[" ".join(rules) for rules in sample["findings"]])
    sample.to_csv(target / SAMPLE_FILE, index=False, lineterminator="\n")
    (target / CARD_FILE).write_text(_write_card(filings), "utf-8")
    return len(filings)


def _write_card(filings: "pd.DataFrame") -> str:
    forms = filings["form"].value_counts()
    shown = ", ".join(f"{n:,} {form}" for form, n in forms.items())
    models = ", ".join(f"`{model[:12]}`" for model in sorted(filings["model"].unique()))
    filed = filings["filed"].dropna()
    span = f"filed from {filed.min()} to {filed.max()}" if len(filed) else "filed on unknown days"
    scored = filings["overall"].notna().sum()
    return f"""# A season of real filings, scored

What cydscore says of {len(filings):,} real filings of {filings["cik"].nunique():,} companies,
{span}: {shown}. Facts only: no sentence of a filing is in here.

| file | what |
|---|---|
| `{FILINGS_FILE}` | a row a filing |
| `{SAMPLE_FILE}` | {min(_N_SAMPLE, len(filings))} of them, spread over the accession numbers |

Columns are those of the [table of filings](../../docs/season.md#filings) without `source`, and
`findings`: the rules of its findings, a rule as often as it found something.

- **Source**: the SEC's Financial Statement and Notes data sets, tables `sub` and `txt`, which it
  publishes for anyone's use. Name, form, sector (`sic`), fiscal year, date and public float are the
  filer's own data.
- **Made by** `make season`: model {models}, {scored:,} filings with a score.
- **Good for**: counting, comparing within a size band, finding filings to read. The words behind
  a row are on EDGAR under its accession number.
- **Not good for**: judging a filer. Verdicts and scores come from a model that errs (see its card,
  `models/default/README.md`); notes data lose paragraphs and characters. A verdict says that words
  and flag do not agree, not which of them is true.
"""
