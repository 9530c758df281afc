"""The tagger as a spaCy component: tags as spans, with their probabilities beside them.

The model is loaded when the first document comes, so that making a pipeline is quick and one
that was saved needs no other folder than its own.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup
from spacy.util import minibatch

from cydscore.errors import ModelError, UsageError
from cydscore.pipe.segmenter import SEGMENTS_KEY

if TYPE_CHECKING:
    from spacy.training import Example

    from cydscore.records import Tagging
    from cydscore.store import Model

NAME: Final = "cydscore_tagger"
TAGS_KEY: Final = "cydscore"


class DocTagger:
    """Tags the segments of documents.

    A segment gets a span for each tag or denial (``!tag``) that holds of it. As in spaCy's
    ``spancat``, the group's ``attrs["scores"]`` are their probabilities, one a span.

    Parameters
    ----------
    model
        Folder of a model; None for the default one.
    name
        Name of the component in its pipeline.
    spans_key
        Where the tags go in ``doc.spans``.
    segments_key
        Where the segments are in ``doc.spans``.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        name: str = NAME,
        spans_key: str = TAGS_KEY,
        segments_key: str = SEGMENTS_KEY,
    ) -> None:
        self.name = name
        self.spans_key = spans_key
        self.segments_key = segments_key
        self._folder = model
        self._model: Model | None = None

    def get_model(self) -> "Model":
        """Return the model, loaded when it is first asked for.

        It is no property ``model``: spaCy looks for one in every component that joins a pipeline.

        Raises
        ------
        ModelError
            If it is missing or damaged.
        """
        if self._model is None:
            from cydscore.store import load_model

            self._model = load_model(self._folder)
        return self._model

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the tags, then their denials: the columns of ``attrs["probability"]``.

        Those of a model of one's own are known once it is loaded.
        """
        if self._model is not None:
            return self._model.tagger.labels_
        from cydscore.tags import load_tags

        return load_tags().labels if self._folder is None else ()

    def __call__(self, doc: Doc) -> Doc:
        """Tag the segments of a document.

        Parameters
        ----------
        doc
            A document with segments.

        Raises
        ------
        UsageError
            If it has none because no segmenter came before.
        """
        self._annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Yield documents with tags; those of a batch are tagged in one matrix product.

        Parameters
        ----------
        stream
            Documents with segments.
        batch_size
            Number of documents in a batch.

        Raises
        ------
        UsageError
            If one has no segments because no segmenter came before.
        """
        docs: list[Doc]
        for docs in minibatch(stream, size=batch_size):  # type: ignore[no-untyped-call]
            self._annotate(docs)
            yield from docs

    def score(self, examples: Iterable["Example"], **settings: Any) -> dict[str, Any]:
        """Return precision, recall and F1 of the tagged spans, as ``spancat`` is scored.

        Parameters
        ----------
        examples
            Documents with tags that were read and with tags that were predicted.
        **settings
            Further settings of ``spacy.scorer.Scorer.score_spans``.
        """
        from spacy.pipeline.spancat import spancat_score

        return dict(spancat_score(examples, **{**settings, "spans_key": self.spans_key}))

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Save the model, so that the pipeline is whole by itself.

        Parameters
        ----------
        path
            A folder; what is written there is a model folder like any other.
        exclude
            Without effect, kept for spaCy.
        """
        from cydscore.store import save_model

        save_model(self.get_model(), path)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:  # noqa: ARG002
        """Load the model that `to_disk` saved; plain data under a checksum, nothing is executed.

        Parameters
        ----------
        path
            The folder.
        exclude
            Without effect, kept for spaCy.

        Raises
        ------
        ModelError
            If it is missing or damaged.
        """
        from cydscore.store import load_model

        self._model = load_model(path)
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:  # noqa: ARG002
        """Return the model as bytes.

        Parameters
        ----------
        exclude
            Without effect, kept for spaCy.
        """
        import srsly

        with TemporaryDirectory() as folder:
            self.to_disk(folder)
            files = {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}
        return bytes(srsly.msgpack_dumps(files))

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Self:  # noqa: ARG002
        """Load the model from bytes that `to_bytes` made; nothing is executed.

        Parameters
        ----------
        data
            The bytes.
        exclude
            Without effect, kept for spaCy.

        Raises
        ------
        ModelError
            If they are no model or damaged.
        """
        import srsly

        try:
            files = dict(srsly.msgpack_loads(data))
        except (TypeError, ValueError) as error:
            raise ModelError(f"no bytes of a model ({error}); save the pipeline again") from error
        with TemporaryDirectory() as folder:
            for name, content in files.items():
                if Path(name).name != name:
                    raise ModelError(f"'{name}' is no file of a model; save the pipeline again")
                (Path(folder) / name).write_bytes(content)
            return self.from_disk(folder)

    def _annotate(self, docs: list[Doc]) -> None:
        segmented = [self._find_segments(doc) for doc in docs]
        texts = [span.text for spans in segmented for span in spans]
        tagging = self.get_model().tagger.describe(texts)
        first = 0
        for doc, spans in zip(docs, segmented, strict=True):
            self._set_spans(doc, spans, tagging.take(slice(first, first + len(spans))))
            first += len(spans)

    def _find_segments(self, doc: Doc) -> SpanGroup:
        if self.segments_key not in doc.spans:
            raise UsageError(
                f"{self.name}: the document has no spans '{self.segments_key}'; add the pipe "
                "'cydscore_segmenter' before, or set segments_key to spans of your own"
            )
        segments: SpanGroup = doc.spans[self.segments_key]
        return segments

    def _set_spans(self, doc: Doc, segments: SpanGroup, tagging: "Tagging") -> None:
        rows, columns = np.nonzero(tagging.stated)
        doc.spans[self.spans_key] = SpanGroup(
            doc,
            name=self.spans_key,
            attrs={"scores": tagging.probability[rows, columns].astype(np.float32)},
            spans=[
                Span(doc, segments[row].start, segments[row].end, label=tagging.labels[column])
                for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
            ],
        )
        segments.attrs["probability"] = tagging.probability.astype(np.float32)
        segments.attrs["specificity"] = tagging.specificity


@Language.factory(
    NAME,
    requires=["doc.spans"],
    assigns=["doc.spans"],
    default_config={"model": None, "spans_key": TAGS_KEY, "segments_key": SEGMENTS_KEY},
    default_score_weights={
        f"spans_{TAGS_KEY}_f": 1.0,
        f"spans_{TAGS_KEY}_p": 0.0,
        f"spans_{TAGS_KEY}_r": 0.0,
    },
)
def make_tagger(
    nlp: Language,  # noqa: ARG001
    name: str,
    model: str | None,
    spans_key: str,
    segments_key: str,
) -> DocTagger:
    """Return the component.

    Parameters
    ----------
    nlp
        The pipeline that the component joins (unused).
    name
        The name it was given there.
    model, spans_key, segments_key
        As in `DocTagger`.
    """
    return DocTagger(model, name=name, spans_key=spans_key, segments_key=segments_key)
