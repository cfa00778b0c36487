"""Terms of the glossary: where one first stands in a page, it shows its definition and leads there."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes

EXPLAINED = re.compile(r"notebooks/|reading$|index$")  # pages whose terms lead to the glossary
EVERYDAY = {  # in the glossary, but read without it: a page full of links explains nothing
    *(
        "collection",
        "document",
        "text",
        "passage",
        "paragraph",
        "sentence",
        "word",
        "term",
        "token",
        "side",
        "n",
        "p",
        "z",
    ),
    *("kind of text", "source", "similarity", "rate", "target", "mention", "prior", "stability", "coverage"),
}
LONGEST_HINT = 300
UNTOUCHED = (nodes.reference, nodes.literal, nodes.title, nodes.table, nodes.raw, nodes.image, nodes.literal_block)


def setup(app: Any) -> dict[str, bool]:
    """Tell Sphinx when to call what is here."""
    app.connect("doctree-resolved", link_terms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def link_terms(app: Any, doctree: Any, docname: str) -> None:
    """Let each term of the glossary, where it first stands in a page, show its definition and lead there."""
    home = docname == app.config.root_doc and not app.config.corpus_folder
    if not EXPLAINED.match(docname) or home or "glossary" not in app.env.found_docs:
        return
    terms = read_terms(app.env.get_doctree("glossary"))
    names = sorted(terms, key=lambda term: (-len(term), term))
    pattern = re.compile(rf"(?i)(?<![\w-])((?:{'|'.join(map(re.escape, names))})s?)(?![\w-])")
    address = app.builder.get_relative_uri(docname, "glossary")
    for paragraph in list(doctree.findall(nodes.paragraph)):
        for text in list(paragraph.findall(nodes.Text)):
            if not any(isinstance(one, UNTOUCHED) for one in above(text)):
                parts = [link_term(part, terms, address) for part in pattern.split(str(text))]
                text.parent.replace(text, parts)


def read_terms(glossary: Any) -> dict[str, tuple[str, str]]:
    """Read a page of the glossary: for each term in small letters, its anchor and its definition."""
    terms = {}
    for item in glossary.findall(nodes.definition_list_item):
        definition = next(item.findall(nodes.definition)).astext().replace("\n", " ")
        hint = definition if len(definition) <= LONGEST_HINT else f"{definition[:LONGEST_HINT].rsplit(' ', 1)[0]} …"
        for term in item.findall(nodes.term):
            name = term.astext().split(" (")[0].lower()
            if name not in EVERYDAY and term["ids"]:
                terms[name] = (term["ids"][0], hint)
    return terms


def above(node: Any) -> Any:
    """Walk from a node to the root."""
    while node.parent is not None:
        node = node.parent
        yield node


def link_term(words: str, terms: dict[str, tuple[str, str]], address: str) -> Any:
    """Make a link of words that are a term not met before on this page; it is taken out, with its synonyms."""
    name = words.lower()
    name = name if name in terms else name.removesuffix("s")
    if name not in terms:
        return nodes.Text(words)
    anchor, hint = terms[name]
    for other in [other for other, (_, told) in terms.items() if told == hint]:
        del terms[other]
    return nodes.reference("", words, refuri=f"{address}#{anchor}", reftitle=hint, internal=True, classes=["term"])
