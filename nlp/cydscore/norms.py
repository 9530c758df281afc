"""How the scores of a filing stand beside those of its peers.

Peers are annual reports of the same form, of filers of the same size and sector. What is kept of
them is their number and the quantiles of each part; no filing can be told from it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from cydscore.records import PARTS, Filing, Scores

#: Fewer filings make no group.
LEAST_FILINGS: Final = 30
#: Public float in USD, each band up to its figure.
BANDS: Final = (
    ("float under 75 M USD", 75e6),
    ("float 75 to 700 M USD", 700e6),
    ("float 700 M to 10 B USD", 10e9),
    ("float above 10 B USD", float("inf")),
)
#: Divisions of the Standard Industrial Classification, each up to its last major group.
DIVISIONS: Final = (
    (9, "agriculture"),
    (14, "mining"),
    (17, "construction"),
    (39, "manufacturing"),
    (49, "transport and utilities"),
    (51, "wholesale"),
    (59, "retail"),
    (67, "finance, insurance, real estate"),
    (89, "services"),
    (99, "public administration"),
)
#: What peers have in common, the closest first; and what changes over the years are shown by.
PEERS: Final = (("form", "band", "division"), ("form", "band"), ("form", "division"), ("form",))
YEARS: Final = (("form", "year"),)
_LEVELS: Final = tuple(range(0, 101, 5))


def describe_group(filing: Filing) -> dict[str, str]:
    """Return what is known of ``form``, ``band``, ``division`` and ``year`` of a filing."""
    known = {}
    form = (filing.form or "").upper()
    if form.startswith(("10-K", "20-F")):
        known["form"] = form[:4]
    if filing.public_float is not None and filing.public_float >= 0:
        known["band"] = next(name for name, most in BANDS if filing.public_float <= most)
    sector = (filing.sic or "").zfill(4)
    if filing.sic and sector.isdecimal() and (group := int(sector[:2])):
        known["division"] = next(name for last, name in DIVISIONS if group <= last)
    year = filing.fiscal_year or _find_year(filing.period_end)
    if year is not None:
        known["year"] = f"fiscal year {year}"
    return known


def _find_year(period_end: str | None) -> int | None:
    """Return the fiscal year as the SEC counts it: one that ends by January is the year before."""
    if not period_end or not period_end[:4].isdecimal():
        return None
    return int(period_end[:4]) - (period_end[5:7] == "01")


def make_norms(scored: Iterable[tuple[Filing, Scores]], model: str) -> dict[str, Any]:
    """Return the distributions of the scores of annual reports, as plain data.

    Of each company the last report of a form counts, and the last of each fiscal year for the
    groups by year; amendments are left out.

    Parameters
    ----------
    scored
        Filings with their scores.
    model
        Checksum of the model that scored them.
    """
    last: dict[tuple[str, ...], tuple[Filing, Scores]] = {}
    for filing, scores in scored:
        known = describe_group(filing)
        if "form" not in known or scores.overall is None or "/A" in (filing.form or ""):
            continue
        company = filing.cik or filing.accession or filing.source
        for key in {(company, known["form"]), (company, known["form"], known.get("year", ""))}:
            if key not in last or (filing.period_end or "") >= (last[key][0].period_end or ""):
                last[key] = (filing, scores)
    groups: dict[str, list[Scores]] = defaultdict(list)
    for key, (filing, scores) in last.items():
        known = describe_group(filing)
        for dimensions in PEERS if len(key) == 2 else YEARS:
            if all(name in known for name in dimensions):
                groups[_name_group(known, dimensions)].append(scores)
    return {
        "about": "Quantiles of the scores of annual reports at the levels given, by group.",
        "model": model,
        "n": sum(len(key) == 2 for key in last),
        "levels": list(_LEVELS),
        "groups": {
            name: _describe(members)
            for name, members in sorted(groups.items())
            if len(members) >= LEAST_FILINGS
        },
    }


def _name_group(known: Mapping[str, str], dimensions: Sequence[str]) -> str:
    return ", ".join(known[name] for name in dimensions)


def _describe(members: Sequence[Scores]) -> dict[str, Any]:
    parts = {}
    for part in PARTS:
        points = np.array([p for s in members if (p := getattr(s, part)) is not None])
        if len(points) >= LEAST_FILINGS:
            parts[part] = {
                "n": len(points),
                "mean": round(float(points.mean()), 1),
                "sd": round(float(points.std()), 1),
                "quantiles": np.round(np.quantile(points, np.array(_LEVELS) / 100), 1).tolist(),
            }
    return {"n": len(members), "parts": parts}


def list_norms(norms: Mapping[str, Any]) -> list[str]:
    """Return the lines of a table: mean, standard deviation, 10th to 90th percentile of parts."""
    lines = [f"| group | n | {' | '.join(PARTS)} |", "|---|---|" + "---|" * len(PARTS)]
    for name, group in norms["groups"].items():
        cells = []
        for part in PARTS:
            row = group["parts"].get(part)
            ends = [row["quantiles"][_LEVELS.index(level)] for level in (10, 90)] if row else []
            cells.append(
                f"{row['mean']:.0f} ± {row['sd']:.0f}, {ends[0]:.0f}–{ends[1]:.0f}" if row else "–"
            )
        lines.append(f"| {name} | {group['n']:,} | {' | '.join(cells)} |")
    return lines


def place_among_peers(
    filing: Filing, scores: Scores, norms: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return where a filing's scores stand in its group, None where it has no group or no scores.

    Parameters
    ----------
    filing, scores
        The filing and its scores.
    norms
        What ``make_norms`` made; empty where the model has none.
    """
    if scores.overall is None or not norms:
        return None
    known = describe_group(filing)
    for dimensions in PEERS:
        if not all(name in known for name in dimensions):
            continue
        name = _name_group(known, dimensions)
        group = norms["groups"].get(name)
        if group is not None:
            parts = {
                part: _place(points, row["quantiles"])
                for part, row in group["parts"].items()
                if (points := getattr(scores, part)) is not None
            }
            return {"group": name, "n": group["n"], "parts": parts}
    return None


def _place(points: float, quantiles: Sequence[float]) -> dict[str, float]:
    """Return the percentile of some points (ties count half) and three quantiles."""
    around = (points - 1e-6, points + 1e-6)
    below, upto = np.interp(around, quantiles, _LEVELS, left=0, right=100).tolist()
    place = {"percentile": round((below + upto) / 2, 1)}
    for name, level in (("p10", 10), ("p50", 50), ("p90", 90)):
        place[name] = quantiles[_LEVELS.index(level)]
    return place
