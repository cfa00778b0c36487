"""The plain definitions that deduplication must equal: numbers one by one, and every document remembered."""

import re
import zlib

import numpy as np
from datasketch import LeanMinHash, MinHash, MinHashLSH

SCHEME = {"seed": 1, "scheme": "affine32"}


def sign_text(text):
    """The least of all runs of five words under each of datasketch's permutations, in Python's own numbers."""
    words = re.findall(r"\w+", text.lower())
    runs = {" ".join(words[n : n + 5]) for n in range(max(1, len(words) - 4))}
    mixed = [_mix(zlib.crc32(run.encode())) for run in runs]
    factors, terms = (row.tolist() for row in MinHash(128, **SCHEME).permutations)
    return [min((a * n + b) % 2**32 for n in mixed) for a, b in zip(factors, terms, strict=True)]


def _mix(number):
    """MurmurHash3's finalizer (Appleby 2011)."""
    number = (number ^ number >> 16) * 0x85EBCA6B % 2**32
    number = (number ^ number >> 13) * 0xC2B2AE35 % 2**32
    return number ^ number >> 16


def decide(rows, signatures):
    """Decide for one document after the other: its status, which one it repeats, how nearly; in datasketch's index."""
    sources, index, known, decided = {}, MinHashLSH(threshold=0.5, num_perm=128), {}, []
    for row, signature in zip(rows, signatures, strict=True):
        if row["doc_id"] in sources:
            decided.append(("rejected", None, None))
            continue
        sources[row["doc_id"]] = row["source"]
        if signature is None:
            decided.append(("rejected", None, None))
            continue
        lean = LeanMinHash(hashvalues=signature, **SCHEME)
        long = row["n_words"] >= 25
        near = {doc_id: min(known[doc_id][1].jaccard(lean), 0.999) for doc_id in (index.query(lean) if long else [])}
        same = {doc_id: 1.0 for doc_id, (its, _) in known.items() if its["sha256"] == row["sha256"]}
        found = {doc_id: round(alike, 3) for doc_id, alike in (near | same).items() if round(alike, 3) >= 0.7}
        order = list(known)
        best = {}  # of each side the most alike; of equals the first
        for doc_id in sorted(found, key=lambda doc_id: (-found[doc_id], order.index(doc_id))):
            best.setdefault(known[doc_id][0]["side"], doc_id)
        own = best.get(row["side"])
        mark = own or min(best.values(), key=lambda doc_id: (-found[doc_id], doc_id), default=None)
        repeats = own and (found[own] == 1 or not row["curated"])
        decided.append(("duplicate" if repeats else "kept", mark, found.get(mark)))
        if not repeats:
            known[row["doc_id"]] = row, lean
            if long:
                index.insert(row["doc_id"], lean)
    return decided


def optimum():
    """Bands and numbers of a band of datasketch's index for pairs from 0.5 on."""
    index = MinHashLSH(threshold=0.5, num_perm=128)
    return index.b, index.r


def near(signature, share, lot):
    """A signature that holds about this share of the numbers of another."""
    other = lot.integers(0, 2**32, 128, dtype="uint32")
    return np.where(lot.random(128) < share, signature, other).astype("uint32")
