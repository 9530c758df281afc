"""A filing is placed among filers like it, and told what would raise its score."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from authored import FILINGS, HARBOR, SALTMARSH, make_filing
from cydscore.cli import app
from cydscore.errors import InputMissingError, ModelError, UsageError
from cydscore.explain import explain_report, list_disputed_flags
from cydscore.norms import LEAST_FILINGS, describe_group, make_norms, place_among_peers
from cydscore.records import PARTS, Scores
from cydscore.render import render_scores
from cydscore.report import make_reports
from cydscore.score import Scorer, reweigh
from cydscore.store import load_model, save_model
from cydscore.weights import read_weights, reweigh_report


def make_scores(points, **more):
    return Scores(**(dict.fromkeys(PARTS, float(points)) | more), details={})


def make_peers(n=101, **more):
    given = {"sic": "6022", "public_float": 1e9, "period_end": "2025-12-31"} | more
    return [(make_filing(cik=str(i), **given), make_scores(i % 101)) for i in range(n)]


@pytest.fixture
def normed(model):
    """Return the default model with norms of 101 invented filings."""
    norms = make_norms(make_peers(), model.sha256)
    return replace(model, norms=json.loads(json.dumps(norms)))


def test_a_filing_is_known_by_form_size_sector_and_year():
    filing = make_filing(form="10-K/A", sic="100", public_float=75e6, period_end="2026-01-31")
    assert describe_group(filing) == {
        "form": "10-K",
        "band": "float under 75 M USD",
        "division": "agriculture",
        "year": "fiscal year 2025",
    }
    assert describe_group(make_filing(form="8-K")) == {}
    assert describe_group(make_filing(form=None, sic="x", period_end="soon")) == {}


def test_a_sector_of_zeros_is_no_sector():
    assert "division" not in describe_group(make_filing(sic="0000"))
    assert "division" not in describe_group(make_filing(sic="0"))


def test_a_score_is_placed_among_its_closest_peers():
    norms = make_norms(make_peers(), "m")
    peer = make_filing(sic="6022", public_float=1e9)
    place = place_among_peers(peer, make_scores(50), norms)
    assert place["group"] == "10-K, float 700 M to 10 B USD, finance, insurance, real estate"
    assert (place["n"], place["parts"]["overall"]["percentile"]) == (101, pytest.approx(50, abs=1))
    assert place["parts"]["clarity"]["p10"] == pytest.approx(10, abs=0.5)
    assert place_among_peers(replace(peer, sic=None), make_scores(0), norms)["group"].endswith(
        "USD"
    )
    assert place_among_peers(make_filing(), make_scores(100), norms)["group"] == "10-K"
    assert place_among_peers(make_filing(form="20-F"), make_scores(50), norms) is None
    assert place_among_peers(peer, make_scores(50), {}) is None
    assert place_among_peers(peer, make_scores(0, overall=None), norms) is None


def test_more_points_are_never_a_lower_percentile():
    norms = make_norms(make_peers(), "m")
    places = [
        place_among_peers(make_filing(), make_scores(p), norms)["parts"]["overall"]["percentile"]
        for p in range(101)
    ]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (pytest.approx(0, abs=3), pytest.approx(100, abs=3))


def test_ties_count_half():
    norms = make_norms([(f, make_scores(100)) for f, _ in make_peers()], "m")
    place = place_among_peers(make_filing(), make_scores(100), norms)
    assert place["parts"]["overall"]["percentile"] == pytest.approx(50, abs=1)


def test_a_company_counts_once_and_amendments_and_few_filings_not_at_all():
    few = make_peers(LEAST_FILINGS - 1)
    assert make_norms(few, "m")["groups"] == {}
    assert make_norms([*few, *few], "m")["n"] == LEAST_FILINGS - 1
    amended = [(replace(f, form="10-K/A"), s) for f, s in make_peers()]
    assert make_norms(amended, "m")["n"] == 0


def test_norms_count_only_beside_the_model_that_made_them(model, tmp_path):
    saved = save_model(model, tmp_path / "m")
    file = tmp_path / "m" / "norms.json"
    assert load_model(tmp_path / "m").norms == {}
    file.write_text(json.dumps(make_norms(make_peers(), saved.sha256)), "utf-8")
    assert load_model(tmp_path / "m").norms["n"] == 101
    file.write_text(json.dumps(make_norms(make_peers(), "another")), "utf-8")
    assert load_model(tmp_path / "m").norms == {}
    file.write_text("{", "utf-8")
    with pytest.raises(ModelError, match="make it again with cydscore norms"):
        load_model(tmp_path / "m")


def test_a_report_says_where_it_stands(normed, reports):
    (report,) = make_reports([reports["harbor"].filing], normed)
    assert report.to_json()["norms"]["group"] == "10-K"
    text = "\n".join(render_scores(report))
    assert "of 100 peers" in text
    assert "peers: 101 filings, 10-K" in text


def test_open_questions_come_with_what_they_would_add(model, reports):
    advice = explain_report(reports["saltmarsh"], model.scorer)
    gains = [row.gain for row in advice]
    assert gains == sorted(gains, reverse=True)
    assert advice[0].gain > 1
    assert advice[0].answered != "in substance"
    assert {row.id for row in explain_report(reports["harbor"], model.scorer)} < {
        row.id for row in advice
    }
    assert explain_report(reports["kestrel"], model.scorer) == ()


def test_flags_that_words_do_not_bear_out_are_named(reports):
    assert any("MateriallyAffected" in name for name in list_disputed_flags(reports["harbor"]))
    assert list_disputed_flags(reports["kestrel"]) == []


def test_weights_of_ones_own_make_the_overall_score(reports, tmp_path):
    file = tmp_path / "weights.toml"
    file.write_text("[overall]\ncoverage = 3\nclarity = 1\n", "utf-8")
    weights = read_weights(file)
    scores = reports["harbor"].scores
    own = reweigh(scores, weights)
    assert own.overall == pytest.approx((3 * scores.coverage + scores.clarity) / 4, abs=0.1)
    assert own.details["weights"]["overall"] == {"coverage": 0.75, "clarity": 0.25}
    low, high = own.details["intervals"]["overall"]
    assert low <= own.overall <= high
    assert reweigh(reports["kestrel"].scores, weights) is reports["kestrel"].scores


def test_a_reweighed_report_has_no_place_for_its_overall_score(normed, reports):
    (report,) = make_reports([reports["harbor"].filing], normed)
    own = reweigh_report(report, {"clarity": 1.0})
    assert "overall" not in own.norms["parts"]
    assert "clarity" in own.norms["parts"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no weights"),
        ("[overall]\nluck = 1", "'luck' is no part; the parts are coverage"),
        ("[overall]\ncoverage = -1", "not between 0 and 1,000,000"),
        ("[overall]\ncoverage = nan", "not between 0 and 1,000,000"),
        ("[overall]\ncoverage = 1e308\nclarity = 1e308", "not between 0 and 1,000,000"),
        (f"[overall]\ncoverage = 1{'0' * 400}", "not between 0 and 1,000,000"),
        ("[overall]\ncoverage = 'much'", "write a number"),
        ("[overall]\ncoverage = true", "write a number"),
        ("[overall]\ncoverage = 0", "all weights are 0"),
        ("overall = ", "not TOML"),
    ],
)
def test_weights_that_mean_nothing_are_refused(text, message, tmp_path):
    file = tmp_path / "weights.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=message):
        read_weights(file)


def test_weights_that_are_not_there_are_an_error(tmp_path):
    with pytest.raises(InputMissingError, match="no such file; write"):
        read_weights(tmp_path / "none.toml")


def test_explain_and_score_take_weights(tmp_path):
    file = tmp_path / "weights.toml"
    file.write_text("[overall]\nclarity = 1\n", "utf-8")
    given = ["--weights", str(file), "--format", "json"]
    done = CliRunner().invoke(
        app, ["explain", str(SALTMARSH), *given, "--last-year", str(SALTMARSH)]
    )
    assert done.exit_code == 0
    data = json.loads(done.stdout)
    assert data["scores"]["overall"] == data["scores"]["clarity"]
    assert data["kept_ratio"] == 1
    assert {row["gain"] for row in data["open"]} == {0.0}
    done = CliRunner().invoke(app, ["score", str(HARBOR), *given])
    (report,) = json.loads(done.stdout)
    assert report["scores"]["overall"] == report["scores"]["clarity"]


def test_an_explanation_quotes_the_nearest_sentence_and_adds_no_empty_advice():
    done = CliRunner().invoke(app, ["explain", str(HARBOR)])
    assert done.exit_code == 0
    assert "nearest: “" in done.stdout
    assert "+ 0.0" not in done.stdout
    assert "FLAGS THAT THE WORDS DO NOT BEAR OUT" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 140


def test_an_explanation_says_when_nothing_would_help(tmp_path):
    file = tmp_path / "weights.toml"
    file.write_text("[overall]\nclarity = 1\n", "utf-8")
    done = CliRunner().invoke(app, ["explain", str(SALTMARSH), "--weights", str(file)])
    assert "  No question of Item 106, answered more fully, would add" in done.stdout


def test_norms_of_nothing_are_not_written(tmp_path):
    out = tmp_path / "norms.json"
    out.write_text("kept", "utf-8")
    done = CliRunner().invoke(app, ["norms", str(tmp_path / "none.htm"), "--out", str(out)])
    assert done.exit_code == 2
    assert out.read_text("utf-8") == "kept"


def test_an_incident_report_has_nothing_to_explain():
    done = CliRunner().invoke(app, ["explain", str(FILINGS / "kestrel-8-k-2025.htm")])
    assert done.exit_code == 2
    assert "no score to explain: an incident report" in done.stderr


def test_norms_and_common_sequences_come_from_filings(tmp_path):
    out = tmp_path / "norms.json"
    done = CliRunner().invoke(app, ["norms", str(FILINGS), "--out", str(out), "--jobs", "1"])
    assert (done.exit_code, done.stderr) == (
        0,
        f"norms of 3 filings in 0 groups written to {out}\n",
    )
    assert json.loads(out.read_text("utf-8"))["groups"] == {}
    out = tmp_path / "common.bin"
    done = CliRunner().invoke(app, ["common", str(FILINGS), "--out", str(out)])
    assert done.exit_code == 0
    assert done.stderr.startswith("0 sequences in ")


def test_the_overall_score_rises_with_each_part(model):
    scorer = Scorer.from_json(model.scorer)
    parts = dict.fromkeys((part for part in PARTS if part != "overall"), 40.0)
    before = scorer.combine(parts)
    for part in parts:
        assert scorer.combine({**parts, part: 90.0}) >= before
