"""Attitude: what a sentence says about the one it names at a given place.

A linear model over words by side, distance and clause, and over the charged words of VADER's list. Its
weights are a table, `build/weights/target_tone.parquet`, made by `training/target_tone.py`. Words with a
capital are taken for names and carry no weight, nor does the target itself: who is named must not count,
only what is said.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..errors import TalksError
from ..words import WORD
from .tone import vader

WEIGHTS = files("analysis_helpers") / "build/weights"
LABELS = ("negative", "neutral", "positive")
COUNTRIES = {"us": "US", "cn": "CN"}
NAME, CUT, INTERCEPT = "Name", "|", "(intercept)"
OUTSIDE_CLAUSE, NEGATED, HALF_DISTANCE, NGRAM_LENGTH = 0.4, -0.7, 6, 3.0
BANDS = ((2, "2"), (5, "5"), (10, "10"), (10_000, "far"))

_TOKEN = re.compile(rf"(?P<handle>[@#]\w+|https?:\S+|www\.\S+)|(?P<word>{WORD})|[;:—]|--|\s[–-]\s")
_CLAUSE_WORDS = {"but", "while", "although", "though", "whereas"}
_NEGATIONS = {"not", "no", "never", "without", "cannot", "nor", "neither", "hardly", "none", "nothing", "lack", "lacks"}
_BE = {"is", "are", "was", "were", "be", "been", "being", "get", "got", "getting"}
_BEFORE_VERB = {
    *("also", "been", "did", "do", "does", "had", "has", "have", "is", "are", "was", "were", "be", "being", "can"),
    *("could", "may", "might", "must", "not", "never", "should", "will", "would", "who", "just", "still", "to", "then"),
}
_OWNERS = {"his", "her", "their", "its", "my", "our", "your"}
_PRONOUNS = {
    *("he", "she", "him", "they", "them", "it", "i", "me", "we", "us", "you", "who", "himself", "herself"),
    *_OWNERS,
}
_ARTICLE = re.compile(r"(?i)\bthe\s+$")  # belongs to the name: "the United States" must weigh as "China"
_POSSESSIVE = re.compile(r"['’]s?\b")

Place = tuple[str, int, int]  # a text, and where its target begins and ends
Features = tuple[dict[str, float], dict[str, float]]  # n-grams and figures


@lru_cache(maxsize=1)
def function_words() -> frozenset[str]:
    """Give the words that are no names with a capital; beside the weights, which were fitted with this very list."""
    with (WEIGHTS / "function_words.csv").open(encoding="utf-8", newline="") as rows:
        return frozenset(row["term"] for row in csv.DictReader(rows))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from nltk.stem.snowball import SnowballStemmer  # takes seconds, and the process that hands out work needs none

    return SnowballStemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Cut a lower-case word to its stem (Snowball, by NLTK); the sign for a name stays."""
    return word if word == NAME else _stemmer().stem(word)


def _is_name(word: str) -> bool:
    """Take a word with a capital for a name, but not "The" or "I"; "US" is one, "us" is not."""
    shouted = word.isupper() and len(word) > 1
    return word[0].isupper() and (shouted or word.lower() not in function_words())


@lru_cache(maxsize=50_000)
def _mask_word(printed: str) -> str:
    word = printed.replace("’", "'")
    if _is_name(word):
        return NAME
    word = word.lower()
    return "0" if word[0].isdigit() else word if word in function_words() else word.removesuffix("'s")


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


class Side(NamedTuple):
    """The words on one side of the target, nearest first, and how many of them are in its clause."""

    words: list[str]
    n_inside: int

    def weigh(self, ahead: int = 0) -> list[float]:
        """Weigh each word by its distance, cut down outside the clause, or where the word so far ahead is outside."""
        inside = self.n_inside - ahead
        return [
            (1.0 if n <= inside else OUTSIDE_CLAUSE) / (1 + n / HALF_DISTANCE) for n in range(1, len(self.words) + 1)
        ]


def _walk(words: list[str]) -> Side:
    cut = next((n for n, word in enumerate(words) if word == CUT or word in _CLAUSE_WORDS), len(words))
    return Side([word for word in words if word != CUT], cut)


def _is_negation(word: str) -> bool:
    return word in _NEGATIONS or word.endswith("n't")


def target_features(text: str, start: int, end: int) -> Features:
    """Describe a sentence as seen from the target between two offsets: its n-grams and figures, each with its value."""
    before, mention, after = _ARTICLE.sub("", text[:start]), text[start:end], text[end:]
    owner = bool(_POSSESSIVE.match(after)) or mention.lower() in _OWNERS
    left, right = masked_words(before), masked_words(_POSSESSIVE.sub("", after, count=1) if owner else after)
    # "President [Lee]" and "[Lee] Jae" belong to the mention
    if left[-1:] == [NAME] and re.search(r"[\w.][ -]$", before):
        left.pop()
    if right[:1] == [NAME] and re.match(r"[ -]\w", after):
        right.pop(0)
    sides = {"l": _walk(left[::-1]), "r": _walk(right)}
    kinds = {
        "pronoun": mention.lower() in _PRONOUNS and not _is_name(mention),
        "owner": owner,
        "begins": not sides["l"].words,
        "ends": not sides["r"].words,
        "after by": sides["l"].words[:1] == ["by"],
        "quoted": before.count("“") > before.count("”") or before.count('"') % 2 == 1,
        "negation after": any(map(_is_negation, sides["r"].words[:4])),
    }
    figures = _weigh_charged_words(sides) | {name: 1.0 for name, holds in kinds.items() if holds}
    return _count_ngrams(sides) | _guess_verbs(sides["l"].words, sides["r"].words), figures


def _count_ngrams(sides: dict[str, Side]) -> dict[str, float]:
    ngrams: defaultdict[str, float] = defaultdict(float)
    for letter, side in sides.items():
        stems = [stem(word) for word in side.words]
        for root, weight in zip(stems, side.weigh(), strict=True):
            if root != NAME:
                ngrams[f"w:{root}"] += weight
                ngrams[f"{letter}:{root}"] += weight
        for (near, far), weight in zip(pairwise(stems), side.weigh(ahead=1), strict=False):
            ngrams[f"ll:{far} {near}" if letter == "l" else f"rr:{near} {far}"] += weight
        for n, word in enumerate(side.words[:2], start=1):
            ngrams[f"{letter}{n}:{word}"] += 1
    around = [side.words[0] if side.words else "" for side in sides.values()]
    ngrams[f"lr:{around[0]} {around[1]}"] += 1
    return ngrams


def _guess_verbs(before: list[str], after: list[str]) -> dict[str, float]:
    """Guess what the target does and what is done to it, without a parser."""
    verbs: dict[str, float] = {}
    doing = [word for word in after[:5] if word != NAME and word not in _BEFORE_VERB and not word.endswith("ly")]
    if doing:
        verbs[f"does:{stem(doing[0])}"] = 1
        if any(map(_is_negation, after[:4])):
            verbs[f"does not:{stem(doing[0])}"] = 1
    done_to = [word for word in before[:4] if word != NAME and word not in function_words()]
    if done_to:
        verbs[f"to it:{stem(done_to[0])}"] = 1
    passive = [word for n, word in enumerate(after[:6]) if word.endswith(("ed", "en")) and _BE & set(after[:n])]
    if passive:
        verbs[f"is:{stem(passive[0])}"] = 1
    return verbs


def _weigh_charged_words(sides: dict[str, Side]) -> dict[str, float]:
    """Add up the charges of VADER's words, plus and minus apart; a negation before a word turns it."""
    mass: defaultdict[str, float] = defaultdict(float)
    charges = vader().lexicon
    for letter, (words, n_inside) in sides.items():
        nearest = f"{letter} first"
        for n, word in enumerate(words):
            if word not in charges:
                continue
            charge = charges[word]
            if any(map(_is_negation, words[n + 1 : n + 4] if letter == "l" else words[max(0, n - 3) : n])):
                charge *= NEGATED
                mass["turned"] += 1
            sign, size, distance = "+" if charge > 0 else "-", abs(charge), n + 1
            decayed = size / (1 + distance / HALF_DISTANCE)
            band = next(name for limit, name in BANDS if distance <= limit)
            clause = "clause" if n < n_inside else "outside"
            for name in filter(None, (f"{letter} {band}", f"{letter} {clause}", nearest, "all")):
                mass[f"{name} {sign}"] += size
            for name in (f"{letter} near", "near"):
                mass[f"{name} {sign}"] += decayed
            nearest = ""
    return mass


@lru_cache(maxsize=1)
def load_attitude_weights() -> pd.DataFrame:
    """Load the weights of the shipped model: one row per term, against "neutral", whose weight is 0.

    Out: `term`, `kind` (ngram, figure, intercept), `negative`, `positive` (logits). Source: fitted
    on NewsMTSC (Hamborg and Donnay 2021, MIT licence), with every name masked. `w:` stands for a stem
    anywhere, `l:` and `r:` for one before and after the target; more in `training/README.md`. Known
    weakness: weights of one domain, American news; "victori" weighs because of elections.

    >>> weights = load_attitude_weights().set_index("term")
    >>> bool(weights.loc["w:laud", "positive"] > weights.loc["w:blame", "positive"])
    True
    """
    with (WEIGHTS / "target_tone.parquet").open("rb") as table:
        return pd.read_parquet(table)


def target_probabilities(features: Iterable[Features], weights: pd.DataFrame) -> np.ndarray:
    """Give the probabilities of negative, neutral, positive for described targets: one row each, summing to 1."""
    known: defaultdict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    columns = (weights[name].tolist() for name in ("kind", "term", "negative", "positive"))
    for kind, term, low, high in zip(*columns, strict=True):
        known[kind][term] = low, high
    terms, rows = known["ngram"], []
    for ngrams, figures in features:
        found = [(value, terms[name]) for name, value in ngrams.items() if name in terms]
        scale = NGRAM_LENGTH / (sum([value**2 for value, _ in found]) ** 0.5 or 1)
        found = [(value * scale, pair) for value, pair in found]
        found += [(value, known["figure"][name]) for name, value in figures.items() if name in known["figure"]]
        found += [(1.0, pair) for pair in known["intercept"].values()]
        rows.append(
            (sum([value * low for value, (low, _) in found]), 0, sum([value * high for value, (_, high) in found]))
        )
    logits = np.array(rows, dtype="float64").reshape(-1, len(LABELS))
    odds = np.exp(logits - logits.max(axis=1, keepdims=True, initial=0))
    return odds / odds.sum(axis=1, keepdims=True)


def _score(places: Iterable[Place]) -> np.ndarray:
    return target_probabilities((target_features(*place) for place in places), load_attitude_weights())


def score_attitude(frame: pd.DataFrame, text: str = "text", start: str = "start", end: str = "end") -> pd.DataFrame:
    """Score how a sentence speaks of the one it names at a given place: warm, cool or neither.

    In: sentences in the column `text`, and the place of the target in each as character offsets `start`
    (counted from 0) and `end` (not included). Out: the same rows, with `target_tone` (probability of
    positive minus that of negative, -1 to 1, 4 decimals) and `target_label` (negative, neutral, positive:
    the likeliest). Errors: a `TalksError` that names the row when offsets do not lie in the text.

    Source: a linear model with positioned n-grams and lexicon mass, fitted on NewsMTSC (Hamborg and Donnay
    2021); macro F1 .70 on its dev part. Known weakness: irony, reported speech and roles across clauses; who
    attacks is often scored as low as who is attacked. It learnt from American news on persons, and 7 of 10
    labels are right: read means over many sentences, not one. Words in capitals count as names.

    >>> frame = pd.DataFrame({"text": ["Ana praised Bo, but she attacked Cy."] * 2, "start": [12, 33], "end": [14, 35]})
    >>> score_attitude(frame)["target_label"].tolist()
    ['positive', 'negative']
    """
    _check_offsets(frame, text, start, end)
    places = zip(frame[text], frame[start].astype("int64"), frame[end].astype("int64"), strict=True)
    chances = _score(places)
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


def mean_attitudes(texts: Sequence[str], mentions: pd.DataFrame) -> dict[str, np.ndarray]:
    """Give the mean attitude of each text to the two countries, from the mentions that `find_mentions` found."""
    mentions = mentions[mentions["target"].isin(COUNTRIES)]
    chances = _score((texts[row], start, end) for row, start, end, _ in mentions.itertuples(index=False))
    scores = pd.Series(np.round(chances[:, 2] - chances[:, 0], 4), index=[mentions["row"], mentions["target"]])
    means = scores.groupby(level=[0, 1]).mean().unstack()
    means = means.reindex(index=range(len(texts)), columns=list(COUNTRIES)).round(4).astype("float64")
    return {f"tone_to_{target}": means[target].to_numpy() for target in COUNTRIES}
