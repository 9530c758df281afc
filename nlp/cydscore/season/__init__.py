"""A season at a glance: the questions people ask of a dataset of many filings."""

from cydscore.season.groups import add_groups, sector_of, size_band_of
from cydscore.season.summary import Season, summarise_season

__all__ = ["Season", "add_groups", "sector_of", "size_band_of", "summarise_season"]
