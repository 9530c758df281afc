"""Rules that read words: verdicts on flags and blocks, contradictions, questions left open."""

from collections.abc import Iterator

import numpy as np

from cydscore.check.asks import load_contradictions, load_pattern, load_questions
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
        if rule is None:
            continue
        if flag.element in subject.doubtful:
            rule = "flag-doubtful"
        elif rule == "flag-unsupported" and flag.stated == "silent":
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
    content = [tag for tag in tag_names() if tag != "cross_reference"]
    content += [DENIAL + tag for tag in tag_names()]
    points = subject.tagging.any_of(["cross_reference"])
    says = subject.tagging.any_of(content)
    pointer = load_pattern("pointer")
    for element in dict.fromkeys(fact.element for fact in subject.list_texts()):
        rows = subject.rows_of(element)
        bare = [len(subject.segments[row].text) < _BARE for row in rows]
        pointing = [
            points[row] >= _POINTS and bool(pointer.search(subject.segments[row].text))
            for row in rows
        ]
        silent = all(says[row] < _LEAST_CONTENT for row in rows)
        if any(pointing) and silent and all(map(np.logical_or, pointing, bare)):
            yield make_finding(
                "block-points-elsewhere",
                elements=[element],
                cites=load_elements()[element].rule,
                evidence=[
                    subject.segments[row].id
                    for row, is_one in zip(rows, pointing, strict=True)
                    if is_one
                ],
            )


def _on_contradictions(subject: Subject) -> Iterator[Finding]:
    """Yield the topics that one sentence plainly denies and another plainly states."""
    texts = [segment.text for segment in subject.segments]
    whole = np.array([not load_pattern("partial").search(text) for text in texts], dtype=bool)
    real = np.array([not load_pattern("planned").search(text) for text in texts], dtype=bool)
    for topic in load_contradictions():
        states = subject.tagging.any_of(topic.states)
        denies = subject.tagging.any_of(topic.denies)
        stating = np.where(real & (denies <= _NOT), states, 0.0)
        denying = np.where(whole & (states <= _NOT), denies, 0.0)
        if min(stating.max(initial=0.0), denying.max(initial=0.0)) < _PLAIN:
            continue
        pair = [int(denying.argmax()), int(stating.argmax())]
        yield make_finding(
            "text-contradicts-itself",
            topic=topic.says,
            cites=topic.cites,
            evidence=[subject.segments[row].id for row in pair],
        )


def _on_questions(subject: Subject) -> Iterator[Finding]:
    n_words = sum(len(segment.text.split()) for segment in subject.segments)
    if n_words < _LEAST_WORDS:
        return
    for question in load_questions():
        moot = subject.tagging.any_of(question.moot).max(initial=0.0) >= _LEAST_MOOT
        if moot or not subject.could_show(question.blocks):
            continue
        answers = [*question.tags, *(DENIAL + tag for tag in question.tags)]
        if subject.tagging.any_of(answers).max(initial=0.0) < _LEAST_ANSWER:
            yield make_finding("question-unanswered", question=question.asks, cites=question.cites)
