"""``cydscore explain``: what would raise the score of a filing."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cydscore.cli.app import ModelOption, TableFormat, app, fail, width

if TYPE_CHECKING:
    from cydscore.explain import Advice
    from cydscore.report import Report


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
    from dataclasses import asdict

    from cydscore.batch import score_filing
    from cydscore.explain import explain_report, list_disputed_flags
    from cydscore.originality import measure_kept
    from cydscore.render import describe_filing, render_scores
    from cydscore.segment import segment_filing
    from cydscore.store import load_model
    from cydscore.taxonomy import load_elements
    from cydscore.weights import read_weights, reweigh_report

    own = None if weights is None else read_weights(weights)
    loaded = load_model(model)
    report = score_filing(path, model=loaded)
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
    elif last_year is not None:
        typer.echo("  too few words to tell how much of last year's report was kept")
    _show_advice(report, advice)
    if disputed:
        typer.echo("\nFLAGS THAT THE WORDS DO NOT BEAR OUT (mend the flag or the words)")
    for element in disputed:
        typer.echo(f"  {load_elements()[element].label}")


def _show_advice(report: "Report", advice: "Sequence[Advice]") -> None:
    """Write the questions that would add points, each with the nearest sentence and an answer."""
    import textwrap

    from cydscore.errors import to_line

    def tell(text: str) -> None:
        indent = " " * 9
        typer.echo(textwrap.fill(text, width(), initial_indent=indent, subsequent_indent=indent))

    texts = {segment.id: segment.text for segment in report.segments}
    typer.echo("\nWHAT WOULD RAISE IT (points of the overall score)")
    helpful = [row for row in advice if row.gain]
    for row in helpful:
        typer.echo(f"  +{row.gain:4.1f}  {row.question} ({row.rule})")
        near = ""
        if row.evidence:
            nearest = textwrap.shorten(to_line(texts[row.evidence[0]]), 240, placeholder=" …")
            near = f"; nearest: “{nearest}” [{', '.join(row.evidence)}]"
        tell(f"answered {row.answered}{near}")
        tell(f"A good answer: “{row.example}”")
    if not helpful:
        typer.echo("  No question of Item 106, answered more fully, would add a tenth of a point.")
