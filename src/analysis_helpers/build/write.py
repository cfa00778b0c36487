"""Assembling: the measured parts become the tables of a corpus, with the account of what was read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ..corpus import fields_of, write_corpus
from ..errors import for_terminal
from .fates import Fates
from .folders import new_folder
from .stages import Frames, Workshop, read_frame, write_json

TABLE_DOCUMENTS = 1_000  # of one Parquet file
_FORMULA = re.compile(r"[=+\-@\t\r]")


def assemble(
    shop: Workshop,
    fates: Fates,
    record: dict[str, Any],
    out: str | Path,
    *,
    passed_over: Mapping[str, int],
    with_text: bool,
) -> None:
    """Write the finished tables, the record, `build.json` and `rejected.csv`; all appear at once."""
    parts = (_finished_part(shop, number, part, with_text) for number, part in fates.parts())
    with new_folder(out, replaces="corpus.json") as draft:
        write_corpus(draft, _grouped(parts), record | {"funnel": fates.funnel}, with_text=with_text)
        write_json(draft / "build.json", _account(fates, passed_over))
        _list_rejected(fates, draft / "rejected.csv")


def _list_rejected(fates: Fates, path: Path) -> None:
    columns = [field["name"] for field in fields_of("rejected")]
    with path.open("w", encoding="utf-8", newline="") as file:
        pd.DataFrame(columns=columns).to_csv(file, index=False, lineterminator="\n")
        for _, part in fates.parts():
            lost = part.loc[part["status"] != "kept", columns].map(harmless)
            lost.to_csv(file, header=False, index=False, lineterminator="\n")


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


def _account(fates: Fates, passed_over: Mapping[str, int]) -> dict[str, Any]:
    """Say what was read and what became of it, why, and on what the dates of the kept texts rest."""
    reasons, dates, precisions, n_marked = Counter[str](), Counter[str](), Counter[str](), 0
    for _, part in fates.parts():
        lost, kept = part[part["status"] != "kept"], part[part["status"] == "kept"]
        reasons.update(lost["reason"].dropna())
        dates.update(kept["date_evidence"].fillna("none").str.replace("(?s):.*", "", regex=True))
        precisions.update(kept["date_precision"].fillna("none"))
        n_marked += int(kept["duplicate_of"].notna().sum())
    return fates.funnel | {
        "reasons": dict(sorted(reasons.items())),
        "dates": dict(sorted(dates.items())),
        "date_precision": dict(sorted(precisions.items())),
        "marked_as_nearly_the_same": n_marked,
        "passed_over": dict(sorted(passed_over.items())),
    }


def harmless(value: Any) -> Any:
    """Keep a spreadsheet from taking a cell of text for a formula: an apostrophe is put before it.

    Examples
    --------
    >>> harmless("=HYPERLINK(1)"), harmless("a=b"), harmless(-1)
    ("'=HYPERLINK(1)", 'a=b', -1)
    """
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def print_removed(shop: Workshop, fates: Fates) -> None:
    """Print what cleaning took out of each kept document: its id, the kind, the number of words, the words."""
    for number, part in fates.parts():
        kept = part.loc[part["status"] == "kept", "doc_id"]
        removed = read_frame(shop.place(number, "prepared"), "removed")
        for row in removed[removed["doc_id"].isin(kept)].itertuples():
            print(f"{row.doc_id}\t{row.kind}\t{row.n_words}\t{for_terminal(row.text)}")
