"""A file is read as what it holds, wherever it comes from."""

import gzip
import io
import sys
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cydscore.errors import InputError, InputMissingError, NoDisclosureError
from cydscore.read import read_filing, read_filings
from cydscore.read.recognise import find_accession
from cydscore.records import SourceFormat
from ixbrl_pages import HARBORLIGHT, HARBORLIGHT_INSTANCE, explain_failure

SUBMISSION = (
    b"<DOCUMENT>\n<TYPE>10-K\n<TEXT>\n" + HARBORLIGHT.read_bytes() + b"</TEXT>\n</DOCUMENT>\n"
)
FORMATS = {
    SourceFormat.IXBRL: HARBORLIGHT.read_bytes(),
    SourceFormat.INSTANCE: HARBORLIGHT_INSTANCE.read_bytes(),
    SourceFormat.SUBMISSION: SUBMISSION,
    SourceFormat.RENDERED: b"|Cybersecurity Risk Management Processes Integrated [Flag]\n|true\n",
}
SUB = "adsh\tcik\tname\tform\tperiod\n{0}\t9990001\tHARBORLIGHT FERRIES\t10-K\t20241231\n"
TXT = (
    "adsh\ttag\tversion\tddate\tdimh\tcoreg\tvalue\n"
    "{0}\tCybersecurityRiskManagementProcessesIntegratedFlag\tcyd/2024\t20241231\t0x00000000\t\ttrue\n"
)


def pack_notes(*accessions: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, table in (("sub.tsv", SUB), ("txt.tsv", TXT)):
            head, row = table.splitlines(keepends=True)
            archive.writestr(name, head + "".join(map(row.format, accessions)))
    return stream.getvalue()


@pytest.mark.parametrize("expected", FORMATS)
def test_the_format_is_told_by_the_content_packed_or_not(tmp_path, expected):
    data = FORMATS[expected]
    wide = data.decode().encode("utf-16")
    for name, packed in (("a.bin", data), ("b.pdf", gzip.compress(data)), ("c", wide)):
        path = tmp_path / name
        path.write_bytes(packed)
        filing = read_filing(str(path))
        assert filing.format is expected
        assert filing.source == str(path)
        assert any(fact.value is True for fact in filing.facts)


def test_an_archive_is_read_from_a_path_and_from_standard_input(tmp_path, monkeypatch):
    data = pack_notes("0009990001-25-000007", "0009990001-25-000008")
    path = tmp_path / "notes"
    path.write_bytes(data)
    filings = list(read_filings(str(path)))
    assert [filing.accession for filing in filings] == [
        "0009990001-25-000007",
        "0009990001-25-000008",
    ]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert len(list(read_filings("-"))) == 2


def test_one_filing_is_asked_for_and_several_are_an_error(tmp_path):
    path = tmp_path / "notes.zip"
    path.write_bytes(pack_notes("0009990001-25-000007"))
    assert read_filing(str(path)).format is SourceFormat.NOTES
    path.write_bytes(pack_notes("0009990001-25-000007", "0009990001-25-000008"))
    with pytest.raises(InputError, match=r"notes\.zip: holds 2 filings, and one was expected"):
        read_filing(str(path))


@pytest.mark.parametrize(
    ("path", "accession"),
    [
        ("/edgar/data/9990001/000999000125000007/hl.htm", "0009990001-25-000007"),
        ("0009990001-25-000007.txt", "0009990001-25-000007"),
        ("0009990001-25-000007/exhibits/0009990001-25-000008.htm", "0009990001-25-000008"),
        ("hl-20241231.htm", None),
        ("20250214000999000125000007.htm", None),
    ],
)
def test_the_accession_number_is_found_in_the_path(path, accession):
    assert find_accession(path) == accession


def test_errors_begin_with_the_path_and_stay_on_one_line(tmp_path):
    path = tmp_path / "a.htm"
    for data, words in (
        (b"", "is empty"),
        (HARBORLIGHT.read_bytes()[:5000], "is cut off"),
        (b"PK\x03\x04 and no more", "zip archive is damaged"),
        (b"\x89PNG\r\n", "is a PNG image"),
    ):
        path.write_bytes(data)
        with pytest.raises(InputError, match=words) as caught:
            read_filing(str(path))
        assert str(caught.value).startswith(f"{path}: ")
        assert str(caught.value).count(str(path)) == 1
        assert "\n" not in str(caught.value)


def test_a_file_that_is_no_filing_is_told_as_such(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"flour": 12}')
    with pytest.raises(NoDisclosureError, match=r"no heading of Item 1C, 16K or 1\.05"):
        read_filing(str(path))
    with pytest.raises(InputMissingError, match="no such file"):
        read_filing(str(tmp_path / "b.json"))
    with pytest.raises(InputMissingError, match="File name too long"):
        read_filing("b" * 5000)


@given(st.binary(max_size=300), st.sampled_from([b"", *FORMATS.values(), pack_notes("0-0")]))
def test_any_bytes_give_filings_or_an_error_of_ours(tmp_path_factory, noise, data):
    path = tmp_path_factory.mktemp("any") / "any"
    middle = len(data) // 2
    path.write_bytes(data[:middle] + noise + data[middle:])
    assert "\n" not in explain_failure(lambda: list(read_filings(str(path))))
