"""Files of every format, made by the tests: invented words only. And the way from a folder to its documents."""

import gzip
import io
import json
import tarfile
import zipfile
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
from docx import Document
from openpyxl import Workbook

from analysis_helpers.build.prepare import Settings, prepare_part
from analysis_helpers.build.read.registry import DOCUMENT_READERS, list_sources, read_records, read_units

HEADLINE = "Envoys meet in Lisbon"
FIRST = "Both sides met in Lisbon on Thursday and spoke about the price of sardines."
SECOND = "They agreed to meet again in Porto, where the boats are mended in spring."
THIRD = "A spokesman of the harbour called the mood frank and said that little was written down."
FOURTH = "Fishermen on the quay said that they expected less from the talks than from the weather of the coming week."
BODY = f"{FIRST}\n{SECOND}\n{THIRD}\n{FOURTH}"


def _listed(source, columns, known):
    listing, from_tables = list_sources([source])
    return read_units(listing.items, columns or {}), from_tables | (known or {})


def records_of(source, *, columns=None, known=None):
    units, known = _listed(source, columns, known)
    return [record for unit in units for record in read_records(unit, known, DOCUMENT_READERS)]


def part_of(source, *, columns=None, known=None, languages=("en",)):
    """The documents, passages and reasons that a source gives, before anything is measured."""
    units, known = _listed(source, columns, known)
    return prepare_part(units, Settings(known, languages, dict(DOCUMENT_READERS)))


def write(folder, files):
    """Write files, given by name as text or bytes, with the folders they need."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def report(n):
    """An invented report; no two share five words in a row for long. One in ten names both countries."""
    place = ("Lisbon", "Porto", "Faro", "Braga", "Evora", "Sintra", "Tomar", "Aveiro")[n % 8]
    who, words = "They" if n % 10 else "China and the US", " ".join(f"{place[:3]}{n}x{k}" for k in range(30))
    return f"{place} talks {n} ended on Monday. {who} said that {words} would follow."


def write_reports(folder):
    """Thirty reports, a file each, and ten in a table."""
    rows = [json.dumps({"id": f"row {n}", "date": f"2025-03-{n - 20:02d}", "text": report(n)}) for n in range(30, 40)]
    return write(folder, {f"t{n:02d}.txt": report(n) for n in range(30)} | {"table.jsonl": "\n".join(rows)})


def docx(*blocks, header=""):
    """A Word file: a string is a paragraph, "# ..." a heading, a list of lists a table; `header` heads its pages."""
    document = Document()
    document.sections[0].header.paragraphs[0].text = header
    for block in blocks:
        if isinstance(block, list):
            table = document.add_table(rows=len(block), cols=len(block[0]))
            for place, row in zip(table.rows, block, strict=True):
                for cell, text in zip(place.cells, row, strict=True):
                    cell.text = text
        else:
            document.add_paragraph(block.removeprefix("# "), style="Heading 1" if block.startswith("# ") else None)
    return _saved(document)


def xlsx(**sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return _saved(book)


def _saved(document):
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def parquet(**columns):
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def rtf(*paragraphs):
    """A Rich Text file as Word writes it: signs of Windows-1252 as hexadecimal numbers, others as \\u."""
    return ("{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}}\n" + "\\par\n".join(paragraphs) + "}").encode()


def rtf_of(text, *more):
    """A Rich Text file of any text, a line a paragraph, after paragraphs that are Rich Text already."""
    signs = {"\\": "\\\\", "{": "\\{", "}": "\\}", "\t": "\\tab "}
    return rtf(
        *more, *("".join(signs.get(s, s if s < "\x80" else f"\\u{ord(s)}?") for s in p) for p in text.split("\n"))
    )


def pdf(*pages, extra="", objects=()):
    """A PDF file, written by hand: a list of lines a page, and what a test adds to the catalog and the objects."""
    escaped = str.maketrans({"(": "\\(", ")": "\\)", "\\": "\\\\"})
    shown = ("\n".join(f"({line.translate(escaped)}) Tj T*" for line in lines) for lines in pages)
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in range(len(pages)))
    made = [f"<< /Type /Catalog /Pages 2 0 R {extra} >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>"]
    for n, content in enumerate(f"BT /F1 12 Tf 72 720 Td 14 TL\n{lines}\nET" for lines in shown):
        font = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
        place = f"/Contents {4 + 2 * n} 0 R"
        made.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {place} /Resources {font} >>")
        made.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    return join_pdf([*made, *objects])


def join_pdf(objects):
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n".encode() + (body if isinstance(body, bytes) else body.encode()) + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R >>\n"
    return data + f"{end}startxref\n{len(data)}\n%%EOF".encode()


def zipped(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_part(package, name, change):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info.filename, change(data) if info.filename == name else data)
    return out.getvalue()


def tarred(files, mode="w:gz"):
    """A tar archive of files given by name; a `TarInfo` in place of the content is taken as it is."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, content in files.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
                continue
            data = content if isinstance(content, bytes) else content.encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return file.getvalue()


PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>{HEADLINE} | The Daily Sample</title>
<meta charset="utf-8"><meta property="og:title" content="{HEADLINE}"><meta name="author" content="Anna Invented">
<meta property="article:published_time" content="2021-03-18T09:00:00Z">
<meta property="og:site_name" content="The Daily Sample">
<link rel="canonical" href="https://sample.example/2021/envoys"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li></ul></nav>
<article><h1>{HEADLINE}</h1><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p><p>{FOURTH}</p></article>
<footer><p>Imprint and cookies of the sample</p></footer></body></html>"""
ROW = {"title": HEADLINE, "date": "2021-03-18", "author": "Anna Invented", "url": "https://sample.example/1"}
ROW["text"] = BODY
CELL = BODY.replace("\n", " ")
SAMPLES = {
    ".txt": BODY.encode(),
    ".md": f"---\ntitle: {HEADLINE}\ndate: 2021-03-18\n---\n# {HEADLINE}\n\n{BODY}\n".encode(),
    ".html": PAGE.encode(),
    ".docx": docx(f"# {HEADLINE}", FIRST, [["Port", "Boats"], ["Faro", "12"]], SECOND, THIRD, FOURTH),
    ".rtf": rtf(HEADLINE, FIRST, SECOND, THIRD, FOURTH),
    ".pdf": pdf([HEADLINE, FIRST, SECOND], [THIRD], [FOURTH]),
    ".csv": f'title,date,text\n{HEADLINE},2021-03-18,"{BODY}"\nFerries,2021-03-19,"{CELL}"\n'.encode(),
    ".tsv": f"title\tdate\ttext\n{HEADLINE}\t2021-03-18\t{CELL}\n".encode(),
    ".jsonl": (json.dumps(ROW) + "\n" + json.dumps(ROW | {"text": SECOND}) + "\n").encode(),
    ".jsonl.gz": gzip.compress(json.dumps(ROW).encode(), mtime=0),
    ".json": json.dumps({"articles": [ROW, ROW]}).encode(),
    ".xlsx": xlsx(Texts=[["date", "text"], [date(2021, 3, 18), CELL], [None, SECOND]]),
    ".parquet": parquet(title=[HEADLINE, "Ferries"], text=[BODY, SECOND]),
    ".zip": zipped({"2021/a.txt": BODY, "2021/b.html": PAGE}),
    ".tar.gz": tarred({"2021/a.txt": BODY, "2021/b.html": PAGE}),
}
