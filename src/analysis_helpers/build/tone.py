"""Tone: the tone of sentences by several instruments."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import distribution
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..dictionaries import INSTRUMENTS, read_lexicon
from ..errors import TalksError
from ..words import find_words
from .names import mask_texts
from .phrases import Found, Phrases
from .pieces import Known, cut_pieces, ranges
from .vader import package, score_vader

NEGATION, NEGATION_REACH = -0.74, 3  # the factor and the reach in words that VADER's authors measured
AFINN_MAXIMUM = 5.0


# ---------------------------------------------------------------------------------------------------
# The word lists


def _split(text: str) -> list[str]:
    return [token.lower().replace("’", "'").removesuffix("'s") for token in find_words(text)]


def _forms(word: str) -> list[str]:
    """Give a word with its regular endings: urge, urges, urged, urging."""
    stem = word.removesuffix("e")
    forms = [word, f"{word}s", f"{stem}ed", f"{stem}ing"]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        forms.append(f"{word}es")
    if word.endswith("y"):
        forms += [f"{word[:-1]}ies", f"{word[:-1]}ied"]
    return forms


def _diplomatic() -> dict[str, float]:
    """The own list, its first and last words with their endings; what stands in the list itself comes first."""
    listed = {row["term"]: float(row["weight"]) for row in read_lexicon("diplomatic_tone")}
    terms: dict[str, float] = {}
    for term, weight in listed.items():
        first, _, rest = term.partition(" ")
        middle, _, last = rest.rpartition(" ")
        for start in _forms(first):
            for end in _forms(last) if last else [""]:
                terms.setdefault(" ".join(filter(None, [start, middle, end])), weight)
    return terms | listed


def _general() -> dict[str, float]:
    """AFINN from -1 to 1, without words that carry no tone here.

    Only the list (Open Database License) is read from the installed package; its code does not run.
    """
    rows = distribution("afinn").locate_file("afinn/data/AFINN-en-165.txt").read_text(encoding="utf-8").splitlines()
    terms = {term: float(weight) / AFINN_MAXIMUM for term, weight in (row.split("\t") for row in rows if row)}
    neutral = {row["term"] for name in ("tone_neutral_words", "tone_negations") for row in read_lexicon(name)}
    return {term: weight for term, weight in terms.items() if term not in neutral and _split(term)}


def _modifiers() -> dict[str, float]:
    negations = {row["term"]: NEGATION for row in read_lexicon("tone_negations")}
    return negations | {row["term"]: float(row["factor"]) for row in read_lexicon("tone_intensifiers")}


class _Lists(NamedTuple):
    numbers: dict[str, int]  # of all words of the lists, from 1
    in_vader: np.ndarray  # by number
    diplomatic: Phrases
    general: Phrases
    modifiers: Phrases


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    lists: list[dict[tuple[str, ...], float]] = []
    for values in (_diplomatic(), _general(), _modifiers()):
        terms: dict[tuple[str, ...], float] = {}
        for term, value in values.items():
            terms.setdefault(tuple(_split(term)), value)
        lists.append(terms)
    words = dict.fromkeys(word for terms in lists for term in terms for word in term)
    numbers = {word: n for n, word in enumerate(words | dict.fromkeys(package().lexicon), start=1)}
    in_vader = np.array([False, *(word in package().lexicon for word in numbers)])
    return _Lists(numbers, in_vader, *(Phrases(terms, numbers) for terms in lists))


@lru_cache(maxsize=1)
def _known() -> Known:
    numbers = _lists().numbers
    return Known(lambda piece: ([numbers.get(word, 0) for word in _split(piece)], []), n_counts=0)


# ---------------------------------------------------------------------------------------------------
# Scoring


def bend(scores: np.ndarray) -> np.ndarray:
    """Bend scores of any size into -1 to 1, as VADER does."""
    return scores / np.sqrt(scores**2 + 1)


def _find_factors(places: np.ndarray, offsets: np.ndarray, modifiers: Found, n_words: int) -> np.ndarray:
    """The factors of terms: of an intensifier directly before it, and of a negation among three words before."""
    behind = np.ones(n_words + 1)  # the factor that ends before each word
    behind[modifiers.ends] = modifiers.weights
    near = [np.where(offsets > back, behind[places - back], 1.0) for back in range(NEGATION_REACH)]
    return np.where(near[0] > 0, near[0], 1.0) * np.where(np.min(near, axis=0) < 0, NEGATION, 1.0)


def _score_list(
    words: np.ndarray, starts: np.ndarray, terms: Phrases, modifiers: Found
) -> tuple[np.ndarray, np.ndarray]:
    """Score sentences by a list: the sum of its weights, bent into -1 to 1, and the places of its words."""
    found = terms.find(words, starts)
    places, ends, weights = (part[found.weights != 0] for part in found)
    rows = np.searchsorted(starts, places, side="right") - 1
    factors = _find_factors(places, places - starts[rows], modifiers, len(words))
    totals, n_found = (np.bincount(rows, values, minlength=len(starts) - 1) for values in (weights * factors, None))
    return np.where(n_found > 0, bend(totals), np.nan), ranges(places, ends - places)


def score_instruments(texts: Iterable[str]) -> pd.DataFrame:
    """Score sentences with each instrument by itself: `tone_vader`, `tone_diplomatic`, `tone_general`, `n_scored`.

    Examples
    --------
    >>> score_instruments(["We had constructive talks."]).round(2).to_dict("records")
    [{'tone_vader': nan, 'tone_diplomatic': 0.51, 'tone_general': nan, 'n_scored': 1}]
    """
    masked = mask_texts(texts)
    words, starts = cut_pieces(masked).spread(_known())
    lists = _lists()
    modifiers = lists.modifiers.find(words, starts)
    diplomatic, places = _score_list(words, starts, lists.diplomatic, modifiers)
    general, more = _score_list(words, starts, lists.general, modifiers)
    scored = lists.in_vader[words]
    scored[places] = scored[more] = True
    n_scored = np.diff(np.concatenate(([0], np.cumsum(scored)))[starts]).astype("int32")
    table = pd.DataFrame(dict(zip(INSTRUMENTS, (score_vader(masked), diplomatic, general), strict=True)))
    return table.round(4).assign(n_scored=n_scored)


@lru_cache(maxsize=1)
def _spreads() -> pd.Series:
    return pd.Series({row["column"]: float(row["sd"]) for row in read_lexicon("tone_scales")})


def score_tone(frame: pd.DataFrame, text: str = "text") -> pd.DataFrame:
    """Score the tone of each sentence, from cool to warm, by three instruments and their mean.

    In: a frame with sentences in the column `text`. Out: the same rows, with `tone_vader` (VADER),
    `tone_diplomatic` (the list of this suite, `lexicons/en/diplomatic_tone.csv`) and `tone_general` (the
    list AFINN), each from -1 to 1; `tone`, their mean after each is divided by its spread in
    `lexicons/en/tone_scales.csv`; `n_scored`, the words that at least one of them scored. 4 decimals. Names
    of countries, offices and people are masked first. An instrument that knows no word of a sentence is
    missing there, and `tone` is the mean of the others; without a scored word all are missing. Zero
    stays zero: it means neither warm nor cool, not the mean of some texts.

    Raises `TalksError` for a row without a text.

    A list scores the sum of its weights, bent into -1 to 1 as by VADER; a word counts with its regular
    endings, the longest term first; `lexicons/en/tone_...csv` hold negations (times -0.74, three words on),
    intensifiers and words without tone.

    Source: Hutto and Gilbert (2014), package vaderSentiment; Nielsen (2011), package afinn.
    Known weakness: words in quotation and irony are scored like all others, a verb does not turn its
    object round ("ruins our friendship"), and a dark subject (war, drugs) looks like a cool tone.

    Examples
    --------
    >>> frame = pd.DataFrame({"text": ["The United States met China.", "We oppose this.", "We do not oppose this."]})
    >>> score_tone(frame)[["tone_diplomatic", "n_scored"]].to_numpy().round(2).tolist()
    [[nan, 0.0], [-0.45, 1.0], [0.35, 1.0]]
    """
    no_text = ~frame[text].map(lambda value: isinstance(value, str)).astype("bool")
    if no_text.any():
        row = frame.index[int(np.argmax(no_text.to_numpy()))]
        raise TalksError(f"row {row}: {text} holds no text; expected one in every row; leave such rows out")
    scores = score_instruments(frame[text])
    tone = (scores[list(INSTRUMENTS)] / _spreads()).mean(axis=1).where(scores["n_scored"] > 0)
    columns = {name: scores[name].to_numpy() for name in INSTRUMENTS}
    return frame.assign(**columns, tone=tone.round(4).to_numpy(), n_scored=scores["n_scored"].to_numpy())
