"""The season as one HTML page: tables, and plots as SVG within it; it loads nothing.

matplotlib draws them. Altair is smaller on disk, but its pages fetch a drawing library from the
network when they are opened, and this project's pages fetch nothing.
"""

import io
from typing import TYPE_CHECKING, Any, Final

from cydscore.errors import DependencyError
from cydscore.season.groups import GROUPS
from cydscore.season.summary import SeasonSummary

if TYPE_CHECKING:
    import pandas as pd

_PLOTTED: Final = (
    ("contradicted", "filings with a contradicted flag", True),
    ("misfit", "text blocks that answer another element", True),
    ("overall", "median score", False),
)
_COLOUR: Final = "#31688e"


def render_page(season: SeasonSummary) -> str:
    """Return the season as a page.

    Parameters
    ----------
    season
        The season.

    Raises
    ------
    DependencyError
        If matplotlib is not installed.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("cydscore.season", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    plots = [
        {"title": f"{title}, by {group}", "svg": _plot(season.rates, group, measure, is_share)}
        for measure, title, is_share in _PLOTTED
        for group in GROUPS
        if _select(season.rates, group, measure).shape[0] > 1
    ]
    return environment.get_template("season.html.j2").render(
        season=season,
        plots=plots,
        tags=_plot_tags(season.rates),
        flags=season.flags.to_dict("records"),
        changes=season.changes.query("came + went > 0").to_dict("records"),
    )


def _select(rates: "pd.DataFrame", group: str, measure: str) -> "pd.DataFrame":
    return rates[(rates["group"] == group) & (rates["measure"] == measure) & rates["rate"].notna()]


def _plot(rates: "pd.DataFrame", group: str, measure: str, is_share: bool) -> str:
    rows = _select(rates, group, measure)
    labels = [f"{v} ({n:,})" for v, n in zip(rows["value"], rows["n_filings"], strict=True)]
    values = rows["rate"] * (100 if is_share else 1)
    return _draw_bars(labels, values.tolist(), "%" if is_share else "points")


def _plot_tags(rates: "pd.DataFrame") -> str:
    rows = rates[(rates["group"] == "all") & rates["measure"].str.match("tag:[^!]")]
    rows = rows.sort_values("rate", ascending=False)
    names = [measure.removeprefix("tag:") for measure in rows["measure"]]
    return _draw_bars(names, (100 * rows["rate"]).tolist(), "% of filings that state it")


def _draw_bars(labels: list[str], values: list[float], unit: str) -> str:
    """Return horizontal bars as an SVG element, the same for the same figures."""
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise DependencyError(
            "plots need matplotlib; pip install 'cydscore[plots]', or write --out season.csv"
        ) from error
    with mpl.rc_context({"svg.hashsalt": "cydscore", "svg.fonttype": "none", "font.size": 9}):
        figure: Any = Figure(figsize=(6, 0.5 + 0.24 * len(labels)), layout="constrained")
        axes = figure.subplots()
        axes.barh(labels, values, color=_COLOUR)
        axes.invert_yaxis()
        axes.set_xlabel(unit)
        axes.spines[["top", "right"]].set_visible(False)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()[stream.getvalue().index("<svg") :]
