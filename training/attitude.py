"""Fit the weights of `score_attitude` on codes, and say how good they are.

python training/attitude.py newsmtsc/train.jsonl GOLD src/analysis_helpers/build/weights

GOLD is the folder of the coded sentences. Settings were chosen by cross-validation grouped by document inside train and
sample; the sets named countries were opened once, at the end. See README.md.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from threadpoolctl import threadpool_limits

from analysis_helpers.build.attitude import (
    COUNTRIES,
    INTERCEPT,
    KIND_BITS,
    KINDS,
    MOST_MENTIONS,
    chances_of,
    describe_mentions,
    function_words,
    make_matrix,
    stem,
)
from analysis_helpers.build.names import find_mentions
from analysis_helpers.words import LANGUAGES, WORD

LABELS, FOLDS = (-1, 0, 1), 5
POLARITY = dict(zip((2, 4, 6), LABELS, strict=True))
FIGURE_SCALE, SMALLEST = 0.2, {"en": 0.2, "zh": 0.1}
MIN_TEXTS, STRENGTH, WEIGHT_OF_CODES = {"en": 3, "zh": 2}, {"en": 0.2, "zh": 1.0}, {"en": 10, "zh": 1}


def read_news(path: Path) -> pd.DataFrame:
    """Read a file of NewsMTSC: one row a target, with `text`, `start`, `end`, `label`."""
    sentences = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [
        (sentence["sentence_normalized"], target["from"], target["to"], POLARITY[int(target["polarity"])])
        for sentence in sentences
        for target in sentence["targets"]
    ]
    return pd.DataFrame(rows, columns=["text", "start", "end", "label"])


def read_codes(gold: Path) -> pd.DataFrame:
    """Read the codes of countries, one row a code."""
    parts = []
    for language in LANGUAGES:
        for name in ("train", "sample", "countries"):
            table = pd.read_csv(gold / f"{name}_{language}.csv").rename(columns={"label_a": "label"})
            table = table.assign(set=name, language=language)
            second = table.assign(label=table["label_b"]).dropna(subset="label") if "label_b" in table else table[:0]
            parts += [table, second]
    codes = pd.concat(parts, ignore_index=True).astype({"label": "int64"})
    return codes[codes.get("wrong", pd.Series(0, codes.index)).fillna(0) == 0].reset_index(drop=True)


def find_names(texts: pd.Series) -> set[str]:
    """Find words and stems that stand with a capital at least half of the time inside sentences.

    In lower case such words are slips or handles; none may carry a weight.
    """
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in texts.unique():
        for word in re.findall(WORD, text)[1:]:
            plain = word.replace("’", "'").lower().removesuffix("'s")
            (capital if word[0].isupper() else small).update({plain, stem(plain)})
    return {form for form, n in capital.items() if n >= small[form]} - function_words()


def spell_key(key: int, words: Sequence[str], language: str) -> str:
    """Spell a term as it stands in the table of weights: its kind, and one word or two, or up to three characters."""
    kind = KINDS[key >> KIND_BITS]
    if not LANGUAGES[language].spaced:
        return f"{kind}:" + "".join(chr(key >> bits & 0xFFFF) for bits in (32, 16, 0)).lstrip("\0")
    pair = kind in ("ll", "rr")
    return f"{kind}:" + " ".join(words[key >> bits & 0xFFFFFF] for bits in ((24, 0) if pair else (0,)))


class Fitted(NamedTuple):
    """Terms of a model by their keys, and their weights."""

    keys: np.ndarray
    weights: np.ndarray
    intercept: np.ndarray


class Mentions:
    """The mentions of one language to learn from and to score, with all that stands around them."""

    def __init__(self, codes: pd.DataFrame, news: pd.DataFrame, language: str):
        """Take sentences (text, target, label: missing where coders disagree) and, in English, targets of news."""
        texts = [*codes["text"], *news["text"]]
        found = find_mentions(codes["text"], LANGUAGES[language])
        found = found[codes["target"].str.lower().to_numpy()[found["row"]] == found["target"]]
        found = found[found.groupby("row").cumcount() < MOST_MENTIONS]
        own = pd.DataFrame({"row": len(codes) + np.arange(len(news)), "target": "news"})
        self.table = pd.concat([found, own.assign(start=news["start"], end=news["end"])], ignore_index=True)
        self.row = self.table["row"].to_numpy()
        self.n_codes, self.language = len(codes), language
        self.label = np.array([*codes["label"], *news["label"]], dtype="float64")[self.row]
        self.numbers = {"": 0}
        self.terms = describe_mentions(texts, self.table, LANGUAGES[language], self.number)
        self.spaced = LANGUAGES[language].spaced
        self.names = [self.number(name) for name in find_names(pd.Series(texts))] if self.spaced else []

    def number(self, word: str) -> int:
        """Number words as they come."""
        return self.numbers.setdefault(word, len(self.numbers))

    def fit(self, learn: np.ndarray) -> Fitted:
        """Fit a multinomial logistic regression on rows to learn from; weights are logits against neutral."""
        learn = np.r_[learn, np.ones(self.row.max() + 1, dtype=bool)[len(learn) :]][self.row] & ~np.isnan(self.label)
        inside = learn[self.terms.rows]
        pairs = np.unique(np.stack([self.terms.keys[inside], self.row[self.terms.rows[inside]]]), axis=1)
        keys, spread = np.unique(pairs[0], return_counts=True)
        named = np.isin(np.stack([keys >> 24 & 0xFFFFFF, keys & 0xFFFFFF]), [*self.names]).any(axis=0)
        keys = keys[(keys >> KIND_BITS == 0) | ((spread >= MIN_TEXTS[self.language]) & ~named)]
        matrix = make_matrix(self.terms, keys, len(self.row))[learn]
        squares, means = matrix.multiply(matrix).mean(axis=0).A1, matrix.mean(axis=0).A1
        scale = np.where(keys >> KIND_BITS == 0, FIGURE_SCALE / np.sqrt(np.maximum(squares - means**2, 1e-9)), 1.0)
        label = self.label[learn]
        weight = 1 / np.bincount(self.row)[self.row][learn]
        coded = self.row[learn] < self.n_codes
        for part, times in ((coded, WEIGHT_OF_CODES[self.language]), (~coded, 1)):
            total = weight[part].sum()
            for own in (part & (label == value) for value in np.unique(label[part])):
                weight[own] *= times * total / len(LABELS) / weight[own].sum()
        model = LogisticRegression(C=STRENGTH[self.language], max_iter=1_000, tol=1e-4)
        with threadpool_limits(1):  # so small a matrix is ten times slower on several cores, and sums differ
            model.fit(matrix.multiply(scale).tocsr(), label, sample_weight=weight)
        logits = np.vstack([model.coef_.T * scale[:, None], model.intercept_])
        against = (logits[:, [0, 2]] - logits[:, [1]]).round(3)
        large = (np.abs(against[:-1]).max(axis=1) >= SMALLEST[self.language]) | (keys >> KIND_BITS == 0)
        return Fitted(keys[large], against[:-1][large], against[-1])

    def chances(self, fitted: Fitted) -> np.ndarray:
        """Give each coded sentence the mean chances of its first mentions; missing where none is found."""
        chances = chances_of(make_matrix(self.terms, fitted.keys, len(self.row)), fitted.weights, fitted.intercept)
        table = pd.DataFrame(chances).groupby(self.row).mean()
        return table.reindex(range(self.n_codes)).to_numpy()

    def spell(self, fitted: Fitted) -> pd.DataFrame:
        """Spell the weights: `term`, `negative`, `positive`."""
        terms = [spell_key(key, [*self.numbers], self.language) for key in fitted.keys.tolist()]
        weights = pd.DataFrame(fitted.weights, columns=["negative", "positive"]).assign(term=terms)
        weights.loc[-1] = [*fitted.intercept, INTERCEPT]
        return weights[["term", "negative", "positive"]].sort_values("term", ignore_index=True)


def fold_of(doc_id: str) -> int:
    """Give the part of cross-validation that a document belongs to, by its name alone."""
    return int(hashlib.sha256(doc_id.encode()).hexdigest()[:8], 16) % FOLDS


def prepare(codes: pd.DataFrame, news: pd.DataFrame, language: str) -> tuple[pd.DataFrame, Mentions]:
    """Make one row of all codes of a sentence, without a label where they differ, and find the mentions."""
    groups = codes[codes["language"] == language].groupby(["sentence_id", "target"], sort=False)
    rows = groups.first().reset_index()
    rows["label"] = rows["label"].where(groups["label"].nunique().to_numpy() == 1)
    rows = rows.assign(fold=rows["doc_id"].map(fold_of), own=rows["speaker"] == rows["target"])
    return rows, Mentions(rows, news if language == "en" else news[:0], language)


def to_learn(rows: pd.DataFrame) -> np.ndarray:
    """Say what teaches: train and sample, without own countries, which are not scored."""
    return (~rows["own"] & rows["set"].isin(["train", "sample"])).to_numpy()


def cross_fit(rows: pd.DataFrame, mentions: Mentions) -> tuple[np.ndarray, np.ndarray]:
    """Give chances by models that never saw the document, and by the one that saw none of the validation sets'."""
    learn = to_learn(rows)
    crossed = np.full((len(rows), len(LABELS)), np.nan)
    for fold in range(FOLDS):
        held = (rows["fold"] == fold).to_numpy()
        crossed[held] = mentions.chances(mentions.fit(learn & ~held))[held]
    apart = rows["set"] == "countries"
    seen = ~rows["doc_id"].isin(rows.loc[apart, "doc_id"])
    validation = np.full_like(crossed, np.nan)
    if apart.any():
        validation[apart] = mentions.chances(mentions.fit(learn & seen.to_numpy()))[apart]
    return crossed, validation


def score_codes(codes: pd.DataFrame, news: Path) -> pd.DataFrame:
    """Score coded sentences by models that never saw their document.

    In: `sentence_id`, `doc_id`, `language`, `text`, `speaker`, `target`, `set`, `label`, a row a code; and the file of
    NewsMTSC. Out, on the same index: `fold`; `score`, the attitude by the model that was fitted without the documents
    of the fold; `score_validation`, in the set named countries, by a model fitted without any document of it. All are
    missing for other targets than countries, scores also where the sentence does not name the target by a listed name.
    """
    out = pd.DataFrame(index=codes.index, columns=["fold", "score", "score_validation"], dtype="float64")
    own = codes[codes["target"].isin(COUNTRIES.values())]
    for language in sorted(own["language"].unique()):
        rows, mentions = prepare(own, read_news(news), language)
        crossed, validation = (chances[:, 2] - chances[:, 0] for chances in cross_fit(rows, mentions))
        scored = rows[["sentence_id", "target", "fold"]].assign(score=crossed, score_validation=validation)
        here = own[own["language"] == language]
        joined = here[["sentence_id", "target"]].merge(scored, on=["sentence_id", "target"], how="left")
        out.loc[here.index] = joined[["fold", "score", "score_validation"]].round(4).to_numpy()
    return out.astype({"fold": "Int64"})


def describe(rows: pd.DataFrame, chances: np.ndarray) -> dict[str, float]:
    """Compare scores with codes where coders agree: macro F1, r, reversed signs, and how much cooler China's side is.

    The last is the differential error: the coefficient of the Chinese side in a regression of codes on score and side.
    """
    score = chances[:, 2] - chances[:, 0]
    there = (~np.isnan(score) & rows["label"].notna() & ~rows["own"]).to_numpy()
    label, guess, score = rows.loc[there, "label"].to_numpy(), chances[there].argmax(axis=1) - 1, score[there]
    chinese = (rows.loc[there, "speaker"] == "CN").to_numpy(dtype="float64")
    fitted = np.linalg.lstsq(np.column_stack([np.ones(len(score)), score, chinese]), label, rcond=None)[0]
    return {
        "n": len(label),
        "F1": round(float(f1_score(label, guess, average="macro")), 3),
        "r": round(float(np.corrcoef(label, score)[0, 1]), 3),
        "reversed": int((label * guess == -1).sum()),
        "not neutral": int((label != 0).sum()),
        **({"differential": round(float(fitted[2]), 3)} if len(set(chinese)) > 1 else {}),
    }


def main(news: str, gold: str, out: str, *asked: str) -> None:
    """Fit on all codes of train and sample, save, and print the figures of training/README.md."""
    targets, codes = read_news(Path(news)), read_codes(Path(gold))
    for language in LANGUAGES:
        rows, mentions = prepare(codes, targets, language)
        learn = rows["set"] != "countries"
        fitted = mentions.fit(to_learn(rows))
        table, path = mentions.spell(fitted), Path(out) / f"attitude_{language}.parquet"
        table.to_parquet(path, index=False, compression="zstd", compression_level=19)
        print(f"{language}: {len(table)} weights, {path.stat().st_size:,} bytes")
        crossed, validation = cross_fit(rows, mentions)
        print("  cross-validated", describe(rows[learn], crossed[learn]))
        if "--validate" in asked:
            print("  countries", describe(rows[~learn], validation[~learn]))


if __name__ == "__main__":
    main(*sys.argv[1:])
