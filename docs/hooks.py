"""What mkdocs adds to the pages of this folder: pages made from data, docstrings and cards.

Nothing of it is committed as a copy, so that nothing of it grows old.
"""

import importlib
import inspect
import json
import logging
import posixpath
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from markdown import Markdown
from markdown.extensions import Extension
from mkdocs.structure.files import File, Files

import cydscore
from cydscore.compare.rules import load_year_rules
from cydscore.measures import load_questions, load_score_table
from cydscore.tags import Tag, load_tags
from cydscore.taxonomy import load_elements

ROOT: Final = Path(__file__).parents[1]
DATA: Final = ROOT / "nlp" / "cydscore" / "data"
LOG: Final = logging.getLogger("mkdocs.hooks.cydscore")  # in strict builds a warning is an error
#: Pages that stand elsewhere in the repository, and where the site has them.
ELSEWHERE: Final = {
    "README.md": "manual.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "notebooks/README.md": "how-to/notebooks.md",
    "models/default/README.md": "reference/model-card.md",
    "corpora/README.md": "reference/corpora.md",
    "corpora/example/README.md": "reference/data/example.md",
    "corpora/example/years/README.md": "reference/data/years.md",
    "corpora/example_own/README.md": "reference/data/example_own.md",
    "corpora/contrast/README.md": "reference/data/contrast.md",
    "corpora/item106/README.md": "reference/data/item106.md",
    "corpora/season/README.md": "reference/data/season.md",
}
#: Data that pages are made from: what links to the file leads to the page.
MADE: Final = {
    "nlp/cydscore/data/codebook.json": "reference/tags.md",
    "nlp/cydscore/data/taxonomy.json": "reference/elements.md",
    "nlp/cydscore/data/score.json": "reference/questions.md",
    "nlp/cydscore/data/rules.json": "rules.md",
    "nlp/cydscore/data/compare_rules.json": "reference/year-rules.md",
}
#: Modules whose public classes and functions follow those of the package itself.
MODULES: Final = (
    *("records", "report", "corpus", "curate", "season", "tags", "tagger", "features"),
    *("estimators", "pipe", "pipe.docbin", "errors"),
)


class _ListsByTwo(Extension):
    """Text goes on in a list item by two spaces, as on the pages of a code host."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (markdown's name)
        md.tab_length = 2


def on_config(config: Any) -> Any:
    """Read lists as a code host does."""
    config.markdown_extensions.append(_ListsByTwo())
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are made and those that stand elsewhere."""
    pages = {home: (ROOT / source).read_text("utf-8") for source, home in ELSEWHERE.items()}
    pages |= {
        "reference/python.md": "\n".join(_list_python()),
        "reference/tags.md": "\n".join(_list_tags()),
        "reference/elements.md": "\n".join(_list_elements()),
        "reference/questions.md": "\n".join(_list_questions()),
        "reference/year-rules.md": "\n".join(_list_year_rules()),
    }
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:  # noqa: ARG001
    """Make the page of the rules anew, and lead links to where the site has their pages."""
    place = page.file.src_uri
    if place == "rules.md":
        markdown = runpy.run_path(str(ROOT / "benchmarks" / "rule_page.py"))["write_page"]()
    sources = {home: source for source, home in ELSEWHERE.items()}
    folder = posixpath.dirname(sources.get(place, f"docs/{place}"))

    def lead(match: re.Match[str]) -> str:
        text, target, anchor = match[1], match[2], match[3] or ""
        if not target or "://" in target:
            return match[0]
        source = posixpath.normpath(posixpath.join(folder, target))
        home = (ELSEWHERE | MADE).get(source) or ELSEWHERE.get(f"{source}/README.md")
        home = home or (source.removeprefix("docs/") if source.startswith("docs/") else None)
        if home is None:  # it is in the repository and not on the site
            if not (ROOT / source).exists():
                LOG.warning("%s: %s leads nowhere", place, target)
            return text if "`" in text else f"{text} (`{source}`)"
        return f"[{text}]({posixpath.relpath(home, posixpath.dirname(place) or '.')}{anchor})"

    return re.sub(r"(?<!!)\[([^\]\n]+)\]\(([^)#\s]*)(#[^)\s]*)?\)", lead, markdown)


def _list_python() -> Iterator[str]:
    yield "# Python\n"
    yield "Made from the docstrings. What stands under *cydscore* is imported from there: "
    yield "`from cydscore import score_filing`. Examples that run are in the "
    yield "[manual](../manual.md#python).\n"
    yield "## cydscore\n"
    shown = set()
    for name in (n for n in cydscore.__all__ if not n.startswith("__")):
        value = getattr(cydscore, name)
        shown.add(value)
        yield f"::: {value.__module__}.{name}\n    options:\n        heading: cydscore.{name}\n"
    for module in MODULES:
        yield f"## cydscore.{module}\n"
        loaded = importlib.import_module(f"cydscore.{module}")
        yield f"{inspect.getdoc(loaded)}\n"
        names = getattr(loaded, "__all__", None) or sorted(
            name for name, value in vars(loaded).items() if _is_of(value, loaded.__name__)
        )
        for name in names:
            value = getattr(loaded, name)
            if not name.startswith("_") and _is_of(value, "cydscore") and value not in shown:
                yield f"::: {value.__module__}.{name}\n"
                shown.add(value)


def _is_of(value: object, module: str) -> bool:
    named = inspect.isclass(value) or inspect.isfunction(value)
    return named and getattr(value, "__module__", "").startswith(module)


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ")


def _list_tags() -> Iterator[str]:
    codebook = json.loads((DATA / "codebook.json").read_text("utf-8"))
    yield "# Tags: the codebook\n"
    yield "Made from `nlp/cydscore/data/codebook.json`; `cydscore tags NAME` says the same.\n"
    yield f"{codebook['about']}\n"
    yield from (f"- {rule}" for rule in codebook["rules"])
    yield ""
    for tag in load_tags().values():
        yield from _write_tag(tag)
    yield "## Specificity\n"
    for row in codebook["specificity"]:
        yield f"**{row['value']}, {row['title']}.** {row['definition']}\n"
        yield from (f"- “{text}”" for text in row["examples"])
        yield ""
    tables = {
        "verdicts": "What a text states of a flag",
        "material_verdicts": "What a text states of material effect",
        "fits": "How a text block fits its element",
        "grades": "Grades of a filing",
    }
    for key, title in tables.items():
        yield f"## {title}\n"
        yield "| name | meaning |\n|---|---|"
        for row in codebook[key]:
            ends = f" ({row['range'][0]} to {row['range'][1]})" if "range" in row else ""
            yield f"| `{row['name']}`{ends} | {_cell(row['definition'])} |"
        yield ""


def _write_tag(tag: Tag) -> Iterator[str]:
    yield f"## `{tag.name}`\n"
    yield f"**{tag.title}**" + (f" ({tag.rule})" if tag.rule else "") + "\n"
    yield f"{tag.definition}\n"
    yield from (f"- {note}" for note in tag.notes)
    yield ""
    if tag.flag:
        yield f"Tells for or against `{tag.flag}`.\n"
    if tag.implies:
        yield "Always comes with " + ", ".join(f"`{name}`" for name in tag.implies) + ".\n"
    yield "States it:\n"
    yield from (f"- “{text}”" for text in tag.states)
    yield "\nComes near and does not:\n"
    yield from (f"- “{miss.text}” {miss.why}" for miss in tag.does_not)
    yield ""
    if tag.deniable:
        yield f"Denies it (`!{tag.name}`):\n"
        yield from (f"- “{text}”" for text in tag.denies)
        yield ""


def _list_elements() -> Iterator[str]:
    taxonomy = json.loads((DATA / "taxonomy.json").read_text("utf-8"))
    asks = json.loads((DATA / "asks.json").read_text("utf-8"))
    wants = {row["element"]: row for kind in ("blocks", "flags") for row in asks[kind]}
    yield "# Elements of the `cyd` taxonomy\n"
    yield "Made from `nlp/cydscore/data/taxonomy.json` and `asks.json`.\n"
    yield f"Source: {taxonomy['source']}.\n"
    for title, annual in (("Annual reports", True), ("Incident reports", False)):
        yield f"## {title}\n"
        yield "| element | kind | rule | asks | answered by the tags | its text block |"
        yield "|---|---|---|---|---|---|"
        for element in (e for e in load_elements().values() if e.annual == annual):
            want = wants.get(element.name, {})
            tags = " ".join(f"`{tag}`" for tag in want.get("tags", ()))
            name = re.sub(r"(?<=[a-z])(?=[A-Z])", "<wbr>", element.name)
            block = re.sub(r"(?<=[a-z])(?=[A-Z])", "<wbr>", element.block or "–")
            asked = _cell(want.get("asks_for", "") or "–")
            cells = (name, element.kind, element.rule, asked, tags or "–", block)
            yield f"| {' | '.join(cells)} |"
        yield ""


def _list_questions() -> Iterator[str]:
    table = load_score_table()
    yield "# Questions of Item 106\n"
    yield "Made from `nlp/cydscore/data/score.json`. Coverage counts how far each is answered; "
    yield "`cydscore explain` says which are open. The answers are authored, about nobody.\n"
    yield f"{table['answer']['about']}\n"
    for question in load_questions():
        yield f"## {question.question}\n"
        tags = ", ".join(f"`{tag}`" for tag in question.tags)
        yield f"`{question.id}`, {question.rule}; answered by {tags}.\n"
        yield f"> {question.example}\n"


def _list_year_rules() -> Iterator[str]:
    yield "# Rules by the year\n"
    yield "Made from `nlp/cydscore/data/compare_rules.json`; how they were measured stands under "
    yield "[year to year](../compare.md#rules). Rules of a single filing: [rules](../rules.md).\n"
    yield "| rule | severity | finds | rests on | precision | fires where | passes where |"
    yield "|---|---|---|---|---|---|---|"
    for rule in load_year_rules().values():
        right = "–" if rule.precision is None else f"{rule.precision:.2f} of {rule.n_read}"
        cells = (
            f"`{rule.id}`",
            rule.severity,
            f"{rule.title}. {rule.about}",
            rule.cites,
            right,
            rule.fires["why"],
            rule.passes["why"],
        )
        yield f"| {' | '.join(map(_cell, cells))} |"
