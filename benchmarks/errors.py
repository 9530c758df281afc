"""Count the causes of the tagger's errors, which were named by reading one by one.

Usage::

    python benchmarks/errors.py --write docs/peers.md

``errors.csv`` cites each error by reference, never by its words.
"""

import argparse
import csv
import re
import sys
from collections import Counter
from pathlib import Path

ERRORS = Path(__file__).parent / "errors.csv"
CAUSES = {
    "cue": "words that mostly go with the tag, in another meaning or of another subject",
    "rule": "a close case that a numbered rule of the codebook decides against the plain wording",
    "ctx": "who or what is meant stands elsewhere in the filing",
    "bury": "the telling clause is a small part of a long sentence",
    "rare": "the tag is stated in words that few filers use",
    "who": "the right words, but who does it to whom decides",
    "gold": "the label looks wrong, not the model",
    "differ": "two readers differ on it themselves",
    "": "not read for its cause",
}


def write_table(rows: list[dict[str, str]]) -> str:
    """Return a table of causes by tag, as Markdown."""
    counts = Counter((row["tag"], re.sub(r"\d", "", row["cause"])) for row in rows)
    read = [tag for tag, _ in Counter(r["tag"] for r in rows if r["cause"]).most_common()]
    read = [t for t in read if any(counts[t, c] for c in CAUSES if c not in ("differ", ""))]
    rest = "other tags"
    for (tag, cause), n in list(counts.items()):
        if tag not in read:
            counts[rest, cause] += n
    lines = [
        "| tag | errors | " + " | ".join(f"`{c}`" if c else "not read" for c in CAUSES) + " |",
        "|---|--:|" + "--:|" * len(CAUSES),
    ]
    for tag in (*read, rest):
        cells = [counts[tag, cause] for cause in CAUSES]
        lines.append(f"| {tag} | {sum(cells)} | {' | '.join(map(str, cells))} |")
    sums = [sum(counts[tag, cause] for tag in (*read, rest)) for cause in CAUSES]
    lines.append(f"| all | {sum(sums)} | {' | '.join(map(str, sums))} |")
    rules = Counter(row["cause"] for row in rows if re.fullmatch(r"rule\d+", row["cause"]))
    meanings = [f"- `{cause}`: {meaning}" for cause, meaning in CAUSES.items() if cause]
    named = ", ".join(f"rule {rule[4:]} {n}" for rule, n in rules.most_common(6))
    return "\n".join(
        [*lines, "", *meanings, "", f"Rules of the codebook, where one decides: {named}."]
    )


def main() -> None:
    """Print the table, or write it into a page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", type=Path, help="page to write it into")
    given = options.parse_args()
    with ERRORS.open(encoding="utf-8", newline="") as stream:
        table = write_table(list(csv.DictReader(stream)))
    if not given.write:
        sys.stdout.write(f"{table}\n")
        return
    mark = "<!-- bench-errors -->"
    before, _, after = given.write.read_text("utf-8").split(mark)
    given.write.write_text(f"{before}{mark}\n{table}\n{mark}{after}", "utf-8")


if __name__ == "__main__":
    main()
