"""Duplicates: the same text twice, word for word or nearly, is counted once."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

WORDS, PERMUTATIONS, SEED, SCHEME, THRESHOLD = 5, 128, 1, "affine32", 0.7
INDEXED = 0.5  # the index looks for pairs from here on, so that it misses few at the threshold
_WORD = re.compile(r"\w+")


def sign_texts(texts: Iterable[str]) -> np.ndarray:
    """Sign texts so that the share of equal numbers in two signatures estimates how alike the texts are.

    Out: one row of 128 numbers a text: MinHash over runs of five words, in lower case, without punctuation
    (Broder 1997; datasketch). A text of fewer than five words is one run.

    Examples
    --------
    >>> a, b, c = sign_texts(["Both sides met in Lisbon on Monday to talk about fish and about trade.",
    ...     "LISBON: Both sides met in Lisbon on Monday to talk about fish and about trade.", "A third text."])
    >>> bool((a == b).mean() > 0.7), bool((a == c).mean() > 0.1)
    (True, False)
    """
    from datasketch import MinHash

    empty = MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme=SCHEME, hashfunc=zlib.crc32)
    rows = []
    for text in texts:
        words = _WORD.findall(text.lower())
        runs = {" ".join(words[n : n + WORDS]).encode() for n in range(max(1, len(words) - WORDS + 1))}
        signature = empty.copy()
        signature.update_batch(sorted(runs))
        rows.append(signature.hashvalues)
    return np.array(rows, dtype="uint32").reshape(-1, PERMUTATIONS)


@dataclass(frozen=True)
class Match:
    """An earlier text that says the same: its id, how alike the two are (1: word for word), and its side."""

    doc_id: str
    similarity: float
    side: str


class SeenTexts:
    """The texts seen so far, to be asked whether a further one repeats one of them.

    Source: locality-sensitive hashing (Leskovec, Rajaraman and Ullman 2014, ch. 3; datasketch). Two texts
    count as nearly the same from an estimated 0.7 of their five-word runs in common on; the estimate has a
    standard error of about 0.04. Known weakness: a text that holds another and as much again of its own
    is not found; letters from one form, with other names, are.
    """

    def __init__(self) -> None:
        """Begin with none."""
        from datasketch import MinHashLSH

        self._exact: dict[str, dict[str, str]] = {}  # by digest, then by side
        self._index = MinHashLSH(threshold=INDEXED, num_perm=PERMUTATIONS)
        self._known: list[tuple[str, str, np.ndarray]] = []

    def find(self, digest: str, signature: np.ndarray | None) -> list[Match]:
        """Find for each side the earlier text that is most like this one, the most alike first."""
        best = {side: Match(doc_id, 1.0, side) for side, doc_id in self._exact.get(digest, {}).items()}
        candidates = [] if signature is None else self._index.query(_as_minhash(signature))
        for number in sorted(candidates):
            doc_id, side, known = self._known[number]
            # 1 is kept for word for word: signatures can agree where texts do not quite
            similarity = min(round(float((known == signature).mean()), 3), 0.999)
            if similarity >= THRESHOLD and (side not in best or best[side].similarity < similarity):
                best[side] = Match(doc_id, similarity, side)
        return sorted(best.values(), key=lambda match: (-match.similarity, match.doc_id))

    def add(self, doc_id: str, side: str, digest: str, signature: np.ndarray | None) -> None:
        """Remember a text that is kept; without a signature, only word for word."""
        self._exact.setdefault(digest, {}).setdefault(side, doc_id)
        if signature is None:
            return
        self._index.insert(len(self._known), _as_minhash(signature))
        self._known.append((doc_id, side, signature))


def _as_minhash(signature: np.ndarray) -> Any:
    from datasketch import LeanMinHash

    return LeanMinHash(seed=SEED, scheme=SCHEME, hashvalues=signature)
