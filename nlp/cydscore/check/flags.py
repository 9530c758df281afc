"""Hold each declared flag against what all segments of the filing state.

Two softmax decisions over the tagger's probabilities, fitted to filings read one by one
(``cydscore.fit_checker``): one shared by the five yes-or-no flags, one for the flag on material
effect, whose two limbs are kept apart.
"""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from cydscore.check.asks import load_flag_asks, material_tags
from cydscore.check.decide import Floats, Softmax, to_log_odds
from cydscore.records import FlagCheck, Segment, Tagging
from cydscore.tags import DENIAL
from cydscore.taxonomy import MATERIAL_FLAG, flag_names, load_elements

N_EVIDENCE = 3
_PLAIN_DENIAL = 0.9
_LEAST_EFFECT = 0.1
_OPPOSITE = 0.5


@cache
def _flag_labels() -> tuple[tuple[str, ...], ...]:
    """Return the labels that state each yes-or-no flag, then those that deny each."""
    tags = [ask.tags for ask in load_flag_asks().values()]
    return (*tags, *(tuple(DENIAL + tag for tag in own) for own in tags))


def describe_flags(tagging: Tagging) -> Floats:
    """Return the features of the yes-or-no flags, shape (n_flags, n_flags + 5).

    They are the log-odds of the best and second best segment that states it and of the best that
    denies it, how many state it, how many segments there are, and which flag it is.
    """
    said = tagging.best_of(_flag_labels())
    ranked = -np.sort(-np.vstack([said, np.zeros((2, said.shape[1]))]), axis=0)
    n_flags = len(load_flag_asks())
    stated, denied = ranked[:, :n_flags], ranked[:, n_flags:]
    features = np.empty((n_flags, n_flags + 5))
    features[:, :3] = to_log_odds(np.vstack([stated[:2], denied[:1]])).T
    features[:, 3] = np.log1p(stated.sum(axis=0))
    features[:, 4] = np.log1p(len(tagging))
    features[:, 5:] = np.eye(n_flags)
    return features


def describe_material(segments: Sequence[Segment], tagging: Tagging) -> Floats:
    """Return the features of the flag on material effect, shape (16,).

    For each tag that bears on it, the log-odds of the best segment; then of one segment denying
    both limbs, denying the past alone, or denying the past and going on with what could happen;
    then of the best segment within the text block on material effect, and whether there is one.
    """
    tags = material_tags()
    by_tag = tagging.columns(tags)
    past, likely, ahead = (
        by_tag[:, tags.index(t)]
        for t in ("no_past_impact", "no_likely_impact", "hypothetical_risk")
    )
    block = load_elements()[MATERIAL_FLAG].block
    inside = [row for row, segment in enumerate(segments) if block in segment.elements]
    together = np.vstack([np.minimum(past, likely), past * (1 - likely), past * ahead])
    chances = np.concatenate(
        [
            by_tag.max(axis=0, initial=0.0),
            together.max(axis=1, initial=0.0),
            by_tag[inside].max(axis=0, initial=0.0),
        ]
    )
    features = np.append(to_log_odds(chances), float(bool(inside)))
    if not inside:
        features[-len(tags) - 1 : -1] = 0.0
    return features


def judge_flags(
    segmented: Sequence[Sequence[Segment]],
    taggings: Sequence[Tagging],
    decisions: Mapping[str, Softmax],
) -> list[dict[str, tuple[str, float]]]:
    """Return what each filing states of each flag, and with what confidence in [0, 1].

    Parameters
    ----------
    segmented, taggings
        The segments of some annual reports and what the tagger says of them.
    decisions
        ``flags`` and ``material``.
    """
    if not taggings:
        return []
    yes_no, material = decisions["flags"], decisions["material"]
    asks = load_flag_asks()
    odds = yes_no.predict_proba(np.vstack([describe_flags(tagging) for tagging in taggings]))
    effects = material.predict_proba(
        np.vstack([describe_material(*given) for given in zip(segmented, taggings, strict=True)])
    )
    judged = []
    for place, (tagging, effect) in enumerate(zip(taggings, effects, strict=True)):
        own = odds[place * len(asks) : (place + 1) * len(asks)]
        stated = dict(zip(asks, (yes_no.choose(row) for row in own), strict=True))
        stated[MATERIAL_FLAG] = _judge_effect(effect, tagging, material)
        judged.append(stated)
    return judged


def check_flags(
    segments: Sequence[Segment],
    tagging: Tagging,
    declared: Mapping[str, bool | None],
    words: Mapping[str, Sequence[str]],
    stated: Mapping[str, tuple[str, float]],
    least_contradiction: Mapping[str, float],
) -> tuple[FlagCheck, ...]:
    """Return a check of each of the six flags, in the order of the rule.

    Parameters
    ----------
    segments, tagging
        The segments of one filing and what the tagger says of them.
    declared
        The declared value of each flag that the filing reports.
    words
        Ids of the segments that the filer's own flag span covers, by flag.
    stated
        What is stated of each flag, as `judge_flags` gives it.
    least_contradiction
        For either decision, the confidence in [0, 1] below which a contradiction is only called
        ``unsupported``; so is one where the words are not on one side (`is_one_sided`).
    """
    checks = []
    decisive = _find_evidence(stated, segments, tagging)
    for name in flag_names():
        guess, confidence = stated[name]
        verdict = judge(name, declared.get(name), guess)
        least = least_contradiction["material" if name == MATERIAL_FLAG else "flags"]
        if verdict == "contradicted" and not (
            confidence >= least and is_one_sided(name, guess, tagging)
        ):
            verdict = "unsupported"
        evidence = decisive.get(name, [])
        own = _pick_own(words.get(name, ()), evidence)
        checks.append(
            FlagCheck(
                element=name,
                declared=declared.get(name),
                stated=guess,
                verdict=verdict,
                confidence=round(confidence, 4),
                evidence=tuple(dict.fromkeys([*own, *evidence]))[: N_EVIDENCE + len(own)],
            )
        )
    return tuple(checks)


def _judge_effect(odds: Floats, tagging: Tagging, decision: Softmax) -> tuple[str, float]:
    """Return what is stated of a material effect, and with what confidence.

    Where a sentence plainly denies both limbs and none states an effect, an incident that was told
    does not affirm one.
    """
    past, likely, effect = tagging.columns(
        ("no_past_impact", "no_likely_impact", "material_impact")
    ).T
    denied = _best(np.minimum(past, likely)) >= _PLAIN_DENIAL
    if denied and _best(effect) < _LEAST_EFFECT and "affirmed" in decision.classes:
        odds = odds.copy()
        odds[decision.classes.index("affirmed")] = 0.0
        odds /= odds.sum()
    return decision.choose(odds)


def is_one_sided(name: str, stated: str, tagging: Tagging) -> bool:
    """Tell whether a flag may be called contradicted by what is stated.

    It may not where a sentence says the opposite too (a denial of audits beside a named provider
    of managed security), or where no sentence can be shown that states a material effect.

    Parameters
    ----------
    name
        The flag.
    stated
        What the text states of it as a whole.
    tagging
        What the tagger says of the segments.
    """
    if name == MATERIAL_FLAG:
        effect = tagging.columns(("material_impact",))
        return stated != "affirmed" or _best(effect) >= _LEAST_EFFECT
    own = load_flag_asks()[name].tags
    opposite = own if stated == "no" else [DENIAL + tag for tag in own]
    return _best(tagging.any_of(opposite)) < _OPPOSITE


def judge(element: str, declared: bool | None, stated: str) -> str:
    """Return the verdict for a flag, as the README's table of verdicts defines it."""
    if element == MATERIAL_FLAG:
        return _judge_material(declared, stated)
    if declared is None:
        return "absent" if stated == "silent" else "undeclared"
    if stated == "silent":
        return "unsupported"
    return "supported" if declared == (stated == "yes") else "contradicted"


def _judge_material(declared: bool | None, stated: str) -> str:
    if declared is None:
        verdicts = dict.fromkeys(("affirmed", "denied_both", "denied_past"), "undeclared")
        return verdicts.get(stated, "absent")
    if declared:
        verdicts = {"affirmed": "supported", "denied_both": "contradicted"}
    else:
        verdicts = {
            "denied_both": "supported",
            "denied_past": "partly_supported",
            "affirmed": "contradicted",
        }
    return verdicts.get(stated, "unsupported")


@cache
def _evidence_labels() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return the labels of the segments that decide on a flag, for all that may be stated of it."""
    effect = {
        "affirmed": ("material_impact",),
        "denied_both": ("no_past_impact", "no_likely_impact"),
        "denied_past": ("no_past_impact",),
        "hypothetical": ("hypothetical_risk", "cross_reference"),
    }
    labels = {(MATERIAL_FLAG, stated): tags for stated, tags in effect.items()}
    for name, ask in load_flag_asks().items():
        labels[name, "yes"] = ask.tags
        labels[name, "no"] = tuple(DENIAL + tag for tag in ask.tags)
    return labels


def _find_evidence(
    stated: Mapping[str, tuple[str, float]], segments: Sequence[Segment], tagging: Tagging
) -> dict[str, list[str]]:
    """Return the ids of the segments that decide on each flag, best first."""
    known = _evidence_labels()
    wanted = {
        name: known[key] for name, (guess, _) in stated.items() if (key := (name, guess)) in known
    }
    if not wanted or not segments:
        return {}
    weights = tagging.best_of(tuple(wanted.values()))
    if stated[MATERIAL_FLAG][0] == "denied_both":
        both = tagging.columns(wanted[MATERIAL_FLAG]).sum(axis=1)
        weights[:, list(wanted).index(MATERIAL_FLAG)] = both
    order = np.argsort(-weights, axis=0, kind="stable")[:N_EVIDENCE]
    ranked = np.take_along_axis(weights, order, axis=0)
    enough = ranked >= np.maximum(0.05, 0.3 * ranked[0])
    return {
        name: [segments[row].id for row, kept in zip(*best, strict=True) if kept]
        for name, *best in zip(wanted, order.T.tolist(), enough.T.tolist(), strict=True)
    }


def _pick_own(span: Sequence[str], evidence: Sequence[str]) -> list[str]:
    """Return the segments of the filer's own span that count: of a long one those that decide."""
    if len(span) <= N_EVIDENCE:
        return list(span)
    return [name for name in evidence if name in span] or list(span[:1])


def _best(probability: Floats) -> float:
    return float(probability.max(initial=0.0))
