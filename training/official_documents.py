"""Curation of the official documents of 2017-2024: one row a document, from the originals.

python training/official_documents.py ORIGINALS data/sources/official_2017_2024.csv

Writes numbers, names, dates, titles and addresses: no sentence of a text, no question, and no title that begins a text
or has ten words in a row of one.
"""

import gzip
import json
import re
import sys
from pathlib import Path

import pandas as pd

from analysis_helpers.dictionaries import read_lexicon
from analysis_helpers.words import LANGUAGES, code_terms, count_words, find_terms, number_texts

HERE = Path(__file__).parent
LABELS = pd.read_csv(HERE / "official_labels.csv", keep_default_na=False)
ASKERS, SPEAKERS, GENRES, PRECISIONS = (
    LABELS[LABELS["kind"] == kind].set_index("label")["value"].to_dict()
    for kind in ("asker", "speaker", "genre", "precision")
)
NAMED = re.compile("|".join(rf"\b{name}\b" if name.isascii() else name for name in SPEAKERS))
WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[\u4e00-\u9fff]")
RUN = 10  # words; a Chinese character is one
OUTLETS = {"CN": "Ministry of Foreign Affairs", "US": "White House"}
WRITTEN = (  # statements, by their titles; in the collection without titles, by their first words
    (r"readout|(vice )?president (donald j\. trump|pence) (spoke|met|and)\b", "readout"),
    (r"(fact sheet|executive order|memorandum|letter to|notice on|president biden announces)\b", "order_or_fact_sheet"),
)
UNCERTAIN = {"window": "the day is uncertain by two days", "year": "only the year is known"}
JOINT = "an event with a foreign leader, whose words may stand in it"


def read(originals: Path, name: str) -> pd.DataFrame:
    """Read one of the files of the period."""
    with gzip.open(originals / f"official_2017_2024/{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return pd.DataFrame(map(json.loads, lines))


def find_speaker(row: dict[str, str]) -> str:
    """Name the person who speaks, by title or label; where no person is named, the office."""
    issuer, title, of_app = row["issuer"], row["title"], row["id"].startswith("usapp")
    if row["side"] == "CN":
        named = NAMED.search(title) if issuer == "MFA spokesperson" else None
        return SPEAKERS[named[0]] if named else "Foreign Ministry Spokesperson" * (issuer == "MFA spokesperson")
    if (label := issuer.removeprefix("White House: ").replace("straton", "stration")) != issuer:
        return "Mike Pence" if label == "The Vice President" else SPEAKERS.get(label.split()[-1], label)
    if "joint event" in issuer or issuer.startswith("UN "):
        return ""
    if of_app and title.startswith("THE VICE PRESIDENT"):
        return "Mike Pence"
    if row["genre"] != "statement or readout" and (of_app or row["genre"] == "leader post"):
        return "Donald Trump"  # the collection prints every label but the president's
    if row["genre"] == "order or message":
        return "Joe Biden"
    named = NAMED.search(title) if re.match(r"\W*(statement|remarks|press)", title, re.I) else None
    return SPEAKERS[named[0]] if named else ""


def find_genre(row: dict[str, str]) -> str:
    """Say the genre in the vocabulary of the corpus."""
    if "joint event" in row["issuer"]:
        return "press_conference"
    opening = row["text"] if row["id"].startswith("usapp") else row["title"]
    return GENRES.get(row["genre"]) or next(
        (to for start, to in WRITTEN if re.match(start, opening, re.I)), "statement"
    )


def find_group(row: dict[str, str]) -> str:
    """Say in whose line over the years the document is."""
    if "joint event" in row["issuer"] or row["issuer"].startswith(("UN ", "MFA (paper)")):
        return "none"
    return "foreign ministry" if row["side"] == "CN" else "White House"


def split_question(row: dict[str, str]) -> tuple[str, str]:
    """Split the question of an answer of the ministry into the outlet or other label, and the words."""
    label = re.match(r"([^：:\n]{1,25})[：:]\s*(?=\S)", row["question"]) if row["side"] == "CN" else None
    return (
        (re.sub("记者|节目中心|(?<=公共)广播", "", label[1]), row["question"][label.end() :])
        if label
        else ("", row["question"])
    )


def runs(text: str) -> set[tuple[str, ...]]:
    """List the runs of ten words of a text."""
    words = WORD.findall(text.lower().replace("’", "'"))
    return set(zip(*(words[n:] for n in range(RUN)), strict=False))


def find_quoting(titles: pd.Series, originals: Path) -> set[str]:
    """Find the titles that have ten words in a row of any text, answer or question of the originals."""
    of_title = {title: runs(title) for title in titles.unique()}
    sought, found = set().union(*of_title.values()), set[tuple[str, ...]]()
    files = [*sorted(originals.glob("*.jsonl")), *sorted((originals / "official_2017_2024").glob("*.jsonl.gz"))]
    for file in files:
        with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                for name in ("text", "question", "answer", "en", "zh", "q_en", "q_zh"):
                    found |= sought & runs(str(record.get(name) or ""))
    return {title for title, own in of_title.items() if own & found}


def find_subjects(documents: pd.DataFrame) -> list[str]:
    """List the concepts of the agenda that each question names, by the list of its language."""
    subjects = [set[str]() for _ in range(len(documents))]
    for language in LANGUAGES:
        rows = [(row["concept"], row["term"]) for row in read_lexicon("agenda", language)]
        words = code_terms(
            documents["question"].where(documents["lang"] == language, ""), languages=[language] * len(documents)
        )
        found, places = find_terms(words, [term for _, term in rows])
        for number, text in zip(found, number_texts(words)[places], strict=True):
            subjects[text].add(rows[number][0])
    return [";".join(sorted(names)) for names in subjects]


def curate(originals: Path) -> pd.DataFrame:
    """Make the table, in the order of the original."""
    documents = read(originals, "official_2017_2024")
    rows, asked = documents.to_dict("records"), documents["question"] != ""
    table = pd.DataFrame({"file": documents["id"], "side": documents["side"]})
    table["outlet"] = documents["issuer"].where(documents["issuer"].str.startswith("UN "), table["side"].map(OUTLETS))
    seen = pd.read_csv(HERE / "official_by_reading.csv", keep_default_na=False).set_index("file")
    for name, find in {"group": find_group, "genre": find_genre, "speaker": find_speaker}.items():
        table[name] = table["file"].map(seen[name].replace("", None)).fillna(pd.Series(map(find, rows)))
    moved = table["file"].map(seen["reason"][seen["group"] == "none"])
    table["speaker"] = table["speaker"].mask(moved.notna() & table["file"].map(seen["speaker"]).eq(""), "")
    untitled = documents["id"].str.startswith("usapp")  # what stands there are the first words of the document
    untitled |= documents["title"].isin(find_quoting(documents["title"], originals))
    table["title"] = documents["title"].mask(untitled, "").str.replace("<br>|[\ufffc\u2060]", "", regex=True)
    table["title_from"] = pd.Series("text", table.index).where(untitled & (documents["title"] != ""))
    table["date_precision"] = documents["date_quality"].map(PRECISIONS)
    first_day = documents["date"].str[:4] + "-01-01"
    table["date"] = documents["date"].where(table["date_precision"] != "year", first_day)
    table["language"], table["url"] = documents["lang"], documents["url"]
    table["twin_id"] = documents["twin_id"]
    split = [split_question(row) for row in rows]
    table["asked_by"] = pd.Series([ASKERS[label] or "unknown" for label, _ in split]).where(asked)
    table["n_other_q"] = documents["n_other_q"].astype("Int32").where(asked)
    words = pd.Series([question for _, question in split])
    lengths = words.map(count_words).where(documents["lang"] == "en", words.str.count("[\u4e00-\u9fff]"))
    table["question_words"] = lengths.astype("Int32").where(asked)
    table["question_subjects"] = find_subjects(documents)
    joint = pd.Series(JOINT, table.index).where(documents["issuer"].str.contains("joint event"))
    notes = pd.concat([table["date_precision"].map(UNCERTAIN), joint, moved], axis="columns")
    table["note_use"] = ["; ".join(row.dropna()) for _, row in notes.iterrows()]
    table.insert(2, "use", (table["note_use"] == "").map({True: "main", False: "caution"}))
    table["note_date_evidence"] = documents["date_quality"]
    table["note_asker"] = [label if ASKERS[label] else "" for label, _ in split]
    table["note_issuer"], table["note_genre"] = documents["issuer"], documents["genre"]
    table["note_archive"] = documents["source_repo"].str.split().str[0]
    own = documents["id"].str.replace(r"^(usapp|tw|unga|mfapaper)-|-x$", "", regex=True)
    table["note_archive_id"] = own.where(documents["url"] == "")
    return table.assign(**{f"note_{name}": documents[name] for name in ("n_words", "n_other", "n_dyad")})


if __name__ == "__main__":
    curate(Path(sys.argv[1])).to_csv(sys.argv[2], index=False, lineterminator="\n")
