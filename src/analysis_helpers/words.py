"""Words: what a word is for the whole suite, and texts as the numbers of their words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np
import pyarrow as pa
import regex

# One definition of a word for the whole suite: abbreviations with inner stops, numbers, words.
# A hyphen joins only before a lower-case letter or digit, so "win-win" is one word, "China-US" two.
WORD = (
    r"\b[^\W\d_](?:\.[^\W\d_])+\b\.?"
    r"|\d+(?:[.,:]\d+)*(?:-[a-z]+)*"
    r"|[^\W_]+(?:['’][^\W_]+|-(?=[a-z0-9])[^\W_]+)*"
)
_WORD = regex.compile(WORD)  # as NLTK's RegexpTokenizer compiles it, whose import takes seconds
_CHUNK = regex.compile(r"\S+")
MOST_CHUNKS, LONGEST_CHUNK = 1_000_000, 100  # kept in memory: about 200 MB
_SURROGATE = regex.compile("[\ud800-\udfff]")  # half a character, which no encoding writes
_AROUND_WORDS = ' .,;:?!()[]"“”'


class _Chunks(dict[str, tuple[int, ...]]):
    """The codes of the words of each chunk between spaces, cut once: no word holds a space, and few chunks are new."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[str, int] = {}
        self.vocabulary: list[str] = []

    def __missing__(self, chunk: str) -> tuple[int, ...]:
        bare = chunk.strip(_AROUND_WORDS)
        words = [bare] if bare.isalpha() else _WORD.findall(chunk)
        for word in words:
            if word not in self.codes:
                self.codes[word] = len(self.vocabulary)
                self.vocabulary.append(word)
        coded = tuple(self.codes[word] for word in words)
        if len(chunk) <= LONGEST_CHUNK:
            self[chunk] = coded
        return coded


@lru_cache(maxsize=1)
def _all_chunks() -> _Chunks:
    return _Chunks()


def _chunks() -> _Chunks:
    """The chunks met so far in this process; begun anew when they become too many."""
    if max(len(_all_chunks()), len(_all_chunks().vocabulary)) > MOST_CHUNKS:
        _all_chunks.cache_clear()
    return _all_chunks()


def find_words(text: str) -> list[str]:
    """List the words of a string, as printed.

    Examples
    --------
    >>> find_words("China-U.S. talks: a win-win.")
    ['China', 'U.S.', 'talks', 'a', 'win-win']
    """
    known = _chunks()
    return [known.vocabulary[code] for chunk in text.split() for code in known[chunk]]


def find_spans(text: str) -> list[tuple[int, int]]:
    """Tell where each word of a string begins and ends: one pair for each word of `find_words`.

    Examples
    --------
    >>> find_spans("China-U.S. talks")
    [(0, 5), (6, 10), (11, 16)]
    """
    return [
        (chunk.start() + word.start(), chunk.start() + word.end())
        for chunk in _CHUNK.finditer(text)
        for word in _WORD.finditer(chunk[0])
    ]


def count_words(text: str) -> int:
    """Count the words of a string, the way the whole suite counts them.

    Abbreviations with inner stops are one word, and so are numbers and words joined by a hyphen.
    A run of Chinese characters counts as one word (the known weakness of this definition).

    Examples
    --------
    >>> count_words("China-U.S. talks: a win-win at $773.5 billion?")
    8
    """
    return sum(map(len, map(_chunks().__getitem__, text.split())))


@dataclass(frozen=True)
class Words:
    """The words of many texts, as numbers: `codes` into the `vocabulary`; text i has `codes[starts[i]:starts[i+1]]`.

    The vocabulary holds words as printed, those of other texts too, in no order that may reach a result.
    """

    codes: np.ndarray
    starts: np.ndarray
    vocabulary: list[str]


def code_words(texts: Iterable[str]) -> Words:
    """Turn texts into the numbers of their words, for measuring many at once.

    Arrow numbers the chunks between spaces, and each different chunk is then cut into words once.

    Examples
    --------
    >>> words = code_words(["Talks on trade.", "", "Trade talks"])
    >>> [words.vocabulary[code] for code in words.codes], words.starts.tolist()
    (['Talks', 'on', 'trade', 'Trade', 'talks'], [0, 3, 3, 5])
    """
    known = _chunks()
    chunks, chunk_starts = code_chunks(make_column(texts))
    cut = list(map(known.__getitem__, map(str.rstrip, chunks.dictionary.to_pylist())))
    bounds = np.concatenate(([0], np.cumsum([len(words) for words in cut], dtype="int64")))
    codes = np.fromiter(chain.from_iterable(cut), dtype="int32", count=bounds[-1])
    of_texts = pa.LargeListArray.from_arrays(bounds, codes).take(chunks.indices)
    return Words(of_texts.values.to_numpy(), of_texts.offsets.to_numpy()[chunk_starts], known.vocabulary)


def make_column(texts: Iterable[str]) -> pa.LargeStringArray:
    """Hand texts over to Arrow; half a character, which it refuses, becomes the sign for an unknown one.

    Examples
    --------
    >>> make_column(["talks", "\\ud800"]).to_pylist() == ["talks", "\\ufffd"]
    True
    """
    texts = list(texts)
    try:
        return pa.array(texts, "large_string")
    except UnicodeEncodeError:
        return pa.array([_SURROGATE.sub("\ufffd", text) for text in texts], "large_string")


def code_chunks(texts: pa.LargeStringArray) -> tuple[pa.DictionaryArray, np.ndarray]:
    """Number the chunks of texts, each with the space behind it; chunks of text i: `starts[i]` to `starts[i + 1]`.

    Examples
    --------
    >>> chunks, starts = code_chunks(pa.array(["on trade", "trade"], "large_string"))
    >>> chunks.to_pylist(), starts.tolist()
    (['on ', 'trade', 'trade'], [0, 2, 3])
    """
    _, offsets, buffer = texts.buffers()
    bounds = np.frombuffer(offsets, dtype="int64")[: len(texts) + 1]
    ends_chunk = np.frombuffer(buffer or b"", dtype="uint8")[: bounds[-1]] == ord(" ")
    ends_chunk[bounds[1:][np.diff(bounds) > 0] - 1] = True
    cuts = np.concatenate(([0], np.flatnonzero(ends_chunk) + 1))
    chunks = pa.LargeStringArray.from_buffers(len(cuts) - 1, pa.py_buffer(cuts), buffer)
    return chunks.dictionary_encode(), np.searchsorted(cuts, bounds)
