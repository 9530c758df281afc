"""Tag each text once: filers repeat last year's words and each other's."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from cydscore.records import Tagging
from cydscore.tagger import SegmentTagger

#: Texts remembered, about 60 MB; when they are more, all are forgotten.
_N_MOST: Final = 60_000


class TaggingMemory:
    """What a tagger said of texts, kept for when they come again.

    The tagger reads a segment's text alone, and reads it alike whatever stands beside it in a
    batch; so what is remembered is what it would say again, to the last bit.

    Parameters
    ----------
    tagger
        A fitted tagger.
    n_most
        Texts to remember.
    """

    def __init__(self, tagger: SegmentTagger, n_most: int = _N_MOST) -> None:
        self._tagger = tagger
        self._n_most = n_most
        self._rows: dict[str, int] = {}
        self._known: list[Tagging] = []

    def describe(self, texts: Sequence[str]) -> Tagging:
        """Return what the tagger says of some segments, row by row.

        Parameters
        ----------
        texts
            The segments.
        """
        new = [text for text in dict.fromkeys(texts) if text not in self._rows]
        if len(self._rows) + len(new) > self._n_most:
            self._rows, self._known = {}, []
            new = list(dict.fromkeys(texts))
        for text in new:
            self._rows[text] = len(self._rows)
        if new or not self._known:
            self._known = [_join([*self._known, self._tagger.describe(new)])]
        return self._known[0].take([self._rows[text] for text in texts])


def _join(parts: Sequence[Tagging]) -> Tagging:
    return Tagging(
        labels=parts[0].labels,
        probability=np.concatenate([part.probability for part in parts]),
        stated=np.concatenate([part.stated for part in parts]),
        specificity=np.concatenate([part.specificity for part in parts]),
        at_least=np.concatenate([part.at_least for part in parts]),
    )
