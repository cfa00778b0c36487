"""No word vanishes: each of a file stands in a passage, a column of its document, or `removed`. Words are invented."""

import html
import json
import re
import textwrap
from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from analysis_helpers.build import prepare
from analysis_helpers.build.read.archives import Item
from analysis_helpers.build.read.registry import DOCUMENT_READERS, read_units
from tests import made_files as made
from tests.build.read.test_readers_fuzz import few

ODD = [  # lines of which the rules of cleaning make something else than a paragraph
    "Home » World » Talks", "Leave a Reply", "By Anna Invented", "March 4, 2025", "11:06 A.M. EST", "***", "- an item",
    "Ford Works Dearborn, Michigan", "Salt is no answer", "READOUT OF THE TALKS", "AFP: Any comment?", "MR. GREEN:",
    "Secretary Rubio: Thank you. (Laughter.)", "see [the order](https://sample.example/a) and ![a map](b.png) now", "Q",
    "He left.Then she came.", "<b>bold</b> words", "© 2024 The Sample. All rights reserved", "1,024 views", "#",
    "Envoys meet in Faro | The Sample", "Length: 12 words", "Body", "Title: Another", "| Port | Boats |", "---", "a: b",
]  # fmt: skip
SOME = "harbour envoy spoke of salt and fish for the price was high in spring when boats lay idle near old town walls"
BESIDE = "This stands beside"
sentence = st.lists(st.sampled_from(SOME.split()), min_size=3, max_size=40).map(lambda w: " ".join(w).capitalize())
lines_ = st.lists(st.one_of(sentence, sentence.map("{}.".format), st.sampled_from(ODD)), min_size=1, max_size=9)
titles = st.sampled_from(["", "Envoys meet", "Salt is no answer", 'Talks: the "second" # round', "long " * 120])


def markdown(title, lines):
    about = {"title": title, "tags": ["fish", "salt"], "authors": ["Anna", "Bo"], "description": f"{BESIDE}: {SOME}"}
    body = "\n\n".join(textwrap.fill(line, 60, break_on_hyphens=False) for line in lines)
    return f"---\n{yaml.safe_dump(about, width=40)}---\n\n{body}"


def page(title, lines):
    body = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return f"<html><head><title>{html.escape(title)}</title></head><body><nav>{BESIDE}</nav><article>{body}</article>"


def proquest(title, lines):
    tail = ["Publication date: Mar 9, 2022", f"Subject: {BESIDE}", f"Title: {title}", "Publisher: Press", "Database: D"]
    tail += ["ProQuest document ID: 1", "Document URL: https://sample.example/1", "Publication title: Harbour Daily"]
    return "_" * 60 + f"\nDocument 1 of 1\n\n{title}\n\nFull text: " + "\n\n".join([*lines, *tail])


def nexis(title, lines):
    head = ["User Name: Ann", title, "Harbour Wire", "March 18, 2021", "", "Copyright 2021", "Length: 12 words", "Body"]
    tail = ["Classification", "Language: ENGLISH", f"Subject: {BESIDE}", "Load-Date: March 19, 2021", "End of Document"]
    return "\n".join([*head, "", *lines, *tail])


def row(title, lines):
    return {"title": title, "text": "\n".join(lines), "note": BESIDE, "tags": ["fish", {"of": "Faro"}]}


def table(title, lines):
    cells = (cell.replace('"', '""') for cell in [title, "\n".join(lines), BESIDE])
    return "title,text,note\n" + ",".join(f'"{cell}"' for cell in cells)


def pdf(title, lines):
    pages = [["Sample Review 1", *(part for line in lines for part in textwrap.wrap(line, 80)), f"Title {title[:50]}"]]
    return made.pdf(*pages, ["Sample Review 2", "This stands beside."], ["Sample Review 3", "Last."])


READERS = {  # by reader: the file of a title and lines, and how many are made
    ".txt": (lambda title, lines: "\n\n".join([title, *lines, BESIDE]), 60),
    ".txt proquest": (proquest, 20),
    ".txt nexis": (nexis, 20),
    ".md": (markdown, 40),
    ".html": (page, 20),
    ".docx": (lambda title, lines: made.docx(title, *lines, header=BESIDE), 6),
    ".rtf": (lambda title, lines: made.rtf_of("\n".join([title, *lines]), f"{{\\footnote {BESIDE}}}"), 20),
    ".pdf": (pdf, 6),
    ".csv": (table, 20),
    ".jsonl": (lambda title, lines: json.dumps(row(title, lines)), 20),
    ".json": (lambda title, lines: json.dumps({"from": "Wire", "rows": [row(title, lines)]}), 10),
    ".xlsx": (lambda title, lines: made.xlsx(A=[["title", "text"], [title, "\n".join(lines), BESIDE]]), 6),
    ".parquet": (lambda title, lines: made.parquet(title=[title], text=["\n".join(lines)], note=[BESIDE]), 6),
    ".zip": (lambda title, lines: made.zipped({"a.md": markdown(title, lines)}), 6),
    ".tar.gz": (lambda title, lines: made.tarred({"a.html": page(title, lines)}), 6),
}
COLUMNS = ["title", "author", "outlet", "genre", "url", "date_evidence"]


def words_of(*texts):
    return Counter(word for text in texts for word in re.findall(r"[^\W_]+", text.casefold()))


def lost(data, ending, expected, known=()):
    """The words that are expected of a file and stand nowhere; a file of which nothing is kept says why."""
    item = Item(f"a{ending}", "in", Path(), "a", "a", data if isinstance(data, bytes) else data.encode())
    part = prepare.prepare_part(read_units([item], {}), prepare.Settings(dict(known), ("en",), dict(DOCUMENT_READERS)))
    if part.documents.empty:
        return Counter() if part.aside["reason"].notna().all() else expected
    found = [*part.passages["text"], *part.passages["speaker"].dropna(), *part.removed["text"]]
    return expected - words_of(*found, *(value for name in COLUMNS for value in part.documents[name].dropna()))


@pytest.mark.parametrize("case", READERS)
@pytest.mark.parametrize(
    "known", [{}, {"a": {"title": "Given", "author": "X", "date": "2020-01-01"}}], ids=["", "given"]
)
def test_every_word_of_a_file_is_kept_or_recorded(case, known, monkeypatch):
    monkeypatch.setattr(prepare, "find_language", lambda text: None)
    make, times = READERS[case]

    @few(max_examples=max(3, times // 4) if known else times)
    @given(titles, lines_)
    def run(title, lines):
        lines = [line.encode("ascii", "ignore").decode() for line in lines] if case == ".pdf" else lines
        expected = words_of(*lines, title[:50] if case == ".pdf" else title, BESIDE)
        assert not lost(make(title, lines), case.split()[0], expected, known)

    run()


def test_a_reader_that_drops_a_word_is_found(monkeypatch):
    """The test above would see it: this reader keeps all but the last word."""
    monkeypatch.setitem(DOCUMENT_READERS, ".odd", lambda data: [{"text": data.decode().rpartition(" ")[0]}])
    assert lost(made.BODY, ".odd", words_of(made.BODY)) == Counter(["week"])
