"""Fit the checker's decisions to filings that were read one by one."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cydscore.check.asks import load_block_asks, load_flag_asks
from cydscore.check.blocks import FITS, Block, describe_blocks
from cydscore.check.decide import Floats, Softmax
from cydscore.check.flags import describe_flags, describe_material, is_one_sided, judge
from cydscore.errors import CorpusError
from cydscore.labelled import ReadFiling
from cydscore.taxonomy import MATERIAL_FLAG, annual_block_names

#: How the labels name the flags.
FLAG_KEYS: Final[Mapping[str, str]] = {
    "integrated": "CybersecurityRiskManagementProcessesIntegratedFlag",
    "third_party": "CybersecurityRiskManagementThirdPartyEngagedFlag",
    "oversight": "CybersecurityRiskThirdPartyOversightAndIdentificationProcessesFlag",
    "positions": "CybersecurityRiskManagementPositionsOrCommitteesResponsibleFlag",
    "report": "CybersecurityRiskManagementPositionsOrCommitteesResponsibleReportToBoardFlag",
}
#: Precision that contradictions must reach out of fold; the least confidence is set by it.
CONTRADICTION_PRECISION: Final = 0.92
_LEAST_DOUBT, _MOST_DOUBT = 0.6, 0.95
# Strengths of regularisation, chosen by log-loss over five company folds.
_C_FLAGS: Final = 0.3
_C_MATERIAL: Final = 1.0
#: Material effects are told so rarely that a trace of one would else outweigh plain denials.
_SCALE_MATERIAL: Final = 2.0
_C_BLOCKS: Final = 0.1

_Guesses = tuple[NDArray[np.object_], Floats]


def fit_checker(
    rows: Sequence[Mapping[str, Any]], read: Mapping[str, ReadFiling]
) -> tuple[dict[str, Any], dict[str, float]]:
    """Return the checker's parameters, and its figures over five company folds.

    Parameters
    ----------
    rows
        Labels: what the text states on each flag, and the fit of each block.
    read
        The filings by accession number.

    Raises
    ------
    CorpusError
        If a label is missing, or there are too few to learn from.
    """
    for row in rows:
        missing = [key for key in (*FLAG_KEYS, "material") if key not in row["stated"]]
        if missing:
            raise CorpusError(f"labels of {row['adsh']}: 'stated' has no {', '.join(missing)}")
    filings = [read[row["adsh"]] for row in rows]
    folds = np.array([filing.fold for filing in filings])
    order = [list(load_flag_asks()).index(name) for name in FLAG_KEYS.values()]
    X = np.vstack([describe_flags(f.tagging)[order] for f in filings])
    y = np.array([str(row["stated"][key]) for row in rows for key in FLAG_KEYS])
    yes_no, guessed = _fit_both(X, y, np.repeat(folds, len(FLAG_KEYS)), _C_FLAGS)
    X = np.array([describe_material(f.segments, f.tagging) for f in filings])
    y_material = np.array([str(row["stated"]["material"]) for row in rows])
    material, guessed_material = _fit_both(X, y_material, folds, _C_MATERIAL, _SCALE_MATERIAL)
    right = (guessed[0] == y).reshape(-1, len(FLAG_KEYS)).mean(axis=0)
    figures = dict(zip((f"accuracy_{key}" for key in FLAG_KEYS), right.tolist(), strict=True))
    figures["accuracy_material"] = float((guessed_material[0] == y_material).mean())
    figures["accuracy_flags"] = float(np.mean(list(figures.values())))
    guessed = _doubt_two_sided(list(FLAG_KEYS.values()), guessed, filings)
    guessed_material = _doubt_two_sided([MATERIAL_FLAG], guessed_material, filings)
    blocks, block_figures = _fit_blocks(rows, filings)
    least = {
        "flags": _choose_least_contradiction(rows, list(FLAG_KEYS), guessed),
        "material": _choose_least_contradiction(rows, ["material"], guessed_material),
    }
    figures |= _measure_contradictions(
        [
            *_judge_guesses(rows, list(FLAG_KEYS), guessed, least["flags"]),
            *_judge_guesses(rows, ["material"], guessed_material, least["material"]),
        ]
    )
    checker = {
        "flags": yes_no.to_json(),
        "material": material.to_json(),
        "blocks": {name: decision.to_json() for name, decision in blocks.items()},
        "least_contradiction": least,
    }
    least_figures = {f"least_contradiction_{name}": value for name, value in least.items()}
    return checker, figures | block_figures | least_figures


def _fit_both(
    X: Floats, y: NDArray[Any], folds: NDArray[Any], C: float, least_scale: float = 0.1
) -> tuple[Softmax, _Guesses]:
    """Return a decision fitted to everything, and its out-of-fold guesses with their confidence."""
    guessed = np.empty(len(y), dtype=object)
    confidence = np.zeros(len(y))
    for fold in np.unique(folds):
        held = folds == fold
        decision = _fit_softmax(X[~held], y[~held], C, least_scale)
        odds = decision.predict_proba(X[held])
        guessed[held] = np.array(decision.classes, dtype=object)[odds.argmax(axis=1)]
        confidence[held] = odds.max(axis=1)
    return _fit_softmax(X, y, C, least_scale), (guessed, confidence)


def _doubt_two_sided(
    names: Sequence[str], guessed: _Guesses, filings: Sequence[ReadFiling]
) -> _Guesses:
    """Return guesses without confidence where they may not be called a contradiction."""
    guess, confidence = guessed
    pairs = ((name, filing) for filing in filings for name in names)
    plain = [
        is_one_sided(name, str(stated), filing.tagging)
        for (name, filing), stated in zip(pairs, guess, strict=True)
    ]
    return guess, confidence * np.array(plain)


def _fit_softmax(X: Floats, y: NDArray[Any], C: float, least_scale: float) -> Softmax:
    from cydscore.estimators import SoftmaxClassifier

    _require_classes(y, 2)
    return SoftmaxClassifier(C=C, least_scale=least_scale).fit(X, y).decision_


def _fit_blocks(
    rows: Sequence[Mapping[str, Any]], filings: Sequence[ReadFiling]
) -> tuple[dict[str, Softmax], dict[str, float]]:
    """Return a decision an element; what the elements have in common is learnt from all of them."""
    elements = annual_block_names()
    samples = []
    for row, read in zip(rows, filings, strict=True):
        for element, fit in row["blocks"].items():
            facts = [f for f in read.filing.facts if f.element == element]
            if element not in elements or not facts:
                continue
            inside = [i for i, s in enumerate(read.segments) if element in s.elements]
            block = Block(
                element=element,
                text=" ".join(str(fact.value) for fact in facts),
                rows=inside,
                segments=[read.segments[i] for i in inside],
            )
            features, _ = describe_blocks([block], read.tagging)
            own = features[0, list(load_block_asks()).index(element)]
            samples.append((elements.index(element), own, str(fit), read.fold))
    which = np.array([sample[0] for sample in samples])
    X = np.array([sample[1] for sample in samples])
    y = np.array([sample[2] for sample in samples])
    folds = np.array([sample[3] for sample in samples])
    guessed = np.empty(len(y), dtype=object)
    for fold in np.unique(folds):
        held = folds == fold
        decisions = _fit_shared(X[~held], which[~held], y[~held], elements)
        for i in np.flatnonzero(held):
            decision = decisions[elements[which[i]]]
            guessed[i] = decision.classes[int(decision.predict_proba(X[[i]])[0].argmax())]
    from sklearn.metrics import f1_score

    figures = {
        "accuracy_blocks": float((guessed == y).mean()),
        "macro_f1_blocks": float(f1_score(y, guessed.astype(str), average="macro")),
        "f1_misfit": float(f1_score(y == "misfit", guessed == "misfit")),
    }
    return _fit_shared(X, which, y, elements), figures


def _fit_shared(
    X: Floats, which: NDArray[Any], y: NDArray[Any], elements: Sequence[str]
) -> dict[str, Softmax]:
    """Return decisions whose weights are shared ones plus each element's own, both kept small."""
    from sklearn.linear_model import LogisticRegression

    _require_classes(y, len(FITS))
    mean, scale = X.mean(axis=0), X.std(axis=0) + 0.1
    Z = (X - mean) / scale
    present = np.unique(which)
    is_element = (which[:, None] == present[None, :]).astype(np.float64)
    own = [Z * is_element[:, [k]] for k in range(len(present))]
    head = LogisticRegression(C=_C_BLOCKS, max_iter=5000)
    head.fit(np.hstack([Z, 2 * is_element, *own]), y)
    n = Z.shape[1]
    order = [list(head.classes_).index(fit) for fit in FITS]
    coef, bias = head.coef_[order], head.intercept_[order]
    decisions = {
        element: Softmax(classes=FITS, mean=mean, scale=scale, weights=coef[:, :n], bias=bias)
        for element in elements
    }
    for k, element in enumerate(present):
        first = n + len(present) + k * n
        decisions[elements[element]] = Softmax(
            classes=FITS,
            mean=mean,
            scale=scale,
            weights=coef[:, :n] + coef[:, first : first + n],
            bias=bias + 2 * coef[:, n + k],
        )
    return decisions


def _require_classes(y: NDArray[Any], least: int) -> None:
    found = sorted({str(label) for label in y})
    if len(found) < least:
        raise CorpusError(
            f"the labels of some folds are only {' and '.join(found) or 'none'}, and {least} kinds "
            "are needed to learn from; label more filings, of more companies"
        )


def _judge_guesses(
    rows: Sequence[Mapping[str, Any]], keys: Sequence[str], guessed: _Guesses, least: float = 0.0
) -> list[tuple[float, bool, bool]]:
    """Return for each flag the confidence, and whether model and reader see a contradiction.

    Parameters
    ----------
    rows
        Labels.
    keys
        Flags that were guessed, one behind the other in each filing.
    guessed
        Guesses and their confidence.
    least
        The confidence below which the model does not call it one.
    """
    judged = []
    for place, (guess, confidence) in enumerate(zip(*guessed, strict=True)):
        row, key = rows[place // len(keys)], keys[place % len(keys)]
        declared = _to_bool(row.get("declared", {}).get(key))
        element = FLAG_KEYS.get(key, MATERIAL_FLAG)
        said, read = (
            judge(element, declared, str(stated)) == "contradicted"
            for stated in (guess, row["stated"][key])
        )
        judged.append((float(confidence), said and confidence >= least, read))
    return judged


def _measure_contradictions(judged: Sequence[tuple[float, bool, bool]]) -> dict[str, float]:
    n_right = sum(said and read for _, said, read in judged)
    n_said = sum(said for _, said, _ in judged)
    n_read = sum(read for _, _, read in judged)
    return {
        "precision_contradictions": n_right / n_said if n_said else 0.0,
        "recall_contradictions": n_right / n_read if n_read else 0.0,
    }


def _choose_least_contradiction(
    rows: Sequence[Mapping[str, Any]], keys: Sequence[str], guessed: _Guesses
) -> float:
    """Return the least confidence at which contradictions reach the precision wanted."""
    judged = _judge_guesses(rows, keys, guessed)
    said = [(confidence, read) for confidence, is_one, read in judged if is_one]
    said.sort(reverse=True)
    least, n_right = _MOST_DOUBT, 0
    for n, (confidence, right) in enumerate(said, 1):
        n_right += right
        if n_right / n >= CONTRADICTION_PRECISION:
            least = confidence
    return round(min(max(least, _LEAST_DOUBT), _MOST_DOUBT), 2)


def _to_bool(value: object) -> bool | None:
    return {"true": True, "false": False, "True": True, "False": False}.get(str(value))
