"""The talks: the chronology 2017-2025, its gaps, and its links to documents."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import bdtr

from .corpus import PERIODS, Corpus, check_columns, fill_grid, in_order, shipped_data
from .dictionaries import ORDINARY_SURNAMES, read_codebook, read_lexicon
from .errors import TalksError

DATES = ["start_date", "end_date", "date_low", "date_high"]
COLUMNS = {part: read_codebook(f"talks{part}_columns") for part in ("", "_people", "_sources")}  # of talks*.csv
CODES = {row["column"]: tuple(row["expected"].split(" or ")) for row in COLUMNS[""] if "|" in row["pattern"]}
PEOPLE = {row["term"]: row for row in read_lexicon("people")}
DAYS_BEFORE, DAYS_AFTER = 7, 14
_CHANNEL_WORDS = ("call", "phone", "telephone", "video", "spoke", "conversation", "virtual")
_OFTEN_NAMED = {"Washington", "Beijing", "New York"}
Choice = str | list[str] | None


def load_talks(
    path: str | Path | None = None, *, level: Choice = None, mode: Choice = None, min_sources: int = 0
) -> pd.DataFrame:
    """Load the chronology of talks between the two governments, 2017-2025, or those of some levels, modes or sources.

    In: `talks.csv`, beside it `talks_people.csv`, `talks_sources.csv`. Out: a row a talk, held or not: columns of
    `data/codebook.md`; lists `us_lead`, `cn_lead`, `us_heads`, `cn_heads` (leads alone), `sources`; `unverified` (rests
    on background knowledge), `window` (day unknown). Raises `TalksError`. Known weakness: calls are incomplete.

    >>> load_talks(level="leader", mode="in_person")["city"].tolist()[:3]
    ['Davos', 'Palm Beach', 'Hamburg']
    """
    path = Path(path or shipped_data() / "talks.csv")
    files = [path.with_stem(path.stem + part) for part in COLUMNS]
    try:
        talks, people, sources = (pd.read_csv(f, dtype="str", keep_default_na=False, encoding="utf-8") for f in files)
    except (OSError, ValueError) as error:
        raise TalksError(f"{path}: cannot be read ({error}); expected the chronology as CSV; check the path") from None
    check_talks(talks, people, sources, str(path))
    cited = pd.Series([_cite(**row) for row in sources.to_dict("records")], index=sources["talk_id"])
    talks["sources"] = talks["talk_id"].map(cited.groupby(level=0).agg(" || ".join))
    for name, kept in (("lead", people), ("heads", people[people["role"] == "lead"])):
        for side, rows in kept.groupby("side"):
            talks[f"{side.lower()}_{name}"] = talks["talk_id"].map(rows.groupby("talk_id")["name"].agg(";".join))
    talks = talks.astype(dict.fromkeys(DATES, "datetime64[ns]") | {"n_sources": "int64"})
    talks["unverified"], talks["window"] = talks["note_unverified"] != "", talks["date_low"] < talks["date_high"]
    kept = talks["n_sources"] >= min_sources
    for column, wanted in (("level", level), ("mode", mode)):
        values = [wanted] if isinstance(wanted, str) else wanted or []
        check_columns(values, CODES[column], column)
        kept &= talks[column].isin(values) if values else True
    return talks[kept].sort_values(["start_date", "end_date", "talk_id"], ignore_index=True)


def _cite(*, publisher: str, title: str, date: str, address: str, counted: str, via: str, **_) -> str:
    title = title if title.startswith("[") else f'"{title}"'
    parts = (f"{publisher} via {via}" if via else publisher) + ":", title, date and f"({date})", address
    return " ".join(filter(None, [*parts, "" if counted == "yes" else "{not counted}"]))


def check_talks(talks: pd.DataFrame, people: pd.DataFrame, sources: pd.DataFrame, name: str = "talks.csv") -> None:
    """Check a chronology, its people and its sources, as text, against the codebook, or name the wrong row.

    >>> check_talks(pd.DataFrame({"talk_id": ["2025-05-geneva"]}), pd.DataFrame(), pd.DataFrame())
    Traceback (most recent call last):
    analysis_helpers.errors.TalksError: talks.csv: column start_date is missing; ...
    """
    issue, checks = f"({'|'.join(row['term'] for row in read_codebook('issues'))})", []
    for table, (part, columns) in zip((talks, people, sources), COLUMNS.items(), strict=True):
        file, names = name.replace(".csv", f"{part}.csv"), [row["column"] for row in columns]
        for column in (column for column in names if column not in table):
            raise TalksError(f"{file}: column {column} is missing; expected {', '.join(names)}; see data/codebook.md")
        checks.append((table, file, "talk_id", table["talk_id"].isin(talks["talk_id"]), "the id of a talk"))
        for row in columns:
            right = table[row["column"]].str.fullmatch(row["pattern"].replace("ISSUE", issue) or ".*")
            checks.append((table, file, row["column"], right, row["expected"]))
    ids, n_sources = talks["talk_id"], pd.to_numeric(talks["n_sources"], errors="coerce")
    start, end, low, high = (pd.to_datetime(talks[n], format="%Y-%m-%d", errors="coerce") for n in DATES)
    sides = people[people["role"] == "lead"].groupby("talk_id")["side"].nunique()
    counted = sources[sources["counted"] == "yes"]["talk_id"].value_counts()
    rules = (
        ("talk_id", ~ids.duplicated(), "an id that no other row has"),
        ("start_date", start.notna(), "a date YYYY-MM-DD"),
        ("end_date", end >= start, "a date YYYY-MM-DD, not before start_date"),
        ("talk_id", ids.str[:7] == talks["start_date"].str[:7], "the month of start_date at its beginning"),
        ("date_low", (low <= start) & (low <= high), "a date YYYY-MM-DD, not after start_date or date_high"),
        ("talk_id", ids.map(sides) == 2, "a lead of each side among the people"),
        ("n_sources", n_sources <= ids.map(counted), "at most the number of its counted sources"),
    )
    for table, file, column, right, expected in [*checks, *((talks, name, *rule) for rule in rules)]:
        for index, row in table[~right].head(1).iterrows():
            found = f"{file} row {index + 2} ({row['talk_id']}): {column} is {row[column]!r}"
            raise TalksError(f"{found}; expected {expected}; see data/codebook.md")


def talks_by_period(talks: pd.DataFrame, period: str = "year", by: str | None = None) -> pd.DataFrame:
    """Count the talks of each year, month or week they began in, also where there were none: `period`, `by`, `n_talks`.

    >>> talks_by_period(load_talks(level="leader", mode="in_person"))["n_talks"].tolist()[:3]
    [4, 1, 2]
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
    ['2023', '2025']
    """
    codes = pd.DataFrame(read_codebook("issues")).rename(columns={"term": "issue"}).drop(columns="reason")
    all_talks = talks_by_period(talks, period).rename(columns={"n_talks": "n_all"})
    counts = talks_by_period(talks.assign(issue=talks["issues"].str.split(";")).explode("issue"), period, by="issue")
    grid = codes.merge(all_talks, how="cross").merge(counts, on=["issue", period], how="left").fillna({"n_talks": 0})
    share = (grid["n_talks"] / grid["n_all"].where(grid["n_all"] > 0)).round(4)
    return grid.astype({"n_talks": "int64"}).assign(share=share)


def issues_by_side(talks: pd.DataFrame) -> pd.DataFrame:
    """Compare which issues the two sides report of the same talks: those with `seen_us` and `seen_cn` both `whole`.

    Out: `issue`, `group`, `label`, the talks in which `both`, `only_us` or `only_cn` name it, `n_talks`, `p_value`
    (exact McNemar test; NaN where fewer than 6 differ, as none could pass), `p_holm` (Holm 1979). Raises `TalksError`.
    Known weakness: talks of the same persons are not independent; Chinese texts list fields of cooperation.

    >>> list(issues_by_side(load_talks()))[3:6]
    ['both', 'only_us', 'only_cn']
    """
    talks = talks[(talks["seen_us"] == "whole") & (talks["seen_cn"] == "whole")]
    if talks.empty:
        raise TalksError("no talk has 'whole' in seen_us and seen_cn; expected at least one; choose less narrowly")
    rows = pd.DataFrame(read_codebook("issues")).set_index("term").rename_axis("issue").drop(columns="reason")
    us, cn = (talks["issues_" + s].str.get_dummies(";").reindex(rows.index, axis=1, fill_value=0) for s in ("us", "cn"))
    counts = {"both": (us & cn).sum(), "only_us": (us > cn).sum(), "only_cn": (us < cn).sum()}
    table = rows[(us | cn).any()].assign(**counts, n_talks=len(talks)).reset_index()
    fewer, differ = table[["only_us", "only_cn"]].min(axis=1), table["only_us"] + table["only_cn"]
    tests = (2 * bdtr(fewer, differ, 0.5)).clip(upper=1).where(differ >= 6)
    holm = (tests.dropna().sort_values() * np.arange(tests.count(), 0, -1)).cummax().clip(upper=1)
    return table.assign(p_value=tests.round(6), p_holm=holm.round(6))


def describe_gaps(talks: pd.DataFrame) -> pd.DataFrame:
    """List the times without a talk between the talks given, the longest first.

    Talks not held, or of unknown day, neither open nor close a gap. Out: `from_talk`, `to_talk`, `from_date`,
    `to_date`, `days`; `cut_by`, talks known only within a window that may fall into it, `days_low`, what is left if one
    of them fell on the day that shortens it most. Known weakness: a gap in a record is not silence.

    >>> describe_gaps(load_talks(level="leader", mode="in_person"))["days"].max()
    np.int64(1234)
    """
    talks = talks[talks["status"] == "held"]
    held = talks[~talks["window"]].sort_values(["start_date", "end_date"], ignore_index=True)
    latest = np.maximum.accumulate(np.where(held["end_date"] == held["end_date"].cummax(), held.index, 0))
    earlier, later = held.loc[latest[:-1]].reset_index(drop=True), held.iloc[1:].reset_index(drop=True)
    columns = {"from_talk": earlier["talk_id"], "to_talk": later["talk_id"]}
    columns |= {"from_date": earlier["end_date"], "to_date": later["start_date"]}
    gaps = pd.DataFrame(columns).assign(days=(later["start_date"] - earlier["end_date"]).dt.days)
    vague, begin, days = talks[talks["window"]], *(gaps[[name]].to_numpy() for name in ("from_date", "days"))
    low, high = ((vague[name].to_numpy() - begin) // np.timedelta64(1, "D") for name in ("date_low", "date_high"))
    within = (high > 0) & (low < days)
    day = np.minimum(np.maximum(low, days // 2), high)  # of those it may be, the nearest to the middle
    left = np.where(within, np.maximum(day, days - day), days)
    gaps["days_low"] = np.hstack([days, left]).min(axis=1)
    gaps["cut_by"] = [";".join(vague["talk_id"][row]) for row in within]
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


def _heads(talk: dict) -> list[str]:
    return [name for name in f"{talk['us_lead']};{talk['cn_lead']}".split(";") if name in PEOPLE]


def _spellings(name: str) -> list[str]:
    surname, given = PEOPLE[name]["surname"].casefold(), name.rsplit(maxsplit=1)[-1].casefold()
    if PEOPLE[name]["side"] == "CN":
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
        if named and (key == "doc_id" or len({PEOPLE[name]["side"] for name in named}) == 2):
            apart = distance[doc_id]
            days = f"{apart} day{'s' * (apart > 1)} from the talk" if apart else "during the talk"
            evidence = f"date: {days}; place: {talk['city'] or talk['mode']}; names: {', '.join(named)}"
            links.append((doc_id, talk["talk_id"], apart, evidence))
    return links
