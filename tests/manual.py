"""Run the Python examples of a page of the manual."""

import doctest
import re

import pytest

from authored import ROOT


def run_examples(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the examples of a page in ``docs/`` one after the other, from the root of the clone."""
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / page).read_text("utf-8")
    blocks = [b for b in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if ">>>" in b]
    example = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, page, page, 0)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    assert runner.run(example, out=said.append).failed == 0, "".join(said)
    assert example.examples
