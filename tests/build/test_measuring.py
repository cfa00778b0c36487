"""Measuring: words, terms, mentions and tone, by hand."""

import math
import re
from collections import Counter
from itertools import chain, pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.collocations import BigramAssocMeasures, BigramCollocationFinder

from analysis_helpers.build import collocations
from analysis_helpers.build.collocations import count_pairs, find_collocations
from analysis_helpers.build.terms import count_terms, lexicon_terms
from analysis_helpers.dictionaries import load_stop_words, read_lexicon
from analysis_helpers.words import _namesakes, code_terms, find_words, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "The US told us: USA, U.S., and U.S firms.",
            ["the", "u.s.", "told", "us", "u.s.", "u.s.", "and", "u.s.", "firms"],
        ),
        ("GIVE US THE DEAL", ["give", "us", "the", "deal"]),
        ("Vice Premier He Lifeng said he would.", ["vice", "premier", "He", "lifeng", "said", "he", "would"]),
        ("He said so. Spokesperson He agreed.", ["he", "said", "so", "spokesperson", "He", "agreed"]),
        ("China’s and the States' aims; we're win-win", ["china", "and", "the", "states", "aims", "we're", "win-win"]),
        ("Xi met Xi.", ["xi", "met", "xi"]),
        ("", []),
    ],
)
def test_words_by_hand(text, words):
    assert split_words(text) == words


def test_surnames_survive_the_stop_words():
    words = split_words("Vice-Premier He and President Xi met; he spoke first.")
    assert [word for word in words if word not in load_stop_words()] == [
        "vice",
        "premier",
        "He",
        "president",
        "xi",
        "met",
        "spoke",
    ]


def test_words_of_a_passage_sum_to_its_number_of_words():
    text = "Rare earths, rare earth magnets and export controls: the US side asked for both, twice."
    counts = count_terms(
        pd.DataFrame({"passage_id": ["a"], "text": [text]}), ["rare earths", "export controls", "rare earth"]
    )
    single = counts[~counts["term"].str.contains(" ")]
    assert single["n"].sum() == 15
    several = counts[counts["term"].str.contains(" ")].set_index("term")["n"].to_dict()
    assert several == {"rare earths": 1, "export controls": 1, "rare earth": 1}


def test_counts_keep_no_order_of_words():
    counts = count_terms(pd.DataFrame({"passage_id": ["a"], "text": ["zebra apple mango apple"]}))
    assert counts["term"].tolist() == ["apple", "mango", "zebra"]


def test_lexicon_terms_are_spelt_as_they_are_counted():
    terms = lexicon_terms()
    assert {"rare earths", "export controls", "He lifeng", "scott bessent", "bilateral relations"} <= set(terms)
    for name in ("Rare earths", "Vice Premier He Lifeng", "Treasury Secretary Scott Bessent", "bilateral relations"):
        counts = count_terms(pd.DataFrame({"passage_id": ["a"], "text": [name]}), terms)
        assert counts["term"].isin(terms).sum() == 1


def test_collocations_need_count_spread_and_strength():
    words = pd.DataFrame(
        [
            ("rare", 40),
            ("earths", 30),
            ("the", 900),
            ("talks", 800),
            ("big", 500),
            ("once", 12),
            ("twice", 12),
            ("filler", 20_000),
            ("new", 30),
            ("deal", 30),
        ],
        columns=["word", "n"],
    )
    pairs = pd.DataFrame(
        [
            ("rare", "earths", 30, 20),
            ("the", "talks", 300, 99),
            ("big", "talks", 40, 30),
            ("once", "twice", 12, 2),
            ("new", "deal", 9, 9),
        ],
        columns=["first", "second", "n", "n_passages"],
    )
    found = find_collocations(words, [pairs])
    assert found["term"].tolist() == ["rare earths"]
    assert found[["n", "n_passages"]].to_numpy().tolist() == [[30, 20]]
    total = words["n"].sum()
    assert found["pmi"].iloc[0] == pytest.approx(math.log2(30 * total / (40 * 30)), abs=1e-3)


SAID = ["cork", "boats", "rare", "earths"]


def _pairs_of(words):
    counted = Counter(pairwise(words)).items()
    return pd.DataFrame([(*pair, n, n) for pair, n in counted], columns=["first", "second", "n", "n_passages"])


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from(SAID), min_size=60, max_size=120), st.integers(1, 9))
def test_collocations_are_those_of_nltk_however_the_pairs_are_cut(said, size):
    said += [f"filler{n}" for n in range(2_000)]  # so that a pair of ten is more than chance
    words = pd.DataFrame(Counter(said).items(), columns=["word", "n"])
    pairs = _pairs_of(said)
    finder = BigramCollocationFinder.from_words(said)
    finder.apply_freq_filter(10)
    ratios = {" ".join(pair): ratio for pair, ratio in finder.score_ngrams(BigramAssocMeasures.likelihood_ratio)}
    pmis = {" ".join(pair): pmi for pair, pmi in finder.score_ngrams(BigramAssocMeasures.pmi) if pmi >= 3}
    expected = sorted((-round(ratios[term], 1), term, round(pmi, 3)) for term, pmi in pmis.items())[:3]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collocations, "MAX_COLLOCATIONS", 3)
        found = find_collocations(words, [pairs[first::size] for first in range(size)])
    assert [*zip(-found["likelihood_ratio"], found["term"], found["pmi"], strict=True)] == expected


def test_pairs_do_not_cross_passages():
    words, pairs = count_pairs(pd.DataFrame({"text": ["rare earths rare earths", "earths rare"]}))
    assert dict(words.to_numpy()) == {"earths": 3, "rare": 3}
    assert pairs.to_numpy().tolist() == [["earths", "rare", 2, 2], ["rare", "earths", 2, 1]]


def test_pairs_leave_out_what_can_be_no_collocation():
    texts = ["the rare earths", "rare 17 earths", "China's rare x earths", "earths don't"]
    words, pairs = count_pairs(pd.DataFrame({"text": texts}))
    assert pairs[["first", "second"]].to_numpy().tolist() == [["china", "rare"], ["rare", "earths"]]
    assert words["n"].sum() == 12


# ---------------------------------------------------------------------------------------------------
# The plain definitions, text by text, which the fast ones must equal

PEOPLE = {"He": {row["term"].split()[1] for row in read_lexicon("people") if row["term"].startswith("He ")}}
WORDS_OF_A_TEXT = [
    "He",
    "he",
    "HE",
    "He’s",
    "He's",
    "Lifeng",
    "Yongqian",
    "premier",
    "Vice-Premier",
    "Spokeswoman",
    "Mr.",
    "MR",
    "rare",
    "earths",
    "Rare",
    "the",
    "DEAL",
    "TALKS",
    "US",
    "us",
    "U.S.",
    "US's",
    "US’S",
    "USA",
    "U.S",
    "Us",
    "U.S.A.",
    "Sino-U.S.",
    "ТОРГОВЛЯ",
    "中美会谈",
    "naïve",
    "ÉTATS",
    "don't",
    "3.5",
    "ǅ",
    "Straße",
    "İstanbul",
]
MULTIWORD = [
    "rare earths",
    "rare earths rare",
    "earths rare earths",
    "the u.s.",
    "He lifeng",
    "the deal 3.5",
    "no such",
]
texts = st.lists(
    st.lists(st.sampled_from(WORDS_OF_A_TEXT) | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)).flatmap(
        lambda words: st.sampled_from([" ", "  ", "\t", "-", "—", "\u3000", ", "]).map(
            lambda between: between.join(words)
        )
    ),
    max_size=8,
)


def split_plainly(text):
    tokens = [token.replace("’", "'") for token in find_words(text)]
    shouted = sum(map(str.isupper, text)) > sum(map(str.islower, text))
    terms = []
    for before, token, after in zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False):
        word = token.removesuffix("'s").removesuffix("'S")
        titled = re.search(r"(?i)(premier|minister|spokes(person|man|woman)|representative|mr\.?|advis[eo]r)$", before)
        if word in {"US", "U.S", "U.S.", "USA", "U.S.A", "U.S.A."} and not (shouted and word == "US"):
            terms.append("u.s.")
        elif word in PEOPLE and (titled or after in PEOPLE[word]):
            terms.append(word)
        else:
            terms.append(word.lower())
    return terms


def test_the_plain_definition_knows_all_surnames():
    assert _namesakes() == PEOPLE


@settings(max_examples=300, deadline=None)
@given(texts)
def test_terms_of_many_texts_are_those_of_each(texts):
    terms = code_terms(texts, also=["rare earths"])
    told = [[terms.vocabulary[code] for code in terms.codes[start:end]] for start, end in pairwise(terms.starts)]
    assert told == [split_plainly(text) for text in texts]
    assert terms.vocabulary == sorted({*terms.vocabulary, "rare earths"})


@settings(max_examples=300, deadline=None)
@given(texts)
def test_counts_of_a_part_are_those_of_each_passage(texts):
    passages = pd.DataFrame({"passage_id": [f"a-p{n:04d}" for n in range(len(texts))], "text": texts}, dtype="str")
    rows = []
    for passage_id, text in zip(passages["passage_id"], texts, strict=True):
        words = split_plainly(text)
        runs = [" ".join(words[i : i + n]) for n in (2, 3) for i in range(len(words) - n + 1)]
        counts = Counter(words) + Counter(run for run in runs if run in MULTIWORD)
        rows += [(passage_id, term, n) for term, n in sorted(counts.items())]
    plain = pd.DataFrame(rows, columns=["passage_id", "term", "n"])
    plain = plain.astype({"passage_id": "str", "term": "str", "n": "int32"})
    pd.testing.assert_frame_equal(count_terms(passages, MULTIWORD), plain)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_pairs_of_a_part_are_those_of_each_passage(texts):
    words, pairs = count_pairs(pd.DataFrame({"text": pd.Series(texts, dtype="str")}))
    terms = [split_plainly(text) for text in texts]
    assert dict(words.to_numpy()) == Counter(chain.from_iterable(terms))

    def plain(word):
        return word not in load_stop_words() and word[:1].isalpha() and "'" not in word and len(word) > 1

    beside = [[pair for pair in pairwise(words) if all(map(plain, pair))] for words in terms]
    n, spread = Counter(chain.from_iterable(beside)), Counter(chain.from_iterable(map(set, beside)))
    assert pairs.to_numpy().tolist() == [[*pair, n[pair], spread[pair]] for pair in sorted(n)]
