"""``cydscore score``: reports on filings."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cydscore.cli.app import JobsOption, ModelOption, app, complain, say, width
from cydscore.errors import UsageError

if TYPE_CHECKING:
    from cydscore.batch import Failure, Outcome, Skipped
    from cydscore.report import Report


class ScoreFormat(StrEnum):
    """How reports are written to standard output."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


@app.command()
def score(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders, patterns; - is standard input. Inline XBRL, XBRL instances, "
            "R pages and their text, notes zips, full submissions, plain text; gzipped or not.",
            show_default=False,
        ),
    ],
    form: Annotated[
        ScoreFormat, typer.Option("--format", help="What to write to standard output.")
    ] = ScoreFormat.TEXT,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write to this file instead: .json and .jsonl hold whole reports, .csv and "
            ".parquet a row a filing.",
            show_default=False,
        ),
    ] = None,
    jobs: JobsOption = -1,
    model: ModelOption = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT",
            help="Exit with 1 if a finding is this severe (note, warning, error) or of this rule "
            "(for instance flag-contradicted).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Report on filings: what they state, flags against words, findings, score.

    Exit status: 0 all written; 1 only with --fail-on;
    2 nothing could be scored; 3 some inputs failed and the rest was written.

    Example:  cydscore score filings/ --out scores.csv
    """
    from cydscore.batch import Failure, score_inputs
    from cydscore.render import render_report
    from cydscore.report import Report
    from cydscore.write import FileOutput, OutputFormat, make_stream_writer

    reaches = _parse_fail_on(fail_on)
    failures: list[Failure] = []
    skips: list[Skipped] = []
    n_reports, reached = 0, False
    with ExitStack() as stack:
        write: Callable[[Report], object]
        if out is not None:
            write = stack.enter_context(FileOutput(out)).write
        elif form is ScoreFormat.TEXT:

            def write(report: Report) -> None:
                typer.echo(render_report(report, width=width()))
        else:
            writer = make_stream_writer(OutputFormat(form.value))
            stack.callback(writer.close)
            write = writer.write
        outcomes = _follow(score_inputs(paths, model=model, jobs=jobs), stack, quiet=out is None)
        for outcome in outcomes:
            if isinstance(outcome, Report):
                write(outcome)
                n_reports += 1
                reached = reached or reaches(outcome)
            elif isinstance(outcome, Failure):
                failures.append(outcome)
                complain(outcome.reason)
            else:
                skips.append(outcome)
    _summarise(n_reports, failures, skips, out)
    if failures or not n_reports:
        raise typer.Exit(3 if n_reports else 2)
    if reached:
        raise typer.Exit(1)


def _parse_fail_on(what: str | None) -> "Callable[[Report], bool]":
    from cydscore.check.rules import Severity, load_rules

    if what is None:
        return lambda _: False
    if what in load_rules():
        return lambda report: any(f.rule == what for f in report.checks.findings)
    try:
        order = list(Severity)
        least = order.index(Severity(what))
    except ValueError:
        allowed = ", ".join([*Severity, *load_rules()])
        raise UsageError(f"--fail-on: '{what}' is none of {allowed}") from None
    return lambda report: any(
        order.index(Severity(f.severity)) >= least for f in report.checks.findings
    )


def _follow(outcomes: "Iterable[Outcome]", stack: ExitStack, *, quiet: bool) -> "Iterator[Outcome]":
    """Show progress on a terminal, unless reports go to the same one."""
    if not sys.stderr.isatty() or (quiet and sys.stdout.isatty()):
        yield from outcomes
        return
    from rich.console import Console
    from rich.progress import (
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    progress = stack.enter_context(
        Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            MofNCompleteColumn(),
            TextColumn("filings"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
    )
    task = progress.add_task("scoring", total=None)
    for outcome in outcomes:
        progress.advance(task)
        yield outcome


def _summarise(
    n_reports: int, failures: "Sequence[Failure]", skips: "Sequence[Skipped]", out: Path | None
) -> None:
    if n_reports + len(failures) == 1 and out is None and not skips:
        return
    where = f" to {out}" if out is not None and n_reports else ""
    say(f"{n_reports} filing{'' if n_reports == 1 else 's'} scored{where}")
    reasons: dict[str, int] = {}
    for skip in skips:
        reasons[skip.reason] = reasons.get(skip.reason, 0) + 1
    for reason, n in reasons.items():
        say(f"{n} skipped: {reason}")
    if failures:
        say(f"{len(failures)} failed:")
        for failure in failures:
            say(f"- {failure.source}")
