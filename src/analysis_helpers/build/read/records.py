"""Records: what the metadata and the tables say of a document, checked."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date as day
from pathlib import Path
from typing import Any

from ...errors import TalksError, UnreadableError

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
_LOST = "\ufffd"
_UNCLOSED = "unexpected end of data"
MAX_SEARCHES = 20  # how often, on average, a line is read again after a quote that is not closed

FREE_SEARCHES = 10_000  # lines for which that is given in advance
# A long text may fill a cell; by itself the module stops at 131,072 characters. Beyond this, a quote is not closed.
csv.field_size_limit(200_000_000)


def read_rows(name: str, text: str, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Read the rows of a delimited table with their numbers, the header first; blank lines are no rows."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for cells in filter(None, rows):
            yield number, cells
            number += 1
    except csv.Error as error:
        raise TalksError(
            f"{name} row {number}: is no row of a CSV table ({error}); "
            f"expected commas between the cells and quotes in pairs; close the quotes"
        ) from None


def read_all_rows(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | UnreadableError]]:
    """Read the rows of a delimited table, numbered; one that cannot be read is a reason, and reading goes on.

    Where a quote inside a line ends no cell, it is taken for a sign if the line then has as many cells as the header.
    Otherwise reading goes on with the next line; in a table of one column it does not, since any line would be a row.
    Known weakness: the lines of a cell whose last quote is missing are rows then, mostly with too few cells.
    """
    lines = _Lines(lines)
    number, width, searched = 0, 0, 0
    while True:
        try:
            for cells in csv.reader(lines, delimiter=delimiter, strict=True):
                lines.row.clear()
                if cells:
                    number, width = number + 1, width or len(cells)
                    yield number, cells
            return
        except csv.Error as error:
            number, span = number + 1, len(lines.row)
            searched += span
            signs = next(csv.reader(lines.row[:1], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
            if span == 1 and len(signs) == width and str(error) != _UNCLOSED:
                yield number, signs
            elif width == 1 or searched > MAX_SEARCHES * (lines.n_read + FREE_SEARCHES):
                yield number, _no_row(f"{error}", " (and all rows after it)")
                return
            else:
                yield number, _no_row(f"{error}")
            lines.go_back()


class _Lines:
    """Lines of which those of the row under way are kept, so that all but the first can be read again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._fresh, self._again = iter(lines), deque[str]()
        self.row: list[str] = []
        self.n_read = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._again:
            line = self._again.popleft()
        else:
            line = next(self._fresh)
            self.n_read += 1
        self.row.append(line)
        return line

    def go_back(self) -> None:
        self._again.extendleft(reversed(self.row[1:]))
        self.row.clear()


def _no_row(error: str, after: str = "") -> UnreadableError:
    reason = f"is no row of a CSV table ({error}); expected commas between the cells and quotes in pairs{after}"
    return UnreadableError(reason, "close the quotes")


def read_header(name: str, rows: Iterator[tuple[int, list[str]]]) -> list[str]:
    """Read the names of the columns; raises `TalksError` where one stands twice."""
    columns = [column.strip() for column in next(rows, (1, []))[1]]
    check_header(name, columns)
    return columns


def check_header(name: str, columns: Sequence[str]) -> None:
    """Check that no column stands twice; raises `TalksError`."""
    times = Counter(columns)
    twice = next((column for column in times if column and times[column] > 1), None)
    if twice:
        raise TalksError(f"{name}: the column {twice} stands twice in the header; expected each once; rename one")


def read_metadata(tables: Iterable[str | Path]) -> dict[str, Record]:
    """Read metadata tables: CSV with a column `file` (name, stem, path or id) and any column of `documents`.

    Columns whose names begin with `note_` are for people; `note_use` is printed as the reason where
    `use` is exclude. Cells that a row lacks are empty. Out: by file, its checked values. Raises
    `TalksError` for other unknown columns, a column or a file named twice, a row without a file or with
    more cells than there are columns, and a value that cannot be.
    """
    rows: dict[str, Record] = {}
    for table in map(Path, tables):
        for where, key, given in _metadata_rows(table):
            if key in rows:
                raise TalksError(
                    f"{where}: {key} stands already in {rows[key]['metadata_row']}; expected one row a document"
                )
            rows[key] = check_values(given, where) | {"metadata_row": where}
    return rows


def keep_metadata(rows: Mapping[str, Record], path: Path) -> None:
    """Write what metadata say of each document to a file; it appears whole, and one that is there stays.

    Raises `OSError` where it cannot be written.
    """
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(draft)) as store, store:
            store.execute("CREATE TABLE metadata (key TEXT PRIMARY KEY, record TEXT) WITHOUT ROWID")
            cells = ((key, json.dumps(row)) for key, row in rows.items())
            store.executemany("INSERT INTO metadata VALUES (?, ?)", cells)
    except sqlite3.Error as error:
        raise OSError(f"{path}: {error}") from None
    draft.replace(path)


class KeptMetadata(Mapping[str, Record]):
    """What metadata say of each document, looked up in the file of `keep_metadata`; only what is asked for is read.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "metadata.sqlite"
    >>> keep_metadata({"a.txt": {"side": "CN"}}, path)
    >>> with closing(KeptMetadata(path)) as kept:
    ...     kept["a.txt"], "b.txt" in kept, list(kept)
    ({'side': 'CN'}, False, ['a.txt'])
    """

    def __init__(self, path: Path) -> None:
        """Open the file; nobody writes it any more, so that no lock is needed, which network disks may lack."""
        self._store = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def __getitem__(self, key: str) -> Record:
        """Look up the record of a name or id."""
        found = self._store.execute("SELECT record FROM metadata WHERE key = ?", (key,)).fetchone()
        if found is None:
            raise KeyError(key)
        return json.loads(found[0])

    def __iter__(self) -> Iterator[str]:
        """Go through the names and ids."""
        return (key for (key,) in self._store.execute("SELECT key FROM metadata ORDER BY key"))

    def __len__(self) -> int:
        """Count the rows."""
        return self._store.execute("SELECT COUNT(*) FROM metadata").fetchone()[0]


def _metadata_rows(table: Path) -> Iterator[tuple[str, str, Record]]:
    if not table.is_file():
        raise TalksError(f"{table}: does not exist; expected a metadata table (CSV); check the path")
    try:
        text = table.read_bytes().decode("utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise TalksError(f"{table}: cannot be read as UTF-8 ({error}); save it again as CSV in UTF-8") from None
    table_rows = read_rows(str(table), text)
    columns = read_header(str(table), table_rows)
    unknown = [name for name in columns if name not in ("file", *GIVEN) and not name.startswith("note_")]
    if "file" not in columns or unknown:
        what = f"unknown column {unknown[0] or '(no name)'}" if unknown else "no column file"
        raise TalksError(
            f"{table}: {what}; expected file and any of {', '.join(GIVEN)}; rename it, or put note_ before it"
        )
    for number, cells in table_rows:
        where = f"{table.name} row {number}"
        if len(cells) > len(columns):
            raise TalksError(f"{where}: {ragged(len(columns))}")
        row = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
        key = row.pop("file", "")
        if not key:
            raise TalksError(
                f"{where}: the cell file is empty; expected the name or id of a document; fill it in or delete the row"
            )
        yield where, key, {name: cell for name, cell in row.items() if cell and (name in GIVEN or name == "note_use")}


def ragged(n_columns: int) -> UnreadableError:
    """Say that a row has another number of cells than its header."""
    return UnreadableError(
        f"the number of cells differs from the header's {n_columns}; expected one cell a column",
        "quote cells that hold commas or line breaks",
    )


def check_values(given: Record, where: str) -> Record:
    """Check the values that a person gave a document, and complete the date.

    A date is YYYY, YYYY-MM or YYYY-MM-DD. Out: the values with `date` (first day of the period) and
    `date_precision` filled in, where a date is given. Raises `TalksError` for a value that cannot be.

    Examples
    --------
    >>> check_values({"date": "2025-05"}, "talks.csv row 2")
    {'date': '2025-05-01', 'date_precision': 'month'}
    """
    check_controlled(given, where)
    date = str(given.get("date") or "")
    if not date:
        return given
    if not _DATE.fullmatch(date) or not _exists(date):
        raise TalksError(f"{where}: the date {date!r} cannot be read; expected YYYY-MM-DD, YYYY-MM or YYYY; correct it")
    precision = given.get("date_precision") or _PRECISION[len(date)]
    if precision not in {"day", "window", "month", "year"}:
        raise TalksError(f"{where}: date_precision is {precision!r}; expected day, window, month or year; correct it")
    allowed = ("year", "month", "day")[: list(_PRECISION).index(len(date)) + 1]
    if precision not in ("window", *allowed):
        raise TalksError(
            f"{where}: date_precision is {precision!r} for the date {date!r}; "
            f"expected {' or '.join(reversed(allowed))}; correct one"
        )
    return given | {"date": date + "-01-01"[len(date) - 4 :], "date_precision": precision}


def check_controlled(given: Record, where: str) -> None:
    """Check that values are text, and that `side` and `use` are among those known."""
    for column in GIVEN:
        if found := _NO_TEXT.search(str(given.get(column) or "")):
            raise TalksError(f"{where}: {column} holds the character U+{ord(found[0]):04X}; expected text; delete it")
    for column, allowed in (("side", SIDES), ("use", USES)):
        value = given.get(column)
        if value and value not in allowed:
            raise TalksError(f"{where}: {column} is {value!r}; expected one of {', '.join(allowed)}; correct the cell")


def _exists(date: str) -> bool:
    try:
        day.fromisoformat(date + "-01-01"[len(date) - 4 :])
    except ValueError:
        return False
    return True


def plain(value: str) -> str:
    """Make a value from a file fit for a table: one line, no control characters, blanks at its ends gone.

    Examples
    --------
    >>> plain(" A title\\x1b[31m\\n in two lines ")
    'A title[31m in two lines'
    """
    return " ".join(_NO_TEXT.sub(lambda found: _LOST if found[0] >= "\ud800" else "", value).split())
