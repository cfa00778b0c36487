"""Events: counts by period and windows around talks, by hand, and against the figures of the curation."""

import numpy as np
import pandas as pd
import pytest

import analysis_helpers as ah


def test_weeks_without_texts_are_zero_on_both_sides(dated):
    weeks = ah.texts_by_period(dated, "week")
    assert weeks["week"].nunique() == 9
    assert weeks["n_documents"].sum() == 4, "the text dated by its month belongs to no week"
    assert weeks[weeks["week"].astype("str").str.startswith("2025-02")]["n_documents"].eq(0).all()
    assert weeks["side"].head(2).tolist() == ["US", "CN"]
    assert str(weeks["week"].iloc[0].start_time.date()) == "2025-01-06", "weeks begin on Monday"
    months = ah.texts_by_period(dated, "month").set_index(["month", "side"])["n_documents"]
    assert months.loc[("2025-03", "CN")] == 2, "a month takes the text dated by it"
    assert months.loc[("2025-02", "CN")] == 0
    span = ah.texts_by_period(dated, "week", span=("2025-01-01", "2025-03-16"))
    assert [str(week.start_time.date()) for week in span["week"].iloc[[0, -1]]] == ["2024-12-30", "2025-03-10"]
    assert span["n_documents"].sum() == 4


def test_windows_by_hand(dated):
    talk = {"talk_id": "t", "start_date": pd.Timestamp("2025-01-07"), "end_date": pd.Timestamp("2025-01-13")}
    around = ah.event_window(dated, pd.DataFrame([talk]), days=7).set_index("side")
    assert around.loc["US", ["n_before", "n_during", "n_after", "n_documents"]].tolist() == [1, 0, 1, 2]
    assert around.loc["CN", ["n_before", "n_during", "n_after", "n_documents"]].tolist() == [0, 1, 0, 1]


def test_an_estimated_day_counts_in_wide_windows_only():
    """Twenty days of 0 and of 1; all days but the first and the last may be off by some."""
    table = _daily([0.0] * 20 + [1.0] * 20).assign(date_precision=["day", *["window"] * 38, "day"])
    for days, counted in ((14, [14, 14]), (13, [0, 0])):
        row = ah.event_study(table, _talk("2025-01-21"), "tone", days=days).iloc[0]
        assert row[["n_before", "n_after"]].tolist() == counted


@pytest.mark.parametrize(
    ("name", "chinese", "american"),
    [("geneva-t", 12, 30), ("stockholm-t", 11, 21), ("kuala-lumpur-t", 23, 31), ("busan-s", 27, 34)],
)
def test_windows_agree_with_the_curation(shipped, talks, name, chinese, american):
    """The curator counted usable texts in the week before and after six rounds, with rules of his own."""
    talk = talks[talks["talk_id"].str.match(f"2025.*-{name}")]
    around = ah.event_window(shipped.where(collection="statements_2025"), talk).set_index("side")["n_documents"]
    assert (around["CN"], around["US"]) == (chinese, american)


def test_burstiness_of_chance_and_of_bursts():
    rng = np.random.default_rng(1)
    chance = pd.DataFrame({"side": np.repeat([f"s{i}" for i in range(400)], 50), "n_documents": rng.poisson(8, 20_000)})
    table = ah.burstiness(chance)
    inside = table["ratio"].between(table["chance_low"], table["chance_high"]).mean()
    assert 0.92 < inside < 0.98, "95 % of Poisson series lie within the bounds"
    bursts = pd.DataFrame({"side": ["a"] * 50, "n_documents": [0, 16] * 25})
    assert ah.burstiness(bursts)["ratio"].iloc[0] > ah.burstiness(bursts)["chance_high"].iloc[0]


def test_bad_requests_are_one_line(dated, shipped, talks):
    for ask in (lambda: ah.texts_by_period(dated, by="sides"), lambda: ah.event_window(dated, talks, by="sides")):
        with pytest.raises(ah.TalksError, match="unknown column 'sides'"):
            ask()
    with pytest.raises(ah.TalksError, match="no document has a date exact enough for a week"):
        ah.texts_by_period(shipped.where(collection="articles"), "week")


def _daily(values):
    dates = pd.date_range("2025-01-01", periods=len(values))
    return pd.DataFrame({"date": dates, "side": "US", "tone": values})


def _talk(*days):
    dates = pd.to_datetime(list(days))
    return pd.DataFrame({"start_date": dates, "end_date": dates})


def test_windows_around_talks_by_hand():
    """Ten days of 0, the talk on the 11th, ten days of 1: windows of three days before and after."""
    table = _daily([0.0] * 10 + [5.0] + [1.0] * 9)
    row = ah.event_study(table, _talk("2025-01-11"), "tone", days=4).iloc[0]
    assert row[["before", "after", "difference", "n_before", "n_after"]].tolist() == [0.0, 1.0, 1.0, 4, 4]


def test_p_counts_the_calendars_with_as_large_a_difference():
    """On a ring of 20 days with one talk 20 calendars exist; the definition in a plain loop."""
    values = [0.1, 0.5, 0.2, 0.9, 0.4, 0.3, 0.8, 0.7, 0.6, 0.0, 1.0, 0.9, 0.2, 0.1, 0.5, 0.3, 0.4, 0.8, 0.6, 0.7]
    row = ah.event_study(_daily(values), _talk("2025-01-11"), "tone", days=4).iloc[0]
    differences = []
    for talk in range(20):
        before = [values[(talk - i) % 20] for i in range(1, 5)]
        after = [values[(talk + i) % 20] for i in range(1, 5)]
        differences.append(sum(after) / 4 - sum(before) / 4)
    observed = differences[10]
    assert row["difference"] == pytest.approx(observed, abs=1e-4)
    assert row["p_value"] == pytest.approx(sum(abs(d) >= abs(observed) - 1e-9 for d in differences) / 20, abs=1e-4)


def test_texts_between_two_talks_are_in_neither_window():
    table = _daily([float(i) for i in range(30)])
    row = ah.event_study(table, _talk("2025-01-11", "2025-01-15"), "tone", days=5).iloc[0]
    assert (row["n_before"], row["n_after"]) == (5, 5), "the 12th to 14th lie after one talk and before the other"
    assert (row["before"], row["after"]) == (7.0, 17.0)

    row = ah.event_study(_daily([0.0, 1.0] * 10), _talk("2025-01-11"), "tone", days=3).iloc[0]
    assert (pd.isna(row["p_value"]), row["n_before"]) == (True, 3), "three texts in a window carry no p"
