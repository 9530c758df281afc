"""A whole model is trained from invented labels, and labels that are wrong are named."""

import json
import sys
from itertools import groupby

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from authored import (
    CORPUS,
    INTEGRATED,
    MATERIAL,
    PROCESSES,
    ROLE,
    make_fact,
    make_filing,
    read_corpus_rows,
    write_notes,
)
from cydscore.check.asks import load_block_asks, load_flag_asks
from cydscore.cli import run
from cydscore.errors import CorpusError, DependencyError, InputError, InputMissingError, UsageError
from cydscore.fit_checker import FLAG_KEYS, fit_checker
from cydscore.fit_scorer import fit_scorer
from cydscore.folds import assign_fold
from cydscore.labelled import GRADED, READ, read_labelled, read_labels
from cydscore.read.tables import is_tables, read_tables
from cydscore.records import Filing
from cydscore.report import make_reports
from cydscore.retrain import train_model
from cydscore.score import MEASURES
from cydscore.store import load_model
from cydscore.tags import tag_names
from cydscore.taxonomy import annual_block_names, flag_names

N_COMPANIES = 16


def name_filing(company: str) -> str:
    return f"000{company}-26-000001"


def make_filings():
    """Return a filing for each company of the example corpus, and what a reader says of it.

    Every third company has put the words on its board under the element on management.
    """
    filings, flags, grades = [], [], []
    for number, (company, group) in enumerate(
        groupby(read_corpus_rows(), key=lambda row: str(row["company"]))
    ):
        texts: dict[str, list[str]] = {}
        fits: dict[str, str] = {}
        tags = set()
        for row in group:
            element = str(row["element"])
            if number % 3 == 0 and element.endswith("BoardOfDirectorsOversightTextBlock"):
                element = ROLE
            texts.setdefault(element, []).append(str(row["text"]))
            tags |= set(row["tags"])
            asked = set(load_block_asks()[element].tags) & set(row["tags"])
            answered = "fits" if asked else "misfit"
            before = fits.setdefault(element, answered)
            fits[element] = answered if before == answered else "partly"
        declared = [make_fact(name, value=number % 2 == 0) for name in (INTEGRATED, MATERIAL)]
        blocks = [make_fact(element, " ".join(text)) for element, text in texts.items()]
        name = name_filing(company)
        filings.append(
            make_filing(*blocks, *declared, accession=name, cik=company, period_end="2025-12-31")
        )
        flags.append(
            {
                "adsh": name,
                "declared": dict.fromkeys(("integrated", "material"), str(number % 2 == 0)),
                "stated": {key: read_flag(key, tags) for key in (*FLAG_KEYS, "material")},
                "blocks": fits,
            }
        )
        worth = 4 * len(tags & set(tag_names())) / len(tag_names())
        grades.append({"adsh": name} | dict.fromkeys(GRADED, worth) | {"overall": 25 * worth})
    return filings, flags, grades


def read_flag(key: str, tags: set[str]) -> str:
    if key == "material":
        if "material_impact" in tags:
            return "affirmed"
        past, likely = "no_past_impact" in tags, "no_likely_impact" in tags
        return "denied_both" if past and likely else "denied_past" if past else "silent"
    asked = load_flag_asks()[FLAG_KEYS[key]].tags
    if tags & set(asked):
        return "yes"
    return "no" if tags & {f"!{tag}" for tag in asked} else "silent"


def write_rows(path, rows):
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """Return a folder of labels and the archive of the filings they speak of."""
    folder = tmp_path_factory.mktemp("labelled")
    filings, flags, grades = make_filings()
    write_rows(folder / "flags.jsonl", flags)
    write_rows(folder / "grades.jsonl", grades)
    (folder / "notes.zip").write_bytes(write_notes(filings))
    return folder


@pytest.fixture(scope="module")
def trained(labelled):
    """Return a model trained on everything that was invented, and what was said of it."""
    said = []
    model = train_model(
        [CORPUS],
        labelled / "model",
        name="invented",
        flags=labelled / "flags.jsonl",
        grades=labelled / "grades.jsonl",
        filings=labelled / "notes.zip",
        jobs=1,
        progress=said.append,
    )
    return model, said


def test_a_trained_model_is_the_one_on_disk_and_scores_filings(trained, labelled):
    model, _ = trained
    loaded = load_model(labelled / "model")
    assert (loaded.name, loaded.sha256) == ("invented", model.sha256)
    filings, _, _ = make_filings()
    for one, two in zip(make_reports(filings, loaded), make_reports(filings, model), strict=True):
        assert one.to_json() == two.to_json()
        assert one.scores.overall is not None
        assert len(one.checks.flags) == len(flag_names())


def test_training_says_how_well_each_stage_does_out_of_fold(trained):
    model, said = trained
    text = "\n".join(said)
    assert "checker, out of fold: accuracy_integrated " in text
    assert "scorer, out of fold: spearman_coverage " in text
    assert set(model.manifest["scorer_metrics"]) == {f"spearman_{part}" for part in MEASURES}
    for name, value in model.manifest["checker_metrics"].items():
        assert 0 <= value <= 1, name


def test_every_annual_block_gets_a_decision_and_no_weight_is_negative(trained):
    model, _ = trained
    assert set(model.checker["blocks"]) == set(annual_block_names())
    assert list(model.scorer) == list(MEASURES)
    for scale in model.scorer.values():
        assert min(scale["weights"].values()) >= 0
    for least in model.checker["least_contradiction"].values():
        assert 0.6 <= least <= 0.95


def test_a_model_learns_what_the_labels_say(trained):
    model, _ = trained
    filings, flags, grades = make_filings()
    reports = make_reports(filings, model)
    stated = [
        report.checks.flags[0].stated == row["stated"]["integrated"]
        for report, row in zip(reports, flags, strict=True)
    ]
    assert sum(stated) >= 0.8 * N_COMPANIES
    order = sorted(range(N_COMPANIES), key=lambda i: grades[i]["overall"])
    low, high = (sum(reports[i].scores.overall for i in part) for part in (order[:5], order[-5:]))
    assert high > low


def test_without_labels_of_filings_the_default_checker_and_scorer_are_kept(labelled, model):
    made = train_model([CORPUS], labelled / "tagger", name="tagger", jobs=1)
    assert (made.checker, made.scorer) == (model.checker, model.scorer)
    assert made.sha256 != model.sha256


def test_training_runs_from_the_command_line(labelled, capsys):
    out = labelled / "mine"
    with pytest.raises(SystemExit, match="0"):
        run(["train", str(CORPUS), "--out", str(out), "--jobs", "1"])
    said = capsys.readouterr()
    assert said.out == ""
    assert f"wrote {out} (mine, sha256 {load_model(out).sha256[:12]})" in said.err


def test_labels_without_the_filings_are_wrong_usage(labelled):
    with pytest.raises(UsageError, match="need --filings"):
        train_model([CORPUS], labelled / "x", name="x", grades=labelled / "grades.jsonl")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "line 2: not JSON"),
        (b"[1]", r"line 2: \[1\]; expected a JSON object"),
        (b'{"adsh": "1-1-1", "stated": {}}', "line 2: no blocks"),
        (b'{"stated": {}, "blocks": {}}', "line 2: no adsh"),
        (b"\xff", "not UTF-8 text"),
    ],
)
def test_a_label_that_breaks_the_format_is_named(tmp_path, line, message):
    path = tmp_path / "flags.jsonl"
    path.write_bytes(b"\n" + line)
    with pytest.raises(CorpusError, match=message) as caught:
        read_labels(path, READ)
    assert str(caught.value).startswith(str(path))


def test_no_file_has_no_labels_and_a_missing_one_is_an_error(tmp_path):
    assert read_labels(None, READ) == []
    with pytest.raises(InputMissingError, match="no such file"):
        read_labels(tmp_path / "none.jsonl", READ)


def test_labels_of_filings_that_are_not_there_are_named(labelled, tmp_path):
    with pytest.raises(CorpusError, match="1 of 1 labelled filings are not there, 9-9-9 for one"):
        read_labelled(labelled / "notes.zip", ["9-9-9"], {}, [])
    with pytest.raises(InputMissingError, match="no such file"):
        read_labelled(tmp_path / "none", ["9-9-9"], {}, [])


def test_filings_are_read_by_the_tagger_that_has_not_seen_their_company(labelled, model):
    taggers = [model.tagger] * 5
    names = [name_filing("9990101"), name_filing("9990102")]
    read = read_labelled(labelled / "notes.zip", names, {names[0]: "7"}, taggers, seed=3)
    assert set(read) == set(names)
    assert read[names[0]].fold == assign_fold("7", n_folds=5, seed=3)
    assert read[names[1]].fold == assign_fold("9990102", n_folds=5, seed=3)
    assert len(read[names[0]].segments) == len(read[names[0]].tagging)


def test_a_flag_without_a_label_is_named():
    with pytest.raises(CorpusError, match="labels of 1-1-1: 'stated' has no integrated, "):
        fit_checker([{"adsh": "1-1-1", "stated": {}, "blocks": {}}], {})


def test_labels_that_are_all_the_same_teach_nothing(labelled, model):
    rows = read_labels(labelled / "flags.jsonl", READ)
    names = [row["adsh"] for row in rows]
    read = read_labelled(labelled / "notes.zip", names, {}, [model.tagger] * 5)
    same = [row | {"stated": dict.fromkeys(row["stated"], "yes")} for row in rows]
    with pytest.raises(CorpusError, match="only yes, and 2 kinds are needed"):
        fit_checker(same, read)
    same = [row | {"blocks": dict.fromkeys(row["blocks"], "fits")} for row in rows]
    with pytest.raises(CorpusError, match="only fits, and 3 kinds are needed"):
        fit_checker(same, read)


def test_parts_that_do_not_help_get_no_weight(labelled, model):
    rows = read_labels(labelled / "grades.jsonl", GRADED)
    read = read_labelled(
        labelled / "notes.zip", [row["adsh"] for row in rows], {}, [model.tagger] * 5
    )
    worse = [row | {"coverage": 4 - row["coverage"]} for row in rows]
    scorer, figures = fit_scorer(worse, read, model.checker)
    assert min(scorer["coverage"]["weights"].values()) >= 0
    assert set(figures) == {f"spearman_{part}" for part in MEASURES}
    assert all(-1 <= figure <= 1 for figure in figures.values())


def write_tables(folder, filings: list[Filing]) -> None:
    """Write filings as the two tables of notes data."""
    subs = [
        {"adsh": f.accession, "cik": f.cik, "name": f.company, "form": f.form, "period": "20251231"}
        for f in filings
    ]
    texts = [
        {
            "coreg": "",
            "adsh": f.accession,
            "tag": fact.element,
            "version": "cyd/2025",
            "ddate": "20251231",
            "dimh": "0x00000000",
            "value": fact.value if isinstance(fact.value, str) else str(fact.value).lower(),
        }
        for f in filings
        for fact in f.facts
    ]
    pq.write_table(pa.Table.from_pylist(subs), folder / "filings.parquet")
    pq.write_table(pa.Table.from_pylist(texts), folder / "facts.parquet")


def make_mills():
    return [
        make_filing(
            make_fact(PROCESSES, f"Mill {n} locks its doors."),
            make_fact(INTEGRATED, value=n == 1),
            accession=f"000000000{n}-25-000001",
            cik=str(n),
        )
        for n in (1, 2)
    ]


def test_two_tables_hold_filings(tmp_path):
    assert not is_tables(tmp_path)
    write_tables(tmp_path, make_mills())
    assert is_tables(tmp_path)
    one, two = read_tables(tmp_path)
    assert (one.accession, one.company, one.form) == (
        "0000000001-25-000001",
        "Quillfeather Mills",
        "10-K",
    )
    assert [fact.value for fact in two.facts] == ["Mill 2 locks its doors.", False]
    assert [fact.origin.line for fact in two.facts] == [3, 4]
    (only,) = read_tables(tmp_path, ["0000000002-25-000001"])
    assert only == two
    read = read_labelled(tmp_path, ["0000000002-25-000001"], {}, [load_model().tagger])
    assert list(read) == ["0000000002-25-000001"]


def test_tables_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(InputMissingError, match=r"filings\.parquet: no such table"):
        list(read_tables(tmp_path))
    write_tables(tmp_path, make_mills())
    (tmp_path / "facts.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(InputError, match=r"facts\.parquet: cannot be read"):
        list(read_tables(tmp_path))
    pq.write_table(pa.table({"adsh": ["1"], "value": ["x"]}), tmp_path / "facts.parquet")
    with pytest.raises(InputError, match=r"facts\.parquet: no column tag, version"):
        list(read_tables(tmp_path))


def test_a_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DependencyError, match=r"pip install 'cydscore\[parquet\]'"):
        list(read_tables(tmp_path))
