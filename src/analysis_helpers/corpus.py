"""The corpus: a folder of measured tables, seen through DuckDB."""

from __future__ import annotations

import errno
import inspect
import json
import os
import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, reduce
from html import escape
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .check import OPTIONAL, TABLES, fields_of, load_schema, to_arrow
from .dictionaries import known_names
from .errors import TalksError, UnwritableError
from .words import Words, code_terms, find_terms, languages_of, listed_terms, near_misses, number_texts, spell_term

AT_ONCE = 10_000_000  # bytes of all files; a small corpus may lie in a folder that is soon deleted
BATCH = 1_000_000  # rows that are looked at together, so that a large table is never held as a whole
TEXTS = 20_000  # passages whose words are looked at together
SHOWN = 12  # values that an error names
SIDE_ORDER = ("US", "CN", "other", "question", "unknown")
PERIODS = {"year": "Y", "month": "M", "week": "W-SUN"}
NEXT = 'corpus.where(side="CN") · ah.coverage(corpus, by="genre") · ah.keyness(corpus)'
WINDOW_DAYS = 14  # spans at least as long also take dates that are known to a few days
_EXACT = {"year": ("day", "window", "month", "year"), "month": ("day", "window", "month"), "week": ("day",)}
OF_PASSAGE = ("speaker", "n_words")  # columns of documents that passages have more exactly
_BY_PASSAGE = ("passages", "sentences", "counts")
_THOUSANDS = dict.fromkeys(["documents", "words"], "{:,}".format)


@lru_cache(maxsize=1)
def database() -> duckdb.DuckDBPyConnection:
    """One database in memory, of which each corpus is a cursor; nothing is fetched from the network."""
    offline = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    place = {"temp_directory": f"{gettempdir()}/talks-{os.getpid()}", "enable_external_file_cache": False}
    return duckdb.connect(":memory:", config=offline | place)


@dataclass(frozen=True)
class _Table:
    """Where the rows of a table are: in memory or in Parquet files; and which, where not all: those of some ids."""

    columns: list[str]
    source: pa.Table | dict[Path, tuple[int, int]]  # the files as they were when the corpus was loaded
    ids: pa.Table | None = None

    def view(self, name: str) -> str:
        """Write the query that gives the selected rows, each with its place in the table as `row`."""
        source = f"{name}_held"
        if isinstance(self.source, dict):
            paths = ", ".join("'" + str(path).replace("'", "''") + "'" for path in self.source)
            source = f"read_parquet([{paths}], hive_partitioning = false)"
        kept = f" SEMI JOIN {name}_ids USING ({self.ids.column_names[0]})" if self.ids is not None else ""
        return f"SELECT * FROM (SELECT *, row_number() OVER () - 1 AS row FROM {source}){kept}"


class Corpus:
    """A measured corpus: six tables, which become frames when asked for, and the record of how they were made.

    `documents`, `passages`, `sentences`, `counts` are measurements; `removed` is what cleaning took out, `rejected`
    what was not kept; `record` is `corpus.json`.

    >>> len(load_corpus().where(collection="articles", side="CN").documents)
    3
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame | _Table], record: dict[str, Any]) -> None:
        frames = {name: table for name, table in tables.items() if isinstance(table, pd.DataFrame)}
        held = {name: pa.Table.from_pandas(frame, preserve_index=False) for name, frame in frames.items()}
        held = {name: _Table(table.column_names, table) for name, table in held.items()}
        self.record, self._tables = record, {name: held.get(name, table) for name, table in tables.items()}
        vars(self).update(frames)

    documents = cached_property(lambda self: self._frame("documents"))
    passages = cached_property(lambda self: self._frame("passages"))
    sentences = cached_property(lambda self: self._frame("sentences"))
    counts = cached_property(lambda self: self._frame("counts"))
    removed = cached_property(lambda self: self._frame("removed"))
    rejected = cached_property(lambda self: self._frame("rejected"))

    def __str__(self) -> str:
        table = self._outline()
        if "language" not in table.index.names:
            return f"Corpus: {table['documents'].sum():,} documents, {table['words'].sum():,} words"
        sums = table.groupby("language")[["documents", "words"]].sum().itertuples()
        return "Corpus: " + "; ".join(f"{n:,} documents, {words:,} words ({name})" for name, n, words in sums)

    def __repr__(self) -> str:
        return f"{self}\n\n{self._outline().to_string(formatters=_THOUSANDS)}\n\nNext: {NEXT}"

    def _repr_html_(self) -> str:
        shown = self._outline().to_html(formatters=_THOUSANDS, border=0)
        return f"<p>{self}</p>\n{shown}\n<p>Next: <code>{escape(NEXT)}</code></p>"

    def _outline(self) -> pd.DataFrame:
        by = add_language(self, ["side"])
        keys = ", ".join(f"coalesce({name}, 'not given') AS {name}" for name in by)
        table = self.sql(
            f"""SELECT {keys}, count(*) AS documents, coalesce(sum(n), 0) AS words,
                strftime(min(date), '%Y-%m-%d') AS first, strftime(max(date), '%Y-%m-%d') AS last
            FROM documents LEFT JOIN (
                SELECT doc_id, sum(n_words) AS n FROM passages WHERE kind = 'body' GROUP BY doc_id
            ) USING (doc_id) GROUP BY ALL ORDER BY ALL"""
        ).fillna({"first": "not dated", "last": "not dated"})
        table = table.set_index("side").loc[in_order(table["side"])]
        return table.set_index("language", append=True) if "language" in by else table.rename_axis(None)

    @property
    def has_text(self) -> bool:
        """Whether the words themselves are there, and not only their measurements."""
        return "text" in self.columns("passages")

    def columns(self, table: str) -> list[str]:
        """List the columns of one of the six tables."""
        return list(self._tables[table].columns)

    def where(self, **conditions: Any) -> Corpus:
        """Keep the part of the corpus that meets all conditions.

        In: columns of `documents` or `passages` (`side`, `speaker_side`, `genre`, ...), each with a value or a list,
        `date` with a slice of two ISO dates, both included: a text dated by a month is in it with all of that or not at
        all, dates known to a few days need 14 days. Out: a `Corpus` of documents with a passage left; `rejected` stays
        whole. Raises `TalksError` for an unknown column or value, and where nothing is left.

        >>> len(load_corpus().where(side="US", date=slice("2025-05-01", "2025-05-31")).documents)
        48
        """
        documents, known = self.documents, [name for name in self.columns("passages") if name != "text"]
        check_columns(conditions, [*documents, *known])
        own = [column for column in conditions if column in OF_PASSAGE or column not in documents]
        for column in (column for column in conditions if column not in own):
            exact = _is_exact_for(documents, conditions[column]) if column == "date" else True
            documents = documents[self._match("documents", column, conditions[column], documents[column], exact=exact)]
        given = {"chosen": pa.table({"doc_id": pa.array(documents["doc_id"])})}
        query = "FROM passages SEMI JOIN chosen USING (doc_id)"
        for column in own:
            values = self._ask(f'SELECT "{column}" AS value, count(*) AS n {query} GROUP BY ALL', **given)
            found = (values[name].to_pandas() for name in ("value", "n"))
            given[f"value_{column}"] = values.filter(
                pa.array(self._match("passages", column, conditions[column], *found))
            )
            query += f' SEMI JOIN value_{column} ON "{column}" IS NOT DISTINCT FROM value_{column}.value'
        ids = self._ask(f"SELECT passage_id, doc_id {query}", **given)
        if own:
            documents = documents[documents["doc_id"].isin(ids["doc_id"].unique().to_pylist())]
        documents = documents.reset_index(drop=True)
        by_document = pa.table({"doc_id": pa.array(documents["doc_id"])})
        kept = {name: replace(self._tables[name], ids=ids.select(["passage_id"])) for name in _BY_PASSAGE}
        kept |= {name: replace(self._tables[name], ids=by_document) for name in ("removed", "documents")}
        part = Corpus(self._tables | kept, self.record)
        part.documents = documents
        return part

    def _match(
        self, table: str, column: str, wanted: Any, values: pd.Series, n: Any = 1, exact: Any = True
    ) -> pd.Series:
        """Tell which values of a column meet a condition; refuse what none meets, and a value that is known nowhere."""
        if isinstance(wanted, slice):
            matching = values.between(pd.Timestamp(wanted.start), pd.Timestamp(wanted.stop)) & exact
        else:
            matching = values.isin(_listed(wanted)) & exact
        there = values.dropna()
        absent = {value for value in _listed(wanted) if not isinstance(value, slice) and not pd.isna(value)} - {*there}
        if absent:
            absent -= {*self._whole().sql(f'SELECT DISTINCT "{column}" AS value FROM {table}')["value"]}
            fields = {field["name"]: field.get("constraints", {}) for field in fields_of(table)}
            absent -= {*fields.get(column, {}).get("enum", [])}
        if matching.any() and not absent:
            return matching
        asked, listed = sorted(absent, key=str) or _listed(wanted), "a value, and there is none"
        if isinstance(wanted, slice) and len(there):
            listed = f"days from {there.min():%Y-%m-%d} to {there.max():%Y-%m-%d}"
        elif len(there):
            told = pd.Series(n, there.index).groupby(there.astype("str")).sum().sort_values(kind="stable")[::-1]
            near = [value for one in asked for value in near_misses(str(one), told.index)]
            listed = ", ".join(f"{name} ({told[name]:,})" for name in list(dict.fromkeys([*near, *told.index]))[:SHOWN])
            listed += f" and {len(told) - SHOWN:,} more" if len(told) > SHOWN else ""
        found = " or ".join(map(repr, asked[:SHOWN])) or "in an empty list"
        remedy = "choose among these, or say more in the metadata"
        raise TalksError(f"no {table[:-1]} is left whose {column} is {found}; expected {listed}; {remedy}")

    def _whole(self) -> Corpus:
        return Corpus({name: replace(table, ids=None) for name, table in self._tables.items()}, self.record)

    def replace(self, **changed: Any) -> Corpus:
        """Give a corpus in which some tables, or the record, are others: `corpus.replace(documents=frame)`."""
        tables = {name: table for name, table in changed.items() if name in TABLES}
        return Corpus(self._tables | tables, changed.get("record", self.record))

    def save(self, folder: str | Path) -> Path:
        """Write the corpus to a folder, one Parquet part a table. An earlier corpus there is replaced."""
        with new_folder(folder, replaces="corpus.json") as draft:
            part = {table: getattr(self, table) for table in TABLES}
            write_corpus(draft, [part], self.record, with_text=self.has_text)
        return Path(folder)

    def sql(self, query: str, **given: pd.DataFrame | pa.Table) -> pd.DataFrame:
        """Ask a question in DuckDB's SQL; the tables are `documents`, ..., each with `row`, the place in it.

        In: a query, and frames that it may name. Out: a frame; sums of whole numbers are whole. Raises `TalksError` for
        what is no query. Known weakness: without ORDER BY nothing is in a fixed order.

        >>> load_corpus().sql("SELECT count(*) AS n FROM documents WHERE collection = 'articles'")["n"].tolist()
        [5]
        """
        found = self._ask(query, **given)
        whole = [field.with_type(pa.int64()) if pa.types.is_decimal(field.type) else field for field in found.schema]
        return found.cast(pa.schema(whole)).to_pandas(date_as_object=False)

    def body(self, columns: Iterable[str]) -> pd.DataFrame:
        """Give some columns of the body passages, without headings: `corpus.body(["doc_id", "n_words"])`."""
        return self.sql(self.select("passages", columns, "WHERE kind = 'body'"))

    @property
    def multiword_terms(self) -> list[str]:
        """List the terms of several words that were counted when the corpus was built."""
        settings = self.record.get("settings", {})
        found = [row["term"] for row in settings.get("collocations", [])]
        return sorted({*found, *settings.get("lexicon_terms", []), *settings.get("terms", [])})

    def count_terms_of(self, terms: Iterable[str], expected: Iterable[str] = ()) -> pd.DataFrame:
        """Count terms in each passage: `passage_id`, `term` (as given), `n`; no row where a passage has none.

        Words and `multiword_terms` are looked up, others counted on the text. `tariff*` is all words that begin so.
        Raises `TalksError` for others where there is no text; warns of what no text uses, unless `expected` to be rare.

        >>> corpus = load_corpus().where(collection="statements_2025")
        >>> int(corpus.count_terms_of(["Soybean*"])["n"].sum()), "rare earths" in corpus.multiword_terms
        (115, True)
        """
        asked = {term: spell_term(term) for term in terms}
        found = self._count_spelt(sorted(set(asked.values())))
        unused = {*asked.values()} - {*found["term"], *map(spell_term, expected)}
        if unused and (unused := unused - {*self._whole()._count_spelt(sorted(unused))["term"]}):
            self._tell_unused(sorted(unused))
        given = pd.DataFrame({"given": asked.keys(), "term": asked.values()}, dtype="str")
        return found.merge(given, on="term").drop(columns="term").rename(columns={"given": "term"})[list(found)]

    def _count_spelt(self, terms: list[str]) -> pd.DataFrame:
        known = set(self.multiword_terms)
        unknown = [term for term in terms if " " in term and term not in known]
        if unknown and not self.has_text:
            found = "terms were not counted when the corpus was built, which holds no text to count them in"
            expected = f"expected single words, or of the {len(known)} terms in corpus.multiword_terms"
            named, remedy = _with_near(unknown, self._vocabulary()), "add terms with talks build --terms FILE"
            raise TalksError(f"{found}: {named}; {expected}; {remedy}")
        looked_up = self._stored(set(terms) - set(unknown))
        query = """SELECT passage_id, word AS term, sum(n)::INT AS n FROM counts JOIN looked_up ON term = stored
            GROUP BY passage_id, word ORDER BY min(row), word"""
        rows = [self.sql(query, looked_up=looked_up)]
        for passages, words, numbers, places in self.find_places(unknown):
            ids = passages["passage_id"].to_numpy()[number_texts(words)[places]]
            found = pd.DataFrame({"passage_id": ids, "term": np.array(unknown)[numbers], "n": 1}).astype(rows[0].dtypes)
            rows.append(found.groupby(["passage_id", "term"], sort=False, as_index=False).sum())
        return pd.concat(rows, ignore_index=True)

    def _stored(self, words: Iterable[str]) -> pd.DataFrame:
        """Say which terms of `counts` words stand for: each for itself, and `tariff*` for all words that begin so."""
        begun = {word: word[:-1] for word in words if word.endswith("*") and " " not in word}
        known = [word for word in self._vocabulary() if " " not in word] if begun else []
        rows = [(word, stored) for word, start in begun.items() for stored in known if stored.startswith(start)]
        rows += [(word, word) for word in words if word not in begun]
        return pd.DataFrame(rows, columns=["word", "stored"], dtype="str")

    def find_places(self, terms: list[str]) -> Iterator[tuple[pd.DataFrame, Words, np.ndarray, np.ndarray]]:
        """Go through the passages that hold all words of a term: with their words, numbers of terms, and places."""
        parts = [(term, word, len({*term.split(" ")})) for term in terms for word in {*term.split(" ")}]
        parts = pd.DataFrame(parts, columns=["part_of", "word", "size"])
        query = """SELECT passages.* EXCLUDE (row), language FROM passages JOIN documents USING (doc_id) SEMI JOIN (
            SELECT passage_id FROM counts JOIN parts ON term = stored
            GROUP BY passage_id, part_of HAVING count(DISTINCT word) = any_value(size)
        ) USING (passage_id) ORDER BY passages.row"""
        given = {"parts": parts.merge(self._stored(parts["word"].unique()))} if terms else {}
        for batch in self.batches(query, TEXTS, **given) if terms else ():
            passages = batch.to_pandas()
            words = code_terms(passages["text"], languages=languages_of(passages))
            yield passages, words, *find_terms(words, terms)

    def _tell_unused(self, terms: list[str]) -> None:
        """Warn that no text uses some terms; refuse where a package may hide them."""
        known = self._vocabulary()
        hidden = {*terms} - listed_terms() - known_names()
        if hidden and any(term.startswith("(rare") for term in known):
            why = "as far as this package tells, which leaves out rare words; expected one that is not rare"
            remedy = "count it in the corpus of which this is the package"
            raise TalksError(f"no text uses {_with_near(sorted(hidden), known)} {why}; {remedy}")
        ours = [frame.frame.f_globals["__name__"].startswith("analysis_helpers") for frame in inspect.stack(0)]
        told = f"no text of the corpus uses {_with_near(terms, known)}: the count is 0"
        warnings.warn(told, stacklevel=1 + ours.index(False))

    def _vocabulary(self) -> set[str]:
        return {*self._whole().sql("SELECT DISTINCT term FROM counts")["term"]}

    def matrix(self, passage_ids: pd.Series, rows: np.ndarray, exclude: Iterable[str] = ()) -> tuple[Any, pd.Index]:
        """Lay out the counts of passages, each in its row (from 0, none empty), by sorted terms, as a sparse matrix."""
        from scipy.sparse import csr_matrix

        placed = pa.table({"passage_id": pa.array(passage_ids), "place": pa.array(rows, pa.int32())})
        excluded = pa.table({"term": pa.array([*map(spell_term, exclude)], pa.string())})
        counted = "counts JOIN placed USING (passage_id)"
        distinct = f"SELECT DISTINCT term FROM {counted} ANTI JOIN excluded USING (term) ORDER BY term"
        terms = self._ask(distinct, placed=placed, excluded=excluded)
        coded = terms.append_column("code", pa.array(np.arange(len(terms), dtype="int32")))
        found = self._ask(f"SELECT n, place, code FROM {counted} JOIN coded USING (term)", placed=placed, coded=coded)
        n, *cells = (column.to_numpy() for column in found.columns)
        matrix = csr_matrix((n.astype("float64"), cells), shape=(int(rows.max(initial=-1)) + 1, len(terms)))
        return matrix, pd.Index(terms["term"].to_pandas(), dtype="str").rename(None)

    def batches(self, query: str, size: int = BATCH, **given: pd.DataFrame | pa.Table) -> Iterator[pa.RecordBatch]:
        """Go through the answer to a query, some rows at a time; ask nothing else of the corpus meanwhile."""
        with self._asking(given) as connection:
            yield from connection.sql(query).to_arrow_reader(size)

    def _ask(self, query: str, **given: pd.DataFrame | pa.Table) -> pa.Table:
        with self._asking(given) as connection:
            return connection.sql(query).to_arrow_table()

    def select(self, table: str, columns: Iterable[str], condition: str = "") -> str:
        """Write the query for rows of a table in their order: a scan of it keeps the order, a join does not."""
        order = " ORDER BY row" if self._tables[table].ids is not None else ""
        listed = ", ".join(f'"{name}"' for name in dict.fromkeys(columns))
        return f"SELECT {listed} FROM {table} {condition}{order}"

    def _frame(self, table: str) -> pd.DataFrame:
        return self.sql(self.select(table, self.columns(table)))

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        connection = database().cursor()
        for name, table in self._tables.items():
            if isinstance(table.source, pa.Table):
                connection.register(f"{name}_held", table.source)
            if table.ids is not None:
                connection.register(f"{name}_ids", table.ids)
            connection.execute(f"CREATE TEMP VIEW {name} AS {table.view(name)}")
        return connection

    @contextmanager
    def _asking(self, given: Mapping[str, pd.DataFrame | pa.Table]) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give the connection for one query, with some tables more; name the file or the query where it fails."""
        files = [table.source for table in self._tables.values() if isinstance(table.source, dict)]
        stamps = {path: stamp for parts in files for path, stamp in parts.items()}
        changed = next((path for path, stamp in stamps.items() if _stamp(path) != stamp), None)
        if changed:
            raise TalksError(f"{changed}: is not the file that it was; expected no change; load the corpus again")
        try:
            for name, table in given.items():
                self._connection.register(name, table)
            yield self._connection
        except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException) as error:
            reason = str(error).splitlines()[0]
            raise TalksError(f"the query is not understood ({reason}); expected SQL over {', '.join(TABLES)}") from None
        except duckdb.Error as error:
            for path in stamps:  # one of them is damaged, unless the memory or the disk is full
                _read(path)
            raise TalksError(f"the corpus cannot be asked ({str(error).splitlines()[0]})") from None
        finally:
            for name in given:
                self._connection.unregister(name)


def _listed(wanted: Any) -> list[Any]:
    return [wanted] if isinstance(wanted, str) or not isinstance(wanted, Iterable) else list(wanted)


def _with_near(terms: list[str], known: Iterable[str]) -> str:
    near = {term: ", ".join(near_misses(term, known)) for term in terms[:SHOWN]}
    more = f" and {len(terms) - SHOWN} more" if len(terms) > SHOWN else ""
    return ", ".join(f"{term!r} (near: {misses})" if misses else repr(term) for term, misses in near.items()) + more


def _is_exact_for(documents: pd.DataFrame, wanted: Any) -> pd.Series:
    """Tell which dates are exact enough for a span, or single days: a month is in it whole, or not at all."""
    ends = [wanted.start, wanted.stop] if isinstance(wanted, slice) else [pd.NaT, pd.NaT]
    start, stop = days = pd.to_datetime(pd.Series(ends, dtype="object"), errors="coerce", format="ISO8601")
    # Days written as words outside a span, and half a span, would match nothing, in silence.
    if days.isna().any() if isinstance(wanted, slice) else any(isinstance(day, str) for day in _listed(wanted)):
        raise TalksError(f"date is {wanted!r}; expected two ISO dates; write date=slice('2025-05-01', '2025-05-31')")
    precision, long = documents["date_precision"], (stop - start).days + 1 >= WINDOW_DAYS
    exact = precision.isna() | precision.isin(["day", "window"] if long else ["day"])
    for period in ("month", "year"):
        last = documents["date"].dt.to_period(PERIODS[period]).dt.end_time.dt.normalize()
        exact |= (precision == period) & (last <= stop)
    return exact


def check_columns(names: Iterable[str], known: Iterable[str], what: str = "column") -> None:
    """Raise `TalksError` for a name that is not known, and list those that are."""
    known = list(dict.fromkeys(known))
    for name in names:
        if name not in known:
            raise TalksError(f"unknown {what} {name!r}; expected one of {', '.join(known)}; choose one of them")


def shipped_data() -> Path:
    """Find the folder of the shipped data: beside the package in a wheel, in data/ in a checkout.

    >>> (shipped_data() / "talks.csv").is_file()
    True
    """
    package = Path(__file__).resolve().parent
    places = (package / "shipped" / "data", package.parents[1] / "data")
    found = next((place for place in places if (place / "talks.csv").is_file()), None)
    if found is None:
        raise TalksError(f"the shipped data are in none of {', '.join(map(str, places))}; install the package again")
    return found


def load_corpus(path: str | Path | None = None) -> Corpus:
    """Load a corpus folder; without a path, the corpus that ships with the suite.

    Out: a `Corpus`. Raises `TalksError` for what is no corpus. Known weakness: over 10 MB, its files must not change.

    >>> load_corpus().has_text
    False
    """
    folder = shipped_data() / "corpus" if path is None else Path(path)
    path, version = folder / "corpus.json", load_schema()["schema_version"]
    remedy = "expected a folder written by talks build; check the path, or build it: talks build SOURCE --out CORPUS"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise TalksError(f"{folder}: is no corpus (no corpus.json in it); {remedy}") from None
    except ValueError as error:
        raise TalksError(f"{path}: cannot be read ({error}); {remedy}") from None
    found = record.get("schema_version") if isinstance(record, dict) else type(record).__name__
    if found != version:
        raise TalksError(f"{path}: schema version {found!r}; expected {version}; build the corpus again")
    tables = {name: _find_table(folder, name) for name in TABLES}
    if sum(size for table in tables.values() for size, _ in table.source.values()) <= AT_ONCE:
        for name, table in tables.items():
            tables[name] = replace(table, source=pa.concat_tables(map(_read, table.source)))
    return Corpus(tables, record)


def _find_table(folder: Path, name: str) -> _Table:
    """Find a table in the folder: each part can be opened and has the columns of the schema; it is read later."""
    paths = sorted((folder / name).glob("part-*.parquet"))
    if not paths:
        raise TalksError(f"{folder / name}: holds no part-*.parquet; expected the table {name}; build the corpus again")
    first, expected = list[str](), [field["name"] for field in fields_of(name)]
    for path in paths:
        found = _try(path, pq.read_schema).names
        first = first or found
        wrong = [f"column {name} is missing" for name in expected if name not in found and name not in OPTIONAL]
        wrong += [f"column {name} is unknown" for name in found if name not in expected]
        if wrong:
            raise TalksError(f"{path}: {wrong[0]}; expected {', '.join(expected)}; build the corpus again")
        if found != first:
            raise TalksError(f"{path}: expected the columns of {paths[0].name}, in their order; build the corpus again")
    return _Table(first, {path: _stamp(path) for path in paths})


def _stamp(path: Path) -> tuple[int, int]:
    found = _try(path, Path.stat)
    return found.st_size, found.st_mtime_ns


def _read(path: Path) -> pa.Table:
    read = _try(path, lambda path: pq.ParquetFile(path, pre_buffer=False).read(use_threads=False))
    return read.replace_schema_metadata(None)


def _try(path: Path, read: Callable[[Path], Any]) -> Any:
    try:
        return read(path)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        remedy = "expected a Parquet file; restore it or build the corpus again"
        raise TalksError(f"{path}: cannot be read ({reason}); {remedy}") from None


def write_corpus(folder: Path, parts: Iterable[dict[str, pd.DataFrame]], record: dict, *, with_text: bool) -> None:
    """Write the tables, part by part, and the record, with the number of rows, into an empty folder."""
    totals = dict.fromkeys(TABLES, 0)
    for number, part in enumerate(parts):
        for table in TABLES:
            (folder / table).mkdir(exist_ok=True)
            arrow = to_arrow(part[table], table, with_text)
            pq.write_table(arrow, folder / table / f"part-{number:05d}.parquet", compression="zstd")
            totals[table] += arrow.num_rows
    write_json(folder / "corpus.json", record | {"totals": totals})


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file with its keys in order."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


@contextmanager
def new_folder(folder: str | Path, replaces: str) -> Iterator[Path]:
    """Give a draft that becomes `folder` at the end; what is there is replaced only if it holds the file `replaces`."""
    with lock_folder(folder, replaces) as target, draft_folder(target) as draft:
        yield draft


@contextmanager
def lock_folder(folder: str | Path, replaces: str) -> Iterator[Path]:
    """Give the real path of a folder that may be written, and keep every other command away from it."""
    from filelock import FileLock, Timeout

    target, new_parents = Path(os.path.realpath(folder)), list[Path]()
    lock, remedy = target.with_name(f".{target.name}.lock"), "expected a new folder; choose another name"
    try:
        if target == Path.cwd():
            raise TalksError(f"{folder}: is the working folder; {remedy}")
        if target.is_symlink():  # all links were followed: this one leads to itself
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if target.exists() and (not target.is_dir() or any(target.iterdir())) and not (target / replaces).is_file():
            raise TalksError(f"{folder}: exists and was not made by this command; {remedy}")
        new_parents += [parent for parent in target.parents if not parent.exists()]
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, timeout=0):
            try:
                yield target
            finally:
                lock.unlink(missing_ok=True)  # whoever opened it meanwhile finds it gone, and is refused
    except Timeout:
        remedy = "expected one command at a time; wait until the other one ends"
        raise TalksError(f"{folder}: is being written already; {remedy}") from None
    except OSError as error:
        found, remedy = f"cannot be written ({error.strerror or error})", "check the disk and the permissions"
        raise UnwritableError(f"{folder}: {found}; {remedy}") from None
    finally:
        with suppress(OSError):  # they hold the result
            for parent in new_parents:
                parent.rmdir()


@contextmanager
def draft_folder(target: Path) -> Iterator[Path]:
    """Give a draft that takes the place of a locked folder at the end, or vanishes where something fails."""
    draft = target.with_name(f".{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir()
        yield draft
        if target.exists():
            shutil.rmtree(target)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def add_period(documents: pd.DataFrame, period: str) -> pd.DataFrame:
    """Add the year, month or week (from Monday) of each document, as a pandas period; none if its date is less exact.

    >>> documents = pd.DataFrame({"date": pd.to_datetime(["2025-05-12"]), "date_precision": ["day"]})
    >>> str(add_period(documents, "month").loc[0, "month"])
    '2025-05'
    """
    check_columns([period], PERIODS, "period")
    dates = documents["date"].where(documents["date_precision"].isin(_EXACT[period]))
    return documents.assign(**{period: dates.dt.to_period(PERIODS[period])})


def list_languages(corpus: Corpus) -> list[str]:
    """List the languages of the documents."""
    query = "SELECT DISTINCT language FROM documents WHERE language IS NOT NULL ORDER BY language"
    return corpus.sql(query)["language"].tolist()


def add_language(corpus: Corpus, by: Iterable[str]) -> list[str]:
    """Name the columns to count by, and language with them where there are several: never two in one row."""
    several = len(list_languages(corpus)) > 1 and not {"language", "doc_id"} & {*by}
    return [*by, "language"] if several else [*by]


def refuse_languages(documents: pd.DataFrame, by: Iterable[str] | None = None) -> None:
    """Raise `TalksError` where texts of several languages, or a text and its twin, would be counted in one row."""
    asked = set(by or ())
    if "language" not in documents or "doc_id" in asked:
        return
    n, found = documents["language"].value_counts(), ""
    if len(n) > 1 and "language" not in asked:
        found = "the texts are in several languages"
    if {"doc_id", "twin_id"} <= {*documents}:
        row = documents["language"].fillna("") if "language" in asked else pd.Series("", documents.index)
        of_twin = documents["twin_id"].map(dict(zip(documents["doc_id"], row, strict=True)))
        found = "texts stand beside their twins in another language" if (of_twin == row).any() else found
    if found:
        found += f" ({', '.join(f'{name} {count:,}' for name, count in n.items())})"
        expected = "expected one, because two have no common scale and twins are one text"
        one = "en" if "en" in n or n.empty else n.index[0]
        remedy = f'write corpus.where(language="{one}")'
        raise TalksError(f"{found}; {expected}; {remedy}" + ', or by="language"' * (by is not None))


def coverage(corpus: Corpus, by: str | list[str]) -> pd.DataFrame:
    """Count what the corpus holds: documents, passages, sentences and words, by any of its columns.

    In: a corpus; columns of `documents` or `passages`, or `year`, `month`, `week`. Out: one row per combination, 0
    where empty, with `language` where there are two. Headings count only by `kind`. Raises `TalksError` for an unknown
    column. Known weakness: rows by speaker can sum to more than the documents.

    >>> coverage(load_corpus().where(collection="articles"), by="side")[["side", "n_documents"]]
      side  n_documents
    0   US            2
    1   CN            3
    """
    by = add_language(corpus, [by] if isinstance(by, str) else by)
    documents, known = corpus.columns("documents"), corpus.columns("passages")
    check_columns(by, [*documents, *known, *PERIODS])
    exact = "CASE WHEN d.date_precision IN {} THEN date_trunc('{}', d.date) END"
    column = {name: f'p."{name}"' if name in known else f'd."{name}"' for name in by}
    column |= {name: exact.format(_EXACT[name], name) for name in set(by) & set(PERIODS)}
    keys = ", ".join(f'{column[name]} AS "{name}"' for name in by)
    rows = corpus.sql(
        f"""SELECT {keys}, count(DISTINCT doc_id) AS n_documents, count(*) AS n_passages,
            coalesce(sum(n), 0) AS n_sentences, sum(p.n_words) AS n_words
        FROM passages AS p JOIN documents AS d USING (doc_id)
        LEFT JOIN (SELECT passage_id, count(*) AS n FROM sentences GROUP BY passage_id) USING (passage_id)
        WHERE {"true" if "kind" in by else "kind = 'body'"} GROUP BY ALL"""
    )
    for period in set(by) & set(PERIODS):
        rows[period] = rows[period].dt.to_period(PERIODS[period])
    levels = {name: [*in_order(rows[name]), *([None] if rows[name].isna().any() else [])] for name in by}
    return fill_grid(rows, levels, ["n_documents", "n_passages", "n_sentences", "n_words"])


def in_order(values: pd.Series) -> list[Any]:
    """List the values of a column once, in a fixed order: periods without a gap, sides as always, others sorted."""
    found = values.dropna()
    if isinstance(values.dtype, pd.PeriodDtype) and len(found):
        return list(pd.period_range(found.min(), found.max()))
    return sorted(found.unique(), key=lambda value: (SIDE_ORDER.index(value) if value in SIDE_ORDER else 9, value))


def fill_grid(table: pd.DataFrame, levels: Mapping[str, Iterable[Any]], counts: list[str]) -> pd.DataFrame:
    """Give a row to every combination of some values, with 0 in the columns of counts where the table has none."""
    grid = pd.MultiIndex.from_product(levels.values(), names=list(levels)).to_frame(index=False)
    grid = grid.astype({name: table[name].dtype for name in levels})  # a column without any value has no type
    table = grid.merge(table, on=list(levels), how="left")
    return table.fillna(dict.fromkeys(counts, 0)).astype(dict.fromkeys(counts, "int64"))


def count_questions(corpus: Corpus, by: str | list[str]) -> pd.DataFrame:
    """Count how many of the words are questions of journalists: nobody's voice in a comparison of sides.

    In: as for `coverage`. Out: the columns, `n_documents`, `n_words`, `n_questions` (words) and their `share`, where
    there are words. Known weakness: a question without label or line of its own is taken for the speaker's words.

    >>> statements = load_corpus().where(collection="statements_2025", genre="press_conference")
    >>> count_questions(statements, by="side")["share"].round(2).tolist()
    [0.16, 0.34]
    """
    by = add_language(corpus, [by] if isinstance(by, str) else by)
    asked = coverage(corpus, list(dict.fromkeys([*by, "speaker_side"]))).query("speaker_side == 'question'")
    asked = asked.rename(columns={"n_words": "n_questions"})[[*by, "n_questions"]]
    table = coverage(corpus, by)[[*by, "n_documents", "n_words"]].query("n_words > 0").merge(asked, on=by, how="left")
    n_questions = table["n_questions"].fillna(0).astype("int64")
    return table.assign(n_questions=n_questions, share=n_questions / table["n_words"])


def find_units(
    corpus: Corpus, columns: list, clusters: str | None = None, voices: tuple | None = None, by: list | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give body passages with the number of their `unit`, and the units: documents, or parts, with words and values."""
    refuse_languages(corpus.documents, by)
    documents = reduce(add_period, sorted({*columns} & {*PERIODS}), corpus.documents.drop(columns=[*OF_PASSAGE]))
    check_columns(columns, [*corpus.documents, *corpus.columns("passages"), *PERIODS])
    keys = list(dict.fromkeys(["doc_id", *(name for name in columns if name not in documents)]))
    passages = corpus.body(["passage_id", "speaker_side", "n_words", *keys]).dropna(subset=keys)
    passages = passages[passages["speaker_side"].isin(voices)] if voices else passages
    passages = passages.assign(unit=passages.groupby(keys).ngroup())
    units = passages.groupby(keys)["n_words"].sum().reset_index()  # its index is the number of the unit
    given = documents[[name for name in documents if name in {"doc_id", *columns}]].set_index("doc_id")
    units = units[units["n_words"] > 0].join(given, on="doc_id")
    refuse_empty(units, "text with words of officials of either side" if voices else "text with words")
    n_undated = 0
    for name in columns:
        n_undated += units.loc[units[name].isna(), "doc_id"].nunique() if name in PERIODS else 0
        units = units.dropna(subset=name)
        refuse_empty(units, f"text with a {'date exact enough for a' if name in PERIODS else 'value of'} {name}")
    units = units.assign(cluster=find_clusters(corpus, units, clusters)) if clusters else units
    units.attrs["n_undated"] = n_undated
    return passages, units


def find_clusters(corpus: Corpus, units: pd.DataFrame, clusters: str) -> pd.Series:
    """Find the cluster of each document or part of it: its column, its week, or the speaker of most of its words."""
    known, documents = corpus.columns("passages"), corpus.documents.set_index("doc_id")
    documents["week"] = documents["date"].dt.to_period(PERIODS["week"])  # also of a date known to a few days
    check_columns([clusters], [*documents, "doc_id", *known])
    if clusters in units:
        return units[clusters]
    if clusters in documents and clusters not in OF_PASSAGE:
        return units["doc_id"].map(documents[clusters])
    keys = [name for name in units if name in known and name != "n_words"]
    words = corpus.body([*keys, clusters, "n_words", "speaker_side"])
    words = words[words["speaker_side"] != "question"]
    words = words.groupby([*keys, clusters], observed=True, dropna=False)["n_words"].sum().reset_index()
    most = words.sort_values("n_words", kind="stable").drop_duplicates(keys, keep="last").set_index(keys)[clusters]
    return units.join(most, on=keys)[clusters]


def refuse_empty(table: pd.DataFrame, what: str) -> None:
    """Raise `TalksError` where nothing is left that could be counted or compared, and name the usual remedy."""
    if table.empty:
        expected = "expected at least one of a known side (US or CN), and of the kind and date asked for"
        remedy = "give the columns side, genre and date in the metadata, or choose less narrowly"
        raise TalksError(f"no {what} here; {expected}; {remedy}")
