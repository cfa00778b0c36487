"""The Frictionless data package: every table of a folder described for machines."""

from __future__ import annotations

import csv
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ..check import load_schema
from ..dictionaries import read_codebook

SOURCES, CODED, FUNNEL = "source_columns", "label_columns", ["collected", "side", "language", "outcome"]
SOURCE = ["talk_id", "publisher", "title", "date", "address"]
LABELS = ("labels.csv", CODED, ["sentence_id", "target", "coder"], "Codes of a language model, checked by no person")
TABLES = (  # of data/: the path of each, the codebook of its columns, its key and its title
    ("talks.csv", "talks_columns", "talk_id", "Chronology of the talks, 2017-2025"),
    ("talks_people.csv", "talks_people_columns", ["talk_id", "side", "name"], "Persons and delegations of the talks"),
    ("talks_sources.csv", "talks_sources_columns", SOURCE, "Sources of the talks"),
    ("sources/articles.csv", SOURCES, "file", "Curation of the five articles"),
    ("sources/statements.csv", SOURCES, "file", "Curation of the statements of 2025"),
    ("sources/official_2017_2024.csv", SOURCES, "file", "Curation of 2017-2024"),
    ("sources/mfa_answers_by_quarter.csv", SOURCES, "quarter", "All Chinese answers"),
    ("sources/official_funnel.csv", SOURCES, FUNNEL, "What was collected for 2017-2024"),
    ("validation/lists_en_zh.csv", "agreement_columns", ["dictionary", "concept"], "Agreement"),
    LABELS,
    ("validation/labels_lost.csv", CODED, ["sentence_id", "target"], "Codes whose sentence is not in the corpus"),
    ("validation/design_countries.csv", CODED, ["side", "language", "group", "year", "stratum"], "Cells: countries"),
    ("validation/design_positions.csv", CODED, ["target", "side", "period", "language"], "Cells: objects of policy"),
)


def describe_data(data: Path) -> dict[str, Any]:
    """Describe every table of the data folder as a Frictionless data package: the descriptor, `datapackage.json`."""
    return {
        "name": "talks-in-words",
        "title": "Talks between the United States and China, 2017-2025: chronology and measured texts",
        "version": version("talks-in-words"),
        "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}],
        "resources": [*(_csv_resource(data, *table) for table in TABLES), *describe_tables(data, "corpus")],
    }


def _csv_resource(data: Path, path: str, codebook: str, key: str | list[str], title: str) -> dict[str, Any]:
    known = {row["column"]: row for row in read_codebook(codebook)}
    with (data / path).open(encoding="utf-8", newline="") as rows:
        columns = [known[name] for name in next(csv.reader(rows))]
    fields = [{"name": row["column"], "type": row["type"], "description": row["description"]} for row in columns]
    schema = {"primaryKey": key, "missingValues": [""], "fields": fields}
    if path.startswith("talks_"):
        schema["foreignKeys"] = [{"fields": "talk_id", "reference": {"resource": "talks", "fields": "talk_id"}}]
    name = path.removesuffix(".csv").replace("/", "-")
    return {"name": name, "title": title, "path": path, "format": "csv", "encoding": "utf-8", "schema": schema}


def describe_tables(folder: Path, corpus: str = "") -> list[dict[str, Any]]:
    """Describe the tables of a corpus within the folder of a data package, each with its columns, and its codes."""
    resources = []
    for table in load_schema()["resources"]:
        parts = sorted((folder / corpus / table["name"]).glob("*.parquet"))
        columns = pq.read_schema(parts[0]).names
        fields = [dict(field) for field in table["schema"]["fields"] if field["name"] in columns]
        for field in fields:
            if field["type"] == "number":  # Frictionless reads a missing one from Parquet as NaN, and faults bounds
                field.pop("constraints", None)
        paths = [part.relative_to(folder).as_posix() for part in parts]
        path = paths[0] if len(paths) == 1 else paths
        resources.append({**table, "path": path, "format": "parquet", "schema": {**table["schema"], "fields": fields}})
    if not corpus and (folder / "labels.csv").is_file():  # Frictionless looks up keys in a table of one part only
        labels, to = _csv_resource(folder, *LABELS), {"doc_id": "documents", "sentence_id": "sentences"}
        keys = [{"fields": key, "reference": {"resource": name, "fields": key}} for key, name in to.items()]
        resources.append(labels | {"schema": labels["schema"] | {"foreignKeys": keys}})
    return resources


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    text = json.dumps(describe_data(folder), indent=2, ensure_ascii=False)
    (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8")
