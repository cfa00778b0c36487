"""Figure of topics: the share of each side and its months in one row, so that a topic is read once."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

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
from .texts import _mark_months, _say_months, before_first

ROW, TOP = 84, 84
_LEFT, _SHARES, _MONTHS = 212, 220, 500  # where the shares begin, how wide they are, where the months begin


def plot_topics(
    shares: pd.DataFrame,
    months: pd.DataFrame,
    talks: pd.DataFrame | None = None,
    ax: Axes | None = None,
    *,
    theme: str = "light",
) -> Axes:
    """Draw one row a topic: left its share of each side's texts, right the same by month, one scale for all.

    In: tables of `compare_topics` by `speaker_side` and by `speaker_side` and `month`; talks to mark by
    dotted lines. Rows run from the most Chinese topic to the most American one. Where `shares` has a column
    `bootstrap` (of `topic_stability`), it stands beneath the name. Bars and bands are 95 % intervals; a
    hollow mark has none. Out: the axes that holds the panels, two a topic, labelled by its name.

    Known weakness: at most about 12 topics and 24 months stay readable.

    Examples
    --------
    >>> shares = pd.DataFrame({"topic": [1], "label": ["a · b"], "speaker_side": ["US"], "mean": [0.4],
    ...                        "low": [0.3], "high": [0.5], "n_documents": [12]})
    >>> months = shares.assign(month=pd.Period("2025-05", "M"))
    >>> [panel.get_label() for panel in plot_topics(shares, months).child_axes]
    ['a · b, share', 'a · b, months']
    """
    for table, what in ((shares, "share of a topic"), (months, "share of a topic by month")):
        refuse_nothing(table.dropna(subset="mean"), what)
    colors = THEMES[theme]
    topics = _in_order(shares)
    height = TOP + ROW * len(topics) + 30
    if ax is None:
        ax = place_axes(new_figure(PAGE, height, colors), 0, 0, PAGE, height)
    n = shares.drop_duplicates("speaker_side").set_index("speaker_side")["n_documents"]
    names = {side: f"{SIDE_NAMES[side]} ({n[side]:,} texts)" for side in ("US", "CN") if side in n}
    mark_sides(ax, MARGIN - 12, 16, names, kind="point")
    limits = [_limit(table) for table in (shares, months)]
    for number, topic in enumerate(topics):
        row = shares[shares["topic"] == topic]
        _name_topic(ax, row.iloc[0], TOP + ROW * (number + 0.5), colors)
        top = TOP + ROW * number + 12
        panels = [place_panel(ax, left, top, width, ROW - 24) for left, width in ((_LEFT, _SHARES), (_MONTHS, 380))]
        panels[0].set(xlim=(0, limits[0]), ylim=(1.5, -0.5), label=f"{row['label'].iloc[0]}, share")
        _draw_shares(panels[0], row, colors, first=number == 0)
        panels[1].set(ylim=(0, limits[1]), label=f"{row['label'].iloc[0]}, months")
        part = months[months["topic"] == topic]
        _draw_months(panels[1], part, colors, last=number == len(topics) - 1)
        _mark_months(panels[1], talks, months["month"].min(), colors, named=number == 0)
        if number:
            y = 1 - (TOP + ROW * number) / size_of(ax)[1]
            ends = [MARGIN / PAGE, 1 - MARGIN / PAGE]
            ax.plot(ends, [y, y], color=colors.rule, lw=1, transform=ax.transAxes, clip_on=False)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    return ax


def _in_order(shares: pd.DataFrame) -> list[int]:
    """Order topics by how much larger they are on the Chinese side."""
    means = shares.pivot(index="topic", columns="speaker_side", values="mean").reindex(columns=["US", "CN"]).fillna(0)
    return list((means["US"] - means["CN"]).sort_values(kind="stable").index)


def _limit(table: pd.DataFrame) -> float:
    """Find the end of a scale that holds every mean and bound, in steps of a tenth; no share is beyond 100 %."""
    largest = np.nanmax([0.1, *table[["mean", "high"]].to_numpy().ravel()])
    return float(min(np.ceil(largest * 10 + 0.01) / 10, 1.0))


def _name_topic(ax: Axes, row: pd.Series, middle: float, colors: Theme) -> None:
    """Write the terms of a topic, in two lines where they are long, and how stable it is."""
    width, height = size_of(ax)
    known = "bootstrap" in row and not pd.isna(row["bootstrap"])
    first, _, rest = row["label"].rpartition(" · ") if len(row["label"]) > 24 else (row["label"], "", "")
    lines = [line for line in (first, rest) if line]
    top = middle - 10 * (len(lines) - 1 + known)
    for number, line in enumerate(printable(line, 26) for line in lines):
        y = 1 - (top + 19 * number) / height
        say(ax, MARGIN / width, y, line, 13.5, colors.ink, "Semibold", transform=ax.transAxes)
    if known:
        y = 1 - (top + 19 * len(lines)) / height
        words = f"comes back: {row['bootstrap']:.2f}"
        say(ax, MARGIN / width, y, words, 12, colors.muted, "Regular", transform=ax.transAxes)


def _draw_shares(panel: Axes, rows: pd.DataFrame, colors: Theme, *, first: bool) -> None:
    limit = panel.get_xlim()[1]
    step = 0.1 if limit <= 0.5 else 0.2
    for tick in np.arange(0, limit + 0.01, step):
        panel.axvline(tick, color=colors.muted if tick == 0 else colors.rule, lw=1.2 if tick == 0 else 1, zorder=0)
        if first:
            say(panel, tick, -1.0, f"{tick:.0%}", 12, colors.muted, ha="center")
    for row in rows.to_dict("records"):
        side = row["speaker_side"]
        if side not in MARKERS or np.isnan(row["mean"]):
            continue
        y, color, (marker, size) = float(side == "CN"), colors.sides[side], MARKERS[side]
        sure = not np.isnan(row["low"])
        if sure:
            panel.plot([row["low"], row["high"]], [y, y], "|-", ms=7, mew=1.5, color=color, lw=1.5, zorder=2)
        face = color if sure else colors.ground
        panel.plot(row["mean"], y, marker, ms=size, mfc=face, mec=color, mew=1.2, zorder=3, clip_on=False)
        end = min(row["high"], limit) if sure else row["mean"]
        say(panel, end + limit * 0.035, y, f"{row['mean']:.0%}", 12, color, "Semibold")


def _draw_months(panel: Axes, rows: pd.DataFrame, colors: Theme, *, last: bool) -> None:
    names = list(dict.fromkeys(rows["month"]))
    limit = panel.get_ylim()[1]
    panel.set_xlim(-0.5, len(names) - 0.5)
    for tick in (0, limit / 2, limit):
        panel.axhline(tick, color=colors.muted if tick == 0 else colors.rule, lw=1.2 if tick == 0 else 1, zorder=0)
        say(panel, before_first(names), tick, f"{tick:.0%}", 12, colors.muted, ha="right")
    for side, part in rows.groupby("speaker_side", sort=False):
        if side in MARKERS:
            _draw_series(panel, part.reset_index(drop=True), side, colors)
    if last:
        _say_months(panel, names, colors)


def _draw_series(panel: Axes, part: pd.DataFrame, side: str, colors: Theme) -> None:
    color, (marker, size) = colors.sides[side], MARKERS[side]
    edge = {"CN": (0, (3, 2))}.get(side, "-")
    panel.fill_between(part.index, part["low"], part["high"], color=color, alpha=0.14, lw=0, zorder=1)
    for bound in ("low", "high"):
        panel.plot(part.index, part[bound], color=color, alpha=0.7, lw=0.8, ls=edge, zorder=1.5)
    panel.plot(part.index, part["mean"], ls=LINES[side], color=color, lw=1.8, zorder=3)
    for sure in (True, False):
        at = part.index[part["low"].notna() == sure]
        face = color if sure else colors.ground
        panel.plot(at, part["mean"][at], marker, ms=size * 0.7, mfc=face, mec=color, mew=1, zorder=4, clip_on=False)
