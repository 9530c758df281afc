"""An amended incident report held against the report that it amends."""

from collections.abc import Iterator

from cydscore.check.incident import PARTS, load_part_asks
from cydscore.check.rules import make_finding
from cydscore.records import Finding, IncidentCheck


def find_amended(
    original: IncidentCheck, amendment: IncidentCheck, accession: str | None = None
) -> Iterator[Finding]:
    """Yield what an amendment tells that its original did not, and what it no longer tells.

    Parameters
    ----------
    original, amendment
        What the two reports say of the incident.
    accession
        Accession number of the original, where it is known.
    """
    changed = [
        name for name in PARTS if getattr(original, name).status != getattr(amendment, name).status
    ]
    told = [
        f"{name} was {getattr(original, name).status}, is {getattr(amendment, name).status}"
        for name in changed
    ]
    yield make_finding(
        "incident-amended",
        elements=[load_part_asks()[name].element for name in changed],
        original=accession or "an earlier report",
        changes="; ".join(told) or "no part was left open that is told now",
    )
