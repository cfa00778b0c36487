"""Events: windows before and after talks, always with their denominators."""

import pandas as pd

from .corpus import WINDOW_DAYS, Corpus, check_columns, in_order, refuse_empty, refuse_languages
from .errors import TalksError


def event_window(corpus: Corpus, talks: pd.DataFrame, days: int = 7, by: str = "side") -> pd.DataFrame:
    """Count the texts of each side in a window of days before and after each talk: denominators first.

    Out: `talk_id`, `start_date`, `by`, `n_before`, `n_during`, `n_after`, `n_documents`. Dates known to a few days
    count in windows of 14 days or more. Raises `TalksError` without a talk or a document dated so. Source: equal
    windows, as in event studies. Known weakness: neighbours overlap.

    >>> corpus, talks = ah.load_corpus().where(collection="statements_2025"), ah.load_talks()
    >>> ah.event_window(corpus, talks[talks["city"] == "Geneva"])[["side", "n_documents"]].tail(2).to_numpy().tolist()
    [['US', 30], ['CN', 12]]
    """
    documents = corpus.documents
    check_columns([by], documents)
    refuse_languages(documents, [by])
    dated = documents[documents["date_precision"].isin(["day", "window"] if days >= WINDOW_DAYS else ["day"])]
    refuse_empty(dated, "document with a date exact enough")
    if talks.empty:
        raise TalksError("no talk to look around; expected at least one, within the dates of the texts; choose others")
    window, rows = pd.Timedelta(days=days), []
    for name, start, end in talks[["talk_id", "start_date", "end_date"]].itertuples(index=False):
        for value in in_order(documents[by]):
            dates = dated.loc[dated[by] == value, "date"]
            spans = (start - window, start, "left"), (start, end, "both"), (end, end + window, "right")
            counts = [dates.between(*span).sum() for span in spans]
            rows.append((name, start, value, *counts, sum(counts)))
    table = pd.DataFrame(rows, columns=["talk_id", "start_date", by, "n_before", "n_during", "n_after", "n_documents"])
    table.attrs["n_undated"] = len(documents) - len(dated)
    return table
