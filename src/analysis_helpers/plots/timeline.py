"""The signature figure: every talk, 2017-2025, one dot each, packed on its true date."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle, Wedge

from ..corpus import Corpus
from ..dictionaries import read_codebook
from ..errors import TalksError
from ..talks import describe_gaps, longest_pauses
from .style import MARGIN, PAGE, PHONE, Line, add_words, new_axes, refuse_nothing, say, theme_of, width_of

LANES = (
    ("Leaders", "Leaders", ()),
    ("Diplomacy", "Diplo-\nmacy", ("diplomatic", "general")),
    ("Trade, finance,\ntechnology", "Trade,\nfinance", ("trade", "finance", "technology")),
    ("Security,\nmilitary", "Military", ("security", "military")),
    ("Climate, drugs,\npeople", "Other", ("climate", "narcotics", "people")),
)
RADIUS = {"leader": 7.0, "cabinet": 5.7, "deputy": 3.9, "working": 3.9}
LONG_GAP = 300  # days; shorter gaps are the ordinary rhythm of a lane
PRESIDENTS = (("2021-01-20", "Biden takes office"), ("2025-01-20", "Trump returns"))


class Size(NamedTuple):
    """Pixels of the figure, of a day and of each lane, and where the first day and lane begin."""

    width: float
    day: float
    lanes: tuple[float, ...]
    left: float = 130
    top: float = 62
    upright: bool = False


SIZES = {
    "page": Size(PAGE, 0.2295, (146, 103, 131, 98, 64)),
    "phone": Size(PHONE, 0.4595, (122, 68, 70, 44, 34), left=72, top=128, upright=True),
    # For A3: saved with 1.15 times the resolution it is 1,500 by 1,060 pixels, its dots and letters that much larger.
    "poster": Size(1304, 0.333, (120, 147, 188, 116, 94)),
}


def add_lane(talks: pd.DataFrame) -> pd.DataFrame:
    """Add the lane of each talk: leaders by level, the others by the first of their tracks."""
    number = {track: lane for lane, (_, _, tracks) in enumerate(LANES) for track in tracks}
    first = talks["track"].str.split(";").str[0].map(number).fillna(len(LANES) - 1).astype("int64")
    return talks.assign(lane=first.where(talks["level"] != "leader", 0))


def lane_gaps(talks: pd.DataFrame) -> pd.DataFrame:
    """Find each lane's longest time without a meeting in person of ministers or leaders, if it is long."""
    meetings = add_lane(talks).query("mode == 'in_person' and level in ['leader', 'cabinet'] and status == 'held'")
    gaps = [describe_gaps(rows).head(1).assign(lane=lane) for lane, rows in meetings.groupby("lane") if len(rows) >= 5]
    found = pd.concat(gaps or [describe_gaps(talks.head(0)).assign(lane=0)])
    return found[found["days"] >= LONG_GAP]


def pack(times: np.ndarray, radii: np.ndarray, *, both_ways: bool = False) -> np.ndarray:
    """Find how far each dot stands from a line, at its own time, to touch no earlier dot: above, or on either side."""
    heights = np.zeros(len(times))
    for i in range(1, len(times)):
        room = radii[:i] + radii[i] + 1.4
        near = [j for j in range(i) if abs(times[i] - times[j]) < room[j]]
        reach = {j: np.sqrt(room[j] ** 2 - (times[i] - times[j]) ** 2) for j in near}
        candidates = [0.0, *(heights[j] + reach[j] for j in near)]
        candidates += [heights[j] - reach[j] for j in near] if both_ways else []
        free = [h for h in candidates if all(abs(h - heights[j]) >= reach[j] - 1e-9 for j in near)]
        heights[i] = min(free, key=lambda h: (round(abs(h), 6), -h))
    return heights


def plot_timeline(
    talks: pd.DataFrame,
    corpus: Corpus | None = None,
    *,
    size: str = "page",
    theme: str = "light",
    title: Line = None,
    subtitle: Line = None,
    note: Line = None,
) -> Axes:
    """Draw every talk of a chronology as a dot on its date, in lanes by subject, with the longest gaps.

    In: a chronology (`load_talks`); with a corpus, its number of texts stands under each year. Fill
    shows how they met, size how high, a cross that a planned talk was not held. `size` is page, phone (time
    runs downwards) or poster (wider, with more names; save it with `dpi=230` for A3). Out: the axes, in
    pixels from its upper left corner. Raises `TalksError` for another size.

    Known weakness: lanes follow the first track of a talk; a talk with three tracks stands in one lane.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> ax = ah.plot_timeline(ah.load_talks(level="leader"))
    >>> ax.figure.get_size_inches()[0]
    np.float64(9.0)
    """
    refuse_nothing(talks, "talk")
    if size not in SIZES:
        raise TalksError(f"unknown size {size!r}; expected one of {', '.join(SIZES)}; choose one of them")
    talks = add_lane(talks)
    sheet = _Sheet(SIZES[size], theme, talks["start_date"].dt.year)
    sheet.draw_years(talks, corpus)
    gaps = lane_gaps(talks).to_dict("records")
    labels = {row["talk_id"]: row["label"] for row in read_codebook("talk_labels") if row["figure"] in ("page", size)}
    for lane in range(len(LANES)):
        rows, wide = talks[talks["lane"] == lane], [gap for gap in gaps if gap["lane"] == lane]
        sheet.draw_lane(lane, rows)
        for gap in wide:
            sheet.draw_gap(lane, gap, rows)
        sheet.draw_talks(lane, rows, wide, labels)
    sheet.draw_key()
    return add_words(sheet.ax, title, subtitle, note)


def timeline_words(talks: pd.DataFrame) -> dict[str, str]:
    """Give the title, subtitle and note of the signature figure, with their numbers computed.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> ah.timeline_words(ah.load_talks())["subtitle"][:52]
    'Each dot is one of 254 talks, 2017–2025 (247 held). '
    """
    held, lacking = (talks["status"] == "held").sum(), talks["status"].value_counts()
    any_pause, leaders_pause = longest_pauses(talks)
    first, last = talks["start_date"].dt.year.min(), talks["start_date"].dt.year.max()
    return {
        "title": "The two governments never stopped talking for long.\nTheir leaders stopped meeting face to face.",
        "subtitle": (
            f"Each dot is one of {len(talks)} talks, {first}–{last} ({held} held). The longest pause between any two "
            f"of them was {any_pause} days;\nthe leaders went {leaders_pause:,} days without meeting in person."
        ),
        "note": (
            "Leader and cabinet meetings in person are near complete; phone calls and working-level contacts are not. "
            f"Size shows level, fill shows how they met.\nSource: project chronology, talks.csv ({len(talks)} rows, "
            f"sources per row). Not held: {lacking.get('cancelled', 0)} cancelled, "
            f"{lacking.get('postponed', 0)} put off."
        ),
    }


class _Sheet:
    """The drawing in progress: it knows where a day and a lane are, and turns the page upright."""

    def __init__(self, size: Size, theme: str, years: pd.Series) -> None:
        self.size, self.upright, self.top = size, size.upright, size.top
        self.years = range(years.min(), years.max() + 1)
        self.start = pd.Timestamp(year=self.years[0], month=1, day=1)
        self.end = self.day(pd.Timestamp(year=self.years[-1] + 1, month=1, day=1))
        self.floor = size.top + sum(size.lanes)
        self.ax, self.theme = new_axes(theme, size.width, self.end + 10 if size.upright else self.floor + 46)

    def turn(self, time: object, across: object) -> tuple:
        return (across, time) if self.upright else (time, across)

    def day(self, date: pd.Timestamp) -> float:
        return (self.top if self.upright else self.size.left) + (date - self.start).days * self.size.day

    def base(self, lane: int) -> float:
        """Pixel of the line a lane stands on."""
        if self.upright:
            return self.size.left - 10 + sum(self.size.lanes[:lane])
        return self.top + sum(self.size.lanes[: lane + 1]) - 16

    def at(self, time: float, height: float, lane: int) -> tuple[float, float]:
        """Pixel position of something at a time (in pixels) and a height above the lane's line."""
        return self.turn(time, self.base(lane) + (height if self.upright else -height))

    def line(self, time: float, low: float, high: float, color: str, **look: object) -> None:
        self.ax.plot(*self.turn([time, time], [low, high]), color=self.theme[color], **look)

    def draw_years(self, talks: pd.DataFrame, corpus: Corpus | None) -> None:
        counts = talks["start_date"].dt.year.value_counts()
        texts = corpus.documents["date"].dt.year.value_counts() if corpus else {}
        low, high = (MARGIN - 2, self.size.width - 10) if self.upright else (self.top - 2, self.floor + 4)
        for year in self.years:
            at, first = self.day(pd.Timestamp(year=year, month=1, day=1)), year == self.years[0]
            self.line(at, low, high, "rule", lw=1, zorder=0)
            words = [year, f"{counts.get(year, 0)} talks" if first else counts.get(year, 0)]
            if self.upright:
                say(self.ax, MARGIN - 2, at + 10, words[0], 12.5, "ink", "Semibold")
                say(self.ax, MARGIN - 2, at + 25, words[1], 11.5)
                continue
            if corpus:
                n = texts.get(year, 0)
                words.append(f"{n}{' text' if n == 1 else ' texts'}" if first else n)
            middle = self.day(pd.Timestamp(year=year, month=7, day=2))
            for down, word in zip((20, 37, 53), words, strict=False):
                look = (13.5, "ink", "Semibold") if down == 20 else ()
                say(self.ax, middle, self.floor + down, word, *look, ha="center")
        self.line(self.end, low, high, "rule", lw=1, zorder=0)
        for date, what in () if self.upright else PRESIDENTS:
            if int(date[:4]) in self.years:
                x = self.day(pd.Timestamp(date))
                self.line(x, low, high, "muted", lw=1, ls=(0, (2, 2)), zorder=1)
                say(self.ax, x + 4, self.top + 5, what, weight="It")

    def draw_lane(self, lane: int, talks: pd.DataFrame) -> None:
        (page_name, phone_name, _), base, color = LANES[lane], self.base(lane), self.theme["lanes"][lane]
        if self.upright:
            x, look = (base, {"ha": "center"}) if lane else (base - 10, {})
            say(self.ax, x, self.top - 6, phone_name, 11.5, color, "Semibold", va="bottom", linespacing=1.0, **look)
            return
        self.ax.plot([self.size.left, self.end], [base, base], color=self.theme["rule"], lw=1, zorder=0)
        say(self.ax, MARGIN, base - 2, page_name, 13.5, color, "Semibold", va="bottom", linespacing=1.1)
        say(self.ax, self.size.left - 9, base - 2, len(talks), ha="right", va="bottom")

    def draw_band(self, begin: float, end: float, low: float, high: float, over: float = 0) -> None:
        corner, size = self.turn(begin, low), self.turn(end - begin, high - low)
        self.ax.add_patch(Rectangle(corner, *size, color=self.theme["band"], lw=0, zorder=0.5))
        for edge in (begin, end):
            self.line(edge, low, high + over, "muted", lw=1.2, zorder=1.5)

    def draw_gap(self, lane: int, gap: dict, talks: pd.DataFrame) -> None:
        begin, end, base = self.day(gap["from_date"]), self.day(gap["to_date"]), self.base(lane)
        words, middle = f"{gap['days']:,} days", (begin + end) / 2
        look = {"ha": "center", "zorder": 4, "linespacing": 1.1}
        if not self.upright:
            words += "" if lane else " without meeting in person"
            self.draw_band(begin, end, base - 56, base, over=1)
            say(self.ax, middle, base - 47, words, 12.5, "ink", "Semibold", **look)
        elif lane:  # in the middle of its longest stretch without a dot
            self.draw_band(begin, end, base - 24, base + 24)
            times = [self.day(date) for date in talks["start_date"]]
            stops = np.array([begin, *sorted(time for time in times if begin < time < end), end])
            middle = stops[np.argmax(np.diff(stops)) :][:2].mean()
            say(self.ax, base, middle, words.replace(" ", "\n"), 11.5, "ink", "Semibold", **look)
        else:
            self.draw_band(begin, end, base - 12, base + 92)
            words += "\nwithout\nmeeting\nin person"
            say(self.ax, base + 58, middle, words, 11.5, "ink", "Semibold", **look)

    def draw_talks(self, lane: int, talks: pd.DataFrame, gaps: list[dict], labels: dict[str, str]) -> None:
        times = np.array([self.day(date) for date in talks["start_date"]])
        radii = talks["level"].map(RADIUS).to_numpy()
        both_ways = self.upright and lane > 0
        heights = pack(times, radii, both_ways=both_ways) + (0 if both_ways else 8)
        for talk, time, height in zip(talks.to_dict("records"), times, heights, strict=True):
            draw_dot(self.ax, *self.at(time, height, lane), talk, self.theme["lanes"][lane])
        talks = talks.assign(time=times, height=heights, radius=radii, label=talks["talk_id"].map(labels))
        taken: list[tuple] = []
        ends = [(self.day(gap["from_date"]), self.day(gap["to_date"])) for gap in gaps]
        for talk in talks.dropna(subset="label").sort_values("time", ascending=False).to_dict("records"):
            if not self.upright:
                self._label_above(lane, talk, talks, taken, ends)
            elif lane == 0:
                self._label_beside(talk, talks, ends)

    def _label_beside(self, talk: dict, talks: pd.DataFrame, ends: list[tuple[float, float]]) -> None:
        """Name a talk of the leaders right of the dots at its time, clear of the edges of a gap."""
        reach = talks.loc[(talks["time"] - talk["time"]).abs() < 16, "height"].max()
        shifts = [
            shift for end in ends for edge, shift in zip(end, (-8, 9), strict=True) if abs(edge - talk["time"]) < 3
        ]
        words = talk["label"].replace(" (", ",\n").rstrip(")")
        x, y = self.base(0) + reach + 12, talk["time"] + sum(shifts[:1])
        say(self.ax, x, y, words, 12, "ink", "Semibold", zorder=4, linespacing=1.05)

    def _label_above(self, lane: int, talk: dict, talks: pd.DataFrame, taken: list, roofs: list) -> None:
        """Name a talk on the lowest level that is free of dots, gaps and the names right of it."""
        weight, patch = "Regular" if lane else "Semibold", {"facecolor": self.theme["ground"], "lw": 0, "pad": 0.6}
        text = say(self.ax, 0, 0, talk["label"], 12.5, "ink", weight, zorder=2, bbox=patch)
        width, time, base = width_of(text), talk["time"], self.base(lane)
        right = self.size.width - MARGIN
        left = min(time - 5, right - width + 2) if time - 5 + width > right else time - 5
        under = talks[(talks["time"] > left - 9) & (talks["time"] < left + width + 9)]
        level = max(
            max([*(under["height"] + under["radius"]), 0]) + 12,
            *(64 for begin, end in roofs if begin < left + width and left < end),
            *(height + 16 for _, _, height, line in taken if left - 3 < line < left + width + 3),
            0,
        )
        beside = [height for begin, end, height, _ in taken if begin < left + width + 4 and left < end + 4]
        while any(abs(level - height) < 16 for height in beside):
            level += 2
        taken.append((left, left + width, level, time))
        text.set_position((left, base - level - 4))
        self.line(time, base - talk["height"] - talk["radius"] - 1, base - level + 4, "muted", lw=0.7, zorder=1.8)

    def draw_key(self) -> None:
        places = (22, 112, 190, 272, 22, 96, 198) if self.upright else (22, 122, 206, 294, 22, 108, 222)
        kinds = (
            ("in person", "cabinet", "in_person", "held"),
            ("video", "cabinet", "virtual", "held"),
            ("phone", "cabinet", "phone", "held"),
            ("not held" if self.upright else "cancelled or put off", "cabinet", "phone", "cancelled"),
            ("leaders", "leader", "in_person", "held"),
            ("cabinet level", "cabinet", "in_person", "held"),
            ("below cabinet", "deputy", "in_person", "held"),
        )
        for number, (x, (name, level, mode, status)) in enumerate(zip(places, kinds, strict=True)):
            y, color, room = (8, "ink", 11) if number < 4 else (29, "muted", 13)
            draw_dot(self.ax, x, y, {"level": level, "mode": mode, "status": status}, self.theme[color])
            say(self.ax, x + room, y, name)
        if self.upright:
            self.draw_band(45, 57, MARGIN, 30)
            say(self.ax, 38, 51, "longest time without a cabinet meeting in person")
        else:
            self.draw_band(364, 398, 21, 37)
            say(self.ax, 408, 29, "longest time in a lane without a meeting in person at cabinet level or above")


def draw_dot(ax: Axes, x: float, y: float, talk: dict, color: str) -> None:
    """Draw one talk: full circle in person, half video, ring phone, cross where it was not held."""
    r, ground = RADIUS[talk["level"]], theme_of(ax)["ground"]
    if talk["status"] != "held":
        for arm in (r * 0.8, -r * 0.8):
            ax.plot(
                [x - arm, x + arm], [y - r * 0.8, y + r * 0.8], color=color, lw=1.9, solid_capstyle="butt", zorder=3
            )
        return
    face = color if talk["mode"] == "in_person" else ground
    ax.add_patch(Circle((x, y), r - 0.7, facecolor=face, edgecolor=color, lw=1.15, zorder=3))
    if talk["mode"] == "virtual":
        ax.add_patch(Wedge((x, y), r - 0.7, 90, 270, facecolor=color, lw=0, zorder=3.1))
