"""Figures that compare the sides: words, means, rates and topics, in panels on one scale."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.scale import FuncScale

from ..corpus import PERIODS
from ..errors import TalksError
from .style import LINES, MARGIN, PAGE, PHONE, SIDE_NAMES, STEPS, Panel, new_panel, printable, refuse_nothing, titled

ROW, TALL_ROW, TOPIC_ROW = 24, 58, 84
MIN_TEXTS, COMPARABLE = 20, 0.7  # of a year; agreement of the lists of two languages
FORMS = {"rate": "{:g}", "share": "{:.0%}"}
LOWEST, HIGHEST = 0.012, 30  # rates of words; those below, also none at all, stand at the left edge


@titled
def plot_keyness(words: pd.DataFrame, n_words: int = 12, n_unproven: int = 4, *, theme: str = "light") -> Axes:
    """Draw the words that tell the sides apart: two rates joined, with the texts behind each in figures.

    In: a table of `keyness`, first China, second the United States. Words stand by `z`; below the rule, hollow, those
    with `|z|` over 1.96 that fail the rate test. Out: the axes; x is log10 of the rate per 1,000 words. Raises
    `TalksError` where no word was tested. Known weakness: telling is not frequent.

    >>> readouts = ah.load_corpus().where(collection="statements_2025", genre="readout")
    >>> words = ah.keyness(readouts, min_documents=20, n_draws=99)
    >>> [panel.get_label() for panel in ah.plot_keyness(words).child_axes]
    ['US', 'CN']
    """
    counts = {"US": words.attrs.get("n_second", 0), "CN": words.attrs.get("n_first", 0)}
    if words["p_value"].isna().all():
        why = words.attrs.get("reason") or "no word was tested; expected a table of keyness"
        raise TalksError(f"no p value for any word: {why}, or they cannot be told from luck; give more texts")
    words = words.assign(proven=words["p_value"] < 0.05, side=np.where(words["z"] < 0, "US", "CN"))
    words = words[words["proven"] | (words["z"].abs() > 1.96)].sort_values("z", key=lambda z: -z.abs(), kind="stable")
    refuse_nothing(words, "word that looks distinctive")
    place, most = words.groupby(["side", "proven"]).cumcount(), np.where(words["proven"], n_words, n_unproven)
    words = words[place < most].sort_values("proven", ascending=False, kind="stable")
    ax = new_panel(theme, 78 + ROW * (words["side"].value_counts().max() + 1))
    ax.name_sides(4, 10, {side: f"{SIDE_NAMES[side]}{f' ({n:,} texts)' if n else ''}" for side, n in counts.items()})
    for side, corner in (("US", 142), ("CN", 592)):
        rows = words[words["side"] == side]
        panel = ax.place(corner, 76, 208, ROW * (len(rows) + 1), label=side)
        start, end, n_proven = np.log10(LOWEST), np.log10(HIGHEST), int(rows["proven"].sum())
        panel.set(xlim=(start, end), ylim=(len(rows) + 0.5, -0.5))
        left, names, us, china = start + np.array([-126, -12, 258, 294]) * (end - start) / 208
        panel.say(left, -2.1, f"Said more by {'the United States' if side == 'US' else 'China'}", 14.5, side, "Bold")
        panel.say(china, -1.85, "texts with it", ha="right")
        ticks = (0.02, 0.1, 0.5, 2, 10)
        panel.line([np.log10(ticks)] * 2, [-0.5, len(rows) + 0.2], zorder=0)
        panel.say(np.log10(ticks), -1.0, ticks, ha="center")
        heights = np.arange(len(rows)) + np.where(rows["proven"], 0, 0.8)
        for x, name, code, column in ((us, "US", "US", "documents_second"), (china, "China", "CN", "documents_first")):
            panel.say(x, -1.0, name, 12, code, "Semibold", ha="right")
            panel.say(x, heights, rows[column].map("{:,}".format), ha="right")
        for y, row in zip(heights, rows.to_dict("records"), strict=True):
            at, proven = np.log10(np.maximum([row["rate_second"], row["rate_first"]], LOWEST)), row["proven"]
            panel.line(at, [y, y], side if proven else "muted", lw=3 if proven else 1.2, alpha=0.5, zorder=1)
            for name, x in zip(("US", "CN"), at, strict=True):
                panel.mark(x, y, name, 1.1, proven, color=panel.theme[name if proven else "muted"])
            look = ("ink", "Semibold") if proven else ()
            panel.say(names, y, printable(row["term"], 18), 13.5, *look, ha="right")
        if n_proven < len(rows):
            panel.line([left, china], [n_proven - 0.35] * 2, "muted")
            panel.say(left, n_proven, "not proven: fails when texts are shuffled", weight="It")
    return ax


@titled
def plot_means(tables: dict[str, pd.DataFrame], *, theme: str = "light") -> Axes:
    """Draw means with intervals by row and side, one panel for each table, on one scale with one zero.

    In: tables by title (a second line after a line break), with `label` (the row), `speaker_side`, `mean`, `low`,
    `high`, `n_documents`; rows as in the first. Out: the axes; a mean without an interval is hollow. Known weakness: an
    overlap decides nothing.

    >>> row = {"label": "a", "speaker_side": "US", "mean": 0.2, "low": 0.1, "high": 0.4, "n_documents": 12}
    >>> [panel.get_label() for panel in plot_means({"VADER": pd.DataFrame([row])}).child_axes]
    ['VADER']
    """
    tables = {name: rows for name, table in tables.items() if len(rows := table.dropna(subset="mean"))}
    rows = pd.concat([pd.DataFrame(), *tables.values()])
    refuse_nothing(rows, "mean")
    labels, names = list(dict.fromkeys(rows["label"])), {"US": "US officials", "CN": "Chinese officials"}
    limit = max(0.25, float(np.nanmax(rows[["mean", "low", "high"]].abs().to_numpy())) * 1.08)
    step = next((step for step in (0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20) if limit <= 3 * step), limit / 3)
    ticks = [tick for tick in np.arange(-2, 3) * step if abs(tick) < limit]
    ax, pixel, bottom = new_panel(theme, 110 + TALL_ROW * len(labels)), 1 / TALL_ROW, len(labels) - 0.5
    ax.name_sides(4, 10, {side: name for side, name in names.items() if side in set(rows["speaker_side"])})
    heights, room = 105 + TALL_ROW * np.arange(len(labels)), (PAGE - 150 - MARGIN) / len(tables)
    ax.say(MARGIN, heights, labels, 13.5, "ink", "Semibold", linespacing=1.1)
    for number, (title, table) in enumerate(tables.items()):
        name, _, second = title.partition("\n")
        panel = ax.place(150 + number * room, 76, room - 66, TALL_ROW * len(labels), label=name)
        panel.set(xlim=(-limit, limit), ylim=(bottom, -0.5))
        panel.say(-limit, -0.5 - 32 * pixel, name, 13.5, "ink", "Bold")
        panel.say(-limit, -0.5 - 14 * pixel, second)
        panel.say(limit * 1.32, -0.5 - 14 * pixel, "texts", ha="right")
        panel.grid_at(ticks, lambda x: f"{x:+g}".replace("-", "−") if x else "0", bottom + 14 * pixel, "x", zero=1.4)
        for row in range(1, len(labels)):
            panel.axhline(row - 0.5, color=panel.theme["rule"], lw=1, zorder=0)
        for row in table[table["speaker_side"].isin(list(names))].to_dict("records"):
            y = labels.index(row["label"]) + (0.16 if row["speaker_side"] == "CN" else -0.16)
            _draw_mean(panel, row, y, 1.2)
            panel.say(limit * 1.32, y, f"{row['n_documents']:,}", 12, row["speaker_side"], ha="right")
    return ax


def _draw_mean(panel: Panel, row: dict, y: float, scale: float = 1) -> None:
    look = {"marker": "|", "ms": 7 * scale, "mew": 1.5, "lw": 1.5 * scale, "zorder": 2}
    panel.line([row["low"], row["high"]], [y, y], row["speaker_side"], **look)
    panel.mark(row["mean"], y, row["speaker_side"], scale, not np.isnan(row["low"]))


@titled
def plot_rates(rates: pd.DataFrame, *, value: str = "rate", theme: str = "light") -> Axes:
    """Draw rates per 1,000 words, or shares of texts, as small multiples: a panel a concept, one scale, texts last.

    In: a table of `rates` by period; `value`, rate (on a scale of square roots) or share. Bands are 95 % intervals; a
    hollow mark has none; no line crosses a period without texts, no year under 20 texts has a mark. By `language` or
    `group`, each has a line, the longest of a side as always, others dotted. Concepts whose lists agree under .70
    (`kappa`) are named, not drawn. Out: the axes. Known weakness: 24 months stay readable.

    >>> corpus = ah.load_corpus().where(collection="statements_2025")
    >>> table = ah.rates(corpus, {"Taiwan": ["taiwan"]}, period="month")
    >>> [panel.get_label() for panel in ah.plot_rates(table).child_axes]
    ['Taiwan', 'Number of texts']
    """
    rates = rates[rates["speaker_side"].isin(["US", "CN"])]
    refuse_nothing(rates[rates["n_using"] > 0], "text that uses any of the terms")
    unlike = rates[rates["kappa"].fillna(0) < COMPARABLE] if "kappa" in rates else rates[:0]
    rates, bounds = rates.drop(unlike.index), {"rate": ["low", "high"], "share": ["share_low", "share_high"]}[value]
    refuse_nothing(rates, f"concept whose lists agree at {COMPARABLE} or more")
    concepts, period = list(dict.fromkeys(rates["concept"])), next(name for name in PERIODS if name in rates)
    times = list(pd.period_range(rates[period].min(), rates[period].max()))
    if period == "year":
        rates = rates.assign(**{value: rates[value].where(rates["n_documents"] >= MIN_TEXTS)})
    lines, most = _tell_lines(rates, value), float(np.nanmax(rates[[value, bounds[1]]].to_numpy()))
    limit = max(most, 1.0) * 1.06 if value == "rate" else min(np.ceil(most * 10 + 0.01) / 10, 1.0)
    ax = new_panel(theme, 40 + 176 * ((len(concepts) + 2) // 2) + 24 * (len(unlike) > 0))
    ax.name_sides(MARGIN, 12, {line[:3]: line[2] for line in lines}, line=True)
    for number, concept in enumerate([*concepts, "Number of texts"]):
        panel = ax.place(MARGIN + 38 + (number % 2) * 440, 70 + 176 * (number // 2), 386, 108, label=str(concept))
        above = {"transform": panel.get_xaxis_transform()}
        panel.say(-0.5, 1.16, str(concept)[:1].upper() + str(concept)[1:], 13.5, "ink", "Bold", **above)
        shown = concept if number < len(concepts) else concepts[0]
        parts = [line[3][line[3]["concept"] == shown].set_index(period).reindex(times) for line in lines]
        if number == len(concepts):
            panel.say(len(times) - 0.5, 1.16, "the denominators", ha="right", **above)
            _draw_texts(panel, times, [line[0] for line in lines], parts)
            continue
        ticks = (0, 1, 5, 10, 20, 50) if value == "rate" else (0, limit / 2, limit)
        if value == "rate":
            panel.set_yscale(FuncScale(panel.yaxis, (lambda y: np.sqrt(np.maximum(y, 0)), np.square)))
        _set_scale(panel, times, limit, [tick for tick in ticks if tick <= limit], FORMS[value])
        for (side, further, _, _), part in zip(lines, parts, strict=True):
            draw_series(panel, part, [value, *bounds], side, 0.8, further)
            x, name = (0.62, "China") if side == "CN" else (1.0, "US")
            words = f"{name} {part['n_using'].sum():,.0f} of {part['n_documents'].sum():,.0f}"
            if "kappa" not in rates and not further:
                panel.say(-0.5 + x * len(times), 1.16, words, 12, side, ha="right", **above)
        for kappa in rates.loc[rates["concept"] == concept, "kappa"].head(1) if "kappa" in rates else ():
            panel.say(len(times) - 0.5, 1.16, f"lists agree at {kappa:.2f}", ha="right", **above)
        _name_times(panel, times)
    if len(unlike):
        named = ", ".join(f"{row.concept} ({row.kappa:.2f})" for row in unlike.drop_duplicates("concept").itertuples())
        words = f"Not compared, lists agree under {COMPARABLE} or not known: {named}".replace("(nan)", "(not measured)")
        ax.say(MARGIN, ax.get_ylim()[0] - 12, printable(words, 148))
    return ax


def _draw_texts(panel: Panel, times: list, sides: list[str], parts: list[pd.DataFrame]) -> None:
    most, width = 1.06 * max(part["n_documents"].max() for part in parts), 0.8 / len(parts)
    _set_scale(panel, times, most, range(0, int(most) + 1, next(step for step in STEPS if most <= 5 * step)))
    for place, (side, part) in enumerate(zip(sides, parts, strict=True)):
        at = np.arange(len(times)) + (place - (len(parts) - 1) / 2) * width
        panel.bars(at, part["n_documents"].fillna(0), side, 0.9 * width)
    _name_times(panel, times)


def _tell_lines(rates: pd.DataFrame, value: str) -> list[tuple[str, bool, str, pd.DataFrame]]:
    also, lines = [name for name in ("language", "group") if name in rates], []
    for side, own in rates.groupby("speaker_side", sort=False):
        parts = [(key, part) for key, part in own.groupby(["speaker_side", *also]) if part[value].notna().any()]
        parts.sort(key=lambda pair: -pair[1][value].notna().sum())
        for place, ((_, *key), part) in enumerate(parts):
            lines.append((side, place > 0, ", ".join([SIDE_NAMES[side], *key]), part))
    return lines


def _set_scale(panel: Panel, months: list, top: float, ticks: Iterable, form: str = "{:g}", zero: float = 1) -> None:
    panel.set(xlim=(-0.5, len(months) - 0.5), ylim=(0, top))
    panel.grid_at(ticks, form.format, -0.5 - len(months) / 48, zero=zero)  # eight pixels before the first month


def draw_series(panel: Panel, rows: pd.DataFrame, columns: Iterable[str], side: str, scale: float, further=False):
    """Draw line, marks and band of one series; an interval alone is a bar, a mark without one is hollow."""
    middle, low, high = (rows[name].reset_index(drop=True) for name in columns)
    low, high = low.where(middle.notna()), high.where(middle.notna())
    color, x, sure = panel.theme[side], middle.index, low.notna()
    panel.fill_between(x, low, high, color=color, alpha=0.14, lw=0, zorder=1)
    edge = (0, (3, 2)) if side == "CN" else "-"
    panel.plot(x, np.transpose([low, high]), color=color, alpha=0.7, lw=0.8, ls=edge, zorder=1.5)
    alone = x[sure & ~sure.shift(1, fill_value=False) & ~sure.shift(-1, fill_value=False)]
    panel.plot([alone, alone], [low[alone], high[alone]], color=color, lw=1.5, alpha=0.7, zorder=1.5)
    panel.line(x, middle, side, ls=":" if further else LINES[side], lw=1.8, zorder=3)
    for filled in (True, False):
        at = x[sure == filled]
        panel.mark(at, middle[at], "other" if further else side, scale, filled, mew=1, zorder=4, color=color)


def _name_times(panel: Panel, times: list[pd.Period]) -> None:
    years = [time.year if time.freqstr.startswith("Y") or time.month == 1 else "" for time in times]
    few = len(times) <= 24 and times[0].freqstr == "M"
    names = [f"{time:%b}"[0] for time in times] if few else years  # more letters would touch
    panel.say(np.arange(len(times)), -0.16, names, ha="center", transform=panel.get_xaxis_transform())


@titled
def plot_topics(shares: pd.DataFrame, months: pd.DataFrame, *, theme: str = "light") -> Axes:
    """Draw one row a topic: left its share of each side's texts, right the same by month, one scale for all.

    In: tables of `compare_topics` by `speaker_side` and by `speaker_side` and `month`. Rows run from the most Chinese
    topic to the most American; `bootstrap` (`topic_stability`) stands beneath the name; a hollow mark has no interval.
    Out: the axes. Known weakness: at most 24 months fit.

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
    names, ticks = list(dict.fromkeys(months["month"])), np.arange(0, widest + 0.01, 0.1 if widest <= 0.5 else 0.2)
    for number, topic in enumerate(topics):
        top, rows = TOPIC_ROW * (number + 1), shares[shares["topic"] == topic]
        label = rows["label"].iloc[0]
        head, _, rest = label.rpartition(" · ") if len(label) > 24 else (label, "", "")
        lines = [(printable(line, 26), 13.5, "ink", "Semibold") for line in (head, rest) if line]
        lines += [(f"comes back: {part:.2f}",) for part in rows.get("bootstrap", rows["mean"][:0]).head(1).dropna()]
        for place, line in enumerate(lines):
            ax.say(MARGIN, top + TOPIC_ROW / 2 - 10 * (len(lines) - 1) + 19 * place, *line)
        left = ax.place(212, top + 12, 220, TOPIC_ROW - 24, label=f"{label}, share")
        left.set(xlim=(0, widest), ylim=(1.5, -0.5))
        left.grid_at(ticks, (lambda _: "") if number else "{:.0%}".format, -1.0, "x", zero=1.2)
        for row in rows.dropna(subset="mean").to_dict("records"):
            y, end = float(row["speaker_side"] == "CN"), min(row["high"], widest) if row["high"] > 0 else row["mean"]
            _draw_mean(left, row, y)
            left.say(end + widest * 0.035, y, f"{row['mean']:.0%}", 12, row["speaker_side"], "Semibold")
        right = ax.place(500, top + 12, 380, TOPIC_ROW - 24, label=f"{label}, months")
        _set_scale(right, names, highest, (0, highest / 2, highest), "{:.0%}", zero=1.2)
        for side, part in months[months["topic"] == topic].groupby("speaker_side", sort=False):
            draw_series(right, part, ("mean", "low", "high"), side, 0.7)
        if number:
            ax.line([MARGIN, PAGE - MARGIN], [top, top])
    _name_times(right, names)
    return ax


@titled
def plot_issues_by_side(table: pd.DataFrame, *, width: float = PAGE, theme: str = "light") -> Axes:
    """Draw mirror bars: the talks of which one side alone names an issue, left and right, and those of both apart.

    In: a table of `issues_by_side`; `width` in pixels, under 600 for phones. Issues run from the most American to the
    most Chinese. Out: the axes, in pixels. Known weakness: p values are not printed.

    >>> ah.plot_issues_by_side(ah.issues_by_side(ah.load_talks())).texts[0].get_text()
    'only the US'
    """
    refuse_nothing(table, "issue")
    table = table.loc[(table["only_cn"] - table["only_us"]).sort_values(kind="stable").index]
    left, step, top, shift, wrap = (MARGIN, 37, 62, 9, "\n") if width < PHONE else (212, 20, 44, 0, " ")
    most, bottom = table[["only_us", "only_cn", "both"]].max(), top + step * len(table)
    unit = (width - left - MARGIN - 96) / max(most.sum(), 1)  # pixels of a talk, with room for four numbers
    middle = left + 24 + unit * most["only_us"]
    apart, rows = middle + unit * most["only_cn"] + 48, top + step * (np.arange(len(table)) + 0.5)
    ax = new_panel(theme, bottom + 42, width=width)
    columns = {"US": ("only_us", "only the US", middle, -1), "CN": ("only_cn", "only China", middle, 1)}
    for side, (column, words, zero, way) in (columns | {"other": ("both", "both", apart, 1)}).items():
        ends, look, some = zero + way * unit * table[column], {"ha": "left" if way > 0 else "right"}, table[column] > 0
        ax.say(zero + 6 * way, top - 16, words, 13.5, side, "Bold", **look)
        ax.say(ends + 6 * way, rows + shift, table[column], 12, side, **look)
        ax.bars(rows[some] + shift, (ends - zero)[some], side, 13, left=zero)
        ax.line([[zero] * len(table)] * 2, [rows + shift - 12 + shift / 3, rows + shift + 12 - shift / 3], "muted")
    for y, row in zip(rows - shift, table.itertuples(), strict=True):
        look = ("muted",) if np.isnan(row.p_holm) else ("ink", "Bold" if row.p_holm < 0.05 else "Regular")
        ax.say(MARGIN, y, row.label + " *" * (row.p_holm < 0.05), 13.5, *look)
    ax.say(MARGIN, 12 if shift else top - 16, f"{table['n_talks'].iloc[0]} talks, whole text of each side")
    ax.say(MARGIN, bottom + 10, f"Bold, *: p < .05 (McNemar, Holm).{wrap}Grey: not tested (under 6 differ).", va="top")
    return ax
