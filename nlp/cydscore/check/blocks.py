"""Hold each text block against what its element asks for.

A softmax decision an element over the tagger's probabilities and a few words, fitted to blocks
read one by one (``cydscore.fit_checker``). No incident block has been labelled, so those are read
by patterns (``check.incident``), with a confidence that says so.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

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
#: Groups of words: pieces of words that tell, and a pattern of what else does. A pattern looks
#: back for the start of a word behind its letters, so that a search leaps from one to the next.
_MENTIONS: Final = tuple(
    (pieces, re.compile(pattern))
    for pieces, pattern in (
        (("directors",), r"board(?<=\bboard)\b"),
        (
            (
                *("officer", "president", "head of", "director of", "manager", "executive"),
                *("steering committee", "management committee"),
            ),
            r"chief(?<=\bchief)\b|c[a-z]o(?<=\b...)\b|c[a-z]{2}o(?<=\b....)\b|team(?<=\bteam)\b",
        ),
        (("report", "inform", "brief", "update", "notif", "escalat", "communicat", "advis"), ""),
        (
            (
                *("experience", "years", "degree", "certif", "expertise", "background"),
                *("qualif", "skills", "knowledge"),
            ),
            "",
        ),
    )
)


def _find_mentions(text: str) -> list[float]:
    """Return 1 or 0 for each group of words that a block's text may mention."""
    lower = text.lower()
    own = [_COMMITTEE in lower, _mentions_board_committee(lower)]
    others = [
        any(map(lower.__contains__, pieces))
        or (bool(pattern.pattern) and pattern.search(lower) is not None)
        for pieces, pattern in _MENTIONS
    ]
    return [float(mentioned) for mentioned in own + others]


def _mentions_board_committee(lower: str) -> bool:
    """Tell whether a committee is named as the board's, looking only around the word."""
    place = lower.find(_COMMITTEE)
    while place >= 0:
        end = place + len(_COMMITTEE) + _REACH_AFTER
        if _BOARD_COMMITTEE.search(lower, max(0, place - _REACH_BEFORE), end):
            return True
        place = lower.find(_COMMITTEE, place + 1)
    return False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """A text-block element that a filing reports.

    Attributes
    ----------
    element
        Local name of the element.
    text
        Its own words (of all its facts, where it is repeated).
    rows, segments
        The rows of the segments that it holds, and the segments.
    """

    element: str
    text: str
    rows: Sequence[int]
    segments: Sequence[Segment]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadBlock:
    """A block held against what every text block of the taxonomy asks for.

    Attributes
    ----------
    block
        The block.
    said
        How surely each of its segments answers each element of `load_block_asks`, and states each
        tag, shape (n_segments, n_elements + n_tags).
    share
        What share of the text answers each element.
    decisions, odds
        For each annual element, a softmax over ``fits``, ``partly`` and ``misfit``, and what it
        says of the block.
    """

    block: Block
    said: Floats
    share: Mapping[str, float]
    decisions: Mapping[str, Softmax]
    odds: Mapping[str, Floats]

    def judge(self, element: str) -> tuple[str, float]:
        """Return whether the text fits an element, and with what confidence in [0, 1]."""
        if element in self.odds:
            return self.decisions[element].choose(self.odds[element])
        if element.startswith(INCIDENT_PREFIX):
            return fits_part(element, self.block.segments), _UNLABELLED_CONFIDENCE
        wanted = self.weigh(element).max(initial=0.0)
        return ("partly" if wanted >= _LEAST_TOPIC else "misfit"), _UNLABELLED_CONFIDENCE

    def weigh(self, element: str) -> Floats:
        """Return how surely each segment answers an element."""
        return self.said[:, _elements().index(element)]

    def weigh_tags(self) -> Floats:
        """Return how surely each segment states each tag."""
        return self.said[:, len(_elements()) :]


@cache
def _elements() -> tuple[str, ...]:
    return tuple(load_block_asks())


@cache
def _labels() -> tuple[tuple[str, ...], ...]:
    """Return the tags that answer each element, then each tag by itself."""
    asked = (ask.tags for ask in load_block_asks().values())
    return (*asked, *((tag,) for tag in tag_names()))


def describe_blocks(
    blocks: Sequence[Block], tagging: Tagging
) -> tuple[NDArray[np.float64], list[Floats]]:
    """Return the features of some blocks, and what their segments say (`ReadBlock.said`).

    Parameters
    ----------
    blocks
        The blocks.
    tagging
        What the tagger says of the segments that they hold, among others.

    Returns
    -------
    tuple
        Features of shape (n_blocks, n_elements, 41): of each block, held against each element.
    """
    n_elements = len(_elements())
    table = tagging.best_of(_labels())
    table = np.vstack([table, np.zeros(table.shape[1])])
    # Behind the segments of each block stands one that says nothing, so that none is empty.
    said = table[[row for block in blocks for row in (*block.rows, -1)]]
    length = np.array([n for b in blocks for n in (*(len(s.text) for s in b.segments), 0)], float)
    ends = list(accumulate((len(block.rows) + 1 for block in blocks), initial=0))
    starts = np.array(ends[:-1], np.intp)
    best = np.maximum.reduceat(said, starts)
    answered = np.add.reduceat(said[:, :n_elements] * length[:, None], starts)
    short = np.array([[len(block.text) < SHORT] for block in blocks], float)
    mentions = np.array([_find_mentions(block.text) for block in blocks])
    alike = [
        np.log1p([[len(block.text), len(block.rows)] for block in blocks]),
        short,
        short * mentions,
        (1 - short) * mentions,
        to_log_odds(best[:, n_elements:]),
    ]
    features = np.empty((len(blocks), n_elements, 2 + sum(part.shape[1] for part in alike)))
    features[:, :, 0] = to_log_odds(best[:, :n_elements])
    features[:, :, 1] = answered / np.maximum(np.add.reduceat(length, starts), 1)[:, None]
    features[:, :, 2:] = np.hstack(alike)[:, None]
    return features, [said[first : last - 1] for first, last in pairwise(ends)]


def read_blocks(
    blocks: Sequence[Block], tagging: Tagging, decisions: Mapping[str, Softmax]
) -> list[ReadBlock]:
    """Return some blocks held against all elements.

    Parameters
    ----------
    blocks, tagging
        As in `describe_blocks`.
    decisions
        One softmax over ``fits``, ``partly`` and ``misfit`` for each annual element.
    """
    if not blocks:
        return []
    features, said = describe_blocks(blocks, tagging)
    odds = {
        element: decisions[element].predict_proba(features[:, place])
        for place, element in enumerate(_elements())
        if element in decisions
    }
    return [
        ReadBlock(
            block=block,
            said=said[number],
            share=dict(zip(_elements(), features[number, :, 1].tolist(), strict=True)),
            decisions=decisions,
            odds={element: rows[number] for element, rows in odds.items()},
        )
        for number, block in enumerate(blocks)
    ]


def check_block(read: ReadBlock) -> BlockCheck:
    """Return the check of one text-block element."""
    element = read.block.element
    fit, confidence = read.judge(element)
    if fit == "misfit":
        belongs_to, weight = _find_home(read), read.weigh_tags().max(axis=1, initial=0.0)
    else:
        belongs_to, weight = None, read.weigh(element)
    best = sorted(enumerate(weight.tolist()), key=lambda row: -row[1])[:N_EVIDENCE]
    return BlockCheck(
        element=element,
        fit=fit,
        confidence=round(confidence, 4),
        reason=_say_why(read, fit),
        belongs_to=belongs_to,
        evidence=tuple(read.block.segments[i].id for i, sure in best if sure >= _LEAST_TOPIC),
    )


def _find_home(read: ReadBlock) -> str | None:
    """Return the element of the same report whose question most of the text answers, or None."""
    element = read.block.element
    incident = element.startswith(INCIDENT_PREFIX)
    best, home = _LEAST_TOPIC, None
    for other in load_block_asks():
        if other == element or other.startswith(INCIDENT_PREFIX) != incident:
            continue
        share = read.share[other]
        if other == PROCESSES_BLOCK:
            share *= _OUTER_WEIGHT
        if share <= best:
            continue
        fit, confidence = read.judge(other)
        if fit == "fits" and confidence >= _LEAST_BELONGING:
            best, home = share, other
    return home


def _say_why(read: ReadBlock, fit: str) -> str:
    element = read.block.element
    asked = load_block_asks()[element].asks_for
    rule = load_elements()[element].rule
    if fit == "fits":
        return f"It says {asked} ({rule})."
    titles = [load_tags()[tag].title.lower() for tag in _topics(read)]
    spoken = f"it speaks of {_join(titles)}" if titles else "it states nothing of the codebook"
    if fit == "partly":
        return f"Part of it says {asked} ({rule}); {spoken}."
    return f"Nothing in it says {asked} ({rule}); {spoken}."


def _topics(read: ReadBlock) -> list[str]:
    """Return up to three tags that the block states most."""
    names = tag_names()
    total = read.weigh_tags().sum(axis=0)
    order = np.argsort(-total, kind="stable")[:3]
    return [names[i] for i in order if total[i] >= _LEAST_TOPIC]


def _join(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
