"""How each side speaks of the other, and what each is for and against: drawn for a page and for a phone."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ..errors import TalksError
from .sides import draw_series
from .style import LINES, MARGIN, PAGE, PHONE, SIDE_NAMES, Panel, new_panel, printable, refuse_nothing, titled, width_of

SERIES = {  # side, group, language: mark, line, years from the middle of the year, name
    ("US", "White House", "en"): ("US", LINES["US"], 0, "White House"),
    ("CN", "foreign ministry", "zh"): ("CN", LINES["CN"], 0, "Ministry, Chinese"),
    ("CN", "foreign ministry", "en"): ("narrow", ":", 0.2, "Ministry, English"),
    ("US", "other", "en"): ("other", "", -0.2, "Other US issuers"),
    ("CN", "other", "en"): ("other", "", 0.4, "China, others"),
}
NAMES = {"US": "White House\nabout China", "CN": "Chinese ministry\nabout the US"}
NEW_SOURCES = 2021  # since then texts of the White House come from elsewhere: its line is thin between
TICKS, LANE = {-1.0: "−1", -0.5: "−0.5", 0.0: "0", 0.5: "+0.5", 1.0: "+1"}, 29  # pixels
GROUPS = ["Both are for it", "Both are against it", "Each is for its own and against the other’s"]
GROUPS += ["Contested measures", "One is for it, the other against it", "Positions that moved"]
GROUPS += ["Known for one side only", "Not decided by these codes"]
FOR, AGAINST, OWN, CONTESTED, APART, MOVED, ALONE, OPEN = GROUPS


@titled
def plot_attitude(table: pd.DataFrame, *, width: float = PAGE, theme: str = "light") -> Axes:
    """Draw how each government speaks of the other by year, on one scale from -1 to 1, with the texts behind.

    In: `corrected_mean(by=["group", "language", "year"])` of one estimand; `width` in pixels, under 600 in the form for
    phones. Bands and bars are intervals; a hollow mark has none. No line crosses a year without a mean. Out: the axes.
    Raises `TalksError` for a group without a mark. Known weakness: only the first, last and farthest value are written.

    >>> row = {"side": "US", "group": "White House", "language": "en", "year": 2025, "estimand": "only the other"}
    >>> ah.plot_attitude(pd.DataFrame([row | {"mean": -0.2, "low": -0.3, "high": -0.1, "n_documents": 143}])).texts[-1]
    Text(524.0, 498, '143')
    """
    refuse_nothing(table.dropna(subset="mean"), "mean of attitude")
    table, phone = table.assign(year=table["year"].astype("str").astype("int64")), width < PHONE
    years = range(table["year"].min(), table["year"].max() + 1)
    lines, at = [], np.arange(len(years))
    found = {key: rows.set_index("year") for key, rows in table.groupby(["side", "group", "language"])}
    for key in sorted(found, key=[*SERIES, *found].index):
        if key not in SERIES or found[key].index.has_duplicates:
            raise TalksError(f"cannot draw the rows of {key}; expected one a year of {list(SERIES)}; leave others out")
        mark, style, shift, name = SERIES[key]
        lines.append((key[0], mark, style, name, found[key].reindex(years).set_axis(np.round(at + shift, 1))))
    left, bottom, below, step = (50, 396, 76, 42) if phone else (164, 446, 52, 25)
    ax = new_panel(theme, bottom + below + step * len(lines) - 6, width=width)
    right, pixel = len(years) - 0.5, len(years) / (width - left - MARGIN)
    panel = ax.place(left, 0, width - left - MARGIN, bottom, label="attitude", xlim=(-0.5, right), ylim=(-1, 1.16))
    panel.name_administrations(years, 1.09, short=phone)
    panel.grid_at([*TICKS], TICKS.get, -0.5 - 8 * pixel, zero=1.4)
    x, y = (-0.4, 0.94) if phone else (-0.5 - 148 * pixel, 1)
    panel.say(x, [y, -y], ["warmer: all friendly", "cooler: all critical"], weight="It")
    for side, mark, style, _, rows in lines:
        if mark != side:
            panel.line(rows.index, rows["mean"], side, ls=style, lw=1.8)
            panel.line([rows.index] * 2, [rows["low"], rows["high"]], side, marker="_", ms=7, mew=1.5, lw=1.5)
            for sure, own in rows.groupby(rows["low"].notna()):
                panel.mark(own.index, own["mean"], mark, 1, sure, color=panel.theme[side])
            continue
        cut = max(NEW_SOURCES - years[0], 0) if side == "US" else 0
        for part in (rows.iloc[:cut], rows.iloc[cut:]):
            draw_series(panel, part.reindex(rows.index), ("mean", "low", "high"), side, 1)
        if 0 < cut < len(rows):
            panel.line(rows.index, rows["mean"], side)
            panel.say(cut - 0.44, 0.9, "US sources\nchange", weight="It")
    _write_beside(panel, lines, *((7, 5, 12.5) if phone else (4, 3, 14)))
    at, names = left + (at + 0.5) / pixel, [f"’{year % 100:02}" if phone else year for year in years]
    ax.say(at, bottom + 24, names, 13.5, "ink", "Semibold", ha="center")
    ax.say(MARGIN, bottom + below - 28, "Texts behind each mark")
    ax.list_counts(lines, at, bottom + below, step, 19 * phone)
    return ax


def _write_beside(panel: Panel, lines: list[tuple], half: int, wide: int, px: float) -> None:
    look = {"ha": "center", "zorder": 6, "path_effects": panel.halo}
    grid = np.round(np.arange(-0.4, panel.get_xlim()[1], 0.2), 1)
    for side, mark, _, _, rows in (line for line in lines if line[2] and line[4]["mean"].notna().any()):
        sign, bound = (1, "high") if side == "US" else (-1, "low")
        edges = {line[:2]: sign * line[4][bound].fillna(line[4]["mean"]).reindex(grid) for line in lines}
        edge = pd.DataFrame(edges).interpolate(limit_area="inside").max(axis=1)
        near, far = (edge.rolling(n, center=True, min_periods=1).max() for n in (wide, 2 * half + 1))
        known, main = rows["mean"].dropna(), mark == side
        turns = {known.index[-1], known.index[0], (known - known.iloc[0]).abs().idxmax()} if main else {known.index[-1]}
        for x in turns:
            words, y = f"{known[x]:+.2f}".replace("-", "−"), near[x] + (0.08 if main else 0.15)
            panel.say(x, sign * y, words, 12, side, "Semibold", **look)
        y = (far + 0.22).where((far + 0.22).abs() > 0.12, 0.12)[far < 0.62]
        away = (y - sign * known.reindex(grid).interpolate(limit_area="inside")).abs().iloc[half:-half].dropna()
        for x in away.sort_values().index[:main]:
            panel.say(x, sign * y[x], NAMES[side], px, side, "Bold", **look)


@titled
def plot_positions(table: pd.DataFrame, *, width: float = PAGE, theme: str = "light") -> Axes:
    """Draw what each side is for and against by object and period, in groups that follow from the intervals.

    In: `positions(by=["target", "whose", "side", "period"])` with a name for each object in `label`. In a lane time
    runs down; hollow and grey is an interval that holds zero. Positions moved where two means of a side differ in sign
    and their intervals do not touch; other groups tell the latest. A measure that its owner alone is for is contested;
    "each is for its own" needs those of both. Out: the axes. Raises `TalksError` for two rows of a cell. Known
    weakness: more than four periods are crowded.

    >>> row = {"label": "US tariffs", "target": "tariffs", "whose": "US", "side": "US", "period": "2025", "n_codes": 29}
    >>> ax = ah.plot_positions(pd.DataFrame([row | {"mean": 0.8, "low": 0.6, "high": 0.9}]))
    >>> "Known for one side only" in [text.get_text() for text in ax.texts]
    True
    """
    refuse_nothing(table.dropna(subset="mean"), "position")
    if table.duplicated(["label", "side", "period"]).any():
        raise TalksError("several rows of one label, side and period; expected one; give each object its own label")
    objects, periods = dict(list(table.groupby("label", sort=False))), sorted(table["period"].unique())
    groups, phone = {label: _group(rows) for label, rows in objects.items()}, width < PHONE
    for _, alike in table[table["label"].map(groups) == OWN].groupby("target"):
        if len(set(alike["whose"])) == 1:
            groups |= dict.fromkeys(alike["label"], CONTESTED)
    left, wide, deep, top = (28, width - 128, 2 * LANE + 22, 88) if phone else (212, width - 424, 2 * LANE + 6, 68)
    names = [name for name in GROUPS if name in groups.values()]
    bottom = top + deep * len(objects) + 42 * len(names)
    ax = new_panel(theme, bottom + 22, width=width)
    panel = ax.place(left, 0, wide, bottom + 22, label="positions", xlim=(-1, 1), ylim=(bottom + 22, 0))
    ends = width - MARGIN - (27 if phone else 60) * np.arange(len(periods))[::-1]
    sizes = np.linspace(1.05, 0.5, len(periods))[::-1]
    ax.name_sides(4, 10, {side: SIDE_NAMES[side] for side in ("US", "CN")})
    x, above = (MARGIN + 4, 34) if phone else (260, 10)
    written = [str(period).replace("-", "–") for period in periods]
    hollow = "unclear" if phone else "hollow and grey: for or against cannot be told"
    for word, size in zip([*written, hollow], [*sizes, 1], strict=True):
        ax.mark(x, above, "other", size, word != hollow)
        x += 28 + width_of(ax.say(x + 9, above, word))
    for place, word, *look in ((-1, "against", "ink", "Semibold"), (0, "neither"), (1, "for", "ink", "Semibold")):
        panel.say(place, top - 14, word, 13, *look, ha=("center", "right", "left")[place])
    ax.say(ends[-1], top - 32, "coded sentences", ha="right")
    if not phone:
        ax.say(ends, top - 14, written, ha="right")
    for name in names:
        ax.line([MARGIN, width - MARGIN], [top, top], "ink", lw=1.2)
        ax.say(MARGIN, top + 17, name, 13.5, *(("muted", "It") if name == OPEN else ("ink", "Bold")))
        top += 34
        for label in (label for label in objects if groups[label] == name):
            ax.line([MARGIN, width - MARGIN], [top - 1, top - 1])
            words = printable(label, 44) if phone else textwrap.fill(printable(label, 70), 25)
            ax.say(MARGIN, top + (10 if phone else deep / 2), words, 13.5, "ink", "Semibold")
            for lane, side in enumerate(("US", "CN")):
                own = objects[label].query("side == @side").set_index("period").reindex(periods)
                _draw_lane(ax, panel, own.assign(size=sizes, end=ends), side, top + deep - LANE * (1.5 - lane) - 3)
            top += deep
        top += 8
    panel.say([-1, 0, 1], bottom + 8, ["−1", "0", "+1"], ha="center")
    return ax


def _group(rows: pd.DataFrame) -> str:
    known = rows.dropna(subset="mean").sort_values("period")
    pairs, latest = known.merge(known, on="side"), known.groupby("side").tail(1).set_index("side")
    signs = (latest["low"] > 0).astype("int64") - (latest["high"] < 0)
    if ((pairs["mean_x"] * pairs["mean_y"] < 0) & (pairs["high_x"] < pairs["low_y"])).any():
        return MOVED
    if signs.empty or not signs.all():
        return OPEN
    if len(set(signs)) == 1:
        return ALONE if len(signs) == 1 else FOR if signs.iloc[0] > 0 else AGAINST
    return OWN if "whose" in rows and signs.get(rows["whose"].iloc[0]) == 1 else APART


def _draw_lane(ax: Panel, panel: Panel, rows: pd.DataFrame, side: str, y: float) -> None:
    for x in TICKS:
        panel.line([x, x], [y - LANE / 2, y + LANE / 2], "rule" if x else "muted", zorder=0)
    rows = rows.assign(y=y + (np.arange(len(rows)) - (len(rows) - 1) / 2) * 24 / len(rows))
    for row in rows.fillna({"n_codes": 0}).itertuples():
        n, color = f"{row.n_codes:,.0f}", side if row.low > 0 or row.high < 0 else "muted"
        ax.say(row.end, y, n if row.n_codes else "·", 12, "muted" if np.isnan(row.mean) else side, ha="right")
        panel.line([row.low, row.high], [row.y] * 2, color, marker="|", ms=7 * row.size, mew=1.4, lw=1.5)
        panel.mark(row.mean, row.y, side, row.size, color == side, color=panel.theme[color])
    rows = rows.dropna(subset="mean")
    panel.line(rows["mean"], rows["y"], side, lw=1.1, ls=LINES[side], zorder=1.5)
    steps, middles = rows["mean"].diff(), rows[["mean", "y"]].rolling(2).mean()
    for arrow, far in ((">", steps > 0.3), ("<", steps < -0.3)):
        panel.line(*middles[far].to_numpy().T, side, ls="", marker=arrow, ms=4.5)
