"""Uncertainty: intervals and small-sample rules. The only place that makes random numbers."""

from __future__ import annotations

from itertools import combinations, product
from math import comb, prod
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtrit  # scipy.stats takes seconds to import; the tests hold it against that

from .corpus import Corpus, check_columns

SEED = 20_250_510
MIN_VALUES = 5  # fewer do not show how skewed they are
MIN_CLUSTERS = 10
POWER = 0.84  # standard errors beyond the cut at which 80 of 100 samples pass it
MIN_A_SIDE = 4  # 3 against 3 documents cannot give a two-sided p under .1; 4 against 4 can reach .029
EXACT_UP_TO = 10_000
_NUMBERS = 10_000_000  # random numbers at a time: the draws are the same, in less memory


class Interval(NamedTuple):
    """A mean over documents, its interval, what it rests on, and why there is no interval."""

    mean: float
    low: float
    high: float
    n_documents: int
    n_clusters: int  # documents, where none belong together
    n_effective: float  # clusters of equal size that would tell as much (Kish 1965)
    reason: str


def mean_interval(values: ArrayLike, groups: ArrayLike | None = None, *, clusters: ArrayLike | None = None) -> Interval:
    """Give the mean over documents with a 95 % interval that allows for skewed values.

    In: values and, where a document has several, their document ids as `groups`: each document weighs the same;
    missing values are left out; `clusters`, what documents share (a speaker, a day; those without one are one
    cluster). Out: `Interval`; low and high are NaN, and `reason` says why, under 5 documents, where all values but
    one are equal, under 10 clusters, and where `n_effective` is under half of the clusters. Source: Hall (1992), the
    cubic transformation of t, which needs no draws; clusters: the jackknife that leaves one out. Known weakness:
    values more skewed than a lognormal of spread 1 are covered less often; docs/reading.md has the coverage.

    >>> mean_interval([1.0, 3.0, 5.0], groups=["a", "a", "b"])[3:]
    (2, 2, 2.0, '2 documents; expected 5')
    >>> mean_interval([1.0, 2.0, 3.0, 4.0, 5.0])[:3]
    (3.0, 1.036757, 4.963243)
    """
    if groups is not None:
        data = pd.DataFrame({"value": np.asarray(values, dtype="float64"), "cluster": clusters})
        data = data.groupby(np.asarray(groups)).agg({"value": "mean", "cluster": "first"})
        values, clusters = data["value"], None if clusters is None else data["cluster"]
    values = np.asarray(values, dtype="float64")
    known = ~np.isnan(values)
    values, n = values[known], int(known.sum())
    codes = np.arange(n) if clusters is None else pd.factorize(np.asarray(clusters)[known], use_na_sentinel=False)[0]
    sizes = np.bincount(codes)
    mean, n_units, n_effective = values.mean() if n else np.nan, len(sizes), measure_effective(sizes)
    least, unit = (MIN_VALUES, "documents") if clusters is None else (MIN_CLUSTERS, "clusters")
    moved = np.bincount(codes, weights=values - mean) / np.maximum(n - sizes, 1)  # by the mean, without each unit
    variance = float(np.square(moved).sum()) * (n_units - 1) / max(1, n_units)
    reason, bounds = "", np.full(2, np.nan)
    if n_units < least:
        reason = f"{n_units} {unit}; expected {least}"
    elif n_effective < n_units / 2:
        reason = f"{n_units} clusters so unequal that they tell no more than {n_effective:.0f} equal ones"
    elif np.unique(values, return_counts=True)[1].max() >= n - 1 or variance == 0:  # squares can vanish
        reason = "all values are equal, or all but one"
    else:
        third = ((moved / variance**0.5) ** 3).sum() * (n_units - 1) ** 2 / (n_units * (n_units - 2))
        bounds = mean - variance**0.5 * _bend(float(third), n_effective)
    return Interval(*(round(float(value), 6) for value in (mean, *bounds)), n, n_units, n_effective, reason)


def _bend(skewness: float, n: float) -> np.ndarray:
    """Bend Student's t for the skewness of the mean, by Hall's cubic: the quantiles for the low and the high bound.

    The skewness of few values comes out too small, hence 8 / n more; beyond 1.1 / t, Hall's bound comes nearer again.
    """
    t = float(stdtrit(n - 1, 0.975))
    skewness, t = np.clip(skewness * (1 + 8 / n), -1.1 / t, 1.1 / t), np.array([t, -t])
    return t if abs(skewness) < 1e-6 else 3 / skewness * (np.cbrt(1 + skewness * (t - skewness / 6)) - 1)


def measure_effective(sizes: np.ndarray) -> float:
    """Tell how many clusters of equal size would tell as much: Kish's effective sample size."""
    return round(float(sizes.sum() ** 2 / max(1, np.square(sizes).sum())), 1)


def difference_interval(
    first: ArrayLike, second: ArrayLike, *, clusters: tuple[ArrayLike, ArrayLike] | None = None
) -> Interval:
    """Give the difference between two means over documents, first minus second, with its 95 % interval.

    In: one value per document for each of two groups; missing values are left out; `clusters`, those of the first and
    of the second group, as for `mean_interval`. Out: `Interval` (the difference as `mean`, the rest of both groups);
    none where one of the means has none. Source: both intervals joined by MOVER (Zou and Donner 2008). Known weakness:
    a speaker or day of both groups counts as two clusters; small groups without skewness are covered in .97.

    >>> difference_interval([2.0, 4.0, 6.0, 3.0, 5.0], [1.0, 2.0, 3.0, 1.5, 2.5])[:4]
    (2.0, -0.194973, 4.194973, 10)
    """
    pairs = zip((first, second), clusters or (None, None), strict=True)
    return subtract(*(mean_interval(values, clusters=given) for values, given in pairs))


def subtract(first: Interval, second: Interval) -> Interval:
    """Join the intervals of two figures to that of their difference (method of variance estimates recovery)."""
    mean = first.mean - second.mean
    low = mean - np.hypot(first.mean - first.low, second.high - second.mean)
    high = mean + np.hypot(first.high - first.mean, second.mean - second.low)
    counts = (one + other for one, other in zip(first[3:6], second[3:6], strict=True))
    reasons = dict.fromkeys(filter(None, (first.reason, second.reason)))
    return Interval(*(round(float(value), 6) for value in (mean, low, high)), *counts, "; ".join(reasons))


def smallest_ratio(first: Interval, second: Interval) -> float:
    """Give the smallest ratio of two means whose difference leaves out zero in 80 of 100 such collections.

    Spread is taken to grow with the mean, as that of rates does; solved for the ratio as in Fieller (1954).
    """
    ratios = []
    for larger, smaller in ((first, second), (second, first)):
        more, less = (
            np.square((1 + POWER / stdtrit(one.n_effective - 1, 0.975)) * arm / one.mean) if one.mean > 0 else np.nan
            for one, arm in ((larger, larger.mean - larger.low), (smaller, smaller.high - smaller.mean))
        )
        ratios.append(np.inf if more >= 1 else (1 + np.sqrt(1 - (1 - more) * (1 - less))) / (1 - more))
    return round(float(max(ratios)), 2)


class Permutation(NamedTuple):
    """A difference between two groups of documents, and how often chance alone gives one as large."""

    difference: float
    p_value: float
    n_first: int
    n_second: int
    reason: str
    smallest: float  # difference that would have been found in 80 of 100 such collections
    n_effective: float


def permutation_p(
    table: pd.DataFrame,
    value: str,
    by: str = "side",
    first: str = "CN",
    second: str = "US",
    *,
    within: list[str] | None = None,
    clusters: str | None = None,
    n_draws: int = 1_000,
    seed: int = SEED,
) -> Permutation:
    """Ask how often a difference as large would come about if the documents had no sides.

    In: a table with one row per document; the columns of value and groups, two groups; `within`, columns that make
    strata: labels move within one; strata with under 4 documents of a group are left out; `clusters`, a column:
    documents that share it move together. Out: `Permutation`: `difference` (first minus second; the weighted mean over
    strata), two-sided `p_value`, documents used, `reason`: why there is no p (under 4 against 4), or "exact" where all
    (up to 10,000) relabellings were tried, not `n_draws` by lot; `smallest`, the difference that would have been found
    in 80 of 100. Source: Fisher's randomisation test; Phipson and Smyth (2010). Known weakness: it says not how much.

    >>> table = pd.DataFrame({"side": ["CN"] * 4 + ["US"] * 4, "tone": [5, 6, 7, 8, 1, 2, 3, 4]})
    >>> permutation_p(table, "tone").p_value
    0.028571
    """
    rows = table[table[by].isin([first, second])].dropna(subset=[value, *(within or [])])
    labels = (rows[by] == first).to_numpy()
    design = lay_out(rows, labels, within, rows[clusters] if clusters else None)
    values, labels = rows[value].to_numpy(dtype="float64")[design.kept], labels[design.kept]
    n_first, n_second = int(labels.sum()), int((~labels).sum())
    if reason := design.say_too_few(labels):
        if not design.kept.all():
            reason = f"{(rows[by] == first).sum()} against {(rows[by] == second).sum()} documents, in strata {reason}"
        difference = float(values[labels].mean() - values[~labels].mean()) if n_first and n_second else np.nan
        return Permutation(round(difference, 6), np.nan, n_first, n_second, reason, np.nan, design.n_effective)
    start = np.unique(design.units, return_index=True)[1]
    exact = _n_relabellings(labels[start], design.blocks[start]) <= EXACT_UP_TO
    if exact:
        drawn = _every_labelling(labels[start], design.blocks[start])[:, design.units]
    else:
        drawn = relabel(labels, design.blocks, n_draws, seed, design.units)
    observed, *figures = _count_as_large(_differences(values, np.vstack([labels, drawn]), design.strata), exact)
    return Permutation(observed, figures[0], n_first, n_second, "exact" * exact, figures[1], design.n_effective)


def _differences(values: np.ndarray, labels: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """Give the difference of each draw: the mean over strata, each with the weight that its labels have."""
    n = np.bincount(strata)
    n_first = labels @ np.eye(len(n))[strata]
    centred = values - (np.bincount(strata, weights=values) / n)[strata]
    return labels @ centred / np.maximum((n_first * (n - n_first) / n).sum(axis=1), 1e-9)


def _count_as_large(differences: np.ndarray, exact: bool = False) -> tuple[float, float, float]:
    """Give the observed difference, which stands first, its p value, and the smallest that would be found."""
    observed, drawn = float(differences[0]), np.abs(differences[1:])
    as_large = int((drawn >= abs(observed) - 1e-9).sum())
    p_value = as_large / len(drawn) if exact else (1 + as_large) / (1 + len(drawn))
    return round(observed, 6), round(p_value, 6), round(find_smallest(drawn), 6)


def find_smallest(drawn: np.ndarray) -> float:
    """Find the smallest effect that a test would show in 80 of 100 samples, from the sizes that luck alone gives."""
    return float(np.quantile(drawn, 0.95) + POWER * np.sqrt(np.square(drawn).mean()))


class Interaction(NamedTuple):
    """How far a difference differs between two settings, its interval, and how often chance alone gives as much."""

    difference: float
    low: float
    high: float
    p_value: float
    n_documents: int
    reason: str
    smallest: float  # that would have been found in 80 of 100 such collections


def interaction_p(
    table: pd.DataFrame,
    value: str,
    across: str,
    one: object,
    other: object,
    by: str = "side",
    first: str = "CN",
    second: str = "US",
    *,
    clusters: str | None = None,
    n_draws: int = 1_000,
    seed: int = SEED,
) -> Interaction:
    """Ask whether two groups differ more in one setting (a period, a kind of text) than in the other.

    In: as for `permutation_p`; `across`, the column of the setting, and its two values. Out: `Interaction`:
    `difference` (first minus second in `one`, minus the same in `other`), its 95 % interval, two-sided `p_value`,
    `reason`, why one is missing (under 4 documents or clusters in a cell for p), `smallest`. That one difference passes
    a test and the other does not shows nothing. Source: Gelman and Stern (2006); permutation of residuals under the
    model without interaction (Still and White 1981). Known weakness: it is exact only where spreads are alike.

    >>> table = pd.DataFrame({"side": ["CN", "US"] * 10, "year": [1] * 10 + [2] * 10, "tone": [0, 9] * 5 + [9, 0] * 5})
    >>> interaction_p(table.assign(tone=table["tone"] + table.index % 3), "tone", "year", 1, 2).p_value
    0.000999
    """
    rows = table[table[by].isin([first, second]) & table[across].isin([one, other])].dropna(subset=value)
    values, inside = rows[value].to_numpy(dtype="float64"), (rows[across] == one).to_numpy()
    side = (rows[by] == first).to_numpy()
    cells = [
        mean_interval(values[cell], clusters=rows[clusters][cell] if clusters else None)
        for cell in (side & inside, ~side & inside, side & ~inside, ~side & ~inside)
    ]
    found = subtract(subtract(*cells[:2]), subtract(*cells[2:]))
    design = lay_out(rows.assign(side=side), inside, ["side"], rows[clusters] if clusters else None)
    if not len(rows) or not design.kept.all():
        reason = f"under {MIN_A_SIDE} {'clusters' if clusters else 'documents'} in a group of one setting"
        return Interaction(*found[:3], np.nan, found.n_documents, reason, np.nan)
    model = np.column_stack([np.ones(len(rows)), side, inside])
    rest = values - model @ np.linalg.lstsq(model, values, rcond=None)[0]
    drawn = np.vstack([inside, relabel(inside, design.blocks, n_draws, seed, design.units)])
    own, others = (
        _differences(rest[rows_of], drawn[:, rows_of], np.zeros(rows_of.sum(), int)) for rows_of in (side, ~side)
    )
    _, p_value, smallest = _count_as_large(own - others)
    return Interaction(*found[:3], p_value, found.n_documents, found.reason, smallest)


class Design(NamedTuple):
    """Which rows are kept; of those, what is compared in (strata), what moves together (units), in what (blocks)."""

    kept: np.ndarray
    strata: np.ndarray
    blocks: np.ndarray
    units: np.ndarray

    @property
    def n_effective(self) -> float:
        """The units that would tell as much, were they equal."""
        return measure_effective(np.bincount(self.units))

    def say_too_few(self, labels: np.ndarray) -> str:
        """Say why two groups are too small for a p value; nothing where they are not."""
        unit = "documents" if len(np.unique(self.units)) == len(labels) else "clusters"
        return say_too_few(*(len(np.unique(self.units[own])) for own in (labels, ~labels)), unit)


def say_too_few(n_first: int, n_second: int, unit: str = "documents") -> str:
    """Say why two groups of documents are too small for a p value; nothing where they are not."""
    if min(n_first, n_second) >= MIN_A_SIDE:
        return ""
    return f"{n_first} against {n_second} {unit}; expected at least {MIN_A_SIDE} of each in a stratum"


def lay_out(
    rows: pd.DataFrame, labels: np.ndarray, within: list[str] | None, clusters: pd.Series | None = None
) -> Design:
    """Tell which rows move together, and which to keep: of strata with at least 4 units of each group, or all.

    A cluster moves among those that have most of their rows in the same stratum; one of both groups is two units.
    """
    strata = rows.groupby(within).ngroup().to_numpy() if within else np.zeros(len(rows), dtype="int64")
    units, blocks = np.arange(len(rows)), strata
    if clusters is not None and len(rows):
        units = rows.groupby([clusters.to_numpy(), labels], dropna=False).ngroup().to_numpy()
        blocks = pd.crosstab(units, strata).idxmax(axis=1).to_numpy()[units]
    start = np.unique(units, return_index=True)[1]
    n, n_first = np.bincount(blocks[start]), np.bincount(blocks[start], weights=labels[start])
    kept = (np.minimum(n_first, n - n_first) >= MIN_A_SIDE)[blocks] | (not within)
    return Design(kept, *(np.unique(column[kept], return_inverse=True)[1] for column in (strata, blocks, units)))


def find_clusters(corpus: Corpus, units: pd.DataFrame, clusters: str) -> pd.Series:
    """Find the cluster of each document or part of it: its value of a column, or the speaker of most of its words."""
    check_columns([clusters], [*corpus.documents, *corpus.columns("passages")])
    if clusters in corpus.documents:
        return units["doc_id"].map(corpus.documents.set_index("doc_id")[clusters])
    if clusters in units:
        return units[clusters]
    keys = [name for name in units if name in corpus.columns("passages") and name != "n_words"]
    words = corpus.body(dict.fromkeys([*keys, clusters, "n_words", "speaker_side"]))
    words = words[words["speaker_side"] != "question"]
    words = words.groupby([*keys, clusters], observed=True, dropna=False)["n_words"].sum().reset_index()
    most = words.sort_values("n_words", kind="stable").drop_duplicates(keys, keep="last").set_index(keys)[clusters]
    return units.join(most, on=keys)[clusters]


def relabel(
    labels: np.ndarray, strata: np.ndarray, n_draws: int, seed: int, units: np.ndarray | None = None
) -> np.ndarray:
    """Give documents, or whole units, the labels of others of their stratum, by lot: one row of labels a draw."""
    start, units = np.unique(
        np.arange(len(labels)) if units is None else units, return_index=True, return_inverse=True
    )[1:]
    labels, strata = labels[start], strata[start]
    order = np.argsort(strata, kind="stable")
    random, step = np.random.default_rng(seed), max(1, _NUMBERS // max(1, len(labels)))
    drawn = np.empty((n_draws, len(labels)), dtype=bool)
    for first in range(0, n_draws, step):
        block = drawn[first : first + step]
        lots = strata[order] + random.random(block.shape)
        block[:, order] = labels[order][np.argsort(lots, axis=1)]
    return drawn[:, units]


def resample(n: int, n_draws: int, seed: int) -> np.ndarray:
    """Draw as many of n documents, with replacement: how often each is drawn, one row a draw."""
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=n_draws)


def leave_one_out(n: int, n_draws: int, seed: int) -> np.ndarray:
    """Leave one of n documents out in each draw, each at most once: the documents that stay, one row a draw."""
    left_out = np.sort(np.random.default_rng(seed).permutation(n)[:n_draws])
    return (np.arange(n) != left_out[:, None]).astype("int64")


def _n_relabellings(labels: np.ndarray, strata: np.ndarray) -> int:
    return prod(comb(int((strata == s).sum()), int(labels[strata == s].sum())) for s in np.unique(strata))


def _every_labelling(labels: np.ndarray, strata: np.ndarray) -> np.ndarray:
    places = [np.flatnonzero(strata == s) for s in np.unique(strata)]
    choices = product(*(combinations(place, int(labels[place].sum())) for place in places))
    chosen = np.array([np.concatenate(parts) for parts in choices])
    drawn = np.zeros((len(chosen), len(labels)), dtype=bool)
    np.put_along_axis(drawn, chosen, True, axis=1)
    return drawn
