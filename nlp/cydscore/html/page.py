"""The page of one filing, and the piece of it that a notebook shows."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cydscore.html.disclosure import lay_out, list_uses
from cydscore.html.environment import load_asset, load_environment, make_policy
from cydscore.html.words import (
    ASPECTS,
    FIT_SIGNS,
    PART_WORDS,
    STATED,
    STATUS_SIGNS,
    THEME_TITLES,
    UNKNOWN_WORDS,
    VERDICT_SIGNS,
    find_theme,
    name_filing,
)
from cydscore.tags import DENIAL, FIRST_TAGS, find_title, load_tags

_N_QUOTES: Final = 2
_SEVERITIES: Final = ("error", "warning", "note")


def render_page(report: Mapping[str, Any], *, home: str | None = None) -> str:
    """Return the page of one filing, complete in itself.

    Parameters
    ----------
    report
        The report as plain data, ``Report.to_json()``.
    home
        Name of the index beside the page, to link back to; None where there is none.
    """
    view = _make_view(report)
    paragraphs = lay_out(report)
    sentences = [s for paragraph in paragraphs for s in paragraph["sentences"]]
    counts: dict[str, int] = {}
    for sentence in sentences:
        for tag in sentence["tags"]:
            counts[tag] = counts.get(tag, 0) + 1
    filters: dict[str, list[tuple[str, int]]] = {theme: [] for theme in THEME_TITLES}
    for tag in report["content"]:
        if tag in counts:
            filters[find_theme(tag)].append((tag, counts[tag]))
    style = load_asset("base.css") + load_asset("page.css") + _filter_style(list(counts))
    script = load_asset("page.js")
    return (
        load_environment()
        .get_template("page.html.j2")
        .render(
            **view,
            home=home,
            paragraphs=paragraphs,
            sentences=sentences,
            filters={theme: tags for theme, tags in filters.items() if tags},
            theme_titles=THEME_TITLES,
            uses=list_uses(report),
            style=style,
            script=script,
            policy=make_policy(style=style, script=script),
        )
    )


def render_fragment(report: Mapping[str, Any]) -> str:
    """Return what a notebook shows of a report: all at a glance, without the disclosure.

    Parameters
    ----------
    report
        The report as plain data.
    """
    template = load_environment().get_template("fragment.html.j2")
    return template.render(**_make_view(report), style=load_asset("base.css"))


def _make_view(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the templates of a page and of a fragment have in common."""
    texts = {row["id"]: row for row in report["segments"]}
    order = (*FIRST_TAGS, *(tag for tag in report["content"] if tag not in FIRST_TAGS))
    topics = [_describe_topic(report, tag, texts) for tag in order]
    # An incident report is not asked for audits or committees: what it says of them is enough.
    n_first = 0 if report["incident"] else len(FIRST_TAGS)
    rest = topics[n_first:]
    filing = report["filing"]
    return {
        "report": report,
        "filing": filing,
        "title": name_filing(filing),
        "parts": _describe_parts(report),
        "first": topics[:n_first],
        "others": [topic for topic in rest if topic["quotes"]],
        "unsaid": [] if report["incident"] else [t["tag"] for t in rest if not t["quotes"]],
        "questions": report["score_details"].get("questions", []),
        "reason": report["score_details"].get("reason"),
        "norms": report.get("norms"),
        "severities": {
            severity: [
                (number, finding)
                for number, finding in enumerate(report["findings"], 1)
                if finding["severity"] == severity
            ]
            for severity in _SEVERITIES
        },
        "verdict_signs": VERDICT_SIGNS,
        "stated_words": STATED,
        "fit_signs": FIT_SIGNS,
        "aspects": ASPECTS,
        "status_signs": STATUS_SIGNS,
    }


def _describe_topic(
    report: Mapping[str, Any], tag: str, texts: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    said = report["content"][tag]
    known = load_tags().get(tag)
    stated = [name for name in said["evidence"] if tag in texts[name]["labels"]]
    denied = [name for name in said["evidence"] if DENIAL + tag in texts[name]["labels"]]
    chosen = [(name, tag) for name in stated[:_N_QUOTES]]
    chosen += [(name, DENIAL + tag) for name in denied[:_N_QUOTES]]
    return {
        "tag": tag,
        "title": find_title(tag),
        "rule": known.rule if known else None,
        "theme": find_theme(tag),
        "n_stated": said["stated"],
        "n_denied": said["denied"],
        "quotes": [
            {
                "id": name,
                "text": texts[name]["text"],
                "probability": texts[name]["tags"][label],
                "denied": label != tag,
            }
            for name, label in chosen[:_N_QUOTES]
        ],
    }


def _describe_parts(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    norms = report.get("norms") or {"parts": {}}
    intervals = report["score_details"].get("intervals", {})
    return [
        {
            "name": part,
            "points": points,
            "about": PART_WORDS.get(part, ""),
            "unknown": UNKNOWN_WORDS.get(part, "not enough to tell"),
            "interval": intervals.get(part),
            "norm": norms["parts"].get(part),
        }
        for part, points in report["scores"].items()
    ]


def _filter_style(tags: Sequence[str]) -> str:
    """Return the rules by which a chosen tag leaves its sentences alone, without a script."""
    rules = []
    for tag in tags:
        chosen = f".text:has(#only-{tag}:checked)"
        rules.append(f"{chosen} .para:not(:has(.t-{tag})){{display:none}}")
        rules.append(f"{chosen} .seg:not(.t-{tag}){{color:var(--faint);background:none}}")
    return "\n".join(rules) + "\n"
