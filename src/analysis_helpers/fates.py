"""Fates: what becomes of every document that was read, seen from all of them: kept, a duplicate, or rejected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from .duplicates import BANDS, Match, SeenTexts, find_repeated, hash_bands, is_among
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


def decide_fates(parts: Callable[[], Iterable[Prepared]]) -> pd.DataFrame:
    """Decide for every document, in the order of the input, whether it is kept; settle the dates by source.

    In: a function that gives the number, documents, documents set aside, and signatures of each part, in order; they
    are gone through twice, so that only documents that share something with another are remembered. Out: one row a
    document with `status` (kept, duplicate, rejected), `reason`, `remedy`, `duplicate_of`, `similarity` (1: word for
    word) and the date. The same text by both sides is kept on both and marked; so is a text nearly like another where
    the metadata give it a `use`: a person has looked at it.
    """
    repeated = _find_repeated(parts())
    seen, ids = SeenTexts(repeated), dict[str, str]()
    fates = [_fates_of(part, repeated, seen, ids) for part in parts()]
    return settle_dates(pd.concat(fates, ignore_index=True) if fates else pd.DataFrame(columns=list(COLUMNS)))


def _find_repeated(parts: Iterable[Prepared]) -> np.ndarray:
    """Find the hashes of ids, digests and bands that more than one document has."""
    keys, other_ids = list[np.ndarray](), list[np.ndarray]()
    for _, documents, aside, signatures in parts:
        keys.append(_keys(documents, signatures))
        other_ids.append(_hashed(aside["doc_id"]))
    keys.append(np.zeros((0, 2 + BANDS), dtype="uint64"))  # of no part
    columns = ([part[:, n] for part in keys] for n in range(2 + BANDS))
    return find_repeated(np.concatenate([*column, *(other_ids if n == 0 else [])]) for n, column in enumerate(columns))


def _keys(documents: pd.DataFrame, signatures: np.ndarray) -> np.ndarray:
    return np.column_stack([_hashed(documents["doc_id"]), _hashed(documents["sha256"]), hash_bands(signatures)])


def _hashed(values: pd.Series) -> np.ndarray:
    return pd.util.hash_array(values.to_numpy(dtype=object), categorize=False)


def _fates_of(part: Prepared, repeated: np.ndarray, seen: SeenTexts, ids: dict[str, str]) -> pd.DataFrame:
    number, documents, aside, signatures = part
    numbers = {"part": "int64", "position": "int64", "n_words": "int64", "similarity": "float64"}
    rows = [documents.assign(status="kept", part=number), aside.assign(status="rejected", part=number)]
    rows = [frame.reindex(columns=list(COLUMNS)).astype(dict.fromkeys(COLUMNS, "str") | numbers) for frame in rows]
    fates = pd.concat(rows).set_index("position", drop=False).sort_index()
    suspect = is_among(_keys(documents, signatures), repeated).any(axis=1)
    empty = (aside["reason"] == NOTHING_LEFT["reason"]) & is_among(_hashed(aside["doc_id"]), repeated)
    suspects = [*zip(documents[suspect].to_dict("records"), signatures[suspect], strict=True)]
    suspects += [(row, None) for row in aside[empty].to_dict("records")]
    changed = {}
    for row, signature in sorted(suspects, key=_position):
        if signature is None:
            ids.setdefault(row["doc_id"], row["source"])
        else:
            changed[row["position"]] = _fate(row, signature, seen, ids)
    for name, values in pd.DataFrame.from_dict(changed, orient="index").items():
        fates.loc[values.index, name] = values
    return fates


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
