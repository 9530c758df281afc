"""The page of a filing says what the report says, and shows a filing's text as text."""

import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from typer.testing import CliRunner

from authored import HARBOR, KESTREL, ROLE, ROOT, make_fact, make_filing, make_item
from cydscore.cli import app
from cydscore.html import render_fragment, render_page
from cydscore.html.environment import show_percentile
from cydscore.html.words import THEMES, show_text
from cydscore.report import make_reports
from cydscore.tags import tag_names

NAMES = ("harbor", "kestrel", "meridian", "oakfield", "saltmarsh")
EVIL = "<script>document.title='owned'</script><img src=x onerror=alert(1)>\"'>&{{7*7}}"
VOID = {"meta", "img", "input", "br", "link", "hr"}


class Page(HTMLParser):
    """Collects what a page is made of, and whether its elements are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.hrefs, self.tags, self.handlers, self.open = [], [], [], [], []
        self.scripts, self.styles, self.texts = [], [], []
        self.popovers = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.handlers += [name for name in given if name.startswith("on") or name == "style"]
        if "id" in given:
            self.ids.append(given["id"])
        self.hrefs += [given[name] for name in ("href", "src") if name in given]
        self.popovers += [given["popovertarget"]] if "popovertarget" in given else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        inside = self.open[-1] if self.open else ""
        {"script": self.scripts, "style": self.styles}.get(inside, self.texts).append(data)


@pytest.fixture(scope="module")
def pages(reports):
    """Return the page of each example filing as text."""
    return {name: render_page(reports[name].to_json()) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_a_page_leads_to_a_place_on_it(pages, name):
    page = Page(pages[name])
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert {href.removeprefix("#") for href in page.hrefs} <= set(page.ids)
    assert set(page.popovers) <= set(page.ids)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_fetches_nothing_and_runs_its_own_script_alone(pages, name):
    page = Page(pages[name])
    assert all(href.startswith("#") for href in page.hrefs)
    assert page.handlers == []
    policy = re.search(r'Security-Policy" content="([^"]+)"', pages[name])[1].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    for text in ("".join(page.scripts), "".join(page.styles)):
        assert b64encode(sha256(text.encode()).digest()).decode() in policy
    assert page.tags.count("script") == page.tags.count("style") == 1
    assert "url(" not in "".join(page.styles)
    assert "@import" not in "".join(page.styles)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_holds_every_sentence_once_in_order(reports, pages, name):
    body = pages[name].split('<div class="prose">')[-1].split('<div class="abouts">')[0]
    shown = "".join(Page(f"<div>{body}").texts)
    at = 0
    for segment in reports[name].segments:
        at = shown.index(segment.text, at) + len(segment.text)


def test_a_number_stays_with_the_last_word_of_its_sentence(pages, model):
    assert re.search(
        r'<span class="last">[^ <]{2,}<button type="button" class="num', pages["harbor"]
    )
    (report,) = make_reports([make_item("We train staff " * 30 + "x" * 400)], model)
    assert '<span class="last"><button' in render_page(report.to_json())


def test_a_page_says_what_the_report_says(reports, pages):
    text = " ".join("".join(Page(pages["harbor"]).texts).split())
    scores = reports["harbor"].scores
    assert f"{scores.overall:.0f}" in text
    assert "contradicted" in text
    assert "A flag says the opposite of the words" in text
    for finding in reports["harbor"].checks.findings:
        assert finding.title in text
        assert finding.cites in text
    words = "Materially Affect Registrant is declared true; the text denies"
    assert words in text
    title = (
        'title="CybersecurityRiskMateriallyAffectedOrReasonablyLikelyToMateriallyAffectRegistrant'
    )
    assert title in pages["harbor"]


def test_a_claim_leads_to_its_sentence_and_back(reports, pages):
    flag = reports["harbor"].checks.flags[3]
    page = pages["harbor"]
    row = page[page.index('<tr id="flag-4">') :].split("</tr>")[0]
    assert [f"#{name}" for name in flag.evidence] == re.findall(r'href="([^"]+)"', row)
    card = page[page.index(f'id="about-{flag.evidence[0]}"') :].split("</div>")[0]
    assert 'href="#flag-4"' in card


def test_hostile_text_is_shown_as_text(model):
    filing = replace(
        make_item(f"We train {EVIL} all employees each year. " * 9),
        company=EVIL,
        form=EVIL,
        accession=EVIL,
        period_end=EVIL,
        source=EVIL,
    )
    text = render_page(make_reports([filing], model)[0].to_json())
    page = Page(text)
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert page.handlers == []
    assert EVIL in "".join(page.texts)


def test_hostile_elements_are_shown_as_text(model):
    filing = make_filing(make_fact(ROLE, f"Our officer leads. {EVIL}"))
    report = make_reports([filing], model)[0].to_json()
    report["findings"] = [
        {"rule": EVIL, "severity": "error", "title": EVIL, "detail": EVIL, "cites": EVIL}
        | {"evidence": []}
    ]
    assert Page(render_page(report)).tags.count("script") == 1


def test_only_elements_of_the_taxonomy_are_named_in_a_finding(reports):
    report = reports["oakfield"].to_json()
    detail = f"<b>{'A' * 30}</b> {ROLE} \u202e{EVIL}"
    report["findings"] = [
        {"rule": "r", "severity": "note", "title": "t", "detail": detail, "cites": "c"}
        | {"evidence": []}
    ]
    text = render_page(report)
    assert f'&lt;/b&gt; <span class="named" title="{ROLE}">Role of Management</span> &lt;' in text
    assert f"&lt;b&gt;{'A' * 30}" in text
    assert Page(text).tags.count("script") == 1


def test_an_incident_report_says_what_is_known_of_the_incident(reports, pages):
    assert '<section id="incident"' not in pages["harbor"]
    page = Page(pages["kestrel"])
    text = " ".join("".join(page.texts).split())
    assert "What it says of the incident Held against what Form 8-K Item 1.05 asks" in text
    assert {f"aspect-{name}" for name in ("nature", "scope", "timing", "impact")} <= set(page.ids)
    incident = reports["kestrel"].checks.incident
    row = pages["kestrel"].split('<tr id="aspect-nature">')[1].split("</tr>")[0]
    assert [f"#{name}" for name in incident.nature.evidence] == re.findall(r'href="([^"]+)"', row)
    # It is not asked for audits and committees, so what it does not say of them is no news.
    assert "not stated" not in text
    assert "Nothing on:" not in text


def test_a_filing_without_a_name_is_headed_by_its_file(model):
    filing = make_filing(company=None, source="/home/reader/secret/mill.htm")
    (report,) = make_reports([filing], model)
    assert "<h1>mill.htm</h1>" in render_page(report.to_json())


def test_a_part_without_points_says_why(reports, pages):
    assert reports["oakfield"].scores.consistency is None
    text = pages["oakfield"]
    assert "no flag and no text block is tagged to hold the words against" in text
    assert "not enough to tell" not in text


@pytest.mark.parametrize(("rank", "words"), [(0.2, "1st"), (99.8, "99th"), (82, "82nd")])
def test_no_filing_is_at_the_zeroth_or_hundredth_percentile(rank, words):
    assert show_percentile(rank) == words


def test_characters_that_hide_or_turn_text_are_not_shown():
    assert (
        show_text("a\x1b[31m\u202eb\x9b\u2066c\ud800\nd\té")
        == "a [31mb c\N{REPLACEMENT CHARACTER}\nd\té"
    )


def test_text_of_an_empty_filing_and_of_an_incident_has_a_page(pages, model):
    assert "an incident report is not scored" in pages["kestrel"]
    (report,) = make_reports([make_filing(form=None, company=None)], model)
    text = render_page(report.to_json())
    assert "holds no text of a disclosure" in text
    assert "mill.htm" in text


def test_a_saved_report_gives_the_same_page(reports, pages):
    saved = json.loads(json.dumps(reports["harbor"].to_json()))
    assert render_page(saved) == pages["harbor"]


def test_a_misfit_block_is_marked_in_the_text(model):
    words = "We have no cyber insurance and we own four piers by the sea. " * 3
    (report,) = make_reports([make_filing(make_fact(ROLE, words))], model)
    assert report.checks.blocks[0].fit == "misfit"
    text = render_page(report.to_json())
    assert '<div class="para misfit">' in text
    assert "<b>misfit:</b> Role of Management" in text


def test_a_notebook_shows_a_report_without_its_disclosure(reports):
    shown = reports["harbor"]._repr_html_()
    assert shown == render_fragment(reports["harbor"].to_json())
    page = Page(shown)
    assert page.open == []
    assert "script" not in page.tags
    assert 'class="prose"' not in shown
    assert "contradicted" in shown
    # Several of them stand in one notebook, so none may hold an id.
    assert page.ids == Page(reports["kestrel"]._repr_html_()).ids == []


def test_every_tag_has_a_theme_or_is_other():
    themed = [tag for tags in THEMES.values() for tag in tags]
    assert len(set(themed)) == len(themed)
    assert set(tag_names()) - set(themed) == {"cross_reference"}


def test_a_page_is_written_to_standard_output_or_to_a_file(tmp_path, pages):
    source = str(HARBOR.relative_to(ROOT))
    done = CliRunner().invoke(app, ["score", str(HARBOR), "--format", "html"])
    assert done.exit_code == 0
    assert done.stdout.startswith("<!doctype html>")
    out = tmp_path / "report.html"
    done = CliRunner().invoke(app, ["score", str(HARBOR), "--out", str(out)])
    assert (done.exit_code, done.stdout) == (0, "")
    assert out.read_text("utf-8") == pages["harbor"]
    assert source in pages["harbor"]


def test_a_page_is_utf_8_on_a_terminal_that_is_not(pages):
    source = str(HARBOR.relative_to(ROOT))
    command = [sys.executable, "-m", "cydscore", "score", source, "--format", "html"]
    done = subprocess.run(
        command,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
    )
    assert done.stdout.decode("utf-8").rstrip() == pages["harbor"].replace(
        f">{HARBOR}<", f">{source}<"
    )


def test_several_filings_do_not_go_into_one_page(tmp_path):
    out = tmp_path / "report.html"
    done = CliRunner().invoke(app, ["score", str(HARBOR), str(KESTREL), "--out", str(out)])
    assert done.exit_code == 2
    assert "name a folder for several with --out DIR/" in done.stderr
    assert not out.exists()
