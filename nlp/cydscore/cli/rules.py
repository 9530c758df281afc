"""``cydscore rules``: what findings go by."""

from typing import Annotated, Any

import typer

from cydscore.cli.app import TableFormat, app, fail, width


@app.command()
def rules(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Rules to explain.", show_default="all, in a line each", metavar="ID"),
    ] = None,
    form: Annotated[
        TableFormat, typer.Option("--format", help="What to write to standard output.")
    ] = TableFormat.TEXT,
) -> None:
    """Explain the rules of the checker and of the comparison, each with its source.

    Exit status: 0 done; 2 there is no such rule.

    Example:  cydscore rules flag-contradicted
    """
    import json
    import textwrap

    known = _list_rules()
    unknown = [name for name in names or () if name not in known]
    if unknown:
        fail(f"no rule '{unknown[0]}'; `cydscore rules` lists them")
    chosen = [known[name] for name in names or known]
    if form is TableFormat.JSON:
        typer.echo(json.dumps(chosen, indent=1, ensure_ascii=False))
        return
    for rule in chosen:
        typer.echo(f"{rule['id']:<24} {rule['severity']:<8} {rule['title']}  ({rule['cites']})")
        if not names:
            continue
        lines = [rule["about"], _say_basis(rule)]
        lines += [f"fires: {rule['fires']['why']}", f"passes: {rule['passes']['why']}"]
        for line in lines:
            typer.echo(textwrap.fill(line, width(), initial_indent="  ", subsequent_indent="    "))


def _list_rules() -> dict[str, dict[str, Any]]:
    from dataclasses import asdict

    from cydscore.check.rules import load_rules
    from cydscore.compare.rules import load_year_rules

    of_two = {rule.id: asdict(rule) | {"basis": "years"} for rule in load_year_rules().values()}
    return {rule.id: asdict(rule) for rule in load_rules().values()} | of_two


def _say_basis(rule: dict[str, Any]) -> str:
    goes_by = {
        "words": "Goes by the words",
        "structure": "Goes by the structure of the filing",
        "years": "Goes by the filings of two years (cydscore compare)",
    }[rule["basis"]]
    if rule["precision"] is None:
        return f"{goes_by}."
    return f"{goes_by}: of {rule['n_read']} findings read, {rule['precision']:.0%} were right."
