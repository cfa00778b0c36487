"""Figures of dots: the words that tell sides apart, and means with intervals by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ..errors import TalksError
from ..uncertainty import say_too_few
from .style import MARGIN, PAGE, SIDE_NAMES, Panel, new_panel, printable, refuse_nothing, titled

ROW, TALL_ROW = 24, 58
LOWEST, HIGHEST = 0.012, 30  # rates below, also none at all, stand at the left edge


@titled
def plot_keyness(words: pd.DataFrame, n_words: int = 12, n_unproven: int = 4, *, theme: str = "light") -> Axes:
    """Draw the words that tell the sides apart: two rates joined, with the texts behind each in figures.

    In: a table of `keyness` with first = China and second = the United States (leave out of
    it what shall not be drawn). On the left the words that the United States say more, on the right
    those of China, the most telling first (by `z`); below the rule, hollow, words that look distinctive
    (z over 1.96 either way) and fail the rate test at .05. Out: the axes that holds both panels; x is the root
    of ten of the rate per 1,000 words, y the number of the row. Raises `TalksError` where no word was tested.
    Known weakness: it shows the most telling words, not the most frequent ones.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> own = ah.load_corpus().where(collection="statements_2025", genre="readout", speaker_side=["US", "CN"])
    >>> words = ah.keyness(own, min_documents=20, n_draws=99)
    >>> [panel.get_label() for panel in ah.plot_keyness(words).child_axes]
    ['US', 'CN']
    """
    counts = {"US": words.attrs.get("n_second", 0), "CN": words.attrs.get("n_first", 0)}
    if words["p_value"].isna().all():
        why = say_too_few(counts["CN"], counts["US"]) or "no word was tested; expected a table of keyness"
        raise TalksError(f"no p value for any word: {why}, or they cannot be told from luck; give more texts")
    words = words.assign(proven=words["p_value"] < 0.05).sort_values("z", key=lambda z: -z.abs(), kind="stable")
    luck = ~words["proven"] & (words["z"].abs() > 1.96)
    picked = {
        side: pd.concat([words[own & words["proven"]].head(n_words), words[own & luck].head(n_unproven)])
        for side, own in (("US", words["z"] < 0), ("CN", words["z"] > 0))
    }
    refuse_nothing(pd.concat(picked.values()), "word that looks distinctive")
    ax = new_panel(theme, 78 + ROW * (max(map(len, picked.values())) + 1))
    ax.name_sides(4, 10, {side: f"{SIDE_NAMES[side]}{f' ({n:,} texts)' if n else ''}" for side, n in counts.items()})
    for side, left in (("US", 142), ("CN", 592)):
        _draw_words(ax.place(left, 76, 208, ROW * (len(picked[side]) + 1), label=side), picked[side], side)
    return ax


def _draw_words(panel: Panel, rows: pd.DataFrame, side: str) -> None:
    start, end, n_proven = np.log10(LOWEST), np.log10(HIGHEST), int(rows["proven"].sum())
    panel.set(xlim=(start, end), ylim=(len(rows) + 0.5, -0.5))
    left, names, us, china = start + np.array([-126, -12, 258, 294]) * (end - start) / 208
    panel.say(left, -2.1, f"Said more by {'the United States' if side == 'US' else 'China'}", 14.5, side, "Bold")
    panel.say(china, -1.85, "texts with it", ha="right")
    for tick in (0.02, 0.1, 0.5, 2.0, 10.0):
        panel.line([np.log10(tick)] * 2, [-0.5, len(rows) + 0.2], zorder=0)
        panel.say(np.log10(tick), -1.0, f"{tick:g}", ha="center")
    heights = np.arange(len(rows)) + np.where(rows["proven"], 0, 0.8)
    panel.say(us, -1.0, "US", 12, "US", "Semibold", ha="right")
    panel.say(china, -1.0, "China", 12, "CN", "Semibold", ha="right")
    panel.say(us, heights, rows["documents_second"].map("{:,}".format), ha="right")
    panel.say(china, heights, rows["documents_first"].map("{:,}".format), ha="right")
    for y, row in zip(heights, rows.to_dict("records"), strict=True):
        proven = row["proven"]
        at = np.log10(np.maximum([row["rate_second"], row["rate_first"]], LOWEST))
        panel.line(at, [y, y], side if proven else "muted", lw=3 if proven else 1.2, alpha=0.5, zorder=1)
        for name, x in zip(("US", "CN"), at, strict=True):
            panel.mark(x, y, name, 1.1, proven, **({} if proven else {"color": panel.theme["muted"]}))
        look = ("ink", "Semibold") if proven else ()
        panel.say(names, y, printable(row["term"], 18), 13.5, *look, ha="right")
    if n_proven < len(rows):
        panel.line([left, china], [n_proven - 0.35] * 2, "muted")
        panel.say(left, n_proven, "not proven: fails when texts are shuffled", weight="It")


@titled
def plot_means(tables: dict[str, pd.DataFrame], *, theme: str = "light") -> Axes:
    """Draw means with intervals by row and side, one panel for each table, on one scale with one zero.

    In: one table a panel, by its title (a second line after a line break), each with `label` (the row),
    `speaker_side`, `mean`, `low`, `high`, `n_documents`; rows in the order of the first table. A mean
    without an interval is hollow. Out: the axes that holds the panels; x is the mean, y the number of
    the row from above.
    Known weakness: whether two intervals overlap decides nothing; see `difference_interval`.

    Examples
    --------
    >>> table = pd.DataFrame({"label": ["a"], "speaker_side": ["US"], "mean": [0.2], "low": [0.1], "high": [0.4],
    ...                       "n_documents": [12]})
    >>> [panel.get_label() for panel in plot_means({"VADER": table}).child_axes]
    ['VADER']
    """
    tables = {name: table.dropna(subset="mean") for name, table in tables.items()}
    tables = {name: table for name, table in tables.items() if len(table)}
    rows = pd.concat([pd.DataFrame(), *tables.values()])
    refuse_nothing(rows, "mean")
    labels, spoken = list(dict.fromkeys(rows["label"])), set(rows["speaker_side"])
    ax = new_panel(theme, 110 + TALL_ROW * len(labels))
    names = {"US": "US officials", "CN": "Chinese officials"}
    ax.name_sides(4, 10, {side: name for side, name in names.items() if side in spoken})
    heights = 76 + TALL_ROW * (np.arange(len(labels)) + 0.5)
    ax.say(MARGIN, heights, labels, 13.5, "ink", "Semibold", linespacing=1.1)
    limit = max(0.25, float(np.nanmax(rows[["mean", "low", "high"]].abs().to_numpy())) * 1.08)
    room = (PAGE - 150 - MARGIN) / len(tables)
    for number, (name, table) in enumerate(tables.items()):
        panel = ax.place(150 + number * room, 76, room - 66, TALL_ROW * len(labels))
        _draw_means(panel, name, table, labels, limit)
    return ax


def _draw_means(panel: Panel, title: str, table: pd.DataFrame, labels: list[str], limit: float) -> None:
    name, _, second = title.partition("\n")
    pixel, right, bottom = 1 / TALL_ROW, limit * 1.32, len(labels) - 0.5
    panel.set(label=name, xlim=(-limit, limit), ylim=(bottom, -0.5))
    panel.say(-limit, -0.5 - 32 * pixel, name, 13.5, "ink", "Bold")
    panel.say(-limit, -0.5 - 14 * pixel, second)
    panel.say(right, -0.5 - 14 * pixel, "texts", ha="right")
    step = next((step for step in (0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20) if limit <= 3 * step), limit / 3)
    ticks = [tick for tick in np.arange(-2, 3) * step if abs(tick) < limit]
    signs = str.maketrans("-", "−")
    panel.grid_at(ticks, lambda x: f"{x:+g}".translate(signs) if x else "0", bottom + 14 * pixel, "x", zero=1.4)
    for number in range(1, len(labels)):
        panel.axhline(number - 0.5, color=panel.theme["rule"], lw=1, zorder=0)
    for row in table[table["speaker_side"].isin(["US", "CN"])].to_dict("records"):
        side, low, high = row["speaker_side"], row["low"], row["high"]
        y, sure = labels.index(row["label"]) + (0.16 if side == "CN" else -0.16), not np.isnan(low)
        if sure:
            panel.line([low, high], [y, y], side, lw=2, zorder=2)
            panel.line([[low, high]] * 2, [[y - 0.07] * 2, [y + 0.07] * 2], side, lw=1.6, zorder=2)
        panel.mark(row["mean"], y, side, 1.2, sure)
        panel.say(right, y, f"{row['n_documents']:,}", 12, side, ha="right")
