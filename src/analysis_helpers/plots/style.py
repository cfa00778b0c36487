"""The visual language: palette, type, and axes that write and draw in it. Lengths are CSS pixels."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.text import Text

from ..errors import TalksError

DPI = 100
PAGE, PHONE, MARGIN = 900, 390, 16
THEMES = {  # contrasts, and distances under colour blindness, are tested
    "light": {
        "ground": "#FFFFFF",
        "ink": "#1B2733",
        "muted": "#5C6873",
        "rule": "#D9DEE3",
        "band": "#F3F5F7",
        "US": "#1B5C9E",
        "CN": "#C64F14",
        "other": "#5C6873",
        "lanes": ("#1B2733", "#7B4B9E", "#00786C", "#8C6A00", "#66727D"),
        "ramp": ("#F1F5F6", "#CFE3E4", "#93C4C5", "#4F9A9E", "#1F6F79", "#0B4A57"),
    },
    "dark": {
        "ground": "#121212",
        "ink": "#E9EDF1",
        "muted": "#A3AFBA",
        "rule": "#37414C",
        "band": "#1E2329",
        "US": "#86C1F7",
        "CN": "#EC8440",
        "other": "#A3AFBA",
        "lanes": ("#E9EDF1", "#C39AE6", "#3DBFAE", "#D9B23A", "#9AA6B1"),
        "ramp": ("#1C252D", "#1F3F49", "#24626C", "#338C92", "#62B9B8", "#B5E6DF"),
    },
}
SIDE_NAMES = {"US": "United States", "CN": "China", "other": "other"}
MARKERS = {"US": ("o", 6.4), "CN": ("D", 5.6), "other": ("s", 5.6)}
LINES = {"US": "-", "CN": (0, (4.5, 1.6)), "other": "-"}


@lru_cache(maxsize=32)
def font(px: float, weight: str = "Regular") -> FontProperties:
    """Give Source Sans in a size and weight by its file, so that no global setting changes."""
    import font_source_sans_pro

    file = Path(font_source_sans_pro.__file__).parent / "files" / f"SourceSansPro-{weight}.ttf"
    return FontProperties(fname=str(file), size=px * 0.72)


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(font(12).get_file()).get_charmap())


def printable(text: str, longest: int | None = None) -> str:
    """Write words of a corpus for a figure: what the typeface lacks is a question mark, what is too long is cut."""
    if not text.isascii():
        text = "".join(sign if sign == "\n" or ord(sign) in _glyphs() else "?" for sign in text)
    return text if longest is None or len(text) <= longest else text[: longest - 1].rstrip() + "…"


def refuse_nothing(table: pd.DataFrame, what: str) -> None:
    """Raise `TalksError` where a figure would be empty."""
    if table.empty:
        raise TalksError(
            f"no {what} to draw; expected at least one, or the figure would be empty; give more texts, or choose less "
            f"narrowly"
        )


class Panel(Axes):
    """Axes without a frame, whose methods write and draw in the colours of the figure's theme."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Take frame, ticks and ground away, and find the theme by the figure's ground."""
        super().__init__(*args, **options)
        ground = mpl.colors.to_hex(self.figure.get_facecolor()).upper()
        self.theme = next(theme for theme in THEMES.values() if theme["ground"] == ground)
        self.set_facecolor("none")
        self.spines[:].set_visible(False)
        self.tick_params(length=0, labelleft=False, labelbottom=False)

    def place(self, left: float, top: float, width: float, height: float, **options: Any) -> Panel:
        """Place a panel inside one that is in pixels."""
        wide, deep = self.get_xlim()[1], self.get_ylim()[0]
        box = (left / wide, 1 - (top + height) / deep, width / wide, height / deep)
        panel = self.inset_axes(box, axes_class=Panel)
        panel.set(**options)
        return panel

    def say(
        self, x: Any, y: Any, words: Any, px: float = 12, color: str = "muted", weight: str = "Regular", **look: Any
    ) -> Text | None:
        """Write a text, or one at each of many places, unclipped; dollars are no formula. Gives the last one."""
        written = None
        look = {"ha": "left", "va": "center", "color": self.theme.get(color, color)} | look
        look |= {"fontproperties": font(px, weight), "clip_on": False, "parse_math": False}
        for at, height, text in np.broadcast(x, y, np.asarray(words, dtype="object")):
            written = self.text(at, height, printable(str(text)), **look)
        return written

    def line(self, x: Sequence[float], y: Sequence[float], color: str = "rule", **look: Any) -> None:
        """Draw a line, unclipped."""
        self.plot(x, y, **{"color": self.theme[color], "lw": 1, "clip_on": False} | look)

    def grid_at(
        self, ticks: Any, form: Callable[..., str], at: float, axis: str = "y", zero: float = 1, **look: Any
    ) -> None:
        """Draw a line at each tick, a darker one of a width at zero, and write its number beside or above."""
        for tick in ticks:
            dark = zero and not tick
            options = {"color": self.theme["muted" if dark else "rule"], "lw": zero if dark else 1}
            (self.axhline if axis == "y" else self.axvline)(tick, zorder=0, **options)
        x, y, ha = (at, ticks, "right") if axis == "y" else (ticks, at, "center")
        self.say(x, y, [form(tick) for tick in ticks], ha=ha, **look)

    def mark(self, x: Any, y: Any, side: str, scale: float = 1, sure: bool = True, **look: Any) -> None:
        """Mark values in the shape and colour of a side, hollow where they are not sure."""
        marker, size = MARKERS[side]
        color = look.pop("color", self.theme[side])
        look = {"mfc": color if sure else self.theme["ground"], "mec": color, "mew": 1.2, "zorder": 3} | look
        self.plot(x, y, marker, ms=size * scale, **{"clip_on": False} | look)

    def bars(self, at: Any, lengths: Any, side: str, width: float, across: bool = False) -> None:
        """Draw the bars of a side: solid for the United States, hatched for China."""
        look = {"facecolor": self.theme[side], "linewidth": 0}
        if side == "CN":
            look = {"facecolor": self.theme["ground"], "linewidth": 1.3, "hatch": "/////"}
        with mpl.rc_context({"hatch.linewidth": 1.1}):
            (self.barh if across else self.bar)(at, lengths, width, zorder=2, edgecolor=self.theme[side], **look)

    def name_sides(self, x: float, y: float, names: dict[str, str], line: bool = False) -> None:
        """Draw the key of the sides in a row, in pixels: mark and name."""
        for side, name in names.items():
            if line:
                self.line([x, x + 30], [y, y], side, ls=LINES[side], lw=2)
            self.mark(x + 15, y, side, mew=0)
            x += 66 + width_of(self.say(x + 38, y, name, 13.5, side, "Semibold"))

    def add_words(self, title: str | None, subtitle: str | None, note: str | None) -> Panel:
        """Write title and subtitle above and the note below: the figure grows, what is drawn keeps its size."""
        width, height = self.figure.get_size_inches() * DPI
        narrow, scale = width < 600, width / PAGE
        big, middle, small = (18, 13.5, 11.5) if narrow else (22, 15, 12)
        title = _wrap(title, 40 if narrow else round(82 * scale))
        subtitle = _wrap(subtitle, 56 if narrow else round(122 * scale))
        note = _wrap(note, 62 if narrow else round(148 * scale))
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


def _wrap(text: str | None, width: int) -> list[str]:
    return [part for line in (text or "").split("\n") for part in textwrap.wrap(line, width)]


def width_of(text: Text) -> float:
    """Width of a text in pixels."""
    return text.get_window_extent().width * DPI / text.figure.dpi


def new_panel(
    theme: str, height: float, box: tuple[float, float, float, float] | None = None, width: float = PAGE
) -> Panel:
    """Make a figure, known to pyplot, with a panel in a box (left, top, width, height), or all over and in pixels.

    No `rc_context` here: around the first figure it would undo the choice of the notebook's backend.
    """
    figure = plt.figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=THEMES[theme]["ground"])
    left, top, wide, deep = box or (0, 0, width, height)
    place = (left / width, 1 - (top + deep) / height, wide / width, deep / height)
    panel = figure.add_axes(place, axes_class=Panel)
    if box is None:
        panel.set(xlim=(0, width), ylim=(height, 0))
    return panel


def titled(plot: Callable[..., Panel]) -> Callable[..., Panel]:
    """Give a plot function the arguments `title`, `subtitle` and `note`, which stand around its figure."""

    @wraps(plot)
    def drawn(
        *args: Any, title: str | None = None, subtitle: str | None = None, note: str | None = None, **options: Any
    ) -> Panel:
        return plot(*args, **options).add_words(title, subtitle, note)

    names, known = ("title", "subtitle", "note"), signature(plot)
    words = [Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation="str | None") for name in names]
    drawn.__signature__ = known.replace(parameters=[*known.parameters.values(), *words])
    return drawn
