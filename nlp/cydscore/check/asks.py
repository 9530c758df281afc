"""What each element asks for, in tags of the codebook; the table stands in ``data/asks.json``."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What one element asks for.

    Attributes
    ----------
    element
        Local name of a flag or a text block.
    tags
        Tags that answer it.
    asks_for
        The question in words; "" for flags.
    """

    element: str
    tags: tuple[str, ...]
    asks_for: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of Item 106 that every annual report must answer.

    Attributes
    ----------
    id
        Identifier, as the score names it too.
    asks
        The question in words.
    cites
        Paragraph that asks it.
    tags
        Tags that answer it, as their denials do.
    moot
        Labels with which it falls away.
    blocks
        Text blocks in which its answer would stand.
    """

    id: str
    asks: str
    cites: str
    tags: tuple[str, ...]
    moot: tuple[str, ...]
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Something that a text cannot both state and deny.

    Attributes
    ----------
    says
        What is stated and denied.
    cites
        Paragraph that asks for it.
    states, denies
        Labels of sentences that state it and that deny it.
    """

    says: str
    cites: str
    states: tuple[str, ...]
    denies: tuple[str, ...]


@cache
def _table() -> Mapping[str, Any]:
    text = resources.files("cydscore").joinpath("data/asks.json").read_text("utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table


def _read_asks(part: str) -> Mapping[str, Ask]:
    return {
        row["element"]: Ask(
            element=row["element"],
            tags=tuple(row["tags"]),
            asks_for=row.get("asks_for", ""),
        )
        for row in _table()[part]
    }


@cache
def load_block_asks() -> Mapping[str, Ask]:
    """Return what each text block asks for, annual elements first, in the order of the rule."""
    return _read_asks("blocks")


@cache
def load_flag_asks() -> Mapping[str, Ask]:
    """Return what tells for each yes-or-no flag, in the order of the rule."""
    return _read_asks("flags")


@cache
def material_tags() -> tuple[str, ...]:
    """Return the tags that bear on the flag on material effect."""
    return tuple(_table()["material"])


@cache
def load_questions() -> tuple[Question, ...]:
    """Return the questions of Item 106 that every annual report must answer, in its order."""
    return tuple(
        Question(
            id=row["id"],
            asks=row["asks"],
            cites=row["cites"],
            tags=tuple(row["tags"]),
            moot=tuple(row["moot"]),
            blocks=tuple(row["blocks"]),
        )
        for row in _table()["questions"]
    )


@cache
def load_contradictions() -> tuple[Topic, ...]:
    """Return what a text cannot both state and deny."""
    return tuple(
        Topic(**{**row, "states": tuple(row["states"]), "denies": tuple(row["denies"])})
        for row in _table()["contradictions"]
    )


@cache
def load_pattern(name: str) -> re.Pattern[str]:
    """Return a pattern of words.

    Parameters
    ----------
    name
        ``planned``, of what is not so yet; ``partial``, of what is denied in part only;
        ``pointer``, of what sends the reader elsewhere.
    """
    return re.compile(_table()[name], re.IGNORECASE)


@cache
def load_negation() -> Mapping[str, Any]:
    """Return the patterns of negations that a tagger passes over."""
    negation: Mapping[str, Any] = _table()["negation"]
    return negation
