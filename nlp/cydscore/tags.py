"""The codebook: what a segment can state, with each tag's rule, close cases and examples.

The packaged definitions stand in ``data/codebook.json``; a corpus may bring its own in the same
form. A denial is a tag with ``!`` in front.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, TypeVar, cast

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

#: What a codebook of one's own writes under ``extends``, to add its tags to the packaged ones.
PACKAGED: Final = "packaged"

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_N_NAMED: Final = 3
_EXAMPLES: Final = ("states", "does_not", "denies")
_KEYS: Final = (
    *("name", "title", "definition", "rule", "flag", "deniable", "implies", "notes"),
    "examples",
)
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
        Identifier used in code, corpora and reports: lower case, with underscores.
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

    Raises
    ------
    CorpusError
        If the name is none, or it has denials and is not deniable.
    """

    name: str
    title: str
    definition: str
    rule: str | None = None
    flag: str | None = None
    deniable: bool = False
    implies: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    does_not: tuple[NearMiss, ...] = ()
    denies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise CorpusError(
                f"the name {self.name!r:.40} is not lower_case with underscores; rename it"
            )
        if self.denies and not self.deniable:
            raise CorpusError(
                f"'{self.name}' has denials but is not deniable; set 'deniable' to true"
            )


class Codebook(Mapping[str, Tag]):
    """Tags by name, in an order that is that of labels everywhere; it never changes.

    Parameters
    ----------
    tags
        The tags.

    Attributes
    ----------
    names
        The names of the tags.
    denials
        ``!tag`` for every tag that can be denied.
    labels
        What a tagger can say of a segment: the names, then the denials.
    implied
        For each tag that implies others, all of those, also what they imply in turn.

    Raises
    ------
    CorpusError
        If there is no tag, one stands twice, or one that is implied is none.
    """

    def __init__(self, tags: Iterable[Tag]) -> None:
        self._tags: dict[str, Tag] = {}
        for tag in tags:
            if tag.name in self._tags:
                raise CorpusError(f"'{tag.name}' stands twice; rename one")
            self._tags[tag.name] = tag
        if not self._tags:
            raise CorpusError("'tags' is empty; define at least one tag")
        for tag in self.values():
            for other in tag.implies:
                if other not in self:
                    raise CorpusError(f"'{tag.name}' implies '{other}', no tag; define it")
        self.names = tuple(self)
        self.denials = tuple(DENIAL + tag.name for tag in self.values() if tag.deniable)
        self.labels = self.names + self.denials
        self.implied = {tag.name: self._follow(tag) for tag in self.values() if tag.implies}

    def __getitem__(self, name: str) -> Tag:
        return self._tags[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tags)

    def __len__(self) -> int:
        return len(self._tags)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Codebook) and tuple(self.values()) == tuple(other.values())

    def __hash__(self) -> int:
        return hash(tuple(self.values()))

    def __repr__(self) -> str:
        return f"<Codebook of {', '.join(self)}>"

    def _follow(self, tag: Tag) -> tuple[str, ...]:
        found: list[str] = []
        waiting = list(tag.implies)
        while waiting:
            name = waiting.pop(0)
            if name not in (*found, tag.name):
                found.append(name)
                waiting += self[name].implies
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """Return the tags as plain data, in the form that `parse_codebook` reads."""
        rows = [asdict(tag) for tag in self.values()]
        for row in rows:
            row["examples"] = {key: row.pop(key) for key in _EXAMPLES}
        return {"tags": rows}


@cache
def load_tags() -> Codebook:
    """Return the packaged codebook."""
    source = resources.files("cydscore").joinpath("data/codebook.json")
    return parse_codebook(source.read_text("utf-8"), "codebook.json")


def load_codebook(path: str | Path) -> Codebook:
    """Return a codebook of one's own, in the form of the packaged one.

    Parameters
    ----------
    path
        The file.

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
    return parse_codebook(text, str(path))


def tag_names() -> tuple[str, ...]:
    """Return the names of the packaged tags in the codebook's order."""
    return load_tags().names


def denial_names() -> tuple[str, ...]:
    """Return ``!tag`` for every packaged tag that can be denied, in the codebook's order."""
    return load_tags().denials


def find_title(name: str) -> str:
    """Return the title of a packaged tag, or of another its name, for reports hold no codebook.

    Parameters
    ----------
    name
        The tag.
    """
    known = load_tags().get(name)
    return known.title if known else name


def describe_lacking(codebook: Codebook) -> str:
    """Return which packaged labels a codebook lacks, in words; "" where it has them all.

    Flags are judged and scores are made from all of them.

    Parameters
    ----------
    codebook
        The codebook.
    """
    return name_some([label for label in load_tags().labels if label not in codebook.labels])


def name_some(labels: Sequence[str]) -> str:
    """Return the first of some labels and how many more there are, in words.

    Parameters
    ----------
    labels
        The labels.
    """
    more = len(labels) - _N_NAMED
    return ", ".join(labels[:_N_NAMED]) + (f" and {more} more" if more > 0 else "")


def parse_codebook(text: str, source: str) -> Codebook:
    """Return the codebook that a JSON text holds.

    Parameters
    ----------
    text
        An object with ``tags``, and with ``extends`` where they are added to the packaged ones.
    source
        What errors call the text.

    Raises
    ------
    CorpusError
        If it is not a codebook; the message names the tag and the key at fault.
    """
    try:
        data = json.loads(text)
        rows, base = _get(data, "tags", list), _find_base(data)
    except json.JSONDecodeError as error:
        message = f"{source}, line {error.lineno}: not JSON ({error.msg}); mend it there"
        raise CorpusError(message) from error
    except (TypeError, RecursionError) as error:
        raise CorpusError(f"{source}: {error}") from error
    tags: list[Tag] = []
    for number, row in enumerate(rows, 1):
        try:
            tags.append(_parse_tag(row, base))
        except (TypeError, CorpusError) as error:
            raise CorpusError(f"{source}, tag {number}: {error}") from error
    try:
        return Codebook((*base.values(), *tags) if tags else ())
    except CorpusError as error:
        raise CorpusError(f"{source}: {error}") from error


def _find_base(data: Mapping[str, Any]) -> Mapping[str, Tag]:
    """Return the tags that a codebook adds its own to."""
    base = data.get("extends")
    if base not in (None, PACKAGED):
        raise TypeError(f"'extends' is {base!r:.40}; write \"{PACKAGED}\" or leave it out")
    return load_tags() if base else {}


def _parse_tag(row: object, base: Mapping[str, Tag]) -> Tag:
    name, examples = _get(row, "name", str), _get(row, "examples", dict, {})
    _refuse_others(cast("dict[str, Any]", row), _KEYS, f"'{name}'")
    _refuse_others(examples, _EXAMPLES, f"examples of '{name}'")
    if name in base:
        raise TypeError(f"'{name}' is a packaged tag; rename it, or leave out 'extends'")
    flag = _optional(row, "flag")
    if flag is not None and flag not in flag_names():
        raise TypeError(f"'{name}' has the flag '{flag}', none of the six; use one or null")
    return Tag(
        name=name,
        title=_get(row, "title", str),
        definition=_get(row, "definition", str),
        rule=_optional(row, "rule"),
        flag=flag,
        deniable=_get(row, "deniable", bool, default=False),
        implies=_texts(row, "implies"),
        notes=_texts(row, "notes"),
        states=_texts(examples, "states"),
        does_not=tuple(
            NearMiss(text=_get(miss, "text", str), why=_get(miss, "why", str))
            for miss in _get(examples, "does_not", list, [])
        ),
        denies=_texts(examples, "denies"),
    )


def _refuse_others(row: Iterable[str], keys: Sequence[str], what: str) -> None:
    for key in row:
        if key not in keys:
            raise TypeError(f"{what}: no key '{key}' is known; write one of {', '.join(keys)}")


def _get(row: object, key: str, kind: type[_T], default: _T | None = None) -> _T:
    if not isinstance(row, dict) or (key not in row and default is None):
        raise TypeError(f"no '{key}' in {row!r:.40}; add it as in the packaged codebook.json")
    value = row.get(key, default)
    if not isinstance(value, kind):
        raise TypeError(f"'{key}' is {value!r:.40}; write {_JSON[kind]}")
    return value


def _optional(row: object, key: str) -> str | None:
    absent = isinstance(row, dict) and row.get(key) is None
    return None if absent else _get(row, key, str)


def _texts(row: object, key: str) -> tuple[str, ...]:
    return tuple(_get({key: item}, key, str) for item in _get(row, key, list, []))
