"""``cydscore tag``: tags of single segments."""

from typing import Annotated

import typer

from cydscore.cli.app import ModelOption, app


@app.command()
def tag(
    path: Annotated[
        str,
        typer.Argument(
            help='JSON lines {"id", "text"}, each one segment; other keys are left alone. '
            "- is standard input."
        ),
    ] = "-",
    model: ModelOption = None,
) -> None:
    """Tag segments: one JSON line out for each line in, in order.

    A line is one segment and is never split again. The tags are those of the model's codebook
    (`cydscore tags --model FOLDER`). Exit status 2 on a malformed line.

    Example:  echo '{"id": 1, "text": "Our CISO reports to the board."}' | cydscore tag
    """
    import json

    from cydscore.store import load_model
    from cydscore.tag_lines import read_tag_lines

    tagger = load_model(model).tagger
    for ids, texts in read_tag_lines(path):
        tagging = tagger.describe(texts)
        for row, name in enumerate(ids):
            said = tagging.describe(row)
            tags = {label: round(p, 4) for label, p in said.tags.items()}
            line = {
                "id": name,
                "tags": tags,
                "labels": list(said.labels),
                "specificity": said.specificity,
            }
            typer.echo(json.dumps(line, ensure_ascii=False))
