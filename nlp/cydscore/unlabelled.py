"""Gather sentences of filings that nobody labelled, for a tagger to learn their wording from."""

from hashlib import blake2b
from pathlib import Path

from cydscore.batch import read_source
from cydscore.corpus import Unlabelled, fold_text
from cydscore.segment import segment_filing


def read_unlabelled(
    source: str | Path, *, n_most: int = 50_000, seed: int = 0
) -> tuple[Unlabelled, ...]:
    """Return distinct sentences of filings, each with all companies that use it.

    Which ones are kept depends on their words and the seed alone, not on the order of filings.

    Parameters
    ----------
    source
        A folder of Parquet tables, a notes archive, a folder or a file.
    n_most
        Most sentences returned.
    seed
        Another seed keeps others.
    """
    texts: dict[str, str] = {}
    companies: dict[str, set[str]] = {}
    for filing in read_source(source):
        company = filing.cik or filing.accession or filing.source
        for segment in segment_filing(filing):
            folded = fold_text(segment.text)
            if folded:
                texts[folded] = min(texts.get(folded, segment.text), segment.text)
                companies.setdefault(folded, set()).add(company)
    kept = sorted(texts, key=lambda folded: _rank(folded, seed))[:n_most]
    return tuple(
        Unlabelled(text=texts[folded], companies=frozenset(companies[folded])) for folded in kept
    )


def _rank(folded: str, seed: int) -> bytes:
    return blake2b(f"{seed}:{folded}".encode(), digest_size=8).digest()
