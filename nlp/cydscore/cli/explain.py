"""``cydscore explain``: what would raise the score of a filing."""

from pathlib import Path
from typing import Annotated

import typer

from cydscore.cli.app import ModelOption, TableFormat, app, fail, width


@app.command()
def explain(
    path: Annotated[str, typer.Argument(help="A filing; - is standard input.", show_default=False)],
    last_year: Annotated[
        Path | None,
        typer.Option(
            help="The same filer's report of the year before: say how much of it was kept.",
            show_default=False,
        ),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(help="TOML with weights of your own for the parts.", show_default=False),
    ] = None,
    form: Annotated[
        TableFormat, typer.Option("--format", help="What to write to standard output.")
    ] = TableFormat.TEXT,
    model: ModelOption = None,
) -> None:
    """Explain a score: the questions left open, what answering would add, and a good answer.

    Exit status: 0 done; 2 no filing there, or nothing to score.

    Example:  cydscore explain corpora/example/filings/saltmarsh-10-k-2025.htm
    """
    import json
    import textwrap
    from dataclasses import asdict

    from cydscore.batch import score_filing
    from cydscore.explain import explain_report, list_disputed_flags
    from cydscore.originality import measure_kept
    from cydscore.render import describe_filing, render_scores
    from cydscore.segment import segment_filing
    from cydscore.store import load_model
    from cydscore.weights import read_weights, reweigh_report

    loaded = load_model(model)
    report = score_filing(path, model=loaded)
    own = None if weights is None else read_weights(weights)
    if own is not None:
        report = reweigh_report(report, own)
    if report.scores.overall is None:
        fail(f"{path}: no score to explain: {report.scores.details['reason']}")
    advice = explain_report(report, loaded.scorer, weights=own)
    disputed = list_disputed_flags(report)
    kept = None
    if last_year is not None:
        from cydscore.read import read_filing

        kept = measure_kept(report.segments, segment_filing(read_filing(str(last_year))))
    if form is TableFormat.JSON:
        data = {
            "scores": report.to_json()["scores"],
            "open": [asdict(row) for row in advice],
            "disputed_flags": disputed,
            "kept_ratio": None if kept is None else round(kept, 4),
        }
        typer.echo(json.dumps(data, indent=1, ensure_ascii=False))
        return
    typer.echo(describe_filing(report.filing))
    typer.echo("\n".join(render_scores(report)))
    if kept is not None:
        typer.echo(f"  {100 * kept:.0f} of 100 word sequences stood in last year's report")
    typer.echo("\nWHAT WOULD RAISE IT (points of the overall score)")
    for row in advice:
        near = f"; nearest: {', '.join(row.evidence)}" if row.evidence else ""
        typer.echo(f"  +{row.gain:4.1f}  {row.question} ({row.rule})")
        typer.echo(f"         answered {row.answered}{near}")
        quote = f"A good answer: “{row.example}”"
        indent = " " * 9
        typer.echo(textwrap.fill(quote, width(), initial_indent=indent, subsequent_indent=indent))
    for element in disputed:
        typer.echo(f"  The words do not bear out {element}: mend the flag or the words.")
