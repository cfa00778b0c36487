"""Compare what must not change: the tables of two corpora, row by row, and the claims of the notebooks.

python tests/golden/compare.py tables EXPECTED FOUND     the first differing row of each table
python tests/golden/compare.py digests FOLDER [--write]  against tests/golden/scale_2k.csv: a digest a table and column
python tests/golden/compare.py claims FILE [--write]     every value that a notebook asserts, against FILE of before
"""

from __future__ import annotations

import ast
import csv
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parents[1] / "notebooks"
TABLES = ("documents", "passages", "sentences", "counts", "removed", "rejected")


def read_table(folder: Path, table: str) -> pa.Table:
    """Read all parts of a table of a corpus folder, in order."""
    return pa.concat_tables([pq.read_table(part) for part in sorted((folder / table).glob("part-*.parquet"))])


def compare_tables(expected: Path, found: Path) -> Iterator[str]:
    """Say for each table what differs first: columns, the number of rows, or a row."""
    for table in TABLES:
        one, other = read_table(expected, table), read_table(found, table)
        if one.schema != other.schema:
            yield f"{table}: columns differ\n  expected {one.schema}\n  found {other.schema}"
        columns = [name for name in one.column_names if name in other.column_names]
        rows, others = one.select(columns).to_pandas(), other.select(columns).to_pandas()
        n = min(len(rows), len(others))
        differs = ~(rows[:n].eq(others[:n]) | (rows[:n].isna() & others[:n].isna()))
        if differs.to_numpy().any():
            row = int(differs.any(axis=1).to_numpy().argmax())
            names = differs.columns[differs.iloc[row]].tolist()
            counts = differs.sum()[differs.any()].to_dict()
            yield f"{table} row {row}, {names} (differing rows {counts}):"
            yield f"  {rows.loc[row].to_dict()}\n  {others.loc[row].to_dict()}"
        if len(rows) != len(others):
            yield f"{table}: expected {len(rows)} rows, found {len(others)}"


def digest_tables(folder: Path) -> dict[tuple[str, str], str]:
    """Digest each column of each table: of its values as JSON, in order."""
    digests = {}
    for table in TABLES:
        rows = read_table(folder, table)
        for name in rows.column_names:
            values = json.dumps(rows[name].to_pylist(), default=str).encode()
            digests[table, name] = f"{rows.num_rows}:{hashlib.sha256(values).hexdigest()[:16]}"
    return digests


def list_claims() -> list[tuple[str, str, str]]:
    """List what the notebooks assert: notebook, claim, value."""
    claims = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code" and "assert " in source:
                tree = ast.parse("\n".join(line for line in source.splitlines() if not line.startswith("%")))
                claims += [(path.stem, *_split_claim(n.test)) for n in ast.walk(tree) if isinstance(n, ast.Assert)]
    return claims


def _split_claim(test: ast.expr) -> tuple[str, str]:
    if isinstance(test, ast.Compare):
        return ast.unparse(test.left), ast.unparse(test.comparators[-1])
    return ast.unparse(test), "True"


def _write(path: Path, header: list[str], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def compare_digests(found: dict[tuple[str, str], str]) -> Iterator[str]:
    """Say which columns of a build of the first 2,000 documents of the scale file are not what they were."""
    expected = {(table, column): digest for table, column, digest in _read(HERE / "scale_2k.csv")}
    for key in expected | found:
        if expected.get(key) != found.get(key):
            yield f"{'.'.join(key)}: expected {expected.get(key)}, found {found.get(key)}"


def compare_claims(found: list[tuple[str, str, str]], before: Path) -> Iterator[str]:
    """Say which asserted values of a notebook are gone, whatever the code that computes them is called now."""
    now = Counter((notebook, value) for notebook, _, value in found)
    for notebook, claim, value in _read(before):
        now[notebook, value] -= 1
        if now[notebook, value] < 0:
            yield f"{notebook}: {claim} was {value}; no check of the notebook says so now"


def main(verb: str, *arguments: str) -> int:
    """Compare, or write what is compared with."""
    if verb == "tables":
        problems = list(compare_tables(*map(Path, arguments)))
    elif verb == "digests":
        found = digest_tables(Path(arguments[0]))
        if "--write" in arguments:
            _write(HERE / "scale_2k.csv", ["table", "column", "digest"], [(*key, d) for key, d in found.items()])
        problems = list(compare_digests(found))
    else:
        claims = list_claims()
        if "--write" in arguments:
            _write(Path(arguments[0]), ["notebook", "claim", "value"], claims)
        problems = list(compare_claims(claims, Path(arguments[0])))
    print("\n".join(problems) or "the same")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
