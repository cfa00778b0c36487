"""Measuring: the terms of passages, two-word terms that stand together more often than chance, and all of sentences."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from ..dictionaries import load_stop_words
from ..errors import TalksError, UnreadableError
from ..words import (
    Language,
    code_terms,
    count_words,
    find_terms,
    language_of,
    languages_of,
    listed_terms,
    number_texts,
    spell_term,
)
from .attitude import COUNTRIES, mean_attitudes
from .names import find_mentions
from .read.encoding import decode
from .read.records import read_rows
from .stages import Checkpoints
from .tone import score_tone

MAX_TERM_WORDS = 5
MIN_COLLOCATION_COUNT, MIN_COLLOCATION_PASSAGES, MIN_PMI, MAX_COLLOCATIONS = 10, 5, 3.0, 500


def lexicon_terms() -> list[str]:
    """List the multiword terms of the shipped lexicons."""
    return sorted(term for term in listed_terms() if 0 < term.count(" ") < MAX_TERM_WORDS)


def read_terms(given: str | Path | Iterable[str]) -> list[str]:
    """Read the multiword terms to count beside the lists: a list, a file of lines, or a CSV with a column `term`."""
    listed, name = given, "terms"
    if isinstance(given, str | Path):
        path, name = Path(given), Path(given).name
        try:
            text = decode(path.read_bytes())
        except (OSError, UnreadableError) as error:
            raise TalksError(f"{path}: cannot be read ({error}); expected terms, one a line, in plain text") from None
        listed = [line for line in text.splitlines() if line.strip()]
        if path.suffix.lower() == ".csv":
            rows = [cells for _, cells in read_rows(name, text)]
            if not rows or "term" not in rows[0]:
                raise TalksError(f"{path}: no column term; expected one, as in a dictionary; name it so")
            listed = [dict(zip(rows[0], cells, strict=False)).get("term", "") for cells in rows[1:]]
    spelt = set[str]()
    for number, term in enumerate(listed, 1):
        try:
            spelt.add(spell_term(term))
        except TalksError as error:
            raise TalksError(f"{name}, number {number}: {error}") from None
    return sorted(term for term in spelt if " " in term)  # single words are counted anyhow


def count_terms(passages: pd.DataFrame, multiword: Iterable[str] = ()) -> pd.DataFrame:
    """Count the words of each passage, and those multiword terms that stand in it.

    In: `passage_id`, `text`, and the multiword terms to look for, words joined by single spaces. Out:
    `passage_id`, `term`, `n`, sorted by term within a passage, so that the order of the words is gone.
    The words of a passage (terms without a space) sum to its number of words; multiword terms are
    counted beside their words. Known weakness: multiword terms overlap ("rare earth", "rare earth magnets").

    >>> passages = pd.DataFrame({"passage_id": ["a-p0001"], "text": ["Rare earths, rare goods."]})
    >>> count_terms(passages, ["rare earths"])
      passage_id         term  n
    0    a-p0001       earths  1
    1    a-p0001        goods  1
    2    a-p0001         rare  2
    3    a-p0001  rare earths  1
    """
    wanted = sorted({term for term in multiword if " " in term})
    terms = code_terms(passages["text"].tolist(), wanted, languages_of(passages))
    size, of_passage = len(terms.vocabulary), number_texts(terms)
    several, places = find_terms(terms, wanted)
    codes = np.concatenate((terms.codes, pd.Index(terms.vocabulary).get_indexer(wanted)[several]))
    keys, n = np.unique(np.concatenate((of_passage, of_passage[places])) * size + codes, return_counts=True)
    return pd.DataFrame(
        {
            "passage_id": passages["passage_id"].astype("str").take(keys // size).array,
            "term": pd.Series(terms.vocabulary, dtype="str").take(keys % size).array,
            "n": n.astype("int32"),
        }
    )


def _is_plain(word: str) -> bool:
    """Tell whether a word may be part of a collocation: no stop word, number, contraction or single letter."""
    return word not in load_stop_words() and word[:1].isalpha() and "'" not in word and len(word) > 1


def count_pairs(passages: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count the words (`word`, `n`) and neighbouring pairs (`first`, `second`, `n`, `n_passages`) of a part, sorted.

    Pairs with a word that can be in no collocation (a stop word, a number) are left out: they are two of three; so are
    texts in a language without spaces, whose terms of several words are one word.
    """
    passages = passages[np.array([language_of(code).spaced for code in languages_of(passages)], dtype=bool)]
    terms = code_terms(passages["text"].tolist())
    size = len(terms.vocabulary)
    counts = np.bincount(terms.codes, minlength=size)
    names = pd.Series(terms.vocabulary, dtype="str")
    words = pd.DataFrame({"word": names, "n": counts})[counts > 0].reset_index(drop=True)
    of_text = number_texts(terms)
    plain = np.array([_is_plain(term) for term in terms.vocabulary])[terms.codes]
    at = np.flatnonzero(plain[:-1] & plain[1:] & (of_text[:-1] == of_text[1:]))
    keys, pair, n = np.unique(
        terms.codes[at].astype("int64") * size + terms.codes[at + 1], return_inverse=True, return_counts=True
    )
    spread = np.unique(pair * len(passages) + of_text[at]) // max(len(passages), 1)
    pairs = {"first": names.take(keys // size).array, "second": names.take(keys % size).array, "n": n}
    return words, pd.DataFrame(pairs | {"n_passages": np.bincount(spread, minlength=len(keys))})


def find_collocations(words: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Find two-word terms that stand together far more often than chance: "rare earths", "phone call".

    In: counts as `count_pairs` gives them, added up. Out: `term`, `n`, `n_passages`, `pmi` (bits) and
    `likelihood_ratio`, strongest first. A pair counts from 10 occurrences in 5 passages, at a pointwise mutual
    information of at least 3 bits. Source: NLTK's association measures (Manning and Schütze 1999, ch. 5).
    """
    from nltk.collocations import BigramAssocMeasures

    counts = dict(zip(words["word"], words["n"].tolist(), strict=True))
    n_words = sum(counts.values())
    often = pairs[(pairs["n"] >= MIN_COLLOCATION_COUNT) & (pairs["n_passages"] >= MIN_COLLOCATION_PASSAGES)]
    rows = []
    for first, second, n, n_passages in often[["first", "second", "n", "n_passages"]].itertuples(index=False):
        marginals = n, (counts[first], counts[second]), n_words
        pmi = BigramAssocMeasures.pmi(*marginals)
        if pmi >= MIN_PMI:
            ratio = BigramAssocMeasures.likelihood_ratio(*marginals)
            rows.append((f"{first} {second}", n, n_passages, round(pmi, 3), round(ratio, 1)))
    found = pd.DataFrame(rows, columns=["term", "n", "n_passages", "pmi", "likelihood_ratio"])
    found = found.sort_values(["likelihood_ratio", "term"], ascending=[False, True], ignore_index=True)
    return found.head(MAX_COLLOCATIONS)


def sum_collocations(done: Checkpoints, number: int) -> int:
    """Find the collocations of the whole corpus from the counts of its parts; rare words count as one in the total."""
    with done.connect(words="measured", pairs="measured") as connection:
        of_words = "SELECT if(n < ?, '', word) AS word, sum(n)::BIGINT AS n "
        of_words += "FROM (SELECT word, sum(n) AS n FROM words GROUP BY word) GROUP BY ALL"
        of_pairs = "SELECT first, second, sum(n)::BIGINT AS n, sum(n_passages)::BIGINT AS n_passages FROM pairs "
        of_pairs += "GROUP BY ALL HAVING sum(n) >= ?"
        words, pairs = (connection.execute(query, [MIN_COLLOCATION_COUNT]).df() for query in (of_words, of_pairs))
    done.write(number, "summed", {"collocations": find_collocations(words, pairs)})
    return 0


def measure_sentences(sentences: pd.DataFrame) -> pd.DataFrame:
    """Measure sentences, each in its `language`: the same rows with sizes, `mentions_...`, tone and attitudes."""
    groups = sentences.groupby(languages_of(sentences), sort=False) if len(sentences) else [("en", sentences)]
    return pd.concat([_measure(own, language_of(code)) for code, own in groups]).sort_index()


def _measure(sentences: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Measure sentences of one language, each text once."""
    texts = list(dict.fromkeys(sentences["text"].tolist()))
    rows = pd.Index(texts).get_indexer(sentences["text"])
    mentions = find_mentions(texts, language)
    n_words = [count_words(text, language.code) for text in texts]
    measured = pd.DataFrame({"text": texts, "n_words": n_words, "n_characters": [*map(len, texts)]})
    measured = measured.astype({"n_words": "int32", "n_characters": "int32"})
    for target in ("us", "cn", "relationship"):
        own = mentions.loc[mentions["target"] == target, "row"]
        measured[f"mentions_{target}"] = np.bincount(own, minlength=len(texts)).astype("int32")
    for target, side in COUNTRIES.items():  # of the own country a score says nothing
        foreign = np.bincount(rows, sentences["speaker_side"] != side, minlength=len(texts)) > 0
        mentions = mentions[(mentions["target"] != target) | foreign[mentions["row"]]]
    attitudes = mean_attitudes(texts, mentions, language)
    measured = score_tone(measured, language=language.code).assign(**attitudes).drop(columns="text")
    sentences = sentences.assign(**{name: column.array.take(rows) for name, column in measured.items()})
    for target, side in COUNTRIES.items():
        sentences.loc[sentences["speaker_side"] == side, f"attitude_to_{target}"] = np.nan
    return sentences
