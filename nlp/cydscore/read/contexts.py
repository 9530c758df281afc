"""What XBRL documents of both kinds share: contexts, the cover, and how facts make a filing."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from cydscore.records import Fact, Filing, Kind, Origin, SourceFormat, UnknownElement
from cydscore.taxonomy import load_elements, parse_namespace

BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
XBRLI = "{http://www.xbrl.org/2003/instance}"
CONTEXT = f"{XBRLI}context"
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"

_SEGMENT, _SCENARIO = f"{XBRLI}segment", f"{XBRLI}scenario"
_DEI = re.compile(r"https?://xbrl\.sec\.gov/dei/\d{4}(?:-\d\d-\d\d)?")
_COVER = ("DocumentType", "DocumentPeriodEndDate", "EntityRegistrantName", "EntityCentralIndexKey")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a context says of the facts that refer to it.

    Attributes
    ----------
    cik
        The entity's Central Index Key without leading zeros, or None.
    period_end
        End date or instant as an ISO date, or None.
    has_dimension
        Whether it speaks of a part of the entity only (a class of stock, a subsidiary).
    """

    cik: str | None
    period_end: str | None
    has_dimension: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A fact as it stands in the document, before its context is looked up.

    Attributes
    ----------
    namespace, name
        The two parts of the element's name.
    context
        The ``id`` of its context.
    text
        Its text without markup.
    flag
        What the text says if the element is a flag.
    words
        What an Inline XBRL fact wraps that can be seen; None in an instance.
    nil
        Whether it was reported with ``xsi:nil``.
    origin
        Where it stands.
    """

    namespace: str
    name: str
    context: str | None
    text: str
    flag: bool | None
    words: str | None
    nil: bool
    origin: Origin


def is_wanted(namespace: str, name: str) -> bool:
    """Tell whether a fact of this name is read: any ``cyd`` fact, and the cover's main ones."""
    if parse_namespace(namespace) is not None:
        return True
    return name in _COVER and _DEI.fullmatch(namespace) is not None


def locate_fact(element: etree._Element, n_lines_before: int) -> Origin:
    """Return where a fact stands in a document that lines were cut off from."""
    line = element.sourceline
    return Origin(
        line=line + n_lines_before if isinstance(line, int) else None, id=element.get("id")
    )


def is_nil(element: etree._Element) -> bool:
    """Tell whether a fact is reported as nil."""
    return element.get(XSI_NIL, "").strip() in ("true", "1")


def read_contexts(
    elements: Iterable[etree._Element], reported: Iterable[Reported]
) -> dict[str, Context]:
    """Return those of a document's contexts that facts refer to, by their ``id``."""
    wanted = {one.context for one in reported}
    return {
        element.get("id", ""): Context(
            cik=_strip_zeros(_find_text(element, "identifier")),
            period_end=_read_date(_find_text(element, "endDate") or _find_text(element, "instant")),
            has_dimension=any(len(part) for part in element.iter(_SEGMENT, _SCENARIO)),
        )
        for element in elements
        if element.get("id") in wanted
    }


def _find_text(context: etree._Element, name: str) -> str:
    found = next(context.iter(f"{XBRLI}{name}"), None)
    return "" if found is None else (found.text or "").strip()


def _strip_zeros(cik: str) -> str | None:
    return cik.lstrip("0") if cik.isdigit() else None


def _read_date(text: str) -> str | None:
    match = _DATE.match(text)
    return match[0] if match else None


def build_filing(
    reported: Sequence[Reported],
    contexts: Mapping[str, Context],
    *,
    source: str,
    recognised: SourceFormat,
) -> Filing:
    """Return the filing that facts and contexts make, facts of its own context first."""
    cover: list[Reported] = []
    disclosed: list[Reported] = []
    for one in reported:
        (disclosed if parse_namespace(one.namespace) is not None else cover).append(one)
    main = _find_main_context(cover, disclosed, contexts)
    own = contexts.get(main or "")
    told = {one.name: one.text for one in reversed(cover)}
    told |= {one.name: one.text for one in reversed(cover) if one.context == main}
    facts, unknown = [], []
    for one in disclosed:
        element = load_elements().get(one.name)
        if element is None:
            unknown.append(UnknownElement(name=one.name, origin=one.origin))
            continue
        is_flag = element.kind is Kind.FLAG
        context = contexts.get(one.context or "")
        facts.append(
            Fact(
                element=element.name,
                kind=element.kind,
                value=one.flag if is_flag else one.text,
                words=one.words if is_flag else None,
                year=parse_namespace(one.namespace),
                period_end=context.period_end if context else None,
                main=one.context == main or _is_alike(context, own),
                nil=one.nil,
                origin=one.origin,
            )
        )
    return Filing(
        source=source,
        format=recognised,
        cik=_strip_zeros(told.get("EntityCentralIndexKey", "")) or (own.cik if own else None),
        company=told.get("EntityRegistrantName") or None,
        form=told.get("DocumentType") or None,
        period_end=(own.period_end if own else None)
        or _read_date(told.get("DocumentPeriodEndDate", "")),
        facts=tuple(sorted(facts, key=lambda fact: not fact.main)),
        unknown=tuple(unknown),
    )


def _find_main_context(
    cover: Sequence[Reported], disclosed: Sequence[Reported], contexts: Mapping[str, Context]
) -> str | None:
    for name in _COVER:
        for one in cover:
            if one.name == name:
                return one.context
    counts = Counter(one.context for one in disclosed)

    def rank(reference: str | None) -> tuple[bool, int]:
        context = contexts.get(reference or "")
        return context is not None and not context.has_dimension, counts[reference]

    return max(counts, key=rank, default=None)


def _is_alike(context: Context | None, own: Context | None) -> bool:
    """Tell whether two contexts differ in their ``id`` only, as far as a filing goes."""
    return context is not None and not context.has_dimension and context == own
