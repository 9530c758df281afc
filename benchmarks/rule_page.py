"""Write the page of the rules, each with its source, message, precision and examples.

python benchmarks/rule_page.py > docs/rules.md
"""

from cydscore.check.rules import Basis, Rule, Severity, load_rules

_ABOUT = """# The rules

Each finding of `cydscore check` is by one of these rules. They are data,
`nlp/cydscore/data/rules.json`, where the authored filings stand on which each fires and passes;
this page is made from them by `python benchmarks/rule_page.py`. A rule that goes by structure
states a fact about the tagging. A rule that goes by words can be wrong: *precision* says how many
of the findings drawn at random from 8,711 real filings
(`python benchmarks/rule_precision.py ../shared/filings --sample 30 --out FOLDER`), and read one by
one by a language model with the codebook in hand, were right. Under 0.85 a rule is a note.
How often each fires on real filings, by form, size and year, stands in [findings.md](findings.md).
"""


def write_page() -> str:
    """Return the page."""
    lines = [_ABOUT]
    for severity in reversed(Severity):
        rules = [rule for rule in load_rules().values() if rule.severity is severity]
        lines += [
            f"## {severity.value.capitalize()}s",
            "",
            "| rule | finds | rests on | a finding says | precision | fires on | passes |",
            "|---|---|---|---|---|---|---|",
            *(_write_row(rule) for rule in rules),
            "",
        ]
    return "\n".join(lines)


def _write_row(rule: Rule) -> str:
    cells = [
        f"`{rule.id}`",
        f"{rule.title}. {rule.about}",
        rule.cites,
        f"“{rule.message}”",
        _say_precision(rule),
        rule.fires.why,
        rule.passes.why,
    ]
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _say_precision(rule: Rule) -> str:
    if rule.basis is Basis.STRUCTURE:
        return "structure"
    if rule.precision is None:
        return "words, not read"
    return f"{rule.precision:.2f} of {rule.n_read}"


if __name__ == "__main__":
    print(write_page(), end="")  # noqa: T201
