"""Measuring: words and multiword terms of one part, its mentions and its tone. Frames in, frames out, nothing kept."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pandas as pd

from ..dictionaries import read_lexicon
from ..words import code_terms, code_words, find_terms, number_texts, split_words
from .names import find_mentions
from .tone import score_tone

MAX_TERM_WORDS = 5


# ---------------------------------------------------------------------------------------------------
# Words and terms


@lru_cache(maxsize=1)
def lexicon_terms() -> list[str]:
    """List the multiword terms of the shipped lexicons, agenda, targets, people, frames."""
    names = ("agenda", "targets", "people", "frames")
    terms = {" ".join(split_words(row["term"])) for name in names for row in read_lexicon(name)}
    return sorted(term for term in terms if 0 < term.count(" ") < MAX_TERM_WORDS)


def count_terms(passages: pd.DataFrame, multiword: Iterable[str] = ()) -> pd.DataFrame:
    """Count the words of each passage, and those multiword terms that stand in it.

    In: `passage_id`, `text`, and the multiword terms to look for, words joined by single spaces. Out:
    `passage_id`, `term`, `n`, sorted by term within a passage, so that the order of the words is gone.
    The words of a passage (terms without a space) sum to its number of words; multiword terms are
    counted beside their words.

    Examples
    --------
    >>> passages = pd.DataFrame({"passage_id": ["a-p0001"], "text": ["Rare earths, rare goods."]})
    >>> count_terms(passages, ["rare earths"])
      passage_id         term  n
    0    a-p0001       earths  1
    1    a-p0001        goods  1
    2    a-p0001         rare  2
    3    a-p0001  rare earths  1
    """
    wanted = sorted({term for term in multiword if " " in term})
    terms = code_terms(passages["text"].tolist(), also=wanted)
    size, of_passage = len(terms.vocabulary), number_texts(terms)
    several, places = find_terms(terms, wanted)
    codes = np.concatenate((terms.codes, np.searchsorted(terms.vocabulary, wanted)[several]))
    keys, n = np.unique(np.concatenate((of_passage, of_passage[places])) * size + codes, return_counts=True)
    return pd.DataFrame(
        {
            "passage_id": passages["passage_id"].astype("str").take(keys // size).array,
            "term": pd.Series(terms.vocabulary, dtype="str").take(keys % size).array,
            "n": n.astype("int32"),
        }
    )


# ---------------------------------------------------------------------------------------------------
# One part


def measure_sentences(sentences: pd.DataFrame, *, semantic: bool | None = None) -> pd.DataFrame:
    """Measure sentences: the same rows with `n_words`, the `mentions_...` and the tone added (see `score_tone`).

    Examples
    --------
    >>> measure_sentences(pd.DataFrame({"text": ["China welcomes the talks."]}), semantic=False).T
                                               0
    text                   China welcomes the talks.
    n_words                                        4
    mentions_us                                    0
    mentions_cn                                    1
    mentions_relationship                          0
    tone_vader                                0.4019
    tone_diplomatic                           0.4472
    tone_general                              0.3714
    tone                                       0.776
    n_scored                                       1
    """
    n_words = np.diff(code_words(sentences["text"]).starts).astype("int32")
    mentions = find_mentions(sentences["text"])
    rows = {target: mentions.loc[mentions["target"] == target, "row"] for target in ("us", "cn", "relationship")}
    counts = {
        f"mentions_{target}": np.bincount(own, minlength=len(sentences)).astype("int32") for target, own in rows.items()
    }
    measured = sentences.assign(n_words=n_words, **counts)
    return score_tone(measured, semantic=semantic)
