"""The visual language: palette, type, axes measured in pixels, and the words around a figure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.text import Text

from ..errors import TalksError

DPI = 100  # lengths are CSS pixels
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
Line = str | None


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


def new_axes(
    theme: str, width: float, height: float, box: tuple[float, float, float, float] | None = None
) -> tuple[Axes, dict]:
    """Make a figure, known to pyplot, with bare axes in a box (left, top, width, height), or all over and in pixels.

    No `rc_context` here: around the first figure it would undo the choice of the notebook's backend.
    """
    figure = plt.figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=THEMES[theme]["ground"])
    left, top, wide, deep = box or (0, 0, width, height)
    ax = _bare(figure.add_axes((left / width, 1 - (top + deep) / height, wide / width, deep / height)))
    if box is None:
        ax.set(xlim=(0, width), ylim=(height, 0))
    return ax, THEMES[theme]


def place_panel(ax: Axes, left: float, top: float, width: float, height: float) -> Axes:
    """Place a bare panel inside axes that are in pixels."""
    wide, deep = ax.get_xlim()[1], ax.get_ylim()[0]
    return _bare(ax.inset_axes((left / wide, 1 - (top + height) / deep, width / wide, height / deep)))


def _bare(ax: Axes) -> Axes:
    ax.set_facecolor("none")
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0, labelleft=False, labelbottom=False)
    return ax


def theme_of(ax: Axes) -> dict:
    """Find the theme of a figure by its ground."""
    ground = mpl.colors.to_hex(ax.figure.get_facecolor()).upper()
    return next(theme for theme in THEMES.values() if theme["ground"] == ground)


def say(
    ax: Axes, x: float, y: float, text: object, px: float = 12, color: str = "muted", weight: str = "Regular", **look
) -> Text:
    """Write text, unclipped, in a colour of the theme (or any); dollars are no formula."""
    look = {"ha": "left", "va": "center", "color": theme_of(ax).get(color, color)} | look
    return ax.text(x, y, printable(str(text)), fontproperties=font(px, weight), clip_on=False, parse_math=False, **look)


def width_of(text: Text) -> float:
    """Width of a text in pixels."""
    return text.get_window_extent().width * DPI / text.figure.dpi


def draw_grid(ax: Axes, ticks: Iterable[float], axis: str = "y", zero: float = 1.0) -> None:
    """Draw a line at each tick; the one at zero is darker, of a width of its own."""
    theme = theme_of(ax)
    for tick in ticks:
        look = {"color": theme["rule"], "lw": 1} if tick else {"color": theme["muted"], "lw": zero}
        (ax.axhline if axis == "y" else ax.axvline)(tick, zorder=0, **look)


def draw_mark(ax: Axes, x: float, y: float, side: str, scale: float = 1, sure: bool = True, **look: object) -> None:
    """Mark values in the shape and colour of a side, hollow where they are not sure."""
    theme, (marker, size) = theme_of(ax), MARKERS[side]
    color = look.pop("color", theme[side])
    look = {"mew": 1.2, "zorder": 3, "clip_on": False} | look
    ax.plot(x, y, marker, ms=size * scale, mfc=color if sure else theme["ground"], mec=color, **look)


def draw_bars(ax: Axes, at: object, lengths: object, side: str, width: float, across: bool = False) -> None:
    """Draw the bars of a side: solid for the United States, hatched for China."""
    theme, hatched = theme_of(ax), side == "CN"
    look = {"facecolor": theme["ground"], "linewidth": 1.3, "hatch": "/////"} if hatched else {"linewidth": 0}
    with mpl.rc_context({"hatch.linewidth": 1.1}):
        (ax.barh if across else ax.bar)(
            at, lengths, width, zorder=2, **{"facecolor": theme[side], "edgecolor": theme[side]} | look
        )


def name_sides(ax: Axes, x: float, y: float, names: dict[str, str], line: bool = False) -> None:
    """Draw the key of the sides in a row, in pixels: mark and name."""
    theme = theme_of(ax)
    for side, name in names.items():
        if line:
            ax.plot([x, x + 30], [y, y], ls=LINES[side], color=theme[side], lw=2, clip_on=False)
        draw_mark(ax, x + 15, y, side, mew=0)
        x += 66 + width_of(say(ax, x + 38, y, name, 13.5, side, "Semibold"))


def add_words(ax: Axes, title: Line, subtitle: Line, note: Line) -> Axes:
    """Write title and subtitle above and the note below: the figure grows, what is drawn keeps its size."""
    figure, theme = ax.figure, theme_of(ax)
    width, height = figure.get_size_inches() * DPI
    narrow, scale = width < 600, width / PAGE
    big, middle, small = (18, 13.5, 11.5) if narrow else (22, 15, 12)
    title = _wrap(title, 40 if narrow else round(82 * scale))
    subtitle = _wrap(subtitle, 56 if narrow else round(122 * scale))
    note = _wrap(note, 62 if narrow else round(148 * scale))
    below = MARGIN + len(title) * big * 1.3 + 10
    top = below + len(subtitle) * middle * 1.45 + 14 if title or subtitle else 0
    bottom = len(note) * small * 1.45 + MARGIN + 8 if note else 0
    total, box = top + height + bottom, ax.get_position()
    figure.set_size_inches(width / DPI, total / DPI)
    ax.set_position((box.x0, (box.y0 * height + bottom) / total, box.width, box.height * height / total))
    for y, lines, face, color, spacing in (
        (MARGIN, title, font(big, "Bold"), "ink", 1.22),
        (below, subtitle, font(middle), "muted", 1.35),
        (total - bottom + 8, note, font(small), "muted", 1.35),
    ):
        look = {"fontproperties": face, "color": theme[color], "linespacing": spacing, "parse_math": False}
        if lines:
            figure.text(MARGIN / width, 1 - y / total, printable("\n".join(lines)), va="top", **look)
    return ax


def _wrap(text: Line, width: int) -> list[str]:
    return [part for line in (text or "").split("\n") for part in textwrap.wrap(line, width)]
