"""The timeline: texts and words by period and around talks, always with their denominators."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .corpus import PERIODS, Corpus, add_period, in_order, read_body, refuse_empty, refuse_undated
from .dictionaries import read_terms
from .errors import TalksError
from .terms import keep_terms
from .uncertainty import MIN_A_SIDE, SEED, difference_interval, mean_interval

MIN_USING = 5


def texts_by_period(
    corpus: Corpus, period: str = "week", by: str = "side", *, span: tuple[str, str] | None = None
) -> pd.DataFrame:
    """Count the texts and words of each period by side, also where there are none.

    In: a corpus; `period` is year, month or week (from Monday); `by` a column of `documents`; `span`,
    the first and last day that the collection means to cover (without it, those of its documents).
    Out: `period`, `by`, `n_documents`, `n_words`, for every period of that span, within each value of
    `by`. Documents whose date is less exact than the period are not counted.

    Source: counts by calendar, weeks after ISO 8601. Known weakness: the counts show what the collection
    holds, not all that was said.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> statements = ah.load_corpus().where(collection="statements_2025")
    >>> ah.texts_by_period(statements, "year")[["year", "side", "n_documents"]]
       year side  n_documents
    0  2025   US          444
    1  2025   CN          355
    """
    if by not in corpus.documents:
        raise TalksError(f"unknown column {by!r}; expected one of {', '.join(corpus.documents)}")
    dated = add_period(corpus.documents, period).dropna(subset=period)
    refuse_undated(dated, period)
    dated = dated.dropna(subset=by)
    refuse_empty(dated, "dated document")
    first, last = (
        [pd.Period(day, PERIODS[period]) for day in span] if span else (dated[period].min(), dated[period].max())
    )
    periods = pd.period_range(first, last, freq=PERIODS[period], name=period)
    grid = pd.MultiIndex.from_product([periods, in_order(dated[by])], names=[period, by])
    table = dated.groupby([period, by]).agg(n_documents=("doc_id", "size"), n_words=("n_words", "sum"))
    return table.reindex(grid, fill_value=0).astype("int64").reset_index()


def dispersion(weeks: pd.DataFrame, by: str = "side") -> pd.DataFrame:
    """Tell how unevenly texts come: the variance of the counts divided by their mean, by side.

    In: a table of `texts_by_period`. Out: `by`, `mean`, `variance`, `ratio`, `chance_low`,
    `chance_high`, `n_periods`. Between the two bounds lie 95 % of the ratios that chance alone (a
    Poisson process of constant rate) gives; above them, texts come in bursts.

    Source: the index of dispersion and its chi-square test (Cox and Lewis 1966). Known weakness: a
    collection that changes its sources in the year looks bursty too.

    Examples
    --------
    >>> weeks = pd.DataFrame({"side": ["US"] * 4, "n_documents": [0, 4, 0, 4]})
    >>> dispersion(weeks).round(2).values.tolist()
    [['US', 2.0, 5.33, 2.67, 0.07, 3.12, 4]]
    """
    from scipy.special import chdtri

    table = weeks.groupby(by, sort=False)["n_documents"].agg(["mean", "var", "size"])
    table = table.rename(columns={"var": "variance", "size": "n_periods"}).reset_index()
    freedom = table["n_periods"] - 1
    ratio = table["variance"] / table["mean"]
    low, high = chdtri(freedom, 0.975) / freedom, chdtri(freedom, 0.025) / freedom
    return table.assign(ratio=ratio, chance_low=low, chance_high=high, n_periods=table.pop("n_periods"))


def load_agenda_terms() -> dict[str, list[str]]:
    """Load the reviewed terms of the agenda of 2025: tariffs, rare earths, fentanyl, ... with their words.

    Source: `lexicons/en/agenda_terms.csv`, written for this suite, with a reason for each term. Known weakness:
    an agenda of one year; terms of other years are not in it.

    Examples
    --------
    >>> load_agenda_terms()["tariffs"]
    ['tariff', 'tariffs']
    """
    return read_terms("agenda_terms", "topic")


def document_rates(corpus: Corpus, terms: dict[str, list[str]]) -> pd.DataFrame:
    """Give the rate per 1,000 words of each topic in each document, by the side that speaks.

    In: a corpus and topics, each with its words or multiword terms. Out: `topic`, `doc_id`,
    `speaker_side`, `n` (occurrences), `n_words`, `rate`; one row per topic and side of a document, also
    where the topic does not occur. Only the officials' own voice counts: questions and others are left
    out. Where a term holds another term of the same topic, the longer is not counted twice.

    Source: dictionary counts (Stone and others 1966, The General Inquirer). Known weakness: the rate of a
    short document jumps: one word in forty is 25 per 1,000.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> articles = ah.load_corpus().where(collection="articles", side="CN")
    >>> sorted(document_rates(articles, {"TikTok": ["tiktok"]})["n"])
    [0, 0, 8]
    """
    own = corpus.where(speaker_side=["US", "CN"], kind="body")
    passages = read_body(own, ["passage_id", "doc_id", "speaker_side", "n_words"])
    words = passages.groupby(["doc_id", "speaker_side"])["n_words"].sum().rename("n_words").reset_index()
    words = words[words["n_words"] > 0]
    refuse_empty(words, "text with words of officials of either side")
    n = sum_terms(own, passages, terms, ["doc_id", "speaker_side"])
    grid = pd.DataFrame({"topic": list(terms)}).merge(words, how="cross")
    rates = grid.merge(n, on=["topic", "doc_id", "speaker_side"], how="left").fillna({"n": 0})
    return rates.assign(n=rates["n"].astype("int64"), rate=1_000 * rates["n"] / rates["n_words"])


def sum_terms(corpus: Corpus, passages: pd.DataFrame, terms: dict[str, list[str]], keys: list[str]) -> pd.DataFrame:
    """Add up the occurrences of each topic's terms in these passages: `topic`, `keys`, `n`, where there are any.

    A term that holds another of its topic is not counted beside it: where "port" is, so are "port fees". Raises
    `TalksError` for terms that are not lists by topic: a word alone would be read letter by letter.
    """
    if not isinstance(terms, Mapping) or any(isinstance(listed, str) for listed in terms.values()):
        raise TalksError(
            f"the terms are {terms!r}; expected lists of words by topic; write {{'tariffs': ['tariff', 'tariffs']}}"
        )
    pairs = [
        (topic, term)
        for topic, listed in terms.items()
        for term in dict.fromkeys(listed)
        if not any(one != term and f" {one} " in f" {term} " for one in listed)
    ]
    listed = pd.DataFrame(pairs, columns=["topic", "term"], dtype="str")
    counts = keep_terms(corpus, lambda known: known.isin(listed["term"])).counts
    found = counts.merge(listed, on="term")
    found = found.merge(passages[["passage_id", *keys]], on="passage_id")
    return found.groupby(["topic", *keys])["n"].sum().reset_index()


def rates_by_period(
    corpus: Corpus, terms: dict[str, list[str]], period: str | None = "month", *, seed: int = SEED
) -> pd.DataFrame:
    """Compare how often the sides use the words of a topic, period by period, with intervals over documents.

    In: a corpus, topics with their terms (see `load_agenda_terms`), `period` (year, month, week, or
    None for all at once). Out: `topic`, `period`, `speaker_side`, `rate` (mean over documents of the
    rate per 1,000 words), `low`, `high` (95 %), `n_documents`, `n_using` (documents that use the topic)
    and `n_words`. Every document weighs the same. No interval is given while fewer than 5 documents
    use the topic: simulated on these texts, it would cover .66 to .91 instead of .95.

    Source: `mean_interval`. Known weakness: short texts have wild rates; read the rate beside `n_using`.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> rates = ah.rates_by_period(ah.load_corpus(), {"soybeans": ["soybean", "soybeans"]}, period=None)
    >>> rates.loc[rates["speaker_side"] == "CN", ["n_using", "low"]].to_numpy().tolist()
    [[2.0, nan]]
    """
    rates = document_rates(corpus, terms)
    keys = ["topic", "speaker_side"]
    if period:
        documents = add_period(corpus.documents, period)[["doc_id", period]].dropna()
        rates = rates.merge(documents, on="doc_id")
        refuse_undated(rates, period)
        keys = ["topic", period, "speaker_side"]
    rows = []
    for key, cell in rates.groupby(keys, sort=False, observed=True):
        rows.append((*key, *rate_interval(cell, seed), int(cell["n_words"].sum())))
    table = pd.DataFrame(rows, columns=[*keys, "rate", "low", "high", "n_documents", "n_using", "n_words"])
    return _complete(table, terms, period)


def rate_interval(rates: pd.DataFrame, seed: int = SEED) -> tuple[float, float, float, int, int]:
    """Give mean, low, high, documents and documents that use the topic; no interval where too few use it.

    In: rows of `document_rates` of one topic. Under 5 using documents the interval would be too short.
    """
    n_using = int((rates["n"] > 0).sum())
    interval = mean_interval(rates["rate"], seed=seed)
    bounds = (interval.low, interval.high) if n_using >= MIN_USING else (float("nan"), float("nan"))
    return interval.mean, *bounds, interval.n_documents, n_using


def _complete(table: pd.DataFrame, terms: dict[str, list[str]], period: str | None) -> pd.DataFrame:
    """Add the periods without any text, with n = 0 and no rate, in a fixed order."""
    sides = [side for side in ("US", "CN") if side in set(table["speaker_side"])]
    levels = {"topic": list(terms), "speaker_side": sides}
    if period:
        periods = pd.period_range(table[period].min(), table[period].max(), freq=PERIODS[period])
        levels = {"topic": list(terms), period: periods, "speaker_side": sides}
    grid = pd.MultiIndex.from_product(list(levels.values()), names=list(levels))
    table = table.set_index(list(levels)).reindex(grid).reset_index()
    counted = ["n_documents", "n_using", "n_words"]
    return table.assign(**{name: table[name].fillna(0).astype("int64") for name in counted})


def compare_rates(corpus: Corpus, terms: dict[str, list[str]]) -> pd.DataFrame:
    """Compare how often the two sides use the words of each topic, over the whole corpus.

    In: a corpus and topics with their terms. Out: one row a topic, with `US`, `CN` (mean over documents
    of the rate per 1,000 own words), `difference` (US minus CN) with `low` and `high` (95 %), and the
    documents behind them: `using_US`, `using_CN` of `n_US`, `n_CN`. No interval is given while
    fewer than 5 documents of a side use the topic: there, read the numbers of documents.

    Source: `difference_interval`. Known weakness: kinds of text are pooled; where a side writes more of one
    kind, the difference may be one of kind.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> table = ah.compare_rates(ah.load_corpus(), {"Taiwan": ["taiwan"], "soybeans": ["soybean", "soybeans"]})
    >>> table[["topic", "using_CN", "high"]].round(1).to_numpy().tolist()
    [['Taiwan', 86, -3.1], ['soybeans', 2, nan]]
    """
    rates = document_rates(corpus, terms)
    rows = []
    for topic in terms:
        cells = {side: rates[(rates["topic"] == topic) & (rates["speaker_side"] == side)] for side in ("US", "CN")}
        using = {side: int((cell["n"] > 0).sum()) for side, cell in cells.items()}
        interval = difference_interval(cells["US"]["rate"], cells["CN"]["rate"])
        bounds = (interval.low, interval.high) if min(using.values()) >= MIN_USING else (float("nan"), float("nan"))
        means = [cells[side]["rate"].mean() for side in ("US", "CN")]
        rows.append((topic, *means, interval.mean, *bounds, *using.values(), len(cells["US"]), len(cells["CN"])))
    columns = ["topic", "US", "CN", "difference", "low", "high", "using_US", "using_CN", "n_US", "n_CN"]
    return pd.DataFrame(rows, columns=columns)


def texts_around(corpus: Corpus, talks: pd.DataFrame, days: int = 7, by: str = "side") -> pd.DataFrame:
    """Count the texts of each side in a window before and after each talk: denominators first.

    In: a corpus, a chronology, the length of the window on either side in days; the days of the talk
    belong to it. Out: `talk_id`, `start_date`, `by`, `n_before`, `n_during`, `n_after`, `n_documents`
    (their sum), one row per talk and side. Source: windows of equal length as in event studies. Known
    weakness: windows of neighbouring talks overlap. Raises `TalksError` for an unknown column, and without a talk or a
    document dated to the day.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> talks = ah.load_talks().query("talk_id == '2025-05-geneva-trade-round'")
    >>> ah.texts_around(ah.load_corpus(), talks)[["side", "n_documents"]].to_numpy().tolist()
    [['US', 30], ['CN', 12]]
    """
    if by not in corpus.documents:
        raise TalksError(f"unknown column {by!r}; expected one of {', '.join(corpus.documents)}; choose one of them")
    dated = corpus.documents[corpus.documents["date_precision"] == "day"]
    refuse_undated(dated, "day")
    dated = dated.dropna(subset=[by])
    if talks.empty:
        raise TalksError("no talk to look around; expected at least one, within the dates of the texts; choose others")
    rows = []
    for talk in talks.to_dict("records"):
        for value in in_order(corpus.documents[by]):
            dates = dated.loc[dated[by] == value, "date"]
            before = dates.between(
                talk["start_date"] - pd.Timedelta(days=days), talk["start_date"], inclusive="left"
            ).sum()
            during = dates.between(talk["start_date"], talk["end_date"]).sum()
            after = dates.between(talk["end_date"], talk["end_date"] + pd.Timedelta(days=days), inclusive="right").sum()
            rows.append((talk["talk_id"], talk["start_date"], value, int(before), int(during), int(after)))
    table = pd.DataFrame(rows, columns=["talk_id", "start_date", by, "n_before", "n_during", "n_after"])
    return table.assign(n_documents=table[["n_before", "n_during", "n_after"]].sum(axis=1))


def compare_around(
    table: pd.DataFrame, talks: pd.DataFrame, value: str, *, days: int = 14, by: str = "side"
) -> pd.DataFrame:
    """Ask whether a value changes from before to after the talks, against the same dates moved round the year.

    In: one row per document with `date`, `by` and the value (such as its tone); the talks, of which those
    outside the dates of the documents are left out; the length of the windows in days. Out: one row per
    value of `by`: `before`, `after` (means), `difference`, `p_value` (with at least 4 documents in either
    window, else missing), `n_before`, `n_after` (documents). A document in a
    window before one talk and after another is left out. The null: all talks are moved together by
    every number of days round the span of the documents; `p_value` is the share of these calendars
    whose difference is at least as large on either side of zero. Raises `TalksError` without a dated
    document and without a talk in their span.

    Source: rotation of a point process (Besag and Clifford 1989, on Monte Carlo tests that keep the order of
    the data). Known weakness: one year holds few independent calendars; call it exploratory.

    Examples
    --------
    >>> days = pd.date_range("2025-01-01", periods=100)
    >>> table = pd.DataFrame({"date": days, "side": "US", "tone": 0.0}).assign(tone=lambda t: (t.index >= 50) * 1.0)
    >>> talk = pd.DataFrame({"start_date": [days[50]], "end_date": [days[50]]})
    >>> compare_around(table, talk, "tone", days=10)[["difference", "n_before", "n_after"]].to_numpy().tolist()
    [[1.0, 10.0, 10.0]]
    """
    known = table.dropna(subset=[value, by])
    refuse_empty(known, f"document with a value of {value} and a {by.replace('_', ' ')}")
    known = known.dropna(subset="date")
    refuse_undated(known, "day")
    origin, last = known["date"].min(), known["date"].max()
    within = talks[(talks["end_date"] >= origin) & (talks["start_date"] <= last)]
    if within.empty:
        raise TalksError(
            f"none of the {len(talks)} talks falls between {origin:%Y-%m-%d} and {last:%Y-%m-%d}, the dates of the "
            f"texts; expected at least one, because this compares texts before and after talks; choose other talks"
        )
    talks = within
    span = (last - origin).days + 1
    starts, ends = ((talks[column] - origin).dt.days.to_numpy() for column in ("start_date", "end_date"))
    rows = []
    for side in in_order(known[by]):
        part = known[known[by] == side]
        day, values = (part["date"] - origin).dt.days.to_numpy(), part[value].to_numpy(dtype="float64")
        windows = [_around((day - shift) % span, starts, ends, days, span) for shift in range(span)]
        means = [_means(values, before, after) for before, after in windows]
        differences = np.array([after - before for before, after in means])
        n_before, n_after = (int(window.sum()) for window in windows[0])
        known_p = min(n_before, n_after) >= MIN_A_SIDE
        drawn = np.abs(differences[~np.isnan(differences)])
        p_value = float((drawn >= abs(differences[0]) - 1e-9).mean()) if known_p else float("nan")
        rows.append((side, *means[0], differences[0], p_value, n_before, n_after))
    columns = [by, "before", "after", "difference", "p_value", "n_before", "n_after"]
    return pd.DataFrame(rows, columns=columns).round(4)


def _around(
    day: np.ndarray, starts: np.ndarray, ends: np.ndarray, days: int, span: int
) -> tuple[np.ndarray, np.ndarray]:
    """Tell which documents stand before, and which after, any of the talks, but not both; the year is a ring."""
    before = (((starts[:, None] - day) % span - 1) < days).any(axis=0) & ~np.isin(day, starts)
    after = (((day - ends[:, None]) % span - 1) < days).any(axis=0) & ~np.isin(day, ends)
    during = ((day >= starts[:, None]) & (day <= ends[:, None])).any(axis=0)
    return before & ~after & ~during, after & ~before & ~during


def _means(values: np.ndarray, before: np.ndarray, after: np.ndarray) -> tuple[float, float]:
    return tuple(float(values[window].mean()) if window.any() else float("nan") for window in (before, after))
