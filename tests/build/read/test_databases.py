"""Exports of databases. All articles, outlets and people are invented for these tests; only the layouts are real."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_helpers.build.read.databases import explain_no_text, is_zotero, link_attachments, split_export
from tests.conftest import by_hand, read_gold

NEXIS, LEXIS, LEXIS_GERMAN, FACTIVA, FACTIVA_PLAIN, PROQUEST_LINES = (
    Path(__file__).with_name("exports").joinpath(f"{name}.txt").read_text(encoding="utf-8")
    for name in ("nexis", "lexis", "lexis_german", "factiva", "factiva_plain", "proquest_page")
)
# Codes on lines of their own, and a last article whose end is missing.
FACTIVA_ALONE = re.sub(r"(?m)^([A-Z]{2,3})\t", r"\n\1\n", FACTIVA.split("AN\tDocument YBS", 1)[0])
PROQUEST = PROQUEST_LINES.replace("\n", "\n\n")
PROQUEST_PAGE = re.sub(r"(?m)^(?:_+|.* of 3)\n", "", PROQUEST_LINES)  # a page loses the rules and the numbers
NB, RULE = "\u00a0", "_" * 60

NAMES = ("title", "outlet", "date", "author", "text")
# Of each article the title, outlet, date as printed, author and body, as they stand in the layouts above.
READ = {export: [] for export in ("nexis", "lexis", "lexis german", "factiva", "factiva plain", "proquest")}
for row in read_gold("articles_of_exports"):
    READ[row["export"]].append(tuple(row[name] or None for name in NAMES))
FERRY = NEXIS[NEXIS.index("A ferry") : NEXIS.index("双方")]
(TITLE, OUTLET, *ABOUT) = READ["nexis"][1]
EXPORTS = {
    "nexis": (NEXIS, READ["nexis"]),
    "lexis": (LEXIS, READ["lexis"]),
    "lexis german": (LEXIS_GERMAN, READ["lexis german"]),
    "factiva": (FACTIVA, READ["factiva"]),
    "factiva, blanks": (FACTIVA.replace("\t", "  "), READ["factiva"]),
    "factiva, headline below its code": (FACTIVA.replace("HD\t", "HD\n"), READ["factiva"]),
    "factiva alone": (FACTIVA_ALONE, READ["factiva"][:2]),
    "factiva plain": (FACTIVA_PLAIN, READ["factiva plain"]),
    "proquest": (PROQUEST, READ["proquest"]),
    "proquest, a page": (PROQUEST_PAGE, READ["proquest"]),
    "nexis, a headline of two lines": (FERRY.replace("y is", "y\nis"), [(TITLE, OUTLET, *ABOUT)]),
    "nexis, no outlet": (FERRY.replace("Harbour Wire\n18", "18"), [(TITLE, None, *ABOUT)]),
}
LAYOUTS = ["nexis", "lexis", "factiva", "factiva alone", "factiva plain", "proquest"]


def seen(records):
    return rows([record.get(name) for name in NAMES] for record in records)


def rows(articles):
    return [(*row, text and list(filter(None, text.split("\n")))) for *row, text in articles]


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_gives_its_articles(name):
    articles = split_export(EXPORTS[name][0])
    assert seen(articles) == rows(EXPORTS[name][1])
    remedy = "export it again as full text or delete it"
    for n, article in enumerate(articles, start=1):
        assert article["where"] == f"article {n}"
        reason = f"article {n} of the export has no body (headline only); expected an article in full text"
        assert "text" in article or (article["reason"], article["remedy"]) == (reason, remedy)


CHANGES = {
    "windows": lambda text: text.replace("\n", "\r\n"),
    "no-break spaces": lambda text: "\ufeff" + text.replace(" ", NB),
    "blank lines": lambda text: text.replace("\n", "\n\n") if "Edition 1" not in text else text,
    "an end is missing": lambda text: text.replace("End of Document\nA ferry", "A ferry"),
}


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_a_program_does_to_an_export_changes_no_article(name, change):
    text, expected = change(EXPORTS[name][0]), rows(EXPORTS[name][1])
    assert seen(split_export(text)) == expected
    assert seen(split_export(f"{text}\n{text}")) == 2 * expected


def test_a_sentence_that_begins_like_a_factiva_field_is_not_one():
    text = FACTIVA.replace("双方星期五在日内瓦会面。", "双方星期五在日内瓦会面。\nIN May they meet.\nRE that, nothing.")
    assert split_export(text)[1]["text"].endswith("IN May they meet.\nRE that, nothing.")


def test_proquest_gives_addresses_and_says_where_it_has_no_full_text():
    assert [article["url"][-7:] for article in split_export(PROQUEST)] == ["1000001", "1000002", "1000003"]
    start, end = PROQUEST.index("Both sides met in Vienna"), PROQUEST.index("Subject: Talks")
    first = split_export(f"{PROQUEST[:start]}None available.\n\n{PROQUEST[end:]}")[0]
    assert first["title"] == "Envoys meet in Vienna"
    assert "text" not in first


@by_hand("no_exports")
def test_an_ordinary_text_is_no_export(text):
    assert split_export(text) is None


EVENTS = ["410412347", "20210318", "202103", "2021"]
GRAPH = ["20210318000000-12", "20210318000000", "1", "sample.example"]
STORIES = ["id", "indexed_date", "language", "media_name", "media_url", "publish_date", "title", "url"]
OLD_STORIES = ["stories_id", "publish_date", "title", "url", "language", "ap_syndicated", "themes", "media_id"]


WITHOUT = [
    ("Media Cloud", STORIES, 8), ("Media Cloud", OLD_STORIES, 8), ("GDELT events", EVENTS, 58),
    ("GDELT events", [], 61), ("GDELT events", ["GLOBALEVENTID", "SQLDATE", "MonthYear", "SOURCEURL"], 4),
    ("GDELT mentions", ["GlobalEventID", "EventTimeDate", "MentionIdentifier"], 3),
    ("knowledge graph", ["GKGRECORDID", "V2.1DATE", "V2DOCUMENTIDENTIFIER"], 3), ("knowledge graph", GRAPH, 27),
]  # fmt: skip


@pytest.mark.parametrize(("words", "columns", "n_columns"), WITHOUT)
def test_a_table_without_texts_is_explained(words, columns, n_columns):
    found = explain_no_text(columns, n_columns)
    assert words in found.reason
    assert "no text" in found.reason
    assert found.remedy.startswith("collect the texts from the addresses (within the publishers' terms)")
    for other, n_others in (([], 0), (["id", "title", "url"], 3), (["name", "age"], 61), (EVENTS, 4)):
        assert explain_no_text(other, n_others) is None


COLUMNS = ("Key", "Item Type", "Publication Year", "Author", "Title", "Publication Title", "Url", "File Attachments")


def item(title, attachments="", **other):
    row = dict.fromkeys(COLUMNS, "") | {"Key": "K", "Item Type": "newspaperArticle", "Title": title}
    return row | {"File Attachments": attachments} | other


def test_zotero_items_find_their_files():
    assert is_zotero(["\ufeffKey", *COLUMNS[1:]])
    assert not is_zotero(["id", "title", "text"])
    rows = [
        item("One", r"C:\Users\ann\Zotero\storage\AB12\Full Text.pdf", Date="2021-03-18", Author="Untrue, Kim"),
        item("Two", "/home/ann/Zotero/storage/CD34/Full Text.pdf", **{"Publication Year": "2021"}),
        item("Three", "files/12/three.docx", **{"Item Type": "blogPost", "Publication Title": "A Blog", "Url": "u"}),
        item("Four", "files/13/CAFE\u0301.TXT"),
        item("Five", "files/1/page.html; files/1/paper.pdf;files/1/photo.jpg"),
        item("Six", r"C:\storage\ZZ99\Full Text.pdf"),
    ]
    names = ["storage/AB12/Full Text.pdf", "storage/CD34/Full Text.pdf", "My files/12/three.docx", "13/Café.txt"]
    others = ["files/1/page.html", "files/1/paper.pdf", "files/1/photo.jpg", "other.txt"]
    documents, passed_over, rejected = link_attachments(rows, [*names, *others])
    assert documents == {
        names[0]: {"title": "One", "date": "2021-03-18", "author": "Untrue, Kim", "genre": "newspaper_article"},
        names[1]: {"title": "Two", "date": "2021", "genre": "newspaper_article"},
        names[2]: {"title": "Three", "outlet": "A Blog", "url": "u", "genre": "blog_post"},
        names[3]: {"title": "Four", "genre": "newspaper_article"},
        others[1]: {"title": "Five", "genre": "newspaper_article"},
    }
    assert sorted(passed_over) == ["files/1/page.html", "files/1/photo.jpg"]
    assert [record["title"] for record in rejected] == ["Six"]  # its path fits two files, others fit them better


def test_items_without_a_file_say_so():
    paths = ["", r"C:\x\two.pdf", "files/3/three.jpg", "../../../", r"C:\x\page.html"]
    names = ["files/3/three.jpg", "a/page.html", "b/page.html"]
    documents, _, rejected = link_attachments([item("", path) for path in paths], names)
    assert not documents
    assert [record["where"] for record in rejected] == [f"row {n}" for n in range(2, 7)]
    reasons = [record["reason"] for record in rejected]
    assert reasons[:2] == ["has no attached file; expected one", "its attached file two.pdf is not in the folder"]
    assert rejected[1]["remedy"] == "export the collection with its files, into the same folder"
    assert "is of no kind that can be read" in reasons[2]
    assert reasons[4].startswith("its attached file page.html cannot be told from others of this name")


@given(st.lists(st.text("ab/\\;.:é ", max_size=12), max_size=6), st.lists(st.text("ab/.é", min_size=1), max_size=6))
def test_every_item_is_linked_once_or_rejected(cells, names):
    rows = [item(str(number), cell) for number, cell in enumerate(cells)]
    documents, passed_over, rejected = link_attachments(rows, names)
    assert len(documents) + len(rejected) == len(cells)
    assert {*documents, *passed_over} <= set(names)
