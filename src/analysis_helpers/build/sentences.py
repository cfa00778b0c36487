"""Sentences: documents are split into passages, passages into sentences."""

import re
from contextlib import suppress
from functools import lru_cache
from typing import Any

import pandas as pd

from ..dictionaries import read_lexicon

# Punkt knows straight quotation marks and hyphens only; it is shown these in their place.
_PLAIN = str.maketrans("“”„‘’‚–—‐‑", "\"\"\"'''----")
_STOPPED = re.compile(r"([A-Za-z]{2,})\.\s+[A-Za-z]")


def split_passages(documents: pd.DataFrame) -> pd.DataFrame:
    """Split cleaned documents into passages: one row per paragraph or heading.

    In: `doc_id`, `blocks` (from `clean_documents`). Out: `passage_id` (doc_id-p0001), `doc_id`, `position` (from 1, in
    the order of the page), `kind` (body, heading), `text`.

    >>> documents = pd.DataFrame({"doc_id": ["a"], "blocks": [[("heading", "Trade"), ("body", "They met.")]]})
    >>> split_passages(documents)["passage_id"].tolist()
    ['a-p0001', 'a-p0002']
    """
    rows = [
        (f"{doc_id}-p{position:04d}", doc_id, position, kind, text)
        for doc_id, blocks in zip(documents["doc_id"], documents["blocks"], strict=True)
        for position, (kind, text) in enumerate(blocks, start=1)
    ]
    return _make_table(rows, ["passage_id", "doc_id", "position", "kind", "text"])


def _make_table(rows: list[tuple], columns: list[str]) -> pd.DataFrame:
    types = {column: "int32" if column == "position" else "str" for column in columns}
    return pd.DataFrame(rows, columns=columns).astype(types)


@lru_cache(maxsize=1)
def load_abbreviations() -> frozenset[str]:
    """Words of `lexicons/en/abbreviations.csv`, whose stop ends no sentence."""
    return frozenset(row["term"] for row in read_lexicon("abbreviations"))


@lru_cache(maxsize=1)
def _punkt() -> Any:
    """NLTK's Punkt with our own abbreviations and sentence starters; its import takes seconds."""
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    with suppress(ImportError):
        from nltk import redos

        redos.DEFAULT_TIMEOUT = None  # newer releases give up after five seconds, and a text may be long
    parameters = PunktParameters()
    parameters.abbrev_types = set(load_abbreviations())
    parameters.sent_starters = {row["term"] for row in read_lexicon("sentence_starters")}
    punkt: Any = PunktSentenceTokenizer(parameters)
    decide = punkt.text_contains_sentbreak

    def ends(context: str) -> bool:  # a word that is no abbreviation, a stop and another word need no decision
        word = _STOPPED.match(context)
        return decide(context) if not word or word[1].lower() in parameters.abbrev_types else True

    punkt.text_contains_sentbreak = ends
    return punkt


def split_text(text: str) -> list[str]:
    """Split a paragraph into its sentences by NLTK's Punkt with an explicit list of abbreviations.

    Source: Kiss and Strunk (2006), "Unsupervised Multilingual Sentence Boundary Detection", untrained: abbreviations of
    `lexicons/en/abbreviations.csv` end a sentence only before a word of `sentence_starters.csv`. Known weakness: "in
    the U.S. He said" is not split, because He is also a surname that follows titles.

    >>> split_text("Dr. Liu left the U.S. on Sept. 14-15. Sino-U.S. talks go on in the U.S. The end.")
    ['Dr. Liu left the U.S. on Sept. 14-15.', 'Sino-U.S. talks go on in the U.S.', 'The end.']
    """
    return [text[start:end] for start, end in _punkt().span_tokenize(text.translate(_PLAIN))]


def split_sentences(passages: pd.DataFrame) -> pd.DataFrame:
    """Split body passages into sentences; headings are not sentences.

    In: `passages` (passage_id, kind, speaker_side, text). Out: a row a sentence with `sentence_id` (passage_id-s001),
    `passage_id`, `position` (from 1), `speaker_side`, `text`. Source and weakness: `split_text`.

    >>> row = {"passage_id": "a-p0001", "kind": "body", "speaker_side": "US", "text": "We met. We agreed."}
    >>> split_sentences(pd.DataFrame([row]))["text"].tolist()
    ['We met.', 'We agreed.']
    """
    body = passages[passages["kind"] == "body"]
    rows = [
        (f"{passage_id}-s{position:03d}", passage_id, position, side, sentence)
        for passage_id, side, text in zip(body["passage_id"], body["speaker_side"], body["text"], strict=True)
        for position, sentence in enumerate(split_text(text), start=1)
    ]
    return _make_table(rows, ["sentence_id", "passage_id", "position", "speaker_side", "text"])
