"""The package is quick to import, complete in a wheel, and finds its model wherever it is."""

import importlib
import json
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import cydscore
from authored import OAKFIELD, ROOT
from cydscore.store import find_default_model

CORE = {"spacy", "sklearn", "pandas", "lxml", "numpy", "joblib", "typer", "safetensors"}


def test_every_public_name_is_there_and_no_function_is_named_like_a_module():
    modules = {path.stem for path in (ROOT / "nlp" / "cydscore").rglob("*.py")}
    assert dir(cydscore) == sorted(cydscore.__all__)
    for name in cydscore.__all__:
        assert getattr(cydscore, name) is not None
        assert name not in modules
    assert {
        "score_filing",
        "score_filings",
        "load_model",
        "train_tagger",
        "evaluate_tagger",
    } <= set(cydscore.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'cydscore' has no attribute 'grade'"):
        _ = cydscore.grade


def test_public_names_are_loaded_when_they_are_first_used():
    code = f"import sys, cydscore; print(sorted({CORE} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env=find_source()
    )
    assert done.stdout == b"[]\n"


def find_source():
    return {"PYTHONPATH": str(ROOT / "nlp")}


def test_reading_and_scoring_need_no_training_library():
    code = (
        "import sys, cydscore\n"
        f"cydscore.score_filing({str(OAKFIELD)!r})\n"
        "print(sorted({'sklearn', 'pandas', 'spacy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env=find_source()
    )
    assert done.stdout == b"[]\n"


def test_every_module_can_be_imported():
    source = ROOT / "nlp"
    for path in sorted((source / "cydscore").rglob("*.py")):
        name = ".".join(path.relative_to(source).with_suffix("").parts)
        assert importlib.import_module(name.removesuffix(".__init__"))


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert cydscore.__version__ == project["version"]


def test_the_default_model_of_a_clone_is_the_committed_one():
    assert find_default_model() == ROOT / "models" / "default"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return the wheel of the working tree, built with what is installed already."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    command = ["pip", "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "--wheel-dir"]
    done = subprocess.run(
        [sys.executable, "-m", *command, str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.mark.slow
def test_the_wheel_holds_package_data_and_model_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    source = ROOT / "nlp"
    expected = {
        path.relative_to(source).as_posix()
        for path in (source / "cydscore").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    model = {f"cydscore/models/default/{p.name}" for p in (ROOT / "models/default").iterdir()}
    assert {name for name in names if ".dist-info/" not in name} == expected | model


@pytest.mark.slow
def test_an_installed_wheel_scores_a_file_with_the_model_that_it_brings(wheel, tmp_path):
    python = install(wheel, tmp_path / "venv")
    document = tmp_path / "report.txt"
    document.write_bytes(OAKFIELD.read_bytes())
    code = "import cydscore.store as s; print(s.__file__); print(s.find_default_model())"
    home, model = run(python, "-c", code, cwd=tmp_path).splitlines()
    assert Path(home).is_relative_to(tmp_path / "venv")
    assert Path(model) == Path(home).parent / "models" / "default"
    script = python.with_name("cydscore")
    (report,) = json.loads(run(script, "score", "report.txt", "--format", "json", cwd=tmp_path))
    assert report["filing"]["company"] == "OAKFIELD BANCORP OF IOWA"
    assert report["scores"]["overall"] > 0


def install(wheel, folder):
    """Install a wheel in a fresh environment that borrows the libraries of the running one."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    target = Path(
        run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    )
    command = ["pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    run(sys.executable, "-m", *command)
    (target / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return python


def run(*command, cwd=None):
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, check=False, cwd=cwd, env={}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
