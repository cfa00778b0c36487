"""The living timeline in a real browser: keys, a finger, filters, search, order, and without scripts."""

import json
import subprocess

import pandas as pd
import pytest
from lxml import html

from tests.conftest import ROOT
from tests.slow.conftest import MODULES

TALKS, PEOPLE = (pd.read_csv(ROOT / f"data/talks{part}.csv", keep_default_na=False) for part in ("", "_people"))
TALKS = TALKS.sort_values(["start_date", "end_date", "talk_id"], ignore_index=True)
IDS = TALKS["talk_id"].tolist()


@pytest.fixture(scope="module")
def found(chromium, site):
    command = ["node", str(ROOT / "tests/slow/browser/talks.mjs"), str(MODULES), chromium, str(site / "talks.html")]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout)


def test_keyboard_and_finger_open_woodside(found):
    (heading, card), after, (below, _) = found["keyboard"]
    assert (heading, after) == ("Woodside, 15 November 2023", ["2023-11-woodside-summit", False])
    assert all("Xi Jinping" in shown for shown in (card, found["touch"][0]))
    assert (found["touch"][1], len(found["stops"])) == (844, 1), "a sheet at the bottom; one stop of the Tab key"
    lane = TALKS[(TALKS["level"] != "leader") & TALKS["track"].str.match("diplomatic|general")]
    days = (pd.to_datetime(lane["start_date"]) - pd.Timestamp("2023-11-15")).abs()
    assert below in lane.loc[days == days.min(), "talk_id"].tolist(), "the nearest of the lane below"


def test_filter_search_and_order_are_those_of_the_table(found):
    has, year = TALKS["issues"].str.contains(r"\bfentanyl\b"), TALKS["start_date"].str[:4]
    said, counts, dots = found["fentanyl"]
    assert (said, sorted(dots)) == ([f"{has.sum()} of {len(TALKS)} talks"], sorted(TALKS["talk_id"][has]))
    assert {f"{has[year == one].sum()} of {(year == one).sum()}" for one in year} <= set(counts)
    assert f"{has[TALKS['level'] == 'leader'].sum()}/{(TALKS['level'] == 'leader').sum()}" in counts
    told = PEOPLE.groupby("talk_id")["name"].agg(" ".join)[TALKS["talk_id"]].to_numpy() + TALKS["outcome_note"]
    named = set(TALKS["talk_id"][told.str.contains("Tillerson")])
    assert [set(seen) for seen in found["tillerson"]] == [named, named], "rows and dots"
    assert found["sorted"] == [IDS[:25], IDS[:-26:-1], "descending"]
    before, after = found["back"]
    assert (after, set(before[1]), found["more"]) == (before, named, IDS[25]), "back from a talk; focus after Show all"
    assert found["none"].endswith("No talk matches. Names are in Latin letters.")
    assert found["named"] == "Nusa Dua, 14 November 2022", "its name on the plot is Bali"


def test_without_scripts_nothing_is_missing_or_idle(found):
    assert [found[key] for key in ("unscripted", "elsewhere", "faults")] == [[IDS, sorted(IDS), []], [], []]


def test_each_dot_is_a_named_link_to_its_talk(site):
    for drawing in html.parse(site / "index.html").xpath("//svg"):
        assert sorted(drawing.xpath(".//a[title]/@data-talk")) == sorted(IDS)
        for file, anchor in (address.split("#") for address in drawing.xpath(".//a/@href")):
            assert f'id="{anchor}"' in (site / file).read_text(encoding="utf-8")


def test_the_search_of_the_site_leads_to_the_talk_without_a_server(chromium, site):
    asked = ["--virtual-time-budget=5000", "--dump-dom", f"{(site / 'search.html').as_uri()}?q=Woodside"]
    done = subprocess.run([chromium, "--headless", "--no-sandbox", *asked], capture_output=True, text=True, check=True)
    first = html.fromstring(done.stdout).xpath("//div[@id='search-results']//li/a/@href")[0]
    assert first == "talks/2023.html#2023-11-woodside-summit"
