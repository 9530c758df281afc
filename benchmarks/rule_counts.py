"""Count what real filings get wrong, by rule, form, size and year, as a page of the docs.

    python benchmarks/rule_counts.py ../shared/filings > docs/what-filings-get-wrong.md

Needs the table of filings with ``pubfloatusd``, the market value held by the public in US dollars,
for sizes; a share is of the filings of its column in which the rule fired once or more.
"""

import argparse
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd
from rule_precision import report_on

from cydscore.check.rules import Rule, Severity, load_rules
from cydscore.records import Filing

#: Bands of public float in US dollars, as the reference of the project has them.
_BANDS = (("< 75 M", 75e6), ("< 700 M", 700e6), ("< 10 B", 10e9), (">= 10 B", float("inf")))
_FORMS = {"10-K": "10-K", "10-K/A": "10-K", "10-KT": "10-K", "20-F": "20-F", "20-F/A": "20-F"}


def main() -> None:
    """Write the page to standard output."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("filings", type=Path, help="folder of the two Parquet tables")
    parser.add_argument("--model", help="folder of a model; the one that ships by default")
    given = parser.parse_args()
    table = pd.read_parquet(given.filings / "filings.parquet").set_index("adsh")
    floats = pd.to_numeric(table["pubfloatusd"], errors="coerce").to_dict()
    n_filings: Counter[str] = Counter()
    n_firings: Counter[str] = Counter()
    firing: dict[str, Counter[str]] = defaultdict(Counter)
    for report in report_on(str(given.filings), given.model):
        columns = name_columns(report.filing, floats.get(report.filing.accession or ""))
        n_filings.update(columns)
        n_firings.update(finding.rule for finding in report.checks.findings)
        for rule in {finding.rule for finding in report.checks.findings}:
            firing[rule].update(columns)
    print(write_page(n_filings, n_firings, firing), end="")  # noqa: T201


def name_columns(filing: Filing, public_float: float | None) -> list[str]:
    """Return the columns that a filing counts in."""
    form = _FORMS.get(filing.form or "", "8-K, 6-K")
    columns = ["all", form]
    if public_float is not None and public_float > 0 and form == "10-K":
        columns.append(next(name for name, most in _BANDS if public_float < most))
    if filing.period_end and form != "8-K, 6-K":
        columns.append(f"to {filing.period_end[:4]}")
    return columns


def write_page(
    n_filings: Counter[str], n_firings: Counter[str], firing: dict[str, Counter[str]]
) -> str:
    """Return the page."""
    years = sorted(c for c in n_filings if c.startswith("to ") and n_filings[c] >= 100)
    columns = ["all", "10-K", "20-F", "8-K, 6-K", *(name for name, _ in _BANDS), *years]
    lines = [
        f"# What {n_filings['all']:,} real filings get wrong",
        "",
        "How many filings each rule fires on, in per cent of the filings of the column, and how",
        "often in all. The filings are of the SEC's notes data, which hold tagged text only: rules",
        "that go by what is missing pass over what could stand in the untagged rest. Sizes are of",
        "10-Ks, by public float in US dollars. Rules that read words are right as often as",
        "[their page](rules.md) says. Made by",
        "`python benchmarks/rule_counts.py ../shared/filings > docs/what-filings-get-wrong.md`.",
        "",
        f"| rule | severity | findings | {' | '.join(columns)} |",
        f"|---|---|{'---:|' * (len(columns) + 1)}",
        f"| filings | | | {' | '.join(f'{n_filings[c]:,}' for c in columns)} |",
    ]
    for rule in sorted(load_rules().values(), key=_rank):
        shares = [_say_share(firing[rule.id][c], n_filings[c]) for c in columns]
        lines.append(
            f"| `{rule.id}` | {rule.severity} | {n_firings[rule.id]:,} | {' | '.join(shares)} |"
        )
    return "\n".join([*lines, ""])


def _rank(rule: Rule) -> int:
    return list(reversed(Severity)).index(rule.severity)


def _say_share(n: int, n_all: int) -> str:
    if not n_all or not n:
        return "–"
    return f"{100 * n / n_all:.1f}" if n / n_all >= 0.0005 else "< 0.1"


if __name__ == "__main__":
    main()
