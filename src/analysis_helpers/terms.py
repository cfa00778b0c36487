"""Counts of some terms, and of all as a matrix, until the analyses ask the corpus."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from .corpus import Corpus


def keep_terms(corpus: Corpus, chosen: Callable[[pd.Index], np.ndarray]) -> Corpus:
    """Keep of the counts of a corpus those of some terms; the other tables stay."""
    terms = pd.Index(corpus.sql("SELECT DISTINCT term FROM counts")["term"])
    return corpus.replace(counts=corpus.count_terms_of(terms[chosen(terms)]))


def count_matrix(
    corpus: Corpus, passage_ids: pd.Series, rows: np.ndarray, *, left_out: Iterable[str] = ()
) -> tuple[Any, pd.Index]:
    """Lay out the counts of some passages as a sparse matrix."""
    return corpus.matrix(passage_ids, rows, left_out)
