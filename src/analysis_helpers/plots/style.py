"""The visual language: palette, type, and axes that write and draw in it. Lengths are CSS pixels."""

import textwrap
from collections.abc import Callable
from functools import lru_cache, wraps
from inspect import signature
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from ..errors import TalksError

DPI = 100
PAGE, MARGIN = 900, 16
PHONE = 600  # narrower figures have smaller type, and their own form
COLORS = {  # of the light and the dark theme; contrasts, and distances under colour blindness, are tested
    "ground": ("#FFFFFF", "#121212"),
    "ink": ("#1B2733", "#E9EDF1"),
    "muted": ("#5C6873", "#A3AFBA"),
    "rule": ("#D9DEE3", "#37414C"),
    "band": ("#F3F5F7", "#1E2329"),
    "US": ("#1B5C9E", "#86C1F7"),
    "CN": ("#C64F14", "#EC8440"),
    "other": ("#5C6873", "#A3AFBA"),
    "lanes": (
        ("#1B2733", "#7B4B9E", "#00786C", "#8C6A00", "#66727D"),
        ("#E9EDF1", "#C39AE6", "#3DBFAE", "#D9B23A", "#9AA6B1"),
    ),
    "ramp": (
        ("#F1F5F6", "#CFE3E4", "#93C4C5", "#4F9A9E", "#1F6F79", "#0B4A57"),
        ("#1C252D", "#1F3F49", "#24626C", "#338C92", "#62B9B8", "#B5E6DF"),
    ),
}
THEMES = {theme: {name: pair[n] for name, pair in COLORS.items()} for n, theme in enumerate(("light", "dark"))}
SIDE_NAMES = {"US": "United States", "CN": "China", "other": "other"}
MARKERS = {"US": ("o", 6.4), "CN": ("D", 5.6), "other": ("s", 5.6), "narrow": ("d", 7.6)}
ESTIMANDS = {  # what stands below every figure of a table that has them
    "all that name it": "All sentences that name the other country, in Chinese also those on the relationship alone.",
    "without the relationship": "Sentences that name the other country and not the relationship.",
    "only the other": "Sentences that name only the other country.",
}
STEPS = [unit * 10**power for power in range(9) for unit in (1, 2, 5)]  # between lines of a grid
ADMINISTRATIONS = (("Trump", 2017, 2020), ("Biden", 2021, 2024), ("Trump again", 2025, 2028))
LINES = {"US": "-", "CN": (0, (4.5, 1.6)), "other": "-"}


@lru_cache(maxsize=32)
def font(px: float, weight: str = "Regular") -> FontProperties:
    """Give Source Sans in a size and weight by its file, so that no global setting changes."""
    import font_source_sans_pro

    file = Path(font_source_sans_pro.__file__).parent / "files" / f"SourceSansPro-{weight}.ttf"
    return FontProperties(fname=str(file), size=px * 0.72)


def printable(text: str, longest: int | None = None) -> str:
    """Write words of a corpus for a figure: what the typeface lacks is a question mark, what is too long is cut."""
    if not text.isascii():
        face = get_font(font(12).get_file())
        text = "".join(sign if sign == "\n" or face.get_char_index(ord(sign)) else "?" for sign in text)
    return text if longest is None or len(text) <= longest else text[: longest - 1].rstrip() + "…"


def refuse_nothing(table: pd.DataFrame, what: str) -> None:
    """Raise `TalksError` where a figure would be empty."""
    if table.empty:
        why = "expected at least one, or the figure would be empty"
        raise TalksError(f"no {what} to draw; {why}; give more texts, or choose less narrowly")


class Panel(Axes):
    """Axes without a frame, whose methods write and draw in the colours of the figure's theme."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        light = mpl.colors.same_color(self.figure.get_facecolor(), THEMES["light"]["ground"])
        self.theme = THEMES["light" if light else "dark"]
        self.halo = [withStroke(linewidth=3.2, foreground=self.theme["ground"])]  # of words among lines
        self.set_facecolor("none")
        self.spines[:].set_visible(False)
        self.tick_params(length=0, labelleft=False, labelbottom=False)

    def place(self, left: float, top: float, width: float, height: float, **options: Any) -> "Panel":
        """Place a panel inside one that is in pixels."""
        wide, deep = self.get_xlim()[1], self.get_ylim()[0]
        box = (left / wide, 1 - (top + height) / deep, width / wide, height / deep)
        return self.inset_axes(box, axes_class=Panel, **options)

    def say(self, x: Any, y: Any, words: Any, px: float = 12, color: str = "muted", weight="Regular", **look) -> Text:
        """Write a text, or one at each of many places, unclipped; dollars are no formula. Gives the last one."""
        look = {"ha": "left", "va": "center", "color": self.theme.get(color, color)} | look
        look |= {"fontproperties": font(px, weight), "clip_on": False, "parse_math": False}
        written = None
        for at, height, text in np.broadcast(x, y, np.asarray(words, dtype="object")):
            written = self.text(at, height, printable(str(text)), **look)
        return written

    def line(self, x: Any, y: Any, color: str = "rule", **look: Any) -> None:
        """Draw a line, unclipped."""
        self.plot(x, y, **{"color": self.theme[color], "lw": 1, "clip_on": False} | look)

    def grid_at(self, ticks: Any, form: Callable, at: float, axis: str = "y", zero: float = 1) -> None:
        """Draw a line at each tick, a darker one of a width at zero, and write its number beside or above."""
        for tick in ticks:
            color, width = ("rule", 1) if tick or not zero else ("muted", zero)
            (self.axhline if axis == "y" else self.axvline)(tick, zorder=0, color=self.theme[color], lw=width)
        x, y, ha = (at, ticks, "right") if axis == "y" else (ticks, at, "center")
        self.say(x, y, [form(tick) for tick in ticks], ha=ha)

    def mark(self, x: Any, y: Any, side: str, scale: float = 1, sure: bool = True, **look: Any) -> None:
        """Mark values in the shape and colour of a side, hollow where they are not sure."""
        marker, size = MARKERS[side]
        color = look.pop("color", self.theme.get(side))
        look = {"mfc": color if sure else self.theme["ground"], "mec": color, "mew": 1.2, "zorder": 3} | look
        self.plot(x, y, marker, ms=size * scale, **{"clip_on": False} | look)

    def bars(self, at: Any, lengths: Any, side: str, width: float, **left: float) -> None:
        """Draw the bars of a side, from `left` sideways: solid for the United States, hatched for China."""
        look = {"facecolor": self.theme[side], "linewidth": 0}
        if side == "CN":
            look = {"facecolor": self.theme["ground"], "linewidth": 1.3, "hatch": "/////"}
        with mpl.rc_context({"hatch.linewidth": 1.1}):
            (self.barh if left else self.bar)(at, lengths, width, zorder=2, edgecolor=self.theme[side], **look, **left)

    def name_sides(self, x: float, y: float, names: dict, line: bool = False) -> None:
        """Draw the key of the sides in a row, in pixels: mark and name; a line is given by its side and rank in it."""
        for key, name in names.items():
            side, further, *_ = key if line else (key, False)
            if line:
                self.line([x, x + 30], [y, y], side, ls=":" if further else LINES[side], lw=2)
            self.mark(x + 15, y, "other" if further else side, mew=0, color=self.theme[side])
            x += 66 + width_of(self.say(x + 38, y, name, 13.5, side, "Semibold"))

    def list_counts(self, lines: list[tuple], at: np.ndarray, y: float, step: float, below: float) -> None:
        """List, in pixels, the texts behind each mark: a row for each line, whose mark and name are its key."""
        for side, mark, style, name, rows in lines:
            self.line([MARGIN, MARGIN + 36], [y, y], side, ls=style, lw=1.6, solid_capstyle="butt")
            self.mark(MARGIN + 18, y, mark, color=self.theme[side], mew=0)
            self.say(MARGIN + 42, y, name, 13.5, side, "Semibold")
            counts = rows["n_documents"].map("{:,.0f}".format, na_action="ignore").fillna("·")
            self.say(at, y + below, counts, 12, side, ha="center")
            y += step

    def name_administrations(self, years: range, y: float, *, short: bool = False) -> None:
        """Name the administrations over years, drawn from 0 on, in a row; that in between has a band."""
        for name, first, last in ADMINISTRATIONS:
            start, end = np.clip([first, last + 1], years[0], years[-1] + 1) - years[0] - 0.5
            if start < end:
                self.say((start + end) / 2, y, name[:5] if short else name, 12.5, weight="It", ha="center")
                self.axvspan(start, end, color=self.theme["band" if name == "Biden" else "ground"], lw=0, zorder=-1)

    def add_words(self, title: str | None, subtitle: str | None, note: str | None) -> "Panel":
        """Write title and subtitle above and the note below: the figure grows, what is drawn keeps its size."""
        width, height = self.figure.get_size_inches() * DPI
        big, middle, small = (18, 13.5, 11.5) if width < PHONE else (22, 15, 12)
        full, most = (390, (40, 56, 62)) if width < PHONE else (PAGE, (82, 122, 148))
        longest = [round(signs * width / full) for signs in most]
        title, subtitle, note = (
            [part for line in (text or "").split("\n") for part in textwrap.wrap(line, signs)]
            for text, signs in zip((title, subtitle, note), longest, strict=True)
        )
        below = MARGIN + len(title) * big * 1.3 + 10
        top = below + len(subtitle) * middle * 1.45 + 14 if title or subtitle else 0
        bottom = len(note) * small * 1.45 + MARGIN + 8 if note else 0
        total, box = top + height + bottom, self.get_position()
        self.figure.set_size_inches(width / DPI, total / DPI)
        self.set_position((box.x0, (box.y0 * height + bottom) / total, box.width, box.height * height / total))
        for y, lines, face, color, spacing in (
            (MARGIN, title, font(big, "Bold"), "ink", 1.22),
            (below, subtitle, font(middle), "muted", 1.35),
            (total - bottom + 8, note, font(small), "muted", 1.35),
        ):
            look = {"fontproperties": face, "color": self.theme[color], "linespacing": spacing, "parse_math": False}
            if lines:
                self.figure.text(MARGIN / width, 1 - y / total, printable("\n".join(lines)), va="top", **look)
        return self


def width_of(text: Text) -> float:
    """Width of a text in pixels."""
    return text.get_window_extent().width * DPI / text.figure.dpi


def new_panel(theme: str, height: float, box: tuple[float, ...] | None = None, width: float = PAGE) -> Panel:
    """Make a figure, known to pyplot, with a panel in a box (left, top, width, height), or all over and in pixels."""
    # No rc_context here: around the first figure it would undo the choice of the notebook's backend.
    figure = plt.figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=THEMES[theme]["ground"])
    left, top, wide, deep = box or (0, 0, width, height)
    place = (left / width, 1 - (top + deep) / height, wide / width, deep / height)
    return figure.add_axes(place, axes_class=Panel, **({} if box else {"xlim": (0, width), "ylim": (height, 0)}))


def titled(plot: Callable[..., Panel]) -> Callable[..., Panel]:
    """Give a plot function the arguments `title`, `subtitle` and `note`, which stand around its figure."""

    def drawn(*args, title: str | None = None, subtitle: str | None = None, note: str | None = None, **options):
        tables = [table for table in (*args, *options.values()) if isinstance(table, pd.DataFrame)]
        kinds = sorted({kind for table in tables if "estimand" in table for kind in table["estimand"]})
        if len(kinds) > 1:
            found = f"means of different sentences: {', '.join(kinds)}"
            raise TalksError(f"{found}; expected one estimand; draw each alone")
        left_out = filter(None, (table.attrs.get("n_undated") for table in tables))
        told = [f"{n:,} texts are left out, because their dates are less exact." for n in left_out]
        note = "\n".join(filter(None, [note, *map(ESTIMANDS.get, kinds), *told]))
        return plot(*args, **options).add_words(title, subtitle, note)

    words = list(signature(drawn).parameters.values())[1:-1]
    drawn = wraps(plot)(drawn)
    drawn.__signature__ = signature(plot).replace(parameters=[*signature(plot).parameters.values(), *words])
    return drawn
