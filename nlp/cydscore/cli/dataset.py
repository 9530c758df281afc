"""``cydscore score PATH… --out DIR/``: many filings into a dataset of three tables."""

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from pathlib import Path

import typer

from cydscore.cli.app import complain, say
from cydscore.cli.progress import show_progress


def names_folder(out: str | None) -> bool:
    """Tell whether ``--out`` names a folder: one that exists, or any with a ``/`` behind."""
    return out is not None and (out.endswith(("/", "\\")) or Path(out).is_dir())


def score_to_dataset(
    paths: Sequence[str],
    out: str,
    *,
    model: str | None,
    jobs: int,
    cluster: str | None,
    profile: bool,
    reaches: Callable[[Collection[str]], bool],
) -> None:
    """Score into a dataset, tell what was done, and exit as `cydscore score` does.

    Parameters
    ----------
    paths, model, jobs, cluster, profile
        As the options of the command.
    out
        Folder of the dataset.
    reaches
        Whether findings of some rules reach ``--fail-on``.
    """
    from cydscore.dataset import write_dataset

    with ExitStack() as stack:
        runner = None
        if cluster is not None:
            from cydscore.cluster import connect

            runner = stack.enter_context(connect(cluster, model))
        try:
            summary = write_dataset(
                paths,
                Path(out),
                model=model,
                jobs=jobs,
                runner=runner,
                on_progress=show_progress(stack),
                on_note=say,
            )
        except OSError as error:
            stack.close()
            place = error.filename or out
            complain(
                f"{place}: {error.strerror or error}; the parts written are kept: mend that "
                "and run the same command again"
            )
            raise typer.Exit(2) from None
    n_there = summary.n_filings + summary.n_before
    for failure in summary.failures:
        complain(failure.reason)
    say(f"{summary.n_filings} filing{'' if summary.n_filings == 1 else 's'} scored to {out}")
    for reason, n in sorted(summary.skipped.items()):
        say(f"{n} skipped: {reason}")
    if summary.failures:
        say(f"{len(summary.failures)} failed, listed in {Path(out) / 'failures.jsonl'}")
    if profile:
        typer.echo("\n".join(summary.watch.describe(summary.n_filings)), err=True)
    if summary.failures or not n_there:
        raise typer.Exit(3 if n_there else 2)
    if reaches(summary.findings):
        raise typer.Exit(1)
