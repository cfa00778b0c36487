"""Measuring: words, terms, mentions and tone, by hand."""

from collections import Counter

import pandas as pd
import pytest

from analysis_helpers.measuring import (
    count_pairs,
    count_terms,
    find_collocations,
    lexicon_terms,
    load_stop_words,
    split_words,
)


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
    words = Counter(
        {"rare": 40, "earths": 30, "the": 900, "talks": 800, "big": 500, "once": 12, "twice": 12, "filler": 20_000}
    )
    pairs = Counter({("rare", "earths"): 30, ("the", "talks"): 300, ("big", "talks"): 40, ("once", "twice"): 12})
    spread = Counter({("rare", "earths"): 20, ("the", "talks"): 99, ("big", "talks"): 30, ("once", "twice"): 2})
    found = find_collocations(words, pairs, spread)
    assert found["term"].tolist() == ["rare earths"]
    total = sum(words.values())
    import math

    assert found["pmi"].iloc[0] == pytest.approx(math.log2(30 * total / (40 * 30)), abs=1e-3)


def test_pairs_do_not_cross_passages():
    words, pairs, spread = count_pairs(pd.DataFrame({"text": ["rare earths rare earths", "earths rare"]}))
    assert words["rare"] == 3
    assert pairs[("rare", "earths")] == 2
    assert pairs[("earths", "rare")] == 2
    assert spread[("earths", "rare")] == 2
