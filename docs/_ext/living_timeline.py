"""The living timeline: the signature figure inside a page, where each dot is a named link, for `timeline.html`."""

import io
import re
from typing import Any

import matplotlib as mpl
from markupsafe import Markup

import analysis_helpers as ah
from analysis_helpers.plots.style import THEMES

DOT = re.compile(r'<g id="(\d{4}-\d\d-[^":]+)">(.*?)</g>(?: <g id="\1:half">(.*?)</g>)?')
LINK = Markup('<a href="{page}" data-talk="{id}"><title>{title}, {date}, {level_name}, {how}</title>')
CIRCLE = re.compile(r'd="M( \S+ \S+)(?: C(?: \S+){6}){3} C(?: \S+){4}( \S+ \S+)(?: C(?: \S+){6}){4} z ?"')  # 8 curves
NEEDLESS = re.compile(r"^.*?(?=<svg)|<(metadata|style).*?</\1>|<!--.*?-->| clip-path=\S+|xlink:(?=href)|SourceSansPro-")
COLORS = {theme: dict(enumerate(colors["lanes"])) | colors for theme, colors in THEMES.items()}  # lanes by number
NAMES = {color.lower(): f"var(--talks-{name})" for name, color in COLORS["light"].items() if isinstance(color, str)}


def draw_inline(talks: Any, records: list[dict[str, Any]]) -> dict[str, Any]:
    """Draw the timeline for page and phone, with ids of their own, colours as variables and dots as links."""
    links, drawings = {one["id"]: LINK.format(**one) for one in records}, {"talk_colors": COLORS}
    for size in ("page", "phone"):
        with mpl.rc_context({"svg.hashsalt": "talks", "svg.fonttype": "path"}):
            ah.plot_timeline(talks, size=size).figure.savefig(drawn := io.StringIO(), format="svg")
        svg = re.sub("#[0-9a-f]{6}", lambda hue: NAMES[hue[0]], NEEDLESS.sub("", " ".join(drawn.getvalue().split())))
        svg = CIRCLE.sub(r'd="M\1A1 1 0 0 1\2A1 1 0 0 1\1z"', svg)  # radii too small for an arc are made to fit
        svg = DOT.sub(lambda dot: f"{links[dot[1]]}{dot[2]}{dot[3] or ''}</a>", svg)
        drawings[f"timeline_{size}"] = re.sub(r'( id="|href="#)', rf"\1{size}-", svg)
    return drawings
