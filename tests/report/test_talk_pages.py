"""Every talk can be read: its section, row, sources, the statements of its days and back; the search finds it."""

import json
import re
from zipfile import ZipFile

import pandas as pd
import pytest
from lxml import html

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def pages(site):
    """The pages of talks and statements, by their address from the root of the site."""
    paths = [site / "talks.html", *site.glob("talks/*.html"), *site.glob("statements/*.html")]
    return {path.relative_to(site).as_posix(): html.parse(path).getroot() for path in paths}


def section(pages, address):
    page, anchor = address.split("#")
    (found,) = pages[page].xpath(f"//section[@id='{anchor}']")
    return found, " ".join(found.text_content().split()), found.xpath(".//a/@href")


def test_every_talk_has_its_section_its_row_and_its_sources(pages, talks):
    sources = pd.read_csv(ROOT / "data/talks_sources.csv", dtype="str", keep_default_na=False)
    addresses = sources.groupby("talk_id")["address"].agg(set)
    rows = {row.get("data-talk"): row for row in pages["talks.html"].xpath("//table[@id='talks-table']/tbody/tr")}
    assert list(rows) == talks["talk_id"].tolist()
    for talk in talks.itertuples():
        page = f"talks/{talk.start_date.year}.html#{talk.talk_id}"
        assert rows[talk.talk_id].xpath(".//a/@href") == [page]
        found, words, links = section(pages, page)
        assert addresses[talk.talk_id] - {""} <= set(links), talk.talk_id
        said = [talk.outcome_note, *f"{talk.us_lead};{talk.cn_lead};{talk.city}".split(";")]
        assert [one for one in said if one not in words] == [], talk.talk_id
        assert {"Not held" in words, "Did not take place." in words} == {talk.status != "held"}, talk.talk_id
        doubts = found.xpath("string(.//dt[. = 'Doubts']/following-sibling::dd[1])")
        assert (doubts == "none recorded") == (not talk.note_unverified), talk.talk_id
        assert not re.search(r"[a-z]_[a-z]|window|(Beijing|Washington) date|reopened", doubts), (talk.talk_id, doubts)


def test_doubts_are_said_in_words(pages):
    words = section(pages, "talks/2019.html#2019-01-trade-deputies-beijing")[1]
    assert "Doubts who led the Chinese side: Wang Shouwen" in words
    words = section(pages, "talks/2021.html#2021-05-tai-liu-virtual")[1]
    assert "Doubts date in Beijing; whether the issue “Trade balance, purchases” was raised" in words


def test_who_met_in_woodside_and_in_stockholm_and_where_it_is_reported(pages):
    """By the record: Biden and Xi, 15 November 2023; Bessent and Greer with He in Stockholm, 28 and 29 July 2025."""
    woodside, words, _ = section(pages, "talks/2023.html#2023-11-woodside-summit")
    assert words.startswith("15 November 2023: Woodside")
    assert "United States Joe Biden, president ◆ China Xi Jinping, president" in words
    assert woodside.xpath(".//a[contains(@href, 'bidenwhitehouse.archives.gov') and contains(., 'Readout')]")
    for address in ("talks/2025.html#2025-07-stockholm-trade-round", "talks/rounds_2025.html#2025-round-3"):
        stockholm, words, _ = section(pages, address)
        assert "Scott Bessent, treasury secretary; Jamieson Greer, trade representative ◆ China He Lifeng" in words
        assert stockholm.xpath(".//a[contains(@href, 'whitehouse.gov') and contains(., 'Stockholm')]")
    assert words.startswith("3. Stockholm, 28–29 July 2025# 48 days after London")
    rounds = " ".join(pages["talks/rounds_2025.html"].text_content().split())
    assert "five rounds, from Geneva to Kuala Lumpur, and the summit in Busan" in rounds


def test_a_talk_leads_to_the_statements_of_its_days_and_back(pages, talks):
    """Counted anew from the table of documents; of an answer in two languages the Chinese one counts."""
    documents = pd.read_parquet(ROOT / "data/corpus/documents").astype({"date": "datetime64[ns]"})
    documents = documents[documents["date_precision"].eq("day") & documents["duplicate_of"].isna()]
    days = {day for page in pages if page[:10] == "statements" for day in pages[page].xpath("//section/section/@id")}
    back = {day: section(pages, f"statements/{day[:4]}.html#{day}")[2] for day in days}
    for talk in talks.itertuples():
        page = f"talks/{talk.start_date.year}.html#{talk.talk_id}"
        first, last = talk.start_date - pd.Timedelta(days=3), talk.end_date + pd.Timedelta(days=3)
        near = documents[documents["date"].between(first, last) & (talk.status == "held")]
        english = near["language"].eq("en") & near["twin_id"].isin(documents["doc_id"])
        n = near[~english].groupby("side").size().reindex(["US", "CN"], fill_value=0)
        near_days = near["date"].dt.strftime("%Y-%m-%d").sort_values().unique()
        addresses = [f"statements/{day[:4]}.html#{day}" for day in near_days]
        (read, _, _), said = section(pages, page), f"United States {n['US']} · China {n['CN']}"
        links = [(a.get("href"), a.text) for a in read.xpath(".//a[starts-with(@href, '../statements/')]")]
        assert links == [(f"../{address}", said) for address in addresses[:1]], talk.talk_id
        assert all(f"../{page}" in back[day] for day in near_days), talk.talk_id
        days -= set(near_days)
    assert days == set(), "days without a talk"
    names = [a.text for page in pages if page[:10] == "statements" for a in pages[page].xpath("//ul//li/a[@href]")]
    assert [name for name in names if re.fullmatch(r"[\w.-]+\.[a-z]{2,}", name)] == [], "links named by their host"


def test_the_search_finds_places_and_names(site):
    """A title leads to its section, also that of a call by its heads; a name beneath it to the page."""
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(index[index.index("{") : index.rindex("}") + 1])
    (found,) = index["alltitles"]["15 November 2023: Woodside"]
    assert (index["docnames"][found[0]], found[1]) == ("talks/2023", "2023-11-woodside-summit")
    options = (site / "_static/documentation_options.js").read_text(encoding="utf-8")
    assert "SHOW_SEARCH_SUMMARY: false" in options, "a summary is fetched, which fails without a server"
    (found,) = index["alltitles"]["21 February 2017: Phone call of Rex Tillerson and Yang Jiechi"]
    assert (index["docnames"][found[0]], found[1]) == ("talks/2017", "2017-02-tillerson-yang-call")
    assert "talks/2018" in {index["docnames"][page] for page in index["terms"]["tillerson"]}


def test_the_table_for_schools_has_eight_columns_and_no_date_of_its_own(site, talks):
    path = site / "_static/talks_for_schools.xlsx"
    table, about = pd.read_excel(path, sheet_name=None, dtype="str", keep_default_na=False).values()
    assert table.shape == (len(talks), 8)
    row = table[table["place"] == "Woodside"].squeeze()
    assert " | ".join(row.iloc[:5]) == "2023-11-15 | Woodside | United States | Joe Biden | Xi Jinping"
    dates = table.set_index(talks["talk_id"])["date"]  # in Washington the evening of 9 February 2017, by the record
    assert dates["2017-02-trump-xi-call"] == "2017-02-09 (Washington), 2017-02-10 (Beijing)"
    assert dates["2025-05-geneva-trade-round"] == "2025-05-10 to 2025-05-11"
    assert set(table.columns) <= set(about["about"])
    told = " ".join(about["what to know"])
    assert [word for word in ("language model", "CC BY 4.0", "talk_id", "note_unverified") if word not in told] == []
    with ZipFile(path) as file:
        assert {part.date_time[0] for part in file.infolist()} == {1980}
        assert file.read("docProps/core.xml").count(b"2026-01-01T00:00:00Z") == 2
