"""Say what would raise a filing's score most, question by question, with a good answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cydscore.measures import load_questions
from cydscore.records import PARTS
from cydscore.report import Report
from cydscore.score import Scale, Scorer
from cydscore.tags import DENIAL

_EFFECTS: Final = ("past_effect", "likely_effect")
_BAD_VERDICTS: Final = ("contradicted", "unsupported")
_N_EVIDENCE: Final = 3
_LEAST_EVIDENCE: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """An open question of Item 106.

    Attributes
    ----------
    id, question, rule
        The question and its paragraph.
    answered
        ``not at all``, ``in passing`` or ``in substance``.
    gain
        Points that the overall score would rise by if it were answered in full.
    evidence
        Ids of the segments that come nearest to an answer, best first.
    example
        An authored answer that is particular, about an invented company.
    """

    id: str
    question: str
    rule: str
    answered: str
    gain: float
    evidence: tuple[str, ...]
    example: str


def explain_report(
    report: Report, scorer: Mapping[str, Any], *, weights: Mapping[str, float] | None = None
) -> tuple[Advice, ...]:
    """Return the questions that could be answered better, that with the greatest gain first.

    Parameters
    ----------
    report
        The report on a filing; without scores there is nothing to explain.
    scorer
        Parameters of the scorer that made it, a model's ``scorer``.
    weights
        Weights of one's own for the overall score, or None.
    """
    if report.scores.overall is None:
        return ()
    made = Scorer.from_json(scorer)
    if weights is not None:
        total = sum(weights.values())
        own = {part: weight / total for part, weight in weights.items()}
        scale = Scale(measures=tuple(own), weights=tuple(own.values()), bias=0.0)
        made = Scorer(scales={**made.scales, "overall": scale})
    rows = report.scores.details["questions"]
    answers = {row["id"]: float(row["answer"]) for row in rows} if isinstance(rows, list) else {}
    levels = {row["id"]: str(row["answered"]) for row in rows} if isinstance(rows, list) else {}
    advice = [
        Advice(
            id=question.id,
            question=question.question,
            rule=question.rule,
            answered=levels[question.id],
            gain=round(_find_gain(report, made, answers, question.id), 1),
            evidence=_find_nearest(report, question.tags),
            example=question.example,
        )
        for question in load_questions()
        if answers[question.id] < 0.95
    ]
    return tuple(sorted(advice, key=lambda row: -row.gain))


def list_disputed_flags(report: Report) -> list[str]:
    """Return the flags that the words contradict or do not support, as the filing has them."""
    return [flag.element for flag in report.checks.flags if flag.verdict in _BAD_VERDICTS]


def _find_gain(report: Report, scorer: Scorer, answers: Mapping[str, float], open_id: str) -> float:
    """Return the points that the overall score would rise by with one question answered in full."""
    measures = report.scores.details["measures"]
    raw = dict(measures) if isinstance(measures, dict) else {}
    parts = {part: getattr(report.scores, part) for part in PARTS if part != "overall"}
    before = scorer.combine(parts)
    raw["answered_ratio"] += (1 - answers[open_id]) / len(answers)
    if open_id in _EFFECTS:
        raw[open_id] = 1.0
    for part in ("coverage", "candour"):
        parts[part] = max(parts[part] or 0.0, scorer.scales[part].to_points(raw))
    return max(0.0, scorer.combine(parts) - before)


def _find_nearest(report: Report, tags: tuple[str, ...]) -> tuple[str, ...]:
    weight = report.tagging.any_of([*tags, *(DENIAL + tag for tag in tags)])
    order = (-weight).argsort(kind="stable")[:_N_EVIDENCE]
    return tuple(report.segments[i].id for i in order if weight[i] >= _LEAST_EVIDENCE)
