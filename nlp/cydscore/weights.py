"""Weights of one's own for the overall score, from a TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from cydscore.errors import InputMissingError, UsageError
from cydscore.records import PARTS
from cydscore.report import Report
from cydscore.score import reweigh

_MOST: Final = 1_000_000


def read_weights(path: str | Path) -> dict[str, float]:
    """Return the weight of each part from the table ``[overall]`` of a TOML file.

    Raises
    ------
    InputMissingError
        If there is no such file.
    UsageError
        If it is no TOML, names something that is no part, a weight is not between 0 and a million,
        or none is above 0.
    """
    parts = [part for part in PARTS if part != "overall"]
    example = "[overall] with lines such as coverage = 0.5"
    try:
        table = tomllib.loads(Path(path).read_text("utf-8")).get("overall")
    except (FileNotFoundError, IsADirectoryError) as error:
        raise InputMissingError(f"{path}: no such file; write {example}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not TOML ({error}); write {example}") from error
    if not isinstance(table, dict) or not table:
        raise UsageError(f"{path}: no weights; write {example}")
    for part, weight in table.items():
        if part not in parts:
            raise UsageError(f"{path}: '{part}' is no part; the parts are {', '.join(parts)}")
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            raise UsageError(f"{path}: the weight of {part} is {weight!r}; write a number")
        if not 0 <= weight <= _MOST:
            raise UsageError(f"{path}: the weight of {part} is not between 0 and {_MOST:,}")
    if not any(table.values()):
        raise UsageError(f"{path}: all weights are 0; give one part a weight")
    return {part: float(weight) for part, weight in table.items()}


def reweigh_report(report: Report, weights: Mapping[str, float]) -> Report:
    """Return a report whose overall score is the weighted mean of its parts.

    It has no place among peers any more, whose overall score was made otherwise.
    """
    norms = report.norms
    if norms is not None:
        kept = {part: row for part, row in norms["parts"].items() if part != "overall"}
        norms = {**norms, "parts": kept}
    return replace(report, scores=reweigh(report.scores, weights), norms=norms)
