"""A dataset is the same however it came about, and what was written is kept."""

import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from authored import FILINGS, KESTREL, ROLE, ROOT, SALTMARSH, make_fact, make_filing, write_notes
from cydscore.cli import app
from cydscore.dataset import TABLES, read_table, table_schema, write_dataset
from cydscore.dataset.partition import score_paths
from cydscore.dataset.tables import load_table
from cydscore.errors import DependencyError, InputMissingError, UsageError
from cydscore.heads import label_names
from cydscore.memory import TaggingMemory
from cydscore.store import load_model, save_model
from cydscore.tags import tag_names
from cydscore.taxonomy import flag_names
from test_readme import named, read_rows

PAGE = (ROOT / "docs" / "season.md").read_text("utf-8")
PYTHON = (sys.executable, "-m", "cydscore")
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "nlp")}
N_FILINGS = 600


def score(*arguments):
    """Return exit status and lines of what was said."""
    done = CliRunner().invoke(app, ["score", *map(str, arguments)])
    return done.exit_code, done.stderr.splitlines()


def read_all(folder):
    """Return the three tables, rows sorted, as they compare."""
    keys = {"filings": ["source", "accession"], "segments": ["source", "accession", "id"]}
    tables = {}
    for table in TABLES:
        frame = read_table(folder, table)
        by = keys.get(table, ["source", "accession", "rule", "detail"])
        tables[table] = frame.sort_values(by, kind="stable").reset_index(drop=True)
    return tables


def read_bytes(folder):
    """Return every file of the dataset but its lock."""
    paths = (p for p in Path(folder).rglob("*") if p.is_file() and p.name != ".lock")
    return {str(p.relative_to(folder)): p.read_bytes() for p in paths}


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Return a notes archive of many small filings, three parts of them."""
    path = tmp_path_factory.mktemp("notes") / "2026_01_notes.zip"
    filings = [
        replace(
            make_filing(
                make_fact(
                    ROLE, f"Miller {n} keeps the keys. Our CISO, Ms. Reed, reports to the board."
                ),
                make_fact(
                    "CybersecurityRiskManagementPositionsOrCommitteesResponsibleFlag", n % 3 > 0
                ),
            ),
            accession=f"{n:010}-26-000001",
            cik=str(n),
            period_end="2025-12-31",
        )
        for n in range(1, N_FILINGS + 1)
    ]
    path.write_bytes(write_notes(filings))
    return path


@pytest.fixture(scope="module")
def undisturbed(archive, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed") / "season"
    write_dataset([str(archive)], folder)
    return folder


def test_a_dataset_has_a_row_a_filing_a_segment_and_a_finding(tmp_path, reports):
    status, said = score(FILINGS, "--out", f"{tmp_path}/season/", "--jobs", "1")
    assert (status, said) == (0, [f"5 filings scored to {tmp_path}/season/"])
    tables = read_all(tmp_path / "season")
    assert len(tables["filings"]) == 5
    assert len(tables["segments"]) == sum(len(r.segments) for r in reports.values())
    assert len(tables["findings"]) == sum(len(r.checks.findings) for r in reports.values())
    harbor = tables["filings"].query("company == 'Harbor Lane Logistics, Inc.'").iloc[0]
    assert harbor["overall"] == reports["harbor"].scores.overall
    own = tables["segments"][tables["segments"]["source"] == harbor["source"]]
    assert set(own["text"]) == {s.text for s in reports["harbor"].segments}
    first = own.set_index("id").loc["s1"]
    said = reports["harbor"].tagging.describe(0)
    assert list(first["labels"]) == list(said.labels)
    assert first["insurance"] == pytest.approx(said.tags["insurance"], abs=1e-4)


@pytest.mark.parametrize("table", TABLES)
def test_the_columns_are_those_of_the_page(table):
    text = PAGE.split(f"### {table}\n")[1].split("\n#")[0]
    expected = {}
    names = {"FLAG": flag_names(), "TAG": tag_names(), "LABEL": label_names()}
    for row in read_rows(text)[1:]:
        for pattern in named(row[0]):
            kind = re.match(r"FLAG|TAG|LABEL", pattern)
            for name in names[kind[0]] if kind else ("",):
                expected[pattern.replace(kind[0], name, 1) if kind else pattern] = row[1]
    shown = {"list<item: string>": "list of string", "list<element: string>": "list of string"}
    shown |= {"date32[day]": "date"}
    real = {f.name: shown.get(str(f.type), str(f.type)) for f in table_schema(table)}
    assert real == expected


def test_pandas_reads_each_table_as_one_folder(undisturbed):
    for table in TABLES:
        frame = pd.read_parquet(undisturbed / table)
        assert list(frame.columns) == table_schema(table).names


def read_by_polars(pattern):
    """Return the columns and rows of Parquet files as polars reads them."""
    frame = pytest.importorskip("polars").read_parquet(pattern)
    return frame.columns, frame.rows()


def read_by_duckdb(pattern):
    """Return the columns and rows of Parquet files as DuckDB reads them."""
    with pytest.importorskip("duckdb").connect() as connection:
        relation = connection.sql(f"select * from '{pattern}'")  # noqa: S608 (a path of our own)
        return relation.columns, relation.fetchall()


@pytest.mark.parametrize("read", [read_by_polars, read_by_duckdb])
@pytest.mark.parametrize("table", TABLES)
def test_others_read_each_table_with_the_same_values(undisturbed, table, read):
    columns, rows = read(f"{undisturbed}/{table}/*.parquet")
    expected = load_table(undisturbed, table)
    assert columns == expected.column_names
    ours = [tuple(row.values()) for row in expected.to_pylist()]
    assert sorted(map(repr, rows)) == sorted(map(repr, ours))


def test_what_is_done_is_not_done_again(undisturbed, archive):
    before = {p: p.stat().st_mtime_ns for p in undisturbed.rglob("part-*")}
    status, said = score(archive, "--out", undisturbed, "--jobs", "1")
    assert status == 0
    assert said[0] == f"{N_FILINGS} filings were done before and are kept"
    assert said[1].startswith("0 filings scored")
    assert {p: p.stat().st_mtime_ns for p in undisturbed.rglob("part-*")} == before


def test_an_input_that_changed_is_scored_again(tmp_path):
    page = tmp_path / "a.htm"
    page.write_bytes(KESTREL.read_bytes())
    out = tmp_path / "season"
    write_dataset([str(page)], out)
    page.write_bytes(SALTMARSH.read_bytes())
    notes = []
    summary = write_dataset([str(page)], out, on_note=notes.append)
    assert (summary.n_filings, summary.n_stale) == (1, 1)
    assert "1 filings are scored again" in notes[0]
    assert read_table(out, "filings")["form"].tolist() == ["10-K"]


def test_another_model_scores_all_again(tmp_path):
    out = tmp_path / "season"
    write_dataset([str(KESTREL)], out)
    changed = replace(load_model(), checker=load_model().checker | {"note": "another"})
    other = save_model(changed, tmp_path / "model")
    summary = write_dataset([str(KESTREL)], out, model=str(tmp_path / "model"))
    assert (summary.n_filings, summary.n_stale) == (1, 1)
    assert read_table(out, "filings")["model"].tolist() == [other.sha256]


def test_what_is_not_named_this_time_is_kept(tmp_path):
    out = tmp_path / "season"
    write_dataset([str(KESTREL)], out)
    summary = write_dataset([str(SALTMARSH)], out)
    assert (summary.n_filings, summary.n_other) == (1, 1)
    assert sorted(read_table(out, "filings")["form"]) == ["10-K", "8-K"]


def test_the_order_of_paths_does_not_matter(tmp_path):
    paths = [str(p) for p in FILINGS.iterdir()]
    write_dataset(paths, tmp_path / "a")
    write_dataset([*reversed(paths), paths[0]], tmp_path / "b")
    assert read_bytes(tmp_path / "a") == read_bytes(tmp_path / "b")


@pytest.mark.slow
def test_the_number_of_processes_does_not_matter(tmp_path, archive, undisturbed):
    write_dataset([str(archive)], tmp_path / "two", jobs=2)
    assert read_bytes(tmp_path / "two") == read_bytes(undisturbed)


def test_failures_are_listed_and_come_back(tmp_path, mixed):
    out = tmp_path / "season"
    for _ in range(2):
        status, said = score(mixed, "--out", f"{out}/", "--jobs", "1")
        assert status == 3
    rows = [json.loads(line) for line in (out / "failures.jsonl").read_text().splitlines()]
    assert all(row["reason"].startswith(row["source"]) for row in rows)
    assert f"{len(rows)} failed, listed in {out / 'failures.jsonl'}" in said
    assert len(read_table(out, "filings")) == 1


def test_nothing_scored_is_status_2(tmp_path):
    status, said = score(tmp_path / "none.htm", "--out", f"{tmp_path}/season/")
    assert status == 2
    assert "no such file" in said[0]


def test_findings_of_parts_done_before_reach_fail_on(tmp_path):
    for _ in range(2):
        status, _ = score(FILINGS, "--out", f"{tmp_path}/s/", "--fail-on", "flag-contradicted")
        assert status == 1


def test_a_list_of_paths_is_an_input(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "k.htm").write_bytes(KESTREL.read_bytes())
    (tmp_path / "list.csv").write_text(f"note,path\nx,deep/k.htm\ny,{SALTMARSH}\nz,none.htm\n")
    status, said = score(tmp_path / "list.csv", "--out", f"{tmp_path}/s/")
    assert status == 3
    assert sorted(read_table(tmp_path / "s", "filings")["form"]) == ["10-K", "8-K"]
    (tmp_path / "list.csv").write_text("file\nx\n")
    status, said = score(tmp_path / "list.csv", "--out", f"{tmp_path}/s2/")
    assert "no column 'path'" in said[0]


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(UsageError, match=r"holds thesis\.docx and is no dataset"):
        write_dataset([str(KESTREL)], tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.docx"]


def test_two_at_once_are_refused(tmp_path):
    import fcntl

    write_dataset([str(KESTREL)], tmp_path / "s")
    with (tmp_path / "s" / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="another cydscore is writing there"):
            write_dataset([str(KESTREL)], tmp_path / "s")


def test_a_part_that_is_half_there_is_made_anew(tmp_path, undisturbed, archive):
    for path in undisturbed.rglob("*"):
        if path.is_file():
            (tmp_path / path.relative_to(undisturbed)).parent.mkdir(exist_ok=True, parents=True)
            (tmp_path / path.relative_to(undisturbed)).write_bytes(path.read_bytes())
    one, two, three = sorted((tmp_path / "parts").iterdir())
    one.unlink()
    (tmp_path / "segments" / f"{two.stem}.parquet").write_bytes(b"cut off")
    three.write_text("{")
    (tmp_path / "filings" / ".part-0.parquet.new").write_bytes(b"cut off")
    write_dataset([str(archive)], tmp_path)
    assert read_bytes(tmp_path) == read_bytes(undisturbed)


def test_a_missing_table_is_told(tmp_path):
    with pytest.raises(InputMissingError, match="holds no table 'filings'"):
        read_table(tmp_path, "filings")


def test_a_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DependencyError, match=r"pip install 'cydscore\[parquet\]'"):
        write_dataset([str(KESTREL)], tmp_path / "s")


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path, archive, undisturbed, seed):
    """A run is killed at a random moment, as often as once in a part, then runs undisturbed."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    command = [*PYTHON, "score", str(archive), "--out", f"{tmp_path}/s/", "--jobs", "1"]
    run = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.DEVNULL)
    limit = time.monotonic() + 60
    n_parts = chance.randrange(3)
    while len(list(tmp_path.glob("s/parts/*.json"))) < n_parts and time.monotonic() < limit:
        time.sleep(0.002)
    time.sleep(chance.random() * 0.5)
    run.send_signal(signal.SIGKILL if seed % 2 else signal.SIGINT)
    run.wait()
    write_dataset([str(archive)], tmp_path / "s")
    assert read_bytes(tmp_path / "s") == read_bytes(undisturbed)


@pytest.mark.slow
def test_a_full_disk_keeps_the_parts_before_it(tmp_path, archive, undisturbed):
    sizes = sorted(p.stat().st_size for p in undisturbed.rglob("part-*.parquet"))

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (sizes[-1] - 1, sizes[-1] - 1))

    command = [*PYTHON, "score", str(archive), "--out", f"{tmp_path}/s/", "--jobs", "1"]
    done = subprocess.run(
        command, env=ENVIRONMENT, capture_output=True, text=True, check=False, preexec_fn=limit
    )
    assert done.returncode == 2
    assert "the parts written are kept" in done.stderr
    assert "Traceback" not in done.stderr
    whole = {p.stem for p in tmp_path.glob("s/parts/*.json")}
    assert {p.stem for t in TABLES for p in tmp_path.glob(f"s/{t}/part-*")} == whole
    write_dataset([str(archive)], tmp_path / "s")
    assert read_bytes(tmp_path / "s") == read_bytes(undisturbed)


def test_a_text_is_tagged_alike_alone_and_among_others(model):
    texts = [
        f"Miller {n} keeps the keys of the sluice and reports to the board." for n in range(40)
    ]
    together = TaggingMemory(model.tagger, n_most=30).describe(texts)
    memory = TaggingMemory(model.tagger, n_most=30)
    for row, text in enumerate(texts):
        alone = memory.describe([text])
        assert (alone.probability[0] == together.probability[row]).all()
        assert (alone.at_least[0] == together.at_least[row]).all()


def test_the_function_of_a_partition_takes_paths_anywhere(tmp_path):
    part = score_paths([KESTREL, SALTMARSH, tmp_path / "none.htm"])
    assert part.n_filings == 2
    assert part.failures[0].source == str(tmp_path / "none.htm")
    assert set(part.tables) == set(TABLES)


def test_profile_tells_the_seconds_of_each_stage(tmp_path):
    for out in (f"{tmp_path}/s/", tmp_path / "s.csv"):
        _, said = score(FILINGS, "--out", out, "--profile", "--jobs", "1")
        stages = [line.split()[0] for line in said[-6:]]
        assert {"segment", "tag", "check", "score"} <= set(stages)
