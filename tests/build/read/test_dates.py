"""Dates: as metadata write them, as pages print them, and which of day and month comes first. Texts are invented."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_helpers.build.read import dates
from analysis_helpers.build.read.dates import DateReading, find_closing_date, find_date, read_date
from analysis_helpers.build.read.encoding import decode, repair
from tests.conftest import ROOT, by_hand, read_gold

PAGES = ROOT.parent / "shared/messy/flattened_pages"
NAMES = ["value", "precision", "other", "order"]
WRITTEN = [(row["written"], *(row[name] or None for name in NAMES)) for row in read_gold("dates")]
WRITTEN += [(days, "2021-03-18", "day", None, None) for days in (44273, 44273.75, 20210318)]  # 44,197: 1 January 2021
WRITTEN += [(2021.0, "2021-01-01", "year", None, None)]
WRITTEN += [(nothing, *[None] * 4) for nothing in ("\0", float("nan"), float("inf"), None, True)]


@pytest.mark.parametrize(("written", "value", "precision", "other", "order"), WRITTEN)
def test_a_date_is_read_in_any_usual_style_and_says_no_more_than_it_proves(written, value, precision, other, order):
    """Of several days the first; rather no date than a wrong one."""
    assert read_date(written) == DateReading(value, precision, other, order)


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


@by_hand("printed_dates")
def test_a_page_prints_its_date_and_the_date_of_an_event_is_none(text, value, quoted):
    text = text.replace("(many sentences)", "The boats came. " * 200)
    found = find_date(text)
    assert (found and found[0].value) == (value or None)
    if found:
        assert found[0].precision == "day"
        assert found[1] == (quoted or found[1])
        assert found[1] in " ".join(text.split())


def test_a_long_line_has_no_date():
    assert find_date("x" * 2500 + "1" + "8 March 2021 10:00 ".ljust(1000, "x")) is None


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
