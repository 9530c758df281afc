"""Put what is known of a filing together: segments, tags, flags, blocks, findings and score."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cydscore.check import Checker, Checks
from cydscore.norms import place_among_peers
from cydscore.records import (
    PARTS,
    Fact,
    Filing,
    IncidentCheck,
    Kind,
    Scores,
    Segment,
    Tagging,
)
from cydscore.score import Scorer
from cydscore.segment import segment_filing
from cydscore.store import Model
from cydscore.tags import DENIAL, tag_names
from cydscore.taxonomy import flag_names
from cydscore.watch import Stopwatch

if TYPE_CHECKING:
    import pandas as pd

SCHEMA: Final = "cydscore/report/1"
N_EVIDENCE: Final = 5
#: How much a particular (1) or verifiable (2) segment is worth more as evidence than a generic one.
_SPECIFIC_BONUS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """What cydscore says of one filing.

    Attributes
    ----------
    filing
        The filing as read.
    segments
        Its segments in reading order.
    tagging
        What the tagger says of them, row by row.
    checks
        Flags, blocks and findings.
    scores
        The quality score and its parts.
    model
        ``name`` and ``sha256`` of the model.
    norms
        Where the scores stand among peers, as ``place_among_peers`` gives it, or None.
    """

    filing: Filing
    segments: tuple[Segment, ...]
    tagging: Tagging
    checks: Checks
    scores: Scores
    model: Mapping[str, str]
    norms: Mapping[str, Any] | None = None

    @property
    def tags(self) -> tuple[str, ...]:
        """Return the tags that the model knows, the packaged ones and its own."""
        return tuple(label for label in self.tagging.labels if not label.startswith(DENIAL))

    def rank_evidence(self, tag: str) -> tuple[list[int], list[int]]:
        """Return the rows that state a tag and those that deny it, best first."""
        tagging = self.tagging
        probability = tagging.columns([tag, DENIAL + tag])
        worth = probability * (1 + _SPECIFIC_BONUS * tagging.specificity[:, None])
        order = np.argsort(-worth, axis=0, kind="stable")
        held = tagging.holds([tag, DENIAL + tag])
        stated, denied = ([int(i) for i in order[:, k] if held[i, k]] for k in (0, 1))
        return stated, denied

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain data, in the wire format ``cydscore/report/1``."""
        filing = self.filing
        return {
            "schema": SCHEMA,
            "filing": filing.identify(),
            "facts": [_write_fact(fact) for fact in filing.facts],
            "item": None if filing.item is None else asdict(filing.item),
            "content": self._write_content(),
            "flags": [_listed(asdict(flag)) for flag in self.checks.flags],
            "blocks": [_listed(asdict(block)) for block in self.checks.blocks],
            "incident": _write_incident(self.checks.incident),
            "segments": [self._write_segment(row) for row in range(len(self.segments))],
            "findings": [_listed(asdict(finding)) for finding in self.checks.findings],
            "scores": {part: getattr(self.scores, part) for part in PARTS},
            "score_details": dict(self.scores.details),
            "norms": None if self.norms is None else dict(self.norms),
            "model": dict(self.model),
        }

    def _repr_html_(self) -> str:
        """Return what a notebook shows: all at a glance, without the disclosure."""
        from cydscore.html import render_fragment

        return render_fragment(self.to_json())

    def to_row(self) -> dict[str, Any]:
        """Return the report as one flat row: identity, scores, flags and counts."""
        filing, checks = self.filing, self.checks
        flags = {flag.element: flag for flag in checks.flags}
        row: dict[str, Any] = {
            **filing.identify(),
            **{part: getattr(self.scores, part) for part in PARTS},
            "n_facts": len(filing.facts),
            "n_segments": len(self.segments),
            "n_blocks": len(checks.blocks),
            "n_misfits": sum(block.fit == "misfit" for block in checks.blocks),
            **{
                f"n_{severity}s": sum(f.severity == severity for f in checks.findings)
                for severity in ("error", "warning", "note")
            },
        }
        for name in flag_names():
            flag = flags.get(name)
            row[f"{name}_declared"] = flag.declared if flag else None
            row[f"{name}_stated"] = flag.stated if flag else None
            row[f"{name}_verdict"] = flag.verdict if flag else None
            row[f"{name}_confidence"] = flag.confidence if flag else None
        tags = tag_names()
        labels = [label for tag in tags for label in (tag, DENIAL + tag)]
        counts = iter(self.tagging.holds(labels).sum(axis=0).tolist())
        for tag in tags:
            row[f"{tag}_stated"], row[f"{tag}_denied"] = next(counts), next(counts)
        row["model"] = self.model["sha256"]
        return row

    def to_frame(self) -> "pd.DataFrame":
        """Return the segments as a DataFrame: a row a segment, a column a tag's probability.

        Columns are ``id``, ``elements`` (list of str), ``fact`` (nullable integer), ``start``,
        ``end``, ``text``, ``labels`` (list of str), ``specificity`` and, for each tag and denial,
        its probability in [0, 1].
        """
        import pandas as pd

        rows = [self._write_segment(row) for row in range(len(self.segments))]
        columns = ["id", "elements", "fact", "start", "end", "text", "labels", "specificity"]
        frame = pd.DataFrame([{c: row[c] for c in columns} for row in rows], columns=columns)
        frame["fact"] = frame["fact"].astype("Int64")
        odds = pd.DataFrame(self.tagging.probability, columns=list(self.tagging.labels))
        return pd.concat([frame, odds], axis=1)

    def _write_segment(self, row: int) -> dict[str, Any]:
        segment, said = self.segments[row], self.tagging.describe(row)
        return {
            "id": segment.id,
            "elements": list(segment.elements),
            "fact": segment.fact,
            "start": segment.start,
            "end": segment.end,
            "text": segment.text,
            "tags": {tag: round(p, 4) for tag, p in said.tags.items()},
            "labels": list(said.labels),
            "specificity": said.specificity,
        }

    def _write_content(self) -> dict[str, Any]:
        content = {}
        for tag in self.tags:
            stated, denied = self.rank_evidence(tag)
            best = [*stated[:N_EVIDENCE], *denied[:N_EVIDENCE]]
            content[tag] = {
                "stated": len(stated),
                "denied": len(denied),
                "evidence": [self.segments[row].id for row in dict.fromkeys(best)],
            }
        return content


def make_reports(
    filings: Sequence[Filing],
    model: Model,
    *,
    describe: Callable[[list[str]], Tagging] | None = None,
    watch: Stopwatch | None = None,
) -> list[Report]:
    """Return the reports on some filings; all their segments are tagged in one go.

    Parameters
    ----------
    filings
        The filings as read.
    model
        The model.
    describe
        What tags segments: the model's tagger by default, or a memory of what it said.
    watch
        Told the seconds of each stage.

    Raises
    ------
    ModelError
        If the model lacks packaged tags, a checker or a scorer.
    """
    model.require_reports()
    watch = watch or Stopwatch()
    checker = Checker.from_json(model.checker)
    scorer = Scorer.from_json(model.scorer)
    describe = describe or model.tagger.describe
    with watch.time("segment"):
        segmented = [segment_filing(filing) for filing in filings]
    with watch.time("tag"):
        tagging = describe([s.text for segments in segmented for s in segments])
    parted = tagging.part([len(segments) for segments in segmented])
    with watch.time("check"):
        checked = checker.check_all(filings, segmented, tagging)
    with watch.time("score"):
        scored = scorer.score_all(segmented, parted, checked)
    return [
        Report(
            filing=filing,
            segments=segments,
            tagging=own,
            checks=checks,
            scores=scores,
            model={"name": model.name, "sha256": model.sha256},
            norms=place_among_peers(filing, scores, model.norms),
        )
        for filing, segments, own, checks, scores in zip(
            filings, segmented, parted, checked, scored, strict=True
        )
    ]


def _write_fact(fact: Fact) -> dict[str, Any]:
    written: dict[str, Any] = {
        "element": fact.element,
        "kind": fact.kind.value,
        "value": fact.value,
    }
    if fact.kind is Kind.FLAG and fact.words is not None:
        written["words"] = fact.words
    written |= {"year": fact.year, "period_end": fact.period_end, "main": fact.main}
    return written | {"origin": asdict(fact.origin)}


def _write_incident(incident: IncidentCheck | None) -> dict[str, Any] | None:
    if incident is None:
        return None
    return {name: _listed(v) if isinstance(v, dict) else v for name, v in asdict(incident).items()}


def _listed(row: dict[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in row.items()}
