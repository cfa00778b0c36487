"""Names: which country a sentence names, and names masked before its tone is scored."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..dictionaries import read_lexicon
from .pieces import Known, cut_pieces

# ---------------------------------------------------------------------------------------------------
# Patterns of names


def _in_any_case(letter: str) -> str:
    """All letters that stand for one where case does not matter, as `(?i:...)` has it."""
    return letter.lower() + letter.upper() + {"i": "İı", "k": "\u212a", "s": "ſ"}.get(letter.lower(), "")


def names_pattern(terms: Iterable[str]) -> re.Pattern[str]:
    """One pattern for many names, longest first; single words only as printed or in capitals.

    The names stand under their first letters, so that few are tried at each place.
    """
    rests: dict[str, list[str]] = {}
    for term in sorted(set(terms), key=lambda term: (-len(term), term)):
        loose = " " in term or "-" in term
        for form in [term] if loose else dict.fromkeys([term, term.upper()]):
            rest = re.escape(form[1:]).replace(r"\ ", r"\s+")
            for first in _in_any_case(form[0]) if loose else form[0]:
                rests.setdefault(first, []).append(f"(?i:{rest})" if loose else rest)
    letters = "|".join(f"{re.escape(first)}(?:{'|'.join(own)})" for first, own in rests.items())
    return re.compile(rf"(?<![\w-])(?:{letters})(?!\w)")


class Clues(NamedTuple):
    """Patterns for the chunks between spaces: names of one word, and the first two words of longer names."""

    alone: re.Pattern[str]
    first: re.Pattern[str]
    second: re.Pattern[str]


def names_clues(terms: Iterable[str]) -> Clues:
    """Give patterns such that no name stands in a text without a chunk that the first finds, or a pair of the others.

    A name of several words needs its first two in neighbouring chunks, with what touches the name on the outside only.
    """
    single = [term for term in terms if " " not in term]
    words = [term.split(" ") for term in terms if " " in term]
    firsts = "|".join(sorted({re.escape(own[0]) for own in words}))
    seconds = "|".join(sorted({re.escape(own[1]) + (r"\Z" if own[2:] else r"(?!\w)") for own in words}))
    patterns = (rf"(?i)(?<![\w-])(?:{firsts})\Z", rf"(?i)\A(?:{seconds})")
    return Clues(names_pattern(single), *map(re.compile, patterns))


PLAIN = str.maketrans("–—‐‑’", "----'")


def write_plain(text: str) -> str:
    """Write dashes and apostrophes as on a keyboard: what `translate` gives, and sooner.

    Examples
    --------
    >>> write_plain("China–U.S. ties aren’t cut")
    "China-U.S. ties aren't cut"
    """
    if not text.isascii():
        for sign, plain in PLAIN.items():
            text = text.replace(chr(sign), chr(plain))
    return text


ALONE, FIRST, SECOND = 1, 2, 4


def _seek(terms: Iterable[str]) -> Known:
    clues = names_clues(list(terms))

    def tell(piece: str) -> tuple[list[int], list[int]]:
        chunks = write_plain(piece).split()
        if len(chunks) != 1:  # a line break in it, or nothing between two spaces: take no risk
            return [], [ALONE if chunks else FIRST + SECOND]
        found = [bool(pattern.search(chunks[0])) for pattern in clues]
        return [], [ALONE * found[0] + FIRST * found[1] + SECOND * found[2]]

    return Known(tell, n_counts=1)


def _find_candidates(texts: list[str], clues: Known) -> np.ndarray:
    """Tell which texts may hold a name: one of a single word, or the first two words of one."""
    pieces = cut_pieces(texts)
    flags = pieces.look_up(clues)[0]
    pairs = np.append((flags[:-1] & FIRST > 0) & (flags[1:] & SECOND > 0), False)
    return pieces.sum_by_text((flags & ALONE > 0) | pairs) > 0


# ---------------------------------------------------------------------------------------------------
# Mentions


@lru_cache(maxsize=1)
def target_pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    """Give the pattern of all names of the two countries and their relationship, and the target of each."""
    rows = read_lexicon("targets")
    return names_pattern(row["term"] for row in rows), {row["term"].casefold(): row["target"] for row in rows}


@lru_cache(maxsize=1)
def _target_clues() -> Known:
    return _seek(row["term"] for row in read_lexicon("targets"))


def find_mentions(texts: Iterable[str]) -> pd.DataFrame:
    """Find the names of the two countries and their relationship: `row` (number of the text), `start`, `end`, `target`.

    In the order of the texts. What only looks like one of them, as the South China Sea, has the target "none".

    Examples
    --------
    >>> find_mentions(["They met.", "China and the US"])
       row  start  end target
    0    1      0    5     cn
    1    1     14   16     us
    """
    texts = list(texts)
    pattern, target = target_pattern()
    candidates = np.flatnonzero(_find_candidates(texts, _target_clues()))
    found = [
        (row, mention.start(), mention.end(), target[re.sub(r"\s+", " ", mention[0]).casefold()])
        for row in candidates.tolist()
        for mention in pattern.finditer(write_plain(texts[row]))
    ]
    types = {"row": "int64", "start": "int64", "end": "int64", "target": "str"}
    return pd.DataFrame(found, columns=list(types)).astype(types)


def count_mentions(text: str) -> dict[str, int]:
    """Count how often a sentence names the United States, China, and the relationship of the two.

    Names are those of `lexicons/en/targets.csv`, the longest first, none counted twice: "China-U.S.
    relations" is one mention of the relationship and none of the countries; the South China Sea none at
    all. Known weakness: "both sides" may be two other sides.

    Examples
    --------
    >>> count_mentions("China-U.S. ties matter to us, Washington says; the US and Chinese teams met.")
    {'us': 2, 'cn': 1, 'relationship': 1}
    """
    found = Counter(find_mentions([text])["target"])
    return {name: found[name] for name in ("us", "cn", "relationship")}


# ---------------------------------------------------------------------------------------------------
# Masks


def _masked_names() -> list[str]:
    names = [row["term"] for name in ("targets", "masked_names") for row in read_lexicon(name)]
    names = [name for name in names if not re.match(r"(?i)(bilateral|the two|our two|both) ", name)]
    return [*names, *(row["term"] for row in read_lexicon("people"))]


@lru_cache(maxsize=1)
def _masked() -> re.Pattern[str]:
    return names_pattern(_masked_names())


@lru_cache(maxsize=1)
def _masked_clues() -> Known:
    return _seek(_masked_names())


def mask_names(text: str, word: str = "Name") -> str:
    """Replace the names of countries, offices and people by a neutral word.

    Word lists take "United" for praise and "Security" for comfort; who writes "the United States" more
    often would seem friendlier. Known weakness: names that are not in the lists stay.

    Examples
    --------
    >>> mask_names("The United States met China at the UN Security Council.")
    'The Name met Name at the UN Name.'
    """
    return _masked().sub(word, write_plain(text))


def mask_texts(texts: Iterable[str]) -> list[str]:
    """Mask the names in many texts, each as `mask_names` does; only where a word hints at a name is one looked for.

    Examples
    --------
    >>> mask_texts(["China spoke.", "Nobody listened."])
    ['Name spoke.', 'Nobody listened.']
    """
    texts = list(texts)
    candidates = _find_candidates(texts, _masked_clues()).tolist()
    return [mask_names(text) if may else write_plain(text) for text, may in zip(texts, candidates, strict=True)]
