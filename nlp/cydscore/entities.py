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
        rf"\b(?:\d+|{_COUNTS})\+?[\s-](?:hours?|days?|weeks?|months?|years?|minutes?|decades?)\b"
        r"|\b24\s?[/x]\s?7(?:\s?[/x]\s?365)?\b",
        re.IGNORECASE,
    ),
    "standard": re.compile(
        r"\b(?:NIST|ISO(?:/IEC)?|IEC|SOC|PCI|HITRUST|HIPAA|CMMC|FedRAMP|COBIT|CIS|FFIEC|NYDFS"
        r"|NERC|COSO|ITIL|MITRE|TISAX|FAIR|GLBA|SOX|GDPR)\b(?:[\s-](?:\d[\d.:-]*|CSF|DSS|AI|Type))*"
    ),
    "credential": re.compile(
        r"\b(?:CISSP|CISM|CISA|CRISC|CGEIT|CEH|GIAC|CCSP|CIPP(?:/\w+)?|CPA|MBA|CDPSE|QTE|CERT"
        r"|Security\+|Ph\.?D|B\.?Sc?|M\.?Sc|Bachelors?|Masters?|Doctorate)\b(?!\s+Card)",
    ),
    "person": re.compile(r"\b(?:Mr|Ms|Mrs|Dr|Messrs)\.?\s+[A-Z][\w'-]+"),
    "name": re.compile(
        # A word ends after a hundred characters: a longer one is a blob, and must not take hours.
        r"\b[A-Z](?=[\w&'-]{0,99}[a-z])[\w&'-]{0,99}+(?:\s+(?:of|and|for|the|&|[A-Z]\.)){0,2}"
        r"(?:\s+[A-Z][\w&'-]+)+|\b[A-Z]{2,}[\w-]*\b",
    ),
    "number": re.compile(r"\b\d[\d,]*(?:\.\d+)?\b"),
}
#: Kinds that hold a digit, which nine sentences of ten do not.
_OF_FIGURES: Final = frozenset(("money", "percent", "date", "number"))
_DIGIT: Final = re.compile(r"\d")


@cache
def _common() -> frozenset[str]:
    text = resources.files("cydscore").joinpath("data/entities.json").read_text("utf-8")
    return frozenset(json.loads(text)["common"])


@lru_cache(maxsize=20_000)  # filers repeat each other's and last year's sentences
def find_entities(text: str) -> frozenset[str]:
    """Return the distinct specific things that a text names, in lower case."""
    found: set[str] = set()
    rest = text
    without_figures = _DIGIT.search(text) is None
    for kind, pattern in PATTERNS.items():
        if without_figures and kind in _OF_FIGURES:
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


def count_entities(texts: Iterable[str]) -> int:
    """Return how many distinct entities some texts name together."""
    found: set[str] = set()
    for text in texts:
        found |= find_entities(text)
    return len(found)


def _trim_name(entity: str) -> str:
    """Return the part of a capitalised phrase that is a name, or "" where there is none."""
    kept = [word for word in entity.replace("'s", "").split() if word.strip(".,") not in _common()]
    if not kept or (len(kept) == 1 and len(kept[0]) < 3):
        return ""
    return " ".join(kept) if len(kept) > 1 or len(entity.split()) == 1 else kept[0]
