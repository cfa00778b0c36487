"""Intervals: by hand, from tables, and by simulation of their coverage."""

import numpy as np
import pytest
from scipy import stats

from analysis_helpers import difference_interval, mean_interval


def test_under_two_documents_there_is_no_interval():
    assert mean_interval([]).n_documents == 0
    one = mean_interval([3.0, 5.0], groups=["a", "a"])
    assert (one.mean, one.n_documents) == (4.0, 1)
    assert np.isnan([one.low, one.high]).all()


def test_values_that_do_not_vary_have_no_interval():
    assert np.isnan(mean_interval([0.0] * 30).low)


def test_few_documents_use_students_t():
    values = [2.0, 4.0, 4.0, 5.0, 7.0]
    interval = mean_interval(values)
    half = stats.t.ppf(0.975, 4) * np.std(values, ddof=1) / np.sqrt(5)
    assert interval.mean == pytest.approx(4.4)
    assert (interval.low, interval.high) == pytest.approx((4.4 - half, 4.4 + half), abs=1e-3)


def test_many_documents_are_resampled_and_agree_with_t_where_values_are_normal():
    values = np.random.default_rng(3).normal(10, 2, 200)
    interval = mean_interval(values)
    half = stats.t.ppf(0.975, 199) * values.std(ddof=1) / np.sqrt(200)
    assert interval.low == pytest.approx(values.mean() - half, abs=0.05)
    assert interval.high == pytest.approx(values.mean() + half, abs=0.05)


def test_a_document_weighs_the_same_however_many_values_it_has():
    assert mean_interval([1.0] * 99 + [3.0], groups=["a"] * 99 + ["b"]).mean == 2.0


def test_missing_values_are_left_out():
    assert mean_interval([1.0, np.nan, 3.0]).n_documents == 2


def test_the_seed_decides():
    values = np.random.default_rng(5).exponential(1, 40)
    assert mean_interval(values) == mean_interval(values)
    assert mean_interval(values, seed=1) != mean_interval(values, seed=2)


@pytest.mark.parametrize("n", [3, 5, 10, 20, 50])
def test_coverage_of_clustered_values(n):
    """95 % intervals must cover .93 to .97: documents with an effect of their own, 1 to 8 sentences each."""
    rng = np.random.default_rng(n)
    covered = 0
    for run in range(1500):
        sizes = rng.integers(1, 9, n)
        groups = np.repeat(np.arange(n), sizes)
        values = rng.normal(0, 1, n)[groups] + rng.normal(0, 1, sizes.sum())
        interval = mean_interval(values, groups, n_draws=600, seed=run)
        covered += interval.low <= 0 <= interval.high
    assert 0.93 <= covered / 1500 <= 0.97


def test_difference_on_paper():
    """Variances 4 and 1, 3 values each: standard error sqrt(5/3), 2.94 degrees of freedom (Welch-Satterthwaite)."""
    interval = difference_interval([2.0, 4.0, 6.0], [1.0, 2.0, 3.0])
    half = stats.t.ppf(0.975, (5 / 3) ** 2 / ((4 / 3) ** 2 / 2 + (1 / 3) ** 2 / 2)) * np.sqrt(5 / 3)
    assert interval.mean == 2.0
    assert (interval.low, interval.high) == pytest.approx((2 - half, 2 + half), abs=1e-3)
    assert interval.n_documents == 6


def test_difference_without_enough_documents_has_no_interval():
    assert np.isnan(difference_interval([], [1.0, 2.0]).mean)
    one = difference_interval([3.0], [1.0, 2.0, np.nan])
    assert (one.mean, one.n_documents) == (1.5, 3)
    assert np.isnan([one.low, one.high]).all()
    assert np.isnan(difference_interval([1.0, 1.0], [0.0, 0.0]).low)


def test_difference_excludes_zero_while_intervals_overlap():
    """Two intervals that overlap do not show that the means are alike."""
    rng = np.random.default_rng(8)
    first, second = rng.normal(0.35, 1, 100), rng.normal(0, 1, 100)
    assert mean_interval(first).low < mean_interval(second).high
    assert difference_interval(first, second).low > 0


@pytest.mark.parametrize("sizes", [(5, 12), (10, 10), (40, 8)])
def test_coverage_of_differences(sizes):
    """95 % intervals must cover .93 to .97, also with other sizes and spreads on the two sides."""
    rng = np.random.default_rng(sum(sizes))
    covered = 0
    for _ in range(2000):
        interval = difference_interval(rng.normal(1, 3, sizes[0]), rng.normal(0, 1, sizes[1]))
        covered += interval.low <= 1 <= interval.high
    assert 0.93 <= covered / 2000 <= 0.97
