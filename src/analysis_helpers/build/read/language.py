"""Languages: tells the language of a text, or that it cannot be told."""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from importlib.resources import files

LOOKED_AT = 3_000
FEW_WORDS, FEW_LETTERS, FEW_SIGNS = 20, 100, 10
ENGLISH_SHARE = 0.15

_NO_WORDS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+|<[^<>]{0,500}>")
_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LATIN = re.compile(r"[a-zà-ɏ]")


def find_language(text: str) -> str | None:
    """Tell the language a text is written in, by its first 3,000 characters.

    Out: the code of ISO 639-1 (en, zh, fr), or None where it cannot be told: under 20 words and 100 letters,
    more digits than letters, or a verdict for another language on a text with many English joining words.
    Chinese, Japanese and Korean are told by their script; the rest by py3langid, on lower-cased words
    without addresses, handles and hashtags. Nigerian Pidgin counts as English, since telegraphic
    English is taken for it.
    Source: py3langid (Barbaresi; after Lui & Baldwin 2012, doi:10.3115/v1/P12-3005).
    Known weakness: of a text in two languages one is told; near languages (Norwegian and Danish) are mixed up.

    Examples
    --------
    >>> find_language("The ministers spoke about the fish on Monday and went home without a statement, and the "
    ...               "boats stayed in the harbour.")
    'en'
    >>> find_language("Thank you!") is None
    True
    """
    plain = _NO_WORDS.sub(" ", text[:LOOKED_AT]).lower()
    words = _WORD.findall(plain)
    letters, signs = sum(map(len, words)), len(_SIGN.findall(plain))
    if signs > 0.4 * letters and signs >= FEW_SIGNS:
        return _tell_script(plain, signs)
    if (len(words) < FEW_WORDS and letters < FEW_LETTERS) or len(_DIGIT.findall(plain)) > letters:
        return None
    return _ask(plain, words)


def _tell_script(plain: str, signs: int) -> str:
    if len(_HANGUL.findall(plain)) > signs / 2:
        return "ko"
    return "ja" if len(_KANA.findall(plain)) > signs / 20 else "zh"


def _ask(plain: str, words: list[str]) -> str | None:
    import py3langid

    told = str(py3langid.classify(plain)[0])
    if told in {"en", "pcm"}:
        return "en"
    joining = sum(word in _english() for word in words)
    in_latin = len(_LATIN.findall(plain)) > sum(map(len, words)) / 2
    if len(told) != 2 or (in_latin and joining > ENGLISH_SHARE * len(words)):
        return None
    return told


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    """Load the joining words of English, without those of one or two letters, which other languages share."""
    source = files("analysis_helpers").joinpath("build/weights/function_words.csv")
    with source.open(encoding="utf-8", newline="") as rows:
        return frozenset(row["term"] for row in csv.DictReader(rows) if len(row["term"]) > 2)
