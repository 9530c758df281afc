"""The groups by which filers are compared: form, size band, sector, year."""

from math import isnan
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN: Final = "unknown"
#: Least public float in US dollars of each size band, from Rule 12b-2 (75 and 700 million) and up.
_SIZES: Final = (
    (10e9, "10 B and more"),
    (2e9, "2 to 10 B"),
    (700e6, "700 M to 2 B"),
    (75e6, "75 to 700 M"),
    (0.0, "under 75 M"),
)
SIZE_BANDS: Final = (*(name for _, name in reversed(_SIZES)), UNKNOWN)
#: First and last code of the Standard Industrial Classification; what comes first counts.
_SECTORS: Final = (
    (2830, 2839, "drugs"),
    (3570, 3579, "computers"),
    (3660, 3679, "electronics"),
    (6020, 6039, "banks"),
    (6300, 6411, "insurance"),
    (6770, 6770, "blank checks"),
    (6798, 6798, "real estate trusts"),
    (7370, 7379, "software"),
    (100, 999, "agriculture"),
    (1000, 1499, "mining and oil"),
    (1500, 1799, "construction"),
    (2000, 3999, "other manufacturing"),
    (4000, 4899, "transport and communications"),
    (4900, 4999, "utilities"),
    (5000, 5199, "wholesale"),
    (5200, 5999, "retail"),
    (6000, 6799, "other finance"),
    (7000, 8999, "other services"),
)
GROUPS: Final = ("form", "size", "sector", "year")


def size_band_of(public_float: float | None) -> str:
    """Return the size band of a filer.

    Parameters
    ----------
    public_float
        Market value of the stock held by outsiders, in US dollars, or None.
    """
    if public_float is None or not public_float > 0:
        return UNKNOWN
    return next(name for least, name in _SIZES if public_float >= least)


def sector_of(sic: str | None) -> str:
    """Return the sector of a filer.

    Parameters
    ----------
    sic
        Code of the Standard Industrial Classification, or None.
    """
    if not sic or not sic.isdecimal():
        return UNKNOWN
    return next((name for low, high, name in _SECTORS if low <= int(sic) <= high), UNKNOWN)


def add_groups(filings: "pd.DataFrame") -> "pd.DataFrame":
    """Return the table of filings with the columns of ``GROUPS``.

    Parameters
    ----------
    filings
        The table ``filings`` of a dataset. Amendments belong to the form that they amend; the
        year is the fiscal year, or that of the period's end.
    """
    import pandas as pd

    ends = [getattr(end, "year", None) for end in filings["period_end"]]
    given = filings["fiscal_year"].astype("float64")
    years = given.fillna(pd.Series(ends, index=filings.index, dtype="float64"))
    return filings.assign(
        form=[
            form.removesuffix("/A") if isinstance(form, str) and form else UNKNOWN
            for form in filings["form"]
        ],
        size=[size_band_of(value) for value in filings["public_float"]],
        sector=[sector_of(code if isinstance(code, str) else None) for code in filings["sic"]],
        year=[UNKNOWN if isnan(year) else str(int(year)) for year in years],
    )
