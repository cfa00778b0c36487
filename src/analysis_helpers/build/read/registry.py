"""Reading: any folder or export a scholar holds becomes records of documents; what cannot be read is said.

`DOCUMENT_READERS` take the bytes of a file and give its documents, `TABLE_READERS` an open file and the names of its
columns and give its rows. `add_reader` adds one.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import pandas as pd

from ...errors import TalksError, UnreadableError, stop_if_short
from .archives import ARCHIVES, Item, Listing, expansion_limit, list_items, not_read, open_archive, too_expanded
from .databases import is_zotero, link_attachments
from .encoding import decode, repair, repair_characters
from .files import read_docx, read_html, read_pdf, read_rtf, read_txt
from .markdown import read_md
from .metadata import KeptMetadata, check_controlled, check_values
from .records import Record, as_text, aside, check_header, lost_words, plain, read_rows
from .tables import Columns, read_csv, read_json, read_jsonl, read_parquet, read_xlsx

Reader = Callable[[bytes], Iterable[Record]]
TableReader = Callable[[BinaryIO, Columns], Iterable[Record]]
Unit = tuple[Item, Record | None]  # what is read at a time: a file, or a row of a table that has been read already
Known = Mapping[str, Record] | KeptMetadata  # what metadata say, by file name, stem, path or id
DOCUMENT_READERS: dict[str, Reader] = dict.fromkeys((".txt", ".text", ".srt", ".vtt"), read_txt)
DOCUMENT_READERS |= dict.fromkeys((".html", ".htm", ".xhtml"), read_html)
DOCUMENT_READERS |= {".md": read_md, ".docx": read_docx, ".rtf": read_rtf, ".pdf": read_pdf}
TABLE_READERS: dict[str, TableReader] = dict.fromkeys((".csv", ".tsv", ".tab", ".csv.gz"), read_csv)
TABLE_READERS |= dict.fromkeys((".jsonl", ".ndjson", ".jsonl.gz"), read_jsonl)
TABLE_READERS |= {".json": read_json, ".xlsx": read_xlsx, ".parquet": read_parquet}
MAX_VALUE = 500  # characters of a title, an address, a name
VALUES = ("title", "author", "outlet", "genre", "url", "side", "use", "collection", "talk_id", "group", "speaker")
VALUES += ("twin_id", "asked_by")


def add_reader(ending: str, reader: Reader) -> None:
    """Teach the suite a file format of your own: from now on `build_corpus` reads files with that ending.

    In: the ending (".epub") and a function that takes the bytes of a file and gives its documents, each a dict with
    `text` and any of `title`, `date`, `author`, `outlet`, `url`, `genre`, `side`, `beside` (words that are not the
    text); several in a file also say `where` ("article 2"). What it cannot read it says by raising
    `UnreadableError(reason, remedy)`.
    Known weakness: with several workers on macOS and Windows the function must stand in a module, not in a notebook.

    >>> add_reader(".caps", lambda data: [{"text": data.decode().capitalize(), "title": "All capitals"}])
    >>> list(DOCUMENT_READERS.pop(".caps")(b"THEY MET."))
    [{'text': 'They met.', 'title': 'All capitals'}]
    """
    if not ending.startswith(".") or ending != ending.lower() or ending in ARCHIVES:
        raise TalksError(f"the ending {ending!r} cannot be added; expected one like '.epub', in small letters")
    TABLE_READERS.pop(ending, None)
    DOCUMENT_READERS[ending] = reader


def list_readers() -> pd.DataFrame:
    """List what can be read: the endings of files, and what is made of each.

    Out: `file` (its endings), `becomes` (the first sentence of its reader). Source: the registry itself. Known
    weakness: exports of databases are told by what they hold, not by their ending, so they have no row of their own.

    >>> list_readers().set_index("file").loc[".docx", "becomes"]
    "a Word file: its paragraphs and tables in order, or the articles of a database's export"
    """
    endings: dict[str, list[str]] = {}
    for ending, reader in sorted((DOCUMENT_READERS | TABLE_READERS).items()):
        first = (reader.__doc__ or f"Read by {reader.__name__}.").strip().split("\n")[0].replace("`", "")
        endings.setdefault(first.removeprefix("Read ").rstrip("."), []).append(ending)
    archives = "an archive of any of these, read in memory: nothing is unpacked to disk"
    rows = [(" ".join(found), becomes) for becomes, found in endings.items()]
    return pd.DataFrame([*rows, (" ".join(ARCHIVES), archives)], columns=["file", "becomes"])


def list_sources(sources: Iterable[str | Path]) -> tuple[Listing, dict[str, Record]]:
    """List the files of all sources, in order, and what tables of Zotero say of them, by file name."""
    listing = list_items(sources, frozenset([*DOCUMENT_READERS, *TABLE_READERS, *ARCHIVES]))
    known = dict[str, Record]()
    for table in [item for item in listing.items if item.ending == ".csv" and item.problem is None]:
        try:
            rows = _zotero_rows(table)
        except TalksError as error:
            listing.items[listing.items.index(table)] = replace(table, problem=UnreadableError.of(error, "table"))
            continue
        if rows is None:
            continue
        beside = [item.name for item in listing.items if item.collection == table.collection and item != table]
        documents, again, rejected = link_attachments(rows, beside)
        known |= documents
        listing.passed_over.update(f"second file of a Zotero item ({PurePosixPath(name).suffix})" for name in again)
        gone = {(table.collection, name) for name in again}
        listing.items = [i for i in listing.items if i != table and (i.collection, i.name) not in gone]
        for record in rejected:
            problem = UnreadableError(f"{record['where']}: {record['reason']}", record["remedy"])
            doc_id = f"{table.doc_id}-{record['where']}".replace(" ", "-")
            listing.items.append(replace(table, doc_id=doc_id, problem=problem))
    return listing, known


def _zotero_rows(table: Item) -> list[dict[str, str]] | None:
    """Read the rows of a Zotero table; None for any other, and for one that cannot be opened, as its reader says."""
    try:
        with table.open() as file:
            first = file.readline(100_000).decode("utf-8-sig", "replace")
    except OSError as error:
        stop_if_short(error)
        return None
    if not is_zotero(cell.strip('" \r\n') for cell in first.split(",")):
        return None
    rows = read_rows("table", decode(table.read()))
    header = check_header("table", next(rows, (1, []))[1])
    return [dict(zip(header, cells, strict=False)) for _, cells in rows]


def read_units(items: Iterable[Item], columns: Columns) -> Iterator[Unit]:
    """Give what there is to be read, in order; what cannot be is a row with a `reason` and a `remedy`."""
    known = frozenset([*DOCUMENT_READERS, *TABLE_READERS, *ARCHIVES])
    for item in items:
        bare = replace(item, data=None, problem=None)  # tells where a row is from, without the bytes of its file
        if item.problem is not None:
            yield bare, aside("", item.problem)
        elif item.ending in ARCHIVES:
            yield from read_units(open_archive(item, known), columns)
        elif item.ending in TABLE_READERS:
            empty = UnreadableError("holds no row; expected one a document", "fill it or delete it")
            yield from ((bare, row) for row in _until_broken(item.name, _rows_of(item, columns), "row", empty))
        else:
            yield item, None


def _rows_of(item: Item, columns: Columns) -> Iterator[Record]:
    with item.open() as file:
        left = expansion_limit(item.size())
        for row in TABLE_READERS[item.ending](file, columns):
            left -= len(row.get("text", "")) + len(row.get("beside", ""))
            if left < 0:  # one value that stands in a million rows
                raise too_expanded()
            yield row


def _until_broken(name: str, records: Iterable[Record], kind: str, empty: UnreadableError) -> Iterator[Record]:
    """Give records; where they break off, those before are kept, and the rest is a reason."""
    number, problem = 0, empty
    try:
        for record in records:
            number += 1
            yield record
        if number:
            return
    except (EOFError, OSError, zlib.error) as error:
        problem = not_read(error)
    except Exception as error:  # whatever a library or a reader of the user's own raises, the build goes on
        stop_if_short(error, f"while reading {name}")
        reason = f"could not be read ({type(error).__name__}: {plain(str(error))[:80]})"
        broken = UnreadableError(reason, "open it in its own program and save it again, or as text")
        problem = error if isinstance(error, UnreadableError) else broken
    if number and kind == "row":
        problem = UnreadableError(f"{problem.reason} (after {number} rows)", problem.remedy)
    yield aside(f"after {kind} {number}" if number and kind == "article" else "", problem)


def read_records(unit: Unit, known: Known, readers: Mapping[str, Reader]) -> Iterator[Record]:
    """Read the documents of a unit, each with what is known of it, or with the `reason` why it cannot be used."""
    item, row = unit
    empty = UnreadableError("holds no document", "look at the file, or delete it")
    for record in [row] if row is not None else _until_broken(item.name, _documents(item, readers), "article", empty):
        yield _complete(item, record, known)


def _documents(item: Item, readers: Mapping[str, Reader]) -> Iterator[Record]:
    for record in readers[item.ending](item.read()):
        yield {str(name): as_text(value) for name, value in record.items() if value is not None}


def _complete(item: Item, record: Record, known: Known) -> Record:
    where = record.get("where", "")
    source = f"{item.name} {where}".strip()
    own_id = plain(str(record.get("doc_id") or ""))
    doc_id = _doc_id(item, where, own_id[:MAX_VALUE])
    given = _known_of(item, {doc_id, own_id} - {""}, where, source, known)
    complete = {"collection": item.collection} | record
    complete |= {name: _value(record[name]) for name in VALUES if record.get(name)}
    complete |= {"doc_id": doc_id} | given | {"source": source, "where": where, "file": item.name}
    beside = [record.get("beside"), given.get("beside"), *_replaced(record, complete)]
    complete["beside"] = "\n".join(filter(None, beside))
    complete["author"] = complete.get("author") or complete.get("speaker")
    complete["date_given"] = {"date", "date_precision"} <= given.keys()
    title_from = "given" if "title" in given else complete.get("title_from", "given")
    complete["title_from"] = title_from if complete.get("title") else None
    try:
        check_controlled(complete, source)
        if complete.get("date_precision") and not complete["date_given"]:
            complete |= check_values(complete, source) | {"date_given": True}
    except TalksError as error:
        complete |= aside(where, UnreadableError.of(error, source))
    return complete | {name: _value(complete[name]) for name in ("reason", "remedy") if complete.get(name)}


def _replaced(record: Record, complete: Record) -> Iterator[str]:
    """Give the words of a file that a column cut, or metadata replaced; a date, outlet or genre is a label."""
    for name in ("title", "author", "url"):
        if (value := record.get(name)) and value != complete.get(name):
            yield from lost_words(repair(str(value)), str(complete.get(name) or ""))


def _value(value: str) -> str:
    text = plain(repair_characters(repair(str(value))))
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"


def _doc_id(item: Item, where: str, given: str) -> str:
    """The id of a document: that of its file; in a file of several, its own, or the number of its row."""
    if given and not given.isdigit():
        return given
    if given and where:
        return f"{item.doc_id}-{given}"
    kind, _, number = where.rpartition(" ")
    place = f"{int(number):06d}" if number.isdigit() and kind in {"row", "article", "line"} else plain(where)
    return f"{item.doc_id}-{place}" if number.isdigit() else item.doc_id


def _known_of(item: Item, ids: set[str], where: str, source: str, known: Known) -> Record:
    """What is known of a document: from Zotero, then from the metadata of its file, then from its own."""
    name = PurePosixPath(item.name)
    of_file = list(filter(None, map(known.get, dict.fromkeys([item.name, name.name, name.stem, item.doc_id]))))
    of_one = [row for row in map(known.get, sorted(ids)) if row and row not in of_file]
    given = [row for row in of_file if "metadata_row" in row]
    if len(given) > 1 or (given and of_one and not where):
        found = " and ".join(sorted(row["metadata_row"] for row in [*given, *of_one]))
        raise TalksError(f"{source}: {found} both speak of it; expected one row a document; delete one")
    rows = [*sorted(of_file, key=lambda row: row in given), *of_one]
    return {name: value for row in rows for name, value in row.items()}
