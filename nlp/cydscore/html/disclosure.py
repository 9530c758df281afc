"""Lay the disclosure out as paragraphs of sentences, each with what is said of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from cydscore.html.words import ASPECTS, SPECIFICITY, find_theme, name_element, name_label
from cydscore.tags import DENIAL

#: Where a source keeps no paragraphs, one ends at a change of elements after so many words.
_WORDS_A_PARAGRAPH: Final = 60
_HEADING_WORDS: Final = 12
_LONGEST_LAST: Final = 24
#: Labels that came this near are shown in a sentence's details beside those it states.
_NEAR: Final = 0.2


def lay_out(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the paragraphs of a report's disclosure in reading order.

    Each has ``elements`` (all that hold one of its sentences), ``new`` (whether it is the first of
    some paragraphs with these), ``misfits`` (those of them that are misfits), ``heading`` and
    ``sentences``.
    """
    misfits = {block["element"] for block in report["blocks"] if block["fit"] == "misfit"}
    paragraphs: list[dict[str, Any]] = []
    before: list[str] | None = None
    for rows in _split(report):
        elements = list(dict.fromkeys(e for row in rows for e in row["elements"]))
        heading = _is_heading(rows)
        paragraphs.append(
            {
                "elements": elements,
                "new": elements != before and not heading,
                "misfits": [element for element in elements if element in misfits],
                "heading": heading,
                "sentences": [_describe(row, misfits) for row in rows],
            }
        )
        before = before if heading else elements
    return paragraphs


def list_uses(report: Mapping[str, Any]) -> dict[str, list[tuple[str, str, str]]]:
    """Return, for each segment, the places of the report that it is evidence of.

    A place is the anchor of its row, the kind of row, and what to call it.
    """
    uses: dict[str, list[tuple[str, str, str]]] = {}
    for kind in ("flag", "finding", "block"):
        for number, row in enumerate(report[f"{kind}s"], 1):
            name = row["rule"] if kind == "finding" else name_element(row["element"])
            for segment in row["evidence"]:
                uses.setdefault(segment, []).append((f"{kind}-{number}", kind, name))
    for name, title in ASPECTS.items():
        for segment in (report["incident"] or {}).get(name, {}).get("evidence", ()):
            uses.setdefault(segment, []).append((f"aspect-{name}", "aspect", title))
    for tag, row in report["content"].items():
        for segment in row["evidence"]:
            uses.setdefault(segment, []).append((f"says-{tag}", "topic", name_label(tag)))
    return uses


def _split(report: Mapping[str, Any]) -> Iterator[list[Mapping[str, Any]]]:
    rows: list[Mapping[str, Any]] = []
    n_words = 0
    for row in report["segments"]:
        if rows and _begins_paragraph(report, rows[-1], row, n_words):
            yield rows
            rows, n_words = [], 0
        rows.append(row)
        n_words += len(row["text"].split())
    if rows:
        yield rows


def _begins_paragraph(
    report: Mapping[str, Any], last: Mapping[str, Any], row: Mapping[str, Any], n_words: int
) -> bool:
    if row["fact"] != last["fact"]:
        return True
    text = report["item"]["text"] if row["fact"] is None else report["facts"][row["fact"]]["value"]
    if "\n" in text[last["end"] : row["start"]]:
        return True
    return n_words >= _WORDS_A_PARAGRAPH and row["elements"] != last["elements"]


def _is_heading(rows: Sequence[Mapping[str, Any]]) -> bool:
    text = rows[0]["text"].strip()
    return (
        len(rows) == 1
        and len(text.split()) <= _HEADING_WORDS
        and not rows[0]["labels"]
        and not text.endswith((".", ";", ",", "!", "?"))
        and text[:1].isupper()
    )


def _describe(row: Mapping[str, Any], misfits: set[str]) -> dict[str, Any]:
    labels = row["labels"]
    near = {label: p for label, p in row["tags"].items() if p >= _NEAR and label not in labels}
    start = row["text"].rfind(" ") + 1
    if len(row["text"]) - start > _LONGEST_LAST:
        start = len(row["text"])
    return {
        "id": row["id"],
        "text": row["text"][:start],
        "last": row["text"][start:],  # stays on one line with the number
        "labels": [(label, row["tags"][label]) for label in labels],
        "near": sorted(near.items(), key=lambda item: -item[1])[:3],
        "tags": list(dict.fromkeys(label.removeprefix(DENIAL) for label in labels)),
        "theme": find_theme(labels[0]) if labels else None,
        "level": row["specificity"],
        "specificity": SPECIFICITY[row["specificity"]],
        "elements": row["elements"],
        "misfit": bool(misfits.intersection(row["elements"])),
    }
