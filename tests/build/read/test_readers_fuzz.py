"""Broken inputs for every reader: a document or a reason, never a traceback. The same inputs in every run."""

import functools
import gzip
import io
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analysis_helpers.build.prepare import Settings, prepare_part
from analysis_helpers.build.read.dates import find_closing_date, find_date, read_date
from analysis_helpers.build.read.records import read_all_rows
from analysis_helpers.build.read.registry import DOCUMENT_READERS, TABLE_READERS, list_sources, read_records, read_units
from analysis_helpers.errors import TalksError, UnreadableError
from tests.build.read.test_databases import FACTIVA, NEXIS, PROQUEST
from tests.made_files import BODY, PAGE, SAMPLES, docx, pdf, rtf, tarred, with_part, xlsx, zipped

STEADY = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
few = functools.partial(settings, STEADY)
ENDINGS = sorted({*DOCUMENT_READERS, *TABLE_READERS} - {".htm", ".xhtml", ".text", ".tab", ".ndjson", ".csv.gz"})
STARTS = {
    ".pdf": [SAMPLES[".pdf"], pdf([])],
    ".docx": [SAMPLES[".docx"], docx()],
    ".xlsx": [SAMPLES[".xlsx"], xlsx(A=[], B=[["text"]])],
    ".rtf": [SAMPLES[".rtf"], rtf("\\u-10179?\\u8217?{\\*\\x}\\'e9")],
    ".txt": [SAMPLES[".txt"], NEXIS.encode(), FACTIVA.encode(), PROQUEST.encode(), BODY.encode("utf-16")],
    ".html": [PAGE.encode(), b"<p>\xff<p>", b"<h1>They met</h1>\nb'<p>in Faro\\xe2\\x80\\x99</p>'"],
}
ARCHIVES = {
    ".zip": [SAMPLES[".zip"], zipped({"a.docx": SAMPLES[".docx"], "b.jsonl.gz": SAMPLES[".jsonl.gz"]})],
    ".tar.gz": [SAMPLES[".tar.gz"], tarred({"a.csv": SAMPLES[".csv"]})],
    ".tar": [tarred({"a.txt": BODY, "b.csv": SAMPLES[".csv"]}, "w:")],
}
PIECES = [
    b"", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\n", b"\r", b"\t", b'"', b"'", b",", b";", b"{", b"}", b"[",
    b"]", b"<", b">", b"&#xd800;", b"&", b"\\", b"\\u-10179?", b"\\ud83d", b"\\bin9999999 ", b"%PDF-", b"obj",
    b"stream", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"PAR1", b"null", b"NaN", b"1e999", b"-1", b"9999999999",
    b"b'", b"---\n", b"<!ENTITY x 'y'>", b"<![CDATA[", b"<!--", b"-->", b"\xed\xa0\x80", b"\xf0\x9f\x98",
    b"End of Document\n",
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


def inputs(samples):
    """Broken files, pieces that mean something to readers put together, and any bytes."""
    pieces = st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join)
    return st.one_of(broken(samples), broken(samples), pieces, st.binary(max_size=300))


def samples_of(ending):
    return STARTS.get(ending) or [SAMPLES[".csv" if ending == ".csv.gz" else ending]]


def check(record):
    """A record has words or a reason with its remedy, all of them text that can be written."""
    assert isinstance(record, dict)
    assert "text" in record or (record["reason"] and record["remedy"])
    for value in record.values():
        assert isinstance(value, str)


@pytest.mark.parametrize("ending", [ending for ending in ENDINGS if ending in DOCUMENT_READERS])
def test_a_reader_of_documents_gives_records_or_says_why_not(ending):
    @few(max_examples=60)
    @given(inputs(samples_of(ending)))
    def run(data):
        try:
            for record in DOCUMENT_READERS[ending](data):
                check(record)
        except UnreadableError as problem:
            check({"reason": problem.reason, "remedy": problem.remedy})

    run()


@pytest.mark.parametrize("ending", [ending for ending in ENDINGS if ending in TABLE_READERS])
def test_a_reader_of_tables_gives_rows_or_says_why_not(ending):
    """Tables that are packed come unpacked; what the unpacking raises is the matter of the test below."""

    @few(max_examples=60)
    @given(inputs([gzip.decompress(s) if ending.endswith(".gz") else s for s in samples_of(ending)]))
    def run(data):
        try:
            for record in TABLE_READERS[ending](io.BytesIO(data), {}):
                check(record)
        except UnreadableError as problem:
            check({"reason": problem.reason, "remedy": problem.remedy})

    run()


@pytest.mark.parametrize("ending", [*ENDINGS, *ARCHIVES])
def test_whatever_the_file_the_part_is_prepared(ending):
    """From a file on disk to clean passages: every document read is kept or set aside, and nothing is raised."""
    samples = ARCHIVES.get(ending) or samples_of(ending)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{ending}"

        @few(max_examples=12)
        @given(inputs(samples))
        @example(b"")
        @example(b"\0" * 100)
        def run(data):
            path.write_bytes(data)
            listing, known = list_sources([path])
            units = list(read_units(listing.items, {}))
            records = [record for unit in units for record in read_records(unit, known, DOCUMENT_READERS)]
            part = prepare_part(units, Settings(known, ("en",), DOCUMENT_READERS))
            assert len(records) == len(part.documents) + len(part.aside) >= 1
            assert part.aside["reason"].notna().all()
            assert part.aside["remedy"].notna().all()

        run()


UNFORESEEN = "could not be read ("  # the net below all readers; those of the suite should know their formats
INSIDE = {
    ".docx": (SAMPLES[".docx"], "word/document.xml"),
    ".xlsx": (SAMPLES[".xlsx"], "xl/worksheets/sheet1.xml"),
    ".xlsx styles": (SAMPLES[".xlsx"], "xl/styles.xml"),
    ".docx types": (SAMPLES[".docx"], "[Content_Types].xml"),
    ".jsonl.gz": (SAMPLES[".jsonl.gz"], ""),
}


@pytest.mark.parametrize("case", INSIDE)
def test_damage_inside_what_is_packed(case, tmp_path):
    """Bytes changed before the package is closed: the checks of the package itself find nothing."""
    package, part = INSIDE[case]
    path = tmp_path / f"a{case.split()[0]}"

    def content():
        return zipfile.ZipFile(io.BytesIO(package)).read(part) if part else gzip.decompress(package)

    @few(max_examples=40)
    @given(broken([content()]))
    def run(data):
        path.write_bytes(with_part(package, part, lambda _: data) if part else gzip.compress(data, mtime=0))
        listing, _ = list_sources([path])
        found = [r for unit in read_units(listing.items, {}) for r in read_records(unit, {}, DOCUMENT_READERS)]
        assert found
        for record in found:
            assert "text" in record or (record["reason"] and record["remedy"])
            assert not record.get("reason", "").startswith(UNFORESEEN)

    run()


ROW = st.text(alphabet=',;"\t\r\n ab', max_size=40)


@few(max_examples=150)
@given(ROW, st.sampled_from(",;\t"))
def test_no_line_of_a_table_is_lost(text, delimiter):
    """Every letter of a table stands in a row that was read, or there is a row with a reason."""
    rows = list(read_all_rows(io.StringIO(text, newline=""), delimiter))
    assert [number for number, _ in rows] == list(range(1, len(rows) + 1))
    letters = sum(cell.count("a") + cell.count("b") for _, cells in rows if isinstance(cells, list) for cell in cells)
    assert letters == text.count("a") + text.count("b") or any(isinstance(cells, UnreadableError) for _, cells in rows)


@few(max_examples=150)
@given(st.text(max_size=40) | st.from_regex(r"\A\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}[ T]?\d{0,14}\Z"))
def test_no_date_fails(text):
    for reading in (read_date(text), *(found[0] for found in (find_date(text), find_closing_date(text)) if found)):
        assert reading.value is None or "1900" <= reading.value[:4] <= "2100"


@few(max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(["a.txt", "a", "b.csv", "b-000002", "row 2"]), st.text(max_size=5)), max_size=3)
)
def test_metadata_that_conflict_are_the_only_error(rows):
    known = {file: {"title": title, "metadata_row": f"m.csv row {n}"} for n, (file, title) in enumerate(rows)}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("a.txt", BODY), ("b.csv", "text\nThey met.\n")):
            (Path(folder) / name).write_text(text, encoding="utf-8")
        listing, _ = list_sources([folder])
        for unit in read_units(listing.items, {}):
            with suppress(TalksError):
                for record in read_records(unit, known, DOCUMENT_READERS):
                    check({name: record[name] for name in ("text", "source", "doc_id")})
