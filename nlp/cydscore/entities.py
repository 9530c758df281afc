"""Count the specific things that a text names: people, organisations, dates, amounts, figures.

After Hope, Hu and Lu (2016), who count named entities in risk factors to measure how specific they
are. Here rules count them, so that it needs no model and works where notes data have lost case
marks: what stands for a role, a committee, the filing itself or its taxonomy is not specific.
"""

import json
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources
from typing import Final

_MONTHS: Final = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
)
_COUNTS: Final = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty"
    "|twenty-five"
)
_UNITS: Final = "hours?|days?|weeks?|months?|years?|minutes?|decades?"
_STANDARDS: Final = (
    "NIST|ISO(?:/IEC)?|IEC|SOC|PCI|HITRUST|HIPAA|CMMC|FedRAMP|COBIT|CIS|FFIEC|NYDFS"
    "|NERC|COSO|ITIL|MITRE|TISAX|FAIR|GLBA|SOX|GDPR"
)
_CREDENTIALS: Final = (
    r"CISSP|CISM|CISA|CRISC|CGEIT|CEH|GIAC|CCSP|CIPP(?:/\w+)?|CPA|MBA|CDPSE|QTE|CERT"
    r"|Security\+|Ph\.?D|B\.?Sc?|M\.?Sc|Bachelors?|Masters?|Doctorate"
)
_TITLES: Final = "Mr|Ms|Mrs|Dr|Messrs"
#: Kinds of entity, the first that matches a span takes it.
PATTERNS: Final = {
    "money": re.compile(
        r"(?:[$€£¥]|\b(?:USD|RMB|EUR|GBP|NIS|CHF|JPY|CAD)\s?)\d[\d,.]*(?:\s(?:million|billion|thousand))?",
    ),
    "percent": re.compile(r"\b\d+(?:\.\d+)?\s?(?:%|percent\b|per cent\b)"),
    "date": re.compile(
        rf"\b(?:(?:{_MONTHS})\s+(?:\d{{1,2}},?\s+)?(?:19|20)\d\d|(?:{_MONTHS})\s+\d{{1,2}}\b"
        r"|(?:since|in|of|from|until|year|fiscal)\s+(?:19|20)\d\d)\b"
    ),
    "duration": re.compile(
        rf"\b(?:\d+|{_COUNTS})\+?[\s-](?:{_UNITS})\b|\b24\s?[/x]\s?7(?:\s?[/x]\s?365)?\b",
        re.IGNORECASE,
    ),
    "standard": re.compile(rf"\b(?:{_STANDARDS})\b(?:[\s-](?:\d[\d.:-]*|CSF|DSS|AI|Type))*"),
    "credential": re.compile(rf"\b(?:{_CREDENTIALS})\b(?!\s+Card)"),
    "person": re.compile(rf"\b(?:{_TITLES})\.?\s+[A-Z][\w'-]+"),
    # The capital comes before what looks back from it: so a search leaps from one to the next.
    "name": re.compile(
        # A word ends after a hundred characters: a longer one is a blob, and must not take hours.
        r"[A-Z](?<=\b[A-Z])(?:(?=[\w&'-]{0,99}[a-z])[\w&'-]{0,99}+"
        r"(?:\s+(?:of|and|for|the|&|[A-Z]\.)){0,2}(?:\s+[A-Z][\w&'-]+)+|[A-Z]+[\w-]*\b)",
    ),
    "number": re.compile(r"\b\d[\d,]*(?:\.\d+)?\b"),
}
# What a text must hold for some kinds to be looked for; nine sentences of ten hold none of it.
_FIGURE: Final = re.compile(r"\d")
_UNIT: Final = re.compile(_UNITS)
_CAPITAL: Final = re.compile("[A-Z]")
_MARK: Final = re.compile(f"{_STANDARDS}|{_CREDENTIALS}|{_TITLES}")


@cache
def _common() -> frozenset[str]:
    text = resources.files("cydscore").joinpath("data/entities.json").read_text("utf-8")
    return frozenset(json.loads(text)["common"])


@lru_cache(maxsize=20_000)  # filers repeat each other's and last year's sentences
def find_entities(text: str) -> frozenset[str]:
    """Return the distinct specific things that a text names, in lower case."""
    found: set[str] = set()
    rest = text
    absent = _find_absent(text)
    for kind, pattern in PATTERNS.items():
        if kind in absent:
            continue
        spans = []
        for match in pattern.finditer(rest):
            entity = " ".join(match[0].lower().split())
            if kind == "name":
                entity = _trim_name(entity)
            if entity:
                found.add(entity)
                spans.append(match.span())
        for start, end in reversed(spans):
            rest = f"{rest[:start]}\n{rest[end:]}"
    return frozenset(found)


def _find_absent(text: str) -> frozenset[str]:
    """Return kinds of entity that a text cannot name."""
    absent: list[str] = []
    if not _FIGURE.search(text):
        absent += ("money", "percent", "date", "number")
        if not _UNIT.search(text.lower()):
            absent.append("duration")
    if not _CAPITAL.search(text, 1):  # all of these have two; but some credentials have one
        absent += ("standard", "person", "name")
        if not _MARK.match(text):
            absent.append("credential")
    elif not _MARK.search(text):
        absent += ("standard", "credential", "person")
    return frozenset(absent)


def count_entities(texts: Iterable[str]) -> int:
    """Return how many distinct entities some texts name together."""
    found: set[str] = set()
    for text in texts:
        found |= find_entities(text)
    return len(found)


@lru_cache(maxsize=20_000)
def _trim_name(entity: str) -> str:
    """Return the part of a capitalised phrase that is a name, or "" where there is none."""
    kept = [word for word in entity.replace("'s", "").split() if word.strip(".,") not in _common()]
    if not kept or (len(kept) == 1 and len(kept[0]) < 3):
        return ""
    return " ".join(kept) if len(kept) > 1 or len(entity.split()) == 1 else kept[0]
