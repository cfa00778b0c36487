"""Events: texts by period, and windows before and after talks, always with their denominators."""

import numpy as np
import pandas as pd
from scipy.special import chdtri

from .corpus import PERIODS, Corpus, check_columns, dated_for, fill_grid, in_order, refuse_empty
from .errors import TalksError
from .uncertainty import MIN_A_SIDE, count_as_large


def texts_by_period(
    corpus: Corpus, period: str = "week", by: str = "side", *, span: tuple[str, str] | None = None
) -> pd.DataFrame:
    """Count the texts and words of each period by side, also where there are none.

    In: a corpus; `period`, year, month or week (from Monday); `by`, a column of `documents`; `span`, the first and
    last day that the collection means to cover. Out: `period`, `by`, `n_documents`, `n_words`, without the
    `attrs["n_undated"]` documents whose date is less exact (figures say so). Raises `TalksError` for an unknown column
    and without a dated document. Source: weeks after ISO 8601. Known weakness: the counts show what the collection
    holds, not all that was said.

    >>> statements = ah.load_corpus().where(collection="statements_2025")
    >>> ah.texts_by_period(statements, "year")["n_documents"].tolist()
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


def burstiness(weeks: pd.DataFrame, by: str = "side") -> pd.DataFrame:
    """Tell how unevenly texts come: the variance of the counts divided by their mean, by side.

    In: a table of `texts_by_period`. Out: `by`, `mean`, `variance`, `ratio`, `chance_low`, `chance_high` (95 % of the
    ratios of a steady Poisson process; above, texts come in bursts), `n_periods`. Source: the index of dispersion and
    its chi-square test (Cox and Lewis 1966). Known weakness: a change of sources looks bursty too.

    >>> weeks = pd.DataFrame({"side": ["US"] * 4, "n_documents": [0, 4, 0, 4]})
    >>> burstiness(weeks).round(2).values.tolist()
    [['US', 2.0, 5.33, 2.67, 0.07, 3.12, 4]]
    """
    table = weeks.groupby(by, sort=False)["n_documents"].agg(["mean", "var", "size"])
    table = table.rename(columns={"var": "variance", "size": "n_periods"}).reset_index()
    freedom = table["n_periods"] - 1
    ratio = table["variance"] / table["mean"]
    low, high = chdtri(freedom, 0.975) / freedom, chdtri(freedom, 0.025) / freedom
    return table.assign(ratio=ratio, chance_low=low, chance_high=high, n_periods=table.pop("n_periods"))


def event_window(corpus: Corpus, talks: pd.DataFrame, days: int = 7, by: str = "side") -> pd.DataFrame:
    """Count the texts of each side in a window before and after each talk: denominators first.

    In: a corpus, talks, the days on either side; `by`, a column of `documents`. Out: `talk_id`, `start_date`, `by`,
    `n_before`, `n_during`, `n_after`, `n_documents`; dates known to a few days count in windows of 14 days or more,
    `attrs["n_undated"]` documents do not. Raises `TalksError` for an unknown column, and without a talk or a document
    dated so. Source: equal windows, as in event studies. Known weakness: neighbours overlap.

    >>> talks = ah.load_talks().query("talk_id == '2025-05-geneva-trade-round'")
    >>> corpus = ah.load_corpus().where(collection="statements_2025")
    >>> ah.event_window(corpus, talks)[["side", "n_documents"]].to_numpy().tolist()
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


def event_study(
    table: pd.DataFrame, talks: pd.DataFrame, value: str, *, days: int = 14, by: str = "side"
) -> pd.DataFrame:
    """Ask whether a value changes from before to after the talks, against the same dates moved round the year.

    In: a row per document with `date`, `by`, the value, and if known `date_precision`, read as by `event_window`, and
    `language`; talks; the windows in days. Left out: talks outside the dates, documents before one and after another.
    Out: a row per `by`: `before`, `after` (means), `difference`, `p_value` (none under 4 documents), `smallest`, the
    difference found in 80 of 100, `n_before`, `n_after`. Raises `TalksError` without a dated document or talk. Source:
    rotated calendars (Besag and Clifford 1989). Known weakness: one year holds few.

    >>> days = pd.date_range("2025-01-01", periods=100)
    >>> table = pd.DataFrame({"date": days, "side": "US", "tone": np.arange(100) >= 50})
    >>> event_study(table, table.assign(start_date=days, end_date=days)[50:51], "tone")["difference"].tolist()
    [1.0]
    """
    known = table.dropna(subset=[value, by])
    refuse_empty(known, f"document with a value of {value} and a {by.replace('_', ' ')}")
    n_known, known = len(known), dated_for(known, days, by)
    origin, last = known["date"].min(), known["date"].max()
    within = talks[(talks["end_date"] >= origin) & (talks["start_date"] <= last)]
    if within.empty:
        found = f"none of the {len(talks)} talks falls between {origin:%Y-%m-%d} and {last:%Y-%m-%d}"
        why = "the dates of the texts; expected at least one, because this compares texts before and after talks"
        raise TalksError(f"{found}, {why}; choose other talks")
    span = (last - origin).days + 1
    starts, ends = ((within[column] - origin).dt.days.to_numpy() for column in ("start_date", "end_date"))
    ring = np.array(_around(np.arange(span), starts, ends, days, span))
    rows = []
    for side in in_order(known[by]):
        part = known[known[by] == side]
        day, values = (part["date"] - origin).dt.days.to_numpy(), part[value].to_numpy(dtype="float64")
        windows = [ring[:, (day - shift) % span] for shift in range(span)]
        means = [[values[window].mean() if window.any() else np.nan for window in pair] for pair in windows]
        differences, sizes = np.diff(means).ravel(), [int(window.sum()) for window in windows[0]]
        drawn, test = differences[~np.isnan(differences)], (np.nan, np.nan)
        if min(sizes) >= MIN_A_SIDE:
            _, *test = count_as_large(np.array([differences[0], *drawn]), exact=True)
        rows.append((side, *means[0], differences[0], *test, *sizes))
    columns = [by, "before", "after", "difference", "p_value", "smallest", "n_before", "n_after"]
    moved = pd.DataFrame(rows, columns=columns).round(4)
    moved.attrs["n_undated"] = n_known - len(known)
    return moved


def _around(day: np.ndarray, starts: np.ndarray, ends: np.ndarray, days: int, span: int) -> tuple[np.ndarray, ...]:
    """Tell which days stand before, and which after, any of the talks, but not both; the calendar is a ring."""
    before = (((starts[:, None] - day) % span - 1) < days).any(axis=0) & ~np.isin(day, starts)
    after = (((day - ends[:, None]) % span - 1) < days).any(axis=0) & ~np.isin(day, ends)
    during = ((day >= starts[:, None]) & (day <= ends[:, None])).any(axis=0)
    return before & ~after & ~during, after & ~before & ~during
