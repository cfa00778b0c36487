"""Dates: a date is a value, a precision and its evidence; nothing is completed by the day of the build."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import Any

import pandas as pd

FIRST_YEAR, LAST_YEAR = 1900, 2100
HEAD, TAIL = 2_000, 1_000
DAY_FIRST, MONTH_FIRST = "day first", "month first"

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_D, _Y, _YY = r"(?P<d>\d{1,2})", r"(?P<y>\d{4})", r"(?P<y>\d{4}|\d\d)"
_TIME = r"\d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?"
# A page may print the clock right behind the date: 2025-09-1410:30. Of three digits, 1 and 10:30 could be 11 and 0:30.
_JAM = r"(?<=\d\d)(?=\d\d:\d\d(?!\d))|(?:(?<=[-/.]\d\d[-/.]\d\d)|(?<=\d{4}))(?=\d:\d\d(?!\d))"
_START, _END, _LAST = r"(?=\d)(?:(?<![\d/.-])|(?<=:\d\d))", rf"(?:(?![\d/]|[.-]\d)|{_JAM})", rf"(?:(?!\d)|{_JAM})"
_TO = r"\s*(?:[-–—~～&/]|\.\.+|至|到|(?:to|until|till|thru|through|and|au|et|bis|und|al|y)(?![^\W\d_]))\s*"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_DAYNAME = rf"(?:[a-z]+,\s*|{_WEEKDAY})(?:the\s+)?"
_CLOCKS = re.compile(rf"(?i)[T,]?\s*(?<!\d)(?:{_TIME}(?:\s?[ap]\.?m\b\.?)?|\d\d?\s?[ap]\.?m\b\.?)Z?")
_A, _B, _MON, _N = (rf"(?P<{name}>\d{{1,2}})" for name in "abmn")
_NAME_M, _NAME_N = (rf"(?P<{name}>[^\W\d_]{{3,10}}\.?)" for name in "mn")
_FROM, _OF, _Z, _WHOLE = r"(?<![\d/.:-])", r"\s*(?:of\s+|de\s+)?", r"(?P<z>\d{4})", r"\d{1,4}"
_TH = r"(?:st|nd|rd|th|\.)?(?:,\s*\d{1,2}(?:st|nd|rd|th)?(?=,|\s+(?:and|&)\s))*"
_STYLES = {
    "window": (  # from day to day, or month to month: what both share is written once
        rf"\b{_NAME_M}\s*{_A}{_TH}(?:,?\s+{_Z})?{_TO}{_DAYNAME}(?:{_NAME_N}\s*)?{_B}{_TH},?\s*{_Y}{_LAST}",
        rf"{_FROM}{_A}{_TH}(?:{_OF}{_NAME_M},?(?:\s+{_Z})?)?{_TO}{_DAYNAME}{_B}{_TH}{_OF}{_NAME_N},?{_OF}{_Y}{_LAST}",
        rf"(?<!\d)(?<!\d )\b{_NAME_M}(?:,?\s+{_Z})?{_TO}{_NAME_N},?\s+{_Y}(?!\d)",
        rf"{_FROM}{_Z}(?P<sign>[-/.]){_MON}(?P=sign){_A}{_TO}(?:{_N}(?P=sign))?{_B}(?![\d:/.-]|\s*[a-z])",
        rf"(?<!\d){_Z}\s?年\s?{_MON}\s?月\s?{_A}\s?[日号]?{_TO}(?:{_Y}\s?年\s?)?(?:{_N}\s?月\s?)?{_B}\s?[日号]",
        rf"{_FROM}{_MON}/{_A}{_TO}{_B}/{_Y}{_END}",
        rf"{_FROM}{_A}\.?{_TO}{_B}(?P<sign>[/.]){_MON}(?P=sign){_Y}{_END}",
        rf"{_FROM}(?P<first>\d{{1,2}}[/.]\d{{1,2}})\.?{_TO}(?P<last>\d{{1,2}}(?P<sign>[/.])\d{{1,2}}(?P=sign){_Y}){_END}",
        rf"{_FROM}(?P<first>\d{{8}}|\d{{4}}[-/]\d\d){_TO}(?P<last>\d{{8}}|\d{{4}}[-/]\d\d){_END}",
        rf"{_FROM}(?P<first>{_WHOLE}(?P<sign>[-/.])\d\d?(?P=sign){_WHOLE}){_TO}"
        rf"(?P<last>{_WHOLE}(?P=sign)\d\d?(?P=sign){_WHOLE}){_END}",
    ),
    "day": (
        rf"{_START}{_Y}(?P<sign>[-/.])(?P<m>\d{{1,2}})(?P=sign){_D}{_END}",
        rf"(?<!\d){_Y}\s?年\s?(?P<m>\d{{1,2}})\s?月\s?{_D}\s?[日号]",
        rf"\b{_MONTH}\s*{_D}(?:st|nd|rd|th)?(?:,\s*|\s+){_Y}{_LAST}",
        rf"{_START}{_D}(?:st|nd|rd|th)?(?:\s+of)?[\s.]+{_MONTH},?\s*{_Y}{_LAST}",
        rf"{_START}{_D}[-/]{_MONTH}[-/]{_YY}{_END}",
        rf"\b{_MONTH}\s+{_D}\s+{_TIME}\s+(?:[A-Z]{{1,5}}\s+|[+-]\d\d:?\d\d\s+)?{_Y}{_LAST}",
        rf"{_START}(?P<a>\d{{1,2}})(?P<sign>[/.-])(?P<b>\d{{1,2}})(?P=sign){_YY}{_END}",
    ),
    "month": (
        rf"(?<![\d/.-]){_Y}[-/](?P<m>\d{{1,2}}){_END}",
        rf"(?<![\d/.-])(?P<m>\d{{1,2}})/{_Y}{_END}",
        rf"(?<!\d){_Y}\s?年\s?(?P<m>\d{{1,2}})\s?月(?!\s?\d)",
        rf"(?<!\d)(?<!\d )\b{_MONTH},?\s+{_Y}(?!\d)",
    ),
    "year": (rf"\A(?:(?:spring|summer|autumn|fall|winter|early|mid|late|q[1-4])[\s,-]+)?{_Y}(?:\s?年|\s?q[1-4])?\Z",),
}
_PATTERNS = {name: [re.compile(style, re.IGNORECASE) for style in styles] for name, styles in _STYLES.items()}
_DIGITS = re.compile(r"(\d{8,14})(?:\.\d+)?|(\d{8})[T ]?\d\d:\d\d.*")


@dataclass(frozen=True)
class DateReading:
    """What a written date says; all None: no date."""

    value: str | None  # the first day of the period (ISO)
    precision: str | None  # day, window (from this day to another), month or year
    other: str | None = None  # the day when day and month are read the other way round, where both are possible
    order: str | None = None  # "day first" or "month first", where this very date proves it by a number over 12


NO_DATE = DateReading(None, None)


def read_date(written: str | float) -> DateReading:
    """Read a date as metadata give it, in any usual style; the day as written, whatever the zone."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        if 20_000 <= written <= 60_000:
            return DateReading((date(1899, 12, 30) + timedelta(days=int(written))).isoformat(), "day")
        written = str(int(written)) if abs(written) < 1e15 else ""
    written = " ".join(str(written).split())[:100]
    written_as = {"window": _CLOCKS.sub("", written)}  # a range may give the hours too
    found = [{reading for *_, reading in _find(written_as.get(name, written), name)} for name in _PATTERNS]
    readings = next(filter(None, [*found, set(_read_digits(written))]), None) or set(_read_other_language(written))
    return readings.pop() if len(readings) == 1 else NO_DATE


def _find(text: str, precision: str = "day") -> Iterator[tuple[int, int, DateReading]]:
    """Find all dates of a precision, where they stand; one that does not exist is found as no date."""
    for pattern in _PATTERNS[precision]:
        for found in pattern.finditer(text):
            reading = _read_match(found.groupdict(), precision)
            if reading.value or precision != "window":
                yield *found.span(), reading


def _read_match(parts: dict[str, str], precision: str) -> DateReading:
    if precision == "window":
        return _read_range(parts)
    year = int(parts["y"]) + (0 if len(parts["y"]) == 4 else 2000 if int(parts["y"]) < 69 else 1900)
    if "a" in parts:
        return _read_numbers(int(parts["a"]), int(parts["b"]), year)
    month = _MONTHS.index(parts["name"][:3].lower()) + 1 if "name" in parts else int(parts.get("m", 1))
    return _make(year, month, int(parts.get("d", 1)), precision)


def _read_numbers(first: int, second: int, year: int) -> DateReading:
    """Read a date in numbers, whose order of day and month only a number over 12 proves."""
    month_first, day_first = _iso(year, first, second), _iso(year, second, first)
    if month_first and day_first:
        return DateReading(month_first, "day", None if month_first == day_first else day_first)
    value = month_first or day_first
    return DateReading(value, "day", order=MONTH_FIRST if month_first else DAY_FIRST) if value else NO_DATE


def _read_range(parts: Mapping[str, str | None]) -> DateReading:
    """Read the first day of a range; one that does not end after it is none."""
    first, last, year = parts.get("first"), parts.get("last"), parts.get("y")
    if first and last:
        written = [(f"{first}/{year}" if year else first).replace(".", "/"), last]
    else:
        year, z, m, n = (parts.get(name) or "" for name in "yzmn")
        ends = ((z or year, m or n, parts.get("a") or ""), (year or z, n or m, parts.get("b") or ""))
        written = [("{0}-{1}-{2}" if (m or n)[0].isdigit() else "{2} {1} {0}").format(*end) for end in ends]
    one, two = map(read_date, written)
    order = one.order or two.order
    begin, end = (day.other if day.other and order == DAY_FIRST else day.value for day in (one, two))
    if not begin or not end or begin >= end:
        return DateReading(begin, one.precision) if begin and begin == end else NO_DATE
    return DateReading(begin, "window", None if order else one.other, order)


def _is_range(line: str, start: int, end: int) -> bool:
    """Tell whether a day is part of a time from one day to another: that is the time a page is about."""
    begin = max(0, start - 40)
    return any(a < end - begin and b > start - begin for a, b, _ in _find(line[begin : end + 40], "window"))


def _iso(year: int, month: int, day: int) -> str | None:
    with suppress(ValueError):
        return date(year, month, day).isoformat() if FIRST_YEAR <= year <= LAST_YEAR else None
    return None


def _make(year: int, month: int, day: int, precision: str = "day") -> DateReading:
    value = _iso(year, month, day)
    return DateReading(value, precision) if value else NO_DATE


def _read_digits(written: str) -> Iterator[DateReading]:
    """Read 20210318 (with or without hours, minutes, seconds) or a Unix time stamp."""
    if found := _DIGITS.fullmatch(written):
        digits = found[1] or found[2]
        day = _make(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
        if len(digits) in {8, 10, 12, 14} and (day.value or len(digits) != 10):
            yield day
        elif len(digits) in {9, 10, 13}:
            stamped = datetime.fromtimestamp(int(digits) / (1000 if len(digits) == 13 else 1), UTC)
            yield _make(stamped.year, stamped.month, stamped.day)


def _read_other_language(written: str) -> Iterator[DateReading]:
    """Read the names of months in other languages; only what holds a year can be a date."""
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", written)
    if len(years) != 1 or len(written) > 60 or not re.search(r"[^\W\d_]", written):
        return
    found = _parser().get_date_data(written)
    day = found.date_obj
    # Each number must be used: dateparser takes "12 in 2021" for December.
    used = {"day": {str(day.day)}, "month": set()}.get(found.period) if day else None
    numbers = {number.lstrip("0") for number in re.findall(r"(?<![\d:])\d{1,2}(?![\d:h])", written)}
    if day and used is not None and used <= numbers | {"1"} and numbers <= used and str(day.year) == years[0]:
        yield _make(day.year, day.month, day.day if found.period == "day" else 1, found.period)


@lru_cache(maxsize=1)
def _parser() -> Any:
    from dateparser.date import DateDataParser

    settings: dict[str, Any] = {"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["month", "year"]}
    settings |= {"PREFER_DAY_OF_MONTH": "first", "RETURN_AS_TIMEZONE_AWARE": False}
    settings["RELATIVE_BASE"] = datetime(2000, 1, 1)  # never used: month and year are required
    return DateDataParser(languages=["en", "fr", "de", "es", "ru", "zh"], settings=settings)


_CLOCK = rf"{_TIME}(?:\s?[ap]\.?m\.?)?(?:\s(?:(?-i:[A-Z]{{2,4}})|[+-]\d\d:?\d\d)\b)?"
# In a sentence something "was issued on": a label has a capital, or begins the line.
_LABEL = re.compile(
    r"(?:^|[|•·(>–—-]|\s(?=(?-i:[A-Z])(?!ate))|(?=发|更))\s*"
    r"(?:(?P<first>published|posted|released|issued|(?:(?:publication|release)\s+)?date|发布时间)"
    r"|(?:last\s+)?(?:updated|modified)|更新时间)"
    rf"(?:\s+(?:on|at|date|time))?\s*[:：|-]?\s*(?:{_CLOCK},?\s+)?{_WEEKDAY}\(?$",
    re.IGNORECASE,
)
_CLOCK_BEFORE = re.compile(rf"(?P<before>\S*)(?:^|\s|\()(?P<clock>{_CLOCK},?\s+{_WEEKDAY})$", re.IGNORECASE)
_CLOCK_AFTER = re.compile(rf",?\s*(?P<at>at\s+)?(?:[|-]\s*)?(?P<clock>{_CLOCK})", re.IGNORECASE)
_PLACE = re.compile(r"(?:^|[.!?)\d]\s+|\s{2,})[A-Z][A-Z.'-]+(?:,?\s[A-Z][A-Za-z.'-]*){0,4}(?:,\s*|\s+|\s?\()$")
_DASH = re.compile(r"\s?\)?\s?(?:\([^()]{2,40}\)|/[^/]{2,40}/)?\s?(?:--|[-—–])\s?\S")
_NO_STAMP = re.compile(r"(?i)©|copyright|all rights|today is|archive of|effective|expires|deadline|born|since")
_EVENT_WORD = re.compile(
    r"(?i)\b(?:at|on|of|in|by|since|until|till|from|before|after|between|through|to|and|dated|for|the|around|about)\s*$"
)
_IN_SENTENCE = re.compile(rf"[a-z],?\s+(?i:{_WEEKDAY})$")
_A_YEAR = re.compile(r"(?:19|20)\d\d")
_WORDS = re.compile(r"[^\W\d_][\w.'’-]*")
_SMALL = {"by", "and", "at", "on", "the", "of", "for", "in", "am", "pm", "a.m", "p.m", "editor", "source", "web", "de"}
_LABELLED, _UPDATED, _TIMED, _DATELINE, _ALONE = range(5)


def find_date(text: str) -> tuple[DateReading, str] | None:
    """Find the date that a page prints of itself, in its first 2,000 or last 1,000 characters; with the words."""
    if head := list(_find_stamps(text[:HEAD])):
        # The best rank, and of dates that stand alone one below a headline; of these the first.
        return min(head, key=lambda stamp: (stamp[0], stamp[0] == _ALONE and not stamp[1]))[2:]
    end = re.sub(r"^\S*", "", text[HEAD:][-TAIL:])  # the cut may have left 8 of 18 March
    tail = [stamp for stamp in _find_stamps(end) if stamp[0] in {_LABELLED, _UPDATED, _TIMED}]
    return tail[0][2:] if len({reading.value for _, _, reading, _ in tail}) == 1 else None


def _find_stamps(part: str) -> Iterator[tuple[int, bool, DateReading, str]]:
    """Find stamps with their rank, and whether a headline stands above."""
    headline, above = False, ""
    for line in part.split("\n"):
        days = sorted(_find(line), key=lambda day: day[:2]) if _A_YEAR.search(line) else []
        days = [day for day in days if not _is_range(line, *day[:2])]
        # The end or the middle of a sentence, in a text whose lines were broken by width.
        goes_on = line.rstrip().endswith(",") or above.endswith(",") or (len(above) > 50 and above[-1].isalnum())
        for start, end, reading in days:
            sure = reading.value and _A_YEAR.search(line[start:end])  # no year of two digits in running text
            stamp = _judge(line, start, end) if sure else None
            if stamp and not (stamp[0] == _ALONE and goes_on):
                yield stamp[0], headline, reading, " ".join(stamp[1].split())
        headline = headline or (not days and len(_WORDS.findall(line)) > 3)
        above = line.strip()


def find_closing_date(title: str) -> tuple[DateReading, str] | None:
    """Find the date that closes a title after a comma, a dash or a bracket, as archives of speeches print it."""
    title = title.strip(" )]")[-80:]
    for start, end, reading in chain(_find(title, "window"), _find(title)):
        if end == len(title) and reading.value and re.search(r"[,(|\[–—-]\s*$", title[:start]):
            return reading, title[start:]
    return None


def _judge(line: str, start: int, end: int) -> tuple[int, str] | None:
    """Judge by its neighbours what a date in a line is: its rank and the words to quote, or None."""
    before, after = line[max(0, start - 80) : start], line[end : end + 80]
    if _NO_STAMP.search(before[-40:]):
        return None
    clock = _CLOCK_AFTER.match(after)
    end += clock.end() if clock else 0
    if label := _LABEL.search(before):
        return (_LABELLED if label["first"] else _UPDATED), label[0] + line[start:end]
    timed = _CLOCK_BEFORE.search(before)
    if timed and not _EVENT_WORD.search(before[: timed.start("clock")]):
        return _TIMED, timed["clock"] + line[start:end]
    if _EVENT_WORD.search(before):
        return None
    if clock and not clock["at"] and not _IN_SENTENCE.search(before):
        return _TIMED, line[start:end]
    place = _PLACE.search(before)
    if place and _DASH.match(after):
        return _DATELINE, place[0] + line[start:end]
    return (_ALONE, line.strip()) if _is_alone(line[:start], line[end:]) else None


def _is_alone(before: str, after: str) -> bool:
    """Tell a line with little but a date: at most six other words, none of them part of a sentence."""
    rest = _WORDS.findall(re.sub(rf"(?i){_WEEKDAY}$", "", before) + " " + after)
    plain = any(word[0].islower() and word.lower().strip(".") not in _SMALL for word in rest)
    return len(rest) <= 6 and not plain and not after.strip().endswith("?")


def find_orders(frame: pd.DataFrame) -> dict[str, set[str]]:
    """Find for each source which orders of day and month its dates prove, by `date_group` and `date_order`."""
    told = frame.loc[frame["date_order"].notna(), ["date_group", "date_order"]].drop_duplicates()
    return told.groupby(_sources(told))["date_order"].agg(set).to_dict()


def settle_dates(frame: pd.DataFrame, orders: Mapping[str, set[str]]) -> pd.DataFrame:
    """Settle the order of day and month for each source by the dates that prove it."""
    names = ["date", "date_precision", "date_evidence"]
    unsettled = frame[frame["date_other"].notna()]
    cells = unsettled[[*names, "date_other"]].assign(source=_sources(unsettled)).itertuples(index=False)
    rows = [_settle(*row, orders.get(source, set())) for *row, source in cells]
    settled = pd.DataFrame(rows, columns=names, index=unsettled.index).astype(frame[names].dtypes)
    frame = frame.drop(columns=["date_other", "date_order", "date_group"])
    return frame.assign(**{name: settled[name].combine_first(frame[name]) for name in settled})


def _sources(frame: pd.DataFrame) -> pd.Series:
    return frame["date_group"].astype(object).fillna("")  # no source is one too


def _settle(value: str, precision: str, evidence: str, other: str, proof: set[str]) -> tuple[str, str, str]:
    if len(proof) != 1:
        return f"{value[:4]}-01-01", "year", f"{evidence} (day or month first: nothing in this source decides)"
    order = min(proof)
    return (other if order == DAY_FIRST else value), precision, f"{evidence} ({order}, as other dates of this source)"
