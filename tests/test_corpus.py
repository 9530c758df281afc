"""A corpus is read whole, or the fault is named with file and line."""

import gzip
import json

import pytest

from authored import CORPUS
from cydscore import unpack
from cydscore.corpus import drop_duplicates, read_companies, read_corpus
from cydscore.errors import CorpusError, InputMissingError

ROW = {"id": "a", "company": "1", "text": "We train staff.", "tags": ["training"], "specificity": 0}


@pytest.fixture
def write(tmp_path):
    def write_rows(*rows, name="segments.jsonl"):
        path = tmp_path / name
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    return write_rows


def test_the_example_corpus_reads_whole():
    segments = read_corpus(CORPUS)
    assert len(segments) == len(CORPUS.read_text("utf-8").splitlines())
    assert read_corpus(CORPUS.parent) == segments


def test_a_gzipped_corpus_is_the_same_corpus_and_is_not_unpacked_without_end(tmp_path, monkeypatch):
    packed = tmp_path / "segments.jsonl.gz"
    packed.write_bytes(gzip.compress(CORPUS.read_bytes()))
    assert read_corpus(tmp_path) == read_corpus(packed) == read_corpus(CORPUS)
    monkeypatch.setattr(unpack, "MAX_BYTES", 1 << 10)
    with pytest.raises(CorpusError, match=r"segments\.jsonl\.gz: holds more than 0 MiB"):
        read_corpus(tmp_path)
    packed.write_bytes(packed.read_bytes()[:50])
    with pytest.raises(CorpusError, match="cut off or damaged"):
        read_corpus(tmp_path)
    (tmp_path / "segments.jsonl").write_bytes(CORPUS.read_bytes())
    with pytest.raises(CorpusError, match=r"segments\.jsonl is there too; remove one"):
        read_corpus(tmp_path)


def test_a_row_becomes_a_segment_with_its_line(write):
    (segment,) = read_corpus(write("", ROW))
    assert (segment.id, segment.company, segment.line) == ("a", "1", 2)
    assert (segment.tags, segment.specificity, segment.sample) == (("training",), 0, None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tags": ["trainings"]}, r"line 1: unknown tag 'trainings'"),
        ({"tags": ["!no_past_impact"]}, r"line 1: 'no_past_impact' cannot be denied"),
        ({"tags": "training"}, r"line 1: 'tags' is 'training'; write a list"),
        ({"specificity": 3}, r"line 1: 'specificity' is 3; write 0, 1 or 2"),
        ({"specificity": True}, r"line 1: 'specificity' is True"),
        ({"specificity": "1"}, r"line 1: 'specificity' is '1'"),
        ({"text": " "}, r"line 1: 'text' is empty"),
        ({"company": None, "adsh": "0-0"}, r"line 1: no 'company', and accession '0-0'"),
    ],
)
def test_a_wrong_value_is_named(write, change, message):
    with pytest.raises(CorpusError, match=rf"segments\.jsonl, {message}") as caught:
        read_corpus(write({**ROW, **change}))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", ["text", "tags", "specificity"])
def test_a_missing_field_is_named(write, key):
    row = {name: value for name, value in ROW.items() if name != key}
    with pytest.raises(CorpusError, match=f"line 2: no '{key}'"):
        read_corpus(write({**ROW, "id": "b"}, row))


@pytest.mark.parametrize(
    ("line", "message"), [("{", "line 2: not JSON"), ("[1]", "line 2: .*a JSON object")]
)
def test_a_line_that_is_no_object_is_named(write, line, message):
    with pytest.raises(CorpusError, match=message):
        read_corpus(write(ROW, line))


def test_an_id_that_stands_twice_names_both_lines(write):
    with pytest.raises(CorpusError, match="line 3: the id 'a' stands on line 1 already"):
        read_corpus(write(ROW, {**ROW, "id": "b"}, ROW))


def test_a_file_without_segments_is_an_error(write, tmp_path):
    with pytest.raises(CorpusError, match="no labelled segment"):
        read_corpus(write(""))
    with pytest.raises(InputMissingError, match="no such file"):
        read_corpus(tmp_path / "absent.jsonl")


def test_a_file_that_is_not_text_is_an_error(tmp_path):
    path = tmp_path / "segments.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CorpusError, match="not UTF-8"):
        read_corpus(path)


def test_the_company_is_looked_up_by_accession_number(write, tmp_path):
    (tmp_path / "companies.csv").write_text("accession,cik\n0001-26-1,77\n")
    row = {key: value for key, value in ROW.items() if key != "company"} | {"adsh": "0001-26-1"}
    path = write(row)
    assert read_corpus(path)[0].company == "77"
    assert read_corpus(path, companies={"0001-26-1": "78"})[0].company == "78"


def test_a_companies_file_without_its_columns_is_an_error(tmp_path):
    path = tmp_path / "companies.csv"
    path.write_text("accession,name\n")
    with pytest.raises(CorpusError, match="columns accession, name; expected accession and cik"):
        read_companies(path)
    with pytest.raises(InputMissingError, match="no such file"):
        read_companies(tmp_path / "absent.csv")
    path.write_bytes(b"accession,cik\n\xff,1\n")
    with pytest.raises(CorpusError, match="cannot be read as CSV"):
        read_companies(path)


def test_duplicates_go_by_letters_and_digits_and_judged_samples_stay(write):
    rows = [
        {**ROW, "id": "1", "text": "We train  staff!", "sample": "active"},
        {**ROW, "id": "2", "sample": "whole_filing"},
        {**ROW, "id": "3", "text": "We train 2 staff."},
        {**ROW, "id": "4", "text": "we Train staff", "sample": "enriched"},
    ]
    assert [s.id for s in drop_duplicates(read_corpus(write(*rows)))] == ["2", "3"]


def test_a_reading_that_settles_counts_and_else_the_first(write):
    rows = [
        {**ROW, "id": "1", "reading": 2, "sample": "enriched"},
        {**ROW, "id": "2", "reading": 1, "sample": "enriched"},
    ]
    assert [s.id for s in drop_duplicates(read_corpus(write(*rows)))] == ["2"]
    rows.append({**ROW, "id": "3", "reading": 3, "sample": "enriched"})
    assert [s.id for s in drop_duplicates(read_corpus(write(*rows)))] == ["3"]


@pytest.mark.real
def test_every_real_label_finds_its_company(shared):
    segments = read_corpus(shared / "labels" / "train.jsonl")
    assert len(segments) == 11_738
    assert len({s.company for s in segments}) == 3_650
    assert len(drop_duplicates(segments)) == 11_453
