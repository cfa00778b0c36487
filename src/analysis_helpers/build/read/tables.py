"""Tables: one document a row, whatever the file calls its columns."""

import json
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO

from ...errors import TalksError, UnreadableError
from .databases import explain_no_text
from .encoding import decode, decode_lines
from .files import MAX_DOCUMENT_BYTES, check_office, one_line, opened_by, quiet
from .metadata import name_fields
from .records import Record, as_text, aside, check_header, ragged, read_all_rows

MAX_COLUMNS = 1_000
MEGABYTES = f"{MAX_DOCUMENT_BYTES // 1_000_000} MB"
_DELIMITERS = ",;\t|"
Columns = Mapping[str, str]


def name_columns(found: Sequence[str], chosen: Columns) -> dict[str, str]:
    """Say which column holds what: the one the user chose, the suite's own name, or one commonly used."""
    named = name_fields(found)
    there = f"(found: {', '.join(found)[:300] or 'nothing'})"
    for name, column in chosen.items():
        if column not in found:
            remedy = f"name a column that it has: --column {name}=COLUMN"
            raise UnreadableError(f"has no column {column} {there}", remedy)
        named[name] = column
    if "text" not in named:
        remedy = "say which column holds the words: --column text=COLUMN"
        raise explain_no_text(found, len(found)) or UnreadableError(f"has no column text {there}", remedy)
    return named


def read_csv(file: BinaryIO, columns: Columns) -> Iterator[Record]:
    """Read a table of delimited cells (comma, semicolon, tab or bar): one document a row."""
    beginning, lines = decode_lines(file)
    rows = read_all_rows(lines, _delimiter(beginning))
    header = next(rows, (1, []))[1]
    if isinstance(header, UnreadableError):
        raise UnreadableError(f"row 1: {header.reason}", header.remedy)
    try:
        header = check_header("table", header)
    except TalksError as error:
        raise UnreadableError.of(error, "table") from None
    named = name_columns(header, columns)
    for number, cells in rows:
        if isinstance(cells, UnreadableError):
            yield aside(f"row {number}", cells)
        elif len(cells) == len(header):
            yield _from_row(f"row {number}", dict(zip(header, cells, strict=True)), named)
        else:
            yield aside(f"row {number}", ragged(len(header)))


def _delimiter(text: str) -> str:
    header = re.sub(r'"[^"]*"', "", text[:100_000].lstrip().split("\n", 1)[0])
    return max(_DELIMITERS, key=lambda sign: (header.count(sign), -_DELIMITERS.index(sign)))


def read_jsonl(file: BinaryIO, columns: Columns) -> Iterator[Record]:
    """Read JSON Lines: one document a line, an object with a field of text. Line by line, of any number."""
    for number, line in enumerate(iter(lambda: file.readline(MAX_DOCUMENT_BYTES + 1), b""), start=1):
        if len(line) > MAX_DOCUMENT_BYTES:
            expected = "expected one object a line"
            raise UnreadableError(f"line {number} holds over {MEGABYTES}; {expected}", "write one object a line")
        if line.strip():
            try:
                yield _from_object(f"row {number}", _load(decode(line)), columns)
            except UnreadableError as error:
                yield aside(f"line {number}", error)


def read_json(file: BinaryIO, columns: Columns) -> Iterator[Record]:
    """Read a JSON file: a list of objects, or an object that holds one such list, or one document."""
    data = file.read(MAX_DOCUMENT_BYTES + 1)
    if len(data) > MAX_DOCUMENT_BYTES:
        raise UnreadableError(f"holds over {MEGABYTES}", "save it as JSON Lines: one object a line")
    found, around = _load(decode(data)), list[Any]()
    if isinstance(found, dict):
        values = list(found.values())
        lists = [value for value in values if isinstance(value, list) and value and isinstance(value[0], dict)]
        around = [value for value in values if value is not lists[0]] if len(lists) == 1 else []
        found = lists[0] if len(lists) == 1 else [found]
    if not isinstance(found, list):
        problem = f"holds a {type(found).__name__}; expected a list of objects"
        raise UnreadableError(problem, "save one object a document")
    for number, row in enumerate(found, start=1):
        try:
            yield _from_object(f"row {number}", row, columns, around if number == 1 else ())
        except UnreadableError as error:
            yield aside(f"row {number}", error)


def _load(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_name_once, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        reason = error if isinstance(error, ValueError) else "nested too deeply"
        raise UnreadableError(f"is no JSON ({reason}); expected one object a document", "write it again") from None


def _name_once(pairs: list[tuple[str, Any]]) -> Record:
    (name, times), *_ = [*Counter(name for name, _ in pairs).most_common(1), ("", 0)]
    if times > 1:
        raise ValueError(f"the field {name[:80]} stands twice")
    return dict(pairs)


def _from_object(where: str, row: Any, columns: Columns, around: Iterable[Any] = ()) -> Record:
    if not isinstance(row, dict):
        found = f"holds a {type(row).__name__}"
        raise UnreadableError(f"{found}; expected an object with a field text", "write one object a document")
    return _from_row(where, row, name_columns(list(row), {k: v for k, v in columns.items() if v in row}), around)


def read_xlsx(file: BinaryIO, columns: Columns) -> Iterator[Record]:
    """Read an Excel file: one document a row, on every sheet whose first row names a column of texts."""
    from openpyxl import load_workbook

    data = file.read(MAX_DOCUMENT_BYTES)
    with opened_by("Excel"), quiet(action="ignore"):
        check_office(data, "Excel")
        sheets = load_workbook(BytesIO(data), read_only=True, data_only=True).worksheets
    for sheet in sheets:
        place = f"sheet {sheet.title} row " if len(sheets) > 1 else "row "
        try:
            yield from _sheet_rows(sheet, place, columns)
        except UnreadableError as error:
            yield aside(place.removesuffix(" row "), error) if len(sheets) > 1 else aside("", error)


def _sheet_rows(sheet: Any, place: str, columns: Columns) -> Iterator[Record]:
    """Read the rows of a sheet below its header, one by one: a sheet can claim a million empty ones."""
    rows = _sheet_cells(sheet)
    if first := next(rows, None):
        header = ["" if cell is None else str(cell).strip() for cell in first]
        named, last = name_columns(header, columns), set({name: n for n, name in enumerate(header)}.values())
        for number, cells in enumerate(rows, start=2):
            if any(cell is not None for cell in cells):
                unnamed = [cell for n, cell in enumerate(cells) if n not in last]
                yield _from_row(f"{place}{number}", dict(zip(header, cells, strict=False)), named, unnamed)


def _sheet_cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()  # rows are as wide as their cells, not as wide as the sheet says
    rows, some = sheet.iter_rows(values_only=True), [()]
    while some:
        with opened_by("Excel"), quiet(action="ignore"):
            some = list(islice(rows, 100))
        yield from (row[:MAX_COLUMNS] for row in some)


def read_parquet(file: BinaryIO, columns: Columns) -> Iterator[Record]:
    """Read a Parquet table: one document a row, some hundred rows at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        schema = pq.ParquetFile(file).schema_arrow
        named = name_columns(schema.names, columns)
        once = [field for field in schema if schema.names.count(field.name) == 1]
        texts = [field.name for field in once if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
        wanted = list(dict.fromkeys([*named.values(), *texts]))
        # A value that stands in a million rows is stored once; it must not be unpacked at once.
        table = pq.ParquetFile(file, read_dictionary=[field.name for field in once if field.name in wanted])
        for batch in table.iter_batches(500, columns=wanted):
            for row in range(batch.num_rows):
                number += 1
                cells = {name: batch.column(name)[row].as_py() for name in wanted}
                yield _from_row(f"row {number}", cells, named)
    except UnreadableError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise UnreadableError(f"is no Parquet file that can be read ({one_line(error)})", "write it again") from None


def _from_row(where: str, row: Mapping[str, Any], named: Mapping[str, str], around: Iterable[Any] = ()) -> Record:
    """Take from a row what the suite knows; a cell that holds more than one value makes the row unreadable."""
    cells = {name: row[column] for name, column in named.items() if row.get(column) not in (None, "")}
    for name, value in cells.items():
        if isinstance(value, list | dict):
            problem = UnreadableError(f"{name} is a {type(value).__name__}; expected one value", "make it one string")
            return aside(where, problem)
    others = [cell for name, cell in row.items() if cell and name not in named.values()]
    beside = " ".join(_strings([*others, *around])) if others or around else ""
    return {"where": where, "text": "", "beside": beside} | {name: _write(value) for name, value in cells.items()}


def _strings(values: Iterable[Any]) -> Iterator[str]:
    """Give the words of values for which the suite has no column, however deep; numbers are none."""
    waiting = deque(values)
    while waiting:
        value = waiting.popleft()
        if isinstance(value, str):
            yield as_text(value)
        elif isinstance(value, dict | list):
            waiting.extend(value.values() if isinstance(value, dict) else value)


def _write(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return value.isoformat() if hasattr(value, "isoformat") else as_text(int(value) if whole else value)
