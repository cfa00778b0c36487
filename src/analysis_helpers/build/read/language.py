"""Languages: tells the language of a text, or that it cannot be told."""

import re

from ..attitude import function_words

LOOKED_AT = 3_000  # characters
FEW_WORDS, FEW_LETTERS, FEW_SIGNS = 20, 100, 3
ENGLISH_SHARE = 0.15

_NO_WORDS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+|<[^<>]{0,500}>")
_WORD = re.compile(r"[^\W\d_]+")
# Frequent characters that are written differently in Taiwan and Hong Kong, and in China.
_WRITTEN = ("國們這來會時個為說對學經關發與過還後問實業產議權從", "国们这来会时个为说对学经关发与过还后问实业产议权从")
_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def find_language(text: str) -> str | None:
    """Tell the language of a text (ISO 639-1: en, zh, fr), or None for one that is too short, in numbers, or mixed."""
    plain = _NO_WORDS.sub(" ", text[:LOOKED_AT]).lower()
    words = _WORD.findall(plain)
    letters, signs = sum(map(len, words)), len(_SIGN.findall(plain))
    if signs > 0.4 * letters and signs >= FEW_SIGNS:
        if len(re.findall(r"[\uac00-\ud7af]", plain)) > signs / 2:
            return "ko"
        if len(re.findall(r"[\u3040-\u30ff]", plain)) > signs / 20:
            return "ja"
        traditional, simplified = (sum(map(plain.count, its)) for its in _WRITTEN)
        return "zh-Hant" if traditional > simplified else "zh"  # whose words the lists do not have
    few = len(words) < FEW_WORDS and letters < FEW_LETTERS and re.search(r"[a-zà-ɏ]|^\W*$", plain)
    if few or len(re.findall(r"\d", plain)) > letters:
        return None
    return _ask(plain, words)


def _ask(plain: str, words: list[str]) -> str | None:
    import py3langid  # Barbaresi; after Lui & Baldwin 2012, doi:10.3115/v1/P12-3005

    told = str(py3langid.classify(plain)[0])
    if told in {"en", "pcm"}:  # telegraphic English is taken for Nigerian Pidgin
        return "en"
    # Words of one or two letters are shared by many languages.
    joining = sum(len(word) > 2 and word in function_words() for word in words)
    in_latin = len(re.findall(r"[a-zà-ɏ]", plain)) > sum(map(len, words)) / 2
    return None if len(told) != 2 or (in_latin and joining > ENGLISH_SHARE * len(words)) else told
