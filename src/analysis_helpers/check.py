"""The data package: describes every table of data/ for machines, from the schemas and codebooks of the suite."""

from __future__ import annotations

import csv
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from .corpus import load_schema
from .dictionaries import read_codebook


def _fields(columns: list[str], lexicon: str) -> list[dict[str, str]]:
    known = {row["column"]: row for row in read_codebook(lexicon)}
    return [{"name": name, "type": known[name]["type"], "description": known[name]["description"]} for name in columns]


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as rows:
        return next(csv.reader(rows))


def _csv_resource(data: Path, path: str, lexicon: str, key: str, title: str) -> dict[str, Any]:
    fields = _fields(_header(data / path), lexicon)
    return {
        "name": path.removesuffix(".csv").replace("/", "-"),
        "title": title,
        "path": path,
        "format": "csv",
        "encoding": "utf-8",
        "schema": {"primaryKey": key, "missingValues": [""], "fields": fields},
    }


def _without_bounds(field: dict[str, Any]) -> dict[str, Any]:
    """Leave the bounds of a decimal out: Frictionless reads a missing one from Parquet as NaN and faults it."""
    return {name: value for name, value in field.items() if name != "constraints" or field["type"] != "number"}


def describe_tables(folder: Path, corpus: str = "") -> list[dict[str, Any]]:
    """Describe the tables of a corpus folder, each with the columns that it has, as resources of a data package.

    In: the folder of the data package, and the corpus folder within it. Out: one resource a table of the schema.
    """
    resources = []
    for table in load_schema()["resources"]:
        parts = sorted((folder / corpus / table["name"]).glob("*.parquet"))
        columns = pq.read_schema(parts[0]).names
        fields = [_without_bounds(field) for field in table["schema"]["fields"] if field["name"] in columns]
        paths = [part.relative_to(folder).as_posix() for part in parts]
        path = paths[0] if len(paths) == 1 else paths
        resources.append({**table, "path": path, "format": "parquet", "schema": {**table["schema"], "fields": fields}})
    return resources


def describe_data(data: Path) -> dict[str, Any]:
    """Describe every table of the data folder as a Frictionless data package: the descriptor, `datapackage.json`."""
    resources = [
        _csv_resource(data, "talks.csv", "talks_columns", "talk_id", "Chronology of the talks, 2017-2025"),
        _csv_resource(data, "sources/articles.csv", "source_columns", "file", "Curation of the five articles"),
        _csv_resource(data, "sources/statements.csv", "source_columns", "file", "Curation of the statements of 2025"),
    ]
    return {
        "name": "talks-in-words",
        "title": "Talks between the United States and China, 2017-2025: chronology and measured texts",
        "version": version("talks-in-words"),
        "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}],
        "resources": [*resources, *describe_tables(data, "corpus")],
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    text = json.dumps(describe_data(folder), indent=2, ensure_ascii=False)
    (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8")
