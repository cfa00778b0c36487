"""Uncertainty: intervals and small-sample rules. The only place that makes random numbers."""

from collections.abc import Iterator
from itertools import combinations, product
from math import comb, prod
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import csr_matrix
from scipy.special import stdtrit  # scipy.stats takes seconds to import; the tests hold it against that

from .corpus import fill_grid, in_order, refuse_languages
from .errors import TalksError

SEED = 20_250_510
MIN_VALUES = 5  # fewer do not show how skewed they are
MIN_CLUSTERS = 10
POWER = 0.84  # standard errors beyond the cut at which 80 of 100 samples pass it
MIN_A_SIDE = 4  # 3 against 3 documents cannot give a two-sided p under .1; 4 against 4 can reach .029
EXACT_UP_TO = 10_000


class Interval(NamedTuple):
    """A mean over documents, its interval, what it rests on, and why there is no interval."""

    mean: float
    low: float
    high: float
    n_documents: int
    n_clusters: int  # documents, where none belong together
    n_effective: float  # clusters of equal size that would tell as much (Kish 1965)
    reason: str

    @property
    def smallest(self) -> float:
        """The difference from another such mean that would be found in 80 of 100 such collections."""
        beyond = 1 + POWER / stdtrit(self.n_effective - 1, 0.975)
        return round(float(beyond * np.hypot(self.mean - self.low, self.high - self.mean)), 6)


def mean_interval(values: ArrayLike, groups: ArrayLike | None = None, *, clusters: ArrayLike | None = None) -> Interval:
    """Give the mean over documents with a 95 % interval that allows for skewed values.

    In: `groups`, the document ids of values, each of which weighs the same; `clusters`, what documents share (a
    speaker, a day). Out: `Interval`; no bounds, but a `reason`, under 5 documents or 10 clusters, where clusters are
    very unequal, or all values equal. Source: the cubic transformation of t (Hall 1992); of clusters, the jackknife.
    Known weakness: very skewed values are covered less often; docs/reading.md has the coverage.

    >>> mean_interval([1.0, 2.0, 3.0, 4.0, 5.0])[:3]
    (3.0, 1.036757, 4.963243)
    """
    if groups is not None:
        data = pd.DataFrame({"value": np.asarray(values, dtype="float64"), "cluster": clusters})
        data = data.groupby(np.asarray(groups)).agg({"value": "mean", "cluster": "first"})
        values, clusters = data["value"], None if clusters is None else data["cluster"]
    values = np.asarray(values, dtype="float64")
    known = ~np.isnan(values)
    if clusters is not None and len(clusters) != len(values):
        raise TalksError(f"clusters has {len(clusters)} values; expected {len(values)}, one for each value; give them")
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
        # The skewness of few values comes out too small, hence 8 / n more; beyond 1.1 / t, the bound comes nearer.
        t = float(stdtrit(n_effective - 1, 0.975))
        skewness, bent = np.clip(third * (1 + 8 / n_effective), -1.1 / t, 1.1 / t), np.array([t, -t])
        if abs(skewness) >= 1e-6:  # Hall's cubic
            bent = 3 / skewness * (np.cbrt(1 + skewness * (bent - skewness / 6)) - 1)
        bounds = mean - variance**0.5 * bent
    return Interval(*(round(float(value), 6) for value in (mean, *bounds)), n, n_units, n_effective, reason)


def measure_effective(sizes: np.ndarray) -> float:
    """Tell how many clusters of equal size would tell as much: Kish's effective sample size."""
    return round(float(sizes.sum() ** 2 / max(1, np.square(sizes).sum())), 1)


def means_by(rows: pd.DataFrame, by: list[str], numbers: list[str]) -> pd.DataFrame:
    """Give mean and interval of `value` by some columns, also where no row is, with sums and, if given, `cluster`s."""
    cells, sums = rows.groupby(by, observed=True), [name for name in numbers if name != "n_documents"]
    found = [mean_interval(cell["value"], clusters=cell.get("cluster")) for _, cell in cells]
    table = pd.DataFrame(found, columns=Interval._fields).assign(smallest=[interval.smallest for interval in found])
    table = cells[sums].sum().reset_index().join(table)
    table = fill_grid(table, {name: in_order(rows[name]) for name in by}, [*numbers, "n_clusters"])
    effective = ["n_clusters", "n_effective"] if "cluster" in rows else []
    table = table.fillna({"reason": "no document"})
    return table[[*by, "mean", "low", "high", *numbers, *effective, "smallest", "reason"]]


def difference_interval(
    first: ArrayLike, second: ArrayLike, *, clusters: tuple[ArrayLike, ArrayLike] | None = None
) -> Interval:
    """Give the difference between two means over documents, first minus second, with its 95 % interval.

    In: as for `mean_interval`, with the clusters of the first and of the second. Out: `Interval`; none where a mean has
    none. Source: MOVER (Zou and Donner 2008). Known weakness: a speaker of both groups counts as two clusters.

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
    """Give the smallest ratio of two means whose difference leaves out zero in 80 of 100 such collections."""
    ratios = []  # spread is taken to grow with the mean, as that of rates does; solved as in Fieller (1954)
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
    low: float = np.nan  # of an interaction, the 95 % interval
    high: float = np.nan


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

    In: a row per document; columns of value and groups; `within`, columns that make strata (of 4 documents of each
    group, or left out); `clusters`, a column whose documents move together. Out: `Permutation`: `difference` (first
    minus second; weighted mean over strata), two-sided `p_value`, `reason` of none, or "exact" (all of up to 10,000
    relabellings). Source: Fisher's test; Phipson and Smyth (2010). Known weakness: it says not how much.

    >>> table = pd.DataFrame({"side": ["CN"] * 4 + ["US"] * 4, "tone": [5, 6, 7, 8, 1, 2, 3, 4]})
    >>> permutation_p(table, "tone").p_value
    0.028571
    """
    rows = table[table[by].isin([first, second])].dropna(subset=[value, *(within or [])])
    refuse_languages(rows)
    design = lay_out(rows, (rows[by] == first).to_numpy(), within, clusters)
    values, labels = rows[value].to_numpy(dtype="float64")[design.kept], design.labels
    sizes = int(labels.sum()), int((~labels).sum())
    if reason := design.too_few:
        if not design.kept.all():
            reason = f"{(rows[by] == first).sum()} against {(rows[by] == second).sum()} documents, in strata {reason}"
        difference = float(values[labels].mean() - values[~labels].mean()) if all(sizes) else np.nan
        return Permutation(round(difference, 6), np.nan, *sizes, reason, np.nan, design.n_effective)
    drawn = design.list_all()
    exact = drawn is not None
    drawn = np.vstack([labels, drawn if exact else design.relabel(n_draws, seed)])
    observed, p_value, smallest = count_as_large(_differences(values, drawn, design.strata), exact)
    return Permutation(observed, p_value, *sizes, "exact" * exact, smallest, design.n_effective)


def _differences(values: np.ndarray, labels: np.ndarray, strata: np.ndarray) -> np.ndarray:
    n = np.bincount(strata)
    n_first = labels @ np.eye(len(n))[strata]
    centred = values - (np.bincount(strata, weights=values) / n)[strata]
    return labels @ centred / np.maximum((n_first * (n - n_first) / n).sum(axis=1), 1e-9)


def count_as_large(differences: np.ndarray, exact: bool = False) -> tuple[float, float, float]:
    """Give the observed difference, which stands first, its p value, and the smallest found in 80 of 100 samples."""
    observed, drawn = float(differences[0]), np.abs(differences[1:])
    as_large = int((drawn >= abs(observed) - 1e-9).sum())
    p_value = as_large / len(drawn) if exact else (1 + as_large) / (1 + len(drawn))
    smallest = np.quantile(drawn, 0.95) + POWER * np.sqrt(np.square(drawn).mean())
    return round(observed, 6), round(p_value, 6), round(float(smallest), 6)


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
) -> Permutation:
    """Ask whether two groups differ more in one setting (a period, a kind of text) than in the other.

    In: as for `permutation_p`; `across`, the column of the setting, and its two values. Out: `Permutation` of the
    difference in `one` minus that in `other`, with its 95 % interval. Source: Gelman and Stern (2006); permuted
    residuals (Still and White 1981). Known weakness: it is exact only where spreads are alike.

    >>> table = pd.DataFrame({"side": ["CN", "US"] * 10, "year": [1] * 10 + [2] * 10, "tone": [0, 9] * 5 + [9, 0] * 5})
    >>> interaction_p(table.assign(tone=table["tone"] + table.index % 3), "tone", "year", 1, 2).p_value
    0.000999
    """
    rows = table[table[by].isin([first, second]) & table[across].isin([one, other])].dropna(subset=value)
    refuse_languages(rows)
    values, inside = rows[value].to_numpy(dtype="float64"), (rows[across] == one).to_numpy()
    side = (rows[by] == first).to_numpy()
    cells = [rows[of_group & of_setting] for of_setting in (inside, ~inside) for of_group in (side, ~side)]
    cells = [mean_interval(cell[value], clusters=cell.get(clusters)) for cell in cells]
    found, p_value, smallest = subtract(subtract(*cells[:2]), subtract(*cells[2:])), np.nan, np.nan
    reason = f"under {MIN_A_SIDE} {'clusters' if clusters else 'documents'} in a group of one setting"
    design = lay_out(rows.assign(side=side), inside, ["side"], clusters)
    if len(rows) and design.kept.all():
        model = np.column_stack([np.ones(len(rows)), side, inside])
        rest = values - model @ np.linalg.lstsq(model, values, rcond=None)[0]
        drawn = np.vstack([inside, design.relabel(n_draws, seed)])
        moved = [_differences(rest[own], drawn[:, own], np.zeros(own.sum(), int)) for own in (side, ~side)]
        reason, (_, p_value, smallest) = found.reason, count_as_large(np.subtract(*moved))
    sizes = int(side.sum()), int((~side).sum())
    return Permutation(found.mean, p_value, *sizes, reason, smallest, design.n_effective, *found[1:3])


class Design(NamedTuple):
    """Which rows are kept; of those, labels, what is compared in (strata), moves together (units), in what (blocks)."""

    kept: np.ndarray
    labels: np.ndarray
    strata: np.ndarray
    blocks: np.ndarray
    units: np.ndarray

    @property
    def n_effective(self) -> float:
        """The units that would tell as much, were they equal."""
        return measure_effective(np.bincount(self.units))

    @property
    def too_few(self) -> str:
        """Why the two groups are too small for a p value; nothing where they are not."""
        n = [len(np.unique(self.units[own])) for own in (self.labels, ~self.labels)]
        unit = "documents" if sum(n) == len(self.units) else "clusters"
        told = f"{n[0]} against {n[1]} {unit}; expected at least {MIN_A_SIDE} of each in a stratum"
        return told if min(n) < MIN_A_SIDE else ""

    def relabel(self, n_draws: int, seed: int) -> np.ndarray:
        """Give whole units the labels of others of their block, by lot: one row of labels a draw."""
        labels, blocks = self._of_units()
        order, random = np.argsort(blocks, kind="stable"), np.random.default_rng(seed)
        drawn = np.empty((n_draws, len(labels)), dtype=bool)
        for row in drawn:
            row[order] = labels[order][np.argsort(blocks[order] + random.random(len(labels)))]
        return drawn[:, self.units]

    def list_all(self) -> np.ndarray | None:
        """Give every labelling of the units within their blocks, or none where those are over 10,000."""
        labels, blocks = self._of_units()
        parts = [(places, int(labels[places].sum())) for places in (np.flatnonzero(blocks == b) for b in set(blocks))]
        if prod(comb(len(places), n) for places, n in parts) > EXACT_UP_TO:
            return None
        chosen = np.array([np.concatenate(part) for part in product(*(combinations(*part) for part in parts))])
        return (chosen[:, :, None] == np.arange(len(labels))).any(axis=1)[:, self.units]

    def _of_units(self) -> tuple[np.ndarray, np.ndarray]:
        start = np.unique(self.units, return_index=True)[1]
        return self.labels[start], self.blocks[start]


def lay_out(rows: pd.DataFrame, labels: np.ndarray, within: list | None = None, clusters: str | None = None) -> Design:
    """Tell which rows move together, and which to keep: of strata with at least 4 units of each group, or all."""
    strata = rows.groupby(within).ngroup().to_numpy() if within else np.zeros(len(rows), dtype="int64")
    units, blocks = np.arange(len(rows)), strata
    if clusters and len(rows):  # one of both groups is two units, moved in the stratum of most of its rows
        units = rows.groupby([clusters, labels], dropna=False).ngroup().to_numpy()
        blocks = pd.crosstab(units, strata).idxmax(axis=1).to_numpy()[units]
    start = np.unique(units, return_index=True)[1]
    n, n_first = np.bincount(blocks[start]), np.bincount(blocks[start], weights=labels[start])
    kept = (np.minimum(n_first, n - n_first) >= MIN_A_SIDE)[blocks] | (not within)
    coded = (np.unique(column[kept], return_inverse=True)[1] for column in (strata, blocks, units))
    return Design(kept, labels[kept], *coded)


def add_up(matrix: csr_matrix, codes: np.ndarray) -> csr_matrix:
    """Add up the rows of a matrix that have the same number, in the order of the numbers."""
    return csr_matrix((np.ones(len(codes)), (codes, np.arange(len(codes))))) @ matrix


def resample(n: int, n_draws: int, seed: int) -> np.ndarray:
    """Draw as many of n documents, with replacement: how often each is drawn, one row a draw."""
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=n_draws)


def leave_one_out(n: int, n_draws: int, seed: int) -> np.ndarray:
    """Leave one of n documents out in each draw, each at most once: the documents that stay, one row a draw."""
    left_out = np.sort(np.random.default_rng(seed).permutation(n)[:n_draws])
    return (np.arange(n) != left_out[:, None]).astype("int64")


def shuffle(n: int, n_draws: int, seed: int) -> Iterator[np.ndarray]:
    """Put n things in another order at random: the numbers from 0, one order a draw."""
    random = np.random.default_rng(seed)
    return (random.permutation(n) for _ in range(n_draws))
