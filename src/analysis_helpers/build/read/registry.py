"""Reading: any folder or export a scholar holds becomes records of documents; what cannot be read is said.

A reader is one small function. `DOCUMENT_READERS` take the bytes of a file and give its documents,
`TABLE_READERS` take an open file and the names of its columns and give its rows. `add_reader` adds one.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from ...errors import TalksError, UnreadableError
from .archives import ARCHIVES, Item, Listing, expansion_limit, list_items, not_read, open_archive, too_expanded
from .databases import is_zotero, link_attachments
from .encoding import decode, repair
from .files import read_docx, read_html, read_md, read_pdf, read_rtf, read_txt
from .records import (
    GIVEN,
    KeptMetadata,
    Record,
    check_controlled,
    check_values,
    keep_metadata,
    plain,
    read_header,
    read_metadata,
    read_rows,
)
from .tables import Columns, read_csv, read_json, read_jsonl, read_parquet, read_xlsx

if TYPE_CHECKING:
    import pandas as pd

Reader = Callable[[bytes], Iterable[Record]]
TableReader = Callable[[BinaryIO, Columns], Iterable[Record]]
DOCUMENT_READERS: dict[str, Reader] = {
    ".txt": read_txt,
    ".text": read_txt,
    ".md": read_md,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".docx": read_docx,
    ".rtf": read_rtf,
    ".pdf": read_pdf,
}
TABLE_READERS: dict[str, TableReader] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".tab": read_csv,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".jsonl.gz": read_jsonl,
    ".csv.gz": read_csv,
    ".json": read_json,
    ".xlsx": read_xlsx,
    ".parquet": read_parquet,
}
__all__ = [
    "DOCUMENT_READERS",
    "GIVEN",
    "TABLE_READERS",
    "KeptMetadata",
    "Record",
    "add_reader",
    "keep_metadata",
    "read_metadata",
]

MAX_VALUE = 500  # characters of a title, an address, a name
VALUES = ("title", "author", "outlet", "genre", "url", "side", "use", "collection", "talk_id")


def add_reader(ending: str, reader: Reader) -> None:
    """Teach the suite a file format of your own: from now on `build_corpus` reads files with that ending.

    In: the ending (".epub") and a function that takes the bytes of a file and gives its documents, each a
    dict with `text` and any of `title`, `date`, `author`, `outlet`, `url`, `genre`, `side`; several documents
    in a file also say `where` ("article 2"). What it cannot read it says by raising `UnreadableError(reason, remedy)`.
    Known weakness: with several workers on macOS and Windows the function must stand in a module, not in a notebook.

    Examples
    --------
    >>> def read_upper(data):
    ...     yield {"text": data.decode().capitalize(), "title": "All capitals"}
    >>> add_reader(".caps", read_upper)
    >>> ".caps" in DOCUMENT_READERS and DOCUMENT_READERS.pop(".caps") is read_upper
    True
    """
    if not ending.startswith(".") or ending != ending.lower() or ending in ARCHIVES:
        raise TalksError(f"the ending {ending!r} cannot be added; expected one like '.epub', in small letters")
    TABLE_READERS.pop(ending, None)
    DOCUMENT_READERS[ending] = reader


def list_readers() -> pd.DataFrame:
    """List what can be read: the endings of files, and what is made of each.

    Out: `file` (its endings), `becomes` (the first sentence of its reader). Source: the registry itself. Known
    weakness: exports of databases are told by what they hold, not by their ending, so they have no row of their own.

    Examples
    --------
    >>> list_readers().set_index("file").loc[".docx", "becomes"]
    "a Word file: its paragraphs and tables in order, or the articles of a database's export"
    """
    import pandas as pd

    endings: dict[str, list[str]] = {}
    for ending, reader in sorted((DOCUMENT_READERS | TABLE_READERS).items()):
        first = (reader.__doc__ or f"Read by {reader.__name__}.").strip().split("\n")[0].replace("`", "")
        endings.setdefault(first.removeprefix("Read ").rstrip("."), []).append(ending)
    archives = "an archive of any of these, read in memory: nothing is unpacked to disk"
    rows = [(" ".join(found), becomes) for becomes, found in endings.items()]
    return pd.DataFrame([*rows, (" ".join(ARCHIVES), archives)], columns=["file", "becomes"])


def known_endings() -> frozenset[str]:
    """List the endings of all files that can be read."""
    return frozenset([*DOCUMENT_READERS, *TABLE_READERS, *ARCHIVES])


def list_sources(sources: Iterable[str | Path]) -> tuple[Listing, dict[str, Record]]:
    """List the files of all sources, in order, and what tables of Zotero say of them, by file name.

    A Zotero table is not read as a table of texts: its rows speak of the files beside it, one document an item;
    a row without a file that can be read is set aside with its reason, and further files of an item are passed over.
    """
    listing = list_items(sources, known_endings())
    known: dict[str, Record] = {}
    for table in [item for item in listing.items if item.ending == ".csv" and item.problem is None]:
        rows = _zotero_rows(table)
        if isinstance(rows, UnreadableError):
            listing.items[listing.items.index(table)] = replace(table, problem=rows)
        if rows is None or isinstance(rows, UnreadableError):
            continue
        beside = [item.name for item in listing.items if item.collection == table.collection and item != table]
        found = link_attachments(rows, beside)
        known |= found.documents
        listing.passed_over.update(
            f"second file of a Zotero item ({PurePosixPath(n).suffix})" for n in found.passed_over
        )
        missing = [_set_aside_row(table, record) for record in found.rejected]
        listing.items[:] = [
            item
            for item in listing.items
            if item != table and not (item.collection == table.collection and item.name in found.passed_over)
        ] + missing
    return listing, known


def _zotero_rows(table: Item) -> list[dict[str, str]] | UnreadableError | None:
    """Read the rows of a Zotero table: None for any other, and the reason where it is broken."""
    try:
        with table.open() as file:
            first = file.readline(100_000).decode("utf-8-sig", "replace")
        if not is_zotero(cell.strip('" \r\n') for cell in first.split(",")):
            return None
        rows = read_rows("table", decode(table.read()))
        header = read_header("table", rows)
        return [dict(zip(header, cells, strict=False)) for _, cells in rows]
    except OSError:
        return None  # it cannot be opened: the reader of tables will say so
    except UnreadableError as problem:
        return problem
    except TalksError as error:
        return UnreadableError.of(error, "table")


def _set_aside_row(table: Item, record: Record) -> Item:
    problem = UnreadableError(f"{record['where']}: {record['reason']}", record["remedy"])
    return replace(table, doc_id=f"{table.doc_id}-{record['where']}".replace(" ", "-"), problem=problem)


# ---------------------------------------------------------------------------------------------------
# From files to units: what one worker reads at a time


Unit = tuple[Item, Record | None]


def read_units(items: Iterable[Item], columns: Columns) -> Iterator[Unit]:
    """Give what there is to be read, in order: a file, or a row of a table that has been read already.

    A file or row that cannot be read is a row with a `reason` and a `remedy`.
    """
    for item in items:
        if item.problem is not None:
            yield _set_aside(item, item.problem)
        elif item.ending in ARCHIVES:
            yield from read_units(open_archive(item, known_endings()), columns)
        elif item.ending in TABLE_READERS:
            yield from _rows_of(item, columns)
        else:
            yield item, None


def _bare(item: Item) -> Item:
    """Tell where a row is from, without the bytes of its file."""
    return replace(item, data=None, problem=None)


def _reason(problem: UnreadableError) -> Record:
    return {"reason": problem.reason, "remedy": problem.remedy}


def _set_aside(item: Item, problem: UnreadableError) -> Unit:
    return _bare(item), {"where": "", **_reason(problem)}


def _rows_of(item: Item, columns: Columns) -> Iterator[Unit]:
    """Give the rows of a table; where it breaks off, the rows before are kept, and the rest is a reason."""
    bare = _bare(item)
    number, expanded = 0, 0
    try:
        limit = expansion_limit(item.size())
        with item.open() as file:
            for row in TABLE_READERS[item.ending](file, columns):
                number, expanded = number + 1, expanded + len(row.get("text", ""))
                if expanded > limit:  # one value that stands in a million rows
                    raise too_expanded()
                yield bare, row
        if not number:
            yield _set_aside(item, UnreadableError("holds no row; expected one a document", "fill it or delete it"))
    except UnreadableError as problem:
        yield _set_aside(item, _after(problem, number))
    except (OSError, EOFError, zlib.error) as error:
        yield _set_aside(item, _after(not_read(error), number))
    except Exception as error:  # as in `read_records`
        yield _set_aside(item, _after(_not_foreseen(error), number))


def _after(problem: UnreadableError, number: int) -> UnreadableError:
    return UnreadableError(f"{problem.reason} (after {number} rows)", problem.remedy) if number else problem


def _not_foreseen(error: Exception) -> UnreadableError:
    """Whatever a library or a reader of the user's own raises, the build goes on."""
    return UnreadableError(
        f"could not be read ({type(error).__name__}: {plain(str(error))[:80]})",
        "open it in its own program and save it again, or as text",
    )


# ---------------------------------------------------------------------------------------------------
# From units to records


def read_records(unit: Unit, known: Mapping[str, Record], readers: Mapping[str, Reader]) -> Iterator[Record]:
    """Read the documents of a unit, each with what is known of it, or with the reason why it cannot be used.

    In: a unit of `read_units`, what metadata say by file name, stem, path or id, and the readers by ending. Out:
    records with `doc_id`, `source`, `collection`, `text`, and any column of `documents`; or with `reason` and `remedy`.
    Raises `TalksError` where two rows of the metadata speak of one document.
    """
    item, row = unit
    if row is not None:
        yield _complete(item, row, known)
        return
    for record in _documents(item, readers):
        yield _complete(item, record, known)


def _documents(item: Item, readers: Mapping[str, Reader]) -> Iterator[Record]:
    """Give the documents of a file; where it breaks off, those before are kept, and the rest is a reason."""
    number, problem = 0, UnreadableError("holds no document", "look at the file, or delete it")
    try:
        for record in readers[item.ending](item.read()):
            number += 1
            yield _as_strings(record)
    except UnreadableError as error:
        problem = error
    except Exception as error:
        problem = _not_foreseen(error)
    else:
        if number:
            return
    where = f"after article {number}" if number else ""
    yield {"where": where, **_reason(problem)}


def _as_strings(record: Record) -> Record:
    """Make all values of a record strings that can be written; half a character of UTF-16 is a lost one."""
    strings = {str(name): str(value) for name, value in record.items() if value is not None}
    return {
        name: value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for name, value in strings.items()
    }


def _complete(item: Item, record: Record, known: Mapping[str, Record]) -> Record:
    where = record.get("where", "")
    source = f"{item.name} {where}".strip()
    doc_id = _doc_id(item, where, str(record.get("doc_id") or ""))
    own_ids = {doc_id, plain(str(record.get("doc_id") or ""))} - {""}
    given = _known_of(item, own_ids, where, source, known)
    own = {name: _value(record[name]) for name in VALUES if record.get(name)}
    complete = (
        {"collection": item.collection} | record | own | {"doc_id": doc_id} | given | {"source": source, "where": where}
    )
    complete |= {
        "file": item.name,
        "date_given": "date" in given and "date_precision" in given,
        "title_from": _title_from(complete, given),
    }
    try:
        check_controlled(complete, source)
        if complete.get("date_precision") and not complete["date_given"]:
            complete |= check_values(complete, source) | {"date_given": True}
    except TalksError as error:
        complete |= _reason(UnreadableError.of(error, source))
    return complete | {name: _value(complete[name]) for name in ("reason", "remedy") if complete.get(name)}


def _title_from(record: Record, given: Record) -> str | None:
    if not record.get("title"):
        return None
    return "given" if "title" in given else record.get("title_from", "given")


def _value(value: str) -> str:
    text = plain(repair(str(value)))
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"


def _doc_id(item: Item, where: str, given: str) -> str:
    """The id of a document: that of its file; in a file of several, its own, or the number of its row."""
    given = plain(given)[:MAX_VALUE]
    if given and not given.isdigit():
        return given
    if given and where:
        return f"{item.doc_id}-{given}"
    kind, _, number = where.rpartition(" ")
    if not where or not number.isdigit():
        return item.doc_id
    return f"{item.doc_id}-{int(number):06d}" if kind in {"row", "article", "line"} else f"{item.doc_id}-{plain(where)}"


def _known_of(item: Item, ids: set[str], where: str, source: str, known: Mapping[str, Record]) -> Record:
    """What is known of a document: from Zotero, then from the metadata of its file, then from its own."""
    name = PurePosixPath(item.name)
    names = dict.fromkeys([item.name, name.name, name.stem, item.doc_id])
    of_file = list(filter(None, map(known.get, names)))
    of_one = [row for row in map(known.get, sorted(ids)) if row and row not in of_file]
    given = [row for row in of_file if "metadata_row" in row]
    if len(given) > 1 or (given and of_one and not where):
        found = " and ".join(sorted(row["metadata_row"] for row in [*given, *of_one]))
        raise TalksError(f"{source}: {found} both speak of it; expected one row a document; delete one")
    rows = [*(row for row in of_file if row not in given), *given, *of_one]
    return {name: value for row in rows for name, value in row.items()}
