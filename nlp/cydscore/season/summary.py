"""Sum a dataset up: rates by group, best and worst scores, changes from the year before."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cydscore.dataset import read_table, table_schema
from cydscore.errors import InputError
from cydscore.season.groups import GROUPS, SIZE_BANDS, add_groups
from cydscore.tags import tag_names
from cydscore.taxonomy import flag_names

if TYPE_CHECKING:
    import pandas as pd

#: Least number of filings of which a rate is told.
N_LEAST: Final = 5
_N_RANKED: Final = 10
_RATED: Final = ("accession", "company", "form", "size", "sector", "year", "overall")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonSummary:
    """A season at a glance.

    Attributes
    ----------
    n_filings, n_companies
        How many there are, each accession number counted once.
    models
        Checksums of the models that scored them.
    flags
        A row a flag: shares in [0, 1] of annual filings that declare it ``true``, ``false`` and
        not at all, and of those that declare it, each verdict.
    rates
        A row a group, value and measure: ``n_filings`` and ``rate``. Measures are
        ``flag:NAME`` (share that declares it true, of those that declare it),
        ``contradicted`` (share of filings with a flag that the words contradict),
        ``misfit`` (share of text blocks that answer another element), ``tag:NAME`` and
        ``tag:!NAME`` (share of filings that state or deny it) and ``overall`` (median score).
    best, worst
        Filings with the highest and the lowest scores.
    changes
        A row a measure: companies with filings in two years running, and how many went each way.
    movers
        Companies whose score changed most from the year before.
    """

    n_filings: int
    n_companies: int
    models: tuple[str, ...]
    flags: "pd.DataFrame"
    rates: "pd.DataFrame"
    best: "pd.DataFrame"
    worst: "pd.DataFrame"
    changes: "pd.DataFrame"
    movers: "pd.DataFrame"


def summarise_season(dataset: "str | Path | pd.DataFrame") -> SeasonSummary:
    """Return a season at a glance.

    Parameters
    ----------
    dataset
        Folder of a dataset, a Parquet file with its table ``filings``, or that table as
        `cydscore.dataset.read_table` reads it.

    Raises
    ------
    InputError
        If it holds no filings.
    InputMissingError
        If it is no dataset.
    """
    name = str(dataset) if isinstance(dataset, str | Path) else "the table"
    filings = _read_filings(dataset, name)
    if filings.empty:
        raise InputError(f"{name}: holds no filings; score some with --out FOLDER/")
    annual = filings[~filings["form"].str.startswith(("8-K", "6-K"))]
    scored = annual[annual["overall"].notna()].sort_values(["overall", "accession"])
    changes, movers = _find_changes(annual)
    return SeasonSummary(
        n_filings=len(filings),
        n_companies=int(filings["cik"].nunique()),
        models=tuple(sorted(filings["model"].unique())),
        flags=_sum_flags(annual),
        rates=_rate_groups(annual),
        best=scored.tail(_N_RANKED)[::-1][list(_RATED)].reset_index(drop=True),
        worst=scored.head(_N_RANKED)[list(_RATED)].reset_index(drop=True),
        changes=changes,
        movers=movers,
    )


def _read_filings(dataset: "str | Path | pd.DataFrame", name: str) -> "pd.DataFrame":
    import pandas as pd

    table = dataset if isinstance(dataset, pd.DataFrame) else read_table(dataset, "filings")
    missing = [c for c in table_schema("filings").names if c not in table and c != "source"]
    if missing:
        raise InputError(
            f"{name}: no column {missing[0]}, and a table of filings was expected; make one "
            "with `cydscore score PATH --out FOLDER/`"
        )
    known = table["accession"].notna()
    return add_groups(table[~(known & table["accession"].duplicated(keep="last"))].reset_index())


def _sum_flags(filings: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    rows = []
    for name in flag_names():
        declared = filings[f"{name}_declared"]
        given = filings[declared.notna()]
        verdicts = given[f"{name}_verdict"].value_counts(normalize=True)
        rows.append(
            {
                "flag": name,
                "true": float(declared.eq(other=True).mean()),
                "false": float(declared.eq(other=False).mean()),
                "absent": float(declared.isna().mean()),
                **{
                    verdict: float(verdicts.get(verdict, 0.0))
                    for verdict in ("supported", "partly_supported", "unsupported", "contradicted")
                },
            }
        )
    return pd.DataFrame(rows)


def _measure(filings: "pd.DataFrame") -> "pd.DataFrame":
    """Return a column a measure, a row a filing; missing where it does not apply."""
    import pandas as pd

    columns = {
        f"flag:{name}": filings[f"{name}_declared"].astype("Float64") for name in flag_names()
    }
    verdicts = filings[[f"{name}_verdict" for name in flag_names()]]
    columns["contradicted"] = (verdicts == "contradicted").any(axis=1).astype("Float64")
    for tag in tag_names():
        columns[f"tag:{tag}"] = (filings[f"{tag}_stated"] > 0).astype("Float64")
        columns[f"tag:!{tag}"] = (filings[f"{tag}_denied"] > 0).astype("Float64")
    return pd.DataFrame(columns)


def _rate_groups(filings: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    measured = _measure(filings)
    parts = []
    for group in ("all", *GROUPS):
        values = pd.Series("all", index=filings.index) if group == "all" else filings[group]
        grouped = measured.groupby(values)
        rates = grouped.mean()
        blocks = filings.groupby(values)[["n_misfits", "n_blocks"]].sum()
        rates["misfit"] = blocks["n_misfits"] / blocks["n_blocks"].where(blocks["n_blocks"] > 0)
        rates["overall"] = filings.groupby(values)["overall"].median()
        sizes = values.value_counts()
        long = rates.rename_axis("value").reset_index()
        long = long.melt(id_vars="value", var_name="measure", value_name="rate")
        long.insert(0, "group", group)
        long.insert(2, "n_filings", long["value"].map(sizes))
        parts.append(long)
    table = pd.concat(parts, ignore_index=True)
    order = {name: place for place, name in enumerate(SIZE_BANDS)}
    table["_place"] = [order.get(value, 0) for value in table["value"]]
    table["rate"] = table["rate"].astype("float64").round(4)
    table = table[table["n_filings"] >= N_LEAST]
    table = table.sort_values(["group", "measure", "_place", "value"], kind="stable")
    return table.drop(columns="_place").reset_index(drop=True)


def _find_changes(filings: "pd.DataFrame") -> tuple["pd.DataFrame", "pd.DataFrame"]:
    """Return what changed for companies with annual reports of two years running."""
    import pandas as pd

    known = filings[filings["cik"].notna() & filings["year"].str.isdecimal()]
    known = known.assign(year=known["year"].astype(int))
    # Of several reports of one year, the last one filed counts.
    known = known.sort_values(["cik", "year", "accession"]).drop_duplicates(
        ["cik", "year"], keep="last"
    )
    pairs = known.merge(
        known.assign(year=known["year"] + 1), on=["cik", "year"], suffixes=("", "_before")
    )
    rows = []
    for name in flag_names():
        before, now = pairs[f"{name}_declared_before"], pairs[f"{name}_declared"]
        rows.append(
            _count_ways(
                f"flag:{name}",
                before.eq(other=True),
                now.eq(other=True),
                before.notna() & now.notna(),
            )
        )
    verdicts = [f"{name}_verdict" for name in flag_names()]
    before = (pairs[[f"{v}_before" for v in verdicts]] == "contradicted").any(axis=1)
    now = (pairs[verdicts] == "contradicted").any(axis=1)
    rows.append(_count_ways("contradicted", before, now, before | ~before))
    for tag in tag_names():
        before, now = pairs[f"{tag}_stated_before"] > 0, pairs[f"{tag}_stated"] > 0
        rows.append(_count_ways(f"tag:{tag}", before, now, before | ~before))
    pairs["change"] = (pairs["overall"] - pairs["overall_before"]).round(1)
    moved = pairs[pairs["change"].notna()].sort_values(["change", "accession"])
    moved = pd.concat([moved.head(_N_RANKED // 2), moved.tail(_N_RANKED // 2)])
    columns = ["accession", "company", "form", "year", "overall_before", "overall", "change"]
    return pd.DataFrame(rows), moved[columns].drop_duplicates().reset_index(drop=True)


def _count_ways(
    measure: str, before: "pd.Series[bool]", now: "pd.Series[bool]", known: "pd.Series[bool]"
) -> dict[str, object]:
    return {
        "measure": measure,
        "n_companies": int(known.sum()),
        "came": int((~before & now & known).sum()),
        "went": int((before & ~now & known).sum()),
    }
