"""Invented documents for the races: as many as asked, the same for the same seed, with the words of no one else."""

from __future__ import annotations

import random
from itertools import accumulate

from analysis_helpers.dictionaries import read_lexicon

SENTENCES, PARAGRAPH = 24, 4  # of about 25 words: some 600 words a document
VOCABULARY = 30_000
_OPENINGS = ("The two sides", "Both delegations", "Officials", "Mr. Lowe", "The U.S. side", "China", "Premier Li Qiang")
_OPENINGS += ("Washington", "Beijing", "The ministry's spokesperson", "Dr. Ada Stone", "On Sept. 14, negotiators", "He")
_COMMON = (
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "on",
    "for",
    "that",
    "with",
    "is",
    "as",
    "its",
    "by",
    "it",
    "at",
    "from",
)
_SYLLABLES = tuple(consonant + vowel for consonant in "bdfglmnprstvk" for vowel in "aeiou")
_TAILS = ("", "", "n", "s", "ing", "ed")
_VERBS = ("said", "agreed", "did not confirm", "urged", "very much welcomed", "strongly opposed", "discussed", "noted")
_JOINTS = (" and ", ", but ", "; ", " – ", ", which ", " because ", " for the ", " of ")
_ENDS = (".", ".", ".", ".", "!", "?", ".”", " in the U.S.", " by 3.5 percent.", " (see Art. 4).")


def invent(n_documents: int, seed: int) -> list[str]:
    """Invent documents of about 600 words in paragraphs, with names, numbers, terms and a long tail of rare words.

    The words follow Zipf's law, as those of real texts do; a part of them are terms of the suite's own lists.
    """
    lot = random.Random(seed)
    words, weights = _vocabulary(lot)
    terms = [row["term"] for name in ("agenda_terms", "diplomatic_tone") for row in read_lexicon(name)]
    return [_document(lot, words, weights, terms) for _ in range(n_documents)]


def _vocabulary(lot: random.Random) -> tuple[list[str], list[float]]:
    rare = {"".join([*lot.choices(_SYLLABLES, k=lot.randint(1, 4)), lot.choice(_TAILS)]) for _ in range(VOCABULARY)}
    words = [*_COMMON, *lot.sample(sorted(rare), len(rare))]
    return words, list(accumulate(1 / rank for rank in range(1, len(words) + 1)))


def _document(lot: random.Random, words: list[str], weights: list[float], terms: list[str]) -> str:
    sentences = [_sentence(lot, words, weights, terms) for _ in range(SENTENCES)]
    starts = range(0, SENTENCES, PARAGRAPH)
    return "\n".join(" ".join(sentences[start : start + PARAGRAPH]) for start in starts)


def _sentence(lot: random.Random, words: list[str], weights: list[float], terms: list[str]) -> str:
    first, second = (lot.choices(words, cum_weights=weights, k=lot.randint(4, 12)) for _ in range(2))
    start = f"{lot.choice(_OPENINGS)} {lot.choice(_VERBS)} {lot.choice(terms)} "
    return start + " ".join(first) + lot.choice(_JOINTS) + " ".join(second) + lot.choice(_ENDS)
