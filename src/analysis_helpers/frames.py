"""Frames: what each side makes an issue be about, counted by reviewed lists of words."""

from __future__ import annotations

import pandas as pd

from .corpus import Corpus, in_order
from .dictionaries import read_terms
from .errors import TalksError
from .rates import document_rates, rate_interval
from .terms import keep_terms
from .uncertainty import SEED

_ROWS = 5_000_000  # of terms and documents at a time

Frames = dict[str, list[str]]


def load_frames() -> Frames:
    """Load the twelve frames with their words: security, fairness, sovereignty, mutual benefit, ...

    Out: for each frame the list of its words and multiword terms, as `lexicons/en/frames.csv` gives them
    with a reason each; no term stands in two frames, none within another of its frame.

    Source: written for this project; what a frame does, after Entman (1993), "Framing: Toward
    Clarification of a Fractured Paradigm". Known weakness: one coder, no test of agreement; a word
    shows that a frame is present, not that the speaker shares it.

    Examples
    --------
    >>> frames = load_frames()
    >>> len(frames), frames["mutual benefit"][:3]
    (12, ['mutual benefit', 'mutually beneficial', 'mutual respect'])
    """
    return read_terms("frames", "frame")


def score_frames(corpus: Corpus, *, frames: Frames | None = None) -> pd.DataFrame:
    """Give the rate per 1,000 words of each frame in each document, by the side that speaks.

    In: a corpus and, in place of the shipped ones, `frames` with their terms. Out: `doc_id`,
    `speaker_side`, `frame`, `n` (occurrences of its terms), `n_words` (own words of that side in the
    document), `rate`; one row per frame and side of a document, also where it does not occur. Raises
    `TalksError` for a multiword term that was not counted when the corpus was built.

    Source: `document_rates`. Known weakness: a word counts whatever it means there ("court", "steady"),
    and whether it is affirmed or denied.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> scores = ah.score_frames(ah.load_corpus(), frames={"sovereignty": ["sovereignty", "territorial integrity"]})
    >>> scores[scores["n"] > 0].groupby("speaker_side").size().to_dict()
    {'CN': 88, 'US': 9}
    """
    chosen = frames or load_frames()
    _check_counted(corpus, chosen)
    rates = document_rates(corpus, chosen).rename(columns={"topic": "frame"})
    return rates[["doc_id", "speaker_side", "frame", "n", "n_words", "rate"]]


def _check_counted(corpus: Corpus, frames: Frames) -> None:
    """A multiword term that nobody looked for would seem never to be used."""
    settings = corpus.record["settings"]
    counted = {*settings["lexicon_terms"], *(row["term"] for row in settings["collocations"])}
    missing = sorted({term for terms in frames.values() for term in terms if " " in term} - counted)
    if missing:
        raise TalksError(
            f"corpus.json: terms were not counted when the corpus was built ({'; '.join(missing[:3])}); expected all "
            f"{len(missing)} of them in lexicon_terms; add them to lexicons/en/frames.csv and build the corpus again"
        )


def compare_frames(
    corpus: Corpus, by: str = "speaker_side", *, frames: Frames | None = None, seed: int = SEED
) -> pd.DataFrame:
    """Compare how often each side uses each frame, and how much hangs on a single word of it.

    In: a corpus; `by`, `speaker_side` or a column of `documents`; `frames` as for `score_frames`. Out:
    `frame`, the column of `by`, `rate` (mean over documents of the rate per 1,000 own words), `low`,
    `high` (95 %), `n_documents`, `n_using` (documents that use the frame), `least` and `most` (the
    smallest and the largest rate when one term is left out) and `term_that_matters` (the term whose
    omission changes the rate most; the first of the alphabet among equals, missing where no term
    occurs). No interval is given while fewer than 5 documents use the frame. Raises `TalksError` for an
    unknown column.

    Source: `mean_interval`; leaving out one term at a time is the jackknife (Tukey 1958) over terms. Known
    weakness: kinds of text are pooled; `least` to `most` is no confidence interval.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> table = ah.compare_frames(ah.load_corpus(), frames={"sovereignty": ["sovereignty", "territorial integrity"]})
    >>> table[["speaker_side", "n_using", "term_that_matters"]].to_numpy().tolist()
    [['US', 9, 'sovereignty'], ['CN', 88, 'sovereignty']]
    """
    if by != "speaker_side" and by not in corpus.documents:
        raise TalksError(f"unknown column {by!r}; expected speaker_side or one of {', '.join(corpus.documents)}")
    chosen = frames or load_frames()
    listed = sorted({term for terms in chosen.values() for term in terms})
    corpus = keep_terms(corpus, lambda terms: terms.isin(listed))
    scores = _by_document(score_frames(corpus, frames=chosen), corpus, by)
    step = max(1, _ROWS // max(1, len(corpus.documents)))
    parts = pd.concat([_mean_rates(corpus, listed[first : first + step], by) for first in range(0, len(listed), step)])
    rows = [
        (frame, value, *_describe(cell, parts.xs(value, level=by)[sorted(chosen[frame])], seed))
        for frame in chosen
        for value in in_order(scores[by])
        for cell in [scores[(scores["frame"] == frame) & (scores[by] == value)]]
    ]
    figures = ["rate", "low", "high", "n_documents", "n_using", "least", "most", "term_that_matters"]
    return pd.DataFrame(rows, columns=["frame", by, *figures]).astype({"term_that_matters": "str"})


def _mean_rates(corpus: Corpus, terms: list[str], by: str) -> pd.Series:
    """Give the mean rate of each term by itself, as if it were a frame."""
    single = _by_document(score_frames(corpus, frames={term: [term] for term in terms}), corpus, by)
    return single.groupby(["frame", by])["rate"].mean()


def _by_document(scores: pd.DataFrame, corpus: Corpus, by: str) -> pd.DataFrame:
    """One row per frame and document (and speaker side, where that is asked for)."""
    if by == "speaker_side":
        return scores
    counts = scores.groupby(["frame", "doc_id"], sort=False)[["n", "n_words"]].sum().reset_index()
    counts = counts.merge(corpus.documents[["doc_id", by]], on="doc_id").dropna(subset=[by])
    return counts.assign(rate=1_000 * counts["n"] / counts["n_words"])


def _describe(cell: pd.DataFrame, parts: pd.Series, seed: int) -> tuple[float | int | str | None, ...]:
    """Describe a frame on one side; `parts`, the mean rates of its terms, add up to its own."""
    mean, low, high, n_documents, n_using = rate_interval(cell, seed)
    least, most = (round(mean - part, 3) + 0.0 for part in (parts.max(), parts.min()))
    term = parts.idxmax() if n_using else None
    return round(mean, 3), low, high, n_documents, n_using, least, most, term
