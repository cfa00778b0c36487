"""Hand-outs: a notebook's page as one file for printing, with nothing to load and nothing to click."""

from __future__ import annotations

import base64
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import unquote

from ..corpus import load_corpus
from ..talks import load_talks
from .downloads import HANDOUTS
from .pages import RIGHTS, data_version

CLICKED = ("headerlink", "table-csv", "handout-link")
LEFT_OUT = ("button", "details", "form", "iframe", "link", "script", "source", "style")
OTHER_RIGHTS = (
    "Chronology of the talks: CC BY 4.0. Whether tables and figures of this corpus may be passed on is for those "
    "who made it to say."
)


def write_handouts(site: Path, other_corpus: Path | None = None) -> None:
    """Write a hand-out for the page of each notebook of a rendered site: `handouts/NOTEBOOK.html`."""
    foot = [data_version(load_talks(), load_corpus(other_corpus).record), OTHER_RIGHTS if other_corpus else RIGHTS]
    (site / HANDOUTS).mkdir()
    for page in sorted((site / "notebooks").glob("*.html")):
        address = f"This page with its code: {page.relative_to(site).as_posix()} in the site “Talks in words”."
        (site / HANDOUTS / page.name).write_text(make_handout(page, [*foot, address]), encoding="utf-8")


def make_handout(page: Path, foot: list[str]) -> str:
    """Make the hand-out of a page: its text, figures and tables; of the code only what a reader is to change.

    Folded parts are left out: code, and answers that a class is to find for itself.
    """
    from lxml.html import fromstring, tostring

    article = fromstring(page.read_text(encoding="utf-8")).find(".//article")
    _unfold_parameters(article)
    for name in CLICKED:
        for element in article.find_class(name):
            element.drop_tree()
    for element in list(article.iter(*LEFT_OUT)):
        element.drop_tree()
    for cell in article.find_class("cell"):
        if not cell.text_content().strip() and cell.find(".//img") is None:
            cell.drop_tree()
    for link in list(article.iter("a")):
        link.drop_tag()
    for box in article.find_class("text_html"):
        box.set("tabindex", "0")  # a wide table scrolls on a phone, and must do so by keyboard
    for picture in article.iter("img"):
        _embed(picture, page.parent)
    title = article.find(".//h1").text_content()
    template = Template(
        files("analysis_helpers").joinpath("report", "templates", "handout.html").read_text(encoding="utf-8")
    )
    return template.substitute(
        title=escape(title),
        article=tostring(article, encoding="unicode", with_tail=False),
        foot="\n".join(f"<p>{escape(line)}</p>" for line in [title, *foot]),
    )


def _unfold_parameters(article: Any) -> None:
    """Put the code of the cell that a reader is to change in the place of what folds it."""
    for cell in article.find_class("tag_parameters"):
        for fold in cell.findall("details"):
            cell.replace(fold, fold.find_class("cell_input")[0])


def _embed(picture: Any, folder: Path) -> None:
    file = folder / unquote(picture.get("src"))
    picture.set("src", f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}")
    for size in ("width", "height"):
        picture.attrib.pop(size, None)
