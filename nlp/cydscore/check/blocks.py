"""Hold each text block against what its element asks for.

A softmax decision an element over the tagger's probabilities and a few words, fitted to blocks
read one by one (``cydscore.fit_checker``). No incident block has been labelled, so those are read
by patterns (``check.incident``), with a confidence that says so.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from cydscore.check.asks import load_block_asks
from cydscore.check.decide import Floats, Softmax, to_log_odds
from cydscore.check.incident import fits_part
from cydscore.records import BlockCheck, Segment, Tagging
from cydscore.tags import load_tags, tag_names
from cydscore.taxonomy import INCIDENT_PREFIX, PROCESSES_BLOCK, load_elements

FITS: Final = ("fits", "partly", "misfit")
N_EVIDENCE: Final = 3
# A block shorter than this names somebody or something rather than saying a sentence.
SHORT: Final = 70
_LEAST_BELONGING: Final = 0.5
_LEAST_TOPIC: Final = 0.3
_UNLABELLED_CONFIDENCE: Final = 0.6
#: The outermost block asks for so much that it would win over a block that asks for one thing.
_OUTER_WEIGHT: Final = 0.8

# Words that tell in a block of a few words, where tags of whole sentences do not; in lower case.
_COMMITTEE: Final = "committee"
_BOARD_COMMITTEE: Final = re.compile(
    r"\b(?:audit|risk|nominating|governance|board|technology|directors)\b[\w ,&']{0,60}"
    r"committee|committee[\w ]{0,20} (?:of|the) (?:our |the )?board"
)
_REACH_BEFORE: Final = 70
_REACH_AFTER: Final = 45
_MENTIONS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bboard\b|directors",
        (
            r"\bchief\b|officer|\bc[a-z]{1,2}o\b|president|head of|director of|manager|"
            r"steering committee|management committee|\bteam\b|executive"
        ),
        r"report|inform|brief|update|notif|escalat|communicat|advis",
        r"experience|years|degree|certif|expertise|background|qualif|skills|knowledge",
    )
)


@lru_cache(maxsize=64)  # a block is described once for each element that it may belong to
def _find_mentions(text: str) -> tuple[float, ...]:
    """Return 1 or 0 for each group of words that a block's text may mention."""
    lower = text.lower()
    own = [_COMMITTEE in lower, _mentions_board_committee(lower)]
    return tuple(map(float, (*own, *(bool(words.search(lower)) for words in _MENTIONS))))


def _mentions_board_committee(lower: str) -> bool:
    """Tell whether a committee is named as the board's, looking only around the word."""
    place = lower.find(_COMMITTEE)
    while place >= 0:
        end = place + len(_COMMITTEE) + _REACH_AFTER
        if _BOARD_COMMITTEE.search(lower, max(0, place - _REACH_BEFORE), end):
            return True
        place = lower.find(_COMMITTEE, place + 1)
    return False


def describe_block(
    element: str, text: str, segments: Sequence[Segment], tagging: Tagging
) -> Floats:
    """Return the features of one block, shape (41,).

    Parameters
    ----------
    element
        The element that it is held against.
    text
        The block's own words.
    segments, tagging
        The segments that the block holds, and what the tagger says of them.
    """
    wanted, share = _answer(element, segments, tagging)
    short = float(len(text) < SHORT)
    mentions = np.array(_find_mentions(text))
    tags = tagging.columns(tag_names())
    return np.concatenate(
        [
            to_log_odds(np.array([wanted])),
            [share, np.log1p(len(text)), np.log1p(len(segments)), short],
            short * mentions,
            (1 - short) * mentions,
            to_log_odds(tags.max(axis=0, initial=0.0)),
        ]
    )


def check_block(
    element: str,
    text: str,
    segments: Sequence[Segment],
    tagging: Tagging,
    decisions: Mapping[str, Softmax],
) -> BlockCheck:
    """Return the check of one text-block element.

    Parameters
    ----------
    element
        Local name of the element.
    text
        The block's own words (of all its facts, where it is repeated).
    segments, tagging
        The segments that the block holds, and what the tagger says of them.
    decisions
        One softmax over ``fits``, ``partly`` and ``misfit`` for each annual element.
    """
    fit, confidence = judge_fit(element, text, segments, tagging, decisions)
    belongs_to = None
    if fit == "misfit":
        belongs_to = _find_home(element, text, segments, tagging, decisions)
    wanted = load_block_asks()[element].tags if fit != "misfit" else tag_names()
    weight = tagging.any_of(wanted)
    order = np.argsort(-weight, kind="stable")[:N_EVIDENCE]
    return BlockCheck(
        element=element,
        fit=fit,
        confidence=round(confidence, 4),
        reason=_say_why(element, fit, tagging),
        belongs_to=belongs_to,
        evidence=tuple(segments[i].id for i in order if weight[i] >= _LEAST_TOPIC),
    )


def judge_fit(
    element: str,
    text: str,
    segments: Sequence[Segment],
    tagging: Tagging,
    decisions: Mapping[str, Softmax],
) -> tuple[str, float]:
    """Return whether a text fits an element, and with what confidence in [0, 1]."""
    if element in decisions:
        decision = decisions[element]
        odds = decision.predict_proba([describe_block(element, text, segments, tagging)])[0]
        best = int(odds.argmax())
        return decision.classes[best], float(odds[best])
    if element.startswith(INCIDENT_PREFIX):
        return fits_part(element, segments), _UNLABELLED_CONFIDENCE
    wanted, _ = _answer(element, segments, tagging)
    return ("partly" if wanted >= _LEAST_TOPIC else "misfit"), _UNLABELLED_CONFIDENCE


def _answer(element: str, segments: Sequence[Segment], tagging: Tagging) -> tuple[float, float]:
    """Return how surely the best segment answers the element, and what share of the text does."""
    if not segments:
        return 0.0, 0.0
    answers = tagging.any_of(load_block_asks()[element].tags)
    length = np.array([len(segment.text) for segment in segments], dtype=np.float64)
    return float(answers.max()), float(answers @ length / length.sum())


def _find_home(
    element: str,
    text: str,
    segments: Sequence[Segment],
    tagging: Tagging,
    decisions: Mapping[str, Softmax],
) -> str | None:
    """Return the element of the same report whose question most of the text answers, or None."""
    incident = element.startswith(INCIDENT_PREFIX)
    best, home = _LEAST_TOPIC, None
    for other in load_block_asks():
        if other == element or other.startswith(INCIDENT_PREFIX) != incident:
            continue
        _, share = _answer(other, segments, tagging)
        if other == PROCESSES_BLOCK:
            share *= _OUTER_WEIGHT
        if share <= best:
            continue
        fit, confidence = judge_fit(other, text, segments, tagging, decisions)
        if fit == "fits" and confidence >= _LEAST_BELONGING:
            best, home = share, other
    return home


def _say_why(element: str, fit: str, tagging: Tagging) -> str:
    asked = load_block_asks()[element].asks_for
    rule = load_elements()[element].rule
    if fit == "fits":
        return f"It says {asked} ({rule})."
    titles = [load_tags()[tag].title.lower() for tag in _topics(tagging)]
    spoken = f"it speaks of {_join(titles)}" if titles else "it states nothing of the codebook"
    if fit == "partly":
        return f"Part of it says {asked} ({rule}); {spoken}."
    return f"Nothing in it says {asked} ({rule}); {spoken}."


def _topics(tagging: Tagging) -> list[str]:
    """Return up to three tags that the block states most."""
    names = tag_names()
    total = tagging.columns(names).sum(axis=0)
    order = np.argsort(-total, kind="stable")[:3]
    return [names[i] for i in order if total[i] >= _LEAST_TOPIC]


def _join(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
