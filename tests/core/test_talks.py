"""The chronology: its codes, its gaps against known dates, and its links to documents."""

import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers.talks import check_talks
from tests.conftest import ROOT


@pytest.fixture
def raw():
    return pd.read_csv(ROOT / "data/talks.csv", dtype="str", keep_default_na=False)


@pytest.mark.parametrize(
    ("talk_id", "start", "end", "city", "mode", "level"),
    [
        ("2017-04-mar-a-lago-summit", "2017-04-06", "2017-04-07", "Palm Beach", "in_person", "leader"),
        ("2018-12-buenos-aires-g20", "2018-12-01", "2018-12-01", "Buenos Aires", "in_person", "leader"),
        ("2019-06-osaka-g20", "2019-06-29", "2019-06-29", "Osaka", "in_person", "leader"),
        ("2020-01-phase-one-signing", "2020-01-15", "2020-01-15", "Washington", "in_person", "cabinet"),
        ("2021-03-anchorage", "2021-03-18", "2021-03-19", "Anchorage", "in_person", "cabinet"),
        ("2022-11-biden-xi-bali", "2022-11-14", "2022-11-14", "Nusa Dua", "in_person", "leader"),
        ("2023-11-woodside-summit", "2023-11-15", "2023-11-15", "Woodside", "in_person", "leader"),
        ("2025-05-geneva-trade-round", "2025-05-10", "2025-05-11", "Geneva", "in_person", "cabinet"),
        ("2025-06-london-trade-round", "2025-06-09", "2025-06-10", "London", "in_person", "cabinet"),
        ("2025-07-stockholm-trade-round", "2025-07-28", "2025-07-29", "Stockholm", "in_person", "cabinet"),
        ("2025-09-madrid-trade-round", "2025-09-14", "2025-09-15", "Madrid", "in_person", "cabinet"),
        ("2025-10-kuala-lumpur-trade-round", "2025-10-25", "2025-10-26", "Kuala Lumpur", "in_person", "cabinet"),
        ("2025-10-busan-summit", "2025-10-30", "2025-10-30", "Busan", "in_person", "leader"),
    ],
)
def test_well_known_talks_have_their_public_dates(talks, talk_id, start, end, city, mode, level):
    row = talks.set_index("talk_id").loc[talk_id]
    assert (str(row["start_date"].date()), str(row["end_date"].date())) == (start, end)
    assert (row["city"], row["mode"], row["level"], row["status"]) == (city, mode, level, "held")


def test_every_row_has_a_source_with_an_address(raw):
    assert raw["sources"].str.contains(r"https?://").all()
    assert raw["start_date"].is_monotonic_increasing


def test_codebook_explains_every_column_and_code(raw):
    codebook = (ROOT / "data/codebook.md").read_text(encoding="utf-8")
    for column in raw:
        assert column in codebook
    for code in sorted({code for cell in raw["issues"] for code in cell.split(";")}):
        assert f"`{code}`" in codebook


def test_filters(talks):
    leaders = ah.load_talks(level="leader", mode="in_person")
    assert set(leaders["level"]) == {"leader"}
    assert len(ah.load_talks(min_sources=2)) == (talks["n_sources"] >= 2).sum()
    assert len(ah.load_talks(level=["leader", "cabinet"])) == talks["level"].isin(["leader", "cabinet"]).sum()
    assert talks["unverified"].equals(talks["note_unverified"] != "")


@pytest.mark.parametrize(("argument", "value"), [("level", "king"), ("mode", "letter")])
def test_unknown_filters_are_refused(argument, value):
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
        check_talks(raw)


def test_missing_chronology_is_one_line(tmp_path):
    with pytest.raises(ah.TalksError, match="cannot be read"):
        ah.load_talks(tmp_path / "nowhere.csv")


def _chronology(*rows):
    columns = ["talk_id", "start_date", "end_date", "status"]
    frame = pd.DataFrame([(*row, "held")[:4] for row in rows], columns=columns)
    dates = {name: pd.to_datetime(frame[name]) for name in ("start_date", "end_date")}
    return frame.assign(**dates, window=frame["talk_id"].str.startswith("window"))


def test_gaps_by_hand():
    talks = _chronology(
        ("a", "2020-01-01", "2020-01-31"),
        ("b", "2020-01-10", "2020-01-11"),
        ("c", "2020-02-10", "2020-02-10"),
        ("d", "2020-02-20", "2020-02-20", "cancelled"),
        ("e", "2020-03-01", "2020-03-01"),
    )
    gaps = ah.describe_gaps(talks)
    assert gaps[["from_talk", "to_talk", "days"]].to_numpy().tolist() == [
        ["c", "e", 20],
        ["a", "c", 10],
        ["a", "b", -21],
    ]


def test_an_unknown_day_neither_opens_nor_closes_a_gap():
    talks = _chronology(
        ("a", "2020-01-01", "2020-01-01"),
        ("window", "2020-02-01", "2020-02-29"),
        ("b", "2020-03-11", "2020-03-11"),
    )
    assert ah.describe_gaps(talks)[["from_talk", "to_talk", "days"]].to_numpy().tolist() == [["a", "b", 70]]


def test_the_longest_pause_ends_in_vienna(talks):
    """18 February to 10 May 2023: 81 days; the secret visit of May 2023, whose day is unknown, closes no gap."""
    gap = ah.describe_gaps(talks).iloc[0]
    assert gap["to_talk"] == "2023-05-sullivan-wang-vienna"
    assert gap["days"] == (pd.Timestamp("2023-05-10") - pd.Timestamp("2023-02-18")).days == 81


def test_leaders_did_not_meet_from_osaka_to_bali():
    """29 June 2019 to 14 November 2022: 1,234 days by the calendar."""
    gap = ah.describe_gaps(ah.load_talks(level="leader", mode="in_person")).iloc[0]
    assert gap["days"] == (pd.Timestamp("2022-11-14") - pd.Timestamp("2019-06-29")).days == 1234


def test_empty_years_are_zero(talks):
    table = ah.talks_by_period(talks[talks["start_date"].dt.year != 2020])
    assert table.set_index("year").loc["2020", "n_talks"] == 0
    assert table["n_talks"].sum() == (talks["start_date"].dt.year != 2020).sum()


def test_agenda_has_every_issue_in_every_year_with_its_denominator(talks):
    agenda = ah.issues_by_period(talks)
    assert len(agenda) == 24 * 9
    assert agenda.groupby("year")["n_all"].first().sum() == len(talks)
    by_hand = talks["issues"].str.split(";").map(lambda codes: "tariffs" in codes)
    assert agenda[agenda["issue"] == "tariffs"]["n_talks"].sum() == by_hand.sum()


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    """Invented reports around Madrid and a call, to be linked or not."""
    folder = tmp_path_factory.mktemp("links")
    rows = [
        ("near", "2025-09-16", "Bessent left Madrid with a framework."),
        ("before", "2025-09-10", "He Lifeng will go to Madrid."),
        ("late", "2025-10-20", "Bessent spoke of Madrid again."),
        ("no-name", "2025-09-15", "Talks went on in Madrid."),
        ("no-place", "2025-09-15", "Bessent met He Lifeng."),
        ("call", "2025-09-19", "President Trump and Xi Jinping spoke by phone."),
        ("apart", "2025-09-19", "President Trump made a phone call.\n\nXi Jinping did not answer."),
        ("capital", "2025-08-28", "Bessent works in Washington."),
        ("vague", "2025-09", "Bessent was in Madrid in September."),
        ("given", "2025-09-16", "Bessent left Madrid."),
    ]
    table = pd.DataFrame(rows, columns=["id", "date", "text"])
    table["talk_id"] = ["", "", "", "", "", "", "", "", "", "2017-11-beijing-state-visit"]
    table.to_csv(folder / "reports.csv", index=False)
    corpus = ah.build_corpus([folder / "reports.csv"], folder / "corpus", with_text=False)
    return ah.link_documents(corpus, ah.load_talks()).documents.set_index("doc_id")


@pytest.mark.parametrize(
    ("doc_id", "talk_id"),
    [
        ("near", "2025-09-madrid-trade-round"),
        ("before", "2025-09-madrid-trade-round"),
        ("call", "2025-09-trump-xi-call"),
        ("given", "2017-11-beijing-state-visit"),
    ],
)
def test_documents_that_agree_are_linked(linked, doc_id, talk_id):
    assert linked.loc[doc_id, "talk_id"] == talk_id


@pytest.mark.parametrize("doc_id", ["late", "no-name", "no-place", "apart", "capital", "vague"])
def test_the_rest_is_left_empty(linked, doc_id):
    assert pd.isna(linked.loc[doc_id, "talk_id"])
    assert pd.isna(linked.loc[doc_id, "talk_evidence"])


def test_evidence_says_date_place_and_names(linked):
    assert linked.loc["near", "talk_evidence"] == "date: 1 day from the talk; place: Madrid; names: Scott Bessent"
    assert linked.loc["call", "talk_evidence"] == "date: during the talk; place: phone; names: Donald Trump, Xi Jinping"
    assert linked.loc["given", "talk_evidence"] == "given by the metadata"


def test_rows_and_order_stay(shipped, talks):
    again = ah.link_documents(shipped, talks)
    assert again.documents["doc_id"].equals(shipped.documents["doc_id"])
    assert again.documents["talk_id"].notna().sum() == again.documents["talk_evidence"].notna().sum()
