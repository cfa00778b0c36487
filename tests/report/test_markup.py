"""Terms that lead to the glossary, tables with names and headers, on an invented glossary and on the rendered pages."""

from types import SimpleNamespace

import pytest
from docutils import nodes
from docutils.core import publish_doctree

from analysis_helpers.report.markup import LONGEST_HINT, link_terms, mend_html, read_terms

ADDRESS = "glossary.html"


def _glossary():
    """An invented glossary as Sphinx leaves it: terms with anchors, two of them for one definition."""
    page = publish_doctree(
        "frame\n  What an issue is made to be about.\n\nword\n  A run of letters.\n\nn\n  How many.\n"
    )
    for term in page.findall(nodes.term):
        term["ids"] = [f"term-{term.astext()}"]
    twin = nodes.term("", "framing")
    twin["ids"] = ["term-framing"]
    next(page.findall(nodes.definition_list_item)).insert(1, twin)
    return page


def _links(text, docname="notebooks/03_stance"):
    page = publish_doctree(text)
    app = SimpleNamespace(
        env=SimpleNamespace(found_docs={"glossary"}, get_doctree=lambda name: _glossary()),
        builder=SimpleNamespace(get_relative_uri=lambda source, target: ADDRESS),
    )
    link_terms(app, page, docname)
    return page, [
        (link.astext(), link["refuri"]) for link in page.findall(nodes.reference) if "term" in link["classes"]
    ]


def test_a_term_leads_to_its_definition_once_a_page():
    page, links = _links("Frames and a frame.\n\nAnother frame, by framing.\n")
    assert links == [("Frames", f"{ADDRESS}#term-frame")]
    assert page.astext() == "Frames and a frame.\n\nAnother frame, by framing."
    assert next(page.findall(nodes.reference))["reftitle"] == "What an issue is made to be about."


@pytest.mark.parametrize(
    "text", ["A title with frame\n==================\n\nNothing.\n", "``frame`` is code.\n", "Framed, not a term.\n"]
)
def test_titles_code_and_other_words_are_left_alone(text):
    assert _links(text)[1] == []


def test_everyday_words_short_ones_and_other_pages_are_left_alone():
    assert _links("A word, and n.\n")[1] == []
    assert _links("A frame.\n", docname="api")[1] == []


def test_a_long_definition_is_cut_between_words():
    page = publish_doctree(f"frame\n  {'many words ' * 60}\n")
    next(page.findall(nodes.term))["ids"] = ["term-frame"]
    _, hint = read_terms(page)["frame"]
    assert len(hint) <= LONGEST_HINT + 2
    assert hint.endswith(("many …", "words …"))


def test_the_card_gets_headers_of_rows():
    head, row = "<tr><th>Answer</th><th>All</th></tr>", "<tr><td>Texts</td><td>5</td></tr>"
    page = mend_html(f"<h1>Who?</h1><table><thead>{head}</thead><tbody>{row}</tbody></table>")
    assert '<th scope="row">Answer</th><td>All</td>' in page
    assert '<th scope="row">Texts</th><td>5</td>' in page
    assert "<thead>" not in page


def test_tables_of_a_section_are_numbered_and_keep_their_own_names():
    page = mend_html("<h2>A<a>#</a></h2><table></table><table></table><h2>B</h2><table><caption>own</caption></table>")
    assert [part.split("</caption>")[0].split(">")[-1] for part in page.split("<caption")[1:]] == [
        "A Table 1",
        "A Table 2",
        "own",
    ]


def test_headers_say_what_they_head():
    head = (
        '<table><thead><tr><th colspan="2">rate</th><th></th></tr></thead><tbody><tr><th>US</th></tr></tbody></table>'
    )
    page = mend_html(head)
    assert '<th colspan="2" scope="colgroup">rate</th><td></td>' in page
    assert '<th scope="row">US</th>' in page


def test_the_phone_has_its_own_first_figure():
    page = mend_html('<div class="cell_output"><img src="a.png"/></div>', phone="b.png")
    assert '<picture><source media="(max-width: 720px)" srcset="b.png"/><img src="a.png"/></picture>' in page
