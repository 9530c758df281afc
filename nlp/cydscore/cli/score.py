"""``cydscore score``: reports on filings."""

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
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
    HTML = "html"


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
        str | None,
        typer.Option(
            help="Write to this file instead: .json and .jsonl hold whole reports, .csv and "
            ".parquet a row a filing, .html is a page to read; with --format html, a folder of "
            "pages with an index. Any other folder/ becomes a dataset of Parquet tables, resumed "
            "where it stopped.",
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
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Score into a dataset on a dask cluster: tcp://host:port, or local:N.",
            show_default=False,
        ),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(help="TOML with weights of your own for the parts.", show_default=False),
    ] = None,
    profile: Annotated[
        bool, typer.Option("--profile", help="Say at the end how long each stage took.")
    ] = False,
) -> None:
    """Report on filings: what they state, flags against words, findings, score.

    Exit status: 0 all written; 1 only with --fail-on;
    2 nothing could be scored; 3 some inputs failed and the rest was written.

    Example:  cydscore score corpora/example/filings --out scores.csv
    """
    from cydscore.batch import Failure, score_inputs
    from cydscore.cli.dataset import names_folder, score_to_dataset
    from cydscore.report import Report
    from cydscore.watch import Stopwatch
    from cydscore.weights import read_weights, reweigh_report

    reaches = _parse_fail_on(fail_on)
    if out is not None and form is not ScoreFormat.HTML and names_folder(out):
        if weights is not None:
            raise UsageError("--weights does not go with a dataset; write a file, or pages")
        score_to_dataset(
            paths,
            out,
            model=model,
            jobs=jobs,
            cluster=cluster,
            profile=profile,
            reaches=reaches,
        )
        return
    own = None if weights is None else read_weights(weights)
    if cluster is not None:
        raise UsageError("--cluster scores into a dataset; name its folder, --out season/")
    target = None if out is None else Path(out)
    watch = Stopwatch()
    failures: list[Failure] = []
    skips: list[Skipped] = []
    n_reports, reached = 0, False
    with ExitStack() as stack:
        write = _open_output(form, target, stack)
        scored = score_inputs(paths, model=model, jobs=jobs, watch=watch)
        for outcome in _follow(scored, stack, quiet=out is None):
            if isinstance(outcome, Report):
                write(outcome if own is None else reweigh_report(outcome, own))
                n_reports += 1
                reached = reached or reaches({f.rule for f in outcome.checks.findings})
            elif isinstance(outcome, Failure):
                failures.append(outcome)
                complain(outcome.reason)
            else:
                skips.append(outcome)
    _summarise(n_reports, failures, skips, target)
    if profile:
        typer.echo("\n".join(watch.describe(n_reports)), err=True)
    if failures or not n_reports:
        raise typer.Exit(3 if n_reports else 2)
    if reached:
        raise typer.Exit(1)


def _open_output(
    form: ScoreFormat, target: Path | None, stack: ExitStack
) -> "Callable[[Report], object]":
    """Return what writes a report in a format, to a file or to standard output."""
    from cydscore.pages import PageOutput, is_page
    from cydscore.render import render_report
    from cydscore.write import FileOutput, OutputFormat, make_stream_writer

    if form is ScoreFormat.HTML or (target is not None and is_page(target)):
        return stack.enter_context(PageOutput(target)).write
    if target is not None:
        return stack.enter_context(FileOutput(target)).write
    if form is ScoreFormat.TEXT:
        return lambda report: typer.echo(render_report(report, width=width()))
    writer = make_stream_writer(OutputFormat(form.value))
    stack.callback(writer.close)
    return writer.write


def _parse_fail_on(what: str | None) -> Callable[[Collection[str]], bool]:
    """Return what tells whether findings of some rules reach ``--fail-on``."""
    from cydscore.check.rules import Severity, load_rules

    rules = load_rules()
    if what is None:
        return lambda _: False
    if what in rules:
        return lambda found: what in found
    try:
        order = list(Severity)
        least = order.index(Severity(what))
    except ValueError:
        allowed = ", ".join([*Severity, *rules])
        raise UsageError(f"--fail-on: '{what}' is none of {allowed}") from None
    return lambda found: any(order.index(rules[rule].severity) >= least for rule in found)


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
