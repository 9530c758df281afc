"""Comparing: what changed between two filings of one company, in words, flags and names."""

from cydscore.compare.filing import compare_filings, compare_reports
from cydscore.compare.pairs import compare_source, pair_filings
from cydscore.compare.result import Comparison

__all__ = [
    "Comparison",
    "compare_filings",
    "compare_reports",
    "compare_source",
    "pair_filings",
]
