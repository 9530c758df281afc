"""An index of many filings: one row each, sortable and searchable, with distributions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cydscore.html.environment import load_asset, load_environment, make_policy
from cydscore.html.words import VERDICT_SIGNS, name_element, name_filing
from cydscore.taxonomy import flag_names

_N_BINS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """One filing as the index shows it.

    Attributes
    ----------
    page
        Name of its page, relative to the index.
    company, form, period_end, accession
        As in the report; "" where unknown.
    scores
        Points by part, None where there is no score.
    n_errors, n_warnings
        Findings by severity.
    verdicts
        Verdict by flag.
    """

    page: str
    company: str
    form: str
    period_end: str
    accession: str
    scores: Mapping[str, float | None]
    n_errors: int
    n_warnings: int
    verdicts: Mapping[str, str]


def to_index_row(report: Mapping[str, Any], page: str) -> IndexRow:
    """Return the row of a report.

    Parameters
    ----------
    report
        The report as plain data.
    page
        Name of its page.
    """
    filing = report["filing"]
    severities = Counter(finding["severity"] for finding in report["findings"])
    return IndexRow(
        page=page,
        company=name_filing(filing),
        form=filing["form"] or "",
        period_end=filing["period_end"] or "",
        accession=filing["accession"] or "",
        scores=dict(report["scores"]),
        n_errors=severities["error"],
        n_warnings=severities["warning"],
        verdicts={flag["element"]: flag["verdict"] for flag in report["flags"]},
    )


def render_index(rows: Sequence[IndexRow], *, title: str = "Cybersecurity disclosures") -> str:
    """Return the index page.

    Parameters
    ----------
    rows
        The filings.
    title
        Heading of the page.
    """
    parts = list(rows[0].scores) if rows else []
    style = load_asset("base.css") + load_asset("page.css") + load_asset("index.css")
    script = load_asset("index.js")
    ordered = sorted(rows, key=lambda row: (row.company.casefold(), row.period_end, row.page))
    return (
        load_environment()
        .get_template("index.html.j2")
        .render(
            title=title,
            rows=ordered,
            parts=parts,
            forms=sorted({row.form for row in rows if row.form}),
            histograms=[_make_histogram(part, rows) for part in parts],
            verdicts=[_count_verdicts(flag, rows) for flag in flag_names()],
            verdict_signs=VERDICT_SIGNS,
            style=style,
            script=script,
            policy=make_policy(style=style, script=script),
        )
    )


def _make_histogram(part: str, rows: Sequence[IndexRow]) -> dict[str, Any]:
    points = sorted(p for row in rows if (p := row.scores[part]) is not None)
    bins = [0] * _N_BINS
    for p in points:
        bins[min(int(p * _N_BINS / 100), _N_BINS - 1)] += 1
    most = max(bins, default=0) or 1
    width = 100 / _N_BINS
    return {
        "part": part,
        "n": len(points),
        "median": _quantile(points, 0.5),
        "p10": _quantile(points, 0.1),
        "p90": _quantile(points, 0.9),
        "bars": [
            {"x": round(i * width, 2), "height": round(56 * n / most, 1), "n": n}
            for i, n in enumerate(bins)
        ],
        "width": round(width - 0.6, 2),
    }


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    return ordered[round(share * (len(ordered) - 1))] if ordered else None


def _count_verdicts(flag: str, rows: Sequence[IndexRow]) -> dict[str, Any]:
    counts = Counter(row.verdicts[flag] for row in rows if flag in row.verdicts)
    total = sum(counts.values()) or 1
    shares, start = [], 0.0
    for verdict in VERDICT_SIGNS:
        share = 100 * counts[verdict] / total
        shares.append(
            {"verdict": verdict, "n": counts[verdict], "x": round(start, 2), "w": round(share, 2)}
        )
        start += share
    return {"name": name_element(flag), "shares": shares}
