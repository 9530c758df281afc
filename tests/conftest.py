"""What the tests share."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from authored import BAD, FILINGS, OAKFIELD, ROOT
from cydscore.batch import score_filing
from cydscore.report import Report
from cydscore.store import Model, load_model

#: Folders that commands of the manual write to.
COPIED = ("docs", "benchmarks")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the optional folder of real filings beside the repository, or skip the test."""
    folder = Path(__file__).parents[1].parent / "shared"
    if not folder.is_dir():
        pytest.skip("no folder of real filings beside the repository")
    return folder


@pytest.fixture(scope="session")
def model() -> Model:
    """Return the default model, loaded once."""
    return load_model()


@pytest.fixture(scope="session")
def reports(model: Model) -> dict[str, Report]:
    """Return the reports on the example filings, by the first word of the file's name."""
    paths = sorted(FILINGS.iterdir())
    return {path.name.split("-")[0]: score_filing(path, model=model) for path in paths}


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Return a folder of files that are no filings, a good one among them."""
    for name, (data, _) in BAD.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "good.txt").write_bytes(OAKFIELD.read_bytes())
    return tmp_path


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that looks like the clone and may be written to."""
    folder = tmp_path_factory.mktemp("clone")
    for part in ROOT.iterdir():
        if part.name in COPIED:
            shutil.copytree(part, folder / part.name)
        elif not part.name.startswith("."):
            (folder / part.name).symlink_to(part)
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return a process environment with the virtual environment on the path."""
    scripts = Path(sys.executable).parent
    if not (scripts / "cydscore").exists():  # run from the source, not installed
        scripts = tmp_path_factory.mktemp("bin")
        command = scripts / "cydscore"
        source = f'PYTHONPATH="{ROOT / "nlp"}" exec "{sys.executable}" -m cydscore "$@"'
        command.write_text(f"#!/bin/sh\n{source}\n")
        command.chmod(0o755)
    return os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
