"""Templates, style and script of the pages, and the policy that lets nothing else run."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING

from cydscore.html.words import (
    cite_element,
    mark_elements,
    name_element,
    name_label,
    show_text,
)

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def load_environment() -> "Environment":
    """Return the templates' environment; everything that is put into a page is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("cydscore.html", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_finalise,
    )
    made.filters |= {
        "element": name_element,
        "elements": mark_elements,
        "cites": cite_element,
        "label": name_label,
        "points": show_points,
        "percentile": show_percentile,
    }
    return made


def _finalise(value: object) -> object:
    """Return what a template puts into a page; plain text loses what would hide or turn it."""
    return show_text(value) if type(value) is str else value


@cache
def load_asset(name: str) -> str:
    """Return a style or a script that ships with the package."""
    return resources.files("cydscore.html").joinpath(f"templates/{name}").read_text("utf-8")


def make_policy(*, style: str, script: str = "") -> str:
    """Return a Content-Security-Policy that allows one style, one script and nothing else."""
    rules = ["default-src 'none'", f"style-src '{_hash(style)}'"]
    if script:
        rules.append(f"script-src '{_hash(script)}'")
    return "; ".join([*rules, "base-uri 'none'", "form-action 'none'"])


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def show_points(points: float | None) -> str:
    """Return points as a whole number, a dash where there are none."""
    return "–" if points is None else f"{points:.0f}"


def show_percentile(number: float) -> str:
    """Return a percentile in words, from ``1st`` to ``99th``."""
    whole = min(99, max(1, round(number)))
    ending = "th" if whole % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(whole % 10)
    return f"{whole}{ending or 'th'}"
