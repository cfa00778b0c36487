"""Pieces: many texts as the numbers of what stands between their spaces, so that each piece is looked at once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import regex

from ..words import LONGEST_CHUNK, MOST_CHUNKS

_SURROGATE = regex.compile("[\ud800-\udfff]")  # half a character, which no encoding writes


@dataclass(frozen=True)
class Pieces:
    """Texts cut behind their spaces: text i has `codes[starts[i]:starts[i+1]]`, numbers of the `distinct` pieces.

    Only the plain space cuts, so a piece may be a mere space, or hold a line break; who reads it cuts it further.
    """

    distinct: list[str]
    codes: np.ndarray
    starts: np.ndarray

    def spread(self, known: Known) -> tuple[np.ndarray, np.ndarray]:
        """Spread the numbers known of the distinct pieces over the texts: all in a row, and where each text begins.

        Examples
        --------
        >>> pieces = cut_pieces(["to-to-speak", "to to"])
        >>> known = Known(lambda piece: ([len(word) for word in piece.split("-")], []), n_counts=0)
        >>> [part.tolist() for part in pieces.spread(known)]
        [[2, 2, 5, 3, 2], [0, 3, 5]]
        """
        rows = known.look_up(self.distinct)
        ends, numbers = np.array(known.ends, "int32"), np.append(np.array(known.numbers, "int32"), np.int32(0))
        lengths = np.diff(ends, prepend=np.int32(0))[rows]
        begins = ends[rows] - lengths
        if (lengths == 1).all():
            return numbers[begins].take(self.codes), self.starts
        length = lengths.take(self.codes)
        stops = np.concatenate(([0], np.cumsum(length, dtype="int32")))
        spread = numbers[begins].take(np.repeat(self.codes, length))
        several = np.flatnonzero(length > 1)  # few: only these take more than the first of their numbers
        places, sources = (ranges(at, length[several]) for at in (stops[several], begins[self.codes[several]]))
        spread[places] = numbers[sources]
        return spread, stops[self.starts]

    def count(self, known: Known) -> np.ndarray:
        """Add up what is counted of the distinct pieces: for each count a row, with a sum for each text.

        Examples
        --------
        >>> known = Known(lambda piece: ([], [piece.count("?"), piece.count("!")]), n_counts=2)
        >>> cut_pieces(["Why? Oh, why?", "So!"]).count(known)
        array([[2, 0],
               [0, 1]], dtype=int32)
        """
        return np.array([self.sum_by_text(column) for column in self.look_up(known)])

    def look_up(self, known: Known) -> np.ndarray:
        """Give what is counted of each piece, in the order of the texts: for each count a row."""
        rows = known.look_up(self.distinct)
        table = np.array(known.counts, "int32").reshape(-1, known.n_counts)[rows].T.copy()
        return np.array([column.take(self.codes) for column in table])

    def sum_by_text(self, values: np.ndarray) -> np.ndarray:
        """Add up what there is one of for each piece: one sum per text."""
        sums, filled = np.zeros(len(self.starts) - 1, "int32"), np.flatnonzero(np.diff(self.starts))
        sums[filled] = np.add.reduceat(values, self.starts[filled], dtype="int32")
        return sums


def ranges(begins: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Number the places from each beginning on, all in a row.

    Examples
    --------
    >>> ranges(np.array([5, 1]), np.array([2, 3])).tolist()
    [5, 6, 1, 2, 3]
    """
    ends = np.cumsum(lengths)
    return np.repeat(begins - (ends - lengths), lengths) + np.arange(lengths.sum())


def cut_pieces(texts: Iterable[str]) -> Pieces:
    """Cut texts behind their spaces, for telling something of many at once.

    Examples
    --------
    >>> pieces = cut_pieces(["Talks on trade.", "", "on  it"])
    >>> pieces.distinct, pieces.codes.tolist(), pieces.starts.tolist()
    (['Talks ', 'on ', 'trade.', ' ', 'it'], [0, 1, 2, 1, 3, 4], [0, 3, 3, 6])
    """
    chunks, starts = code_chunks(make_column(texts))
    return Pieces(chunks.dictionary.to_pylist(), chunks.indices.to_numpy(), starts)


class Known(dict[str, int]):
    """What a function tells of a piece, asked once and kept: some numbers, of its words say, and counts.

    Begun anew when it becomes too much; a piece points to its row.
    """

    def __init__(self, tell: Callable[[str], tuple[Sequence[int], Sequence[int]]], n_counts: int) -> None:
        """Begin with nothing known; `tell` gives the numbers of a piece, and so many counts."""
        super().__init__()
        self._tell, self.n_counts = tell, n_counts
        self.numbers, self.ends, self.counts = array("i"), array("i"), array("i")

    def look_up(self, pieces: list[str]) -> np.ndarray:
        """Give the rows of pieces."""
        if max(len(self.ends), len(self.numbers)) > MOST_CHUNKS:
            self.clear()
            self.numbers, self.ends, self.counts = array("i"), array("i"), array("i")
        return np.fromiter(map(self.__getitem__, pieces), "int64", len(pieces))

    def __missing__(self, piece: str) -> int:
        """Ask about a piece not met before, and give it the next row."""
        numbers, counts = self._tell(piece)
        self.numbers.extend(numbers)
        self.ends.append(len(self.numbers))
        self.counts.extend(counts)
        row = len(self.ends) - 1
        if len(piece) <= LONGEST_CHUNK:
            self[piece] = row
        return row


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
