"""Sentiment: the tone of sentences compared by side, target and talk."""

from collections.abc import Iterable
from functools import reduce
from itertools import combinations

import numpy as np
import pandas as pd

from .corpus import PERIODS, Corpus, add_period, check_columns, find_clusters, refuse_empty, refuse_languages
from .dictionaries import INSTRUMENTS
from .errors import TalksError
from .uncertainty import means_by

_OF_PASSAGE = ("speaker", "speaker_side", "target")
# Of whom a sentence speaks: the relationship wins; missing where of none.
_TARGET = (
    "CASE WHEN mentions_relationship > 0 THEN 'relationship' WHEN mentions_us > 0 AND mentions_cn > 0 THEN 'both' "
    "WHEN mentions_us > 0 THEN 'US' WHEN mentions_cn > 0 THEN 'CN' END AS target"
)


def tone_instruments(corpus: Corpus) -> list[str]:
    """List the instruments that made the tone of a corpus, as its record says; refuse those of another version."""
    made_of = corpus.record.get("settings", {}).get("tone")
    if made_of != list(INSTRUMENTS):
        expected = f"expected {list(INSTRUMENTS)}, or tones are not comparable"
        raise TalksError(f"corpus.json: tone is made of {made_of}; {expected}; build the corpus again")
    return made_of


def compare_tone(
    corpus: Corpus, by: str | Iterable[str], *, instrument: str = "tone_diplomatic", clusters: str | None = None
) -> pd.DataFrame:
    """Compare the tone of sentences: by who speaks, of whom, in which kind of text, year or talk.

    In: a corpus; columns of `documents`, `speaker`, `speaker_side`, `target`, year, month, week; the instrument, or
    `tone` for their mean; `clusters`, as for `rates`. `target` is US or CN (only that one is named), both, or
    relationship, which wins. Out: `mean` (over documents), `low`, `high` (95 %), `n_documents`, `n_sentences`, with
    clusters `n_clusters`, `n_effective`; `smallest`, the difference from another such mean found in 80 of 100; `reason`
    of no interval. Questions count only by `speaker_side`. Raises `TalksError` for an unknown column, and without a
    sentence. Source: `mean_interval`. Known weakness: kinds of text differ more than sides do.

    >>> tone = ah.compare_tone(ah.load_corpus().where(genre="readout", language="en"), by=["speaker_side", "target"])
    >>> tone.columns.tolist()
    ['speaker_side', 'target', 'mean', 'low', 'high', 'n_documents', 'n_sentences', 'smallest', 'reason']
    """
    by = [by] if isinstance(by, str) else list(by)
    parts = tone_instruments(corpus)
    check_columns([instrument], ["tone", *parts], "instrument")
    check_columns(by, [*corpus.documents, *_OF_PASSAGE, *PERIODS])
    refuse_languages(corpus.documents, by)
    told = ", ".join(["doc_id", *(name for name in by if name in _OF_PASSAGE)])
    questions = "true" if "speaker_side" in by else "speaker_side IS DISTINCT FROM 'question'"
    rows = corpus.sql(  # sums of whole numbers do not depend on the order of rows
        f"SELECT {told}, count(tone) AS n_sentences, sum(tone) / 10000.0 / count(tone) AS value FROM ("
        f"SELECT doc_id, s.speaker_side, speaker, CAST(round({instrument} * 10000) AS BIGINT) AS tone, {_TARGET} "
        f"FROM sentences s JOIN passages USING (passage_id)) WHERE {questions} GROUP BY {told} ORDER BY {told}"
    )
    periods = sorted({*by} & {*PERIODS})
    documents = reduce(add_period, periods, corpus.documents)
    given = dict.fromkeys(["doc_id", *(name for name in by if name not in _OF_PASSAGE)])
    rows = rows[rows["n_sentences"] > 0].merge(documents[list(given)], on="doc_id")
    n_undated = rows.loc[rows[periods].isna().any(axis=1), "doc_id"].nunique()
    rows = rows.dropna(subset=by)
    refuse_empty(rows, "sentence that names a country or the relationship" if "target" in by else "sentence")
    rows = rows.assign(cluster=find_clusters(corpus, rows, clusters)) if clusters else rows
    table = means_by(rows, by, ["n_documents", "n_sentences"])
    table.attrs.update(instruments=parts if instrument == "tone" else [instrument], n_undated=n_undated)
    return table


def compare_instruments(corpus: Corpus) -> pd.DataFrame:
    """Tell how far the instruments of tone agree with each other, sentence by sentence.

    In: a corpus. Out: one row a pair: `pair`, `rank_correlation` (Spearman), `equal_sign` (share of sentences both
    call warm, cool or neither), `n_sentences` (that both score). Raises `TalksError` without a sentence. Source:
    Spearman (1904). Known weakness: the lists share many words, so agreement is no proof.

    >>> ah.compare_instruments(ah.load_corpus().where(language="en"))["pair"].tolist()
    ['tone_vader, tone_diplomatic']
    """
    parts = tone_instruments(corpus)
    refuse_languages(corpus.documents)
    sentences = corpus.sql(f"SELECT {', '.join(parts)} FROM sentences ORDER BY row")
    refuse_empty(sentences, "sentence of officials")
    rows = []
    for pair in combinations(parts, 2):
        first, second = (column for _, column in sentences[list(pair)].dropna().items())
        equal = np.sign(first) == np.sign(second)
        rows.append((", ".join(pair), first.corr(second, method="spearman"), equal.mean(), len(first)))
    return pd.DataFrame(rows, columns=["pair", "rank_correlation", "equal_sign", "n_sentences"]).round(3)
