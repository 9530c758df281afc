"""``cydscore season``: what a dataset of many filings says."""

from pathlib import Path
from typing import Annotated

import typer

from cydscore.cli.app import app, say
from cydscore.errors import UsageError


@app.command()
def season(
    dataset: Annotated[
        Path,
        typer.Argument(
            help="Folder that `cydscore score PATH --out FOLDER/` wrote, or its table of filings "
            "as one Parquet file.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write here instead: .csv holds a row a group and measure, .html is a page with "
            "plots.",
            show_default=False,
        ),
    ] = None,
    facts: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write the dataset without its prose to this folder, with a sample and a card.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Sum a season up: flags, contradictions, misfits and tags by form, size, sector and year.

    Exit status: 0 done; 2 no dataset there, or wrong usage.

    Example:  cydscore season corpora/season/filings.parquet
    """
    from cydscore.season import summarise_season
    from cydscore.season.text import render_season

    if out is not None and out.suffix.lower() not in (".csv", ".html"):
        raise UsageError(f"{out}: the suffix must be .csv or .html")
    if facts is not None:
        from cydscore.season.facts import write_facts

        n_filings = write_facts(dataset, facts)
        say(f"{n_filings} filings without their prose written to {facts}")
        return
    summary = summarise_season(dataset)
    if out is None:
        typer.echo(render_season(summary), nl=False)
    elif out.suffix.lower() == ".csv":
        summary.rates.to_csv(out, index=False, lineterminator="\n")
    else:
        from cydscore.season.page import render_page

        out.write_text(render_page(summary), "utf-8")
    if out is not None:
        say(f"{summary.n_filings} filings summed up to {out}")
