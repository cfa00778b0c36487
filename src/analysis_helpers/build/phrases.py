"""Phrases: the terms of a list, of one word or more, found in many texts at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np


class Found(NamedTuple):
    """Terms found in texts: the place of the first word and behind the last, and the weight of each."""

    starts: np.ndarray
    ends: np.ndarray
    weights: np.ndarray


class Phrases:
    """A list of terms with weights, as a tree of words: each term is a path from its first word to its last.

    Examples
    --------
    >>> phrases = Phrases({("rare", "earths"): 2.0, ("rare",): 1.0}, {"rare": 1, "earths": 2})
    >>> [part.tolist() for part in phrases.find(np.array([1, 1, 2, 0, 1, 2]), np.array([0, 5, 6]))]
    [[0, 1, 4], [1, 3, 5], [1.0, 2.0, 1.0]]
    """

    def __init__(self, weights: Mapping[tuple[str, ...], float], numbers: Mapping[str, int]) -> None:
        """Grow the tree from terms, each a sequence of words, and the numbers of these words, from 1."""
        self._n_words = len(numbers) + 1
        nodes: dict[tuple[int, int], int] = {}
        told = [np.nan]  # the weight of each node, of the root first; missing where no term ends
        for words, weight in weights.items():
            node = 0
            for word in words:
                node = nodes.setdefault((node, numbers[word]), len(told))
                told += [np.nan] * (node == len(told))
            told[node] = weight
        edges = sorted((parent * self._n_words + word, node) for (parent, word), node in nodes.items())
        self._edges, self._nodes = np.array(edges, dtype="int64").reshape(-1, 2).T.copy()
        self._weights = np.array(told)
        self._first = np.zeros(self._n_words, dtype="int64")
        own = self._edges < self._n_words
        self._first[self._edges[own]] = self._nodes[own]
        self._leads_on = np.isin(np.arange(len(told)), self._edges // self._n_words)

    def find(self, words: np.ndarray, starts: np.ndarray) -> Found:
        """Find terms from left to right, the longest at each place, none within another: words are numbers, 0 is any.

        Text i has `words[starts[i]:starts[i+1]]`; no term goes on from one text to the next.
        """
        places = np.flatnonzero(self._first.take(words))
        nodes = self._first[words[places]]
        ends, weights = places + 1, self._weights[nodes]
        stops = starts[np.searchsorted(starts, places, side="right")]
        going, length = np.flatnonzero(self._leads_on[nodes]), 1
        while len(going):
            going = going[places[going] + length < stops[going]]
            edges = nodes[going] * self._n_words + words[places[going] + length]
            at = np.minimum(np.searchsorted(self._edges, edges), len(self._edges) - 1)
            there = self._edges[at] == edges
            going, length = going[there], length + 1
            nodes[going] = self._nodes[at[there]]
            told = going[~np.isnan(self._weights[nodes[going]])]
            ends[told], weights[told] = places[told] + length, self._weights[nodes[told]]
            going = going[self._leads_on[nodes[going]]]
        kept = _leftmost(places, ends, np.flatnonzero(~np.isnan(weights)))
        return Found(places[kept], ends[kept], weights[kept])


def _leftmost(starts: np.ndarray, ends: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Keep the rows, in the order of the text, that do not begin within one that is kept."""
    kept, stop = [], 0
    for row, start, end in zip(rows.tolist(), starts[rows].tolist(), ends[rows].tolist(), strict=True):
        if start >= stop:
            kept.append(row)
            stop = end
    return np.array(kept, dtype="int64")
