"""Figures of counts and shares: bars."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from ..corpus import SIDE_ORDER
from .style import (
    MARGIN,
    PAGE,
    SIDE_NAMES,
    Line,
    add_words,
    draw_bars,
    draw_grid,
    new_axes,
    printable,
    refuse_nothing,
    say,
    theme_of,
)


def plot_weekly(
    weeks: pd.DataFrame,
    talks: pd.DataFrame | None = None,
    *,
    theme: str = "light",
    title: Line = None,
    subtitle: Line = None,
    note: Line = None,
) -> Axes:
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
    ax, colors = new_axes(theme, PAGE, 400, (MARGIN + 32, 62, PAGE - 2 * MARGIN - 32, 300))
    table = weeks.pivot(index="week", columns="side", values="n_documents").reindex(columns=["US", "CN"], fill_value=0)
    days = np.array([week.start_time.toordinal() + 3.5 for week in table.index])
    begin, end = days[0] - 5, days[-1] + 5
    most = table.max()
    top, bottom = max(1.12 * most["US"], 0.3 * most["CN"]), -max(1.3 * most["CN"], 0.3 * most["US"])
    ax.set(xlim=(begin, end), ylim=(bottom, top))
    steps = (unit * 10**power for power in range(9) for unit in (1, 2, 5))
    step = next(step for step in steps if most.max() <= 2.5 * step)
    levels = [level for level in range(int(bottom // step) * step, int(top) + 1, step) if bottom <= level <= top]
    draw_grid(ax, levels)
    for level in levels:
        say(ax, begin - (end - begin) / 187, level, abs(level), ha="right")
    draw_bars(ax, days, table["US"], "US", 5.9)
    draw_bars(ax, days, -table["CN"], "CN", 5.6)
    ax.axhline(0, color=colors["ink"], lw=1.4, zorder=3)
    for side, y in (("US", top * 0.97), ("CN", bottom * 0.93)):
        patch, label = {"fc": colors["ground"], "lw": 0, "pad": 1}, f"{SIDE_NAMES[side]}  n = {table[side].sum():,}"
        say(ax, days[0] - 3, y, label, 13.5, side, "Semibold", bbox=patch)
    _say_holes(ax, days, table.sum(axis=1).to_numpy() == 0)
    _name_months(ax, table.index[0].start_time, table.index[-1].end_time)
    if talks is not None:
        _mark_talks(ax, talks.sort_values("start_date", ascending=False))
    return add_words(ax, title, subtitle, note)


def _say_holes(ax: Axes, days: np.ndarray, empty: np.ndarray) -> None:
    """Say once for each run of weeks without texts that it is empty, and shade it."""
    for run in np.split(np.arange(len(days)), np.flatnonzero(np.diff(empty)) + 1):
        if empty[run[0]]:
            ax.axvspan(days[run[0]] - 3.5, days[run[-1]] + 3.5, color=theme_of(ax)["band"], lw=0, zorder=0)
            words = "no texts\nthis week" if len(run) == 1 else f"no texts\n{len(run)} weeks"
            say(ax, days[run].mean(), ax.get_ylim()[1] * 0.1, words, weight="It", ha="center")


def _name_months(ax: Axes, first: pd.Timestamp, last: pd.Timestamp) -> None:
    """Name the months beneath, or the years where months would be too narrow."""
    years, (left, right), bottom = (last - first).days > 800, ax.get_xlim(), ax.get_ylim()[0]
    for month in pd.period_range(first, last, freq="Y" if years else "M"):
        begin, end = month.start_time.toordinal(), month.end_time.toordinal()
        seen = max(begin, first.toordinal()), min(end, last.toordinal())
        if seen[1] - seen[0] >= (90 if years else 9):
            say(ax, sum(seen) / 2, bottom, month.strftime("%Y" if years else "%b"), ha="center", va="top")
        if left < begin < right:
            ends = [bottom * 1.005, bottom * 0.975]
            ax.plot([begin, begin], ends, color=theme_of(ax)["muted"], lw=1, clip_on=False)


def _mark_talks(ax: Axes, talks: pd.DataFrame) -> None:
    """Mark talks by a vertical line, dotted, or solid for leaders, and the city above it."""
    (left, right), (bottom, top), color = ax.get_xlim(), ax.get_ylim(), theme_of(ax)["ink"]
    pixel = (top - bottom) / 300
    used: list[tuple[float, float, int]] = []
    for talk in talks.to_dict("records"):
        day, leaders = talk["start_date"].toordinal() + 0.5, talk["level"] == "leader"
        if not left <= day <= right:
            continue
        style = {"lw": 1.6} if leaders else {"lw": 1.1, "ls": (0, (3, 2))}
        place = {"ha": "left"} if leaders else {"ha": "center"}
        label = say(ax, day + leaders, top, talk["city"], 12.5, "ink", "Semibold", **place)
        box = label.get_window_extent().transformed(ax.transData.inverted())
        level = 0
        while any(box.x0 < end + 2 and begin - 2 < box.x1 and level == taken for begin, end, taken in used):
            level += 1
        used.append((box.x0, box.x1, level))
        height = top + (12 + 18 * level) * pixel
        label.set_y(height)
        ax.plot([day, day], [bottom, height - 9 * pixel], color=color, zorder=4, clip_on=False, **style)


def plot_talks(
    table: pd.DataFrame, *, theme: str = "light", title: Line = None, subtitle: Line = None, note: Line = None
) -> Axes:
    """Draw the talks of each year as bars, one group of bars per level, with the counts on them.

    In: `year`, `level`, `n_talks` (see `talks_by_period(by="level")`). Out: the axes; x is the number of
    the year, y is talks.

    Known weakness: how complete a level is recorded differs; see the codebook of the chronology.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> talks = ah.load_talks(level="leader", mode="in_person")
    >>> ax = ah.plot_talks(ah.talks_by_period(talks, by="level"))
    >>> int(sum(bar.get_height() for bar in ax.patches)) == len(talks)
    True
    """
    refuse_nothing(table[table["n_talks"] > 0], "talk")
    room = PAGE - 2 * MARGIN
    ax, colors = new_axes(theme, PAGE, 262, (MARGIN, 40, room, 190))
    names = {"leader": "leaders", "cabinet": "cabinet level", "deputy": "deputies", "working": "working level"}
    inks = dict(zip(names, ("ink", "muted", "rule", "band"), strict=True))
    levels = [level for level in names if level in set(table["level"])]
    counts = table.pivot(index="year", columns="level", values="n_talks")
    ax.set(xlim=(-0.6, len(counts) - 0.4), ylim=(0, 1.12 * table["n_talks"].max()))
    ax.axhline(0, color=colors["muted"], lw=1)
    width = 0.76 / len(levels)
    for number, level in enumerate(levels):
        x = np.arange(len(counts)) + (number - (len(levels) - 1) / 2) * width
        ax.bar(x, counts[level], width=width * 0.94, color=colors[inks[level]], zorder=2)
        for place, n in zip(x, counts[level], strict=True):
            say(ax, place, n, n or "·", color="ink" if n else "muted", ha="center", va="bottom")
        at = number * 140 / room
        ax.plot(at + 0.008, 1.14, "s", ms=8, color=colors[inks[level]], transform=ax.transAxes, clip_on=False)
        say(ax, at + 0.022, 1.14, names[level], 13.5, "ink", transform=ax.transAxes)
    for number, year in enumerate(counts.index):
        say(ax, number, -0.09, year, 13.5, "ink", "Semibold", ha="center", transform=ax.get_xaxis_transform())
    return add_words(ax, title, subtitle, note)


def plot_shares(
    table: pd.DataFrame, *, theme: str = "light", title: Line = None, subtitle: Line = None, note: Line = None
) -> Axes:
    """Draw one share per row as a horizontal bar in the style of its side, with what it rests on beside it.

    In: `label`, `side`, `share` (0 to 1), `n` (texts), `n_words`, in the order of the rows. Out: the axes; x is the
    share, y the number of the row from above.

    Known weakness: shares of pooled words have no interval; one long text can make them.

    Examples
    --------
    >>> table = pd.DataFrame({"label": ["a"], "side": ["US"], "share": [0.25], "n": [4], "n_words": [1200]})
    >>> plot_shares(table).patches[0].get_width()
    np.float64(0.25)
    """
    refuse_nothing(table, "share")
    height = 27 * len(table)
    ax, colors = new_axes(theme, PAGE, height + 66, (230, 58, 430, height))
    limit = np.ceil(max([0.1, *table["share"]]) * 10) / 10
    ax.set(xlim=(0, limit), ylim=(len(table) - 0.5, -0.5))
    ticks = np.arange(0, limit + 0.01, 0.1)
    draw_grid(ax, ticks, "x")
    for tick in ticks:
        say(ax, tick, -0.72, f"{tick:.0%}", ha="center", va="bottom")
    for place, column, name in ((1.2, "n", "texts"), (1.4, "n_words", "words")):
        say(ax, limit * place, -0.72, name, ha="right", va="bottom")
        for number, n in enumerate(table[column]):
            say(ax, limit * place, number, f"{n:,}", ha="right")
    for number, row in enumerate(table.to_dict("records")):
        share, side = row["share"], row["side"]
        draw_bars(ax, [number], [share], side, 0.62, across=True)
        say(ax, -limit * 0.02, number, printable(row["label"], 34), 13.5, "ink", ha="right")
        say(ax, share + limit * 0.015, number, f"{share:.0%}", 12.5, side, "Semibold")
    for number, side in enumerate(sorted(set(table["side"]), key=SIDE_ORDER.index)):
        x, look = 0.36 * number, {"hatch": "/////", "facecolor": colors["ground"]} if side == "CN" else {}
        look = {"facecolor": colors[side], "edgecolor": colors[side], "transform": ax.transAxes} | look
        ax.add_patch(Rectangle((x, 1 + 36 / height), 26 / 430, 12 / height, clip_on=False, **look))
        at = (x + 0.075, 1 + 42 / height)
        say(ax, *at, SIDE_NAMES[side], 13.5, side, "Semibold", transform=ax.transAxes)
    return add_words(ax, title, subtitle, note)
