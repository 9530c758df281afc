"""Findings as SARIF 2.1.0, which editors, code hosts and build servers read."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from cydscore.check.rules import Rule, Severity, load_rules
from cydscore.checked import Checked, Located
from cydscore.read.locate import Place
from cydscore.read.source import STDIN
from cydscore.records import Filing, Finding, Origin

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_PACKED: Final = (".gz", ".zip")


def to_sarif(
    checked: Iterable[Checked], failures: Sequence[str] = (), *, version: str
) -> dict[str, Any]:
    """Return a SARIF log with one run.

    Parameters
    ----------
    checked
        The filings and their findings.
    failures
        What could not be read, a line each.
    version
        Version of cydscore.
    """
    rules = list(load_rules().values())
    order = {rule.id: number for number, rule in enumerate(rules)}
    artifacts = _Artifacts()
    seen: Counter[str] = Counter()
    results = [
        _write_result(one.filing, located, order, artifacts, seen)
        for one in checked
        for located in one.findings
    ]
    invocation: dict[str, Any] = {"executionSuccessful": not failures}
    if failures:
        invocation["toolExecutionNotifications"] = [
            {"level": "error", "message": {"text": reason}} for reason in failures
        ]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "cydscore",
                        "semanticVersion": version,
                        "rules": [_write_rule(rule) for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [invocation],
                "artifacts": artifacts.rows,
                "results": results,
            }
        ],
    }


def _write_rule(rule: Rule) -> dict[str, Any]:
    properties: dict[str, Any] = {"cites": rule.cites, "basis": rule.basis.value}
    if rule.precision is not None:
        properties |= {"measuredPrecision": rule.precision, "findingsRead": rule.n_read}
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.about},
        "help": {"text": f"{rule.about} Source: {rule.cites}."},
        "defaultConfiguration": {"level": _to_level(rule.severity)},
        "properties": properties,
    }


def _to_level(severity: str) -> str:
    return Severity(severity).value  # SARIF has the same three words


def _write_result(
    filing: Filing,
    located: Located,
    order: dict[str, int],
    artifacts: "_Artifacts",
    seen: Counter[str],
) -> dict[str, Any]:
    finding = located.finding
    fingerprint = _to_fingerprint(filing, finding)
    seen[fingerprint] += 1
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": order[finding.rule],
        "level": _to_level(finding.severity),
        "message": {"text": f"{finding.title}: {finding.detail}"},
        "partialFingerprints": {"finding/v1": f"{fingerprint}:{seen[fingerprint]}"},
        "properties": {
            "accession": filing.accession,
            "company": filing.company,
            "form": filing.form,
            "cites": finding.cites,
            "elements": list(finding.elements),
            "evidence": list(located.quotes),
        },
    }
    if filing.source != STDIN:
        member = located.origins[0].member if located.origins else None
        index = artifacts.add(filing.source, member)
        regions = _list_regions(located)
        first, *others = regions or [None]
        result["locations"] = [artifacts.locate(index, first)]
        if others:
            result["relatedLocations"] = [artifacts.locate(index, region) for region in others]
    return result


def _list_regions(located: Located) -> list[dict[str, int] | None]:
    if located.places:
        return [_write_region(place) for place in located.places]
    return [_write_line(origin) for origin in located.origins if origin.line]


def _write_region(place: Place) -> dict[str, int]:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
        "charOffset": place.start,
        "charLength": place.end - place.start,
    }


def _write_line(origin: Origin) -> dict[str, int]:
    return {"startLine": origin.line or 1}


def _to_fingerprint(filing: Filing, finding: Finding) -> str:
    """Return what stays the same while the finding does, wherever the file is moved to."""
    name = filing.accession or Path(filing.source).name
    parts = [name, finding.rule, *finding.elements, finding.cites]
    return hashlib.sha256(os.fsencode("\n".join(parts))).hexdigest()[:32]


class _Artifacts:
    """The files that findings stand in; what is packed in one is an artifact of its own."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self._known: dict[tuple[str, str | None], int] = {}

    def add(self, source: str, member: str | None) -> int:
        """Return the index of a source's artifact, or of the part of it that has the text."""
        path = Path(source)
        if path.suffix.lower() in _PACKED:
            parent = self._add(source, None, _to_uri(path))
            inner = path.stem if path.suffix.lower() == ".gz" else member or path.stem
            return self._add(source, inner, _quote(f"/{inner}"), parent)
        return self._add(source, None, _to_uri(path))

    def _add(self, source: str, inner: str | None, uri: str, parent: int | None = None) -> int:
        key = source, inner
        if key not in self._known:
            row: dict[str, Any] = {"location": {"uri": uri}}
            if parent is not None:
                row["parentIndex"] = parent
            self._known[key] = len(self.rows)
            self.rows.append(row)
        return self._known[key]

    def locate(self, index: int, region: dict[str, int] | None) -> dict[str, Any]:
        """Return a location in an artifact."""
        location: dict[str, Any] = {
            "artifactLocation": {"uri": self.rows[index]["location"]["uri"], "index": index}
        }
        if region:
            location["region"] = region
        return {"physicalLocation": location}


def _to_uri(path: Path) -> str:
    return path.as_uri() if path.is_absolute() else _quote(path.as_posix())


def _quote(name: str) -> str:
    return quote(os.fsencode(name))  # a file's name need not be UTF-8
