"""Keyness: which words tell groups of texts apart, and whether that is more than the luck of a few texts."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, diags
from scipy.special import chdtrc

from .corpus import PERIODS, Corpus, find_units
from .errors import TalksError
from .uncertainty import MIN_A_SIDE, POWER, SEED, Design, add_up, lay_out
from .words import is_name

PRIOR_WORDS = 500
MIN_DOCUMENTS = 12
_BLOCK = 50  # relabellings at a time: the product of a block stays under 50 MB


class _Units(NamedTuple):
    counts: csr_matrix
    n_words: np.ndarray
    design: Design
    terms: pd.Index


def keyness(
    corpus: Corpus,
    by: str = "side",
    first: str = "CN",
    second: str = "US",
    *,
    within: list[str] | None = None,
    clusters: str | None = None,
    min_documents: int = MIN_DOCUMENTS,
    n_draws: int = 1_000,
    seed: int = SEED,
) -> pd.DataFrame:
    """Find the words that tell two groups of documents apart, and test whether they really do.

    In: `by`, a column, and two values; `within`, columns (also year, month, week) that make strata; `clusters`, a
    column whose texts move together. Out: a row a term of `min_documents`, without names: `rate_...` (mean per 1,000
    words), `log_ratio` (base 2), its `error`, `z` to order, `documents_...`, `p_value` to decide (largest correlation
    of any word's root rate with labels by lot; none under 4 units a group), `smallest_ratio` found in 80 of 100. Raises
    `TalksError` for an unknown column or value. Source: Monroe, Colaresi and Quinn (2008; prior of 500 words); Westfall
    and Young (1993). Known weakness: strata do not hold all else equal.

    >>> ah.keyness(ah.load_corpus().where(collection="articles"), min_documents=3).attrs["n_first"]
    3
    """
    units = _gather(corpus, by, (first, second), within, clusters, min_documents)
    design, p_values, smallest = units.design, np.nan, np.nan
    if not design.too_few:
        test = _standardise(units)
        largest, luck = test.find_largest(design.relabel(n_draws, seed))
        observed = test.correlate(design.labels[None])[:, 0]
        p_values = (1 + n_draws - np.searchsorted(largest, observed - 1e-9)) / (1 + n_draws)
        smallest = test.find_ratio(np.quantile(largest, 0.95), luck)
    rates, sides = _rates(units), {"first": design.labels, "second": ~design.labels}
    means = {f"rate_{name}": np.asarray(rates[side].mean(axis=0)).ravel() for name, side in sides.items()}
    errors = [_relative_error(rates[side], design.units[side]) for side in sides.values()]
    with np.errstate(divide="ignore"):
        ratio = np.subtract(*np.log2(list(means.values())))
    columns = {"term": units.terms} | means | {"log_ratio": ratio, "error": np.hypot(*errors) / np.log(2)}
    columns["z"] = _compare_counts(units, design.labels)
    columns |= {f"documents_{name}": units.counts[side].getnnz(axis=0) for name, side in sides.items()}
    table = pd.DataFrame(columns | {"p_value": p_values, "smallest_ratio": smallest}).round(6)
    table = table.sort_values(["z", "term"], ascending=[False, True], ignore_index=True)
    table.attrs = {f"n_{name}": int(side.sum()) for name, side in sides.items()}
    table.attrs |= {"n_left_out": int((~design.kept).sum()), "reason": design.too_few}
    return table.assign(n_clusters=max(design.units) + 1, n_effective=design.n_effective) if clusters else table


def combine_keyness(tables: dict[str, pd.DataFrame], level: float = 0.05) -> pd.DataFrame:
    """Tell which words hold in several comparisons: pooled, within kinds of text, among spokespersons, ...

    In: tables of `keyness` by name. Out: `term`, `n_tested`, `n_passed` (p below `level`), `n_first`, `n_second` (where
    that group says it more), a p value each, `smallest_ratio` found by each, `p_differ`: do log ratios differ
    (Cochran's Q, Bonferroni)? Source: Gelman and Stern (2006). Known weakness: comparisons share documents.

    >>> one = pd.DataFrame({"term": ["accord"], "log_ratio": [2.0], "error": [0.5], "p_value": [0.01]})
    >>> combine_keyness({"spoken": one, "written": one.assign(log_ratio=1.0)})["p_differ"].tolist()
    [0.157299]
    """
    columns = ["p_value", "log_ratio", "error", "smallest_ratio"]
    tables = {name: table.set_index("term").reindex(columns=columns) for name, table in tables.items()}
    p_values, ratios, errors, smallest = (
        pd.concat({name: table[column] for name, table in tables.items()}, axis=1) for column in columns
    )
    counted = {"n_tested": p_values.notna(), "n_passed": p_values < level}
    counted |= {"n_first": ratios > 0, "n_second": ratios < 0}
    table = pd.DataFrame({name: told.sum(axis=1) for name, told in counted.items()})
    weights = (1 / errors**2).where(np.isfinite(ratios) & np.isfinite(errors))
    moved = ratios.sub((ratios * weights).sum(axis=1) / weights.sum(axis=1), axis=0)
    p_differ = chdtrc(weights.count(axis=1) - 1, (weights * moved**2).sum(axis=1))
    p_differ = np.minimum(p_differ.where(weights.count(axis=1) > 1) * len(table), 1).round(6)
    table = table.assign(p_differ=p_differ).join(p_values).assign(smallest_ratio=smallest.max(axis=1, skipna=False))
    table = table.rename_axis("term").reset_index()
    return table.sort_values(["n_passed", "term"], ascending=[False, True], ignore_index=True)


def _gather(
    corpus: Corpus, by: str, groups: tuple[str, str], within: list[str] | None, clusters: str | None, min_documents: int
) -> _Units:
    passages, units = find_units(corpus, [by, *(within or [])], clusters)
    units = units[units[by].isin(groups)]
    design = lay_out(units, (units[by] == groups[0]).to_numpy(), within, "cluster" if clusters else None)
    units = units[design.kept]
    if missing := " or ".join(group for group in groups if group not in set(units[by])):
        if by not in PERIODS:
            corpus.where(**{by: list(groups)})  # refuses a value that is known nowhere
        which = f"of the side {missing}" if by.endswith("side") else f"with {by} = {missing}"
        least = f"expected documents of both groups, at least {MIN_A_SIDE} of each in a stratum"
        remedy = "compare within fewer columns, give a column side (US or CN) in the metadata, or choose other values"
        raise TalksError(f"no document {which} is left; {least}, because this compares them; {remedy}")
    rows = passages["unit"].map(pd.Series(np.arange(len(units)), units.index)).dropna().astype("int64")
    matrix, terms = corpus.matrix(passages.loc[rows.index, "passage_id"], rows.to_numpy())
    wanted = matrix.getnnz(axis=0) >= min_documents
    wanted[wanted] = ~is_name(terms[wanted])
    if not wanted.any():
        found = f"no word is used by {min_documents} of the {len(units)} documents"
        raise TalksError(f"{found}; expected some; lower min_documents")
    return _Units(matrix[:, wanted], units["n_words"].to_numpy(dtype="float64"), design, terms[wanted])


def _relative_error(rates: csr_matrix, clusters: np.ndarray) -> np.ndarray:
    codes = np.unique(clusters, return_inverse=True)[1]
    sums = add_up(rates, codes)
    sizes, mean = np.bincount(codes), np.asarray(rates.mean(axis=0)).ravel()
    squares = np.asarray(sums.multiply(sums).sum(axis=0)).ravel() - 2 * mean * (sums.T @ sizes)
    squares += np.square(mean) * np.square(sizes).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(np.maximum(squares, 0) * len(sizes) / (len(sizes) - 1)) / len(codes) / mean


def _rates(units: _Units) -> csr_matrix:
    rates = units.counts.copy()
    rates.data *= np.repeat(1_000 / units.n_words, np.diff(rates.indptr))
    return rates


def _compare_counts(units: _Units, first: np.ndarray) -> np.ndarray:
    """Give z of each term: log-odds with an informative Dirichlet prior over its deviation."""
    n1, n2 = (float(units.n_words[side].sum()) for side in (first, ~first))
    total, y1 = np.asarray(units.counts.sum(axis=0)).ravel(), units.counts.T @ first.astype("float64")
    y2, prior = total - y1, PRIOR_WORDS * total / (n1 + n2)
    odds = [np.log((y + prior) / (n + PRIOR_WORDS - y - prior)) for y, n in ((y1, n1), (y2, n2))]
    return (odds[0] - odds[1]) / np.sqrt(1 / (y1 + prior) + 1 / (y2 + prior))


class _RateTest(NamedTuple):
    """Root rates of terms, scaled to length 1 within strata, with the sum of strata, and how they grow with rates."""

    design: Design
    scaled: csr_matrix
    lengths: np.ndarray
    means: np.ndarray
    elasticity: np.ndarray  # per cent by which the mean root rate grows where the rate grows by one

    def centre(self, labels: np.ndarray) -> np.ndarray:
        """Take from each label, one row a draw, its mean within the stratum."""
        strata = self.design.strata
        return labels - (add_up(labels.T.astype("float64"), strata) / np.bincount(strata)[:, None])[strata].T

    def correlate(self, labels: np.ndarray) -> np.ndarray:
        """Correlate labels with root rates: sizes, terms by draws."""
        centred = self.centre(labels)
        return np.abs(self.scaled @ centred.T) / np.maximum(np.linalg.norm(centred, axis=1), 1e-9)

    def find_largest(self, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Find the largest correlation of any term, for each draw, sorted, and the spread of each term's over draws."""
        largest, squares = [], np.zeros(len(self.means))
        for start in range(0, len(labels), _BLOCK):  # some draws at a time bound the memory
            correlations = self.correlate(labels[start : start + _BLOCK])
            largest.extend(correlations.max(axis=0))
            squares += np.square(correlations).sum(axis=1)
        return np.sort(largest), np.sqrt(squares / len(labels))

    def find_ratio(self, cut: float, luck: np.ndarray) -> np.ndarray:
        """Find the ratio of rates at which 80 of 100 correlations pass the cut; `luck` is their spread."""
        labels = self.design.labels
        rest = np.sqrt(np.maximum(1 - self.correlate(labels[None])[:, 0] ** 2, 0))
        needed = cut / np.sqrt(max(1 - cut**2, 1e-9)) + POWER * luck
        apart = needed * self.lengths * rest / np.linalg.norm(self.centre(labels[None])) / self.means
        share = max(labels.mean(), 1 - labels.mean())  # the mean of all stays: one group rises, one falls
        with np.errstate(divide="ignore"):
            ratio = (1 + (1 - share) * apart) / np.maximum(1 - share * apart, 0)
        return (ratio ** (1 / self.elasticity)).round(2)


def _standardise(units: _Units) -> _RateTest:
    roots, strata = _rates(units).sqrt(), units.design.strata
    sums, n = add_up(roots, strata), np.bincount(strata)
    spread = roots.multiply(roots).sum(axis=0) - sums.multiply(sums).multiply(1 / n[:, None]).sum(axis=0)
    lengths = np.sqrt(np.maximum(np.asarray(spread).ravel(), 0))
    scaled = (diags(1 / np.where(lengths > 1e-6, lengths, np.inf)) @ roots.T).tocsr()
    grown, counts = roots.copy(), units.counts.data
    grown.data *= counts - np.sqrt(counts * (counts - 1))  # of Poisson counts: 1 for single words, 1/2 for many
    means, growth = (np.asarray(table.mean(axis=0)).ravel() for table in (roots, grown))
    return _RateTest(units.design, scaled, lengths, means, growth / means)
