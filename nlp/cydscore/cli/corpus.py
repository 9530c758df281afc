"""``cydscore corpus``: make, join, measure and mend labelled corpora."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cydscore.cli.app import TableFormat, app, fail, say

corpus = typer.Typer(
    no_args_is_help=True,
    help="Make, join, measure and mend corpora of labelled segments.\n\n"
    "Example:  cydscore corpus stats corpora/example",
)
app.add_typer(corpus, name="corpus")

CorpusArgument = Annotated[
    Path,
    typer.Argument(
        help="JSON lines, gzipped or not, or a folder with segments.jsonl.", metavar="CORPUS"
    ),
]
TextOption = Annotated[
    list[Path],
    typer.Option(
        "--text",
        help="Where the filings are: a notes zip, a folder of filings or of Parquet tables, a "
        "file; give it as often as needed.",
        show_default=False,
    ),
]
OutOption = Annotated[Path, typer.Option("--out", help="File to write.", show_default=False)]


@corpus.command()
def hydrate(corpus: CorpusArgument, text: TextOption, out: OutOption) -> None:
    """Join labels by reference with the text of filings that you have.

    A text is taken from its span where the checksum matches, else searched in the filing. Exit
    status 0: every label has its text. 3: some have not; each is named on standard error, the
    others are written. 2: none has, or the corpus is faulty; nothing is written.

    Example:  cydscore corpus hydrate corpora/example/by-reference --text
    corpora/example/by-reference/notes.zip --out rows.jsonl
    """
    from cydscore.corpus import read_corpus
    from cydscore.corpus.reading import find_file
    from cydscore.curate import hydrate_segments
    from cydscore.jsonl import to_json_lines, write_whole

    made = hydrate_segments(read_corpus(corpus, by_reference=True), text, on_problem=say)
    for lost in made.missing:
        say(f"{find_file(corpus)}, line {lost.segment.line}: {lost.reason}")
    counts = f"{made.n_by_span} by span, {made.n_by_search} by search"
    if not made.segments:
        fail(f"none of {len(made.missing)} labels found its text; name the filings with --text")
    write_whole(out, to_json_lines(segment.to_row() for segment in made.segments))
    say(f"{len(made.segments)} segments with text to {out} ({counts})")
    if made.missing:
        fail(f"{len(made.missing)} labels found no text", status=3)


@corpus.command()
def refer(
    rows: Annotated[
        list[Path],
        typer.Argument(
            help="JSON lines with accession, element, text, tags, specificity.", metavar="ROWS..."
        ),
    ],
    text: TextOption,
    to: Annotated[
        Path,
        typer.Option(help="Corpus to add the labels to; made if missing.", show_default=False),
    ],
    reader: Annotated[
        str | None, typer.Option(help="Who read rows that do not say.", show_default=False)
    ] = None,
    date: Annotated[
        str | None, typer.Option(help="Day of rows that do not say.", show_default=False)
    ] = None,
    sample: Annotated[
        str | None, typer.Option(help="How rows were drawn that do not say.", show_default=False)
    ] = None,
    reading: Annotated[int, typer.Option(help="Reading of rows that do not say.", min=1)] = 1,
) -> None:
    """Add labelled segments to a corpus by reference: span and checksum, no prose.

    companies.csv beside the corpus gains the filings it lacks. Exit status 0: all added. 3: some
    texts are in no filing given; each is named, the others are added. 2: nothing was written.

    Example (after that of hydrate):  cydscore corpus refer rows.jsonl --text
    corpora/example/by-reference/notes.zip --to mine --reader ann
    """
    from cydscore.curate import append_references, refer_rows

    more = {"reader": reader, "date": date, "sample": sample, "reading": reading}
    made = refer_rows(rows, text, more=more, on_problem=say)
    for line in made.missing:
        say(line)
    if not made.references:
        fail("no row found its text; name the filings with --text")
    total = append_references(made, to)
    say(f"{len(made.references)} labels added to {to}, which has {total} now")
    if made.missing:
        fail(f"{len(made.missing)} rows found no text", status=3)


@corpus.command()
def check(
    corpora: Annotated[
        list[Path], typer.Argument(help="Files or folders of labels.", metavar="CORPUS...")
    ],
    splits: Annotated[
        bool, typer.Option("--splits", help="No company may stand in two of the files.")
    ] = False,
) -> None:
    """Name every fault of corpora, with file and line, and tags with few examples.

    Exit status 0: no fault (warnings are none). 2: faults.

    Example:  cydscore corpus check corpora/example corpora/contrast
    """
    from cydscore.corpus import check_corpus, check_splits
    from cydscore.corpus.reading import find_file

    checked = [(find_file(path), check_corpus(path)) for path in corpora]
    faults = [fault for _, found in checked for fault in found.faults]
    if splits:
        faults += check_splits([(path, found.segments) for path, found in checked])
    for path, found in checked:
        typer.echo(f"{path}: {len(found.segments)} sound segments, {len(found.faults)} faults")
        for line in found.warnings:
            typer.echo(f"warning: {line}")
    for fault in faults:
        say(fault)
    if faults:
        fail(f"{len(faults)} faults; mend the lines named")


@corpus.command()
def stats(
    corpus: CorpusArgument,
    form: Annotated[
        TableFormat, typer.Option("--format", help="What to write to standard output.")
    ] = TableFormat.TEXT,
) -> None:
    """Count what a corpus holds: tags, denials, specificity, samples, readers, companies.

    Exit status 0, or 2 for a faulty corpus.

    Example:  cydscore corpus stats corpora/example
    """
    from cydscore.corpus import read_corpus
    from cydscore.corpus.reading import find_codebook
    from cydscore.corpus.stats import count_corpus

    codebook = find_codebook(corpus)
    made = count_corpus(read_corpus(corpus, by_reference=True, codebook=codebook), codebook)
    typer.echo(json.dumps(made.to_json(), indent=1) if form is TableFormat.JSON else made.to_text())


@corpus.command()
def split(
    corpus: CorpusArgument,
    out: Annotated[
        Path, typer.Option("--out", help="Folder for a file a part.", show_default=False)
    ],
    folds: Annotated[int, typer.Option(help="Number of folds.", min=2)] = 5,
    test: Annotated[
        float | None,
        typer.Option(
            help="Instead of folds, train.jsonl and test.jsonl; the share of companies to test on.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed gives another split.")] = 0,
) -> None:
    """Split a corpus by company into files, duplicates dropped first.

    No company stands in two files. The corpus' own codebook goes beside them. Exit status 0, or 2
    for a faulty corpus, nothing written.

    Example:  cydscore corpus split corpora/example --test 0.25 --out parts
    """
    from cydscore.corpus import find_codebook, read_corpus
    from cydscore.corpus.parts import split_corpus
    from cydscore.corpus.rows import CODEBOOK_FILE
    from cydscore.jsonl import to_json_lines, write_whole
    from cydscore.tags import load_tags

    codebook = find_codebook(corpus)
    segments = read_corpus(corpus, by_reference=True, codebook=codebook)
    parts = split_corpus(segments, n_folds=folds, test_share=test, seed=seed)
    for name, rows in parts.items():
        write_whole(out / f"{name}.jsonl", to_json_lines(segment.to_row() for segment in rows))
        companies = len({segment.company for segment in rows})
        say(f"{len(rows)} segments of {companies} companies to {out / name}.jsonl")
    if codebook != load_tags():
        write_whole(out / CODEBOOK_FILE, json.dumps(codebook.to_json(), indent=1) + "\n")


@corpus.command()
def agreement(
    corpus: CorpusArgument,
    second: Annotated[
        Path | None,
        typer.Argument(
            help="Another reading of the same segments.",
            metavar="[SECOND]",
            show_default='lines of CORPUS with "reading": 2',
        ),
    ] = None,
    sample: Annotated[
        list[str] | None,
        typer.Option(
            help="Only segments that were drawn so; again for more samples.",
            metavar="NAME",
            show_default="all",
        ),
    ] = None,
    form: Annotated[
        TableFormat, typer.Option("--format", help="What to write to standard output.")
    ] = TableFormat.TEXT,
) -> None:
    """Measure how far two readings agree: F1 and Cohen's kappa a label, specificity.

    Exit status 0, or 2 where no segment was read twice.

    Example:  cydscore corpus agreement corpora/example corpora/example

    Example:  cydscore corpus agreement corpora/item106 --sample whole_filing --sample enriched
    """
    from cydscore.corpus import read_corpus
    from cydscore.corpus.agreement import measure_agreement, pair_readings, split_readings
    from cydscore.corpus.reading import find_codebook
    from cydscore.errors import UsageError

    codebook = find_codebook(corpus)
    segments = read_corpus(corpus, by_reference=True, codebook=codebook)
    if second is None:
        readings = split_readings(segments)
    else:
        readings = segments, read_corpus(second, by_reference=True, codebook=codebook)
    pairs = [(a, b) for a, b in pair_readings(*readings) if not sample or a.sample in sample]
    if sample and not pairs:
        there = ", ".join(sorted({str(s.sample) for s in segments}))
        raise UsageError(f"no segment of {', '.join(sample)} was read twice; samples are {there}")
    made = measure_agreement(pairs, codebook.labels)
    typer.echo(json.dumps(made.to_json(), indent=1) if form is TableFormat.JSON else made.to_text())
