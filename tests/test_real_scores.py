"""Real filings beside the repository are scored as their words warrant; no prose of theirs here."""

import pandas as pd
import pytest
from typer.testing import CliRunner

from authored import ENGAGED, INTEGRATED, MATERIAL, POSITIONS, REPORTING, VENDORS
from cydscore.batch import iterate_reports, score_filing
from cydscore.cli import app
from cydscore.report import Report
from cydscore.taxonomy import flag_names
from cydscore.write import row_types

pytestmark = pytest.mark.real

SEEDS = ("000_e7fd683a5c3b7de5.txt", "001_fadd27941013917f.txt")
DECLARED = [
    {INTEGRATED: True, ENGAGED: True, VENDORS: True, POSITIONS: True, REPORTING: True},
    {INTEGRATED: True, ENGAGED: True, VENDORS: True, MATERIAL: False, POSITIONS: True},
]


@pytest.fixture(scope="module")
def seeds(shared, model) -> list[Report]:
    """Return the reports on both seeds."""
    return [score_filing(shared / "seeds" / name, model=model) for name in SEEDS]


def find_flag(report, element):
    return next(flag for flag in report.checks.flags if flag.element == element)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_flags_of_a_seed_are_read_as_declared(seeds, seed):
    flags = seeds[seed].checks.flags
    declared = {f.element: f.declared for f in flags if f.declared is not None}
    assert declared == DECLARED[seed]
    assert tuple(flag.element for flag in flags) == flag_names()


@pytest.mark.parametrize(
    ("seed", "element"),
    [
        *((0, element) for element in DECLARED[0]),
        *((1, element) for element in DECLARED[1]),
    ],
)
def test_a_declared_flag_of_a_seed_is_supported_by_its_words(seeds, seed, element):
    assert find_flag(seeds[seed], element).verdict == "supported"


def test_the_first_seed_leaves_open_whether_it_was_materially_affected(seeds):
    flag = find_flag(seeds[0], MATERIAL)
    assert flag.declared is None
    assert flag.verdict in ("undeclared", "absent")


def test_the_second_seed_says_that_its_committee_gets_reports_and_does_not_declare_it(seeds):
    flag = find_flag(seeds[1], REPORTING)
    assert (flag.declared, flag.stated, flag.verdict) == (None, "yes", "undeclared")
    texts = {segment.id: segment.text for segment in seeds[1].segments}
    assert "the audit committee receives reports" in texts[flag.evidence[0]]


@pytest.mark.parametrize("seed", [0, 1])
def test_a_seed_gets_all_scores_but_it_may_be_consistency(seeds, seed):
    scores = seeds[seed].scores
    for part in ("overall", "coverage", "specificity", "consistency", "candour", "clarity"):
        assert 0 < getattr(scores, part) <= 100


def test_every_filing_in_the_folder_is_scored(shared, model):
    paths = sorted((shared / "ixbrl").iterdir())
    reports = list(iterate_reports(paths, model=model))
    assert [report.filing.source for report in reports] == [str(path) for path in paths]
    for report in reports:
        incident = "incident" in report.filing.source
        assert (report.scores.overall is None) == incident
        assert len(report.checks.flags) == (0 if incident else 6)
        for segment in report.segments:
            fact = segment.fact
            text = report.filing.item.text if fact is None else report.filing.facts[fact].value
            assert text[segment.start : segment.end] == segment.text


@pytest.fixture(scope="module")
def month(shared, tmp_path_factory) -> pd.DataFrame:
    """Return the rows that the command line writes for a month of notes data."""
    path = tmp_path_factory.mktemp("month") / "scores.parquet"
    archive = str(shared / "fsn" / "2025_04_notes.zip")
    done = CliRunner().invoke(app, ["score", archive, "--jobs", "1", "--out", str(path)])
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith(f"587 filings scored to {path}\n")
    return pd.read_parquet(path)


def test_a_month_of_notes_data_gives_a_row_a_filing(month):
    assert len(month) == 587
    assert month["accession"].is_unique
    assert list(month.columns) == list(row_types())
    assert month["overall"].dropna().between(0, 100).all()
    assert set(month["format"]) == {"notes"}


def test_the_declared_flags_of_a_month_are_those_of_the_table_of_facts(shared, month):
    facts = pd.read_parquet(shared / "filings" / "facts.parquet")
    facts = facts[facts["adsh"].isin(set(month["accession"])) & facts["tag"].isin(flag_names())]
    spelt = {"true": True, "1": True, "false": False, "0": False}
    facts = facts.assign(flag=facts["value"].str.lower().map(spelt)).dropna(subset="flag")
    # The whole company comes first, then parts of it.
    facts = facts.sort_values("dimh", key=lambda dimh: dimh != "0x00000000", kind="stable")
    first = facts.drop_duplicates(["adsh", "tag"])
    expected = {(row.adsh, row.tag): row.flag for row in first.itertuples()}
    declared = {
        (row["accession"], name): row[f"{name}_declared"]
        for row in month.to_dict("records")
        for name in flag_names()
        if row[f"{name}_declared"] is not None
    }
    assert len(declared) > 2400
    assert declared == expected
