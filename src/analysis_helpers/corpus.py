"""The corpus: a folder of measured tables, loaded as one frozen object."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .build.folders import new_folder
from .errors import TalksError
from .tables import Table, column_names, find_parts, find_places, hold_frame, sum_by_id

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

OPTIONAL = {"text", "tone_semantic"}  # not in every corpus: the words themselves, the tone by the encoder
TABLES = ("documents", "passages", "sentences", "counts", "removed", "rejected")
AT_ONCE = 50_000_000  # bytes of all files; a small corpus may lie in a folder that is soon deleted
SIDE_ORDER = ("US", "CN", "other", "question", "unknown")
_BY_PASSAGE = ("passages", "sentences", "counts")
PERIODS = {"year": "Y", "month": "M", "week": "W-SUN"}
NEXT = 'corpus.where(side="CN") · ah.coverage(corpus, by="genre") · ah.distinctive_terms(corpus)'
NOTHING = "No document meets these conditions: choose less narrowly."
_THOUSANDS = dict.fromkeys(["documents", "words"], "{:,}".format)
_ARROW = {"string": pa.string(), "integer": pa.int32(), "number": pa.float64(), "date": pa.date32()}


@lru_cache(maxsize=1)
def load_schema() -> dict[str, Any]:
    """Load the description of the corpus tables: a Frictionless data package without its files."""
    return json.loads(files("analysis_helpers").joinpath("schema.json").read_text(encoding="utf-8"))


def fields_of(table: str) -> list[dict[str, Any]]:
    """List the fields of a corpus table, in order, as the schema describes them."""
    return next(resource for resource in load_schema()["resources"] if resource["name"] == table)["schema"]["fields"]


class _WhenUsed:
    """A table of a corpus as a frame, which is read when it is first asked for."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, corpus: Corpus | None, owner: type) -> pd.DataFrame:
        if corpus is None:
            raise AttributeError(self.name)  # so the field has no default
        held = vars(corpus)[self.name]
        if isinstance(held, Table):
            held = vars(corpus)[self.name] = held.read()
        return held

    def __set__(self, corpus: Corpus, held: pd.DataFrame | Table) -> None:
        vars(corpus)[self.name] = held


@dataclass(frozen=True)
class Corpus:
    """A measured corpus: six tables and the record of how they were made.

    `documents`, `passages`, `sentences`, `counts` are the measurements; `removed` says what cleaning
    took out, `rejected` what was read and not kept; `record` is `corpus.json`. A table of a large
    corpus is read from its folder when it is first used, and then kept.

    Examples
    --------
    >>> corpus = load_corpus()
    >>> len(corpus.where(collection="articles", side="CN").documents)
    3
    """

    documents: pd.DataFrame = _WhenUsed()
    passages: pd.DataFrame = _WhenUsed()
    sentences: pd.DataFrame = _WhenUsed()
    counts: pd.DataFrame = _WhenUsed()
    removed: pd.DataFrame = _WhenUsed()
    rejected: pd.DataFrame = _WhenUsed()
    record: dict[str, Any]

    def __str__(self) -> str:
        """Say in one line how large the corpus is."""
        table = _outline(self)
        return f"Corpus: {table['documents'].sum():,} documents, {table['words'].sum():,} words"

    def __repr__(self) -> str:
        """Show what the corpus holds of each side, and what can be asked next."""
        table = _outline(self)
        if table.empty:
            return f"{self}\n\n{NOTHING}"
        return f"{self}\n\n{table.to_string(formatters=_THOUSANDS)}\n\nNext: {NEXT}"

    def _repr_html_(self) -> str:
        table = _outline(self)
        if table.empty:
            return f"<p>{self}</p>\n<p>{NOTHING}</p>"
        written = table.to_html(formatters=_THOUSANDS, border=0)
        return f"<p>{self}</p>\n{written}\n<p>Next: <code>{escape(NEXT)}</code></p>"

    @property
    def has_text(self) -> bool:
        """Whether the words themselves are there, and not only their measurements."""
        return "text" in table_of(self, "passages").columns

    def where(self, **conditions: Any) -> Corpus:
        """Keep the part of the corpus that meets all conditions.

        A condition names a column of `documents` or `passages` and gives a value, a list of values, or
        for `date` a slice of two ISO dates, both of which belong to it. Common ones: `side` (US, CN, other),
        `speaker_side` (who speaks: US, CN, question, ...), `genre`, `collection`, `outlet`, `use` (main, caution),
        `date`. Documents without a remaining passage are left out.
        `rejected` stays whole: it tells how the corpus was made.

        Raises `TalksError` for an unknown column and for a date that is no slice of dates.

        Examples
        --------
        >>> corpus = load_corpus().where(side="US", date=slice("2025-05-01", "2025-05-31"))
        >>> corpus.documents["date"].dt.month.unique().tolist()
        [5]
        """
        documents, known = self.documents, table_of(self, "passages").columns
        for column, wanted in conditions.items():
            if column == "date":
                _check_dates(wanted)
            if column in documents and column != "n_words":
                documents = documents[_matches(documents[column], wanted)]
            elif column not in known or column == "text":
                raise _unknown_column(column, [*documents.columns, *known])
        own = {name: wanted for name, wanted in conditions.items() if name not in documents or name == "n_words"}
        ids = _matching_passages(table_of(self, "passages"), own, documents["doc_id"])
        if own:
            documents = documents[documents["doc_id"].isin(ids["doc_id"].unique())]
        kept = {name: table_of(self, name).select("passage_id", ids["passage_id"]) for name in _BY_PASSAGE}
        kept |= {"removed": table_of(self, "removed").select("doc_id", documents["doc_id"])}
        return Corpus(**vars(self) | kept | {"documents": documents.reset_index(drop=True)})

    def columns(self, table: str) -> list[str]:
        """List the columns of one of the six tables."""
        return list(table_of(self, table).columns)

    def replace(self, **changed: Any) -> Corpus:
        """Give a corpus in which some tables, or the record, are others: `corpus.replace(documents=frame)`."""
        return Corpus(**vars(self) | changed)

    def sql(self, query: str) -> pd.DataFrame:
        """Ask a question in SQL (DuckDB): `documents`, `passages`, ... are the tables, each with its `row` besides.

        Only the rows of the part of the corpus that is left by `where` are there. Without ORDER BY, the order of the
        rows is not fixed: `row` is that of the table, from 0.

        Examples
        --------
        >>> load_corpus().sql("SELECT side, count(*) AS n FROM documents GROUP BY side ORDER BY n DESC").head(1)
          side    n
        0   US  446
        """
        import duckdb

        connection = duckdb.connect(":memory:")
        for name in TABLES:
            arrow = pa.Table.from_pandas(getattr(self, name), preserve_index=False)
            connection.register(name, arrow.append_column("row", pa.array(np.arange(len(arrow)))))
        found = connection.sql(query).to_arrow_table()
        types = [pa.int64() if pa.types.is_decimal(field.type) else field.type for field in found.schema]
        return found.cast(pa.schema(list(zip(found.column_names, types, strict=True)))).to_pandas(date_as_object=False)

    def body(self, columns: Iterable[str]) -> pd.DataFrame:
        """Give some columns of the body passages: without headings and, unless it is asked for, without text."""
        return read_body(self, columns).reset_index(drop=True)

    def matrix(
        self, passage_ids: pd.Series, rows: np.ndarray, exclude: Iterable[str] = ()
    ) -> tuple[csr_matrix, pd.Index]:
        """Lay out the counts of some passages as a sparse matrix, each in the row given; and its terms, sorted."""
        from .terms import count_matrix

        return count_matrix(self, passage_ids, rows, left_out=exclude)

    def count_terms_of(self, terms: Iterable[str]) -> pd.DataFrame:
        """Give the rows of `counts` of some terms: `passage_id`, `term`, `n`."""
        from .terms import keep_terms

        listed = list(terms)
        return keep_terms(self, lambda known: known.isin(listed)).counts

    def save(self, folder: str | Path) -> Path:
        """Write the corpus to a folder, one Parquet part a table. An earlier corpus there is replaced."""
        with new_folder(folder, replaces="corpus.json") as draft:
            part = {table: getattr(self, table) for table in TABLES}
            write_corpus(draft, [part], self.record, with_text=self.has_text)
        return Path(folder)


def _outline(corpus: Corpus) -> pd.DataFrame:
    """Count documents and words of each side, with the first and the last date; by body passages, so a part counts."""
    documents = table_of(corpus, "documents").read(["doc_id", "side", "date"])
    pieces = table_of(corpus, "passages").pieces(["doc_id", "kind", "n_words"])
    bodies = (piece[piece["kind"] == "body"] for piece in pieces)
    n_words = sum_by_id(((body["doc_id"], body["n_words"]) for body in bodies), pd.Index(documents["doc_id"]))
    documents = documents.assign(n_words=n_words, side=documents["side"].fillna("not given"))
    table = documents.groupby("side").agg(
        documents=("doc_id", "size"), words=("n_words", "sum"), first=("date", "min"), last=("date", "max")
    )
    days = {name: table[name].dt.strftime("%Y-%m-%d").fillna("not dated") for name in ("first", "last")}
    return table.assign(**days).loc[in_order(documents["side"])].rename_axis(None)


def _matches(values: pd.Series, wanted: Any) -> pd.Series:
    if isinstance(wanted, slice):
        return values.between(pd.Timestamp(wanted.start), pd.Timestamp(wanted.stop))
    return values.isin(_listed(wanted))


def _listed(wanted: Any) -> list[Any]:
    return [wanted] if isinstance(wanted, str) or not isinstance(wanted, Iterable) else list(wanted)


def _check_dates(wanted: Any) -> None:
    """Refuse days written as words outside a span, and half a span: they would match nothing, in silence."""
    if isinstance(wanted, slice):
        days = pd.to_datetime(pd.Series([wanted.start, wanted.stop], dtype="object"), errors="coerce", format="ISO8601")
        understood = days.notna().all()
    else:
        understood = not any(isinstance(day, str) for day in _listed(wanted))
    if not understood:
        raise TalksError(f"date is {wanted!r}; expected two ISO dates; write date=slice('2025-05-01', '2025-05-31')")


def _matching_passages(table: Table, conditions: dict[str, Any], doc_ids: pd.Series) -> pd.DataFrame:
    """Give `passage_id` and `doc_id` of the passages of these documents that meet all conditions."""
    among, found = pd.Index(doc_ids.unique()), []
    for piece in table.pieces(dict.fromkeys(["passage_id", "doc_id", *conditions])):
        kept = find_places(piece["doc_id"], among) >= 0
        for column, wanted in conditions.items():
            kept &= _matches(piece[column], wanted).to_numpy()
        found.append(piece.loc[kept, ["passage_id", "doc_id"]].astype("str"))
    return pd.concat(found)


def table_of(corpus: Corpus, name: str) -> Table:
    """Give a table of a corpus to read some of its columns, or piece by piece, without holding the whole.

    Examples
    --------
    >>> len(table_of(load_corpus(), "counts").read(["n"]).columns)
    1
    """
    held = vars(corpus)[name]
    return held if isinstance(held, Table) else hold_frame(held)


def read_body(corpus: Corpus, columns: Iterable[str]) -> pd.DataFrame:
    """Read some columns of the body passages: without headings and, unless it is asked for, without text.

    Examples
    --------
    >>> read_body(load_corpus(), ["passage_id", "n_words"]).columns.tolist()
    ['passage_id', 'n_words']
    """
    names = list(columns)
    passages = table_of(corpus, "passages").read(dict.fromkeys([*names, "kind"]))
    return passages.loc[passages["kind"] == "body", names]


def _unknown_column(column: str, columns: Iterable[str]) -> TalksError:
    return TalksError(f"unknown column {column!r}; expected one of {', '.join(dict.fromkeys(columns))}")


# ---------------------------------------------------------------------------------------------------
# Reading and writing the folder


def shipped_data() -> Path:
    """Find the folder of the shipped data: beside the package in a wheel, in data/ in a checkout.

    Examples
    --------
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

    Out: a `Corpus`. Raises `TalksError` where the folder is missing, is no corpus, or a table cannot
    be opened. The tables of a large corpus (from about 3,000 documents on) are read when they are first used, those
    of a small one at once. Known weakness: a table that is asked for as a whole is held in memory, with its `text`;
    the folder of a large corpus must stay as it is while the corpus is in use.

    Examples
    --------
    >>> load_corpus().has_text
    False
    """
    folder = shipped_data() / "corpus" if path is None else Path(path)
    record = _read_record(folder)
    tables = {name: _find_table(folder, name) for name in TABLES}
    if sum(part.size for table in tables.values() for part in table.source) <= AT_ONCE:
        tables = {name: table.read() for name, table in tables.items()}
    return Corpus(**tables, record=record)


def _read_record(folder: Path) -> dict[str, Any]:
    remedy = "expected a folder written by talks build; check the path, or build it: talks build SOURCE --out CORPUS"
    try:
        record = json.loads((folder / "corpus.json").read_text(encoding="utf-8"))
    except OSError:
        raise TalksError(f"{folder}: is no corpus (no corpus.json in it); {remedy}") from None
    except ValueError as error:
        raise TalksError(f"{folder / 'corpus.json'}: cannot be read ({error}); {remedy}") from None
    version = load_schema()["schema_version"]
    if not isinstance(record, dict) or record.get("schema_version") != version:
        found = record.get("schema_version") if isinstance(record, dict) else type(record).__name__
        raise TalksError(
            f"{folder / 'corpus.json'}: schema version {found!r}; expected {version}; build the corpus again"
        )
    return record


def _find_table(folder: Path, name: str) -> Table:
    """Find a table in the folder: each part can be opened and has the columns of the schema; it is read later."""
    parts = sorted((folder / name).glob("part-*.parquet"))
    if not parts:
        raise TalksError(f"{folder / name}: holds no part-*.parquet; expected the table {name}; build the corpus again")
    columns = [_check_columns(part, name) for part in parts]
    other = next((part for part, found in zip(parts, columns, strict=True) if found != columns[0]), None)
    if other:
        raise TalksError(f"{other}: expected the columns of {parts[0].name}, in their order; build the corpus again")
    return Table(find_parts(parts), tuple(columns[0]))


def _check_columns(part: Path, table: str) -> list[str]:
    found, expected = column_names(part), [field["name"] for field in fields_of(table)]
    missing = [name for name in expected if name not in found and name not in OPTIONAL]
    unknown = [name for name in found if name not in expected]
    if missing or unknown:
        what = f"column {missing[0]} is missing" if missing else f"column {unknown[0]} is unknown"
        raise TalksError(f"{part}: {what}; expected {', '.join(expected)}; build the corpus again")
    return found


def to_arrow(frame: pd.DataFrame, table: str, with_text: bool = True) -> pa.Table:
    """Turn a frame into the Arrow table of the schema: its columns, order and types, nothing else."""
    left_out = OPTIONAL - set(frame) | (set() if with_text else {"text"})
    fields = [field for field in fields_of(table) if field["name"] not in left_out]
    schema = pa.schema([pa.field(field["name"], _ARROW[field["type"]]) for field in fields])
    return pa.Table.from_pandas(frame, schema=schema, preserve_index=False).replace_schema_metadata(None)


def write_corpus(
    folder: Path, parts: Iterable[dict[str, pd.DataFrame]], record: dict[str, Any], *, with_text: bool
) -> None:
    """Write the tables, part by part, and the record, with the number of rows, into an empty folder."""
    totals = dict.fromkeys(TABLES, 0)
    for number, part in enumerate(parts):
        for table in TABLES:
            (folder / table).mkdir(exist_ok=True)
            arrow = to_arrow(part[table], table, with_text)
            pq.write_table(arrow, folder / table / f"part-{number:05d}.parquet", compression="zstd")
            totals[table] += arrow.num_rows
    text = json.dumps(record | {"totals": totals}, indent=2, ensure_ascii=False, sort_keys=True)
    (folder / "corpus.json").write_text(text + "\n", encoding="utf-8")


# ---------------------------------------------------------------------------------------------------
# What is in it


def add_period(documents: pd.DataFrame, period: str) -> pd.DataFrame:
    """Add a column with the year, month or week (from Monday) of each document, as a pandas period.

    A document whose date is less exact than the period gets none: a window or a month is no week. Raises `TalksError`
    for another period.

    Examples
    --------
    >>> documents = pd.DataFrame({"date": pd.to_datetime(["2025-05-12"]), "date_precision": ["day"]})
    >>> str(add_period(documents, "month").loc[0, "month"])
    '2025-05'
    """
    exact = {"year": ("day", "window", "month", "year"), "month": ("day", "window", "month"), "week": ("day",)}
    if period not in exact:
        raise TalksError(f"unknown period {period!r}; expected year, month or week; choose one of them")
    dates = documents["date"].where(documents["date_precision"].isin(exact[period]))
    return documents.assign(**{period: dates.dt.to_period(PERIODS[period])})


def coverage(corpus: Corpus, by: str | list[str]) -> pd.DataFrame:
    """Count what the corpus holds: documents, passages, sentences and words, by any of its columns.

    In: a corpus and one or more of the columns of `documents`, of `passages` (`kind`, `speaker`,
    `speaker_side`), or `year`, `month`, `week`. Out: one row per combination, also where it is empty
    (then 0), with `n_documents`, `n_passages`, `n_sentences`, `n_words`. Headings are not counted,
    unless `kind` is asked for. Raises `TalksError` for an unknown column.

    Known weakness: a document counts once in every row in which it has a passage, so rows by speaker
    can sum to more than the documents.

    Examples
    --------
    >>> corpus = load_corpus().where(collection="articles")
    >>> coverage(corpus, by="side")[["side", "n_documents"]]
      side  n_documents
    0   US            2
    1   CN            3
    """
    by = [by] if isinstance(by, str) else list(by)
    documents = corpus.documents
    for period in set(by) & set(PERIODS):
        documents = add_period(documents, period)
    known = table_of(corpus, "passages").columns
    own = [name for name in by if name in known and name != "doc_id"]
    for name in by:
        if name not in known and name not in documents:
            raise _unknown_column(name, [*corpus.documents, *known, *PERIODS])
    columns = ["doc_id", *(name for name in by if name not in own and name != "doc_id")]
    wanted = dict.fromkeys(["passage_id", "doc_id", "n_words", *own])
    passages = table_of(corpus, "passages").read(wanted) if "kind" in by else read_body(corpus, wanted)
    passages = passages.assign(n_sentences=_count_rows(table_of(corpus, "sentences"), passages["passage_id"]))
    rows = passages.merge(documents[columns], on="doc_id")
    table = rows.groupby(by, dropna=False, observed=True).agg(
        n_documents=("doc_id", "nunique"),
        n_passages=("passage_id", "size"),
        n_sentences=("n_sentences", "sum"),
        n_words=("n_words", "sum"),
    )
    return table.reindex(_grid(rows, by), fill_value=0).astype("int64").reset_index()


def _count_rows(table: Table, passage_ids: pd.Series) -> np.ndarray:
    """Count the rows of a table for each of these passages."""
    pieces = table.pieces(["passage_id"])
    return sum_by_id(((piece["passage_id"], 1) for piece in pieces), pd.Index(passage_ids))


def in_order(values: pd.Series) -> list[Any]:
    """List the values of a column once, in a fixed order: periods without a gap, sides as always, others sorted.

    Examples
    --------
    >>> in_order(pd.Series(["unknown", "CN", "US", None, "CN"])), in_order(pd.Series(["speech", "letter"]))
    (['US', 'CN', 'unknown'], ['letter', 'speech'])
    """
    found = values.dropna()
    if isinstance(values.dtype, pd.PeriodDtype) and len(found):
        return list(pd.period_range(found.min(), found.max()))
    return sorted(found.unique(), key=lambda value: (SIDE_ORDER.index(value) if value in SIDE_ORDER else 9, value))


def _grid(rows: pd.DataFrame, by: list[str]) -> pd.Index:
    """All combinations of the values that occur."""
    levels = [[*in_order(rows[name]), *([None] if rows[name].isna().any() else [])] for name in by]
    return pd.Index(levels[0], name=by[0]) if len(by) == 1 else pd.MultiIndex.from_product(levels, names=by)


def count_questions(corpus: Corpus, by: str | list[str]) -> pd.DataFrame:
    """Count how many of the words are questions of journalists: nobody's voice in a comparison of sides.

    In: a corpus and one or more columns, as for `coverage`. Out: those columns, `n_documents`,
    `n_words`, `n_questions` (words of questions) and `share` (of the words), one row per combination
    that occurs. It is a count of all words together: long texts weigh more, and there is no interval.

    Known weakness: a question without a label or a line of its own is taken for the speaker's words.

    Examples
    --------
    >>> statements = load_corpus().where(collection="statements_2025", genre="press_conference")
    >>> count_questions(statements, by="side")[["side", "share"]].round(2)
      side  share
    0   US   0.16
    1   CN   0.34
    """
    by = [by] if isinstance(by, str) else list(by)
    table = coverage(corpus, by)[[*by, "n_documents", "n_words"]]
    asked = coverage(corpus.where(speaker_side="question"), by).rename(columns={"n_words": "n_questions"})
    table = table[table["n_words"] > 0].merge(asked[[*by, "n_questions"]], on=by, how="left")
    questions = table["n_questions"].fillna(0).astype("int64")
    return table.assign(n_questions=questions, share=questions / table["n_words"]).reset_index(drop=True)


def add_host(documents: pd.DataFrame) -> pd.DataFrame:
    """Add the host of the address of each document, without www: where it was published, or found.

    Examples
    --------
    >>> add_host(pd.DataFrame({"url": ["https://www.state.gov/a", None]}))["host"].tolist()
    ['state.gov', 'no address']
    """
    return documents.assign(host=documents["url"].str.extract(r"//(?:www\.)?([^/]+)")[0].fillna("no address"))


def refuse_empty(table: pd.DataFrame, what: str) -> None:
    """Raise `TalksError` where nothing is left that could be counted or compared, and name the usual remedy.

    Examples
    --------
    >>> refuse_empty(pd.DataFrame({"doc_id": []}), "text of officials")
    Traceback (most recent call last):
    analysis_helpers.errors.TalksError: no text of officials here; expected at least one of a known side (US or CN),
    and of the kind and date asked for; give the columns side, genre and date in the metadata, or choose less narrowly
    """
    if table.empty:
        raise TalksError(
            f"no {what} here; expected at least one of a known side (US or CN), and of the kind and date asked for; "
            f"give the columns side, genre and date in the metadata, or choose less narrowly"
        )


def refuse_undated(dated: pd.DataFrame, period: str) -> None:
    """Raise `TalksError` where no row is left whose date is exact enough for a year, month or week.

    Examples
    --------
    >>> refuse_undated(pd.DataFrame({"doc_id": []}), "week")
    Traceback (most recent call last):
    analysis_helpers.errors.TalksError: no document has a date exact enough for a week; expected at least one, because
    this goes by dates; give a column date in the metadata
    """
    if dated.empty:
        raise TalksError(
            f"no document has a date exact enough for a {period}; expected at least one, because this goes by dates; "
            f"give a column date in the metadata"
        )


# ---------------------------------------------------------------------------------------------------
# Whether it is sound


def check_corpus(corpus: Corpus) -> Corpus:
    """Check a corpus: values, identifiers, references and sums. The same corpus comes back.

    Raises `TalksError` with one line per finding: table, row, what was found, what was expected.

    Examples
    --------
    >>> corpus = load_corpus()
    >>> check_corpus(corpus) is corpus
    True
    """
    problems = [*_find_bad_values(corpus), *_find_bad_references(corpus), *_find_bad_sums(corpus)]
    if problems:
        more = f"\n... and {len(problems) - 20} more" if len(problems) > 20 else ""
        raise TalksError("\n".join(problems[:20]) + more)
    return corpus


def _rows(table: str, bad: pd.Series, found: pd.Series, expected: str) -> Iterator[str]:
    for index in bad[bad].index:
        yield f"{table} row {index}: {found.name} is {found.at[index]!r}; expected {expected}; build the corpus again"


def _find_bad_values(corpus: Corpus) -> Iterator[str]:
    for name in TABLES:
        table = table_of(corpus, name)
        for field in fields_of(name):
            column, limits = field["name"], field.get("constraints", {})
            if column not in table.columns:
                continue
            for piece in table.pieces([column]):
                yield from _find_bad_in(name, piece[column], limits)
            if limits.get("unique"):
                values = table.read([column])[column]
                yield from _rows(name, values.duplicated(), values, "each value once")


def _find_bad_in(table: str, values: pd.Series, limits: dict[str, Any]) -> Iterator[str]:
    if limits.get("required"):
        yield from _rows(table, values.isna(), values, "a value")
    if "enum" in limits:
        yield from _rows(table, ~(values.isna() | values.isin(limits["enum"])), values, " or ".join(limits["enum"]))
    if "minimum" in limits:
        yield from _rows(table, values < limits["minimum"], values, f"at least {limits['minimum']}")
    if "maximum" in limits:
        yield from _rows(table, values > limits["maximum"], values, f"at most {limits['maximum']}")


def _find_bad_references(corpus: Corpus) -> Iterator[str]:
    for table, key, target in (
        ("passages", "doc_id", "documents"),
        ("sentences", "passage_id", "passages"),
        ("counts", "passage_id", "passages"),
        ("removed", "doc_id", "documents"),
    ):
        among = pd.Index(table_of(corpus, target).read([key])[key].unique())
        for piece in table_of(corpus, table).pieces([key]):
            unknown = pd.Series(find_places(piece[key], among) < 0, index=piece.index)
            yield from _rows(table, unknown, piece[key], f"a {key} of the table {target}")


def _sum_single_words(corpus: Corpus) -> pd.Series:
    """Add up the counts of each passage, without terms of several words, which are counted beside their words."""
    ids = pd.Index(table_of(corpus, "passages").read(["passage_id"])["passage_id"].unique())
    pieces = table_of(corpus, "counts").pieces(["passage_id", "term", "n"])
    return pd.Series(sum_by_id(map(_single_words, pieces), ids), index=ids)


def _single_words(counts: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    several = np.append(counts["term"].cat.categories.str.contains(" ", regex=False), False)
    return counts["passage_id"], counts["n"].mask(several[counts["term"].cat.codes], 0)


def _find_bad_sums(corpus: Corpus) -> Iterator[str]:
    for table, key, parts, what in (
        (
            "documents",
            "doc_id",
            read_body(corpus, ["doc_id", "n_words"]).groupby("doc_id")["n_words"].sum(),
            "the sum of its body passages",
        ),
        ("passages", "passage_id", _sum_single_words(corpus), "the sum of its counted words"),
    ):
        frame = table_of(corpus, table).read([key, "n_words"])
        sums = frame[key].map(parts).fillna(0).astype("int64")
        for index in frame.index[frame["n_words"] != sums]:
            found = f"{table} row {index} ({frame.at[index, key]}): n_words is {frame.at[index, 'n_words']}"
            yield f"{found}; expected {sums.at[index]}, {what}; build the corpus again"
    if corpus.has_text:
        yield from _find_changed_texts(corpus)
    made_of = corpus.record.get("settings", {}).get("tone") or []
    if ("tone_semantic" in table_of(corpus, "sentences").columns) != ("tone_semantic" in made_of):
        yield f"corpus.json: tone is made of {made_of}, which the columns of sentences do not bear out; build it again"
    funnel = corpus.record.get("funnel", {})
    if funnel.get("read") != sum(funnel.get(part, 0) for part in ("kept", "duplicates", "rejected")):
        yield f"corpus.json: funnel is {funnel}; expected read = kept + duplicates + rejected; build the corpus again"


def _find_changed_texts(corpus: Corpus) -> Iterator[str]:
    """Compare the digest of each clean text, its body passages joined by line ends, with the one that was written."""
    digests: dict[str, Any] = {}
    for piece in table_of(corpus, "passages").pieces(["doc_id", "kind", "text"]):
        body = piece[piece["kind"] == "body"]
        for doc_id, text in zip(body["doc_id"], body["text"], strict=True):
            if doc_id in digests:
                digests[doc_id].update(f"\n{text}".encode())
            else:
                digests[doc_id] = hashlib.sha256(text.encode())
    for row in table_of(corpus, "documents").read(["doc_id", "sha256"]).itertuples():
        if digests.get(row.doc_id, hashlib.sha256()).hexdigest() != row.sha256:
            found = f"documents row {row.Index} ({row.doc_id}): sha256 is {row.sha256}"
            yield f"{found}; expected that of its text; build it again"
