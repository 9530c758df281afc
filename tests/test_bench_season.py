"""The benchmark of a season says what it measured, and why it did not."""

import sys

import pytest

from authored import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
import season as bench


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("print('parsed'); print(1.5)", 1.5),
        ("import no_such_reader", "no_such_reader is not installed"),
        ("assert 0, 'no facts: it wants taxonomies'", "it failed: AssertionError: no facts: it"),
        ("import sys; sys.exit(7)", "it failed: it ended with status 7"),
    ],
)
def test_a_peer_is_timed_or_the_reason_is_told(monkeypatch, code, result):
    monkeypatch.setitem(bench.PEERS, "peer", code)
    said = bench.run_peer(sys.executable, "peer")
    assert said == result if isinstance(result, float) else said.startswith(result)


@pytest.mark.parametrize(
    ("results", "chosen"),
    [
        (["a is not installed", 3.0, 2.0], 2.0),
        (["a is not installed", "it failed: no facts"], "it failed: no facts"),
        (["a is not installed"], "a is not installed"),
    ],
)
def test_the_best_environment_counts_and_a_failure_tells_more_than_an_absence(results, chosen):
    assert bench.choose_result(results) == chosen
