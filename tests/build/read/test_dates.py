"""Dates: as metadata write them, as pages print them, and which of day and month comes first. Texts are invented."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_helpers.build.read import dates
from analysis_helpers.build.read.dates import NO_DATE, DateReading, find_closing_date, find_date, read_date
from analysis_helpers.build.read.encoding import decode, repair
from tests.conftest import ROOT

PAGES = ROOT.parent / "shared/messy/flattened_pages"


@pytest.mark.parametrize(
    "written",
    [
        "2021-03-18", "2021-03-18T23:30:00Z", "2021-03-18 00:10:00+08:00", "2021/3/18", "2021.03.18", "20210318",
        "20210318093000", "March 18, 2021 Thursday", "Thursday, March 18, 2021", "MARCH 18 2021",
        "Mar 18, 2021, 10:05 PM EDT", "18 March 2021", "18 Mar. 2021", "18th of March, 2021", "18-Mar-21",
        "18-Mar-2021", "Thu, 18 Mar 2021 09:00:00 GMT", "Thu Mar 18 09:00:00 +0000 2021", "2021 年 3 月 18 号",
        "2021年3月18日", "2021年03月18日 星期四", "发布时间：2021年3月18日 15:30",
        "18 mars 2021", "18. März 2021", "18 de marzo de 2021", "18 марта 2021 г.", "1616025600000", 44273.75, 20210318,
        "1616025600",  # midnight of that day in UTC: 18,704 days of 86,400 seconds
        44273,  # days of Excel: 44,197 is 1 January 2021, and 18 March is 76 days later
        "2021-03-1810:30", "2021/03/189:05:10", "March 18, 202110:30 AM", "18 Mar 202110:30PM EDT",
        "2021年3月18日10:30", "10:302021-03-18", "20210318 10:30", "2021031810:30", "10:30 - 18 March 2021",
    ],
)  # fmt: skip
def test_a_day_is_read_in_any_usual_style(written):
    assert read_date(written) == DateReading("2021-03-18", "day")


@pytest.mark.parametrize(
    ("written", "value", "other", "order"),
    [
        ("3/18/2021", "2021-03-18", None, "month first"),
        ("18.03.2021", "2021-03-18", None, "day first"),
        ("18/3/21", "2021-03-18", None, "day first"),
        ("03/04/2021", "2021-03-04", "2021-04-03", None),
        ("10-01-2019 04:27:57", "2019-10-01", "2019-01-10", None),
        ("05/05/2021", "2021-05-05", None, None),
        ("3/18/202110:30", "2021-03-18", None, "month first"),
    ],
)
def test_dates_in_numbers_say_what_they_prove(written, value, other, order):
    assert read_date(written) == DateReading(value, "day", other, order)


@pytest.mark.parametrize(
    ("value", "precision", "styles"),
    [
        ("2021-03-01", "month", ["March 2021", "2021-03", "03/2021", "2021年3月", "mars 2021"]),
        ("2021-01-01", "year", ["2021", 2021.0, "Spring 2021", "2021年"]),
    ],
)
def test_less_than_a_day_is_said(value, precision, styles):
    assert {read_date(written) for written in styles} == {DateReading(value, precision)}


@pytest.mark.parametrize(
    "written",
    [
        "18-19 March 2021", "March 18–19, 2021", "Mar. 18 - Apr. 2, 2021", "18 to 19 March 2021", "18 & 19 Mar. 2021",
        "from March 18 to 19, 2021", "18 March - 2 April 2021", "March 18, 2021 - March 20, 2021", "2021-03-18/19",
        "2021-03-18/2021-04-02", "2021-03-18 - 2021-03-19", "2021.03.18-04.02", "3/18-19/2021", "18-19/03/2021",
        "18.-19.03.2021", "2021年3月18日至19日", "2021年3月18日-4月2日", "18.–19. März 2021", "du 18 au 19 mars 2021",
        "Thursday, March 18 - Friday, March 19, 2021", "18 Mar. 2021 - 2 Jan. 2022", "March 18th-19th, 2021 10:30 AM",
        "Sunday 18 March - Monday 19 March 2021", "Sun., March 18 – Mon., March 19, 2021",
        "the 18th to the 19th of March 2021", "March 18, 19 and 20, 2021", "18, 19 and 20 March 2021",
        "March 18 thru 19, 2021", "20210318-20210319", "March 18, 2021 9:30 AM - March 19, 2021 5 PM",
        "2021-03-18T09:00:00Z/2021-03-19T17:00:00Z",
    ],
)  # fmt: skip
def test_of_several_days_the_first_is_read(written):
    assert read_date(written) == DateReading("2021-03-18", "window")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("30.03.-02.04.2021", DateReading("2021-03-30", "window", order="day first")),
        ("3/18/2021-3/19/2021", DateReading("2021-03-18", "window", order="month first")),
        ("09/03/2021 - 18/03/2021", DateReading("2021-03-09", "window", order="day first")),
        # 3 to 5 April, or 4 March to 4 May
        ("03/04/2021 - 05/04/2021", DateReading("2021-03-04", "window", "2021-04-03")),
        ("2021-03-18 - 2021-03-18", DateReading("2021-03-18", "day")),
        ("2021-03-18 / 22 comments", DateReading("2021-03-18", "day")),
        ("March-April 2021", DateReading("2021-03-01", "window")),
        ("March 19-18, 2021", NO_DATE),
        ("2021-3-110:30", NO_DATE),  # 1 March at 10:30, or 11 March at 0:30
    ],
)
def test_ranges_and_clocks_say_no_more_than_they_prove(written, expected):
    assert read_date(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "2 hours ago", "yesterday", "Posted 5 days ago", "Monday", "today 14:00", "Mar 18", "18 March", "14:00",
        "February 30, 2021", "30 February 2021", "2021-13-45", "13/13/2021", "31.02.2021", "1850-01-01", "2101-01-01",
        "1776", "99999999999999", "44273", "12 in 2021", "talks in 2021", "Room 2021", "il y a 5 jours",
        "2021-03-20 - 2021-03-18", "", "n/a", "-", "\0", "٣", float("nan"), float("inf"), None, True,
    ],
)  # fmt: skip
def test_rather_no_date_than_a_wrong_one(written):
    assert read_date(written) == NO_DATE


PIECES = st.sampled_from(["2021", "21", "3", "18", "30", "99", "0", "1616025600", *"/-.,:T", "March", "марта", "月"])


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=6).map(" ".join), st.lists(PIECES).map("".join)))
def test_no_string_fails_and_no_date_lies_outside_1900_to_2100(written):
    printed = [found[0] for found in (find_date(written), find_closing_date(written)) if found]
    for reading in (read_date(written), *printed):
        assert (reading.value is None) == (reading.precision is None)
        for value in (reading.value, reading.other):
            assert value is None or 1900 <= date.fromisoformat(value).year <= 2100


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from(["%Y-%m-%d", "%d %B %Y", "%b %d, %Y", "%Y%m%d"]))
def test_every_day_comes_back(day, style):
    assert read_date(day.strftime(style).zfill(8)) == DateReading(day.isoformat(), "day")


HEADLINE = "Ministers agree on the count of fish"


@pytest.mark.parametrize(
    ("text", "value", "quoted"),
    [
        (f"{HEADLINE}\n13:59, October 29, 2020\nThe boats", "2020-10-29", "13:59, October 29, 2020"),
        (f"{HEADLINE} ( News ) 13:59, October 29, 2020 PORT, Oct. 28 (News) -- The", "2020-10-29", None),
        (f"{HEADLINE}\nUpdated: 2021-03-18 21:05\nPosted: 2021-03-17", "2021-03-17", "Posted: 2021-03-17"),
        (f"{HEADLINE}\nUpdated: 2021-03-18 21:05\nText", "2021-03-18", "Updated: 2021-03-18 21:05"),
        ("PORT CITY, March 18, 2021 (Invented News) -- The minister", "2021-03-18", "PORT CITY, March 18, 2021"),
        ("PORT (March 18, 2021) — The minister", "2021-03-18", None),
        (f"Thursday, Nov 19, 2020\nHome Menu\n{HEADLINE}\nNovember 18, 2020\nThe", "2020-11-18", "November 18, 2020"),
        ("By Jane Fisher | March 18, 2021", "2021-03-18", None),
        ("(March 18, 2021)\n\nGood morning.", "2021-03-18", "(March 18, 2021)"),
        ("2021-03-18 21:05:33 来源：渔网", "2021-03-18", "2021-03-18 21:05:33"),
        ("发布时间：2021年3月18日", "2021-03-18", None),
        ("Date: 18/03/2021", "2021-03-18", "Date: 18/03/2021"),
        (f"{HEADLINE}\nPosted: 2021-03-1810:30\nText", "2021-03-18", "Posted: 2021-03-1810:30"),
        ("PORT CITY, March 18, 2021 (News) -- The talks of 1–2 May 2021", "2021-03-18", None),
        ("The boats came. " * 200 + "\nPublished: 3 March 2021", "2021-03-03", "Published: 3 March 2021"),
    ],
)
def test_a_page_prints_its_date(text, value, quoted):
    reading, words = find_date(text)
    assert (reading.value, reading.precision) == (value, "day")
    assert words == (quoted or words)
    assert words in " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Since the talks of March 18, 2021 nothing happened.",
        "March 18, 2021 was a good day for the fish, he said.",
        "The order was issued on March 18, 2021, and the boats stayed.",
        "A net broke at 13:59, March 18, 2021, and",
        "The bond, which the port sold to three banks, is due on\nApril 15, 2007.",
        "Text\nCopyright 2021-03-18 Invented News",
        "Today is March 18, 2021",
        "Effective Date: March 18, 2021",
        "Nov. 18 (News) --",
        "Posted: 3/18/21. The boats of 2021 came.",
        "Fish Talks on March 18, 2021",
        "Fish chronicle\nMarch 18, 2021 – May 2, 2021",
        "Fish chronicle\n18–19 March 2021",
        "Fish chronicle\nSept. 30 - Oct. 2, 2021",
        "THE BOAT LEAVES June 5, 2024 at 7:30 a.m. EST, when the tide is high in the whole of the port",
        "The boats came. " * 200 + "\nOther news\nMarch 3, 2019",
        "x" * 2500 + "1" + "8 March 2021 10:00 ".ljust(1000, "x"),
        "The boats came. " * 200 + "\nPosted: March 3, 2019\nPosted: March 4, 2019",
    ],
)
def test_the_date_of_an_event_is_no_date_of_a_page(text):
    assert find_date(text) is None


def test_a_title_may_close_with_a_date():
    reading = DateReading("2021-03-18", "day", order="month first")
    assert find_closing_date("Remarks on Fish, 3/18/2021") == (reading, "3/18/2021")
    assert find_closing_date("Fish talks, March 18-19, 2021")[0] == DateReading("2021-03-18", "window")
    assert find_closing_date("What happened on March 18, 2021") is None


@pytest.mark.skipif(not PAGES.is_dir(), reason="the flattened pages are not on this machine")
def test_real_flattened_pages_print_the_date_of_their_article():
    found = {path.name[:20]: find_date(repair(decode(path.read_bytes()))) for path in PAGES.iterdir()}
    assert len(found) == 12
    assert found["Pilot killed in figh"][1] == "13:59, October 29, 2020"
    assert found["Xi urges support for"][0].value == "2020-11-18"  # the clock of the portal says 19 November
    assert all(date(2020, 10, 29) <= date.fromisoformat(hit[0].value) <= date(2020, 11, 19) for hit in found.values())


COLUMNS = ["date", "date_precision", "date_evidence", "date_other", "date_order", "date_group"]


def _settle(*written):
    read = [(read_date(text), text, group) for text, group in written]
    rows = [(day.value, day.precision, text, day.other, day.order, group) for day, text, group in read]
    frame = pd.DataFrame(rows, columns=COLUMNS, index=range(7, 7 + len(rows)))
    return dates.settle_dates(frame, dates.find_orders(frame))


@pytest.mark.parametrize("others", [[], ["18/03/2021", "03/18/2021"], ["2021-03-18", "18 March 2021", "nothing"]])
def test_without_proof_or_with_contradicting_proof_only_the_year_is_sure(others):
    settled = _settle(("03/04/2021", "a"), *((other, "a") for other in others), ("18/03/2021", "another"))
    reason = "03/04/2021 (day or month first: nothing in this source decides)"
    assert settled.iloc[0].tolist() == ["2021-01-01", "year", reason]
    assert settled["date_evidence"].tolist()[1:] == [*others, "18/03/2021"]
