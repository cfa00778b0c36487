"""The plain definitions that deduplication must equal: numbers one by one, and every document remembered."""

import re
import zlib

from datasketch import MinHash, MinHashLSH

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


def optimum():
    """Bands and numbers of a band of datasketch's index for pairs from 0.5 on."""
    index = MinHashLSH(threshold=0.5, num_perm=128)
    return index.b, index.r
