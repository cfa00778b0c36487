"""The form of the pages: figures with tabs, no checks, tables to take away, with names and headers to listen to."""

import csv
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from docutils import nodes

TAB = (
    '<input type="radio" name="{group}" id="{group}-{name}"{on}><label class="sd-tab-label" for="{group}-{name}">'
    '{name}</label><div class="sd-tab-content tab-{name}"></div>'
)


def mend_tree(app: Any, doctree: Any) -> None:
    """Leave out cells tagged `check`; let sections be called as their targets, though docutils wants a letter first."""
    for cell in [cell for cell in doctree.findall(nodes.container) if "tag_check" in cell["classes"]]:
        cell.parent.remove(cell)
    for section in doctree.findall(nodes.section):
        section["ids"] = [name for name in section["names"] if re.match(r"\d{4}-", name)] or section["ids"]


def mend_page(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Mend what Sphinx and its extensions write, before it becomes a page."""
    page, source = BeautifulSoup(context.get("body", ""), "html.parser"), Path(app.env.doc2path(pagename))
    if source.suffix == ".ipynb":
        said = context | {"file": source.name, "ours": not app.config.corpus_folder}
        extras = BeautifulSoup(app.builder.templates.render("notebook.html", said), "html.parser")
        tools, foot = extras.find_all(recursive=False)
        (shape_notebook(page) or page.h1).insert_after(tools)
        page.append(foot)
        if said["ours"]:  # the file of a report on another corpus would tell where on a machine that lies
            Path(app.outdir, "notebooks").mkdir(exist_ok=True)
            shutil.copy(source, Path(app.outdir, "notebooks"))
    name_tables(page)
    if source.suffix == ".ipynb":
        offer_tables(page, Path(app.outdir), source.stem, context["pathto"]("_tables", 1))
    context["body"] = str(page)


def shape_notebook(page: BeautifulSoup) -> Any:
    """Bring the page of a notebook into its form, and return its card, if it has one."""
    for fold in page.select("details.hide"):
        code = fold.select_one(".cell_input")
        code["class"].append("folded-code")
        fold.replace_with(code)
    for cell in page.select(".cell.tag_forms"):
        show_forms(page, cell)
    drawn = [cell for cell in page.select(".cell") if cell.select(".cell_output img") and cell.select(".folded-code")]
    for number, cell in enumerate(drawn, 1):
        make_tabs(page, cell, f"figure-{number}")
    card = page.select_one("h1 + .pst-scrollable-table-container, h1 + table")
    if card:  # each row has a header of its own; Markdown takes the first row for the head
        card.tbody.insert(0, card.thead.tr.extract())
        card.thead.decompose()
        for row in card.select("tr"):
            for number, cell in enumerate(row.find_all(["th", "td"])):
                cell.name = "td" if number else "th"
    return card


def show_forms(page: BeautifulSoup, cell: Any) -> None:
    """Put the pictures of a cell tagged `forms` beside the figure before it: dark, for phones, dark for phones."""
    figure, (dark, phone, dark_phone) = cell.find_previous("img"), cell.select("img")
    dark["alt"] = figure["alt"]
    figure.insert_after(dark.extract())
    for theme, wide, narrow in (("light", figure, phone), ("dark", dark, dark_phone)):
        wide["loading"] = "lazy"  # of four forms a reader loads one
        frame = wide.wrap(page.new_tag("picture", attrs={"class": f"only-{theme}"}))
        frame.insert(0, page.new_tag("source", media="screen and (max-width: 720px)", srcset=narrow["src"]))
    cell.decompose()


def make_tabs(page: BeautifulSoup, cell: Any, group: str) -> None:
    """Put a figure, its table (of its cell, or of the one that follows) and the code into tabs, without a script."""
    data = cell.find_next_sibling()
    if not (data and data.select(".folded-code") and data.select("table.dataframe")):
        data = page.new_tag("div", attrs={"class": cell["class"]})
    parts = {"Figure": [cell], "Data": [data], "Code": [one.select_one(".folded-code") for one in (cell, data)]}
    for output in cell.select(".cell_output > :has(table.dataframe)"):
        data.append(output.extract())
    names = [name for name in parts if name != "Data" or data.contents]
    tabs = "".join(TAB.format(group=group, name=name, on=" checked" * (name == "Figure")) for name in names)
    box = BeautifulSoup(f'<div class="sd-tab-set figure-tabs">{tabs}</div>', "html.parser").div.extract()
    cell.insert_before(box)
    for name in reversed(names):  # the code leaves its cells first
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
        link = page.new_tag("a", href=f"{address}/{name}", download="", string="Table as CSV")
        link["aria-label"] = f"Table as CSV: {table.caption.get_text()}, columns {', '.join(filter(None, rows[0]))}"
        table.insert_after(link)
        link.wrap(page.new_tag("p", attrs={"class": "table-csv"}))


def name_tables(page: BeautifulSoup) -> None:
    """Name the tables of a page after their sections, and say what is a header."""
    n_tables = Counter()
    for table in page.find_all("table"):
        heading = table.find_previous(["h1", "h2", "h3"])
        name = re.sub(r"\s*#$", "", heading.get_text(" ", strip=True)) if heading else ""
        n_tables[name] += 1
        if not table.caption:
            table.insert(0, page.new_tag("caption", attrs={"class": "visually-hidden"}))
            table.caption.string = f"{name} Table {n_tables[name]}".strip()
        for cell in table.find_all("th"):
            if not cell.get_text(strip=True):
                cell.name = "td"
            elif not cell.get("scope"):
                above = "colgroup" if int(cell.get("colspan", 1)) > 1 else "col"
                cell["scope"] = above if cell.find_parent("thead") else "row"
