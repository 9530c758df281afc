"""What the tests share."""

from pathlib import Path

import pytest

from authored import BAD, FILINGS, OAKFIELD
from cydscore.batch import score_filing
from cydscore.report import Report
from cydscore.store import Model, load_model


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
