"""Word lists: the lists, codebooks and weights that ship with the package are data; here they are read."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

INSTRUMENTS = ("tone_vader", "tone_diplomatic", "tone_general")
SEMANTIC = "tone_semantic"


def read_lexicon(name: str, language: str = "en") -> list[dict[str, str]]:
    """Read a word list of a language that ships with the package, as a list of rows.

    Examples
    --------
    >>> read_lexicon("abbreviations")[0]
    {'term': 'u.s', 'reason': 'country; with or without a hyphen before it'}
    """
    return read_codebook(f"{language}/{name}")


def read_codebook(name: str) -> list[dict[str, str]]:
    """Read a list that belongs to no language, such as the labels of the chronology, as a list of rows.

    Examples
    --------
    >>> read_codebook("issues")[0]["label"]
    'Tariffs'
    """
    source = files("analysis_helpers").joinpath(f"lexicons/{name}.csv")
    with source.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def read_weights(name: str) -> pd.DataFrame:
    """Read a table of weights that ships with the package.

    Examples
    --------
    >>> read_weights("target_tone").columns.tolist()
    ['term', 'kind', 'negative', 'positive']
    """
    import pandas as pd

    with files("analysis_helpers").joinpath(f"build/weights/{name}.parquet").open("rb") as table:
        return pd.read_parquet(table)


def read_terms(name: str, by: str) -> dict[str, list[str]]:
    """Read a word list whose terms are grouped, by topic or frame: the terms of each, in the order of the list.

    Examples
    --------
    >>> read_terms("agenda_terms", "topic")["TikTok"]
    ['tiktok']
    """
    groups: dict[str, list[str]] = {}
    for row in read_lexicon(name):
        groups.setdefault(row[by], []).append(row["term"])
    return groups


@lru_cache(maxsize=1)
def load_stop_words() -> frozenset[str]:
    """Load the English stop words of scikit-learn: words too common to tell texts apart.

    All are lower-case, so surnames that look like them ("He") are not among them. Source: the Glasgow
    list as scikit-learn ships it. Known weakness: it holds a few words of substance ("system").

    Examples
    --------
    >>> "he" in load_stop_words(), "He" in load_stop_words(), "xi" in load_stop_words()
    (True, False, False)
    """
    package = find_spec("sklearn")  # only its one file of words: the whole of scikit-learn takes seconds to import
    return run_path(str(Path(package.origin).parent / "feature_extraction/_stop_words.py"))["ENGLISH_STOP_WORDS"]
