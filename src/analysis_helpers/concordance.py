"""The concordance: every place of a term, among the words that stand around it."""

from __future__ import annotations

import pandas as pd

from .corpus import Corpus, table_of
from .errors import TalksError
from .words import code_terms, find_spans, find_terms, number_texts, split_words


def concordance(corpus: Corpus, term: str, *, width: int = 60) -> pd.DataFrame:
    """List every place where a term stands, with what is written before and after it.

    In: a corpus with its text; a term of one word or more, in any case; how many characters to show on either side.
    Out: one row a place, by date, text and order within the text: `doc_id`, `date`, `side`, `speaker_side`, `left`,
    `keyword` (as printed), `right`. There is no row where the term does not occur. Raises `TalksError` for a corpus
    without text and a term without a word.

    Source: keyword in context (Luhn 1960), over the words that the suite counts (`split_words`). Known weakness: a
    term of several words is found within a paragraph, also across the end of a sentence; write U.S. for the country,
    because "us" is the pronoun.

    Examples
    --------
    >>> import tempfile
    >>> import analysis_helpers as ah
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     out = f"{folder}/corpus"
    ...     corpus = ah.build_corpus([ah.shipped_data() / "example_sources"], out, semantic=False)
    >>> ah.concordance(corpus.where(doc_id="wire_a"), "both sides", width=16)[["left", "keyword", "right"]].head(1)
            left     keyword             right
    0  LISBON -   Both sides   agreed on Tuesd
    """
    if not corpus.has_text:
        raise TalksError(
            "this corpus holds no text; expected one with its text, because a concordance shows what stands around a "
            "word; use distinctive_terms or document_rates, or build the corpus from the texts"
        )
    wanted = split_words(term)
    if not wanted:
        raise TalksError(f"the term is {term!r}; expected at least one word; give one, such as 'rare earths'")
    columns = ["doc_id", "speaker_side", "position", "kind", "text"]
    found = []
    for piece in table_of(corpus, "passages").pieces(columns):
        body = piece[piece["kind"] == "body"].astype({"doc_id": "str", "speaker_side": "str"})
        found.append(_find_places(body.reset_index(drop=True), wanted, width))
    documents = corpus.documents[["doc_id", "date", "side"]]
    places = pd.concat(found).merge(documents, on="doc_id").sort_values(["date", "doc_id", "position"], kind="stable")
    return places[["doc_id", "date", "side", "speaker_side", "left", "keyword", "right"]].reset_index(drop=True)


def _find_places(passages: pd.DataFrame, wanted: list[str], width: int) -> pd.DataFrame:
    """Find the term in these passages: the row of each passage with `left`, `keyword`, `right`, once a place."""
    words = code_terms(passages["text"])
    _, places = find_terms(words, [" ".join(wanted)])
    texts = number_texts(words)[places]
    rows = []
    for text, first in zip(passages["text"].iloc[texts], places - words.starts[texts], strict=True):
        spans = find_spans(text)
        start, end = spans[first][0], spans[first + len(wanted) - 1][1]
        rows.append((text[max(start - width, 0) : start], text[start:end], text[end : end + width]))
    context = pd.DataFrame(rows, columns=["left", "keyword", "right"], dtype="str")
    return passages.drop(columns=["text", "kind"]).iloc[texts].reset_index(drop=True).join(context)
