"""Figures of counts: heat maps with the counts printed, and meetings by venue and by year."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from .style import ADMINISTRATIONS, MARGIN, PAGE, PHONE, Panel, new_panel, printable, refuse_nothing, titled, width_of

ROW, LEFT, GROUP_GAP = 20, 306, 0.45  # of heat maps
VENUES = {"us_capital": "US", "us_elsewhere": "US", "third": "other", "cn_elsewhere": "CN", "cn_capital": "CN"}
HEADS = ["Washington", "elsewhere\nin the US", "third\ncountries", "elsewhere\nin China", "Beijing"]
PHONE_HEADS = {"US": "in the US", "other": "third countries", "CN": "in China"}


def _new_map(
    theme: str, labels: pd.DataFrame, numbers: pd.DataFrame, shades: np.ndarray, column, top, below, width=PAGE
) -> tuple:
    """Draw the cells and name the columns, years on the phone, where the name of a group stands above its rows."""
    phone, new = width < PHONE, labels["group"].ne(labels["group"].shift())
    left, gap, px = (150, 0.95, 11.5) if phone else (LEFT, GROUP_GAP, 13.5)
    rows = np.arange(len(labels)) + (new.cumsum().to_numpy() - 1 + phone) * gap
    n, depth = numbers.shape[1], rows[-1] + 1
    ax = new_panel(theme, top + depth * ROW + below, (left, top, column * n, depth * ROW), width)
    ax.set(xlim=(0, n), ylim=(depth, 0))
    ramp = LinearSegmentedColormap.from_list("ramp", ax.theme["ramp"])
    cells = ax.inset_axes((0, 0, 1, 1), axes_class=Panel, xlim=(0, n), ylim=(depth, 0))
    for (row, x), number in np.ndenumerate(numbers):
        color = ramp(min(float(shades[row, x]), 1.0)) if number else ax.theme["ground"]  # nothing is no pale cell
        cells.add_artist(Rectangle((x, rows[row]), 1, 1, fc=color, ec=ax.theme["ground"], lw=1.6))
        ink = readable(color) if number else "muted"
        cells.say(x + 0.5, rows[row] + 0.5, number or "·", px - 0.5, ink, ha="center")
    ax.say(-9 / column, rows + 0.5, [printable(label, 30) for label in labels["label"]], px, "ink", ha="right")
    names = [printable(str(name), 30) for name in labels["group"][new]]
    ax.say((MARGIN - left) / column, rows[new] + 0.5 - phone, names, px, "ink", "Semibold")
    heads = [f"’{str(name)[-2:]}" if phone else name for name in numbers]
    ax.say(np.arange(n) + 0.5, (17 - top) / ROW, heads, 13.5, "ink", "Semibold", ha="center")
    return ax, rows, ramp


def readable(color: tuple[float, ...]) -> str:
    """White or black, whichever contrasts more with a cell (WCAG relative luminance)."""
    from seaborn.utils import relative_luminance

    return "#FFFFFF" if (relative_luminance(color) + 0.05) ** 2 < 1.05 * 0.05 else "#000000"


@titled
def plot_agenda(agenda: pd.DataFrame, *, width: float = PAGE, theme: str = "light") -> Axes:
    """Draw the agenda of the talks: issues by period, counts printed, shade the share of the period's talks.

    In: a table of `issues_by_period`; `width` in pixels, under 600 in the form for phones, of years only. The outline
    marks the issue most often on the agenda of a period; on the page bars give totals. Out: the axes, in columns and
    rows. Known weakness: shade compares periods of different size.

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
    (column, wide), phone = (21, 1.8) if width < PHONE else (53, 1.1), width < PHONE
    shades = cells["share"].fillna(0).to_numpy() / 0.8
    ax, rows, ramp = _new_map(theme, order, numbers, shades, column, 53, 68 if phone else 46, width)
    middles, right, depth = np.arange(len(talks)) + 0.5, len(talks) + 0.25, rows[-1] + 1
    ax.say(middles, -0.62, talks, ha="center")
    look = {"fill": False, "ec": ax.theme["ink"], "lw": 2, "zorder": 6}
    for row, column in np.argwhere(numbers.to_numpy() == np.maximum(numbers.max().to_numpy(), 1)):
        ax.add_patch(Rectangle((column + 0.02, rows[row] + 0.02), 0.96, 0.96, **look))
    if not phone:
        lengths = 1.25 * order["n_talks"] / order["n_talks"].max()
        ax.barh(rows + 0.5, lengths, 0.52, left=right, color=ax.theme["muted"], alpha=0.5, lw=0, clip_on=False)
        ax.say(right + lengths + 0.12, rows + 0.5, order["n_talks"])
        ax.say(right, [-1.8, -0.62], [f"{talks.index[0]}–{talks.index[-1]}", talks.sum()])
    ax.say(-0.17, [-0.62, depth + 0.75], ["all talks", "share of the year’s talks"], ha="right")
    ax.say(0 if phone else 5.75, depth + (2.4 if phone else 0.75), "·  not on a recorded agenda")
    for x, value in zip(np.arange(5) * wide, (0.05, 0.2, 0.4, 0.6, 0.8), strict=True):
        ax.add_patch(Rectangle((x, depth + 0.45), wide - 0.04, 0.6, color=ramp(value / 0.8), lw=0, clip_on=False))
        ax.say(x + wide / 2 - 0.02, depth + 1.4, f"{value:.0%}", ha="center")
    return ax


@titled
def plot_coverage(table: pd.DataFrame, *, width: float = PAGE, theme: str = "light") -> Axes:
    """Draw what a collection holds: a row per group, a column per period, the number of texts printed.

    In: `group`, `label`, then a column of counts per period: the more texts, the darker; a dot is nothing; `width` as
    in `plot_agenda`. Out: the axes. Known weakness: a period without a column is not seen to be empty.

    >>> table = pd.DataFrame({"group": ["US"], "label": ["Statements"], "2024": [0], "2025": [7]})
    >>> [text.get_text() for text in plot_coverage(table).texts]
    ['Statements', 'US', '2024', '2025', '7', 'all']
    """
    labels = table[["group", "label"]].astype("object").fillna("not given").reset_index(drop=True)
    numbers = table.drop(columns=["group", "label"])
    refuse_nothing(numbers[numbers.sum(axis=1) > 0], "text with a date and a side")
    n, shades = numbers.shape[1], numbers.to_numpy() / numbers.to_numpy().max()
    ax, rows, _ = _new_map(theme, labels, numbers, shades, min(53, (560 if width >= PHONE else 168) / n), 30, 4, width)
    ax.say(n + 0.15, rows + 0.5, numbers.sum(axis=1).map("{:,}".format))
    ax.say(n + 0.15, -0.65, "all")
    return ax


@titled
def plot_venues(talks: pd.DataFrame, *, width: float = PAGE, theme: str = "light") -> Axes:
    """Draw on whose ground they met: a mark a meeting, in order of date, by year and venue.

    In: rows of `load_talks`, drawn where they have a venue in a country; `width` in pixels, under 600 in the form for
    phones (after a short bar: not in the capital). Out: the axes. Known weakness: who asked to meet is not shown.

    >>> ah.plot_venues(ah.load_talks(level="leader", mode="in_person")).texts[-1].get_text()
    'Washington'
    """
    talks = talks[talks["venue"].isin(VENUES)].sort_values(["venue", "start_date"], kind="stable", ignore_index=True)
    refuse_nothing(talks, "meeting with a venue")
    phone, year, venue, leaders = width < PHONE, talks["start_date"].dt.year, talks["venue"], talks["level"] == "leader"
    side, away, years = venue.map(VENUES), venue.str.endswith("elsewhere") & phone, range(year.min(), year.max() + 1)
    column, heads, sides = (side, PHONE_HEADS.values(), PHONE_HEADS) if phone else (venue, HEADS, VENUES.values())
    columns = list(PHONE_HEADS if phone else VENUES)
    counts = pd.crosstab(year, column).reindex(index=years, columns=columns, fill_value=0)
    top, left, end, gap, least = (30, 58, width, 1.3, 7) if phone else (56, 84, width - 196, 2.2, 3)
    n, room = counts.sum(axis=1), counts.max().clip(lower=least) + gap
    step, before = min((end - left) / room.sum(), 15.5), room.cumsum() - room
    terms = np.searchsorted([first for _, first, _ in ADMINISTRATIONS], years, side="right") - 1
    heights = pd.Series(top + 39 + 45 * np.arange(len(years)) + 24 * (terms - terms[0]), index=years)
    x = left + step * (column.map(before) + column.groupby([year, column]).cumcount() + 0.35 * away)
    ax, y = new_panel(theme, heights.max() + 34, width=width), year.map(heights)
    ax.line([MARGIN, width - MARGIN], [top, top], "ink", lw=1.6)
    ax.line([MARGIN, width - MARGIN], [heights + 30] * 2, zorder=0)
    ax.say(MARGIN, heights, years, 13.5, "ink", "Semibold")
    ax.say(MARGIN, heights + 18, n if phone else [f"{n.iloc[0]} meetings", *n.iloc[1:]])
    for term, own in heights.groupby(terms):
        ax.say(MARGIN, own.min() - 25, ADMINISTRATIONS[term][0], weight="It")
        ax.axhspan(own.min() - 39, own.max() + 30, color=ax.theme["band"], alpha=term % 2, lw=0, zorder=-1)
    for start, key, words, color in zip(left + step * before, columns, heads, sides, strict=True):
        ax.say(start - 6, top - 8, words, 13.5, color, "Semibold", va="bottom", linespacing=1.1)
        count = counts[key][(counts[key] == 0) | (not phone)]
        ax.say(start + step * (count - 1) + 12, heights[count.index], count.replace(0, "·"), weight="Semibold")
    if not phone:
        ax.say(end + 8, top - 8, "share in third\ncountries", 13.5, "ink", "Semibold", va="bottom", linespacing=1.1)
        for height, part, whole in zip(heights, counts["third"], n, strict=True):
            length, *look = (110 * part / whole, "ink") if whole >= 5 else (0, "muted", "It")
            ax.barh(height, length, 12, left=end + 8, color=ax.theme["other"], lw=0)
            ax.line([end + 8, end + 8], [height - 15, height + 25], "muted", lw=1.4)
            ax.say(end + 15 + length, height, f"{part} of {whole}", 12.5, *look)
    first = away & (venue.groupby([year, venue]).cumcount() == 0)
    ax.line([x[first] - 0.67 * step] * 2, [y[first] - 8, y[first] + 8], "muted", lw=1.4)
    for (color, large), own in x.groupby([side, leaders]):
        ax.mark(own, y[own.index], color, (1.4 if large else 0.95) * min(step / 12.5, 1), mew=0)
    ends = dict.fromkeys(heights, min(end, width - MARGIN))  # of the next name on the left
    for i in x[leaders].sort_values(ascending=False).index:
        name = ax.say(0, y[i] + 18, talks["city"][i].split(";")[0], 12, "ink", "Semibold")
        at = max(min(x[i] - width_of(name) / 2, ends[y[i]] - width_of(name)), left - 8)
        name.set_x(at)
        ends[y[i]] = at - 6
    return ax


@titled
def plot_meetings(talks: pd.DataFrame, *, width: float = PAGE, theme: str = "light") -> Axes:
    """Draw the meetings in person of leaders and ministers by year, with the mean a year of each administration.

    In: a chronology (`load_talks`); `width` as in `plot_venues`. A mean divides the meetings of an administration by
    its years in office within the dates of the table. Out: the axes. Known weakness: one year makes no sure mean.

    >>> [text.get_text() for text in ah.plot_meetings(ah.load_talks()).texts][:3]
    ['Trump', 'Biden', 'Trump again']
    """
    met = talks.query("status == 'held' and mode == 'in_person' and level in ['leader', 'cabinet']")
    refuse_nothing(met, "meeting in person of leaders or ministers")
    phone, first, last = width < PHONE, talks["start_date"].min(), talks["end_date"].max()
    years, left, levels = range(first.year, last.year + 1), 90 if phone else 110, {"leader": "ink", "cabinet": "muted"}
    counts = pd.crosstab(met["start_date"].dt.year, met["level"]).reindex(index=years, columns=[*levels], fill_value=0)
    at, most, pixel = np.arange(len(years)), counts.sum(axis=1).max(), len(years) / (width - left - MARGIN)
    ax = new_panel(theme, 320, (left, 0, width - left - MARGIN, 245), width)
    ax.set(xlim=(-0.5, at[-1] + 0.5), ylim=(0, 1.24 * most))
    ax.name_administrations(years, 1.19 * most, short=phone)
    ax.grid_at(range(0, most + 1, 5), str, -0.5 - 8 * pixel, zero=1.4)
    ax.say(at, -0.07 * most, [f"’{y % 100}" for y in years] if phone else years, 13.5, "ink", "Semibold", ha="center")
    for row, (level, color) in enumerate(levels.items()):
        y, look = -(0.16 + 0.08 * row) * most, {"color": ax.theme[color], "zorder": 2}
        ax.bar(at, counts[level], 0.6, counts["leader"] * row, lw=0, **look)
        ax.mark(-0.5 - (left - MARGIN - 5) * pixel, y, "other", mew=0, **look)
        ax.say(-0.5 - (left - MARGIN - 16) * pixel, y, ["leaders", "ministers"][row], 12.5, color, "Semibold")
        ax.say(at, y, counts[level].replace(0, "·"), 12.5, color, ha="center")
    for code, (_, begin, end) in zip(("trump_1", "biden", "trump_2"), ADMINISTRATIONS, strict=True):
        start, stop = pd.Timestamp(begin, 1, 20), pd.Timestamp(end + 1, 1, 19)
        if start <= last and first.year <= end:
            mean = (met["administration"] == code).sum() * 365.25 / ((min(stop, last) - max(start, first)).days + 1)
            x = np.clip([begin, end], years[0], years[-1]) - years[0]
            ax.line([x[0] - 0.45, x[1] + 0.45], [mean, mean], "ink", lw=1.8, path_effects=ax.halo)
            ax.say(x.mean(), 1.12 * most, f"{mean:.1f} a year", 13, "ink", "Semibold", ha="center")
    return ax
