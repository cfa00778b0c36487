"""VADER's rules on many sentences at once, with the same figures as the package vaderSentiment gives one by one.

Every token is looked up once in tables of what the rules ask: its valence, whether it boosts or negates. The rules
then act on arrays, in the order in which the package applies them. Sentences with an idiom or an emoji go to the
package itself.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from .pieces import Known, cut_pieces

REACH, FADING = 3, (1.0, 0.95, 0.9)  # words before a charged word that are asked, and what is left of their boost
SO, NEVER, WITHOUT, DOUBT, LEAST, AT, NO, OR, KIND, OF, BUT = range(1, 12)
ROLES = {
    **{"so": SO, "this": SO, "never": NEVER, "without": WITHOUT, "doubt": DOUBT, "least": LEAST, "at": AT, "very": AT},
    **{"no": NO, "or": OR, "nor": OR, "kind": KIND, "of": OF, "but": BUT},
}
_EDGES = ".,!?;:\"'“”()"


class _Near(NamedTuple):
    words_and_emoticons: list[str]
    is_cap_diff: bool


@lru_cache(maxsize=1)
def package() -> Any:
    """VADER, which lower-cases the whole sentence at every known word, given the words around it alone."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    class Analyzer(SentimentIntensityAnalyzer):
        def sentiment_valence(self, valence, sentitext, item, i, sentiments):
            if item.lower() not in self.lexicon:
                sentiments.append(valence)
                return sentiments
            near = _Near(sentitext.words_and_emoticons[max(0, i - REACH) : i + 3], sentitext.is_cap_diff)
            return super().sentiment_valence(valence, near, item, min(i, REACH), sentiments)

    return Analyzer()


# ---------------------------------------------------------------------------------------------------
# What the rules ask of a token


class _Tables(NamedTuple):
    """What each token is, at twice its number, and at one more where it stands in capitals; 0 is any other word."""

    listed: np.ndarray
    charged: np.ndarray  # listed, and no booster: these have a valence
    valence: np.ndarray
    boost: np.ndarray
    negates: np.ndarray
    role: np.ndarray
    opens: np.ndarray  # bit n: the first word of idiom n
    follows: np.ndarray  # bit n: its second word


@lru_cache(maxsize=1)
def _numbers() -> dict[str, int]:
    from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE

    words = dict.fromkeys(["", "n't", *package().lexicon, *BOOSTER_DICT, *NEGATE, *ROLES])
    words |= dict.fromkeys(word for idiom in _idioms() for word in idiom)
    return {word: number for number, word in enumerate(words)}


@lru_cache(maxsize=1)
def _idioms() -> list[tuple[str, str]]:
    """The first two words of every idiom, and of every booster of two words."""
    from vaderSentiment.vaderSentiment import BOOSTER_DICT, SPECIAL_CASES

    return sorted({tuple(term.split()[:2]) for term in (*SPECIAL_CASES, *BOOSTER_DICT) if " " in term})


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    from vaderSentiment.vaderSentiment import BOOSTER_DICT, negated

    def table(values: list[Any], dtype: str) -> np.ndarray:
        return np.repeat(np.array(values, dtype=dtype), 2)

    def bits(word: str, which: int) -> int:
        return sum(1 << n for n, idiom in enumerate(_idioms()) if idiom[which] == word)

    words, lexicon = list(_numbers()), package().lexicon
    return _Tables(
        listed=table([word in lexicon for word in words], "bool"),
        charged=table([word in lexicon and word not in BOOSTER_DICT for word in words], "bool"),
        valence=table([lexicon.get(word, 0.0) for word in words], "float64"),
        boost=table([BOOSTER_DICT.get(word, 0.0) for word in words], "float64"),
        negates=table([negated([word]) for word in words], "bool"),
        role=table([ROLES.get(word, 0) for word in words], "int8"),
        opens=table([bits(word, 0) for word in words], "int32"),
        follows=table([bits(word, 1) for word in words], "int32"),
    )


def _look(piece: str) -> tuple[list[int], list[int]]:
    """Give the numbers of the tokens of a piece, and what is counted in a sentence (see `score_vader`)."""
    from vaderSentiment.vaderSentiment import SentiText

    numbers, lexicon = _numbers(), package().lexicon
    bare = piece.strip(" .,;:\"'()")
    if len(bare) > 2 and bare.isascii() and bare.isalpha() and bare.islower() and bare not in numbers:
        return [0], [0] * 5  # most of what is new: a word that no rule asks for
    chunks = piece.split()
    tokens = [SentiText._strip_punc_if_word(chunk) for chunk in chunks]
    words = [token.lower() for token in tokens]
    capitals = [token.isupper() for token in tokens]
    unlisted = [numbers["n't"] if "n't" in word else 0 for word in words]
    known = sum(chunk.strip(_EDGES).lower() in lexicon for chunk in chunks)
    emojis = sum(map(package().emojis.__contains__, piece))
    numbered = [2 * numbers.get(*each) + capital for *each, capital in zip(words, unlisted, capitals, strict=True)]
    return numbered, [sum(capitals), known, emojis, *map(piece.count, "!?")]


@lru_cache(maxsize=1)
def _known() -> Known:
    return Known(_look, n_counts=5)


# ---------------------------------------------------------------------------------------------------
# The rules


def score_vader(texts: list[str]) -> np.ndarray:
    """Score sentences with VADER, from -1 to 1, 4 decimals; NaN where it knows no word of a sentence.

    Source: Hutto and Gilbert (2014), package vaderSentiment 3.3.2, whose `compound` this is.

    Examples
    --------
    >>> score_vader(["A good start, but a terrible end!", "They met.", "NOT good."]).tolist()
    [-0.5411, nan, -0.3412]
    """
    pieces = cut_pieces(texts)
    tokens, starts = pieces.spread(_known())
    n_capitals, known, emojis, exclaimed, asked = pieces.count(_known())
    mixed = (n_capitals > 0) & (n_capitals < np.diff(starts))
    charged = _find_charged(tokens, starts, mixed)
    values = _turn_at_but(_weigh(charged), charged.places, tokens, starts)
    totals = np.bincount(charged.rows, values, minlength=len(texts))
    totals = totals + np.sign(totals) * _emphasis(exclaimed, asked)
    scores = np.where(known > 0, np.clip(totals / np.sqrt(totals * totals + 15), -1, 1).round(4), np.nan)
    special = np.union1d(charged.rows[_meet_idioms(charged)], np.flatnonzero(emojis))
    for row in special[known[special] > 0]:
        scores[row] = package().polarity_scores(texts[row])["compound"]
    return scores


class _Charged(NamedTuple):
    """The charged tokens: where they stand, in which sentence, how far from its start; its length and capitals."""

    tokens: np.ndarray
    places: np.ndarray
    rows: np.ndarray
    offsets: np.ndarray
    lengths: np.ndarray
    mixed: np.ndarray

    def near(self, distance: int) -> np.ndarray:
        """Give the tokens so many words on; 0 beyond the sentence."""
        inside = (self.offsets + distance >= 0) & (self.offsets + distance < self.lengths)
        return np.where(inside, self.tokens[np.where(inside, self.places + distance, 0)], 0)


def _find_charged(tokens: np.ndarray, starts: np.ndarray, mixed: np.ndarray) -> _Charged:
    places = np.flatnonzero(_tables().charged.take(tokens))
    rows = np.searchsorted(starts, places, side="right") - 1
    return _Charged(tokens, places, rows, places - starts[rows], np.diff(starts)[rows], mixed[rows])


def _meet_idioms(charged: _Charged) -> np.ndarray:
    """Tell which charged words stand in or behind an idiom, as far as the package looks."""
    tables, words = _tables(), [charged.near(n) for n in range(-REACH, 2)]
    pairs = [(tables.opens[one] & tables.follows[two]) > 0 for one, two in pairwise(words)]
    kind_of = tables.role[words[REACH]] == KIND  # counts for what follows; as a charged word it is passed over
    return np.any(pairs[:-1], axis=0) | (pairs[-1] & ~kind_of)


def _weigh(charged: _Charged) -> np.ndarray:
    """Weigh the charged words of sentences: what stands around a word raises, lowers or turns its valence."""
    from vaderSentiment.vaderSentiment import C_INCR, N_SCALAR

    tables = _tables()
    own, following, before = charged.near(0), charged.near(1), [charged.near(-n) for n in range(1, REACH + 1)]
    role, roles = tables.role[own], [tables.role[token] for token in before]
    value = np.where((role == NO) & tables.listed[following], 0.0, tables.valence[own])
    denied = (roles[0] == NO) | (roles[1] == NO) | ((roles[2] == NO) & (roles[0] == OR))
    value = np.where(denied, tables.valence[own] * N_SCALAR, value)
    value += np.where((own & 1 == 1) & charged.mixed, np.where(value > 0, C_INCR, -C_INCR), 0.0)
    for n, token in enumerate(before):
        asked = (charged.offsets > n) & ~tables.listed[token]
        boost = np.where(value < 0, -tables.boost[token], tables.boost[token])
        shouted = (boost != 0) & (token & 1 == 1) & charged.mixed
        boost = (boost + np.where(shouted, np.where(value > 0, C_INCR, -C_INCR), 0.0)) * FADING[n]
        factor = _turn(n, roles, tables.negates[token])
        value = np.where(asked, (value + boost) * factor, value)
    least = (roles[0] == LEAST) & ((charged.offsets == 1) | (roles[1] != AT))
    value = np.where(least, value * N_SCALAR, value)
    return np.where((role == KIND) & (tables.role[following] == OF), 0.0, value)


def _turn(n: int, roles: list[np.ndarray], negates: np.ndarray) -> np.ndarray:
    """The factor of the word n + 1 places before: a negation turns, "never so" raises, "without doubt" does neither."""
    from vaderSentiment.vaderSentiment import N_SCALAR

    factor = np.where(negates, N_SCALAR, 1.0)
    if n == 0:
        return factor
    so, doubt = (np.any([role == wanted for role in roles[:n]], axis=0) for wanted in (SO, DOUBT))
    factor = np.where((roles[n] == WITHOUT) & doubt, 1.0, factor)
    raised = (roles[n] == NEVER) & so
    if n == REACH - 1:
        raised |= roles[0] == SO  # also without "never", as the package has it
    return np.where(raised, 1.25, factor)


def _turn_at_but(values: np.ndarray, places: np.ndarray, tokens: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Halve what stands before the first "but" of a sentence, and raise what follows.

    As in the package, a value is turned where it first occurs, even if that is another word of the same value.
    """
    values = values.copy()
    buts = np.flatnonzero(_tables().role.take(tokens) == BUT)
    rows, first = np.unique(np.searchsorted(starts, buts, side="right") - 1, return_index=True)
    begins, middles, ends = (np.searchsorted(places, at) for at in (starts[rows], buts[first], starts[rows + 1]))
    for begin, middle, end in zip(begins.tolist(), middles.tolist(), ends.tolist(), strict=True):
        charges = values[begin:end].tolist()
        for charge in charges:
            at = charges.index(charge)
            charges[at] *= 0.5 if at < middle - begin else 1.5
        values[begin:end] = charges
    return values


def _emphasis(exclaimed: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The weight of exclamation marks, up to four, and of question marks from the second."""
    return np.minimum(exclaimed, 4) * 0.292 + np.select([asked > 3, asked > 1], [0.96, asked * 0.18], 0.0)
