"""Assembling: the measured parts become the tables of a corpus, with the account of what was read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from .corpus import fields_of, write_corpus
from .errors import for_terminal
from .folders import new_folder
from .parts import Frames, Workshop, read_frame, write_json

TABLE_DOCUMENTS = 1_000  # of one Parquet file
_FORMULA = re.compile(r"[=+\-@\t\r]")


def assemble(
    shop: Workshop,
    fates: pd.DataFrame,
    record: dict[str, Any],
    out: str | Path,
    *,
    passed_over: Mapping[str, int],
    with_text: bool,
) -> None:
    """Write the finished tables, the record, `build.json` and `rejected.csv`; all appear at once."""
    funnel = {"read": len(fates)} | {
        name: int((fates["status"] == status).sum())
        for name, status in (("kept", "kept"), ("duplicates", "duplicate"), ("rejected", "rejected"))
    }
    parts = (_finished_part(shop, number, part, with_text) for number, part in fates.groupby("part"))
    with new_folder(out, replaces="corpus.json") as draft:
        write_corpus(draft, _grouped(parts), record | {"funnel": funnel}, with_text=with_text)
        write_json(draft / "build.json", _account(fates, funnel, passed_over))
        lost = fates.loc[fates["status"] != "kept", [field["name"] for field in fields_of("rejected")]]
        lost.map(harmless).to_csv(draft / "rejected.csv", index=False, lineterminator="\n")


def _finished_part(shop: Workshop, number: int, fates: pd.DataFrame, with_text: bool) -> Frames:
    prepared, measured = shop.place(number, "prepared"), shop.place(number, "measured")
    kept = fates[fates["status"] == "kept"].set_index("doc_id")
    documents = read_frame(prepared, "documents")
    documents = documents[documents["doc_id"].isin(kept.index)]
    settled = ["date", "date_precision", "date_evidence", "duplicate_of", "similarity"]
    documents = documents.drop(columns=settled, errors="ignore").join(kept[settled], on="doc_id")
    if not with_text:
        documents = documents.assign(title=documents["title"].mask(documents["title_from"] == "text"))
    removed = read_frame(prepared, "removed")
    removed = removed[removed["doc_id"].isin(kept.index)].groupby(["doc_id", "kind"], sort=False)["n_words"].sum()
    return {
        "documents": documents.assign(
            date=pd.to_datetime(documents["date"], format="%Y-%m-%d").astype("datetime64[ms]")
        ),
        "passages": read_frame(measured, "passages"),
        "sentences": read_frame(measured, "sentences"),
        "counts": read_frame(shop.place(number, "counted"), "counts"),
        "removed": _in_order(removed.reset_index(), documents["doc_id"]),
        "rejected": fates[fates["status"] != "kept"].astype({"n_words": "int32"}),
    }


def _in_order(removed: pd.DataFrame, doc_ids: pd.Series) -> pd.DataFrame:
    place = pd.Series(range(len(doc_ids)), index=doc_ids)
    return removed.assign(place=removed["doc_id"].map(place)).sort_values(["place", "kind"]).drop(columns="place")


def _grouped(parts: Iterable[Frames]) -> Iterator[Frames]:
    """Join neighbouring parts to tables of about so many documents as one Parquet file shall hold."""
    waiting: list[Frames] = []
    for part in parts:
        waiting.append(part)
        if sum(len(frames["documents"]) for frames in waiting) >= TABLE_DOCUMENTS:
            yield _joined(waiting)
            waiting = []
    if waiting:
        yield _joined(waiting)


def _joined(parts: list[Frames]) -> Frames:
    return {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in parts[0]}


# ---------------------------------------------------------------------------------------------------
# The account


def _account(fates: pd.DataFrame, funnel: dict[str, int], passed_over: Mapping[str, int]) -> dict[str, Any]:
    """Say what was read and what became of it, why, and on what the dates of the kept texts rest."""
    lost, kept = fates[fates["status"] != "kept"], fates[fates["status"] == "kept"]
    return funnel | {
        "reasons": _count_values(lost["reason"]),
        "dates": _count_values(kept["date_evidence"].fillna("none").str.replace("(?s):.*", "", regex=True)),
        "date_precision": _count_values(kept["date_precision"].fillna("none")),
        "marked_as_nearly_the_same": int(kept["duplicate_of"].notna().sum()),
        "passed_over": dict(sorted(passed_over.items())),
    }


def _count_values(values: pd.Series) -> dict[str, int]:
    return {str(value): int(n) for value, n in sorted(values.value_counts().items())}


def harmless(value: Any) -> Any:
    """Keep a spreadsheet from taking a cell of text for a formula: an apostrophe is put before it.

    Examples
    --------
    >>> harmless("=HYPERLINK(1)"), harmless("a=b"), harmless(-1)
    ("'=HYPERLINK(1)", 'a=b', -1)
    """
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def print_removed(shop: Workshop, fates: pd.DataFrame) -> None:
    """Print what cleaning took out of each kept document: its id, the kind, the number of words, the words."""
    for number, kept in fates[fates["status"] == "kept"].groupby("part")["doc_id"]:
        removed = read_frame(shop.place(int(number), "prepared"), "removed")
        for row in removed[removed["doc_id"].isin(kept)].itertuples():
            print(f"{row.doc_id}\t{row.kind}\t{row.n_words}\t{for_terminal(row.text)}")
