"""Frames: the sentences that could be drawn for coding, and the cells of the design. `labels.py` uses both."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import analysis_helpers as ah
from analysis_helpers.sentiment import FRAME

HERE = Path(__file__).parent
NOTES, OBJECTS = pd.read_csv(HERE / "design_notes.csv"), pd.read_csv(HERE / "objects.csv").set_index("target")
OBJECTS["en"] = "(?i:" + OBJECTS["en"] + ")"
LINE = ["side", "language", "group", "year"]
CELLS = {"countries": [*LINE, "stratum"], "positions": ["target", "side", "period", "language"]}
OTHER = {"US": r"\b(?:China|Chinese|Beijing|PRC)\b", "CN": r"\b(?:US|USA|United States|Americans?|Washington)\b|U\.S\."}
TWO = {
    "en": r"(?i:\b(?:two|both) (?:sides|countries|nations)\b|\bbilateral)",
    "zh": "美国|美方|美政府|中美|美中|两国|双方",
}
TOLD = 0.05  # a cell that moved by more since the draw has a note


def read_sentences(corpus: ah.Corpus) -> pd.DataFrame:
    """Give the sentences of official texts with what decides whether they could be drawn: `in_frame`, `stratum`."""
    documents = corpus.documents[corpus.documents["collection"] != "articles"]
    rows = corpus.sql(f"{FRAME} ORDER BY s.row").drop(columns=["position", "side"])
    rows = rows.merge(documents[["doc_id", "side", "group", "language", "date"]])
    rows["year"] = rows["date"].dt.year
    periods = pd.cut(rows["year"], [2016, 2020, 2024, 2025], labels=["2017-2020", "2021-2024", "2025"])
    if "text" in rows:
        rows["key"] = squeeze(rows["text"])
    return rows.assign(period=periods.astype("str"))


def squeeze(texts: pd.Series) -> pd.Series:
    """Leave out all blanks."""
    return texts.str.replace(r"\s", "", regex=True)


def find_countries(sentences: pd.DataFrame) -> pd.DataFrame:
    """List the sentences in which the attitude to the other country could be coded: of a line, and naming it."""
    rows = sentences[sentences["in_frame"] & (sentences["group"] != "none") & (sentences["stratum"] != "none")]
    return rows.assign(target=rows["side"].map({"US": "CN", "CN": "US"}), unit=rows["sentence_id"])


def find_positions(sentences: pd.DataFrame) -> pd.DataFrame:
    """List the sentences in which a position could be coded: a row a sentence and an object that it names."""
    rows = sentences[sentences["in_frame"]]
    rows = rows[(rows["side"] == "US") | (rows["language"] == "zh") | (rows["year"] == 2025)]  # no answer twice
    found = []
    for target, words in OBJECTS.iterrows():
        for language, two in TWO.items():
            own = rows[(rows["language"] == language) & rows["text"].str.contains(words[language])]
            named = own["text"].str.contains(two)
            for side, pattern in OTHER.items():
                named |= (own["language"] == "en") & (own["side"] == side) & own["text"].str.contains(pattern)
            found.append(own[named | (words["general"] == 0)].assign(target=target))
    table = pd.concat(found)  # a Chinese sentence that is said again, word for word, was drawn once
    return table.assign(unit=table["sentence_id"].where(table["language"] == "en", table["key"]))


def measure_cells(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Measure the cells of a design; of countries also the share of each stratum, all documents equal."""
    cells = frame.groupby(by).agg(n_sentences=("unit", "nunique"), n_documents=("doc_id", "nunique")).reset_index()
    if "stratum" not in by:
        return cells
    strata = pd.crosstab([frame[name] for name in [*LINE, "doc_id"]], frame["stratum"], normalize="index")
    shares = strata.groupby(LINE).mean().round(4).melt(ignore_index=False, value_name="share").reset_index()
    whole = frame.groupby(LINE)["doc_id"].nunique().reset_index(name="n_documents_cell")
    return cells.merge(shares).merge(whole)


def tell_design(cells: pd.DataFrame, coded: pd.DataFrame, gold: Path, by: list[str]) -> pd.DataFrame:
    """Add to each cell what was coded in it, its size when the sentences were drawn, and why that differs."""
    counted = coded.groupby(by).agg(n_coded=("unit", "nunique"), n_documents_coded=("doc_id", "nunique")).reset_index()
    drawn = pd.read_csv(gold).rename(columns={"speaker": "side", "n_sentences": "n_sentences_drawn_from"})
    table = cells.merge(drawn[[*by, "n_sentences_drawn_from"]], how="outer").merge(counted, how="left")
    then, counts = table["n_sentences_drawn_from"], [name for name in table if name.startswith("n_")]
    table["note"] = np.where(then.isna(), "no frame: English versions of Chinese answers", "")
    table[counts] = table[counts].fillna(0).astype("Int64").mask(then.isna())
    moved = table[((table["n_sentences"] - then).abs() > TOLD * then).fillna(False)]
    for row in NOTES[NOTES["design"] == gold.stem].itertuples():
        table.loc[moved.query(row.cells).index, "note"] = row.note
    if len(untold := moved[table.loc[moved.index, "note"] == ""]):
        raise ah.TalksError(
            f"{gold}: cells moved by more than {TOLD:.0%} since the draw; expected a reason for each in "
            f"training/design_notes.csv; find out why, and add it:\n{untold.to_csv(index=False)}"
        )
    return table.sort_values(by)
