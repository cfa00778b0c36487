"""Words: what a word is for the whole suite, texts as the numbers of their words, and terms found in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import chain, repeat
from unicodedata import normalize

import numpy as np
import pandas as pd
import regex

from .dictionaries import DICTIONARIES, INSTRUMENTS, known_names, load_stop_words, read_lexicon
from .errors import TalksError

# One definition of a word for the whole suite: abbreviations with inner stops, numbers, words.
# A hyphen joins only before a lower-case letter or digit, so "win-win" is one word, "China-US" two.
WORD = (
    r"\b[^\W\d_](?:\.[^\W\d_])+\b\.?"
    r"|\d+(?:[.,:]\d+)*(?:-[a-z]+)*"
    r"|[^\W_]+(?:['’][^\W_]+|-(?=[a-z0-9])[^\W_]+)*"
)
_WORD = regex.compile(WORD)  # as NLTK's RegexpTokenizer compiles it, whose import takes seconds
_OF_TERM = regex.compile(rf"(?:{WORD})\*?")
_STRAY_STAR = regex.compile(r"(?<![^\W_])\*|\*(?=[^\s,;:.!?)\]\"'”’])")
LONGEST_NAME = 9  # signs of a Chinese name that is one word; a longer one would be a run of the text
MOST_CHUNKS, LONGEST_CHUNK = 500_000, 100  # kept in memory: about 250 MB
LONGEST_WORD, LONGEST_UNSPACED = 25, 7  # letters; 7 has the name of the People's Republic of China in Chinese
_UNSPACED = regex.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_COUNTRY = {"US", "U.S", "U.S.", "USA", "U.S.A", "U.S.A."}
_LOWER, _UPPER = regex.compile(r"[\p{Lowercase}\p{Han}]"), regex.compile(r"\p{Uppercase}")
_HAN = regex.compile(r"\p{Han}")
_SCRIPTS = regex.compile(r"\p{Han}+|\P{Han}+")
OFTEN = 10**6  # as one of 60 words of Chinese: a term is kept whole, and takes no letter from its neighbours
_TITLE = regex.compile(r"(?i)(premier|minister|spokes(person|man|woman)|representative|mr\.?|adviser|advisor)$")


@lru_cache(maxsize=MOST_CHUNKS)  # no word holds a space, and few chunks between spaces are new
def _cut_chunk(chunk: str) -> list[str]:
    bare = chunk.strip(' .,;:?!()[]"“”')
    return [bare] if bare.isalpha() else _WORD.findall(chunk)


def find_words(text: str) -> list[str]:
    """List the words of a string, as printed."""
    cuts = (_cut_chunk(part) if len(part) <= LONGEST_CHUNK else _WORD.findall(part) for part in text.split())
    return [word for words in cuts for word in words]


@lru_cache(maxsize=1)  # a text is often asked for several times in a row
def find_spans(text: str) -> list[tuple[int, int]]:
    """Tell where each word of a string begins and ends: one pair for each word of `find_words`."""
    return [word.span() for word in _WORD.finditer(text)]


def count_words(text: str, language: str = "en") -> int:
    """Count the words of a string in a language (en, zh), the way the whole suite counts them.

    Abbreviations, numbers and words joined by a hyphen are one word; Chinese is cut by `rjieba`, the terms of the lists
    whole. Known weakness: as English, a run of Chinese is one word.

    >>> count_words("China-U.S. talks: a win-win at $773.5 billion?"), count_words("中方坚持一个中国原则。", "zh")
    (8, 4)
    """
    return len(language_of(language).find_words(text))


@dataclass(frozen=True)
class Language:
    """What measuring asks of a language: where its words are, what ends a sentence, what can score it."""

    code: str
    find_words: Callable[[str], list[str]]
    find_spans: Callable[[str], list[tuple[int, int]]]
    spaced: bool = True  # words stand between spaces: a name has edges, a word endings, a pair may be a term
    sentence_end: str = ""  # a pattern; none: a stop may be that of an abbreviation, and Punkt decides
    instruments: tuple[str, ...] = INSTRUMENTS  # of tone


@lru_cache(maxsize=1)
def _segmenter() -> tuple[Callable[[str], list[str]], frozenset[str], regex.Pattern]:
    """Give the cut of jieba, which is told of our terms; the words that are whole; the terms found within others."""
    import rjieba  # its dictionary takes a third of a second

    whole = {row["term"] for name in (*DICTIONARIES, "whole_words") for row in read_lexicon(name, "zh")}
    for term in sorted(whole):
        rjieba.add_word(term, OFTEN, None)
    for row in read_lexicon("targets", "zh"):
        rjieba.add_word(row["term"], None, None)
    terms = [row["term"] for name in DICTIONARIES for row in read_lexicon(name, "zh")]
    return rjieba.cut, frozenset(whole), regex.compile(f"({'|'.join(sorted(terms, key=len, reverse=True))})")


@lru_cache(maxsize=100_000)
def _split_chinese(word: str) -> list[str]:
    cut, whole, terms = _segmenter()
    if len(word) > LONGEST_NAME and word not in whole:
        return [*cut(word[: len(word) // 2]), *cut(word[len(word) // 2 :])]
    return [word] if word in whole else [part for part in terms.split(word) if part]


def _find_chinese(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for part in _SCRIPTS.finditer(text):
        at = part.start()
        if not _HAN.match(part[0]):
            spans += [(at + word.start(), at + word.end()) for word in _WORD.finditer(part[0])]
            continue
        for word in chain.from_iterable(map(_split_chinese, _segmenter()[0](part[0]))):
            spans.append((at, at + len(word)))
            at += len(word)
    return spans


def _cut_chinese(text: str) -> list[str]:
    return [text[start:end] for start, end in _find_chinese(text)]


_CHINESE_END = r"(?:[。！？…｡]|(?<=\p{Han})[.!?．])+[”’」』）》〉】〕)\]]*"
LANGUAGES = {
    "en": Language("en", find_words, find_spans),
    "zh": Language("zh", _cut_chinese, _find_chinese, False, _CHINESE_END, INSTRUMENTS[1:]),
}


def language_of(code: str | None) -> Language:
    """Give a language by its code; a text whose language is not told is measured as English."""
    return LANGUAGES.get(code or "en", LANGUAGES["en"])


def languages_of(frame: pd.DataFrame) -> list[str]:
    """Say of each row in which language it is measured: that of its column `language`, else English."""
    told = frame.reindex(columns=["language"])["language"]
    return [language_of(code if isinstance(code, str) else "").code for code in told]


@dataclass(frozen=True)
class Words:
    """The words of many texts, as numbers: `codes` into the `vocabulary`; text i has `codes[starts[i]:starts[i+1]]`."""

    codes: np.ndarray
    starts: np.ndarray
    vocabulary: list[str]


def code_words(texts: Iterable[str], cuts: Iterable[Callable[[str], list[str]]] = repeat(find_words)) -> Words:
    """Turn texts into the numbers of their words, as printed, for measuring many at once; each has its cut."""
    words = [cut(text) for text, cut in zip(texts, cuts, strict=False)]
    starts = np.cumsum([0, *map(len, words)])
    codes, vocabulary = pd.factorize(np.fromiter(chain.from_iterable(words), dtype="object", count=starts[-1]))
    return Words(codes.astype("int32"), starts, vocabulary.tolist())


def number_texts(words: Words) -> np.ndarray:
    """Say of each word which text it stands in."""
    return np.repeat(np.arange(len(words.starts) - 1), np.diff(words.starts))


def split_words(text: str) -> list[str]:
    """Split a text into the terms that are counted: lower-case words without possessive endings.

    Kept apart: the country is "u.s." (printed US, U.S. or USA; "us" is the pronoun, as is US in a text in capitals),
    and a name that is a stop word keeps its capital ("He", "Un"). Known weakness: "He" needs a title or a given name.

    >>> split_words("Vice-Premier He said he'd meet us; China's US trade, U.S.-led.")
    ['vice', 'premier', 'He', 'said', "he'd", 'meet', 'us', 'china', 'u.s.', 'trade', 'u.s.', 'led']
    """
    terms = code_terms([text])
    return [terms.vocabulary[code] for code in terms.codes]


def code_terms(texts: Iterable[str], also: Iterable[str] = (), languages: Iterable[str] = repeat("en")) -> Words:
    """Turn texts into the numbers of their terms, as of `split_words`; the vocabulary is sorted, and holds `also`."""
    texts = list(texts)
    words = code_words(texts, (language_of(code).find_words for code in languages))
    printed = [word.replace("’", "'") for word in words.vocabulary]
    bare = [word.removesuffix("'s").removesuffix("'S") for word in printed]
    plain = ["u.s." if word in _COUNTRY else word.lower() for word in bare]
    vocabulary = sorted({*plain, *_namesakes(), "us", *also})
    number = {term: code for code, term in enumerate(vocabulary)}
    codes = np.array([number[term] for term in plain], dtype="int32")[words.codes]
    codes[_find_pronouns(texts, words, bare)] = number["us"]
    names = _find_surnames(words, printed, bare)
    codes[names] = [number[bare[code]] for code in words.codes[names]]
    return Words(codes, words.starts, vocabulary)


def spell_term(term: str) -> str:
    """Spell a term as of `split_words`, a * after what begins a word; US is the country here, He alone the surname."""
    plain = regex.sub(r"\p{Cf}", "", normalize("NFKC", term)).replace("’", "'") if isinstance(term, str) else ""
    plain = " ".join(LANGUAGES["zh"].find_words(plain)) if _HAN.search(plain) and "*" not in plain else plain
    words = [word.removesuffix("'s").removesuffix("'S") for word in _OF_TERM.findall(plain)]
    if not words or _STRAY_STAR.search(plain):
        expected = "expected at least one word, and a * only as the end of one"
        raise TalksError(f"the term is {term!r}; {expected}; give one, such as 'rare earths' or 'tariff*'")
    for place, word in enumerate(words):
        before, after = words[max(place - 1, 0) : place], words[place + 1 : place + 2]
        given = _namesakes().get(word) if word.istitle() else None  # asking takes a second: it loads scikit-learn
        alone = word == "Un" or len(words) == 1 or any(map(_TITLE.search, before))
        if given is None or not (alone or given & {*map(str.title, after)}):
            words[place] = "u.s." if word in _COUNTRY else word.lower()
    return " ".join(words)


def _covers(pattern: str, word: str) -> bool:
    return word == pattern or (pattern.endswith("*") and word.startswith(pattern[:-1]))


def holds(term: str, other: str) -> bool:
    """Tell whether another term stands wherever a term stands: "port" in "port fees", "tariff*" in "tariffs"."""
    words, inner = term.split(" "), other.split(" ")
    places = range(len(words) - len(inner) + 1)
    return any(all(map(_covers, inner, words[place : place + len(inner)])) for place in places)


def near_misses(asked: str, known: Iterable[str]) -> list[str]:
    """List up to three known spellings that begin alike and are nearly the same, nearest first."""
    spelt = {word.casefold(): word for word in known if word[:1].casefold() == asked[:1].casefold() and word != asked}
    return [spelt[word] for word in get_close_matches(asked.casefold(), spelt, 3)]


def _find_pronouns(texts: list[str], words: Words, bare: list[str]) -> np.ndarray:
    places = np.flatnonzero(np.array([word == "US" for word in bare], dtype=bool)[words.codes])
    of_text = np.searchsorted(words.starts, places, side="right") - 1
    counted = {text: [len(letters.findall(texts[text])) for letters in (_UPPER, _LOWER)] for text in set(of_text)}
    return places[np.array([counted[text][0] > counted[text][1] for text in of_text], dtype=bool)]


@lru_cache(maxsize=1)
def _namesakes() -> dict[str, set[str]]:
    namesakes: dict[str, set[str]] = {"Un": set()}  # of Kim Jong Un; the United Nations are UN
    for row in read_lexicon("people"):
        family, *given = row["term"].split()
        if row["side"] == "CN" and family.lower() in load_stop_words():
            namesakes.setdefault(family, set()).update(given)
    return namesakes


def _find_surnames(words: Words, printed: list[str], bare: list[str]) -> np.ndarray:
    surnames, ends, codes, named = _namesakes(), set(words.starts.tolist()), words.codes, list[int]()
    for place in np.flatnonzero(np.array([word in surnames for word in bare], dtype=bool)[codes]).tolist():
        before = printed[codes[place - 1]] if place not in ends else ""
        after, name = "" if place + 1 in ends else printed[codes[place + 1]], bare[codes[place]]
        if _TITLE.search(before) or (name == "Un" and before[:1].isupper()) or after in surnames[name]:
            named.append(place)
    return np.array(named, dtype="int64")


@lru_cache(maxsize=1)
def listed_terms() -> frozenset[str]:
    """List the terms of the shipped lexicons, agenda, targets, people, frames, as they are counted."""
    names = ("agenda", "targets", "people", "frames")
    english = {spell_term(row["term"]) for name in names for row in read_lexicon(name)}
    return frozenset(english | {row["term"].lower() for name in DICTIONARIES for row in read_lexicon(name, "zh")})


def is_too_long(term: str) -> bool:
    """Tell whether a term holds an address or words run together: over 25 letters, or 7 of Chinese or Japanese."""
    return any(len(word) > LONGEST_WORD or len(_UNSPACED.findall(word)) > LONGEST_UNSPACED for word in term.split())


def is_name(terms: pd.Index) -> np.ndarray:
    """Tell which terms are a name, hold one, begin with no letter, or are too long for a word."""
    names = known_names()
    named = ({term, *term.split()} & names or not term[0].isalpha() or is_too_long(term) for term in terms.tolist())
    return np.fromiter(map(bool, named), dtype=bool)


def find_terms(words: Words, wanted: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
    """Find terms, as of `spell_term`, in coded texts: for each find the number of the term, and its place."""
    size = len(words.vocabulary)
    number = {word: code for code, word in enumerate(words.vocabulary)}
    codes, of_text, found = words.codes.astype("int64"), number_texts(words), list[tuple[int, int]]()
    begins: dict[int, list[tuple[int, list[int]]]] = {}  # by the code of the first two words; below 0, of a single one
    for term_number, term in enumerate(wanted):
        if "*" in term:
            found += [(term_number, place) for place in _find_begun(words, of_text, term)]
            continue
        path = [number.get(word, -1) for word in term.split(" ")]
        if min(path) >= 0:
            key = path[0] * size + path[1] if len(path) > 1 else -1 - path[0]
            begins.setdefault(key, []).append((term_number, path))
    for keys in (-1 - codes, codes[:-1] * size + codes[1:]):
        places = np.flatnonzero(pd.Index(keys).isin(list(begins)))
        for place, key in zip(places.tolist(), keys[places].tolist(), strict=True):
            for term_number, path in begins[key]:
                last = place + len(path) - 1
                if codes[place : last + 1].tolist() == path and of_text[place] == of_text[last]:
                    found.append((term_number, place))
    numbers, places = np.array(found, dtype="int64").reshape(-1, 2).T
    return numbers, places


def _find_begun(words: Words, of_text: np.ndarray, term: str) -> list[int]:
    patterns = term.split(" ")
    n = max(len(words.codes) - len(patterns) + 1, 0)
    fits = of_text[:n] == of_text[len(of_text) - n :]
    for offset, pattern in enumerate(patterns):
        fitting = np.array([_covers(pattern, word) for word in words.vocabulary], dtype=bool)
        fits &= fitting[words.codes[offset : offset + n]]
    return np.flatnonzero(fits).tolist()
