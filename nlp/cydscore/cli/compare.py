"""``cydscore compare``: what changed from one filing to the next."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from cydscore.cli.app import (
    JobsOption,
    ModelOption,
    TableFormat,
    app,
    check_out,
    complain,
    count,
    say,
    width,
)
from cydscore.errors import UsageError

if TYPE_CHECKING:
    from cydscore.compare import Comparison


@app.command()
def compare(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="The earlier and the later filing, or (with --cik or --all) sources of many: "
            "notes zips, folders of Parquet tables, folders of filings.",
            metavar="OLD NEW",
            show_default=False,
        ),
    ],
    cik: Annotated[
        str | None,
        typer.Option(help="Of the sources, compare this company's years.", show_default=False),
    ] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="Compare every company that has two years in the sources."),
    ] = False,
    form: Annotated[
        TableFormat | None,
        typer.Option(
            "--format",
            help="What to write; JSON of several pairs is a line each.",
            show_default="text; json with --all",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write to this file instead.", show_default=False)
    ] = None,
    jobs: JobsOption = -1,
    model: ModelOption = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT",
            help="Exit with 1 on changes (in a flag, or in words beyond dates), on findings, or on "
            "a finding this severe (note, warning, error) or of this rule.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Compare two filings of a company: sentences, flags, names, dates, year on year.

    Exit status: 0 compared, whatever changed; 1 only with --fail-on;
    2 nothing could be compared, or wrong usage; 3 some inputs failed and the rest was compared.

    Example:  cydscore compare corpora/example/years/*2024.htm corpora/example/years/*2025.htm
    """
    import json

    from cydscore.compare.render import render_comparison

    reaches = _parse_fail_on(fail_on)
    wanted = form or (TableFormat.JSON if every else TableFormat.TEXT)
    lines = every or cik is not None
    n_pairs, reached = 0, False
    failures: list[str] = []
    with ExitStack() as stack:
        stream = stack.enter_context(_open_part(out)) if out else sys.stdout
        colour = out is None and stream.isatty() and "NO_COLOR" not in os.environ
        for comparison in _compare(paths, cik, failures, every=every, model=model, jobs=jobs):
            if wanted is TableFormat.JSON:
                data = comparison.to_json()
                text = json.dumps(data, ensure_ascii=False, indent=None if lines else 1)
            else:
                text = render_comparison(comparison, width=width(), colour=colour)
            stream.write(("\n" if n_pairs and wanted is TableFormat.TEXT else "") + text.rstrip())
            stream.write("\n")
            n_pairs += 1
            reached = reached or reaches(comparison)
    if not n_pairs:
        who = f"of CIK {cik} " if cik else ""
        raise UsageError(
            f"no two annual reports {who}for consecutive years in {', '.join(paths)}; "
            "name both files, or sources that hold both years"
        )
    if lines:
        say(f"{count(n_pairs, 'pair')} compared" + (f" to {out}" if out else ""))
    if failures:
        raise typer.Exit(3)
    if reached:
        raise typer.Exit(1)


def _compare(
    paths: list[str],
    cik: str | None,
    failures: list[str],
    *,
    every: bool,
    model: str | None,
    jobs: int,
) -> "Iterator[Comparison]":
    from cydscore.compare import compare_filings, compare_source

    if cik is not None and not cik.strip("0").isdigit():
        raise UsageError(f"--cik: '{cik}' is no Central Index Key; give its digits, as 320193")
    if every and cik is not None:
        raise UsageError("--all compares every company and --cik one; give one of them")
    if every or cik is not None:

        def note(reason: str) -> None:
            failures.append(reason)
            complain(reason)

        yield from compare_source(paths, cik=cik, model=model, jobs=jobs, on_problem=note)
        return
    if len(paths) != 2:
        raise UsageError(
            f"{len(paths)} paths, and two were expected, OLD and NEW; or give --cik or --all"
        )
    comparison = compare_filings(paths[0], paths[1], model=model)
    before, after = comparison.old.filing, comparison.new.filing
    if before.cik and after.cik and before.cik != after.cik:
        say(f"note: the filings are of two companies, CIK {before.cik} and {after.cik}")
    if (before.period_end or "") > (after.period_end or "9"):
        say("note: the first filing is for a later period than the second; OLD comes first")
    yield comparison


def _parse_fail_on(what: str | None) -> "Callable[[Comparison], bool]":
    from cydscore.checked import parse_fail_on
    from cydscore.compare.rules import load_year_rules

    if what == "changes":
        return lambda comparison: comparison.is_changed
    if what == "findings":
        return lambda comparison: bool(comparison.findings)
    reaches = parse_fail_on(what, load_year_rules(), ("changes", "findings"))
    return lambda comparison: any(map(reaches, comparison.findings))


@contextmanager
def _open_part(path: Path) -> Iterator[TextIO]:
    """Open a file that takes its name at the end, if anything was written to it."""
    check_out(path)
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", errors="backslashreplace") as stream:
        try:
            yield stream
        finally:
            stream.close()
            if part.stat().st_size:
                part.replace(path)
            else:
                part.unlink()
