"""Terms of the glossary: where one first stands in a page, it shows its definition and leads there."""

import re
from textwrap import shorten
from typing import Any

from docutils import nodes

EXPLAINED = re.compile(r"notebooks/|reading$|index$")  # pages whose terms lead to the glossary
EVERYDAY = re.compile(  # in the glossary, but read without it: a page full of links explains nothing
    "collection|document|text|passage|paragraph|sentence|word|term|token|side|n|p|z|kind of text|source|similarity|"
    "rate|target|mention|prior|stability|coverage"
)
UNTOUCHED = (nodes.reference, nodes.literal, nodes.title, nodes.table, nodes.raw, nodes.image, nodes.literal_block)


def link_terms(app: Any, doctree: Any, docname: str) -> None:
    """Let each term of the glossary, where it first stands in a page, show its definition and lead there."""
    home = docname == app.config.root_doc and not app.config.corpus_folder
    if not EXPLAINED.match(docname) or home or "glossary" not in app.env.found_docs:
        return
    terms = read_terms(app.env.get_doctree("glossary"))
    names = sorted(terms, key=lambda term: (-len(term), term))
    pattern = re.compile(rf"(?i)(?<![\w-])((?:{'|'.join(map(re.escape, names))})s?)(?![\w-])")
    address = app.builder.get_relative_uri(docname, "glossary")
    kept = {text for node in doctree.findall() if isinstance(node, UNTOUCHED) for text in map(id, node.findall())}
    for paragraph in list(doctree.findall(nodes.paragraph)):
        for text in [text for text in paragraph.findall(nodes.Text) if id(text) not in kept]:
            text.parent.replace(text, [link_term(part, terms, address) for part in pattern.split(str(text))])


def read_terms(glossary: Any) -> dict[str, tuple[str, str]]:
    """Read a page of the glossary: for each term in small letters, its anchor and its definition."""
    terms = {}
    for item in glossary.findall(nodes.definition_list_item):
        hint = shorten(next(item.findall(nodes.definition)).astext(), 302, placeholder=" …")
        for term in item.findall(nodes.term):
            name = term.astext().split(" (")[0].lower()
            if term["ids"] and not EVERYDAY.fullmatch(name):
                terms[name] = (term["ids"][0], hint)
    return terms


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
