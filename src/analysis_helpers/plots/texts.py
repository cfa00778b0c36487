"""Figures of counts, shares and rates by side: bars and small multiples."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.scale import FuncScale

from ..corpus import SIDE_ORDER
from .style import (
    LINES,
    MARGIN,
    MARKERS,
    PAGE,
    SIDE_NAMES,
    THEMES,
    Theme,
    mark_sides,
    new_figure,
    place_axes,
    place_panel,
    printable,
    refuse_nothing,
    say,
    size_of,
)

MIN_DOCUMENTS = 4  # below, a mean is shown without an interval


def _bars(
    ax: Axes, x: np.ndarray, heights: np.ndarray, side: str, width: float, theme: Theme, across: bool = False
) -> None:
    """Draw the bars of a side: solid for the United States, hatched for China."""
    color, hatched = theme.sides[side], side == "CN"
    look = {"facecolor": theme.ground if hatched else color, "edgecolor": color, "linewidth": 1.3 if hatched else 0}
    with mpl.rc_context({"hatch.linewidth": 1.1}):
        if across:
            ax.barh(x, heights, height=width, hatch="/////" if hatched else None, zorder=2, **look)
        else:
            ax.bar(x, heights, width=width, hatch="/////" if hatched else None, zorder=2, **look)


def plot_weekly(
    weeks: pd.DataFrame, talks: pd.DataFrame | None = None, ax: Axes | None = None, *, theme: str = "light"
) -> Axes:
    """Draw the texts of each week as mirrored bars: the United States above, China below one zero line.

    In: a table of `texts_by_period(corpus, "week")`; the talks to mark, each by its city. A week without
    any text is said so. Out: the axes; x is days since 1970, y is texts (Chinese ones negative).

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> statements = ah.load_corpus().where(collection="statements_2025")
    >>> ax = ah.plot_weekly(ah.texts_by_period(statements))
    >>> [text.get_text() for text in ax.texts if "n = " in text.get_text()]
    ['United States  n = 444', 'China  n = 355']
    """
    refuse_nothing(weeks[weeks["side"].isin(["US", "CN"]) & (weeks["n_documents"] > 0)], "text of either side")
    colors = THEMES[theme]
    if ax is None:
        ax = place_axes(new_figure(PAGE, 400, colors), MARGIN + 32, 62, PAGE - 2 * MARGIN - 32, 300)
    table = weeks.pivot(index="week", columns="side", values="n_documents").reindex(columns=["US", "CN"], fill_value=0)
    days = np.array([week.start_time.toordinal() + 3.5 for week in table.index])
    most = table.max()
    top, bottom = max(1.12 * most["US"], 0.3 * most["CN"]), -max(1.3 * most["CN"], 0.3 * most["US"])
    ax.set(xlim=(days[0] - 5, days[-1] + 5), ylim=(bottom, top))
    steps = (unit * 10**power for power in range(9) for unit in (1, 2, 5))
    step = next(step for step in steps if table.to_numpy().max() <= 2.5 * step)
    for level in range(int(bottom // step) * step, int(top) + 1, step):
        if bottom <= level <= top:
            ax.axhline(level, color=colors.rule, lw=1, zorder=0)
            say(ax, days[0] - 5 - (days[-1] - days[0] + 10) / 187, level, str(abs(level)), 12, colors.muted, ha="right")
    _bars(ax, days, table["US"].to_numpy(), "US", 5.9, colors)
    _bars(ax, days, -table["CN"].to_numpy(), "CN", 5.6, colors)
    ax.axhline(0, color=colors.ink, lw=1.4, zorder=3)
    for side, y in (("US", top * 0.97), ("CN", bottom * 0.93)):
        label = f"{SIDE_NAMES[side]}  n = {table[side].sum():,}"
        say(
            ax,
            days[0] - 3,
            y,
            label,
            13.5,
            colors.sides[side],
            "Semibold",
            bbox={"fc": colors.ground, "lw": 0, "pad": 1},
        )
    _say_holes(ax, days, table.sum(axis=1).to_numpy() == 0, top, colors)
    _draw_months(ax, table.index[0].start_time, table.index[-1].end_time, bottom, colors)
    if talks is not None:
        _mark_talks(ax, talks, bottom, top, colors)
    return ax


def _say_holes(ax: Axes, days: np.ndarray, empty: np.ndarray, top: float, colors: Theme) -> None:
    """Say once for each run of weeks without texts that it is empty, and shade it."""
    runs = np.split(np.arange(len(days)), np.flatnonzero(np.diff(empty)) + 1)
    for run in runs:
        if empty[run[0]]:
            ax.axvspan(days[run[0]] - 3.5, days[run[-1]] + 3.5, color=colors.band, lw=0, zorder=0)
            words = "no texts\nthis week" if len(run) == 1 else f"no texts\n{len(run)} weeks"
            say(ax, days[run].mean(), top * 0.1, words, 12, colors.muted, "It", ha="center")


def _draw_months(ax: Axes, first: pd.Timestamp, last: pd.Timestamp, bottom: float, colors: Theme) -> None:
    """Name the months beneath, or the years where months would be too narrow."""
    years = (last - first).days > 800
    for month in pd.period_range(first, last, freq="Y" if years else "M"):
        begin, end = month.start_time.toordinal(), month.end_time.toordinal()
        seen = max(begin, first.toordinal()), min(end, last.toordinal())
        if seen[1] - seen[0] >= (90 if years else 9):
            name = month.strftime("%Y" if years else "%b")
            say(ax, sum(seen) / 2, bottom, name, 12, colors.muted, ha="center", va="top")
        if ax.get_xlim()[0] < begin < ax.get_xlim()[1]:
            ax.plot([begin, begin], [bottom * 1.005, bottom * 0.975], color=colors.muted, lw=1, clip_on=False)


def _mark_talks(ax: Axes, talks: pd.DataFrame, bottom: float, top: float, colors: Theme) -> None:
    """Mark talks by a vertical line, dotted, or solid for leaders, and the city above it."""
    pixel = (top - bottom) / size_of(ax)[1]
    used: list[tuple[float, float, int]] = []
    for talk in talks.sort_values("start_date", ascending=False).to_dict("records"):
        day, leaders = talk["start_date"].toordinal() + 0.5, talk["level"] == "leader"
        if not ax.get_xlim()[0] <= day <= ax.get_xlim()[1]:
            continue
        style = {"lw": 1.6, "color": colors.ink} if leaders else {"lw": 1.1, "ls": (0, (3, 2)), "color": colors.ink}
        label = say(
            ax,
            day + (1 if leaders else 0),
            top,
            talk["city"],
            12.5,
            colors.ink,
            "Semibold",
            ha="left" if leaders else "center",
        )
        box = label.get_window_extent().transformed(ax.transData.inverted())
        level = 0
        while any(box.x0 < right + 2 and left - 2 < box.x1 and level == taken for left, right, taken in used):
            level += 1
        used.append((box.x0, box.x1, level))
        height = top + (12 + 18 * level) * pixel
        label.set_y(height)
        ax.plot([day, day], [bottom, height - 9 * pixel], zorder=4, clip_on=False, **style)


def plot_talks(table: pd.DataFrame, ax: Axes | None = None, *, theme: str = "light") -> Axes:
    """Draw the talks of each year as bars, one group of bars per level, with the counts on them.

    In: `year`, `level`, `n_talks` (see `talks_by_period(by="level")`). Out: the axes; x is the number of
    the year, y is talks.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> talks = ah.load_talks(level="leader", mode="in_person")
    >>> ax = ah.plot_talks(ah.talks_by_period(talks, by="level"))
    >>> int(sum(bar.get_height() for bar in ax.patches)) == len(talks)
    True
    """
    refuse_nothing(table[table["n_talks"] > 0], "talk")
    colors = THEMES[theme]
    if ax is None:
        ax = place_axes(new_figure(PAGE, 262, colors), MARGIN, 40, PAGE - 2 * MARGIN, 190)
    levels = [level for level in ("leader", "cabinet", "deputy", "working") if level in set(table["level"])]
    names = {"leader": "leaders", "cabinet": "cabinet level", "deputy": "deputies", "working": "working level"}
    inks = dict(
        zip(
            ("leader", "cabinet", "deputy", "working"),
            (colors.ink, colors.muted, colors.rule, colors.band),
            strict=True,
        )
    )
    years = sorted(table["year"].unique())
    ax.set(xlim=(-0.6, len(years) - 0.4), ylim=(0, 1.12 * table["n_talks"].max()))
    width = 0.76 / len(levels)
    for number, level in enumerate(levels):
        heights = table[table["level"] == level].set_index("year")["n_talks"].reindex(years).to_numpy()
        x = np.arange(len(years)) + (number - (len(levels) - 1) / 2) * width
        ax.bar(x, heights, width=width * 0.94, color=inks[level], zorder=2)
        for place, height in zip(x, heights, strict=True):
            say(
                ax,
                place,
                height,
                str(height) if height else "·",
                12,
                colors.ink if height else colors.muted,
                ha="center",
                va="bottom",
            )
    ax.axhline(0, color=colors.muted, lw=1)
    beneath = ax.get_xaxis_transform()
    for number, year in enumerate(years):
        say(ax, number, -0.09, str(year), 13.5, colors.ink, "Semibold", ha="center", transform=beneath)
    x = MARGIN
    for level in levels:
        at = (x - MARGIN) / size_of(ax)[0]
        ax.plot(at + 0.008, 1.14, "s", ms=8, color=inks[level], transform=ax.transAxes, clip_on=False)
        say(ax, at + 0.022, 1.14, names[level], 13.5, colors.ink, transform=ax.transAxes)
        x += 140
    return ax


def plot_shares(table: pd.DataFrame, ax: Axes | None = None, *, theme: str = "light") -> Axes:
    """Draw one share per row as a horizontal bar in the style of its side, with what it rests on beside it.

    In: `label`, `side`, `share` (0 to 1), `n` (texts), `n_words`, in the order of the rows. Out: the axes; x is the
    share, y the number of the row from above.

    Examples
    --------
    >>> table = pd.DataFrame({"label": ["a"], "side": ["US"], "share": [0.25], "n": [4], "n_words": [1200]})
    >>> plot_shares(table).patches[0].get_width()
    np.float64(0.25)
    """
    refuse_nothing(table, "share")
    colors = THEMES[theme]
    height = 27 * len(table)
    if ax is None:
        ax = place_axes(new_figure(PAGE, height + 66, colors), 230, 58, 430, height)
    limit = np.ceil(max([0.1, *table["share"]]) * 10) / 10
    ax.set(xlim=(0, limit), ylim=(height / 27 - 0.5, -0.5))
    for tick in np.arange(0, limit + 0.01, 0.1):
        ax.axvline(tick, color=colors.rule, lw=1, zorder=0)
        say(ax, tick, -0.72, f"{tick:.0%}", 12, colors.muted, ha="center", va="bottom")
    for number, row in enumerate(table.to_dict("records")):
        _bars(ax, np.array([number]), np.array([row["share"]]), row["side"], 0.62, colors, across=True)
        say(ax, -limit * 0.02, number, printable(row["label"], 34), 13.5, colors.ink, ha="right")
        say(
            ax, row["share"] + limit * 0.015, number, f"{row['share']:.0%}", 12.5, colors.sides[row["side"]], "Semibold"
        )
        say(ax, limit * 1.2, number, f"{row['n']:,}", 12, colors.muted, ha="right")
        say(ax, limit * 1.4, number, f"{row['n_words']:,}", 12, colors.muted, ha="right")
    for place, name in ((1.2, "texts"), (1.4, "words")):
        say(ax, limit * place, -0.72, name, 12, colors.muted, ha="right", va="bottom")
    x = 0.0
    for side in sorted(set(table["side"]), key=SIDE_ORDER.index):
        hatch = "/////" if side == "CN" else None
        box = (x, 1 + 36 / height, 26 / 430, 12 / height)
        ax.add_patch(
            mpl.patches.Rectangle(
                box[:2],
                *box[2:],
                transform=ax.transAxes,
                clip_on=False,
                hatch=hatch,
                facecolor=colors.ground if hatch else colors.sides[side],
                edgecolor=colors.sides[side],
            )
        )
        say(
            ax,
            x + 0.075,
            1 + 42 / height,
            SIDE_NAMES[side],
            13.5,
            colors.sides[side],
            "Semibold",
            transform=ax.transAxes,
        )
        x += 0.36
    return ax


def plot_rates(
    rates: pd.DataFrame, talks: pd.DataFrame | None = None, ax: Axes | None = None, *, theme: str = "light"
) -> Axes:
    """Draw rates per 1,000 words as small multiples, one panel a topic, one scale for all, texts last.

    In: a table of `rates_by_period(corpus, terms, "month")`; talks to mark by dotted lines. Bands are the
    95 % intervals; a hollow mark has none, because too few texts use the topic. The scale is that of
    square roots, so that small rates stay visible beside large ones. Out: the axes that holds the panels.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> rates = ah.rates_by_period(ah.load_corpus().where(collection="statements_2025"), {"Taiwan": ["taiwan"]})
    >>> [panel.get_label() for panel in ah.plot_rates(rates).child_axes]
    ['Taiwan', 'Number of texts']
    """
    refuse_nothing(rates[rates["n_using"] > 0], "text that uses any of the terms")
    colors = THEMES[theme]
    topics = list(dict.fromkeys(rates["topic"]))
    n_rows = (len(topics) + 2) // 2
    if ax is None:
        ax = place_axes(new_figure(PAGE, 40 + 176 * n_rows, colors), 0, 0, PAGE, 40 + 176 * n_rows)
    limit = max(float(np.nanmax(rates[["rate", "high"]].to_numpy())), 1.0) * 1.06
    mark_sides(ax, MARGIN, 12, {side: SIDE_NAMES[side] for side in ("US", "CN") if side in set(rates["speaker_side"])})
    for number, topic in enumerate([*topics, None]):
        left, top = (MARGIN + 38 + (number % 2) * 440), 70 + 176 * (number // 2)
        panel = place_panel(ax, left, top, 386, 108)
        if topic is None:
            _draw_denominators(panel, rates[rates["topic"] == topics[0]], colors)
        else:
            _draw_topic(panel, rates[rates["topic"] == topic], limit, colors)
            _mark_months(panel, talks, rates["month"].min(), colors, named=number == 0)
    return ax


def _draw_topic(panel: Axes, rows: pd.DataFrame, limit: float, colors: Theme) -> None:
    months = list(dict.fromkeys(rows["month"]))
    panel.set_yscale(FuncScale(panel.yaxis, (lambda y: np.sqrt(np.maximum(y, 0)), np.square)))
    panel.set(xlim=(-0.5, len(months) - 0.5), ylim=(0, limit), label=str(rows["topic"].iloc[0]))
    for tick in (0, 1, 5, 10, 20, 50):
        if tick <= limit:
            panel.axhline(tick, color=colors.muted if tick == 0 else colors.rule, lw=1, zorder=0)
            say(panel, before_first(months), tick, str(tick), 12, colors.muted, ha="right")
    for side, part in rows.groupby("speaker_side", sort=False):
        _draw_side(panel, part.reset_index(drop=True), side, colors)
    _say_months(panel, months, colors)
    topic = str(rows["topic"].iloc[0])
    above = panel.get_xaxis_transform()
    say(panel, -0.5, 1.16, topic[:1].upper() + topic[1:], 13.5, colors.ink, "Bold", transform=above)
    for place, side in ((0.62, "CN"), (1.0, "US")):
        part = rows[rows["speaker_side"] == side]
        if len(part):
            name = "US" if side == "US" else SIDE_NAMES[side]
            words = f"{name} {part['n_using'].sum():,} of {part['n_documents'].sum():,}"
            x = -0.5 + place * len(months)
            say(panel, x, 1.16, words, 12, colors.sides[side], ha="right", transform=above)


def _draw_side(panel: Axes, part: pd.DataFrame, side: str, colors: Theme) -> None:
    """Draw the line, the marks and the bands of one side; bands only where there is an interval."""
    color, (marker, size) = colors.sides[side], MARKERS[side]
    shown = part["low"].notna() & (part["n_documents"] >= MIN_DOCUMENTS)
    edge = {"US": {"lw": 0.8}, "CN": {"lw": 0.8, "ls": (0, (3, 2))}}[side]
    low, high = part["low"].where(shown), part["high"].where(shown)
    panel.fill_between(part.index, low, high, color=color, alpha=0.14, lw=0, zorder=1)
    for bound in (low, high):
        panel.plot(part.index, bound, color=color, alpha=0.7, zorder=1.5, **edge)
    for index in np.flatnonzero(shown & ~shown.shift(1, fill_value=False) & ~shown.shift(-1, fill_value=False)):
        panel.plot([index, index], [low[index], high[index]], color=color, lw=1.5, alpha=0.7, zorder=1.5)
    panel.plot(part.index, part["rate"], ls=LINES[side], color=color, lw=1.8, zorder=3, clip_on=False)
    for filled in (True, False):
        at = part.index[shown == filled]
        face = color if filled else colors.ground
        panel.plot(at, part["rate"][at], marker, ms=size * 0.8, mfc=face, mec=color, mew=1.0, zorder=4, clip_on=False)


def before_first(months: list[pd.Period]) -> float:
    """Find the place of the numbers of a scale: eight pixels before the first of any number of months."""
    return -0.5 - len(months) / 48


def _say_months(panel: Axes, months: list[pd.Period], colors: Theme) -> None:
    """Write the first letter of each month beneath, or the years where letters would touch."""
    beneath = panel.get_xaxis_transform()
    many = len(months) > 24
    for number, month in enumerate(months):
        if not many or month.month == 1:
            name = str(month.year) if many else month.strftime("%b")[0]
            say(panel, number, -0.16, name, 12, colors.muted, ha="center", transform=beneath)


def _mark_months(panel: Axes, talks: pd.DataFrame | None, first: pd.Period, colors: Theme, *, named: bool) -> None:
    """Mark talks by dotted lines at their place in the month; name them in the first panel only."""
    if talks is None:
        return
    for talk in talks.to_dict("records"):
        day = talk["start_date"]
        x = (day.to_period("M") - first).n + (day.day - 1) / day.days_in_month - 0.5
        if not panel.get_xlim()[0] <= x <= panel.get_xlim()[1]:
            continue
        panel.axvline(x, color=colors.muted, lw=0.9, ls=(0, (2, 2)), zorder=0.5)
        if named:
            say(panel, x - 0.1, panel.get_ylim()[1] * 0.88, talk["city"], 12, colors.muted, "It", ha="right")


def _draw_denominators(panel: Axes, rows: pd.DataFrame, colors: Theme) -> None:
    months = list(dict.fromkeys(rows["month"]))
    limit = 1.06 * rows["n_documents"].max()
    panel.set(xlim=(-0.5, len(months) - 0.5), ylim=(0, limit), label="Number of texts")
    step = 20 if limit > 30 else 5
    for tick in range(0, int(limit) + 1, step):
        panel.axhline(tick, color=colors.muted if tick == 0 else colors.rule, lw=1, zorder=0)
        say(panel, before_first(months), tick, str(tick), 12, colors.muted, ha="right")
    for side, shift in (("US", -0.2), ("CN", 0.2)):
        heights = rows[rows["speaker_side"] == side]["n_documents"].to_numpy()
        if len(heights):
            _bars(panel, np.arange(len(months)) + shift, heights, side, 0.36, colors)
    _say_months(panel, months, colors)
    above = panel.get_xaxis_transform()
    say(panel, -0.5, 1.16, "Number of texts", 13.5, colors.ink, "Bold", transform=above)
    say(panel, len(months) - 0.5, 1.16, "the denominators", 12, colors.muted, ha="right", transform=above)
