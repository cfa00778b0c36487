"""Races of words and sentences: words counted against scikit-learn, sentences against NLTK's Punkt."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from analysis_helpers.build.sentences import split_text
from analysis_helpers.dictionaries import read_lexicon
from analysis_helpers.words import WORD, code_words
from benchmarks.harness import Race
from benchmarks.texts import invent

N_DOCUMENTS = 1_000  # counted; as many again come before them, as in the midst of a build


@dataclass(frozen=True)
class _Counts:
    """How often each word stands in each text: one entry for each that does, `words` into the `vocabulary`."""

    texts: np.ndarray
    words: np.ndarray
    n: np.ndarray
    vocabulary: Any


# ---------------------------------------------------------------------------------------------------
# Words


def _documents() -> list[str]:
    return invent(2 * N_DOCUMENTS, seed=3)


def _warm_words(documents: list[str]) -> None:
    _count_ours(documents[:N_DOCUMENTS])
    _count_theirs(documents[:10])


def _count_ours(documents: list[str]) -> _Counts:
    words = code_words(documents[-N_DOCUMENTS:])
    size = len(words.vocabulary)
    of_text = np.repeat(np.arange(len(words.starts) - 1), np.diff(words.starts))
    keys, n = np.unique(of_text * size + words.codes, return_counts=True)
    return _Counts(keys // size, keys % size, n, words.vocabulary)


def _count_theirs(documents: list[str]) -> _Counts:
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(token_pattern=WORD, lowercase=False)
    matrix = vectorizer.fit_transform(documents[-N_DOCUMENTS:]).tocoo()
    return _Counts(matrix.row, matrix.col, matrix.data, vectorizer.get_feature_names_out())


def _compare_counts(ours: _Counts, theirs: _Counts) -> str:
    cells = [
        dict(
            zip(zip(c.texts.tolist(), np.array(c.vocabulary)[c.words].tolist(), strict=True), c.n.tolist(), strict=True)
        )
        for c in (ours, theirs)
    ]
    same = len(cells[0].items() & cells[1].items())
    share = 100 * same / max(map(len, cells))
    return f"equal on {share:.2f} % of {len(cells[1]):,} counts of {theirs.n.sum():,} words"


# ---------------------------------------------------------------------------------------------------
# Sentences


def _paragraphs() -> list[str]:
    return list(chain.from_iterable(document.split("\n") for document in _documents()))


def _load_punkt() -> Any:
    """Load Punkt with the suite's abbreviations and sentence starters, the peer of `split_text`."""
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    parameters = PunktParameters()
    parameters.abbrev_types = {row["term"] for row in read_lexicon("abbreviations")}
    parameters.sent_starters = {row["term"] for row in read_lexicon("sentence_starters")}
    return PunktSentenceTokenizer(parameters)


def _warm_sentences(paragraphs: list[str]) -> None:
    half = paragraphs[: len(paragraphs) // 2]
    _split_ours(half[:1000])
    _split_theirs(half[:10])


def _split_ours(paragraphs: list[str]) -> list[list[str]]:
    return [split_text(paragraph) for paragraph in paragraphs]


def _split_theirs(paragraphs: list[str]) -> list[list[str]]:
    punkt = _load_punkt()
    return [punkt.tokenize(paragraph) for paragraph in paragraphs]


def _compare_sentences(ours: list[list[str]], theirs: list[list[str]]) -> str:
    """Count the sentences that begin and end alike: Punkt does not know dashes, so that a few may differ."""
    pairs = list(zip(ours, theirs, strict=True))
    same = sum(len(set(mine) & set(others)) for mine, others in pairs)
    n = sum(len(set(others)) for others in theirs)
    return f"equal on {100 * same / n:.2f} % of {n:,} sentences"


RACES = [
    Race(
        stage="words counted",
        peer="scikit-learn CountVectorizer",
        package="scikit-learn",
        goal=5.0,
        prepare=_documents,
        warm=_warm_words,
        ours=_count_ours,
        theirs=_count_theirs,
        equal=_compare_counts,
    ),
    Race(
        stage="sentences",
        peer="NLTK Punkt",
        package="nltk",
        goal=5.0,
        prepare=_paragraphs,
        warm=_warm_sentences,
        ours=_split_ours,
        theirs=_split_theirs,
        equal=_compare_sentences,
    ),
]
