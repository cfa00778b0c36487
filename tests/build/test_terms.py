"""Terms: multiword terms and collocations, by hand."""

import math

import pandas as pd
import pytest

from analysis_helpers.build.terms import count_terms, find_collocations, lexicon_terms


def test_lexicon_terms_are_spelt_as_they_are_counted():
    terms = lexicon_terms()
    assert {"rare earths", "export controls", "He lifeng", "scott bessent", "bilateral relations"} <= set(terms)
    for name in ("Rare earths", "Vice Premier He Lifeng", "Treasury Secretary Scott Bessent", "bilateral relations"):
        counts = count_terms(pd.DataFrame({"passage_id": ["a"], "text": [name]}), terms)
        assert counts["term"].isin(terms).sum() == 1


def test_collocations_need_count_spread_and_strength():
    counts = {"rare": 40, "earths": 30, "talks": 800, "big": 500, "once": 12, "twice": 12, "filler": 20_000}
    words = pd.DataFrame((counts | {"new": 30, "deal": 30}).items(), columns=["word", "n"])
    pairs = [
        ("rare", "earths", 30, 20),
        ("big", "talks", 40, 30),  # less than 3 bits
        ("once", "twice", 12, 2),  # in two passages
        ("new", "deal", 9, 9),  # nine times
    ]
    found = find_collocations(words, pd.DataFrame(pairs, columns=["first", "second", "n", "n_passages"]))
    assert found[["term", "n", "n_passages"]].to_numpy().tolist() == [["rare earths", 30, 20]]
    assert found["pmi"].iloc[0] == pytest.approx(math.log2(30 * words["n"].sum() / (40 * 30)), abs=1e-3)
