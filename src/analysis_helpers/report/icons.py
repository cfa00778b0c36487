"""Icons: the theme brings along some thousand signs; a page should carry those that it shows."""

from __future__ import annotations

import re
from pathlib import Path

DRAWINGS, STYLES = "_static/scripts/fontawesome.js", "_static/styles/pydata-sphinx-theme.css"
RULE = re.compile(r'(?:\.fa-[\w-]+,?)+\{--fa:"[^"]*"\}')  # the sign of an icon, by its names
# name: [width, height, [other names], "code", "path" or [two paths]]
DRAWING = re.compile(
    r"""(?<=[{,]) "?(?P<name>[a-z0-9-]+)"? : \[ \d+,\d+, \[(?P<others>[^\]]*)\], "[0-9a-f]+", """
    r"""(?: "[^"]*" | \[[^\]]*\] ) \] ,?""",
    re.VERBOSE,
)


def cut_icons(site: Path) -> None:
    """Cut the theme's script of drawings, and its styles, to the icons that pages and scripts of a rendered site name.

    Without this every page would load 1.5 MB for ten small signs.
    """
    drawings, styles = site / DRAWINGS, site / STYLES
    readers = [*site.rglob("*.html"), *(path for path in drawings.parent.glob("*.js") if path != drawings)]
    used = {name for path in readers for name in re.findall(r"\bfa-([a-z0-9-]+)", path.read_text(encoding="utf-8"))}
    drawings.write_text(keep_drawings(drawings.read_text(encoding="utf-8"), used), encoding="utf-8")
    styles.write_text(keep_rules(styles.read_text(encoding="utf-8"), used), encoding="utf-8")


def keep_drawings(script: str, used: set[str]) -> str:
    """Take the drawings out of a script whose names, old or new, are not among those used.

    Examples
    --------
    >>> keep_drawings('{x:[9,9,[],"f1","M0"],"half-moon":[9,9,["moon",4],"f2","M1"],y:[9,9,[],"f3",["M"]]}', {"moon"})
    '{"half-moon":[9,9,["moon",4],"f2","M1"],}'
    """

    def keep(drawing: re.Match[str]) -> str:
        names = {drawing["name"], *re.findall(r'"([a-z0-9-]+)"', drawing["others"])}
        return drawing[0] if names & used else ""

    return DRAWING.sub(keep, script)


def keep_rules(styles: str, used: set[str]) -> str:
    """Take the rules for icons that are not used out of a style sheet.

    Examples
    --------
    >>> keep_rules('p{top:0}.fa-sun{--fa:"a"}.fa-moon,.fa-night{--fa:"b"}', {"night"})
    'p{top:0}.fa-moon,.fa-night{--fa:"b"}'
    """
    return RULE.sub(lambda rule: rule[0] if used & set(re.findall(r"\.fa-([\w-]+)", rule[0])) else "", styles)
