"""``cydscore corpus``: what to label, what to read again, and the formats of annotation tools."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from cydscore.cli.app import JobsOption, ModelOption, fail, say
from cydscore.cli.corpus import CorpusArgument, corpus
from cydscore.errors import CorpusError

TextsOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--text",
        help="Where the text of labels by reference is, as often as needed.",
        show_default=False,
    ),
]


@corpus.command()
def suspects(
    corpus: CorpusArgument,
    text: TextsOption = None,
    most: Annotated[int, typer.Option(help="Most suspects written.", min=1)] = 200,
    out: Annotated[
        Path | None, typer.Option("--out", help="File of JSON lines.", show_default="output")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of folds and fitting.")] = 0,
    jobs: JobsOption = -1,
) -> None:
    """List labels that are likely wrong, the most suspect first, to be read again.

    Five taggers are fitted, each without a fold of companies, and judge that fold (confident
    learning, Northcutt et al. 2021). A line a label: the segment, whether it was given, and how
    probable that is. Exit status 0, or 2 for a faulty corpus.

    Example:  cydscore corpus suspects corpora/example --most 20
    """
    from cydscore.corpus import drop_duplicates, find_codebook
    from cydscore.curate import load_corpus
    from cydscore.curate.suspects import count_suspects, find_suspects
    from cydscore.train import fit_folds

    segments = drop_duplicates(load_corpus(corpus, text or (), on_problem=say))
    codebook = find_codebook(corpus)
    fit = fit_folds(segments, codebook=codebook, seed=seed, jobs=jobs, progress=say)
    found = find_suspects(segments, fit.probabilities, fit.taggers[0].labels_)
    for label, (wrong, missing) in count_suspects(found).items():
        say(f"{label}: {wrong} given that may be wrong, {missing} that may be missing")
    _write_rows([suspect.to_row() for suspect in found[:most]], out)


@corpus.command()
def suggest(
    source: Annotated[
        list[Path],
        typer.Argument(
            help="Filings: notes zips, folders, files, folders of Parquet tables.",
            metavar="SOURCE...",
        ),
    ],
    corpus: Annotated[
        Path | None,
        typer.Option(help="What is labelled already; left out.", show_default=False),
    ] = None,
    most: Annotated[int, typer.Option(help="Most segments written.", min=1)] = 200,
    new_companies: Annotated[
        bool, typer.Option("--new-companies", help="Leave out companies of --corpus.")
    ] = False,
    model: ModelOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="File of JSON lines.", show_default="output")
    ] = None,
) -> None:
    """Choose what to label next: where the model is unsure, more for rare tags, wording distinct.

    A line a segment, with "tags" and "specificity" null for the reader to fill in, and why it was
    chosen. Exit status 0, or 2 if there is nothing to suggest.

    Example:  cydscore corpus suggest corpora/example/filings --most 20
    """
    from cydscore.corpus import read_corpus
    from cydscore.corpus.reference import checksum_text
    from cydscore.curate.suggest import count_examples, suggest_segments
    from cydscore.inputs import read_sources
    from cydscore.store import load_model

    labelled = read_corpus(corpus, by_reference=True) if corpus else []
    chosen = suggest_segments(
        read_sources(source, on_problem=say),
        load_model(model).tagger,
        n_most=most,
        known={s.sha256 or checksum_text(s.text) for s in labelled},
        companies={s.company for s in labelled} if new_companies else (),
        examples=count_examples([s.tags for s in labelled]) if labelled else None,
    )
    if not chosen:
        fail("nothing to suggest: every segment is labelled already, or the filings have none")
    _write_rows([suggestion.to_row() for suggestion in chosen], out)


def _write_rows(rows: list[dict[str, Any]], out: Path | None) -> None:
    from cydscore.jsonl import to_json_lines, write_whole

    if out is None:
        typer.echo(to_json_lines(rows), nl=False)
    else:
        write_whole(out, to_json_lines(rows))
        say(f"{len(rows)} lines to {out}")


class ToolFormat(StrEnum):
    """Formats of annotation tools."""

    LABEL_STUDIO = "label-studio"
    PRODIGY = "prodigy"
    CSV = "csv"
    DOCBIN = "docbin"


FormatOption = Annotated[
    ToolFormat, typer.Option("--format", help="Format of the annotation tool.")
]


@corpus.command("export")
def write_export(
    corpus: CorpusArgument,
    out: Annotated[Path, typer.Option("--out", help="File to write.", show_default=False)],
    form: FormatOption = ToolFormat.LABEL_STUDIO,
    text: TextsOption = None,
) -> None:
    """Write segments for Label Studio (JSON), Prodigy (JSONL), spaCy (DocBin) or as CSV.

    Takes a corpus, or lines of `cydscore corpus suggest` that nobody has labelled yet. For Label
    Studio the labelling interface goes beside the file, as FILE.xml. Exit status 0, or 2 for a
    faulty corpus.

    Example:  cydscore corpus export corpora/example --format csv --out table.csv
    """
    from cydscore.corpus.exchange import ExchangeFormat, export_rows
    from cydscore.corpus.options import write_interface
    from cydscore.corpus.reading import find_codebook, find_file
    from cydscore.curate import load_corpus
    from cydscore.jsonl import read_json_lines, write_whole

    codebook = find_codebook(corpus)
    if form is ToolFormat.DOCBIN:
        from cydscore.pipe.docbin import to_docbin, write_docbin

        segments = load_corpus(corpus, text or (), on_problem=say)
        write_docbin(to_docbin(segments, labels=codebook.labels), out)
        say(f"{len(segments)} segments to {out}")
        return
    rows = [row for _, row in read_json_lines(find_file(corpus))]
    if all(row.get("tags", ()) is None and isinstance(row.get("text"), str) for row in rows):
        say(f"{len(rows)} segments to be labelled")
    else:
        rows = [s.to_row() for s in load_corpus(corpus, text or (), on_problem=say)]
    write_whole(out, export_rows(rows, ExchangeFormat(form), codebook))
    say(f"{len(rows)} segments to {out}")
    if form is ToolFormat.LABEL_STUDIO:
        write_whole(out.with_suffix(".xml"), write_interface(codebook))
        say(f"labelling interface to {out.with_suffix('.xml')}")


@corpus.command("import")
def read_import(
    path: Annotated[Path, typer.Argument(help="What the annotation tool wrote.", metavar="FILE")],
    out: Annotated[
        Path, typer.Option("--out", help="Corpus to write, JSON lines.", show_default=False)
    ],
    form: FormatOption = ToolFormat.LABEL_STUDIO,
) -> None:
    """Read back what Label Studio, Prodigy, spaCy or a spreadsheet made of an export.

    Segments that nobody labelled are counted and left out. Exit status 0, or 2 where anything is
    not of the format or breaks the corpus; nothing is written then.

    Example (after that of export):  cydscore corpus import table.csv --format csv --out back.jsonl
    """
    from cydscore.corpus import read_corpus
    from cydscore.corpus.exchange import ExchangeFormat, import_rows
    from cydscore.jsonl import read_text, to_json_lines, write_whole

    if form is ToolFormat.DOCBIN:
        from cydscore.pipe.docbin import from_docbin, read_docbin

        rows, n_open = [s.to_row() for s in from_docbin(read_docbin(path))], 0
    else:
        rows, n_open = import_rows(read_text(path), ExchangeFormat(form), str(path))
    if not rows:
        fail(f"{path}: none of {n_open} segments is labelled")
    trial = out.with_name(f".{out.name}.trial")
    try:
        write_whole(trial, to_json_lines(rows))
        read_corpus(trial)
        write_whole(out, to_json_lines(rows))
    except CorpusError as error:
        fail(str(error).replace(str(trial), f"what {path} would make"))
    finally:
        trial.unlink(missing_ok=True)
    say(f"{len(rows)} segments to {out}" + (f", {n_open} not labelled" if n_open else ""))
