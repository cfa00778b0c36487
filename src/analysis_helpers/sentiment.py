"""Sentiment: the tone of sentences compared by side, target and talk."""

from collections.abc import Iterable
from functools import reduce

import pandas as pd

from .corpus import PERIODS, Corpus, add_period, check_columns, find_clusters, refuse_empty, refuse_languages
from .dictionaries import INSTRUMENTS
from .uncertainty import means_by

_OF_PASSAGE = ("speaker", "speaker_side", "target")
# Of whom a sentence speaks: the relationship wins; missing where of none.
_TARGET = (
    "CASE WHEN mentions_relationship > 0 THEN 'relationship' WHEN mentions_us > 0 AND mentions_cn > 0 THEN 'both' "
    "WHEN mentions_us > 0 THEN 'US' WHEN mentions_cn > 0 THEN 'CN' END AS target"
)
ALL = "all that name it"
STRATA = ["only", "both", "relationship"]
ESTIMANDS = {"only the other": STRATA[:1], "without the relationship": STRATA[:2], ALL: STRATA}
# Sentences, their stratum, and whether they may be drawn: of officials of the publishing side, neither short nor long.
FRAME = """SELECT s.*, doc_id, speaker, side, CASE -- in CASE, or documents are joined by side
        WHEN CASE side WHEN 'US' THEN mentions_cn WHEN 'CN' THEN mentions_us ELSE 0 END
            + CASE language WHEN 'zh' THEN mentions_relationship ELSE 0 END = 0 THEN 'none' -- 中美 is both names in one
        WHEN mentions_relationship > 0 THEN 'relationship' WHEN mentions_us > 0 AND mentions_cn > 0 THEN 'both'
        ELSE 'only' END AS stratum, CASE WHEN kind <> 'body' OR s.speaker_side IS DISTINCT FROM side THEN false
        WHEN language = 'zh' THEN n_characters BETWEEN 12 AND 220 ELSE s.n_words BETWEEN 5 AND 90 END AS in_frame
 FROM sentences s JOIN passages USING (passage_id) JOIN (SELECT doc_id, side, language FROM documents) USING (doc_id)"""


def compare_tone(
    corpus: Corpus,
    by: str | Iterable[str],
    *,
    instrument: str = "tone_diplomatic",
    estimand: str | None = None,
    clusters: str | None = None,
) -> pd.DataFrame:
    """Compare the tone of sentences: by who speaks, of whom, in which kind of text, year or talk.

    In: columns of `documents`, `speaker`, `speaker_side`, year, month, week, `target` (US or CN, where only that one is
    named, both, or relationship, which wins); the instrument, or `tone` for their mean; `estimand`, for the sentences
    of `corrected_mean`; `clusters`, as for `rates`. Out: `mean` (over documents), `low`, `high` (95 %), `n_documents`,
    `n_sentences`, with clusters `n_clusters`, `n_effective`; `smallest`, as of `Interval`; `reason` of no interval.
    Questions count only by `speaker_side`. Raises `TalksError` without a sentence. Source: `mean_interval`. Known
    weakness: kinds of text differ more than sides do.

    >>> ah.compare_tone(ah.load_corpus().where(genre="readout", language="en"), by="side")["side"].tolist()
    ['US', 'CN']
    """
    by = [by] if isinstance(by, str) else list(by)
    check_columns([instrument], ["tone", *INSTRUMENTS], "instrument")
    check_columns(by, [*corpus.documents, *_OF_PASSAGE, *PERIODS])
    refuse_languages(corpus.documents, by)
    source = "sentences AS s JOIN passages USING (passage_id)"
    if estimand:
        check_columns([estimand], ESTIMANDS, "estimand")
        source = f"({FRAME}) AS s WHERE in_frame AND stratum IN {ESTIMANDS[estimand]}"
    told = ", ".join(["doc_id", *(name for name in by if name in _OF_PASSAGE)])
    questions = "true" if "speaker_side" in by else "speaker_side IS DISTINCT FROM 'question'"
    rows = corpus.sql(  # sums of whole numbers do not depend on the order of rows
        f"SELECT {told}, count(tone) AS n_sentences, sum(tone) / 10000.0 / count(tone) AS value FROM ("
        f"SELECT doc_id, s.speaker_side, speaker, CAST(round({instrument} * 10000) AS BIGINT) AS tone, {_TARGET} "
        f"FROM {source}) WHERE {questions} GROUP BY {told} ORDER BY {told}"
    )
    periods = sorted({*by} & {*PERIODS})
    documents = reduce(add_period, periods, corpus.documents.set_index("doc_id"))
    rows = rows[rows["n_sentences"] > 0].join(documents[[name for name in by if name not in rows]], on="doc_id")
    n_undated = rows.loc[rows[periods].isna().any(axis=1), "doc_id"].nunique()
    rows = rows.dropna(subset=by)
    refuse_empty(rows, "sentence that names a country or the relationship" if "target" in by else "sentence")
    rows = rows.assign(cluster=find_clusters(corpus, rows, clusters)) if clusters else rows
    table = means_by(rows, by, ["n_documents", "n_sentences"])
    table.attrs["n_undated"] = n_undated
    return table.assign(estimand=estimand) if estimand else table
