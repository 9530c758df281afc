"""Segmenter and tagger work in anyone's spaCy pipeline, and corpora become spaCy documents."""

import subprocess
import sys
import zlib
from dataclasses import replace
from importlib.metadata import entry_points

import numpy as np
import pytest
import spacy
from spacy import displacy
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example
from typer.testing import CliRunner

from authored import CORPUS
from cydscore.cli import app
from cydscore.corpus import read_corpus
from cydscore.errors import CorpusError, InputMissingError, ModelError, UsageError
from cydscore.heads import label_names
from cydscore.pipe import DocTagger
from cydscore.pipe.docbin import from_docbin, read_docbin, to_docbin
from cydscore.store import save_model
from manual import run_examples

SEGMENTS = read_corpus(CORPUS)
TEXTS = [
    "Our CISO briefs the audit committee every quarter. We carry no cyber insurance.",
    "Governance\nMr. Hale leads the desk. An outside firm audits our controls each year.",
    "",
    "It is so.",
]


@pytest.fixture(scope="module")
def nlp():
    made = spacy.blank("en")
    made.add_pipe("cydscore_segmenter")
    made.add_pipe("cydscore_tagger")
    return made


def list_tags(doc):
    group = doc.spans["cydscore"]
    assert len(group.attrs["scores"]) == len(group)
    return [
        (span.text, span.label_, float(score))
        for span, score in zip(group, group.attrs["scores"], strict=True)
    ]


def test_components_are_registered_by_entry_points_without_an_import():
    names = {point.name: point for point in entry_points(group="spacy_factories")}
    assert {"cydscore_segmenter", "cydscore_tagger"} <= set(names)
    for name in ("cydscore_segmenter", "cydscore_tagger"):
        assert callable(names[name].load())
    code = (
        "import spacy, sys; nlp = spacy.blank('en'); nlp.add_pipe('cydscore_segmenter'); "
        "nlp.add_pipe('cydscore_tagger'); "
        "print(sorted({'sklearn', 'lxml', 'cydscore.tagger', 'cydscore.store'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_tags_are_those_that_the_tagger_gives_with_their_probabilities(nlp, model):
    doc = nlp(TEXTS[0])
    segments = doc.spans["cydscore_segments"]
    said = model.tagger.describe([span.text for span in segments])
    expected = [
        (span.text, label, np.float32(said.probability[row, column]))
        for row, span in enumerate(segments)
        for column, label in enumerate(said.labels)
        if said.stated[row, column]
    ]
    assert list_tags(doc) == expected
    assert "!insurance" in {label for _, label, _ in expected}
    assert segments.attrs["probability"].shape == (2, len(label_names()))
    assert segments.attrs["specificity"].tolist() == said.specificity.tolist()
    assert nlp.pipe_labels["cydscore_tagger"] == list(label_names())


def test_a_batch_is_tagged_in_one_go_and_as_one_by_one(nlp, monkeypatch):
    alone = [list_tags(nlp(text)) for text in TEXTS]
    calls = []
    tagger = nlp.get_pipe("cydscore_tagger").get_model().tagger
    describe = tagger.describe
    monkeypatch.setattr(tagger, "describe", lambda X: calls.append(len(X)) or describe(X))
    assert [list_tags(doc) for doc in nlp.pipe(TEXTS)] == alone
    assert len(calls) == 1


def test_a_document_without_text_has_no_tags(nlp):
    doc = nlp("")
    assert list_tags(doc) == []
    assert doc.spans["cydscore_segments"].attrs["probability"].shape == (0, len(label_names()))


@pytest.mark.slow
def test_two_processes_say_the_same(nlp):
    alone = [list_tags(doc) for doc in nlp.pipe(TEXTS)]
    assert [list_tags(doc) for doc in nlp.pipe(TEXTS, n_process=2, batch_size=2)] == alone


def test_a_pipeline_that_was_saved_is_whole_by_itself(nlp, tmp_path, model):
    save_model(model, tmp_path / "mine")
    other = spacy.blank("en")
    other.add_pipe("cydscore_segmenter")
    other.add_pipe("cydscore_tagger", config={"model": str(tmp_path / "mine")})
    other.to_disk(tmp_path / "pipeline")
    (tmp_path / "mine").rename(tmp_path / "gone")
    again = spacy.load(tmp_path / "pipeline")
    assert list_tags(again(TEXTS[0])) == list_tags(nlp(TEXTS[0]))
    assert again.get_pipe("cydscore_tagger").get_model().sha256 == model.sha256


def test_a_pipeline_that_was_tampered_with_is_refused(nlp, tmp_path):
    nlp.to_disk(tmp_path)
    with (tmp_path / "cydscore_tagger" / "vocabulary.json").open("a") as file:
        file.write(" ")
    with pytest.raises(ModelError, match=r"vocabulary\.json is not the file"):
        spacy.load(tmp_path)


def test_bytes_hold_the_model_and_nothing_leads_out_of_its_folder(nlp, model):
    data = nlp.get_pipe("cydscore_tagger").to_bytes()
    assert DocTagger("nowhere").from_bytes(data).get_model().sha256 == model.sha256
    import srsly

    with pytest.raises(ModelError, match=r"'\.\./x' is no file of a model"):
        DocTagger().from_bytes(srsly.msgpack_dumps({"../x": b""}))
    with pytest.raises(ModelError, match="no bytes of a model"):
        DocTagger().from_bytes(b"\xc1")


def test_a_model_that_is_not_there_is_told_when_the_first_document_comes(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("cydscore_segmenter")
    nlp.add_pipe("cydscore_tagger", config={"model": str(tmp_path)})
    with pytest.raises(ModelError, match="no model there"):
        nlp("It is so.")


def test_without_a_segmenter_the_error_says_what_to_add():
    nlp = spacy.blank("en")
    nlp.add_pipe("cydscore_tagger")
    with pytest.raises(UsageError, match="add the pipe 'cydscore_segmenter' before"):
        nlp("It is so.")


def test_spans_of_ones_own_are_tagged_under_a_key_of_ones_own():
    nlp = spacy.blank("en")
    config = {"segments_key": "mine", "spans_key": "said"}
    tagger = nlp.add_pipe("cydscore_tagger", config=config)
    doc = nlp.make_doc("Note 7: we carry no cyber insurance.")
    doc.spans["mine"] = [doc[3:]]
    said = tagger(doc).spans["said"]
    assert "!insurance" in {span.label_ for span in said}
    assert {span.text for span in said} == {"we carry no cyber insurance."}


def test_tags_survive_a_docbin_and_displacy_draws_them(nlp):
    doc = nlp(TEXTS[0])
    (stored,) = DocBin(docs=[doc]).get_docs(nlp.vocab)
    sent = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert list_tags(stored) == list_tags(sent) == list_tags(doc)
    drawn = displacy.render(doc, style="span", options={"spans_key": "cydscore"}, jupyter=False)
    for _, label, _ in list_tags(doc):
        assert label in drawn


# --- corpora -----------------------------------------------------------------------------------


def test_a_corpus_goes_to_documents_and_back(tmp_path):
    to_docbin(SEGMENTS).to_disk(tmp_path / "corpus.spacy")
    back = from_docbin(DocBin().from_disk(tmp_path / "corpus.spacy"))
    assert back == [replace(s, line=number) for number, s in enumerate(SEGMENTS, 1)]


def test_documents_of_a_corpus_have_spans_and_categories():
    nlp = spacy.blank("en")
    doc = next(to_docbin(SEGMENTS).get_docs(nlp.vocab))
    assert [span.label_ for span in doc.spans["cydscore"]] == list(SEGMENTS[0].tags)
    assert all(span.text == doc.text for span in doc.spans["cydscore"])
    assert {name for name, value in doc.cats.items() if value} == set(SEGMENTS[0].tags)
    assert list(doc.cats) == list(label_names())


def test_tags_changed_in_a_document_come_back(nlp):
    segment = SEGMENTS[0]
    (doc,) = to_docbin([segment]).get_docs(nlp.vocab)
    doc.spans["cydscore"] = [Span(doc, 0, len(doc), label="training")]
    (back,) = from_docbin(DocBin(docs=[doc], store_user_data=True))
    assert back.tags == ("training",)
    assert back.company == segment.company


def test_faulty_documents_and_segments_are_named(nlp):
    with pytest.raises(CorpusError, match=r"has no text; join it with `cydscore corpus hydrate`"):
        to_docbin([replace(SEGMENTS[0], text="")])
    with pytest.raises(CorpusError, match="document 1: no spans 'cydscore' or no user data"):
        from_docbin(DocBin(docs=[nlp.make_doc("a")], store_user_data=True))
    doc = nlp.make_doc("a")
    doc.spans["cydscore"] = []
    doc.user_data["cydscore"] = {"id": "1"}
    with pytest.raises(CorpusError, match="its user data lacks 'company'"):
        from_docbin(DocBin(docs=[doc], store_user_data=True))


def test_the_command_line_writes_documents_and_reads_them_back(tmp_path):
    runner, target = CliRunner(), tmp_path / "new" / "corpus.spacy"
    arguments = ["corpus", "export", str(CORPUS), "--format", "docbin", "--out", str(target)]
    assert runner.invoke(app, arguments).exit_code == 0
    back = tmp_path / "back.jsonl"
    arguments = ["corpus", "import", str(target), "--format", "docbin", "--out", str(back)]
    assert runner.invoke(app, arguments).exit_code == 0
    assert read_corpus(back) == [replace(s, line=n) for n, s in enumerate(SEGMENTS, 1)]


def test_a_file_without_documents_is_told(tmp_path):
    with pytest.raises(InputMissingError, match="cannot be read"):
        read_docbin(tmp_path / "none.spacy")
    for data in (b"text", b"", zlib.compress(b"\xc1"), zlib.compress(b"\x01")):
        (tmp_path / "no.spacy").write_bytes(data)
        with pytest.raises(CorpusError, match=r"no\.spacy: no DocBin"):
            read_docbin(tmp_path / "no.spacy")


def test_spacy_evaluates_the_tagger_on_a_corpus(nlp):
    docs = to_docbin(SEGMENTS[:60]).get_docs(nlp.vocab)
    examples = [Example(nlp.make_doc(doc.text), doc) for doc in docs]
    scores = nlp.evaluate(examples)
    assert 0.3 < scores["spans_cydscore_f"] <= 1
    assert scores["spans_cydscore_per_type"]


def test_the_examples_in_the_manual_are_true(monkeypatch):
    run_examples("spacy.md", monkeypatch)
