"""Intervals: by hand, from tables, and by simulation of their coverage."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from analysis_helpers import difference_interval, mean_interval, permutation_p
from analysis_helpers.uncertainty import REMEMBERED, SEED

RATES = st.lists(st.floats(0, 1e6), min_size=2, max_size=12)


def test_under_two_documents_or_two_values_there_is_no_interval():
    assert mean_interval([]).n_documents == 0
    one = mean_interval([3.0, 5.0], groups=["a", "a"])
    assert (one.mean, one.n_documents) == (4.0, 1)
    assert np.isnan([one.low, one.high, mean_interval([0.0] * 30).low]).all()


def test_few_documents_use_students_t():
    values = [2.0, 4.0, 4.0, 5.0, 7.0]
    half = stats.t.ppf(0.975, 4) * np.std(values, ddof=1) / np.sqrt(5)
    assert mean_interval(values)[:3] == pytest.approx((4.4, 4.4 - half, 4.4 + half), abs=1e-3)


def test_a_document_weighs_the_same_and_missing_values_are_left_out():
    assert mean_interval([1.0] * 99 + [3.0], groups=["a"] * 99 + ["b"]).mean == 2.0
    assert mean_interval([1.0, np.nan, 3.0]).n_documents == 2


def test_the_seed_decides():
    values = np.random.default_rng(5).exponential(1, 40)
    assert mean_interval(values) == mean_interval(values)
    assert mean_interval(values, seed=1) != mean_interval(values, seed=2)


@pytest.mark.parametrize("n", [3, 5, 10, 20, 50])
def test_coverage_of_clustered_values(n):
    """95 % intervals must cover .93 to .97: documents with an effect of their own, 1 to 8 sentences each."""
    rng, covered = np.random.default_rng(n), 0
    for run in range(1500):
        sizes = rng.integers(1, 9, n)
        groups = np.repeat(np.arange(n), sizes)
        values = rng.normal(0, 1, n)[groups] + rng.normal(0, 1, sizes.sum())
        interval = mean_interval(values, groups, n_draws=600, seed=run)
        covered += interval.low <= 0 <= interval.high
    assert 0.93 <= covered / 1500 <= 0.97


def test_difference_without_enough_documents_has_no_interval():
    assert np.isnan(difference_interval([], [1.0, 2.0]).mean)
    one = difference_interval([3.0], [1.0, 2.0, np.nan])
    assert (one.mean, one.n_documents) == (1.5, 3)
    assert np.isnan([one.low, one.high]).all()
    assert np.isnan(difference_interval([1.0, 1.0], [0.0, 0.0]).low)


@pytest.mark.parametrize("sizes", [(5, 12), (10, 10), (40, 8)])
def test_coverage_of_differences(sizes):
    """95 % intervals must cover .93 to .97, also with other sizes and spreads on the two sides."""
    rng, covered = np.random.default_rng(sum(sizes)), 0
    for _ in range(2000):
        interval = difference_interval(rng.normal(1, 3, sizes[0]), rng.normal(0, 1, sizes[1]))
        covered += interval.low <= 1 <= interval.high
    assert 0.93 <= covered / 2000 <= 0.97


def _table(first, second, **columns):
    values = [*first, *second]
    return pd.DataFrame({"side": ["CN"] * len(first) + ["US"] * len(second), "tone": values} | columns)


def test_permutation_by_hand_four_against_four():
    """The most extreme of the 70 ways to choose 4 of 8, and its mirror image: 2/70."""
    found = permutation_p(_table([5, 6, 7, 8], [1, 2, 3, 4]), "tone")
    assert found == (4.0, round(2 / 70, 6), 4, 4, "exact")


def test_permutation_agrees_with_scipy_where_all_are_tried():
    first, second = [3.1, 4.7, 2.2, 5.0, 3.3], [2.9, 1.1, 4.0, 0.3, 2.6]
    reference = stats.permutation_test(
        (first, second), lambda x, y: np.mean(x) - np.mean(y), permutation_type="independent", n_resamples=np.inf
    )
    assert permutation_p(_table(first, second), "tone").p_value == pytest.approx(reference.pvalue, abs=1e-6)


def test_below_four_against_four_there_is_no_p_but_a_reason():
    found = permutation_p(_table([1, 2, 3], [7, 8]), "tone")
    assert (np.isnan(found.p_value), found.difference) == (True, -5.5)
    assert found.reason == "3 against 2 documents; expected at least 4 of each in a stratum"


def test_a_difference_between_strata_is_not_one_between_sides():
    """All interviews are warm and mostly American; within each kind the sides are alike, by construction."""
    genre = ["interview"] * 40 + ["readout"] * 40
    side = ["US"] * 32 + ["CN"] * 8 + ["US"] * 8 + ["CN"] * 32
    tone = np.repeat([1.0, 0.0], 40) + np.random.default_rng(11).normal(0, 0.2, 80)
    table = pd.DataFrame({"genre": genre, "side": side, "tone": tone})
    assert permutation_p(table, "tone").p_value < 0.01
    assert permutation_p(table, "tone", within=["genre"]).p_value > 0.05


def test_strata_with_too_few_documents_are_left_out():
    table = _table(range(10), range(10), month=[1] * 8 + [2] * 2 + [1] * 9 + [2])
    found = permutation_p(table, "tone", within=["month"])
    assert (found.n_first, found.n_second) == (8, 9)
    assert found.difference == pytest.approx(np.mean(range(8)) - np.mean(range(9)))


@pytest.mark.parametrize("within", [None, ["genre"]])
def test_p_is_uniform_where_sides_are_drawn_by_lot(within):
    """Kolmogorov and Smirnov: 400 tables without any difference; a p below .05 in 2.5 to 8 % of them."""
    rng = np.random.default_rng(8)
    p_values = []
    for run in range(400):
        table = _table(rng.exponential(1, 14), rng.exponential(1, 20), genre=rng.choice(["a", "b"], 34))
        p_values.append(permutation_p(table, "tone", within=within, n_draws=199, seed=run).p_value)
    assert stats.kstest(p_values, "uniform").pvalue > 0.01
    assert 0.025 <= np.mean(np.array(p_values) <= 0.05) <= 0.08


@pytest.mark.filterwarnings("ignore:Precision loss")  # of the test statistic, which is not compared
@given(RATES, RATES)
@example([0.0, 0.0], [0.0, 1e-170])
def test_a_difference_has_the_welch_interval_of_scipy(first, second):
    interval = difference_interval(first, second)
    if np.ptp(first) == np.ptp(second) == 0 or np.var(first) == np.var(second) == 0:  # squares can vanish
        assert np.isnan([interval.low, interval.high]).all()
        return
    expected = stats.ttest_ind(first, second, equal_var=False).confidence_interval()
    assert (interval.low, interval.high) == pytest.approx(tuple(expected), rel=1e-6, abs=6e-4)


@pytest.mark.parametrize("n", [10, 400, REMEMBERED + 1])
def test_remembered_draws_are_those_of_the_plain_bootstrap(n):
    """The definition, drawn anew: 2,000 draws of n documents, and the percentiles widened for n (Hesterberg)."""
    values = np.random.default_rng(n).exponential(3, n)
    drawn = np.random.default_rng(SEED).multinomial(n, [1 / n] * n, size=2_000)
    tail = stats.norm.cdf(-np.sqrt(n / (n - 1)) * stats.t.ppf(0.975, n - 1))
    expected = np.quantile([values @ draw / n for draw in drawn], [tail, 1 - tail])
    for _ in range(2):  # the second time from memory
        interval = mean_interval(values)
        assert (interval.low, interval.high) == pytest.approx(tuple(expected), abs=6e-4)
