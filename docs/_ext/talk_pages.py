"""The talks as records, for pages and script; the statements of the days around them; a page of each for a year."""

import io
import re
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pandas as pd

import analysis_helpers as ah
from analysis_helpers.corpus import shipped_data
from analysis_helpers.dictionaries import read_codebook
from analysis_helpers.plots.timeline import add_lane

SAID = {"leader": "leaders", "cabinet": "ministers", "deputy": "deputies", "working": "working level"}
SAID |= {"in_person": "in person", "virtual": "video", "phone": "phone", "": "form unknown"}
SAID |= {"cancelled": "cancelled", "postponed": "put off"}
TITLES = {"phone": "Phone call", "virtual": "Video talk", "": "Talk of unknown form", "none": "Channels suspended"}
AROUND = pd.Timedelta(days=3)  # before the start and after the end of a talk: a convention
KEPT = ("country", "level", "status", "administration", "lane", "outcome", "series", "number", "seen_us", "seen_cn")
TEXT = ["year", "date", "side", "outlet", "genre", "language", "title", "url"]


def talk_records(talks: pd.DataFrame, statements: pd.DataFrame) -> list[dict[str, Any]]:
    """Make a record of each talk, in order of time: all that a page, a card or a row of a table says of it."""
    files = [shipped_data() / f"talks_{part}.csv" for part in ("people", "sources")]
    people, sources = (pd.read_csv(file, dtype="str", keep_default_na=False) for file in files)
    people = dict(iter(people.groupby(["talk_id", "side"])[["name", "office", "role"]]))
    sources = {talk: rows.to_dict("records") for talk, rows in sources.groupby("talk_id")}
    labels, records = {row["term"]: row["label"] for row in read_codebook("issues")}, []
    for n, row in enumerate(add_lane(talks).to_dict("records"), 1):
        talk, start, end = row["talk_id"], row["start_date"], row["end_date"]
        cities, form, held = row["city"].replace(";", " and "), row["mode"], row["status"] == "held"
        around = [f"{day:%Y-%m-%d}" for day in (start - AROUND, end + AROUND)]
        near = statements[statements["date"].between(*around) & held]
        counts, days = near.groupby("side")["counted"].sum(), near["date"].unique().tolist()
        first = f"statements/{days[0][:4]}.html#{days[0]}" if days else ""
        record = {"id": talk, "n": n, "year": start.year, "start": f"{start:%Y-%m-%d}", "end": f"{end:%Y-%m-%d}"}
        record |= {column: row[column] for column in KEPT}
        record |= {"first_day": start.toordinal(), "last_day": end.toordinal()}
        record |= {"date": say_dates(start, end, window=row["window"]), "page": f"talks/{start.year}.html#{talk}"}
        record |= {} if held else {"outcome": "did not take place"}
        record |= {"mode": form if held else "none", "how": SAID[form if held else row["status"]]}
        record |= {"title": cities or TITLES[form or record["mode"]], "level_name": SAID[row["level"]]}
        record |= {"place": f"{cities}, {row['country']}" if cities else SAID[form], "days": days}
        record |= {"note": row["outcome_note"], "unverified": row["note_unverified"], "sources": sources[talk]}
        record |= {"statements": {side: int(counts.get(side, 0)) for side in ("US", "CN")} | {"first": first}}
        record |= {side.lower(): people[talk, side].to_dict("records") for side in ("US", "CN")}
        for column in ("issues", "issues_us", "issues_cn"):
            codes = [code for code in row[column].split(";") if code in labels]
            record[column] = [{"code": code, "label": labels[code]} for code in codes]
        records.append(record)
    return records


def say_dates(first: pd.Timestamp, last: pd.Timestamp, *, window: bool = False) -> str:
    """Say a day, a range of days, or the window that a day is in."""
    end = f"{last.day} {last:%B %Y}"
    begin = f"{first.day} {first:%B %Y}".removesuffix(f" {last:%Y}").removesuffix(f" {last:%B}")
    if first == last or window:
        return f"between {begin} and {end}" if window else end
    return f"{begin}–{end}" if begin.isdigit() else f"{begin} – {end}"


def read_statements() -> pd.DataFrame:
    """Read the documents whose day is known; of two versions of a text one is counted."""
    documents = ah.load_corpus().documents.query("date_precision == 'day' and duplicate_of.isna()")
    translated = (documents["language"] == "en") & documents["twin_id"].isin(documents["doc_id"])
    address, date = documents["url"].where(documents["url"].str.startswith("http")), documents["date"].astype("str")
    documents = documents.assign(url=address, date=date, year=date.str[:4], counted=(~translated).astype("int64"))
    return documents[[*TEXT, "counted"]].fillna({"title": "", "url": ""}).sort_values(TEXT)


def write_pages(talks: pd.DataFrame, source: Path) -> dict[str, Any]:
    """Write what each year's pages are made of; return what the templates need."""
    statements = read_statements()
    records, texts = talk_records(talks, statements), statements.groupby(TEXT, as_index=False).size()
    texts = texts[texts["date"].isin({day for talk in records for day in talk["days"]})]
    for kind, years in (("talks", {talk["year"] for talk in records}), ("statements", set(texts["year"]))):
        (source / kind).mkdir(exist_ok=True)
        for year in years:
            (source / kind / f"{year}.md").write_text(f'{{% set year = "{year}" %}}{{% include "{kind}_year.md" %}}')
    return {"talks": records, "texts": texts.to_dict("records")}


def write_sheet(sheets: dict[str, list[list[str]]], path: Path) -> None:
    """Write a table for schools and what to know of it, the same bytes each time: no time of writing is kept."""
    with pd.ExcelWriter(draft := io.BytesIO(), engine="openpyxl") as book:
        for name, (head, *rows) in sheets.items():
            pd.DataFrame(rows, columns=head).to_excel(book, index=False, sheet_name=name, freeze_panes=(1, 0))
            book.sheets[name].sheet_format.defaultColWidth = 24
    with ZipFile(draft) as made, ZipFile(path, "w") as kept:
        for name in made.namelist():
            undated = re.sub(rb"(<dcterms:\w+ [^>]+>)[^<]+", rb"\g<1>2026-01-01T00:00:00Z", made.read(name))
            kept.writestr(ZipInfo(name), undated, ZIP_DEFLATED)
