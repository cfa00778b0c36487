"""Word lists: the lists, codebooks and weights that ship with the package are data; here they are read."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files

import pandas as pd

from .errors import TalksError

INSTRUMENTS = ("tone_vader", "tone_diplomatic")
DICTIONARIES = ("agenda", "frames")
# Surnames that are words of their own: only the full name names the person.
ORDINARY_SURNAMES = frozenset(
    ("price", "center", "chase", "brown", "smith", "duke", "burns", "ross", "stewart", "miller", "sessions")
)


def read_lexicon(name: str, language: str = "en") -> list[dict[str, str]]:
    """Read a word list of a language that ships with the package, as a list of rows."""
    return read_codebook(f"{language}/{name}")


def read_codebook(name: str) -> list[dict[str, str]]:
    """Read a list that belongs to no language, such as the labels of the chronology, as a list of rows."""
    source = files("analysis_helpers").joinpath(f"lexicons/{name}.csv")
    with source.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


@lru_cache(maxsize=1)
def load_stop_words() -> frozenset[str]:
    """Load the stop words, English and Chinese: a set of words too common to tell texts apart, all in lower case.

    Source: the Glasgow list of scikit-learn; `lexicons/zh/stop_words.csv`. Known weakness: it holds "system".

    >>> "he" in load_stop_words(), "He" in load_stop_words(), "的" in load_stop_words()
    (True, False, True)
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # takes a second or two, once a process

    return ENGLISH_STOP_WORDS | {row["term"] for row in read_lexicon("stop_words", "zh")}


def load_dictionary(name: str, language: str = "en") -> dict[str, list[str]]:
    """Load a dictionary that ships with the package: its concepts, each with its words and multiword terms.

    In: "agenda", what is talked about (tariffs, fentanyl, ...), or "frames", what an issue is made to be about
    (security, fairness, ...); the language (en, zh): `lexicons/en` and `lexicons/zh` give the reason of each term.
    Raises `TalksError` for another name. Source: this suite, after Stone and others (1966) and Entman (1993). Known
    weakness: one coder, no test of agreement; made for talks on trade and security.

    >>> len(load_dictionary("frames")), load_dictionary("agenda")["Taiwan"][:2]
    (12, ['taiwan', 'taiwanese'])
    """
    if name not in DICTIONARIES:
        raise _no_dictionary(name)
    listed = pd.DataFrame(read_lexicon(name, language))
    return read_dictionary(listed.set_axis(["concept", "term", "reason"], axis="columns"))


def read_dictionary(dictionary: pd.DataFrame | Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Read a dictionary given as a frame with `concept` and `term`, or as terms by concept."""
    if isinstance(dictionary, pd.DataFrame) and {"concept", "term"} <= set(dictionary):
        if dictionary["concept"].isna().any():
            raise TalksError("the dictionary has a term without a concept; expected both in each row; fill it in")
        dictionary = dictionary.groupby("concept", sort=False)["term"].agg(list).to_dict()
    if not isinstance(dictionary, Mapping) or not dictionary or any(isinstance(t, str) for t in dictionary.values()):
        raise _no_dictionary(dictionary)
    read = {concept: list(terms) for concept, terms in dictionary.items()}
    if empty := [concept for concept, terms in read.items() if not terms]:
        raise TalksError(f"the concept {empty[0]!r} has no term; expected at least one; give one or leave it out")
    return read


def _no_dictionary(found: object) -> TalksError:
    expected = f"{' or '.join(DICTIONARIES)}, a frame with concept and term, or lists of terms by concept"
    remedy = "write {'tariffs': ['tariff', 'tariffs']}"
    return TalksError(f"the dictionary is {found!r}; expected {expected}; {remedy}")


def known_names() -> frozenset[str]:
    """Names of countries, offices and people, as terms; a surname that is also a word counts with its capital only."""
    targets = [*read_lexicon("targets"), *read_lexicon("targets", "zh")]
    words = {row["term"] for row in targets if row["target"] in ("us", "cn")}
    words |= {row["term"] for row in read_lexicon("masked_names")}
    words |= {"united", "states"}  # the one country whose name falls into two common words
    people = {part for row in read_lexicon("people") for part in [row["term"], *row["term"].split()]}
    common = load_stop_words() | ORDINARY_SURNAMES
    kept = {name for name in people if name.casefold() in common}
    return frozenset({name.casefold() for name in words | people - kept} | kept)
