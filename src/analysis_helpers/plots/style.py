"""The visual language: palette, type, and the head and foot of a figure. Lengths are CSS pixels at 100 dpi."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.text import Text

from ..errors import TalksError

DPI = 100
PAGE, PHONE = 900, 390
MARGIN = 16


@dataclass(frozen=True)
class Theme:
    """Colours for one ground. Contrasts and distances under colour blindness are tested."""

    ground: str
    ink: str
    muted: str
    rule: str
    band: str
    sides: dict[str, str]
    lanes: tuple[str, ...]
    ramp: tuple[str, ...]


THEMES = {
    "light": Theme(
        ground="#FFFFFF",
        ink="#1B2733",
        muted="#5C6873",
        rule="#D9DEE3",
        band="#F3F5F7",
        sides={"US": "#1B5C9E", "CN": "#C64F14", "other": "#5C6873"},
        lanes=("#1B2733", "#7B4B9E", "#00786C", "#8C6A00", "#66727D"),
        ramp=("#F1F5F6", "#CFE3E4", "#93C4C5", "#4F9A9E", "#1F6F79", "#0B4A57"),
    ),
    "dark": Theme(
        ground="#121212",
        ink="#E9EDF1",
        muted="#A3AFBA",
        rule="#37414C",
        band="#1E2329",
        sides={"US": "#86C1F7", "CN": "#EC8440", "other": "#A3AFBA"},
        lanes=("#E9EDF1", "#C39AE6", "#3DBFAE", "#D9B23A", "#9AA6B1"),
        ramp=("#1C252D", "#1F3F49", "#24626C", "#338C92", "#62B9B8", "#B5E6DF"),
    ),
}
SIDE_NAMES = {"US": "United States", "CN": "China", "other": "other"}
MARKERS = {"US": ("o", 6.4), "CN": ("D", 5.6), "other": ("s", 5.6)}
LINES = {"US": "-", "CN": (0, (4.5, 1.6)), "other": "-"}


@lru_cache(maxsize=32)
def font(px: float, weight: str = "Regular") -> FontProperties:
    """Give the suite's typeface, Source Sans, by size and weight (Regular, It, Semibold, Bold).

    The file is named, so that no font has to be registered and no global setting changes.
    """
    import font_source_sans_pro

    file = Path(font_source_sans_pro.__file__).parent / "files" / f"SourceSansPro-{weight}.ttf"
    return FontProperties(fname=str(file), size=px * 0.72)


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(font(12).get_file()).get_charmap())


def printable(text: str, longest: int | None = None) -> str:
    """Write words of a corpus so that a figure can show them: a sign that the typeface lacks is a question mark.

    In: the words and, where room is short, the most signs to show. Known weakness: Chinese, Arabic or
    Hebrew names are question marks; the table beneath the figure has them whole.

    Examples
    --------
    >>> printable("talks of 会谈"), printable("a very long name", longest=8)
    ('talks of ??', 'a very…')
    """
    if not text.isascii():
        text = "".join(sign if sign == "\n" or ord(sign) in _glyphs() else "?" for sign in text)
    return text if longest is None or len(text) <= longest else text[: longest - 1].rstrip() + "…"


def refuse_nothing(table: pd.DataFrame, what: str) -> None:
    """Raise `TalksError` where a figure would be empty.

    Examples
    --------
    >>> refuse_nothing(pd.DataFrame(), "mean")
    Traceback (most recent call last):
    analysis_helpers.errors.TalksError: no mean to draw; expected at least one, or the figure would be empty; give more
    texts, or choose less narrowly
    """
    if table.empty:
        raise TalksError(
            f"no {what} to draw; expected at least one, or the figure would be empty; give more texts, or choose less "
            f"narrowly"
        )


def new_figure(width: float, height: float, theme: Theme) -> Figure:
    """Make an empty figure of a size in pixels, known to pyplot so that notebooks show it.

    No `rc_context` here: around the first figure it would undo the choice of the notebook's backend.
    """
    return plt.figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=theme.ground)


def place_axes(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Place an axes by pixels from the left and top edges, bare: no frame, no ticks, no grid."""
    total_width, total_height = figure.get_size_inches() * DPI
    box = (left / total_width, 1 - (top + height) / total_height, width / total_width, height / total_height)
    return make_bare(figure.add_axes(box))


def place_panel(ax: Axes, left: float, top: float, width: float, height: float) -> Axes:
    """Place a bare panel inside an axes by pixels from its left and top edges."""
    total_width, total_height = size_of(ax)
    box = (left / total_width, 1 - (top + height) / total_height, width / total_width, height / total_height)
    return make_bare(ax.inset_axes(box))


def make_bare(ax: Axes) -> Axes:
    """Take frame, ticks and ground from an axes."""
    ax.set_facecolor("none")
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0, labelleft=False, labelbottom=False)
    return ax


def size_of(ax: Axes) -> tuple[float, float]:
    """Width and height of an axes in pixels."""
    box = ax.get_position()
    width, height = ax.figure.get_size_inches() * DPI
    return box.width * width, box.height * height


def say(
    ax: Axes, x: float, y: float, text: str, px: float, color: str, weight: str = "Regular", **options: object
) -> Text:
    """Write text on an axes in data coordinates (or those of `transform`), unclipped."""
    options = {"ha": "left", "va": "center", "parse_math": False} | options  # "$5 and $6" is no formula
    return ax.text(x, y, printable(text), fontproperties=font(px, weight), color=color, clip_on=False, **options)


def theme_of(ax: Axes) -> Theme:
    """Find the theme of a figure by its ground."""
    ground = mpl.colors.to_hex(ax.figure.get_facecolor()).upper()
    return next((theme for theme in THEMES.values() if theme.ground == ground), THEMES["light"])


def head(ax: Axes, title: str, subtitle: str = "") -> Axes:
    """Add the head of a figure: the finding as its title, and what is measured as its subtitle.

    The figure grows upwards; what is drawn keeps its size. Numbers belong in f-strings, computed.

    Examples
    --------
    >>> ax = head(new_figure(400, 200, THEMES["light"]).add_subplot(), "Talks doubled in 2024", "Talks per year")
    >>> [text.get_text() for text in ax.figure.texts]
    ['Talks doubled in 2024', 'Talks per year']
    """
    theme, width = theme_of(ax), ax.figure.get_size_inches()[0] * DPI
    big, small = (18, 13.5) if width < 600 else (22, 15)
    title = _wrap(title, 40 if width < 600 else round(82 * width / PAGE))
    subtitle = _wrap(subtitle, 56 if width < 600 else round(122 * width / PAGE))
    title_lines, subtitle_lines = title.count("\n") + 1, subtitle.count("\n") + 1 if subtitle else 0
    top = MARGIN + title_lines * big * 1.3 + 10 + subtitle_lines * small * 1.45 + 14
    _grow(ax.figure, top=top)
    _print(ax.figure, MARGIN, MARGIN, title, font(big, "Bold"), theme.ink, 1.22)
    _print(ax.figure, MARGIN, MARGIN + title_lines * big * 1.3 + 10, subtitle, font(small), theme.muted, 1.35)
    return ax


def foot(ax: Axes, note: str) -> Axes:
    """Add the foot of a figure: exclusions, tests, what it cannot show, the source.

    Examples
    --------
    >>> ax = foot(new_figure(400, 200, THEMES["light"]).add_subplot(), "Source: talks.csv.")
    >>> ax.figure.texts[0].get_text()
    'Source: talks.csv.'
    """
    width = ax.figure.get_size_inches()[0] * DPI
    px = 11.5 if width < 600 else 12
    note = _wrap(note, 62 if width < 600 else round(148 * width / PAGE))
    height = (note.count("\n") + 1) * px * 1.45
    _grow(ax.figure, bottom=height + MARGIN + 8)
    total = ax.figure.get_size_inches()[1] * DPI
    _print(ax.figure, MARGIN, total - MARGIN - height, note, font(px), theme_of(ax).muted, 1.35)
    return ax


def _wrap(text: str, width: int) -> str:
    return "\n".join(textwrap.fill(line, width) for line in text.split("\n"))


def _print(
    figure: Figure, left: float, top: float, text: str, face: FontProperties, color: str, spacing: float
) -> None:
    if text:
        width, height = figure.get_size_inches() * DPI
        look = {"fontproperties": face, "color": color, "linespacing": spacing}
        figure.text(left / width, 1 - top / height, printable(text), va="top", parse_math=False, **look)


def _grow(figure: Figure, top: float = 0, bottom: float = 0) -> None:
    """Make a figure higher without moving or scaling what it holds."""
    width, height = figure.get_size_inches() * DPI
    total = height + top + bottom
    for ax in figure.axes:
        box = ax.get_position()
        ax.set_position((box.x0, (box.y0 * height + bottom) / total, box.width, box.height * height / total))
    for text in figure.texts:
        x, y = text.get_position()
        text.set_position((x, (y * height + bottom) / total))
    figure.set_size_inches(width / DPI, total / DPI)


def mark_sides(ax: Axes, x: float, y: float, names: dict[str, str], kind: str = "line") -> None:
    """Draw the key of the sides, in a row: mark and name, in pixels from the axes' upper left corner."""
    theme, (width, height) = theme_of(ax), size_of(ax)
    for side, name in names.items():
        color, (marker, size) = theme.sides[side], MARKERS[side]
        if kind == "line":
            ends = [x / width, (x + 30) / width]
            ax.plot(
                ends, [1 - y / height] * 2, ls=LINES[side], color=color, lw=2, transform=ax.transAxes, clip_on=False
            )
        ax.plot(
            (x + 15) / width,
            1 - y / height,
            marker,
            ms=size,
            color=color,
            mew=0,
            zorder=3,
            transform=ax.transAxes,
            clip_on=False,
        )
        label = say(ax, (x + 38) / width, 1 - y / height, name, 13.5, color, "Semibold", transform=ax.transAxes)
        x += 38 + label.get_window_extent().width * DPI / ax.figure.dpi + 28
