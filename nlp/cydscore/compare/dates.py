"""Find dates in a filing that belong to an earlier year than the one it reports on."""

import re
from datetime import date, timedelta
from typing import Final

_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_MONTH: Final = "|".join(_MONTHS)
_YEAR: Final = r"(?:19|20)\d\d"
#: What makes a date the date of a statement rather than of an event that it tells.
_DAY: Final = (
    rf"(?:(?P<month>{_MONTH})\s*(?P<day>\d{{1,2}})|(?P<day2>\d{{1,2}})\s*(?P<month2>{_MONTH}))"
    rf"\s*,?\s*(?P<year>{_YEAR})\b"
)
_AS_OF: Final = re.compile(rf"\bas (?:of|at)\s+(?:the\s+)?{_DAY}", re.IGNORECASE)
_YEAR_ENDED: Final = re.compile(
    rf"\b(?:years?|period|fiscal)\s+(?:ended|ending)\s+(?:on\s+)?{_DAY}", re.IGNORECASE
)
_IN_YEAR: Final = re.compile(
    rf"\b(?:during|in|for|throughout)\s+(?:the\s+|our\s+)?"
    rf"(?:(?:calendar|fiscal|financial|reporting)\s+)?(?:year\s+)?(?P<year>{_YEAR})\b",
    re.IGNORECASE,
)
#: The year in such a sentence is that of something told, not of the statement.
_EVENT: Final = re.compile(
    r"\b(?:other than|except|apart from|since|established|formed|introduced|implemented|launched"
    r"|completed|obtained|joined|appointed|named|adopted|certified|updated)\b"
    rf"|\b(?:from|after|following) (?:(?:{_MONTH}|fiscal|the|year)\b[ \d,]*)*{_YEAR}",
    re.IGNORECASE,
)
_ANY_YEAR: Final = re.compile(rf"\b{_YEAR}\b")
#: A filing's date lies up to some months behind its period end, so that last year's is this old.
_STALE: Final = timedelta(days=200)
_SECOND_HALF: Final = 6


def find_stale_date(text: str, period_end: str | None, *, denial: bool) -> str | None:
    """Return the words of a date that dates a statement to an earlier year, or None.

    Parameters
    ----------
    text
        A sentence of the filing.
    period_end
        The filing's period end, ISO date; without it nothing is stale.
    denial
        Whether the sentence denies incidents or their effect: then "during 2023" dates it too.

    Notes
    -----
    A sentence that names a later year as well (2024, 2023 and 2022) compares years and is not
    stale; neither is one that tells of an event, or since when something holds.
    """
    end = _parse(period_end)
    if end is None or _EVENT.search(text):
        return None
    years = [int(match[0]) for match in _ANY_YEAR.finditer(text)]
    if not years or max(years) >= end.year:
        return None
    for pattern in (_AS_OF, _YEAR_ENDED) if denial else (_AS_OF,):
        for match in pattern.finditer(text):
            day = _make_date(match)
            if day is not None and day < end - _STALE:
                return match[0]
    if not denial:
        return None
    newest = end.year - 1 if end.month >= _SECOND_HALF else end.year - 2
    for match in _IN_YEAR.finditer(text):
        if int(match["year"]) <= newest and match["year"] == str(max(years)):
            return match[0]
    return None


def _parse(period_end: str | None) -> date | None:
    try:
        return date.fromisoformat(period_end or "")
    except ValueError:
        return None


def _make_date(match: re.Match[str]) -> date | None:
    try:
        month = _MONTHS.index((match["month"] or match["month2"]).lower()) + 1
        return date(int(match["year"]), month, int(match["day"] or match["day2"]))
    except ValueError:
        return None
