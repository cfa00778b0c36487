"""Figures of dots: the words that tell sides apart, and means with intervals by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ..errors import TalksError
from ..uncertainty import say_too_few
from .style import (
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

ROW = 24
RATE_TICKS = (0.02, 0.1, 0.5, 2.0, 10.0)
LOWEST = 0.012  # rates below, also none at all, stand at the left edge


def plot_words(
    words: pd.DataFrame, n_words: int = 12, n_unproven: int = 4, ax: Axes | None = None, *, theme: str = "light"
) -> Axes:
    """Draw the words that tell the sides apart: two rates joined, with the texts behind each in figures.

    In: a table of `distinctive_terms` with first = China and second = the United States (leave out of
    it what shall not be drawn). On the left the words that the United States say more, on the right
    those of China, the most telling first (by `z`); below the rule, hollow, words that look distinctive
    (z over 1.96 either way) and fail the rate test at .05. Out: the axes that holds both panels; x is the root
    of ten of the rate per 1,000 words, y the number of the row.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> own = ah.load_corpus().where(collection="statements_2025", genre="readout", speaker_side=["US", "CN"])
    >>> words = ah.distinctive_terms(own, min_documents=20, n_draws=99)
    >>> [panel.get_label() for panel in ah.plot_words(words).child_axes]
    ['US', 'CN']
    """
    colors = THEMES[theme]
    picked = {side: _pick_words(words, side, n_words, n_unproven) for side in ("US", "CN")}
    _refuse_untested(words)
    refuse_nothing(pd.concat(picked.values()), "word that looks distinctive")
    height = 78 + ROW * (max(map(len, picked.values())) + 1)
    if ax is None:
        ax = place_axes(new_figure(PAGE, height, colors), 0, 0, PAGE, height)
    counts = {"US": words.attrs.get("n_second"), "CN": words.attrs.get("n_first")}
    names = {side: f"{SIDE_NAMES[side]} ({n:,} texts)" if n else SIDE_NAMES[side] for side, n in counts.items()}
    mark_sides(ax, MARGIN - 12, 10, names, kind="point")
    for side, left in (("US", 0.0), ("CN", 450.0)):
        _draw_words(ax, picked[side], side, left, colors)
    return ax


def _refuse_untested(words: pd.DataFrame) -> None:
    """Refuse words without any p value, and say why there is none."""
    if words["p_value"].isna().all():
        n_first, n_second = (words.attrs.get(name, 0) for name in ("n_first", "n_second"))
        why = say_too_few(n_first, n_second) or "no word was tested; expected a table of distinctive_terms"
        raise TalksError(f"no p value for any word: {why}, or they cannot be told from luck; give more texts")


def _pick_words(words: pd.DataFrame, side: str, n_words: int, n_unproven: int) -> pd.DataFrame:
    """Choose the words of a panel: the proven ones first, then some that only look so."""
    rows = words[words["z"] > 0] if side == "CN" else words[words["z"] < 0]
    rows = rows.iloc[np.argsort(-rows["z"].abs().to_numpy(), kind="stable")]
    proven = rows[rows["p_value"] < 0.05].head(n_words)
    unproven = rows[(rows["p_value"] >= 0.05) & (rows["z"].abs() > 1.96)].head(n_unproven)
    return pd.concat([proven.assign(proven=True), unproven.assign(proven=False)], ignore_index=True)


def _draw_words(ax: Axes, rows: pd.DataFrame, side: str, left: float, colors: Theme) -> None:
    panel = place_panel(ax, left + 142, 76, 208, ROW * (len(rows) + 1))
    panel.set(label=side, xlim=(np.log10(LOWEST), np.log10(30)), ylim=(len(rows) + 0.5, -0.5))
    start = panel.get_xlim()[0]
    scale = 208 / (panel.get_xlim()[1] - start)
    say(panel, start - 126 / scale, -2.1, f"Said more by {_the(side)}", 14.5, colors.sides[side], "Bold")
    for tick in RATE_TICKS:
        panel.plot([np.log10(tick)] * 2, [-0.5, len(rows) + 0.2], color=colors.rule, lw=1, zorder=0)
        say(panel, np.log10(tick), -1.0, f"{tick:g}", 12, colors.muted, ha="center")
    columns = (("US", "documents_second", 258), ("CN", "documents_first", 294))
    say(panel, start + 294 / scale, -1.85, "texts with it", 12, colors.muted, ha="right")
    for name, _, place in columns:
        word = "US" if name == "US" else "China"
        say(panel, start + place / scale, -1.0, word, 12, colors.sides[name], "Semibold", ha="right")
    n_proven = int(rows["proven"].sum())
    for number, row in enumerate(rows.to_dict("records")):
        y = number + (0 if row["proven"] else 0.8)
        _draw_word(panel, row, y, side, colors)
        ink, weight = (colors.ink, "Semibold") if row["proven"] else (colors.muted, "Regular")
        say(panel, start - 12 / scale, y, printable(row["term"], 18), 13.5, ink, weight, ha="right")
        for _, column, place in columns:
            say(panel, start + place / scale, y, f"{row[column]:,}", 12, colors.muted, ha="right")
    if n_proven < len(rows):
        edges = [start - 126 / scale, start + 294 / scale]
        panel.plot(edges, [n_proven - 0.35] * 2, color=colors.muted, lw=1, clip_on=False)
        say(panel, edges[0], n_proven, "not proven: fails when texts are shuffled", 12, colors.muted, "It")


def _the(side: str) -> str:
    return "the United States" if side == "US" else SIDE_NAMES[side]


def _draw_word(panel: Axes, row: dict, y: float, side: str, colors: Theme) -> None:
    """Join the two rates of a word by a line in the colour of the side that says it more."""
    places = {"US": row["rate_second"], "CN": row["rate_first"]}
    places = {name: np.log10(max(rate, LOWEST)) for name, rate in places.items()}
    line = colors.sides[side] if row["proven"] else colors.muted
    panel.plot(list(places.values()), [y, y], color=line, lw=3 if row["proven"] else 1.2, alpha=0.5, zorder=1)
    for name, x in places.items():
        marker, size = MARKERS[name]
        color = colors.sides[name] if row["proven"] else colors.muted
        face = color if row["proven"] else colors.ground
        panel.plot(x, y, marker, ms=size * 1.1, mfc=face, mec=color, mew=1.2, zorder=3, clip_on=False)


def plot_means(tables: dict[str, pd.DataFrame], ax: Axes | None = None, *, theme: str = "light") -> Axes:
    """Draw means with intervals by row and side, one panel for each table, on one scale with one zero.

    In: one table a panel, by its title (a second line after a line break), each with `label` (the row),
    `speaker_side`, `mean`, `low`, `high`, `n_documents`; rows in the order of the first table. A mean
    without an interval is hollow. Out: the axes that holds the panels; x is the mean, y the number of
    the row from above.

    Examples
    --------
    >>> table = pd.DataFrame({"label": ["a"], "speaker_side": ["US"], "mean": [0.2], "low": [0.1], "high": [0.4],
    ...                       "n_documents": [12]})
    >>> [panel.get_label() for panel in plot_means({"VADER": table}).child_axes]
    ['VADER']
    """
    colors = THEMES[theme]
    _refuse_mixed_tones(tables)
    tables = {title: table.dropna(subset="mean") for title, table in tables.items()}
    tables = {title: table for title, table in tables.items() if len(table)}
    refuse_nothing(pd.concat([pd.DataFrame(), *tables.values()]), "mean")
    labels = list(dict.fromkeys(pd.concat(tables.values())["label"]))
    height = 76 + 58 * len(labels) + 34
    if ax is None:
        ax = place_axes(new_figure(PAGE, height, colors), 0, 0, PAGE, height)
    width, height = size_of(ax)
    bounds = pd.concat(tables.values())[["mean", "low", "high"]].abs().to_numpy()
    limit = max(0.25, float(np.nanmax(bounds)) * 1.08)
    spoken = set(pd.concat(tables.values())["speaker_side"])
    names = {"US": "US officials", "CN": "Chinese officials"}
    mark_sides(ax, MARGIN - 12, 10, {side: name for side, name in names.items() if side in spoken}, kind="point")
    first, room = 150.0, (PAGE - 150.0 - MARGIN) / len(tables)
    for number, label in enumerate(labels):
        y = 1 - (76 + 58 * (number + 0.5)) / height
        say(ax, MARGIN / width, y, label, 13.5, colors.ink, "Semibold", transform=ax.transAxes, linespacing=1.1)
    for number, (title, table) in enumerate(tables.items()):
        panel = place_panel(ax, first + number * room, 76, room - 66, 58 * len(labels))
        _draw_means(panel, title, table, labels, limit, colors)
    return ax


def _refuse_mixed_tones(tables: dict[str, pd.DataFrame]) -> None:
    """Refuse means of `tone` that different sets of instruments made."""
    made_of = {title: table.attrs.get("instruments", ()) for title, table in tables.items()}
    sets = {tuple(parts) for parts in made_of.values() if len(parts) > 1}
    if len(sets) > 1:
        raise TalksError(
            f"the tables {', '.join(made_of)} hold tones made of different instruments ({made_of}); expected one set; "
            "build both corpora with the same instruments, or compare a single one"
        )


def _draw_means(panel: Axes, title: str, table: pd.DataFrame, labels: list[str], limit: float, colors: Theme) -> None:
    name, _, second = title.partition("\n")
    panel.set(label=name, xlim=(-limit, limit), ylim=(len(labels) - 0.5, -0.5))
    above, beneath = panel.get_xaxis_transform(), panel.get_xaxis_transform()
    depth = 58 * len(labels)
    say(panel, -limit, 1 + 32 / depth, name, 13.5, colors.ink, "Bold", transform=above)
    say(panel, -limit, 1 + 14 / depth, second, 12, colors.muted, transform=above)
    step = next((step for step in (0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20) if limit <= 3 * step), limit / 3)
    for tick in np.arange(-2, 3) * step:
        if abs(tick) < limit:
            panel.axvline(tick, color=colors.muted if tick == 0 else colors.rule, lw=1.4 if tick == 0 else 1, zorder=0)
            words = "0" if tick == 0 else f"{tick:+g}".replace("-", "−")
            say(panel, tick, -14 / depth, words, 12, colors.muted, ha="center", transform=beneath)
    for number, label in enumerate(labels):
        for side, shift in (("US", -0.16), ("CN", 0.16)):
            for row in table[(table["label"] == label) & (table["speaker_side"] == side)].to_dict("records"):
                _draw_mean(panel, row, number + shift, side, limit, colors)
        if number:
            panel.axhline(number - 0.5, color=colors.rule, lw=1, zorder=0)
    say(panel, limit * 1.32, 1 + 14 / depth, "texts", 12, colors.muted, ha="right", transform=above)


def _draw_mean(panel: Axes, row: dict, y: float, side: str, limit: float, colors: Theme) -> None:
    color, (marker, size) = colors.sides[side], MARKERS[side]
    sure = not np.isnan(row["low"])
    if sure:
        panel.plot([row["low"], row["high"]], [y, y], color=color, lw=2, zorder=2)
        for end in (row["low"], row["high"]):
            panel.plot([end, end], [y - 0.07, y + 0.07], color=color, lw=1.6, zorder=2)
    panel.plot(
        row["mean"], y, marker, ms=size * 1.2, mfc=color if sure else colors.ground, mec=color, mew=1.2, zorder=3
    )
    say(panel, limit * 1.32, y, f"{row['n_documents']:,}", 12, color, ha="right")
