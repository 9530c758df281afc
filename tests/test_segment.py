"""The splitter on hard passages, and the segments of filings whose blocks nest and repeat."""

import json
import random
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from cydscore.pipe.segmenter import NAME, SEGMENTS_KEY
from cydscore.records import Fact, Filing, ItemText, Kind, Segment, SourceFormat
from cydscore.segment import segment_filing, split_text

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases/segments.jsonl").read_text("utf-8").splitlines()
]
OUTER, INNER, OTHER = "OuterTextBlock", "InnerTextBlock", "OtherTextBlock"
SENTENCES = (
    "The wardens of every site walk the yard at night.",
    "A desk in Leeds, which never closes, reads each alarm.",
    "Two outside testers write to the chair in May and November.",
    "No thief has yet come anywhere near the kilns of Halvern.",
    "Our CKO, Ms. Roe, has spent thirty years at sea.",
)


def make_filing(*blocks: tuple[str, str], item: str | None = None) -> Filing:
    return Filing(
        source="-",
        format=SourceFormat.IXBRL,
        facts=tuple(Fact(element=name, kind=Kind.TEXT, value=text) for name, text in blocks),
        item=None if item is None else ItemText(name="Item 1C", text=item),
    )


def list_texts(filing: Filing) -> list[str]:
    return [segment.text for segment in segment_filing(filing)]


def map_elements(filing: Filing) -> dict[str, tuple[str, ...]]:
    return {segment.text: segment.elements for segment in segment_filing(filing)}


def fold(text: str) -> str:
    return "".join(c for c in text if c.isalnum()).lower()


# --- splitter ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case["id"],
            marks=pytest.mark.xfail(reason=case["why"], strict=True) if case.get("xfail") else (),
        )
        for case in CASES
    ],
)
def test_passage_is_split_as_written_down(case: dict[str, str]) -> None:
    text = case["text"]
    assert [text[start:end] for start, end in split_text(text)] == case["segments"]


def test_boundaries_of_all_passages_agree_at_f1_of_095_or_more() -> None:
    n_both = n_either = 0
    for case in CASES:
        wanted, position = set(), 0
        for segment in case["segments"]:
            position = case["text"].index(segment, position) + len(segment)
            wanted.add(position)
        found = {end for _, end in split_text(case["text"])}
        n_both += len(wanted & found)
        n_either += len(wanted) + len(found)
    assert 2 * n_both / n_either >= 0.95


MARKED_TEXT = st.text(st.sampled_from("aAbB1 .;:()“”\"'?!-–•o\n\t,&é中İ²"), max_size=80)


@given(MARKED_TEXT | st.text(max_size=60))
def test_spans_are_ordered_stripped_and_hold_a_letter_or_digit(text: str) -> None:
    last = 0
    for start, end in split_text(text):
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert fold(text[start:end])
        last = end


@given(MARKED_TEXT | st.text(max_size=60))
def test_every_letter_and_digit_but_a_letter_bullet_lies_in_a_span(text: str) -> None:
    covered = set()
    for start, end in split_text(text):
        covered.update(range(start, end))
    left_out = {text[i] for i in range(len(text)) if text[i].isalnum() and i not in covered}
    assert left_out <= {"o", "Ø"}


@given(st.lists(st.sampled_from(SENTENCES), max_size=6))
def test_plain_sentences_come_back_as_they_went_in(sentences: list[str]) -> None:
    text = " ".join(sentences)
    assert [text[start:end] for start, end in split_text(text)] == sentences


@given(MARKED_TEXT, MARKED_TEXT)
def test_a_line_is_split_the_same_whatever_follows_it(first: str, second: str) -> None:
    spans = split_text(f"{first}\n{second}")
    assert spans[: len(split_text(first))] == split_text(first)


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        *("a. ", "a.", "A. ", "(A. B) ", "“A. B. ", '" A." ', "x  ", "x", "; and", "• ", "o "),
        *(". ", "see Item 1A  Risk Factors  ", "Item 1A. Risk ", "Governance ", "and of ", ".1 "),
        "a; ",
    ],
)
def test_time_grows_in_step_with_hostile_text(unit: str) -> None:
    def measure(n_chars: int) -> float:
        text = "(" + unit * (n_chars // len(unit)) + ")"
        begin = time.process_time()
        split_text(text)
        return time.process_time() - begin

    assert measure(400_000) < 8 * measure(100_000) + 0.5


# --- segments of a filing ----------------------------------------------------------------------


def test_a_sentence_in_nested_blocks_is_one_segment_naming_the_outermost_first() -> None:
    filing = make_filing((INNER, SENTENCES[1]), (OUTER, " ".join(SENTENCES[:3])))
    assert map_elements(filing) == {
        SENTENCES[0]: (OUTER,),
        SENTENCES[1]: (OUTER, INNER),
        SENTENCES[2]: (OUTER,),
    }


def test_segments_index_the_block_that_they_were_split_from() -> None:
    filing = make_filing((INNER, SENTENCES[1]), (OUTER, " ".join(SENTENCES[:3])))
    assert {segment.fact for segment in segment_filing(filing)} == {1}
    assert [segment.id for segment in segment_filing(filing)] == ["s1", "s2", "s3"]


def test_a_block_that_is_a_fragment_gives_its_element_to_the_sentence_around_it() -> None:
    filing = make_filing((OUTER, " ".join(SENTENCES[:2])), (INNER, "a desk in leeds, which never"))
    assert map_elements(filing)[SENTENCES[1]] == (OUTER, INNER)
    assert len(segment_filing(filing)) == 2


def test_a_block_marks_only_segments_that_it_covers_by_half() -> None:
    block = f"yard at night. {SENTENCES[1]} Two outside"
    filing = make_filing((OUTER, " ".join(SENTENCES[:3])), (INNER, block))
    assert [s.text for s in segment_filing(filing) if INNER in s.elements] == [SENTENCES[1]]


def test_a_block_spliced_from_parts_of_two_sentences_makes_no_new_segment() -> None:
    spliced = f"{SENTENCES[1][:-1]} {SENTENCES[3]}"
    filing = make_filing((OUTER, "\n".join(SENTENCES)), (INNER, spliced))
    assert [s.text for s in segment_filing(filing) if INNER in s.elements] == [
        SENTENCES[1],
        SENTENCES[3],
    ]
    assert len(segment_filing(filing)) == len(SENTENCES)


def test_a_block_half_of_known_words_is_a_segment_of_its_own() -> None:
    fresh = f"{SENTENCES[1][:-1]} and then calls the harbour, whose pilots are told at once of it."
    filing = make_filing((OUTER, "\n".join(SENTENCES)), (INNER, fresh))
    assert map_elements(filing)[fresh] == (INNER,)


def test_copies_that_differ_in_case_marks_and_spaces_count_once() -> None:
    filing = make_filing(
        (OUTER, f"GOVERNANCE\n{SENTENCES[0]} {SENTENCES[4]}"),
        (OTHER, f"Governance\nThe  wardens of every site walk the yard at night . {SENTENCES[3]}"),
    )
    segments = segment_filing(filing)
    assert [fold(s.text)[:6] for s in segments] == ["ourcko", "govern", "thewar", "nothie"]
    assert [len(s.elements) for s in segments] == [1, 2, 2, 1]


def test_the_main_context_comes_before_a_longer_block_of_another() -> None:
    other = Fact(element=OTHER, kind=Kind.TEXT, value=" ".join(SENTENCES), main=False)
    main = Fact(element=OUTER, kind=Kind.TEXT, value=SENTENCES[0])
    filing = Filing(source="-", format=SourceFormat.IXBRL, facts=(main, other))
    assert segment_filing(filing)[0].fact == 0
    assert segment_filing(filing)[0].elements == (OUTER, OTHER)


def test_flags_and_empty_blocks_have_no_segments() -> None:
    flag = Fact(element="AFlag", kind=Kind.FLAG, value=True, words=SENTENCES[0])
    empty = Fact(element=OUTER, kind=Kind.TEXT, value=" — ", nil=True)
    filing = Filing(source="-", format=SourceFormat.IXBRL, facts=(flag, empty))
    assert segment_filing(filing) == ()
    assert segment_filing(make_filing()) == ()


def test_untagged_sentences_of_the_item_become_segments_without_elements() -> None:
    item = "\n".join(("Item 1C. Cybersecurity", *SENTENCES))
    segments = segment_filing(make_filing((OUTER, SENTENCES[2]), item=item))
    assert [segment.text for segment in segments] == list(SENTENCES)
    assert [segment.elements for segment in segments] == [(), (), (OUTER,), (), ()]
    assert [segment.fact for segment in segments] == [None, None, 0, None, None]
    assert item[segments[0].start : segments[0].end] == SENTENCES[0]


def test_reading_order_is_that_of_the_item() -> None:
    filing = make_filing(
        (INNER, "Only here\n" + SENTENCES[3]),
        (OUTER, " ".join(SENTENCES[:2])),
        item="\n".join(SENTENCES[:4]),
    )
    assert list_texts(filing) == [*SENTENCES[:3], "Only here", SENTENCES[3]]


def test_a_block_that_the_item_lacks_follows_it() -> None:
    filing = make_filing((OUTER, SENTENCES[4]), (INNER, SENTENCES[0]), item=SENTENCES[0])
    assert list_texts(filing) == [SENTENCES[0], SENTENCES[4]]


def test_an_item_sentence_mostly_held_by_a_block_is_not_repeated() -> None:
    fragment = SENTENCES[2][:-21]
    assert list_texts(make_filing((OUTER, fragment), item=SENTENCES[2])) == [fragment]


@pytest.mark.parametrize(
    ("heading", "n_segments"),
    [("Item 1C.", 1), ("ITEM 1C — CYBERSECURITY", 1), ("Item 1C. Cybersecurity Governance", 2)],
)
def test_only_a_bare_item_heading_is_dropped(heading: str, n_segments: int) -> None:
    filing = make_filing(item=f"{heading}\n{SENTENCES[0]}")
    assert len(segment_filing(filing)) == n_segments


def test_a_filing_without_tags_gives_each_sentence_of_its_item_once() -> None:
    assert list_texts(make_filing(item=f"{SENTENCES[0]} {SENTENCES[0]}")) == [SENTENCES[0]]


BLOCKS = st.lists(
    st.tuples(
        st.sampled_from((OUTER, INNER, OTHER)),
        st.lists(st.sampled_from((*SENTENCES, "Governance", "(a) fraud;", "2024")), max_size=5).map(
            " ".join
        )
        | MARKED_TEXT,
    ),
    max_size=5,
)


@given(BLOCKS, st.none() | MARKED_TEXT | st.just("\n".join(SENTENCES)))
def test_segments_index_their_text_without_overlap(
    blocks: list[tuple[str, str]], item: str | None
) -> None:
    filing = make_filing(*blocks, item=item)
    segments = segment_filing(filing)
    by_text: dict[int | None, list[Segment]] = {}
    for segment in segments:
        text = item if segment.fact is None else blocks[segment.fact][1]
        assert text is not None
        assert text[segment.start : segment.end] == segment.text
        assert segment.fact is None or blocks[segment.fact][0] in segment.elements
        by_text.setdefault(segment.fact, []).append(segment)
    for group in by_text.values():
        ordered = sorted(group, key=lambda segment: segment.start)
        assert all(a.end <= b.start for a, b in pairwise(ordered))
    assert [segment.id for segment in segments] == [f"s{n + 1}" for n in range(len(segments))]


@given(BLOCKS)
def test_every_sentence_of_a_block_is_held_by_a_segment_with_its_element(
    blocks: list[tuple[str, str]],
) -> None:
    segments = segment_filing(make_filing(*blocks))
    for element, text in blocks:
        mine = [fold(segment.text) for segment in segments if element in segment.elements]
        keys = [fold(segment.text) for segment in segments]
        for start, end in split_text(text):
            sentence = fold(text[start:end])
            held = any(sentence in key or key in sentence for key in mine)
            # The tail of a block may be the lesser part of a sentence that goes on in another.
            assert held or any(sentence in key and 2 * len(sentence) < len(key) for key in keys)


@given(BLOCKS, st.randoms(use_true_random=False))
def test_order_of_facts_does_not_change_the_segments(
    blocks: list[tuple[str, str]], shuffler: random.Random
) -> None:
    shuffled = shuffler.sample(blocks, len(blocks))
    first = {fold(text) for text in list_texts(make_filing(*blocks))}
    assert first == {fold(text) for text in list_texts(make_filing(*shuffled))}


@pytest.mark.slow
def test_thousands_of_blocks_are_segmented_in_time() -> None:
    texts = [f"Kiln {n} of the yard at Halvern is lit by its own warden." for n in range(20_000)]
    blocks = [(OUTER, text) for text in texts]
    begin = time.process_time()
    assert len(segment_filing(make_filing(*blocks, item="\n".join(texts)))) == len(texts)
    assert time.process_time() - begin < 30


# --- spaCy -------------------------------------------------------------------------------------


def test_importing_the_segmenter_does_not_import_spacy() -> None:
    code = "import sys, cydscore.segment; print('spacy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_component_sets_spans_and_sentence_starts() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe(NAME)
    doc = nlp(f"Governance\n• {SENTENCES[4]} {SENTENCES[0]}")
    assert [span.text for span in doc.spans[SEGMENTS_KEY]] == [
        "Governance",
        SENTENCES[4],
        SENTENCES[0],
    ]
    assert [sent.text.split()[0] for sent in doc.sents] == ["Governance", "Our", "The"]


def test_component_keeps_tokens_and_never_overlaps() -> None:
    nlp = spacy.blank("en")
    plain = [token.text for token in nlp("We end our efforts.In May we begin.CISO.The end.")]
    nlp.add_pipe(NAME)
    doc = nlp("We end our efforts.In May we begin.CISO.The end.")
    assert [token.text for token in doc] == plain
    spans = list(doc.spans[SEGMENTS_KEY])
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert list(nlp("").spans[SEGMENTS_KEY]) == []


# --- real filings ------------------------------------------------------------------------------


@pytest.mark.real
def test_boundaries_agree_with_the_labelled_segments_of_whole_filings(shared: Path) -> None:
    pandas = pytest.importorskip("pandas")
    facts = pandas.read_parquet(shared / "filings/facts.parquet", columns=["adsh", "tag", "value"])
    wanted: dict[tuple[str, str], list[int]] = {}
    for line in (shared / "labels/train.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["sample"] == "whole_filing":
            wanted.setdefault((row["adsh"], row["element"]), []).append(row["end"])
    n_found = n_wanted = 0
    for adsh, tag, value in facts.itertuples(index=False):
        ends = wanted.pop((adsh, tag), None)
        if ends is not None:
            found = {end for _, end in split_text(value.strip('"'))}
            shift = len(value) - len(value.lstrip('"'))
            n_found += sum(end - shift in found for end in ends)
            n_wanted += len(ends)
    assert n_found / n_wanted > 0.93
