"""Labelled segments: their format, what holds of them, and the formats of annotation tools.

Nothing here reads a filing; what joins labels with filings is in `cydscore.curate`.
"""

from cydscore.corpus.companies import COMPANIES_FILE, find_companies, read_companies
from cydscore.corpus.reading import (
    FEW_EXAMPLES,
    CorpusCheck,
    check_corpus,
    check_splits,
    find_codebook,
    read_corpus,
)
from cydscore.corpus.segments import (
    JUDGED_SAMPLES,
    RANDOM_SAMPLE,
    SETTLING,
    LabelledSegment,
    drop_duplicates,
    fold_text,
)

__all__ = [
    "COMPANIES_FILE",
    "FEW_EXAMPLES",
    "JUDGED_SAMPLES",
    "RANDOM_SAMPLE",
    "SETTLING",
    "CorpusCheck",
    "LabelledSegment",
    "check_corpus",
    "check_splits",
    "drop_duplicates",
    "find_codebook",
    "find_companies",
    "fold_text",
    "read_companies",
    "read_corpus",
]
