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
    words
        For incident blocks, a pattern of words that an answer uses; None elsewhere.
    """

    element: str
    tags: tuple[str, ...]
    asks_for: str
    words: re.Pattern[str] | None


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
            words=re.compile(row["words"], re.IGNORECASE) if "words" in row else None,
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
