"""The season for a terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cydscore.season.groups import GROUPS
from cydscore.season.summary import SeasonSummary

if TYPE_CHECKING:
    import pandas as pd

_MEASURES = ("contradicted", "misfit", "tag:third_party_audit", "tag:insurance", "overall")
_TITLES = ("contradicted", "misfits", "audits", "insurance", "score")
_N_TAGS = 24


def render_season(season: SeasonSummary) -> str:
    """Return the season as text.

    Parameters
    ----------
    season
        The season.
    """
    return "\n".join(line.rstrip() for line in _write(season)) + "\n"


def _write(season: SeasonSummary) -> Iterator[str]:
    yield f"{season.n_filings:,} filings of {season.n_companies:,} companies"
    if len(season.models) > 1:
        yield f"! scored by {len(season.models)} models; score all again to compare them"
    yield "\nFLAGS (share of annual reports; verdicts: of those that declare it)"
    yield f"  {'true':>6}{'false':>7}{'absent':>8} |{'supported':>10}{'contradicted':>13}  flag"
    for row in season.flags.to_dict("records"):
        name = str(row["flag"]).removeprefix("CybersecurityRisk").removesuffix("Flag")
        yield (
            f"  {row['true']:>6.1%}{row['false']:>7.1%}{row['absent']:>8.1%} |"
            f"{row['supported']:>10.1%}{row['contradicted']:>13.1%}  {name}"
        )
    yield "\nBY GROUP (share of filings; misfits: of text blocks; score: median)"
    yield "  " + "".join(f"{title:>13}" for title in ("filings", *_TITLES))
    for group in ("all", *GROUPS):
        rates = season.rates[season.rates["group"] == group]
        for value in dict.fromkeys(rates[rates["measure"] == "contradicted"]["value"]):
            yield _write_group(rates[rates["value"] == value], value)
    yield "\nTAGS (share of filings that state it, that deny it)"
    everywhere = season.rates[season.rates["group"] == "all"]
    shares = dict(zip(everywhere["measure"], everywhere["rate"], strict=True))
    names = [m for m in shares if m.startswith("tag:") and not m.startswith("tag:!")]
    for measure in sorted(names, key=lambda m: -shares[m])[:_N_TAGS]:
        tag = measure.removeprefix("tag:")
        yield f"  {shares[measure]:>7.1%}{shares.get(f'tag:!{tag}', 0.0):>7.1%}  {tag}"
    yield from _write_ranks("BEST SCORES", season.best, "overall")
    yield from _write_ranks("LOWEST SCORES", season.worst, "overall")
    yield "\nCHANGES FROM THE YEAR BEFORE (companies with reports of both years)"
    changed = season.changes.sort_values(["came", "went"], ascending=False, kind="stable")
    for row in changed[changed["came"] + changed["went"] > 0].to_dict("records"):
        yield f"  +{row['came']:<5} -{row['went']:<5} of {row['n_companies']:<6} {row['measure']}"
    yield from _write_ranks("SCORES THAT CHANGED MOST", season.movers, "change")


def _write_group(rates: "pd.DataFrame", value: str) -> str:
    by_measure: dict[str, Any] = dict(zip(rates["measure"], rates["rate"], strict=True))
    cells = [f"{by_measure[m]:>13.1%}" for m in _MEASURES[:-1]]
    return (
        f"  {rates['n_filings'].iloc[0]:>13,}"
        + "".join(cells)
        + f"{by_measure['overall']:>13.1f}  {value}"
    )


def _write_ranks(title: str, table: "pd.DataFrame", column: str) -> Iterator[str]:
    if table.empty:
        return
    yield f"\n{title}"
    for row in table.to_dict("records"):
        yield (
            f"  {row[column]:>6.1f}  {row['accession'] or '':<20}  {row['year']} "
            f"{row['form']:<6} {row['company'] or ''}"
        )
