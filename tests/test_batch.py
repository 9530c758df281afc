"""Many inputs are scored in order, and one that fails stops no other."""

import gzip
import io
import os
import sys
import threading
from dataclasses import replace

import pytest

from authored import (
    BAD,
    FILINGS,
    HARBOR,
    KESTREL,
    OAKFIELD,
    ROLE,
    SALTMARSH,
    make_fact,
    make_filing,
    write_archive,
    write_notes,
)
from cydscore import score_filing, score_filings
from cydscore.batch import Failure, Skipped, expand_inputs, score_inputs
from cydscore.errors import InputError, InputMissingError, UsageError
from cydscore.report import Report

PAGE = OAKFIELD.read_bytes()


def name_all(outcomes):
    return [
        outcome.filing.source if isinstance(outcome, Report) else outcome.source
        for outcome in outcomes
    ]


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_filing_is_told_in_one_line(mixed, model, name):
    path = mixed / name
    with pytest.raises(InputError, match=BAD[name][1]) as caught:
        score_filing(path, model=model)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_failure_stops_no_other_and_keeps_its_place(mixed, model):
    outcomes = list(score_inputs([str(mixed)], model=model))
    assert name_all(outcomes) == [str(path) for path in sorted(mixed.iterdir())]
    failures = [o for o in outcomes if isinstance(o, Failure)]
    assert len(failures) == len(BAD)
    for failure in failures:
        assert BAD[failure.source.rsplit("/", 1)[1]][1] in failure.reason
    (report,) = [o for o in outcomes if isinstance(o, Report)]
    assert report.filing.company == "OAKFIELD BANCORP OF IOWA"


def test_a_folder_is_searched_for_what_may_be_a_filing(tmp_path):
    for name in (
        "b.htm",
        "deep/a.txt.gz",
        "c.PDF",
        "logo.jpg",
        "s.csv",
        "s.jsonl.gz",
        ".git/x.htm",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    found = expand_inputs([str(tmp_path)])
    assert found == [str(tmp_path / name) for name in ("b.htm", "c.PDF", "deep/a.txt.gz")]


def test_patterns_and_paths_name_each_file_once_in_order(tmp_path):
    for name in ("b.htm", "a.htm", "d/c.htm", "we[i]rd.htm"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    a, b, c, weird = (str(tmp_path / n) for n in ("a.htm", "b.htm", "d/c.htm", "we[i]rd.htm"))
    assert expand_inputs([b, f"{tmp_path}/*.htm", b]) == [b, a, weird]
    assert expand_inputs([f"{tmp_path}/**/c.htm", weird, "-"]) == [c, weird, "-"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.htm", "no such file, folder or pattern"),
        ("*.none", "no such file, folder or pattern"),
        ("empty", "the folder holds no file that could be a filing"),
    ],
)
def test_a_path_that_names_nothing_is_a_failure(tmp_path, name, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.md").write_text("x")
    (failure,) = expand_inputs([str(tmp_path / name)])
    assert message in failure.reason


def test_a_name_that_is_too_long_is_a_failure(model):
    (failure,) = score_inputs(["b" * 5000], model=model)
    assert "File name too long" in failure.reason


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_failure(tmp_path, model):
    path = tmp_path / "a.htm"
    path.touch(mode=0o000)
    (failure,) = score_inputs([str(path)], model=model)
    assert "cannot be read (Permission denied)" in failure.reason


def test_standard_input_is_read(model, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(PAGE))))
    (report,) = score_inputs(["-"], model=model)
    assert (report.filing.source, report.filing.form) == ("-", "10-K")


def test_a_pipe_is_read_once(tmp_path, model):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(PAGE,))
    writer.start()
    (report,) = score_inputs([str(path)], model=model)
    writer.join()
    assert report.filing.form == "10-K"


def test_an_archive_gives_a_report_a_filing_and_tells_what_it_skips(tmp_path, model):
    write_archive(tmp_path / "n", "0000000001-25-000001", "0000000001-25-000002", lone="7-25-1")
    outcomes = list(score_inputs([str(tmp_path / "n"), str(SALTMARSH)], model=model))
    assert [type(o) for o in outcomes] == [Report, Report, Skipped, Report]
    assert (outcomes[2].name, outcomes[2].reason) == ("7-25-1", "no cyd facts")
    assert outcomes[1].filing.accession == "0000000001-25-000002"


def test_an_archive_that_comes_by_standard_input_is_read_too(tmp_path, model, monkeypatch):
    write_archive(tmp_path / "n", "0000000001-25-000001", lone="7-25-1")
    stream = io.BytesIO((tmp_path / "n").read_bytes())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
    outcomes = list(score_inputs(["-"], model=model))
    assert sorted(type(o).__name__ for o in outcomes) == ["Report", "Skipped"]


def test_filings_before_the_damage_in_an_archive_are_scored(tmp_path, model):
    first, second = "0000000001-25-000001", "0000000001-25-000002"
    write_archive(tmp_path / "n", first, second, first)
    outcomes = list(score_inputs([str(tmp_path / "n")], model=model))
    assert isinstance(outcomes[-1], Failure)
    assert "comes back to" in outcomes[-1].reason
    assert [o.filing.accession for o in outcomes[:-1]] == [first, second]


def test_large_archives_are_shared_out_in_order(tmp_path, model):
    filings = [
        replace(make_filing(make_fact(ROLE, f"Miller {n} locks.")), accession=f"{n:010}-25-000001")
        for n in range(130)
    ]
    (tmp_path / "n").write_bytes(write_notes(filings))
    found = [r.filing.accession for r in score_inputs([str(tmp_path / "n")], model=model)]
    assert found == [filing.accession for filing in filings]


@pytest.mark.slow
def test_two_processes_give_what_one_gives_in_the_same_order(mixed):
    for path in sorted(FILINGS.iterdir()):
        (mixed / path.name).write_bytes(path.read_bytes())
    alone = list(score_inputs([str(mixed)], jobs=1))
    shared = list(score_inputs([str(mixed)], jobs=2))
    assert name_all(shared) == name_all(alone)
    for one, two in zip(alone, shared, strict=True):
        if isinstance(one, Report):
            assert two.to_json() == one.to_json()
        else:
            assert two == one


def test_reports_come_one_by_one_and_the_first_failure_is_raised(tmp_path, model):
    paths = [str(KESTREL), str(tmp_path / "missing.htm"), str(HARBOR)]
    reports = iter(score_filings(paths, model=model))
    assert next(reports).filing.form == "8-K"
    with pytest.raises(InputError, match=r"missing\.htm: no such file"):
        next(reports)


def test_failures_and_skips_are_handed_over_where_that_is_asked_for(tmp_path, model):
    write_archive(tmp_path / "n.zip", "0000000001-25-000001", lone="7-25-1")
    problems = []
    paths = [tmp_path / "n.zip", tmp_path / "missing.htm"]
    reports = list(score_filings(paths, model=model, on_problem=problems.append))
    assert len(reports) == 1
    assert [type(problem) for problem in problems] == [Skipped, Failure]


def test_a_missing_file_is_an_error_of_its_own(tmp_path, model):
    with pytest.raises(InputMissingError, match="no such file"):
        score_filing(tmp_path / "missing.htm", model=model)


def test_no_process_at_all_is_refused(model):
    with pytest.raises(UsageError, match="jobs is 0"):
        list(score_inputs([str(KESTREL)], model=model, jobs=0))
