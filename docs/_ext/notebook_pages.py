"""The form of a notebook's page: figures with tabs, one switch for all code, no checks, tables to take away.

Also what every page needs: tables with names and headers for whoever listens.
"""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from docutils import nodes

PHONE_FIGURES = {"notebooks/05_timeline": "timeline-light-phone.png"}  # of the first figure, as the home page has it
RIGHTS = "Code: BSD-3-Clause; tables and figures: CC BY 4.0."
OTHER_RIGHTS = "Whether tables and figures of this corpus may be passed on is for those who made it to say."
TOOLS = (
    '<div class="page-tools"><label><input type="checkbox" id="show-code"> Show code</label>'
    '<button type="button" class="print-page pst-js-only">Print this page</button></div>'
)
TAB = (
    '<input type="radio" name="{group}" id="{group}-{name}"{on}><label class="sd-tab-label" for="{group}-{name}">'
    '{name}</label><div class="sd-tab-content tab-{name}"></div>'
)


def setup(app: Any) -> dict[str, bool]:
    """Tell Sphinx when to call what is here."""
    app.add_config_value("corpus_folder", "", "html")  # of the corpus, where it is not the shipped one
    app.connect("doctree-read", drop_checks)
    app.connect("html-page-context", mend_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def drop_checks(app: Any, doctree: Any) -> None:
    """Leave out cells tagged `check`: they are for the one who changes a notebook."""
    for cell in list(doctree.findall(nodes.container)):
        if "tag_check" in cell["classes"]:
            cell.parent.remove(cell)


def mend_page(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Mend what Sphinx and its extensions write, before it becomes a page."""
    if "body" not in context:
        return
    page = BeautifulSoup(context["body"], "html.parser")
    source = Path(app.env.doc2path(pagename)) if pagename in app.env.found_docs else Path()
    if source.suffix == ".ipynb":
        ours = not app.config.corpus_folder
        phone = PHONE_FIGURES.get(pagename)
        shape_notebook(page, context["pathto"](f"_static/{phone}", 1) if phone else None)
        said = [context["title"], context["data_version"], RIGHTS if ours else OTHER_RIGHTS]
        page.append(BeautifulSoup(f'<p class="print-foot">{" · ".join(said)}</p>', "html.parser"))
        if ours:  # the file of a report on another corpus would tell where on a machine that lies
            link = page.new_tag("a", href=source.name, download="")
            link.string = "Notebook (.ipynb)"
            page.select_one(".page-tools label").insert_after(link)
            Path(app.outdir, "notebooks").mkdir(exist_ok=True)
            shutil.copy(source, Path(app.outdir, "notebooks"))
    name_tables(page)
    for box in page.select(".plot-example"):
        box["tabindex"] = "0"  # a wide picture scrolls on a phone, and must do so by keyboard
    if source.suffix == ".ipynb":
        offer_tables(page, Path(app.outdir), source.stem, context["pathto"]("_tables", 1))
    context["body"] = str(page)


# ---------------------------------------------------------------------------------------------------
# Notebooks


def shape_notebook(page: BeautifulSoup, phone: str | None = None) -> None:
    """Bring the page of a notebook into its form; `phone` stands in for the first figure on a narrow screen."""
    for fold in page.select("details.hide"):
        code = fold.select_one(".cell_input")
        code["class"].append("folded-code")
        fold.replace_with(code)
    card = page.select_one("h1 + .pst-scrollable-table-container, h1 + table")
    if card:
        turn_card(card)
    (card or page.h1).insert_after(BeautifulSoup(TOOLS, "html.parser"))
    if phone and (figure := page.select_one(".cell_output img")):
        add_phone(page, figure, phone)
    for cell in page.select(".cell.tag_forms"):
        show_forms(page, cell)
    drawn = [cell for cell in page.select(".cell") if cell.select(".cell_output img") and cell.select(".folded-code")]
    for number, cell in enumerate(drawn, 1):
        make_tabs(page, cell, f"figure-{number}")


def add_phone(page: BeautifulSoup, figure: Any, phone: str) -> Any:
    """Let another picture stand in for a figure on a narrow screen."""
    frame = figure.wrap(page.new_tag("picture"))
    frame.insert(0, page.new_tag("source", attrs={"media": "screen and (max-width: 720px)", "srcset": phone}))
    return frame


def show_forms(page: BeautifulSoup, cell: Any) -> None:
    """Put the pictures of a cell tagged `forms` beside the figure before it: dark, for phones, dark for phones."""
    figure, (dark, phone, dark_phone) = cell.find_previous("img"), cell.select("img")
    dark["alt"] = figure["alt"]
    figure.insert_after(dark.extract())
    for theme, wide, narrow in (("light", figure, phone), ("dark", dark, dark_phone)):
        add_phone(page, wide, narrow["src"])["class"] = f"only-{theme}"
    cell.decompose()


def turn_card(card: Any) -> None:
    """Make rows with a header of their own of the card, whose first row Markdown takes for the head."""
    head, body = card.select_one("thead"), card.select_one("tbody")
    body.insert(0, head.tr.extract())
    head.decompose()
    for row in body.find_all("tr"):
        first, *others = row.find_all(["th", "td"])
        first.name = "th"
        for cell in others:
            cell.name = "td"


def make_tabs(page: BeautifulSoup, cell: Any, group: str) -> None:
    """Put a figure, its table (of its cell, or of the one that follows) and the code into tabs, without a script."""
    following = cell.find_next_sibling()
    if not (following and following.select(".folded-code") and following.select("table.dataframe")):
        following = None
    data = following or page.new_tag("div", attrs={"class": cell["class"]})
    parts = {"Figure": [cell], "Data": [data], "Code": [one.select_one(".folded-code") for one in (cell, data)]}
    for output in cell.select(".cell_output > *"):
        if output.select("table.dataframe"):
            data.append(output.extract())
    if not data.contents:
        del parts["Data"]
    tabs = "".join(TAB.format(group=group, name=name, on=" checked" if name == "Figure" else "") for name in parts)
    box = BeautifulSoup(f'<div class="sd-tab-set figure-tabs">{tabs}</div>', "html.parser").div.extract()
    cell.insert_before(box)
    for name in reversed(parts):  # the code leaves its cells first
        for part in filter(None, parts[name]):
            box.select_one(f".tab-{name}").append(part.extract())
    for code in box.select(".folded-code"):
        code["class"] = ["cell_input"]


def offer_tables(page: BeautifulSoup, site: Path, stem: str, address: str) -> None:
    """Write each table of a page as a CSV file, and a link beneath it."""
    (site / "_tables").mkdir(exist_ok=True)
    for number, table in enumerate(page.select("table.dataframe"), 1):
        rows = [[cell.get_text(strip=True) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
        name = f"{stem}-{number:02}.csv"
        with (site / "_tables" / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        link = page.new_tag("a", href=f"{address}/{name}", download="")
        link["aria-label"] = f"Table as CSV: {table.caption.get_text()}, columns {', '.join(filter(None, rows[0]))}"
        link.string = "Table as CSV"
        box = page.new_tag("p", attrs={"class": "table-csv"})
        box.append(link)
        table.insert_after(box)


# ---------------------------------------------------------------------------------------------------
# Every page


def name_tables(page: BeautifulSoup) -> None:
    """Name the tables of a page after their sections, and say what is a header."""
    n_tables: dict[int, int] = {}
    for table in page.find_all("table"):
        heading = table.find_previous(["h1", "h2", "h3"])
        n_tables[id(heading)] = n_tables.get(id(heading), 0) + 1
        if not table.caption:
            name = re.sub(r"\s*#$", "", heading.get_text(" ", strip=True)) if heading else ""
            caption = page.new_tag("caption", attrs={"class": "visually-hidden"})
            caption.string = f"{name} Table {n_tables[id(heading)]}".strip()
            table.insert(0, caption)
        for cell in table.find_all("th"):
            if not cell.get_text(strip=True):
                cell.name = "td"
            elif not cell.get("scope"):
                several = int(cell.get("colspan", 1)) > 1
                cell["scope"] = ("colgroup" if several else "col") if cell.find_parent("thead") else "row"
