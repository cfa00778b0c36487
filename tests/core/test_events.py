"""Events: counts by period and windows around talks, by hand, and against the figures of the curation."""

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


@pytest.mark.parametrize(
    ("name", "chinese", "american"),
    [("geneva-t", 12, 30), ("stockholm-t", 11, 21), ("kuala-lumpur-t", 23, 31), ("busan-s", 27, 34)],
)
def test_windows_agree_with_the_curation(shipped, talks, name, chinese, american):
    """The curator counted usable texts in the week before and after six rounds, with rules of his own."""
    talk = talks[talks["talk_id"].str.match(f"2025.*-{name}")]
    around = ah.event_window(shipped.where(collection="statements_2025"), talk).set_index("side")["n_documents"]
    assert (around["CN"], around["US"]) == (chinese, american)


def test_bad_requests_are_one_line(dated, shipped, talks):
    for ask in (lambda: ah.texts_by_period(dated, by="sides"), lambda: ah.event_window(dated, talks, by="sides")):
        with pytest.raises(ah.TalksError, match="unknown column 'sides'"):
            ask()
    with pytest.raises(ah.TalksError, match="no document has a date exact enough for a week"):
        ah.texts_by_period(shipped.where(collection="articles"), "week")
