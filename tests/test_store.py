"""A model is saved whole, loads as it was, and says what is wrong with it."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from authored import CORPUS
from cydscore.corpus import read_corpus
from cydscore.errors import ModelError, UsageError
from cydscore.store import build_model, load_model, save_model
from cydscore.tagger import SegmentTagger

SEGMENTS = read_corpus(CORPUS)
TEXTS = [s.text for s in SEGMENTS]


@pytest.fixture(scope="module")
def small():
    tagger = SegmentTagger(calibration_folds=0)
    tagger.fit(TEXTS, [s.tags for s in SEGMENTS], [s.specificity for s in SEGMENTS])
    return build_model(tagger, name="small", checker={"cut": 0.5}, manifest={"seed": 0})


@pytest.fixture
def folder(small, tmp_path):
    save_model(small, tmp_path / "small")
    return tmp_path / "small"


def test_a_loaded_model_is_the_saved_one_to_the_last_bit(small, folder):
    loaded = load_model(folder)
    assert (loaded.name, loaded.sha256, loaded.checker) == ("small", small.sha256, {"cut": 0.5})
    assert loaded.manifest == json.loads((folder / "manifest.json").read_text())
    assert np.array_equal(loaded.tagger.predict_proba(TEXTS), small.tagger.predict_proba(TEXTS))


def test_the_same_model_is_the_same_bytes(small, folder, tmp_path):
    save_model(small, tmp_path / "again" / "small")
    for file in folder.iterdir():
        assert (tmp_path / "again" / "small" / file.name).read_bytes() == file.read_bytes()


def test_a_changed_scorer_changes_the_checksum_and_saves_well(folder):
    before = load_model(folder)
    save_model(replace(before, scorer={"floor": 1}), folder)
    after = load_model(folder)
    assert after.scorer == {"floor": 1}
    assert after.sha256 != before.sha256


def test_nothing_is_left_beside_a_saved_model(folder):
    save_model(load_model(folder), folder)
    assert [path.name for path in folder.parent.iterdir()] == ["small"]


def test_a_folder_that_is_no_model_is_not_replaced(small, tmp_path):
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(UsageError, match="not a model folder and not empty"):
        save_model(small, tmp_path)
    assert (tmp_path / "letters.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "file", ["weights.safetensors", "vocabulary.json", "checker.json", "scorer.json"]
)
def test_a_missing_or_damaged_file_is_named(folder, file):
    data = bytearray((folder / file).read_bytes())
    data[-2] ^= 1
    (folder / file).write_bytes(data)
    with pytest.raises(ModelError, match=f"{file} is not the file .*cydscore train"):
        load_model(folder)
    (folder / file).unlink()
    with pytest.raises(ModelError, match=f"no {file}, the model is incomplete"):
        load_model(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 99}, "schema 99, this cydscore reads 2"),
        ({"labels": ["a"]}, "another codebook"),
        ({"files": 1}, "lists no files"),
        ({"parameters": {"depth": 3}}, "cannot be read"),
    ],
)
def test_a_wrong_manifest_is_named(folder, change, message):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelError, match=message) as caught:
        load_model(folder)
    assert "\n" not in str(caught.value)


def test_no_manifest_or_one_that_is_no_json_is_an_error(folder, tmp_path):
    (folder / "manifest.json").write_text("{")
    with pytest.raises(ModelError, match=r"manifest\.json is not JSON"):
        load_model(folder)
    with pytest.raises(ModelError, match="no model there"):
        load_model(tmp_path / "absent")


def test_the_default_model_is_small_and_has_its_card(model):
    sizes = {name: len(value) for name, value in model.manifest["files"].items()}
    assert set(sizes) == {"weights.safetensors", "vocabulary.json", "checker.json", "scorer.json"}
    assert model.name == "default"
    assert model.checker
    assert model.scorer


def test_loading_and_tagging_import_no_scikit_learn_and_no_pandas():
    code = (
        "import sys; from cydscore.store import load_model; load_model().tagger.tag(['We train.']);"
        "print([m for m in ('sklearn', 'pandas', 'spacy', 'pickle5') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
