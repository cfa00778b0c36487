"""Races of the analyses: the permutation test of words against a plain loop, refitted topics against one LDA."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import analysis_helpers as ah
from analysis_helpers.corpus import Corpus
from analysis_helpers.keyness import _gather, _test_rates, _Units
from analysis_helpers.topics import MAX_SHARE, MIN_DOCUMENTS
from analysis_helpers.uncertainty import relabel
from benchmarks.harness import Race
from benchmarks.texts import invent

N_DRAWS, MIN_USING = 1_000, 12
N_TOPICS, SWEEPS = 20, 200  # passes of the sampler over all words: few, so that the peer is not made slow


@dataclass(frozen=True)
class _Input:
    """A corpus, and its documents by terms as a peer would hold them."""

    corpus: Corpus
    counts: Any
    terms: np.ndarray


def _count(texts: list[str]) -> _Input:
    """Make a corpus of texts by turns from either side, of its tables only those that these analyses read."""
    from sklearn.feature_extraction.text import CountVectorizer

    counted = [Counter(re.findall(r"[a-z]+", text.lower())) for text in texts]
    ids = [f"d{number:05}" for number in range(len(texts))]
    documents = pd.DataFrame({"doc_id": ids, "side": (["CN", "US"] * len(texts))[: len(texts)]})
    documents["n_words"] = [words.total() for words in counted]
    passages = documents.assign(passage_id=ids, kind="body", position=0, speaker_side=documents["side"])
    cells = [(doc_id, *cell) for doc_id, words in zip(ids, counted, strict=True) for cell in words.items()]
    counts = pd.DataFrame(cells, columns=["passage_id", "term", "n"])
    none = pd.DataFrame({"doc_id": [], "passage_id": []}, dtype="str")
    vectorizer = CountVectorizer(analyzer=lambda words: list(words.elements()))
    matrix = vectorizer.fit_transform(counted).astype("float64")
    corpus = Corpus(documents, passages, none, counts, none, none, {})
    return _Input(corpus, matrix, vectorizer.get_feature_names_out())


# ---------------------------------------------------------------------------------------------------
# The permutation test


def _sided_texts() -> _Units:
    """Count the words of each document for both: the race is about the draws."""
    return _gather(_count(invent(1_000, seed=1)).corpus, "side", ("CN", "US"), None, MIN_USING)


def _warm_words(units: _Units) -> None:
    _test_rates(units, 9, ah.SEED)
    _correlate(units.counts, units.n_words, units.first)


def _test_words(units: _Units) -> pd.Series:
    return pd.Series(_test_rates(units, N_DRAWS, ah.SEED), index=units.terms)


def _correlate(counts: Any, n_words: np.ndarray, first: np.ndarray) -> np.ndarray:
    """The statistic by its definition: the root of each term's rate, correlated with the side of the text."""
    roots = counts.multiply(1_000 / n_words[:, None]).sqrt().tocsr()
    share = first.mean()
    shifted = (roots.T @ first) - share * np.asarray(roots.sum(axis=0)).ravel()
    spread = np.asarray(roots.multiply(roots).sum(axis=0)).ravel()
    spread = spread - np.square(np.asarray(roots.sum(axis=0)).ravel()) / len(first)
    return np.abs(shifted) / np.sqrt(np.where(spread > 1e-12, spread, np.inf) * len(first) * share * (1 - share))


def _test_words_in_a_loop(units: _Units) -> pd.Series:
    """Shuffle the sides, compute the statistic of every term, keep the largest: once a draw."""
    observed = _correlate(units.counts, units.n_words, units.first)
    as_large = np.zeros(len(observed))
    for drawn in relabel(units.first, units.strata, N_DRAWS, ah.SEED):
        as_large += _correlate(units.counts, units.n_words, drawn).max() >= observed - 1e-9
    return pd.Series((1 + as_large) / (1 + N_DRAWS), index=units.terms)


def _same_p_values(ours: pd.Series, theirs: pd.Series) -> str:
    same = np.isclose(ours, theirs, atol=1e-6)
    return f"p values equal for {same.mean():.2%} of {len(same):,} words"


# ---------------------------------------------------------------------------------------------------
# The stability of topics


def _topical_texts() -> _Input:
    """Add to each invented document 80 words of one of twenty subjects, so that there is something to find."""
    lot, texts = random.Random(7), invent(5_000, seed=2)
    subjects = [[f"{start}{end}" for end in ("ka", "lem", "nor", "pu", "rit", "sov") * 7] for start in _starts(lot)]
    texts = [f"{text} {' '.join(lot.choices(subjects[n % N_TOPICS], k=80))}" for n, text in enumerate(texts)]
    return _count(texts)


def _starts(lot: random.Random) -> list[str]:
    return ["".join(lot.choices("bcdfgklmnprstvz", k=2)) + "oa" for _ in range(N_TOPICS)]


def _warm_topics(data: _Input) -> None:
    import tomotopy  # noqa: F401

    small = data.corpus.where(doc_id=list(data.corpus.documents["doc_id"].head(60)))
    ah.choose_n_topics(small, [2], n_draws=2)


def _fit_again(data: _Input) -> pd.DataFrame:
    """Fit twenty topics, and again to twenty samples of the documents: the half of `topic_stability` that resamples."""
    return ah.choose_n_topics(data.corpus, [N_TOPICS], n_draws=20, level="document")


def _fit_lda(data: _Input) -> int:
    import tomotopy

    wanted = np.asarray((data.counts > 0).sum(axis=0)).ravel()
    kept = (wanted >= MIN_DOCUMENTS) & (wanted <= MAX_SHARE * data.counts.shape[0])
    kept &= ~np.isin(data.terms, list(ah.load_stop_words()))
    model, counts, terms = tomotopy.LDAModel(k=N_TOPICS, seed=1), data.counts[:, kept].tocsr(), data.terms[kept]
    for row in counts:
        model.add_doc(np.repeat(terms[row.indices], row.data.astype(int)).tolist())
    model.train(SWEEPS, workers=1)
    return model.k


def _no_equality(ours: pd.DataFrame, theirs: int) -> str:
    stability = ours["stability"].iloc[0]
    return f"21 fits (mean overlap {stability:.2f}) against 1 fit of {theirs} topics with {SWEEPS} sweeps"


RACES = [
    Race(
        stage="1,000 permutation draws",
        peer="a plain loop",
        package=None,
        goal=20.0,
        prepare=_sided_texts,
        warm=_warm_words,
        ours=_test_words,
        theirs=_test_words_in_a_loop,
        equal=_same_p_values,
    ),
    Race(
        stage="topics fitted to 20 samples",
        peer="tomotopy, one LDA",
        package="tomotopy",
        goal=1.0,
        prepare=_topical_texts,
        warm=_warm_topics,
        ours=_fit_again,
        theirs=_fit_lda,
        equal=_no_equality,
    ),
]
