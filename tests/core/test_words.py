"""Words: the fast way cuts as NLTK's tokenizer does on the whole text. All sentences are invented."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nltk.tokenize import RegexpTokenizer

import analysis_helpers as ah
from analysis_helpers.words import WORD, code_terms, code_words, find_terms, find_words, holds, near_misses, spell_term
from tests.conftest import by_hand

TOKENIZER = RegexpTokenizer(WORD)
ODD = [
    "",
    " \n\t",
    "China-U.S. talks: a win-win, he said.",
    "U.S.\u00a0trade and\u3000P.R.C.\x1cgoods\x85end\u2028of it",
    "1,234.5-fold don’t won't O'Neill's it''s a.b.c a.b.c. x-Y x-y -- 3:15pm",
    "中美会谈 in Genève, naïve cafe\u0301, Ⅷ ② ½ _under_score_",
    "no-\nbreak and well-\u200bknown so-\u00a0called",
]


@pytest.mark.parametrize("text", ODD)
def test_words_are_those_of_the_whole_text(text):
    expected = TOKENIZER.tokenize(text)
    assert find_words(text) == expected
    assert ah.count_words(text) == len(expected)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters() | st.sampled_from(" .,:-'’\n\t aA1")))
def test_any_text_is_cut_as_a_whole(text):
    assert find_words(text) == TOKENIZER.tokenize(text)


def test_codes_give_the_words_back():
    coded = code_words(ODD)
    assert coded.codes.dtype == "int32"
    told = [coded.vocabulary[code] for code in coded.codes]
    assert told == [word for text in ODD for word in TOKENIZER.tokenize(text)]
    assert np.diff(coded.starts).tolist() == [len(TOKENIZER.tokenize(text)) for text in ODD]
    words = code_words(["good \ud800 talks", "talks"])
    assert [words.vocabulary[code] for code in words.codes] == ["good", "talks", "talks"], "half a character"


def test_terms_are_found_within_texts_only():
    """ "rare earths" once in the first text, not across the end of it; "a a" at both of its places."""
    words = code_terms(["Rare earths, rare", "earths. A a a."])
    numbers, places = find_terms(words, ["rare earths", "earths", "a a", "never said"])
    assert sorted(zip(numbers.tolist(), places.tolist(), strict=True)) == [(0, 0), (1, 1), (1, 3), (2, 4), (2, 5)]


@by_hand("words")
def test_words_by_hand(text, words):
    assert ah.split_words(text) == words.split()


@given(
    st.lists(st.text("ab .", max_size=12), max_size=4),
    st.lists(st.sampled_from(("a", "b", "a*", "ab*", "bb")), min_size=1, max_size=3),
)
@example(["a", "b a b"], ["a*", "b"])
def test_terms_are_found_where_a_plain_loop_finds_them(texts, patterns):
    def fits(pattern, word):
        return word.startswith(pattern[:-1]) if pattern[-1] == "*" else word == pattern

    expected, start = [], 0
    for words in map(ah.split_words, texts):
        places = range(len(words) - len(patterns) + 1)
        expected += [start + place for place in places if all(map(fits, patterns, words[place:]))]
        start += len(words)
    assert sorted(find_terms(code_terms(texts), [" ".join(patterns)])[1].tolist()) == expected


@given(st.text("aBcS'’-. é"))
def test_a_term_is_spelt_as_a_text_is_cut(term):
    """No country and no surname is among these: what is left are the rules of texts."""
    words = ah.split_words(term)
    if words and not any(word.endswith("'s") for word in words):
        assert spell_term(term) == " ".join(words) == spell_term(spell_term(term))


NO_TERMS = ["", " -- ", "*", "tar*iff", "*iff", "u.s.*", "win-*", "a *", "t**", None, 301, float("nan")]


@by_hand("spelt_terms")
def test_terms_by_hand(term, spelt):
    assert spell_term(term) == spell_term(spelt) == spelt


@pytest.mark.parametrize("term", NO_TERMS)
def test_a_term_that_can_stand_in_no_text_is_refused_by_name(term):
    with pytest.raises(ah.TalksError, match=r"the term is .*; expected at least one word, and a \* only as the end"):
        spell_term(term)


def test_a_term_that_covers_another_holds_it_and_slips_are_found():
    cases = [("port fees", "port"), ("tariffs", "tariff*"), ("the tariffs rose", "tariff* rose"), ("taxing*", "tax*")]
    assert all(holds(*pair) for pair in cases)
    assert not any(holds(*pair) for pair in [("port", "port fees"), ("airport fees", "port"), ("tariff*", "tariffs")])
    assert near_misses("Tarrifs", ["tariffs", "tariff", "ziff", "rare earths"]) == ["tariffs", "tariff"]
