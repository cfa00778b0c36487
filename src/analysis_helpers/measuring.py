"""Measuring: words and multiword terms of one part, its mentions and its tone. Frames in, frames out, nothing kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd

from .cleaning import word_tokenizer
from .names import count_mentions
from .sentiment import score_tone
from .word_lists import read_lexicon

MAX_TERM_WORDS = 5
MIN_COLLOCATION_COUNT, MIN_COLLOCATION_PASSAGES, MIN_PMI, MAX_COLLOCATIONS = 10, 5, 3.0, 500
LONGEST_WORD, LONGEST_UNSPACED = 25, 7  # letters; 7 has the name of the People's Republic of China in Chinese
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_COUNTRY = {"US", "U.S", "U.S.", "USA", "U.S.A", "U.S.A."}


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
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return ENGLISH_STOP_WORDS


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
    "us" is the pronoun), and a surname that is also a stop word keeps its capital ("He" in Vice-Premier
    He). Words are cut by NLTK's RegexpTokenizer. Known weakness: a surname like He is only recognised
    after a title or before its given name.

    Examples
    --------
    >>> split_words("Vice-Premier He said he'd meet us; China's US trade, U.S.-led.")
    ['vice', 'premier', 'He', 'said', "he'd", 'meet', 'us', 'china', 'u.s.', 'trade', 'u.s.', 'led']
    """
    tokens = [token.replace("’", "'") for token in word_tokenizer().tokenize(text)]
    shouted = sum(map(str.isupper, text)) > sum(map(str.islower, text))
    following = [*tokens[1:], ""] if tokens else []
    preceding = ["", *tokens[:-1]] if tokens else []
    return [
        _as_term(token, before, after, shouted)
        for token, before, after in zip(tokens, preceding, following, strict=True)
    ]


def _as_term(token: str, before: str, after: str, shouted: bool) -> str:
    word = token.removesuffix("'s").removesuffix("'S")
    if word in _COUNTRY and not (shouted and word == "US"):
        return "u.s."
    if word in _namesakes() and (after in _namesakes()[word] or _BEFORE_SURNAME.search(before)):
        return word
    return word.lower()


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


def find_collocations(
    words: Counter[str], pairs: Counter[tuple[str, str]], passages: Counter[tuple[str, str]]
) -> pd.DataFrame:
    """Find two-word terms that stand together far more often than chance: "rare earths", "phone call".

    In: counts of words, of neighbouring pairs, and of the passages each pair occurs in. Out: `term`,
    `n`, `n_passages`, `pmi` (bits) and `likelihood_ratio`, strongest first. A pair counts from 10
    occurrences in 5 passages, without stop words or numbers, at a pointwise mutual information of at least 3 bits.

    Source: NLTK's BigramCollocationFinder and association measures (Manning and Schütze 1999, ch. 5).
    Known weakness: only neighbouring words; longer terms come from the lexicons.

    Examples
    --------
    >>> words = Counter({"rare": 20, "earths": 15, "talks": 5000})
    >>> pairs = Counter({("rare", "earths"): 15, ("talks", "rare"): 12})
    >>> find_collocations(words, pairs, Counter({("rare", "earths"): 9, ("talks", "rare"): 9}))["term"].tolist()
    ['rare earths']
    """
    from nltk.collocations import BigramAssocMeasures, BigramCollocationFinder
    from nltk.probability import FreqDist

    def plain(word: str) -> bool:
        return word not in load_stop_words() and word[:1].isalpha() and "'" not in word and len(word) > 1

    finder = BigramCollocationFinder(FreqDist(words), FreqDist(pairs))
    finder.apply_freq_filter(MIN_COLLOCATION_COUNT)
    finder.apply_ngram_filter(lambda *pair: passages[pair] < MIN_COLLOCATION_PASSAGES or not all(map(plain, pair)))
    ratio = dict(finder.score_ngrams(BigramAssocMeasures.likelihood_ratio))
    rows = [
        (" ".join(pair), pairs[pair], passages[pair], round(pmi, 3), round(ratio[pair], 1))
        for pair, pmi in finder.score_ngrams(BigramAssocMeasures.pmi)
        if pmi >= MIN_PMI
    ]
    table = pd.DataFrame(rows, columns=["term", "n", "n_passages", "pmi", "likelihood_ratio"])
    return table.sort_values(["likelihood_ratio", "term"], ascending=[False, True]).head(MAX_COLLOCATIONS)


def count_pairs(passages: pd.DataFrame) -> tuple[Counter[str], Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Count the words, the neighbouring pairs, and the passages of each pair, for `find_collocations`."""
    words: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    spread: Counter[tuple[str, str]] = Counter()
    for text in passages["text"]:
        terms = split_words(text)
        neighbours = list(pairwise(terms))
        words.update(terms)
        pairs.update(neighbours)
        spread.update(set(neighbours))
    return words, pairs, spread


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
    wanted = set(multiword)
    lengths = sorted({term.count(" ") + 1 for term in wanted})
    rows: list[tuple[str, str, int]] = []
    for passage_id, text in zip(passages["passage_id"], passages["text"], strict=True):
        words = split_words(text)
        counts = Counter(words)
        for length in lengths:
            ngrams = (" ".join(words[i : i + length]) for i in range(len(words) - length + 1))
            counts.update(ngram for ngram in ngrams if ngram in wanted)
        rows += [(passage_id, term, n) for term, n in sorted(counts.items())]
    table = pd.DataFrame(rows, columns=["passage_id", "term", "n"])
    return table.astype({"passage_id": "str", "term": "str", "n": "int32"})


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
    mentions = [count_mentions(text) for text in sentences["text"]]
    measured = sentences.assign(
        n_words=np.array([len(word_tokenizer().tokenize(text)) for text in sentences["text"]], dtype="int32"),
        mentions_us=np.array([found["us"] for found in mentions], dtype="int32"),
        mentions_cn=np.array([found["cn"] for found in mentions], dtype="int32"),
        mentions_relationship=np.array([found["relationship"] for found in mentions], dtype="int32"),
    )
    return score_tone(measured, semantic=semantic)
