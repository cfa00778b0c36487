"""Events: windows around talks, by hand, and against the figures of the curation."""

import pandas as pd
import pytest

import analysis_helpers as ah


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


def test_bad_requests_are_one_line(dated, talks):
    with pytest.raises(ah.TalksError, match="unknown column 'sides'"):
        ah.event_window(dated, talks, by="sides")
    with pytest.raises(ah.TalksError, match="no talk to look around"):
        ah.event_window(dated, talks.head(0))
    with pytest.raises(ah.TalksError, match="no document with a date exact enough"):
        ah.event_window(dated.where(doc_id="c3"), talks)
