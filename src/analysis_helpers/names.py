"""Names: which country a sentence names, and names masked before its tone is scored."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from .word_lists import read_lexicon


def names_pattern(terms: Iterable[str]) -> re.Pattern[str]:
    """One pattern for many names, longest first; single words only as printed or in capitals."""
    parts = []
    for term in sorted(set(terms), key=lambda term: (-len(term), term)):
        escaped = re.escape(term).replace(r"\ ", r"\s+")
        parts.append(f"(?i:{escaped})" if " " in term or "-" in term else f"(?:{escaped}|{escaped.upper()})")
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?!\w)")


PLAIN = str.maketrans("–—‐‑’", "----'")


@lru_cache(maxsize=1)
def target_pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    """Give the pattern of all names of the two countries and their relationship, and the target of each."""
    rows = read_lexicon("targets")
    return names_pattern(row["term"] for row in rows), {row["term"].casefold(): row["target"] for row in rows}


def count_mentions(text: str) -> dict[str, int]:
    """Count how often a sentence names the United States, China, and the relationship of the two.

    Names are those of `lexicons/targets.csv`, the longest first, none counted twice: "China-U.S.
    relations" is one mention of the relationship and none of the countries; the South China Sea none at
    all. Known weakness: "both sides" may be two other sides.

    Examples
    --------
    >>> count_mentions("China-U.S. ties matter to us, Washington says; the US and Chinese teams met.")
    {'us': 2, 'cn': 1, 'relationship': 1}
    """
    pattern, target = target_pattern()
    found = Counter(target[re.sub(r"\s+", " ", match).casefold()] for match in pattern.findall(text.translate(PLAIN)))
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

    Examples
    --------
    >>> mask_names("The United States met China at the UN Security Council.")
    'The Name met Name at the UN Name.'
    """
    return _masked().sub(word, text.translate(PLAIN))
