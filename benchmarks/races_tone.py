"""Race of the tone of sentences: VADER's rules on many at once, against the package's own loop over sentences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis_helpers.build.sentences import split_text
from analysis_helpers.build.vader import score_vader
from benchmarks.harness import Race
from benchmarks.texts import invent

N_DOCUMENTS = 1_200


@dataclass(frozen=True)
class _Input:
    before: list[str]  # as many again, as in the midst of a build
    sentences: list[str]
    loop: object  # the peer, its lists loaded


def _sentences() -> _Input:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    documents = invent(2 * N_DOCUMENTS, seed=5)
    halves = [
        [sentence for text in texts for line in text.split("\n") for sentence in split_text(line)]
        for texts in (documents[:N_DOCUMENTS], documents[N_DOCUMENTS:])
    ]
    return _Input(*halves, SentimentIntensityAnalyzer())


def _warm(data: _Input) -> None:
    score_vader(data.before)
    data.loop.polarity_scores(data.before[0])


def _ours(data: _Input) -> np.ndarray:
    return np.nan_to_num(score_vader(data.sentences))  # no known word is missing here, and 0 for the package


def _theirs(data: _Input) -> np.ndarray:
    return np.array([data.loop.polarity_scores(sentence)["compound"] for sentence in data.sentences])


def _compare(ours: np.ndarray, theirs: np.ndarray) -> str:
    return f"equal to 4 decimals on {np.mean(ours == theirs):.2%} of {len(ours):,} sentences"


RACES = [
    Race(
        stage="tone of sentences",
        peer="vaderSentiment, its own loop",
        package="vaderSentiment",
        goal=20.0,
        prepare=_sentences,
        warm=_warm,
        ours=_ours,
        theirs=_theirs,
        equal=_compare,
    )
]
