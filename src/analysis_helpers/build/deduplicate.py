"""Duplicates: the same text twice, word for word or nearly, is counted once."""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

WORDS, PERMUTATIONS, SEED, THRESHOLD = 5, 128, 1, 0.7
# The index looks for pairs from about 0.5 on, so that it misses few at the threshold. A pair is looked at
# where one of 25 bands of 5 numbers is equal: datasketch's optimum for 0.5 of 128 numbers.
BANDS, BAND = 25, 5
LONGEST_RUN = 127  # bytes, as far as the tables go
BLOCK_TEXTS, BLOCK_RUNS = 32, 4096  # worked on at a time, so that they stay near the processor


# ---------------------------------------------------------------------------------------------------
# Signatures


def sign_texts(texts: Iterable[str]) -> np.ndarray:
    """Sign texts so that the share of equal numbers in two signatures estimates how alike the texts are.

    Out: one row of 128 numbers a text: MinHash over runs of five words, in lower case, without punctuation
    (Broder 1997; the numbers are those of datasketch's affine32). A text of fewer than five words is one run.

    Examples
    --------
    >>> a, b, c = sign_texts(["Both sides met in Lisbon on Monday to talk about fish and about trade.",
    ...     "LISBON: Both sides met in Lisbon on Monday to talk about fish and about trade.", "A third text."])
    >>> bool((a == b).mean() > 0.7), bool((a == c).mean() > 0.1)
    (True, False)
    """
    texts = list(texts)
    blocks = (texts[n : n + BLOCK_TEXTS] for n in range(0, len(texts), BLOCK_TEXTS))
    rows = [_least(runs) for block in blocks for runs in _hash_runs(block)]
    return np.array(rows, dtype="uint32").reshape(-1, PERMUTATIONS)


def _least(runs: np.ndarray) -> np.ndarray:
    """The least number of all runs under each of 128 permutations of the numbers of 32 bits."""
    factors, terms = _permutations()
    least = np.full(PERMUTATIONS, 2**32 - 1, dtype="uint32")
    for begin in range(0, len(runs), BLOCK_RUNS):
        permuted = runs[begin : begin + BLOCK_RUNS, None] * factors
        permuted += terms
        np.minimum(least, permuted.min(axis=0), out=least)
    return least


@lru_cache(maxsize=1)
def _permutations() -> tuple[np.ndarray, np.ndarray]:
    """Factors and terms, drawn as datasketch draws them; odd factors, so that no two numbers become one."""
    drawn = np.random.RandomState(SEED)
    factors = drawn.randint(0, 2**31, PERMUTATIONS, dtype="uint32") * np.uint32(2) + np.uint32(1)
    return factors, drawn.randint(0, 2**32, PERMUTATIONS, dtype="uint32")


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """Mix the bits, because a linear permutation of nearly equal numbers is no chance (MurmurHash3's finalizer)."""
    numbers = (numbers ^ (numbers >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    numbers = (numbers ^ (numbers >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return numbers ^ (numbers >> np.uint32(16))


# ---------------------------------------------------------------------------------------------------
# Runs of words as numbers. The CRC of joined bytes follows from the CRCs of the pieces, because a CRC is
# linear: that of the first piece is moved on by the length of the second, and the two are added (xor).
# What is longer than the tables gets a wrong number, until `_hash_runs` asks zlib for the few such runs.


def _hash_runs(texts: list[str]) -> Iterator[np.ndarray]:
    """Give for each text the numbers of its runs of five words joined by spaces, each word cut and hashed once."""
    data, starts, lengths, counts = _cut(texts)
    words = _hash_words(data, starts, lengths)
    spaced = _joined(np.full(len(words), zlib.crc32(b" "), dtype="uint32"), words, lengths)
    two, of_two = _joined(spaced[:-1], spaced[1:], lengths[1:] + 1), lengths[:-1] + lengths[1:] + 2
    four, of_four = _joined(two[:-2], two[2:], of_two[2:]), of_two[:-2] + of_two[2:]
    runs = _joined(words[: 1 - WORDS], four[1:], of_four[1:])

    def joined(first: int, count: int) -> int:
        found = slice(first, first + count)
        cut = (data[start : start + n].tobytes() for start, n in zip(starts[found], lengths[found], strict=True))
        return zlib.crc32(b" ".join(cut))

    for first in np.flatnonzero(lengths[: 1 - WORDS] + of_four[1:] > LONGEST_RUN).tolist():
        runs[first] = joined(first, WORDS)
    runs = _mixed(runs)
    for first, count in zip((np.cumsum(counts) - counts).tolist(), counts.tolist(), strict=True):
        short = count < WORDS
        yield _mixed(np.array([joined(first, count)], "uint32")) if short else runs[first : first + count + 1 - WORDS]


def _cut(texts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Cut texts into words: their bytes with zeros between, start and length of each word, words a text."""
    lower = [text.lower() for text in texts]
    points = np.frombuffer("\n".join(lower).encode("utf-32-le"), dtype="uint32")
    inside = _word_characters().take(points)
    first = np.flatnonzero(inside & ~np.concatenate(([False], inside[:-1])))
    before = np.searchsorted(first, np.cumsum([0] + [len(text) + 1 for text in lower]))
    data = np.frombuffer((points * inside).tobytes().decode("utf-32-le").encode() + b"\0", dtype="uint8")
    edges = np.flatnonzero(np.diff(data != 0, prepend=False))
    return data, edges[::2], edges[1::2] - edges[::2], np.diff(before)


@lru_cache(maxsize=1)
def _word_characters() -> np.ndarray:
    """Which characters are part of a word, by number: what regular expressions call so."""
    inside = np.zeros(sys.maxunicode + 1, dtype=bool)
    for found in re.finditer(r"\w+", "".join(map(chr, range(len(inside))))):
        inside[slice(*found.span())] = True
    return inside


def _hash_words(data: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The CRC of each word: each byte moved on by the bytes of the word after it."""
    if not len(starts):
        return np.zeros(0, dtype="uint32")
    to_end = np.repeat(starts + lengths, np.diff(starts[1:], prepend=0, append=len(data))) - np.arange(len(data))
    to_end *= 1024
    to_end += data
    moved = _moves().take(to_end, mode="clip")  # the zeros between words add nothing
    zeros = np.array([zlib.crc32(bytes(n)) for n in range(LONGEST_RUN + 1)], dtype="uint32")
    return np.bitwise_xor.reduceat(moved, starts) ^ zeros.take(lengths, mode="clip")


def _joined(first: np.ndarray, second: np.ndarray, length: np.ndarray) -> np.ndarray:
    """The CRC of first and second piece joined, from those of both and the length of the second."""
    place = length * 1024
    byte = np.ascontiguousarray(first).view("uint8").reshape(-1, 4)
    moved = second.copy()
    for n in range(4):
        moved ^= _moves().take(place + byte[:, n] + 256 * n, mode="clip")
    return moved


@lru_cache(maxsize=1)
def _moves() -> np.ndarray:
    """What becomes of each byte of a CRC (4 times 256) as so many zero bytes follow, from none to the longest run."""
    one = np.array([zlib.crc32(bytes([n])) ^ zlib.crc32(b"\0") for n in range(256)], dtype="uint32")
    moves = [np.arange(256, dtype="uint32") << np.arange(0, 32, 8, dtype="uint32")[:, None]]
    for _ in range(LONGEST_RUN):
        moves.append((moves[-1] >> np.uint32(8)) ^ one[moves[-1] & np.uint32(255)])
    return np.stack(moves).reshape(-1)


# ---------------------------------------------------------------------------------------------------
# Which text repeats which


def hash_bands(signatures: np.ndarray) -> np.ndarray:
    """Hash each of the 25 bands of signatures to a number of 64 bits: texts that are nearly the same share one."""
    factors = np.random.RandomState(SEED).randint(0, 2**64, (BANDS, BAND), dtype="uint64")
    return (signatures[:, : BANDS * BAND].reshape(-1, BANDS, BAND) * factors).sum(axis=2, dtype="uint64")


def find_repeated(columns: Iterable[np.ndarray]) -> np.ndarray:
    """Find the numbers that stand more than once in one of the columns, in order.

    Examples
    --------
    >>> find_repeated([np.array([3, 1, 3, 7, 1]), np.array([7, 8, 9])]).tolist()
    [1, 3]
    """
    ordered = map(np.sort, columns)
    found = [np.unique(column[1:][column[1:] == column[:-1]]) for column in ordered]
    return np.unique(np.concatenate(found))


def is_among(numbers: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Tell which numbers are among those known; these are in order, so that none is looked at twice."""
    if not len(known):
        return np.zeros(numbers.shape, dtype=bool)
    return known[np.minimum(np.searchsorted(known, numbers), len(known) - 1)] == numbers


@dataclass(frozen=True)
class Match:
    """An earlier text that says the same: its id, how alike the two are (1: word for word), and its side."""

    doc_id: str
    similarity: float
    side: str


class SeenTexts:
    """The texts seen so far, to be asked whether a further one repeats one of them.

    In: the hashes of bands that several texts share (see `hash_bands`, `find_repeated`); the others need no memory.
    Source: locality-sensitive hashing (Leskovec, Rajaraman and Ullman 2014, ch. 3). Two texts
    count as nearly the same from an estimated 0.7 of their five-word runs in common on; the estimate has a
    standard error of about 0.04. Known weakness: a text that holds another and as much again of its own
    is not found; letters from one form, with other names, are.
    """

    def __init__(self, shared: np.ndarray) -> None:
        """Begin with none."""
        self._shared = shared
        self._exact: dict[str, dict[str, str]] = {}  # by digest, then by side
        self._by_band: dict[int, list[int]] = {}
        self._known: list[tuple[str, str, np.ndarray]] = []

    def find(self, digest: str, signature: np.ndarray | None) -> list[Match]:
        """Find for each side the earlier text that is most like this one, the most alike first."""
        best = {side: Match(doc_id, 1.0, side) for side, doc_id in self._exact.get(digest, {}).items()}
        bands = [] if signature is None else self._bands(signature)
        for number in sorted({number for band in bands for number in self._by_band.get(band, [])}):
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
        for band in self._bands(signature):
            self._by_band.setdefault(band, []).append(len(self._known))
        self._known.append((doc_id, side, signature.copy()))  # a row of a table would keep all of it in memory

    def _bands(self, signature: np.ndarray) -> list[int]:
        bands = hash_bands(signature[None])[0]
        return bands[is_among(bands, self._shared)].tolist()
