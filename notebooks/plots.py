"""What the notebooks share: where the clone is, and plots in one manner."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cydscore.taxonomy import MATERIAL_FLAG

BLUE = "#31688e"
RED = "#b5403a"
GREY = "#b8b8b8"
VERDICTS = {
    "supported": BLUE,
    "partly_supported": "#8fb3cc",
    "unsupported": GREY,
    "contradicted": RED,
}
#: What each flag is about, in short.
FLAGS = {
    "CybersecurityRiskManagementProcessesIntegratedFlag": "part of risk management",
    "CybersecurityRiskManagementThirdPartyEngagedFlag": "third parties engaged",
    "CybersecurityRiskThirdPartyOversightAndIdentificationProcessesFlag": "vendors overseen",
    MATERIAL_FLAG: "material effect",
    "CybersecurityRiskManagementPositionsOrCommitteesResponsibleFlag": "management responsible",
    "CybersecurityRiskManagementPositionsOrCommitteesResponsibleReportToBoardFlag": (
        "management reports to board"
    ),
}


def find_clone() -> Path:
    """Return the root of the clone, from wherever in it the notebook runs."""
    for folder in (Path.cwd(), *Path.cwd().resolve().parents):
        if (folder / "corpora" / "season").is_dir():
            return folder
    raise FileNotFoundError("open the notebook inside a clone of cydscore: it reads corpora/")


def start(height: float, message: str, width: float = 7.5) -> tuple[Figure, Axes]:
    """Return a figure whose title is its message."""
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    figure, axes = plt.subplots(figsize=(width, height), layout="constrained", dpi=120)
    figure.suptitle(
        "\n".join(textwrap.wrap(message, int(width * 11.5))), x=0.01, ha="left", fontweight="bold"
    )
    return figure, axes


def finish(figure: Figure, caption: str) -> None:
    """Put a caption below a figure and show it."""
    width = int(figure.get_size_inches()[0] * 16)
    figure.supxlabel(
        "\n".join(textwrap.wrap(caption, width)), x=0.01, ha="left", fontsize=8, color="#555555"
    )
    plt.show()


def interval(
    successes: "pd.Series[int]", trials: "pd.Series[int]"
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of Wilson's 95 % interval of a share."""
    n, z = trials.to_numpy(float), 1.96
    share = successes.to_numpy(float) / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return middle - half, middle + half


def differ(successes: "pd.Series[int]", trials: "pd.Series[int]") -> bool:
    """Return whether the intervals of the highest and of the lowest share lie apart."""
    low, high = interval(successes, trials)
    share = successes.to_numpy(float) / trials.to_numpy(float)
    return bool(low[share.argmax()] > high[share.argmin()])


def draw_shares(
    axes: Axes, labels: Sequence[str], successes: "pd.Series[int]", trials: "pd.Series[int]"
) -> None:
    """Draw shares in % as points with their intervals, the number of cases beside each name."""
    low, high = interval(successes, trials)
    share = 100 * successes.to_numpy(float) / trials.to_numpy(float)
    names = [f"{label} ({n:,})" for label, n in zip(labels, trials, strict=True)]
    places = np.arange(len(names))
    axes.hlines(places, 100 * low, 100 * high, color=BLUE, linewidth=3, alpha=0.35)
    axes.plot(share, places, "o", color=BLUE, markersize=5)
    axes.set_yticks(places, names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(left=0)
    axes.grid(axis="x", alpha=0.3)
