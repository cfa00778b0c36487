"""Fates: what becomes of every document that was read, seen from all of them: kept, a duplicate, or rejected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from .duplicates import Match, SeenTexts
from .preparing import NOTHING_LEFT, repeated_id
from .reading.dates import settle_dates

SAME, NEARLY = "same words as an earlier text of the same side", "nearly the same words as an earlier text of that side"
KEPT_ANYWAY = "to keep it too, give it a use (main or caution) in the metadata"
COLUMNS = (
    *("part", "position", "doc_id", "source", "status", "reason", "remedy", "duplicate_of", "similarity", "side"),
    *("n_words", "date", "date_precision", "date_evidence", "date_other", "date_order", "date_group", "metadata_row"),
)
MIN_WORDS = 25  # of a text that can be nearly like another; shorter ones have too few runs of words to tell
Prepared = tuple[int, pd.DataFrame, pd.DataFrame, np.ndarray]


def decide_fates(parts: Iterable[Prepared]) -> pd.DataFrame:
    """Decide for every document, in the order of the input, whether it is kept; settle the dates by source.

    In: the number, documents, documents set aside, and signatures of each part, in order. Out: one row a document
    with `status` (kept, duplicate, rejected), `reason`, `remedy`, `duplicate_of`, `similarity` (1: word for word)
    and the date. The same text by both sides is kept on both and marked; so is a text nearly like another where
    the metadata give it a `use`: a person has looked at it.
    """
    seen, ids = SeenTexts(), dict[str, str]()
    rows = [row for part in parts for row in _rows(part, seen, ids)]
    types = dict.fromkeys(set(COLUMNS) - {"part", "position", "similarity", "n_words"}, "str")
    fates = pd.DataFrame(rows, columns=list(COLUMNS)).astype(types | {"similarity": "float64"})
    return settle_dates(fates)


def _rows(part: Prepared, seen: SeenTexts, ids: dict[str, str]) -> Iterator[dict[str, Any]]:
    number, documents, aside, signatures = part
    ready = [(row, signature) for row, signature in zip(documents.to_dict("records"), signatures, strict=True)]
    for row, signature in sorted([*ready, *((row, None) for row in aside.to_dict("records"))], key=_position):
        fate = {"status": "rejected"}
        if signature is not None:
            fate = _fate(row, signature, seen, ids)
        elif row["reason"] == NOTHING_LEFT["reason"]:
            ids.setdefault(row["doc_id"], row["source"])
        yield row | {"part": number} | fate


def _position(pair: tuple[dict[str, Any], Any]) -> int:
    return int(pair[0]["position"])


def _fate(row: dict[str, Any], signature: np.ndarray, seen: SeenTexts, ids: dict[str, str]) -> dict[str, Any]:
    doc_id, side = row["doc_id"], row["side"] if isinstance(row["side"], str) else ""
    if doc_id in ids:
        return {"status": "rejected"} | repeated_id(doc_id, ids[doc_id])
    ids[doc_id] = row["source"]
    compared = signature if row["n_words"] >= MIN_WORDS else None
    matches = seen.find(row["sha256"], compared)
    own = next((match for match in matches if match.side == side), None)
    if own and (own.similarity == 1 or not row["curated"]):
        reason = SAME if own.similarity == 1 else NEARLY
        remedy = "" if own.similarity == 1 else KEPT_ANYWAY
        return {"status": "duplicate", "reason": reason, "remedy": remedy} | _mark(own)
    seen.add(doc_id, side, row["sha256"], compared)
    return {"status": "kept"} | (_mark(own or matches[0]) if matches else {})


def _mark(match: Match) -> dict[str, Any]:
    return {"duplicate_of": match.doc_id, "similarity": match.similarity}
