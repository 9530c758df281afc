"""Findings: what a reader of the filing should look at, each by a rule of ``data/rules.json``."""

from cydscore.check.incident import find_in_incident
from cydscore.check.rules import sort_findings
from cydscore.check.structure import find_in_structure
from cydscore.check.subject import Subject
from cydscore.check.words import find_in_words
from cydscore.records import Finding


def find_findings(subject: Subject) -> tuple[Finding, ...]:
    """Return the findings on a filing: errors first, and among them those that read words."""
    return sort_findings(
        [*find_in_words(subject), *find_in_incident(subject), *find_in_structure(subject)]
    )
