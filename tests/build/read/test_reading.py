"""Reading: files of every format become documents with title, date, author, address and text. Texts are invented."""

import gzip
import html
import json
import re
import zipfile
from datetime import date, datetime

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from analysis_helpers.build.read import metadata, registry
from analysis_helpers.build.read.markdown import join_soft_breaks
from analysis_helpers.errors import TalksError, UnreadableError
from tests import made_files as made
from tests.build.read.test_databases import EXPORTS as ARTICLES
from tests.build.read.test_databases import FACTIVA, NEXIS, PROQUEST
from tests.conftest import ROOT
from tests.made_files import BODY, CELL, FIRST, HEADLINE, PAGE, ROW, SAMPLES, SECOND, part_of, records_of, write

LINES = BODY.split("\n")
CAFE = "The café in Évora was closed when the delegates came, so they ate fish at the naïve painter’s house instead."
WRAPPED = """The delegates of both sides came to the harbour of Lisbon early on
Thursday, before the boats had left, and went into the old customs house
without a word to the few reporters who were waiting in the rain outside
of it. Nobody saw them for the next five hours, and the fish went cold.

In the evening a spokesman read out a statement of three sentences. They
had spoken about sardines, about the duties on tinned fish, and about the
rules for visiting crews, he said, and they would speak of all this again
when the weather was better. Then he folded the paper and went home."""
UNWRAPPED = [" ".join(paragraph.split("\n")) for paragraph in WRAPPED.split("\n\n")]


def _of(text=LINES, title=None, **known):
    return {"text": text} | ({"title": title} if title else {}) | known


WITH_DATE = {"title": HEADLINE, "date": "2021-03-18"}
FROM_ROW = {**WITH_DATE, "author": "Anna Invented", "url": "https://sample.example/1"}
FROM_PAGE = {**FROM_ROW, "outlet": "The Daily Sample", "url": "https://sample.example/2021/envoys"}
FRONT = """---
headline: >-
  Envoys meet
  in Lisbon
published_time: 2021-03-18T09:00:00Z
authors:
- Anna
- name: Bo
sourceUrl: 'https://sample.example/2021/envoys'
site_name: "The Daily\\
  \\ Sample"
---
"""
# By what is special: the name of the file, its content, and the documents that it gives.
FORMATS = {
    "txt": ("a.txt", BODY, [_of()]),
    "headline and date": ("a.txt", f"{HEADLINE}\nPublished: 18 March 2021\n\n{BODY}", [_of(**WITH_DATE)]),
    "UTF-16": ("a.txt", f"{CAFE}\n{BODY}".encode("utf-16"), [_of([CAFE, *LINES])]),
    "Windows-1252": ("a.txt", f"{CAFE}\r\n{FIRST}".encode("cp1252"), [_of([CAFE, FIRST])]),
    "HTML in a txt": ("a.txt", PAGE, [_of(**FROM_PAGE)]),
    "broken at 72 columns": ("a.txt", WRAPPED, [_of(UNWRAPPED)]),
    "subtitles": (
        "a.txt", f"1\r\n00:00:01,000 --> 00:00:04,000\r\n<i>{CELL[:40]}\r\n\r\n2\r\n00:00:04,000 --> 00:00:08,500\r\n"
        f"{CELL[40:]}</i>\r\n\r\n3\r\n00:00:09,000 --> 00:00:12,000\r\n- {SECOND}\r\n", [_of([CELL, f"- {SECOND}"])],
    ),
    "web subtitles": (
        "a.vtt",
        f"WEBVTT - talks\n\n00:01.000 --> 00:04.000 align:start\n{FIRST}\n\n01:00:04.000 --> 01:00:08.000\n{SECOND}",
        [_of([f"{FIRST} {SECOND}"])],
    ),
    "mojibake": ("a.txt", CAFE.encode().decode("cp1252"), [_of([CAFE])]),
    "entities": (
        "a.txt", FIRST.replace("Both", "&ldquo;Both&rdquo;").replace(" sides", "\xa0sides"),
        [_of([FIRST.replace("Both", "“Both”")])],
    ),
    "md": ("a.md", SAMPLES[".md"], [_of(**WITH_DATE)]),
    "md without front matter": ("a.md", f"# {HEADLINE}\n\n{BODY}", [_of(title=HEADLINE)]),
    "md broken at 72 columns": ("a.md", WRAPPED, [_of(UNWRAPPED)]),
    "md, other names": ("a.md", FRONT.replace("\n", "\r\n") + BODY, [_of(**FROM_PAGE | {"author": "Anna; Bo"})]),
    "md, broken YAML": (
        "a.md", f"---\ntitle: Talks: the second\ndate: 2021-03-18\ntags: [a, b\nauthor: \"Bo\n---\n{BODY}",
        [_of(title="Talks: the second", date="2021-03-18", author="Bo")],
    ),
    "md, TOML": (
        "a.md", f"+++\ndate = 2021-03-18\ntitle = 'Talks'\n[params]\nauthor = \"Bo\"\n+++\n{BODY}",
        [_of(title="Talks", date="2021-03-18", author="Bo")],
    ),
    "md, lines of a page": (
        "a.md", f"Title: Talks\n\nURL Source: https://example.org/t\n\nMarkdown Content:\n{BODY}",
        [_of(title="Talks", url="https://example.org/t")],
    ),
    "md, lines": ("a.md", f"Title: Talks\nDate: 2021-03-18\n\nRoe: Hello.\n\n{BODY}", [
        _of(["Roe: Hello.", *LINES], "Talks", date="2021-03-18")
    ]),
    "md, rules": ("a.md", f"---\nThe envoy: they met.\n---\n\n{BODY}", [_of(["The envoy: they met.", *LINES])]),
    "md, images": (
        "a.md", f"![a map\n](b.png)\n\n[![a\n boat](c.png)](d.html)\n\n{FIRST}\n\n[{SECOND}](/e 'The port')",
        [_of([FIRST, SECOND])],
    ),
    "html": ("a.html", PAGE, [_of(**FROM_PAGE)]),
    "fragment": ("a.html", f"<h1>{HEADLINE}</h1><p>{FIRST}</p><p>{SECOND}</p>", [_of([FIRST, SECOND], HEADLINE)]),
    "byte string": (
        "a.html", f"<h1>{HEADLINE}</h1>\nb'<div>\\n<p>{FIRST}</p>\\n<p>It\\xe2\\x80\\x99s late.</p></div>'",
        [_of([FIRST, "It’s late."], HEADLINE)],
    ),
    "docx": ("a.docx", SAMPLES[".docx"], [_of([FIRST, "Port Boats", "Faro 12", *LINES[1:]], HEADLINE)]),
    "rtf": (
        "a.rtf", made.rtf("It\\'92s late, said the caf\\'e9 owner.", "The delta \\u916?T was \\u8217?small\\u8217?."),
        [_of(["It’s late, said the café owner.", "The delta ΔT was ’small’."])],
    ),
    "csv": ("a.csv", SAMPLES[".csv"], [_of(**WITH_DATE), _of([CELL], "Ferries", date="2021-03-19")]),
    "semicolons": (
        "a.csv", f"Titre;Date;Text\nÉvora;18.03.2021;{CAFE}\n".encode("cp1252"), [_of([CAFE], date="2021-03-18")],
    ),
    "HTML in cells": (
        "a.csv", f'title,text\n{HEADLINE},"<p>{FIRST}</p><p>{SECOND}</p><script>x()</script>"\n',
        [_of([FIRST, SECOND], HEADLINE)],
    ),
    "csv.gz": ("a.csv.gz", gzip.compress(SAMPLES[".tsv"]), [_of([CELL], **WITH_DATE)]),
    "jsonl": ("a.jsonl", SAMPLES[".jsonl"], [_of(**FROM_ROW), _of([SECOND], **FROM_ROW)]),
    "a list in an object": ("a.json", json.dumps({"n": 1, "articles": [ROW]}), [_of(**FROM_ROW)]),
    "one object": ("a.json", json.dumps(ROW), [_of(**FROM_ROW)]),
    "a sheet of notes": (
        "a.xlsx", made.xlsx(
            Texts=[["Date", "Headline", "Body"], [date(2021, 3, 18), HEADLINE, FIRST], [None, None, "=1+1"]],
            Notes=[["colour"], ["blue"]],
        ), [_of([FIRST], **WITH_DATE)],
    ),
    "two sheets of texts": (
        "a.xlsx",
        made.xlsx(One=[["date", "text"], [datetime(2021, 3, 18, 9), FIRST]], Two=[["text"], [None], [SECOND]]),
        [_of([FIRST], date="2021-03-18"), _of([SECOND])],
    ),
    "parquet": (
        "a.parquet", made.parquet(Headline=[HEADLINE], published=[datetime(2021, 3, 18)], story=[BODY], n=[1.0]),
        [_of(**WITH_DATE)],
    ),
    "zip": ("a.zip", SAMPLES[".zip"], [_of(), _of(**FROM_PAGE)]),
    "tar.gz": ("a.tar.gz", SAMPLES[".tar.gz"], [_of(), _of(**FROM_PAGE)]),
    "packed in a zip": ("a.zip", made.zipped({"t.jsonl.gz": SAMPLES[".jsonl.gz"]}), [_of(**FROM_ROW)]),
}  # fmt: skip


def _seen(part, names=("title", "date", "author", "outlet", "url", "genre")):
    bodies = part.passages[part.passages["kind"] != "heading"].groupby("doc_id")["text"].agg(list)
    rows = zip(bodies[part.documents["doc_id"]], part.documents.to_dict("records"), strict=True)
    return [{name: row[name] for name in names if isinstance(row[name], str)} | {"text": body} for body, row in rows]


@pytest.mark.parametrize("case", FORMATS)
def test_every_format_gives_what_its_file_says(case, tmp_path):
    name, content, expected = FORMATS[case]
    assert _seen(part_of(write(tmp_path / "in", {name: content}))) == expected


BROKEN = (
    "Delegates of both sides came to the harbour of Lisbon early, and\nPresident Fisher spoke of a long trade-\noff."
)
STAYS = [
    "# The second day", "- One item that goes on to the end of the line, which is not far\n- two", "1. One\n2. Two",
    "| Port | Boats |\n| --- | --- |\n| Faro | 12 |", "An address of this house, at the end of the long street  \nFaro",
    "Setext\n------", "```\nCode that is long enough to be taken for a line of a paragraph\nstays\n```",
]  # fmt: skip


@pytest.mark.parametrize("block", STAYS)
def test_markdown_joins_paragraphs_and_nothing_else(block):
    joined, quoted = BROKEN.replace("-\n", "-").replace("\n", " "), BROKEN.replace("\n", "\n> ")
    assert join_soft_breaks(f"{BROKEN}\n> {quoted}\n\n{block}\n\nEnd.") == f"{joined}\n> {joined}\n\n{block}\n\nEnd."


PAGES = [
    ["Invented Review of Fisheries 4", "The delegates of both sides came to the harbour and spoke about sar-",
     "dines, while the boats waited for the wind to turn and the crews played", "cards. Nobody won."],
    ["Invented Review of Fisheries 5", "They went home on Friday. The (old) customs house was closed again."],
    ["Invented Review of Fisheries 6", "In spring the talks went on in Porto."],
]  # fmt: skip


def test_a_pdf_gives_its_paragraphs_without_running_heads(tmp_path):
    part = part_of(write(tmp_path / "in", {"a.pdf": made.pdf(*PAGES)}))
    assert part.passages["text"].tolist() == [
        "The delegates of both sides came to the harbour and spoke about sardines, while the boats waited for the wind "
        "to turn and the crews played cards. Nobody won.",
        "They went home on Friday. The (old) customs house was closed again.",
        "In spring the talks went on in Porto.",
    ]
    assert part.removed["kind"].tolist() == ["around the article (HTML or PDF)"]
    assert part.removed["n_words"].tolist() == [3 * 5 + 2]  # three running heads with their numbers, a word in halves
    found = records_of(write(tmp_path / "none", {"a.pdf": made.pdf([], [])}))
    assert found[0]["reason"].startswith("has no text layer (2 pages, probably pictures)")
    assert found[0]["remedy"] == "run text recognition (OCR) on it first"


GAPS = {  # how a line shows its words without a blank, and whether that can be seen
    "each in its place": (lambda words: " ".join(f"({w}) Tj {7.2 * len(w) + 2:.1f} 0 Td" for w in words), True),
    "in one array": (lambda words: f"[{' -170 '.join(f'({w})' for w in words)}] TJ", True),
    "nothing": (lambda words: f"({''.join(words)}) Tj", False),
}


@pytest.mark.parametrize("case", GAPS)
def test_words_that_a_pdf_sets_apart_by_gaps_alone(case, tmp_path):
    """The font says that its blank is as wide as any letter, and the gaps are far narrower."""
    show, seen = GAPS[case]
    lines = FIRST.removesuffix("."), SECOND.removesuffix(".").replace(",", "")
    content = "\n".join(f"BT /F1 12 Tf 72 {700 - 14 * n} Td {show(line.split())} ET" for n, line in enumerate(lines))
    widths = f"/FirstChar 32 /LastChar 126 /Widths [{' 600' * 95}]"
    font = f"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Courier {widths} >> >> >>"
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources {font} >>"
    tree = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page]
    data = made.join_pdf([*tree, f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"])
    found = records_of(write(tmp_path / "in", {"a.pdf": data}))[0]
    assert found.get("text") == (" ".join(lines) if seen else None)
    assert found.get("reason", "").startswith("has no blanks between its words") == (not seen)


def test_a_ligature_in_a_title_and_a_page_in_an_old_encoding(tmp_path):
    page = PAGE.replace("utf-8", "gb2312").replace("Both sides", "“Both sides”—the two—").encode("gb18030")
    folder = write(tmp_path / "in", {"a.html": page, "b.csv": f'title,text\nThe ﬁsh of Ｆａｒｏ,"{CELL} The tariﬀ."\n'})
    part = part_of(folder)
    assert part.documents["title"].tolist() == [HEADLINE, "The fish of Faro"]
    assert part.passages["text"].tolist()[0] == FIRST.replace("Both sides", "“Both sides”—the two—")
    changed = part.removed[part.removed["kind"] == "odd characters made plain"]
    assert changed[["doc_id", "n_words", "text"]].to_numpy().tolist() == [["b-000002", 0, "tariﬀ"]]
    text = "双方代表星期四在里斯本会面，讨论沙丁鱼的价格。他们同意春天在波尔图再次会面。" * 5
    folder = write(tmp_path / "zh", {"a.txt": text.encode("gb18030")})
    assert part_of(folder, languages=("zh",)).passages["text"].tolist() == [text]
    assert part_of(folder).aside["reason"].tolist() == ["is in another language (zh)"]


def test_tracked_changes_and_content_controls_of_a_word_file(tmp_path):
    """What was inserted is text, what was deleted is not; a control around a paragraph hides nothing."""
    document = Document()
    xml = f"""<w:p {nsdecls("w")}><w:r><w:t xml:space="preserve">They met </w:t></w:r>
      <w:del><w:r><w:delText>never </w:delText></w:r></w:del><w:ins><w:r><w:t>twice in Faro.</w:t></w:r></w:ins>
      <w:r><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent></w:r>
      </w:p>"""
    boxed = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>{FIRST}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    body = document.element.body
    body.insert(0, parse_xml(xml))
    body.insert(1, parse_xml(boxed))
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Merged"
    table.cell(1, 0).text = table.cell(1, 1).text = "5"
    document.save(tmp_path / "a.docx")
    assert records_of(tmp_path / "a.docx")[0]["text"].split("\n\n")[:4] == [
        "They met twice in Faro.", FIRST, "Merged", "5\t5"]  # fmt: skip


def _as_html(text):
    return "<html><body>" + "".join(f"<p>{p or '&nbsp;'}</p>" for p in text.split("\n")) + "</body></html>"


EXPORTS = {
    "nexis docx": {"a.docx": made.docx(*NEXIS.split("\n"))},
    "nexis rtf": {"a.rtf": made.rtf_of(NEXIS)},
    "factiva rtf": {"a.rtf": made.rtf_of(FACTIVA)},
    "factiva html": {"a.html": _as_html(FACTIVA)},
    "proquest html": {"a.html": _as_html(PROQUEST)},
}


@pytest.mark.parametrize("case", EXPORTS)
def test_every_article_of_an_export_is_a_document_or_a_reason(case, tmp_path):
    articles = [(title, outlet, body and body.split()) for title, outlet, *_, body in ARTICLES[case.split()[0]][1]]
    found = records_of(write(tmp_path / "in", EXPORTS[case]))
    assert [(row["title"], row["outlet"], row["text"].split() if "text" in row else None) for row in found] == articles
    assert [row["doc_id"] for row in found] == [f"a-{n:06d}" for n in range(1, len(articles) + 1)]
    assert found[-1]["source"].endswith(f" article {len(articles)}")
    assert ["no body" in row.get("reason", "") for row in found] == [body is None for *_, body in articles]


def test_a_zotero_collection_with_its_files(tmp_path):
    table = (
        "Key,Item Type,Publication Year,Author,Title,Publication Title,Url,Date,File Attachments\n"
        f'A1,newspaperArticle,2021,"Invented, Anna",{HEADLINE},The Daily Sample,http://sample.example/1,2021-03-18,'
        "C:\\Users\\ann\\storage\\AB12\\envoys.html; C:\\Users\\ann\\storage\\AB13\\envoys.txt\n"
        "A2,report,2020,,Ferries,,,2020,/home/bo/storage/CD34/ferries.pdf\n"
        "A3,report,2020,,Lost,,,2020,/home/bo/storage/EF56/lost.pdf\n"
    )
    files = {"list.csv": table, "files/1/envoys.html": PAGE, "files/1/envoys.txt": BODY}
    files |= {"files/2/ferries.pdf": made.pdf([FIRST]), "files/3/other.txt": SECOND}
    found = {row["source"]: row for row in records_of(write(tmp_path / "in", files))}
    assert list(found) == ["files/1/envoys.txt", "files/2/ferries.pdf", "files/3/other.txt", "list.csv"]
    wanted = {"author": "Invented, Anna", "outlet": "The Daily Sample", "url": "http://sample.example/1"}
    wanted |= {"genre": "newspaper_article", **WITH_DATE}
    assert wanted.items() <= found["files/1/envoys.txt"].items()
    assert found["files/2/ferries.pdf"]["title"] == "Ferries"
    assert "title" not in found["files/3/other.txt"]
    assert found["list.csv"]["reason"] == "row 4: its attached file lost.pdf is not in the folder"
    broken = 'Key,Item Type,Publication Year,Title,File Attachments\nA1,report,2021,"x,a.txt\n'
    found = records_of(write(tmp_path / "broken", {"list.csv": broken, "a.txt": BODY}))
    assert ["quotes in pairs" in row.get("reason", "") for row in found] == [False, True]


def test_the_user_says_which_column_holds_what(tmp_path):
    folder = write(tmp_path / "in", {"a.csv": f'words,text,when\n"{CELL}",x,2021-03-18\n'})
    found = records_of(folder, columns={"text": "words", "date": "when"})
    assert [(row["text"], row["date"]) for row in found] == [(CELL, "2021-03-18")]
    (refused,) = records_of(folder, columns={"text": "story"})
    assert refused["reason"] == "has no column story (found: words, text, when)"


def test_a_quote_that_ends_no_cell_loses_no_other_row(tmp_path):
    rows = {
        "They met.,2021-03-18": "They met.",
        '"A GREAT DAY!" said the baker of Faro,2021-03-18': '"A GREAT DAY!" said the baker of Faro',
        '"A GREAT DAY!", said the baker of Faro,2021-03-18': None,
        '"In ""Porto"", too",2021-03-18': 'In "Porto", too',
        '"They never closed this,2021-03-18': None,
        "They met again.,2021-03-18": "They met again.",
    }
    found = records_of(write(tmp_path / "in", {"a.csv": "\n".join(["text,date", *rows])}))
    assert [row["where"] for row in found] == [f"row {n}" for n in range(2, 8)]
    assert [row.get("text") for row in found] == list(rows.values())
    assert {row["date"] for row in found if "text" in row} == {"2021-03-18"}
    assert "expected one cell a column" in found[2]["reason"]
    assert "unexpected end of data" in found[4]["reason"]


def test_rows_before_a_break_are_kept(tmp_path):
    lines = b"".join(json.dumps({"text": f"They met {n} times. {FIRST}"}).encode() + b"\n" for n in range(2_000))
    cut = gzip.compress(lines, mtime=0)[:-2_000]
    found = records_of(write(tmp_path / "in", {"a.jsonl.gz": cut}))
    assert len(found) > 500
    assert [row["where"] for row in found[:-1]] == [f"row {n}" for n in range(1, len(found))]
    assert found[-1]["reason"].endswith(f"(after {len(found) - 1} rows)")


def test_metadata_beat_the_table_and_the_page(tmp_path):
    folder = write(tmp_path / "in", {"a.csv": SAMPLES[".csv"], "b.html": PAGE})
    rows = "file,title,date,side\na-000003,Boats,2020-01,CN\nb.html,Page,,US\na.csv,,,other\n"
    known = metadata.read_metadata([write(tmp_path, {"m.csv": rows}) / "m.csv"])
    found = part_of(folder, known=known).documents[["title", "date", "side"]].to_numpy().tolist()
    expected = [[HEADLINE, "2021-03-18", "other"], ["Boats", "2020-01-01", "CN"], ["Page", "2021-03-18", "US"]]
    assert found == expected


def test_folders_are_read_to_any_depth_without_hidden_files(tmp_path):
    others = [".hidden.txt", ".git/x.txt", "__MACOSX/._a.txt", "~$a.docx", "Thumbs.db", "b/page_files/style.css"]
    files = {"b/c/d/deep.txt": BODY, "a.TXT": BODY, **dict.fromkeys(others, b"x")}
    found = [(row["source"], row["doc_id"], row["collection"]) for row in records_of(write(tmp_path / "in", files))]
    assert found == [("a.TXT", "a", "in"), ("b/c/d/deep.txt", "deep", "in")]


def test_ids_are_unique_over_folders_and_archives(tmp_path):
    files = dict.fromkeys(["x/a.txt", "y/a.txt", "y/a.md", "A.txt", "x-a.txt"], BODY)
    files["one.zip"] = made.zipped({"a.txt": BODY, "a.md": BODY, "b/a.txt": BODY, "b-a.txt": BODY})
    files["two.tar.gz"] = made.tarred({"a.txt": BODY, "a.txt.txt": BODY})
    ids = [row["doc_id"] for row in records_of(write(tmp_path / "in", files))]
    assert len({doc_id.casefold() for doc_id in ids}) == len(ids) == 11
    assert ids == [
        "A", "one-a", "one-a.txt", "one-b-a", "one-b-a.txt", "two-a", "two-a.txt", "x-a", "x-a-2", "y-a.md", "y-a.txt",
    ]  # fmt: skip


def read_capitals(data):
    if data == b"broken":
        raise UnreadableError("holds no capitals", "write some")
    for number, text in enumerate(data.decode().split("###"), start=1):
        yield {"text": text.capitalize(), "title": f"No. {number}", "date": "2021-03-18", "where": f"article {number}"}


def test_a_reader_of_the_users_own(tmp_path, monkeypatch):
    monkeypatch.setitem(registry.DOCUMENT_READERS, ".caps", None)  # what add_reader sets is undone with it
    registry.add_reader(".caps", read_capitals)
    part = part_of(write(tmp_path / "in", {"a.caps": f"{FIRST.upper()}###{SECOND.upper()}", "b.caps": "broken"}))
    found = part.documents[["doc_id", "title", "date"]].to_numpy().tolist()
    assert found == [["a-000001", "No. 1", "2021-03-18"], ["a-000002", "No. 2", "2021-03-18"]]
    assert part.aside[["reason", "remedy"]].to_numpy().tolist() == [["holds no capitals", "write some"]]
    assert ".caps" in set(registry.list_readers()["file"])
    for ending in ("caps", ".CAPS", ".zip"):
        with pytest.raises(TalksError, match="cannot be added"):
            registry.add_reader(ending, list)


def test_articles_before_an_error_are_kept_and_odd_values_made_text(tmp_path, monkeypatch):
    def read_odd(data):
        yield {"text": None, "title": 7}
        yield {"text": "They met \ud83d there.", "where": 2}
        raise ValueError("lost\x1b[2J page")

    monkeypatch.setitem(registry.DOCUMENT_READERS, ".odd", read_odd)
    found = records_of(write(tmp_path / "in", {"a.odd": b"x"}))
    assert [row.get("text") for row in found] == [None, "They met \ufffd there.", None]
    assert found[0]["title"] == "7"
    assert found[2]["reason"] == "could not be read (ValueError: lost[2J page)"


MESSY = ROOT.parent / "shared" / "messy"
needs_messy = pytest.mark.skipif(not MESSY.is_dir(), reason="the real files are not on this machine")
REAL = {  # documents, set aside, with a date, with a title
    "byte_string_bodies": (5, 0, 3, 5),
    "flattened_pages": (12, 0, 12, 12),
    "garbled_pdf": (1, 1, 1, 1),
    "html_pages": (3, 0, 3, 3),
}


@needs_messy
@pytest.mark.parametrize("name", REAL)
def test_real_files_lose_nothing(name):
    part = part_of(MESSY / name)
    dated, titled = part.documents["date"].notna().sum(), part.documents["title"].notna().sum()
    assert (len(part.documents), len(part.aside), dated, titled) == REAL[name]
    assert (part.documents["n_words"] > 0).all()


@needs_messy
def test_real_word_files_lose_no_character_and_a_real_table_no_row():
    for row in records_of(MESSY / "docx"):
        with zipfile.ZipFile(MESSY / "docx" / row["source"]) as package:
            shown = re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", package.read("word/document.xml").decode())
        assert "".join(html.unescape("".join(shown)).split()) == "".join(row["text"].split()), "another way to them"
    found = records_of(MESSY / "tables/peoples_daily_tariff.csv")
    assert len(found) == 519
    assert all(row.get("date") for row in found if "text" in row)


VISIBLE = "<p>A photograph shows the envoys, who wait on the quay for the boat to the old customs house.</p>"
SHOWN = "".join(f"<p>{line}</p>" for line in LINES)
SOUP = "Cut the leeks and the carrots into small pieces, add the beans, and let all of it boil for an hour. " * 3


def _article(body, **more):
    return {"@type": "NewsArticle", "headline": HEADLINE, "articleBody": body} | more


def _page(visible, data="", kind="application/ld+json"):
    data = data if isinstance(data, str) else json.dumps(data)
    script = f'<script type="{kind}">{data}</script>'
    return f"<html><head><title>{HEADLINE} | The Sample</title>{script}</head><body>{visible}</body></html>"


@pytest.mark.parametrize(
    "page",
    [
        _page(VISIBLE, _article(BODY)),
        _page(VISIBLE, {"@graph": [{"@type": "WebPage", "name": "Fish"}, _article(BODY)]}),
        _page(VISIBLE, [_article(LINES)]),
        _page(VISIBLE, {"@type": ["BlogPosting"], "headline": HEADLINE, "text": BODY}),
        _page(VISIBLE, _article(html.escape(SHOWN))),
        _page(VISIBLE, json.dumps(_article(BODY)).replace("}", ",}").replace("\\n", "\n")),
        _page(VISIBLE, f"//<![CDATA[\n{json.dumps(_article(BODY))}\n//]]>"),
        _page(VISIBLE, [_article(BODY), _article(SOUP, headline="A soup for winter evenings")]),
        _page(VISIBLE, {"props": {"page": _article(BODY)}}, "application/json"),
        _page(f"<h1>{HEADLINE}</h1>{VISIBLE}<noscript>{SHOWN}</noscript>"),
        _page(SHOWN, _article(FIRST)),  # behind a paywall
        _page(SHOWN, _article(SOUP * 3, headline="A soup for winter evenings")),
    ],
    ids=["plain", "graph", "list", "text", "escaped", "broken", "cdata", "two", "json", "noscript", "stub", "other"],
)
def test_the_longest_honest_body_of_a_page_is_read(page, tmp_path):
    part = part_of(write(tmp_path / "in", {"a.html": page}))
    text = "\n".join(part.passages["text"])
    assert all(line in text for line in LINES)
    assert "leeks" not in text


@pytest.mark.parametrize(
    "data", [_article(SOUP, headline="A soup"), _article(SOUP, headline="A soup for winter evenings")]
)
def test_the_data_of_another_article_are_not_read(data, tmp_path):
    data = [data, _article(SOUP, headline="Another soup for the winter")]
    part = part_of(write(tmp_path / "in", {"a.html": _page(VISIBLE * 2, data)}))
    assert "leeks" not in " ".join(part.passages["text"])
