"""The command line: results on standard output, all else on standard error, four exit statuses."""

import gzip
import json
import os
import pty
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from authored import BAD, CORPUS, FILINGS, HARBOR, KESTREL, OAKFIELD, ROOT, SALTMARSH, write_archive
from cydscore import __version__
from cydscore.cli import app
from cydscore.cli.app import ORDER
from cydscore.tags import denial_names, tag_names
from ixbrl_pages import BOARD_BLOCK, make_fact, make_page

COMMANDS = ("score", "tag", "train", "evaluate", "tags")
PYTHON = (sys.executable, "-m", "cydscore")
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "nlp"), "COLUMNS": "100"}


def invoke(*arguments, stdin=None):
    """Return what a command did: exit_code, stdout, stderr."""
    done = CliRunner().invoke(app, [str(a) for a in arguments], input=stdin)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def score(*arguments, stdin=None):
    return invoke("score", "--jobs", "1", *arguments, stdin=stdin)


def run_process(*arguments, **more):
    return subprocess.run(
        [*PYTHON, *map(str, arguments)], env=ENVIRONMENT, capture_output=True, check=False, **more
    )


def tag(*rows):
    done = invoke("tag", stdin="".join(f"{json.dumps(row)}\n" for row in rows))
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_filing_is_reported_for_people():
    done = score(HARBOR)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("Harbor Lane Logistics, Inc. (10-K, period to 2025-12-31)\n")
    assert "SCORE (points 0-100)" in done.stdout


def test_reports_are_written_for_machines_in_the_order_of_the_paths():
    done = score(SALTMARSH, KESTREL, "--format", "json")
    assert [r["filing"]["form"] for r in json.loads(done.stdout)] == ["10-K", "8-K"]
    assert done.stderr == "2 filings scored\n"
    lines = score(KESTREL, SALTMARSH, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["filing"]["form"] for line in lines] == ["8-K", "10-K"]
    head, row = score(KESTREL, "--format", "csv").stdout.splitlines()
    assert head.startswith("accession,cik,company,form,")
    assert row.startswith(",9990003,")


def test_a_folder_a_pattern_and_gzip_are_scored(tmp_path):
    (tmp_path / "a.htm.gz").write_bytes(gzip.compress(KESTREL.read_bytes()))
    for path in (tmp_path, f"{tmp_path}/*.gz", tmp_path / "a.htm.gz"):
        (report,) = json.loads(score(path, "--format", "json").stdout)
        assert report["filing"]["source"] == str(tmp_path / "a.htm.gz")


def test_standard_input_is_scored():
    done = score("-", "--format", "json", stdin=OAKFIELD.read_bytes())
    assert json.loads(done.stdout)[0]["filing"]["source"] == "-"


@pytest.mark.parametrize("suffix", ["json", "jsonl", "csv", "parquet"])
def test_reports_are_written_to_a_file(tmp_path, suffix):
    path = tmp_path / f"x.{suffix}"
    done = score(FILINGS, "--out", path)
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"5 filings scored to {path}\n"
    n = {
        "json": lambda: len(json.loads(path.read_text("utf-8"))),
        "jsonl": lambda: len(path.read_text("utf-8").splitlines()),
        "csv": lambda: len(path.read_text("utf-8").splitlines()) - 1,
        "parquet": lambda: pq.read_table(path).num_rows,
    }[suffix]()
    assert n == 5


def test_a_file_of_another_kind_is_refused(tmp_path):
    done = score(KESTREL, "--out", tmp_path / "x.xyz")
    assert done.exit_code == 2
    assert done.stderr.startswith(f"error: {tmp_path}/x.xyz: the suffix must be one of .json,")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ("note", 1),
        ("warning", 1),
        ("error", 1),
        ("unknown-element", 1),
        ("several-periods", 0),
    ],
)
def test_fail_on_turns_a_finding_into_status_1(tmp_path, what, status):
    path = tmp_path / "a.htm"
    path.write_text(make_page(make_fact("CybersecurityRiskOtterFlag", "Otters swim.")))
    assert score(path, "--fail-on", what).exit_code == status
    assert score(path).exit_code == 0


def test_fail_on_passes_over_what_weighs_less(tmp_path):
    path = tmp_path / "a.htm"
    path.write_text(make_page(make_fact(BOARD_BLOCK, "Not applicable")))
    severities = [
        f["severity"] for f in json.loads(score(path, "--format", "json").stdout)[0]["findings"]
    ]
    assert {"note"} <= set(severities) <= {"note", "warning"}
    assert score(path, "--fail-on", "block-short").exit_code == 1
    assert score(path, "--fail-on", "error").exit_code == 0


@pytest.mark.parametrize("what", ["nonsense", "Error", ""])
def test_fail_on_something_unknown_is_wrong_usage(what):
    done = score(KESTREL, "--fail-on", what)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: --fail-on: '{what}' is none of note, warning, error, ")


def test_a_failure_outweighs_a_finding(tmp_path):
    done = score(OAKFIELD, HARBOR, tmp_path / "missing.htm", "--fail-on", "note")
    assert done.exit_code == 3


def test_what_fails_is_told_listed_and_stops_no_other(mixed, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "x.csv"
    done = score(mixed, mixed / "missing", "--out", path)
    assert done.exit_code == 3
    lines = done.stderr.splitlines()
    complaints = [line for line in lines if line.startswith("error: ")]
    names = sorted(str(mixed / name) for name in (*BAD, "missing"))
    assert sorted(line.removeprefix("error: ").split(": ")[0] for line in complaints) == names
    start = lines.index(f"{len(names)} failed:")
    assert lines[start - 1] == f"1 filing scored to {path}"
    assert sorted(lines[start + 1 :]) == [f"- {name}" for name in names]
    assert len(path.read_text("utf-8").splitlines()) == 2


@pytest.mark.parametrize("name", BAD)
def test_one_bad_input_is_one_line_and_status_2(mixed, name):
    done = score(mixed / name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {mixed / name}: ")
    assert done.stderr.count("\n") == 1


def test_where_nothing_was_scored_an_older_file_stays(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("of yesterday")
    done = score(tmp_path / "missing.htm", "--out", path)
    assert done.exit_code == 2
    assert "0 filings scored\n" in done.stderr
    assert score(KESTREL, "--out", path, "--model", tmp_path).exit_code == 2
    assert path.read_text() == "of yesterday"


def test_a_model_that_is_not_there_is_an_error(tmp_path):
    done = score(KESTREL, "--model", tmp_path / "none")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {tmp_path}/none: no model there")


def test_no_process_at_all_is_wrong_usage():
    done = invoke("score", KESTREL, "--jobs", "0")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


def test_what_is_skipped_is_counted(tmp_path):
    write_archive(tmp_path / "n.zip", "0000000001-25-000001", lone="7-25-1")
    done = score(tmp_path / "n.zip", "--format", "jsonl")
    assert done.exit_code == 0
    assert done.stderr == "1 filing scored\n1 skipped: no cyd facts\n"


def test_tags_come_a_line_for_a_line_in_order():
    rows = tag(
        {"id": "b", "text": "All employees complete security awareness training each year."},
        {"id": 7, "text": "We have not engaged any assessors, consultants or auditors."},
        {"id": "a", "text": "The mill stands by the river. It has nine windows."},
    )
    assert [row["id"] for row in rows] == ["b", 7, "a"]
    assert [list(row) for row in rows] == [["id", "tags", "labels", "specificity"]] * 3
    assert [list(row["tags"]) for row in rows] == [[*tag_names(), *denial_names()]] * 3
    assert "training" in rows[0]["labels"]
    assert "!third_party_engagement" in rows[1]["labels"]
    assert rows[2]["labels"] == []
    assert {row["specificity"] for row in rows} <= {0, 1, 2}
    assert all(0 <= p <= 1 for row in rows for p in row["tags"].values())


def test_lines_of_one_filing_are_each_others_context():
    lines = [
        {"id": 1, "text": "Our chief information security officer leads the program."},
        {"id": 2, "text": "She has nineteen years of experience in the field."},
    ]
    alone, together = tag(*lines), tag(*({"filing": "f"} | line for line in lines))
    apart = tag(*({"filing": n} | line for n, line in enumerate(lines)))
    assert together[0] == alone[0]
    assert apart == alone
    element = {"elements": ["CybersecurityRiskRoleOfManagementTextBlock"]}
    assert [row["id"] for row in tag(*(element | line for line in lines))] == [1, 2]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{not json", "line 3: not JSON"),
        ("[]", 'line 3: expected an object with "id"'),
        ('{"id": 1}', 'line 3: expected an object with "id" and a string "text"'),
        ('{"id": 1, "text": null}', 'a string "text"'),
        ('{"text": "x"}', 'an object with "id"'),
        ('{"id": 1, "text": "x", "elements": "x"}', '"elements" must be a list of local names'),
        ("[" * 100_000, "line 3: nested too deep"),
        (b"\xff", "line 3: not JSON"),
    ],
)
def test_a_malformed_line_is_named_by_its_number(tmp_path, line, message):
    path = tmp_path / "x.jsonl"
    data = line if isinstance(line, bytes) else line.encode()
    path.write_bytes(b'{"id": 1, "text": "Mill."}\n\n' + data + b"\n")
    done = invoke("tag", path)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"error: {path}, line 3: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_no_line_gives_no_line(tmp_path):
    (tmp_path / "x.jsonl").touch()
    done = invoke("tag", tmp_path / "x.jsonl")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    assert invoke("tag", stdin="\n \n").stdout == ""


def test_a_file_of_lines_that_is_not_there_is_an_error(tmp_path):
    assert "cannot be read (No such file" in invoke("tag", tmp_path / "x").stderr
    assert "cannot be read (Is a directory)" in invoke("tag", tmp_path).stderr


def test_more_lines_than_a_batch_stay_in_order():
    rows = [{"id": n, "text": f"Mill {n}.", "filing": 1} for n in range(4100)]
    assert [row["id"] for row in tag(*rows)] == list(range(4100))


def test_the_codebook_is_shown():
    lines = invoke("tags").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(tag_names())
    one = invoke("tags", "third_party_audit").stdout
    assert "denies (!third_party_audit): " in one
    assert "states: " in one
    rows = json.loads(invoke("tags", "--format", "json", "insurance", "training").stdout)
    assert [row["name"] for row in rows] == ["insurance", "training"]


def test_a_tag_that_does_not_exist_is_an_error():
    done = invoke("tags", "audits")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "error: no tag 'audits'; `cydscore tags` lists them\n"


def test_the_default_model_is_measured_on_a_corpus():
    done = invoke("evaluate", "default", CORPUS, "--format", "json")
    assert json.loads(done.stdout)["n_segments"] > 300
    assert "macro-F1" in invoke("evaluate", "default", CORPUS).stdout


def test_a_corpus_that_is_not_there_is_an_error(tmp_path):
    done = invoke("evaluate", "default", tmp_path / "x.jsonl")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(command):
    done = invoke(command, "--help")
    assert done.exit_code == 0
    assert "Example:" in done.stdout
    assert invoke(command, "-h").stdout == done.stdout


def test_every_command_is_listed_in_its_order():
    text = invoke("--help").stdout
    places = [text.index(f"│ {command} ") for command in ORDER]
    assert places == sorted(places)
    names = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert names | {group.name for group in app.registered_groups} == set(ORDER)


def test_the_version_is_shown():
    assert invoke("--version").stdout == f"cydscore {__version__}\n"


@pytest.mark.parametrize("arguments", [("score",), ("score", "x", "--jobs", "many"), ("grade",)])
def test_wrong_usage_is_status_2(arguments):
    assert invoke(*arguments).exit_code == 2


@pytest.mark.parametrize("arguments", [["--help"], ["score", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments):
    code = (
        "import sys\nfrom cydscore.cli import run\n"
        f"try: run({arguments})\nexcept SystemExit: pass\n"
        "heavy = {'spacy', 'sklearn', 'pandas', 'numpy', 'lxml', 'joblib'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_package_runs_as_a_module():
    done = run_process("--version")
    assert done.stdout.decode() == f"cydscore {__version__}\n"


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "csv"])
def test_hostile_names_do_not_reach_the_terminal(tmp_path, form):
    path = tmp_path / "\x1b[31m\x9b.txt"
    path.write_bytes(OAKFIELD.read_bytes().replace(b"OAKFIELD", b"=OAK\x1b[31m"))
    done = score(tmp_path, "--format", form)
    assert (done.exit_code, "OAK" in done.stdout) == (0, True)
    assert not {"\x1b", "\x9b"} & set(done.stdout)
    path.write_bytes(b"")
    assert not {"\x1b", "\x9b"} & set(score(tmp_path, "--format", form).stderr)


def test_a_name_that_is_no_text_is_scored(tmp_path):
    (tmp_path / os.fsdecode(b"\xff.txt")).write_bytes(OAKFIELD.read_bytes())
    done = run_process("score", tmp_path, "--format", "json")
    source = json.loads(done.stdout)[0]["filing"]["source"]
    assert source == f"{tmp_path}/\udcff.txt"


def test_a_reader_that_closes_early_is_told_nothing(tmp_path):
    code = f"{sys.executable} -m cydscore score {FILINGS} --jobs 1 --format jsonl | head -c 9"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", code], env=ENVIRONMENT, capture_output=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == (b'{"schema"', b"", 141)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device")  # noqa: PTH110
def test_a_full_disk_is_one_line():
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(
            [*PYTHON, "tags"], env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: standard output: No space left on device;")


def test_an_interruption_keeps_what_was_written(tmp_path):
    os.mkfifo(tmp_path / "never")
    path = tmp_path / "x.jsonl"
    command = [*PYTHON, "score", "--jobs", "1", HARBOR, KESTREL, SALTMARSH, OAKFIELD]
    process = subprocess.Popen(
        [*map(str, command), str(tmp_path / "never"), "--out", str(path)],
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        preexec_fn=heed_interruptions,  # noqa: PLW1509 (no other thread runs here)
    )
    part = tmp_path / "x.jsonl.part"
    wait_until(lambda: part.exists() and part.stat().st_size > 0)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, b"error: interrupted; what was written is kept\n")
    lines = path.read_text("utf-8").splitlines()
    assert [json.loads(line)["schema"] for line in lines] == ["cydscore/report/1"] * len(lines)
    assert lines


def heed_interruptions():
    """Undo what a shell does to the jobs that it starts in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_until(holds):
    for _ in range(1200):
        if holds():
            return
        time.sleep(0.05)
    raise TimeoutError


def test_progress_is_shown_on_a_terminal_only(tmp_path):
    ours, theirs = pty.openpty()
    arguments = [*PYTHON, "score", str(FILINGS), "--jobs", "1", "--out", str(tmp_path / "x.csv")]
    done = subprocess.run(arguments, env=ENVIRONMENT, stderr=theirs, check=False)
    os.close(theirs)
    said = os.read(ours, 1 << 16)
    os.close(ours)
    assert done.returncode == 0
    assert b"scoring" in said
    assert b"5 filings scored" in said
