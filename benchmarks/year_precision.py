"""Draw findings of each rule on two years, to be read one by one.

The precision of a rule (``precision`` and ``n_read`` in ``data/compare_rules.json``) is the share
of such a draw that a reader found right. The draw holds prose of real filings: keep it out of the
repository.

    cydscore compare --all ../shared/filings --out years.jsonl
    python benchmarks/year_precision.py years.jsonl --sample 30 --seed 0 --out ../draws

Each rule gets a file of JSON lines: the accession numbers of both years, ``detail``, and the
sentences that the finding speaks of.
"""

import argparse
import json
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

from cydscore.compare.rules import load_year_rules


def main() -> None:
    """Write the draws and say how many findings there were."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("comparisons", type=Path, help="JSON lines of cydscore compare --all")
    parser.add_argument("--sample", type=int, default=30, help="findings of each rule")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="folder outside the repository")
    given = parser.parse_args()
    if given.out.resolve().is_relative_to(Path(__file__).resolve().parents[1]):
        parser.error("--out lies in the repository, and the draw holds prose of real filings")
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with given.comparisons.open(encoding="utf-8") as stream:
        for line in stream:
            comparison = json.loads(line)
            for finding in comparison["findings"]:
                found[finding["rule"]].append(describe(comparison, finding))
    given.out.mkdir(parents=True, exist_ok=True)
    for rule in load_year_rules():
        dice = random.Random(given.seed)  # noqa: S311 (a draw, not a secret)
        drawn = dice.sample(found[rule], min(given.sample, len(found[rule])))
        lines = [json.dumps(row, ensure_ascii=False) for row in drawn]
        (given.out / f"{rule}.jsonl").write_text("\n".join([*lines, ""]), "utf-8")
        print(f"{rule}: {len(drawn)} of {len(found[rule])}")  # noqa: T201 (it is a script)


def describe(comparison: dict[str, Any], finding: dict[str, Any]) -> dict[str, Any]:
    """Return what a reader needs to judge a finding."""
    texts = {
        f"{side}:{row[side]['id']}": row[side].get("text", "(kept)")
        for row in comparison["sentences"]
        for side in ("old", "new")
        if row[side]
    }
    return {
        "old": comparison["old"]["accession"],
        "new": comparison["new"]["accession"],
        "detail": finding["detail"],
        "sentences": {name: texts.get(name) for name in finding["evidence"]},
    }


if __name__ == "__main__":
    main()
