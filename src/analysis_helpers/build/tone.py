"""Tone: the tone of sentences by several instruments."""

import string
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

import numpy as np
import pandas as pd
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES, SentimentIntensityAnalyzer, SentiText

from ..dictionaries import INSTRUMENTS, read_lexicon
from ..errors import TalksError
from ..words import LANGUAGES, Language, Words, code_words, find_terms, language_of, number_texts
from .names import mask_names

NEGATION, NEGATION_REACH = -0.74, 3  # the factor and the reach in words that VADER's authors measured


# Without one of these, or "n't", within three words, a listed word weighs what the list says
_CHANGING = {word for term in (*BOOSTER_DICT, *NEGATE, *SPECIAL_CASES, "no least this") for word in term.split()}
_CHANGING -= {"the", "of", "to", "for"}  # other words of the same terms tell


class _Near(NamedTuple):
    words_and_emoticons: list[str]
    is_cap_diff: bool


class Vader(SentimentIntensityAnalyzer):
    """VADER, which walks every letter, and the whole sentence at every listed word: here only where it changes much."""

    def polarity_scores(self, text):  # noqa: D102
        if not text.isascii() and not self.emojis.keys().isdisjoint(text):
            return super().polarity_scores(text)
        sentence = SentiText(text)
        words = [word.lower() for word in sentence.words_and_emoticons]
        sentiments = [
            self._weigh(sentence, words, i) if word in self.lexicon and word not in BOOSTER_DICT else 0
            for i, word in enumerate(words)
        ]
        return self.score_valence(self._but_check(words, sentiments), text.strip())

    def _weigh(self, sentence: SentiText, words: list[str], i: int) -> float:
        near, printed = slice(max(0, i - 3), i + 3), sentence.words_and_emoticons
        shouted = sentence.is_cap_diff and printed[i].isupper()
        if not shouted and _CHANGING.isdisjoint(words[near]) and "n't" not in " ".join(words[near]):
            return self.lexicon[words[i]]
        if words[i : i + 2] == ["kind", "of"]:
            return 0
        near_by = _Near(printed[near], sentence.is_cap_diff)
        return self.sentiment_valence(0, near_by, printed[i], min(i, 3), [])[0]


@lru_cache(maxsize=1)
def vader() -> Vader:
    """Give the one analyzer of this process."""
    return Vader()


@lru_cache(maxsize=100_000)
def _is_listed(chunk: str) -> bool:
    """Tell whether a word is listed, whatever signs it stands between; some of these make the package score it 0."""
    listed = vader().lexicon
    return chunk.lower() in listed or chunk.strip(string.punctuation + "“”").lower() in listed


def score_vader(texts: Iterable[str]) -> list[float]:
    """Score texts by VADER, -1 to 1; missing where it knows no word."""
    scored = vader().polarity_scores
    return [scored(text)["compound"] if any(map(_is_listed, text.split())) else np.nan for text in texts]


def _plain(word: str) -> str:
    return word.lower().replace("’", "'").removesuffix("'s")


def _forms(word: str) -> list[str]:
    """Give a word with its regular endings: urge, urges, urged, urging."""
    stem = word.removesuffix("e")
    forms = [word, f"{word}s", f"{stem}ed", f"{stem}ing"]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        forms.append(f"{word}es")
    if word.endswith("y"):
        forms += [f"{word[:-1]}ies", f"{word[:-1]}ied"]
    return forms


def _diplomatic(language: Language) -> dict[str, float]:
    """The own list, its first and last words with their endings; what stands in the list itself comes first."""
    listed = {row["term"]: float(row["weight"]) for row in read_lexicon("diplomatic_tone", language.code)}
    if not language.spaced:
        return listed
    terms: dict[str, float] = {}
    for term, weight in listed.items():
        first, _, rest = term.partition(" ")
        middle, _, last = rest.rpartition(" ")
        for start in _forms(first):
            for end in _forms(last) if last else [""]:
                terms.setdefault(" ".join(filter(None, [start, middle, end])), weight)
    return terms | listed


def _modifiers(language: Language) -> dict[str, float]:
    negations = {row["term"]: NEGATION for row in read_lexicon("tone_negations", language.code)}
    rows = read_lexicon("tone_intensifiers", language.code)
    return negations | {row["term"]: float(row["factor"]) for row in rows}


@lru_cache
def tone_lists(language: Language = LANGUAGES["en"]) -> tuple[dict[str, float], dict[str, float]]:
    """Give the own list, and what changes its weights: each term, its words as they are matched, and its weight."""
    lists = ([*terms.items()][::-1] for terms in (_diplomatic(language), _modifiers(language)))  # the first one counts
    own, modifiers = ({" ".join(map(_plain, _cut(language)(term))): n for term, n in rows} for rows in lists)
    return own, modifiers


def _cut(language: Language) -> Callable[[str], list[str]]:
    """What terms of tone are matched on: words, or each sign where no space tells where a word begins."""
    return language.find_words if language.spaced else list


def _code_plainly(texts: Iterable[str], language: Language) -> Words:
    words = code_words(texts, repeat(_cut(language)))
    there, codes = np.unique(words.codes, return_inverse=True)  # the vocabulary holds words of other parts too
    plain = [_plain(words.vocabulary[code]) for code in there]
    number = {word: code for code, word in enumerate(dict.fromkeys(plain))}
    return Words(np.array([number[word] for word in plain], dtype="int64")[codes], words.starts, list(number))


class _Found(NamedTuple):
    """Terms found in texts: the place of the first word and behind the last, and the weight of each."""

    starts: np.ndarray
    ends: np.ndarray
    weights: np.ndarray


def _find_longest(words: Words, terms: Mapping[str, float]) -> _Found:
    """Find terms from left to right, the longest at each place, none within another."""
    numbers, starts = find_terms(words, terms)
    ends = starts + np.array([term.count(" ") + 1 for term in terms])[numbers]
    kept, stop = [], 0
    for at in np.lexsort((-ends, starts)).tolist():
        if starts[at] >= stop:
            kept.append(at)
            stop = ends[at]
    return _Found(starts[kept], ends[kept], np.array(list(terms.values()))[numbers[kept]])


def _score_lists(words: Words, language: Language) -> tuple[np.ndarray, np.ndarray]:
    """Score texts by the own list: the sum of its weights, bent into -1 to 1, and the words that it scored."""
    found, modifiers = (_find_longest(words, terms) for terms in tone_lists(language))
    starts, ends, weights = (part[found.weights != 0] for part in found)
    rows = number_texts(words)[starts]
    behind = np.ones(len(words.codes) + 1)  # the factor that ends before each word
    behind[modifiers.ends] = modifiers.weights
    offsets = starts - words.starts[rows]
    near = [np.where(offsets > back, behind[starts - back], 1.0) for back in range(NEGATION_REACH)]
    factors = np.where(near[0] > 0, near[0], 1.0) * np.where(np.min(near, axis=0) < 0, NEGATION, 1.0)
    n_texts = len(words.starts) - 1
    totals, n_found = (np.bincount(rows, values, minlength=n_texts) for values in (weights * factors, None))
    scored = np.zeros(len(words.codes), dtype="bool")
    for start, end in zip(starts.tolist(), (ends if language.spaced else starts + 1).tolist(), strict=True):
        scored[start:end] = True
    return np.where(n_found > 0, totals / np.sqrt(totals**2 + 1), np.nan), scored


def score_instruments(texts: Iterable[str], language: Language = LANGUAGES["en"]) -> pd.DataFrame:
    """Score sentences with each instrument by itself: `tone_vader`, `tone_diplomatic`, `n_scored`."""
    masked = [mask_names(text) if language.spaced else text for text in texts]
    words = _code_plainly(masked, language)
    diplomatic, scored = _score_lists(words, language)
    by_vader = np.full(len(masked), np.nan)
    if "tone_vader" in language.instruments:
        by_vader = np.array(score_vader(masked), dtype="float64")
        scored |= np.array([word in vader().lexicon for word in words.vocabulary], dtype="bool")[words.codes]
    n_scored = np.bincount(number_texts(words)[scored], minlength=len(masked)).astype("int32")
    return pd.DataFrame({"tone_vader": by_vader, "tone_diplomatic": diplomatic}).round(4).assign(n_scored=n_scored)


def score_tone(frame: pd.DataFrame, text: str = "text", language: str = "en") -> pd.DataFrame:
    """Score the tone of sentences by two instruments, and give their mean.

    In: a frame with sentences in the column `text`, and their language (en, zh). Out: the same rows, with `tone_vader`
    (VADER; English only) and `tone_diplomatic` (the list of this suite, `diplomatic_tone.csv` of a language), each from
    -1 to 1; `tone`, their mean after each is divided by its spread in `tone_scales.csv`; `n_scored`, the words that at
    least one of them scored (in Chinese: the terms). 4 decimals. Names of countries, offices and people are masked
    first. An instrument that knows no word of a sentence is missing there, and `tone` is the other alone; without a
    scored word all are missing. Zero stays zero: it means neither warm nor cool, not the mean of some texts. Raises
    `TalksError` for a row without text.

    The list scores the sum of its weights, bent into -1 to 1 as by VADER; a word counts with its regular endings, the
    longest term first; `tone_negations.csv` (times -0.74, three words on) and `tone_intensifiers.csv` change it.

    Source: Hutto and Gilbert (2014), package vaderSentiment. Known weakness: words in quotation and irony are scored
    like all others, a verb does not turn its object round ("ruins our friendship"), and a dark subject (war, drugs)
    looks like a cool tone.

    >>> frame = pd.DataFrame({"text": ["The United States met China.", "We oppose this.", "We do not oppose this."]})
    >>> score_tone(frame)[["tone_diplomatic", "n_scored"]].to_numpy().round(2).tolist()
    [[nan, 0.0], [-0.45, 1.0], [0.35, 1.0]]
    """
    no_text = ~frame[text].map(lambda value: isinstance(value, str)).astype("bool")
    if no_text.any():
        row = frame.index[int(np.argmax(no_text.to_numpy()))]
        raise TalksError(f"row {row}: {text} holds no text; expected one in every row; leave such rows out")
    scores = score_instruments(frame[text].tolist(), language_of(language))
    spreads = pd.Series({row["column"]: float(row["sd"]) for row in read_lexicon("tone_scales", language)})
    tone = (scores[list(INSTRUMENTS)] / spreads).mean(axis=1).where(scores["n_scored"] > 0)
    columns = {name: scores[name].to_numpy() for name in INSTRUMENTS}
    return frame.assign(**columns, tone=tone.round(4).to_numpy(), n_scored=scores["n_scored"].to_numpy())
