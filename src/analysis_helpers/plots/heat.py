"""Heat maps with the counts printed: a table first, a picture second."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.patches import Rectangle

from .style import MARGIN, Panel, font, new_panel, printable, refuse_nothing, titled

ROW, LEFT, GROUP_GAP = 23, 306, 0.45


def _new_map(
    theme: str, labels: pd.DataFrame, numbers: pd.DataFrame, shades: np.ndarray, column: float, top: float, below: float
) -> tuple[Panel, np.ndarray]:
    """Draw a row of cells per label, with some room above each new group."""
    import seaborn as sns

    group = labels["group"].ne(labels["group"].shift()).cumsum() - 1
    rows = np.arange(len(labels)) + group.to_numpy() * GROUP_GAP
    n, depth = numbers.shape[1], rows[-1] + 1
    ax = new_panel(theme, top + depth * ROW + below, (LEFT, top, column * n, depth * ROW))
    ax.set(xlim=(0, n), ylim=(depth, 0))
    ramp = ramp_of(ax)
    look = {"vmin": 0, "vmax": 1, "cmap": ramp, "cbar": False, "linewidths": 1.6, "linecolor": ax.theme["ground"]}
    look |= {"fmt": "d", "annot_kws": {"fontproperties": font(13)}, "xticklabels": False, "yticklabels": False}
    for _, part in pd.Series(rows).groupby(group):
        cells = shades[part.index]
        box = (0, 1 - (part.iloc[0] + len(part)) / depth, 1, len(part) / depth)
        strip = ax.inset_axes(box, axes_class=Panel)
        sns.heatmap(cells, mask=cells == 0, annot=numbers.to_numpy()[part.index], ax=strip, **look)
        strip.set_facecolor("none")
        for text, shade in zip(strip.texts, cells[cells > 0], strict=True):
            text.set_color(readable(ramp(min(float(shade), 1.0))))
        for row, place in np.argwhere(cells == 0):
            strip.say(place + 0.5, row + 0.5, "·", 13, ha="center")  # nothing is no pale cell
    ax.say(-9 / column, rows + 0.5, [printable(label, 30) for label in labels["label"]], 13.5, "ink", ha="right")
    names = [printable(str(name), 30) for name in labels["group"][~group.duplicated()]]
    ax.say((MARGIN - LEFT) / column, rows[~group.duplicated()] + 0.5, names, 13.5, "ink", "Semibold")
    return ax, rows


def ramp_of(ax: Panel) -> LinearSegmentedColormap:
    """Give the colours of cells, from few to many."""
    return LinearSegmentedColormap.from_list("ramp", ax.theme["ramp"])


def readable(color: tuple[float, ...]) -> str:
    """White or black, whichever contrasts more with a cell (WCAG relative luminance)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    luminance = float(np.dot([0.2126, 0.7152, 0.0722], linear))
    return "#FFFFFF" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "#000000"


@titled
def plot_agenda(agenda: pd.DataFrame, *, theme: str = "light") -> Axes:
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
    middles, right, depth = np.arange(len(talks)) + 0.5, len(talks) + 0.25, rows[-1] + 1
    ax.say(middles, -1.45, talks.index, 13.5, "ink", "Semibold", ha="center")
    ax.say(middles, -0.62, talks, ha="center")
    ax.say(-0.17, -0.62, "all talks", ha="right")
    ax.say(right, [-1.45, -0.62], [f"{talks.index[0]}–{talks.index[-1]}", talks.sum()])
    for row, column in np.argwhere(numbers.to_numpy() == np.maximum(numbers.max().to_numpy(), 1)):
        look = {"fill": False, "ec": ax.theme["ink"], "lw": 2, "zorder": 6}
        ax.add_patch(Rectangle((column + 0.02, rows[row] + 0.02), 0.96, 0.96, **look))
    lengths = 1.25 * order["n_talks"] / order["n_talks"].max()
    ax.barh(rows + 0.5, lengths, 0.52, left=right, color=ax.theme["muted"], alpha=0.5, lw=0, clip_on=False)
    ax.say(right + lengths + 0.12, rows + 0.5, order["n_talks"])
    ax.say(-0.17, depth + 0.75, "share of the year’s talks", ha="right")
    ax.say(5.75, depth + 0.75, "·  not on a recorded agenda")
    for x, value in zip(np.arange(5) * 1.1, (0.05, 0.2, 0.4, 0.6, 0.8), strict=True):
        color = ramp_of(ax)(value / 0.8)
        ax.add_patch(Rectangle((x, depth + 0.45), 1.06, 0.6, color=color, lw=0, clip_on=False))
        ax.say(x + 0.53, depth + 1.4, f"{value:.0%}", ha="center")
    return ax


@titled
def plot_coverage(table: pd.DataFrame, *, theme: str = "light") -> Axes:
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
    ax.say(np.arange(n) + 0.5, -0.7, list(numbers), 13.5, "ink", "Semibold", ha="center")
    ax.say(n + 0.15, rows + 0.5, numbers.sum(axis=1).map("{:,}".format))
    ax.say(n + 0.15, -0.7, "all")
    return ax
