"""``cydscore compare``: two files, one company of many, and every company."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from authored import HARBOR, ROOT, write_notes
from cydscore.cli import app
from cydscore.read import read_filing

OLD, NEW = (ROOT / "corpora/example/years" / f"tidewick-10-k-{year}.htm" for year in (2024, 2025))


def compare(*arguments):
    """Return what the command did: exit_code, stdout, stderr."""
    done = CliRunner().invoke(app, ["compare", "--jobs", "1", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture
def archives(tmp_path):
    """Return two archives of notes data, a year each, of two companies."""
    paths = []
    for number, path in enumerate((OLD, NEW), 25):
        filing = read_filing(str(path))
        other = replace(
            filing, cik="77", company="Sedge Ferries", accession=f"0009990077-{number}-000001"
        )
        own = replace(filing, accession=f"0009990006-{number}-000001")
        paths.append(tmp_path / f"{number}.zip")
        paths[-1].write_bytes(write_notes([own, other]))
    return paths


def test_two_files_are_compared_for_people():
    done = compare(OLD, NEW)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "OLD  Tidewick Grain Elevators, Inc. (10-K, period to 2024-12-31)"
    )
    assert "{+annually.+}" in done.stdout
    assert "\x1b" not in done.stdout


def test_the_same_is_written_as_json_to_a_file(tmp_path):
    path = tmp_path / "change.json"
    done = compare(OLD, NEW, "--format", "json", "--out", path)
    assert (done.exit_code, done.stdout) == (0, "")
    assert json.loads(path.read_text("utf-8"))["schema"] == "cydscore/compare/1"


def test_one_company_of_many_is_compared(archives):
    done = compare(*archives, "--cik", "0009990006", "--format", "json")
    assert [json.loads(line)["new"]["cik"] for line in done.stdout.splitlines()] == ["9990006"]
    assert done.stderr == "1 pair compared\n"


def test_every_company_is_compared_a_line_each(archives):
    done = compare(*archives, "--all")
    assert {json.loads(line)["old"]["cik"] for line in done.stdout.splitlines()} == {
        "9990006",
        "77",
    }
    assert compare(*archives, "--all", "--format", "text").stdout.count("OLD  ") == 2


@pytest.mark.parametrize(
    ("what", "old", "new", "status"),
    [
        ("changes", OLD, NEW, 1),
        ("findings", OLD, NEW, 1),
        ("warning", OLD, NEW, 1),
        ("year-stale-date", OLD, NEW, 1),
        ("error", OLD, NEW, 0),
        ("year-copied", OLD, NEW, 0),
        ("changes", HARBOR, HARBOR, 0),
    ],
)
def test_the_exit_status_is_1_where_what_was_asked_for_is_reached(what, old, new, status):
    assert compare(old, new, "--fail-on", what).exit_code == status


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((OLD,), "1 paths, and two were expected"),
        ((OLD, NEW, "--fail-on", "luck"), "'luck' is none of changes, findings, note"),
        ((OLD, "--all", "--cik", "6"), "give one of them"),
        ((OLD, "--cik", ""), "'' is no Central Index Key"),
        ((OLD, "--cik", "6"), "no two annual reports of CIK 6 for consecutive years"),
        ((OLD, "nowhere.htm"), "no such file"),
        ((OLD, NEW, "--out", "nowhere/x.json"), "no folder nowhere"),
    ],
)
def test_what_cannot_be_compared_is_one_line(arguments, reason):
    done = compare(*arguments)
    assert done.exit_code == 2
    assert done.stderr.startswith("error: ")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_file_that_cannot_be_read_does_not_stop_the_others(tmp_path):
    for path in (OLD, NEW):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "broken.htm").write_bytes(b"")
    done = compare(tmp_path, "--all")
    assert done.exit_code == 3
    assert "broken.htm: the file is empty" in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_two_companies_and_years_turned_round_are_pointed_out():
    assert "the filings are of two companies" in compare(HARBOR, NEW).stderr
    assert "OLD comes first" in compare(NEW, OLD).stderr


def test_a_file_is_left_as_it_was_where_nothing_was_compared(tmp_path):
    path = tmp_path / "kept.jsonl"
    path.write_text("old\n")
    assert compare(OLD, "--all", "--out", path).exit_code == 2
    assert path.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [path]
