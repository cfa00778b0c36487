"""Intervals: by hand, from tables, and by simulation of their coverage."""

import numpy as np
import pytest
from scipy import stats

from analysis_helpers import mean_interval


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
