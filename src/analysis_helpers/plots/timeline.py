"""The signature figure: every talk, 2017-2025, one dot each, packed on its true date."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle, Wedge

from ..corpus import check_columns
from ..dictionaries import read_codebook
from ..talks import CODES, PEOPLE, describe_gaps, longest_pauses
from .style import ADMINISTRATIONS, MARGIN, PAGE, PHONE, SIDE_NAMES, Panel, new_panel, refuse_nothing, titled, width_of

LANES = (
    ("Leaders", "Leaders", ()),
    ("Diplomacy", "Diplo-\nmacy", ("diplomatic", "general")),
    ("Trade, finance,\ntechnology", "Trade,\nfinance", ("trade", "finance", "technology")),
    ("Security,\nmilitary", "Security", ("security", "military")),
    ("Climate, drugs,\npeople", "Climate,\ndrugs", ("climate", "narcotics", "people")),
)
RADIUS = {"leader": 7.0, "cabinet": 5.7, "deputy": 3.9, "working": 3.9}
LONG_GAP = 300  # days; shorter gaps are the ordinary rhythm of a lane
SIZES = {  # pixels of the figure, of a day and of each lane
    "page": {"width": PAGE, "day": 0.2295, "lanes": (146, 103, 131, 98, 64)},
    "phone": {"width": 390, "day": 0.4595, "lanes": (122, 68, 70, 44, 34), "left": 72, "top": 128, "upright": True},
    # For A3: saved with 1.15 times the resolution it is 1,500 by 1,060 pixels, its dots and letters that much larger.
    "poster": {"width": 1304, "day": 0.333, "lanes": (128, 147, 180, 116, 94)},
}


def add_lane(talks: pd.DataFrame) -> pd.DataFrame:
    """Add the lane of each talk: leaders by level, the others by the first of their tracks."""
    number = {track: lane for lane, (_, _, tracks) in enumerate(LANES) for track in tracks}
    first = talks["track"].str.split(";").str[0].map(number).fillna(len(LANES) - 1).astype("int64")
    return talks.assign(lane=first.where(talks["level"] != "leader", 0))


def lane_gaps(talks: pd.DataFrame) -> pd.DataFrame:
    """Find each lane's longest time without a meeting in person of ministers or leaders; none of a thin lane."""
    meetings = add_lane(talks).query("mode == 'in_person' and level in ['leader', 'cabinet'] and status == 'held'")
    lanes = [(lane, rows) for lane, rows in meetings.groupby("lane") if len(rows) >= 10] or [(0, meetings.head(0))]
    gaps = pd.concat([describe_gaps(rows).head(1).assign(lane=lane) for lane, rows in lanes])
    return gaps[gaps["days"] >= LONG_GAP]


def pack(times: np.ndarray, radii: np.ndarray, *, both_ways: bool = False) -> np.ndarray:
    """Find how far each dot stands from a line, at its own time, to touch no earlier dot: above, or on either side."""
    heights = np.zeros(len(times))
    for i in range(1, len(times)):
        reach = np.sqrt(np.maximum((radii[:i] + radii[i] + 1.4) ** 2 - (times[i] - times[:i]) ** 2, 0))
        near, reach = heights[:i][reach > 0], reach[reach > 0]
        candidates = [0.0, *(near + reach), *(near - reach if both_ways else [])]
        free = [h for h in candidates if (np.abs(h - near) >= reach - 1e-9).all()]
        heights[i] = min(free, key=lambda h: (round(abs(h), 6), -h))
    return heights


@titled
def plot_timeline(talks: pd.DataFrame, *, size: str = "page", theme: str = "light") -> Axes:
    """Draw every talk of a chronology as a dot on its date, in lanes by subject, with the longest gaps.

    In: a chronology (`load_talks`); `size`, page, phone (time runs downwards) or poster (`dpi=230` for A3). Fill shows
    how they met, size how high, a cross that a talk was not held. Out: the axes, in pixels. Raises `TalksError` for
    another size. Known weakness: a talk of three tracks stands in the lane of the first.

    >>> ah.plot_timeline(ah.load_talks(level="leader")).figure.get_size_inches()[0]
    np.float64(9.0)
    """
    refuse_nothing(talks, "talk")
    check_columns([size], SIZES, "size")
    talks, gaps = add_lane(talks), lane_gaps(talks)
    sheet = _Sheet(theme, talks["start_date"].dt.year, **SIZES[size])
    sheet.draw_years(talks)
    labels = {row["talk_id"]: row["label"] for row in read_codebook("talk_labels") if row["figure"] in ("page", size)}
    for lane in range(len(LANES)):
        sheet.draw_lane(lane, talks[talks["lane"] == lane], gaps[gaps["lane"] == lane], labels)
    sheet.draw_key()
    return sheet.ax


def timeline_words(talks: pd.DataFrame) -> dict[str, str]:
    """Give the title, subtitle and note of the signature figure, with their numbers computed.

    >>> list(ah.timeline_words(ah.load_talks()))
    ['title', 'subtitle', 'note']
    """
    n = talks["status"].value_counts().reindex(["held", "cancelled", "postponed"], fill_value=0)
    (any_pause, leaders_pause), years = longest_pauses(talks), talks["start_date"].dt.year
    title = f"No recorded pause is long.\nThe leaders did not meet in person for {leaders_pause:,} days."
    subtitle = f"Each dot is one of {len(talks)} talks, {years.min()}–{years.max()} ({n['held']} held).\nPauses are "
    subtitle += f"upper bounds, because talks are missing; the longest between any two was at most {any_pause} days."
    note = "Phone calls and working-level contacts are far from completely recorded. "
    note += "Size shows level, fill shows how they met.\n"
    note += f"Source: project chronology, talks.csv ({len(talks)} rows, sources per row). "
    note += f"Not held: {n['cancelled']} cancelled, {n['postponed']} put off."
    return {"title": title, "subtitle": subtitle, "note": note}


class _Sheet:
    """The drawing in progress: it knows where a day and a lane are, and turns the page upright."""

    def __init__(self, theme: str, years: pd.Series, width, day, lanes, left=130, top=62, upright=False) -> None:
        self.width, self.pixels, self.lanes, self.left, self.top, self.upright = width, day, lanes, left, top, upright
        self.years = range(years.min(), years.max() + 1)
        self.end, self.floor = self.day(f"{self.years[-1] + 1}-01-01"), top + sum(lanes)
        self.ax = new_panel(theme, self.end + 10 if upright else self.floor + 46, width=width)

    def turn(self, time: Any, across: Any) -> tuple[Any, Any]:
        return (across, time) if self.upright else (time, across)

    def day(self, date: pd.Timestamp | str) -> float:
        days = (pd.Timestamp(date) - pd.Timestamp(f"{self.years[0]}-01-01")).days
        return (self.top if self.upright else self.left) + days * self.pixels

    def base(self, lane: int) -> float:
        upright = self.left - 10 + sum(self.lanes[:lane])
        return upright if self.upright else self.top + sum(self.lanes[: lane + 1]) - 16

    def line(self, time: float | np.ndarray, low: float, high: float, color: str, **look: Any) -> None:
        self.ax.line(*self.turn([time, time], [low, high]), color, **look)

    def band(self, begin: float, end: float, low: float, high: float, over: float = 0) -> None:
        corner, size = self.turn(begin, low), self.turn(end - begin, high - low)
        self.ax.add_patch(Rectangle(corner, *size, color=self.ax.theme["band"], lw=0, zorder=0.5))
        self.line(np.array([begin, end]), low, high + over, "muted", lw=1.2, zorder=1.5)

    def draw_years(self, talks: pd.DataFrame) -> None:
        first, *others = talks["start_date"].dt.year.value_counts().reindex(self.years, fill_value=0)
        low, high = (MARGIN - 2, self.width - 10) if self.upright else (self.top - 2, self.floor + 4)
        begins, middles = (np.array([self.day(f"{year}-{day}") for year in self.years]) for day in ("01-01", "07-02"))
        self.line(np.append(begins, self.end), low, high, "rule", zorder=0)
        x, y, ha, below, px = middles, self.floor + 20, "center", 17, (13.5, 12)
        if self.upright:
            x, y, ha, below, px = MARGIN - 2, begins + 10, "left", 15, (12.5, 11.5)
        self.ax.say(x, y, self.years, px[0], "ink", "Semibold", ha=ha)
        self.ax.say(x, y + below, [f"{first} talk{'' if first == 1 else 's'}", *others], px[1], ha=ha)
        for year, text in zip(self.years, self.ax.texts[-len(self.years) :], strict=True):
            text.set_gid(f"year-{year}")
        for name, year, last in () if self.upright else ADMINISTRATIONS:
            start, end = np.clip([self.day(f"{one}-01-20") for one in (year, last + 1)], self.left, self.end)
            if start < end:
                self.ax.say((start + end) / 2, self.top - 15, name, 12.5, weight="It", ha="center")
                self.ax.line([start + 3, end - 3], [self.top - 5, self.top - 5], "muted")
            if self.left < start < self.end and year > self.years[0]:
                self.line(start, self.top - 5, high, "muted", ls=(0, (2, 2)), zorder=1)

    def draw_lane(self, lane: int, talks: pd.DataFrame, gaps: pd.DataFrame, labels: dict[str, str]) -> None:
        (page_name, phone_name, _), base, color = LANES[lane], self.base(lane), self.ax.theme["lanes"][lane]
        look = {"color": color, "weight": "Semibold", "va": "bottom"}
        if self.upright:
            x, ha = (base, "center") if lane else (base - 10, "left")
            self.ax.say(x, self.top - 6, phone_name, 11.5, ha=ha, linespacing=1.0, **look)
        else:
            self.ax.line([self.left, self.end], [base, base], zorder=0)
            self.ax.say(MARGIN, base - 2, page_name, 13.5, linespacing=1.1, **look)
            self.ax.say(self.left - 9, base - 2, len(talks), ha="right", va="bottom", gid=f"lane-{lane}")
        times, radii = talks["start_date"].map(self.day), talks["level"].map(RADIUS)
        both_ways = self.upright and lane > 0
        heights = pack(times.to_numpy(), radii.to_numpy(), both_ways=both_ways) + (0 if both_ways else 8)
        talks = talks.assign(time=times, height=heights, radius=radii, label=talks["talk_id"].map(labels))
        xs, ys = self.turn(times, base + heights * (1 if self.upright else -1))
        modes = talks["mode"].where(talks["status"] == "held", "none")
        for x, y, level, mode, name in zip(xs, ys, talks["level"], modes, talks["talk_id"], strict=True):
            draw_dot(self.ax, x, y, level, mode, color, name)
        ends, taken = [(self.day(gap.from_date), self.day(gap.to_date)) for gap in gaps.itertuples()], []
        for days, end in zip(gaps["days"], ends, strict=True):
            self.draw_gap(lane, days, *end, times.to_numpy())
        for talk in talks.dropna(subset="label").sort_values("time", ascending=False).to_dict("records"):
            if not self.upright:
                self.label_above(lane, talk, talks, taken, ends)
            elif lane == 0:
                self.label_beside(talk, talks, ends)

    def draw_gap(self, lane: int, days: int, begin: float, end: float, times: np.ndarray) -> None:
        """Shade a gap and write its days: on the phone, in its longest stretch without a dot."""
        base, at, words, look = self.base(lane), (begin + end) / 2, f"{days:,} days", {"ha": "center", "zorder": 4}
        if not self.upright:
            self.band(begin, end, base - 56, base, over=1)
            words += "" if lane else " without meeting in person"
            look["bbox"] = {"facecolor": self.ax.theme["band"], "lw": 0, "pad": 0.6}
            self.ax.say(at, base - 47, words, 12.5, "ink", "Semibold", **look)
            return
        self.band(begin, end, *((base - 24, base + 24) if lane else (base - 12, base + 92)))
        x, words = base + 58, f"{words}\nwithout\nmeeting\nin person"
        if lane:
            stops = np.array([begin, *sorted(times[(times > begin) & (times < end)]), end])
            x, at, words = base, stops[np.argmax(np.diff(stops)) :][:2].mean(), f"{days:,}\ndays"
        self.ax.say(x, at, words, 11.5, "ink", "Semibold", linespacing=1.1, **look)

    def label_beside(self, talk: dict, talks: pd.DataFrame, ends: list[tuple[float, float]]) -> None:
        """Name a talk of the leaders right of the dots at its time, clear of the edges of a gap."""
        reach = talks.loc[(talks["time"] - talk["time"]).abs() < 16, "height"].max()
        edges = [(edge, shift) for end in ends for edge, shift in zip(end, (-8, 9), strict=True)]
        y = talk["time"] + sum(shift for edge, shift in edges if abs(edge - talk["time"]) < 3)
        words = talk["label"].replace(" (", ",\n").rstrip(")")
        look = {"zorder": 4, "linespacing": 1.05, "gid": f"name-{talk['talk_id']}"}
        self.ax.say(self.base(0) + reach + 12, y, words, 12, "ink", "Semibold", **look)

    def label_above(self, lane: int, talk: dict, talks: pd.DataFrame, taken: list, roofs: list) -> None:
        """Name a talk on the lowest level that is free of dots, gaps and the names right of it."""
        patch = {"facecolor": self.ax.theme["ground"], "lw": 0, "pad": 0.6}
        weight, time, base = "Regular" if lane else "Semibold", talk["time"], self.base(lane)
        look = {"zorder": 2, "bbox": patch, "gid": f"name-{talk['talk_id']}"}
        text = self.ax.say(0, 0, talk["label"], 12.5, "ink", weight, **look)
        left = min(time - 5, self.width - MARGIN - width_of(text) + 2)
        end = left + width_of(text)
        under = talks[(talks["time"] > left - 9) & (talks["time"] < end + 9)]
        roofed = [64 for start, stop in roofs if start < end and left < stop]
        overhung = [height + 16 for _, _, height, line in taken if left - 3 < line < end + 3]
        level = max([12, *(under["height"] + under["radius"] + 12), *roofed, *overhung])
        beside = [height for start, stop, height, _ in taken if start < end + 4 and left < stop + 4]
        while any(abs(level - height) < 16 for height in beside):
            level += 2
        taken.append((left, end, level, time))
        text.set_position((left, base - level - 4))
        self.line(time, base - talk["height"] - talk["radius"] - 1, base - level + 4, "muted", lw=0.7, zorder=1.8)

    def draw_key(self) -> None:
        places, below, band, at = (22, 122, 206, 294), (22, 108, 222), (364, 398, 21, 37), (408, 29)
        words = "longest time in a lane without a meeting in person at cabinet level or above"
        if self.upright:
            words, band, at = "longest time without a cabinet meeting in person", (45, 57, MARGIN, 30), (38, 51)
        for x, mode in zip(places, ("in_person", "virtual", "phone", "none"), strict=True):
            draw_dot(self.ax, x, 8, "cabinet", mode, self.ax.theme["ink"])
        for x, level in zip(below, ("leader", "cabinet", "deputy"), strict=True):
            draw_dot(self.ax, x, 29, level, "in_person", self.ax.theme["muted"])
        lacking = "not held" if self.upright else "cancelled or put off"
        self.ax.say(np.add(places, 11), 8, ["in person", "video", "phone", lacking])
        self.ax.say(np.add(below, 13), 29, ["leaders", "cabinet level", "below cabinet"])
        self.band(*band)
        self.ax.say(*at, words)


def draw_dot(ax: Panel, x: float, y: float, level: str, mode: str, color: str, name: str | None = None) -> None:
    """Draw one talk: full circle in person, half video, ring phone, cross where it was not held; SVG keeps its name."""
    r = RADIUS[level]
    if mode == "none":
        across, down = 0.8 * r * np.array([[-1, 1, np.nan, -1, 1], [-1, 1, np.nan, 1, -1]])
        ax.plot(x + across, y + down, color=color, lw=1.9, solid_capstyle="butt", zorder=3, gid=name)
        return
    face = color if mode == "in_person" else ax.theme["ground"]
    ax.add_artist(Circle((x, y), r - 0.7, facecolor=face, edgecolor=color, lw=1.15, zorder=3, gid=name))
    if mode == "virtual":
        half = name and f"{name}:half"
        ax.add_artist(Wedge((x, y), r - 0.7, 90, 270, facecolor=color, lw=0, zorder=3, gid=half))


@titled
def plot_rounds(talks: pd.DataFrame, *, width: float = PAGE, theme: str = "light") -> Axes:
    """Draw series of talks as ladders: a rung a talk, with number, days, place, heads, outcome, time since the last.

    In: rows of `load_talks` with a `series`; `width` in pixels, under 600 for phones. Blocks show how much came of a
    talk, none (breakdown) to four (agreement); days count from the last held. Out: the axes, in pixels. Raises
    `TalksError` without a series. Known weakness: more than two series are crowded on a page.

    >>> ah.plot_rounds(ah.load_talks().query("series == 'trade talks 2025'")).texts[2].get_text()
    'Trade talks 2025'
    """
    talks = talks[talks["series"] != ""].sort_values(["series", "start_date", "end_date"])
    refuse_nothing(talks, "talk of a series")
    by, held = talks["series"], talks["end_date"].where(talks["status"] == "held")
    before, last = talks["end_date"].groupby(by).shift(), held.groupby(by).ffill().groupby(by).shift()
    rise = 42 + 0.15 * (talks["start_date"] - before).dt.days.clip(lower=0)
    talks = talks.assign(y=64 + rise.fillna(0).groupby(by).cumsum(), rise=rise, before=before, last=last)
    depths, phone, left, top = talks.groupby("series")["y"].max() + 46, width < PHONE, MARGIN, 26
    ax = new_panel(theme, top + (depths.sum() if phone else depths.max()), width=width)
    ax.name_sides(4, 10, {side: SIDE_NAMES[side] for side in ("US", "CN")})
    wide = (width - MARGIN) / (1 if phone else len(depths)) - MARGIN
    for name, rows in talks.groupby("series"):
        ax.say(left, top + 24, name[:1].upper() + name[1:], 14.5, "ink", "Bold")
        for row in rows.assign(y=rows["y"] + top).to_dict("records"):
            _draw_rung(ax, row, left, left + wide)
        left, top = (left, top + depths[name]) if phone else (left + wide + MARGIN, top)
    return ax


def _draw_rung(ax: Panel, row: dict, left: float, right: float) -> None:
    y, rail, held, low, high = row["y"], left + 44, row["status"] == "held", row["start_date"], row["end_date"]
    if low.year != row["before"].year:
        ax.say(left, y - 19, low.year, 12, "muted", "Semibold")
    if not pd.isna(row["last"]):
        since, above = "" if row["last"] == row["before"] else " since the last held", y - row["rise"]
        ax.line([rail, rail], [above + 9, y - 9], "muted", ls="-" if held and not since else (0, (2, 2)))
        ax.say(right, (above + y) / 2, f"{(low - row['last']).days} days{since}", weight="It", ha="right")
    draw_dot(ax, rail, y, row["level"], row["mode"] if held else "none", ax.theme["ink"])
    ax.say(left + 24, y, row["number"] or "·", 13.5, "ink", "Semibold", ha="right")
    place = {"phone": "phone", "virtual": "video"}.get(row["mode"], row["city"].replace(";", ", "))
    x, first, final = rail + 20, *(f"{day.day} {day:%b}" for day in (low, high))
    days = final if first == final else f"{low.day if low.month == high.month else first}–{final}"
    ax.say(x + 4 + width_of(ax.say(x - 4, y, place, 13.5, "ink", "Semibold")), y, "within " * row["window"] + days)
    us = [PEOPLE.get(name, {"surname": name})["surname"] for name in row["us_heads"].split(";")]
    for side, names in (("US", us), ("CN", row["cn_heads"].split(";"))):
        ax.mark(x, y + 18, side, 0.8, mew=0)
        x += 20 + width_of(ax.say(x + 8, y + 18, ", ".join(names), 12, side))
    ax.say(right - 34 * held, y, row["outcome"] if held else row["status"], 12, "ink", ha="right")
    for block in range(4 * held):
        color = ax.theme["rule" if block + CODES["outcome"].index(row["outcome"]) > 3 else "ink"]
        ax.add_patch(Rectangle((right - 27 + 7 * block, y + 7), 5, -4 - 3 * block, color=color, lw=0))
