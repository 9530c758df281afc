"""The labels that all taggers are compared on, and what their answers come to."""

import json
import math
import pickle
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from pathlib import Path

import numpy as np

from cydscore.calibration import expected_calibration_error, squash
from cydscore.corpus import JUDGED_SAMPLES, SETTLING, drop_duplicates, fold_text
from cydscore.curate import load_corpus
from cydscore.folds import assign_fold
from cydscore.heads import N_LEVELS, decide, fit_calibration, head_targets
from cydscore.tags import load_tags
from cydscore.train import fit_folds, judged_weights, to_arrays

ROOT = Path(__file__).parents[2]
CORPORA = (ROOT / "corpora" / "item106", ROOT / "corpora" / "contrast")
CACHE = Path(__file__).parent / "cache"
N_FOLDS = 5
N_DRAWS = 2000
ODDS_STEP = 0.1
BOOK = load_tags()
#: The tag with too few examples for a figure.
LEFT_OUT = "material_impact"
COUNTED = [j for j, name in enumerate(BOOK.names) if name != LEFT_OUT]
N_TAGS = len(BOOK.names)


def read_rows(shared):
    """Return the segments labelled by reference, with their text, and the authored ones."""
    labelled, written = CORPORA
    return load_corpus(labelled, [shared / "filings"]), load_corpus(written)


def select(rows, first=None):
    """Return the segments without duplicates; ``first`` says how many lines of each corpus.

    Those that are judged have the labels that were settled, wherever they stand.
    """
    n_labelled, n_written = first or (math.inf, math.inf)
    labelled, written = rows
    settled = (s.sample in JUDGED_SAMPLES and s.reading == SETTLING for s in labelled)
    kept = (s for s, yes in zip(labelled, settled, strict=True) if yes or s.line <= n_labelled)
    return drop_duplicates(chain(kept, (s for s in written if s.line <= n_written)))


def find_folds(saved, segments, progress=None):
    """Return what `cydscore.train.fit_folds` makes of segments.

    Where a file is named, it is taken from it, or kept in it if it is not there yet.
    """
    if saved is not None and saved.exists():
        known, fit = pickle.loads(saved.read_bytes())  # noqa: S301 (made by whoever runs this)
        if _list_labels(known) != _list_labels(segments):
            raise SystemExit(f"{saved}: made of other labels; remove it")
        return fit
    fit = fit_folds(segments, progress=progress)
    if saved is not None:
        saved.parent.mkdir(parents=True, exist_ok=True)
        part = saved.with_name(f"{saved.name}.part")
        part.write_bytes(pickle.dumps((segments, fit)))
        part.replace(saved)
    return fit


def _list_labels(segments):
    return [(s.company, s.text, sorted(s.tags), s.specificity) for s in segments]


class Labels:
    """Segments as arrays.

    Folds are those of `cydscore.train.fit_folds`; ``judged`` are the rows that count.
    """

    def __init__(self, segments):
        self.texts = [s.text for s in segments]
        self.companies = [s.company for s in segments]
        self.keys = np.array([_hash(text) for text in self.texts], np.uint64)
        self.folds = np.array([assign_fold(c, n_folds=N_FOLDS) for c in self.companies])
        self.truth, self.levels = to_arrays(segments, BOOK)
        self.targets = head_targets(self.truth, self.levels, BOOK)
        self.weight = judged_weights(segments)
        self.judged = np.array([s.sample in JUDGED_SAMPLES for s in segments])

    def __len__(self):
        return len(self.texts)

    def pick(self, rows):
        """Return texts, targets and companies of some rows."""
        places = np.asarray(rows)
        places = np.flatnonzero(places) if places.dtype == bool else places
        return (
            [self.texts[i] for i in places],
            self.targets[places],
            [self.companies[i] for i in places],
        )


def _to_steps(chances):
    """Return log-odds in whole steps, so that they are small when packed."""
    near = np.clip(chances.astype(np.float64), 1e-6, 1 - 1e-6)
    steps = np.rint(np.log(near / (1 - near)) / ODDS_STEP)
    return np.clip(steps, -127, 127).astype(np.int8)


def _hash(text):
    digest = blake2b(fold_text(text).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


@dataclass(frozen=True)
class Answers:
    """What a tagger says, out of fold, of the judged segments; rows in the order of their keys.

    ``about`` says how it was made and what it costs.
    """

    keys: np.ndarray
    companies: np.ndarray
    folds: np.ndarray
    truth: np.ndarray
    levels: np.ndarray
    chances: np.ndarray
    thresholds: np.ndarray
    about: dict

    def save(self, name):
        """Write what the tagger said, as data, without truth or text."""
        np.savez_compressed(
            CACHE / f"{name}.npz",
            keys=self.keys,
            folds=self.folds.astype(np.uint8),
            odds=_to_steps(self.chances),
            thresholds=self.thresholds,
        )
        text = json.dumps(self.about, indent=1, sort_keys=True)
        (CACHE / f"{name}.json").write_text(f"{text}\n", "utf-8")

    @classmethod
    def load(cls, name, labels):
        """Return saved answers, with the truth as the labels have it now."""
        about = json.loads((CACHE / f"{name}.json").read_text("utf-8"))
        with np.load(CACHE / f"{name}.npz", allow_pickle=False) as saved:
            data = {key: saved[key] for key in saved.files}
        place = {key: i for i, key in enumerate(labels.keys.tolist())}
        there = np.array([key in place for key in data["keys"].tolist()])
        rows = np.array([place[key] for key in data["keys"][there].tolist()])
        return cls(
            keys=data["keys"][there],
            companies=np.array(labels.companies)[rows],
            folds=data["folds"][there].astype(int),
            truth=labels.truth[rows],
            levels=labels.levels[rows],
            chances=squash(data["odds"][there].astype(np.float32) * ODDS_STEP),
            thresholds=data["thresholds"],
            about=about,
        )

    def only(self, keys):
        """Return the answers on some segments."""
        rows = np.isin(self.keys, keys)
        fields = ("keys", "companies", "folds", "truth", "levels", "chances")
        parts = {name: getattr(self, name)[rows] for name in fields}
        return Answers(**parts, thresholds=self.thresholds, about=self.about)


def judge(labels, margins, there=None, about=None, known=None):
    """Return answers on the judged rows, calibrated fold by fold as `cydscore` calibrates itself.

    Calibration and thresholds of a fold are made on the margins of the others; rows without
    margins (``there``) are left out, and so are those whose labels are not ``known``.
    """
    there = np.ones(len(labels), bool) if there is None else there
    known = there if known is None else known & there
    n_out = labels.truth.shape[1] + N_LEVELS
    chances = np.zeros((len(labels), n_out), np.float32)
    thresholds = np.full((N_FOLDS, n_out), 0.5, np.float32)
    made = np.unique(labels.folds[there])
    for k in made:
        others = known & (labels.folds != k)
        calibration = fit_calibration(
            margins[others], labels.truth[others], labels.levels[others], BOOK,
            labels.weight[others],
        )  # fmt: skip
        rows = there & (labels.folds == k) & labels.judged
        chances[rows] = calibration.to_probabilities(margins[rows])
        thresholds[k] = calibration.thresholds
    rows = np.flatnonzero(there & labels.judged)
    rows = rows[np.argsort(labels.keys[rows])]
    return Answers(
        keys=labels.keys[rows],
        companies=np.array(labels.companies)[rows],
        folds=labels.folds[rows],
        truth=labels.truth[rows],
        levels=labels.levels[rows],
        chances=chances[rows],
        thresholds=thresholds,
        about={**(about or {}), "folds": made.tolist(), "n_segments": len(labels)},
    )


class Figures:
    """Figures of one tagger, each with draws of companies with replacement beside it.

    Draw number d is of the same companies for all taggers that are judged on the same segments.
    """

    def __init__(self, answers):
        said, levels = _decide(answers)
        truth, n = answers.truth, len(answers.truth)
        names, place = np.unique(answers.companies, return_inverse=True)
        said = np.column_stack([said, *(levels == i for i in range(3))])
        true = np.column_stack([truth, *(answers.levels == i for i in range(3))])
        both, either = said & true, said.astype(int) + true
        rng = np.random.default_rng(0)
        drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), N_DRAWS)
        counts = np.vstack([np.ones(len(names)), drawn])  # first the figures themselves
        both, either = (counts @ _sum_by(place, values) for values in (both, either))
        self.f1 = _f1(both, either)
        self.tags = self.f1[:, :N_TAGS]
        self.macro = self.tags[:, COUNTED].mean(axis=1)
        self.micro = _f1(both[:, :N_TAGS].sum(axis=1), either[:, :N_TAGS].sum(axis=1))
        n_labels = truth.shape[1]
        self.denials = _f1(
            both[:, N_TAGS:n_labels].sum(axis=1), either[:, N_TAGS:n_labels].sum(axis=1)
        )
        self.specificity = self.f1[:, n_labels:].mean(axis=1)
        self.error = expected_calibration_error(answers.chances[:, :N_TAGS], truth[:, :N_TAGS])
        self.support = truth.sum(axis=0)
        self.n_segments, self.n_companies = n, len(names)


def _decide(answers):
    said = np.zeros(answers.truth.shape, bool)
    levels = np.zeros(len(said), np.int8)
    for k in np.unique(answers.folds):
        rows = answers.folds == k
        said[rows], levels[rows] = decide(answers.chances[rows], answers.thresholds[k], BOOK)
    return said, levels


def _sum_by(place, values):
    sums = np.zeros((place.max() + 1, values.shape[1]))
    np.add.at(sums, place, values)
    return sums


def _f1(both, either):
    return 2 * both / np.maximum(either, 1)


def interval(draws):
    """Return the middle 95 % of draws, the first of which is the figure itself."""
    return tuple(np.quantile(draws[1:], (0.025, 0.975)))
