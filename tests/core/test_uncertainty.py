"""Intervals: by hand, from tables, and by simulation of their coverage."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq

from analysis_helpers import TalksError, difference_interval, interaction_p, mean_interval, permutation_p
from analysis_helpers.uncertainty import smallest_ratio


def test_too_few_documents_or_one_value_have_no_interval_but_a_reason():
    assert mean_interval([]).reason == "0 documents; expected 5"
    one = mean_interval([3.0, 5.0], groups=["a", "a"])
    assert (one.mean, one.n_documents, one.reason) == (4.0, 1, "1 documents; expected 5")
    equal = mean_interval([0.0] * 30)
    assert (np.isnan([equal.low, equal.high]).all(), equal.reason) == (True, "all values are equal, or all but one")


def test_without_skewness_the_interval_is_students_t():
    values = [2.0, 3.0, 4.0, 5.0, 6.0]
    half = stats.t.ppf(0.975, 4) * np.std(values, ddof=1) / np.sqrt(5)
    assert mean_interval(values)[:3] == pytest.approx((4, 4 - half, 4 + half), abs=1e-3)


def test_skewness_bends_t_by_halls_cubic():
    """Hall (1992), solved by scipy: g(x) = x + a x^2 / 3 + a^2 x^3 / 27 + a / 6 equals t; a with 1 + 8 / n."""
    values = np.array([1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 5.0, 6.0, 8.0] * 2)
    a = 1.4 * stats.skew(values, bias=False) / np.sqrt(20)
    t, error = stats.t.ppf(0.975, 19), np.std(values, ddof=1) / np.sqrt(20)
    low, high = (
        values.mean() - error * brentq(lambda x, q=q: x + a * x**2 / 3 + a**2 * x**3 / 27 + a / 6 - q, -20, 20)
        for q in (t, -t)
    )
    assert mean_interval(values)[1:3] == pytest.approx((low, high), abs=1e-5)


def test_a_document_weighs_the_same_and_missing_values_are_left_out():
    assert mean_interval([1.0] * 99 + [3.0], groups=["a"] * 99 + ["b"]).mean == 2.0
    assert mean_interval([1.0, np.nan, 3.0]).n_documents == 2


DRAWS = {  # kind: how to draw n values, and their mean
    "normal": (lambda rng, n: rng.normal(0, 1, n), 0),
    "lognormal": (lambda rng, n: rng.lognormal(0, 1, n), np.exp(0.5)),
    "80 % zeros": (lambda rng, n: rng.lognormal(0, 1, n) * (rng.random(n) < 0.2), 0.2 * np.exp(0.5)),
    "80 % zeros, short": (lambda rng, n: rng.exponential(1, n) * (rng.random(n) < 0.2), 0.2),
}
RUNS = 1200  # the standard error of a coverage of .93 is .007


@pytest.mark.parametrize("sizes", [(7,), (10,), (20,), (50,), (10, 10), (20, 20), (5, 50), (10, 50)])
@pytest.mark.parametrize("kind", DRAWS)
def test_means_and_differences_are_covered_also_of_skewed_values(kind, sizes):
    (draw, mean), alone, rngs = DRAWS[kind], len(sizes) == 1, np.random.default_rng(sum(sizes)).spawn(RUNS)
    found = [(mean_interval if alone else difference_interval)(*(draw(rng, n) for n in sizes)) for rng in rngs]
    covered = [interval.low <= mean * alone <= interval.high for interval in found if not interval.reason]
    assert len(covered) > RUNS / 5
    assert 0.92 <= np.mean(covered) <= (1 if kind != "normal" else 0.965 if alone else 0.985)


@pytest.mark.parametrize("n", [10, 15, 40])
def test_means_of_clusters_are_covered_where_their_texts_are_not(n):
    """Speakers with 1 to 8 texts, whose tone is half their own: by text the interval is far too short."""
    covered = {"texts": [], "speakers": []}
    for rng in np.random.default_rng(n).spawn(RUNS):
        speakers = np.repeat(np.arange(n), rng.integers(1, 9, n))
        values = rng.normal(0, 1, n)[speakers] + rng.normal(0, 1, len(speakers))
        for name, clusters in (("texts", None), ("speakers", speakers)):
            interval = mean_interval(values, clusters=clusters)
            assert not interval.reason
            covered[name].append(interval.low <= 0 <= interval.high)
    assert np.mean(covered["texts"]) < 0.8
    assert 0.92 <= np.mean(covered["speakers"]) <= 0.97


def test_clusters_by_hand():
    """Ten speakers of two equal texts tell as much as ten texts; one with half of all tells too little."""
    values = np.arange(10.0) ** 2
    twice = mean_interval(np.repeat(values, 2), clusters=np.repeat(np.arange(10), 2))
    assert twice[1:3] == mean_interval(values)[1:3]
    assert twice[3:] == (20, 10, 10.0, "")
    assert mean_interval(values, clusters=[1] * 5 + [2] * 5).reason == "2 clusters; expected 10"
    with pytest.raises(TalksError, match="clusters has 2 values; expected 10"):
        mean_interval(values, clusters=["a", "b"])
    uneven = mean_interval(np.arange(40.0), clusters=[0] * 20 + list(range(1, 21)))
    assert (uneven.n_effective, np.isnan(uneven.low)) == (3.8, True), "40^2 / (20^2 + 20)"
    assert uneven.reason == "21 clusters so unequal that they tell no more than 4 equal ones"
    named = mean_interval([1.0, 3.0, 5.0], groups=["a", "a", "b"], clusters=["x", "x", None])
    assert (named.n_documents, named.n_clusters) == (2, 2)


def test_a_difference_without_an_interval_on_either_side_has_none():
    assert np.isnan(difference_interval([], [1.0, 2.0]).mean)
    few = difference_interval([3.0], [1.0, 2.0, np.nan])
    assert (few.mean, few.n_documents, few.reason) == (1.5, 3, "1 documents; expected 5; 2 documents; expected 5")
    silent = difference_interval([0.0] * 5, np.arange(50.0))
    assert (np.isnan(silent.low), silent.reason) == (True, "all values are equal, or all but one")


@pytest.mark.parametrize(("shape", "n"), [(1, 40), (4, 30), (4, 100)])
def test_the_smallest_ratio_is_found_in_80_of_100(shape, n):
    rngs = np.random.default_rng(n).spawn(1000)
    one = lambda rng, ratio=1: mean_interval(rng.gamma(shape, ratio, n))  # noqa: E731
    ratio = np.median([smallest_ratio(one(rng), one(rng)) for rng in rngs[:300]])
    found = [difference_interval(rng.gamma(shape, ratio, n), rng.gamma(shape, 1, n)).low > 0 for rng in rngs[300:]]
    assert 0.72 <= np.mean(found) <= 0.88
    assert smallest_ratio(one(rngs[0]), mean_interval(rngs[0].gamma(shape, 1, 4 * n))) > 1
    apart = np.median([one(rng).smallest for rng in rngs[:300]])
    found = [difference_interval(rng.gamma(shape, 1, n) + apart, rng.gamma(shape, 1, n)).low > 0 for rng in rngs[300:]]
    assert 0.68 <= np.mean(found) <= 0.88


def _table(first, second, **columns):
    values = [*first, *second]
    return pd.DataFrame({"side": ["CN"] * len(first) + ["US"] * len(second), "tone": values} | columns)


def test_permutation_by_hand_and_as_of_scipy_where_all_are_tried():
    """The most extreme of the 70 ways to choose 4 of 8, and its mirror image: 2/70."""
    found = permutation_p(_table([5, 6, 7, 8], [1, 2, 3, 4]), "tone")
    assert found[:5] == (4.0, round(2 / 70, 6), 4, 4, "exact")
    first, second = [3.1, 4.7, 2.2, 5.0, 3.3], [2.9, 1.1, 4.0, 0.3, 2.6]
    reference = stats.permutation_test(
        (first, second), lambda x, y: np.mean(x) - np.mean(y), permutation_type="independent", n_resamples=np.inf
    )
    assert permutation_p(_table(first, second), "tone").p_value == pytest.approx(reference.pvalue, abs=1e-6)


def test_a_difference_between_strata_is_not_one_between_sides():
    """All interviews are warm and mostly American; within each kind the sides are alike, by construction."""
    genre = ["interview"] * 40 + ["readout"] * 40
    side = ["US"] * 32 + ["CN"] * 8 + ["US"] * 8 + ["CN"] * 32
    tone = np.repeat([1.0, 0.0], 40) + np.random.default_rng(11).normal(0, 0.2, 80)
    table = pd.DataFrame({"genre": genre, "side": side, "tone": tone})
    assert permutation_p(table, "tone").p_value < 0.01
    assert permutation_p(table, "tone", within=["genre"]).p_value > 0.05


def test_too_few_documents_have_no_p_but_a_reason_and_such_strata_are_left_out():
    found = permutation_p(_table([1, 2, 3], [7, 8]), "tone")
    assert (np.isnan(found.p_value), found.difference) == (True, -5.5)
    assert found.reason == "3 against 2 documents; expected at least 4 of each in a stratum"
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


@pytest.mark.parametrize(("clusters", "honest"), [(None, False), ("speaker", True)])
def test_sides_drawn_by_lot_for_speakers_are_told_apart_by_text_only(clusters, honest):
    """200 tables: sixteen speakers with a tone of their own. One binomial bound for .05: 18 of 200 (p = .01)."""
    named, smallest = 0, []
    for run, rng in enumerate(np.random.default_rng(4).spawn(200)):
        speaker = np.repeat(np.arange(16), rng.integers(1, 9, 16))
        tone = rng.normal(0, 1, 16)[speaker] + rng.normal(0, 0.5, len(speaker))
        side = rng.permutation(["CN", "US"] * 8)[speaker]
        table = pd.DataFrame({"speaker": speaker, "side": side, "tone": tone})
        found = permutation_p(table, "tone", clusters=clusters, n_draws=199, seed=run)
        named += found.p_value <= 0.05
        smallest.append(found.smallest)
    assert (named <= 18) == honest
    assert (np.median(smallest) > 1) == honest, "it knows that it sees less"


@pytest.mark.parametrize("clusters", [None, "speaker"])
def test_an_interaction_is_found_where_there_is_one(clusters):
    """Both sides and years differ, by luck of 20 draws also their difference; p below .05 in at most 9 of 100."""
    wrong, covered, right = 0, 0, 0
    for run, rng in enumerate(np.random.default_rng(6).spawn(100)):
        speaker = np.repeat(np.arange(64), rng.integers(1, 4, 64))
        side, year = np.array(["CN", "US"] * 32)[speaker], (np.arange(64) // 2 % 2)[speaker]
        tone = rng.exponential(1, 64)[speaker] + rng.exponential(0.3, len(speaker)) + (side == "US") + year
        for more in (0, 2):
            table = pd.DataFrame({"speaker": speaker, "side": side, "year": year})
            table["tone"] = tone + more * ((side == "CN") & (year == 1))
            found = interaction_p(table, "tone", "year", 1, 0, clusters=clusters, n_draws=199, seed=run)
            right += found.p_value <= 0.05 and more == 2
            wrong += found.p_value <= 0.05 and more == 0
            covered += found.low <= more <= found.high
    assert (wrong <= 9) == (covered >= 184) == (clusters == "speaker")
    assert right >= 80


def test_two_tests_of_which_one_passes_do_not_make_an_interaction():
    """Differences of 1.0 and .6 with equal noise: the one passes, the other fails, and they are not told apart."""
    noise = np.tile([-1.0, -0.5, 0.0, 0.5, 1.0], 4)
    parts = [noise[:10] + 0.9, noise[:10], noise[:10] + 0.6, noise[:10]]
    table = pd.DataFrame({"tone": np.concatenate(parts), "side": ["CN"] * 10 + ["US"] * 10 + ["CN"] * 10 + ["US"] * 10})
    table["year"] = [2024] * 20 + [2025] * 20
    passed = [permutation_p(part, "tone").p_value < 0.05 for _, part in table.groupby("year")]
    found = interaction_p(table, "tone", "year", 2024, 2025)
    assert (passed, found.difference) == ([True, False], pytest.approx(0.3))
    assert found.p_value > 0.3
    assert found.low < 0 < found.high
    few = interaction_p(table.iloc[7:], "tone", "year", 2024, 2025)
    assert (np.isnan(few.p_value), few.reason) == (True, "under 4 documents in a group of one setting")


@given(st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=30), st.floats(-1e3, 1e3), st.floats(0.01, 100))
def test_an_interval_moves_and_grows_with_its_values(values, shift, scale):
    one, other = mean_interval(values), mean_interval(-(np.array(values) * scale + shift))
    assert one.reason or one.low <= one.mean <= one.high
    if not (one.reason or other.reason) and np.std(values) > 1e-2 * np.ptp(values) > 1:  # squares can vanish
        expected = [-(bound * scale + shift) for bound in (one.high, one.low)]
        assert (other.low, other.high) == pytest.approx(expected, rel=1e-5, abs=1e-2)
