"""Broken inputs for every reader: a document or a reason, never a traceback. The same inputs in every run."""

import functools
import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analysis_helpers.build.prepare import Settings, prepare_part
from analysis_helpers.build.read.archives import Item
from analysis_helpers.build.read.records import read_all_rows
from analysis_helpers.build.read.registry import DOCUMENT_READERS, TABLE_READERS, read_records, read_units
from analysis_helpers.errors import UnreadableError
from tests.build.read.test_databases import FACTIVA, NEXIS, PROQUEST
from tests.made_files import BODY, PAGE, SAMPLES, docx, pdf, rtf, tarred, with_part, xlsx, zipped

few = functools.partial(
    settings, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
ENDINGS = sorted({*DOCUMENT_READERS, *TABLE_READERS} - {".htm", ".xhtml", ".text", ".tab", ".ndjson", ".csv.gz"})
STARTS = {
    ".pdf": [SAMPLES[".pdf"], pdf([])],
    ".docx": [SAMPLES[".docx"], docx()],
    ".xlsx": [SAMPLES[".xlsx"], xlsx(A=[], B=[["text"]])],
    ".rtf": [SAMPLES[".rtf"], rtf("\\u-10179?\\u8217?{\\*\\x}\\'e9")],
    ".txt": [SAMPLES[".txt"], NEXIS.encode(), FACTIVA.encode(), PROQUEST.encode(), BODY.encode("utf-16")],
    ".srt": [f"1\n00:01.000 --> 00:02.000\n{BODY}\n\n00:03.000 --> 00:04.000\nNo.".encode()],
    ".vtt": [f"WEBVTT\n\n00:01.000 --> 00:02.000\n{BODY}\n\n00:03.000 --> 00:04.000\nNo.".encode()],
    ".html": [PAGE.encode(), b"<p>\xff<p>", b"<h1>They met</h1>\nb'<p>in Faro\\xe2\\x80\\x99</p>'"],
    ".zip": [SAMPLES[".zip"], zipped({"a.docx": SAMPLES[".docx"], "b.jsonl.gz": SAMPLES[".jsonl.gz"]})],
    ".tar.gz": [SAMPLES[".tar.gz"], tarred({"a.csv": SAMPLES[".csv"]})],
    ".tar": [tarred({"a.txt": BODY, "b.csv": SAMPLES[".csv"]}, "w:")],
}
PIECES = [
    b"", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\n", b"\r", b"\t", b'"', b"'", b",", b";", b"{", b"}", b"[",
    b"]", b"<", b">", b"&#xd800;", b"&", b"\\", b"\\u-10179?", b"\\ud83d", b"\\bin9999999 ", b"%PDF-", b"obj",
    b"stream", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"PAR1", b"null", b"NaN", b"1e999", b"-1", b"9999999999",
    b"b'", b"---\n", b"<!ENTITY x 'y'>", b"<![CDATA[", b"<!--", b"-->", b"\xed\xa0\x80", b"\xf0\x9f\x98",
    b"End of Document\n", b"<meta charset=big5>", b"\xa1\xb0", b"00:01.000 --> 00:02.000\n",
]  # fmt: skip


@st.composite
def broken(draw, samples):
    """A valid file with bytes flipped, cut, doubled or put in, one to six times."""
    data = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.sampled_from([0, 1, 2, 8, 60, 700])))
        how = draw(st.integers(0, 3))
        if how == 0 and at < len(data):
            data[at] = draw(st.integers(0, 255))
        elif how == 1:
            del data[at:end]
        elif how == 2:
            data[at:at] = data[at:end] * draw(st.sampled_from([1, 3, 40]))
        else:
            data[at:at] = draw(st.sampled_from(PIECES))
    return bytes(data)


def read(data, ending, known=(), doc_id="a"):
    """The units of a file and their records, which have words or a reason with its remedy: text that can be written."""
    units = list(read_units([Item(f"a{ending}", "in", Path(), "a", doc_id, data)], {}))
    records = [record for unit in units for record in read_records(unit, dict(known), DOCUMENT_READERS)]
    assert records
    for record in records:
        assert "text" in record or (record["reason"] and record["remedy"])
        for name in record.keys() - {"date_given"}:
            assert record[name] is None or record[name].encode() is not None
    return units, records


@pytest.mark.parametrize("ending", [*ENDINGS, ".zip", ".tar.gz", ".tar"])
def test_whatever_the_file_it_gives_documents_or_reasons(ending):
    """Broken files, pieces that mean something to readers put together, any bytes; then all as one part."""
    samples = STARTS.get(ending) or [SAMPLES[ending]]
    pieces = st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join)
    units, records = [], []

    @few(max_examples=40)
    @given(st.one_of(broken(samples), broken(samples), pieces, st.binary(max_size=300)))
    @example(b"")
    @example(b"\0" * 100)
    def run(data):
        found = read(data, ending, doc_id=f"a{len(units)}")
        units.extend(found[0])
        records.extend(found[1])

    run()
    part = prepare_part(units, Settings({}, ("en",), DOCUMENT_READERS))
    assert len(records) == len(part.documents) + len(part.aside)
    assert part.aside[["reason", "remedy"]].notna().all(axis=None)


INSIDE = {
    ".docx": (SAMPLES[".docx"], "word/document.xml"),
    ".xlsx": (SAMPLES[".xlsx"], "xl/worksheets/sheet1.xml"),
    ".xlsx styles": (SAMPLES[".xlsx"], "xl/styles.xml"),
    ".docx types": (SAMPLES[".docx"], "[Content_Types].xml"),
    ".jsonl.gz": (SAMPLES[".jsonl.gz"], ""),
}


@pytest.mark.parametrize("case", INSIDE)
def test_damage_inside_what_is_packed(case):
    """Bytes changed before the package is closed: its checks find nothing, and the readers know what may come."""
    package, part = INSIDE[case]
    content = zipfile.ZipFile(io.BytesIO(package)).read(part) if part else gzip.decompress(package)

    @few(max_examples=30)
    @given(broken([content]))
    def run(data):
        packed = with_part(package, part, lambda _: data) if part else gzip.compress(data, mtime=0)
        for record in read(packed, case.split()[0])[1]:
            assert not record.get("reason", "").startswith("could not be read (")

    run()


@few(max_examples=150)
@given(st.text(alphabet=',;"\t\r\n ab', max_size=40), st.sampled_from(",;\t"))
def test_no_line_of_a_table_is_lost(text, delimiter):
    """Every letter of a table stands in a row that was read, or there is a row with a reason."""
    rows = list(read_all_rows(io.StringIO(text, newline=""), delimiter))
    assert [number for number, _ in rows] == list(range(1, len(rows) + 1))
    letters = sum(cell.count("a") + cell.count("b") for _, cells in rows if isinstance(cells, list) for cell in cells)
    assert letters == text.count("a") + text.count("b") or any(isinstance(cells, UnreadableError) for _, cells in rows)
