"""Write the card of a model for people, from its manifest."""

from collections.abc import Mapping
from typing import Any, Final

from cydscore.tags import DENIAL

#: Codebook, labels and rare labels of a model of the packaged codebook, in words.
_PACKAGED: Final = (
    "the codebook of cydscore",
    "The labels are readings by language models, not by a lawyer.",
    "denials, `material_impact`",
)


def write_card(manifest: Mapping[str, Any]) -> str:
    """Return the model card, in Markdown.

    Parameters
    ----------
    manifest
        The model's manifest.
    """
    figures = manifest.get("metrics", {})
    codebook, labels, rare = _PACKAGED
    if "codebook.json" in manifest["files"]:
        tags = (label for label in manifest["labels"] if not label.startswith(DENIAL))
        codebook = f"a codebook of its own (`codebook.json`): {', '.join(tags)}"
        labels, rare = "The labels are those of its corpus.", "denials"
    lines = [
        f"# Model `{manifest['name']}`",
        "",
        (
            "Tags sentences of SEC cybersecurity disclosures (Regulation S-K Item 106, Form 20-F "
            f"Item 16K) by {codebook}."
        ),
        "",
        "Made by `cydscore train`; this card is generated from `manifest.json`.",
        "",
        "| | |",
        "|---|---|",
        f"| SHA-256 | `{manifest['sha256']}` |",
        f"| corpus SHA-256 | `{manifest.get('corpus_sha256', 'not recorded')}` |",
        f"| segments trained on | {manifest.get('n_segments', 'not recorded')} |",
        f"| companies | {manifest.get('n_companies', 'not recorded')} |",
        f"| seed | {manifest.get('seed', 'not recorded')} |",
        f"| code | cydscore {manifest['code_version']} |",
        "",
    ]
    if figures:
        lines += [
            "## How well it does",
            "",
            (
                "Measured out of fold: no filer was both trained on and judged, duplicate "
                "sentences were dropped first, thresholds were chosen on the other folds."
            ),
            "",
            "| figure | value |",
            "|---|---|",
            *(
                f"| {k.replace('_', ' ')} | {v:.3f} |"
                for k, v in figures.items()
                if isinstance(v, float)
            ),
            "",
            "| label | examples judged | precision | recall | F1 |",
            "|---|---|---|---|---|",
            *(
                f"| `{row['label']}` | {row['support']} | {row['precision']:.3f} | "
                f"{row['recall']:.3f} | {row['f1']:.3f} |"
                for row in figures.get("labels", [])
                if row["support"]
            ),
            "",
        ]
    lines += [
        "## What it is not",
        "",
        (
            f"{labels} It reads English only. It does not know whether a disclosure is true or "
            f"complete. Labels with few examples ({rare}) are weak: read the sentence."
        ),
        "",
    ]
    return "\n".join(lines)
