"""`--help` teaches: a line of purpose, an example that runs on a clone; and it answers at once."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import typer

from authored import ROOT
from cydscore.cli import app
from test_readme import find_runs

ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "nlp"), "COLUMNS": "100"}


def walk(command, *path) -> Iterator[tuple[str, object]]:
    """Yield every command by its full name."""
    for name, inner in getattr(command, "commands", {}).items():
        yield " ".join((*path, name)), inner
        yield from walk(inner, *path, name)


COMMANDS = dict(walk(typer.main.get_command(app)))


def read_example(command) -> tuple[str, str | None]:
    """Return the example in the help of a command, on one line, and whose comes before it."""
    pattern = r"Example(?: \(after that of (\w+)\))?:\s+(.+?)(?:\n\n|\Z)"
    match = re.search(pattern, command.help, re.DOTALL)
    assert match, command.help
    return " ".join(match[2].split()), match[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_begins_with_a_line_of_purpose_and_has_an_example(name):
    command = COMMANDS[name]
    purpose = command.help.strip().split("\n\n")[0]
    assert len(" ".join(purpose.split())) <= 100
    assert purpose.endswith(".")
    example, _ = read_example(command)
    assert f"cydscore {name}" in example or hasattr(command, "commands")
    assert all(param.help for param in command.params if param.name != "help")


@pytest.mark.slow
def test_the_examples_of_help_run_on_a_fresh_clone(clone: Path, environment: Mapping[str, str]):
    runs = {command for command, _ in find_runs()}  # those run in the tests of the manual
    examples = {name: read_example(command) for name, command in COMMANDS.items()}
    assert len(examples) > 20
    new = [name for name, (example, _) in examples.items() if example not in runs]
    first = {f"corpus {examples[name][1]}" for name in new if examples[name][1]}
    for example, _ in [examples[name] for name in [*first, *(n for n in new if n not in first)]]:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", example],
            cwd=clone,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{example}\n{done.stderr}"


def test_help_imports_nothing_heavy_whatever_the_command():
    code = (
        "import sys\nfrom cydscore.cli import run\n"
        f"for name in {['', *COMMANDS]!r}:\n"
        "    try: run([*name.split(), '--help'])\n"
        "    except SystemExit: pass\n"
        "heavy = {'spacy', 'sklearn', 'pandas', 'numpy', 'lxml', 'joblib', 'pyarrow', 'matplotlib',"
        " 'jinja2'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b"Usage: cydscore") == len(COMMANDS) + 1


def test_without_arguments_it_says_what_it_is_for_and_what_to_try():
    done = subprocess.run(
        [sys.executable, "-m", "cydscore"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    said = " ".join((done.stdout + done.stderr).split())
    assert "Read SEC cybersecurity disclosures" in said
    assert "cydscore score corpora/example/filings/harbor-lane-10-k-2025.htm" in said


def complete(environment: Mapping[str, str], shell: str, **more: str) -> str:
    done = subprocess.run(
        ["cydscore"],
        env={**environment, "_CYDSCORE_COMPLETE": f"complete_{shell}", **more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


def test_the_shell_completes_commands_and_options(environment: Mapping[str, str]):
    words = {"COMP_WORDS": "cydscore s", "COMP_CWORD": "1"}
    assert complete(environment, "bash", **words).split() == ["score", "season"]
    words = {"COMP_WORDS": "cydscore season --o", "COMP_CWORD": "2"}
    assert complete(environment, "bash", **words).split() == ["--out"]
    words = {"COMP_WORDS": "cydscore corpus s", "COMP_CWORD": "2"}
    found = complete(environment, "bash", **words).split()
    assert {"stats", "split", "suspects", "suggest"} == set(found)
    assert "score" in complete(environment, "zsh", _TYPER_COMPLETE_ARGS="cydscore s")
    words = {"_TYPER_COMPLETE_ARGS": "cydscore s", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    assert "score" in complete(environment, "fish", **words)
