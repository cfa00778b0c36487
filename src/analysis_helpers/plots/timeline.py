"""The signature figure: every talk, 2017-2025, one dot each, packed on its true date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle, Wedge

from ..corpus import Corpus
from ..dictionaries import read_codebook
from ..errors import TalksError
from ..talks import describe_gaps, longest_pauses
from .style import MARGIN, PAGE, PHONE, THEMES, Theme, new_figure, place_axes, refuse_nothing, say

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


@dataclass(frozen=True)
class Form:
    """How the figure is laid out: time to the right on a page, downwards on a phone. Pixels."""

    width: float
    day: float
    first_lane: float
    lane_size: tuple[float, ...]
    horizontal: bool


PAGE_FORM = Form(PAGE, 0.2295, 130, (146, 103, 131, 98, 64), True)
PHONE_FORM = Form(PHONE, 0.4595, 72, (122, 68, 70, 44, 34), False)
# For A3: saved with 1.15 times the resolution it is 1,500 by 1,060 pixels, its dots and letters that much larger.
POSTER_FORM = Form(1304, 0.333, 130, (120, 147, 188, 116, 94), True)
FORMS = {"page": PAGE_FORM, "phone": PHONE_FORM, "poster": POSTER_FORM}


def add_lane(talks: pd.DataFrame) -> pd.DataFrame:
    """Add the lane of each talk: leaders by level, the others by the first of their tracks.

    Examples
    --------
    >>> talks = pd.DataFrame({"level": ["leader", "cabinet"], "track": ["trade", "trade;general"]})
    >>> add_lane(talks)["lane"].tolist()
    [0, 2]
    """
    number = {track: lane for lane, (_, _, tracks) in enumerate(LANES) for track in tracks}
    first = talks["track"].str.split(";").str[0].map(number).fillna(len(LANES) - 1).astype("int64")
    return talks.assign(lane=first.where(talks["level"] != "leader", 0))


def read_labels(*, poster: bool) -> dict[str, str]:
    """Read the names of the talks that readers look for, by `talk_id`; the poster has more of them.

    Examples
    --------
    >>> read_labels(poster=False)["2025-10-busan-summit"], len(read_labels(poster=True)) > 40
    ('Busan', True)
    """
    return {row["talk_id"]: row["label"] for row in read_codebook("talk_labels") if poster or row["figure"] == "page"}


def lane_gaps(talks: pd.DataFrame) -> pd.DataFrame:
    """Find each lane's longest time without a meeting in person at cabinet level or above.

    Out: `lane` and the columns of `describe_gaps`; lanes whose longest gap is under 300 days, or that have
    fewer than 5 such meetings, are left out.
    """
    meetings = add_lane(talks).query("mode == 'in_person' and level in ['leader', 'cabinet'] and status == 'held'")
    gaps = [describe_gaps(rows).head(1).assign(lane=lane) for lane, rows in meetings.groupby("lane") if len(rows) >= 5]
    if not gaps:
        return describe_gaps(talks.head(0)).assign(lane=0)
    return pd.concat(gaps).query("days >= @LONG_GAP").reset_index(drop=True)


def pack(times: np.ndarray, radii: np.ndarray, *, both_ways: bool = False) -> np.ndarray:
    """Pack dots on a line: each stays at its own time and moves just enough to touch no earlier dot.

    Out: how far each dot stands from the line: above it, or on either side with `both_ways`.

    Examples
    --------
    >>> pack(np.array([0.0, 0.0, 50.0]), np.array([5.0, 5.0, 5.0])).round(1).tolist()
    [0.0, 11.4, 0.0]
    """
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
    ax: Axes | None = None,
    *,
    theme: str = "light",
    form: str = "page",
) -> Axes:
    """Draw every talk of a chronology as a dot on its date, in lanes by subject, with the longest gaps.

    In: a chronology (`load_talks`); with a corpus, its number of texts stands under each year. Fill
    shows how they met, size how high, a cross that a planned talk was not held. `form` is page, phone (time
    runs downwards) or poster (wider, with more names; save it with `dpi=230` for A3). Out: the axes, in
    pixels from its upper left corner. Raises `TalksError` for another form.

    Known weakness: lanes follow the first track of a talk; a talk with three tracks stands in one lane.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> ax = ah.plot_timeline(ah.load_talks(level="leader"))
    >>> ax.figure.get_size_inches()[0]
    np.float64(9.0)
    """
    refuse_nothing(talks, "talk")
    if form not in FORMS:
        raise TalksError(f"unknown form {form!r}; expected one of {', '.join(FORMS)}; choose one of them")
    shape, colors = FORMS[form], THEMES[theme]
    talks = add_lane(talks)
    years = range(talks["start_date"].dt.year.min(), talks["start_date"].dt.year.max() + 1)
    start = pd.Timestamp(year=years[0], month=1, day=1)
    length = ((pd.Timestamp(year=years[-1] + 1, month=1, day=1) - start).days) * shape.day
    depth = sum(shape.lane_size)
    if ax is None:
        ax = _new_axes(shape, length, depth, colors)
    sheet = _Sheet(ax, shape, colors, start, read_labels(poster=form == "poster"))
    sheet.draw_years(years, length, depth, talks, corpus)
    for lane in range(len(LANES)):
        sheet.draw_lane(lane, talks[talks["lane"] == lane], length)
    gaps = lane_gaps(talks)
    for gap in gaps.to_dict("records"):
        sheet.draw_gap(gap, talks[talks["lane"] == gap["lane"]])
    for lane in range(len(LANES)):
        sheet.draw_talks(lane, talks[talks["lane"] == lane], gaps)
    _draw_key(sheet)
    return ax


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


def _new_axes(form: Form, length: float, depth: float, colors: Theme) -> Axes:
    if form.horizontal:
        figure = new_figure(form.width, 62 + depth + 46, colors)
        ax = place_axes(figure, 0, 0, form.width, 62 + depth + 46)
        ax.set(xlim=(0, form.width), ylim=(62 + depth + 46, 0))
    else:
        figure = new_figure(form.width, 128 + length + 10, colors)
        ax = place_axes(figure, 0, 0, form.width, 128 + length + 10)
        ax.set(xlim=(0, form.width), ylim=(128 + length + 10, 0))
    return ax


class _Sheet:
    """The drawing in progress: it knows where a day and a lane are."""

    def __init__(self, ax: Axes, form: Form, colors: Theme, start: pd.Timestamp, labels: dict[str, str]) -> None:
        self.ax, self.form, self.colors, self.start, self.labels = ax, form, colors, start, labels
        self.top = 62 if form.horizontal else 128
        self.left = form.first_lane

    def day(self, date: pd.Timestamp) -> float:
        """Pixel of a day along the axis of time."""
        return (self.left if self.form.horizontal else self.top) + (date - self.start).days * self.form.day

    def base(self, lane: int) -> float:
        """Pixel of the line a lane stands on."""
        if self.form.horizontal:
            return self.top + sum(self.form.lane_size[: lane + 1]) - 16
        return self.left - 10 + sum(self.form.lane_size[:lane])

    def at(self, time: float, height: float, lane: int) -> tuple[float, float]:
        """Pixel position of something at a time (in pixels) and a height above the lane's line."""
        base = self.base(lane)
        return (time, base - height) if self.form.horizontal else (base + height, time)

    def draw_years(self, years: range, length: float, depth: float, talks: pd.DataFrame, corpus: Corpus | None) -> None:
        ax, colors = self.ax, self.colors
        counts = talks["start_date"].dt.year.value_counts()
        texts = corpus.documents["date"].dt.year.value_counts() if corpus else {}
        for year in [*years, years[-1] + 1]:
            at = self.day(pd.Timestamp(year=year, month=1, day=1))
            middle = self.day(pd.Timestamp(year=year, month=7, day=2))
            n = counts.get(year, 0)
            below = f"{n} talks" if year == years[0] else f"{n}"
            if self.form.horizontal:
                ax.plot([at, at], [self.top - 2, self.top + depth + 4], color=colors.rule, lw=1, zorder=0)
                if year in years:
                    say(ax, middle, self.top + depth + 20, str(year), 13.5, colors.ink, "Semibold", ha="center")
                    say(ax, middle, self.top + depth + 37, below, 12, colors.muted, ha="center")
                    if corpus:
                        n_texts = texts.get(year, 0)
                        number = f"{n_texts}" + ((" text" if n_texts == 1 else " texts") if year == years[0] else "")
                        say(ax, middle, self.top + depth + 53, number, 12, colors.muted, ha="center")
            else:
                ax.plot([MARGIN - 2, self.form.width - 10], [at, at], color=colors.rule, lw=1, zorder=0)
                if year in years:
                    say(ax, MARGIN - 2, at + 10, str(year), 12.5, colors.ink, "Semibold")
                    say(ax, MARGIN - 2, at + 25, below, 11.5, colors.muted)
        if self.form.horizontal:
            for date, what in PRESIDENTS:
                if years[0] <= int(date[:4]) <= years[-1]:
                    x = self.day(pd.Timestamp(date))
                    ax.plot(
                        [x, x], [self.top - 2, self.top + depth + 4], color=colors.muted, lw=1, ls=(0, (2, 2)), zorder=1
                    )
                    say(ax, x + 4, self.top + 5, what, 12, colors.muted, "It")

    def draw_lane(self, lane: int, talks: pd.DataFrame, length: float) -> None:
        ax, colors, base = self.ax, self.colors, self.base(lane)
        page_name, phone_name, _ = LANES[lane]
        if self.form.horizontal:
            ax.plot([self.left, self.left + length], [base, base], color=colors.rule, lw=1, zorder=0)
            say(ax, MARGIN, base - 2, page_name, 13.5, colors.lanes[lane], "Semibold", va="bottom", linespacing=1.1)
            say(ax, self.left - 9, base - 2, str(len(talks)), 12, colors.muted, ha="right", va="bottom")
        else:
            place = {"ha": "center"} if lane else {}
            x = base if lane else base - 10
            say(
                ax,
                x,
                self.top - 6,
                phone_name,
                11.5,
                colors.lanes[lane],
                "Semibold",
                va="bottom",
                linespacing=1.0,
                **place,
            )

    def draw_gap(self, gap: dict, talks: pd.DataFrame) -> None:
        ax, colors, lane = self.ax, self.colors, gap["lane"]
        times = np.array([self.day(date) for date in talks["start_date"]])
        begin, end = self.day(gap["from_date"]), self.day(gap["to_date"])
        words = f"{gap['days']:,} days" + (" without meeting in person" if lane == 0 and self.form.horizontal else "")
        base = self.base(lane)
        if self.form.horizontal:
            height = 56
            ax.add_patch(Rectangle((begin, base - height), end - begin, height, color=colors.band, lw=0, zorder=0.5))
            for x in (begin, end):
                ax.plot([x, x], [base - height, base + 1], color=colors.muted, lw=1.2, zorder=1.5)
            say(ax, (begin + end) / 2, base - height + 9, words, 12.5, colors.ink, "Semibold", ha="center", zorder=4)
            return
        edge, width = (base - 12, 104) if lane == 0 else (base - 24, 48)
        ax.add_patch(Rectangle((edge, begin), width, end - begin, color=colors.band, lw=0, zorder=0.5))
        for y in (begin, end):
            ax.plot([edge, edge + width], [y, y], color=colors.muted, lw=1.2, zorder=1.5)
        at = self._quiet_spot(begin, end, times) if lane else (begin + end) / 2
        words, x = (words.replace(" ", "\n"), base) if lane else (f"{words}\nwithout\nmeeting\nin person", base + 58)
        say(ax, x, at, words, 11.5, colors.ink, "Semibold", ha="center", zorder=4, linespacing=1.1)

    def _quiet_spot(self, begin: float, end: float, times: np.ndarray) -> float:
        """Middle of the longest stretch of a gap without a dot."""
        stops = np.array([begin, *sorted(time for time in times if begin < time < end), end])
        longest = int(np.argmax(np.diff(stops)))
        return float(stops[longest : longest + 2].mean())

    def draw_talks(self, lane: int, talks: pd.DataFrame, gaps: pd.DataFrame) -> None:
        times = np.array([self.day(date) for date in talks["start_date"]])
        radii = talks["level"].map(RADIUS).to_numpy()
        upright = not self.form.horizontal and lane > 0
        heights = pack(times, radii, both_ways=upright) + (0 if upright else 8)
        for talk, time, height in zip(talks.to_dict("records"), times, heights, strict=True):
            draw_dot(self.ax, *self.at(time, height, lane), talk, self.colors.lanes[lane], self.colors.ground)
        if len(talks):
            self._draw_labels(lane, talks.assign(time=times, height=heights, radius=radii), gaps)

    def _draw_labels(self, lane: int, talks: pd.DataFrame, gaps: pd.DataFrame) -> None:
        """Name the talks that readers look for: from right to left, each on the lowest free level."""
        named = talks[talks["talk_id"].isin(self.labels)].sort_values("time", ascending=False)
        taken: list[tuple[float, float, float, float]] = []
        roof = [
            (self.day(gap["from_date"]), self.day(gap["to_date"]), 60.0)
            for gap in gaps.query("lane == @lane").to_dict("records")
        ]
        for talk in named.to_dict("records"):
            label = self.labels[talk["talk_id"]]
            if self.form.horizontal:
                self._label_above(lane, talk, label, talks, taken, roof)
            elif lane == 0:
                x, y = self.at(talk["time"], talk["height"], lane)
                beside = talks[(talks["time"] - talk["time"]).abs() < 16]
                x = max(self.at(0, height, lane)[0] for height in beside["height"]) + 12
                lane_gap = gaps.query("lane == @lane").to_dict("records")
                edges = {
                    self.day(g[end]): shift for g in lane_gap for end, shift in (("from_date", -8), ("to_date", 9))
                }
                y += next((shift for edge, shift in edges.items() if abs(edge - talk["time"]) < 3), 0)
                words = label.replace(" (", ",\n").rstrip(")")
                say(self.ax, x, y, words, 12, self.colors.ink, "Semibold", zorder=4, linespacing=1.05)

    def _label_above(self, lane: int, talk: dict, words: str, talks: pd.DataFrame, taken: list, roof: list) -> None:
        ax, colors = self.ax, self.colors
        weight = "Semibold" if lane == 0 else "Regular"
        patch = {"facecolor": colors.ground, "lw": 0, "pad": 0.6}
        text = say(ax, 0, 0, words, 12.5, colors.ink, weight, zorder=2, bbox=patch)
        width = text.get_window_extent().width * 100 / ax.figure.dpi
        right = self.form.width - MARGIN
        left = min(talk["time"] - 5, right - width + 2) if talk["time"] + width - 5 > right else talk["time"] - 5
        under = talks[(talks["time"] > left - 9) & (talks["time"] < left + width + 9)]
        level = max([*(under["height"] + under["radius"]), 0]) + 12
        level = max([level, *(height + 4 for begin, end, height in roof if begin < left + width and left < end)])
        overhung = [height for _, _, height, line in taken if left - 3 < line < left + width + 3]
        level = max([level, *(height + 16 for height in overhung)])
        while any(
            begin < left + width + 4 and left < end + 4 and abs(level - height) < 16 for begin, end, height, _ in taken
        ):
            level += 2
        taken.append((left, left + width, level, talk["time"]))
        text.set_position((left, self.base(lane) - level - 4))
        bottom = self.base(lane) - talk["height"] - talk["radius"] - 1
        ax.plot([talk["time"]] * 2, [bottom, self.base(lane) - level + 4], color=colors.muted, lw=0.7, zorder=1.8)


def draw_dot(ax: Axes, x: float, y: float, talk: dict, color: str, ground: str) -> None:
    """Draw one talk: full circle in person, half video, ring phone, cross where it was not held."""
    r = RADIUS[talk["level"]]
    if talk["status"] != "held":
        arm = r * 0.8
        for sign in (1, -1):
            ax.plot(
                [x - arm, x + arm],
                [y - sign * arm, y + sign * arm],
                color=color,
                lw=1.9,
                solid_capstyle="butt",
                zorder=3,
            )
        return
    full = talk["mode"] == "in_person"
    ax.add_patch(Circle((x, y), r - 0.7, facecolor=color if full else ground, edgecolor=color, lw=1.15, zorder=3))
    if talk["mode"] == "virtual":
        ax.add_patch(Wedge((x, y), r - 0.7, 90, 270, facecolor=color, lw=0, zorder=3.1))


def _draw_key(sheet: _Sheet) -> None:
    ax, colors, wide = sheet.ax, sheet.colors, sheet.form.horizontal
    step = (84, 68, 72, 0) if wide else (74, 62, 66, 0)
    x, y = MARGIN + 6.0, 8.0
    kinds = (
        ("in person", "in_person", "held"),
        ("video", "virtual", "held"),
        ("phone", "phone", "held"),
        ("cancelled or put off" if wide else "not held", "phone", "cancelled"),
    )
    for (name, mode, status), advance in zip(kinds, step, strict=True):
        draw_dot(ax, x, y, {"level": "cabinet", "mode": mode, "status": status}, colors.ink, colors.ground)
        say(ax, x + 11, y, name, 12, colors.muted)
        x += advance + 16
    x, y = MARGIN + 6.0, 29.0
    for name, level, advance in (
        ("leaders", "leader", 74),
        ("cabinet level", "cabinet", 102),
        ("below cabinet", "deputy", 118),
    ):
        draw_dot(ax, x, y, {"level": level, "mode": "in_person", "status": "held"}, colors.muted, colors.ground)
        say(ax, x + 13, y, name, 12, colors.muted)
        x += advance + (12 if wide else 0)
    words = "longest time in a lane without a meeting in person at cabinet level or above"
    if wide:
        x += 12
        ax.add_patch(Rectangle((x, y - 8), 34, 16, color=colors.band, lw=0))
        for edge in (x, x + 34):
            ax.plot([edge, edge], [y - 8, y + 8], color=colors.muted, lw=1.2)
        say(ax, x + 44, y, words, 12, colors.muted)
    else:
        ax.add_patch(Rectangle((MARGIN, 45), 14, 12, color=colors.band, lw=0))
        for edge in (45, 57):
            ax.plot([MARGIN, MARGIN + 14], [edge, edge], color=colors.muted, lw=1.2)
        say(ax, MARGIN + 22, 51, "longest time without a cabinet meeting in person", 12, colors.muted)
