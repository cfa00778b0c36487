"""Terms: the counts of some of them, and texts by terms as a matrix, gathered without holding all counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from .corpus import Corpus, table_of
from .tables import find_places


def keep_terms(corpus: Corpus, chosen: Callable[[pd.Index], np.ndarray]) -> Corpus:
    """Keep of the counts of a corpus those of some terms; the other tables stay.

    In: a corpus and a function from terms to whether they are kept. Out: the corpus, with `counts` in memory. Known
    weakness: the rest of the counts is no longer there, so the words of a passage no longer add up.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> corpus = keep_terms(ah.load_corpus(), lambda terms: terms.isin(["fentanyl"]))
    >>> corpus.counts["term"].unique().tolist()
    ['fentanyl']
    """
    found = []
    for piece in table_of(corpus, "counts").pieces(["passage_id", "term", "n"]):
        kept = np.append(chosen(piece["term"].cat.categories), False)[piece["term"].cat.codes]
        found.append(piece[kept].astype({"passage_id": "str", "term": "str"}))
    return Corpus(**vars(corpus) | {"counts": pd.concat(found, ignore_index=True)})


def count_matrix(
    corpus: Corpus, passage_ids: pd.Series, rows: np.ndarray, *, left_out: Iterable[str] = ()
) -> tuple[Any, pd.Index]:
    """Lay out the counts of some passages as a sparse matrix: texts, or pieces of texts, by terms.

    In: a corpus, the ids of passages, the row of the matrix in which each is counted (from 0, none without a passage),
    and terms to leave out. Out: the matrix (of float64) and its terms, sorted.

    Source: the counts are read a million rows at a time, and only those of these passages stay. Known weakness:
    the matrix is held in memory: 12 bytes a term of a text, and three times that while it is put together.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> corpus = ah.load_corpus().where(collection="articles")
    >>> first = corpus.passages.head(2)
    >>> matrix, terms = count_matrix(corpus, first["passage_id"], np.array([0, 0]))
    >>> int(matrix.sum()) >= int(first["n_words"].sum()), terms.is_monotonic_increasing
    (True, True)
    """
    from scipy.sparse import csr_matrix

    among, not_counted, columns, cells = pd.Index(passage_ids), pd.Index(list(left_out)), {}, []
    for piece in table_of(corpus, "counts").pieces(["passage_id", "term", "n"]):
        place = np.append(rows, -1)[find_places(piece["passage_id"], among)]
        kept = (place >= 0) & (find_places(piece["term"], not_counted) < 0)
        cells.append(_add_up(piece[kept], place[kept].astype("int32"), columns))
    row, column, n = (np.concatenate(part) for part in zip(*cells, strict=True))
    del cells
    terms = sorted(columns)
    place = np.empty(len(terms), dtype="int32")
    place[[columns[term] for term in terms]] = np.arange(len(terms), dtype="int32")
    matrix = csr_matrix((n.astype("float64"), (row, place[column])), shape=(int(rows.max(initial=-1)) + 1, len(terms)))
    return matrix, pd.Index(terms, dtype="str")


def _add_up(
    counts: pd.DataFrame, rows: np.ndarray, columns: dict[str, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add up the counts of each row and term: row, column, count of each cell. New terms get the next columns."""
    from scipy.sparse import csr_matrix

    used, codes = np.unique(counts["term"].cat.codes.to_numpy(), return_inverse=True)
    shape = int(rows.max(initial=-1)) + 1, len(used)
    block = csr_matrix((counts["n"].to_numpy(), (rows, codes)), shape=shape).tocoo()
    names = counts["term"].cat.categories[used].tolist()
    places = np.array([columns.setdefault(name, len(columns)) for name in names], dtype="int32")
    return block.row, places[block.col], block.data
