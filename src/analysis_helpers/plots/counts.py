"""Figures of counts: heat maps with the counts printed."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from .style import MARGIN, Panel, new_panel, printable, refuse_nothing, titled

ROW, LEFT, GROUP_GAP = 23, 306, 0.45  # of heat maps


def _new_map(theme: str, labels: pd.DataFrame, numbers: pd.DataFrame, shades: np.ndarray, column, top, below) -> tuple:
    new = labels["group"].ne(labels["group"].shift())
    rows = np.arange(len(labels)) + (new.cumsum().to_numpy() - 1) * GROUP_GAP
    n, depth = numbers.shape[1], rows[-1] + 1
    ax = new_panel(theme, top + depth * ROW + below, (LEFT, top, column * n, depth * ROW))
    ax.set(xlim=(0, n), ylim=(depth, 0))
    ramp = LinearSegmentedColormap.from_list("ramp", ax.theme["ramp"])
    cells = ax.inset_axes((0, 0, 1, 1), axes_class=Panel, xlim=(0, n), ylim=(depth, 0))
    for (row, x), number in np.ndenumerate(numbers):
        color = ramp(min(float(shades[row, x]), 1.0)) if number else ax.theme["ground"]  # nothing is no pale cell
        cells.add_patch(Rectangle((x, rows[row]), 1, 1, fc=color, ec=ax.theme["ground"], lw=1.6))
        cells.say(x + 0.5, rows[row] + 0.5, number or "·", 13, readable(color) if number else "muted", ha="center")
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

    In: a table of `issues_by_period`. The outline marks the issue most often on the agenda of a period; bars give
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

    In: `group`, `label`, then a column of counts per period: the more texts, the darker; a dot is nothing. Out: the
    axes. Known weakness: a period without a column is not seen to be empty.

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
