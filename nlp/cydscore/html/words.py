"""The words, marks and colours by which pages name what a report holds."""

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

from cydscore.tags import DENIAL, find_title
from cydscore.taxonomy import load_elements

if TYPE_CHECKING:
    from markupsafe import Markup

#: Tags by theme; a theme is a colour of highlighting.
THEMES: Final[Mapping[str, tuple[str, ...]]] = {
    "programme": (
        *("risk_process", "erm_integration", "framework", "certification"),
        *("testing", "training", "incident_response", "insurance"),
    ),
    "outsiders": ("third_party_engagement", "third_party_audit", "vendor_risk"),
    "effect": (
        *("incident_occurred", "no_past_impact", "no_likely_impact"),
        *("material_impact", "hypothetical_risk"),
    ),
    "governance": (
        *("board_oversight", "committee_oversight", "board_reporting", "management_role"),
        *("ceo_oversight", "management_expertise", "management_monitoring"),
    ),
}
OTHER_THEME: Final = "other"
THEME_TITLES: Final[Mapping[str, str]] = {
    "programme": "Programme",
    "outsiders": "Outsiders",
    "effect": "Incidents and effect",
    "governance": "Governance",
    "other": "Other",
}
#: A sign beside the word, so that colour never tells alone.
VERDICT_SIGNS: Final[Mapping[str, str]] = {
    "supported": "✓",
    "partly_supported": "◐",
    "unsupported": "?",
    "contradicted": "✕",
    "undeclared": "+",
    "absent": "–",
}
STATED: Final[Mapping[str, str]] = {
    "yes": "stated",
    "no": "denied",
    "silent": "nothing",
    "affirmed": "a material effect",
    "denied_both": "both limbs denied",
    "denied_past": "past effect denied",
    "hypothetical": "what could happen",
}
SPECIFICITY: Final = ("generic", "particular", "verifiable")
FIT_SIGNS: Final[Mapping[str, str]] = {"fits": "✓", "partly": "◐", "misfit": "✕"}
#: What an incident report must say, and how far it does.
ASPECTS: Final[Mapping[str, str]] = {
    "nature": "What happened",
    "scope": "What it reached",
    "timing": "When it took place and was found",
    "impact": "The material impact, or the reasonably likely one",
}
STATUS_SIGNS: Final[Mapping[str, tuple[str, str]]] = {
    "stated": ("✓", "stated"),
    "undetermined": ("◐", "said to be not known yet"),
    "missing": ("✕", "nothing"),
}
#: Why a part has no points though the others have.
UNKNOWN_WORDS: Final[Mapping[str, str]] = {
    "consistency": "no flag and no text block is tagged to hold the words against",
    "originality": "too few words to compare with other filers'",
}
PART_WORDS: Final[Mapping[str, str]] = {
    "overall": "What a reader would grade the whole",
    "coverage": "Questions of Item 106 answered in substance",
    "specificity": "Particular and verifiable statements",
    "consistency": "Words agree with flags and elements",
    "candour": "Both limbs of impact and incidents stated plainly",
    "originality": "Wording that other filers do not share",
    "clarity": "Readable, each thing said once",
}


def find_theme(label: str) -> str:
    """Return the theme of a tag or of its denial."""
    tag = label.removeprefix(DENIAL)
    return next((theme for theme, tags in THEMES.items() if tag in tags), OTHER_THEME)


def name_label(label: str) -> str:
    """Return the title of a tag, or of its denial."""
    title = find_title(label.removeprefix(DENIAL))
    return f"No: {title}" if label.startswith(DENIAL) else title


def name_filing(filing: Mapping[str, str | None]) -> str:
    """Return what to call a filing: its company, its accession number, or its file.

    Parameters
    ----------
    filing
        The filing as a report in the wire format has it.
    """
    source = filing["source"] or ""
    file = source.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return filing["company"] or filing["accession"] or file or source


def name_element(element: str) -> str:
    """Return a short name of an element; one that is unknown is its own name."""
    known = load_elements().get(element)
    if known is None:
        return element
    label = known.label.removesuffix(" [Flag]").removesuffix(" [Text Block]")
    return label.removeprefix("Cybersecurity Risk ").removeprefix(
        "Material Cybersecurity Incident "
    )


_NAMED: Final = re.compile(r"\b(?:cyd:)?([A-Z]\w{20,199})\b")


def mark_elements(text: str) -> "Markup":
    """Return text as HTML, the elements of the taxonomy by their short names."""
    from markupsafe import Markup, escape

    shown, end = Markup(), 0
    for match in _NAMED.finditer(text):
        if match[1] in load_elements():
            shown += escape(show_text(text[end : match.start()]))
            shown += Markup('<span class="named" title="{}">{}</span>').format(
                match[1], name_element(match[1])
            )
            end = match.end()
    return shown + escape(show_text(text[end:]))


def cite_element(element: str) -> str:
    """Return the paragraph that asks for an element, or ""."""
    known = load_elements().get(element)
    return known.rule if known else ""


def show_text(text: str) -> str:
    """Return text without the characters that would hide or reorder it on a page.

    Control characters become spaces; marks that change the direction of text are dropped.
    """
    return text if text.isascii() and text.isprintable() else text.translate(_shown())


@cache
def _shown() -> Mapping[int, str | None]:
    controls = [code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"]
    turns = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    halves = range(0xD800, 0xE000)  # of a character, which no page may hold
    return {
        **dict.fromkeys(controls, " "),
        **dict.fromkeys(turns),
        **dict.fromkeys(halves, "\N{REPLACEMENT CHARACTER}"),
    }
