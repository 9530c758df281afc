"""The segmenter as a spaCy component, for pipelines that go on working with spaCy documents."""

from typing import Final

from spacy.language import Language
from spacy.tokens import Doc, Span

from cydscore.segment import split_text

NAME: Final = "cydscore_segmenter"
SEGMENTS_KEY: Final = "cydscore_segments"


class DocSegmenter:
    """Marks the segments of a document and starts sentences where a segment starts.

    A boundary inside a token ("efforts.In") cannot be marked without splitting the token: the
    token then stays whole with the segment that it begins in.
    """

    def __call__(self, doc: Doc) -> Doc:
        """Set ``doc.spans["cydscore_segments"]`` and the sentence starts of a document.

        Parameters
        ----------
        doc
            A tokenised document; its tokens are left as they are.
        """
        spans: list[Span] = []
        n_used = 0
        for start, end in split_text(doc.text):
            span = doc.char_span(start, end, alignment_mode="expand")
            if span is not None and span.end > n_used:
                spans.append(doc[max(span.start, n_used) : span.end])
                n_used = span.end
        doc.spans[SEGMENTS_KEY] = spans
        starts = {span.start for span in spans}
        for token in doc:
            token.is_sent_start = token.i == 0 or token.i in starts
        return doc


@Language.factory(NAME, assigns=["doc.spans", "token.is_sent_start", "doc.sents"])
def make_segmenter(nlp: Language, name: str) -> DocSegmenter:  # noqa: ARG001
    """Return the component; it has no settings.

    Parameters
    ----------
    nlp
        The pipeline that the component joins (unused).
    name
        The name it was given there (unused).
    """
    return DocSegmenter()
