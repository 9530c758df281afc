"""``cydscore norms`` and ``cydscore common``: what a score is compared with, from many filings."""

from pathlib import Path
from typing import Annotated

import typer

from cydscore.cli.app import JobsOption, ModelOption, app, complain, say

_PATHS = typer.Argument(
    help="Filings: a folder of Parquet tables, a notes zip, files.", show_default=False
)


@app.command()
def norms(
    paths: Annotated[list[str], _PATHS],
    out: Annotated[
        Path | None,
        typer.Option(
            help="File to write, norms.json in the model's folder; without it the table is shown "
            "alone.",
            show_default=False,
        ),
    ] = None,
    jobs: JobsOption = -1,
    model: ModelOption = None,
) -> None:
    """Measure how the scores of many filings lie, by form, size, sector and year.

    Exit status: 0 done; 2 nothing could be scored; 3 some inputs failed.

    Example:  cydscore norms corpora/example/filings
    """
    import json

    from cydscore.batch import Failure, score_inputs
    from cydscore.norms import list_norms, make_norms
    from cydscore.report import Report
    from cydscore.store import load_model

    scored, n_failures = [], 0
    for outcome in score_inputs(paths, model=model, jobs=jobs):
        if isinstance(outcome, Report):
            scored.append((outcome.filing, outcome.scores))
        elif isinstance(outcome, Failure):
            n_failures += 1
            complain(outcome.reason)
    if not scored:
        raise typer.Exit(2)
    made = make_norms(scored, load_model(model).sha256)
    typer.echo("\n".join(list_norms(made)))
    if out is not None:
        out.write_text(json.dumps(made, indent=None, separators=(",", ":")) + "\n", "utf-8")
        say(f"norms of {made['n']} filings in {len(made['groups'])} groups written to {out}")
    if n_failures:
        raise typer.Exit(3)


@app.command()
def common(
    paths: Annotated[list[str], _PATHS],
    out: Annotated[Path, typer.Option(help="File to write.", show_default=False)],
) -> None:
    """Gather the word sequences that filers share, as hashes, for the part on originality.

    Exit status: 0 done; 2 an input cannot be read.

    Example:  cydscore common corpora/example/filings --out common.bin
    """
    from cydscore.batch import read_source
    from cydscore.originality import gather_common, pack_sketch
    from cydscore.segment import segment_filing

    filings = (filing for path in paths for filing in read_source(path))
    hashes = gather_common((filing, segment_filing(filing)) for filing in filings)
    data = pack_sketch(hashes)
    out.write_bytes(data)
    say(f"{len(hashes)} sequences in {len(data)} bytes written to {out}")
