"""cydscore's own tagger: on the folds, on fewer labels, and what it costs."""

import json
from hashlib import blake2b

import numpy as np
from joblib import Parallel, delayed
from tag_peers.costs import measure_load, measure_rate, measure_size
from tag_peers.data import CACHE, N_FOLDS, Figures, Labels, find_folds, interval, judge
from tag_peers.make import say

from cydscore.store import find_default_model, load_model
from cydscore.tagger import SegmentTagger

SIZES = (2_000, 5_000, 10_000, 20_000, 40_000)
CURVE = CACHE / "curve.json"


def answer(segments, saved=None):
    """Return what our tagger says of segments, out of fold; ``saved`` keeps its folds."""
    return judge(Labels(segments), find_folds(saved, segments, say).margins)


def measure_ours(labels):
    """Return what the packaged model costs."""
    model = load_model()
    texts = labels.pick(labels.judged)[0]
    files = find_default_model()
    return {
        "rate": round(measure_rate(model.tagger.describe, texts)),
        "size_mb": round(measure_size(files), 1),
        "load_s": round(measure_load(load_model), 3),
    }


def make_curve(segments):
    """Fit on ever more labels, companies kept whole; keep the figures."""
    labels = Labels(segments)
    rank = {c: blake2b(f"curve:{c}".encode()).digest() for c in set(labels.companies)}
    order = sorted(range(len(labels)), key=lambda i: rank[labels.companies[i]])
    rows = []
    for size in (n for n in SIZES if n < len(labels)):
        last = labels.companies[order[size - 1]]
        known = np.zeros(len(labels), bool)
        known[order[:size]] = True
        known |= np.array([c == last for c in labels.companies])
        there = known | labels.judged
        margins = np.zeros((len(labels), labels.targets.shape[1]), np.float32)
        fit = delayed(_fit_fold)
        parts = Parallel(n_jobs=-1)(fit(labels, known, k) for k in range(N_FOLDS))
        for k, part in enumerate(parts):
            margins[there & (labels.folds == k)] = part
        n_companies = len({*np.array(labels.companies)[known]})
        figures = Figures(judge(labels, margins, there, known=known))
        rows.append(describe_row(int(known.sum()), n_companies, figures))
        say(f"{rows[-1]['labels']} labels: macro-F1 {rows[-1]['macro'][0]:.3f}")
        CURVE.parent.mkdir(exist_ok=True)
        CURVE.write_text(f"{json.dumps(rows, indent=1)}\n", "utf-8")


def describe_row(n_labels, n_companies, figures):
    """Return a row of the curve: figures with their intervals."""
    row = {"labels": n_labels, "companies": n_companies}
    for name in ("macro", "denials", "specificity"):
        draws = getattr(figures, name)
        row[name] = [round(float(x), 4) for x in (draws[0], *interval(draws))]
    return row


def _fit_fold(labels, known, k):
    kept = np.flatnonzero(known & (labels.folds != k))
    asked = np.flatnonzero((known | labels.judged) & (labels.folds == k))
    tagger = SegmentTagger(calibration_folds=0)
    tagger.fit([labels.texts[i] for i in kept], labels.truth[kept], labels.levels[kept])
    return tagger.margins([labels.texts[i] for i in asked])
