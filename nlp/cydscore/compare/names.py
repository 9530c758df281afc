"""Find what a filing names: positions, board committees, persons, cadences, years of experience.

The words looked for stand in ``data/compare_words.json``.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

_NUMBERS: Final = {
    word: number
    for number, word in enumerate(
        (
            *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
            *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
            *("eighteen", "nineteen"),
        ),
        1,
    )
}
_TENS: Final = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_SPELT: Final = rf"(?:(?:{'|'.join(_TENS)})[- ]?)?(?:{'|'.join(_NUMBERS)})?"
_YEARS: Final = re.compile(
    rf"\b(\d{{1,3}}|{_SPELT})\+?(?:\s*\(\d{{1,3}}\))?\+?[- ]years?\b(?!\s+(?:ended|old))",
    re.IGNORECASE,
)
_PERSON: Final = re.compile(
    r"\b(?:Mr|Ms|Mrs|Dr)\.?\s+((?:(?:[A-Z][a-z]?\.|[A-Z][\w'’-]+)\s+){0,2}[A-Z][a-z'’][\w'’-]*)"
)
_CHIEF: Final = re.compile(
    r"\bchief ((?:[a-z-]+(?: and | & |, | )){0,4}?[a-z-]+) officer\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often something is done.

    Attributes
    ----------
    name
        In a word, for instance ``quarterly``.
    a_year
        Times a year.
    """

    name: str
    a_year: int


@cache
def _words() -> Mapping[str, Any]:
    text = resources.files("cydscore").joinpath("data/compare_words.json").read_text("utf-8")
    words: Mapping[str, Any] = json.loads(text)
    return words


@cache
def _position_patterns() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    return tuple(
        (
            row["name"],
            re.compile(rf"\b(?:{row['spelt']})s?\b", re.IGNORECASE),
            re.compile(rf"\b(?:{row['short']})s?\b"),
        )
        for row in _words()["positions"]
    )


@cache
def _head_pattern() -> re.Pattern[str]:
    heads = _words()["heads"]
    titles, fields = heads["titles"], heads["fields"]
    return re.compile(
        rf"\b{titles},? (?:of|for|-) (?:our |the |global |corporate )?(?P<of>{fields})\b"
        rf"|\b(?P<before>{fields}) (?:director|manager)\b",
        re.IGNORECASE,
    )


@cache
def _committee_pattern() -> re.Pattern[str]:
    word = rf"(?:{'|'.join(_words()['committees'])})"
    name = rf"{word}(?:(?:,? and |,? & |, | ){word}){{0,4}}"
    return re.compile(rf"\b({name}) committees?\b", re.IGNORECASE)


@cache
def _cadence_patterns() -> tuple[tuple[Cadence, re.Pattern[str]], ...]:
    return tuple(
        (
            Cadence(name=row["name"], a_year=row["a_year"]),
            re.compile(row["words"], re.IGNORECASE),
        )
        for row in _words()["cadences"]
    )


def find_positions(text: str) -> list[str]:
    """Return the positions that a text names, each once, by the name in the table of words."""
    found: dict[str, None] = {}
    for name, spelt, short in _position_patterns():
        if spelt.search(text) or short.search(text):
            found.setdefault(name)
        text = spelt.sub(" ", text)
    for match in _CHIEF.finditer(text):
        found.setdefault(f"chief {match[1].lower()} officer")
    for match in _head_pattern().finditer(text):
        field = (match["of"] or match["before"]).lower().replace("cyber security", "cybersecurity")
        field = {"it": "information technology", "it security": "information security"}.get(
            field, field
        )
        found.setdefault(f"head of {field}")
    return list(found)


def find_committees(text: str) -> list[str]:
    """Return the committees that a text names, in lower case, each once."""
    names = (
        match[1].lower().replace(" & ", " and ") for match in _committee_pattern().finditer(text)
    )
    return list(dict.fromkeys(f"{re.sub(r',? and ', ' and ', name)} committee" for name in names))


def find_persons(text: str) -> list[str]:
    """Return the surnames of persons who are named with a title (Mr., Ms., Dr. …), each once."""
    return list(dict.fromkeys(_strip(match[1].split()[-1]) for match in _PERSON.finditer(text)))


def find_cadences(text: str) -> list[Cadence]:
    """Return how often things are done by a text, most often first, each cadence once."""
    return [cadence for cadence, words in _cadence_patterns() if words.search(text)]


def find_years(text: str) -> list[int]:
    """Return the numbers of years that a text speaks of, in its order."""
    return [_read_number(match[1].lower()) for match in _YEARS.finditer(text) if match[1]]


def _read_number(word: str) -> int:
    if word.isdigit():
        return int(word)
    tens = next((name for name in _TENS if word.startswith(name)), "")
    rest = word.removeprefix(tens).strip("- ")
    return _TENS.get(tens, 0) + _NUMBERS.get(rest, 0)


def _strip(name: str) -> str:
    return re.sub(r"['’]?s?$", "", name) if re.search(r"['’]s?$", name) else name
