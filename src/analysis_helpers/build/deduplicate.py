"""Deduplication: the same text twice, word for word or nearly, is kept once a side; seen from all documents."""

import re
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..words import language_of, languages_of
from .prepare import NOTHING_LEFT, Part, repeated_id
from .read.dates import find_orders, settle_dates
from .stages import Checkpoints, Frames

WORDS, PERMUTATIONS, SEED, THRESHOLD = 5, 128, 1, 0.7
# The index looks for pairs from about 0.5 on, so that it misses few at the threshold. A pair is looked at
# where one of 25 bands of 5 numbers is equal: datasketch's optimum for 0.5 of 128 numbers.
BANDS, BAND = 25, 5
BLOCK = 4096  # runs of words, worked on at a time, so that a long text takes no more memory
MIN_WORDS = 25  # of a text that can be nearly like another; shorter ones have too few runs of words to tell
SAME, NEARLY = "same words as an earlier text of the same side", "nearly the same words as an earlier text of that side"
KEPT_ANYWAY = "to keep it too, give it a use (main or caution) in the metadata"
Keys = Mapping[int, list[int]]  # those that a document shares with another, by its position
OUTCOME = {"status": "str", "reason": "str", "remedy": "str", "duplicate_of": "str", "similarity": "float64"}


def sign_texts(texts: Iterable[str]) -> np.ndarray:
    """Sign texts by datasketch's MinHash over runs of five words (Broder 1997): alike texts share many numbers."""
    from datasketch import MinHash

    empty, rows = MinHash(PERMUTATIONS, seed=SEED, hashfunc=zlib.crc32, scheme="affine32"), []
    for text in texts:
        words, signature = re.findall(r"\w+", text.lower()), empty.copy()
        runs = [" ".join(words[n : n + WORDS]).encode() for n in range(max(1, len(words) - WORDS + 1))]
        for begin in range(0, len(runs), BLOCK):
            signature.update_batch(runs[begin : begin + BLOCK])
        rows.append(signature.hashvalues)
    return np.array(rows, dtype="uint32").reshape(-1, PERMUTATIONS)


def hash_bands(signatures: np.ndarray) -> np.ndarray:
    """Hash each of the 25 bands of signatures to a number of 64 bits: texts that are nearly the same share one."""
    factors = np.random.RandomState(SEED).randint(0, 2**64, (BANDS, BAND), dtype="uint64")
    return (signatures[:, : BANDS * BAND].reshape(-1, BANDS, BAND) * factors).sum(axis=2, dtype="uint64")


def sign_part(number: int, part: Part) -> Frames:
    """Give the signatures of a part, and all keys that a document may share with another: id, digest, bands."""
    documents, aside = part.documents.set_index("position"), part.aside.set_index("position")
    body = part.passages[part.passages["kind"] == "body"].groupby("doc_id", sort=False)["text"].agg("\n".join)
    texts = zip(documents["doc_id"].map(body), map(language_of, languages_of(documents)), strict=True)
    signatures = sign_texts(text if its.spaced else " ".join(its.find_words(text)) for text, its in texts)
    long = (documents["n_words"] >= MIN_WORDS).to_numpy()
    empty = aside.loc[aside["reason"] == NOTHING_LEFT, "doc_id"]
    named = pd.concat([documents["doc_id"], documents["sha256"], empty])
    positions = np.concatenate([named.index, documents.index[long].repeat(BANDS)]).astype("int64")
    hashed = pd.util.hash_array(named.to_numpy(dtype=object), categorize=False)
    keys = np.concatenate([hashed, hash_bands(signatures[long]).ravel()])
    return {
        "signatures": pd.DataFrame({"signature": [row.tobytes() for row in signatures]}),
        "keys": pd.DataFrame({"part": number, "position": positions, "key": keys}),
    }


def deduplicate(checkpoints: Checkpoints) -> None:
    """Decide for every document, in the order of the input, whether it is kept; settle the dates by source.

    The same text by both sides is kept on both and marked; so is a text nearly like another where the metadata give it
    a `use`: a person has looked at it. Only documents that share a key with another are compared and remembered.
    """
    with checkpoints.connect(keys="prepared", documents="prepared") as connection:
        orders = find_orders(connection.sql("SELECT DISTINCT date_group, date_order FROM documents").df())
        connection.execute(
            "CREATE TABLE shared AS SELECT part, position, list(key) AS keys FROM keys "
            "WHERE key IN (SELECT key FROM keys GROUP BY key HAVING count(*) > 1) GROUP BY part, position"
        )
        seen, names = SeenTexts(), ("documents", "aside", "signatures")
        for number in checkpoints.numbers("prepared"):
            query = "SELECT position, keys FROM shared WHERE part = ? ORDER BY position"
            shared = dict(connection.execute(query, [number]).fetchall())
            part = {name: checkpoints.read(number, "prepared", name) for name in names}
            checkpoints.write(number, "decided", _decide_part(part, shared, seen, orders))


def _decide_part(part: Frames, shared: Keys, seen: "SeenTexts", orders: Mapping[str, set[str]]) -> Frames:
    documents = part["documents"].assign(signature=part["signatures"]["signature"]).set_index("position")
    aside = part["aside"].set_index("position")
    suspects = pd.concat([documents[documents.index.isin(shared)], aside[aside.index.isin(shared)]]).sort_index()
    rows = zip(suspects.index, suspects.to_dict("records"), strict=True)
    outcomes = {position: seen.decide(row, shared[position]) for position, row in rows}
    decided = pd.DataFrame.from_dict(outcomes, orient="index", columns=list(OUTCOME)).astype(OUTCOME)
    documents = documents.drop(columns="signature").join(decided)
    documents["status"] = documents["status"].fillna("kept")
    kept = documents["status"] == "kept"
    rejected = pd.concat([documents[~kept], aside.assign(status="rejected")]).sort_index()
    return {
        "documents": settle_dates(documents[kept].drop(columns=["status", "reason", "remedy"]), orders),
        "rejected": rejected[["source", "doc_id", *OUTCOME, "side", "n_words"]].astype(OUTCOME),
    }


class SeenTexts:
    """The texts seen so far, of those that share a key with another, to be asked whether a further one repeats one.

    Source: locality-sensitive hashing (Leskovec, Rajaraman and Ullman 2014, ch. 3), of shared bands only. Two texts are
    nearly the same from an estimated 0.7 of their five-word runs on; the standard error is about 0.04. Known weakness:
    a text that holds another and as much again of its own is not found; letters from one form, with other names, are.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._sources: dict[str, str] = {}  # by id
        self._exact: dict[str, dict[str, str]] = {}  # ids by digest, then by side
        self._by_key: dict[int, list[int]] = {}
        self._known: list[tuple[str, str, np.ndarray]] = []

    def decide(self, row: Mapping[str, Any], keys: list[int]) -> tuple[str, str, str, str | None, float | None]:
        """Decide what becomes of a document: its status, reason, remedy, which one it repeats, and how nearly."""
        doc_id, side = row["doc_id"], row["side"] if isinstance(row["side"], str) else ""
        if doc_id in self._sources:
            return "rejected", *repeated_id(doc_id, self._sources[doc_id]), None, None
        self._sources[doc_id] = row["source"]
        if not isinstance(row["signature"], bytes):  # nothing was left of it
            return "rejected", row["reason"], row["remedy"], None, None
        signature = np.frombuffer(row["signature"], dtype="uint32")
        matches = self._find(row["sha256"], keys, signature)
        found = sorted((-similarity, other) for similarity, other in matches.values())
        if side in matches:
            similarity, other = matches[side]
            if similarity == 1:
                return "duplicate", SAME, "", other, similarity
            if not row["curated"]:
                return "duplicate", NEARLY, KEPT_ANYWAY, other, similarity
            found = [(-similarity, other)]
        self._exact.setdefault(row["sha256"], {}).setdefault(side, doc_id)
        for key in keys:
            self._by_key.setdefault(key, []).append(len(self._known))
        self._known.append((doc_id, side, signature))
        return "kept", "", "", *((found[0][1], -found[0][0]) if found else (None, None))

    def _find(self, digest: str, keys: list[int], signature: np.ndarray) -> dict[str, tuple[float, str]]:
        """Find for each side the earlier text that is most like this one, and how alike the two are."""
        best = {side: (1.0, doc_id) for side, doc_id in self._exact.get(digest, {}).items()}
        for number in sorted({number for key in keys for number in self._by_key.get(key, [])}):
            doc_id, side, known = self._known[number]
            # 1 is kept for word for word: signatures can agree where texts do not quite
            similarity = min(round(float((known == signature).mean()), 3), 0.999)
            if similarity >= THRESHOLD and (side not in best or best[side][0] < similarity):
                best[side] = similarity, doc_id
        return best
