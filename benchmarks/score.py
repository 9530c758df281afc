"""How the score ranks graded filings: ``make bench-score``.

Scores are out of fold: taggers, checker and scorer of each fold have not seen its companies. Beside
each correlation stand a 95 % interval, from 2,000 draws of filings with replacement, and three
baselines: length, readability and the mean of the tags.
"""

import argparse
import re
import sys
from functools import partial
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from tag_peers.data import find_folds, read_rows, select

from cydscore.corpus import find_companies
from cydscore.fit_checker import fit_checker
from cydscore.fit_scorer import score_out_of_fold
from cydscore.labelled import GRADED, READ, read_labelled, read_labels
from cydscore.norms import list_norms
from cydscore.store import load_model
from cydscore.tags import tag_names

N_DRAWS = 2000
PARTS = ("overall", "coverage", "specificity", "candour")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path, help="folder with labels and filings")
    parser.add_argument("--write", type=Path, help="page whose parts between markers are replaced")
    parser.add_argument("--folds", type=Path, help="file that keeps the folds that were fitted")
    given = parser.parse_args()
    labels = given.shared / "labels"
    grades = read_labels(labels / "grades.jsonl", GRADED)
    flags = read_labels(labels / "consistency.jsonl", READ)
    companies = find_companies(labels / "grades.jsonl")
    wanted = {str(row["adsh"]) for row in (*grades, *flags)}
    taggers = find_taggers(given.shared, given.folds)
    read = read_labelled(given.shared / "filings", wanted, companies, taggers)
    checker, _ = fit_checker(flags, read)
    held_out = score_out_of_fold(grades, read, checker)
    filings = [read[row["adsh"]] for row in grades]
    others = {
        "length (words)": [count_words(f.segments) for f in filings],
        "readability (Flesch)": [measure_flesch(f.segments) for f in filings],
        "mean of the tags": [average_tags(f.tagging) for f in filings],
    }
    lines = [f"{len(grades)} filings of companies that were not trained on:", ""]
    lines += [f"| part | score | {' | '.join(others)} | sd | p10–p90 |"]
    lines += ["|---|---|" + "---|" * len(others) + "---|---|"]
    for part in PARTS:
        truth = np.array([float(row[part]) for row in grades])
        cells = [correlate(held_out[part], truth)]
        cells += [correlate(np.array(values), truth) for values in others.values()]
        low, high = np.quantile(held_out[part], (0.1, 0.9))
        cells += [f"{np.std(held_out[part]):.1f}", f"{low:.0f}–{high:.0f}"]
        lines.append(f"| {part} | {' | '.join(cells)} |")
    error = np.abs(held_out["overall"] - np.array([float(row["overall"]) for row in grades]))
    lines += ["", f"Mean absolute error of the overall score: {error.mean():.1f} points."]
    say("\n".join(lines))
    if given.write:
        page = replace_block(given.write.read_text("utf-8"), "bench-score", lines)
        norms = load_model().norms
        if norms:
            page = replace_block(page, "norms", list_norms(norms))
        given.write.write_text(page, "utf-8")


def replace_block(page, name, lines):
    """Return a page with other lines between the markers of a name."""
    block = "\n".join([f"<!-- {name} -->", "", *lines, "", f"<!-- /{name} -->"])
    return re.sub(rf"<!-- {name} -->.*?<!-- /{name} -->", lambda _: block, page, flags=re.DOTALL)


def say(line, stream=sys.stdout):
    """Write a line."""
    stream.write(f"{line}\n")


def find_taggers(shared, saved):
    """Return the taggers of the folds."""
    report = partial(say, stream=sys.stderr)
    return find_folds(saved, select(read_rows(shared)), report).taggers


def correlate(scores, truth):
    """Return Spearman's correlation with its interval, as text."""
    rng = np.random.default_rng(0)
    middle = spearmanr(scores, truth).statistic
    drawn = []
    for _ in range(N_DRAWS):
        rows = rng.integers(0, len(truth), len(truth))
        drawn.append(spearmanr(scores[rows], truth[rows]).statistic)
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    return f"{middle:.3f} ({low:.2f} to {high:.2f})"


def count_words(segments):
    """Return the number of words."""
    return sum(len(segment.text.split()) for segment in segments)


def measure_flesch(segments):
    """Return Flesch's reading ease."""
    words = [word.lower() for segment in segments for word in segment.text.split()]
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", word))) for word in words)
    n_words = max(len(words), 1)
    return 206.8 - 1.015 * n_words / max(len(segments), 1) - 84.6 * syllables / n_words


def average_tags(tagging):
    """Return the mean over the tags of the best segment's probability."""
    return float(tagging.columns(tag_names()).max(axis=0, initial=0.0).mean())


if __name__ == "__main__":
    main()
