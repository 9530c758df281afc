"""XBRL instances (``*_htm.xml``): a fact an element, text blocks as escaped HTML."""

import re
from collections.abc import Iterator

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
from cydscore.read.markup import html_to_text, to_text
from cydscore.read.tree import parse_xml
from cydscore.records import Filing, SourceFormat

_ROOT = re.compile(rb"<(?:[\w.-]+:)?xbrl[\s>]")
_SNIFFED = 4096


def is_instance(data: bytes) -> bool:
    """Tell whether some bytes begin as an XBRL instance."""
    return _ROOT.search(data[:_SNIFFED]) is not None


def read_instance(data: bytes, source: str) -> Filing:
    """Return the filing in an XBRL instance.

    Raises
    ------
    InputError
        If it cannot be parsed, see :func:`cydscore.read.tree.parse_xml`.
    NoDisclosureError
        If it holds no ``cyd`` fact.
    """
    root, n_lines_before = parse_xml(data)
    reported = list(_report_facts(root, n_lines_before))
    filing = build_filing(
        reported,
        read_contexts(root.iter(CONTEXT), reported),
        source=source,
        recognised=SourceFormat.INSTANCE,
    )
    if not filing.facts and not filing.unknown:
        raise NoDisclosureError(
            f"the instance of the {filing.form or 'filing'} holds no cyd fact; "
            "take the annual report or 8-K that tags its cybersecurity Item"
        )
    return filing


def _report_facts(root: etree._Element, n_lines_before: int) -> Iterator[Reported]:
    for element in root.iterchildren("{*}*"):
        namespace, _, name = element.tag[1:].rpartition("}")
        if not is_wanted(namespace, name):
            continue
        nil = is_nil(element)
        text = to_text(element) if len(element) else html_to_text(element.text or "")
        yield Reported(
            namespace=namespace,
            name=name,
            context=element.get("contextRef"),
            text="" if nil else text,
            flag=None if nil else BOOLEANS.get(text.lower()),
            words=None,
            nil=nil,
            origin=locate_fact(element, n_lines_before),
        )
