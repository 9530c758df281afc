"""Find the tagger's errors and count their causes, which were named by reading one by one.

Usage::

    python benchmarks/errors.py --write docs/peers.md
    python benchmarks/errors.py --find ../shared

``errors.csv`` cites each error by reference, never by its words. ``--find`` lists them anew: a
cause that was read stays with its error, and new ones wait to be read.
"""

import argparse
import csv
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from tag_peers.data import BOOK, N_TAGS, find_folds, read_rows, select

from cydscore.corpus import JUDGED_SAMPLES
from cydscore.heads import decide
from cydscore.train import to_arrays

COLUMNS = ("accession", "element", "start", "end", "tag", "error", "cause")
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
    tags = [tag for tag, _ in Counter(row["tag"] for row in rows).most_common()]
    causes = [cause for cause in CAUSES if any(counts[tag, cause] for tag in tags)]
    lines = [
        "| tag | errors | " + " | ".join(f"`{c}`" if c else "not read" for c in causes) + " |",
        "|---|--:|" + "--:|" * len(causes),
    ]
    for tag in tags:
        cells = [counts[tag, cause] for cause in causes]
        lines.append(f"| {tag} | {sum(cells)} | {' | '.join(map(str, cells))} |")
    sums = [sum(counts[tag, cause] for tag in tags) for cause in causes]
    lines.append(f"| all | {sum(sums)} | {' | '.join(map(str, sums))} |")
    rules = Counter(row["cause"] for row in rows if re.fullmatch(r"rule\d+", row["cause"]))
    meanings = [f"- `{cause}`: {meaning}" for cause, meaning in CAUSES.items() if cause]
    named = ", ".join(f"rule {rule[4:]} {n}" for rule, n in rules.most_common(6))
    return "\n".join(
        [*lines, "", *meanings, "", f"Rules of the codebook, where one decides: {named}."]
    )


def read_errors():
    """Return the errors as they were last found."""
    with ERRORS.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def find_errors(shared, saved):
    """Return the errors of the folds on judged segments, with the causes that are known."""
    rows = read_rows(shared)
    segments = select(rows)
    fit = find_folds(saved, segments)
    readings = defaultdict(dict)
    for segment in rows[0]:
        readings[_cite(segment)][segment.reading] = segment.tags
    known = {tuple(row.values())[:-1]: row["cause"] for row in read_errors()}
    truth, _ = to_arrays(segments, BOOK)
    judged = np.array([segment.sample in JUDGED_SAMPLES for segment in segments])
    found = []
    for k, calibration in enumerate(fit.calibrations):
        held = np.flatnonzero(judged & (fit.folds == k))
        chances = calibration.to_probabilities(fit.margins[held])
        said, _ = decide(chances, calibration.thresholds, BOOK)
        for i, j in np.argwhere(said[:, :N_TAGS] != truth[held, :N_TAGS]):
            place, tag = _cite(segments[held[i]]), BOOK.names[j]
            error = (*place, tag, "FP" if said[i, j] else "FN")
            one, two = (tag in readings[place].get(n, ()) for n in (1, 2))
            cause = known.get(error, "")
            found.append((*error, "differ" if one != two else "" if cause == "differ" else cause))
    return sorted(found)


def _cite(segment):
    return segment.accession, segment.element, str(segment.start), str(segment.end)


def main() -> None:
    """Print the table, or write it into a page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--find", type=Path, metavar="SHARED", help="list the errors anew")
    options.add_argument("--folds", type=Path, help="file that keeps the folds that were fitted")
    options.add_argument("--write", type=Path, help="page to write it into")
    given = options.parse_args()
    if given.find:
        found = find_errors(given.find, given.folds)
        with ERRORS.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerows([COLUMNS, *found])
    table = write_table(read_errors())
    if not given.write:
        sys.stdout.write(f"{table}\n")
        return
    mark = "<!-- bench-errors -->"
    before, _, after = given.write.read_text("utf-8").split(mark)
    given.write.write_text(f"{before}{mark}\n{table}\n{mark}{after}", "utf-8")


if __name__ == "__main__":
    main()
