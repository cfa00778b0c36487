"""Metadata: what the tables of a scholar say of each document, checked, and kept for those who work on the parts."""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import date as day
from pathlib import Path

import pandas as pd

from ...dictionaries import read_codebook
from ...errors import TalksError
from .records import NO_TEXT, SIDES, Record, check_header, ragged, read_rows

GIVEN = (
    "doc_id", "collection", "use", "side", "outlet", "group", "genre", "author", "speaker", "title", "date",
    "date_precision", "talk_id", "url", "twin_id", "asked_by", "question",
)  # fmt: skip
KNOWN = (*GIVEN, "title_from", "language", "n_other_q", "question_words", "question_subjects")  # in metadata only
COUNTED = ("n_other_q", "question_words")
CONTROLLED = {"side": SIDES, "use": ("main", "caution", "exclude"), "title_from": ("given", "page", "text")}
WRITTEN = {"language": ("[a-z]{2}", "two letters (en, zh)")} | dict.fromkeys(COUNTED, (r"\d{1,9}", "a whole number"))
PRECISIONS = {10: "day", 7: "month", 4: "year"}  # by the length of a date
# Names that programs and people give what is known of a document, best first.
KNOWN_NAMES = pd.DataFrame(read_codebook("table_columns")).groupby("kind", sort=False)["term"].agg(list).to_dict()


def name_fields(found: Sequence[str]) -> dict[str, str]:
    """Say which name of a file stands for what: the suite's own, or one commonly used (`source_url`, `sourceUrl`)."""
    named = {name: name for name in GIVEN if name in found}
    apart = {re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name): name for name in reversed(found) if name}
    plain = {re.sub(r"[\s_:.-]+", " ", name).strip().lower(): apart[name] for name in apart}
    for name, candidates in KNOWN_NAMES.items():
        column = next((plain[candidate] for candidate in candidates if candidate in plain), None)
        if column is not None and name not in named and column not in named.values():
            named[name] = column
    return named


def read_metadata(tables: Iterable[str | Path]) -> dict[str, Record]:
    """Read metadata tables: CSV with a column `file` (name, stem, path or id) and any column of `documents`."""
    rows: dict[str, Record] = {}
    for table in map(Path, tables):
        for where, key, given in _metadata_rows(table):
            if key in rows:
                earlier = rows[key]["metadata_row"]
                raise TalksError(f"{where}: {key} stands already in {earlier}; expected one row a document")
            rows[key] = check_values(given, where) | {"metadata_row": where}
    return rows


def _metadata_rows(table: Path) -> Iterator[tuple[str, str, Record]]:
    if not table.is_file():
        raise TalksError(f"{table}: does not exist; expected a metadata table (CSV); check the path")
    try:
        text = table.read_bytes().decode("utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise TalksError(f"{table}: cannot be read as UTF-8 ({error}); save it again as CSV in UTF-8") from None
    table_rows = read_rows(str(table), text)
    columns = check_header(str(table), next(table_rows, (1, []))[1])
    unknown = [name or "(no name)" for name in columns if name not in ("file", *KNOWN) and name[:5] != "note_"]
    if "file" not in columns or unknown:
        what = f"unknown column {unknown[0]}" if unknown else "no column file"
        expected = f"expected file and any of {', '.join(KNOWN)}"
        raise TalksError(f"{table}: {what}; {expected}; rename it, or put note_ before it")
    for number, cells in table_rows:
        where = f"{table.name} row {number}"
        if len(cells) > len(columns):
            raise TalksError(f"{where}: {ragged(len(columns))}")
        row = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
        if not (key := row.pop("file", "")):
            expected = "expected the name or id of a document; fill it in or delete the row"
            raise TalksError(f"{where}: the cell file is empty; {expected}")
        yield where, key, {name: cell for name, cell in row.items() if cell and name in (*KNOWN, "note_use")}


def check_values(given: Record, where: str) -> Record:
    """Check the values that a person gave a document, and complete the date to the first day of its period."""
    check_controlled(given, where)
    date = str(given.get("date") or "")
    if not date:
        return given
    first_day = date + "-01-01"[len(date) - 4 :]
    exists = False
    with suppress(ValueError):
        exists = day.fromisoformat(first_day).isoformat() == first_day  # it reads other styles too
    if len(date) not in PRECISIONS or not exists:
        raise TalksError(f"{where}: the date {date!r} cannot be read; expected YYYY-MM-DD, YYYY-MM or YYYY; correct it")
    precision = given.get("date_precision") or PRECISIONS[len(date)]
    possible = ["window", *(name for length, name in PRECISIONS.items() if length <= len(date))]
    if precision not in possible:
        found, expected = f"date_precision is {precision!r} for the date {date!r}", " or ".join(possible)
        raise TalksError(f"{where}: {found}; expected {expected}; correct one")
    return given | {"date": first_day, "date_precision": precision}


def check_controlled(given: Record, where: str) -> None:
    """Check that values are text, and that `side` and `use` are among those known."""
    for column in KNOWN:
        if found := NO_TEXT.search(str(given.get(column) or "")):
            raise TalksError(f"{where}: {column} holds the character U+{ord(found[0]):04X}; expected text; delete it")
    for column, allowed in CONTROLLED.items():
        if (value := given.get(column)) and value not in allowed:
            raise TalksError(f"{where}: {column} is {value!r}; expected one of {', '.join(allowed)}; correct the cell")
    for column, (pattern, expected) in WRITTEN.items():
        if (value := given.get(column)) and not re.fullmatch(pattern, value):
            raise TalksError(f"{where}: {column} is {value!r}; expected {expected}; correct the cell")


def keep_metadata(rows: Mapping[str, Record], path: Path) -> None:
    """Write what metadata say of each document to a file, all or nothing; what is there stays."""
    try:
        with closing(sqlite3.connect(path)) as store, store:
            store.execute("CREATE TABLE IF NOT EXISTS metadata (key TEXT PRIMARY KEY, record TEXT) WITHOUT ROWID")
            records = ((key, json.dumps(rows[key])) for key in rows)
            store.executemany("INSERT OR IGNORE INTO metadata VALUES (?, ?)", records)
    except sqlite3.Error as error:
        raise OSError(f"{path}: {error}") from None


class KeptMetadata:
    """What metadata say of each document, looked up in the file of `keep_metadata`; only what is asked for is read."""

    def __init__(self, path: Path) -> None:
        """Open the file; nobody writes it any more, so that no lock is needed, which network disks may lack."""
        self._store = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        self.close = self._store.close

    def get(self, key: str) -> Record | None:
        """Look up the record of a name or id."""
        found = self._store.execute("SELECT record FROM metadata WHERE key = ?", (key,)).fetchone()
        return json.loads(found[0]) if found else None
