"""Segmenter and tagger as spaCy components, and labelled segments as spaCy documents.

Nothing else in cydscore imports spaCy. The entry points ``spacy_factories`` register the
components, so that ``nlp.add_pipe("cydscore_tagger")`` needs no import of cydscore. spaCy loads
them with every pipeline, whoever makes it: what they import is little. Documents of a corpus are
in `cydscore.pipe.docbin`.
"""

from cydscore.pipe.segmenter import SEGMENTS_KEY, DocSegmenter
from cydscore.pipe.tagger import TAGS_KEY, DocTagger

__all__ = [
    "SEGMENTS_KEY",
    "TAGS_KEY",
    "DocSegmenter",
    "DocTagger",
]
