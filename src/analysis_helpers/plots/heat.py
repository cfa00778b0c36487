"""Heat maps with the counts printed: a table first, a picture second."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.patches import Rectangle

from .style import MARGIN, PAGE, Line, add_words, font, new_axes, printable, refuse_nothing, say, theme_of

ROW, LEFT, GROUP_GAP = 23, 306, 0.45


def _new_map(
    theme: str, labels: pd.DataFrame, numbers: pd.DataFrame, shades: np.ndarray, column: float, top: float, below: float
) -> tuple[Axes, np.ndarray]:
    """Draw a row per label, with some room above each new group."""
    new = labels["group"].ne(labels["group"].shift()).cumsum() - 1
    rows = np.arange(len(labels)) + new.to_numpy() * GROUP_GAP
    n, height = numbers.shape[1], (rows[-1] + 1) * ROW
    ax, colors = new_axes(theme, PAGE, top + height + below, (LEFT, top, column * n, height))
    ax.set(xlim=(0, n), ylim=(rows[-1] + 1, 0))
    for _, part in pd.Series(rows).groupby(new):
        box = (0, 1 - (part.iloc[0] + len(part)) / (rows[-1] + 1), 1, len(part) / (rows[-1] + 1))
        _draw_cells(ax.inset_axes(box), numbers.iloc[part.index], shades[part.index], colors)
    for label, row in zip(labels["label"], rows, strict=True):
        say(ax, -9 / column, row + 0.5, printable(label, 30), 13.5, "ink", ha="right")
    for group, row in pd.Series(rows).groupby(labels["group"].to_numpy(), sort=False).first().items():
        say(ax, (MARGIN - LEFT) / column, row + 0.5, printable(str(group), 30), 13.5, "ink", "Semibold")
    return ax, rows


def _draw_cells(ax: Axes, numbers: pd.DataFrame, shades: np.ndarray, theme: dict) -> None:
    import seaborn as sns

    ramp = ramp_of(theme)
    frame = {"linewidths": 1.6, "linecolor": theme["ground"], "xticklabels": False, "yticklabels": False}
    words = {"annot": numbers.to_numpy(), "fmt": "d", "annot_kws": {"fontproperties": font(13)}}
    sns.heatmap(shades, vmin=0, vmax=1, mask=shades == 0, cmap=ramp, cbar=False, ax=ax, **frame, **words)
    ax.set_facecolor("none")
    for text, shade in zip(ax.texts, shades[shades > 0], strict=True):
        text.set_color(readable(ramp(min(float(shade), 1.0))))
    for row, column in np.argwhere(shades == 0):
        say(ax, column + 0.5, row + 0.5, "·", 13, ha="center")


def ramp_of(theme: dict) -> LinearSegmentedColormap:
    """Give the colours of cells, from few to many."""
    return LinearSegmentedColormap.from_list("ramp", theme["ramp"])


def readable(color: tuple[float, ...]) -> str:
    """White or black, whichever contrasts more with a cell (WCAG relative luminance)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    luminance = float(np.dot([0.2126, 0.7152, 0.0722], linear))
    return "#FFFFFF" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "#000000"


def plot_agenda(
    agenda: pd.DataFrame, *, theme: str = "light", title: Line = None, subtitle: Line = None, note: Line = None
) -> Axes:
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
    refuse_nothing(agenda, "talk")
    period = agenda.columns[3]
    order = agenda.groupby(["group", "issue", "label"], sort=False)["n_talks"].sum().reset_index()
    order["place"] = pd.factorize(order["group"])[0]
    order = order.sort_values(["place", "n_talks", "issue"], ascending=[True, False, True], ignore_index=True)
    numbers = agenda.pivot(index="issue", columns=period, values="n_talks").loc[order["issue"]]
    shares = agenda.pivot(index="issue", columns=period, values="share").loc[order["issue"]].fillna(0)
    talks = agenda.drop_duplicates(period).set_index(period)["n_all"]
    ax, rows = _new_map(theme, order, numbers, shares.to_numpy() / 0.8, 53, 46, 46)
    colors, right = theme_of(ax), len(talks) + 0.25
    say(ax, -0.17, -0.62, "all talks", ha="right")
    for column, (name, n) in enumerate(talks.items()):
        say(ax, column + 0.5, -1.45, name, 13.5, "ink", "Semibold", ha="center")
        say(ax, column + 0.5, -0.62, n, ha="center")
        for row in rows[(numbers[name] == max(numbers[name].max(), 1)).to_numpy()]:
            look = {"fill": False, "ec": colors["ink"], "lw": 2, "zorder": 6}
            ax.add_patch(Rectangle((column + 0.02, row + 0.02), 0.96, 0.96, **look))
    say(ax, right, -1.45, f"{talks.index[0]}–{talks.index[-1]}")
    say(ax, right, -0.62, talks.sum())
    lengths = 1.25 * order["n_talks"] / order["n_talks"].max()
    ax.barh(rows + 0.5, lengths, 0.52, left=right, color=colors["muted"], alpha=0.5, lw=0, clip_on=False)
    for total, length, row in zip(order["n_talks"], lengths, rows, strict=True):
        say(ax, right + length + 0.12, row + 0.5, total)
    depth = rows[-1] + 1
    say(ax, -0.17, depth + 0.75, "share of the year’s talks", ha="right")
    say(ax, 5.75, depth + 0.75, "·  not on a recorded agenda")
    for x, value in zip(np.arange(5) * 1.1, (0.05, 0.2, 0.4, 0.6, 0.8), strict=True):
        color = ramp_of(colors)(value / 0.8)
        ax.add_patch(Rectangle((x, depth + 0.45), 1.06, 0.6, color=color, lw=0, clip_on=False))
        say(ax, x + 0.53, depth + 1.4, f"{value:.0%}", ha="center")
    return add_words(ax, title, subtitle, note)


def plot_coverage(
    table: pd.DataFrame, *, theme: str = "light", title: Line = None, subtitle: Line = None, note: Line = None
) -> Axes:
    """Draw what a collection holds: a row per group, a column per period, the number of texts printed.

    In: a frame with the columns `group`, `label`, then one column per period, filled with counts. The
    more texts, the darker; a dot is nothing. Out: the axes.

    Known weakness: a period without a column of its own is not seen to be empty.

    Examples
    --------
    >>> table = pd.DataFrame({"group": ["US"], "label": ["Statements"], "2024": [0], "2025": [7]})
    >>> [text.get_text() for text in plot_coverage(table).texts]
    ['Statements', 'US', '2024', '2025', '7', 'all']
    """
    labels = table[["group", "label"]].astype("object").fillna("not given").reset_index(drop=True)
    numbers = table.drop(columns=["group", "label"])
    refuse_nothing(numbers[numbers.sum(axis=1) > 0], "text with a date and a side")
    n = numbers.shape[1]
    ax, rows = _new_map(theme, labels, numbers, numbers.to_numpy() / numbers.to_numpy().max(), min(53, 560 / n), 30, 4)
    for column, name in enumerate(numbers):
        say(ax, column + 0.5, -0.7, name, 13.5, "ink", "Semibold", ha="center")
    for total, row in zip(numbers.sum(axis=1), rows, strict=True):
        say(ax, n + 0.15, row + 0.5, f"{total:,}")
    say(ax, n + 0.15, -0.7, "all")
    return add_words(ax, title, subtitle, note)
