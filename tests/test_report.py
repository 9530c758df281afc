"""A report holds the wire format that others read, and says first what people ask first."""

import gzip
import json
from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from authored import (
    HARBOR,
    INTEGRATED,
    ROLE,
    make_fact,
    make_filing,
    make_item,
    make_tagging,
    read_harbor,
    write_instance,
    write_notes,
    write_rendered,
    write_submission,
)
from cydscore.batch import score_filing
from cydscore.heads import label_names
from cydscore.records import UnknownElement
from cydscore.render import render_report
from cydscore.report import SCHEMA, make_reports
from cydscore.tags import FIRST_TAGS, denial_names, load_tags, tag_names
from cydscore.taxonomy import flag_names
from cydscore.write import row_types

NAMES = ("harbor", "kestrel", "meridian", "oakfield", "saltmarsh")


def list_leaves(value, path=""):
    """Yield the path and the type of every leaf of plain data, of lists the first item's only."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from list_leaves(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        yield from list_leaves(value[0] if value else None, f"{path}[]")
    else:
        yield f"{path} {'null' if value is None else type(value).__name__}"


def test_the_wire_format_is_the_one_that_others_read(reports):
    report = json.loads(json.dumps(reports["harbor"].to_json()))
    report["content"] = {"third_party_audit": report["content"]["third_party_audit"]}
    report["segments"][0]["tags"] = {}
    report["facts"] = [fact for fact in report["facts"] if fact["kind"] == "flag"]
    report["score_details"], report["norms"] = {}, None
    assert list(list_leaves(report)) == snapshot(
        [
            "schema str",
            "filing.accession null",
            "filing.cik str",
            "filing.company str",
            "filing.form str",
            "filing.period_end str",
            "filing.source str",
            "filing.format str",
            "facts[].element str",
            "facts[].kind str",
            "facts[].value bool",
            "facts[].words str",
            "facts[].year int",
            "facts[].period_end str",
            "facts[].main bool",
            "facts[].origin.member null",
            "facts[].origin.line int",
            "facts[].origin.id str",
            "item.name str",
            "item.text str",
            "content.third_party_audit.stated int",
            "content.third_party_audit.denied int",
            "content.third_party_audit.evidence[] str",
            "flags[].element str",
            "flags[].declared bool",
            "flags[].stated str",
            "flags[].verdict str",
            "flags[].confidence float",
            "flags[].evidence[] str",
            "blocks[].element str",
            "blocks[].fit str",
            "blocks[].confidence float",
            "blocks[].reason str",
            "blocks[].belongs_to null",
            "blocks[].evidence[] str",
            "incident null",
            "segments[].id str",
            "segments[].elements[] str",
            "segments[].fact int",
            "segments[].start int",
            "segments[].end int",
            "segments[].text str",
            "segments[].tags dict",
            "segments[].labels[] null",
            "segments[].specificity int",
            "findings[].rule str",
            "findings[].severity str",
            "findings[].title str",
            "findings[].detail str",
            "findings[].cites str",
            "findings[].elements[] str",
            "findings[].evidence[] str",
            "scores.overall float",
            "scores.coverage float",
            "scores.specificity float",
            "scores.consistency float",
            "scores.candour float",
            "scores.originality float",
            "scores.clarity float",
            "score_details dict",
            "norms null",
            "model.name str",
            "model.sha256 str",
        ]
    )


def test_the_keys_of_a_report_stand_in_their_order(reports):
    for name in NAMES:
        report = reports[name].to_json()
        assert report["schema"] == SCHEMA == "cydscore/report/1"
        assert list(report) == list(reports["harbor"].to_json())
        assert list(report["content"]) == list(tag_names())
        assert len(report["flags"]) == (0 if name == "kestrel" else 6)


@pytest.mark.parametrize("name", NAMES)
def test_a_segment_is_the_span_that_it_names(reports, name):
    report = reports[name].to_json()
    for segment in report["segments"]:
        fact = segment["fact"]
        text = report["item"]["text"] if fact is None else report["facts"][fact]["value"]
        assert segment["text"] == text[segment["start"] : segment["end"]]
        assert set(segment["tags"]) == {*tag_names(), *denial_names()}
        assert set(segment["labels"]) <= set(segment["tags"])
        assert segment["specificity"] in (0, 1, 2)


@pytest.mark.parametrize("name", NAMES)
def test_all_evidence_names_segments_of_the_report(reports, name):
    report = reports[name].to_json()
    ids = [segment["id"] for segment in report["segments"]]
    assert len(set(ids)) == len(ids)
    places = [*report["content"].values(), *report["flags"], *report["blocks"], *report["findings"]]
    for place in places:
        assert set(place["evidence"]) <= set(ids)
        assert len(set(place["evidence"])) == len(place["evidence"])


@pytest.mark.parametrize("name", NAMES)
def test_counts_of_content_are_those_of_the_labels(reports, name):
    report = reports[name].to_json()
    said = [label for segment in report["segments"] for label in segment["labels"]]
    for tag, content in report["content"].items():
        assert content["stated"] == said.count(tag)
        assert content["denied"] == said.count(f"!{tag}")
        assert bool(content["evidence"]) == bool(content["stated"] or content["denied"])


def test_only_flags_of_inline_xbrl_carry_the_words_they_wrap(reports):
    for fact in reports["harbor"].to_json()["facts"]:
        assert ("words" in fact) == (fact["kind"] == "flag")
    assert not any("words" in fact for fact in reports["meridian"].to_json()["facts"])


def test_facts_of_the_main_context_come_first(model):
    other = make_fact(INTEGRATED, value=False, main=False)
    (report,) = make_reports([make_filing(make_fact(INTEGRATED, value=True), other)], model)
    assert [fact["main"] for fact in report.to_json()["facts"]] == [True, False]


def test_the_best_evidence_comes_first(reports):
    tagging = make_tagging(
        {"training": 0.8},
        {"training": 0.9},
        {"training": 0.85, "!training": 0.7},
        {"training": 0.4},
        specificity=[0, 0, 2, 2],
    )
    report = replace(reports["oakfield"], tagging=tagging)
    assert report.rank_evidence("training") == ([2, 1, 0], [2])
    assert report.rank_evidence("insurance") == ([], [])


FORMATS = ("instance", "rendered", "submission", "notes", "ixbrl.gz")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_of_one_filing_gives_the_same_flags(model, reports, tmp_path, form):
    filing = read_harbor()
    data = {
        "instance": lambda: write_instance(filing),
        "rendered": lambda: write_rendered(filing),
        "submission": lambda: write_submission(HARBOR.read_bytes()),
        "notes": lambda: write_notes([filing]),
        "ixbrl.gz": lambda: gzip.compress(HARBOR.read_bytes()),
    }[form]()
    path = tmp_path / "filing"
    path.write_bytes(data)
    report = score_filing(path, model=model)
    assert report.filing.format == form.removesuffix(".gz")
    found = [(f.element, f.declared, f.stated, f.verdict) for f in report.checks.flags]
    expected = reports["harbor"].checks.flags
    assert found == [(f.element, f.declared, f.stated, f.verdict) for f in expected]
    assert report.filing.period_end == "2025-12-31"


def test_a_frame_has_a_row_a_segment(reports):
    frame = reports["oakfield"].to_frame()
    assert len(frame) == len(reports["oakfield"].segments)
    assert list(frame.columns[:8]) == [
        "id",
        "elements",
        "fact",
        "start",
        "end",
        "text",
        "labels",
        "specificity",
    ]
    assert tuple(frame.columns[8:]) == label_names()
    assert frame["fact"].isna().all()
    assert frame[list(label_names())].to_numpy().max() <= 1


def test_an_empty_frame_has_its_columns(model):
    (report,) = make_reports([make_filing(make_fact(ROLE, ""))], model)
    assert report.to_frame().shape == (0, 8 + len(label_names()))


@pytest.mark.parametrize("name", NAMES)
def test_a_row_has_the_columns_and_types_that_are_declared(reports, name):
    row = reports[name].to_row()
    assert list(row) == list(row_types())
    for column, value in row.items():
        assert value is None or type(value) is row_types()[column], column


def test_a_row_counts_what_the_report_holds(reports):
    report, row = reports["harbor"], reports["harbor"].to_row()
    assert (row["n_facts"], row["n_segments"]) == (len(report.filing.facts), len(report.segments))
    assert row["n_errors"] == sum(f.severity == "error" for f in report.checks.findings)
    assert row[f"{flag_names()[0]}_declared"] is True
    assert row["third_party_audit_stated"] == len(report.rank_evidence("third_party_audit")[0])
    assert row["model"] == report.model["sha256"]


def test_filings_are_read_together_as_they_are_alone(model, reports):
    alone = [report.to_json() for report in reports.values()]
    together = make_reports([report.filing for report in reports.values()], model)
    assert [report.to_json() for report in together] == alone
    assert make_reports([], model) == []


def test_people_read_first_what_they_ask_first(reports):
    text = render_report(reports["saltmarsh"])
    titles = [load_tags()[tag].title for tag in FIRST_TAGS]
    places = [text.index(f"  {title}: ") for title in titles]
    assert places == sorted(places)
    assert text.index("WHAT IT SAYS") < places[0]
    order = ["WHAT IT SAYS", "FLAGS AND WORDS", "FINDINGS", "SCORE"]
    assert [text.index(head) for head in order] == sorted(text.index(head) for head in order)
    assert text.startswith("Saltmarsh Acquisition Corp. (10-K, period to 2025-12-31)\n")


def test_each_first_thing_comes_with_its_best_sentence(reports):
    text = " ".join(render_report(reports["harbor"]).split())
    assert "“An independent third-party assessor conducts an annual audit of our" in text
    assert "X Materially Affected" in text or "? Materially Affected" in text
    assert "declared true; text: denied_both" in text


def test_an_incident_report_says_first_what_is_known_of_the_incident(reports):
    text = render_report(reports["kestrel"])
    order = ["WHAT IT SAYS OF THE INCIDENT", "  What happened: ", "  What it reached: ", "SCORE"]
    assert [text.index(head) for head in order] == sorted(text.index(head) for head in order)
    incident = reports["kestrel"].checks.incident
    assert f"[{incident.nature.evidence[0]}]" in text
    assert ": not stated" not in text
    assert "OF THE INCIDENT" not in render_report(reports["harbor"])


def test_sentences_keep_to_the_width(reports):
    for name in NAMES:
        text = render_report(reports[name], width=70)
        lines = text.replace(reports[name].filing.source, "a path of any length").splitlines()
        assert max(len(line) for line in lines) <= 100
        quotes = [line for line in lines if line.startswith("      ") and "→" not in line]
        assert 60 < max(len(line) for line in quotes) <= 70


def test_a_text_report_says_why_there_is_no_score(reports, model):
    assert "none: an incident report" in render_report(reports["kestrel"])
    (report,) = make_reports([make_filing(make_fact(INTEGRATED, value=True))], model)
    text = render_report(report)
    assert "words of disclosure; a score needs" in text
    assert "declared true; text: silent → unsupported" in text


def test_a_text_report_shows_misfits_and_findings(model):
    facts = [make_fact(ROLE, "We have no cyber insurance and we own four piers by the sea.")]
    filing = make_filing(*facts, unknown=(UnknownElement(name="CybersecurityRiskOtterFlag"),))
    text = render_report(make_reports([filing], model)[0])
    assert "TEXT BLOCKS   0 of 1 hold what their element asks for" in text
    assert "error   unknown-element: CybersecurityRiskOtterFlag" in text


def test_control_characters_of_a_filing_do_not_reach_the_terminal(model):
    evil = "\x1b[2J\x07\x9b31m\u202e"
    filing = replace(
        make_item(f"We train\x1b[31m all employees{evil} each year. " * 9),
        company=f"Mill{evil}",
        form=f"10-K{evil}",
        accession=f"1{evil}",
        cik=f"2{evil}",
        period_end=f"2025-06-30{evil}",
        unknown=(UnknownElement(name=f"Otter{evil}"),),
    )
    text = render_report(make_reports([filing], model)[0])
    assert "Otter [2J" in text
    assert [c for c in text if not c.isprintable() and c != "\n"] == []
