"""Many filings as tables, and at a glance: the questions people ask of a dataset."""

from cydscore.season.frames import ScoredSeason, Season, read_season, score_filings
from cydscore.season.groups import add_groups, sector_of, size_band_of
from cydscore.season.summary import SeasonSummary, summarise_season

__all__ = [
    "ScoredSeason",
    "Season",
    "SeasonSummary",
    "add_groups",
    "read_season",
    "score_filings",
    "sector_of",
    "size_band_of",
    "summarise_season",
]
