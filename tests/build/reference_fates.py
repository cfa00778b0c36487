"""The plain definitions that the fast ones must equal: signatures, the index and the fates, document by document."""

import re
import zlib

import numpy as np
import pandas as pd
from datasketch import LeanMinHash, MinHash, MinHashLSH

from analysis_helpers.build import fates
from analysis_helpers.build.deduplicate import Match
from analysis_helpers.build.fates import COLUMNS, NOTHING_LEFT
from analysis_helpers.build.read.dates import find_orders, settle_dates

SCHEME = {"seed": 1, "scheme": "affine32"}


def sign_texts(texts):
    """Sign each text by datasketch, over the CRC of its runs of five words."""
    rows = []
    for text in texts:
        words = re.findall(r"\w+", text.lower())
        runs = [" ".join(words[n : n + 5]).encode() for n in range(max(1, len(words) - 4))]
        signature = MinHash(num_perm=128, hashfunc=zlib.crc32, **SCHEME)
        signature.update_batch(runs)
        rows.append(signature.hashvalues)
    return np.array(rows, dtype="uint32").reshape(-1, 128)


class SeenTexts:
    """All texts seen so far, in datasketch's index, which keeps every one of them."""

    def __init__(self, shared=None):
        self.exact, self.index, self.known = {}, MinHashLSH(threshold=0.5, num_perm=128), []

    def find(self, digest, signature):
        best = {side: Match(doc_id, 1.0, side) for side, doc_id in self.exact.get(digest, {}).items()}
        asked = [] if signature is None else self.index.query(LeanMinHash(hashvalues=signature, **SCHEME))
        for number in sorted(asked):
            doc_id, side, known = self.known[number]
            similarity = min(round(float((known == signature).mean()), 3), 0.999)
            if similarity >= 0.7 and (side not in best or best[side].similarity < similarity):
                best[side] = Match(doc_id, similarity, side)
        return sorted(best.values(), key=lambda match: (-match.similarity, match.doc_id))

    def add(self, doc_id, side, digest, signature):
        self.exact.setdefault(digest, {}).setdefault(side, doc_id)
        if signature is not None:
            self.index.insert(len(self.known), LeanMinHash(hashvalues=signature, **SCHEME))
            self.known.append((doc_id, side, signature))


def decide_fates(parts):
    """Decide for one document after the other, remembering every one."""
    seen, ids, rows = SeenTexts(), {}, []
    for number, documents, aside, signatures in parts:
        ready = list(zip(documents.to_dict("records"), signatures, strict=True))
        both = [*ready, *((row, None) for row in aside.to_dict("records"))]
        for row, signature in sorted(both, key=lambda pair: pair[0]["position"]):
            fate = {"status": "rejected"}
            if signature is not None:
                fate = fates._fate(row, signature, seen, ids)
            elif row["reason"] == NOTHING_LEFT["reason"]:
                ids.setdefault(row["doc_id"], row["source"])
            rows.append(row | {"part": number} | fate)
    types = dict.fromkeys(set(COLUMNS) - {"part", "position", "similarity", "n_words"}, "str")
    decided = pd.DataFrame(rows, columns=list(COLUMNS)).astype(types | {"similarity": "float64"})
    return settle_dates(decided, find_orders(decided))
