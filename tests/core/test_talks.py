"""The chronology: its codes, its gaps against known dates, and its links to documents."""

import pandas as pd
import pytest

import analysis_helpers as ah
from tests.conftest import ROOT, by_hand


@pytest.fixture
def raw():
    return pd.read_csv(ROOT / "data/talks.csv", dtype="str", keep_default_na=False)


@by_hand("well_known_talks")
def test_well_known_talks_have_their_public_dates(talks, talk_id, start, end, city, level):
    row = talks.set_index("talk_id").loc[talk_id]
    assert (str(row["start_date"].date()), str(row["end_date"].date())) == (start, end)
    assert row[["city", "mode", "level", "status"]].tolist() == [city, "in_person", level, "held"]


def test_every_row_has_an_address_and_the_codebook_explains_every_column_and_code(raw):
    assert raw["sources"].str.contains(r"https?://").all()
    assert raw["start_date"].is_monotonic_increasing
    codebook = (ROOT / "data/codebook.md").read_text(encoding="utf-8")
    codes = {f"`{code}`" for cell in raw["issues"] for code in cell.split(";")}
    assert [name for name in [*raw, *codes] if name not in codebook] == []


def test_filters(talks, tmp_path):
    with pytest.raises(ah.TalksError, match="cannot be read"):
        ah.load_talks(tmp_path / "nowhere.csv")
    with pytest.raises(ah.TalksError, match="no talk to draw"):
        ah.plot_timeline(talks.head(0))
    assert set(ah.load_talks(level="leader", mode="in_person")["level"]) == {"leader"}
    assert len(ah.load_talks(min_sources=2)) == (talks["n_sources"] >= 2).sum()
    assert len(ah.load_talks(level=["leader", "cabinet"])) == talks["level"].isin(["leader", "cabinet"]).sum()
    assert talks["unverified"].equals(talks["note_unverified"] != "")
    for argument, value in (("level", "king"), ("mode", "letter")):
        with pytest.raises(ah.TalksError, match=f"unknown {argument} '{value}'; expected one of"):
            ah.load_talks(**{argument: value})


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("level", "king", r"row 2 \(.*\): level is 'king'; expected leader or cabinet or deputy or working"),
        ("start_date", "2017-02-31", "start_date is '2017-02-31'; expected a date YYYY-MM-DD"),
        ("end_date", "2016-01-01", "end_date is '2016-01-01'; expected a date YYYY-MM-DD, not before start_date"),
        ("issues", "taiwan;tea", "issues is 'taiwan;tea'; expected codes of the codebook"),
        ("sources", "", "sources is ''; expected at least one source"),
        ("n_sources", "0", "n_sources is '0'; expected a number from 1"),
        ("talk_id", "2018-01-x", "talk_id is '2018-01-x'; expected the month of start_date"),
    ],
)
def test_a_wrong_cell_is_named(raw, column, value, message):
    raw.loc[0, column] = value
    with pytest.raises(ah.TalksError, match=message):
        ah.check_talks(raw)


def test_gaps_by_hand():
    rows = [
        ("a", "2020-01-01", "2020-01-31", "held", False),
        ("b", "2020-01-10", "2020-01-11", "held", False),
        ("c", "2020-02-10", "2020-02-10", "held", False),
        ("unknown day", "2020-02-15", "2020-02-29", "held", True),  # neither opens nor closes a gap
        ("d", "2020-02-20", "2020-02-20", "cancelled", False),
        ("e", "2020-03-01", "2020-03-01", "held", False),
    ]
    talks = pd.DataFrame(rows, columns=["talk_id", "start_date", "end_date", "status", "window"])
    talks = talks.astype({"start_date": "datetime64[ns]", "end_date": "datetime64[ns]"})
    gaps = ah.describe_gaps(talks)[["from_talk", "to_talk", "days"]].to_numpy().tolist()
    assert gaps == [["c", "e", 20], ["a", "c", 10], ["a", "b", -21]]


def test_the_longest_pauses_by_the_calendar(talks):
    """Any talk: 81 days to Vienna, as the visit of May 2023 has no known day; leaders: from Osaka to Bali."""
    pause = ah.describe_gaps(talks).iloc[0]
    assert pause["to_talk"] == "2023-05-sullivan-wang-vienna"
    assert pause["days"] == (pd.Timestamp("2023-05-10") - pd.Timestamp("2023-02-18")).days == 81
    leaders = ah.describe_gaps(ah.load_talks(level="leader", mode="in_person")).iloc[0]
    assert leaders["days"] == (pd.Timestamp("2022-11-14") - pd.Timestamp("2019-06-29")).days == 1234


def test_empty_years_are_zero_and_the_agenda_has_every_issue_in_every_year_with_its_denominator(talks):
    others = talks[talks["start_date"].dt.year != 2020]
    table = ah.talks_by_period(others).set_index("year")["n_talks"]
    assert (table["2020"], table.sum()) == (0, len(others))
    agenda = ah.issues_by_period(talks)
    assert len(agenda) == 24 * 9
    assert agenda.groupby("year")["n_all"].first().sum() == len(talks)
    by_hand = talks["issues"].str.split(";").map(lambda codes: "tariffs" in codes)
    assert agenda[agenda["issue"] == "tariffs"]["n_talks"].sum() == by_hand.sum()


def test_documents_that_agree_are_linked_with_evidence_and_the_rest_is_left_empty(corpus_of, shipped, talks):
    madrid, call, beijing = "2025-09-madrid-trade-round", "2025-09-trump-xi-call", "2017-11-beijing-state-visit"
    rows = [
        ("near", "2025-09-16", "Bessent left Madrid with a framework.", ""),
        ("before", "2025-09-10", "He Lifeng will go to Madrid.", ""),
        ("call", "2025-09-19", "President Trump and Xi Jinping spoke by phone.", ""),
        ("given", "2025-09-16", "Bessent left Madrid.", beijing),
        ("years ago", "2021-03-19", "In Anchorage Antony Blinken met Yang Jiechi.", ""),
        ("late", "2025-10-20", "Bessent spoke of Madrid again.", ""),
        ("no-name", "2025-09-15", "Talks went on in Madrid.", ""),
        ("no-place", "2025-09-15", "Bessent met He Lifeng.", ""),
        ("apart", "2025-09-19", "President Trump made a phone call.\n\nXi Jinping did not answer.", ""),
        ("capital", "2025-08-28", "Bessent works in Washington.", ""),
        ("vague", "2025-09", "Bessent was in Madrid in September.", ""),
    ]
    linked = ah.link_documents(corpus_of("id date text talk_id", rows, with_text=False), talks)
    links = linked.documents.set_index("doc_id")[["talk_id", "talk_evidence"]].loc[[row[0] for row in rows]]
    assert links["talk_id"].head(5).tolist() == [madrid, madrid, call, beijing, "2021-03-anchorage"]
    assert links.iloc[5:].isna().all(axis=None)
    assert links["talk_evidence"][["near", "call", "given"]].tolist() == [
        "date: 1 day from the talk; place: Madrid; names: Scott Bessent",
        "date: during the talk; place: phone; names: Donald Trump, Xi Jinping",
        "given by the metadata",
    ]
    again = ah.link_documents(shipped, talks).documents
    assert again["doc_id"].equals(shipped.documents["doc_id"]), "rows and order stay"
    assert again["talk_id"].notna().equals(again["talk_evidence"].notna())
