"""Fates: what becomes of every document that was read, seen from all of them: kept, a duplicate, or rejected."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .deduplicate import BANDS, Match, SeenTexts, find_repeated, hash_bands, is_among
from .prepare import NOTHING_LEFT, repeated_id
from .read.dates import find_orders, settle_dates

SAME, NEARLY = "same words as an earlier text of the same side", "nearly the same words as an earlier text of that side"
KEPT_ANYWAY = "to keep it too, give it a use (main or caution) in the metadata"
_NUMBERS = {"part": "int64", "position": "int64", "n_words": "int64", "similarity": "float64"}
COLUMNS = (
    *("part", "position", "doc_id", "source", "status", "reason", "remedy", "duplicate_of", "similarity", "side"),
    *("n_words", "date", "date_precision", "date_evidence", "date_other", "date_order", "date_group", "metadata_row"),
)
_SCHEMA = pa.schema(
    (name, _NUMBERS.get(name, "large_string"))
    for name in COLUMNS
    if name not in ("date_other", "date_order", "date_group")
)
MIN_WORDS = 25  # of a text that can be nearly like another; shorter ones have too few runs of words to tell
Prepared = tuple[int, pd.DataFrame, pd.DataFrame, np.ndarray]


@dataclass(frozen=True)
class Fates:
    """What became of every document, in a file: `funnel` has the sums (read, kept, duplicates, rejected)."""

    path: Path
    funnel: dict[str, int]

    def parts(self) -> Iterator[tuple[int, pd.DataFrame]]:
        """Give the number of each part and its fates, a row a document."""
        with pq.ParquetFile(self.path) as file:
            for group in range(file.num_row_groups):
                part = file.read_row_group(group).to_pandas()
                yield int(part["part"].iloc[0]), part


def keep_fates(fates: Iterable[pd.DataFrame], path: Path) -> Fates:
    """Write the fates of all parts to a file."""
    n = Counter[str]()
    with pq.ParquetWriter(path, _SCHEMA) as file:
        for part in fates:
            n.update(part["status"])
            if len(part):
                file.write_table(pa.Table.from_pandas(part, _SCHEMA, preserve_index=False))
    return Fates(path, {"read": n.total(), "kept": n["kept"], "duplicates": n["duplicate"], "rejected": n["rejected"]})


def decide_fates(parts: Callable[[], Iterable[Prepared]]) -> Iterator[pd.DataFrame]:
    """Decide for every document, in the order of the input, whether it is kept; settle the dates by source.

    In: a function that gives the number, documents, documents set aside, and signatures of each part, in order; they
    are gone through twice, so that only documents that share something with another are remembered. Out: for each part
    one row a document with `status` (kept, duplicate, rejected), `reason`, `remedy`, `duplicate_of`, `similarity` (1:
    word for word) and the date. The same text by both sides is kept on both and marked; so is a text nearly like
    another where the metadata give it a `use`: a person has looked at it.
    """
    repeated, orders = _look_through(parts())
    seen, ids = SeenTexts(repeated), dict[str, str]()
    for part in parts():
        yield settle_dates(_fates_of(part, repeated, seen, ids), orders)


def _look_through(parts: Iterable[Prepared]) -> tuple[np.ndarray, dict[str, set[str]]]:
    """Find the hashes of ids, digests and bands that more than one document has, and the orders of dates by source."""
    keys, other_ids, orders = list[np.ndarray](), list[np.ndarray](), defaultdict[str, set[str]](set)
    for _, documents, aside, signatures in parts:
        keys.append(_keys(documents, signatures))
        other_ids.append(_hashed(aside["doc_id"]))
        for source, found in find_orders(documents).items():
            orders[source] |= found
    keys.append(np.zeros((0, 2 + BANDS), dtype="uint64"))  # of no part
    columns = ([part[:, n] for part in keys] for n in range(2 + BANDS))
    repeated = find_repeated(
        np.concatenate([*column, *(other_ids if n == 0 else [])]) for n, column in enumerate(columns)
    )
    return repeated, orders


def _keys(documents: pd.DataFrame, signatures: np.ndarray) -> np.ndarray:
    return np.column_stack([_hashed(documents["doc_id"]), _hashed(documents["sha256"]), hash_bands(signatures)])


def _hashed(values: pd.Series) -> np.ndarray:
    return pd.util.hash_array(values.to_numpy(dtype=object), categorize=False)


def _fates_of(part: Prepared, repeated: np.ndarray, seen: SeenTexts, ids: dict[str, str]) -> pd.DataFrame:
    number, documents, aside, signatures = part
    rows = [documents.assign(status="kept", part=number), aside.assign(status="rejected", part=number)]
    rows = [frame.reindex(columns=list(COLUMNS)).astype(dict.fromkeys(COLUMNS, "str") | _NUMBERS) for frame in rows]
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
