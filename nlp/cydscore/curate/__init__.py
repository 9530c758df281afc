"""What joins labels with filings and models: text for references, suspects, what to label next."""

from cydscore.curate.hydrate import Hydration, Missing, hydrate_segments, load_corpus
from cydscore.curate.refer import Referral, append_references, refer_rows

__all__ = [
    "Hydration",
    "Missing",
    "Referral",
    "append_references",
    "hydrate_segments",
    "load_corpus",
    "refer_rows",
]
