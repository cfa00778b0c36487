"""Terms: words, multiword terms and collocations, by hand and by their plain definition, text by text."""

import math
import re
from collections import Counter
from itertools import chain, pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_helpers.build.terms import count_pairs, count_terms, find_collocations, lexicon_terms
from analysis_helpers.dictionaries import load_stop_words, read_lexicon
from analysis_helpers.words import code_terms, find_words


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


PEOPLE = {"He": {row["term"].split()[1] for row in read_lexicon("people") if row["term"].startswith("He ")}}
WORDS = """
He he HE He’s He's Lifeng Yongqian premier Vice-Premier Spokeswoman Mr. MR rare earths Rare the DEAL TALKS US us U.S.
US's US’S USA U.S Us U.S.A. Sino-U.S. ТОРГОВЛЯ 中美会谈 naïve ÉTATS don't 3.5 ǅ Straße İstanbul
"""
MULTIWORD = [
    "rare earths",
    "rare earths rare",
    "earths rare earths",
    "the u.s.",
    "He lifeng",
    "the deal 3.5",
    "no such",
]
_word = st.sampled_from(WORDS.split()) | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_between = st.sampled_from([" ", "  ", "\t", "-", "—", "\u3000", ", "])
texts = st.lists(st.tuples(_between, st.lists(_word)).map(lambda drawn: drawn[0].join(drawn[1])), max_size=8)


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


@settings(max_examples=200, deadline=None)
@given(texts)
def test_counts_of_a_part_are_those_of_each_passage(texts):
    terms = code_terms(texts, also=["rare earths"])
    told = [[terms.vocabulary[code] for code in terms.codes[start:end]] for start, end in pairwise(terms.starts)]
    assert told == [split_plainly(text) for text in texts]
    assert terms.vocabulary == sorted({*terms.vocabulary, "rare earths"})
    passages = pd.DataFrame({"passage_id": [f"a-p{n:04d}" for n in range(len(texts))], "text": texts}, dtype="str")
    rows = []
    for passage_id, words in zip(passages["passage_id"], told, strict=True):
        runs = [" ".join(words[i : i + n]) for n in (2, 3) for i in range(len(words) - n + 1)]
        counts = Counter(words) + Counter(run for run in runs if run in MULTIWORD)
        rows += [(passage_id, term, n) for term, n in sorted(counts.items())]
    plain = pd.DataFrame(rows, columns=["passage_id", "term", "n"])
    plain = plain.astype({"passage_id": "str", "term": "str", "n": "int32"})
    pd.testing.assert_frame_equal(count_terms(passages, MULTIWORD), plain)


@settings(max_examples=200, deadline=None)
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
