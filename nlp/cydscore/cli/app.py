"""The application that the commands join, their shared options and how they speak.

Results go to standard output, everything else to standard error.
"""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer
from typer.core import TyperGroup

from cydscore.errors import CydscoreError, UsageError, to_line

#: Commands as ``--help`` lists them: those a reader of filings wants first.
ORDER: Final = (
    *("score", "check", "compare", "explain", "season", "rules", "tags"),
    *("tag", "train", "evaluate", "norms", "common", "corpus"),
)


class _Commands(TyperGroup):
    """The commands; what ends one of them early is told in one line, before typer sees it."""

    def list_commands(self, ctx: Any) -> list[str]:
        names = super().list_commands(ctx)
        return sorted(names, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))

    def invoke(self, ctx: Any) -> Any:  # typer hides the type of its context
        try:
            return super().invoke(ctx)
        except CydscoreError as error:
            fail(str(error))
        except BrokenPipeError:
            # The reader has closed, as in `cydscore score … | head`: nothing more may go there.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(141) from None
        except OSError as error:
            place = error.filename or "standard output"
            fail(f"{place}: {error.strerror or error}; check its permissions and free space")
        except KeyboardInterrupt:
            fail("interrupted; what was written is kept", status=130)


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


def width() -> int:
    """Return the number of columns to write for a person."""
    import shutil

    return max(60, min(120, shutil.get_terminal_size((100, 24)).columns))


def count(n: int, what: str) -> str:
    """Return a number of things in words, ``1 filing`` or ``2 filings``."""
    return f"{n} {what}{'' if n == 1 else 's'}"


def check_out(path: Path | None) -> None:
    """Refuse a file that cannot be written, before anything is read for it.

    Raises
    ------
    UsageError
        If its folder does not exist, or it is a folder itself.
    """
    if path is not None and not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}; make it first")
    if path is not None and path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file in it")


def say(text: str) -> None:
    """Write a line to standard error."""
    typer.echo(to_line(text), err=True)


def complain(text: str) -> None:
    """Write an error to standard error, in a line."""
    say(f"error: {text}")


def fail(text: str, status: int = 2) -> NoReturn:
    """Write an error and end with an exit status."""
    complain(text)
    raise SystemExit(status)
