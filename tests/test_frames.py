"""Many filings are reports for those who iterate, and tables for those who ask for them."""

import subprocess
import sys
from collections import Counter

import matplotlib as mpl
import pandas as pd
import pytest

import cydscore
from authored import FILINGS, HARBOR, KESTREL, ROOT
from cydscore.dataset import TABLES, read_table, table_schema, write_dataset
from cydscore.errors import (
    DependencyError,
    InputError,
    InputMissingError,
    UsageError,
)
from cydscore.season import ScoredSeason, Season, summarise_season
from manual import run_examples

REAL = ROOT / "corpora" / "season" / "filings.parquet"


@pytest.fixture(scope="module")
def season(model):
    return cydscore.score_filings([FILINGS], model=model)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Return the folder of a dataset that the command line would write."""
    folder = tmp_path_factory.mktemp("dataset") / "season"
    write_dataset([str(FILINGS)], folder)
    return folder


@pytest.fixture
def drawing():
    """Return the module that draws, without a window, and close what was drawn."""
    mpl.use("Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def test_nothing_is_scored_before_it_is_asked_for(tmp_path):
    season = cydscore.score_filings([tmp_path / "none.htm"], model=tmp_path)
    assert isinstance(season, ScoredSeason)
    assert "iterate for reports" in repr(season)


def test_reports_come_anew_whenever_they_are_iterated_over(season, reports):
    expected = [report.to_json()["scores"] for report in reports.values()]
    for _ in range(2):
        assert [report.to_json()["scores"] for report in season] == expected


def test_tables_have_a_row_a_filing_a_segment_and_a_finding(season, reports):
    scores = [report.scores.overall for report in reports.values()]
    expected = [float("nan") if score is None else score for score in scores]
    assert season.filings["overall"].tolist() == pytest.approx(expected, nan_ok=True)
    texts = [segment.text for report in reports.values() for segment in report.segments]
    assert season.segments["text"].tolist() == texts
    found = Counter(f.rule for report in reports.values() for f in report.checks.findings)
    assert Counter(season.findings["rule"]) == found
    assert season.filings is season.filings


def test_all_tables_come_of_one_scoring(model, monkeypatch):
    scored = []
    iterate = ScoredSeason.__iter__
    monkeypatch.setattr(ScoredSeason, "__iter__", lambda self: scored.append(1) or iterate(self))
    season = cydscore.score_filings(HARBOR, model=model)
    assert [len(getattr(season, table)) > 0 for table in TABLES] == [True] * 3
    assert len(scored) == 1


def test_columns_are_those_of_the_dataset_and_typed(season):
    for table in TABLES:
        assert list(getattr(season, table)) == table_schema(table).names
    types = season.filings.dtypes.astype(str)
    assert types["fiscal_year"] == types["n_segments"] == "Int32"
    assert types["period_end"].startswith("datetime64")
    assert types["overall"] == "float64"
    assert types[[c for c in types.index if c.endswith("_declared")]].unique() == ["boolean"]
    assert str(season.segments["specificity"].dtype) == "Int8"
    assert season.segments["insurance"].between(0, 1).all()
    assert all(isinstance(labels, list) for labels in season.segments["labels"])


def test_no_filings_give_empty_tables(model):
    season = cydscore.score_filings([], model=model)
    assert list(season) == []
    assert season.filings.empty
    assert season.segments.empty
    with pytest.raises(InputError, match="the table: holds no filings"):
        season.summarise()


def test_tables_written_and_read_are_those_that_were_scored(season, tmp_path, dataset):
    written = cydscore.score_filings([FILINGS]).write(tmp_path / "mine")
    for other in (written, cydscore.read_season(dataset)):
        for table in TABLES:
            one, two = (
                getattr(s, table).sort_values(["source"], kind="stable") for s in (season, other)
            )
            pd.testing.assert_frame_equal(one.reset_index(drop=True), two.reset_index(drop=True))


def test_what_python_writes_is_what_the_command_line_writes(tmp_path, dataset):
    cydscore.score_filings([FILINGS]).write(tmp_path)
    for table in TABLES:
        assert read_table(tmp_path, table).equals(read_table(dataset, table))


def test_failures_are_raised_or_handed_over(tmp_path, model):
    paths = [KESTREL, tmp_path / "none.htm"]
    with pytest.raises(InputError, match=r"none\.htm: no such file"):
        _ = cydscore.score_filings(paths, model=model).filings
    with pytest.raises(InputError, match=r"none\.htm: no such file"):
        cydscore.score_filings(paths).write(tmp_path / "one")
    problems = []
    season = cydscore.score_filings(paths, on_problem=problems.append)
    assert len(season.filings) == len(season.write(tmp_path / "two").filings) == 1
    assert [p.source for p in problems] == [str(paths[1])] * 2


def test_a_model_without_a_folder_writes_no_dataset(tmp_path, model):
    with pytest.raises(UsageError, match="by the model in a folder; give its path"):
        cydscore.score_filings([HARBOR], model=model).write(tmp_path)


def test_a_season_is_summed_up_as_the_command_line_does(dataset, season):
    summary = cydscore.read_season(dataset).summarise()
    pd.testing.assert_frame_equal(summary.flags, summarise_season(dataset).flags)
    pd.testing.assert_frame_equal(season.summarise().flags, summary.flags)


def test_a_table_of_filings_is_a_season_without_segments():
    season = cydscore.read_season(REAL)
    assert len(season.filings) > 8000
    assert repr(season) == f"Season({str(REAL)!r})"
    with pytest.raises(InputMissingError, match="holds filings alone; give the folder"):
        _ = season.segments


def test_a_dataset_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputMissingError, match="no such dataset; make one with"):
        cydscore.read_season(tmp_path / "none")
    with pytest.raises(InputMissingError, match="holds no table 'filings'"):
        _ = Season(tmp_path).filings


def test_plots_show_shares_with_names_and_units(drawing):
    season = cydscore.read_season(REAL)
    axes = season.plot_flags()
    assert len(axes.get_yticklabels()) == 6
    widths = [sum(p.get_width() for p in axes.patches[row::6]) for row in range(6)]
    assert widths == pytest.approx([100] * 6, abs=0.5)
    rates = season.plot_rates("contradicted", by="form")
    assert [label.get_text().split(" (")[0] for label in rates.get_yticklabels()][:1] == ["10-K"]
    assert rates.get_xlabel() == "% of annual reports"
    assert season.plot_rates("tag:!insurance", by="size").get_title("left") == (
        "Deny insurance, by size"
    )
    scores = season.plot_scores("clarity")
    assert sum(p.get_height() for p in scores.patches) == season.filings["clarity"].notna().sum()
    _, mine = drawing.subplots()
    assert season.plot_rates("overall", by="year", axes=mine) is mine


def test_a_plot_of_nothing_says_what_there_is(drawing):
    season = cydscore.read_season(REAL)
    with pytest.raises(UsageError, match="no group 'colour'; choose from form, size"):
        season.plot_rates(by="colour")
    with pytest.raises(UsageError, match="no measure 'luck'; choose from contradicted"):
        season.plot_rates("luck")
    with pytest.raises(UsageError, match="no score 'luck'; choose from "):
        season.plot_scores("luck")
    assert not drawing.get_fignums()


def test_missing_extras_are_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(DependencyError, match=r"pip install 'cydscore\[plots\]'"):
        cydscore.read_season(REAL).plot_flags()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DependencyError, match=r"pip install 'cydscore\[parquet\]'"):
        _ = cydscore.read_season(REAL).filings


def test_iterating_over_reports_needs_neither_pandas_nor_pyarrow():
    code = (
        "import sys, cydscore\n"
        f"assert len(list(cydscore.score_filings([{str(KESTREL)!r}]))) == 1\n"
        "print(sorted({'sklearn', 'pandas', 'spacy', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_examples_in_the_manual_are_true(monkeypatch, drawing):
    run_examples("pandas.md", monkeypatch)
    assert drawing.get_fignums()


def test_the_folder_of_a_table_and_what_is_no_table(tmp_path):
    assert len(cydscore.read_season(REAL.parent).filings) == len(Season(REAL).filings)
    text = tmp_path / "filings.csv"
    text.write_text("accession,cik\n1,2\n", "utf-8")
    with pytest.raises(InputError, match=r"filings\.csv: holds no readable Parquet table; give "):
        _ = cydscore.read_season(text).filings
