"""Labels by reference find their text again, wherever a format has put it."""

import gzip
import json
from dataclasses import replace

import pytest

from authored import BOARD, PROCESSES, ROLE, ROOT, make_fact, make_filing, write_notes
from cydscore.cli import run
from cydscore.corpus import read_corpus
from cydscore.corpus.reference import (
    SearchableText,
    checksum_text,
    make_reference,
    match_span,
    normalise_text,
)
from cydscore.curate import append_references, hydrate_segments, load_corpus, refer_rows
from cydscore.errors import CorpusError, InputError, InputMissingError

EXAMPLE = ROOT / "corpora" / "example" / "by-reference"
NOTES = EXAMPLE / "notes.zip"
MILL = "0009990201-26-000001"
TEXT = "Our miller locks the sluice at dusk. Our miller's cat, Grit, watches it (at night)."
ROW = {
    "accession": MILL,
    "element": PROCESSES,
    "text": "Our miller's cat, Grit, watches it (at night).",
    "tags": ["training"],
    "specificity": 1,
}


@pytest.fixture
def mill(tmp_path):
    """Return an archive with a filing of two blocks."""
    filing = make_filing(
        make_fact(PROCESSES, TEXT),
        make_fact(BOARD, "The board hears of Grit each quarter."),
        accession=MILL,
        cik="9990201",
        period_end="2025-12-31",
    )
    path = tmp_path / "mill.zip"
    path.write_bytes(write_notes([filing]))
    return path


def write(path, *rows):
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return path


def refer(mill, tmp_path, *rows):
    """Return a corpus by reference of some rows."""
    made = refer_rows([write(tmp_path / "rows.jsonl", *rows)], [mill])
    append_references(made, tmp_path / "corpus")
    return tmp_path / "corpus" / "segments.jsonl"


def test_only_ascii_letters_and_digits_are_left():
    assert normalise_text("The Company’s “ISO 27001” — café, \u212a") == "thecompanysiso27001caf"
    assert checksum_text("A b.") == checksum_text("ab")


def test_a_reference_has_span_and_checksum_and_no_prose():
    made = make_reference({**ROW, "start": 0}, TEXT)
    assert (made["start"], made["end"]) == (37, len(TEXT))
    assert made["length"] == len(normalise_text(ROW["text"]))
    assert match_span(TEXT, made["start"], made["end"], made["sha256"])
    assert "Grit" not in json.dumps(made)
    assert make_reference({**ROW, "text": "No such words."}, TEXT) is None


def test_of_repeated_texts_the_nearest_is_meant():
    row = {**ROW, "text": "It is so.", "start": 30}
    assert make_reference(row, "It is so. And then some more. It is so.")["start"] == 30
    assert make_reference({**row, "text": "It is  so."}, "It is so. " * 4)["start"] == 30


def test_a_text_is_found_by_its_checksum_with_the_marks_that_cling_to_it():
    text = SearchableText('He said: "We train\n our staff." Then he left.')
    key = (len("wetrainourstaff"), checksum_text("We train our staff"))
    start, end = text.find_checksums({key[0]: [key[1]]})[key]
    assert text.text[start:end] == '"We train\n our staff."'
    assert text.find_checksums({3: ["0" * 64]}) == {}
    assert SearchableText("").find_checksums({3: ["0" * 64]}) == {}


def test_the_example_corpus_by_reference_is_the_one_with_text():
    segments = load_corpus(EXAMPLE, [NOTES])
    inline = read_corpus(ROOT / "corpora" / "example")
    assert [s.text for s in segments] == [s.text for s in inline]
    assert [s.company for s in segments] == [s.company for s in inline]


def test_a_wrong_span_is_searched_and_so_is_another_block(mill, tmp_path):
    (label,) = read_corpus(refer(mill, tmp_path, ROW), by_reference=True)
    for changed in (
        replace(label, start=0, end=5),
        replace(label, start=5, end=9999),
        replace(label, element=BOARD),
        replace(label, element=None, start=None, end=None),
    ):
        made = hydrate_segments([changed], [mill])
        assert [s.text for s in made.segments] == [ROW["text"]]
        assert (made.n_by_span, made.n_by_search) == (0, 1)
    assert hydrate_segments([label], [mill]).n_by_span == 1


def test_segments_with_text_are_kept_as_they_are(mill):
    inline = read_corpus(ROOT / "corpora" / "example")[:3]
    assert hydrate_segments(inline, [mill]).segments == tuple(inline)


def test_each_label_without_text_is_named_with_its_reason(mill, tmp_path):
    corpus = refer(mill, tmp_path, ROW)
    row = json.loads(corpus.read_text("utf-8"))
    rows = [
        {**row, "sha256": "0" * 64},
        {**row, "sha256": "1" * 64, "end": 500},
        {**row, "sha256": "2" * 64, "element": ROLE},
        {**row, "accession": "0009990299-26-000001", "company": "9"},
        row,
    ]
    rows = [{**one, "id": str(i)} for i, one in enumerate(rows)]
    segments = read_corpus(write(corpus, *rows), by_reference=True)
    reasons = [missing.reason for missing in hydrate_segments(segments, [mill]).missing]
    assert "has the checksum 000000000000; the label or the filing was changed" in reasons[0]
    assert f"the span to 500 is outside its {len(TEXT)} characters" in reasons[1]
    assert f"the filing has no {ROLE}" in reasons[2]
    assert reasons[3].startswith("no filing 0009990299-26-000001 in the text given")
    said = []
    assert len(load_corpus(corpus, [mill], on_problem=said.append)) == 1
    assert said[0].startswith(f"{corpus}, line 1: no text of")
    with pytest.raises(CorpusError, match=r"line 1: .*\(and so for all 4 labels\)"):
        load_corpus(write(corpus, *rows[:4]), [mill])


def test_a_file_that_is_no_filing_does_not_stop_the_others(mill, tmp_path):
    corpus = refer(mill, tmp_path, ROW)
    folder = tmp_path / "filings"
    folder.mkdir()
    (folder / "a.htm").write_text("<p>No filing.</p>")
    (folder / "mill.zip").write_bytes(mill.read_bytes())
    said = []
    assert len(load_corpus(corpus, [folder], on_problem=said.append)) == 1
    assert "a.htm" in said[0]
    with pytest.raises(InputError, match=r"a\.htm"):
        load_corpus(corpus, [folder])
    with pytest.raises(InputMissingError, match="no such file"):
        load_corpus(corpus, [tmp_path / "none"])


def test_a_gzipped_corpus_stays_gzipped_and_the_same_labels_the_same_bytes(mill, tmp_path):
    plain, packed = refer(mill, tmp_path, ROW), tmp_path / "packed" / "segments.jsonl.gz"
    referral = refer_rows([tmp_path / "rows.jsonl"], [mill])
    assert append_references(referral, packed) == 1
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    first = packed.read_bytes()
    packed.unlink()
    append_references(referral, packed)
    assert packed.read_bytes() == first
    rows = write(tmp_path / "more.jsonl", {**ROW, "text": "Our miller locks the sluice at dusk."})
    assert append_references(refer_rows([rows], [mill]), packed.parent) == 2
    assert sorted(p.name for p in packed.parent.iterdir()) == ["companies.csv", packed.name]


def test_labels_are_appended_all_or_none(mill, tmp_path):
    corpus = refer(mill, tmp_path, ROW)
    before = corpus.read_text("utf-8")
    assert (corpus.parent / "companies.csv").read_text() == f"accession,cik\n{MILL},9990201\n"
    rows = write(tmp_path / "more.jsonl", {**ROW, "text": "Our miller locks the sluice at dusk."})
    assert append_references(refer_rows([rows], [mill]), corpus) == 2
    with pytest.raises(CorpusError, match=r"line 3: the id .* stands on line 2 already"):
        append_references(refer_rows([rows], [mill]), corpus)
    bad = write(tmp_path / "bad.jsonl", {**ROW, "tags": ["milling"], "reading": 2})
    with pytest.raises(CorpusError, match="line 3: unknown tag 'milling'"):
        append_references(refer_rows([bad], [mill]), corpus)
    assert corpus.read_text("utf-8").startswith(before)
    assert len(corpus.read_text("utf-8").splitlines()) == 2
    assert sorted(path.name for path in corpus.parent.iterdir()) == [
        "companies.csv",
        "segments.jsonl",
    ]


@pytest.mark.parametrize("key", ["text", "tags", "specificity", "accession"])
def test_a_row_that_cannot_be_referred_to_is_named(mill, tmp_path, key):
    row = {name: value for name, value in ROW.items() if name != key}
    rows = write(tmp_path / "rows.jsonl", ROW, row)
    with pytest.raises(CorpusError, match=f"line 2: no '{key}'"):
        refer_rows([rows], [mill])


def test_a_reading_of_the_rows_counts_more_than_the_option(mill, tmp_path):
    rows = write(tmp_path / "rows.jsonl", {**ROW, "reader": "ann"}, {**ROW, "reading": 2})
    made = refer_rows([rows], [mill], more={"reader": "bob", "reading": 1})
    assert [(r["reader"], r["reading"]) for r in made.references] == [("ann", 1), ("bob", 2)]


def run_command(*arguments):
    """Return the exit status of a command."""
    try:
        run([str(argument) for argument in arguments])
    except SystemExit as ended:
        return ended.code or 0
    return 0


def test_hydrate_tells_by_its_status_what_was_found(mill, tmp_path, capsys):
    out = tmp_path / "out.jsonl"
    assert run_command("corpus", "hydrate", EXAMPLE, "--text", NOTES, "--out", out) == 0
    assert [s.text for s in read_corpus(out)] == [s.text for s in load_corpus(EXAMPLE, [NOTES])]
    corpus = refer(mill, tmp_path, ROW)
    row = json.loads(corpus.read_text("utf-8"))
    lost = {**row, "sha256": "0" * 64, "id": "lost"}
    write(corpus, row, lost)
    capsys.readouterr()
    assert run_command("corpus", "hydrate", corpus, "--text", mill, "--out", out) == 3
    assert f"{corpus}, line 2: no text of" in capsys.readouterr().err
    assert len(read_corpus(out)) == 1
    write(corpus, lost)
    out.unlink()
    assert run_command("corpus", "hydrate", corpus, "--text", mill, "--out", out) == 2
    assert not out.exists()


def test_refer_adds_what_it_finds_and_names_the_rest(mill, tmp_path, capsys):
    rows = write(tmp_path / "rows.jsonl", ROW, {**ROW, "text": "Words that nobody filed."})
    to = tmp_path / "mine"
    assert run_command("corpus", "refer", rows, "--text", mill, "--to", to, "--reader", "ann") == 3
    assert "rows.jsonl, line 2: no block of" in capsys.readouterr().err
    (segment,) = load_corpus(to, [mill])
    assert (segment.text, segment.reader, segment.company) == (ROW["text"], "ann", "9990201")


@pytest.mark.real
@pytest.mark.slow
def test_every_label_by_reference_finds_the_text_that_was_read(shared):
    by_line = [
        json.loads(line)["text"]
        for line in (shared / "labels" / "train.jsonl").read_text("utf-8").splitlines()
    ]
    labels = [
        s
        for s in read_corpus(ROOT / "corpora" / "item106", by_reference=True)
        if s.reader == "annotator-1"
    ]
    made = hydrate_segments(labels, [shared / "filings"])
    assert not made.missing
    assert [s.text for s in made.segments] == by_line
    moved = hydrate_segments(
        [replace(s, start=0, end=1) for s in labels[:1000]], [shared / "filings"]
    )
    assert (moved.n_by_search, moved.missing) == (1000, ())


def test_a_start_that_is_no_number_is_named(tmp_path):
    path = tmp_path / "rows.jsonl"
    row = {"accession": "1", "text": "A", "tags": [], "specificity": 0, "start": "q"}
    path.write_text(json.dumps(row))
    with pytest.raises(CorpusError, match=r"line 1: 'start' is 'q'; write a whole number"):
        refer_rows([path], [])
