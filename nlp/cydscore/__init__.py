"""cydscore reads the cybersecurity disclosures that companies file with the SEC and scores them.

Everything named here is loaded when it is first used, so that ``import cydscore`` is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from cydscore.batch import score_filing
    from cydscore.compare import Comparison, compare_filings
    from cydscore.errors import CydscoreError
    from cydscore.evaluate import evaluate_tagger
    from cydscore.read import read_filing, read_filings
    from cydscore.report import Report
    from cydscore.season import Season, read_season, score_filings
    from cydscore.store import load_model
    from cydscore.tagger import SegmentTagger
    from cydscore.train import train_tagger

__version__: Final = "0.1.0"

__all__ = [
    "Comparison",
    "CydscoreError",
    "Report",
    "Season",
    "SegmentTagger",
    "__version__",
    "compare_filings",
    "evaluate_tagger",
    "load_model",
    "read_filing",
    "read_filings",
    "read_season",
    "score_filing",
    "score_filings",
    "train_tagger",
]

_HOMES: Final = {
    "Comparison": "compare",
    "compare_filings": "compare",
    "CydscoreError": "errors",
    "Report": "report",
    "Season": "season",
    "SegmentTagger": "tagger",
    "evaluate_tagger": "evaluate",
    "load_model": "store",
    "read_filing": "read",
    "read_filings": "read",
    "read_season": "season",
    "score_filing": "batch",
    "score_filings": "season",
    "train_tagger": "train",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'cydscore' has no attribute '{name}'")
    return getattr(import_module(f"cydscore.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
