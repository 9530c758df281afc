"""``cydscore check``: findings and nothing else."""

import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cydscore.cli.app import JobsOption, ModelOption, app, check_out, complain, count, say, width

if TYPE_CHECKING:
    from cydscore.checked import Checked


class CheckFormat(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


@app.command()
def check(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders, patterns; - is standard input. As for `cydscore score`.",
            show_default=False,
        ),
    ],
    form: Annotated[
        CheckFormat, typer.Option("--format", help="What to write.")
    ] = CheckFormat.TEXT,
    out: Annotated[
        Path | None, typer.Option(help="Write to this file instead.", show_default=False)
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="Only findings of this rule; may be repeated."),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="No findings of this rule; may be repeated."),
    ] = None,
    jobs: JobsOption = -1,
    model: ModelOption = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT",
            help="Exit with 1 if a finding is this severe (note, warning, error) or of this rule.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Check filings: what does not agree or is missing, most severe first.

    Exit status: 0 all checked, whatever was found; 1 only with --fail-on;
    2 nothing could be checked, or wrong usage; 3 some inputs failed and the rest was checked.

    Example:  cydscore check corpora/example/filings/harbor-lane-10-k-2025.htm
    """
    from cydscore.check.rules import load_rules
    from cydscore.checked import choose_rules, pair_amendments, parse_fail_on
    from cydscore.compare.rules import load_year_rules
    from cydscore.jsonl import write_whole

    wanted = choose_rules(only or (), ignore or (), load_year_rules())
    reaches = parse_fail_on(fail_on, load_rules())
    check_out(out)
    failures: list[str] = []
    locate = form is not CheckFormat.TEXT
    found = _check(paths, model, jobs, wanted, failures, locate=locate)
    checked = pair_amendments(found, wanted)
    if checked:
        text = _write(checked, form, failures)
        if out is None:
            sys.stdout.write(text)
        else:
            write_whole(out, text)
    n = sum(len(one.findings) for one in checked)
    if out is not None or len(checked) != 1:
        where = f" to {out}" if out is not None and checked else ""
        say(f"{count(len(checked), 'filing')}, {count(n, 'finding')}{where}")
    if failures or not checked:
        raise typer.Exit(3 if checked else 2)
    if any(reaches(located.finding) for one in checked for located in one.findings):
        raise typer.Exit(1)


def _check(
    paths: Sequence[str],
    model: str | None,
    jobs: int,
    wanted: Callable[[str], bool],
    failures: list[str],
    *,
    locate: bool,
) -> "Iterator[Checked]":
    from cydscore.batch import Failure, score_inputs
    from cydscore.checked import keep_findings
    from cydscore.report import Report

    for outcome in score_inputs(paths, model=model, jobs=jobs):
        if isinstance(outcome, Report):
            yield keep_findings(outcome, wanted, locate=locate)
        elif isinstance(outcome, Failure):
            failures.append(outcome.reason)
            complain(outcome.reason)


def _write(checked: "Sequence[Checked]", form: CheckFormat, failures: Sequence[str]) -> str:
    import json

    if form is CheckFormat.TEXT:
        from cydscore.render_findings import render_findings

        return render_findings(checked, width=width())
    if form is CheckFormat.SARIF:
        from cydscore import __version__
        from cydscore.sarif import to_sarif

        data = to_sarif(checked, failures, version=__version__)
    else:
        from cydscore.checked import SCHEMA

        data = {"schema": SCHEMA, "filings": [one.to_json() for one in checked]}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
