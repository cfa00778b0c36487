"""Tone towards a target: what a sentence says about the one it names at a given place.

A linear model over words by side, distance and clause, and over the charged words of VADER's list. Its
weights are a table, `build/weights/target_tone.parquet`, made by `training/target_tone.py`. Words with a
capital are taken for names and carry no weight, nor does the target itself: who is named must not count,
only what is said.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..dictionaries import read_weights
from ..errors import TalksError
from ..words import WORD
from .names import find_mentions

LABELS = ("negative", "neutral", "positive")
COUNTRIES = {"us": "US", "cn": "CN"}
NAME, CUT, INTERCEPT = "Name", "|", "(intercept)"
OUTSIDE_CLAUSE, NEGATED, HALF_DISTANCE, NGRAM_LENGTH = 0.4, -0.7, 6, 3.0
BANDS = ((2, "2"), (5, "5"), (10, "10"), (10_000, "far"))

_TOKEN = re.compile(rf"(?P<handle>[@#]\w+|https?:\S+|www\.\S+)|(?P<word>{WORD})|[;:—]|--|\s[–-]\s")
_CLAUSE_WORDS = {"but", "while", "although", "though", "whereas"}
_NEGATIONS = {"not", "no", "never", "without", "cannot", "nor", "neither", "hardly", "none", "nothing", "lack", "lacks"}
_BEFORE_VERB = {
    *("also", "been", "did", "do", "does", "had", "has", "have", "is", "are", "was", "were", "be", "being", "can"),
    *("could", "may", "might", "must", "not", "never", "should", "will", "would", "who", "just", "still", "to", "then"),
}
_BE = {"is", "are", "was", "were", "be", "been", "being", "get", "got", "getting"}
_OWNERS = {"his", "her", "their", "its", "my", "our", "your"}
_PRONOUNS = _OWNERS | {
    "he",
    "she",
    "him",
    "they",
    "them",
    "it",
    "i",
    "me",
    "we",
    "us",
    "you",
    "who",
    "himself",
    "herself",
}
_ARTICLE = re.compile(r"(?i)\bthe\s+$")  # belongs to the name: "the United States" must weigh as "China"
_POSSESSIVE = re.compile(r"['’]s?\b")


class Word(NamedTuple):
    """One word beside the target: how many words away, and whether in the target's clause."""

    word: str
    distance: int
    inside: bool

    @property
    def nearness(self) -> float:
        """Weight by distance, cut down outside the clause."""
        return (1.0 if self.inside else OUTSIDE_CLAUSE) / (1 + self.distance / HALF_DISTANCE)


# ---------------------------------------------------------------------------------------------------
# From a sentence to figures


@lru_cache(maxsize=1)
def _function_words() -> frozenset[str]:
    # beside the weights, not among the lexicons: these were fitted with this very list
    source = files("analysis_helpers").joinpath("build/weights/function_words.csv")
    with source.open(encoding="utf-8") as rows:
        return frozenset(pd.read_csv(rows, keep_default_na=False)["term"])


@lru_cache(maxsize=1)
def _valences() -> dict[str, float]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer().lexicon


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from nltk.stem.snowball import SnowballStemmer

    return SnowballStemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Cut a lower-case word to its stem (Snowball, by NLTK); the sign for a name stays."""
    return word if word == NAME else _stemmer().stem(word)


def masked_words(text: str) -> list[str]:
    """Split a text into lower-case words, with one sign for each name and one for each cut of a clause."""
    words: list[str] = []
    last = 0
    for found in _TOKEN.finditer(text):
        sign = CUT if not found.lastgroup else NAME if found.lastgroup == "handle" else _mask_word(found[0])
        if sign != NAME:
            words.append(sign)
        # "Le Van-Duc" is one name: how long a name is must not move the words around it
        elif not (words and words[-1] == NAME and not text[last : found.start()].strip(" .-&")):
            words[:] = words[:-1] if words[-1:] == ["the"] else words
            words.append(NAME)
        last = found.end()
    return words


@lru_cache(maxsize=50_000)
def _mask_word(printed: str) -> str:
    word = printed.replace("’", "'")
    if _is_name(word):
        return NAME
    word = word.lower()
    return "0" if word[0].isdigit() else word if word in _function_words() else word.removesuffix("'s")


def _walk(words: list[str]) -> list[Word]:
    """Number words from the target outwards, nearest first, and note where its clause ends."""
    walked: list[Word] = []
    inside = True
    for word in words:
        inside = inside and word != CUT and word not in _CLAUSE_WORDS
        if word != CUT:
            walked.append(Word(word, len(walked) + 1, inside))
    return walked


def _is_name(word: str) -> bool:
    """Take a word with a capital for a name, but not "The" or "I"; "US" is one, "us" is not."""
    shouted = word.isupper() and len(word) > 1
    return word[0].isupper() and (shouted or word.lower() not in _function_words())


def _is_negation(word: str) -> bool:
    return word in _NEGATIONS or word.endswith("n't")


def target_features(text: str, start: int, end: int) -> tuple[Counter[str], Counter[str]]:
    """Describe a sentence as seen from the target between two character offsets.

    Out: the n-grams (stems by side, exact words beside the target, pairs, the verb after and the word
    before) and the figures (mass of charged words by side, distance and clause; kind of mention), each
    a name with its value. Names of others are left out of the first words and are a bare sign in pairs.
    """
    before, mention, after = _ARTICLE.sub("", text[:start]), text[start:end], text[end:]
    owner = bool(_POSSESSIVE.match(after)) or mention.lower() in _OWNERS
    left, right = masked_words(before), masked_words(_POSSESSIVE.sub("", after, count=1) if owner else after)
    # "President [Lee]" and "[Lee] Jae" belong to the mention
    if left[-1:] == [NAME] and re.search(r"[\w.][ -]$", before):
        left.pop()
    if right[:1] == [NAME] and re.match(r"[ -]\w", after):
        right.pop(0)
    sides = {"l": _walk(left[::-1]), "r": _walk(right)}
    ngrams = _count_ngrams(sides) | _count_verbs(sides)
    figures = _weigh_charged_words(sides) | _describe_mention(sides, before, mention, owner)
    return Counter(ngrams), Counter(figures)


def _count_ngrams(sides: dict[str, list[Word]]) -> dict[str, float]:
    ngrams: defaultdict[str, float] = defaultdict(float)
    for side, words in sides.items():
        stems, weights = [stem(word.word) for word in words], [word.nearness for word in words]
        for root, weight in zip(stems, weights, strict=True):
            if root != NAME:
                ngrams[f"w:{root}"] += weight
                ngrams[f"{side}:{root}"] += weight
        for word in words[:2]:
            ngrams[f"{side}{word.distance}:{word.word}"] += 1
        for n, (near, far) in enumerate(pairwise(words)):
            pair = f"{stems[n + 1]} {stems[n]}" if side == "l" else f"{stems[n]} {stems[n + 1]}"
            same = near.inside == far.inside
            ngrams[f"{side}{side}:{pair}"] += weights[n] if same else near._replace(inside=far.inside).nearness
    around = [words[0].word if words else "" for words in sides.values()]
    ngrams[f"lr:{around[0]} {around[1]}"] += 1
    return ngrams


def _count_verbs(sides: dict[str, list[Word]]) -> dict[str, float]:
    """Guess what the target does and what is done to it, without a parser."""
    verbs: dict[str, float] = {}
    after, before = [word.word for word in sides["r"][:6]], [word.word for word in sides["l"][:4]]
    doing = [word for word in after[:5] if word not in {*_BEFORE_VERB, NAME} and not word.endswith("ly")]
    if doing:
        verbs[f"does:{stem(doing[0])}"] = 1
        if any(map(_is_negation, after[:4])):
            verbs[f"does not:{stem(doing[0])}"] = 1
    done_to = [word for word in before if word != NAME and word not in _function_words()]
    if done_to:
        verbs[f"to it:{stem(done_to[0])}"] = 1
    passive = [word for i, word in enumerate(after) if word.endswith(("ed", "en")) and _BE & set(after[:i])]
    if passive:
        verbs[f"is:{stem(passive[0])}"] = 1
    return verbs


def _weigh_charged_words(sides: dict[str, list[Word]]) -> dict[str, float]:
    """Add up the charges of VADER's words, plus and minus apart; a negation before a word turns it."""
    mass: defaultdict[str, float] = defaultdict(float)
    for side, words in sides.items():
        first = True
        for i, word in enumerate(words):
            charge = _valences().get(word.word)
            if charge is None:
                continue
            preceding = words[i + 1 : i + 4] if side == "l" else words[max(0, i - 3) : i]
            if any(_is_negation(other.word) for other in preceding):
                charge *= NEGATED
                mass["turned"] += 1
            sign, size = "+" if charge > 0 else "-", abs(charge)
            decayed = size / (1 + word.distance / HALF_DISTANCE)
            band = next(name for limit, name in BANDS if word.distance <= limit)
            clause = "clause" if word.inside else "outside"
            amounts = {f"{side} {band}": size, f"{side} {clause}": size, f"{side} near": decayed, "near": decayed}
            amounts |= {"all": size} | ({f"{side} first": size} if first else {})
            for name, amount in amounts.items():
                mass[f"{name} {sign}"] += amount
            first = False
    return mass


def _describe_mention(sides: dict[str, list[Word]], before: str, mention: str, owner: bool) -> dict[str, float]:
    left, right = sides["l"], sides["r"]
    kinds = {
        "pronoun": mention.lower() in _PRONOUNS and not _is_name(mention),
        "owner": owner,
        "begins": not left,
        "ends": not right,
        "after by": bool(left) and left[0].word == "by",
        "quoted": before.count("“") > before.count("”") or before.count('"') % 2 == 1,
        "negation after": any(_is_negation(word.word) for word in right[:4]),
    }
    return {name: 1.0 for name, holds in kinds.items() if holds}


# ---------------------------------------------------------------------------------------------------
# From figures to tone


@lru_cache(maxsize=1)
def load_target_weights() -> pd.DataFrame:
    """Load the weights of the shipped model: one row per term, against "neutral", whose weight is 0.

    Out: `term`, `kind` (ngram, figure, intercept), `negative`, `positive` (logits). Source: fitted
    on NewsMTSC (Hamborg and Donnay 2021, MIT licence), with every name masked. `w:` stands for a stem
    anywhere, `l:` and `r:` for one before and after the target; more in `training/README.md`. Known
    weakness: weights of one domain, American news; "victori" weighs because of elections.

    Examples
    --------
    >>> weights = load_target_weights().set_index("term")
    >>> bool(weights.loc["w:laud", "positive"] > weights.loc["w:blame", "positive"])
    True
    """
    return read_weights("target_tone")


def target_probabilities(features: list[tuple[Counter[str], Counter[str]]], weights: pd.DataFrame) -> np.ndarray:
    """Give the probabilities of negative, neutral, positive for described targets: one row each, summing to 1."""
    found: list[tuple[int, int, float]] = []
    n_of_kind = []
    for kind, parts in zip(("ngram", "figure"), zip(*features, strict=True) if features else ((), ()), strict=True):
        own = weights.loc[weights["kind"] == kind, "term"]
        known = dict(zip(own.tolist(), own.index.tolist(), strict=True))
        found += [
            (row, known[name], value) for row, part in enumerate(parts) for name, value in part.items() if name in known
        ]
        n_of_kind.append(len(found) - sum(n_of_kind))
    rows, places, values = np.array(found, dtype="float64").reshape(-1, 3).T
    rows, places, is_ngram = rows.astype("int64"), places.astype("int64"), np.repeat([True, False], n_of_kind)
    n = len(features)
    length = np.sqrt(np.bincount(rows, values**2 * is_ngram, minlength=n))
    values = np.where(is_ngram, NGRAM_LENGTH * values / np.where(length > 0, length, 1)[rows], values)
    table = weights[["negative", "positive"]].to_numpy("float64")
    start = table[(weights["kind"] == "intercept").to_numpy()].sum(axis=0)
    low, high = (start[k] + np.bincount(rows, values * table[places, k], minlength=n) for k in (0, 1))
    logits = np.column_stack([low, np.zeros(n), high])
    return _as_chances(logits)


def _as_chances(logits: np.ndarray) -> np.ndarray:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True, initial=0))
    return odds / odds.sum(axis=1, keepdims=True)


# ---------------------------------------------------------------------------------------------------
# The tone towards a target


def score_target_tone(frame: pd.DataFrame, text: str = "text", start: str = "start", end: str = "end") -> pd.DataFrame:
    """Score how a sentence speaks of the one it names at a given place: warm, cool or neither.

    In: sentences in the column `text`, and the place of the target in each as character offsets `start`
    (counted from 0) and `end` (not included). Out: the same rows, with `target_tone` (probability of
    positive minus that of negative, -1 to 1, 4 decimals) and `target_label` (negative, neutral, positive:
    the likeliest). Errors: a `TalksError` that names the row when offsets do not
    lie in the text.

    Source: a linear model with positioned n-grams and lexicon mass, fitted on NewsMTSC (Hamborg and Donnay
    2021); macro F1 .70 on its dev part. Known weakness: irony, reported speech and
    roles across clauses; who attacks is often scored as low as who is attacked. It learnt from American
    news on persons, and 7 of 10 labels are right: read means over many sentences, not one. Words in
    capitals count as names.

    Examples
    --------
    >>> frame = pd.DataFrame({"text": ["Ana praised Bo, but she attacked Cy."] * 2, "start": [12, 33], "end": [14, 35]})
    >>> score_target_tone(frame)["target_label"].tolist()
    ['positive', 'negative']
    """
    _check_offsets(frame, text, start, end)
    places = [(row[0], int(row[1]), int(row[2])) for row in zip(frame[text], frame[start], frame[end], strict=True)]
    chances = target_probabilities([target_features(*place) for place in places], load_target_weights())
    labels = np.array(LABELS, dtype=object)[chances.argmax(axis=1)]
    return frame.assign(
        target_tone=np.round(chances[:, 2] - chances[:, 0], 4) + 0.0,
        target_label=pd.Series(labels, index=frame.index, dtype="str"),
    )


def _check_offsets(frame: pd.DataFrame, text: str, start: str, end: str) -> None:
    for column in (text, start, end):
        if column not in frame:
            raise TalksError(f"no column {column!r}; expected {text}, {start}, {end}; name the columns in the call")
    length = frame[text].str.len() if len(frame) else pd.Series(dtype="float64")
    first, last = (pd.to_numeric(frame[name], errors="coerce") for name in (start, end))
    good = (first >= 0) & (first < last) & (last <= length) & (first % 1 == 0) & (last % 1 == 0)
    if not good.all():
        i = int(np.argmin(good.to_numpy(dtype="bool", na_value=False)))
        row = frame.iloc[i]
        size = f"a text of {len(row[text])} characters" if isinstance(row[text], str) else f"no text ({row[text]!r})"
        raise TalksError(
            f"row {frame.index[i]!r}: the target is at {row[start]} to {row[end]} in {size}; expected whole numbers, "
            f"0 <= {start} < {end} <= length; correct the offsets, counted from 0, the end not included"
        )


# ---------------------------------------------------------------------------------------------------
# The two countries as targets


def find_targets(sentences: pd.DataFrame) -> pd.DataFrame:
    """Find where sentences name the United States or China: one row per mention.

    In: a frame with the column `text`. Out: the sentence's columns and index, with `start`, `end`
    (character offsets, the end not included) and `target` (US, CN), in the order of the text. Names are
    those of `lexicons/en/targets.csv`, counted as `count_mentions` does: the relationship of the two is no
    mention of either. Errors: `TalksError` where the frame has no `text`. Source: `count_mentions`. Known
    weakness: "Chinese" and "American" also name people and goods, not only governments.

    Examples
    --------
    >>> find_targets(pd.DataFrame({"text": ["China and the US met on China-U.S. ties."]}))[["start", "end", "target"]]
       start  end target
    0      0    5     CN
    0     14   16     US
    """
    if "text" not in sentences:
        raise TalksError("sentences have no column 'text'; expected their texts; score tone before texts are left out")
    mentions = find_mentions(sentences["text"])
    mentions = mentions[mentions["target"].isin(COUNTRIES)].replace({"target": COUNTRIES})
    rows = sentences.iloc[mentions["row"]]
    return rows.assign(**{name: mentions[name].array for name in ("start", "end", "target")})


def add_target_tone(sentences: pd.DataFrame) -> pd.DataFrame:
    """Add how each sentence speaks of the United States and of China, where it names them.

    In: a frame with the column `text`. Out: the same rows, with `tone_to_us` and `tone_to_cn` (mean of
    `target_tone` over the sentence's mentions, -1 to 1, 4 decimals; missing where it names neither).
    Source: `find_targets`, `score_target_tone`; errors are theirs. Known weakness: the model learnt from news on
    persons; on statements of governments it was not tested.

    Examples
    --------
    >>> sentences = pd.DataFrame({"text": ["China attacked the reckless bullying of the US.", "They met."]})
    >>> add_target_tone(sentences)["tone_to_us"].lt(0).tolist()
    [True, False]
    """
    numbered = sentences.reset_index(drop=True)
    mentions = score_target_tone(find_targets(numbered))
    means = mentions.groupby([mentions.index, "target"])["target_tone"].mean().unstack("target")
    means = means.reindex(index=numbered.index, columns=list(COUNTRIES.values())).round(4)
    return sentences.assign(tone_to_us=means["US"].to_numpy("float64"), tone_to_cn=means["CN"].to_numpy("float64"))
