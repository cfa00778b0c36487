"""Words: the fast way cuts as NLTK's tokenizer does on the whole text. All sentences are invented."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.tokenize import RegexpTokenizer

from analysis_helpers.words import WORD, code_terms, code_words, count_words, find_terms, find_words, split_words

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
    assert count_words(text) == len(expected)


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


def test_half_a_character_is_counted_as_no_letter():
    texts = ["good \ud800 talks", "talks"]
    assert [find_words(text) for text in texts] == [["good", "talks"], ["talks"]]
    words = code_words(texts)
    assert [words.vocabulary[code] for code in words.codes] == ["good", "talks", "talks"]


def test_terms_are_found_within_texts_only():
    """ "rare earths" once in the first text, not across the end of it; "a a" at both of its places."""
    words = code_terms(["Rare earths, rare", "earths. A a a."])
    numbers, places = find_terms(words, ["rare earths", "earths", "a a", "never said"])
    assert sorted(zip(numbers.tolist(), places.tolist(), strict=True)) == [(0, 0), (1, 1), (1, 3), (2, 4), (2, 5)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The US told us: USA, U.S., U.S firms.", ["the", "u.s.", "told", "us", "u.s.", "u.s.", "u.s.", "firms"]),
        ("GIVE US THE DEAL", ["give", "us", "the", "deal"]),
        ("Vice Premier He Lifeng said he would.", ["vice", "premier", "He", "lifeng", "said", "he", "would"]),
        ("He said so. Spokesperson He agreed.", ["he", "said", "so", "spokesperson", "He", "agreed"]),
        ("China’s and the States' aims; we're win-win", ["china", "and", "the", "states", "aims", "we're", "win-win"]),
        ("", []),
    ],
)
def test_words_by_hand(text, words):
    assert split_words(text) == words
