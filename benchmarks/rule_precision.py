"""Draw findings of each rule that reads words, to be read one by one.

The precision of a rule (``precision`` and ``n_read`` in ``data/rules.json``) is the share of such a
draw that a reader found right. The draw holds prose of real filings: keep it out of the repository.

    python benchmarks/rule_precision.py ../shared/filings --sample 30 --seed 0 --out ../draws

Each rule gets a file of JSON lines: ``accession``, ``form``, ``elements``, ``detail``, ``cites``,
``declared``, ``stated`` and ``confidence`` of the flag, ``evidence`` and ``blocks`` in words, and
``disclosure``, all that the filing says, where a rule goes by what is missing.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from cydscore.check.rules import Basis, load_rules
from cydscore.inputs import read_source
from cydscore.records import Finding
from cydscore.report import Report, make_reports
from cydscore.store import load_model

_FILINGS_A_GO = 256
_BY_WHAT_IS_MISSING = (
    *("question-unanswered", "flag-unsupported", "flag-words-untagged", "flag-partly-supported"),
    *("incident-part-missing", "incident-undetermined"),
)


def main() -> None:
    """Write the draws."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("filings", help="folder of Parquet tables, notes zip or folder of filings")
    parser.add_argument("--sample", type=int, default=30, help="findings of each rule")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="folder outside the repository")
    parser.add_argument("--model", help="folder of a model; the one that ships by default")
    given = parser.parse_args()
    if given.out.resolve().is_relative_to(Path(__file__).resolve().parents[1]):
        parser.error("--out lies in the repository, and the draw holds prose of real filings")
    draws: dict[str, list[dict[str, Any]]] = {
        rule.id: [] for rule in load_rules().values() if rule.basis is Basis.WORDS
    }
    n_found: dict[str, int] = defaultdict(int)
    dice = random.Random(given.seed)  # noqa: S311 (a draw, not a secret)
    for report in report_on(given.filings, given.model):
        for finding in report.checks.findings:
            if finding.rule not in draws:
                continue
            n_found[finding.rule] += 1
            draw, place = draws[finding.rule], dice.randrange(n_found[finding.rule])
            if len(draw) < given.sample:
                draw.insert(place, describe(report, finding))
            elif place < given.sample:
                draw[place] = describe(report, finding)
    given.out.mkdir(parents=True, exist_ok=True)
    for rule, draw in draws.items():
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in draw]
        (given.out / f"{rule}.jsonl").write_text("".join(lines), "utf-8")
        print(f"{rule:26} {len(draw):4} of {n_found[rule]}")  # noqa: T201


def report_on(source: str, model: str | None) -> Iterator[Report]:
    """Yield the reports on all filings of a source."""
    loaded = load_model(model)
    groups = group_filings(source)
    return chain.from_iterable(make_reports(group, loaded) for group in groups)


def group_filings(source: str) -> Iterator[list[Any]]:
    """Yield the filings of a source, some at a time."""
    group: list[Any] = []
    for filing in read_source(source):
        group.append(filing)
        if len(group) == _FILINGS_A_GO:
            yield group
            group = []
    if group:
        yield group


def describe(report: Report, finding: Finding) -> dict[str, Any]:
    """Return what a reader needs to judge a finding."""
    texts = {segment.id: segment.text for segment in report.segments}
    flags = {flag.element: flag for flag in report.checks.flags}
    flag = flags.get(finding.elements[0]) if finding.elements else None
    row: dict[str, Any] = {
        "accession": report.filing.accession,
        "form": report.filing.form,
        "elements": list(finding.elements),
        "detail": finding.detail,
        "cites": finding.cites,
        "declared": flag.declared if flag else None,
        "stated": flag.stated if flag else None,
        "confidence": flag.confidence if flag else None,
        "evidence": [texts[name] for name in finding.evidence],
        "blocks": {
            fact.element: fact.value
            for fact in report.filing.facts
            if fact.element in finding.elements and isinstance(fact.value, str)
        },
    }
    if finding.rule in _BY_WHAT_IS_MISSING:
        row["disclosure"] = [segment.text for segment in report.segments]
    return row


if __name__ == "__main__":
    main()
