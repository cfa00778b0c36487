"""Markup of the rendered pages: terms lead to their definitions, tables have names and headers for whoever listens.

A Sphinx extension, named in `docs/conf.py`.
"""

from __future__ import annotations

import re
from typing import Any

GLOSSARY = "glossary"
EXPLAINED = re.compile(r"notebooks/|reading$")  # pages whose terms lead to the glossary
SHORTEST = 3  # letters: "n" and "z" stand in formulas too
EVERYDAY = {  # in the glossary, but read without it: a page full of links explains nothing
    *("collection", "document", "text", "passage", "paragraph", "sentence", "word", "term", "token", "side"),
    *("kind of text", "source", "similarity", "rate", "target", "mention", "prior", "stability", "coverage"),
}
LONGEST_HINT = 300
PHONE_FIGURES = {"notebooks/05_timeline": "timeline-light-phone.png"}  # of the first figure, as the home page has it
_UNTOUCHED = ("reference", "literal", "title", "table", "raw", "image", "literal_block")
_HIDDEN = "visually-hidden"


def setup(app: Any) -> dict[str, bool]:
    """Tell Sphinx when to call what is here."""
    app.connect("doctree-resolved", link_terms)
    app.connect("html-page-context", mend_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


# ---------------------------------------------------------------------------------------------------
# Terms


def link_terms(app: Any, doctree: Any, docname: str) -> None:
    """Let each term of the glossary, where it first stands in a page, show its definition and lead there."""
    if not EXPLAINED.match(docname) or GLOSSARY not in app.env.found_docs:
        return
    from docutils import nodes

    terms = read_terms(app.env.get_doctree(GLOSSARY))
    pattern = pattern_of(terms)
    address = app.builder.get_relative_uri(docname, GLOSSARY)
    for paragraph in list(doctree.findall(nodes.paragraph)):
        for text in list(paragraph.findall(nodes.Text)):
            if not terms or any(type(one).__name__ in _UNTOUCHED for one in _above(text)):
                continue
            parts = [_link(part, terms, address) for part in pattern.split(str(text))]
            if any(isinstance(part, nodes.reference) for part in parts):
                text.parent.replace(text, parts)


def read_terms(glossary: Any) -> dict[str, tuple[str, str]]:
    """Read a page of the glossary: for each term in small letters, its anchor and its definition."""
    from docutils import nodes

    terms = {}
    for item in glossary.findall(nodes.definition_list_item):
        definition = next(item.findall(nodes.definition)).astext().replace("\n", " ")
        hint = definition if len(definition) <= LONGEST_HINT else f"{definition[:LONGEST_HINT].rsplit(' ', 1)[0]} …"
        for term in item.findall(nodes.term):
            name = term.astext().split(" (")[0].lower()
            if len(name) >= SHORTEST and name not in EVERYDAY and term["ids"]:
                terms[name] = (term["ids"][0], hint)
    return terms


def pattern_of(terms: dict[str, tuple[str, str]]) -> re.Pattern[str]:
    """Make the pattern that finds terms, longer ones first, also in the plural.

    Examples
    --------
    >>> pattern_of({"frame": ("", ""), "log-odds": ("", "")}).findall("Frames, by log-odds; framed")
    ['Frames', 'log-odds']
    """
    names = sorted(terms, key=lambda term: (-len(term), term))
    return re.compile(rf"(?i)(?<![\w-])((?:{'|'.join(map(re.escape, names))})s?)(?![\w-])")


def _above(node: Any) -> Any:
    while node.parent is not None:
        node = node.parent
        yield node


def _link(words: str, terms: dict[str, tuple[str, str]], address: str) -> Any:
    """Make a link of words that are a term not met before on this page; a term is taken out once it is met."""
    from docutils import nodes

    name = words.lower()
    name = name if name in terms else name.removesuffix("s")
    if name not in terms:
        return nodes.Text(words)
    anchor, hint = terms[name]
    for other in [other for other, (_, told) in terms.items() if told == hint]:  # with its synonyms
        del terms[other]
    link = nodes.reference("", words, refuri=f"{address}#{anchor}", reftitle=hint, internal=True)
    link["classes"].append("term")
    return link


# ---------------------------------------------------------------------------------------------------
# Tables and buttons


def mend_page(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Mend what Sphinx and its extensions write, before it becomes a page."""
    if "body" in context:
        phone = PHONE_FIGURES.get(pagename)
        context["body"] = mend_html(context["body"], context["pathto"](f"_static/{phone}", 1) if phone else None)


def mend_html(body: str, phone: str | None = None) -> str:
    """Name the tables of a page after their sections, say what is a header, and name buttons as they read.

    `phone` is the address of what stands in for the first figure on a narrow screen.

    Examples
    --------
    >>> print(mend_html("<h2>Who speaks?</h2><table><thead><tr><th></th><th>n</th></tr></thead></table>"))
    <h2>Who speaks?</h2><table><caption class="visually-hidden">Who speaks? Table 1</caption><thead><tr><td></td><th
    scope="col">n</th></tr></thead></table>
    """
    from bs4 import BeautifulSoup

    page = BeautifulSoup(body, "html.parser")
    for summary in page.select("summary[aria-label]"):
        del summary["aria-label"]
    for card in page.select("h1 + .pst-scrollable-table-container > table, h1 + table"):
        _turn_card(page, card)
    for box in page.select(".plot-example"):
        box["tabindex"] = "0"  # wide code scrolls on a phone, and must do so by keyboard
    n_tables: dict[int, int] = {}
    for table in page.find_all("table"):
        heading = table.find_previous(["h1", "h2", "h3"])
        n_tables[id(heading)] = n_tables.get(id(heading), 0) + 1
        if not table.caption:
            name = re.sub(r"\s*#$", "", heading.get_text(" ", strip=True)) if heading else ""
            caption = page.new_tag("caption", attrs={"class": _HIDDEN})
            caption.string = f"{name} Table {n_tables[id(heading)]}".strip()
            table.insert(0, caption)
        _name_headers(table)
    if phone and (figure := page.select_one(".cell_output img")):
        frame = figure.wrap(page.new_tag("picture"))
        frame.insert(0, page.new_tag("source", attrs={"media": "(max-width: 720px)", "srcset": phone}))
    return str(page)


def _turn_card(page: Any, card: Any) -> None:
    """Make rows with a header of their own of the card, whose first row Markdown takes for the head."""
    head, body = card.thead, card.tbody
    body.insert(0, head.tr.extract())
    head.decompose()
    for row in body.find_all("tr"):
        first, *others = row.find_all(["th", "td"])
        first.name = "th"
        for cell in others:
            cell.name = "td"


def _name_headers(table: Any) -> None:
    for cell in table.find_all("th"):
        if not cell.get_text(strip=True):
            cell.name = "td"
        elif not cell.get("scope"):
            several = int(cell.get("colspan", 1)) > 1
            cell["scope"] = ("colgroup" if several else "col") if cell.find_parent("thead") else "row"
