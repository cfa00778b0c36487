"""Figures of dots: the words that tell sides apart, and means with intervals by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ..errors import TalksError
from ..uncertainty import say_too_few
from .style import (
    MARGIN,
    PAGE,
    SIDE_NAMES,
    Line,
    add_words,
    draw_grid,
    draw_mark,
    name_sides,
    new_axes,
    place_panel,
    printable,
    refuse_nothing,
    say,
    theme_of,
)

ROW, TALL_ROW = 24, 58
LOWEST, HIGHEST = 0.012, 30  # rates below, also none at all, stand at the left edge


def plot_keyness(
    words: pd.DataFrame,
    n_words: int = 12,
    n_unproven: int = 4,
    *,
    theme: str = "light",
    title: Line = None,
    subtitle: Line = None,
    note: Line = None,
) -> Axes:
    """Draw the words that tell the sides apart: two rates joined, with the texts behind each in figures.

    In: a table of `keyness` with first = China and second = the United States (leave out of
    it what shall not be drawn). On the left the words that the United States say more, on the right
    those of China, the most telling first (by `z`); below the rule, hollow, words that look distinctive
    (z over 1.96 either way) and fail the rate test at .05. Out: the axes that holds both panels; x is the root
    of ten of the rate per 1,000 words, y the number of the row. Raises `TalksError` where no word was tested.

    Known weakness: it shows the strongest words, which are not the most frequent ones.

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
    picked = {side: _pick_words(words, side, n_words, n_unproven) for side in ("US", "CN")}
    refuse_nothing(pd.concat(picked.values()), "word that looks distinctive")
    ax, _ = new_axes(theme, PAGE, 78 + ROW * (max(map(len, picked.values())) + 1))
    name_sides(ax, 4, 10, {side: f"{SIDE_NAMES[side]}{f' ({n:,} texts)' if n else ''}" for side, n in counts.items()})
    for side, left in (("US", 142), ("CN", 592)):
        _draw_words(place_panel(ax, left, 76, 208, ROW * (len(picked[side]) + 1)), picked[side], side)
    return add_words(ax, title, subtitle, note)


def _pick_words(words: pd.DataFrame, side: str, n_words: int, n_unproven: int) -> pd.DataFrame:
    """Choose the words of a panel: the proven ones first, then some that only look so."""
    rows = words[words["z"] > 0] if side == "CN" else words[words["z"] < 0]
    rows = rows.sort_values("z", key=lambda z: -z.abs(), kind="stable").assign(proven=rows["p_value"] < 0.05)
    unproven = rows[(rows["p_value"] >= 0.05) & (rows["z"].abs() > 1.96)]
    return pd.concat([rows[rows["proven"]].head(n_words), unproven.head(n_unproven)], ignore_index=True)


def _draw_words(panel: Axes, rows: pd.DataFrame, side: str) -> None:
    colors, start = theme_of(panel), np.log10(LOWEST)
    panel.set(label=side, xlim=(start, np.log10(HIGHEST)), ylim=(len(rows) + 0.5, -0.5))
    left, us, china, gap = start + np.array([-126, 258, 294, -12]) * (np.log10(HIGHEST) - start) / 208
    name = "the United States" if side == "US" else SIDE_NAMES[side]
    say(panel, left, -2.1, f"Said more by {name}", 14.5, side, "Bold")
    say(panel, china, -1.85, "texts with it", ha="right")
    say(panel, us, -1.0, "US", 12, "US", "Semibold", ha="right")
    say(panel, china, -1.0, "China", 12, "CN", "Semibold", ha="right")
    for tick in (0.02, 0.1, 0.5, 2.0, 10.0):
        panel.plot([np.log10(tick)] * 2, [-0.5, len(rows) + 0.2], color=colors["rule"], lw=1, zorder=0)
        say(panel, np.log10(tick), -1.0, f"{tick:g}", ha="center")
    for number, row in enumerate(rows.to_dict("records")):
        proven = row["proven"]
        y, ink, weight = (number, "ink", "Semibold") if proven else (number + 0.8, "muted", "Regular")
        look = {} if proven else {"color": colors["muted"]}
        at = {"US": row["rate_second"], "CN": row["rate_first"]}
        at = {name: np.log10(max(rate, LOWEST)) for name, rate in at.items()}
        line = {"color": colors[side], "lw": 3} if proven else {"color": colors["muted"], "lw": 1.2}
        panel.plot(list(at.values()), [y, y], alpha=0.5, zorder=1, **line)
        for name, x in at.items():
            draw_mark(panel, x, y, name, 1.1, proven, **look)
        say(panel, gap, y, printable(row["term"], 18), 13.5, ink, weight, ha="right")
        say(panel, us, y, f"{row['documents_second']:,}", ha="right")
        say(panel, china, y, f"{row['documents_first']:,}", ha="right")
    n_proven = int(rows["proven"].sum())
    if n_proven < len(rows):
        panel.plot([left, china], [n_proven - 0.35] * 2, color=colors["muted"], lw=1, clip_on=False)
        say(panel, left, n_proven, "not proven: fails when texts are shuffled", weight="It")


def plot_means(
    tables: dict[str, pd.DataFrame],
    *,
    theme: str = "light",
    title: Line = None,
    subtitle: Line = None,
    note: Line = None,
) -> Axes:
    """Draw means with intervals by row and side, one panel for each table, on one scale with one zero.

    In: one table a panel, by its title (a second line after a line break), each with `label` (the row),
    `speaker_side`, `mean`, `low`, `high`, `n_documents`; rows in the order of the first table. A mean
    without an interval is hollow. Out: the axes that holds the panels; x is the mean, y the number of
    the row from above. Raises `TalksError` where tones are made of different instruments.

    Known weakness: that two intervals overlap shows nothing; see `difference_interval`.

    Examples
    --------
    >>> table = pd.DataFrame({"label": ["a"], "speaker_side": ["US"], "mean": [0.2], "low": [0.1], "high": [0.4],
    ...                       "n_documents": [12]})
    >>> [panel.get_label() for panel in plot_means({"VADER": table}).child_axes]
    ['VADER']
    """
    _refuse_mixed_tones(tables)
    tables = {name: table.dropna(subset="mean") for name, table in tables.items()}
    tables = {name: table for name, table in tables.items() if len(table)}
    rows = pd.concat([pd.DataFrame(), *tables.values()])
    refuse_nothing(rows, "mean")
    labels = list(dict.fromkeys(rows["label"]))
    ax, _ = new_axes(theme, PAGE, 110 + TALL_ROW * len(labels))
    limit = max(0.25, float(np.nanmax(rows[["mean", "low", "high"]].abs().to_numpy())) * 1.08)
    names = {"US": "US officials", "CN": "Chinese officials"}
    name_sides(ax, 4, 10, {side: name for side, name in names.items() if side in set(rows["speaker_side"])})
    for number, label in enumerate(labels):
        say(ax, MARGIN, 76 + TALL_ROW * (number + 0.5), label, 13.5, "ink", "Semibold", linespacing=1.1)
    room = (PAGE - 150 - MARGIN) / len(tables)
    for number, (name, table) in enumerate(tables.items()):
        panel = place_panel(ax, 150 + number * room, 76, room - 66, TALL_ROW * len(labels))
        _draw_means(panel, name, table, labels, limit)
    return add_words(ax, title, subtitle, note)


def _refuse_mixed_tones(tables: dict[str, pd.DataFrame]) -> None:
    """Refuse means of `tone` that different sets of instruments made."""
    made_of = {title: table.attrs.get("instruments", ()) for title, table in tables.items()}
    if len({tuple(parts) for parts in made_of.values() if len(parts) > 1}) > 1:
        raise TalksError(
            f"the tables {', '.join(made_of)} hold tones made of different instruments ({made_of}); expected one set; "
            "build both corpora with the same instruments, or compare a single one"
        )


def _draw_means(panel: Axes, title: str, table: pd.DataFrame, labels: list[str], limit: float) -> None:
    colors, (name, _, second) = theme_of(panel), title.partition("\n")
    panel.set(label=name, xlim=(-limit, limit), ylim=(len(labels) - 0.5, -0.5))
    pixel, right = 1 / TALL_ROW, limit * 1.32
    say(panel, -limit, -0.5 - 32 * pixel, name, 13.5, "ink", "Bold")
    say(panel, -limit, -0.5 - 14 * pixel, second)
    say(panel, right, -0.5 - 14 * pixel, "texts", ha="right")
    step = next((step for step in (0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20) if limit <= 3 * step), limit / 3)
    ticks = [tick for tick in np.arange(-2, 3) * step if abs(tick) < limit]
    draw_grid(panel, ticks, "x", zero=1.4)
    for tick in ticks:
        words = f"{tick:+g}".replace("-", "−") if tick else "0"
        say(panel, tick, len(labels) - 0.5 + 14 * pixel, words, ha="center")
    for number in range(1, len(labels)):
        panel.axhline(number - 0.5, color=colors["rule"], lw=1, zorder=0)
    for row in table[table["speaker_side"].isin(["US", "CN"])].to_dict("records"):
        side, low, high = row["speaker_side"], row["low"], row["high"]
        y, sure = labels.index(row["label"]) + (0.16 if side == "CN" else -0.16), not np.isnan(low)
        if sure:
            panel.plot([low, high], [y, y], color=colors[side], lw=2, zorder=2)
            panel.plot([[low, high]] * 2, [[y - 0.07] * 2, [y + 0.07] * 2], color=colors[side], lw=1.6, zorder=2)
        draw_mark(panel, row["mean"], y, side, 1.2, sure, clip_on=True)
        say(panel, right, y, f"{row['n_documents']:,}", 12, side, ha="right")
