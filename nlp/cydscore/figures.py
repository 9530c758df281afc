"""Figures on how well labels, denials and specificity are found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cydscore.calibration import Bools, Calibration, Floats, expected_calibration_error
from cydscore.heads import decide
from cydscore.tags import Codebook

if TYPE_CHECKING:
    import pandas as pd

N_LEAST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFigures:
    """How well one label is found.

    Attributes
    ----------
    label
        A tag, or ``!tag`` for its denial.
    support
        Number of segments that have it.
    precision, recall, f1
        In [0, 1]; 0 where nothing was found or there was nothing to find.
    """

    label: str
    support: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How well a tagger does on segments that it was not trained on.

    Attributes
    ----------
    n_segments
        Number of segments judged.
    labels
        Figures of each tag, then of each denial.
    macro_f1
        Mean F1 of the tags with at least 20 examples.
    micro_f1
        F1 of all tags together.
    denials
        Figures of all denials together.
    specificity_macro_f1
        Mean F1 of the three levels of specificity.
    calibration_error
        Expected calibration error of all tag probabilities, in [0, 1].
    """

    n_segments: int
    labels: tuple[LabelFigures, ...]
    macro_f1: float
    micro_f1: float
    denials: LabelFigures
    specificity_macro_f1: float
    calibration_error: float

    def to_frame(self) -> "pd.DataFrame":
        """Return a row for each label."""
        import pandas as pd

        return pd.DataFrame([_to_row(f) for f in (*self.labels, self.denials)])

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain data, fractions rounded to four digits."""
        return {
            "n_segments": self.n_segments,
            "macro_f1": round(self.macro_f1, 4),
            "micro_f1": round(self.micro_f1, 4),
            "denials_f1": round(self.denials.f1, 4),
            "specificity_macro_f1": round(self.specificity_macro_f1, 4),
            "calibration_error": round(self.calibration_error, 4),
            "labels": [_to_row(figures) for figures in (*self.labels, self.denials)],
        }

    def to_text(self) -> str:
        """Return a table for people."""
        rows = [f for f in self.labels if f.support] + [self.denials]
        width = max(len(f.label) for f in rows)
        lines = [f"{'label':<{width}}  support  precision  recall     F1"]
        lines += [
            f"{f.label:<{width}}  {f.support:>7}  {f.precision:>9.3f}  {f.recall:>6.3f}  {f.f1:.3f}"
            for f in rows
        ]
        lines += [
            "",
            (
                f"{self.n_segments} segments: macro-F1 {self.macro_f1:.3f} (tags with {N_LEAST} "
                f"examples or more), micro-F1 {self.micro_f1:.3f}, specificity macro-F1 "
                f"{self.specificity_macro_f1:.3f}, calibration error {self.calibration_error:.3f}"
            ),
        ]
        return "\n".join(lines)


def evaluate_margins(
    parts: Sequence[tuple[Floats, Calibration, Bools, NDArray[np.int8]]], codebook: Codebook
) -> Evaluation:
    """Return figures on margins, each part decided by its own calibration.

    Parameters
    ----------
    parts
        Margins, calibration, true labels and true specificity of some segments.
    codebook
        The tags that they are judged by.
    """
    odds = [calibration.to_probabilities(margins) for margins, calibration, _, _ in parts]
    chances = np.concatenate(odds)
    decided = [
        decide(chance, calibration.thresholds, codebook)
        for chance, (_, calibration, _, _) in zip(odds, parts, strict=True)
    ]
    found = np.concatenate([holds for holds, _ in decided])
    levels = np.concatenate([level for _, level in decided])
    truth = np.concatenate([t for _, _, t, _ in parts])
    true_levels = np.concatenate([level for _, _, _, level in parts])
    n_tags = len(codebook)
    labels = [_measure(name, truth[:, j], found[:, j]) for j, name in enumerate(codebook.labels)]
    frequent = [f.f1 for f in labels[:n_tags] if f.support >= N_LEAST]
    return Evaluation(
        n_segments=len(truth),
        labels=tuple(labels),
        macro_f1=float(np.mean(frequent)) if frequent else 0.0,
        micro_f1=_measure("tags", truth[:, :n_tags], found[:, :n_tags]).f1,
        denials=_measure("all denials", truth[:, n_tags:], found[:, n_tags:]),
        specificity_macro_f1=float(
            np.mean([_measure("", true_levels == i, levels == i).f1 for i in range(3)])
        ),
        calibration_error=expected_calibration_error(chances[:, :n_tags], truth[:, :n_tags]),
    )


def _measure(label: str, truth: Bools, found: Bools) -> LabelFigures:
    n_both, n_true, n_found = int((truth & found).sum()), int(truth.sum()), int(found.sum())
    return LabelFigures(
        label=label,
        support=n_true,
        precision=n_both / n_found if n_found else 0.0,
        recall=n_both / n_true if n_true else 0.0,
        f1=2 * n_both / (n_true + n_found) if n_true + n_found else 0.0,
    )


def _to_row(figures: LabelFigures) -> dict[str, Any]:
    return {
        "label": figures.label,
        "support": figures.support,
        "precision": round(figures.precision, 4),
        "recall": round(figures.recall, 4),
        "f1": round(figures.f1, 4),
    }
