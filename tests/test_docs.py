"""The documentation: every command is run or says what it needs, and the site builds by itself."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from html import unescape
from pathlib import Path

import pytest

import cydscore
from authored import ROOT
from cydscore.check.rules import load_rules
from cydscore.compare.rules import load_year_rules
from cydscore.measures import load_questions
from cydscore.tags import tag_names
from cydscore.taxonomy import load_elements

PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "notebooks").glob("*.md")]
PAGES += [*(ROOT / "corpora").rglob("*.md"), *(ROOT / "models").rglob("*.md")]
#: What a command may need that a clone and its environment lack, and where it is tried instead.
NEEDS = {
    "../shared": "below, on a part of the filings there",
    ".ci/run": "there",
    "a fresh machine": "by .ci/run on a fresh machine, under other names",
    "a cluster": "by tests/test_cluster.py, on one machine",
    "notes data of the SEC": "with ../shared in its place, by tests/test_corpus_reference.py",
}
N_FILINGS = 150


def read_blocks(path: Path) -> list[tuple[str, list[str]]]:
    """Return what each console block needs ("" where it is run) and its commands."""
    blocks = []
    pattern = r"(?:<!-- (run|needs: [^>]+?) -->\n)?[ ]*```console\n(.*?)```"
    for mark, text in re.findall(pattern, path.read_text("utf-8"), re.DOTALL):
        assert mark, f"{path.name}: say before this block what it needs, or that it runs:\n{text}"
        commands = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
        blocks.append((mark.removeprefix("needs: ") if mark != "run" else "", commands))
    return blocks


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_block_of_commands_is_run_or_says_what_it_needs(path):
    text = path.read_text("utf-8")
    blocks = read_blocks(path)
    assert len(blocks) == text.count("```console")
    assert {need for need, _ in blocks} <= {"", *NEEDS}
    rest = re.sub(r"```console.*?```", "", text, flags=re.DOTALL)
    assert not re.search(r"^\$ ", rest, re.MULTILINE)
    if path.is_relative_to(ROOT / "notebooks"):
        assert all(need for need, _ in blocks)  # those that run stand in the README and docs


def test_what_ci_runs_is_there():
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    commands = [
        c for path in PAGES for need, cs in read_blocks(path) if need == ".ci/run" for c in cs
    ]
    assert len(commands) >= 4
    for command in commands:
        target = re.match(r"make [a-z-]+", command)
        assert target, command
        assert re.search(rf"\b{target[0]}\b", script), command


@pytest.mark.real
@pytest.mark.slow
def test_commands_that_need_real_filings_run(
    shared: Path, environment: Mapping[str, str], tmp_path
):
    clone = tmp_path / "clone"
    part = tmp_path / "shared"
    clone.mkdir()
    for path in ROOT.iterdir():
        if path.name in ("docs", "benchmarks"):  # they are written to
            shutil.copytree(path, clone / path.name)
        elif not path.name.startswith("."):
            (clone / path.name).symlink_to(path)
    cut_filings(shared, part)
    blocks = [block for path in PAGES for block in read_blocks(path) if block[0] == "../shared"]
    commands = [command for _, commands in blocks for command in commands]
    assert len(commands) >= 6
    for command in dict.fromkeys(commands):
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=clone,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        # 3: the rest was written, as where labels belong to filings that were cut away
        assert done.returncode in (0, 3), f"{command}\n{done.stderr[-2000:]}"


def cut_filings(shared: Path, part: Path) -> None:
    """Copy a folder of real filings with a few companies of several years alone."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    part.mkdir()
    for path in shared.iterdir():
        if path.name != "filings":
            (part / path.name).symlink_to(path)
    (part / "filings").mkdir()
    filings = pq.read_table(shared / "filings" / "filings.parquet")
    facts = pq.read_table(shared / "filings" / "facts.parquet")
    filings = filings.sort_by([("cik", "ascending")]).slice(0, N_FILINGS)
    facts = facts.filter(pc.is_in(facts["adsh"], value_set=filings["adsh"].combine_chunks()))
    pq.write_table(filings, part / "filings" / "filings.parquet")
    pq.write_table(facts, part / "filings" / "facts.parquet")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site, built with every warning an error."""
    pytest.importorskip("mkdocs", reason="the group docs is not installed")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "nlp"), "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def read_page(site: Path, name: str) -> str:
    return unescape((site / f"{name}.html").read_text("utf-8")).replace("<wbr>", "")


@pytest.mark.slow
def test_the_site_fetches_nothing(site: Path):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 30
    assets = re.compile(
        r"<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=\"((?:https?:)?//[^\"]+)"
    )
    for page in pages:
        assert not assets.findall(page.read_text("utf-8")), page.name
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", sheet.read_text("utf-8"))


@pytest.mark.slow
def test_the_reference_has_everything_that_the_data_have(site: Path):
    tags = read_page(site, "reference/tags")
    assert all(f'id="{name}"' in tags for name in tag_names())
    elements = read_page(site, "reference/elements")
    assert all(name in elements for name in load_elements())
    questions = read_page(site, "reference/questions")
    assert all(question.example in questions for question in load_questions())
    rules = read_page(site, "rules")
    assert all(f"<code>{rule}</code>" in rules for rule in load_rules())
    years = read_page(site, "reference/year-rules")
    assert all(f"<code>{rule}</code>" in years for rule in load_year_rules())


@pytest.mark.slow
def test_the_reference_of_python_has_every_public_name(site: Path):
    page = read_page(site, "reference/python")
    for name in cydscore.__all__:
        assert name.startswith("__") or f"cydscore.{name}" in re.sub("<[^>]+>", "", page), name


@pytest.mark.slow
def test_the_cards_are_those_of_the_repository(site: Path):
    manifest = (ROOT / "models" / "default" / "README.md").read_text("utf-8")
    digest = re.search(r"`([0-9a-f]{64})`", manifest)
    assert digest
    assert digest[1] in read_page(site, "reference/model-card")
    for name in ("example", "example_own", "contrast", "item106", "season"):
        first = (ROOT / "corpora" / name / "README.md").read_text("utf-8").splitlines()[0]
        assert first.removeprefix("# ") in read_page(site, f"reference/data/{name}")
