"""Keyness: which words tell groups of texts apart, and whether that is more than the luck of a few texts."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, diags
from scipy.special import chdtrc, ndtr, xlogy

from .corpus import PERIODS, Corpus, add_period, check_columns
from .errors import TalksError
from .uncertainty import MIN_A_SIDE, SEED, relabel, say_too_few, stratify
from .words import is_name

PRIOR_WORDS = 500
MIN_DOCUMENTS = 12
_BLOCK = 50  # relabellings at a time: the product of a block stays under 50 MB


class _Units(NamedTuple):
    """Documents by terms: counts, words, the group of each document and its stratum."""

    counts: csr_matrix
    n_words: np.ndarray
    first: np.ndarray
    strata: np.ndarray
    terms: pd.Index
    n_left_out: int


def keyness(
    corpus: Corpus,
    by: str = "side",
    first: str = "CN",
    second: str = "US",
    *,
    within: list[str] | None = None,
    min_documents: int = MIN_DOCUMENTS,
    n_draws: int = 1_000,
    seed: int = SEED,
) -> pd.DataFrame:
    """Find the words that tell two groups of documents apart, and test whether they really do.

    In: a corpus (cut it to the officials' own voice before); `by`, a column of `documents` or `passages`, and two
    values; `within`, columns (also year, month, week) that make strata: documents are compared within one, and strata
    with under 4 documents of a group left out. Out: a row a term of at least `min_documents` documents, without
    names: `term`, `rate_first`, `rate_second` (mean per 1,000 words), `log_ratio` (base 2), `z`, `documents_first`,
    `documents_second`, `p_value` (missing under 4 documents in a group); `attrs` has `n_first`, `n_second`,
    `n_left_out`. `z` only orders: it takes words for independent. `p_value` decides: whole documents are relabelled
    within strata, and the largest correlation of the label with any word's root rate is the yardstick for all. Raises
    `TalksError` for an unknown column and a group without a document. Source: Monroe, Colaresi and Quinn (2008,
    log-odds with a Dirichlet prior of 500 words); Westfall and Young (1993). Known weakness: what the strata do not
    hold equal (kind of text, speaker) may be what the words show.

    >>> own = ah.load_corpus().where(collection="statements_2025", genre="readout", speaker_side=["US", "CN"])
    >>> words = ah.keyness(own, min_documents=20, n_draws=99)
    >>> words.attrs["n_first"], words.attrs["n_second"]
    (35, 11)
    """
    units = _gather(corpus, by, (first, second), within, min_documents)
    n_first, n_second = int(units.first.sum()), int((~units.first).sum())
    p_values = np.nan
    if not say_too_few(n_first, n_second):
        correlate = _standardise(units)
        largest = _largest(correlate, relabel(units.first, units.strata, n_draws, seed))
        as_large = n_draws - np.searchsorted(largest, correlate(units.first[None])[:, 0] - 1e-9)
        p_values = (1 + as_large) / (1 + n_draws)
    table = _describe_terms(units).assign(p_value=p_values).round(6)
    table = table.sort_values(["z", "term"], ascending=[False, True], ignore_index=True)
    table.attrs.update(n_first=n_first, n_second=n_second, n_left_out=units.n_left_out)
    return table


def calibrate_keyness(
    corpus: Corpus,
    by: str = "side",
    first: str = "CN",
    second: str = "US",
    *,
    min_documents: int = MIN_DOCUMENTS,
    n_relabellings: int = 100,
    seed: int = SEED,
) -> pd.DataFrame:
    """Show what each test of words would claim about sides that were drawn by lot, where nothing can tell them apart.

    In: as for `keyness`. Out: `test`, `share_of_terms` called different at .05, `share_of_draws` with any; honest is
    .05. Raises `TalksError` with under 4 documents in a group. Source: z over 1.96; z and G2 (Dunning 1993) corrected
    by Benjamini and Hochberg (1995); the rate test of `keyness`. Known weakness: it judges these texts only.

    >>> own = ah.load_corpus().where(collection="statements_2025", genre="readout", speaker_side=["US", "CN"])
    >>> ah.calibrate_keyness(own, n_relabellings=5)["test"].tolist()
    ['z over 1.96', 'z, corrected', 'G2, corrected', 'rate test']
    """
    from scipy.stats import false_discovery_control  # takes seconds to import

    units = _gather(corpus, by, (first, second), None, min_documents)
    if too_few := say_too_few(int(units.first.sum()), int((~units.first).sum())):
        raise TalksError(f"{too_few}, because fewer cannot be told from luck; give more texts")
    labels = relabel(units.first, units.strata, n_relabellings, seed)
    correlate = _standardise(units)
    yardstick = _largest(correlate, relabel(units.first, units.strata, 499, seed + 1))[-25]  # p < .05 of 500
    rows = []
    for drawn in labels:
        z, g2 = _log_odds(units, drawn), _likelihood_ratio(units, drawn)
        corrected = (false_discovery_control(p) <= 0.05 for p in (2 * ndtr(-np.abs(z)), chdtrc(1, g2)))
        named = (np.abs(z) > 1.96, *corrected, correlate(drawn[None])[:, 0] > yardstick)
        rows.append([called.sum() for called in named])
    named = pd.DataFrame(rows, columns=["z over 1.96", "z, corrected", "G2, corrected", "rate test"])
    table = pd.DataFrame({"share_of_terms": named.mean() / len(units.terms), "share_of_draws": (named > 0).mean()})
    return table.round(4).rename_axis("test").reset_index()


def combine_keyness(tables: dict[str, pd.DataFrame], level: float = 0.05) -> pd.DataFrame:
    """Tell which words hold in several comparisons: pooled, within kinds of text, among spokespersons, ...

    In: tables of `keyness` by name. Out: `term`, `n_tested` (comparisons that test it), `n_passed` (p below `level`),
    `n_first`, `n_second` (in which that group says it more), a column a comparison with its p value, by `n_passed`.
    Source: `keyness`, once for each. Known weakness: comparisons share documents; three are not three proofs.

    >>> one = pd.DataFrame({"term": ["accord"], "log_ratio": [2.0], "p_value": [0.01]})
    >>> two = pd.DataFrame({"term": ["accord"], "log_ratio": [-1.0], "p_value": [0.20]})
    >>> combine_keyness({"spoken": one, "written": two}).to_numpy().tolist()
    [['accord', 2, 1, 1, 1, 0.01, 0.2]]
    """
    p_values, ratios = (
        pd.concat({name: table.set_index("term")[column] for name, table in tables.items()}, axis=1)
        for column in ("p_value", "log_ratio")
    )
    counted = {"n_tested": p_values.notna(), "n_passed": p_values < level}
    counted |= {"n_first": ratios > 0, "n_second": ratios < 0}
    table = pd.DataFrame({name: told.sum(axis=1) for name, told in counted.items()})
    table = table.join(p_values).rename_axis("term").reset_index()
    return table.sort_values(["n_passed", "term"], ascending=[False, True], ignore_index=True)


def _gather(corpus: Corpus, by: str, groups: tuple[str, str], within: list[str] | None, min_documents: int) -> _Units:
    """Lay out the documents of two groups as a sparse matrix of counts, with group and stratum."""
    columns = list(dict.fromkeys([by, *(within or [])]))
    documents = reduce(add_period, sorted(set(columns) & set(PERIODS)), corpus.documents)
    check_columns(columns, [*documents, *corpus.columns("passages"), *PERIODS])
    of_document = [name for name in columns if name in documents]
    passages = corpus.body(["passage_id", "doc_id", "n_words", *(name for name in columns if name not in documents)])
    spoken = passages.merge(documents[["doc_id", *of_document]], on="doc_id")
    spoken = spoken[spoken[by].isin(groups) & (spoken["n_words"] > 0)].dropna(subset=columns)
    keys = ["doc_id", *columns]
    units = spoken.groupby(keys, observed=True)["n_words"].sum().reset_index()
    first = (units[by] == groups[0]).to_numpy()
    strata, kept = stratify(units, first, within)
    units, first = units[kept].reset_index(drop=True).reset_index(names="row"), first[kept]
    strata = np.unique(strata[kept], return_inverse=True)[1]
    missing = " or ".join(group for group, there in zip(groups, (first, ~first), strict=True) if not there.any())
    if missing:
        narrowed = set(groups) <= set(spoken[by])  # both are there, but in no stratum together
        remedy = "compare within fewer columns" if narrowed else "give a column side (US or CN) in the metadata"
        which = f"of the side {missing}" if by.endswith("side") else f"with {by} = {missing}"
        raise TalksError(
            f"no document {which} is left; expected documents of both groups, at "
            f"least {MIN_A_SIDE} of each in a stratum, because this compares them; {remedy}, or choose other values"
        )
    rows = spoken.merge(units[["row", *keys]], on=keys)
    matrix, terms = corpus.matrix(rows["passage_id"], rows["row"].to_numpy())
    wanted = matrix.getnnz(axis=0) >= min_documents
    wanted[wanted] = ~is_name(terms[wanted])
    if not wanted.any():
        raise TalksError(
            f"no word is used by {min_documents} of the {len(units)} documents; expected some; lower min_documents"
        )
    n_words = units["n_words"].to_numpy(dtype="float64")
    return _Units(matrix[:, wanted], n_words, first, strata, terms[wanted], int((~kept).sum()))


def _describe_terms(units: _Units) -> pd.DataFrame:
    rates, sides = _rates(units), (units.first, ~units.first)
    first, second = (np.asarray(rates[side].mean(axis=0)).ravel() for side in sides)
    n_first, n_second = (units.counts[side].getnnz(axis=0) for side in sides)
    with np.errstate(divide="ignore"):
        ratio = np.log2(first) - np.log2(second)
    table = pd.DataFrame({"term": units.terms, "rate_first": first, "rate_second": second, "log_ratio": ratio})
    return table.assign(z=_log_odds(units, units.first), documents_first=n_first, documents_second=n_second)


def _rates(units: _Units) -> csr_matrix:
    """Rates per 1,000 words: the matrix of the counts with other numbers in its cells."""
    rates = units.counts.copy()
    rates.data *= np.repeat(1_000 / units.n_words, np.diff(rates.indptr))
    return rates


def _sums(units: _Units, first: np.ndarray) -> tuple[np.ndarray, np.ndarray, float, float]:
    n_first, n_second = float(units.n_words[first].sum()), float(units.n_words[~first].sum())
    total = np.asarray(units.counts.sum(axis=0)).ravel()
    inside = units.counts.T @ first.astype("float64")
    return inside, total - inside, n_first, n_second


def _log_odds(units: _Units, first: np.ndarray) -> np.ndarray:
    """Log-odds ratio with an informative Dirichlet prior, divided by its standard deviation."""
    y1, y2, n1, n2 = _sums(units, first)
    prior = PRIOR_WORDS * (y1 + y2) / (n1 + n2)
    odds = [np.log((y + prior) / (n + PRIOR_WORDS - y - prior)) for y, n in ((y1, n1), (y2, n2))]
    return (odds[0] - odds[1]) / np.sqrt(1 / (y1 + prior) + 1 / (y2 + prior))


def _likelihood_ratio(units: _Units, first: np.ndarray) -> np.ndarray:
    y1, y2, n1, n2 = _sums(units, first)
    share = (y1 + y2) / (n1 + n2)
    cells = ((y1, n1 * share), (y2, n2 * share), (n1 - y1, n1 * (1 - share)), (n2 - y2, n2 * (1 - share)))
    return np.maximum(2 * sum(xlogy(seen, seen / expected) for seen, expected in cells), 0)


def _standardise(units: _Units) -> Callable[[np.ndarray], np.ndarray]:
    """Prepare the rate test: a function from labels, one row a draw, to correlations of any size, terms by draws."""
    roots = _rates(units).sqrt()
    n = np.bincount(units.strata)
    strata = csr_matrix((np.ones(len(units.strata)), (units.strata, np.arange(len(units.strata)))))
    sums = strata @ roots
    spread = roots.multiply(roots).sum(axis=0) - sums.multiply(sums).multiply(1 / n[:, None]).sum(axis=0)
    spread = np.asarray(spread).ravel()
    share = (np.bincount(units.strata, weights=units.first) / n)[units.strata]
    weight = np.square(units.first - share).sum()
    scale = 1 / np.sqrt(np.where(spread > 1e-12, spread, np.inf) * weight)
    scaled = (diags(scale) @ roots.T).tocsr()
    return lambda labels: np.abs(scaled @ (labels - share).T)


def _largest(correlate: Callable[[np.ndarray], np.ndarray], labels: np.ndarray) -> np.ndarray:
    """The largest correlation of any term, for each draw, sorted; a block of draws at a time bounds the memory."""
    blocks = (labels[start : start + _BLOCK] for start in range(0, len(labels), _BLOCK))
    return np.sort(np.concatenate([correlate(block).max(axis=0) for block in blocks]))
