"""Events: texts by period, and windows before and after talks, always with their denominators."""

import pandas as pd

from .corpus import PERIODS, Corpus, check_columns, dated_for, fill_grid, in_order, refuse_empty
from .errors import TalksError


def texts_by_period(
    corpus: Corpus, period: str = "week", by: str = "side", *, span: tuple[str, str] | None = None
) -> pd.DataFrame:
    """Count the texts and words of each period (year, month, week from Monday) by side, also where there are none.

    In: `span`, the first and last day that the collection means to cover. Out: `period`, `by`, `n_documents`,
    `n_words`. Raises `TalksError` for an unknown column and without dates. Source: ISO 8601. Known weakness: what is
    held is counted, not all that was said.

    >>> ah.texts_by_period(ah.load_corpus().where(collection="statements_2025"), "year")["n_documents"].tolist()
    [444, 355]
    """
    check_columns([by], corpus.documents)
    dated = dated_for(corpus.documents, period, by)
    n_undated, dated = len(corpus.documents) - len(dated), dated.dropna(subset=by)
    refuse_empty(dated, "dated document")
    days = [pd.Period(day, PERIODS[period]) for day in span] if span else [dated[period].min(), dated[period].max()]
    periods = pd.period_range(*days, freq=PERIODS[period], name=period)
    table = dated.groupby([period, by]).agg(n_documents=("doc_id", "size"), n_words=("n_words", "sum")).reset_index()
    table = fill_grid(table, {period: periods, by: in_order(dated[by])}, ["n_documents", "n_words"])
    table.attrs["n_undated"] = n_undated
    return table


def event_window(corpus: Corpus, talks: pd.DataFrame, days: int = 7, by: str = "side") -> pd.DataFrame:
    """Count the texts of each side in a window of days before and after each talk: denominators first.

    Out: `talk_id`, `start_date`, `by`, `n_before`, `n_during`, `n_after`, `n_documents`. Dates known to a few days
    count in windows of 14 days or more. Raises `TalksError` without a talk or a document dated so. Source: equal
    windows, as in event studies. Known weakness: neighbours overlap.

    >>> corpus, talks = ah.load_corpus().where(collection="statements_2025"), ah.load_talks()
    >>> ah.event_window(corpus, talks[talks["city"] == "Geneva"])[["side", "n_documents"]].tail(2).to_numpy().tolist()
    [['US', 30], ['CN', 12]]
    """
    check_columns([by], corpus.documents)
    dated = dated_for(corpus.documents, days, by)
    if talks.empty:
        raise TalksError("no talk to look around; expected at least one, within the dates of the texts; choose others")
    window, rows = pd.Timedelta(days=days), []
    for name, start, end in talks[["talk_id", "start_date", "end_date"]].itertuples(index=False):
        for value in in_order(corpus.documents[by]):
            dates = dated.loc[dated[by] == value, "date"]
            spans = (start - window, start, "left"), (start, end, "both"), (end, end + window, "right")
            counts = [dates.between(*span).sum() for span in spans]
            rows.append((name, start, value, *counts, sum(counts)))
    counted = ["n_before", "n_during", "n_after", "n_documents"]
    table = pd.DataFrame(rows, columns=["talk_id", "start_date", by, *counted])
    table.attrs["n_undated"] = len(corpus.documents) - len(dated)
    return table
