"""Lists: whether the word lists of two languages find the same concepts in the same texts."""

from itertools import repeat

import numpy as np
import pandas as pd

from ..dictionaries import DICTIONARIES, load_dictionary
from ..words import code_terms, find_terms, language_of, number_texts, spell_term
from .names import find_mentions


def compare_lists(pairs: pd.DataFrame) -> pd.DataFrame:
    """Ask of each concept whether its English and its Chinese list find it in the same texts.

    In: a row a text, `en` and `zh`, the same in both languages. Out: `dictionary`, `concept`, `n_pairs`, `n_en`, `n_zh`
    (texts that hold it), `kappa`, `precision`, `recall` (of the Chinese list, the English one taken for right), `ratio`
    (Chinese hits for one English hit). Source: Cohen (1960). Known weakness: what both lists miss counts as agreement.

    >>> pairs = pd.DataFrame({"en": ["Tariffs rise.", "Peace."], "zh": ["关税上升。", "和平。"]})
    >>> compare_lists(pairs).set_index("concept").loc["tariffs", ["n_en", "n_zh", "kappa"]].tolist()
    [1.0, 1.0, 1.0]
    """
    tables = {}
    for name in (*DICTIONARIES, "targets"):
        en, zh = (_count(pairs[code].tolist(), name, code) for code in ("en", "zh"))
        n, n_en, n_zh, both = len(pairs), (en > 0).sum(), (zh > 0).sum(), ((en > 0) & (zh > 0)).sum()
        chance, agreed = (n_en * n_zh + (n - n_en) * (n - n_zh)) / n**2, 1 - (n_en + n_zh - 2 * both) / n
        found = {"n_pairs": n, "n_en": n_en, "n_zh": n_zh, "kappa": (agreed - chance) / (1 - chance)}
        found |= {"precision": both / n_zh, "recall": both / n_en, "ratio": zh.sum() / en.sum()}
        tables[name] = pd.DataFrame(found)
    return pd.concat(tables, names=["dictionary", "concept"]).reset_index().round(3).replace(np.inf, np.nan)


def _count(texts: list[str], name: str, code: str) -> pd.DataFrame:
    """Count the hits of each concept in each text; terms that begin at one place are one hit."""
    if name == "targets":
        found = find_mentions(texts, language_of(code)).rename(columns={"target": "concept"})
        concepts = ["us", "cn", "relationship"]
    else:
        listed = [(term, concept) for concept, terms in load_dictionary(name, code).items() for term in terms]
        words, concepts = code_terms(texts, (), repeat(code)), [concept for _, concept in listed]
        numbers, places = find_terms(words, [spell_term(term) for term, _ in listed])
        found = pd.DataFrame({"row": number_texts(words)[places], "concept": np.array(concepts)[numbers], "at": places})
        found = found.drop_duplicates()
    table = found.groupby(["row", "concept"]).size().unstack(fill_value=0)
    return table.reindex(index=range(len(texts)), columns=list(dict.fromkeys(concepts)), fill_value=0)
