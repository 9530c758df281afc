"""The codebook: what a segment can state, with each tag's rule, close cases and examples.

The definitions stand in ``data/codebook.json``. A denial is a tag with ``!`` in front.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from cydscore.errors import CorpusError, InputMissingError
from cydscore.taxonomy import flag_names

DENIAL = "!"
#: What readers ask first; every other tag follows in the codebook's order.
FIRST_TAGS = (
    "third_party_audit",
    "certification",
    "ceo_oversight",
    "committee_oversight",
    "incident_occurred",
    "material_impact",
)

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_JSON = {list: "a list", dict: "an object", str: "a string", bool: "true or false"}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """A sentence that does not state a tag although it looks like it.

    Attributes
    ----------
    text
        The sentence.
    why
        Why the tag does not apply, and often which one does.
    """

    text: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One thing that a segment can state.

    Attributes
    ----------
    name
        Identifier used in code, corpora and reports.
    title
        Heading for people.
    definition
        What a segment must say to get the tag.
    rule
        Paragraph of Regulation S-K that asks for it, or None where none does.
    flag
        Local name of the declared flag it tells for or against, or None.
    deniable
        Whether its absence is written with ``!`` in front.
    implies
        Tags that a segment with this one always has too.
    notes
        Rules for close cases.
    states
        Sentences that state it.
    does_not
        Sentences that come near and do not.
    denies
        Sentences that deny it; empty unless deniable.
    """

    name: str
    title: str
    definition: str
    rule: str | None
    flag: str | None
    deniable: bool
    implies: tuple[str, ...]
    notes: tuple[str, ...]
    states: tuple[str, ...]
    does_not: tuple[NearMiss, ...]
    denies: tuple[str, ...]


@cache
def load_tags() -> Mapping[str, Tag]:
    """Return the tags of the packaged codebook by name, in its order."""
    source = resources.files("cydscore").joinpath("data/codebook.json")
    return _parse_codebook(source.read_text("utf-8"), "codebook.json")


def load_codebook(path: str | Path) -> Mapping[str, Tag]:
    """Return the tags of a codebook of one's own, in the shape of the packaged one.

    Raises
    ------
    InputMissingError
        If there is no such file.
    CorpusError
        If it is not a codebook; the message names the tag and the key at fault.
    """
    try:
        text = Path(path).read_text("utf-8")
    except (FileNotFoundError, IsADirectoryError) as error:
        message = f"{path}: no such file; give the path of a codebook in JSON"
        raise InputMissingError(message) from error
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}: not UTF-8 text; save the codebook as UTF-8") from error
    return _parse_codebook(text, str(path))


@cache
def tag_names() -> tuple[str, ...]:
    """Return the names of the packaged tags in the codebook's order."""
    return tuple(load_tags())


@cache
def denial_names() -> tuple[str, ...]:
    """Return ``!tag`` for every packaged tag that can be denied, in the codebook's order."""
    return tuple(DENIAL + tag.name for tag in load_tags().values() if tag.deniable)


@cache
def implied_tags() -> Mapping[str, tuple[str, ...]]:
    """Return, for each packaged tag that implies others, those others."""
    return MappingProxyType({tag.name: tag.implies for tag in load_tags().values() if tag.implies})


def _parse_codebook(text: str, source: str) -> Mapping[str, Tag]:
    try:
        rows = _get(json.loads(text), "tags", list)
    except json.JSONDecodeError as error:
        message = f"{source}, line {error.lineno}: not JSON ({error.msg}); mend it there"
        raise CorpusError(message) from error
    except TypeError as error:
        raise CorpusError(f"{source}: {error}") from error
    if not rows:
        raise CorpusError(f"{source}: 'tags' is empty; define at least one tag")
    tags: dict[str, Tag] = {}
    for number, row in enumerate(rows, 1):
        try:
            tag = _parse_tag(row)
        except TypeError as error:
            raise CorpusError(f"{source}, tag {number}: {error}") from error
        if tag.name in tags:
            raise CorpusError(f"{source}, tag {number}: '{tag.name}' stands twice; rename one")
        tags[tag.name] = tag
    for tag in tags.values():
        for other in tag.implies:
            if other not in tags:
                raise CorpusError(f"{source}: '{tag.name}' implies '{other}', no tag; define it")
    return MappingProxyType(tags)


def _parse_tag(row: object) -> Tag:
    examples = _get(row, "examples", dict)
    name, flag = _get(row, "name", str), _optional(row, "flag")
    if not _NAME.fullmatch(name):
        raise TypeError(f"the name {name!r} is not lower_case with underscores; rename it")
    if flag is not None and flag not in flag_names():
        raise TypeError(f"'{name}' has the flag '{flag}', none of the six; use one or null")
    tag = Tag(
        name=name,
        title=_get(row, "title", str),
        definition=_get(row, "definition", str),
        rule=_optional(row, "rule"),
        flag=flag,
        deniable=_get(row, "deniable", bool),
        implies=_texts(row, "implies"),
        notes=_texts(row, "notes"),
        states=_texts(examples, "states"),
        does_not=tuple(
            NearMiss(text=_get(miss, "text", str), why=_get(miss, "why", str))
            for miss in _get(examples, "does_not", list)
        ),
        denies=_texts(examples, "denies"),
    )
    if tag.denies and not tag.deniable:
        raise TypeError(f"'{name}' has denials but is not deniable; set 'deniable' to true")
    return tag


def _get(row: object, key: str, kind: type[_T]) -> _T:
    if not isinstance(row, dict) or key not in row:
        raise TypeError(f"no '{key}' in {row!r:.40}; add it as in the packaged codebook.json")
    value = row[key]
    if not isinstance(value, kind):
        raise TypeError(f"'{key}' is {value!r:.40}; write {_JSON[kind]}")
    return value


def _optional(row: object, key: str) -> str | None:
    absent = isinstance(row, dict) and key in row and row[key] is None
    return None if absent else _get(row, key, str)


def _texts(row: object, key: str) -> tuple[str, ...]:
    return tuple(_get({key: item}, key, str) for item in _get(row, key, list))
