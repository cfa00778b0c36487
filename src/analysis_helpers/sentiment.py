"""Sentiment: the tone of sentences compared by side, target and talk."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import numpy as np
import pandas as pd

from .corpus import Corpus, add_period, in_order, refuse_empty, table_of
from .dictionaries import INSTRUMENTS, SEMANTIC
from .errors import TalksError
from .tables import find_places
from .uncertainty import mean_interval

GROUPS = ("side", "speaker_side", "target", "collection", "genre", "month", "talk_id")


def tone_instruments(corpus: Corpus) -> list[str]:
    """List the instruments that made the tone of a corpus, as its record says.

    Raises `TalksError` where they are not those of this version.

    Examples
    --------
    >>> from analysis_helpers import load_corpus
    >>> tone_instruments(load_corpus())
    ['tone_vader', 'tone_diplomatic', 'tone_general']
    """
    made_of = corpus.record.get("settings", {}).get("tone")
    if made_of not in (list(INSTRUMENTS), [*INSTRUMENTS, SEMANTIC]):
        raise TalksError(
            f"corpus.json: tone is made of {made_of}; expected {list(INSTRUMENTS)}, with or without {SEMANTIC}, or "
            "tones are not comparable; build the corpus again"
        )
    return made_of


def _add_target(sentences: pd.DataFrame) -> pd.DataFrame:
    """Say of whom a sentence speaks: US, CN, both, or the relationship, which wins; missing where of none."""
    us, cn = sentences["mentions_us"] > 0, sentences["mentions_cn"] > 0
    conditions = [sentences["mentions_relationship"] > 0, us & cn, us, cn]
    target = np.select(conditions, ["relationship", "both", "US", "CN"], default=None)
    return sentences.assign(target=pd.Series(target, index=sentences.index, dtype="str"))


def compare_tone(corpus: Corpus, by: str | Iterable[str], *, instrument: str = "tone") -> pd.DataFrame:
    """Compare the tone of sentences: by who speaks, of whom, in which kind of text, month or talk.

    In: a corpus, with or without its text, and one or more of `side`, `speaker_side`, `target`,
    `collection`, `genre`, `month`, `talk_id`; `instrument` is `tone` or one of its parts. The
    `target` of a sentence is US or CN (it names only that one), both, or relationship, which wins;
    sentences that name none are then left out. Out: one row per combination, with `mean` (over
    documents of the means of their scored sentences), `low`, `high` (95 %), `n_documents`, `n_sentences`.
    An empty combination has n = 0. Questions of journalists are left out, unless `speaker_side` is
    asked for; so are texts without a value of a column of `by`. The instruments behind the means are in
    `attrs["instruments"]`: figures refuse tables that differ in them. Raises `TalksError` for an unknown
    column, where no sentence is left, and for a corpus scored by other instruments.

    Source: `mean_interval`; by speaker and target, because warm words and hard lines go together. Known
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
    for name, known, what in ((instrument, ["tone", *parts], "instrument"), *((n, GROUPS, "column") for n in by)):
        if name not in known:
            raise TalksError(f"unknown {what} {name!r}; expected one of {', '.join(known)}")
    rows = _rows_to_compare(corpus, by, instrument)
    named = " that names a country or the relationship" if "target" in by else ""
    refuse_empty(rows, f"sentence{named}")
    rows = rows.dropna()
    cells = []
    for key, cell in rows.groupby(by, observed=True):
        cells.append((*key, *mean_interval(cell[instrument], cell["document"]), len(cell)))
    table = pd.DataFrame(cells, columns=[*by, "mean", "low", "high", "n_documents", "n_sentences"])
    grid = pd.MultiIndex.from_product([in_order(rows[name]) for name in by], names=by).to_frame(index=False)
    counts = dict.fromkeys(["n_documents", "n_sentences"], 0)
    table = grid.merge(table, on=by, how="left").fillna(counts).astype(dict.fromkeys(counts, "int64"))
    table.attrs["instruments"] = parts if instrument == "tone" else [instrument]
    return table


def _rows_to_compare(corpus: Corpus, by: list[str], instrument: str) -> pd.DataFrame:
    """Give the sentences with a value of each column of `by`: `document` (a number), those columns, the instrument."""
    documents = add_period(corpus.documents, "month")
    documents = documents.assign(document=pd.factorize(documents["doc_id"], sort=True)[0])
    given = ["document", *(name for name in by if name in documents)]
    passages = table_of(corpus, "passages").read(["passage_id", "doc_id"])
    passages = passages.merge(documents[["doc_id", *given]], on="doc_id")
    among, spoken, rows = pd.Index(passages["passage_id"]), passages[given], []
    mentions = ["mentions_us", "mentions_cn", "mentions_relationship"]
    for piece in table_of(corpus, "sentences").pieces(["passage_id", "speaker_side", *mentions, instrument]):
        place = find_places(piece["passage_id"], among)
        kept = place >= 0 if "speaker_side" in by else (place >= 0) & (piece["speaker_side"] != "question").to_numpy()
        sentences = _add_target(piece[kept].astype({"speaker_side": "str"})).reset_index(drop=True)
        sentences = sentences.join(spoken.iloc[place[kept]].reset_index(drop=True))
        rows.append(sentences[["document", *by, instrument]].dropna(subset=by))
    return pd.concat(rows, ignore_index=True)


def compare_instruments(corpus: Corpus) -> pd.DataFrame:
    """Tell how far the instruments of tone agree with each other, sentence by sentence.

    In: a corpus, with or without its text. Out: one row per pair of instruments, with `pair`,
    `rank_correlation` (Spearman), `equal_sign` (share of sentences that both call warm, both cool or
    both neither), `n_sentences` (those that both score). No interval: sentences of a text are alike.

    Source: Spearman (1904). Known weakness: the lists share many words, so agreement is no proof.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> ah.compare_instruments(ah.load_corpus())["pair"].tolist()
    ['tone_vader, tone_diplomatic', 'tone_vader, tone_general', 'tone_diplomatic, tone_general']
    """
    table, rows = table_of(corpus, "sentences"), []
    refuse_empty(table.read(["n_words"]), "sentence of officials")
    parts = tone_instruments(corpus)
    sentences = table.read(parts)
    for pair in combinations(parts, 2):
        both = sentences[list(pair)].dropna()
        first, second = (both[name] for name in pair)
        equal = np.sign(first) == np.sign(second)
        rows.append((", ".join(pair), first.corr(second, method="spearman"), equal.mean(), len(both)))
    table = pd.DataFrame(rows, columns=["pair", "rank_correlation", "equal_sign", "n_sentences"])
    return table.round(3)
