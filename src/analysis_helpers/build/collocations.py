"""Collocations: two-word terms that stand together more often than chance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from ..dictionaries import load_stop_words
from ..words import code_terms, number_texts

MIN_COLLOCATION_COUNT, MIN_COLLOCATION_PASSAGES, MIN_PMI, MAX_COLLOCATIONS = 10, 5, 3.0, 500


def find_collocations(words: pd.DataFrame, pairs: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Find two-word terms that stand together far more often than chance: "rare earths", "phone call".

    In: counts of words, and of neighbouring pairs, table by table, each pair in one of them, as `count_pairs` gives
    them, added up; only one table is held in memory. Out: `term`, `n`, `n_passages`, `pmi` (bits) and
    `likelihood_ratio`, strongest first. A pair counts from 10 occurrences in 5 passages, without stop words or
    numbers, at a pointwise mutual information of at least 3 bits.

    Source: NLTK's association measures (Manning and Schütze 1999, ch. 5).
    Known weakness: only neighbouring words; longer terms come from the lexicons.

    Examples
    --------
    >>> words = pd.DataFrame({"word": ["rare", "earths", "talks"], "n": [20, 15, 5000]})
    >>> pairs = pd.DataFrame({"first": ["rare", "talks"], "second": ["earths", "rare"], "n": [15, 12],
    ...     "n_passages": [9, 9]})
    >>> find_collocations(words, [pairs])["term"].tolist()
    ['rare earths']
    """
    counts = dict(zip(words["word"], words["n"].tolist(), strict=True))
    n_words = sum(counts.values())
    strongest = pd.DataFrame(columns=["term", "n", "n_passages", "pmi", "likelihood_ratio"])
    for table in pairs:
        rows = [*strongest.itertuples(index=False, name=None), *_collocations(table, counts, n_words)]
        strongest = pd.DataFrame(rows, columns=strongest.columns)
        strongest = strongest.sort_values(["likelihood_ratio", "term"], ascending=[False, True], ignore_index=True)
        strongest = strongest.head(MAX_COLLOCATIONS)
    return strongest


def _collocations(
    pairs: pd.DataFrame, counts: dict[str, int], n_words: int
) -> Iterator[tuple[str, int, int, float, float]]:
    from nltk.collocations import BigramAssocMeasures

    often = pairs[(pairs["n"] >= MIN_COLLOCATION_COUNT) & (pairs["n_passages"] >= MIN_COLLOCATION_PASSAGES)]
    for first, second, n, n_passages in often[["first", "second", "n", "n_passages"]].itertuples(index=False):
        if _is_plain(first) and _is_plain(second):
            marginals = n, (counts[first], counts[second]), n_words
            pmi = BigramAssocMeasures.pmi(*marginals)
            if pmi >= MIN_PMI:
                ratio = BigramAssocMeasures.likelihood_ratio(*marginals)
                yield f"{first} {second}", n, n_passages, round(pmi, 3), round(ratio, 1)


def _is_plain(word: str) -> bool:
    """Tell whether a word may be part of a collocation: no stop word, number, contraction or single letter."""
    return word not in load_stop_words() and word[:1].isalpha() and "'" not in word and len(word) > 1


def count_pairs(passages: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count the words and the neighbouring pairs of a part, for `find_collocations`.

    In: `text`. Out: a frame of `word` and `n`, and one of `first`, `second`, `n` and `n_passages`, both sorted.
    Pairs with a word that can be in no collocation (a stop word, a number) are left out: they are two of three.

    Examples
    --------
    >>> words, pairs = count_pairs(pd.DataFrame({"text": ["Rare earths and rare earths."]}))
    >>> words["n"].tolist(), pairs.values.tolist()
    ([1, 2, 2], [['rare', 'earths', 2, 1]])
    """
    terms = code_terms(passages["text"].tolist())
    size = len(terms.vocabulary)
    counts = np.bincount(terms.codes, minlength=size)
    names = pd.Series(terms.vocabulary, dtype="str")
    words = pd.DataFrame({"word": names, "n": counts})[counts > 0].reset_index(drop=True)
    of_text = number_texts(terms)
    plain = np.array([_is_plain(term) for term in terms.vocabulary])[terms.codes]
    at = np.flatnonzero(plain[:-1] & plain[1:] & (of_text[:-1] == of_text[1:]))
    keys, pair, n = np.unique(
        terms.codes[at].astype("int64") * size + terms.codes[at + 1], return_inverse=True, return_counts=True
    )
    spread = np.unique(pair * len(passages) + of_text[at]) // max(len(passages), 1)
    pairs = {"first": names.take(keys // size).array, "second": names.take(keys % size).array, "n": n}
    return words, pd.DataFrame(pairs | {"n_passages": np.bincount(spread, minlength=len(keys))})
