"""Writing: the parts become the tables of a corpus, with the account of what was read; all appear at once."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import pandas as pd

from ..check import fields_of
from ..corpus import draft_folder, write_corpus, write_json
from ..errors import for_terminal
from .stages import Checkpoints, Frames

TABLE_DOCUMENTS = 1_000  # of one Parquet file
_FORMULA = re.compile(r"[=+\-@\t\r]")


def write(checkpoints: Checkpoints, record: dict[str, Any], account: dict[str, Any], *, with_text: bool) -> None:
    """Write the finished tables, the record, `build.json` and `rejected.csv`."""
    with checkpoints.connect(documents="decided") as connection:
        ((asked,),) = connection.sql("SELECT count(question) > 0 FROM documents").fetchall()
    parts = (_finished_part(checkpoints, number, with_text, asked) for number in checkpoints.numbers("decided"))
    funnel = {name: account[name] for name in ("read", "kept", "duplicates", "rejected")}
    kept_out = {"funnel": funnel, "refused_languages": account["refused_languages"]}
    with draft_folder(checkpoints.target) as draft:
        write_corpus(draft, _grouped(parts), record | kept_out, with_text=with_text)
        write_json(draft / "build.json", account)
        columns = [field["name"] for field in fields_of("rejected")]
        with (draft / "rejected.csv").open("w", encoding="utf-8", newline="") as file:
            for n, number in enumerate(checkpoints.numbers("decided")):
                rejected = checkpoints.read(number, "decided", "rejected")[columns].map(harmless)
                rejected.to_csv(file, header=n == 0, index=False, lineterminator="\n")


def _finished_part(checkpoints: Checkpoints, number: int, with_text: bool, asked: bool) -> Frames:
    documents = checkpoints.read(number, "decided", "documents").drop(columns=[] if asked else "question")
    if not with_text:
        documents["title"] = documents["title"].mask(documents["title_from"] == "text")
    removed = checkpoints.read(number, "prepared", "removed")
    removed = removed.groupby(["doc_id", "kind"], as_index=False)["n_words"].sum()
    order = pd.Series(range(len(documents)), index=documents["doc_id"])
    removed = removed.assign(order=removed["doc_id"].map(order)).dropna().sort_values(["order", "kind"])
    dates = pd.to_datetime(documents["date"], format="%Y-%m-%d").astype("datetime64[ms]")
    return {
        "documents": documents.assign(date=dates),
        "passages": checkpoints.read(number, "measured", "passages"),
        "sentences": checkpoints.read(number, "measured", "sentences"),
        "counts": checkpoints.read(number, "counted", "counts"),
        "removed": removed,
        "rejected": checkpoints.read(number, "decided", "rejected"),
    }


def _grouped(parts: Iterable[Frames]) -> Iterator[Frames]:
    """Join neighbouring parts to tables of about so many documents as one Parquet file shall hold."""
    waiting: list[Frames] = []
    for part in chain(parts, [None]):
        waiting += [part] if part else []
        full = sum(len(frames["documents"]) for frames in waiting) >= TABLE_DOCUMENTS
        if waiting and (full or not part):
            yield {name: pd.concat([one[name] for one in waiting], ignore_index=True) for name in waiting[0]}
            waiting = []


def harmless(value: Any) -> Any:
    """Keep a spreadsheet from taking a cell of text for a formula: an apostrophe is put before it."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def make_account(checkpoints: Checkpoints, passed_over: Mapping[str, int]) -> dict[str, Any]:
    """Say what was read and what became of it, why, and on what the dates of the kept texts rest."""
    with checkpoints.connect(documents="decided", rejected="decided") as connection:

        def count(table: str, what: str) -> dict[str, int]:
            query = f"SELECT {what} AS what, count(*) FROM {table} WHERE what IS NOT NULL GROUP BY what ORDER BY what"
            return dict(connection.sql(query).fetchall())

        language = "nullif(regexp_extract(reason, '^is in another language \\((.*)\\)$', 1), '')"
        became = count("documents", "'kept'") | count("rejected", "status")
        return {
            "read": sum(became.values()),
            **{name: became.get(name.removesuffix("s"), 0) for name in ("kept", "duplicates", "rejected")},
            "reasons": count("rejected", "reason"),
            "refused_languages": count("rejected", language),
            "dates": count("documents", "split_part(coalesce(date_evidence, 'none'), ':', 1)"),
            "date_precision": count("documents", "coalesce(date_precision, 'none')"),
            "marked_as_nearly_the_same": sum(count("documents", "duplicate_of").values()),
            "passed_over": dict(sorted(passed_over.items())),
        }


def say_languages(account: Mapping[str, Any]) -> str:
    """Say how many texts were refused for their language, and which: "12 refused: language zh 9, fr 3"; "" for none."""
    counts = sorted(account["refused_languages"].items(), key=lambda pair: (-pair[1], pair[0]))
    listed = ", ".join(f"{language} {n:,}" for language, n in counts)
    return f"{sum(n for _, n in counts):,} refused: language {listed}" if counts else ""


def print_removed(checkpoints: Checkpoints) -> None:
    """Print what cleaning took out of each kept document: its id, the kind, the number of words, the words."""
    for number in checkpoints.numbers("decided"):
        kept = checkpoints.read(number, "decided", "documents")["doc_id"]
        removed = checkpoints.read(number, "prepared", "removed")
        for row in removed[removed["doc_id"].isin(kept)].itertuples():
            print(f"{row.doc_id}\t{row.kind}\t{row.n_words}\t{for_terminal(row.text)}")
