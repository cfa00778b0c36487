"""Hostile files: nothing is written, fetched or run, nothing grows without bound; the answer is words or a reason."""

import csv
import gzip
import io
import json
import os
import re
import socket
import stat
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import pytest

import analysis_helpers as ah
from analysis_helpers.build.read import archives, files, registry, tables
from analysis_helpers.build.read.registry import DOCUMENT_READERS, TABLE_READERS
from analysis_helpers.cli import main
from tests import made_files as made
from tests.conftest import ROOT
from tests.made_files import BODY, CELL, FIRST, PAGE, SAMPLES, SECOND, part_of, records_of, write

SECONDS = 15  # of the processor, for one file of the tests below: most take under one, quadratic work takes minutes


@pytest.fixture(autouse=True)
def nothing_is_fetched_or_left(monkeypatch, tmp_path):
    """Any look at the net is an error that no reader may swallow; temporary files would be seen."""
    calls = []

    def refuse(*arguments, **_):
        calls.append(arguments)
        raise OSError("the tests have no net")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield
    assert calls == []


def read(tmp_path, contents, **options):
    """Read a folder of files twice the same way: the records, after a look at time and tree."""
    folder = write(tmp_path / "in", contents)
    before = tree(tmp_path)
    started = time.process_time()
    found = records_of(folder, **options)
    part = part_of(folder, **options)
    assert time.process_time() - started < SECONDS
    assert tree(tmp_path) == before
    assert len(found) == len(part.documents) + len(part.aside)
    for record in found:
        assert "text" in record or (record["reason"] and record["remedy"])
    return found


def tree(folder):
    return {str(path): path.lstat().st_size for path in sorted(folder.rglob("*"))}


def outcomes(found):
    return [row.get("reason") or row["text"] for row in found]


NAMES = ["../../out.txt", "/etc/out.txt", "C:\\out.txt", "..\\..\\out.txt", "a/../../out.txt", "a\nb\x1b[2J.txt"]


@pytest.mark.parametrize(("name", "pack"), [("a.zip", made.zipped), ("a.tar.gz", made.tarred)])
def test_names_that_lead_elsewhere_are_only_names(name, pack, tmp_path):
    files = {name: f"{BODY} It was told {n} times." for n, name in enumerate(NAMES)}
    found = read(tmp_path, {name: pack(files)})
    assert sorted(outcomes(found)) == sorted(files.values())
    assert len({row["doc_id"] for row in found}) == len(NAMES)
    assert not any(re.search(r"[\x00-\x1f/\\]", row["doc_id"]) for row in found)


def test_links_and_devices_in_archives_are_refused(tmp_path):
    members = {"good.txt": BODY}
    kinds = {"soft": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "dev": tarfile.CHRTYPE, "pipe": tarfile.FIFOTYPE}
    for name, kind in kinds.items():
        members[f"{name}.txt"] = tarfile.TarInfo(f"{name}.txt")
        members[f"{name}.txt"].type, members[f"{name}.txt"].linkname = kind, "/etc/hostname"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/hostname")
    found = outcomes(read(tmp_path, {"a.tar.gz": made.tarred(members), "b.zip": packed.getvalue()}))
    assert found == [BODY, *["is a link, no file; links are not followed"] * 5]


def _zip_that_lies(size):
    """A zip archive whose directory says that its member has another size."""
    data = bytearray(made.zipped({"a.txt": BODY, "b.txt": BODY}))
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", size)
    return bytes(data)


def _zip_of_overlapping_members():
    """Three entries of the directory that point to one member, which expands a thousandfold."""
    packed = made.zipped({"a.txt": b"a" * 3_000_000})
    start = packed.index(b"PK\x01\x02")
    end = packed.index(b"PK\x05\x06")
    entry = packed[start:end]
    entries = b"".join(entry[:46] + name + entry[51:] for name in (b"a.txt", b"b.txt", b"c.txt"))
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 3, 3, len(entries), start, 0)
    return packed[:start] + entries + tail


def _endless_tar(name, kind, size):
    """A tar archive whose only member says that it is larger than any disk, with some megabytes of it."""
    member = tarfile.TarInfo(name)
    member.type, member.size = kind, size
    return gzip.compress(member.tobuf(tarfile.GNU_FORMAT) + b"a" * 3_000_000, mtime=0)


BOMBS = {
    "zip": ({"a.zip": made.zipped({"a.txt": b"a" * 3_000_000, "b.txt": BODY})}, "expands to over", 1),
    "zip in a zip": (
        {"a.zip": made.zipped({"b.zip": made.zipped({"a.txt": BODY}), "b.txt": BODY})},
        "an archive inside",
        1,
    ),
    "overlapping members": ({"a.zip": _zip_of_overlapping_members()}, "expands to over", 0),
    "size is a lie": ({"a.zip": _zip_that_lies(10)}, "cannot be read (Bad CRC-32", 1),
    "size is huge": ({"a.zip": _zip_that_lies(2**32 - 2)}, "would expand to over", 1),
    "tar": ({"a.tar.gz": made.tarred({"a.txt": b"a" * 3_000_000, "b.txt": BODY})}, "expands to over", 0),
    "tar without end": ({"a.tar.gz": _endless_tar("a.bin", tarfile.REGTYPE, 10**12)}, "expands to over", 0),
    "name without end": (
        {"a.tar.gz": _endless_tar("././@LongLink", tarfile.GNUTYPE_LONGNAME, 10**9)},
        "expands to over",
        0,
    ),
    "jsonl.gz": ({"a.jsonl.gz": gzip.compress(b'{"text": "' + b"a" * 3_000_000)}, "expands to over", 0),
    "csv.gz": ({"a.csv.gz": gzip.compress(b"text\n" + b"a" * 3_000_000)}, "expands to over", 0),
    "parquet": ({"a.parquet": made.parquet(text=["a " * 50_000] * 100)}, "expands to over", 10),
    "xlsx": ({"a.xlsx": made.xlsx(One=[["text"], *[["a " * 10_000]] * 100])}, "would expand to over", 0),
}


@pytest.mark.parametrize("case", BOMBS)
def test_what_expands_without_bound_is_stopped(case, tmp_path, monkeypatch):
    """With limits of a megabyte in place of those of a real build."""
    monkeypatch.setattr(archives, "FREE_BYTES", 1_000_000)
    monkeypatch.setattr(archives, "MAX_HEADER_BYTES", 1_000_000)
    monkeypatch.setattr(files, "MAX_XML_BYTES", 1_000_000)
    contents, reason, kept = BOMBS[case]
    found = outcomes(read(tmp_path, contents))
    assert sum(reason in outcome for outcome in found) >= 1
    assert sum(reason not in outcome for outcome in found) == kept


def test_a_large_file_of_ordinary_texts_is_no_bomb():
    """Texts shrink tenfold at most; a million of them are some 10 GB, packed or not."""
    assert archives.expansion_limit(1_000_000_000) >= 10 * 1_000_000_000
    assert archives.expansion_limit(10_000_000_000) >= 10_000_000_000


def test_too_many_members_or_a_broken_one_do_not_spoil_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    data = bytearray(made.zipped({"a.txt": BODY, "b.txt": BODY, "c.txt": BODY}))
    data[data.index(b"b.txt") + 10] ^= 0xFF
    found = outcomes(read(tmp_path, {"a.zip": bytes(data), "b.zip": made.zipped({f"{n}.txt": BODY for n in range(9)})}))
    assert (found[0], found[2], found[3:6]) == (BODY, BODY, [BODY] * 3)
    assert "cannot be read" in found[1]
    assert len(found) == 7


def _entities(declaration, encoding="utf-8"):
    def change(data):
        text = re.sub(r"^<\?xml[^>]*>", "", data.decode()).replace("Both sides", "&x; sides")
        assert "&x;" in text
        return f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE d [{declaration}]>{text}'.encode(encoding)

    return change


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
ENTITIES = {
    "file": '<!ENTITY x SYSTEM "file:///etc/hostname">',
    "net": '<!ENTITY x SYSTEM "http://127.0.0.1:9/x">',
    "laughs": f'<!ENTITY l0 "ha">{LAUGHS}<!ENTITY x "&l8;">',
    "parameter": '<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p; <!ENTITY x "y">',
}
PACKAGES = {
    ".docx": (made.docx(FIRST, SECOND), "word/document.xml"),
    ".xlsx": (made.xlsx(One=[["text"], [FIRST]]), "xl/worksheets/sheet1.xml"),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("case", ENTITIES)
@pytest.mark.parametrize("ending", PACKAGES)
def test_entities_of_xml_are_refused(ending, case, encoding, tmp_path):
    package, name = PACKAGES[ending]
    hostile = made.with_part(package, name, _entities(ENTITIES[case], encoding))
    found = outcomes(read(tmp_path, {f"a{ending}": hostile, "b.txt": BODY}))
    assert found[0].startswith("defines XML entities")
    assert Path("/etc/hostname").read_text(encoding="utf-8").strip() not in found[0]


def test_a_sheet_that_claims_to_be_huge(tmp_path):
    def widen(data):
        data = re.sub(rb"<dimension[^>]*>", b'<dimension ref="A1:XFD1048576"/>', data)
        return data.replace(b'r="2"', b'r="1048576"').replace(b'r="A2"', b'r="A1048576"')

    sheet = made.with_part(made.xlsx(One=[["text"], [FIRST]]), "xl/worksheets/sheet1.xml", widen)
    found = read(tmp_path, {"a.xlsx": sheet})
    assert [(row["text"], row["where"]) for row in found] == [(FIRST, "row 1048576")]


LURES = """<base href="http://127.0.0.1:9/"><meta http-equiv="refresh" content="0; url=http://127.0.0.1:9/">
<link rel="stylesheet" href="//127.0.0.1:9/a.css"><script src="http://127.0.0.1:9/a.js"></script>
<script>document.title = "<p>Run</p>"</script><iframe src="http://127.0.0.1:9/"></iframe>
<img src="http://127.0.0.1:9/a.png" onerror="alert(1)"><object data="file:///etc/hostname"></object>
<form action="javascript:alert(1)"><input></form><a href="javascript:alert(1)">link</a>"""


def test_a_page_fetches_nothing_and_runs_nothing(tmp_path):
    page = PAGE.replace("<article>", f"{LURES}<article>").replace("<head>", f"<head>{LURES}")
    found = read(tmp_path, {"a.html": page, "b.txt": page, "c.csv": f'text\n"{page.replace(chr(34), chr(34) * 2)}"\n'})
    part = part_of(tmp_path / "in")
    assert len(part.documents) == len(found) == 3
    assert not part.passages["text"].str.contains(r"127\.0\.0\.1|alert|<|script").any()
    assert part.passages["text"].str.contains("They agreed to meet again in Porto").sum() == 3


DEEP = 100_000
PAGES = {
    "nested": "<div>" * DEEP + FIRST,
    "nested tables": "<table><tr><td>" * DEEP + FIRST,
    "nested words": "<p>They met. " + "<b><i>" * DEEP + FIRST,
    "attributes": f"<html><body><p {' '.join(f'a{n}=1' for n in range(200_000))}>{FIRST}</p>",
    "quoted attributes": "<html><body><p " + " ".join(f"a{n}='>'" for n in range(100_000)) + f">{FIRST}</p>",
    "names in names": "<html><body><p " + "<".join(f"a{n}" for n in range(100_000)) + f">{FIRST}</p>",
    "comments": "<!-- a -->" * 50_000 + FIRST,
    "paragraphs": "<p>" * 300_000 + FIRST,
    "entities": f"<p>{'&amp;' * 200_000}</p><p>{FIRST}</p>",
    "long word": f"<p>{'a' * 2_000_000}</p><p>{FIRST}</p>",
}


@pytest.mark.parametrize("case", PAGES)
def test_pages_that_are_too_deep_or_too_wide(case, tmp_path):
    read(tmp_path, {"a.html": PAGES[case], "b.txt": BODY})


def test_rich_text_embeds_nothing(tmp_path):
    lures = (
        '{\\field{\\*\\fldinst INCLUDEPICTURE "http://127.0.0.1:9/a.png" \\\\d}{\\fldrslt shown}} '
        '{\\field{\\*\\fldinst{HYPERLINK "javascript:alert(1)"}}{\\fldrslt{link}}} '
        "{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata 0105000002000000" + "41" * 500 + "}}"
        "{\\pict\\wmetafile8 " + "ff" * 500 + "}{\\*\\template file:///etc/hostname}"
    )
    text = read(tmp_path, {"a.rtf": made.rtf(FIRST, lures, SECOND)})[0]["text"]
    assert FIRST in text
    assert SECOND in text
    assert "shown" in text
    assert not re.search(r"127\.0|alert|hostname|4141|ffff", text)


STREAM = b"BT /F1 12 Tf 72 720 Td (They met.) Tj ET\n"


def _pdf_page(content, pages="<< /Type /Pages /Kids [3 0 R] /Count 1 >>", extra=""):
    font = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources {font} {extra}>>"
    return made.join_pdf(["<< /Type /Catalog /Pages 2 0 R >>", pages, page, content])


def _deflated(data, times=1):
    for _ in range(times):
        data = zlib.compress(data, 9)
    filters = "/FlateDecode " * times
    return f"<< /Length {len(data)} /Filter [{filters}] >>\nstream\n".encode() + data + b"\nendstream"


ACTIONS = (
    "/OpenAction << /S /Launch /F (/bin/sh) >> /AA << /WC << /S /JavaScript /JS (app.alert\\(1\\)) >> >> "
    "/Names << /EmbeddedFiles << /Names [(a.exe) << /F (a.exe) /EF << /F 99 0 R >> >>] >> "
    "/JavaScript << /Names [(x) << /S /JavaScript /JS (this.submitForm\\('http://127.0.0.1:9'\\)) >>] >> >> "
    "/URI << /Base (http://127.0.0.1:9) >>"
)
PDFS = {
    "actions": (made.pdf([FIRST], extra=ACTIONS), FIRST),
    "pages in a ring": (_pdf_page(_deflated(STREAM), "<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>"), None),
    "a huge count": (_pdf_page(_deflated(STREAM), "<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>"), None),
    "a page many times": (
        _pdf_page(_deflated(STREAM), f"<< /Type /Pages /Kids [{'3 0 R ' * 3_000}] /Count 3000 >>"),
        None,
    ),
    "a stream that expands": (_pdf_page(_deflated(b" " * 200_000_000)), None),
    "streams in streams": (_pdf_page(_deflated(STREAM, 40)), None),
    "broken table of places": (made.pdf([FIRST]).replace(b"0000000", b"9999999"), None),
    "no end": (made.pdf([FIRST])[:-200], None),
    "head alone": (b"%PDF-1.7\n", None),
    "endless arrays": (b"%PDF-1.4\n1 0 obj\n" + b"[" * 300_000, None),
    "endless dictionaries": (b"%PDF-1.4\n1 0 obj\n" + b"<</A" * 200_000 + b"\ntrailer <</Root 1 0 R>>", None),
    "objects without end": (b"%PDF-1.4\n" + b"1 0 obj\n" * 100_000 + b"trailer <</Root 1 0 R>>", None),
    "strings without end": (_pdf_page(b"<< /Length 900000 >>\nstream\nBT " + b"(" * 900_000 + b"\nendstream"), None),
    "operands": (_pdf_page(b"<< /Length 900000 >>\nstream\nBT " + b"1 " * 450_000 + b"\nendstream"), None),
}


@pytest.mark.parametrize("case", PDFS)
def test_hostile_pdf_files(case, tmp_path, capfd):
    data, text = PDFS[case]
    found = read(tmp_path, {"a.pdf": data, "b.txt": BODY})
    assert found[-1]["text"] == BODY
    if text:
        assert found[0]["text"] == text
    assert capfd.readouterr() == ("", "")


def test_what_libraries_say_of_broken_files_stays_off_the_screen(tmp_path):
    """In a process of its own, as a user starts it: pytest itself keeps the log of libraries from the screen."""
    ring, broken = PDFS["pages in a ring"][0], PDFS["broken table of places"][0]
    folder = write(tmp_path / "in", {"a.html": "<html></html>", "b.pdf": ring, "c.pdf": broken, "d.txt": BODY})
    code = f"from tests.made_files import part_of; from pathlib import Path; part_of(Path({str(folder)!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert (done.stdout, done.stderr) == ("", "")


def _claims_many_rows():
    """A Parquet file whose footer was changed: it says that there are more rows than bytes."""
    data = bytearray(made.parquet(text=["They met."] * 50))
    place = data.rindex(b"\x16d")  # 50 as a zigzag varint, after the type of its field
    data[place + 1] = 0x7E
    return bytes(data)


TABLES = {
    "nested JSON": {"a.json": "[" * DEEP},
    "nested objects": {"a.json": '{"a":' * DEEP},
    "nested JSON Lines": {"a.jsonl": '{"text":' + "[" * DEEP + "\n" + json.dumps({"text": FIRST})},
    "a number of a million digits": {"a.json": '[{"text": ' + "1" * 1_000_000 + "}]"},
    "many fields": {"a.json": "[{" + ",".join(f'"a{n}":1' for n in range(200_000)) + ',"a1":2}]'},
    "quotes": {"a.csv": "text,b\n" + '"' * 3_000_001},
    "quotes that open and close": {"a.csv": "text,b\n" + 'a","b\n' * 200_000},
    "quotes in lines": {"a.csv": "text,b\n" + '"a" b,c\n' * 3_000},
    "many columns": {"a.csv": ",".join(f"c{n}" for n in range(300_000)) + "\n1,2\n"},
    "one cell": {"a.csv": "text\n" + "They met. " * 100_000},
    "rows Parquet does not hold": {"a.parquet": _claims_many_rows()},
    "Parquet cut": {"a.parquet": SAMPLES[".parquet"][:-20]},
    "Parquet without its middle": {"a.parquet": SAMPLES[".parquet"][:50] + SAMPLES[".parquet"][-900:]},
    "GZIP cut": {"a.jsonl.gz": SAMPLES[".jsonl.gz"][:40]},
    "no GZIP": {"a.jsonl.gz": b"\x1f\x8b\x08" + b"\xff" * 100},
}


@pytest.mark.parametrize("case", TABLES)
def test_hostile_tables(case, tmp_path):
    found = read(tmp_path, TABLES[case] | {"b.txt": BODY})
    assert found[-1]["text"] == BODY
    assert len(found) > 1
    assert all(len(row.get("reason", "")) <= 500 for row in found)
    assert not any(row.get("reason", "").startswith("could not be read (") for row in found), "a fault not foreseen"


def test_a_line_or_a_file_that_is_too_long(tmp_path, monkeypatch):
    for module in (tables, archives):
        monkeypatch.setattr(module, "MAX_DOCUMENT_BYTES", 1_000)
    lines = f'{{"text": "{CELL}"}}\n{{"text": "{"a" * 2_000}"}}\n'
    found = outcomes(read(tmp_path, {"a.jsonl": lines, "b.txt": "a" * 2_000}))
    assert found[0] == CELL
    assert found[1].startswith("line 2 holds over")
    assert found[-1].startswith("holds over")


PATTERNS = [
    "a", " ", ".", '"', "<", "&", "\xff", "{", "}", "[", "(", ")", "\\", "\t", "\n", "-", "1", "中",
    "<p>", "</p", "<!-- -->", "<a ", "b'", "b'x\n", "a-\n", "A: ", "function;;", "a-a-a;", "Ã©", "1/", "Mar 1, 2021 ",
    "HD\tx\n", "Body\nLength: 3 words\n", "Load-Date: x\nEnd of Document\n", "1 of 2 DOCUMENTS\n", "---\n", 'a","b\n',
    "\\par ", "\\u8217?", "\\f1\\fcharset0 ", '{\\field{\\*\\fldinst{ HYPERLINK "a" }}{\\fldrslt b}}', "{\\*", "/1 ",
    "(cid:1)",
]  # fmt: skip
STARTS = {".rtf": "{\\rtf1{\\fonttbl ", ".csv": "text,b\n", ".pdf": "%PDF-1.4\n", ".html": "<html><body>"}


def seconds(read_document, data):
    started = time.process_time()
    with suppress(ah.TalksError):
        list(read_document(data))
    return time.process_time() - started


@pytest.mark.parametrize("ending", [*STARTS, ".txt", ".jsonl", ".json"])
def test_time_grows_with_size_not_with_its_square(ending):
    """A tenth of a megabyte, the best of three: each of these was minutes for a megabyte."""
    read_document = DOCUMENT_READERS.get(ending) or (lambda data: TABLE_READERS[ending](io.BytesIO(data), {}))
    for pattern in PATTERNS:
        text = STARTS.get(ending, "") + pattern * (100_000 // len(pattern)) + "x;"
        data = (json.dumps({"text": text}) if ending in (".jsonl", ".json") else text).encode()
        assert any(seconds(read_document, data) < 4 for _ in range(3)), pattern


ODD_NAMES = ["=HYPERLINK(1).txt", "a;rm -rf.txt", "a\nb.txt", "\x1b[2Ja.txt", "<script>.txt", "x" * 251 + ".txt"]


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be on this machine")
def test_odd_names_reach_neither_terminal_nor_table_nor_page(tmp_path, capsys):
    folder = write(tmp_path / "in", {name: f"Boat n{n} was in harbour m{n}." for n, name in enumerate(ODD_NAMES)})
    write(folder, {"=1+1\x1b.odt": "x", "b\x1b[2J.txt": ""})
    assert main(["build", str(folder), "--out", str(tmp_path / "corpus")]) == 0
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out + printed.err
    ids = ah.load_corpus(tmp_path / "corpus").documents["doc_id"]
    assert len(ids) == len(ODD_NAMES)
    assert not ids.str.contains(r"[\x00-\x1f]").any()
    with (tmp_path / "corpus/rejected.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == 2
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row.values() if cell)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names need Unix")
def test_what_is_no_file_is_passed_over(tmp_path):
    folder = write(tmp_path / "in", {"a.txt": BODY, "b.txt/c.txt": SECOND})
    os.mkfifo(folder / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(folder / "door.txt"))
        assert outcomes(read(tmp_path, {})) == [BODY, SECOND]
    with pytest.raises(ah.TalksError, match=r"pipe.txt: is no file"):
        records_of(folder / "pipe.txt")


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_lead_neither_out_nor_round(tmp_path):
    write(tmp_path, {"secret/s.txt": SECOND})
    folder = write(tmp_path / "in", {"a.txt": BODY})
    (folder / "out.txt").symlink_to(tmp_path / "secret/s.txt")
    (folder / "outside").symlink_to(tmp_path / "secret", target_is_directory=True)
    (folder / "round").symlink_to(folder, target_is_directory=True)
    (folder / "self.txt").symlink_to("self.txt")
    (folder / "nowhere.txt").symlink_to("nothing.txt")
    assert outcomes(read(tmp_path, {})) == [BODY, "is a link that leads out of the folder"]


def test_a_file_that_vanishes_or_refuses(tmp_path, monkeypatch):
    """Between listing and reading; and, for root too, one that may not be opened."""
    folder = write(tmp_path / "in", {"a.txt": BODY, "b.txt": BODY, "c.csv": "text\nx\n", "d.zip": SAMPLES[".zip"]})
    opened = Path.open

    def refuse(path, *arguments, **options):
        if path.name[0] in "bcd":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        assert outcomes(records_of(folder)) == [BODY, *["cannot be read (Permission denied)"] * 3]
    listing, _ = registry.list_sources([folder])
    for name in ("b.txt", "c.csv", "d.zip"):
        (folder / name).unlink()
    units = list(registry.read_units(listing.items, {}))
    found = [record for unit in units for record in registry.read_records(unit, {}, DOCUMENT_READERS)]
    assert outcomes(found) == [BODY, *["cannot be read (No such file or directory)"] * 3]


def test_a_build_of_hostile_files_accounts_for_all_and_writes_nothing_else(tmp_path, capfd):
    contents = {
        "good.txt": BODY,
        "slip.zip": made.zipped(dict.fromkeys(NAMES, SECOND)),
        "lies.zip": _zip_that_lies(10),
        "a.docx": made.with_part(*PACKAGES[".docx"], _entities(ENTITIES["net"])),
        "ring.pdf": PDFS["pages in a ring"][0],
        "cut.parquet": SAMPLES[".parquet"][:-20],
        "half.jsonl": r'{"text": "They met \ud83d there.", "title": "\ud83d"}',
        "half.rtf": made.rtf("They met \\u-10179? there in Faro and spoke."),
    }
    folder = write(tmp_path / "in", contents)
    before = tree(tmp_path)
    corpus = ah.build_corpus([folder], tmp_path / "corpus")
    funnel = corpus.record["funnel"]
    assert funnel["read"] == funnel["kept"] + funnel["duplicates"] + funnel["rejected"]
    assert funnel["read"] >= len(contents) + len(NAMES)
    after = {path: size for path, size in tree(tmp_path).items() if "/corpus" not in path}
    assert after == before
    assert "Traceback" not in "".join(capfd.readouterr())
