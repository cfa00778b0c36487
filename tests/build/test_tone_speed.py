"""Tone and names of many sentences at once: as by definition, one by one. All sentences are invented."""

import re
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES

from analysis_helpers.build import pieces
from analysis_helpers.build.names import (
    _in_any_case,
    _masked_names,
    find_mentions,
    mask_names,
    mask_texts,
    names_pattern,
    write_plain,
)
from analysis_helpers.build.phrases import Phrases
from analysis_helpers.build.pieces import Known, cut_pieces
from analysis_helpers.build.tone import INSTRUMENTS, _diplomatic, _general, _modifiers, score_instruments
from analysis_helpers.build.vader import score_vader
from analysis_helpers.dictionaries import read_lexicon
from tests.build import reference_tone as reference

GAPS = [" ", " ", " ", " ", "  ", "\n", "\u00a0", ", ", "! ", "? ", ". ", " - ", "", "-", "\u2028", "\x1f", "\t "]
_RULES = """
never so this without doubt least at the very no or nor kind of sort of but BUT But just enough n't
don’t can't DON'T isn't uh-uh won’t :) :D (: <3 ;-) O_o !!! ??? ???? \U0001f600 ‼ © “good” [bad] 'great'
good bad great terrible hate love help kind doubt like GOOD BAD VERY Very not NOT no NO war WAR x
GREAT. (good) -- … win-win U.S. “terrible” no-one un-good ｇｏｏｄ ǅ ß İ it’s friend’s threat's
"""


@lru_cache(maxsize=1)
def _words():
    """Words of the lists, of names and of the rules."""
    names = [*_masked_names(), *(row["term"] for row in read_lexicon("targets"))]
    names += [form for name in names for form in (name.upper(), name.lower(), name.replace("-", "–"))]
    lists = [*_diplomatic(), *_general(), *_modifiers(), *reference.vader().lexicon]
    rules = [*_RULES.split(), *BOOSTER_DICT, *NEGATE, *SPECIAL_CASES]
    return [sorted(set(group)) for group in (names, lists, rules)]


def _texts(*extra):
    names, lists, rules = map(st.sampled_from, _words())
    word = st.one_of(names, lists, rules, rules, *extra)
    return st.lists(st.tuples(word, st.sampled_from(GAPS)).map("".join), max_size=12).map("".join)


def _same(texts):
    """Compare with the definition, exactly; and each text alone with the same among others."""
    scored = score_instruments(texts)
    expected = pd.DataFrame([reference.score_sentence(text) for text in texts], columns=[*INSTRUMENTS, "n_scored"])
    expected = expected.astype(dict.fromkeys(INSTRUMENTS, "float64") | {"n_scored": "int32"})
    pd.testing.assert_frame_equal(scored, expected, check_exact=True)
    assert mask_texts(texts) == [mask_names(text) for text in texts] == [reference.mask_names(text) for text in texts]
    mentions = find_mentions(texts)
    counts = pd.crosstab(mentions["row"], mentions["target"]).reindex(
        index=range(len(texts)), columns=["us", "cn", "relationship"], fill_value=0
    )
    assert counts.to_dict("records") == [reference.count_mentions(text) for text in texts]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_many_sentences_are_scored_as_each_by_definition(data):
    _same(data.draw(st.lists(_texts(), max_size=8)))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(alphabet=st.characters() | st.sampled_from(" \n.,!?'’-–U.S aenot"), max_size=40), max_size=5))
def test_any_text_is_scored_as_by_definition(texts):
    _same(texts)


def test_all_that_the_rules_know_is_scored_as_by_definition():
    """Sentences drawn from the words of VADER's rules: every rule meets every other."""
    random = np.random.default_rng(3)
    texts = [" ".join(random.choice(_RULES.split(), length)) for length in range(12) for _ in range(120)]
    _same(texts)


def test_all_names_are_masked_as_by_definition():
    names = _words()[0]
    random = np.random.default_rng(4)
    texts = [f"({name}) x{name} {name}s -{name}, {name}’s {name}-led" for name in names]
    texts += [
        "".join(part for pair in zip(random.choice(names, 6), random.choice(GAPS, 6), strict=True) for part in pair)
        for _ in range(800)
    ]
    _same([*texts, *(text.replace(" ", "  ") for text in texts[:200]), *(text.upper() for text in texts[:400])])


def test_letters_of_any_case_are_those_of_the_patterns():
    everything = "".join(map(chr, range(0x110000)))
    for letter in "abcdefghijklmnopqrstuvwxyz":
        assert set(_in_any_case(letter)) == set(re.findall(f"(?i:{letter})", everything))


def test_a_name_is_found_under_its_first_letter_in_the_order_of_length():
    pattern = names_pattern(["us", "Us Co", "U", "Us-An"])
    assert pattern.findall("us co, Us Co; us-an US U Us-Anb xU -U U-") == ["us co", "Us Co", "us-an", "US", "U", "U"]


def test_originals_are_scored_as_by_definition(originals):
    """All sentences of the official texts, where these are."""
    from analysis_helpers.build.sentences import split_text

    table = pd.read_json(originals / "statements_2025.jsonl", lines=True)
    _same([sentence for text in table["text"] for line in text.split("\n") for sentence in split_text(line)])


def test_equal_values_around_but_are_turned_as_the_package_does():
    """1.3 is half of 2.6: the package then turns the first of two equal values twice, and so must we."""
    lexicon = reference.vader().lexicon
    high, low = (
        [word for word, value in lexicon.items() if value == wanted and word.isalpha()] for wanted in (2.6, 1.3)
    )
    texts = [f"{high[0]} x {low[0]} but {low[1]} x {high[1]}", f"{low[0]} {low[0]} but {low[0]}", f"but {high[0]} but"]
    assert score_vader(texts).tolist() == [reference.score_vader(text) for text in texts]


# ---------------------------------------------------------------------------------------------------
# Pieces and terms


def test_half_characters_do_not_stop_the_measuring():
    assert cut_pieces(["a \ud800b"]).distinct == ["a ", "\ufffdb"]


def test_memory_of_pieces_is_bounded(monkeypatch):
    monkeypatch.setattr(pieces, "MOST_CHUNKS", 3)
    known = Known(lambda piece: ([len(piece.strip())] * 2, [1]), n_counts=1)
    for texts in (["a bb a", "ccc dddd"], ["dddd", "e a"]):
        numbers, starts = cut_pieces(texts).spread(known)
        assert numbers.tolist() == [len(piece) for text in texts for piece in text.split() for _ in range(2)]
        assert starts.tolist()[-1] == len(numbers)
    assert len(known) == 3


def test_a_long_piece_is_not_kept():
    known = Known(lambda piece: ([], [len(piece)]), n_counts=1)
    assert cut_pieces(["x" * 101, "", "y"]).count(known).tolist() == [[101, 0, 1]]
    assert set(known) == {"y"}


def test_nothing_is_nothing():
    assert mask_texts([]) == score_vader([]).tolist() == []
    assert len(find_mentions([])) == len(score_instruments([])) == 0


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple),
        st.sampled_from([0.0, 1.0, -2.0]),
        min_size=1,
    ),
    st.lists(st.lists(st.sampled_from("abcd"), max_size=9), max_size=5),
)
def test_terms_are_found_from_left_to_right_the_longest_first(terms, texts):
    numbers = {"a": 1, "b": 2, "c": 3}
    starts = np.cumsum([0, *map(len, texts)])
    flat = np.array([numbers.get(word, 0) for text in texts for word in text], dtype="int32")
    found = Phrases(terms, numbers).find(flat, starts)
    entries = {}
    for term, value in terms.items():
        entries.setdefault(term[0], []).append((list(term), value))
    entries = {first: sorted(own, key=lambda entry: -len(entry[0])) for first, own in entries.items()}
    expected = [
        (start + first, start + last, value)
        for start, text in zip(starts[:-1], texts, strict=True)
        for first, last, value in reference.find_terms(text, entries)
    ]
    assert list(zip(*(part.tolist() for part in found), strict=True)) == expected


@pytest.mark.parametrize("text", ["“It’s–so”", "plain", "‑‐—"])
def test_plain_writing_is_that_of_the_table(text):
    assert write_plain(text) == text.translate(reference.PLAIN)
