"""The command line: one module for each group of commands.

Heavy modules are imported inside the commands, so that ``--help`` answers at once.
"""

import sys
from collections.abc import Sequence
from io import TextIOWrapper

from cydscore.cli import (  # noqa: F401 (they join the app)
    check,
    codebook,
    compare,
    corpus,
    explain,
    label,
    norms,
    rules,
    score,
    season,
    tag,
    train,
)
from cydscore.cli.app import app


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
