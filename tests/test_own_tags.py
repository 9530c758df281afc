"""A corpus brings tags of its own: they are trained, judged, stored and said, and nothing else."""

import json

import numpy as np
import pytest
from sklearn.base import clone

from authored import CORPUS, HARBOR, ROOT, make_item, read_corpus_rows
from cydscore import evaluate_tagger, load_model, train_tagger
from cydscore.batch import score_filing
from cydscore.cli import run
from cydscore.corpus import find_codebook, read_corpus
from cydscore.dataset.tables import make_tables
from cydscore.errors import CorpusError, ModelError, UsageError
from cydscore.evaluate import cross_validate_tagger
from cydscore.html.page import render_page
from cydscore.render import render_report
from cydscore.report import make_reports
from cydscore.retrain import join_codebooks, train_model
from cydscore.store import build_model, save_model
from cydscore.tagger import SegmentTagger
from cydscore.tags import Codebook, Tag, load_codebook, load_tags, parse_codebook
from manual import run_examples

OWN = ROOT / "corpora" / "example_own"
FLOUR, SIEVE, STONE = "We grind flour", "We grind no flour", "We have a sieve"
BOOK = Codebook(
    [
        Tag(name="milling", title="Milling", definition="Grinds.", deniable=True),
        Tag(name="sieving", title="Sieving", definition="Sieves.", implies=("milling",)),
    ]
)
LABELS = {FLOUR: ["milling"], SIEVE: ["!milling"], STONE: ["milling", "sieving"]}


def write_corpus(folder, book=BOOK, more=()):
    folder.mkdir(exist_ok=True)
    data = book.to_json() if isinstance(book, Codebook) else book
    (folder / "codebook.json").write_text(json.dumps(data), "utf-8")
    rows = [
        {"company": f"mill {c}", "text": f"{text} in mill {c}.", "tags": tags, "specificity": 1}
        for c in range(12)
        for text, tags in LABELS.items()
    ]
    lines = "".join(f"{json.dumps(row)}\n" for row in (*rows, *more))
    (folder / "segments.jsonl").write_text(lines, "utf-8")
    return folder


def invoke(capsys, *arguments):
    with pytest.raises(SystemExit) as end:
        run([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return end.value.code, said.out, said.err


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("mills") / "corpus")


@pytest.fixture(scope="module")
def trained(corpus):
    """Return the folder of a model of two own tags, and what was said of its training."""
    said = []
    train_model([corpus], corpus.parent / "own", name="own", jobs=1, progress=said.append)
    return corpus.parent / "own", said


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """Return the folder of a model of the packaged tags and two more."""
    folder = tmp_path_factory.mktemp("extended") / "model"
    train_model([CORPUS, OWN], folder, name="more", jobs=1)
    return folder


# --- training, judging, tagging ----------------------------------------------------------------


def test_a_model_has_the_tags_of_its_corpus_and_says_so(trained):
    folder, said = trained
    assert said[0] == "tags of the corpus' codebook: milling, sieving"
    model = load_model(folder)
    assert model.tagger.labels_ == ("milling", "sieving", "!milling")
    assert model.tagger.codebook_ == model.tagger.codebook == BOOK
    assert load_codebook(folder / "codebook.json") == BOOK
    assert list(model.manifest["examples"]) == list(model.tagger.labels_)
    assert "milling, sieving" in (folder / "README.md").read_text("utf-8")
    assert model.sha256 in (folder / "README.md").read_text("utf-8")


def test_a_model_is_judged_by_its_own_tags(trained, corpus, capsys):
    folder, _ = trained
    figures = evaluate_tagger(folder, corpus)
    assert [row.label for row in figures.labels] == ["milling", "sieving", "!milling"]
    assert figures.micro_f1 == 1
    status, out, err = invoke(capsys, "evaluate", folder, corpus, "--format", "json")
    assert (status, err) == (0, "")
    assert json.loads(out) == json.loads(json.dumps(figures.to_json()))
    assert cross_validate_tagger(corpus, jobs=1).micro_f1 > 0.9
    _, out, _ = invoke(capsys, "evaluate", folder, corpus, "--out-of-fold")
    assert "sieving" in out


def test_a_corpus_without_a_codebook_is_judged_by_that_of_the_model(trained, corpus, tmp_path):
    lone = tmp_path / "test.jsonl"
    lone.write_bytes((corpus / "segments.jsonl").read_bytes())
    assert evaluate_tagger(trained[0], lone) == evaluate_tagger(trained[0], corpus)
    with pytest.raises(CorpusError, match=r"line 1: unknown tag 'milling'; .* codebook\.json"):
        train_tagger(lone)


def test_segments_are_tagged_with_them(trained, tmp_path, capsys):
    (tmp_path / "in.jsonl").write_text('{"id": 7, "text": "We have a sieve in mill 3."}\n')
    _, out, _ = invoke(capsys, "tag", tmp_path / "in.jsonl", "--model", trained[0])
    line = json.loads(out)
    assert list(line["tags"]) == ["milling", "sieving", "!milling"]
    assert line["labels"] == ["milling", "sieving"]


def test_they_are_explained(trained, corpus, capsys):
    _, out, _ = invoke(capsys, "tags", "--model", trained[0])
    assert [line.split()[0] for line in out.splitlines()] == ["milling", "sieving"]
    _, out, _ = invoke(capsys, "tags", "--corpus", corpus, "sieving")
    assert "always comes with: milling" in out
    status, _, err = invoke(capsys, "tags", "--corpus", corpus, "--model", trained[0])
    assert (status, err.count("\n")) == (2, 1)


def test_splits_keep_the_codebook(corpus, tmp_path, capsys):
    invoke(capsys, "corpus", "split", corpus, "--test", "0.3", "--out", tmp_path)
    assert find_codebook(tmp_path / "train.jsonl") == BOOK
    assert read_corpus(tmp_path / "test.jsonl")


def test_suspects_are_looked_for_among_them(corpus, capsys):
    status, _, err = invoke(capsys, "corpus", "suspects", corpus, "--jobs", "1")
    assert status == 0, err


def test_a_codebook_may_have_no_denials():
    texts = [f"We grind flour {n}." for n in range(9)] + [f"It rains {n}." for n in range(9)]
    book = Codebook([Tag(name="milling", title="Milling", definition="Grinds.")])
    tagger = SegmentTagger(codebook=book, calibration_folds=3)
    tagger.fit(texts, [["milling"]] * 9 + [[]] * 9)
    assert tagger.labels_ == ("milling",)
    assert tagger.score(texts, [["milling"]] * 9 + [[]] * 9) == 1


def test_the_tagger_takes_a_codebook_as_a_parameter():
    tagger = SegmentTagger(codebook=BOOK, calibration_folds=0)
    again = clone(tagger)
    assert again.codebook == BOOK
    assert again.get_params() == tagger.get_params()
    assert (
        repr(again) == "SegmentTagger(codebook=<Codebook of milling, sieving>, calibration_folds=0)"
    )
    texts = list(LABELS) * 5
    again.fit(texts, list(LABELS.values()) * 5)
    assert not hasattr(tagger, "codebook_")
    assert list(again.classes_) == ["milling", "sieving", "!milling"]
    with pytest.raises(CorpusError, match="segment 1: no tag 'training' in the codebook, which"):
        again.fit(["We train."], [["training"]])


def test_what_is_implied_is_followed_to_its_end():
    def make(name, *implies):
        return Tag(name=name, title=name, definition=name, implies=implies)

    book = Codebook([make("c"), make("b", "c", "a"), make("a", "b")])
    assert book.implied == {"b": ("c", "a"), "a": ("b", "c")}


# --- reports -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["score", "check", "explain"])
def test_a_model_without_the_packaged_tags_makes_no_reports(trained, command, capsys):
    status, out, err = invoke(capsys, command, HARBOR, "--model", trained[0])
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "lacks risk_process, erm_integration, third_party_engagement and 39 more" in err
    assert '"extends": "packaged"' in err


def test_nothing_is_written_by_a_model_that_cannot_score(trained, tmp_path, capsys):
    for out in (f"{tmp_path}/season/", f"{tmp_path}/scores.csv"):
        status, _, _ = invoke(capsys, "score", HARBOR, "--model", trained[0], "--out", out)
        assert status == 2
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_hardly_saw_the_packaged_tags_only_tags(tmp_path):
    said = []
    model = train_model([OWN], tmp_path / "m", name="m", jobs=1, progress=said.append)
    assert any(line.startswith("no checker and no scorer, for the corpus hardly") for line in said)
    with pytest.raises(ModelError, match="has no checker or no scorer, it only tags"):
        score_filing(HARBOR, model=model)


def test_tags_beside_the_packaged_ones_leave_reports_whole(extended, model):
    more = load_model(extended)
    assert more.tagger.labels_[:26] == (*load_tags(), "ai_risk", "supplier_attestation")
    assert (more.checker, more.scorer) == (model.checker, model.scorer)
    report = score_filing(HARBOR, model=more)
    assert report.scores.overall is not None
    assert len(report.checks.flags) == 6
    written = report.to_json()
    assert list(written["content"])[-2:] == ["ai_risk", "supplier_attestation"]
    assert "!ai_risk" in written["segments"][0]["tags"]
    assert "ai_risk" in report.to_frame().columns
    usual = score_filing(HARBOR, model=model)
    assert list(report.to_row()) == list(usual.to_row())
    table = make_tables([report])["segments"]
    assert table.schema == make_tables([usual])["segments"].schema
    said = [list(report.tagging.describe(row).labels) for row in range(len(report.segments))]
    assert table["labels"].to_pylist() == said
    np.testing.assert_allclose(
        table["vendor_risk"].to_numpy(), report.tagging.columns(["vendor_risk"])[:, 0], atol=1e-4
    )


def test_pages_and_texts_show_them_beside_the_packaged_ones(extended):
    text = "Staff may use AI tools only with the consent of our security team."
    report = make_reports([make_item(f"Item 1C. Cybersecurity. {text}")], load_model(extended))[0]
    assert report.to_json()["content"]["ai_risk"]["stated"] == 1
    assert "  ai_risk: 1 x\n" in render_report(report)
    page = render_page(report.to_json())
    assert 'id="says-ai_risk"' in page
    assert report._repr_html_()


@pytest.mark.slow
def test_a_spacy_pipeline_speaks_them(trained):
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("cydscore_segmenter")
    nlp.add_pipe("cydscore_tagger", config={"model": str(trained[0])})
    doc = nlp("We have a sieve in mill 3.")
    assert {span.label_ for span in doc.spans["cydscore"]} == {"milling", "sieving"}
    assert nlp.pipe_labels["cydscore_tagger"] == ["milling", "sieving", "!milling"]


def test_own_tags_are_learnt_from_the_corpus_that_ships():
    figures = {row.label: row for row in cross_validate_tagger(OWN, jobs=1).labels}
    assert figures["ai_risk"].support >= 30
    assert figures["ai_risk"].f1 > 0.7
    assert figures["supplier_attestation"].f1 > 0.7


# --- what is wrong is named --------------------------------------------------------------------


def tag(name="milling", **more):
    return {"name": name, "title": name, "definition": name} | more


@pytest.mark.parametrize(
    ("book", "message"),
    [
        ({"tags": [tag(implies=["grist"])]}, "'milling' implies 'grist', no tag; define it"),
        ({"tags": [tag(), tag()]}, "'milling' stands twice; rename one"),
        ({"tags": [tag("!milling")]}, "tag 1: the name '!milling' is not lower_case"),
        ({"tags": [tag("flour mill")]}, "tag 1: the name 'flour mill' is not lower_case"),
        ({"tags": [tag(), {"name": "x"}]}, "tag 2: no 'title' in"),
        ({"tags": [tag(deniabel=True)]}, "tag 1: 'milling': no key 'deniabel' is known; write"),
        ({"tags": [tag(examples={"yes": []})]}, "examples of 'milling': no key 'yes' is known"),
        ({"tags": [3]}, "tag 1: no 'name' in 3"),
        ({"extends": "packaged", "tags": []}, "'tags' is empty; define at least one tag"),
        ({"extends": "mine", "tags": [tag()]}, "'extends' is 'mine'; write \"packaged\" or leave"),
        (
            {"extends": "packaged", "tags": [tag("training")]},
            "'training' is a packaged tag; rename",
        ),
    ],
)
def test_a_bad_codebook_is_named_and_nothing_is_written(tmp_path, book, message, capsys):
    corpus = write_corpus(tmp_path / "corpus", book)
    status, _, err = invoke(capsys, "train", corpus, "--out", tmp_path / "out")
    assert (status, err.count("\n")) == (2, 1)
    assert err.startswith(f"error: {corpus / 'codebook.json'}")
    assert message in err
    assert [path.name for path in tmp_path.iterdir()] == ["corpus"]


def test_a_codebook_that_is_no_json_is_named_with_its_line(tmp_path):
    corpus = write_corpus(tmp_path / "corpus")
    (corpus / "codebook.json").write_text('{"tags": [\n,]}')
    with pytest.raises(CorpusError, match=r"codebook\.json, line 2: not JSON"):
        train_tagger(corpus)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("grist", r"line 37: unknown tag 'grist'; the codebook has milling, sieving"),
        ("!sieving", "line 37: 'sieving' cannot be denied"),
    ],
)
def test_a_label_that_the_codebook_lacks_is_named_with_its_line(tmp_path, label, message):
    row = {"company": "x", "text": "Grist.", "tags": [label], "specificity": 0}
    corpus = write_corpus(tmp_path / "corpus", more=[row])
    with pytest.raises(CorpusError, match=message):
        train_model([corpus], tmp_path / "out", name="out", jobs=1)
    assert not (tmp_path / "out").exists()


def test_labels_that_the_model_does_not_know_are_named_with_their_line(trained, corpus, capsys):
    status, _, err = invoke(capsys, "evaluate", "default", corpus)
    assert status == 2
    assert "line 1: no tag 'milling' in the codebook, which has risk_process" in err
    with pytest.raises(
        CorpusError, match=r"line 2: unknown tag .*; the codebook has milling, sieving"
    ):
        evaluate_tagger(trained[0], CORPUS)


def test_tags_that_the_corpus_has_no_example_of_are_told(extended, capsys):
    _, out, err = invoke(capsys, "evaluate", extended, CORPUS)
    assert "macro-F1" in out
    assert err == (
        "the corpus has no example of ai_risk, supplier_attestation: what the model finds of it "
        "counts as wrong\n"
    )


def test_tags_with_too_few_examples_are_warned_of(tmp_path):
    data = BOOK.to_json()
    data["tags"].append(tag("bagging"))
    row = {"company": "x", "text": "We bag it.", "tags": ["bagging"], "specificity": 0}
    corpus, said = write_corpus(tmp_path / "corpus", data, [row]), []
    train_model([corpus], tmp_path / "out", name="out", jobs=1, progress=said.append)
    assert said[1:3] == [
        "warning: bagging (1): not learnt, for 3 examples are needed to learn a label",
        "warning: sieving (12): learnt badly, for 20 examples are needed for a figure",
    ]
    assert load_model(out := tmp_path / "out").tagger.labels_[2] == "bagging", out


def test_two_codebooks_are_refused_and_one_is_for_all(corpus):
    assert join_codebooks([CORPUS, OWN]) == join_codebooks([OWN]) == find_codebook(OWN)
    assert join_codebooks([CORPUS]) == load_tags()
    with pytest.raises(UsageError, match="have different codebooks; train by one"):
        join_codebooks([corpus, OWN])


def test_labels_of_filings_need_the_packaged_tags(corpus, tmp_path):
    with pytest.raises(UsageError, match="--flags and --grades fit to packaged tags, and the code"):
        train_model([corpus], tmp_path, name="x", flags="a.jsonl", filings="b")


def test_a_codebook_in_a_model_is_checked(trained, tmp_path):
    folder = tmp_path / "own"
    train_tagger(trained[0].parent / "corpus", folder, jobs=1)
    path, manifest = folder / "codebook.json", folder / "manifest.json"
    data = path.read_text("utf-8")
    path.write_text(data.replace("Grinds", "Winds"), "utf-8")
    with pytest.raises(ModelError, match=r"codebook\.json is not the file that manifest\.json"):
        load_model(folder)
    path.unlink()
    with pytest.raises(ModelError, match=r"no codebook\.json, the model is incomplete"):
        load_model(folder)
    path.write_text(data, "utf-8")
    listed = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps(listed | {"labels": ["milling"]}), "utf-8")
    with pytest.raises(ModelError, match="made for another codebook"):
        load_model(folder)


def test_a_copy_of_the_packaged_codebook_is_the_packaged_one(tmp_path):
    book = parse_codebook(json.dumps(load_tags().to_json()), "copy")
    assert book == load_tags()
    assert hash(book) == hash(load_tags())
    rows = read_corpus_rows()
    tagger = SegmentTagger(codebook=book, calibration_folds=0)
    tagger.fit([row["text"] for row in rows], [row["tags"] for row in rows])
    save_model(build_model(tagger), tmp_path / "m")
    assert not (tmp_path / "m" / "codebook.json").exists()


def test_the_examples_in_the_manual_are_true(monkeypatch):
    run_examples("how-to/retrain.md", monkeypatch)
