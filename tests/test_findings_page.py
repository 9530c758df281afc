"""The page on what real filings get wrong is written between its markers, and counts add up."""

import importlib.util
import re

import pandas as pd
import pytest

from authored import ROOT
from cydscore.check.rules import load_rules
from cydscore.compare.rules import load_year_rules

PAGE = (ROOT / "docs" / "findings.md").read_text("utf-8")


@pytest.fixture(scope="module")
def wrong():
    """Return the script as a module."""
    spec = importlib.util.spec_from_file_location("wrong", ROOT / "benchmarks" / "wrong.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FILINGS = pd.DataFrame(
    {
        "accession": ["a", "b", "c", "d"],
        "form": ["10-K", "10-K/A", "20-F", "20-F"],
        "fiscal_year": [2024, 2025, 2025, None],
        "period_end": [None] * 4,
        "public_float": [1e6, 2e9, None, 1e9],
        "sic": ["2040"] * 4,
        "model": ["0123456789abcdef"] * 4,
    }
)
FINDINGS = pd.DataFrame({"accession": ["a", "a", "b", "c"], "rule": ["block-misfit"] * 4})


def test_the_page_keeps_its_markers_and_names_known_rules_only(wrong):
    assert wrong.replace_section(PAGE, "x").count("\nx\n") == 1
    section = PAGE.partition(wrong.BEGIN)[2].partition(wrong.END)[0]
    named = set(re.findall(r"^\| `([\w-]+)`", section, re.MULTILINE))
    assert named <= {*load_rules(), *load_year_rules()}


def test_a_page_without_its_markers_is_refused(wrong):
    with pytest.raises(ValueError, match="put them back"):
        wrong.replace_section(PAGE.replace(wrong.END, ""), "x")


def test_filings_are_counted_once_a_rule_in_each_group(wrong):
    table = wrong.count_findings(FILINGS, FINDINGS).set_index(["group", "value"])
    assert table.loc[("all", "all"), "n_found"] == 3
    assert table.loc[("form", "10-K"), ["n_found", "rate"]].tolist() == [2, 1.0]
    assert table.loc[("form", "20-F"), "rate"] == 0.5
    assert table.loc[("size", "under 75 M"), "n_filings"] == 1


def test_the_tables_show_groups_that_are_large_enough(wrong):
    many = pd.concat([FILINGS.assign(accession=FILINGS["accession"] + str(i)) for i in range(60)])
    found = pd.DataFrame({"accession": [f"a{i}" for i in range(60)], "rule": "block-misfit"})
    lines = list(wrong.describe_findings(wrong.count_findings(many, found), many))
    assert "| `block-misfit` | warning | 60 | 50.0% | 0.0% |" in lines


def test_two_years_are_counted_by_pair(wrong, tmp_path):
    path = tmp_path / "years.jsonl"
    path.write_text('{"findings": [{"rule": "year-copied"}]}\n{"findings": []}\n')
    assert "| `year-copied` | note | 1 | 50.0% |" in list(
        wrong.describe_years(*wrong.count_years(path))
    )
