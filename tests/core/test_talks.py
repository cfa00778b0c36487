"""The chronology: its codes, its gaps against known dates, and its links to documents."""

import re

import pandas as pd
import pytest

import analysis_helpers as ah
from tests.conftest import ROOT, by_hand


@pytest.fixture
def tables():
    files = {part: ROOT / f"data/talks{part}.csv" for part in ("", "_people", "_sources")}
    return {part: pd.read_csv(file, dtype="str", keep_default_na=False) for part, file in files.items()}


@by_hand("well_known_talks")
def test_well_known_talks_have_their_public_dates(talks, talk_id, start, end, city, level):
    row = talks.set_index("talk_id").loc[talk_id]
    assert (str(row["start_date"].date()), str(row["end_date"].date())) == (start, end)
    assert row[["city", "mode", "level", "status"]].tolist() == [city, "in_person", level, "held"]


def test_every_talk_has_an_address_and_the_codebook_explains_every_column_and_code(tables, talks):
    assert talks["sources"].str.contains(r"https?://").all()
    raw, terms = tables[""], ["administration", "venue", "read", "level"]
    assert raw["start_date"].is_monotonic_increasing
    codebook = (ROOT / "data/codebook.md").read_text(encoding="utf-8")
    codes = {f"`{code}`" for cell in raw["issues"] for code in cell.split(";")}
    codes |= {code for term in terms for code in raw[term]} | {column for table in tables.values() for column in table}
    assert [name for name in codes if name not in codebook] == []


def test_the_administration_is_the_one_in_office_and_the_venue_follows_the_place(talks):
    days = pd.to_datetime(["2016-01-01", "2017-01-20", "2021-01-20", "2025-01-20", "2029-01-20"])
    in_office = pd.cut(talks["start_date"], days, right=False, labels=["obama", "trump_1", "biden", "trump_2"])
    assert in_office.astype("str").tolist() == talks["administration"].tolist()
    begins = talks["country"].map({"United States": "us_", "China": "cn_", "": ("remote", "")}).fillna("third")
    assert all(venue.startswith(begin) for venue, begin in zip(talks["venue"], begins, strict=True))


def test_people_and_sources_are_joined_in_the_order_of_their_tables(talks):
    """The state visit of November 2017: the president, a secretary beside him; hosts last."""
    row = talks.set_index("talk_id").loc["2017-11-beijing-state-visit"]
    assert row[["us_lead", "cn_lead"]].tolist() == ["Donald Trump;Wilbur Ross", "Xi Jinping;Wang Yang;Li Keqiang"]
    assert 'Asia Today International: "Xi, Trump trade promises' in row["sources"]
    assert row["sources"].count(" || ") > row["sources"].count("{not counted}") > 0


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


@by_hand("wrong_cells")
def test_a_wrong_cell_is_named(tables, part, column, value, message):
    tables[part].loc[0, column] = value
    with pytest.raises(ah.TalksError, match=re.escape(message)):
        ah.check_talks(*tables.values())


def test_gaps_by_hand():
    rows = [
        ("a", "2020-01-01", "2020-01-31", "held", False),
        ("b", "2020-01-10", "2020-01-11", "held", False),
        ("c", "2020-02-10", "2020-02-10", "held", False),
        ("unknown day", "2020-02-22", "2020-02-29", "held", True),  # neither opens nor closes a gap, but may cut it
        ("d", "2020-02-20", "2020-02-20", "cancelled", False),
        ("e", "2020-03-01", "2020-03-01", "held", False),
    ]
    talks = pd.DataFrame(rows, columns=["talk_id", "start_date", "end_date", "status", "window"])
    talks = talks.astype({"start_date": "datetime64[ns]", "end_date": "datetime64[ns]"})
    talks = talks.assign(
        date_low=talks["start_date"], date_high=talks["end_date"].where(talks["window"], talks["start_date"])
    )
    gaps = ah.describe_gaps(talks)[["from_talk", "to_talk", "days", "days_low", "cut_by"]].to_numpy().tolist()
    assert gaps == [["c", "e", 20, 12, "unknown day"], ["a", "c", 10, 10, ""], ["a", "b", -21, -21, ""]]


def pauses(talks):
    """The longest pauses that pages print: leaders in person, with ministers, three lanes; any talk."""
    met = talks[(talks["mode"] == "in_person") & talks["level"].isin(["leader", "cabinet"])]
    ministers = met[met["level"] == "cabinet"]
    tracks = ("trade|finance|technology", "security|military", "climate|narcotics|people")
    lanes = [ministers[ministers["track"].str.match(lane)] for lane in tracks]
    kinds = (met[met["level"] == "leader"], met, *lanes, talks)
    return [int(ah.describe_gaps(rows)["days"].max()) for rows in kinds]


def claims(talks):
    """What 05 says of leaders and ministers: years when most met in third countries, no leaders met, none in China."""
    met = talks[talks["level"].isin(["leader", "cabinet"]) & talks["mode"].eq("in_person") & talks["status"].eq("held")]
    met = met.assign(
        year=met["start_date"].dt.year, third=met["venue"].eq("third"), china=met["venue"].str.match("cn_")
    )
    years = met.assign(leader=met["level"].eq("leader")).groupby("year")[["third", "leader", "china"]]
    most = years.mean()["third"].gt(0.5) & years.size().ge(5)
    return [most.index[found].tolist() for found in (most, ~years.any()["leader"], ~years.any()["china"])]


def test_the_longest_pauses_by_the_calendar(talks):
    """Any talk: 81 days to Vienna; the climate envoys spoke in a window from 19 April, 60 days after Munich."""
    pause = ah.describe_gaps(talks).iloc[0]
    days = [(pd.Timestamp(day) - pd.Timestamp("2023-02-18")).days for day in ("2023-05-10", "2023-04-19")]
    assert [pause["to_talk"], pause["days"], pause["days_low"]] == ["2023-05-sullivan-wang-vienna", *days]
    assert pause["cut_by"] == "2023-04-kerry-xie-virtual;2023-05-burns-beijing"
    assert pauses(talks) == [1234, 274, 1036, 935, 1540, 81]


@by_hand("plausible_contacts")
def test_no_plausible_contact_moves_a_claim_that_is_printed(talks, start, end, mode, level, track):
    """Contacts left out for want of a source, on either end of their window: "at most 81 days" stays true, too.

    The claims on meetings stay even if the contact was a meeting of ministers, in Washington.
    """
    for day in (pd.Timestamp(start), pd.Timestamp(end)):
        row = dict.fromkeys(["start_date", "end_date", "date_low", "date_high"], day) | {"window": False}
        row |= {"talk_id": "plausible", "mode": mode, "level": level, "track": track, "status": "held"}
        *printed, at_most = pauses(pd.concat([talks, pd.DataFrame([row])], ignore_index=True))
        assert (printed, at_most <= 81) == ([1234, 274, 1036, 935, 1540], True)
        row |= {"mode": "in_person", "level": "cabinet", "venue": "us_capital"}
        assert claims(pd.concat([talks, pd.DataFrame([row])])) == [[2022, 2025], [2020, 2021], [2020, 2021, 2022, 2025]]


def test_empty_years_are_zero_and_the_agenda_has_every_issue_in_every_year_with_its_denominator(talks):
    others = talks[talks["start_date"].dt.year != 2020]
    table = ah.talks_by_period(others).set_index("year")["n_talks"]
    assert (table["2020"], table.sum()) == (0, len(others))
    agenda = ah.issues_by_period(talks)
    assert len(agenda) == 27 * 9
    assert agenda.groupby("year")["n_all"].first().sum() == len(talks)
    by_hand = talks["issues"].str.split(";").map(lambda codes: "tariffs" in codes)
    assert agenda[agenda["issue"] == "tariffs"]["n_talks"].sum() == by_hand.sum()


def test_issues_by_side_on_paper():
    """Invented: 0:9, 6:0, 8:1 and 6:3 of talks that differ; two-sided, times 4, 3, 2, 1, never falling (Holm)."""
    rows = [*[("tariffs;ai", "tariffs;tiktok")] * 2, *[("tariffs;ai", "tariffs")] * 4, *[("energy", "none_named")] * 8]
    rows += [("none_named", "energy;tiktok"), *[("climate", "tiktok")] * 6, *[("none_named", "climate")] * 3]
    talks = pd.DataFrame(rows, columns=["issues_us", "issues_cn"]).assign(seen_us="whole", seen_cn="whole")
    in_part = talks.assign(issues_us="taiwan", seen_cn="part")
    table = ah.issues_by_side(pd.concat([talks, in_part])).set_index("issue")
    assert table[["both", "only_us", "only_cn", "n_talks"]].T.to_dict("list") == {
        **{"tariffs": [6, 0, 0, 24], "energy": [0, 8, 1, 24], "ai": [0, 6, 0, 24]},
        **{"tiktok": [0, 0, 9, 24], "climate": [0, 6, 3, 24]},
    }
    assert list(table.index) == ["tariffs", "energy", "ai", "tiktok", "climate"], "in the order of the codebook"
    exact = [20 / 512, 2 / 64, 2 / 512, 260 / 512]
    assert table["p_value"].tolist() == pytest.approx([float("nan"), *exact], abs=1e-6, nan_ok=True)
    assert table["p_holm"].tolist()[1:] == pytest.approx([6 / 64, 6 / 64, 8 / 512, 260 / 512], abs=1e-6)
    with pytest.raises(ah.TalksError, match="no talk has 'whole' in seen_us and seen_cn"):
        ah.issues_by_side(in_part)


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
