"""Measuring: words and multiword terms of one part, its mentions and its tone. Frames in, frames out, nothing kept."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path

import numpy as np
import pandas as pd

from ..dictionaries import read_lexicon
from ..words import Words, code_words
from .names import find_mentions
from .tone import score_tone

MAX_TERM_WORDS = 5
LONGEST_WORD, LONGEST_UNSPACED = 25, 7  # letters; 7 has the name of the People's Republic of China in Chinese
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_COUNTRY = {"US", "U.S", "U.S.", "USA", "U.S.A", "U.S.A."}
_LOWER, _UPPER = string.ascii_lowercase.encode(), string.ascii_uppercase.encode()
_ASCII = re.compile(r"[\x00-\x7f]+")


# ---------------------------------------------------------------------------------------------------
# Words and terms


@lru_cache(maxsize=1)
def load_stop_words() -> frozenset[str]:
    """Load the English stop words of scikit-learn: words too common to tell texts apart.

    All are lower-case, so surnames that look like them ("He") are not among them. Source: the Glasgow
    list as scikit-learn ships it. Known weakness: it holds a few words of substance ("system").

    Examples
    --------
    >>> "he" in load_stop_words(), "He" in load_stop_words(), "xi" in load_stop_words()
    (True, False, False)
    """
    package = find_spec("sklearn")  # only its one file of words: the whole of scikit-learn takes seconds to import
    return run_path(str(Path(package.origin).parent / "feature_extraction/_stop_words.py"))["ENGLISH_STOP_WORDS"]


@lru_cache(maxsize=1)
def _namesakes() -> dict[str, set[str]]:
    """Surnames that are also stop words, each with the given names that follow it: He -> Lifeng, ..."""
    namesakes: dict[str, set[str]] = {}
    for row in read_lexicon("people"):
        family, *given = row["term"].split()
        if row["side"] == "CN" and family.lower() in load_stop_words():
            namesakes.setdefault(family, set()).update(given)
    return namesakes


_BEFORE_SURNAME = re.compile(r"(?i)(premier|minister|spokes(person|man|woman)|representative|mr\.?|adviser|advisor)$")


def split_words(text: str) -> list[str]:
    """Split a text into the terms that are counted: lower-case words without possessive endings.

    Two exceptions keep different words apart: the country is always "u.s." (printed US, U.S. or USA;
    "us" is the pronoun, and so is US in a text in capitals), and a surname that is also a stop word keeps
    its capital ("He" in Vice-Premier He). Words are those of `find_words`. Known weakness: a surname like
    He is only recognised after a title or before its given name.

    Examples
    --------
    >>> split_words("Vice-Premier He said he'd meet us; China's US trade, U.S.-led.")
    ['vice', 'premier', 'He', 'said', "he'd", 'meet', 'us', 'china', 'u.s.', 'trade', 'u.s.', 'led']
    """
    terms = code_terms([text])
    return [terms.vocabulary[code] for code in terms.codes]


def code_terms(texts: Iterable[str], also: Iterable[str] = ()) -> Words:
    """Turn texts into the numbers of their terms, which are those of `split_words`.

    The vocabulary is sorted, so that the order of the numbers is that of the terms, and holds `also` what is given.

    Examples
    --------
    >>> terms = code_terms(["The US and China", "China's aims"])
    >>> [terms.vocabulary[code] for code in terms.codes], terms.starts.tolist()
    (['the', 'u.s.', 'and', 'china', 'china', 'aims'], [0, 4, 6])
    """
    texts = list(texts)
    words = code_words(texts)
    used = np.flatnonzero(np.bincount(words.codes, minlength=len(words.vocabulary)))
    printed = [words.vocabulary[code].replace("’", "'") for code in used]
    bare = [word.removesuffix("'s").removesuffix("'S") for word in printed]
    plain = ["u.s." if word in _COUNTRY else word.lower() for word in bare]
    vocabulary = sorted({*plain, *_namesakes(), "us", *also})
    number = {term: code for code, term in enumerate(vocabulary)}
    row_of = np.zeros(len(words.vocabulary), dtype="int32")
    row_of[used] = np.arange(len(used))
    rows = row_of[words.codes]
    codes = np.array([number[term] for term in plain], dtype="int32")[rows]
    codes[_find_pronouns(texts, words.starts, rows, bare)] = number["us"]
    names = _find_surnames(words.starts, rows, printed, bare)
    codes[names] = [number[bare[row]] for row in rows[names]]
    return Words(codes, words.starts, vocabulary)


def _find_pronouns(texts: list[str], starts: np.ndarray, rows: np.ndarray, bare: list[str]) -> np.ndarray:
    """Find the places of US in texts in capitals: there it is the pronoun."""
    places = np.flatnonzero(np.array([word == "US" for word in bare], dtype=bool)[rows])
    of_text = np.searchsorted(starts, places, side="right") - 1
    shouted = [text for text in np.unique(of_text) if _is_shouted(texts[text])]
    return places[np.isin(of_text, shouted)]


def _is_shouted(text: str) -> bool:
    """Tell whether most letters of a text are capitals; other than English ones are looked at one by one."""
    upper, lower = (len(text.encode().translate(None, letters)) for letters in (_LOWER, _UPPER))
    rest = _ASCII.sub("", text)
    return upper + sum(map(str.isupper, rest)) > lower + sum(map(str.islower, rest))


def _find_surnames(starts: np.ndarray, rows: np.ndarray, printed: list[str], bare: list[str]) -> np.ndarray:
    """Find the places of surnames that are also stop words: after a title, or before their given names."""
    surnames = _namesakes()
    places = np.flatnonzero(np.array([word in surnames for word in bare], dtype=bool)[rows])
    neighbours = [*printed, ""]
    before = np.where(np.isin(places, starts), -1, rows[places - 1])
    after = np.where(np.isin(places + 1, starts), -1, rows[(places + 1) % max(len(rows), 1)])
    titles = {row for row in np.unique(before) if _BEFORE_SURNAME.search(neighbours[row])}
    named = [
        first in titles or neighbours[last] in surnames[bare[row]]
        for first, row, last in zip(before.tolist(), rows[places].tolist(), after.tolist(), strict=True)
    ]
    return places[np.array(named, dtype=bool)]


def is_too_long(term: str) -> bool:
    """Tell whether a term holds something longer than a word: an address, a code, words run together.

    Over 25 characters, or over 7 of Chinese or Japanese: these are written without spaces, so that a whole
    clause is counted as one word.

    Examples
    --------
    >>> is_too_long("internationalization"), is_too_long("theministerdeclinedtocomment")
    (False, True)
    """
    return any(len(word) > LONGEST_WORD or len(_UNSPACED.findall(word)) > LONGEST_UNSPACED for word in term.split())


def number_texts(terms: Words) -> np.ndarray:
    """Say of each word which text it stands in."""
    return np.repeat(np.arange(len(terms.starts) - 1), np.diff(terms.starts))


@lru_cache(maxsize=1)
def lexicon_terms() -> list[str]:
    """List the multiword terms of the shipped lexicons, agenda, topics, targets, people, frames."""
    names = ("agenda_terms", "topic_keywords", "targets", "people", "frames")
    terms = {" ".join(split_words(row["term"])) for name in names for row in read_lexicon(name)}
    return sorted(term for term in terms if 0 < term.count(" ") < MAX_TERM_WORDS)


def count_terms(passages: pd.DataFrame, multiword: Iterable[str] = ()) -> pd.DataFrame:
    """Count the words of each passage, and those multiword terms that stand in it.

    In: `passage_id`, `text`, and the multiword terms to look for, words joined by single spaces. Out:
    `passage_id`, `term`, `n`, sorted by term within a passage, so that the order of the words is gone.
    The words of a passage (terms without a space) sum to its number of words; multiword terms are
    counted beside their words.

    Examples
    --------
    >>> passages = pd.DataFrame({"passage_id": ["a-p0001"], "text": ["Rare earths, rare goods."]})
    >>> count_terms(passages, ["rare earths"])
      passage_id         term  n
    0    a-p0001       earths  1
    1    a-p0001        goods  1
    2    a-p0001         rare  2
    3    a-p0001  rare earths  1
    """
    wanted = {term for term in multiword if " " in term}
    terms = code_terms(passages["text"].tolist(), also=wanted)
    size = len(terms.vocabulary)
    several, of_passage = _find_multiword(terms, wanted)
    codes = np.concatenate((terms.codes, several))
    keys, n = np.unique(np.concatenate((number_texts(terms), of_passage)) * size + codes, return_counts=True)
    return pd.DataFrame(
        {
            "passage_id": passages["passage_id"].astype("str").take(keys // size).array,
            "term": pd.Series(terms.vocabulary, dtype="str").take(keys % size).array,
            "n": n.astype("int32"),
        }
    )


def _find_multiword(terms: Words, wanted: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
    """Find the wanted terms of several words: their codes, and the numbers of the texts they stand in.

    All places are read forward together, a word at a time, and a place is left as soon as no wanted term begins so.
    """
    size = len(terms.vocabulary)
    steps, whole = _number_beginnings(terms.vocabulary, wanted)
    begins = np.isin(np.arange(size), steps // size)
    codes, of_text = np.append(terms.codes, 0), np.append(number_texts(terms), -1)
    places = np.flatnonzero(begins[terms.codes])
    states = terms.codes[places].astype("int64")
    found = [(np.empty(0, dtype="int64"), np.empty(0, dtype="int64"))]
    while len(places):
        inside = of_text[places] == of_text[places + 1]
        places, states = places[inside] + 1, states[inside]
        step = steps.get_indexer(states * size + codes[places])
        places, step = places[step >= 0], step[step >= 0]
        states = size + step
        ended = whole[step] >= 0
        found.append((whole[step[ended]], of_text[places[ended]]))
    return np.concatenate([term for term, _ in found]), np.concatenate([text for _, text in found])


def _number_beginnings(vocabulary: list[str], wanted: Iterable[str]) -> tuple[pd.Index, np.ndarray]:
    """Number the beginnings of wanted terms: each is a shorter one, or a word, and one word more.

    Words are numbered by the vocabulary, and longer beginnings after them. Out: the index of all steps from one to
    the next, as number times size plus word, and for each step the code of the term that ends there, or -1.
    """
    number = {term: code for code, term in enumerate(vocabulary)}
    steps: dict[int, int] = {}
    ends: dict[int, int] = {}
    for term in wanted:
        path = [number.get(word, -1) for word in term.split(" ")]
        if min(path) < 0:
            continue
        state = path[0]
        for code in path[1:]:
            step = steps.setdefault(state * len(number) + code, len(steps))
            state = len(number) + step
        ends[step] = number[term]
    return pd.Index(list(steps), dtype="int64"), np.array(
        [ends.get(step, -1) for step in range(len(steps))], dtype="int64"
    )


# ---------------------------------------------------------------------------------------------------
# One part


def measure_sentences(sentences: pd.DataFrame, *, semantic: bool | None = None) -> pd.DataFrame:
    """Measure sentences: the same rows with `n_words`, the `mentions_...` and the tone added (see `score_tone`).

    Examples
    --------
    >>> measure_sentences(pd.DataFrame({"text": ["China welcomes the talks."]}), semantic=False).T
                                               0
    text                   China welcomes the talks.
    n_words                                        4
    mentions_us                                    0
    mentions_cn                                    1
    mentions_relationship                          0
    tone_vader                                0.4019
    tone_diplomatic                           0.4472
    tone_general                              0.3714
    tone                                       0.776
    n_scored                                       1
    """
    n_words = np.diff(code_words(sentences["text"]).starts).astype("int32")
    mentions = find_mentions(sentences["text"])
    rows = {target: mentions.loc[mentions["target"] == target, "row"] for target in ("us", "cn", "relationship")}
    counts = {
        f"mentions_{target}": np.bincount(own, minlength=len(sentences)).astype("int32") for target, own in rows.items()
    }
    measured = sentences.assign(n_words=n_words, **counts)
    return score_tone(measured, semantic=semantic)
