"""Figures of counts and shares: bars."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from ..corpus import SIDE_ORDER
from .style import MARGIN, PAGE, SIDE_NAMES, Panel, new_panel, printable, refuse_nothing, titled


@titled
def plot_weekly(weeks: pd.DataFrame, talks: pd.DataFrame | None = None, *, theme: str = "light") -> Axes:
    """Draw the texts of each week as mirrored bars: the United States above, China below one zero line.

    In: a table of `texts_by_period(corpus, "week")`; the talks to mark, each by its city. A week without
    any text is said so. Out: the axes; x is days since 1970, y is texts (Chinese ones negative).
    Known weakness: it counts what the collection holds, not what was said.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> statements = ah.load_corpus().where(collection="statements_2025")
    >>> ax = ah.plot_weekly(ah.texts_by_period(statements))
    >>> [text.get_text() for text in ax.texts if "n = " in text.get_text()]
    ['United States  n = 444', 'China  n = 355']
    """
    refuse_nothing(weeks[weeks["side"].isin(["US", "CN"]) & (weeks["n_documents"] > 0)], "text of either side")
    ax = new_panel(theme, 400, (MARGIN + 32, 62, PAGE - 2 * MARGIN - 32, 300))
    table = weeks.pivot(index="week", columns="side", values="n_documents").reindex(columns=["US", "CN"], fill_value=0)
    days = np.array([week.start_time.toordinal() + 3.5 for week in table.index])
    begin, end, (us, cn) = days[0] - 5, days[-1] + 5, table.max()
    top, bottom = max(1.12 * us, 0.3 * cn), -max(1.3 * cn, 0.3 * us)
    ax.set(xlim=(begin, end), ylim=(bottom, top))
    steps = (unit * 10**power for power in range(9) for unit in (1, 2, 5))
    step = next(step for step in steps if max(us, cn) <= 2.5 * step)
    levels = [level for level in range(int(bottom // step) * step, int(top) + 1, step) if bottom <= level <= top]
    ax.grid_at(levels, lambda level: str(abs(level)), begin - (end - begin) / 187, zero=0)
    ax.bars(days, table["US"], "US", 5.9)
    ax.bars(days, -table["CN"], "CN", 5.6)
    ax.axhline(0, color=ax.theme["ink"], lw=1.4, zorder=3)
    for side, y in (("US", top * 0.97), ("CN", bottom * 0.93)):
        patch, label = {"fc": ax.theme["ground"], "lw": 0, "pad": 1}, f"{SIDE_NAMES[side]}  n = {table[side].sum():,}"
        ax.say(days[0] - 3, y, label, 13.5, side, "Semibold", bbox=patch)
    empty = table.sum(axis=1).to_numpy() == 0
    for run in np.split(np.arange(len(days)), np.flatnonzero(np.diff(empty)) + 1):
        if empty[run[0]]:  # said once for each run of weeks
            ax.axvspan(days[run[0]] - 3.5, days[run[-1]] + 3.5, color=ax.theme["band"], lw=0, zorder=0)
            words = "no texts\nthis week" if len(run) == 1 else f"no texts\n{len(run)} weeks"
            ax.say(days[run].mean(), top * 0.1, words, weight="It", ha="center")
    _name_months(ax, table.index[0].start_time, table.index[-1].end_time)
    if talks is not None:
        _mark_talks(ax, talks.sort_values("start_date", ascending=False))
    return ax


def _name_months(ax: Panel, first: pd.Timestamp, last: pd.Timestamp) -> None:
    """Name the months beneath, or the years where months would be too narrow."""
    years, (left, right), bottom = (last - first).days > 800, ax.get_xlim(), ax.get_ylim()[0]
    for month in pd.period_range(first, last, freq="Y" if years else "M"):
        begin, end = month.start_time.toordinal(), month.end_time.toordinal()
        seen = max(begin, first.toordinal()), min(end, last.toordinal())
        if seen[1] - seen[0] >= (90 if years else 9):
            ax.say(sum(seen) / 2, bottom, month.strftime("%Y" if years else "%b"), ha="center", va="top")
        if left < begin < right:
            ax.line([begin, begin], [bottom * 1.005, bottom * 0.975], "muted")


def _mark_talks(ax: Panel, talks: pd.DataFrame) -> None:
    """Mark talks by a vertical line, dotted, or solid for leaders, and the city above it."""
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    pixel, used = (top - bottom) / 300, set()
    for talk in talks.to_dict("records"):
        day, leaders = talk["start_date"].toordinal() + 0.5, talk["level"] == "leader"
        if not left <= day <= right:
            continue
        look, ha = ({"lw": 1.6}, "left") if leaders else ({"lw": 1.1, "ls": (0, (3, 2))}, "center")
        label = ax.say(day + leaders, top, talk["city"], 12.5, "ink", "Semibold", ha=ha)
        box = label.get_window_extent().transformed(ax.transData.inverted())
        level = 0
        while any(box.x0 < end + 2 and begin - 2 < box.x1 and level == taken for begin, end, taken in used):
            level += 1
        used.add((box.x0, box.x1, level))
        height = top + (12 + 18 * level) * pixel
        label.set_y(height)
        ax.line([day, day], [bottom, height - 9 * pixel], "ink", zorder=4, **look)


@titled
def plot_talks(table: pd.DataFrame, *, theme: str = "light") -> Axes:
    """Draw the talks of each year as bars, one group of bars per level, with the counts on them.

    In: `year`, `level`, `n_talks` (see `talks_by_period(by="level")`). Out: the axes; x is the number of
    the year, y is talks. Known weakness: lower levels are recorded less completely.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> talks = ah.load_talks(level="leader", mode="in_person")
    >>> ax = ah.plot_talks(ah.talks_by_period(talks, by="level"))
    >>> int(sum(bar.get_height() for bar in ax.patches)) == len(talks)
    True
    """
    refuse_nothing(table[table["n_talks"] > 0], "talk")
    room, above = PAGE - 2 * MARGIN, 1.14
    ax = new_panel(theme, 262, (MARGIN, 40, room, 190))
    names = {"leader": "leaders", "cabinet": "cabinet level", "deputy": "deputies", "working": "working level"}
    inks = dict(zip(names, ("ink", "muted", "rule", "band"), strict=True))
    levels = [level for level in names if level in set(table["level"])]
    counts = table.pivot(index="year", columns="level", values="n_talks")
    ax.set(xlim=(-0.6, len(counts) - 0.4), ylim=(0, 1.12 * table["n_talks"].max()))
    width = 0.76 / len(levels)
    for number, level in enumerate(levels):
        color, at = ax.theme[inks[level]], number * 140 / room
        x = np.arange(len(counts)) + (number - (len(levels) - 1) / 2) * width
        ax.bar(x, counts[level], width=width * 0.94, color=color, zorder=2)
        for place, n in zip(x, counts[level], strict=True):
            ax.say(place, n, n or "·", color="ink" if n else "muted", ha="center", va="bottom")
        ax.plot(at + 0.008, above, "s", ms=8, color=color, transform=ax.transAxes, clip_on=False)
        ax.say(at + 0.022, above, names[level], 13.5, "ink", transform=ax.transAxes)
    ax.axhline(0, color=ax.theme["muted"], lw=1)
    beneath = {"ha": "center", "transform": ax.get_xaxis_transform()}
    ax.say(np.arange(len(counts)), -0.09, counts.index, 13.5, "ink", "Semibold", **beneath)
    return ax


@titled
def plot_shares(table: pd.DataFrame, *, theme: str = "light") -> Axes:
    """Draw one share per row as a horizontal bar in the style of its side, with what it rests on beside it.

    In: `label`, `side`, `share` (0 to 1), `n` (texts), `n_words`, in the order of the rows. Out: the axes; x is the
    share, y the number of the row from above. Known weakness: no interval; one long text can make a share.

    Examples
    --------
    >>> table = pd.DataFrame({"label": ["a"], "side": ["US"], "share": [0.25], "n": [4], "n_words": [1200]})
    >>> plot_shares(table).patches[0].get_width()
    np.float64(0.25)
    """
    refuse_nothing(table, "share")
    height, rows = 27 * len(table), np.arange(len(table))
    ax = new_panel(theme, height + 66, (230, 58, 430, height))
    limit = np.ceil(max([0.1, *table["share"]]) * 10) / 10
    ax.set(xlim=(0, limit), ylim=(len(table) - 0.5, -0.5))
    ax.grid_at(np.arange(0, limit + 0.01, 0.1), "{:.0%}".format, -0.72, "x", zero=0, va="bottom")
    ax.say(limit * np.array([1.2, 1.4]), -0.72, ["texts", "words"], ha="right", va="bottom")
    ax.say(limit * 1.2, rows, table["n"].map("{:,}".format), ha="right")
    ax.say(limit * 1.4, rows, table["n_words"].map("{:,}".format), ha="right")
    ax.say(-limit * 0.02, rows, [printable(label, 34) for label in table["label"]], 13.5, "ink", ha="right")
    for number, side, share in zip(rows, table["side"], table["share"], strict=True):
        ax.bars([number], [share], side, 0.62, across=True)
        ax.say(share + limit * 0.015, number, f"{share:.0%}", 12.5, side, "Semibold")
    for number, side in enumerate(sorted(set(table["side"]), key=SIDE_ORDER.index)):
        x, look = 0.36 * number, {"facecolor": ax.theme[side], "edgecolor": ax.theme[side]}
        look |= {"hatch": "/////", "facecolor": ax.theme["ground"]} if side == "CN" else {}
        box = Rectangle((x, 1 + 36 / height), 26 / 430, 12 / height, transform=ax.transAxes, clip_on=False, **look)
        ax.add_patch(box)
        ax.say(x + 0.075, 1 + 42 / height, SIDE_NAMES[side], 13.5, side, "Semibold", transform=ax.transAxes)
    return ax
