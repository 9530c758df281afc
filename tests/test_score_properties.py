"""What must hold of the score for any filing: order, format, repetition and copying."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authored import FILINGS, PROCESSES, make_fact, make_filing, make_segments, read_harbor
from cydscore.doubt import measure_doubt
from cydscore.entities import count_entities, find_entities
from cydscore.measures import load_questions, read_disclosures
from cydscore.originality import (
    LEAST_COMPANIES,
    gather_common,
    hash_sequences,
    load_sketch,
    measure_common,
    measure_kept,
    pack_sketch,
    unpack_sketch,
)
from cydscore.read import read_filing
from cydscore.read.tables import read_tables
from cydscore.records import PARTS, Kind
from cydscore.report import make_reports
from cydscore.segment import segment_filing

OWN = (
    "The lock keeper of the ninth mill reads the tide book to the miller before each spring flood."
)


def points(report):
    return {part: getattr(report.scores, part) for part in PARTS}


def authored():
    return [
        read_filing(str(path)) for path in sorted(FILINGS.iterdir()) if "kestrel" not in str(path)
    ]


@pytest.mark.parametrize("filing", authored(), ids=lambda filing: filing.company)
def test_the_order_of_blocks_hardly_changes_the_score(filing, model):
    one, other = make_reports([filing, replace(filing, facts=filing.facts[::-1])], model)
    for part, value in points(one).items():
        assert value == pytest.approx(points(other)[part], abs=2), part


@pytest.mark.parametrize("filing", authored(), ids=lambda filing: filing.company)
def test_text_that_stands_twice_does_not_raise_any_part(filing, model):
    twice = replace(
        filing,
        facts=tuple(
            replace(f, value=f"{f.value}\n{f.value}") if f.kind is Kind.TEXT else f
            for f in filing.facts
        ),
        item=filing.item and replace(filing.item, text=f"{filing.item.text}\n{filing.item.text}"),
    )
    one, other = make_reports([filing, twice], model)
    for part, value in points(one).items():
        if value is not None:
            assert points(other)[part] <= value + 0.05, part


def test_sentences_that_everybody_writes_score_low(model, reports):
    stock = (
        "We recognize the importance of cybersecurity. We maintain processes that are designed to "
        "protect our information. Management reviews risks periodically as appropriate. There can "
        "be no assurance that our measures will be effective. Our board is informed as needed. "
        "We seek to improve our controls on an ongoing basis and may engage others to help us. "
        "Threats evolve, and we could be the target of attacks that harm our business. "
    )
    (report,) = make_reports([make_filing(make_fact(PROCESSES, stock))], model)
    assert report.scores.overall < reports["harbor"].scores.overall - 30
    assert report.scores.specificity < 30


@settings(max_examples=30)
@given(order=st.permutations(list(range(12))))
def test_originality_does_not_depend_on_order_or_repetition(reports, order):
    segments = list(reports["harbor"].segments[:12])
    once = measure_common(segments)
    assert once is not None
    assert measure_common([segments[i] for i in order]) == once
    assert measure_common([*segments, *segments]) == once


def test_originality_is_not_told_of_too_few_words():
    assert measure_common(make_segments(OWN)) is None
    assert measure_common([]) is None
    assert measure_kept([], make_segments(OWN)) is None


def test_words_that_nobody_else_wrote_are_original(reports):
    assert reports["harbor"].scores.originality > 80


def test_what_enough_companies_share_is_common():
    texts = make_segments(*(f"{OWN} It was the year {n} of the great flood." for n in range(40)))
    shared = [
        (make_filing(cik=str(company)), [*texts, *make_segments(f"Only mill {company} has this.")])
        for company in range(LEAST_COMPANIES)
    ]
    found = gather_common(shared)
    assert set(hash_sequences([OWN])) <= set(found.tolist())
    assert len(gather_common(shared[1:])) == 0
    assert len(gather_common([(make_filing(cik="1"), texts)] * 9)) == 0
    assert len(gather_common([])) == 0


@given(st.lists(st.integers(0, 2**32 - 1), unique=True))
def test_a_sketch_comes_back_as_it_was_packed(numbers):
    hashes = np.array(sorted(numbers), np.uint32)
    assert unpack_sketch(pack_sketch(hashes)).tolist() == hashes.tolist()


def test_the_sketch_is_small_and_holds_about_half_of_what_is_common():
    sketch = load_sketch()
    assert 10_000 < len(sketch) < 500_000
    assert (np.diff(sketch.astype(np.int64)) > 0).all()
    many = hash_sequences([" ".join(f"word{n}" for n in range(4000))])
    assert 0.45 < len(many) / 3993 < 0.55


def test_typography_does_not_change_sequences():
    plain = "Our company's board, and its committee, look at the mill's books every year. " * 2
    assert (
        hash_sequences([plain]).tolist()
        == hash_sequences([plain.replace("'", "’").upper()]).tolist()
    )


def test_what_was_kept_of_last_year_is_its_share():
    words = [f"word{n}" for n in range(400)]
    now, before = make_segments(" ".join(words)), make_segments(" ".join(words[200:]))
    assert measure_kept(now, now) == 1
    assert measure_kept(now, before) == pytest.approx(0.48, abs=0.06)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We paid $5.2 million in March 2025.", {"$5.2 million", "march 2025"}),
        ("She has 19 years of experience and is a CISSP.", {"19 years", "cissp"}),
        ("Mandiant tests it against NIST CSF.", {"nist csf"}),
        (
            "We engaged Quill Harbor Partners, led by Mr. Otter.",
            {"quill harbor partners", "mr. otter"},
        ),
        ("About 40% of 1,200 staff.", {"40%", "1,200"}),
        ("Our Chief Information Security Officer reports to the Audit Committee.", set()),
        ("The Board of Directors oversees Cybersecurity Risk Management.", set()),
        ("We could be harmed as described in Item 1A.", set()),
    ],
)
def test_entities_are_what_could_be_looked_up(text, found):
    assert find_entities(text) == found


@pytest.mark.parametrize("blob", ["A" + "a" * 30_000, "A-" * 15_000, "Aa-" * 10_000, "A" * 30_000])
def test_a_blob_does_not_take_minutes(blob):
    began = time.monotonic()
    assert "ransom hall" in find_entities(f"{blob} told Ransom Hall")
    assert time.monotonic() - began < 5


def test_an_entity_counts_once():
    assert count_entities(["Mr. Otter leads.", "Mr. Otter left.", "Mr. Vole leads."]) == 2


def test_doubt_is_none_where_the_tagger_is_sure(reports):
    report = reports["harbor"]
    sure = replace(
        report.tagging,
        probability=report.tagging.probability.round(),
        at_least=report.tagging.at_least.round(),
    )
    half = replace(sure, probability=np.full_like(sure.probability, 0.5))
    none, much = map(measure_doubt, read_disclosures([report.segments] * 2, [sure, half]))
    assert max(none.values()) == pytest.approx(0, abs=0.05)
    assert much["answered_ratio"] > 0.05


def test_intervals_hold_their_points_and_nothing_beyond_the_scale(reports):
    for name in ("harbor", "meridian", "oakfield", "saltmarsh"):
        scores = reports[name].scores
        assert set(scores.details["intervals"]) == {"overall", "coverage", "specificity", "candour"}
        for part, (low, high) in scores.details["intervals"].items():
            assert 0 <= low <= getattr(scores, part) <= high <= 100


def test_every_question_has_an_answer_to_learn_from():
    examples = [question.example for question in load_questions()]
    assert len(set(examples)) == 12
    assert min(map(len, examples)) > 100


def test_every_format_of_one_filing_gives_nearly_the_same_score(model, reports, tmp_path):
    from authored import write_instance, write_notes

    filing = read_harbor()
    for name, data in (("a.xml", write_instance(filing)), ("b.zip", write_notes([filing]))):
        (tmp_path / name).write_bytes(data)
        (report,) = make_reports([read_filing(str(tmp_path / name))], model)
        for part in ("overall", "coverage", "specificity", "candour", "originality"):
            assert points(report)[part] == pytest.approx(points(reports["harbor"])[part], abs=1), (
                part
            )
        assert segment_filing(report.filing)


@pytest.mark.real
def test_a_real_filing_scores_the_same_as_document_and_as_notes_data(shared, model):
    differences, tables = {}, {}
    paths = [p for p in sorted((shared / "ixbrl").glob("*-10-k-*.gz")) if "untagged" not in p.name]
    ciks = {read_filing(str(path)).cik for path in paths}
    for filing in read_tables(shared / "filings"):
        if filing.cik in ciks:
            tables.setdefault(filing.cik, []).append(filing)
    for path in paths:
        filing = read_filing(str(path))
        same = [
            f
            for f in tables.get(filing.cik, [])
            if (f.period_end or "")[:7] == (filing.period_end or "")[:7]
        ]
        for other in same[:1]:
            one, two = make_reports([filing, other], model)
            differences[path.name[:4]] = abs(one.scores.overall - two.scores.overall)
    # Salesforce answers both limbs of the impact question outside its blocks, where notes data end.
    differences.pop("crm-")
    assert len(differences) >= 6
    assert sorted(differences.values())[len(differences) // 2] <= 1
    assert max(differences.values()) <= 2
