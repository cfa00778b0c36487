"""Sentiment: the tone of sentences compared by side, target and talk."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import numpy as np
import pandas as pd

from .corpus import Corpus, add_period, check_columns, fill_grid, in_order, refuse_empty
from .dictionaries import INSTRUMENTS
from .errors import TalksError
from .uncertainty import mean_interval

GROUPS = ("side", "speaker_side", "target", "collection", "genre", "month", "talk_id")
# Of whom a sentence speaks: the relationship wins; missing where of none.
_TARGET = (
    "CASE WHEN mentions_relationship > 0 THEN 'relationship' WHEN mentions_us > 0 AND mentions_cn > 0 THEN 'both' "
    "WHEN mentions_us > 0 THEN 'US' WHEN mentions_cn > 0 THEN 'CN' END AS target"
)


def tone_instruments(corpus: Corpus) -> list[str]:
    """List the instruments that made the tone of a corpus, as its record says; refuse those of another version."""
    made_of = corpus.record.get("settings", {}).get("tone")
    if made_of != list(INSTRUMENTS):
        raise TalksError(
            f"corpus.json: tone is made of {made_of}; expected {list(INSTRUMENTS)}, or tones are "
            "not comparable; build the corpus again"
        )
    return made_of


def compare_tone(corpus: Corpus, by: str | Iterable[str], *, instrument: str = "tone") -> pd.DataFrame:
    """Compare the tone of sentences: by who speaks, of whom, in which kind of text, month or talk.

    In: a corpus and one or more of `side`, `speaker_side`, `target`, `collection`, `genre`, `month`, `talk_id`;
    `instrument` is `tone` or one of its parts. The `target` of a sentence is US or CN (it names only that one), both,
    or relationship, which wins; sentences that name none are then left out. Out: one row per combination, with `mean`
    (over documents of the means of their scored sentences), `low`, `high` (95 %), `n_documents`, `n_sentences` (0 where
    it is empty). Questions of journalists are left out, unless `speaker_side` is asked for. The instruments behind the
    means are in `attrs["instruments"]`: figures refuse tables that differ in them. Raises `TalksError` for an unknown
    column, where no sentence is left, and for a corpus scored by other instruments. Source: `mean_interval`. Known
    weakness: kinds of text differ more in tone than sides do; compare within a genre first.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> tone = ah.compare_tone(ah.load_corpus().where(genre="press_conference"), by=["speaker_side", "target"])
    >>> tone.columns.tolist()
    ['speaker_side', 'target', 'mean', 'low', 'high', 'n_documents', 'n_sentences']
    """
    by = [by] if isinstance(by, str) else list(by)
    parts = tone_instruments(corpus)
    check_columns([instrument], ["tone", *parts], "instrument")
    check_columns(by, GROUPS)
    rows = _tone_of_documents(corpus, by, instrument)
    refuse_empty(rows, "sentence that names a country or the relationship" if "target" in by else "sentence")
    rows = rows[rows["n_sentences"] > 0]
    cells = rows.groupby(by, observed=True)
    means = [(*key, *mean_interval(cell["mean"]), cell["n_sentences"].sum()) for key, cell in cells]
    table = pd.DataFrame(means, columns=[*by, "mean", "low", "high", "n_documents", "n_sentences"])
    table = fill_grid(table, {name: in_order(rows[name]) for name in by}, ["n_documents", "n_sentences"])
    table.attrs["instruments"] = parts if instrument == "tone" else [instrument]
    return table


def _tone_of_documents(corpus: Corpus, by: list[str], instrument: str) -> pd.DataFrame:
    """Give the mean of each document, by voice and target where asked for; sums of whole numbers have no order."""
    told = ", ".join(["doc_id", *(name for name in by if name in ("speaker_side", "target"))])
    questions = "true" if "speaker_side" in by else "speaker_side IS DISTINCT FROM 'question'"
    rows = corpus.sql(
        f"SELECT {told}, count(tone) AS n_sentences, sum(tone) / 10000.0 / count(tone) AS mean FROM ("
        f"SELECT doc_id, s.speaker_side, CAST(round({instrument} * 10000) AS BIGINT) AS tone, {_TARGET} "
        f"FROM sentences s JOIN passages USING (passage_id)) WHERE {questions} GROUP BY {told} ORDER BY {told}"
    )
    documents = add_period(corpus.documents, "month")
    given = dict.fromkeys(["doc_id", *(name for name in by if name in documents)])
    return rows.merge(documents[list(given)], on="doc_id").dropna(subset=by)


def compare_instruments(corpus: Corpus) -> pd.DataFrame:
    """Tell how far the instruments of tone agree with each other, sentence by sentence.

    In: a corpus. Out: one row per pair of instruments, with `pair`, `rank_correlation` (Spearman), `equal_sign` (share
    of sentences that both call warm, both cool or both neither), `n_sentences` (those that both score). No interval:
    sentences of a text are alike. Raises `TalksError` without a sentence. Source: Spearman (1904). Known weakness: the
    lists share many words, so agreement is no proof.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> ah.compare_instruments(ah.load_corpus())["pair"].tolist()
    ['tone_vader, tone_diplomatic']
    """
    parts = tone_instruments(corpus)
    sentences = corpus.sql(f"SELECT {', '.join(parts)} FROM sentences ORDER BY row")
    refuse_empty(sentences, "sentence of officials")
    rows = []
    for pair in combinations(parts, 2):
        first, second = (column for _, column in sentences[list(pair)].dropna().items())
        equal = np.sign(first) == np.sign(second)
        rows.append((", ".join(pair), first.corr(second, method="spearman"), equal.mean(), len(first)))
    return pd.DataFrame(rows, columns=["pair", "rank_correlation", "equal_sign", "n_sentences"]).round(3)
