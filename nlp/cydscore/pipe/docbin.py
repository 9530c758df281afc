"""Labelled segments as spaCy documents in a ``DocBin``, and back."""

import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span, SpanGroup
from spacy.util import get_lang_class

from cydscore.corpus import LabelledSegment
from cydscore.dataset.folder import write_atomically
from cydscore.errors import CorpusError, InputMissingError
from cydscore.heads import label_names
from cydscore.pipe.segmenter import SEGMENTS_KEY
from cydscore.pipe.tagger import TAGS_KEY

_ROW: Final = "cydscore"
_WHERE: Final = ("accession", "element", "start", "end")
_MORE: Final = ("sample", "sha256", "length", "reader", "date")


def to_docbin(
    segments: Iterable[LabelledSegment],
    *,
    nlp: Language | None = None,
    labels: Sequence[str] | None = None,
) -> DocBin:
    """Return labelled segments as documents, each a document of its own.

    ``doc.spans["cydscore"]`` has a span over the document for each label, as the tagger's
    component sets them; ``doc.spans["cydscore_segments"]`` the segment; ``doc.cats`` each label
    as 1 or 0, as ``textcat_multilabel`` learns them; ``doc.user_data["cydscore"]`` the rest.

    Parameters
    ----------
    segments
        Segments with their text.
    nlp
        What splits texts into tokens; ``spacy.blank("en")`` by default.
    labels
        The labels of ``doc.cats``; those of the codebook by default.

    Raises
    ------
    CorpusError
        If a segment has no text.
    """
    tokenise = (nlp or get_lang_class("en")()).make_doc
    names = label_names() if labels is None else labels
    return DocBin(
        store_user_data=True, docs=[_to_doc(tokenise, segment, names) for segment in segments]
    )


def from_docbin(docs: DocBin, *, nlp: Language | None = None) -> list[LabelledSegment]:
    """Return the labelled segments in documents that `to_docbin` made, tags as they are now.

    Parameters
    ----------
    docs
        The documents; their spans may have been changed, as by an annotation tool.
    nlp
        Whose vocabulary to read them with; an empty one by default.

    Raises
    ------
    CorpusError
        If a document has no spans or does not say whose segment it is.
    """
    vocab = (nlp or get_lang_class("en")()).vocab
    return [_to_segment(doc, number) for number, doc in enumerate(docs.get_docs(vocab), 1)]


def write_docbin(docs: DocBin, path: str | Path) -> None:
    """Write documents to a file that is there whole or as it was before.

    Parameters
    ----------
    docs
        The documents.
    path
        The file, ``NAME.spacy`` by custom; folders above it are made.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, docs.to_bytes())


def read_docbin(path: str | Path) -> DocBin:
    """Return the documents in a file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputMissingError
        If there is no such file.
    CorpusError
        If it holds no documents.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputMissingError(f"{path}: cannot be read ({error.strerror}); check it") from error
    try:
        return DocBin(store_user_data=True).from_bytes(data)
    except (zlib.error, KeyError, TypeError, ValueError) as error:
        raise CorpusError(f"{path}: no DocBin ({error}); write one with to_docbin") from error


def _to_doc(tokenise: Any, segment: LabelledSegment, names: Sequence[str]) -> Doc:
    if not segment.text:
        raise CorpusError(
            f"segment {segment.id} has no text; join it with `cydscore corpus hydrate`"
        )
    doc: Doc = tokenise(segment.text)
    whole = [Span(doc, 0, len(doc), label=label) for label in segment.tags]
    doc.spans[TAGS_KEY] = SpanGroup(doc, name=TAGS_KEY, spans=whole)
    doc.spans[SEGMENTS_KEY] = SpanGroup(doc, name=SEGMENTS_KEY, spans=[doc[:]])
    doc.cats = {name: float(name in segment.tags) for name in names}
    row = segment.to_row()
    doc.user_data[_ROW] = {key: row[key] for key in row if key not in {"text", "tags"}}
    return doc


def _to_segment(doc: Doc, number: int) -> LabelledSegment:
    row = doc.user_data.get(_ROW)
    if TAGS_KEY not in doc.spans or not isinstance(row, dict):
        raise CorpusError(
            f"document {number}: no spans '{TAGS_KEY}' or no user data '{_ROW}' with id, company "
            "and specificity; make the documents with to_docbin, and keep user data"
        )
    try:
        return LabelledSegment(
            id=row["id"],
            company=row["company"],
            specificity=row["specificity"],
            text=doc.text,
            tags=tuple(span.label_ for span in doc.spans[TAGS_KEY]),
            line=number,
            reading=row.get("reading", 1),
            **{key: row.get(key) for key in (*_WHERE, *_MORE)},
        )
    except KeyError as error:
        raise CorpusError(f"document {number}: its user data lacks {error}; add it") from None
