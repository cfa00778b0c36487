"""What a scholar writes by hand with the usual libraries for about the same tables: the peer of a build.

python benchmarks/by_hand.py TEXTS.jsonl FOLDER

It knows no page furniture, no speakers, no quotations and no dates, and holds all texts in memory.
"""

import json
import re
import sys
from pathlib import Path

import ftfy
import pandas as pd
import py3langid
from datasketch import MinHash, MinHashLSH
from nltk.tokenize.punkt import PunktSentenceTokenizer
from sklearn.feature_extraction.text import CountVectorizer
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

COUNTRIES = {
    "us": re.compile(r"\b(?:United States|U\.S\.|US|USA|Americans?|Washington)\b"),
    "cn": re.compile(r"\b(?:China|Chinese|Beijing|PRC)\b"),
}
CLAUSE = re.compile(r"[,;:–—]|\b(?:but|while|although)\b")
WORD = r"(?u)\b\w+(?:['’.,-]\w+)*"


def keep_originals(texts: pd.Series) -> pd.Series:
    """Say which texts are not nearly like an earlier one: runs of five words, MinHash."""
    index, kept = MinHashLSH(threshold=0.7, num_perm=128), []
    for number, words in enumerate(texts.str.lower().str.split()):
        runs = {" ".join(words[start : start + 5]).encode() for start in range(max(1, len(words) - 4))}
        signature = MinHash(num_perm=128)
        signature.update_batch(list(runs))
        kept.append(not index.query(signature))
        if kept[-1]:
            index.insert(number, signature)
    return pd.Series(kept, index=texts.index)


def measure_sentences(documents: pd.DataFrame) -> pd.DataFrame:
    """Split texts into sentences; score each, count the countries it names, score the first clause that names one."""
    split, score = PunktSentenceTokenizer().tokenize, SentimentIntensityAnalyzer().polarity_scores
    paragraphs = documents["text"].str.split("\n").explode()
    sentences = paragraphs.map(split).explode().dropna().rename("text").reset_index()
    sentences["tone"] = sentences["text"].map(lambda text: score(text)["compound"])
    for side, names in COUNTRIES.items():
        sentences[f"n_{side}"] = sentences["text"].str.count(names)
        named = sentences.loc[sentences[f"n_{side}"] > 0, "text"]
        clauses = named.map(lambda text, names=names: next(filter(names.search, CLAUSE.split(text)), text))
        sentences[f"attitude_to_{side}"] = clauses.map(lambda clause: score(clause)["compound"])
    return sentences


def main(source: Path, folder: Path) -> None:
    """Read, mend and measure the texts; write three tables and print how much they hold."""
    folder.mkdir()
    documents = pd.DataFrame(json.loads(line) for line in source.open(encoding="utf-8")).set_index("id")
    documents["text"] = documents["text"].map(ftfy.fix_text)
    documents["language"] = documents["text"].map(lambda text: py3langid.classify(text)[0])
    documents = documents[documents["language"] == "en"]
    documents = documents[keep_originals(documents["text"])]
    sentences = measure_sentences(documents)
    vectorizer = CountVectorizer(token_pattern=WORD)
    matrix = vectorizer.fit_transform(documents["text"]).tocoo()
    terms = vectorizer.get_feature_names_out()[matrix.col]
    pd.DataFrame({"id": documents.index[matrix.row], "term": terms, "n": matrix.data}).to_parquet(
        folder / "counts.parquet"
    )
    sentences.to_parquet(folder / "sentences.parquet")
    documents[["language"]].to_parquet(folder / "documents.parquet")
    print(json.dumps([len(documents), int(matrix.data.sum()), len(sentences)]))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
