"""The notebooks as they are committed; `make notebooks` runs them."""

import json
import re
from pathlib import Path

import pytest

from authored import OAKFIELD, ROOT
from cydscore import read_filing

FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def read_cells(path: Path, kind: str) -> list[str]:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]


def test_there_are_four():
    assert [path.name[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_output_is_committed(path):
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        assert not cell.get("outputs"), "run it elsewhere, as make notebooks does"
        assert cell.get("execution_count") is None
        assert set(cell["metadata"]) <= {"tags"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_plot_has_a_message_a_caption_and_units(path):
    cells = [cell for cell in read_cells(path, "code") if "plots.start(" in cell]
    assert cells
    for cell in cells:
        assert cell.count("plots.start(") == cell.count("plots.finish(") == 1
        assert "xlabel" in cell


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_begins_with_a_title_and_reads_in_this_clone_alone(path):
    assert read_cells(path, "markdown")[0].startswith("# ")
    text = "\n".join(read_cells(path, "code"))
    assert "plots.find_clone()" in text
    assert not re.search(r"https?://|[\"']/(?:home|work|tmp|Users)/", text)


def test_the_readme_lists_them():
    text = (FOLDER / "README.md").read_text("utf-8")
    assert re.findall(r"^\| `(\d\d_\w+)`", text, re.MULTILINE) == [path.stem for path in NOTEBOOKS]


def test_a_filing_is_read_from_a_path_object():
    assert read_filing(OAKFIELD) == read_filing(str(OAKFIELD))
