"""Plots of a season, by matplotlib: one message each, axes with units."""

from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

from cydscore.errors import DependencyError, UsageError
from cydscore.records import PARTS
from cydscore.season.groups import GROUPS
from cydscore.tags import DENIAL
from cydscore.taxonomy import load_elements

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_COLOUR: Final = "#31688e"
#: Told apart by lightness too, where colours cannot be.
_VERDICTS: Final = {
    "supported": "#31688e",
    "partly_supported": "#8fb3cc",
    "unsupported": "#c9c9c9",
    "contradicted": "#b5403a",
}


def plot_flags(flags: "pd.DataFrame", axes: "Axes | None" = None) -> "Axes":
    """Draw the share of each verdict of those filings that declare a flag.

    Parameters
    ----------
    flags
        `SeasonSummary.flags`.
    axes
        Where to draw; a figure of its own by default.
    """
    axes = axes or _make_axes(0.5 + 0.55 * len(flags))
    labels = load_elements()
    names = [
        fill(labels[flag].label.removesuffix(" [Flag]").removeprefix("Cybersecurity Risk "), 42)
        for flag in flags["flag"]
    ]
    left = 0 * flags["supported"]
    for verdict, colour in _VERDICTS.items():
        share = 100 * flags[verdict]
        axes.barh(names, share, left=left, color=colour, label=verdict.replace("_", " "))
        left = left + share
    axes.invert_yaxis()
    axes.set_title("What the words say of each flag", loc="left")
    axes.set_xlabel("% of annual reports that declare it")
    return _finish(axes, legend=True)


def plot_rates(rates: "pd.DataFrame", measure: str, by: str, axes: "Axes | None" = None) -> "Axes":
    """Draw one measure by a group of filers, the number of filings beside each name.

    Parameters
    ----------
    rates
        `SeasonSummary.rates`.
    measure
        One of its measures.
    by
        One of its groups.
    axes
        Where to draw; a figure of its own by default.

    Raises
    ------
    UsageError
        If there is no such measure or group.
    """
    if by not in GROUPS:
        raise UsageError(f"no group '{by}'; choose from {', '.join(GROUPS)}")
    if measure not in set(rates["measure"]):
        raise UsageError(
            f"no measure '{measure}'; choose from contradicted, misfit, overall, flag:NAME, "
            "tag:NAME, tag:!NAME"
        )
    rows = rates[(rates["group"] == by) & (rates["measure"] == measure) & rates["rate"].notna()]
    axes = axes or _make_axes(0.3 * len(rows))
    names = [f"{v} ({n:,})" for v, n in zip(rows["value"], rows["n_filings"], strict=True)]
    is_score = measure == "overall"
    axes.barh(names, rows["rate"] * (1 if is_score else 100), color=_COLOUR)
    axes.invert_yaxis()
    axes.set_title(f"{_describe(measure)}, by {by}", loc="left")
    unit = "% of text blocks" if measure == "misfit" else "% of annual reports"
    axes.set_xlabel("points, 0 to 100" if is_score else unit)
    return _finish(axes)


def plot_scores(filings: "pd.DataFrame", part: str, axes: "Axes | None" = None) -> "Axes":
    """Draw how many filings have which score.

    Parameters
    ----------
    filings
        `Season.filings`.
    part
        The overall score or one of its parts.
    axes
        Where to draw; a figure of its own by default.

    Raises
    ------
    UsageError
        If there is no such part.
    """
    if part not in PARTS:
        raise UsageError(f"no score '{part}'; choose from {', '.join(PARTS)}")
    axes = axes or _make_axes(2.5)
    scores = filings[part].dropna()
    axes.hist(scores, bins=20, range=(0, 100), color=_COLOUR)
    axes.set_title(f"{part.capitalize()} score of {len(scores):,} filings", loc="left")
    axes.set_xlabel("points, 0 to 100")
    axes.set_ylabel("filings")
    return _finish(axes)


def _describe(measure: str) -> str:
    known = {
        "overall": "Median score",
        "contradicted": "Reports with a contradicted flag",
        "misfit": "Text blocks that answer another element",
    }
    kind, _, name = measure.partition(":")
    if kind == "flag":
        return f"Declare {name} true"
    denies = name.startswith(DENIAL)
    return known.get(measure) or f"{'Deny' if denies else 'State'} {name.removeprefix(DENIAL)}"


def _make_axes(height: float) -> "Axes":
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise DependencyError("plots need matplotlib; pip install 'cydscore[plots]'") from error
    _, axes = plt.subplots(figsize=(8, 1 + height), layout="constrained")
    made: Axes = axes
    return made


def _finish(axes: Any, *, legend: bool = False) -> "Axes":
    axes.spines[["top", "right"]].set_visible(False)
    if legend:
        axes.legend(loc="upper left", bbox_to_anchor=(0, -0.2), ncols=2, frameon=False)
    made: Axes = axes
    return made
