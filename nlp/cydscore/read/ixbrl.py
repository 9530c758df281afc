"""Inline XBRL documents: facts scattered over a web page, put together again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from lxml import etree

from cydscore.errors import NoDisclosureError
from cydscore.read.contexts import (
    BOOLEANS,
    CONTEXT,
    Reported,
    build_filing,
    is_nil,
    is_wanted,
    locate_fact,
    read_contexts,
)
from cydscore.read.item import find_item
from cydscore.read.markup import LAYOUT, PARAGRAPH, Span, flow_text, tidy_text
from cydscore.read.page import flow_page
from cydscore.read.tree import parse_xml
from cydscore.records import Filing, SourceFormat

NAMESPACES = ("http://www.xbrl.org/2013/inlineXBRL", "http://www.xbrl.org/2008/inlineXBRL")

Name = tuple[str, str]  # the namespace and the local name

_FACTS = tuple(f"{{{namespace}}}nonNumeric" for namespace in NAMESPACES)
_CONTINUATIONS = tuple(f"{{{namespace}}}continuation" for namespace in NAMESPACES)
_TRUE = {"fixedtrue", "booleantrue", "true"}
_FALSE = {"fixedfalse", "booleanfalse", "false"}
# EDGAR's transformation registry: a ballot box is true when ticked or crossed.
_BALLOT_BOXES = {"\u2610": False, "\u2611": True, "\u2612": True}


def is_ixbrl(data: bytes) -> bool:
    """Tell whether some bytes name the namespace of Inline XBRL."""
    return any(namespace.encode() in data for namespace in NAMESPACES)


def read_ixbrl(data: bytes, source: str) -> Filing:
    """Return the filing in an Inline XBRL document.

    A document without ``cyd`` facts is read as plain: its Item, and the company from its cover.

    Raises
    ------
    InputError
        If it cannot be parsed, see :func:`cydscore.read.tree.parse_xml`.
    NoDisclosureError
        If it holds neither a ``cyd`` fact nor a cybersecurity Item.
    """
    root, n_lines_before = parse_xml(data)
    names, continuations, contexts = _gather_parts(root)
    chains = {fact: tuple(_follow_chain(fact, continuations)) for fact in names}
    pieces, spans = flow_page(root, list(chains.values()))
    reported = []
    for fact, (namespace, name) in names.items():
        text = tidy_text(_join_parts(chains[fact], pieces, spans))
        nil = is_nil(fact)
        reported.append(
            Reported(
                namespace=namespace,
                name=name,
                context=fact.get("contextRef"),
                text="" if nil else text,
                flag=None if nil else _read_flag(fact.get("format"), text),
                words=text if fact in spans else "",
                nil=nil,
                origin=locate_fact(fact, n_lines_before),
            )
        )
    filing = build_filing(
        reported, read_contexts(contexts, reported), source=source, recognised=SourceFormat.IXBRL
    )
    item = find_item(tidy_text(pieces), filing.form)
    if filing.facts or filing.unknown:
        return replace(filing, item=item)
    if item is None:
        raise NoDisclosureError(
            f"the {filing.form or 'document'} holds no cyd fact and no heading of Item 1C, 16K or "
            "1.05; take the annual report or the 8-K that has one"
        )
    return replace(filing, format=SourceFormat.PLAIN, item=item)


def _gather_parts(
    root: etree._Element,
) -> tuple[dict[etree._Element, Name], dict[str, etree._Element], list[etree._Element]]:
    """Return the facts that are read with their names, the continuations by ``id``, the contexts.

    One pass finds them all: a pass over a long document takes a tenth of parsing it.
    """
    names: dict[etree._Element, Name] = {}
    continuations: dict[str, etree._Element] = {}
    contexts: list[etree._Element] = []
    uris = root.nsmap
    for element in root.iter(*_FACTS, *_CONTINUATIONS, CONTEXT):
        if element.tag == CONTEXT:
            contexts.append(element)
        elif element.tag in _CONTINUATIONS:
            continuations[element.get("id", "")] = element
        else:
            prefix, _, name = element.get("name", "").strip().rpartition(":")
            namespace = uris.get(prefix) or element.nsmap.get(prefix, "")
            if is_wanted(namespace, name):
                names[element] = namespace, name
    return names, continuations, contexts


def _follow_chain(
    fact: etree._Element, continuations: Mapping[str, etree._Element]
) -> Iterator[etree._Element]:
    """Yield a fact and its continuations; a missing one or a loop ends the chain."""
    seen: set[etree._Element] = set()
    part: etree._Element | None = fact
    while part is not None and part not in seen:
        seen.add(part)
        yield part
        part = continuations.get(part.get("continuedAt", ""))


def _join_parts(
    chain: Sequence[etree._Element],
    pieces: Sequence[str],
    spans: Mapping[etree._Element, Span],
) -> list[str]:
    """Return the pieces of a fact's parts, and between two what layout parts them on the page.

    Nothing parts a word that is split in two; text of others that was passed over counts as a
    space, a page's foot as the page break.
    """
    joined: list[str] = []
    end = None
    for part in chain:
        if part not in spans:  # in ix:hidden, which the page does not show
            joined += [PARAGRAPH, *flow_text(part)[0]]
            continue
        start, stop = spans[part]
        if end is not None:
            gap = pieces[end:start] if end <= start else [PARAGRAPH]
            joined += [piece for piece in gap if piece in LAYOUT] or [" "] * bool(gap)
        joined += pieces[start:stop]
        end = stop
    return joined


def _read_flag(transform: str | None, text: str) -> bool | None:
    """Return a flag's value, which its format tells and, without one, the text itself."""
    if transform is None:
        return BOOLEANS.get(text.lower())
    name = transform.rpartition(":")[2].lower().replace("-", "")
    if name in ("boolballotbox", "booleanballotbox"):
        return _BALLOT_BOXES.get(text)
    return True if name in _TRUE else False if name in _FALSE else None
