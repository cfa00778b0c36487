"""Heat maps with the counts printed: a table first, a picture second."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.patches import Rectangle

from .style import (
    MARGIN,
    PAGE,
    THEMES,
    Theme,
    font,
    new_figure,
    place_axes,
    printable,
    refuse_nothing,
    say,
    size_of,
)

ROW, GROUP_GAP = 23, 0.45


def _rows_with_gaps(groups: pd.Series) -> np.ndarray:
    """Positions of the rows, with some room above each new group."""
    new = groups.ne(groups.shift()).cumsum() - 1
    return np.arange(len(groups)) + new.to_numpy() * GROUP_GAP


def _draw_cells(ax: Axes, numbers: pd.DataFrame, shares: pd.DataFrame, rows: np.ndarray, theme: Theme) -> None:
    """Draw the cells with seaborn, a group of rows at a time; nothing is a dot, not a pale cell."""
    import seaborn as sns

    ramp = LinearSegmentedColormap.from_list("ramp", theme.ramp)
    for number, position in enumerate(rows):
        strip = ax.inset_axes((0, position, numbers.shape[1], 1), transform=ax.transData)
        share = shares.iloc[[number]].to_numpy(dtype="float64")
        words = np.where(numbers.iloc[[number]] > 0, numbers.iloc[[number]].astype("str"), "")
        sns.heatmap(
            share,
            mask=share == 0,
            annot=words,
            fmt="",
            cmap=ramp,
            vmin=0,
            vmax=0.8,
            cbar=False,
            ax=strip,
            linewidths=1.6,
            linecolor=theme.ground,
            xticklabels=False,
            yticklabels=False,
        )
        strip.set_facecolor("none")
        for text, value in zip(strip.texts, share[share > 0], strict=True):
            text.set(fontproperties=font(13), color=_readable(ramp(min(float(value) / 0.8, 1.0))))
        for column in np.flatnonzero(share[0] == 0):
            say(strip, column + 0.5, 0.5, "·", 13, theme.muted, ha="center")


def _readable(color: tuple[float, ...]) -> str:
    """White or black, whichever contrasts more with a cell (WCAG relative luminance)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    luminance = float(np.dot([0.2126, 0.7152, 0.0722], linear))
    return "#FFFFFF" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "#000000"


def _heat_axes(
    ax: Axes | None, left: float, width: float, height: float, top: float, below: float, theme: Theme
) -> Axes:
    if ax is None:
        ax = place_axes(new_figure(PAGE, top + height + below, theme), left, top, width, height)
    return ax


def _label_rows(ax: Axes, labels: list[str], groups: pd.Series, rows: np.ndarray, theme: Theme) -> None:
    width = size_of(ax)[0] / (ax.get_xlim()[1] - ax.get_xlim()[0])
    left = -(ax.get_position().x0 * ax.figure.get_size_inches()[0] * 100 - MARGIN) / width
    for label, position in zip(labels, rows, strict=True):
        say(ax, -9 / width, position + 0.5, printable(label, 30), 13.5, theme.ink, ha="right")
    for group, first in pd.Series(rows).groupby(groups.to_numpy(), sort=False).first().items():
        say(ax, left, first + 0.5, printable(str(group), 30), 13.5, theme.ink, "Semibold")


def plot_agenda(agenda: pd.DataFrame, ax: Axes | None = None, *, theme: str = "light") -> Axes:
    """Draw the agenda of the talks: issues by period, counts printed, shade the share of the period's talks.

    In: a table of `issues_by_period`. The outline marks the issue most often on the agenda of a period;
    bars give the totals. Out: the axes; column and row positions are its data coordinates.

    Known weakness: shade compares periods of different size; read the number.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> ax = ah.plot_agenda(ah.issues_by_period(ah.load_talks()))
    >>> int(ax.get_xlim()[1])
    9
    """
    colors = THEMES[theme]
    refuse_nothing(agenda, "talk")
    period = agenda.columns[3]
    order = agenda.groupby(["group", "issue", "label"], sort=False)["n_talks"].sum().reset_index()
    order["place"] = order["group"].map({name: i for i, name in enumerate(dict.fromkeys(agenda["group"]))})
    order = order.sort_values(["place", "n_talks", "issue"], ascending=[True, False, True], ignore_index=True)
    numbers = agenda.pivot(index="issue", columns=period, values="n_talks").loc[order["issue"]]
    shares = agenda.pivot(index="issue", columns=period, values="share").loc[order["issue"]].fillna(0)
    talks = agenda.drop_duplicates(period).set_index(period)["n_all"]
    rows = _rows_with_gaps(order["group"])
    n_columns, depth = numbers.shape[1], rows[-1] + 1
    ax = _heat_axes(ax, 306, 53 * n_columns, depth * ROW, 46, 46, colors)
    ax.set(xlim=(0, n_columns), ylim=(depth, 0))
    _draw_cells(ax, numbers, shares, rows, colors)
    _label_rows(ax, order["label"].tolist(), order["group"], rows, colors)
    _draw_periods(ax, talks, colors)
    for column, name in enumerate(numbers):
        most = numbers[name].max()
        for top in np.flatnonzero(numbers[name] == most) if most else []:
            ax.add_patch(
                Rectangle((column + 0.02, rows[top] + 0.02), 0.96, 0.96, fill=False, ec=colors.ink, lw=2, zorder=6)
            )
    _draw_totals(ax, order["n_talks"], rows, int(talks.sum()), f"{talks.index[0]}–{talks.index[-1]}", colors)
    _draw_scale(ax, depth, "share of the year’s talks", "not on a recorded agenda", colors)
    return ax


def _draw_periods(ax: Axes, talks: pd.Series, colors: Theme) -> None:
    say(ax, -0.17, -0.62, "all talks", 12, colors.muted, ha="right")
    for column, (name, n) in enumerate(talks.items()):
        say(ax, column + 0.5, -1.45, str(name), 13.5, colors.ink, "Semibold", ha="center")
        say(ax, column + 0.5, -0.62, str(n), 12, colors.muted, ha="center")


def _draw_totals(ax: Axes, totals: pd.Series, rows: np.ndarray, n: int, span: str, colors: Theme) -> None:
    right = ax.get_xlim()[1] + 0.25
    say(ax, right, -1.45, span, 12, colors.muted)
    say(ax, right, -0.62, str(n), 12, colors.muted)
    for total, position in zip(totals, rows, strict=True):
        length = 1.25 * total / totals.max()
        ax.add_patch(
            Rectangle((right, position + 0.24), length, 0.52, color=colors.muted, alpha=0.5, lw=0, clip_on=False)
        )
        say(ax, right + length + 0.12, position + 0.5, str(total), 12, colors.muted)


def _draw_scale(ax: Axes, depth: float, name: str, absence: str, colors: Theme) -> None:
    ramp = LinearSegmentedColormap.from_list("ramp", colors.ramp)
    say(ax, -0.17, depth + 0.75, name, 12, colors.muted, ha="right")
    for step, value in enumerate((0.05, 0.2, 0.4, 0.6, 0.8)):
        ax.add_patch(Rectangle((step * 1.1, depth + 0.45), 1.06, 0.6, color=ramp(value / 0.8), lw=0, clip_on=False))
        say(ax, step * 1.1 + 0.53, depth + 1.4, f"{value:.0%}", 12, colors.muted, ha="center")
    say(ax, 5.75, depth + 0.75, f"·  {absence}", 12, colors.muted)


def plot_coverage(table: pd.DataFrame, ax: Axes | None = None, *, theme: str = "light") -> Axes:
    """Draw what a collection holds: a row per group, a column per period, the number of texts printed.

    In: a frame with the columns `group`, `label`, then one column per period, filled with counts. The
    more texts, the darker; a dot is nothing. Out: the axes.

    Examples
    --------
    >>> table = pd.DataFrame({"group": ["US"], "label": ["Statements"], "2024": [0], "2025": [7]})
    >>> [text.get_text() for text in plot_coverage(table).texts]
    ['Statements', 'US', '2024', '2025', '7', 'all']
    """
    colors = THEMES[theme]
    table = table.reset_index(drop=True)
    table[["group", "label"]] = table[["group", "label"]].astype("object").fillna("not given")
    numbers = table.drop(columns=["group", "label"])
    refuse_nothing(numbers[numbers.sum(axis=1) > 0], "text with a date and a side")
    shades = 0.8 * numbers / max(numbers.to_numpy().max(), 1)
    rows = _rows_with_gaps(table["group"])
    depth, n_columns = rows[-1] + 1, numbers.shape[1]
    ax = _heat_axes(ax, 306, min(53, 560 / n_columns) * n_columns, depth * ROW, 30, 4, colors)
    ax.set(xlim=(0, n_columns), ylim=(depth, 0))
    _draw_cells(ax, numbers, shades, rows, colors)
    _label_rows(ax, table["label"].tolist(), table["group"], rows, colors)
    for column, name in enumerate(numbers):
        say(ax, column + 0.5, -0.7, str(name), 13.5, colors.ink, "Semibold", ha="center")
    for total, position in zip(numbers.sum(axis=1), rows, strict=True):
        say(ax, n_columns + 0.15, position + 0.5, f"{total:,}", 12, colors.muted)
    say(ax, n_columns + 0.15, -0.7, "all", 12, colors.muted)
    return ax
