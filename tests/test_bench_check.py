"""The errors that the benchmark puts into filings are the errors that it says."""

import random
import sys

import pytest

from authored import BOARD, MATERIAL, POSITIONS, ROLE, ROOT
from cydscore.check.filing import declared_flags
from cydscore.copies import to_key
from cydscore.records import Kind
from cydscore.report import make_reports

sys.path.insert(0, str(ROOT / "benchmarks"))
import check as bench
import perturb


def words_of(filing):
    """Return all words of the text blocks."""
    return " ".join(str(f.value) for f in filing.facts if f.kind is Kind.TEXT)


def test_a_flipped_flag_is_the_only_change(reports):
    harbor = reports["harbor"]
    (made,) = perturb.flip_flags(harbor, [POSITIONS], "flip")
    before, after = declared_flags(harbor.filing), declared_flags(made.filing)
    assert {name for name in before if before[name] != after[name]} == {POSITIONS}
    assert words_of(made.filing) == words_of(harbor.filing)
    assert made.elements == (POSITIONS,)


@pytest.mark.parametrize("whole", [True, False])
def test_deleted_sentences_are_gone_from_every_block(reports, whole):
    harbor = reports["harbor"]
    (made,) = perturb.delete_sentences(harbor, POSITIONS, whole=whole)
    left = to_key(words_of(made.filing))
    for row in perturb.bearing_rows(harbor, POSITIONS):
        assert to_key(harbor.segments[row].text) not in left
    assert (made.filing.item is not None) == (whole or harbor.filing.item is not None)


def test_negating_turns_a_denial_and_leaves_what_it_cannot_turn(reports):
    assert perturb._negate("Threats have not hurt us.", MATERIAL) == "Threats have hurt us."
    assert perturb._negate("She is responsible.", POSITIONS) == "She is not responsible."
    assert perturb._negate("It rains.", POSITIONS) == "It rains."
    assert all(made.elements == (MATERIAL,) for made in perturb.negate_sentences(
        reports["harbor"], MATERIAL
    ))  # fmt: skip


def test_swapped_blocks_are_of_different_groups_and_exchange_their_texts(reports):
    harbor = reports["harbor"]
    for seed in range(5):
        (made,) = perturb.swap_blocks(harbor, random.Random(seed))  # noqa: S311 (a draw)
        first, second = made.elements
        assert perturb._group(first) != perturb._group(second)
        old = {f.element: f.value for f in harbor.filing.facts}
        new = {f.element: f.value for f in made.filing.facts}
        assert (new[first], new[second]) == (old[second], old[first])
    assert perturb._group(BOARD) != perturb._group(ROLE)


def test_a_filing_rendered_again_says_the_same(reports):
    for made in perturb.render_again(reports["harbor"]):
        assert to_key(words_of(made.filing)) == to_key(words_of(reports["harbor"].filing))
        assert declared_flags(made.filing) == declared_flags(reports["harbor"].filing)
        assert made.elements == ()


def test_last_years_text_stands_under_this_years_flags(reports):
    harbor, saltmarsh = reports["harbor"], reports["saltmarsh"]
    made = perturb.put_last_year(saltmarsh, harbor)
    assert words_of(made) == words_of(saltmarsh.filing)
    assert declared_flags(made) == declared_flags(harbor.filing)
    assert made.period_end == harbor.filing.period_end


def test_an_error_is_found_by_a_new_finding_on_its_element(reports, model):
    harbor = reports["harbor"]
    flags = [f.element for f in harbor.checks.flags if f.verdict == "supported"]
    made = list(perturb.flip_flags(harbor, flags, "supported flag flipped"))
    table = bench.defaultdict(bench.Row)
    known = bench.list_findings(harbor)
    for perturbed, report in zip(made, make_reports([m.filing for m in made], model), strict=True):
        bench.count(table, perturbed, bench.list_findings(report) - known)
    row = table["supported flag flipped"]
    assert row.n == len(flags)
    assert row.any == row.n
    assert bench.write_row("x", row).startswith(f"| x | {row.n} | ")


def test_wilsons_interval_holds_the_share_and_stays_within_0_and_1():
    assert bench.wilson(0, 0) == (0.0, 1.0)
    low, high = bench.wilson(9, 10)
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)
    assert bench.wilson(10, 10)[1] == 1.0
