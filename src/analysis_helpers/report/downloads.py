"""Downloads: the tables of a notebook's page as CSV files, and the links to them and to its hand-out."""

from __future__ import annotations

import csv
import re
from html import escape
from pathlib import Path
from typing import Any

TABLES, HANDOUTS = "_tables", "handouts"  # folders of the site
# No Markdown link: while Sphinx renders, there is no such page.
HANDOUT = f'<p class="handout-link"><a href="../{HANDOUTS}/{{name}}.html">Hand-out (one file, for printing)</a></p>'


def add_downloads(path: Path, site: Path) -> None:
    """Write the tables of an executed notebook into the site, and links to them into the notebook.

    In: a copy of a notebook that is about to be rendered, the folder of the site's extra files. Each table of an
    output becomes `_tables/NOTEBOOK-CELL.csv`, with a link beneath it; beneath the card stands a link to the hand-out.
    """
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    heading, n_tables = "", 0
    for cell in notebook.cells:
        headings = re.findall(r"(?m)^##? (.+)$", cell.source) if cell.cell_type == "markdown" else []
        if headings:
            heading, n_tables = headings[-1], 0
        tables = [output["data"] for output in cell.get("outputs", []) if "<table" in _html(output)]
        for number, data in enumerate(tables, start=1):
            name = f"{path.stem}-{cell.id}" + (f"-{number}" if number > 1 else "")
            rows = read_table(data["text/html"])
            _write_csv(rows, site / TABLES / f"{name}.csv")
            n_tables += 1
            data["text/html"] += _table_link(name, f"{heading} Table {n_tables}", rows[0])
    link = HANDOUT.format(name=path.stem)
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(link, id="handout"))
    nbformat.write(notebook, path)


def _html(output: Any) -> str:
    return output.get("data", {}).get("text/html", "")


def _table_link(name: str, place: str, header: list[str]) -> str:
    """Link a table; who hears the link without seeing the table is told its place and its columns."""
    said = escape(f"Table as CSV: {place}, columns {', '.join(filter(None, header))}")
    return f'\n<p class="table-csv"><a href="../{TABLES}/{name}.csv" download aria-label="{said}">Table as CSV</a></p>'


def _write_csv(rows: list[list[str]], path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def read_table(html: str) -> list[list[str]]:
    """Read the first table of a piece of HTML as it is shown: one row of names, then the rows, all as text.

    A cell that spans several rows or columns stands in each of them. Several rows of names become one, joined by
    commas.

    Examples
    --------
    >>> read_table("<table><thead><tr><th>side</th><th>words</th></tr></thead>"
    ...            "<tbody><tr><th>US</th><td>1,234</td></tr></tbody></table>")
    [['side', 'words'], ['US', '1,234']]
    """
    from lxml.html import fromstring

    table = fromstring(html).xpath("descendant-or-self::table")[0]
    rows = table.xpath(".//tr")
    n_header = len(table.xpath("./thead/tr"))
    cells: dict[tuple[int, int], str] = {}
    for row, element in enumerate(rows):
        column = 0
        for cell in element.iterchildren("th", "td"):
            while (row, column) in cells:
                column += 1
            text = " ".join(cell.text_content().split())
            for down in range(int(cell.get("rowspan", 1))):
                for right in range(int(cell.get("colspan", 1))):
                    cells[row + down, column + right] = text
    width = 1 + max(column for _, column in cells)
    grid = [[cells.get((row, column), "") for column in range(width)] for row in range(len(rows))]
    header = [", ".join(dict.fromkeys(filter(None, names))) for names in zip(*grid[:n_header], strict=True)]
    return [header, *grid[n_header:]]
