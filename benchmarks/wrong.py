"""Count findings by rule, form, size and year: what real filings get wrong, for docs/findings.md.

    cydscore score ../shared/filings --out season/
    cydscore compare --all ../shared/filings --out years.jsonl
    python benchmarks/wrong.py season --years years.jsonl

The section between the page's markers is written anew, the rest of the page is left as it is.
Without ``--years`` there is no table of two years. Counts are of filings with at least one finding
of the rule.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cydscore.check.rules import load_rules
from cydscore.compare.rules import load_year_rules
from cydscore.dataset import read_table
from cydscore.season.groups import SIZE_BANDS, add_groups

if TYPE_CHECKING:
    import pandas as pd

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "findings.md"
BEGIN: Final = "<!-- wrong: written by benchmarks/wrong.py -->"
END: Final = "<!-- /wrong -->"
#: Columns of the tables with fewer filings than these are left out.
_LEAST: Final = 50
_COLUMNS: Final = ["accession", "form", "fiscal_year", "period_end", "public_float", "sic"]


def main() -> None:
    """Write the section."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path, help="folder that cydscore score --out FOLDER/ made")
    parser.add_argument("--years", type=Path, help="JSON lines of cydscore compare --all")
    parser.add_argument("--page", type=Path, default=PAGE)
    given = parser.parse_args()
    filings = read_table(given.dataset, "filings", [*_COLUMNS, "model"])
    findings = read_table(given.dataset, "findings", ["accession", "rule"])
    lines = list(describe_findings(count_findings(filings, findings), filings))
    if given.years:
        lines += describe_years(*count_years(given.years))
    text = given.page.read_text("utf-8")
    given.page.write_text(replace_section(text, "\n".join(lines)), "utf-8")


def count_findings(filings: "pd.DataFrame", findings: "pd.DataFrame") -> "pd.DataFrame":
    """Return the share of filings with a finding of each rule, in all and in each group.

    Parameters
    ----------
    filings
        A row a filing: ``accession``, ``form``, ``fiscal_year``, ``period_end``, ``public_float``.
    findings
        A row a finding: ``accession`` and ``rule``.

    Returns
    -------
    pandas.DataFrame
        Columns ``rule``, ``group`` (all, form, size or year), ``value``, ``n_filings`` of the
        group, ``n_found`` filings with the rule, and ``rate`` in [0, 1].
    """
    import pandas as pd

    grouped = add_groups(filings)
    found = findings.drop_duplicates(["accession", "rule"]).merge(grouped, on="accession")
    parts = []
    for group in ("all", "form", "size", "year"):
        whole = grouped.assign(all="all")[group].value_counts()
        counts = found.assign(all="all").groupby(["rule", group]).size().rename("n_found")
        part = counts.rename_axis(["rule", "value"]).reset_index()
        part.insert(1, "group", group)
        part["n_filings"] = part["value"].map(whole)
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    table["rate"] = table["n_found"] / table["n_filings"]
    return table


def describe_findings(table: "pd.DataFrame", filings: "pd.DataFrame") -> Iterator[str]:
    """Yield the lines of markdown that show the counts."""
    model = ", ".join(sorted({str(sha)[:12] for sha in filings["model"]}))
    groups = add_groups(filings)
    yield f"{len(filings):,} filings, model {model}. Shares are of the filings of a column."
    whole = table[table["group"] == "all"].set_index("rule")
    known = {name: rule.severity.value for name, rule in load_rules().items()}
    rules = [name for name in known if name in whole.index]
    rules.sort(key=lambda name: (-_weight(known[name]), -int(whole.loc[name, "n_found"])))
    sizes = [name for name in SIZE_BANDS if name in set(groups["size"])]
    for group, title, order in (
        ("form", "By form", None),
        ("size", "By public float (US dollars)", sizes),
        ("year", "By fiscal year", None),
    ):
        counts = groups[group].value_counts()
        values = order or sorted(counts.index)
        values = [value for value in values if counts[value] >= _LEAST]
        part = table[table["group"] == group].set_index(["rule", "value"])["rate"]
        heads = [f"{value} ({counts[value]:,})" for value in values]
        yield f"\n### {title}\n"
        yield f"| rule | severity | filings | {' | '.join(heads)} |"
        yield "|---" * (3 + len(values)) + "|"
        for rule in rules:
            rates = [f"{part.get((rule, value), 0.0):.1%}" for value in values]
            n_found = int(whole.loc[rule, "n_found"])
            yield f"| `{rule}` | {known[rule]} | {n_found:,} | {' | '.join(rates)} |"


def count_years(path: Path) -> tuple[int, Mapping[str, int]]:
    """Return the number of pairs of years in a file, and of those with each rule."""
    n_pairs, counts = 0, Counter[str]()
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            n_pairs += 1
            counts.update({finding["rule"] for finding in json.loads(line)["findings"]})
    return n_pairs, counts


def describe_years(n_pairs: int, counts: Mapping[str, int]) -> Iterator[str]:
    """Yield the lines of markdown on two years of one company."""
    yield "\n### From one year to the next\n"
    yield f"{n_pairs:,} pairs of annual reports of consecutive years.\n"
    yield "| rule | severity | pairs | share |"
    yield "|---|---|---|---|"
    for rule in sorted(load_year_rules().values(), key=lambda rule: -counts.get(rule.id, 0)):
        n_found = counts.get(rule.id, 0)
        yield f"| `{rule.id}` | {rule.severity} | {n_found:,} | {n_found / max(1, n_pairs):.1%} |"


def replace_section(page: str, section: str) -> str:
    """Return the page with the text between its markers replaced.

    Raises
    ------
    ValueError
        If the page does not hold each marker once, in order.
    """
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        raise ValueError(f"the page must hold {BEGIN} and then {END}, each once; put them back")
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{section.strip()}\n{END}{rest.partition(END)[2]}"


def _weight(severity: str) -> int:
    return ("note", "warning", "error").index(severity)


if __name__ == "__main__":
    main()
