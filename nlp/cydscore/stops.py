"""Tell whether a full stop, question mark or the like ends a sentence.

The word lists stand in ``data/splitter.json``, each with its reason.
"""

import json
import re
from importlib import resources
from typing import Final

WORDS: Final[dict[str, frozenset[str]]] = {
    name: frozenset(entry["words"])
    for name, entry in json.loads(
        resources.files("cydscore").joinpath("data/splitter.json").read_text("utf-8")
    ).items()
}
_NEVER_FINAL = WORDS["never_final"]
_BEFORE_FIGURE = WORDS["before_figure"]
_SOMETIMES_FINAL = WORDS["sometimes_final"]
_STARTERS = WORDS["starters"]
_PART_STARTERS = _STARTERS - WORDS["part_titles"]
_GOES_ON = WORDS["goes_on"]
_OPENERS = "(“\"‘'["

# Bullets: glyphs anywhere before a space (the private-use ones are Symbol and Wingdings), and
# characters that are bullets only at the head of a line or after a stop, colon or semicolon.
GLYPHS = "•●▪■◦‣⁃○□◆◇➢➤►▶✓✔→⮚❖\uf02d\uf06e\uf071\uf076\uf0a7\uf0a8\uf0b7\uf0d8\uf0e0\uf0fc"
BULLET = re.compile(rf"(?:[{GLYPHS}]\s*|(?:[-–—*·§Ø]|o(?=\s+[^\W\d_]))\s+)+")

# What follows the first mark of a stop.
STOP_TAIL = (
    r"[.?!…]*(?P<closers>[)\]\"”’'»]*)"
    r"(?P<note>\(\d{1,2}\)|\d{1,2}|[¹²³⁴⁵⁶⁷⁸⁹*†‡]+)?(?P<stop>\s*)(?=\S)"
)
MARK = r"(?:\d{1,3}|[ivxlc]{1,5}|[A-Za-z])"
ENUMERATOR = re.compile(rf"\({MARK}\)|{MARK}[.)]\s")
_ENUMERATOR_TOKEN = re.compile(MARK)

WORD = re.compile(r"[\"“‘'(\[]*([^\W\d_]+)")
_FUSED_WORD = re.compile(r"([A-Z][A-Za-z]+|A)(?=[\s,'’])")
_LOWER_BRAND = re.compile(r"[a-z]{1,2}[A-Z]\w+")
_DOTTED = re.compile(r"(?:[A-Za-z]{1,4}\.)+[A-Za-z]{1,3}")

# A numbered part of a report, letters split or not ("Item 1A", "Item1C", "IT E M 1C").
_SPACED_PARTS = "|".join(r"\s?".join(word) for word in sorted(WORDS["numbered_parts"]))
_PART = re.compile(
    rf"\b(?i:{_SPACED_PARTS})(?:\s*\d{{1,2}}\s?\.?[A-Za-z]?(?:\.?[A-Z\d]{{1,2}})?"
    r"|\s+(?:[IVX]{1,4}|[A-Z]))\s?$"
)
# "Item 3. Key Information - D. Risk Factors" of Form 20-F, however its parts are joined.
_RISK_FACTORS_NUMBER = re.compile(r"(?:.*[^A-Za-z])?D|1A")

# Letters in the longest enumerator or number of a part; a longer word is neither.
_LONGEST_MARK = 5
# How far back the token before a stop is looked for, in characters.
_TOKEN_REACH = 60


def ends_sentence(line: str, start: int, match: re.Match[str]) -> bool:
    """Tell whether a stop ends the sentence that begins at ``start``.

    Parameters
    ----------
    line
        One line of text.
    start
        Where the segment that holds the stop begins.
    match
        A match of a mark and ``STOP_TAIL`` in the line; at its end the next sentence would begin.
    """
    stop, following = match.start(), match.end()
    token = _last_token(line, start, stop)
    if match.start("stop") == following:
        return _ends_fused(line, token, match)
    found = WORD.match(line, following)
    word = found[1] if found else ""
    if line[stop] == "." and not match["closers"]:
        may_end = _may_be_final(line, start, stop, token, word or line[following])
    else:
        may_end = line[stop] != "!" or token not in WORDS["exclaiming_names"]
    note = match["note"]
    if not may_end or (note and note.isdecimal() and not token[-1:].isalpha()):
        return False
    return line[following].isupper() or _may_begin(line, match, word)


def _may_begin(line: str, match: re.Match[str], word: str) -> bool:
    """Tell whether a sentence or list item that has no capital may begin after the stop."""
    following = match.end()
    first = line[following]
    if BULLET.match(line, following):
        return True
    if first.islower():
        is_gap = following - match.start("stop") > 1
        is_marked = _LOWER_BRAND.match(line, following) or ENUMERATOR.match(line, following)
        return is_marked is not None or (is_gap and word not in _GOES_ON)
    if first == "(" and word[:1].islower():
        return ENUMERATOR.match(line, following) is not None
    return first.isalnum() or first in _OPENERS or first in "$<"


def _last_token(line: str, start: int, stop: int) -> str:
    words = line[max(start, stop - _TOKEN_REACH) : stop].rsplit(None, 1)
    if not words or line[stop - 1].isspace():
        return ""
    return words[-1].lstrip(_OPENERS)


def _may_be_final(line: str, start: int, stop: int, token: str, word: str) -> bool:
    """Tell whether a full stop between ``token`` and ``word`` may end a sentence."""
    key = token.lower()
    if key in _NEVER_FINAL or (key in _BEFORE_FIGURE and word[0].isdigit()):
        return False
    if key in _SOMETIMES_FINAL or ("." in token and _DOTTED.fullmatch(token)):
        return word in _STARTERS
    if len(token) > _LONGEST_MARK and token.isalpha():
        return True
    return _may_mark_be_final(line, start, stop, token, word)


def _may_mark_be_final(line: str, start: int, stop: int, token: str, word: str) -> bool:
    """Tell the same of a token that may be an enumerator, a number of a part or an initial."""
    before = line[max(start, stop - _TOKEN_REACH) : stop]
    if _ENUMERATOR_TOKEN.fullmatch(token):
        lead = before[: len(before) - len(token)].rstrip(" (")
        if not lead or lead[-1] in ":;" or lead in {"and", "or"}:
            return False
    part = _PART.search(before)
    if part:
        is_heading = stop - len(before) + part.start() <= start + 1
        return not is_heading and word in _PART_STARTERS
    if word == "Risk" and _RISK_FACTORS_NUMBER.fullmatch(token):
        return False
    is_initial = len(token) == 1 and token.isupper()
    return not is_initial or word in _STARTERS


def _ends_fused(line: str, token: str, match: re.Match[str]) -> bool:
    """Tell whether a stop without a space after it ends a sentence ("efforts.In addition")."""
    found = _FUSED_WORD.match(line, match.end()) if token and not match["note"] else None
    if not found or found[1] in WORDS["domain_endings"]:
        return False
    if match["closers"] or token[-1] in ')]”"’':
        return True
    if token.lower() in _NEVER_FINAL or not re.sub("[-’']", "", token).isalnum():
        return False
    return len(token) > 2 if token[-1].islower() else found[1] in _PART_STARTERS
