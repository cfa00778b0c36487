"""Measuring: words, multiword terms, mentions and tone of one part. Frames in, frames out, nothing kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from copy import copy
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from .cleaning import word_tokenizer
from .splitting import read_lexicon

MAX_TERM_WORDS = 5
MIN_COLLOCATION_COUNT, MIN_COLLOCATION_PASSAGES, MIN_PMI, MAX_COLLOCATIONS = 10, 5, 3.0, 500
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
    """List the multiword terms of the shipped lexicons, as they are counted: agenda, targets, people, frames."""
    names = ("agenda_terms", "targets", "people", "frames")
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
# Mentions and tone


def _names_pattern(terms: Iterable[str]) -> re.Pattern[str]:
    """One pattern for many names, longest first; single words only as printed or in capitals."""
    parts = []
    for term in sorted(set(terms), key=lambda term: (-len(term), term)):
        escaped = re.escape(term).replace(r"\ ", r"\s+")
        parts.append(f"(?i:{escaped})" if " " in term or "-" in term else f"(?:{escaped}|{escaped.upper()})")
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?!\w)")


_PLAIN = str.maketrans("–—‐‑’", "----'")


@lru_cache(maxsize=1)
def _targets() -> tuple[re.Pattern[str], dict[str, str]]:
    rows = read_lexicon("targets")
    return _names_pattern(row["term"] for row in rows), {row["term"].casefold(): row["target"] for row in rows}


def count_mentions(text: str) -> dict[str, int]:
    """Count how often a sentence names the United States, China, and the relationship of the two.

    Names are those of `lexicons/targets.csv`, the longest first, none counted twice: "China-U.S.
    relations" is one mention of the relationship and none of the countries; the South China Sea none at
    all. Known weakness: "both sides" may be two other sides.

    Examples
    --------
    >>> count_mentions("China-U.S. ties matter to us, Washington says; the US and Chinese teams met.")
    {'us': 2, 'cn': 1, 'relationship': 1}
    """
    pattern, target = _targets()
    found = Counter(target[re.sub(r"\s+", " ", match).casefold()] for match in pattern.findall(text.translate(_PLAIN)))
    return {name: found[name] for name in ("us", "cn", "relationship")}


@lru_cache(maxsize=1)
def _masked() -> re.Pattern[str]:
    names = [row["term"] for name in ("targets", "masked_names") for row in read_lexicon(name)]
    names = [name for name in names if not re.match(r"(?i)(bilateral|the two|our two|both) ", name)]
    return _names_pattern([*names, *(row["term"] for row in read_lexicon("people"))])


def mask_names(text: str) -> str:
    """Replace the names of countries, offices and people by a neutral word.

    Word lists take "United" for praise and "Security" for comfort; who writes "the United States" more
    often would seem friendlier. Known weakness: names that are not in the lists stay.

    Examples
    --------
    >>> mask_names("The United States met China at the UN Security Council.")
    'The Name met Name at the UN Name.'
    """
    return _masked().sub("Name", text.translate(_PLAIN))


@lru_cache(maxsize=1)
def _vader() -> Any:
    """VADER, which lower-cases the whole sentence at every known word, given the words around it alone."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    class Analyzer(SentimentIntensityAnalyzer):
        def sentiment_valence(self, valence, sentitext, item, i, sentiments):
            near = copy(sentitext)
            near.words_and_emoticons = sentitext.words_and_emoticons[max(0, i - 3) : i + 3]
            return super().sentiment_valence(valence, near, item, min(i, 3), sentiments)

    return Analyzer()


def score_tone(frame: pd.DataFrame, text: str = "text") -> pd.DataFrame:
    """Score the tone of each sentence with VADER, after masking the names of countries, offices and people.

    In: a frame with sentences in the column `text`. Out: the same rows, with `tone_vader` added, from
    -1 (cool) to +1 (warm), 4 decimals; missing where VADER knows no word of the sentence.

    Source: Hutto and Gilbert (2014), package vaderSentiment. Known weakness: it was made for social
    media; "tariff", "sanction", "oppose" and "candid" are not in its list.

    Examples
    --------
    >>> frame = pd.DataFrame({"text": ["The United States met China.", "A great deal!"]})
    >>> score_tone(frame)["tone_vader"].tolist()
    [nan, 0.6588]
    """
    return frame.assign(tone_vader=np.array([_score_sentence(sentence) for sentence in frame[text]], dtype="float64"))


def _score_sentence(sentence: str) -> float:
    masked = mask_names(sentence)
    known = any(word.strip(".,!?;:\"'“”()").lower() in _vader().lexicon for word in masked.split())
    return _vader().polarity_scores(masked)["compound"] if known else float("nan")


# ---------------------------------------------------------------------------------------------------
# One part


def measure_sentences(sentences: pd.DataFrame) -> pd.DataFrame:
    """Measure sentences: the same rows with `n_words`, the three `mentions_...` and `tone_vader` added.

    Examples
    --------
    >>> measure_sentences(pd.DataFrame({"text": ["China welcomes the talks."]})).T
                                               0
    text                   China welcomes the talks.
    n_words                                        4
    mentions_us                                    0
    mentions_cn                                    1
    mentions_relationship                          0
    tone_vader                                0.4019
    """
    mentions = [count_mentions(text) for text in sentences["text"]]
    measured = sentences.assign(
        n_words=np.array([len(word_tokenizer().tokenize(text)) for text in sentences["text"]], dtype="int32"),
        mentions_us=np.array([found["us"] for found in mentions], dtype="int32"),
        mentions_cn=np.array([found["cn"] for found in mentions], dtype="int32"),
        mentions_relationship=np.array([found["relationship"] for found in mentions], dtype="int32"),
    )
    return score_tone(measured)
