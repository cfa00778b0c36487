"""Attitude: how a sentence speaks of the country that it names at a given place.

A linear model for each language. English: words by side, distance and clause, and the charged words of the diplomatic
list; words with a capital are taken for names and carry no weight, nor does the target itself: who is named must not
count, only what is said. Chinese: characters, anywhere and near the target. Weights are tables,
`build/weights/attitude_*.parquet`, made by `training/attitude.py`. Who speaks is no feature.
"""

import csv
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from ..errors import TalksError
from ..words import LANGUAGES, WORD, Language
from .names import find_mentions
from .tone import tone_lists

WEIGHTS = files("analysis_helpers") / "build/weights"
COUNTRIES = {"us": "US", "cn": "CN"}
MOST_MENTIONS, MOST_WORDS, MOST_SIGNS = 4, 40, 14  # mentions of a sentence; words or characters to each side of one
NAME, INTERCEPT, KIND_BITS, PART = "Name", "(intercept)", 48, 1_000
OUTSIDE_CLAUSE, NEGATED, HALF_DISTANCE, LENGTH = 0.4, -0.7, 6, 3.0
KINDS = ("figure", "w", "l", "r", "ll", "rr", "near")

# A name before a hyphen is a name by itself: "China-led" must weigh as "U.S.-led"
_TOKEN = re.compile(rf"(?P<handle>[@#]\w+|https?:\S+|www\.\S+)|(?P<word>[A-Z]\w*(?=-[a-z])|{WORD})|[;:—]|--|\s[–-]\s")
_CLAUSE_WORDS = {"but", "while", "although", "though", "whereas"}
_NEGATIONS = {"not", "no", "never", "without", "cannot", "nor", "neither", "hardly", "none", "nothing", "lack", "lacks"}
_OWNERS = {"his", "her", "their", "its", "my", "our", "your"}
_POSSESSIVE = re.compile(r"['’]s?\b")
_CLAUSE_END = "，。；：！？、（）“”"


_Found = tuple[str, np.ndarray, list[Any], np.ndarray | float]  # kind, rows, the parts of its keys, amounts


class Terms(NamedTuple):
    """What stands around mentions: of each term the row of its mention, its key and its value."""

    rows: np.ndarray
    keys: np.ndarray
    amounts: np.ndarray


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


def mask_words(text: str) -> tuple[list[str], list[int], list[int]]:
    """Split a text into lower-case words, one sign for each name; tell where each ends, and number its clause."""
    words: list[str] = []
    ends: list[int] = []
    clauses: list[int] = []
    clause = 0
    for found in _TOKEN.finditer(text):
        if not found.lastgroup:
            clause += 1
            continue
        word = NAME if found.lastgroup == "handle" else _mask_word(found[0])
        if word == NAME and words:
            # "Le Van-Duc" is one name: how long a name is must not move the words around it
            if words[-1] == NAME and clauses[-1] == clause and not text[ends[-1] : found.start()].strip(" .-&"):
                ends[-1] = found.end()
                continue
            if words[-1] == "the":  # belongs to the name: "the United States" must weigh as "China"
                del words[-1], ends[-1], clauses[-1]
        clause += word in _CLAUSE_WORDS
        words.append(word)
        ends.append(found.end())
        clauses.append(clause)
    return words, ends, clauses


def make_key(kind: str, parts: Iterable[Any], language: Language) -> Any:
    """Make one number of a kind of term and its words or characters; below 0 where the model does not know a word."""
    key = KINDS.index(kind) << KIND_BITS
    bits, under = (24 if language.spaced else 16), np.int64(0)
    for part in parts:
        under = under << bits | part
    return key | under


def _walk(edges: np.ndarray, bounds: np.ndarray, texts: np.ndarray, most: int) -> tuple[np.ndarray, ...]:
    """List what stands left (side 0) and right (1) of mentions, nearest first: side, mention, words between, place."""
    ahead = np.arange(most)
    at = np.stack([edges[:, :1] - 1 - ahead, edges[:, 1:] + 1 + ahead])
    inside = (at >= bounds[texts][:, None]) & (at < bounds[texts + 1][:, None])
    return *inside.nonzero(), at[inside]


def _runs(size: int, *groups: np.ndarray) -> np.ndarray:
    """Say where a run of so many neighbours begins which all belong to one group."""
    last = len(groups[0]) - size + 1
    return np.logical_and.reduce([group[: max(last, 0)] == group[size - 1 :] for group in groups]).nonzero()[0]


def _describe_english(texts: Sequence[str], mentions: pd.DataFrame, number: Callable[[str], int]) -> Iterator[_Found]:
    read = [mask_words(text) for text in texts]
    codes, vocabulary = pd.factorize(np.array([*chain.from_iterable(words for words, _, _ in read), ""], dtype=object))
    clauses = np.array([*chain.from_iterable(numbers for _, _, numbers in read), -1])
    bounds = np.cumsum([0, *(len(words) for words, _, _ in read)])
    rows = mentions["row"].to_numpy()
    places = zip(rows, mentions["start"], mentions["end"], strict=True)
    spans = [(bisect_right(read[row][1], start), bisect_left(read[row][1], end)) for row, start, end in places]
    edges = np.array(spans) + bounds[rows][:, None]
    side, row, n, at = _walk(edges, bounds, rows, MOST_WORDS)
    near = 1 / (1 + (n + 1) / HALF_DISTANCE)
    clause = np.where(clauses[at] == clauses[edges[row, side]], 1.0, OUTSIDE_CLAUSE)

    def ask(what: Callable[[str], Any]) -> np.ndarray:
        return np.array([what(word) for word in vocabulary])[codes]

    stems, plain = ask(lambda word: number(stem(word)))[at], (ask(NAME.__ne__))[at]
    pairs = _runs(2, side, row)
    for letter, own in (("l", side == 0), ("r", side == 1)):
        for kind in ("w", letter):
            yield kind, row[own & plain], [stems[own & plain]], (near * clause)[own & plain]
        pair = pairs[own[pairs]]
        order = [stems[pair + 1], stems[pair]] if letter == "l" else [stems[pair], stems[pair + 1]]
        yield letter * 2, row[pair], order, near[pair] * clause[pair + 1]  # outside where the farther word is
    # The charges of the diplomatic list, plus and minus apart; a negation before a word turns it
    charges = {term: charge for term, charge in tone_lists()[0].items() if " " not in term}
    negation = ask(lambda word: word in _NEGATIONS or word.endswith("n't"))
    before = np.concatenate([[False] * 3, negation])
    charge = ask(lambda word: charges.get(word, 0.0))[at]
    turned = (before[2:-1] | before[1:-2] | before[:-3])[at] & (charge != 0)
    charge *= np.where(turned, NEGATED, 1.0)
    figures = {"turned": turned, "negation": negation[at] & (side == 1) & (n < 4)}
    for sign, part in (("+", np.maximum(charge, 0)), ("-", np.maximum(-charge, 0))):
        figures |= {f"all{sign}": part, f"near{sign}": part * near}
        figures |= {f"l{sign}": part * near * (side == 0), f"r{sign}": part * near * (side == 1)}
    for name, amounts in figures.items():
        yield "figure", row[amounts != 0], [number(name)], amounts[amounts != 0]
    for name, holds in (("owner", _is_owner), ("quoted", _is_quoted)):
        places = zip(rows, mentions["start"], mentions["end"], strict=True)
        there = np.array([holds(texts[row], start, end) for row, start, end in places])
        yield "figure", there.nonzero()[0], [number(name)], 1.0


def _is_owner(text: str, start: int, end: int) -> bool:
    return bool(_POSSESSIVE.match(text, end)) or text[start:end].lower() in _OWNERS


def _is_quoted(text: str, start: int, _: int) -> bool:
    return text.count("“", 0, start) > text.count("”", 0, start) or text.count('"', 0, start) % 2 == 1


def _describe_chinese(texts: Sequence[str], mentions: pd.DataFrame, _: Callable[[str], int]) -> Iterator[_Found]:
    places = mentions[["row", "start", "end"]].itertuples(index=False)
    masked = [f"{texts[row][:start]}T{texts[row][end:]}" for row, start, end in places]
    letters = np.frombuffer("".join(masked).encode("utf-32-le", "surrogatepass"), "uint32")
    codes = np.minimum(letters, 0xFFFF).astype("int64")
    bounds = np.cumsum([0, *map(len, masked)])
    target = bounds[:-1] + mentions["start"].to_numpy()
    rows = np.arange(len(masked))
    ends = np.isin(codes, [ord(sign) for sign in _CLAUSE_END])
    clauses, in_text = ends.cumsum(), np.repeat(rows, np.diff(bounds))
    walk = _walk(np.column_stack([target, target]), bounds, rows, MOST_SIGNS)
    side, row, n, at = (part[(clauses[walk[3]] == clauses[target[walk[1]]]) & ~ends[walk[3]]] for part in walk)
    for size in (1, 2, 3):
        first = _runs(size, in_text)
        yield "w", in_text[first], [codes[first + i] for i in range(size)], 1.0
        beside = _runs(size, side, row)
        for own, order in ((0, range(size)[::-1]), (1, range(size))):
            first = beside[side[beside] == own]
            yield "near", row[first], [codes[at[first + i]] for i in order], 1 / (1 + n[first] / HALF_DISTANCE)


def describe_mentions(
    texts: Sequence[str], mentions: pd.DataFrame, language: Language, number: Callable[[str], int]
) -> Terms:
    """Describe mentions (`row` of the text, `start`, `end`) by what stands around each; `number` numbers words."""
    found = (_describe_english if language.spaced else _describe_chinese)(texts, mentions, number)
    all_found = [(rows, make_key(kind, parts, language), amounts) for kind, rows, parts, amounts in found]
    return Terms(*map(np.concatenate, zip(*(np.broadcast_arrays(*part) for part in all_found), strict=True)))


def make_matrix(terms: Terms, keys: np.ndarray, n_rows: int) -> csr_matrix:
    """Make a row a mention and a column a sorted key; the n-grams of a row, known or not, have length 3 together."""
    columns = np.minimum(np.searchsorted(keys, terms.keys), len(keys) - 1)
    known = keys[columns] == terms.keys
    matrix = csr_matrix((terms.amounts[known], (terms.rows[known], columns[known])), shape=(n_rows, len(keys)))
    is_ngram = terms.keys >> KIND_BITS != 0
    squares = np.bincount(terms.rows[is_ngram], terms.amounts[is_ngram] ** 2, minlength=n_rows)
    ngrams = keys[matrix.indices] >> KIND_BITS != 0
    rows = np.repeat(np.arange(n_rows), np.diff(matrix.indptr))[ngrams]
    matrix.data[ngrams] = np.minimum(matrix.data[ngrams], 1) * LENGTH / np.sqrt(squares)[rows]
    return matrix


class Model(NamedTuple):
    """Weights of terms: the number of each word, the sorted keys of the terms, logits of negative and positive."""

    numbers: dict[str, int]
    keys: np.ndarray
    weights: np.ndarray
    intercept: np.ndarray


@lru_cache
def load_model(language: Language) -> Model:
    """Load the weights of a language."""
    with (WEIGHTS / f"attitude_{language.code}.parquet").open("rb") as rows:
        table = pd.read_parquet(rows).set_index("term")
    numbers: dict[str, int] = {}
    intercept = table.loc[INTERCEPT].to_numpy("float64")
    table, keys = table.drop(INTERCEPT), []
    for kind, _, words in table.index.str.partition(":"):
        parts = [numbers.setdefault(word, len(numbers)) for word in words.split(" ")]
        keys.append(make_key(kind, parts if language.spaced else map(ord, words), language))
    order = np.argsort(keys)
    return Model(numbers, np.array(keys)[order], table.to_numpy("float64")[order], intercept)


def chances_of(matrix: csr_matrix, weights: np.ndarray, intercept: np.ndarray) -> np.ndarray:
    """Give the chances of negative, neutral and positive: a row for each mention, which sums to 1."""
    negative, positive = (matrix @ weights + intercept).T
    odds = np.exp(np.stack([negative, np.zeros_like(negative), positive], axis=1))
    return odds / odds.sum(axis=1, keepdims=True)


def _score(texts: Sequence[str], mentions: pd.DataFrame, language: Language) -> np.ndarray:
    """Score mentions, some at a time: large arrays are slow."""
    model, parts = load_model(language), [np.empty((0, 3))]
    for first in range(0, len(mentions), PART):
        part = mentions[first : first + PART]
        row, used = pd.factorize(part["row"])
        number = lambda word: model.numbers.get(word, -1)  # noqa: E731
        terms = describe_mentions([texts[i] for i in used], part.assign(row=row), language, number)
        parts.append(chances_of(make_matrix(terms, model.keys, len(part)), model.weights, model.intercept))
    return np.concatenate(parts)


def score_attitude(
    frame: pd.DataFrame,
    text: str = "text",
    start: str = "start",
    end: str = "end",
    speaker: str = "speaker",
    language: str = "en",
) -> pd.DataFrame:
    """Score the attitude of sentences, -1 to 1, towards the country that each names at a given place.

    In: sentences in the column `text`, all in one language (en, zh), and the place of a mention in each as character
    offsets `start` (counted from 0) and `end` (not included). Out: the same rows, with `attitude` (probability of
    positive minus that of negative, 4 decimals) and `attitude_label` (-1, 0, 1: the likeliest); where there is a column
    `speaker` of sides (US, CN), `own_country` tells whether the mention is the speaker's own. Who speaks changes no
    score. Errors: a `TalksError` for another language, or one that names the row when offsets do not lie in the text.

    Source: linear models fitted on coded sentences of both governments and, in English, NewsMTSC (Hamborg and Donnay
    2021); agreement with codes in `training/README.md`. Known weakness: irony, roles across clauses; worthless for the
    own country, never tested beyond official statements. Read means of many sentences, corrected by codes.

    >>> text = "We thank China for its help but oppose the acts of America."
    >>> score_attitude(pd.DataFrame({"text": [text] * 2, "start": [9, 51], "end": [14, 58]}))["attitude_label"].tolist()
    [1, -1]
    """
    if language not in LANGUAGES:
        raise TalksError(f"no attitude for the language {language!r}; expected one of {', '.join(LANGUAGES)}")
    _check_offsets(frame, text, start, end)
    texts = list(dict.fromkeys(frame[text]))
    places = pd.DataFrame({"row": pd.Index(texts).get_indexer(frame[text]), "start": frame[start], "end": frame[end]})
    places = places.astype("int64").reset_index(drop=True)
    chances = _score(texts, places, LANGUAGES[language])
    labels = chances.argmax(axis=1) - 1
    scored = frame.assign(attitude=np.round(chances[:, 2] - chances[:, 0], 4) + 0.0, attitude_label=labels)
    if speaker not in frame:
        return scored
    named = find_mentions(texts, LANGUAGES[language]).drop_duplicates(["row", "end"])
    target = places.merge(named, on=["row", "end"], how="left")["target"].map(COUNTRIES)
    return scored.assign(own_country=(target == frame[speaker].reset_index(drop=True)).to_numpy(dtype="bool"))


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
            f"row {frame.index[i]!r}: the mention is at {row[start]} to {row[end]} in {size}; expected whole numbers, "
            f"0 <= {start} < {end} <= length; correct the offsets, counted from 0, the end not included"
        )


def mean_attitudes(texts: Sequence[str], mentions: pd.DataFrame, language: Language) -> dict[str, np.ndarray]:
    """Give the mean attitude of each text to the two countries, over the first mentions that `find_mentions` found."""
    mentions = mentions[mentions["target"].isin(COUNTRIES)]
    mentions = mentions[mentions.groupby(["row", "target"]).cumcount() < MOST_MENTIONS]
    chances = _score(texts, mentions, language)
    scores = pd.Series(chances[:, 2] - chances[:, 0], index=[mentions["row"], mentions["target"]])
    means = scores.groupby(level=[0, 1]).mean().unstack()
    means = means.reindex(index=range(len(texts)), columns=list(COUNTRIES)).round(4).astype("float64") + 0.0
    return {f"attitude_to_{target}": means[target].to_numpy() for target in COUNTRIES}
