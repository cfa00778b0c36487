"""Reading: a folder of texts or a table becomes records of documents; what cannot be used is said."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from .errors import TalksError

Record = dict[str, Any]

GIVEN = (
    "doc_id",
    "collection",
    "use",
    "side",
    "outlet",
    "genre",
    "author",
    "title",
    "date",
    "date_precision",
    "talk_id",
    "url",
)
SIDES = ("US", "CN", "other")
USES = ("main", "caution", "exclude")
_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_PRECISION = {4: "year", 7: "month", 10: "day"}
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

csv.field_size_limit(2**31 - 1)  # a long text may fill a cell; by itself the module stops at 131,072 characters


def _decode(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TalksError(
            f"{path}: byte {error.object[error.start]:#04x} at position {error.start} is not UTF-8; expected a "
            f"text in UTF-8; save it again as UTF-8, or convert it: iconv -f CP1252 -t UTF-8"
        ) from None
    except OSError as error:
        raise TalksError(f"{path}: cannot be read ({error.strerror}); check the file and its permissions") from None


def read_txt(path: Path) -> Iterator[Record]:
    """Read a text file: one document, whose id is the stem of the file's name."""
    yield {"doc_id": path.stem, "text": _decode(path), "source": path.name}


def read_csv(path: Path) -> Iterator[Record]:
    """Read a CSV table: one document a row, its words in the column `text`."""
    rows = _read_rows(path)
    columns = _read_header(path, rows)
    _check_text_column(str(path), columns)
    for number, cells in rows:
        if len(cells) != len(columns):
            raise _ragged(f"{path} row {number}", columns)
        yield _from_row(path, number, _name_cells(columns, cells))


def read_jsonl(path: Path) -> Iterator[Record]:
    """Read JSON Lines: one document a line, its words in the field `text`.

    Half a surrogate pair, which a program leaves that cuts a text inside an emoji, becomes U+FFFD, the
    mark of a lost character.
    """
    for number, line in enumerate(_decode(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, object_pairs_hook=_name_once, parse_constant=lambda _: None)
        except (ValueError, RecursionError) as error:
            reason = error if isinstance(error, ValueError) else "nested too deeply"
            raise TalksError(f"{path} line {number}: is no JSON ({reason}); expected one object a line") from None
        if not isinstance(row, dict):
            raise TalksError(
                f"{path} line {number}: holds a {type(row).__name__}; expected an object with a field text"
            )
        _check_text_column(f"{path} line {number}", row)
        yield _from_row(path, number, {name: _mend(value) for name, value in row.items()})


def _read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Read the rows of a CSV table with their numbers, the header first; blank lines are no rows."""
    rows = csv.reader(io.StringIO(_decode(path), newline=""), strict=True)
    number = 1
    try:
        for cells in filter(None, rows):
            yield number, cells
            number += 1
    except csv.Error as error:
        raise TalksError(
            f"{path} row {number}: is no row of a CSV table ({error}); "
            f"expected commas between the cells and quotes in pairs; close the quotes"
        ) from None


def _read_header(path: Path, rows: Iterator[tuple[int, list[str]]]) -> list[str]:
    columns = [name.strip() for name in next(rows, (1, []))[1]]
    twice = next((name for name in columns if name and columns.count(name) > 1), None)
    if twice:
        raise TalksError(f"{path}: the column {twice} stands twice in the header; expected each once; rename one")
    return columns


def _name_cells(columns: list[str], cells: list[str]) -> Record:
    """Put the names of the columns to the cells of a row; blanks around a cell are no part of it."""
    return {name: cell if name == "text" else cell.strip() for name, cell in zip(columns, cells, strict=False)}


def _ragged(where: str, columns: list[str]) -> TalksError:
    return TalksError(
        f"{where}: the number of cells differs from the header's {len(columns)}; "
        f"expected one cell a column; quote cells that hold commas or line breaks"
    )


def _name_once(pairs: list[tuple[str, Any]]) -> Record:
    row = dict(pairs)
    if len(row) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the field {max(names, key=names.count)} stands twice")
    return row


def _mend(value: Any) -> Any:
    return re.sub(r"[\ud800-\udfff]", "\ufffd", value) if isinstance(value, str) else value


READERS: dict[str, Callable[[Path], Iterator[Record]]] = {".csv": read_csv, ".jsonl": read_jsonl, ".txt": read_txt}


def _check_text_column(where: str, columns: Iterable[str]) -> None:
    if "text" not in columns:
        found = ", ".join(columns) or "nothing"
        raise TalksError(
            f"{where}: has no column text (found: {found}); rename the column that holds the words to text"
        )


def _from_row(path: Path, number: int, row: Record) -> Record:
    known = {name: row[name] for name in ("id", "text", *GIVEN) if row.get(name) not in (None, "")}
    for name, value in known.items():
        if isinstance(value, list | dict):
            raise TalksError(
                f"{path} row {number}: {name} is a {type(value).__name__}; expected one value; make it one string"
            )
    doc_id = known.get("doc_id", known.pop("id", f"{path.stem}-{number:06d}"))
    text = known.get("text", "")
    return known | {"doc_id": str(doc_id), "text": str(text), "source": f"{path.name} row {number}"}


def find_files(source: Path) -> list[Path]:
    """List the readable files of a source, sorted by name: the file itself, or those of a folder.

    Raises `TalksError` where the source is missing or holds nothing that can be read.
    """
    kinds = ", ".join(sorted(READERS))
    if source.is_file():
        if source.suffix.lower() not in READERS:
            raise TalksError(f"{source}: the ending {source.suffix or '(none)'} is unknown; expected one of {kinds}")
        return [source]
    if not source.exists():
        raise TalksError(f"{source}: does not exist; expected a file ({kinds}) or a folder of them; check the path")
    found = sorted(path for path in source.rglob("*") if path.suffix.lower() in READERS and path.is_file())
    if not found:
        raise TalksError(f"{source}: no readable file in this folder; expected files that end in {kinds}")
    return found


def read_records(sources: Iterable[Path], metadata: dict[str, Record] | None = None) -> Iterator[Record]:
    """Read all documents of the sources, in order, each with what the metadata say of it.

    In: files or folders (`.txt`, `.csv`, `.jsonl`), and the rows of `read_metadata`. Out: one record a
    document with `doc_id`, `text`, `source`, `collection` and any column of the documents table.
    Raises `TalksError` for a missing file, an empty folder, bytes that are not UTF-8, a row that cannot be
    read, a date that is no date, an id that occurs twice, and metadata without a document or with two
    rows for one. Known weakness: a text file is one document; exports with many articles in a file are
    not yet split.
    """
    metadata = metadata or {}
    seen: dict[str, str] = {}
    used: set[str] = set()
    for source in map(Path, sources):
        for path in find_files(source):
            for record in READERS[path.suffix.lower()](path):
                keys = {path.name, path.stem, record["doc_id"]} & metadata.keys()
                used |= keys
                where = str(path.parent / record["source"])
                known = {"collection": source.stem} | record | _choose_row(where, [metadata[key] for key in keys])
                doc_id = known["doc_id"]
                if doc_id in seen:
                    raise TalksError(
                        f"{where}: the id {doc_id} is already that of {seen[doc_id]}; "
                        f"expected one id a document; rename a file or give doc_id in the metadata"
                    )
                seen[doc_id] = where
                yield check_record(known)
    unused = [key for key in metadata if key not in used]
    if unused:
        raise TalksError(
            f"{metadata[unused[0]]['metadata_row']}: no document is called {unused[0]} ({len(unused)} rows in all); "
            f"expected the name or id of a document that was read; correct the row or delete it"
        )


def _choose_row(where: str, rows: list[Record]) -> Record:
    if len(rows) > 1:
        found = " and ".join(sorted(row["metadata_row"] for row in rows))
        raise TalksError(f"{where}: {found} both speak of it; expected one row a document; delete one")
    return rows[0] if rows else {}


def check_record(record: Record) -> Record:
    """Check the values that the metadata or the table give a document; complete its date.

    A date is YYYY, YYYY-MM or YYYY-MM-DD. Out: the record with `date` (first day of the period) and
    `date_precision` filled in.

    Examples
    --------
    >>> record = {"source": "talks.csv row 2", "doc_id": "a", "text": "", "date": "2025-05"}
    >>> check_record(record)["date"], check_record(record)["date_precision"]
    ('2025-05-01', 'month')
    """
    where = record.get("metadata_row", record["source"])
    for column in ("source", *GIVEN):
        if found := _NO_TEXT.search(str(record.get(column) or "")):
            raise TalksError(f"{where}: {column} holds the character U+{ord(found[0]):04X}; expected text; delete it")
    for column, allowed in (("side", SIDES), ("use", USES)):
        value = record.get(column)
        if value and value not in allowed:
            raise TalksError(f"{where}: {column} is {value!r}; expected one of {', '.join(allowed)}; correct the cell")
    date = str(record.get("date") or "")
    if not date:
        return record | {"date": None, "date_precision": None}
    if not _DATE.fullmatch(date) or not _exists(date):
        raise TalksError(f"{where}: the date {date!r} cannot be read; expected YYYY-MM-DD, YYYY-MM or YYYY; correct it")
    precision = record.get("date_precision") or _PRECISION[len(date)]
    if precision not in {"day", "window", "month", "year"}:
        raise TalksError(f"{where}: date_precision is {precision!r}; expected day, window, month or year; correct it")
    allowed = ("year", "month", "day")[: list(_PRECISION).index(len(date)) + 1]
    if precision not in ("window", *allowed):
        raise TalksError(
            f"{where}: date_precision is {precision!r} for the date {date!r}; "
            f"expected {' or '.join(reversed(allowed))}; correct one"
        )
    return record | {"date": date + "-01-01"[len(date) - 4 :], "date_precision": precision}


def _exists(date: str) -> bool:
    from datetime import date as day

    try:
        day.fromisoformat(date + "-01-01"[len(date) - 4 :])
    except ValueError:
        return False
    return True


def read_metadata(tables: Iterable[Path]) -> dict[str, Record]:
    """Read metadata tables: CSV with a column `file` (name, stem or id) and any column of `documents`.

    Columns whose names begin with `note_` are for people; `note_use` is printed as the reason where
    `use` is exclude. Cells that a row lacks are empty. Raises `TalksError` for other unknown columns, a
    column or a file named twice, a row without a file or with more cells than there are columns.
    """
    rows: dict[str, Record] = {}
    for table in map(Path, tables):
        if not table.is_file():
            raise TalksError(f"{table}: does not exist; expected a metadata table (CSV); check the path")
        table_rows = _read_rows(table)
        columns = _read_header(table, table_rows)
        unknown = [name for name in columns if name not in ("file", *GIVEN) and not name.startswith("note_")]
        if "file" not in columns or unknown:
            what = f"unknown column {unknown[0] or '(no name)'}" if unknown else "no column file"
            raise TalksError(
                f"{table}: {what}; expected file and any of {', '.join(GIVEN)}; rename it, or put note_ before it"
            )
        for number, cells in table_rows:
            where, row = f"{table.name} row {number}", _name_cells(columns, cells)
            if len(cells) > len(columns):
                raise _ragged(where, columns)
            key = row.pop("file", "")
            if not key:
                raise TalksError(
                    f"{where}: the cell file is empty; expected the name or id of a document; "
                    f"fill it in or delete the row"
                )
            if key in rows:
                raise TalksError(
                    f"{where}: {key} stands already in {rows[key]['metadata_row']}; expected one row a document"
                )
            given = {name: value for name, value in row.items() if value and (name in GIVEN or name == "note_use")}
            rows[key] = given | {"metadata_row": where}
    return rows
