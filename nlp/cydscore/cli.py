"""The command line: results on standard output, everything else on standard error.

Heavy modules are imported inside the commands, so that ``--help`` answers at once.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from cydscore.errors import CydscoreError, UsageError, to_line

if TYPE_CHECKING:
    from cydscore.batch import Failure, Outcome, Skipped
    from cydscore.report import Report


class _Commands(TyperGroup):
    """The commands; what ends one of them early is told in one line, before typer sees it."""

    def invoke(self, ctx: Any) -> Any:  # typer hides the type of its context
        try:
            return super().invoke(ctx)
        except CydscoreError as error:
            _fail(str(error))
        except BrokenPipeError:
            # The reader has closed, as in `cydscore score … | head`: nothing more may go there.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(141) from None
        except OSError as error:
            place = error.filename or "standard output"
            _fail(f"{place}: {error.strerror or error}; check its permissions and free space")
        except KeyboardInterrupt:
            _fail("interrupted; what was written is kept", status=130)


app = typer.Typer(
    name="cydscore",
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
    help="Read SEC cybersecurity disclosures (10-K Item 1C, 20-F Item 16K, 8-K Item 1.05), say "
    "what they state, hold that against the declared flags, and score them.\n\n"
    "Try it on a clone:  cydscore score corpora/example/filings/harbor-lane-10-k-2025.htm",
)


class ScoreFormat(StrEnum):
    """How reports are written to standard output."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


class TableFormat(StrEnum):
    """How a table is written to standard output."""

    TEXT = "text"
    JSON = "json"


ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="Folder of a model.", show_default="the one that ships"),
]
JobsOption = Annotated[int, typer.Option(help="Number of processes; -1 is one a core.")]


def _show_version(value: bool) -> None:
    if value:
        from cydscore import __version__

        typer.echo(f"cydscore {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Read, tag, check and score cybersecurity disclosures."""


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
                typer.echo(render_report(report, width=_width()))
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
                _complain(outcome.reason)
            else:
                skips.append(outcome)
    _summarise(n_reports, failures, skips, out)
    if failures or not n_reports:
        raise typer.Exit(3 if n_reports else 2)
    if reached:
        raise typer.Exit(1)


@app.command()
def tag(
    path: Annotated[
        str,
        typer.Argument(
            help='JSON lines {"id", "text"}, each one segment, optionally with "elements" (local '
            'names) and "filing" (consecutive lines of one filing are each other\'s context); '
            "- is standard input."
        ),
    ] = "-",
    model: ModelOption = None,
) -> None:
    """Tag segments: one JSON line out for each line in, in order.

    A line is one segment and is never split again. Exit status 2 on a malformed line.

    Example:  echo '{"id": 1, "text": "Our CISO reports to the board."}' | cydscore tag
    """
    import json

    from cydscore.passages import read_passages
    from cydscore.store import load_model

    tagger = load_model(model).tagger
    for ids, passages in read_passages(path):
        tagging = tagger.describe(passages)
        for row, name in enumerate(ids):
            said = tagging.describe(row)
            tags = {label: round(p, 4) for label, p in said.tags.items()}
            line = {
                "id": name,
                "tags": tags,
                "labels": list(said.labels),
                "specificity": said.specificity,
            }
            typer.echo(json.dumps(line, ensure_ascii=False))


@app.command()
def train(
    corpora: Annotated[
        list[Path],
        typer.Argument(
            help="Labelled segments, JSON lines; several files are taken together.",
            metavar="CORPUS...",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder to write the model to.", show_default=False)],
    name: Annotated[
        str | None, typer.Option(help="Name of the model.", show_default="that of the folder")
    ] = None,
    flags: Annotated[
        Path | None, typer.Option(help="Filings read against their flags, to fit the checker.")
    ] = None,
    grades: Annotated[Path | None, typer.Option(help="Graded filings, to fit the scorer.")] = None,
    filings: Annotated[
        Path | None,
        typer.Option(
            help="Where the filings of --flags and --grades are: a folder of Parquet "
            "tables, a notes zip or a folder of filings."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of all that is random.")] = 0,
    jobs: JobsOption = -1,
) -> None:
    """Train a model from a labelled corpus; the checker and scorer too where labels are given.

    Without --flags and --grades the new model takes the checker and scorer of the default one.

    Example:  cydscore train corpora/example/segments.jsonl --out models/mine
    """
    from cydscore.retrain import train_model

    made = train_model(
        corpora,
        out,
        name=name or out.name,
        flags=flags,
        grades=grades,
        filings=filings,
        seed=seed,
        jobs=jobs,
        progress=_say,
    )
    _say(f"wrote {out} ({made.name}, sha256 {made.sha256[:12]})")


@app.command()
def evaluate(
    model: Annotated[
        str, typer.Argument(help="Folder of a model; 'default' is the one that ships.")
    ],
    corpus: Annotated[Path, typer.Argument(help="Labelled segments, JSON lines.")],
    form: Annotated[
        TableFormat, typer.Option("--format", help="What to write to standard output.")
    ] = TableFormat.TEXT,
    folds: Annotated[
        bool,
        typer.Option(
            "--out-of-fold",
            help="Train anew on the corpus, leaving out each fold of companies in turn, and judge "
            "on what was left out; the model's settings are used, not its weights.",
        ),
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of --out-of-fold.")] = 0,
) -> None:
    """Measure a model on a labelled corpus: F1 per tag, denials, specificity, calibration.

    Example:  cydscore evaluate default corpora/example/segments.jsonl
    """
    import json

    from cydscore.evaluate import cross_validate_tagger, evaluate_tagger
    from cydscore.store import load_model

    if folds:
        result = cross_validate_tagger(corpus, seed=seed)
    else:
        result = evaluate_tagger(load_model(None if model == "default" else model), corpus)
    if form is TableFormat.JSON:
        typer.echo(json.dumps(result.to_json(), indent=1))
    else:
        typer.echo(result.to_text())


@app.command()
def tags(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Tags to explain.", show_default="all, in a line each"),
    ] = None,
    form: Annotated[
        TableFormat, typer.Option("--format", help="What to write to standard output.")
    ] = TableFormat.TEXT,
) -> None:
    """Explain the codebook: what a segment must say to get a tag, with examples.

    Example:  cydscore tags third_party_audit
    """
    import json
    import textwrap
    from dataclasses import asdict

    from cydscore.tags import load_tags

    known = load_tags()
    unknown = [name for name in names or () if name not in known]
    if unknown:
        _fail(f"no tag '{unknown[0]}'; `cydscore tags` lists them")
    chosen = [known[name] for name in names or known]
    if form is TableFormat.JSON:
        typer.echo(json.dumps([asdict(tag) for tag in chosen], indent=1, ensure_ascii=False))
        return
    for tag in chosen:
        head = f"{tag.name:<24} {tag.title}" + (f"  ({tag.rule})" if tag.rule else "")
        typer.echo(head)
        if not names:
            continue
        lines = [tag.definition, *tag.notes]
        lines += [f"states: {text}" for text in tag.states]
        lines += [f"does not: {miss.text} ({miss.why})" for miss in tag.does_not]
        lines += [f"denies (!{tag.name}): {text}" for text in tag.denies]
        for line in lines:
            typer.echo(textwrap.fill(line, _width(), initial_indent="  ", subsequent_indent="    "))


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; expected errors are one line and exit with 2.

    Parameters
    ----------
    arguments
        The arguments; those of the process by default.
    """
    if isinstance(sys.stdout, TextIOWrapper):  # a file may have a name that is no text
        sys.stdout.reconfigure(errors="backslashreplace")
    app(args=arguments, prog_name="cydscore")


def _parse_fail_on(what: str | None) -> "Callable[[Report], bool]":
    from cydscore.check.structure import Severity, load_rules

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
    _say(f"{n_reports} filing{'' if n_reports == 1 else 's'} scored{where}")
    reasons: dict[str, int] = {}
    for skip in skips:
        reasons[skip.reason] = reasons.get(skip.reason, 0) + 1
    for reason, n in reasons.items():
        _say(f"{n} skipped: {reason}")
    if failures:
        _say(f"{len(failures)} failed:")
        for failure in failures:
            _say(f"- {failure.source}")


def _width() -> int:
    import shutil

    return max(60, min(120, shutil.get_terminal_size((100, 24)).columns))


def _say(text: str) -> None:
    typer.echo(to_line(text), err=True)


def _complain(text: str) -> None:
    _say(f"error: {text}")


def _fail(text: str, status: int = 2) -> NoReturn:
    _complain(text)
    raise SystemExit(status)
