"""Progress on a terminal; elsewhere nothing is shown."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cydscore.dataset import Progress


def show_progress(stack: ExitStack) -> "Callable[[Progress], None] | None":
    """Return what shows filings, rate, time left and failures; None if not on a terminal.

    Parameters
    ----------
    stack
        Ends the display when it closes.
    """
    if not sys.stderr.isatty():
        return None
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Display

    display = stack.enter_context(
        Display(
            SpinnerColumn(),
            TextColumn("{task.fields[n]:,} filings"),
            BarColumn(),
            TextColumn("{task.fields[rate]:,.0f}/s"),
            TimeElapsedColumn(),
            TextColumn("left {task.fields[left]}"),
            TextColumn("{task.fields[failed]} failed"),
            console=Console(stderr=True),
            transient=True,
        )
    )
    task = display.add_task("scoring", total=None, n=0, rate=0.0, left="-", failed=0)

    def update(progress: "Progress") -> None:
        elapsed = display.tasks[0].elapsed or 1e-9
        share = progress.n_bytes / progress.n_bytes_total if progress.n_bytes_total else 0.0
        left = elapsed / share - elapsed if share else None
        display.update(
            task,
            total=progress.n_bytes_total or None,
            completed=progress.n_bytes,
            n=progress.n_filings,
            rate=progress.n_filings / elapsed,
            left="-" if left is None else f"{int(left) // 60}:{int(left) % 60:02}",
            failed=progress.n_failures,
        )

    return update
