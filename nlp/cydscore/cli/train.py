"""``cydscore train`` and ``cydscore evaluate``: models from labelled corpora."""

from pathlib import Path
from typing import Annotated

import typer

from cydscore.cli.app import JobsOption, TableFormat, app, say

TextOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--text",
        help="Where the text of labels by reference is: a notes zip, a folder of filings or of "
        "Parquet tables; give it as often as needed.",
        show_default=False,
    ),
]


@app.command()
def train(
    corpora: Annotated[
        list[Path],
        typer.Argument(
            help="Labelled segments, JSON lines; several files are taken together.",
            metavar="CORPUS...",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder to write the model to.", show_default=False)],
    name: Annotated[
        str | None, typer.Option(help="Name of the model.", show_default="that of the folder")
    ] = None,
    flags: Annotated[
        Path | None, typer.Option(help="Filings read against their flags, to fit the checker.")
    ] = None,
    grades: Annotated[Path | None, typer.Option(help="Graded filings, to fit the scorer.")] = None,
    filings: Annotated[
        Path | None,
        typer.Option(
            help="Where the filings of --flags and --grades are: a folder of Parquet "
            "tables, a notes zip or a folder of filings."
        ),
    ] = None,
    text: TextOption = None,
    seed: Annotated[int, typer.Option(help="Seed of all that is random.")] = 0,
    jobs: JobsOption = -1,
) -> None:
    """Train a model from a labelled corpus; the checker and scorer too where labels are given.

    The tags are those of codebook.json beside the corpus, or else the packaged ones. Without
    --flags and --grades the new model takes the checker and scorer of the default one, unless its
    codebook lacks packaged tags: then it only tags.
    Labels by reference are joined with their text from --text, or else from --filings; those that
    find none are named and left out.

    Example:  cydscore train corpora/example/segments.jsonl --out my-model
    """
    from cydscore.retrain import train_model

    made = train_model(
        corpora,
        out,
        name=name or out.name,
        flags=flags,
        grades=grades,
        filings=filings,
        text=text or (),
        seed=seed,
        jobs=jobs,
        progress=say,
    )
    say(f"wrote {out} ({made.name}, sha256 {made.sha256[:12]})")


@app.command()
def evaluate(
    model: Annotated[
        str, typer.Argument(help="Folder of a model; 'default' is the one that ships.")
    ],
    corpus: Annotated[Path, typer.Argument(help="Labelled segments, JSON lines.")],
    text: TextOption = None,
    form: Annotated[
        TableFormat, typer.Option("--format", help="What to write to standard output.")
    ] = TableFormat.TEXT,
    folds: Annotated[
        bool,
        typer.Option(
            "--out-of-fold",
            help="Train anew on the corpus, leaving out each fold of companies in turn, and judge "
            "on what was left out; the model's settings are used, not its weights.",
        ),
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of --out-of-fold.")] = 0,
) -> None:
    """Measure a model on a labelled corpus: F1 per tag, denials, specificity, calibration.

    Example:  cydscore evaluate default corpora/example/segments.jsonl
    """
    import json

    from cydscore.corpus import find_codebook
    from cydscore.curate import load_corpus
    from cydscore.evaluate import cross_validate_tagger, evaluate_tagger
    from cydscore.store import load_model
    from cydscore.tags import name_some

    loaded = load_model(None if model == "default" else model)
    known = loaded.tagger.codebook_
    codebook = find_codebook(corpus, known)
    segments = load_corpus(corpus, text or (), codebook=codebook, on_problem=say)
    if folds:
        result = cross_validate_tagger(segments, codebook=codebook, seed=seed)
    else:
        result = evaluate_tagger(loaded, segments)
        unseen = name_some([tag for tag in known if not any(tag in s.tags for s in segments)])
        if unseen:
            say(
                f"the corpus has no example of {unseen}: what the model finds of it counts as wrong"
            )
    if form is TableFormat.JSON:
        typer.echo(json.dumps(result.to_json(), indent=1))
    else:
        typer.echo(result.to_text())
