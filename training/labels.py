"""Join the codes to the sentences of today's build, and measure the cells that they were drawn from.

python training/labels.py GOLD ORIGINALS NEWS

GOLD is the folder of the coded sentences, ORIGINALS that of the texts (or a corpus built from them, with text), NEWS
the training file of NewsMTSC. Writes data/labels.csv and two tables in data/validation, all without text. Stops where
a code finds no sentence and is not in data/validation/labels_lost.csv.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import frames
import numpy as np
import pandas as pd
from attitude import score_codes

import analysis_helpers as ah

DATA = Path(__file__).parents[1] / "data"
TEXTS = ("articles", "statements_2025.jsonl", "official_2017_2024/official_2017_2024.jsonl.gz")
DEMAND = {"en": r"(?i:\burg(?:e|es|ed|ing)\b)", "zh": "敦促"}
LEAST_IN_COMMON = 0.5  # of the longer one, where a sentence is cut differently today
COLUMNS = ["sentence_id", "doc_id", "language", "year", "side", "group", "target", "whose", "stratum", "set", "coder"]
COLUMNS += ["label", "unsure", "wrong", "demand", "cut", "n_in_cell", "fold", "score", "score_validation"]
LOST = ["sentence_id", "doc_id", "set", "target", "why"]


def read_codes(gold: Path) -> pd.DataFrame:
    """Read all codes with their text: a row a code, so that a sentence coded twice has two."""
    paths = [(path, *path.stem.split("_")) for path in sorted(gold.glob("*_??.csv"))]
    table = pd.concat([pd.read_csv(path).assign(set=name, language=code) for path, name, code in paths])
    table = table.rename(columns={"speaker": "side", "sentence_id": "coded_id"}).fillna({"whose": "-", "wrong": 0})
    for name in ("label", "unsure"):
        table[f"{name}_a"] = table[f"{name}_a"].fillna(table.pop(name))
    passes = enumerate(("a", "b"), 1)
    renamed = {f"pass {n}": {f"label_{by}": "label", f"unsure_{by}": "unsure"} for n, by in passes}
    codes = pd.concat(
        [table.rename(columns=names).assign(coder=coder) for coder, names in renamed.items()], ignore_index=True
    )
    codes = codes.dropna(subset="label").assign(key=frames.squeeze(codes["text"]))
    return codes.astype(dict.fromkeys(["label", "unsure", "wrong"], "int64")).reset_index(drop=True)


def join_codes(codes: pd.DataFrame, sentences: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find the sentence of each code today, by document and text without blanks: the joined codes, and what is lost."""
    facts = ["side", "language", "group", "year", "period", "stratum", "in_frame"]
    of_document = {name: list(rows.itertuples()) for name, rows in sentences.groupby("doc_id")}
    unique = codes.drop_duplicates(["coded_id", "target"])
    found = [find_sentence(code, of_document.get(code.doc_id, [])) for code in unique.itertuples()]
    found = unique[["coded_id", "target", "doc_id", "set"]].assign(
        sentence_id=[name for name, _ in found], cut=[how for _, how in found]
    )
    joined = codes.drop(columns={*facts} & {*codes}).merge(found).merge(sentences[["sentence_id", *facts]])
    joined = joined.sort_values(["sentence_id", "target", "set", "coder"], ignore_index=True)
    lost = found[found["sentence_id"] == ""].drop(columns="sentence_id")
    return joined, lost.rename(columns={"coded_id": "sentence_id", "cut": "why"})[LOST]


def find_sentence(code, own: list) -> tuple[str, str]:
    """Find the sentence of a document that was coded, or is longer or shorter today: its id and which, or why not."""
    found = []
    for sentence in own:
        if code.target in frames.OBJECTS.index:
            names = re.search(frames.OBJECTS.loc[code.target, code.language], sentence.text)
        else:
            names = getattr(sentence, f"mentions_{code.target.lower()}")
        if code.key in sentence.key or (names and sentence.key in code.key):
            ratio = len(sentence.key) / len(code.key)
            cut = "same" if ratio == 1 else "longer" if ratio > 1 else "shorter"
            found.append((min(ratio, 1 / ratio), sentence.sentence_id == code.coded_id, sentence.sentence_id, cut))
    common, _, name, cut = max(found, key=lambda best: best[:2], default=(0, False, "", "not there"))
    return (name, cut) if common >= LEAST_IN_COMMON else ("", f"{cut} today")


def check_lost(lost: pd.DataFrame, path: Path) -> None:
    """Stop where other labels are lost than those that are listed."""
    new = pd.concat([lost, pd.read_csv(path, dtype="str")]).drop_duplicates(LOST[:-1], keep=False)
    if len(new):
        raise ah.TalksError(
            f"{path}: {len(new)} labels are lost and not listed, or listed and not lost; expected a row for each lost "
            f"label; find out why, and add or remove:\n{new.to_csv(index=False, header=False)}"
        )


def make_tables(gold: Path, corpus: ah.Corpus, news: Path, listed: Path) -> dict[str, pd.DataFrame]:
    """Make the labels and the two tables of the design, by their paths in data/."""
    sentences = frames.read_sentences(corpus)
    codes, lost = join_codes(read_codes(gold), sentences)
    check_lost(lost, listed)
    codes = codes.join(score_codes(codes[codes["wrong"] == 0].rename(columns={"side": "speaker"}), news))
    demands = [codes["language"].eq(code) & codes["text"].str.contains(words) for code, words in DEMAND.items()]
    codes["demand"] = np.any(demands, axis=0).astype("int64")
    tables, sizes = {}, []
    for name, by in frames.CELLS.items():
        frame = (frames.find_positions if name == "positions" else frames.find_countries)(sentences)
        cells = frames.measure_cells(frame, by)
        sizes.append(frame.merge(cells)[["sentence_id", "target", "unit", "n_sentences"]])
        coded = codes.merge(sizes[-1])
        tables[f"validation/design_{name}.csv"] = frames.tell_design(cells, coded, gold / f"design_{name}.csv", by)
    codes = codes.merge(pd.concat(sizes), how="left").rename(columns={"n_sentences": "n_in_cell"})
    codes["stratum"] = codes["stratum"].mask(codes["set"] == "positions")
    codes = codes.astype({"n_in_cell": "Int64"})[COLUMNS]
    return {"labels.csv": codes, **tables}


if __name__ == "__main__":
    gold, originals, news = map(Path, sys.argv[1:])
    with TemporaryDirectory() as scratch:
        folder, curated = (
            originals,
            [DATA / f"sources/{name}.csv" for name in ("articles", "statements", "official_2017_2024")],
        )
        if not (originals / "corpus.json").is_file():
            folder = Path(scratch) / "corpus"
            ah.build_corpus([originals / name for name in TEXTS], folder, metadata=curated)
        made = make_tables(gold, ah.load_corpus(folder), news, DATA / "validation/labels_lost.csv")
    for path, table in made.items():
        table.to_csv(DATA / path, index=False, lineterminator="\n")
