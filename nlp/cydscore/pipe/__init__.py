"""Segmenter and tagger as spaCy components, and labelled segments as spaCy documents.

Nothing else in cydscore imports spaCy. The entry points ``spacy_factories`` register the
components, so that ``nlp.add_pipe("cydscore_tagger")`` needs no import of cydscore.
"""

from cydscore.pipe.docbin import from_docbin, to_docbin
from cydscore.pipe.segmenter import SEGMENTS_KEY, DocSegmenter
from cydscore.pipe.tagger import TAGS_KEY, DocTagger

__all__ = [
    "SEGMENTS_KEY",
    "TAGS_KEY",
    "DocSegmenter",
    "DocTagger",
    "from_docbin",
    "to_docbin",
]
