"""Bytes and text: what is read, in which encoding, and what is refused."""

import gzip
import io
import sys

import pytest

from cydscore import unpack
from cydscore.errors import InputError, InputMissingError
from cydscore.read.source import decode_text, load_bytes

WORDS = "Tide tables – naïve ones – cost €5"


def test_gzip_is_unpacked_once_and_once_more(tmp_path):
    path = tmp_path / "a.gz"
    for packed in (gzip.compress(b"mill"), gzip.compress(gzip.compress(b"mill"))):
        path.write_bytes(packed)
        assert load_bytes(str(path)) == b"mill"


def test_standard_input_is_read_where_the_path_is_a_dash(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(b"mill"))))
    assert load_bytes("-") == b"mill"


def test_a_missing_file_and_a_folder_are_missing_inputs(tmp_path):
    with pytest.raises(InputMissingError, match=r"no such file; check the spelling"):
        load_bytes(str(tmp_path / "none.htm"))
    with pytest.raises(InputMissingError, match=r"cannot be read \(Is a directory\)"):
        load_bytes(str(tmp_path))


@pytest.mark.parametrize("n_kept", [11, 30, -1])
def test_a_gzip_that_was_cut_off_is_refused(tmp_path, n_kept):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(WORDS.encode() * 50)[:n_kept])
    with pytest.raises(InputError, match=r"a\.gz: the gzip data is cut off or damaged"):
        load_bytes(str(path))


def test_a_gzip_bomb_stops_at_the_cap(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "MAX_BYTES", 1 << 20)
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(bytes(2 << 20)))
    with pytest.raises(InputError, match="holds more than 1 MiB"):
        load_bytes(str(path))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_text_comes_out_the_same_in_every_encoding(encoding):
    text = f"<p>{WORDS}</p>"
    assert decode_text(text.encode(encoding)) == text


def test_a_declared_charset_is_believed_where_the_bytes_are_no_utf_8():
    text = '<meta charset="iso-8859-2"/>łąka'
    assert decode_text(text.encode("iso-8859-2")) == text


@pytest.mark.parametrize("charset", [b"x-martian", b"hex", b"idna", b"undefined"])
def test_a_charset_that_is_none_is_read_as_windows_1252(charset):
    assert decode_text(b'<meta charset="%s"/>caf\xe9' % charset).endswith("café")


def test_no_text_holds_a_lone_surrogate():
    decode_text(b'<meta charset="unicode_escape"/>\\ud800 caf\xe9').encode("utf-8")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "is a PDF file"),
        (b"\x89PNG\r\n\x1a\n", "is a PNG image"),
        (b"PK\x03\x04\x14\x00", "is a zip archive"),
        (b"<p>mill</p>" + bytes(9), r"is binary \(byte 0x00 at offset 11\)"),
        (b"\x01\x02\x03 mill", r"is binary \(byte 0x01 at offset 0\)"),
        (b"\xff\xfem" + bytes(9), "are no utf-16 text"),
        (b" \r\n\t", "is empty"),
    ],
)
def test_what_is_no_text_is_refused_by_name(data, words):
    with pytest.raises(InputError, match=words):
        decode_text(data)
