"""The ``cyd`` taxonomy: which elements exist, of which kind, under which paragraph of the rule.

The facts stand in ``data/taxonomy.json``; nothing here guesses at a name that is not in it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from cydscore.records import Kind

ANNUAL_PREFIX = "CybersecurityRisk"
INCIDENT_PREFIX = "MaterialCybersecurityIncident"
MATERIAL_FLAG = (
    "CybersecurityRiskMateriallyAffectedOrReasonablyLikelyToMateriallyAffectRegistrantFlag"
)
PROCESSES_BLOCK = (
    "CybersecurityRiskManagementProcessesForAssessingIdentifyingAndManagingThreatsTextBlock"
)

_NAMESPACE = re.compile(r"https?://xbrl\.sec\.gov/cyd/(\d{4})(?:-\d\d-\d\d)?/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One reportable element.

    Attributes
    ----------
    name
        Local name.
    kind
        Flag or text block.
    annual
        True for Item 106 elements of annual reports, False for incident elements (8-K Item 1.05).
    label
        Standard label, ending in ``[Text Block]`` or ``[Flag]``.
    rule
        Paragraph of Regulation S-K (``229.106(b)(1)``) or of Form 8-K that asks for it.
    block
        For a flag, the text block that goes with it; None where it has none.
    years
        Versions of the taxonomy that have it.
    order
        Position in the order of the rule, from 0.
    """

    name: str
    kind: Kind
    annual: bool
    label: str
    rule: str
    block: str | None
    years: tuple[int, ...]
    order: int


@cache
def _document() -> Mapping[str, object]:
    text = resources.files("cydscore").joinpath("data/taxonomy.json").read_text("utf-8")
    document: Mapping[str, object] = json.loads(text)
    return document


@cache
def load_elements() -> Mapping[str, Element]:
    """Return every reportable element by local name, in the order of the rule."""
    rows = _document()["elements"]
    assert isinstance(rows, list)
    return {
        row["name"]: Element(
            name=row["name"],
            kind=Kind(row["kind"]),
            annual=row["report"] == "annual",
            label=row["label"],
            rule=row["rule"],
            block=row["block"],
            years=tuple(row["years"]),
            order=order,
        )
        for order, row in enumerate(rows)
    }


@cache
def structure_names() -> frozenset[str]:
    """Return the taxonomy's abstract names (tables, axes, line items), which hold no fact."""
    names = _document()["structure"]
    assert isinstance(names, list)
    return frozenset(names)


@cache
def _labels() -> Mapping[str, str]:
    return {_fold_label(element.label): element.name for element in load_elements().values()}


def _fold_label(label: str) -> str:
    return re.sub(r"[^a-z\[\]]", "", label.lower())


def find_element_by_label(label: str) -> Element | None:
    """Return the element with a standard label (case, spaces and commas aside), or None."""
    name = _labels().get(_fold_label(label))
    return load_elements()[name] if name else None


def parse_namespace(uri: str) -> int | None:
    """Return the year of a ``cyd`` namespace URI, or None if it is not one."""
    match = _NAMESPACE.fullmatch(uri)
    return int(match[1]) if match else None


@cache
def flag_names() -> tuple[str, ...]:
    """Return the six flags of Item 106 in the order of the rule."""
    return tuple(e.name for e in load_elements().values() if e.kind is Kind.FLAG)


@cache
def annual_block_names() -> tuple[str, ...]:
    """Return the ten text blocks of Item 106 in the order of the rule."""
    return tuple(e.name for e in load_elements().values() if e.kind is Kind.TEXT and e.annual)
