"""Measuring: words, terms, mentions and tone, by hand."""

import time
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from analysis_helpers.measuring import (
    _score_sentence,
    _vader,
    count_mentions,
    count_pairs,
    count_terms,
    find_collocations,
    lexicon_terms,
    load_stop_words,
    mask_names,
    score_tone,
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


@pytest.mark.parametrize(
    ("sentence", "us", "cn", "relationship"),
    [
        ("The United States of America and China met.", 1, 1, 0),
        ("U.S.-China ties and China–US trade, Sino-American ones too.", 0, 0, 3),
        ("Give us a chance, said the US side.", 1, 0, 0),
        ("Ships in the South China Sea and in Latin America.", 0, 0, 0),
        ("Beijing and Washington hope both sides gain.", 1, 1, 1),
        ("The PRC and the CPC; the prc.", 0, 2, 0),
        ("AMERICA FIRST, said the AMERICAN", 2, 0, 0),
        ("Bilateral relations between the two countries", 0, 0, 2),
        ("A chinaware shop in Americana", 0, 0, 0),
        ("China's and America’s leaders", 1, 1, 0),
    ],
)
def test_mentions_by_hand(sentence, us, cn, relationship):
    assert count_mentions(sentence) == {"us": us, "cn": cn, "relationship": relationship}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("The United States met China.", "The Name met Name."),
        ("The UN Security Council and national security", "The UN Name and national security"),
        ("Treasury Secretary Scott Bessent", "Name Name"),
        ("a treasury of good will", "a treasury of good will"),
        ("both sides agreed", "both sides agreed"),
    ],
)
def test_names_are_masked(text, masked):
    assert mask_names(text) == masked


def test_who_writes_united_states_is_not_friendlier():
    """Stock VADER takes "United" for praise (+0.42); the masked score must not depend on the name."""
    stock = SentimentIntensityAnalyzer().polarity_scores("The United States met China in Geneva.")["compound"]
    assert stock == pytest.approx(0.4215)
    frame = pd.DataFrame({"text": ["The United States met China in Geneva.", "America met China in Geneva."]})
    assert score_tone(frame)["tone_vader"].isna().all()


def test_tone_is_that_of_the_published_instrument():
    frame = pd.DataFrame({"text": ["A great deal!", "We condemn this terrible threat.", "Not good."]}, index=[5, 1, 9])
    scored = score_tone(frame)
    vader = SentimentIntensityAnalyzer()
    assert scored["tone_vader"].tolist() == [vader.polarity_scores(text)["compound"] for text in frame["text"]]
    assert scored.index.tolist() == [5, 1, 9]
    assert scored["tone_vader"].iloc[0] > 0 > scored["tone_vader"].iloc[2]


def test_no_scored_word_is_missing_and_not_zero():
    assert score_tone(pd.DataFrame({"text": ["The delegation arrived."]}))["tone_vader"].isna().all()


def test_tone_of_a_sentence_is_vaders_own_at_every_place():
    """Only the words around a word are handed to VADER's rules; they look three back and two ahead."""
    own, vader = _vader(), SentimentIntensityAnalyzer()
    words = (
        "never so good no kind of bad at least not very or nor great but the HATE without doubt sort yeah right bomb"
    )
    random = np.random.default_rng(7)
    texts = [" ".join(random.choice(words.split(), length)) for length in range(1, 12) for _ in range(200)]
    for text in [*texts, "It was, they said, the kiss of death for the talks."]:
        assert own.polarity_scores(text) == vader.polarity_scores(text), text


def test_tone_takes_time_in_proportion_to_the_sentence():
    """Read with all words lower-cased again for each, this takes over ten seconds."""
    start = time.process_time()
    _score_sentence("a good talk is no bad talk " * 2_000)
    assert time.process_time() - start < 5
