"""Rules that read words: verdicts on flags and blocks, contradictions, questions left open."""

from collections.abc import Iterator
from functools import cache

import numpy as np

from cydscore.check.asks import load_contradictions, load_pattern, load_questions
from cydscore.check.decide import Bools, Floats
from cydscore.check.rules import make_finding
from cydscore.check.subject import Subject
from cydscore.records import Finding
from cydscore.tags import DENIAL, tag_names
from cydscore.taxonomy import PROCESSES_BLOCK, load_elements

_STATED = {
    "yes": "the text states it",
    "no": "the text denies it",
    "silent": "the text says nothing of it",
    "affirmed": "the text states a material effect",
    "denied_both": "the text denies a past and a likely material effect",
    "denied_past": "the text denies a past material effect only",
    "hypothetical": "the text only says what could happen",
}
_RULE_OF_VERDICT = {
    "contradicted": "flag-contradicted",
    "unsupported": "flag-unsupported",
    "partly_supported": "flag-partly-supported",
    "undeclared": "flag-undeclared",
}
#: From what probability a sentence plainly says a thing, and up to what it plainly does not.
_PLAIN, _NOT = 0.9, 0.15
#: A question is open where no sentence answers it with this probability.
_LEAST_ANSWER = 0.1
_LEAST_MOOT = 0.5
_LEAST_WORDS = 150
_POINTS = 0.7
_LEAST_CONTENT = 0.3
_BARE = 60


def find_in_words(subject: Subject) -> Iterator[Finding]:
    """Yield the findings of the rules that read words, in no particular order."""
    yield from _on_flags(subject)
    yield from _on_blocks(subject)
    yield from _on_pointers(subject)
    if subject.incident is None:
        yield from _on_contradictions(subject)
        yield from _on_questions(subject)


def _on_flags(subject: Subject) -> Iterator[Finding]:
    for flag in subject.flags if subject.is_tagged else ():
        rule = _RULE_OF_VERDICT.get(flag.verdict)
        if rule is None or flag.element in subject.doubtful:
            continue
        if rule == "flag-unsupported" and flag.stated in ("silent", "hypothetical"):
            home = load_elements()[flag.element].block or PROCESSES_BLOCK
            rule = rule if subject.could_show([home]) else "flag-words-untagged"
        declared = "not declared" if flag.declared is None else f"declared {flag.declared}".lower()
        yield make_finding(
            rule,
            elements=[flag.element],
            declared=declared,
            stated=_STATED[flag.stated],
            confidence=f"{flag.confidence:.2f}",
            cites=load_elements()[flag.element].rule,
            evidence=flag.evidence,
        )


def _on_blocks(subject: Subject) -> Iterator[Finding]:
    evidence = {block.element: block.evidence for block in subject.blocks}
    for pair in subject.swapped:
        yield make_finding(
            "blocks-swapped",
            elements=pair,
            other=pair[1],
            evidence=[name for element in pair for name in evidence.get(element, ())],
        )
    for block in subject.blocks:
        if block.fit == "fits":
            continue
        home = f" It answers {block.belongs_to}." if block.belongs_to else ""
        yield make_finding(
            "block-misfit" if block.fit == "misfit" else "block-partly",
            elements=[block.element],
            reason=block.reason,
            home=home,
            cites=load_elements()[block.element].rule,
            evidence=block.evidence,
        )


def _on_pointers(subject: Subject) -> Iterator[Finding]:
    """Yield the blocks whose sentences all send the reader elsewhere and say nothing themselves."""
    likely = set(np.flatnonzero(subject.tagging.any_of(["cross_reference"]) >= _POINTS).tolist())
    if not likely:
        return
    says = subject.tagging.any_of(_content_labels())
    for element in dict.fromkeys(fact.element for fact in subject.list_texts()):
        rows = subject.rows_of(element)
        if likely.isdisjoint(rows) or says[rows].max() >= _LEAST_CONTENT:
            continue
        pointing = [row for row in rows if row in likely and _points(subject.segments[row].text)]
        others = set(rows).difference(pointing)
        if pointing and all(len(subject.segments[row].text) < _BARE for row in others):
            yield make_finding(
                "block-points-elsewhere",
                elements=[element],
                cites=load_elements()[element].rule,
                evidence=[subject.segments[row].id for row in pointing],
            )


def _points(text: str) -> bool:
    return load_pattern("pointer").search(text) is not None


@cache
def _content_labels() -> tuple[str, ...]:
    stated = [tag for tag in tag_names() if tag != "cross_reference"]
    return (*stated, *(DENIAL + tag for tag in tag_names()))


def _on_contradictions(subject: Subject) -> Iterator[Finding]:
    """Yield the topics that one sentence plainly denies and another plainly states."""
    topics = load_contradictions()
    said = subject.tagging.best_of(_topic_labels())
    states, denies = said[:, : len(topics)], said[:, len(topics) :]
    stating = (states >= _PLAIN) & (denies <= _NOT)
    denying = (denies >= _PLAIN) & (states <= _NOT)
    for place in np.flatnonzero(stating.any(axis=0) & denying.any(axis=0)).tolist():
        denial = _find_surest(subject, denies[:, place], denying[:, place], "partial")
        statement = _find_surest(subject, states[:, place], stating[:, place], "planned")
        if denial and statement:
            yield make_finding(
                "text-contradicts-itself",
                topic=topics[place].says,
                cites=topics[place].cites,
                evidence=[denial, statement],
            )


@cache
def _topic_labels() -> tuple[tuple[str, ...], ...]:
    """Return the labels that state each topic, then those that deny each."""
    topics = load_contradictions()
    return (*(topic.states for topic in topics), *(topic.denies for topic in topics))


def _find_surest(subject: Subject, says: Floats, plain: Bools, unless: str) -> str | None:
    """Return the id of the surest of some segments that a pattern does not find, None if none."""
    pattern = load_pattern(unless)
    order = sorted(np.flatnonzero(plain).tolist(), key=lambda row: -says[row])
    segments = (subject.segments[row] for row in order)
    return next((one.id for one in segments if not pattern.search(one.text)), None)


def _on_questions(subject: Subject) -> Iterator[Finding]:
    n_words = sum(segment.text.count(" ") + 1 for segment in subject.segments)
    if n_words < _LEAST_WORDS:
        return
    questions = load_questions()
    best = subject.tagging.best_of(_question_labels()).max(axis=0, initial=0.0).tolist()
    moot, answered = best[: len(questions)], best[len(questions) :]
    for question, falls_away, answer in zip(questions, moot, answered, strict=True):
        is_open = falls_away < _LEAST_MOOT and answer < _LEAST_ANSWER
        if is_open and subject.could_show(question.blocks):
            yield make_finding("question-unanswered", question=question.asks, cites=question.cites)


@cache
def _question_labels() -> tuple[tuple[str, ...], ...]:
    """Return the labels with which each question falls away, then those that answer each."""
    questions = load_questions()
    answers = ((*q.tags, *(DENIAL + tag for tag in q.tags)) for q in questions)
    return (*(question.moot for question in questions), *answers)
