"""``cydscore tags``: the codebook."""

from pathlib import Path
from typing import Annotated

import typer

from cydscore.cli.app import ModelOption, TableFormat, app, fail, width
from cydscore.errors import UsageError


@app.command()
def tags(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Tags to explain.", show_default="all, in a line each"),
    ] = None,
    form: Annotated[
        TableFormat, typer.Option("--format", help="What to write to standard output.")
    ] = TableFormat.TEXT,
    corpus: Annotated[
        Path | None,
        typer.Option(
            help="Corpus whose codebook is meant: codebook.json beside it.", show_default=False
        ),
    ] = None,
    model: ModelOption = None,
) -> None:
    """Explain the codebook: what a segment must say to get a tag, with examples.

    It is the packaged one, that of a corpus (--corpus) or that of a model (--model).

    Example:  cydscore tags third_party_audit
    """
    import json
    import textwrap
    from dataclasses import asdict

    from cydscore.tags import load_tags

    if corpus is not None and model is not None:
        raise UsageError("--corpus and --model each have a codebook; name one of them")
    if corpus is not None:
        from cydscore.corpus import find_codebook

        known = find_codebook(corpus)
    elif model is not None:
        from cydscore.store import load_model

        known = load_model(model).tagger.codebook_
    else:
        known = load_tags()
    unknown = [name for name in names or () if name not in known]
    if unknown:
        fail(f"no tag '{unknown[0]}'; `cydscore tags` lists them")
    chosen = [known[name] for name in names or known]
    if form is TableFormat.JSON:
        typer.echo(json.dumps([asdict(tag) for tag in chosen], indent=1, ensure_ascii=False))
        return
    for tag in chosen:
        head = f"{tag.name:<24} {tag.title}" + (f"  ({tag.rule})" if tag.rule else "")
        typer.echo(head)
        if not names:
            continue
        lines = [tag.definition, *tag.notes]
        if tag.implies:
            lines.append(f"always comes with: {', '.join(tag.implies)}")
        lines += [f"states: {text}" for text in tag.states]
        lines += [f"does not: {miss.text} ({miss.why})" for miss in tag.does_not]
        lines += [f"denies (!{tag.name}): {text}" for text in tag.denies]
        for line in lines:
            typer.echo(textwrap.fill(line, width(), initial_indent="  ", subsequent_indent="    "))
