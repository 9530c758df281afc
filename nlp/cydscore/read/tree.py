"""Bytes to an XML tree: strictly where that works, repaired where browsers and tools broke it.

No entity is expanded and nothing is fetched, whatever a document asks for.
"""

import re
from html.entities import html5

from lxml import etree

from cydscore.errors import InputError
from cydscore.read.markup import parse_html
from cydscore.read.source import decode_text, narrow_bytes

_START = re.compile(rb"<\?xml\s|<!DOCTYPE\s|<(?:\w+:)?(?:html|xbrl)[\s>]")
_PROLOG = re.compile(r"\A(?:(?!<(?:\w+:)?(?:html|xbrl)[\s>]).)*", re.DOTALL | re.IGNORECASE)
_ROOT_END = re.compile(r"</(?:\w+:)?(?:html|xbrl)\s*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#[xX][0-9A-Fa-f]+);)(\w+;)?")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HTML_SYNTAX = re.compile(r"<(?i:br|hr|img|meta|link|input|col)\b(?:[^<>]*[^<>/])?>|\scontextref=")
_SNIFFED = 4096
# An HTML parser lowers the case of every name; these are the ones looked up later.
_NAMES = ("nonNumeric", "contextRef", "continuedAt", "explicitMember", "startDate", "endDate")
_CASED = {name.lower(): name for name in _NAMES}
_LOWERED = re.compile(rf"(?<=[\s:/])({'|'.join(_CASED)})(?=[\s=>/])")


def parse_xml(data: bytes) -> tuple[etree._Element, int]:
    """Return the root of an XBRL document, Inline XBRL or not, and how many lines stand before it.

    Raises
    ------
    InputError
        If it is cut off, declares entities, is nested too deep, or is no markup at all.
    """
    data = narrow_bytes(data)
    if b"<!ENTITY" in data:
        raise InputError(
            "the document declares entities of its own, and a filing may not; they are not "
            "expanded, so fetch the filing from EDGAR again"
        )
    start = _START.search(data)
    offset = start.start() if start else 0
    document = data[offset:].rstrip().removesuffix(b"</XBRL>")
    return _parse(document), data.count(b"\n", 0, offset)


def _parse(document: bytes) -> etree._Element:
    try:
        # Under a document type an undeclared entity (&nbsp;) is no error and vanishes: name it.
        if b"<!DOCTYPE" not in document[:_SNIFFED]:
            return _parse_strictly(document)
    except etree.XMLSyntaxError as error:
        if "Excessive depth" in error.msg:
            raise InputError(
                "the markup is nested more than 2,048 deep, and no filing is; fetch it again"
            ) from None
    text = _ILLEGAL.sub("", _ENTITY.sub(_name_entity, decode_text(document)))
    text = _PROLOG.sub(lambda prolog: "\n" * prolog[0].count("\n"), text, count=1)
    try:
        return _parse_strictly(text.encode())
    except etree.XMLSyntaxError as error:
        if not _ROOT_END.search(text[-_SNIFFED:]):
            raise InputError(
                f"the document is cut off at line {error.lineno}: its root element is never "
                "closed; fetch the filing again"
            ) from None
        reason = error.msg
    n_facts = text.lower().count("contextref=")
    if _HTML_SYNTAX.search(text):
        text = _restore_xml(text)
    root = etree.fromstring(text.encode(), _make_parser(recover=True))
    n_kept = 0 if root is None else sum(1 for fact in root.iter("*") if fact.get("contextRef"))
    if root is None or n_kept < n_facts:
        raise InputError(
            f"the markup is damaged ({reason}), and only {n_kept} of its {n_facts} facts outlast "
            "a repair; fetch the filing again"
        )
    return root


def _make_parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        huge_tree=True, resolve_entities=False, no_network=True, load_dtd=False, recover=recover
    )


def _parse_strictly(document: bytes) -> etree._Element:
    return etree.fromstring(document, _make_parser())


def _name_entity(entity: re.Match[str]) -> str:
    """Return a named HTML entity by number, and an ampersand that begins none as one."""
    characters = html5.get(entity[1] or "")
    if characters is None:
        return f"&amp;{entity[1] or ''}"
    return "".join(f"&#{ord(character)};" for character in characters)


def _restore_xml(text: str) -> str:
    """Return what a browser saved as HTML in XML's syntax, names in their own case."""
    root = parse_html(text)
    if root is None:
        return text
    return _LOWERED.sub(lambda name: _CASED[name[0]], etree.tostring(root, encoding="unicode"))
