"""The index lists every filing with a page of its own, and counts what they say."""

from dataclasses import replace

import pytest
from typer.testing import CliRunner

from authored import FILINGS, HARBOR, make_item
from cydscore.cli import app
from cydscore.errors import UsageError
from cydscore.html import render_index, to_index_row
from cydscore.pages import PageOutput
from cydscore.report import make_reports
from test_html_page import EVIL, Page


def make_row(page="a.html", **points):
    report = {
        "filing": {
            "company": "Mill",
            "form": "10-K",
            "period_end": "",
            "accession": "",
            "source": "",
        },
        "findings": [{"severity": "error"}, {"severity": "note"}],
        "scores": {"overall": 50.0, "coverage": None} | points,
        "flags": [],
    }
    return to_index_row(report, page)


def test_several_filings_become_a_folder_with_an_index(tmp_path):
    folder = tmp_path / "site"
    done = CliRunner().invoke(
        app, ["score", str(FILINGS), "--format", "html", "--out", str(folder), "--jobs", "1"]
    )
    assert (done.exit_code, done.stdout) == (0, "")
    index = Page((folder / "index.html").read_text("utf-8"))
    assert index.open == []
    names = sorted(path.name for path in folder.iterdir())
    assert sorted([*index.hrefs, "index.html"]) == names
    assert len(names) == 6
    for name in index.hrefs:
        assert "index.html" in Page((folder / name).read_text("utf-8")).hrefs


def test_pages_are_named_by_accession_and_never_by_what_a_filing_says(tmp_path, model, reports):
    named = replace(
        reports["oakfield"],
        filing=replace(reports["oakfield"].filing, accession="0009990001-26-000001"),
    )
    evil = replace(
        reports["oakfield"], filing=replace(reports["oakfield"].filing, accession="../../evil")
    )
    with PageOutput(tmp_path / "site") as output:
        for report in (named, evil, named):
            output.write(report)
    assert sorted(path.name for path in (tmp_path / "site").iterdir()) == [
        "0009990001-26-000001-2.html",
        "0009990001-26-000001.html",
        "filing-2.html",
        "index.html",
    ]
    assert make_reports([make_item("x")], model)


def test_an_interruption_keeps_the_pages_and_their_index(tmp_path, reports):
    output = PageOutput(tmp_path / "site")
    output.write(reports["harbor"])
    output.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert len(list((tmp_path / "site").iterdir())) == 2


def test_a_single_page_is_not_written_when_something_fails(tmp_path, reports):
    out = tmp_path / "page.html"
    output = PageOutput(out)
    output.write(reports["harbor"])
    with pytest.raises(UsageError, match="name a folder for several"), output:
        output.write(reports["harbor"])
    assert not out.exists()


def test_pages_go_where_there_is_a_place_for_them(tmp_path):
    with pytest.raises(UsageError, match="there is no folder"):
        PageOutput(tmp_path / "none" / "page.html")
    with pytest.raises(UsageError, match="is a file; name a folder"):
        PageOutput(HARBOR.with_suffix(".htm").parents[1] / "README.md")


def test_an_index_counts_and_sorts_what_its_rows_hold():
    text = render_index([make_row("b.html", overall=90.0), make_row("a.html"), make_row("c.html")])
    page = Page(text)
    assert page.hrefs == ["a.html", "b.html", "c.html"]
    shown = " ".join("".join(page.texts).split())
    assert "median 50, 8 of 10 from 50 to 90" in shown
    assert "no scores" in shown
    assert page.handlers == []


def test_an_index_shows_hostile_names_as_text():
    row = replace(make_row(), company=EVIL, form=EVIL, accession=EVIL)
    page = Page(render_index([row]))
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert EVIL in "".join(page.texts)


def test_a_page_that_is_named_like_an_address_is_still_a_page():
    page = Page(render_index([make_row("javascript:alert(1)"), make_row("a b#c?.html")]))
    assert sorted(page.hrefs) == ["a%20b%23c%3F.html", "javascript%3Aalert%281%29"]


def test_a_filing_without_a_name_is_called_by_its_file_not_its_folder():
    report = {
        "filing": dict.fromkeys(("company", "form", "period_end", "accession"))
        | {"source": "home/reader/secret/mill.htm"},
        "findings": [],
        "scores": {},
        "flags": [],
    }
    assert to_index_row(report, "a.html").company == "mill.htm"
    report["filing"]["source"] = "-"
    assert to_index_row(report, "a.html").company == "-"


def test_only_plain_digits_make_a_name_of_an_accession(tmp_path, reports):
    odd = replace(
        reports["oakfield"],
        filing=replace(reports["oakfield"].filing, accession="٠٠٠٩٩٩٠٠٠١-٢٦-٠٠٠٠٠١"),
    )
    with PageOutput(tmp_path) as output:
        output.write(odd)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["filing-1.html", "index.html"]


def test_nothing_half_written_stays_behind(tmp_path, reports):
    (tmp_path / "page.html").mkdir()
    output = PageOutput(tmp_path / "page.html" / "page.html")
    (tmp_path / "page.html" / "page.html").mkdir()
    output.write(reports["harbor"])
    with pytest.raises(OSError, match="page"), output:
        pass
    assert [path.name for path in (tmp_path / "page.html").iterdir()] == ["page.html"]


def test_an_index_of_nothing_says_so():
    assert "0 filings read" in render_index([])
