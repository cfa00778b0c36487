"""Figures of counts and shares: bars, and heat maps with the counts printed."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from ..corpus import SIDE_ORDER
from .style import MARGIN, PAGE, SIDE_NAMES, STEPS, Panel, font, new_panel, printable, refuse_nothing, titled

ROW, LEFT, GROUP_GAP = 23, 306, 0.45  # of heat maps


@titled
def plot_weekly(weeks: pd.DataFrame, talks: pd.DataFrame | None = None, *, theme: str = "light") -> Axes:
    """Draw the texts of each week as mirrored bars: the United States above, China below one zero line.

    In: a table of `texts_by_period(corpus, "week")`; the talks to mark, each by its city. Out: the axes; x is the day
    (its ordinal), y is texts (Chinese ones negative). Known weakness: texts collected are counted, not what was said.

    >>> ax = ah.plot_weekly(ah.texts_by_period(ah.load_corpus().where(collection="statements_2025")))
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
    step = next(step for step in STEPS if max(us, cn) <= 2.5 * step)
    levels = [level for level in range(int(bottom // step) * step, int(top) + 1, step) if bottom <= level <= top]
    ax.grid_at(levels, lambda level: str(abs(level)), begin - (end - begin) / 187, zero=0)
    ax.bars(days, table["US"], "US", 5.9)
    ax.bars(days, -table["CN"], "CN", 5.6)
    ax.axhline(0, color=ax.theme["ink"], lw=1.4, zorder=3)
    patch = {"fc": ax.theme["ground"], "lw": 0, "pad": 1}
    for side, y in (("US", top * 0.97), ("CN", bottom * 0.93)):
        ax.say(days[0] - 3, y, f"{SIDE_NAMES[side]}  n = {table[side].sum():,}", 13.5, side, "Semibold", bbox=patch)
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
    (left, right), bottom = ax.get_xlim(), ax.get_ylim()[0]
    unit, form, least = ("Y", "%Y", 90) if (last - first).days > 800 else ("M", "%b", 9)  # years, if months are narrow
    for month in pd.period_range(first, last, freq=unit):
        begin, end = month.start_time.toordinal(), month.end_time.toordinal()
        seen = max(begin, first.toordinal()), min(end, last.toordinal())
        if seen[1] - seen[0] >= least:
            ax.say(sum(seen) / 2, bottom, month.strftime(form), ha="center", va="top")
        if left < begin < right:
            ax.line([begin, begin], [bottom * 1.005, bottom * 0.975], "muted")


def _mark_talks(ax: Panel, talks: pd.DataFrame) -> None:
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    days = talks["start_date"].map(pd.Timestamp.toordinal) + 0.5
    pixel, used = (top - bottom) / 300, set()
    for day, talk in talks.assign(day=days)[days.between(left, right)].set_index("day").iterrows():
        leaders = talk["level"] == "leader"
        look, ha = ({"lw": 1.6}, "left") if leaders else ({"lw": 1.1, "ls": (0, (3, 2))}, "center")
        label = ax.say(day + leaders, top, talk["city"], 12.5, "ink", "Semibold", ha=ha)
        box, level = label.get_window_extent().transformed(ax.transData.inverted()), 0
        while any(box.x0 < end + 2 and begin - 2 < box.x1 and level == taken for begin, end, taken in used):
            level += 1
        used.add((box.x0, box.x1, level))
        height = top + (12 + 18 * level) * pixel
        label.set_y(height)
        ax.line([day, day], [bottom, height - 9 * pixel], "ink", zorder=4, **look)


@titled
def plot_talks(table: pd.DataFrame, *, theme: str = "light") -> Axes:
    """Draw the talks of each year as bars, one group of bars per level, with the counts on them.

    In: `year`, `level`, `n_talks` (`talks_by_period(by="level")`). Out: the axes; x is the number of the year, y is
    talks. Known weakness: lower levels are recorded less completely.

    >>> table = pd.DataFrame({"year": [2024, 2025], "level": "leader", "n_talks": [1, 3]})
    >>> [int(bar.get_height()) for bar in plot_talks(table).patches]
    [1, 3]
    """
    refuse_nothing(table[table["n_talks"] > 0], "talk")
    room, above = PAGE - 2 * MARGIN, 1.14
    ax = new_panel(theme, 262, (MARGIN, 40, room, 190))
    looks = (("leader", "leaders", "ink"), ("cabinet", "cabinet level", "muted"), ("deputy", "deputies", "rule"))
    looks = [look for look in (*looks, ("working", "working level", "band")) if look[0] in set(table["level"])]
    counts = table.pivot(index="year", columns="level", values="n_talks")
    ax.set(xlim=(-0.6, len(counts) - 0.4), ylim=(0, 1.12 * table["n_talks"].max()))
    width = 0.76 / len(looks)
    for number, (level, name, ink) in enumerate(looks):
        color, at = ax.theme[ink], number * 140 / room
        x = np.arange(len(counts)) + (number - (len(looks) - 1) / 2) * width
        ax.bar(x, counts[level], width=width * 0.94, color=color, zorder=2)
        for place, n in zip(x, counts[level], strict=True):
            ax.say(place, n, n or "·", color="ink" if n else "muted", ha="center", va="bottom")
        ax.plot(at + 0.008, above, "s", ms=8, color=color, transform=ax.transAxes, clip_on=False)
        ax.say(at + 0.022, above, name, 13.5, "ink", transform=ax.transAxes)
    ax.axhline(0, color=ax.theme["muted"], lw=1)
    beneath = {"ha": "center", "transform": ax.get_xaxis_transform()}
    ax.say(np.arange(len(counts)), -0.09, counts.index, 13.5, "ink", "Semibold", **beneath)
    return ax


@titled
def plot_shares(table: pd.DataFrame, *, theme: str = "light") -> Axes:
    """Draw one share per row as a horizontal bar in the style of its side, with what it rests on beside it.

    In: `label`, `side`, `share` (0 to 1), `n` (texts), `n_words`, in the order of the rows. Out: the axes; x is the
    share, y the number of the row from above. Known weakness: no interval; one long text can make a share.

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
    for x, name, column in ((1.2, "texts", "n"), (1.4, "words", "n_words")):
        ax.say(limit * x, -0.72, name, ha="right", va="bottom")
        ax.say(limit * x, rows, table[column].map("{:,}".format), ha="right")
    ax.say(-limit * 0.02, rows, [printable(label, 34) for label in table["label"]], 13.5, "ink", ha="right")
    for number, side, share in zip(rows, table["side"], table["share"], strict=True):
        ax.bars([number], [share], side, 0.62, across=True)
        ax.say(share + limit * 0.015, number, f"{share:.0%}", 12.5, side, "Semibold")
    for number, side in enumerate(sorted(set(table["side"]), key=SIDE_ORDER.index)):
        x, look = 0.36 * number, {"fc": ax.theme[side], "ec": ax.theme[side], "transform": ax.transAxes}
        look |= {"hatch": "/////", "fc": ax.theme["ground"]} if side == "CN" else {}
        ax.add_patch(Rectangle((x, 1 + 36 / height), 26 / 430, 12 / height, clip_on=False, **look))
        ax.say(x + 0.075, 1 + 42 / height, SIDE_NAMES[side], 13.5, side, "Semibold", transform=ax.transAxes)
    return ax


def _new_map(theme: str, labels: pd.DataFrame, numbers: pd.DataFrame, shades: np.ndarray, column, top, below) -> tuple:
    """Draw a row of cells per label, with some room above each new group: panel, heights of the rows, colours."""
    import seaborn as sns

    new = labels["group"].ne(labels["group"].shift())
    rows = np.arange(len(labels)) + (new.cumsum().to_numpy() - 1) * GROUP_GAP
    n, depth = numbers.shape[1], rows[-1] + 1
    ax = new_panel(theme, top + depth * ROW + below, (LEFT, top, column * n, depth * ROW))
    ax.set(xlim=(0, n), ylim=(depth, 0))
    ramp = LinearSegmentedColormap.from_list("ramp", ax.theme["ramp"])
    look = {"vmin": 0, "vmax": 1, "cmap": ramp, "cbar": False, "linewidths": 1.6, "linecolor": ax.theme["ground"]}
    look |= {"fmt": "d", "annot_kws": {"fontproperties": font(13)}, "xticklabels": False, "yticklabels": False}
    for _, part in pd.Series(rows).groupby(new.cumsum()):
        cells = shades[part.index]
        box = (0, 1 - (part.iloc[0] + len(part)) / depth, 1, len(part) / depth)
        strip = ax.inset_axes(box, axes_class=Panel)
        sns.heatmap(cells, mask=cells == 0, annot=numbers.to_numpy()[part.index], ax=strip, **look)
        strip.set_facecolor("none")
        for text, shade in zip(strip.texts, cells[cells > 0], strict=True):
            text.set_color(readable(ramp(min(float(shade), 1.0))))
        row, place = np.nonzero(cells == 0)
        strip.say(place + 0.5, row + 0.5, "·", 13, ha="center")  # nothing is no pale cell
    ax.say(-9 / column, rows + 0.5, [printable(label, 30) for label in labels["label"]], 13.5, "ink", ha="right")
    names = [printable(str(name), 30) for name in labels["group"][new]]
    ax.say((MARGIN - LEFT) / column, rows[new] + 0.5, names, 13.5, "ink", "Semibold")
    return ax, rows, ramp


def readable(color: tuple[float, ...]) -> str:
    """White or black, whichever contrasts more with a cell (WCAG relative luminance)."""
    from seaborn.utils import relative_luminance

    return "#FFFFFF" if (relative_luminance(color) + 0.05) ** 2 < 1.05 * 0.05 else "#000000"


@titled
def plot_agenda(agenda: pd.DataFrame, *, theme: str = "light") -> Axes:
    """Draw the agenda of the talks: issues by period, counts printed, shade the share of the period's talks.

    In: a table of `issues_by_period`. The outline marks the issue most often on the agenda of a period; bars give the
    totals. Out: the axes, in columns and rows. Known weakness: shade compares periods of different size.

    >>> int(ah.plot_agenda(ah.issues_by_period(ah.load_talks())).get_xlim()[1])
    9
    """
    refuse_nothing(agenda, "talk")
    period = agenda.columns[3]
    order = agenda.groupby(["group", "issue", "label"], sort=False)["n_talks"].sum().reset_index()
    order["place"] = pd.factorize(order["group"])[0]
    order = order.sort_values(["place", "n_talks", "issue"], ascending=[True, False, True], ignore_index=True)
    cells = agenda.pivot(index="issue", columns=period, values=["n_talks", "share"]).loc[order["issue"]]
    numbers = cells["n_talks"].astype("int64")
    talks = agenda.drop_duplicates(period).set_index(period)["n_all"]
    ax, rows, ramp = _new_map(theme, order, numbers, cells["share"].fillna(0).to_numpy() / 0.8, 53, 46, 46)
    middles, right, depth = np.arange(len(talks)) + 0.5, len(talks) + 0.25, rows[-1] + 1
    ax.say(middles, -1.45, talks.index, 13.5, "ink", "Semibold", ha="center")
    ax.say(middles, -0.62, talks, ha="center")
    ax.say(right, [-1.45, -0.62], [f"{talks.index[0]}–{talks.index[-1]}", talks.sum()])
    look = {"fill": False, "ec": ax.theme["ink"], "lw": 2, "zorder": 6}
    for row, column in np.argwhere(numbers.to_numpy() == np.maximum(numbers.max().to_numpy(), 1)):
        ax.add_patch(Rectangle((column + 0.02, rows[row] + 0.02), 0.96, 0.96, **look))
    lengths = 1.25 * order["n_talks"] / order["n_talks"].max()
    ax.barh(rows + 0.5, lengths, 0.52, left=right, color=ax.theme["muted"], alpha=0.5, lw=0, clip_on=False)
    ax.say(right + lengths + 0.12, rows + 0.5, order["n_talks"])
    ax.say(-0.17, [-0.62, depth + 0.75], ["all talks", "share of the year’s talks"], ha="right")
    ax.say(5.75, depth + 0.75, "·  not on a recorded agenda")
    for x, value in zip(np.arange(5) * 1.1, (0.05, 0.2, 0.4, 0.6, 0.8), strict=True):
        ax.add_patch(Rectangle((x, depth + 0.45), 1.06, 0.6, color=ramp(value / 0.8), lw=0, clip_on=False))
        ax.say(x + 0.53, depth + 1.4, f"{value:.0%}", ha="center")
    return ax


@titled
def plot_coverage(table: pd.DataFrame, *, theme: str = "light") -> Axes:
    """Draw what a collection holds: a row per group, a column per period, the number of texts printed.

    In: the columns `group`, `label`, then one per period, filled with counts. The more texts, the darker; a dot is
    nothing. Out: the axes. Known weakness: a period without a column is not seen to be empty.

    >>> table = pd.DataFrame({"group": ["US"], "label": ["Statements"], "2024": [0], "2025": [7]})
    >>> [text.get_text() for text in plot_coverage(table).texts]
    ['Statements', 'US', '2024', '2025', '7', 'all']
    """
    labels = table[["group", "label"]].astype("object").fillna("not given").reset_index(drop=True)
    numbers = table.drop(columns=["group", "label"])
    refuse_nothing(numbers[numbers.sum(axis=1) > 0], "text with a date and a side")
    n, shades = numbers.shape[1], numbers.to_numpy() / numbers.to_numpy().max()
    ax, rows, _ = _new_map(theme, labels, numbers, shades, min(53, 560 / n), 30, 4)
    ax.say(np.arange(n) + 0.5, -0.7, list(numbers), 13.5, "ink", "Semibold", ha="center")
    ax.say(n + 0.15, rows + 0.5, numbers.sum(axis=1).map("{:,}".format))
    ax.say(n + 0.15, -0.7, "all")
    return ax
