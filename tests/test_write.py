"""What was written is kept, and is safe to open."""

import csv
import io
import json
import sys
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from cydscore.errors import DependencyError, UsageError
from cydscore.write import (
    CsvWriter,
    FileOutput,
    JsonWriter,
    OutputFormat,
    make_stream_writer,
    row_types,
)

NAMES = ("harbor", "kestrel", "oakfield")


def write_all(path, reports):
    """Write three reports to a file."""
    with FileOutput(path) as output:
        for name in NAMES:
            output.write(reports[name])


def write_and_stop(path, report, interruption):
    with FileOutput(path) as output:
        output.write(report)
        raise interruption


def rename(report, company):
    return replace(report, filing=replace(report.filing, company=company))


def test_a_json_file_holds_an_array_of_reports(tmp_path, reports):
    write_all(tmp_path / "x.json", reports)
    written = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert written == json.loads(json.dumps([reports[name].to_json() for name in NAMES]))


def test_a_jsonl_file_holds_a_report_a_line(tmp_path, reports):
    write_all(tmp_path / "x.JSONL", reports)
    lines = (tmp_path / "x.JSONL").read_text("utf-8").splitlines()
    assert [json.loads(line)["filing"]["form"] for line in lines] == ["10-K", "8-K", "10-K"]


def test_a_csv_file_holds_a_row_a_filing(tmp_path, reports):
    write_all(tmp_path / "x.csv", reports)
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == list(row_types())
    assert [row["form"] for row in rows] == ["10-K", "8-K", "10-K"]
    assert (rows[0]["overall"], rows[1]["overall"]) == (str(reports["harbor"].scores.overall), "")
    flag = "CybersecurityRiskManagementProcessesIntegratedFlag_declared"
    assert [row[flag] for row in rows] == ["true", "", ""]


def test_a_parquet_file_holds_a_typed_row_a_filing(tmp_path, reports):
    write_all(tmp_path / "x.parquet", reports)
    rows = pq.read_table(tmp_path / "x.parquet").to_pylist()
    assert rows == [reports[name].to_row() for name in NAMES]


def test_many_rows_are_written_in_groups(tmp_path, reports):
    with FileOutput(tmp_path / "x.parquet") as output:
        for _ in range(1001):
            output.write(reports["kestrel"])
    file = pq.ParquetFile(tmp_path / "x.parquet")
    assert (file.num_row_groups, file.metadata.num_rows) == (2, 1001)


@pytest.mark.parametrize("suffix", OutputFormat)
@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError])
def test_an_interruption_keeps_what_was_written(tmp_path, reports, suffix, interruption):
    path = tmp_path / f"x.{suffix}"
    with pytest.raises(interruption, match="stop"):
        write_and_stop(path, reports["harbor"], interruption("stop"))
    n = {
        "json": lambda: len(json.loads(path.read_text("utf-8"))),
        "jsonl": lambda: len(path.read_text("utf-8").splitlines()),
        "csv": lambda: len(path.read_text("utf-8").splitlines()) - 1,
        "parquet": lambda: len(pq.read_table(path)),
    }[suffix]()
    assert n == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", OutputFormat)
def test_a_file_stays_as_it_was_where_there_is_nothing_to_write(tmp_path, suffix):
    path = tmp_path / f"x.{suffix}"
    path.write_text("of yesterday")
    with FileOutput(path):
        pass
    assert path.read_text() == "of yesterday"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("x.xyz", r"the suffix must be one of \.json, \.jsonl, \.csv, \.parquet"),
        ("x", "the suffix must be one of"),
        ("none/x.csv", "there is no folder .*none; make it first"),
        ("folder.csv", "is a folder; name a file in it"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused_at_once(tmp_path, name, message):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UsageError, match=message):
        FileOutput(tmp_path / name)


@pytest.mark.parametrize(
    ("company", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'=1+1"),
        ('Mill, "Old"\r\n& Co\x1b[31m', 'Mill, "Old" & Co [31m'),
        ("Mill = Co", "Mill = Co"),
    ],
)
def test_text_that_a_spreadsheet_would_run_is_quoted(reports, company, cell):
    stream = io.StringIO()
    CsvWriter(stream).write(rename(reports["kestrel"], company))
    stream.seek(0)
    assert next(csv.DictReader(stream))["company"] == cell


def test_json_keeps_text_and_hides_what_steers_a_terminal(reports):
    stream = io.StringIO()
    company = "Mühle\x1b[31m\x9b31m\x7f"
    JsonWriter(stream, lines=True).write(rename(reports["kestrel"], company))
    text = stream.getvalue()
    assert json.loads(text)["filing"]["company"] == company
    assert "Mühle" in text
    assert not {"\x1b", "\x9b", "\x7f"} & set(text)


def test_a_name_that_is_no_text_is_written_as_it_is(tmp_path, reports):
    report = reports["kestrel"]
    report = replace(report, filing=replace(report.filing, source="a\udcff.htm"))
    with FileOutput(tmp_path / "x.jsonl") as output:
        output.write(report)
    line = (tmp_path / "x.jsonl").read_text("utf-8")
    assert json.loads(line)["filing"]["source"] == "a\udcff.htm"


def test_an_empty_array_is_still_an_array():
    stream = io.StringIO()
    make_stream_writer(OutputFormat.JSON, stream).close()
    assert json.loads(stream.getvalue()) == []


def test_parquet_does_not_go_to_a_stream():
    with pytest.raises(UsageError, match=r"name a file with --out scores\.parquet"):
        make_stream_writer(OutputFormat.PARQUET)


def test_a_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DependencyError, match=r"pip install 'cydscore\[parquet\]'"):
        FileOutput(tmp_path / "x.parquet")
    assert not list(tmp_path.iterdir())
