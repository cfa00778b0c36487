"""Keyness: which words tell groups of texts apart, and whether that is more than the luck of a few texts."""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, diags
from scipy.special import chdtrc, ndtr, xlogy

from .corpus import OF_PASSAGE, PERIODS, Corpus, add_period, check_columns
from .errors import TalksError
from .uncertainty import MIN_A_SIDE, POWER, SEED, Design, find_clusters, lay_out, relabel
from .words import is_name

PRIOR_WORDS = 500
MIN_DOCUMENTS = 12
_BLOCK = 50  # relabellings at a time: the product of a block stays under 50 MB


class _Units(NamedTuple):
    """Documents by terms: counts, words, the group of each document, and what moves and is compared together."""

    counts: csr_matrix
    n_words: np.ndarray
    first: np.ndarray
    design: Design
    terms: pd.Index
    n_left_out: int


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

    In: a corpus (cut it to the officials' own voice before); `by`, a column of `documents` or `passages`, and two
    values; `within`, columns (also year, month, week) that make strata: documents are compared within one, and strata
    with under 4 documents of a group left out; `clusters`, a column (speaker, date) whose texts are not independent:
    they move together, and 4 clusters of a group are needed. Out: a row a term of at least `min_documents` documents,
    without names: `term`, `rate_first`, `rate_second` (mean per 1,000 words), `log_ratio` (base 2), its standard
    `error`, `z`, `documents_first`, `documents_second`, `p_value` (missing under 4 documents in a group),
    `smallest_ratio` that would have been found in 80 of 100 such collections, with clusters `n_clusters`,
    `n_effective` (of equal size that tell as much); `attrs` has `n_first`, `n_second`, `n_left_out`. `z` only orders:
    it takes words for independent. `p_value` decides: whole documents or clusters are relabelled within strata, and
    the largest correlation of the label with any word's root rate is the yardstick for all. Raises `TalksError` for an
    unknown column and a group without a document. Source: Monroe, Colaresi and Quinn (2008, log-odds with a Dirichlet
    prior of 500 words); Westfall and Young (1993). Known weakness: what the strata do not hold equal (kind of text,
    speaker) may be what the words show; a cluster in several strata moves in the one with most of its texts.

    >>> own = ah.load_corpus().where(collection="statements_2025", genre="readout", speaker_side=["US", "CN"])
    >>> words = ah.keyness(own, min_documents=20, n_draws=99)
    >>> words.attrs["n_first"], words.attrs["n_second"]
    (35, 11)
    """
    units = _gather(corpus, by, (first, second), within, clusters, min_documents)
    p_values = smallest = np.nan
    if not units.design.say_too_few(units.first):
        test = _standardise(units)
        largest, luck = _largest(test, relabel(units.first, units.design.blocks, n_draws, seed, units.design.units))
        observed = test.correlate(units.first[None])[:, 0]
        p_values = (1 + n_draws - np.searchsorted(largest, observed - 1e-9)) / (1 + n_draws)
        smallest = test.find_ratio(observed, np.quantile(largest, 0.95), luck)
    table = _describe_terms(units).assign(p_value=p_values, smallest_ratio=smallest).round(6)
    table = table.sort_values(["z", "term"], ascending=[False, True], ignore_index=True)
    n_first = int(units.first.sum())
    table.attrs.update(n_first=n_first, n_second=len(units.first) - n_first, n_left_out=units.n_left_out)
    if clusters:
        table = table.assign(n_clusters=max(units.design.units) + 1, n_effective=units.design.n_effective)
    return table


def calibrate_keyness(
    corpus: Corpus,
    by: str = "side",
    first: str = "CN",
    second: str = "US",
    *,
    clusters: str | None = None,
    min_documents: int = MIN_DOCUMENTS,
    n_relabellings: int = 100,
    seed: int = SEED,
) -> pd.DataFrame:
    """Show what each test of words would claim about sides that were drawn by lot, where nothing can tell them apart.

    In: as for `keyness`; `clusters` get the labels, and a last test moves them. Out: `test`, `share_of_terms` called
    different at .05, `share_of_draws` with any; honest is .05. Raises `TalksError` with under 4 units in a group.
    Source: z over 1.96; z and G2 (Dunning 1993) corrected by Benjamini and Hochberg (1995); the rate test of `keyness`.
    Known weakness: it judges these texts only.

    >>> own = ah.load_corpus().where(collection="statements_2025", genre="readout", speaker_side=["US", "CN"])
    >>> ah.calibrate_keyness(own, n_relabellings=5)["test"].tolist()
    ['z over 1.96', 'z, corrected', 'G2, corrected', 'rate test']
    """
    from scipy.stats import false_discovery_control  # takes seconds to import

    units = _gather(corpus, by, (first, second), None, clusters, min_documents)
    if too_few := units.design.say_too_few(units.first):
        raise TalksError(f"{too_few}, because fewer cannot be told from luck; give more texts")
    labels = relabel(units.first, units.design.blocks, n_relabellings, seed, units.design.units)
    test, rows = _standardise(units), []
    moved = {"rate test": None} | ({"rate test, clusters": units.design.units} if clusters else {})
    lots = {
        name: relabel(units.first, units.design.blocks, 499, seed + 1, units_of) for name, units_of in moved.items()
    }
    yardsticks = {name: _largest(test, drawn)[0][-25] for name, drawn in lots.items()}  # p < .05 of 500
    for drawn in labels:
        z, g2 = _log_odds(units, drawn), _likelihood_ratio(units, drawn)
        corrected = (false_discovery_control(p) <= 0.05 for p in (2 * ndtr(-np.abs(z)), chdtrc(1, g2)))
        correlations = test.correlate(drawn[None])[:, 0]
        named = (np.abs(z) > 1.96, *corrected, *(correlations > yardstick for yardstick in yardsticks.values()))
        rows.append([called.sum() for called in named])
    named = pd.DataFrame(rows, columns=["z over 1.96", "z, corrected", "G2, corrected", *yardsticks])
    table = pd.DataFrame({"share_of_terms": named.mean() / len(units.terms), "share_of_draws": (named > 0).mean()})
    return table.round(4).rename_axis("test").reset_index()


def combine_keyness(tables: dict[str, pd.DataFrame], level: float = 0.05) -> pd.DataFrame:
    """Tell which words hold in several comparisons: pooled, within kinds of text, among spokespersons, ...

    In: tables of `keyness` by name. Out: `term`, `n_tested` (comparisons that test it), `n_passed` (p below `level`),
    `n_first`, `n_second` (in which that group says it more), `p_differ`, a column a comparison with its p value, by
    `n_passed`, and `smallest_ratio`, that each of them would have found. That a word passes here and not there shows
    nothing: `p_differ` tests whether its log ratios differ (Cochran's Q, times the number of words; cautious where
    comparisons share documents). Source: `keyness`, once for each; Gelman and Stern (2006). Known weakness: comparisons
    share documents; three are not three proofs.

    >>> one = pd.DataFrame({"term": ["accord"], "log_ratio": [2.0], "error": [0.5], "p_value": [0.01]})
    >>> two = pd.DataFrame({"term": ["accord"], "log_ratio": [1.0], "error": [0.6], "p_value": [0.20]})
    >>> combine_keyness({"spoken": one, "written": two})[["term", "n_passed", "p_differ"]].to_numpy().tolist()
    [['accord', 1, 0.200415]]
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
    """Lay out the documents of two groups as a sparse matrix of counts, with group, stratum and cluster."""
    columns = list(dict.fromkeys([by, *(within or [])]))
    documents = reduce(add_period, sorted(set(columns) & set(PERIODS)), corpus.documents.drop(columns=list(OF_PASSAGE)))
    check_columns(columns, [*documents, *corpus.columns("passages"), *PERIODS])
    of_document = [name for name in columns if name in documents]
    passages = corpus.body(["passage_id", "doc_id", "n_words", *(name for name in columns if name not in documents)])
    spoken = passages.merge(documents[["doc_id", *of_document]], on="doc_id")
    spoken = spoken[spoken[by].isin(groups) & (spoken["n_words"] > 0)].dropna(subset=columns)
    keys = ["doc_id", *columns]
    units = spoken.groupby(keys, observed=True)["n_words"].sum().reset_index()
    first = (units[by] == groups[0]).to_numpy()
    design = lay_out(units, first, within, find_clusters(corpus, units, clusters) if clusters else None)
    kept = design.kept
    units, first = units[kept].reset_index(drop=True).reset_index(names="row"), first[kept]
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
    return _Units(matrix[:, wanted], n_words, first, design, terms[wanted], int((~kept).sum()))


def _describe_terms(units: _Units) -> pd.DataFrame:
    rates, sides = _rates(units), (units.first, ~units.first)
    first, second = (np.asarray(rates[side].mean(axis=0)).ravel() for side in sides)
    n_first, n_second = (units.counts[side].getnnz(axis=0) for side in sides)
    errors = [_relative_error(rates[side], units.design.units[side]) for side in sides]
    with np.errstate(divide="ignore"):
        ratio = np.log2(first) - np.log2(second)
    table = pd.DataFrame({"term": units.terms, "rate_first": first, "rate_second": second, "log_ratio": ratio})
    table = table.assign(error=np.hypot(*errors) / np.log(2), z=_log_odds(units, units.first))
    return table.assign(documents_first=n_first, documents_second=n_second)


def _relative_error(rates: csr_matrix, clusters: np.ndarray) -> np.ndarray:
    """Give the standard error of each term's mean rate as a share of it; whole clusters are the units."""
    codes = np.unique(clusters, return_inverse=True)[1]
    sums = csr_matrix((np.ones(len(codes)), (codes, np.arange(len(codes))))) @ rates
    sizes, mean = np.bincount(codes), np.asarray(rates.mean(axis=0)).ravel()
    squares = np.asarray(sums.multiply(sums).sum(axis=0)).ravel() - 2 * mean * (sums.T @ sizes)
    squares += np.square(mean) * np.square(sizes).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(np.maximum(squares, 0) * len(sizes) / (len(sizes) - 1)) / len(codes) / mean


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


class _RateTest(NamedTuple):
    """Root rates of terms, scaled to length 1 within strata, how they grow with the rate, labels and strata."""

    scaled: csr_matrix
    lengths: np.ndarray
    means: np.ndarray
    elasticity: np.ndarray  # per cent by which the mean root rate grows where the rate grows by one
    labels: np.ndarray
    strata: csr_matrix

    def centre(self, labels: np.ndarray) -> np.ndarray:
        """Take from each label, one row a draw, its mean within the stratum."""
        means = (self.strata @ labels.T.astype("float64")) / self.strata.sum(axis=1)
        return labels - (self.strata.T @ np.asarray(means)).T

    def correlate(self, labels: np.ndarray) -> np.ndarray:
        """Correlate labels with root rates: sizes, terms by draws."""
        centred = self.centre(labels)
        return np.abs(self.scaled @ centred.T) / np.maximum(np.linalg.norm(centred, axis=1), 1e-9)

    def find_ratio(self, observed: np.ndarray, cut: float, luck: np.ndarray) -> np.ndarray:
        """Give the ratio of rates at which 80 of 100 correlations pass the cut; `luck` is their spread."""
        needed = cut / np.sqrt(max(1 - cut**2, 1e-9)) + POWER * luck
        length = np.linalg.norm(self.centre(self.labels[None]))
        apart = needed * self.lengths * np.sqrt(np.maximum(1 - observed**2, 0)) / length / self.means
        share = max(self.labels.mean(), 1 - self.labels.mean())  # the mean of all stays: one group rises, one falls
        with np.errstate(divide="ignore"):
            ratio = (1 + (1 - share) * apart) / np.maximum(1 - share * apart, 0)
        return (ratio ** (1 / self.elasticity)).round(2)


def _standardise(units: _Units) -> _RateTest:
    """Prepare the rate test: root rates within strata, of length 1; those that do not vary stay 0."""
    roots, places = _rates(units).sqrt(), np.arange(len(units.first))
    strata = csr_matrix((np.ones(len(places)), (units.design.strata, places)))
    sums, n = strata @ roots, np.bincount(units.design.strata)
    spread = roots.multiply(roots).sum(axis=0) - sums.multiply(sums).multiply(1 / n[:, None]).sum(axis=0)
    lengths = np.sqrt(np.maximum(np.asarray(spread).ravel(), 0))
    scaled = (diags(1 / np.where(lengths > 1e-6, lengths, np.inf)) @ roots.T).tocsr()
    grown, counts = roots.copy(), units.counts.data
    grown.data *= counts - np.sqrt(counts * (counts - 1))  # of Poisson counts: 1 for single words, 1/2 for many
    means, growth = (np.asarray(table.mean(axis=0)).ravel() for table in (roots, grown))
    return _RateTest(scaled, lengths, means, growth / means, units.first, strata)


def _largest(test: _RateTest, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The largest correlation of any term, for each draw, sorted, and the spread of each term's over the draws."""
    largest, squares = [], np.zeros(test.scaled.shape[0])
    for start in range(0, len(labels), _BLOCK):  # some draws at a time bound the memory
        correlations = test.correlate(labels[start : start + _BLOCK])
        largest.append(correlations.max(axis=0))
        squares += np.square(correlations).sum(axis=1)
    return np.sort(np.concatenate(largest)), np.sqrt(squares / len(labels))
