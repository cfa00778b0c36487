"""Figures that compare the sides: words, means, rates and topics, in panels on one scale."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.scale import FuncScale

from ..errors import TalksError
from .style import LINES, MARGIN, PAGE, SIDE_NAMES, Panel, new_panel, printable, refuse_nothing, titled

ROW, TALL_ROW, TOPIC_ROW = 24, 58, 84
LOWEST, HIGHEST = 0.012, 30  # rates of words; those below, also none at all, stand at the left edge


@titled
def plot_keyness(words: pd.DataFrame, n_words: int = 12, n_unproven: int = 4, *, theme: str = "light") -> Axes:
    """Draw the words that tell the sides apart: two rates joined, with the texts behind each in figures.

    In: a table of `keyness`, first China, second the United States. Each side's words stand by `z`; below the rule,
    hollow, those with `|z|` over 1.96 that fail the rate test at .05. Out: the axes of both panels; x is log10 of
    the rate per 1,000 words. Raises `TalksError` where no word was tested. Known weakness: telling is not frequent.

    >>> words = ah.keyness(ah.load_corpus().where(genre="readout"), min_documents=20, n_draws=99)
    >>> [panel.get_label() for panel in ah.plot_keyness(words).child_axes]
    ['US', 'CN']
    """
    counts = {"US": words.attrs.get("n_second", 0), "CN": words.attrs.get("n_first", 0)}
    if words["p_value"].isna().all():
        why = words.attrs.get("reason") or "no word was tested; expected a table of keyness"
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
    for x, name, code, column in ((us, "US", "US", "documents_second"), (china, "China", "CN", "documents_first")):
        panel.say(x, -1.0, name, 12, code, "Semibold", ha="right")
        panel.say(x, heights, rows[column].map("{:,}".format), ha="right")
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

    In: one table a panel, by its title (a second line after a line break), each with `label` (the row), `speaker_side`,
    `mean`, `low`, `high`, `n_documents`; rows as in the first. A mean without an interval is hollow. Out: the axes that
    holds the panels; x is the mean, y the row from above. Known weakness: an overlap decides nothing.

    >>> row = {"label": "a", "speaker_side": "US", "mean": 0.2, "low": 0.1, "high": 0.4, "n_documents": 12}
    >>> [panel.get_label() for panel in plot_means({"VADER": pd.DataFrame([row])}).child_axes]
    ['VADER']
    """
    tables = {name: rows for name, table in tables.items() if len(rows := table.dropna(subset="mean"))}
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


def _draw_mean(panel: Panel, mean: float, low: float, high: float, y: float, side: str, scale: float = 1) -> None:
    """Mark a mean on its interval, hollow where it has none."""
    panel.line([low, high], [y, y], side, marker="|", ms=7 * scale, mew=1.5, lw=1.5 * scale, zorder=2)
    panel.mark(mean, y, side, scale, not np.isnan(low))


def _draw_means(panel: Panel, title: str, table: pd.DataFrame, labels: list[str], limit: float) -> None:
    name, _, second = title.partition("\n")
    pixel, right, bottom = 1 / TALL_ROW, limit * 1.32, len(labels) - 0.5
    panel.set(label=name, xlim=(-limit, limit), ylim=(bottom, -0.5))
    panel.say(-limit, -0.5 - 32 * pixel, name, 13.5, "ink", "Bold")
    panel.say(-limit, -0.5 - 14 * pixel, second)
    panel.say(right, -0.5 - 14 * pixel, "texts", ha="right")
    step = next((step for step in (0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20) if limit <= 3 * step), limit / 3)
    ticks = [tick for tick in np.arange(-2, 3) * step if abs(tick) < limit]
    panel.grid_at(ticks, lambda x: f"{x:+g}".replace("-", "−") if x else "0", bottom + 14 * pixel, "x", zero=1.4)
    for number in range(1, len(labels)):
        panel.axhline(number - 0.5, color=panel.theme["rule"], lw=1, zorder=0)
    for row in table[table["speaker_side"].isin(["US", "CN"])].to_dict("records"):
        side, low, high = row["speaker_side"], row["low"], row["high"]
        y = labels.index(row["label"]) + (0.16 if side == "CN" else -0.16)
        _draw_mean(panel, row["mean"], low, high, y, side, 1.2)
        panel.say(right, y, f"{row['n_documents']:,}", 12, side, ha="right")


@titled
def plot_rates(rates: pd.DataFrame, talks: pd.DataFrame | None = None, *, theme: str = "light") -> Axes:
    """Draw rates per 1,000 words as small multiples, one panel a concept, one scale for all, texts last.

    In: a table of `rates(corpus, dictionary, period="month")`; talks to mark by dotted lines. Bands are 95 % intervals;
    a hollow mark has none (too few texts). The scale is of square roots, for small rates beside large ones. Out: the
    axes that holds the panels. Known weakness: at most about 24 months stay readable.

    >>> table = ah.rates(ah.load_corpus(), {"Taiwan": ["taiwan"]}, period="month")
    >>> [panel.get_label() for panel in ah.plot_rates(table).child_axes]
    ['Taiwan', 'Number of texts']
    """
    rates = rates[rates["speaker_side"].isin(["US", "CN"])]
    refuse_nothing(rates[rates["n_using"] > 0], "text that uses any of the terms")
    concepts, months = (list(dict.fromkeys(rates[name])) for name in ("concept", "month"))
    ax = new_panel(theme, 40 + 176 * ((len(concepts) + 2) // 2))
    ax.name_sides(MARGIN, 12, {side: SIDE_NAMES[side] for side in rates["speaker_side"].unique()}, line=True)
    limit = max(float(np.nanmax(rates[["rate", "high"]].to_numpy())), 1.0) * 1.06
    for number, concept in enumerate([*concepts, "Number of texts"]):
        panel = ax.place(MARGIN + 38 + (number % 2) * 440, 70 + 176 * (number // 2), 386, 108, label=str(concept))
        above = {"transform": panel.get_xaxis_transform()}
        panel.say(-0.5, 1.16, str(concept)[:1].upper() + str(concept)[1:], 13.5, "ink", "Bold", **above)
        rows = rates[rates["concept"] == (concept if number < len(concepts) else concepts[0])]
        parts = rows.groupby("speaker_side", sort=False)
        if number < len(concepts):
            panel.set_yscale(FuncScale(panel.yaxis, (lambda y: np.sqrt(np.maximum(y, 0)), np.square)))
            _set_scale(panel, months, limit, [tick for tick in (0, 1, 5, 10, 20, 50) if tick <= limit])
            for side, part in parts:
                _draw_series(panel, part, "rate", side, 0.8)
                x, name = (0.62, "China") if side == "CN" else (1.0, "US")
                words = f"{name} {part['n_using'].sum():,} of {part['n_documents'].sum():,}"
                panel.say(-0.5 + x * len(months), 1.16, words, 12, side, ha="right", **above)
            _mark_months(panel, talks, months[0], named=number == 0)
        else:
            panel.say(len(months) - 0.5, 1.16, "the denominators", ha="right", **above)
            most = 1.06 * rows["n_documents"].max()
            _set_scale(panel, months, most, range(0, int(most) + 1, 20 if most > 30 else 5))
            for side, part in parts:
                x = np.arange(len(months)) + (0.2 if side == "CN" else -0.2)
                panel.bars(x, part["n_documents"], side, 0.36)
        _name_months(panel, months)
    return ax


def _set_scale(panel: Panel, months: list, top: float, ticks: Iterable, form: str = "{:g}", zero: float = 1) -> None:
    panel.set(xlim=(-0.5, len(months) - 0.5), ylim=(0, top))
    panel.grid_at(ticks, form.format, -0.5 - len(months) / 48, zero=zero)  # eight pixels before the first month


def _draw_series(panel: Panel, rows: pd.DataFrame, column: str, side: str, scale: float) -> None:
    """Draw line, marks and band of one side; an interval alone is a bar, a mark without one is hollow."""
    middle, low, high = (rows[name].reset_index(drop=True) for name in (column, "low", "high"))
    color, x, sure = panel.theme[side], middle.index, low.notna()
    panel.fill_between(x, low, high, color=color, alpha=0.14, lw=0, zorder=1)
    for bound in (low, high):
        panel.plot(x, bound, color=color, alpha=0.7, lw=0.8, ls=(0, (3, 2)) if side == "CN" else "-", zorder=1.5)
    alone = x[sure & ~sure.shift(1, fill_value=False) & ~sure.shift(-1, fill_value=False)]
    panel.plot([alone, alone], [low[alone], high[alone]], color=color, lw=1.5, alpha=0.7, zorder=1.5)
    panel.line(x, middle, side, ls=LINES[side], lw=1.8, zorder=3)
    for filled in (True, False):
        panel.mark(x[sure == filled], middle[sure == filled], side, scale, filled, mew=1, zorder=4)


def _name_months(panel: Panel, months: list[pd.Period]) -> None:
    years = [month.year if month.month == 1 else "" for month in months]
    names = years if len(months) > 24 else [f"{month:%b}"[0] for month in months]  # more letters would touch
    panel.say(np.arange(len(months)), -0.16, names, ha="center", transform=panel.get_xaxis_transform())


def _mark_months(panel: Panel, talks: pd.DataFrame | None, first: pd.Period, *, named: bool) -> None:
    for city, day in () if talks is None else zip(talks["city"], talks["start_date"], strict=True):
        x = (day.to_period("M") - first).n + (day.day - 1) / day.days_in_month - 0.5
        if panel.get_xlim()[0] <= x <= panel.get_xlim()[1]:
            panel.axvline(x, color=panel.theme["muted"], lw=0.9, ls=(0, (2, 2)), zorder=0.5)
            if named:
                panel.say(x - 0.1, panel.get_ylim()[1] * 0.88, city, weight="It", ha="right")


@titled
def plot_topics(
    shares: pd.DataFrame, months: pd.DataFrame, talks: pd.DataFrame | None = None, *, theme: str = "light"
) -> Axes:
    """Draw one row a topic: left its share of each side's texts, right the same by month, one scale for all.

    In: tables of `compare_topics` by `speaker_side` and by `speaker_side` and `month`; talks to mark. Rows run from the
    most Chinese topic to the most American; a column `bootstrap` (`topic_stability`) stands beneath the name. Intervals
    are of 95 %; a hollow mark has none. Out: the axes that holds the panels. Known weakness: at most 24 months fit.

    >>> row = {"topic": 1, "label": "a · b", "mean": 0.4, "low": 0.3, "high": 0.5, "n_documents": 12}
    >>> shares = pd.DataFrame([row]).assign(speaker_side="US", month=pd.Period("2025-05", "M"))
    >>> [panel.get_label() for panel in plot_topics(shares, shares).child_axes]
    ['a · b, share', 'a · b, months']
    """
    for table, what in ((shares, "share of a topic"), (months, "share of a topic by month")):
        refuse_nothing(table.dropna(subset="mean"), what)
    shares, months = (table[table["speaker_side"].isin(list(LINES))] for table in (shares, months))
    means = shares.pivot(index="topic", columns="speaker_side", values="mean").reindex(columns=["US", "CN"]).fillna(0)
    topics = (means["US"] - means["CN"]).sort_values(kind="stable").index
    ax = new_panel(theme, TOPIC_ROW * (len(topics) + 1) + 30)
    n = shares.drop_duplicates("speaker_side").set_index("speaker_side")["n_documents"]
    ax.name_sides(4, 16, {side: f"{SIDE_NAMES[side]} ({n[side]:,} texts)" for side in ("US", "CN") if side in n})
    largest = (np.nanmax([0.1, *table[["mean", "high"]].to_numpy().ravel()]) for table in (shares, months))
    widest, highest = (float(min(np.ceil(end * 10 + 0.01) / 10, 1.0)) for end in largest)  # no share is beyond 100 %
    names = list(dict.fromkeys(months["month"]))
    for number, topic in enumerate(topics):
        top, rows = TOPIC_ROW * (number + 1), shares[shares["topic"] == topic]
        label = rows["label"].iloc[0]
        _name_topic(ax, rows.iloc[0], top + TOPIC_ROW / 2)
        left = ax.place(212, top + 12, 220, TOPIC_ROW - 24, label=f"{label}, share")
        left.set(xlim=(0, widest), ylim=(1.5, -0.5))
        _draw_shares(left, rows, first=number == 0)
        right = ax.place(500, top + 12, 380, TOPIC_ROW - 24, label=f"{label}, months")
        _set_scale(right, names, highest, (0, highest / 2, highest), "{:.0%}", zero=1.2)
        for side, part in months[months["topic"] == topic].groupby("speaker_side", sort=False):
            _draw_series(right, part, "mean", side, 0.7)
        _mark_months(right, talks, months["month"].min(), named=number == 0)
        if number:
            ax.line([MARGIN, PAGE - MARGIN], [top, top])
    _name_months(right, names)
    return ax


def _name_topic(ax: Panel, row: pd.Series, middle: float) -> None:
    first, _, rest = row["label"].rpartition(" · ") if len(row["label"]) > 24 else (row["label"], "", "")
    lines = [(printable(line, 26), 13.5, "ink", "Semibold") for line in (first, rest) if line]
    if not pd.isna(row.get("bootstrap")):
        lines.append((f"comes back: {row['bootstrap']:.2f}",))
    for number, line in enumerate(lines):
        ax.say(MARGIN, middle - 10 * (len(lines) - 1) + 19 * number, *line)


def _draw_shares(panel: Panel, rows: pd.DataFrame, *, first: bool) -> None:
    limit = panel.get_xlim()[1]
    ticks = np.arange(0, limit + 0.01, 0.1 if limit <= 0.5 else 0.2)
    panel.grid_at(ticks, "{:.0%}".format if first else lambda _: "", -1.0, "x", zero=1.2)
    for row in rows.dropna(subset="mean").to_dict("records"):
        side, mean, low, high = (row[name] for name in ("speaker_side", "mean", "low", "high"))
        y, end = float(side == "CN"), mean if np.isnan(high) else min(high, limit)
        _draw_mean(panel, mean, low, high, y, side)
        panel.say(end + limit * 0.035, y, f"{mean:.0%}", 12, side, "Semibold")
