"""The talks: the chronology 2017-2025, its gaps, and its links to documents."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from .corpus import PERIODS, Corpus, check_columns, fill_grid, in_order, shipped_data
from .dictionaries import ORDINARY_SURNAMES, read_codebook, read_lexicon
from .errors import TalksError

CODES = {
    "level": ("leader", "cabinet", "deputy", "working"),
    "mode": ("in_person", "virtual", "phone"),
    "status": ("held", "cancelled", "postponed"),
    "outcome": ("agreement", "framework", "commitment", "exchange", "breakdown"),
}
DAYS_BEFORE, DAYS_AFTER = 7, 14
_CHANNEL_WORDS = ("call", "phone", "telephone", "video", "spoke", "conversation", "virtual")
_OFTEN_NAMED = {"Washington", "Beijing", "New York"}
Choice = str | list[str] | None


def load_talks(
    path: str | Path | None = None, *, level: Choice = None, mode: Choice = None, min_sources: int = 0
) -> pd.DataFrame:
    """Load the chronology of talks between the two governments, 2017-2025, or those of some levels, modes or sources.

    Out: a row a talk, held or not: columns of `data/codebook.md`, `unverified` (a field rests on background knowledge),
    `window` (the day is unknown). Raises `TalksError` for unknown values. Known weakness: calls are incomplete.

    >>> load_talks(level="leader", mode="in_person")["city"].tolist()[:3]
    ['Palm Beach', 'Hamburg', 'Beijing']
    """
    path = shipped_data() / "talks.csv" if path is None else Path(path)
    try:
        talks = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise TalksError(f"{path}: cannot be read ({error}); expected the chronology as CSV; check the path") from None
    talks = check_talks(talks, str(path))
    dates = {name: pd.to_datetime(talks[name], format="%Y-%m-%d") for name in ("start_date", "end_date")}
    notes, n_sources = talks["note_unverified"], talks["n_sources"].astype("int64")
    talks = talks.assign(**dates, n_sources=n_sources, unverified=notes != "", window=notes.str.contains(r"\bwindow\b"))
    kept = talks["n_sources"] >= min_sources
    for column, wanted in (("level", level), ("mode", mode)):
        values = [wanted] if isinstance(wanted, str) else wanted or []
        check_columns(values, CODES[column], column)
        kept &= talks[column].isin(values) if values else True
    return talks[kept].sort_values(["start_date", "end_date", "talk_id"], ignore_index=True)


def check_talks(talks: pd.DataFrame, name: str = "talks.csv") -> pd.DataFrame:
    """Check a chronology, as text, against its codebook (columns, ids, dates, codes, sources), or name the wrong row.

    >>> check_talks(pd.DataFrame({"talk_id": ["2025-05-geneva"]}))
    Traceback (most recent call last):
    analysis_helpers.errors.TalksError: talks.csv: column start_date is missing; ...
    """
    names = [row["column"] for row in read_codebook("talks_columns")]
    missing = [column for column in names if column not in talks]
    if missing:
        raise TalksError(f"{name}: column {missing[0]} is missing; expected {', '.join(names)}; see data/codebook.md")
    codes = {row["term"] for row in read_codebook("issues")}
    start, end = (pd.to_datetime(talks[n], format="%Y-%m-%d", errors="coerce") for n in ("start_date", "end_date"))
    coded = talks.assign(mode=talks["mode"].replace("", "phone"))  # of talks that were not held it may be unknown
    ids, months = talks["talk_id"], talks["start_date"].str[:7]
    rules = (
        ("talk_id", ~ids.duplicated(), "an id that no other row has"),
        ("start_date", start.notna(), "a date YYYY-MM-DD"),
        ("end_date", end >= start, "a date YYYY-MM-DD, not before start_date"),
        ("talk_id", ids.str[:7] == months, "the month of start_date at its beginning"),
        *((column, coded[column].isin(allowed), " or ".join(allowed)) for column, allowed in CODES.items()),
        ("issues", talks["issues"].str.split(";").map(codes.issuperset), "codes of the codebook, with semicolons"),
        ("n_sources", talks["n_sources"].str.fullmatch(r"[1-9]\d*"), "a number from 1"),
        ("sources", talks["sources"] != "", "at least one source"),
    )
    for column, right, expected in rules:
        for index, row in talks[~right].head(1).iterrows():
            found = f"{name} row {index + 2} ({row['talk_id']}): {column} is {row[column]!r}"
            raise TalksError(f"{found}; expected {expected}; see data/codebook.md")
    return talks


def talks_by_period(talks: pd.DataFrame, period: str = "year", by: str | None = None) -> pd.DataFrame:
    """Count the talks of each year, month or week they began in, also where there were none: `period`, `by`, `n_talks`.

    >>> talks_by_period(load_talks(level="leader", mode="in_person"))["n_talks"].tolist()[:3]
    [3, 1, 2]
    """
    keys, table = [period, *([by] if by else [])], talks.assign(n_talks=1)
    table[period] = talks["start_date"].dt.to_period(PERIODS[period])
    counts = table.groupby(keys)["n_talks"].sum().reset_index()
    return fill_grid(counts, {name: in_order(table[name]) for name in keys}, ["n_talks"])


def issues_by_period(talks: pd.DataFrame, period: str = "year") -> pd.DataFrame:
    """Count on how many talks of each period an issue was on the recorded agenda.

    Out, for all issues in every period: `issue`, `group`, `label`, `period`, `n_talks`, `n_all` (all talks) and
    `share`. Known weakness: long readouts name more issues than short ones.

    >>> issues_by_period(load_talks()).query("issue == 'rare_earths' and n_talks > 0")["year"].astype("str").tolist()
    ['2025']
    """
    codes = pd.DataFrame(read_codebook("issues")).rename(columns={"term": "issue"}).drop(columns="reason")
    all_talks = talks_by_period(talks, period).rename(columns={"n_talks": "n_all"})
    counts = talks_by_period(talks.assign(issue=talks["issues"].str.split(";")).explode("issue"), period, by="issue")
    grid = codes.merge(all_talks, how="cross").merge(counts, on=["issue", period], how="left").fillna({"n_talks": 0})
    share = (grid["n_talks"] / grid["n_all"].where(grid["n_all"] > 0)).round(4)
    return grid.astype({"n_talks": "int64"}).assign(share=share)


def describe_gaps(talks: pd.DataFrame) -> pd.DataFrame:
    """List the times without a talk between the talks given, the longest first.

    Talks not held, or of unknown day, neither open nor close a gap. Out: `from_talk`, `to_talk`, `from_date` (last
    day), `to_date` (first day), `days`. Known weakness: a gap in a record is not silence.

    >>> describe_gaps(load_talks(level="leader", mode="in_person"))["days"].max()
    np.int64(1234)
    """
    dated = talks[(talks["status"] == "held") & ~talks["window"]]
    held = dated.sort_values(["start_date", "end_date"], ignore_index=True)
    latest = np.maximum.accumulate(np.where(held["end_date"] == held["end_date"].cummax(), held.index, 0))
    earlier, later = held.loc[latest[:-1]].reset_index(drop=True), held.iloc[1:].reset_index(drop=True)
    columns = {"from_talk": earlier["talk_id"], "to_talk": later["talk_id"]}
    columns |= {"from_date": earlier["end_date"], "to_date": later["start_date"]}
    gaps = pd.DataFrame(columns).assign(days=(later["start_date"] - earlier["end_date"]).dt.days)
    return gaps.sort_values(["days", "from_date"], ascending=[False, True], ignore_index=True)


def longest_pauses(talks: pd.DataFrame) -> tuple[int, int]:
    """Days of the longest pause between any two talks, and between two meetings of the leaders in person."""
    leaders = talks[(talks["level"] == "leader") & (talks["mode"] == "in_person")]
    return int(describe_gaps(talks)["days"].max()), int(describe_gaps(leaders)["days"].max())


def link_documents(corpus: Corpus, talks: pd.DataFrame) -> Corpus:
    """Link documents to the talk they are about, where date, place and names agree: `talk_id`, `talk_evidence`.

    A document is linked when it is dated, by the day, from 7 days before a held talk to 14 days after, and names the
    city and a head of delegation; for a call, and in the capitals and New York, one passage must name the place and a
    head of each side. The nearest talk is taken, none if two are; links of the metadata stay. Known weakness: "the
    talks" without names is not linked.

    >>> articles = ah.load_corpus().where(collection="articles")
    >>> ah.link_documents(articles, ah.load_talks()).documents["talk_evidence"].unique().tolist()
    ['given by the metadata']
    """
    documents, given = corpus.documents, corpus.documents["talk_id"].notna()
    exact = documents[~given & (documents["date_precision"] == "day")]
    held = talks[(talks["status"] == "held") & (talks["mode"] != "")].to_dict("records")
    naming = _find_terms(corpus, exact, held)
    links = [link for talk in held for link in _link(talk, exact, naming)]
    table = pd.DataFrame(links, columns=["doc_id", "talk_id", "distance", "talk_evidence"])
    nearest = table["distance"] == table.groupby("doc_id")["distance"].transform("min")
    clear = table[nearest].drop_duplicates("doc_id", keep=False).set_index("doc_id")
    known, found = (documents["doc_id"].map(clear[name]).astype("str") for name in ("talk_id", "talk_evidence"))
    evidence = found.where(~given, "given by the metadata")
    linked = documents.assign(talk_id=documents["talk_id"].fillna(known), talk_evidence=evidence)
    return corpus.replace(documents=linked)


def _find_terms(corpus: Corpus, documents: pd.DataFrame, talks: list[dict]) -> Callable[[Iterable[str]], pd.DataFrame]:
    terms = {*_CHANNEL_WORDS, *" ".join(talk["city"] for talk in talks).replace(";", " ").casefold().split()}
    terms |= {term for talk in talks for name in _heads(talk) for term in _spellings(name)}
    wanted = pd.DataFrame({"wanted": sorted(terms)})
    query = """SELECT DISTINCT wanted, passage_id, doc_id FROM counts JOIN listed ON lower(term) = wanted
        JOIN passages USING (passage_id) SEMI JOIN chosen USING (doc_id)"""
    found = corpus.sql(query, listed=wanted, chosen=documents[["doc_id"]]).set_index("wanted")
    by_term = dict(iter(found.groupby(level=0)))
    return lambda terms: pd.concat([by_term.get(term, found.head(0)) for term in terms]).drop_duplicates()


@lru_cache(maxsize=1)
def _people() -> dict[str, dict[str, str]]:
    return {row["term"]: row for row in read_lexicon("people")}


def _heads(talk: dict) -> list[str]:
    return [name for name in f"{talk['us_lead']};{talk['cn_lead']}".split(";") if name in _people()]


def _spellings(name: str) -> list[str]:
    surname, given = _people()[name]["surname"].casefold(), name.rsplit(maxsplit=1)[-1].casefold()
    if _people()[name]["side"] == "CN":
        return [name.casefold(), *([given] if len(given) > 4 else []), *(["xi"] if surname == "xi" else [])]
    return [name.casefold(), *([] if surname in ORDINARY_SURNAMES else [surname])]


def _link(talk: dict, documents: pd.DataFrame, naming: Callable[[Iterable[str]], pd.DataFrame]) -> list[tuple]:
    dates = documents.set_index("doc_id")["date"]
    before, after = (talk["start_date"] - dates).dt.days, (dates - talk["end_date"]).dt.days
    distance = np.maximum(before, after).clip(lower=0)[(before <= DAYS_BEFORE) & (after <= DAYS_AFTER)].to_dict()
    if not distance:
        return []
    cities = talk["city"].split(";") if talk["mode"] == "in_person" else []
    key = "doc_id" if cities and not _OFTEN_NAMED.intersection(cities) else "passage_id"
    words = [city.casefold().split() for city in cities]
    whole = [set.intersection(*(set(naming([word])["doc_id"]) for word in city)) for city in words]
    places = [naming(city[:1]).query("doc_id in @named") for city, named in zip(words, whole, strict=True)]
    place = pd.concat(places or [naming(_CHANNEL_WORDS)])
    heads = {name: set(naming(_spellings(name))[key]) for name in _heads(talk)}
    links = []
    for doc_id, here in place[place["doc_id"].isin(distance)].groupby("doc_id")[key]:
        named = [name for name, named_in in heads.items() if not named_in.isdisjoint(here)]
        if named and (key == "doc_id" or len({_people()[name]["side"] for name in named}) == 2):
            apart = distance[doc_id]
            days = f"{apart} day{'s' * (apart > 1)} from the talk" if apart else "during the talk"
            evidence = f"date: {days}; place: {talk['city'] or talk['mode']}; names: {', '.join(named)}"
            links.append((doc_id, talk["talk_id"], apart, evidence))
    return links
