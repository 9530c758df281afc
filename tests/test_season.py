"""A season is summed up as its filings say."""

import re
from datetime import date

import pandas as pd
import pytest
from typer.testing import CliRunner

from authored import FILINGS, write_archive
from cydscore.cli import app
from cydscore.dataset import table_schema, write_dataset
from cydscore.errors import DependencyError, InputError, InputMissingError
from cydscore.season import sector_of, size_band_of, summarise_season
from cydscore.season.facts import write_facts
from cydscore.season.page import render_page
from cydscore.season.text import render_season
from cydscore.tags import tag_names
from cydscore.taxonomy import MATERIAL_FLAG


def make_row(number, year=2025, **more):
    """Return a row of the table of filings, of one company a number."""
    row = dict.fromkeys(table_schema("filings").names)
    row |= {f"{tag}_{what}": 0 for tag in tag_names() for what in ("stated", "denied")}
    row |= {"accession": f"{number:010}-{year % 100}-000001", "cik": str(number), "form": "10-K"}
    row |= {"company": f"Mill {number}", "fiscal_year": year, "period_end": date(year, 12, 31)}
    row |= {"overall": 50.0 + number, "n_blocks": 4, "n_misfits": 1, "model": "m", "sic": "7372"}
    row |= {f"{MATERIAL_FLAG}_declared": False, f"{MATERIAL_FLAG}_verdict": "supported"}
    return row | more


def write_rows(path, rows):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows, schema=table_schema("filings")), path)
    return path


def find_rate(season, group, value, measure):
    rates = season.rates.set_index(["group", "value", "measure"])["rate"]
    return rates.loc[(group, value, measure)]


@pytest.fixture
def table(tmp_path):
    """Return a table of ten companies in two years."""
    contradicted = {f"{MATERIAL_FLAG}_declared": True, f"{MATERIAL_FLAG}_verdict": "contradicted"}
    rows = [make_row(n, 2024, insurance_stated=int(n < 3)) for n in range(10)]
    rows += [
        make_row(
            n,
            2025,
            insurance_stated=int(n < 5),
            overall=60.0 + 2 * n,
            public_float=1e9 if n < 5 else 5e7,
            **(contradicted if n == 7 else {}),
        )
        for n in range(10)
    ]
    return write_rows(tmp_path / "filings.parquet", rows)


def test_rates_are_shares_of_the_filings_of_a_group(table):
    season = summarise_season(table)
    assert (season.n_filings, season.n_companies, season.models) == (20, 10, ("m",))
    assert find_rate(season, "year", "2025", "tag:insurance") == 0.5
    assert find_rate(season, "year", "2024", "tag:insurance") == 0.3
    assert find_rate(season, "year", "2025", "contradicted") == 0.1
    assert find_rate(season, "all", "all", "misfit") == 0.25
    assert find_rate(season, "size", "under 75 M", "contradicted") == 0.2
    assert find_rate(season, "sector", "software", "contradicted") == 0.05
    assert find_rate(season, "year", "2024", "overall") == 54.5
    assert find_rate(season, "all", "all", f"flag:{MATERIAL_FLAG}") == 0.05


def test_groups_of_fewer_than_five_are_not_told(tmp_path):
    rows = [make_row(n) for n in range(6)] + [make_row(n + 10, form="20-F") for n in range(4)]
    season = summarise_season(write_rows(tmp_path / "x.parquet", rows))
    assert set(season.rates.query("group == 'form'")["value"]) == {"10-K"}


def test_flags_are_counted_with_their_verdicts(table):
    flags = summarise_season(table).flags.set_index("flag").loc[MATERIAL_FLAG]
    assert (flags["true"], flags["false"], flags["absent"]) == (0.05, 0.95, 0.0)
    assert (flags["supported"], flags["contradicted"]) == (0.95, 0.05)


def test_changes_are_those_of_companies_with_both_years(table):
    season = summarise_season(table)
    changes = season.changes.set_index("measure")
    assert changes.loc["tag:insurance"].tolist() == [10, 2, 0]
    assert changes.loc["contradicted"].tolist() == [10, 1, 0]
    assert changes.loc[f"flag:{MATERIAL_FLAG}"].tolist() == [10, 1, 0]
    assert season.movers["change"].tolist()[-1] == 19.0


def test_the_best_and_the_lowest_scores_are_named(table):
    season = summarise_season(table)
    assert season.best["overall"].iloc[0] == 78.0
    assert season.worst["overall"].iloc[0] == 50.0
    assert len(season.best) == len(season.worst) == 10


def test_an_accession_number_counts_once(tmp_path):
    season = summarise_season(write_rows(tmp_path / "x.parquet", [make_row(1), make_row(1)]))
    assert season.n_filings == 1


def test_incident_reports_are_no_annual_reports(tmp_path):
    rows = [make_row(n) for n in range(5)] + [make_row(n + 9, form="8-K") for n in range(5)]
    season = summarise_season(write_rows(tmp_path / "x.parquet", rows))
    assert season.rates.query("group == 'all'")["n_filings"].unique().tolist() == [5]


@pytest.mark.parametrize(
    ("amount", "band"),
    [
        *((None, "unknown"), (0.0, "unknown"), (7.4e7, "under 75 M"), (7.5e7, "75 to 700 M")),
        *((7e8, "700 M to 2 B"), (2e9, "2 to 10 B"), (1e10, "10 B and more")),
    ],
)
def test_a_size_band_goes_by_public_float(amount, band):
    assert size_band_of(amount) == band


@pytest.mark.parametrize(
    ("code", "sector"),
    [
        *(("6021", "banks"), ("6770", "blank checks"), ("7372", "software"), ("2834", "drugs")),
        *(("2000", "other manufacturing"), (None, "unknown"), ("", "unknown"), ("9999", "unknown")),
    ],
)
def test_a_sector_goes_by_sic(code, sector):
    assert sector_of(code) == sector


def test_text_and_page_tell_the_season(table):
    season = summarise_season(table)
    text = render_season(season)
    assert text.startswith("20 filings of 10 companies\n")
    assert "LOWEST SCORES" in text
    page = render_page(season)
    assert page.count("<svg") == 7
    assert not re.search(r"src=|<link|@import|href=.https?:", page)
    assert page == render_page(season)


def test_a_name_cannot_run_on_the_page(tmp_path):
    rows = [make_row(n, company="<script>alert(1)</script>") for n in range(5)]
    page = render_page(summarise_season(write_rows(tmp_path / "x.parquet", rows)))
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_the_command_writes_text_csv_and_a_page(table, tmp_path):
    def run(*arguments):
        return CliRunner().invoke(app, ["season", str(table), *map(str, arguments)])

    assert run().stdout.startswith("20 filings of 10 companies")
    for name in ("s.csv", "s.html"):
        done = run("--out", tmp_path / name)
        assert (done.exit_code, done.stderr) == (
            0,
            f"20 filings summed up to {tmp_path / name}\n",
        )
    assert list(pd.read_csv(tmp_path / "s.csv")) == [
        "group",
        "value",
        "n_filings",
        "measure",
        "rate",
    ]
    done = run("--out", tmp_path / "s.pdf")
    assert (done.exit_code, done.stderr) == (
        2,
        f"error: {tmp_path}/s.pdf: the suffix must be .csv or .html\n",
    )


def test_what_is_no_season_is_told(tmp_path):
    with pytest.raises(InputMissingError, match="holds no table 'filings'"):
        summarise_season(tmp_path)
    with pytest.raises(InputError, match="holds no filings"):
        summarise_season(write_rows(tmp_path / "x.parquet", []))
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "y.parquet")
    with pytest.raises(InputError, match="no column accession"):
        summarise_season(tmp_path / "y.parquet")


def test_a_missing_extra_is_named(table, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(DependencyError, match=r"pip install 'cydscore\[plots\]'"):
        render_page(summarise_season(table))


def test_facts_hold_no_prose(tmp_path, reports):
    write_archive(tmp_path / "n.zip", "0000000001-26-000001", "0000000002-26-000001")
    write_dataset([str(tmp_path / "n.zip")], tmp_path / "s")
    assert write_facts(tmp_path / "s", tmp_path / "facts") == 2
    frame = pd.read_parquet(tmp_path / "facts" / "filings.parquet")
    assert frame["accession"].tolist() == ["0000000001-26-000001", "0000000002-26-000001"]
    assert "flag-contradicted" in frame["findings"].iloc[0]
    facts = frame.drop(columns="findings").astype(str)
    assert max(facts[name].str.len().max() for name in facts) <= 64
    data = b"".join(path.read_bytes() for path in (tmp_path / "facts").iterdir())
    words = [s.text for s in reports["harbor"].segments if len(s.text.split()) >= 6]
    assert not [text for text in words if text.encode() in data]


def test_facts_need_accession_numbers(tmp_path):
    write_dataset([str(FILINGS)], tmp_path / "s")
    with pytest.raises(InputError, match="filings without an accession number"):
        write_facts(tmp_path / "s", tmp_path / "facts")
