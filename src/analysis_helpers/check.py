"""The schema of a corpus, and its checks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from .errors import TalksError

if TYPE_CHECKING:
    from .corpus import Corpus

OPTIONAL = {"text", "question"}  # not in every corpus
TABLES = ("documents", "passages", "sentences", "counts", "removed", "rejected")
_ARROW = {"string": pa.string(), "integer": pa.int32(), "number": pa.float64(), "date": pa.date32()}
_SUMS = (  # a term of several words is counted beside its words
    ("documents", "doc_id", "sum(n_words) AS n FROM passages WHERE kind = 'body'", "body passages"),
    ("passages", "passage_id", "sum(n) AS n FROM counts WHERE contains(term, ' ') IS NOT TRUE", "counted words"),
)
_Problems = Iterator[tuple[int, list[str]]]  # of each rule that is broken: how often, and the first lines


@lru_cache(maxsize=1)
def load_schema() -> dict[str, Any]:
    """Load the description of the corpus tables: a Frictionless data package without its files."""
    return json.loads(files("analysis_helpers").joinpath("schema.json").read_text(encoding="utf-8"))


def fields_of(table: str) -> list[dict[str, Any]]:
    """List the fields of a corpus table, in order, as the schema describes them."""
    return next(resource for resource in load_schema()["resources"] if resource["name"] == table)["schema"]["fields"]


def to_arrow(frame: pd.DataFrame, table: str, with_text: bool = True) -> pa.Table:
    """Turn a frame into the Arrow table of the schema: its columns, order and types, nothing else."""
    left_out = OPTIONAL - set(frame) | (set() if with_text else OPTIONAL)
    fields = [field for field in fields_of(table) if field["name"] not in left_out]
    schema = pa.schema([pa.field(field["name"], _ARROW[field["type"]]) for field in fields])
    return pa.Table.from_pandas(frame, schema=schema, preserve_index=False).replace_schema_metadata(None)


def check_corpus(corpus: Corpus) -> Corpus:
    """Check values, identifiers, references and sums of a corpus. The same corpus comes back.

    Raises `TalksError` with up to 20 findings, a line each: table, row, what was found, what was expected. Known
    weakness: whether counts, marks and tones are those of the text is not looked at.

    >>> check_corpus(ah.load_corpus()).has_text
    False
    """
    rules = (_find_bad_values, _find_bad_links, _find_changed_texts, _find_bad_record)
    problems = [problem for find in rules for problem in find(corpus)]
    if problems:
        lines, left = [line for _, lines in problems for line in lines][:20], sum(n for n, _ in problems) - 20
        raise TalksError("\n".join([*lines, *([f"... and {left} more"] if left > 0 else [])]))
    return corpus


def _first(corpus: Corpus, table: str, bad: str, line: str) -> _Problems:
    rows = corpus.sql(
        f"""WITH first AS (SELECT *, count(*) OVER () AS n_bad FROM ({bad}) ORDER BY row LIMIT 20)
        SELECT * REPLACE ((SELECT count(*) FROM {table} WHERE {table}.row < first.row) AS row)
        FROM first ORDER BY row"""
    )
    if len(rows):
        lines = [line.format(**row) for row in rows.to_dict("records")]
        yield rows["n_bad"].iloc[0], [f"{table} row {told}; build the corpus again" for told in lines]


def _find_bad_values(corpus: Corpus) -> _Problems:
    for table in TABLES:
        fields = [field for field in fields_of(table) if field["name"] in corpus.columns(table)]
        rules = [(field["name"], *rule) for field in fields for rule in _rules(field, table)]
        counted = corpus.sql(f"SELECT {', '.join(f'count_if({bad})' for _, bad, _ in rules)} FROM {table}")
        for (column, bad, expected), n_bad in zip(rules, counted.iloc[0], strict=True):
            if n_bad:
                rows = f'SELECT row, "{column}" AS found FROM {table} WHERE {bad}'
                yield from _first(corpus, table, rows, f"{{row}}: {column} is {{found!r}}; expected {expected}")


def _rules(field: dict[str, Any], table: str) -> Iterator[tuple[str, str]]:
    name, limits = f'"{field["name"]}"', field.get("constraints", {})
    if limits.get("required"):
        yield f"{name} IS NULL", "a value"
    if limits.get("unique"):
        yield f"{name} IS NOT NULL AND row NOT IN (SELECT min(row) FROM {table} GROUP BY {name})", "each value once"
    if "enum" in limits:
        listed = ", ".join(f"'{value}'" for value in limits["enum"])
        yield f"{name} NOT IN ({listed})", " or ".join(limits["enum"])
    for limit, sign, words in (("minimum", "<", "at least"), ("maximum", ">", "at most")):
        if limit in limits:
            yield f"{name} {sign} {limits[limit]}", f"{words} {limits[limit]}"


def _find_bad_links(corpus: Corpus) -> _Problems:
    for resource in load_schema()["resources"]:
        for link in resource["schema"].get("foreignKeys", []):
            table, key, target = resource["name"], link["fields"], link["reference"]["resource"]
            rows = f"SELECT row, {key} AS found FROM {table} ANTI JOIN {target} USING ({key})"
            line = f"{{row}}: {key} is {{found!r}}; expected a {key} of the table {target}"
            yield from _first(corpus, table, rows, line)
    for table, key, parts, what in _SUMS:
        rows = f"""SELECT row, {key} AS key, n_words, coalesce(n, 0) AS total FROM {table}
            LEFT JOIN (SELECT {key}, {parts} GROUP BY {key}) USING ({key}) WHERE n_words IS DISTINCT FROM total"""
        line = f"{{row}} ({{key}}): n_words is {{n_words}}; expected {{total}}, the sum of its {what}"
        yield from _first(corpus, table, rows, line)


def _find_changed_texts(corpus: Corpus) -> _Problems:
    if not corpus.has_text:
        return
    digests: dict[str, Any] = {}
    for batch in corpus.batches(corpus.select("passages", ["doc_id", "text"], "WHERE kind = 'body'")):
        for doc_id, text in zip(*(batch[name].to_pylist() for name in ("doc_id", "text")), strict=True):
            joined = f"\n{text}" if doc_id in digests else text
            digests.setdefault(doc_id, hashlib.sha256()).update(joined.encode())
    for row in corpus.documents[["doc_id", "sha256"]].itertuples():
        if digests.get(row.doc_id, hashlib.sha256()).hexdigest() != row.sha256:
            found = f"documents row {row.Index} ({row.doc_id}): sha256 is {row.sha256}"
            yield 1, [f"{found}; expected that of its text; build it again"]


def _find_bad_record(corpus: Corpus) -> _Problems:
    funnel = corpus.record.get("funnel", {})
    if funnel.get("read") != sum(funnel.get(part, 0) for part in ("kept", "duplicates", "rejected")):
        found = f"corpus.json: funnel is {funnel}"
        yield 1, [f"{found}; expected read = kept + duplicates + rejected; build the corpus again"]
