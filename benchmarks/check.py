"""Put errors into real filings, and count which of them the checker finds.

    python benchmarks/check.py ../shared/filings --labels ../shared/labels/consistency.jsonl

One table: for each kind of error how many filings were changed, the share in which a finding on
the changed element is new (with Wilson's interval at 95 %), and for changes that are no error the
share of filings with any new warning or error. ``--misses FILE`` writes what was not found, by
accession and element, without prose. Filings are drawn from companies that the model has not seen.
"""

import argparse
import csv
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from typing import Any, TypeVar

from perturb import (
    Perturbed,
    delete_sentences,
    flip_flags,
    negate_sentences,
    put_last_year,
    render_again,
    swap_blocks,
)

from cydscore.check.rules import Basis, load_rules
from cydscore.compare import compare_reports, pair_filings
from cydscore.inputs import read_source
from cydscore.records import Filing
from cydscore.report import Report, make_reports
from cydscore.store import Model, load_model
from cydscore.taxonomy import MATERIAL_FLAG, flag_names

_SEEN = Path(__file__).resolve().parents[1] / "corpora" / "item106" / "companies.csv"
_A_GO = 64
_GRAVE = ("warning", "error")
#: Names of the flags in the labels, in the order of ``flag_names``.
_LABELS = ("integrated", "third_party", "oversight", "material", "positions", "report")
T = TypeVar("T")
_DECLARED = {"true": True, "false": False, True: True, False: False}


@dataclass(slots=True)
class Row:
    """A row of the table: how many were tried, and how many found as each severity."""

    n: int = 0
    grave: int = 0
    any: int = 0
    misses: list[dict[str, Any]] = field(default_factory=list)


def main() -> None:
    """Print the table."""
    given = parse_arguments()
    model = load_model(given.model)
    dice = random.Random(given.seed)  # noqa: S311 (a draw, not a secret)
    filings = list(read_source(given.filings))
    pairs = draw_pairs(filings, given.sample, dice)
    table: dict[str, Row] = defaultdict(Row)
    for some in cut(pairs, _A_GO // 2):
        reports = make_reports([filing for pair in some for filing in pair], model)
        couples = list(zip(reports[::2], reports[1::2], strict=True))
        try_errors([new for _, new in couples], model, dice, table)
        try_last_year(couples, model, table)
    if given.labels:
        try_labelled(filings, given.labels, model, table)
    write_table(table)
    if given.misses:
        lines = [json.dumps({"kind": k} | miss) for k, row in table.items() for miss in row.misses]
        given.misses.write_text("\n".join([*lines, ""]), "utf-8")


def parse_arguments() -> argparse.Namespace:
    """Return the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("filings", help="folder of Parquet tables, notes zip or folder of filings")
    parser.add_argument("--labels", type=Path, help="filings read against their flags")
    parser.add_argument("--sample", type=int, default=300, help="companies to draw")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--misses", type=Path, help="write what was missed, as JSON lines")
    parser.add_argument("--model", help="folder of a model; the one that ships by default")
    return parser.parse_args()


def draw_pairs(
    filings: Sequence[Filing], n: int, dice: random.Random
) -> list[tuple[Filing, Filing]]:
    """Return two years of some companies of which the model has seen no sentence."""
    with _SEEN.open(encoding="utf-8", newline="") as stream:
        seen = {row["cik"] for row in csv.DictReader(stream)}
    pairs = [pair for pair in pair_filings(filings) if pair[1].cik not in seen]
    return dice.sample(pairs, min(n, len(pairs)))


def try_errors(
    reports: Sequence[Report], model: Model, dice: random.Random, table: dict[str, Row]
) -> None:
    """Put errors into filings, and changes that are none, and count what is new."""
    before = {report.filing.accession: list_findings(report) for report in reports}
    tried = [made for report in reports for made in perturb(report, dice)]
    for perturbed, report in zip(tried, report_on(tried, model), strict=True):
        new = list_findings(report) - before[perturbed.accession]
        count(table, perturbed, new)


def perturb(report: Report, dice: random.Random) -> Iterator[Perturbed]:
    """Yield a filing with each kind of change that it lends itself to."""
    supported = [f.element for f in report.checks.flags if f.verdict == "supported"]
    yield from flip_flags(report, supported, "supported flag flipped")
    dice.shuffle(supported)
    for kind in (False, True):
        yield from first(
            made for flag in supported for made in delete_sentences(report, flag, whole=kind)
        )
    yes_no = [flag for flag in supported if flag != MATERIAL_FLAG]
    yield from first(made for flag in yes_no for made in negate_sentences(report, flag))
    if MATERIAL_FLAG in supported:
        yield from negate_sentences(report, MATERIAL_FLAG)
    yield from swap_blocks(report, dice)
    yield from render_again(report)


def cut(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield some rows at a time."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def first(made: Iterable[Perturbed]) -> Iterator[Perturbed]:
    """Yield the first only."""
    for perturbed in made:
        yield perturbed
        return


def try_last_year(
    couples: Sequence[tuple[Report, Report]], model: Model, table: dict[str, Row]
) -> None:
    """Put last year's text under this year's flags, and compare with last year's report."""
    changed = [(old, new) for old, new in couples if compare_reports(old, new).is_changed]
    again = make_reports([put_last_year(old, new) for old, new in changed], model)
    for (old, new), report in zip(changed, again, strict=True):
        known = {finding.rule for finding in compare_reports(old, new).findings}
        found = [f for f in compare_reports(old, report).findings if f.rule not in known]
        row = table["last year's text (cydscore compare)"]
        row.n += 1
        row.any += bool(found)
        row.grave += any(f.severity in _GRAVE for f in found)
        if not found:
            counts = compare_reports(old, report).count()
            row.misses.append({"accession": new.filing.accession, "elements": [], "what": counts})


def try_labelled(
    filings: Sequence[Filing], labels: Path, model: Model, table: dict[str, Row]
) -> None:
    """Flip each flag that a reader found stated as it is declared."""
    rows = [json.loads(line) for line in labels.read_text("utf-8").splitlines()]
    by_accession = {filing.accession: filing for filing in filings}
    for some in cut([row for row in rows if row["adsh"] in by_accession], _A_GO):
        reports = make_reports([by_accession[row["adsh"]] for row in some], model)
        before = {report.filing.accession: list_findings(report) for report in reports}
        tried = [
            made
            for report, row in zip(reports, some, strict=True)
            for made in flip_flags(report, list_read(row), "flag flipped that a reader confirms")
        ]
        for perturbed, report in zip(tried, report_on(tried, model), strict=True):
            count(table, perturbed, list_findings(report) - before[perturbed.accession])


def list_read(row: dict[str, Any]) -> list[str]:
    """Return the flags of a labelled filing that are declared as the text was read."""
    means = {"yes": True, "no": False, "affirmed": True, "denied_both": False}
    return [
        element
        for element, name in zip(flag_names(), _LABELS, strict=True)
        if row["declared"].get(name) is not None
        and means.get(row["stated"][name]) == _DECLARED[row["declared"][name]]
    ]


def report_on(tried: Sequence[Perturbed], model: Model) -> Iterator[Report]:
    """Yield the reports on changed filings."""
    for some in cut(tried, _A_GO):
        yield from make_reports([perturbed.filing for perturbed in some], model)


def list_findings(report: Report) -> set[tuple[str, str, tuple[str, ...]]]:
    """Return the findings on a filing that read words, by rule, severity and elements."""
    return {
        (f.rule, f.severity, f.elements)
        for f in report.checks.findings
        if load_rules()[f.rule].basis is Basis.WORDS
    }


def count(
    table: dict[str, Row], perturbed: Perturbed, new: set[tuple[str, str, tuple[str, ...]]]
) -> None:
    """Count one changed filing; an error put in is found by a new finding on its element."""
    row = table[perturbed.kind]
    row.n += 1
    if perturbed.elements:
        wanted = set(perturbed.elements)
        elsewhere = {found for found in new if not wanted & set(found[2])}
        new = new - elsewhere
        if "flipped" in perturbed.kind:
            quiet = table["flag flipped: findings on other elements"]
            quiet.n += 1
            quiet.grave += any(severity in _GRAVE for _, severity, _ in elsewhere)
            quiet.any += bool(elsewhere)
    row.grave += any(severity in _GRAVE for _, severity, _ in new)
    row.any += bool(new)
    if bool(perturbed.elements) != any(severity in _GRAVE for _, severity, _ in new):
        row.misses.append(
            {
                "accession": perturbed.accession,
                "elements": list(perturbed.elements),
                "what": perturbed.what,
                "new": sorted(f"{severity} {rule}" for rule, severity, _ in new),
            }
        )


def write_table(table: dict[str, Row]) -> None:
    """Write the table in markdown, errors first."""
    out = sys.stdout.write
    errors = [kind for kind in table if "nothing" not in kind and "other elements" not in kind]
    out("| error put in | filings | found as warning or error | 95 % | found, notes too |\n")
    out("|---|---|---|---|---|\n")
    for kind in sorted(errors):
        out(write_row(kind, table[kind]))
    out("\n| no error | filings | with a new warning or error | 95 % | new notes too |\n")
    out("|---|---|---|---|---|\n")
    for kind in sorted(set(table) - set(errors)):
        out(write_row(kind, table[kind]))


def write_row(kind: str, row: Row) -> str:
    """Return a line of the table."""
    low, high = wilson(row.grave, row.n)
    return (
        f"| {kind} | {row.n:,} | {row.grave / max(1, row.n):.3f} | {low:.3f}–{high:.3f} "
        f"| {row.any / max(1, row.n):.3f} |\n"
    )


def wilson(k: int, n: int) -> tuple[float, float]:
    """Return Wilson's interval at 95 % for k of n, in [0, 1]."""
    if not n:
        return 0.0, 1.0
    z, p = 1.96, k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


if __name__ == "__main__":
    main()
