"""Corpora are counted, split, compared, mended and taken to annotation tools and back."""

import json
from dataclasses import replace

import numpy as np
import pytest

from authored import CORPUS, FILINGS, ROOT, read_corpus_rows
from cydscore.cli import run
from cydscore.corpus import check_corpus, check_splits, read_corpus
from cydscore.corpus.agreement import measure_agreement, pair_readings, split_readings
from cydscore.corpus.exchange import ExchangeFormat, export_rows, import_rows
from cydscore.corpus.options import write_interface
from cydscore.corpus.parts import split_corpus
from cydscore.corpus.stats import count_corpus
from cydscore.curate.suggest import suggest_segments
from cydscore.curate.suspects import count_suspects, find_suspects
from cydscore.errors import CorpusError, UsageError
from cydscore.heads import encode_labels, label_names
from cydscore.inputs import read_sources
from cydscore.tags import load_tags

EXAMPLE = ROOT / "corpora" / "example" / "by-reference"
SEGMENTS = read_corpus(CORPUS)
ROW = {"id": "a", "company": "1", "text": "We train staff.", "tags": ["training"], "specificity": 0}
FORMS = list(ExchangeFormat)


def write(path, *rows):
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return path


def run_command(*arguments):
    """Return the exit status of a command."""
    try:
        run(["corpus", *(str(argument) for argument in arguments)])
    except SystemExit as ended:
        return ended.code or 0
    return 0


def test_all_faults_are_named_and_sound_lines_are_kept(tmp_path):
    path = write(
        tmp_path / "segments.jsonl",
        ROW,
        {**ROW, "id": "b", "tags": ["trainings"]},
        {**ROW, "id": "c", "start": 9, "end": 3},
        ROW,
        {**ROW, "id": "d", "sha256": "0" * 64},
    )
    made = check_corpus(path)
    assert [fault.split(": ")[0] for fault in made.faults] == [
        f"{path}, line {n}" for n in (2, 3, 4, 5)
    ]
    assert "span 9-3 is outside" in made.faults[1]
    assert "stands on line 1 already" in made.faults[2]
    assert "'sha256' is not the checksum of 'text'" in made.faults[3]
    assert [s.id for s in made.segments] == ["a"]
    assert f"{path}, line 1: 'training' has 1 examples" in made.warnings[8]
    assert len(made.warnings) == len(load_tags())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sha256": "xyz"}, "'sha256' is 'xyz'; write 64 digits"),
        ({"sha256": "0" * 64, "text": None}, "no 'length'"),
        ({"sha256": "0" * 64, "text": None, "length": 3}, "no 'accession'"),
        ({"length": 0}, "'length' is 0"),
        ({"length": 99}, "'length' is 99, 'text' has 12"),
        ({"start": 3}, "one of 'start' and 'end' is missing"),
        ({"start": True, "end": 3}, "'start' is True; write a number"),
        ({"reading": 0}, "'reading' is 0; count from 1"),
        ({"date": "22 November"}, "'date' is '22 November'; write YYYY-MM-DD"),
        ({"reader": 7}, "'reader' is 7; write a string"),
        ({"tags": None}, "'tags' is None; write a list"),
    ],
)
def test_a_fault_is_told_in_a_line(tmp_path, change, message):
    path = write(tmp_path / "segments.jsonl", {**ROW, **change})
    with pytest.raises(CorpusError, match=message) as caught:
        read_corpus(path)
    assert str(caught.value).startswith(f"{path}, line 1: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[" * 100_000, "nested too deep"),
        ('{"text": "\\ud800"}', "surrogate"),
        ('{"specificity": ' + "1" * 5000 + "}", "a number too long to read"),
    ],
)
def test_hostile_lines_are_named(tmp_path, line, message):
    path = tmp_path / "segments.jsonl"
    path.write_text(f"\n{line}\n")
    with pytest.raises(CorpusError, match=f"line 2: .*{message}"):
        read_corpus(path)


def test_a_label_by_reference_is_refused_where_text_is_needed():
    with pytest.raises(CorpusError, match=r"line 1: no 'text', .* --text"):
        read_corpus(EXAMPLE)
    assert not any(s.text for s in read_corpus(EXAMPLE, by_reference=True))


def test_a_company_in_two_splits_is_named_with_both_lines(tmp_path, capsys):
    one = write(tmp_path / "one.jsonl", {**ROW, "id": "0", "company": "7"}, ROW)
    two = write(tmp_path / "two.jsonl", ROW, {**ROW, "id": "b"})
    parts = [(path, read_corpus(path)) for path in (one, two)]
    (fault,) = check_splits(parts)
    assert fault.startswith(f"{two}, line 1: company 1 is in {one}, line 2, already")
    assert check_splits(parts[:1]) == []
    assert run_command("check", one, two) == 0
    assert run_command("check", one, two, "--splits") == 2
    assert fault in capsys.readouterr().err


def test_a_corpus_is_counted():
    made = count_corpus(SEGMENTS, load_tags())
    assert (made.n_segments, made.n_companies, made.n_without_text) == (360, 16, 0)
    assert made.stated["insurance"] == sum("insurance" in s.tags for s in SEGMENTS)
    assert made.denied["insurance"] == sum("!insurance" in s.tags for s in SEGMENTS)
    assert sum(made.specificity.values()) == 360
    assert made.samples == {"none": 360}
    by_reference = count_corpus(read_corpus(EXAMPLE, by_reference=True), load_tags())
    assert by_reference.n_distinct == made.n_distinct
    assert by_reference.n_without_text == 360
    assert "360 segments of 16 companies" in made.to_text()
    assert json.loads(json.dumps(made.to_json()))["readings"] == {"1": 360}


def test_parts_share_no_company_and_no_wording():
    twice = [*SEGMENTS, *(replace(s, company="x", id=f"{s.id}x") for s in SEGMENTS[:50])]
    for parts in (split_corpus(twice), split_corpus(twice, test_share=0.4)):
        assert (
            sum(len(part) for part in parts.values())
            == count_corpus(SEGMENTS, load_tags()).n_distinct
        )
        assert check_splits([(name, part) for name, part in parts.items()]) == []
    assert list(split_corpus(SEGMENTS, n_folds=3)) == ["fold-0", "fold-1", "fold-2"]
    assert all(split_corpus(SEGMENTS, test_share=0.4).values())


@pytest.mark.parametrize("wrong", [{"n_folds": 1}, {"test_share": 0.0}, {"test_share": 1.5}])
def test_a_split_that_cannot_be_is_refused(wrong):
    with pytest.raises(UsageError, match="give"):
        split_corpus(SEGMENTS, **wrong)


def test_a_split_is_written_by_part(tmp_path):
    assert run_command("split", EXAMPLE, "--folds", 3, "--out", tmp_path) == 0
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == ["fold-0.jsonl", "fold-1.jsonl", "fold-2.jsonl"]
    assert sum(len(read_corpus(path, by_reference=True)) for path in files) == 360
    assert run_command("check", *files, "--splits") == 0


def test_agreement_is_what_a_person_would_count():
    tags = [("training",), ("training",), (), ()]
    second = [("training",), (), ("training", "testing"), ()]
    pairs = [
        (
            replace(SEGMENTS[i], tags=a, specificity=0),
            replace(SEGMENTS[i], tags=b, specificity=i % 2),
        )
        for i, (a, b) in enumerate(zip(tags, second, strict=True))
    ]
    made = measure_agreement(pairs, label_names())
    rows = {row.label: row for row in made.labels}
    assert list(rows) == ["testing", "training"]
    assert (rows["training"].n_both, rows["training"].f1, rows["training"].kappa) == (1, 0.5, 0)
    assert (rows["testing"].f1, rows["testing"].kappa) == (0, 0)
    assert made.micro_f1 == pytest.approx(2 / 5)
    assert (made.same_labels, made.same_specificity) == (0.5, 0.5)
    assert made.specificity_kappa == 0
    assert "4 segments read twice: micro-F1 0.400" in made.to_text()


def test_labels_and_levels_that_nobody_gave_have_no_agreement():
    made = measure_agreement(
        [(replace(s, tags=(), specificity=1),) * 2 for s in SEGMENTS[:3]], label_names()
    )
    assert (made.labels, made.micro_f1, made.specificity_kappa) == ((), None, None)
    assert made.same_labels == 1


def test_readings_are_paired_by_checksum(tmp_path):
    by_reference = read_corpus(EXAMPLE, by_reference=True)
    moved = [replace(s, start=None, end=None, reading=2) for s in by_reference[::-1]]
    first, second = split_readings([*by_reference, *moved, replace(moved[0], reading=3)])
    assert len(pair_readings(first, second)) == 360
    with pytest.raises(CorpusError, match="no segment was read twice"):
        measure_agreement([], label_names())
    assert run_command("agreement", EXAMPLE) == 2
    rows = [s.to_row() for s in (*by_reference, *moved)]
    for i, row in enumerate(rows):
        row["id"] = str(i)
        row["sample"] = "enriched"
    twice = write(tmp_path / "twice.jsonl", *rows)
    assert run_command("agreement", twice) == 0
    assert run_command("agreement", twice, "--sample", "enriched") == 0
    assert run_command("agreement", twice, "--sample", "nothing") == 2


def test_the_planted_error_is_the_first_suspect():
    truth = encode_labels(s.tags for s in SEGMENTS)
    chances = np.where(truth, 0.9, 0.1)
    assert find_suspects(SEGMENTS, chances, label_names()) == []
    j = label_names().index("training")
    wrong, missing = np.flatnonzero(truth[:, j])[0], np.flatnonzero(~truth[:, j])[0]
    chances[wrong, j], chances[missing, j] = 0.01, 0.98
    found = find_suspects(SEGMENTS, chances, label_names())
    assert [(s.segment, s.label, s.given) for s in found[:2]] == [
        (SEGMENTS[wrong], "training", True),
        (SEGMENTS[missing], "training", False),
    ]
    assert found[0].confidence == pytest.approx(0.01)
    assert count_suspects(found[:2]) == {"training": (1, 1)}
    assert found[0].to_row()["line"] == SEGMENTS[wrong].line


def test_rare_tags_have_the_larger_quota_and_known_text_is_left_out(model):
    filings = list(read_sources([FILINGS]))
    counts = dict.fromkeys(label_names(), 10_000) | {"training": 0, "insurance": 0}
    chosen = suggest_segments(filings, model.tagger, n_most=10, examples=counts)
    assert len(chosen) == 10
    assert sum(s.label in {"training", "insurance"} for s in chosen) >= 8
    assert all(0 < s.uncertainty <= 1 for s in chosen)
    texts = [str(s.row["text"]) for s in chosen]
    assert len(set(texts)) == 10
    known = {str(s.row["sha256"]) for s in chosen}
    others = suggest_segments(filings, model.tagger, n_most=10, known=known)
    assert not set(texts) & {str(s.row["text"]) for s in others}
    companies = {str(s.row["company"]) for s in chosen}
    rest = suggest_segments(filings, model.tagger, n_most=10, companies=companies)
    assert not companies & {str(s.row["company"]) for s in rest}
    assert suggest_segments([], model.tagger, n_most=10) == []


def test_suggestions_become_labels_by_way_of_a_tool(tmp_path):
    chosen, tasks, mine = (tmp_path / name for name in ("next.jsonl", "tasks.jsonl", "mine.jsonl"))
    assert run_command("suggest", FILINGS, "--corpus", CORPUS, "--most", 8, "--out", chosen) == 0
    rows = [json.loads(line) for line in chosen.read_text("utf-8").splitlines()]
    assert len(rows) == 8
    assert all(row["tags"] is None and row["why"]["label"] in label_names() for row in rows)
    with pytest.raises(CorpusError, match="line 1: 'tags' is None"):
        read_corpus(chosen)
    assert run_command("export", chosen, "--format", "prodigy", "--out", tasks) == 0
    assert run_command("import", tasks, "--format", "prodigy", "--out", mine) == 2
    done = [json.loads(line) for line in tasks.read_text("utf-8").splitlines()]
    done[0] |= {"answer": "accept", "accept": ["training", "specificity:1"]}
    write(tasks, *done)
    assert run_command("import", tasks, "--format", "prodigy", "--out", mine) == 0
    (segment,) = read_corpus(mine)
    assert (segment.text, segment.tags, segment.specificity) == (rows[0]["text"], ("training",), 1)


@pytest.mark.parametrize("form", FORMS)
def test_what_goes_out_comes_back(form, tmp_path):
    tricky = {**SEGMENTS[0].to_row(), "id": "t", "text": "=1+1, \"two\"\nlines; 'naïve' \u2028end"}
    rows = [*(s.to_row() for s in SEGMENTS), tricky, {**tricky, "id": "u", "text": "'quoted'"}]
    made, n_open = import_rows(export_rows(rows, form, load_tags()), form, "file")
    assert (made, n_open) == (rows, 0)
    out, back = tmp_path / "out.txt", tmp_path / "back.jsonl"
    assert run_command("export", CORPUS, "--format", form, "--out", out) == 0
    assert run_command("import", out, "--format", form, "--out", back) == 0
    assert [s.to_row() for s in read_corpus(back)] == [s.to_row() for s in SEGMENTS]


@pytest.mark.parametrize("form", FORMS)
def test_what_nobody_labelled_is_counted(form):
    open_row = {"text": "We bake.", "tags": None, "specificity": None, "company": "1"}
    rows = [SEGMENTS[0].to_row(), open_row]
    made, n_open = import_rows(export_rows(rows, form, load_tags()), form, "file")
    assert (made, n_open) == (rows[:1], 1)


def test_a_csv_runs_nothing_in_a_spreadsheet():
    text = export_rows([{**ROW, "text": "=cmd()"}], ExchangeFormat.CSV, load_tags())
    assert "\n'=cmd()," in text


@pytest.mark.parametrize(
    ("form", "text", "message"),
    [
        ("label-studio", "{", "file: not JSON"),
        ("label-studio", "{}", "file: not a list of tasks"),
        ("label-studio", '[{"data": {}}]', "file, task 1: not a task"),
        (
            "label-studio",
            '[{"data": {"text": "A"}, "annotations": [{"result": []}]}]',
            "file, task 1: no specificity was chosen",
        ),
        ("prodigy", "{", "file, line 1: not JSON"),
        ("prodigy", '\n{"answer": "accept"}', "file, line 2: not an answer"),
        ("prodigy", "[]", "file, line 1: not an answer"),
        ("csv", "text,tags\n", "file: no column specificity"),
        ("csv", "text,tags,specificity\nA,,x\n", "file, line 2: .*whole number"),
        ("csv", 'text,tags,specificity\n"' + "A" * 200_000, "file, line 2: not CSV"),
        ("csv", "text,tags,specificity\nA,,7\n", "file, line 2: no specificity"),
        ("csv", "text,tags,specificity\n,,1\n", "file, line 2: no 'text'"),
    ],
)
def test_what_is_not_of_the_format_is_named(form, text, message):
    with pytest.raises(CorpusError, match=message):
        import_rows(text, ExchangeFormat(form), "file")


def test_an_import_that_breaks_the_corpus_writes_nothing(tmp_path, capsys):
    path, out = tmp_path / "x.csv", tmp_path / "out.jsonl"
    path.write_text("text,tags,specificity,company\nWe bake.,baking,1,7\n")
    assert run_command("import", path, "--format", "csv", "--out", out) == 2
    assert "unknown tag 'baking'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [path]


def test_the_interface_of_label_studio_offers_every_label():
    text = write_interface(load_tags())
    assert all(f'value="{label}"' in text for label in label_names())


def test_the_example_rows_are_those_of_the_corpus():
    assert [row["text"] for row in read_corpus_rows()] == [s.text for s in SEGMENTS]
