"""How the tagger does beside others: ``make bench-tags``.

All are trained on what lies outside a fold of companies, and judged on it: segments of whole
filings and those picked for rare tags, duplicates dropped. Margins become probabilities and labels
by the same calibration, fitted on the other folds. What the peers said is kept beside this script
(``--make NAME`` makes it anew), for the first lines of both corpora, with which they were trained;
what cydscore says is made by the command.
"""

import argparse
import datetime
import json
import re
import sys
from pathlib import Path

from tag_peers import ours
from tag_peers.data import (
    BOOK,
    CACHE,
    COUNTED,
    N_FOLDS,
    ROOT,
    Answers,
    Figures,
    Labels,
    interval,
    read_rows,
    select,
)
from tag_peers.make import describe_machine, make_answers
from tag_peers.peers import PEERS

WORK = ROOT / "build" / "bench-tags"
FIRST = (90_369, 1_363)
COMMAND = "make bench-tags"


def main() -> None:
    """Print the tables, or make what they are made from."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path, help="folder with labels and filings")
    parser.add_argument("--write", type=Path, help="page whose part between markers is replaced")
    parser.add_argument(
        "--first", type=int, nargs=2, default=FIRST, help="lines of both corpora for the peers"
    )
    parser.add_argument("--make", nargs="+", choices=PEERS, help="fit these peers anew")
    parser.add_argument("--most", type=int, default=N_FOLDS, help="folds to fit at most")
    parser.add_argument("--curve", action="store_true", help="fit on ever more labels")
    parser.add_argument("--folds", type=Path, help="file that keeps the folds fitted on all labels")
    parser.add_argument("--first-folds", type=Path, help="another, for the first labels")
    given = parser.parse_args()
    rows = read_rows(given.shared)
    segments, some = select(rows), select(rows, given.first)
    if given.make:
        labels = Labels(some)
        for name in given.make:
            make_answers(name, labels, WORK, n_most=given.most, about={"first": given.first})
        return
    if given.curve:
        ours.make_curve(segments)
        return
    labels = Labels(segments)
    everything = ours.answer(segments, given.folds)
    same = everything
    if len(some) < len(segments):
        same = ours.answer(some, given.first_folds)
    everything = everything.only(same.keys)
    same.about.update(ours.measure_ours(labels))
    everything.about.update(same.about | {"n_segments": everything.about["n_segments"]})
    peers = {name: Answers.load(name, labels) for name in PEERS if (CACHE / f"{name}.npz").exists()}
    lines = [*list_peers(everything, same, peers), "", *list_tags(everything), ""]
    lines += list_curve(labels, everything)
    sys.stdout.write("\n".join(lines) + "\n")
    if given.write:
        block = "\n".join(["<!-- bench-tags -->", "", *lines, "", "<!-- /bench-tags -->"])
        page = given.write.read_text("utf-8")
        pattern = r"<!-- bench-tags -->.*?<!-- /bench-tags -->"
        given.write.write_text(re.sub(pattern, lambda _: block, page, flags=re.DOTALL), "utf-8")


def list_peers(everything, same, peers):
    """Return the table of taggers, best first, ours at the top."""
    figures = Figures(everything)
    rows = [("**cydscore**, all labels", everything, figures, None)]
    if same is not everything:
        rows.append(("**cydscore**, the peers' labels", same, Figures(same), None))
    others = []
    for name, answers in peers.items():
        here = same.only(answers.keys)
        title = PEERS[name].title
        folds = answers.about["folds"]
        if len(folds) < N_FOLDS:
            title += f" (folds {', '.join(map(str, folds))} of 0–{N_FOLDS - 1} only)"
        mine = Figures(here)
        others.append((title, answers, Figures(answers.only(here.keys)), mine))
    rows += sorted(others, key=lambda row: -row[2].macro[0])
    today = datetime.datetime.now(tz=datetime.UTC).date()
    lines = [
        (
            f"{describe_machine()}, {today}, `{COMMAND}`: {figures.n_segments:,} segments of "
            f"{figures.n_companies} companies. The peers are trained on "
            f"{same.about['n_segments']:,} segments, all labels are "
            f"{everything.about['n_segments']:,}."
        ),
        "",
        (
            "| tagger | macro-F1 (95 %) | less than cydscore (95 %) | micro-F1 "
            "| less than cydscore (95 %) | denials F1 | specificity macro-F1 | calibration error "
            "| segments/s | MB | load, s |"
        ),
        "|---|---|---|--:|---|--:|--:|--:|--:|--:|--:|",
    ]
    for title, answers, made, mine in rows:
        about = answers.about
        cells = [
            title,
            _show(made.macro),
            "" if mine is None else _show(mine.macro - made.macro),
            f"{made.micro[0]:.3f}",
            "" if mine is None else _show(mine.micro - made.micro),
            *(f"{x[0]:.3f}" for x in (made.denials, made.specificity)),
            f"{made.error:.3f}",
            f"{about['rate']:,}",
            f"{about['size_mb']:.1f}",
            f"{about['load_s']:.2f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def list_tags(answers):
    """Return the table of our tags, each with an interval."""
    figures = Figures(answers)
    lines = ["| tag | examples | F1 (95 %) |", "|---|--:|---|"]
    lines += [
        f"| `{BOOK.names[j]}` | {figures.support[j]:,} | {_show(figures.tags[:, j])} |"
        for j in COUNTED
    ]
    n_denials = int(figures.support[len(BOOK.names) :].sum())
    lines.append(f"| all denials | {n_denials:,} | {_show(figures.denials)} |")
    levels = _show(figures.specificity)
    lines.append(f"| specificity, three levels | {figures.n_segments:,} | {levels} |")
    return lines


def list_curve(labels, everything):
    """Return the table of figures by number of labels, fewer of them as it was last made."""
    lines = [
        (
            "| labels | companies | macro-F1 (95 %) | denials F1 (95 %) "
            "| specificity macro-F1 (95 %) |"
        ),
        "|--:|--:|---|---|---|",
    ]
    fewer = json.loads(ours.CURVE.read_text("utf-8")) if ours.CURVE.exists() else []
    n_companies = len(set(labels.companies))
    for row in (*fewer, ours.describe_row(len(labels), n_companies, Figures(everything))):
        cells = [f"{row['labels']:,}", f"{row['companies']:,}"]
        for name in ("macro", "denials", "specificity"):
            middle, low, high = row[name]
            cells.append(f"{middle:.3f} ({low:.3f} to {high:.3f})")
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _show(draws):
    low, high = interval(draws)
    return f"{draws[0]:.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    main()
