"""Uncertainty: intervals and small-sample rules. The only place that makes random numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

SEED = 20_250_510
BOOTSTRAP_FROM = 10


class Interval(NamedTuple):
    """A mean over documents, its interval, and the number of documents it rests on."""

    mean: float
    low: float
    high: float
    n_documents: int


def mean_interval(
    values: ArrayLike, groups: ArrayLike | None = None, *, level: float = 0.95, n_draws: int = 2_000, seed: int = SEED
) -> Interval:
    """Give the mean over documents with a confidence interval that treats the document as the unit.

    In: values and, where a document has several, their document ids as `groups`; missing values are
    left out, and a document weighs the same however many values it has. Out: `Interval` (mean, low,
    high, n_documents). Under 2 documents, or where all documents have the same value, there is no
    interval (NaN); under 10 it is Student's t over the document means; from 10 up documents are
    resampled.

    Source: the bootstrap percentile interval with the small-sample correction of Hesterberg (2015),
    "What Teachers Should Know About the Bootstrap", section 4.3. Known weakness: for rates of rare
    words, intervals are too short while fewer than 5 documents use the word.

    Examples
    --------
    >>> mean_interval([1.0, 2.0, 3.0])
    Interval(mean=2.0, low=-0.484, high=4.484, n_documents=3)
    >>> mean_interval([1.0, 3.0, 5.0], groups=["a", "a", "b"]).mean
    3.5
    """
    data = pd.Series(np.asarray(values, dtype="float64"))
    means = (data if groups is None else data.groupby(np.asarray(groups)).mean()).dropna().to_numpy()
    n = len(means)
    mean = float(means.mean()) if n else float("nan")
    if n < 2 or np.ptp(means) == 0:
        return Interval(round(mean, 6), float("nan"), float("nan"), n)
    quantile = _t_quantile((1 + level) / 2, n - 1)
    if n < BOOTSTRAP_FROM:
        half = quantile * means.std(ddof=1) / np.sqrt(n)
        low, high = mean - half, mean + half
    else:
        tail = _normal_cdf(-np.sqrt(n / (n - 1)) * quantile)
        weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=n_draws)
        low, high = np.quantile(weights @ means / n, [tail, 1 - tail])
    return Interval(*(round(float(value), 3) for value in (mean, low, high)), n)


def difference_interval(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Interval:
    """Give the difference between two means over documents, first minus second, with its confidence interval.

    In: one value per document for each of two groups; missing values are left out. Out: `Interval` (the
    difference as `mean`, low, high, documents of both groups). Under 2 documents in a group, or where
    no value varies, there is no interval (NaN). Two intervals that overlap do not show that two means
    are alike; this one asks the question itself.

    Source: the t interval for unequal variances (Welch 1947), by scipy. Known weakness: for rates of
    rare words it covers .89 to .97 instead of .95 (simulated: 100 to 350 texts of the shipped corpus),
    with 3 documents against 12 it covers .93.

    Examples
    --------
    >>> difference_interval([2.0, 4.0, 6.0], [1.0, 2.0, 3.0])
    Interval(mean=2.0, low=-2.155, high=6.155, n_documents=6)
    """
    from scipy.stats import ttest_ind

    groups = [np.asarray(values, dtype="float64") for values in (first, second)]
    groups = [values[~np.isnan(values)] for values in groups]
    n = sum(map(len, groups))
    if min(map(len, groups)) == 0:
        return Interval(float("nan"), float("nan"), float("nan"), n)
    mean = round(float(groups[0].mean() - groups[1].mean()), 3)
    if min(map(len, groups)) < 2 or all(np.ptp(values) == 0 for values in groups):
        return Interval(mean, float("nan"), float("nan"), n)
    low, high = ttest_ind(*groups, equal_var=False).confidence_interval(level)
    return Interval(mean, round(float(low), 3), round(float(high), 3), n)


def _t_quantile(probability: float, freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def _normal_cdf(value: float) -> float:
    from scipy.special import ndtr

    return float(ndtr(value))
