"""The README tells the truth: its commands run, and its tables are those of the code."""

import doctest
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from importlib import import_module, metadata
from pathlib import Path

import pytest
import typer

from cydscore import __version__, score_filing
from cydscore.check.flags import judge
from cydscore.check.rules import load_rules
from cydscore.cli import app
from cydscore.report import PARTS
from cydscore.tags import tag_names
from cydscore.taxonomy import MATERIAL_FLAG, flag_names
from cydscore.write import row_types

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLES = ROOT / "corpora" / "example" / "filings"
PAGES = sorted((ROOT / "docs").rglob("*.md"))
MANUAL = "\n".join([README, *(page.read_text("utf-8") for page in PAGES)])
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
DOCUMENTS += [*PAGES, *sorted((ROOT / "corpora").rglob("README.md"))]


def find_runs() -> list[tuple[str, list[str]]]:
    """Return the commands marked to run, each with the output shown under it."""
    runs: list[tuple[str, list[str]]] = []
    for block in re.findall(r"<!-- run -->\n```console\n(.*?)```", MANUAL, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                runs.append((line.removeprefix("$ "), []))
            else:
                runs[-1][1].append(line)
    return runs


def section(title: str) -> str:
    """Return the text of a section of the README or the docs, its subsections with it."""
    level = re.search(rf"^(#+) {re.escape(title)}$", MANUAL, re.MULTILINE)
    assert level, f"README and docs have no section {title!r}"
    rest = MANUAL[level.end() :]
    end = re.search(rf"^#{{1,{len(level[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def read_rows(text: str) -> list[list[str]]:
    """Return the cells of all tables in a text, headers included."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows if set("".join(row)) != {"-"}]


def named(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


@pytest.mark.slow
def test_the_commands_run_and_print_what_is_shown(
    clone: Path, environment: Mapping[str, str]
) -> None:
    runs = find_runs()
    assert len(runs) >= 10
    for command, shown in runs:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=clone,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        printed = [line.strip() for line in (done.stdout + done.stderr).splitlines()]
        for line in shown:
            pieces = [re.escape(piece.strip()) for piece in line.split("…")]
            pattern = re.compile(".*".join(pieces))
            assert any(map(pattern.fullmatch, printed)), f"{command}\nshows {line!r}: {printed}"


def test_the_python_examples_are_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    factories = metadata.entry_points(group="spacy_factories").names
    if not {"cydscore_segmenter", "cydscore_tagger"} <= set(factories):
        import_module("cydscore.pipe")  # run from the source, not installed
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    example = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "README", "README.md", 0)
    assert len(example.examples) > 20
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    try:
        assert runner.run(example, out=said.append).failed == 0, "".join(said)
        assert (ROOT / "flags.png").stat().st_size > 1000
    finally:
        (ROOT / "flags.png").unlink(missing_ok=True)


def test_every_command_and_option_is_explained() -> None:
    group = typer.main.get_command(app)
    general = section("Command line").split("\n### ", 1)[0]
    for option in (o for p in group.params for o in p.opts):
        assert f"`{option}`" in general or f"`cydscore {option}`" in general
    assert "`-h`" in general
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        heading = re.search(rf"^#+ (`cydscore {name}\b.*)$", MANUAL, re.MULTILINE)
        assert heading, name
        text = section(heading[1])
        for param in command.params:
            for option in param.opts:
                assert not option.startswith("--") or f"`{option}" in text, f"{name} {option}"


def test_every_exit_status_is_explained() -> None:
    rows = read_rows(section("Command line").split("\n### ", 1)[0])
    assert [row[0] for row in rows] == ["exit status", "0", "1", "2", "3"]


def flatten(value: object, path: str = "") -> Iterator[str]:
    """Yield the paths of the leaves of a report, names of tags and parts replaced."""
    if isinstance(value, dict):
        for key, inner in value.items():
            name = _KEYS.get(path, key)
            name = "PART" if path == "score_details.weights" else name
            name = "MEASURE" if path.startswith("score_details.weights.") else name
            yield from flatten(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from flatten(inner, f"{path}[]")
    else:
        yield path


_KEYS = {
    "content": "TAG",
    "segments[].tags": "LABEL",
    "scores": "PART",
    "score_details.measures": "MEASURE",
    "score_details.intervals": "PART",
    "norms.parts": "PART",
}


def test_the_wire_format_is_that_of_real_reports() -> None:
    real: set[str] = set()
    for path in sorted(EXAMPLES.iterdir()):
        report = json.loads(json.dumps(score_filing(path).to_json()))
        real |= set(flatten(report))
    # Null where a whole object is missing.
    real -= {path for path in real if any(p.startswith(f"{path}.") for p in real)}
    rows = read_rows(section("Report: `cydscore score --format json`"))
    documented = [name for row in rows[1:] for name in named(row[0])]
    assert len(documented) == len(set(documented))
    assert set(documented) == real


def test_the_columns_of_a_row_are_explained_in_order() -> None:
    columns: list[str] = []
    for row in read_rows(section("Row a filing: `--format csv`, `--out x.csv`, `--out x.parquet`")):
        patterns = named(row[0])
        names = {"FLAG": flag_names(), "TAG": tag_names()}
        kind = patterns[0].split("_")[0] if patterns else ""
        each = names.get(kind, ("",))
        columns += [p.replace(kind, n, 1) if n else p for n in each for p in patterns]
    assert columns == list(row_types())
    assert columns == list(score_filing(EXAMPLES / "saltmarsh-10-k-2025.htm").to_row())


def test_the_tables_of_verdicts_are_those_of_the_checker() -> None:
    tables = re.split(r"\n(?=\| declared )", section("Flags and verdicts"))[1:]
    declared = {"true": True, "false": False, "not declared": None}
    for table, element in zip(tables, (flag_names()[0], MATERIAL_FLAG), strict=True):
        head, *rows = read_rows(table)
        assert [row[0] for row in rows] == list(declared)
        for row in rows:
            for stated, verdict in zip(head[1:], row[1:], strict=True):
                assert judge(element, declared[row[0]], stated.strip("`")) == verdict


def test_flags_tags_rules_and_parts_are_all_named() -> None:
    flags = read_rows(section("Flags and verdicts"))[1:7]
    assert tuple(f"CybersecurityRisk{named(row[0])[0]}Flag" for row in flags) == flag_names()
    tags = [t for row in read_rows(section("`cydscore tags [NAME]…`")) for t in named(row[-1])]
    assert sorted(tags) == sorted(tag_names())
    rules = {n: row[0] for row in read_rows(section("Findings"))[1:] for n in named(row[1])}
    assert rules == {rule.id: rule.severity.value for rule in load_rules().values()}
    assert [named(row[0])[0] for row in read_rows(section("The score"))[1:]] == list(PARTS)


def test_the_system_packages_are_those_that_ci_installs() -> None:
    lines = re.findall(r"apt-get install ([\w\- ]+)", MANUAL)
    packages = {package for line in lines for package in line.split()}
    assert packages == {"python3", "python3-venv", "make", "chromium"}
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert set(re.findall(r"missing\+=\(([\w-]+)\)", script)) == packages


def write_figures() -> str:
    """Return the table of figures that belongs into the README, from the default model."""
    model = ROOT / "models" / "default"
    manifest = json.loads((model / "manifest.json").read_text("utf-8"))
    least = json.loads((model / "checker.json").read_text("utf-8"))["least_contradiction"]
    trained = judged = "`make train`"
    size = f"{manifest['n_segments']:,} segments of {manifest['n_companies']:,} companies"
    m = {key: f"{value:.3f}" for key, value in manifest["metrics"].items() if key != "labels"}
    rows = [
        ("trained on", f"{size}, duplicates dropped", trained),
        ("tags with 20 examples or more", f"macro-F1 {m['macro_f1']}", judged),
        ("tags", f"micro-F1 {m['micro_f1']}, calibration error {m['calibration_error']}", judged),
        ("denials", f"F1 of all together {m['denials_f1']}", judged),
        ("specificity", f"macro-F1 {m['specificity_macro_f1']}", judged),
    ]
    for stage in ("checker", "scorer"):
        figures = manifest.get(f"{stage}_metrics", {}).items()
        shown = [f"{k.replace('_', ' ')} {v:.3f}" for k, v in figures if "least" not in k]
        rows += [(stage, ", ".join(shown), trained)] if shown else []
    shown = [f"{key} {value:.2f}" for key, value in least.items()]
    rows += [("least confidence of a contradiction", ", ".join(shown), trained)]
    lines = ["| figure | value | made by |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def test_the_figures_are_those_of_the_default_model() -> None:
    shown = re.search(r"<!-- figures -->\n(.*?)\n?<!-- /figures -->", README, re.DOTALL)
    assert shown
    assert shown[1].strip() == write_figures(), f"put into the README:\n{write_figures()}"


def test_the_version_is_that_of_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    release = rf"^## \[{re.escape(__version__)}\] - \d{{4}}-\d\d-\d\d"
    assert re.search(release, changelog, re.MULTILINE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in anchors
        elif "://" not in target:
            assert (path.parent / target.split("#")[0]).exists(), target
