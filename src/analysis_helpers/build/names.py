"""Names: which country a sentence names, and names masked before its tone is scored."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

import pandas as pd

from ..dictionaries import read_lexicon
from ..words import LANGUAGES, Language, language_of

PLAIN = {"–": "-", "—": "-", "‐": "-", "‑": "-", "’": "'"}  # one character each, so that places stay the same


def write_plain(text: str) -> str:
    """Write dashes and apostrophes as on a keyboard."""
    if not text.isascii():
        for sign, plain in PLAIN.items():
            text = text.replace(sign, plain)
    return text


def names_pattern(terms: Iterable[str]) -> re.Pattern[str]:
    """Compile one pattern for many names, longest first; single words only as printed or in capitals."""
    by_letter: dict[str, list[str]] = {}  # so that few are tried at each place: ten times as fast
    for term in sorted(set(terms), key=lambda term: (-len(term), term)):
        loose = " " in term or "-" in term
        forms = [f"{change(term[0])}{term[1:]}" for change in (str.lower, str.upper)] if loose else [term, term.upper()]
        for form in dict.fromkeys(forms):
            rest = re.escape(form[1:]).replace(r"\ ", r"\s+")
            by_letter.setdefault(form[0], []).append(f"(?i:{rest})" if loose else rest)
    letters = "|".join(f"{re.escape(first)}(?:{'|'.join(own)})" for first, own in by_letter.items())
    return re.compile(rf"(?<![\w-])(?:{letters})(?!\w)")


@lru_cache
def _targets(language: Language) -> tuple[re.Pattern[str], dict[str, str]]:
    rows = read_lexicon("targets", language.code)
    target = {row["term"].casefold(): row["target"] for row in rows}
    if language.spaced:
        names = names_pattern(row["term"] for row in rows)
        signs = re.escape("".join({row["not_before"] for row in rows}))  # "US$5 billion" names a currency
        return re.compile(rf"{names.pattern}(?!\.?\s?[{signs}])"), target
    ends = {row["term"]: f"(?![{row['not_before']}])" if row["not_before"] else "" for row in rows}
    return re.compile("|".join(f"{term}{ends[term]}" for term in sorted(target, key=len, reverse=True))), target


def find_mentions(texts: Iterable[str], language: Language = LANGUAGES["en"]) -> pd.DataFrame:
    """Find the names of the targets: `row` (of the text), `start`, `end`, `target` ("none": the South China Sea)."""
    pattern, target = _targets(language)
    found = [
        (row, *mention.span(), target[" ".join(mention[0].split()).casefold()])
        for row, text in enumerate(texts)
        for mention in pattern.finditer(write_plain(text))
    ]
    types = {"row": "int64", "start": "int64", "end": "int64", "target": "str"}
    return pd.DataFrame(found, columns=list(types)).astype(types)


def count_mentions(text: str, language: str = "en") -> dict[str, int]:
    """Count how often a sentence names the United States, China, and the relationship of the two.

    In: a sentence, and its language (en, zh). Names are those of `targets.csv` of its lists, the longest first, none
    counted twice: "China-U.S. relations" is one mention of the relationship and none of the countries; the South China
    Sea none at all. Known weakness: "both sides" may be two other sides.

    >>> count_mentions("China-U.S. ties matter to us, Washington says; the US and Chinese teams met.")
    {'us': 2, 'cn': 1, 'relationship': 1}
    """
    found = Counter(find_mentions([text], language_of(language))["target"])
    return {name: found[name] for name in ("us", "cn", "relationship")}


@lru_cache(maxsize=1)
def _masked() -> re.Pattern[str]:
    names = [row["term"] for name in ("targets", "masked_names") for row in read_lexicon(name)]
    names = [name for name in names if not re.match(r"(?i)(bilateral|the two|our two|both) ", name)]
    return names_pattern([*names, *(row["term"] for row in read_lexicon("people"))])


def mask_names(text: str, word: str = "Name") -> str:
    """Replace the names of countries, offices and people by a neutral word.

    Word lists take "United" for praise and "Security" for comfort; who writes "the United States" more
    often would seem friendlier. Known weakness: names that are not in the lists stay.

    >>> mask_names("The United States met China at the UN Security Council.")
    'The Name met Name at the UN Name.'
    """
    return _masked().sub(word, write_plain(text))
