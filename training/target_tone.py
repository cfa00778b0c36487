"""Fit the weights of `score_attitude` on NewsMTSC and say how good they are.

python training/target_tone.py train.jsonl dev.jsonl src/analysis_helpers/build/weights/target_tone.parquet

Settings were chosen by cross-validation inside train and on dev; no test set was looked at. See README.md.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from analysis_helpers.build.attitude import (
    INTERCEPT,
    LABELS,
    NGRAM_LENGTH,
    Features,
    function_words,
    stem,
    target_features,
    target_probabilities,
)
from analysis_helpers.uncertainty import SEED
from analysis_helpers.words import WORD

MIN_TARGETS, FIGURE_SCALE, STRENGTH = 3, 0.2, 0.3
POLARITY = dict(zip((2, 4, 6), LABELS, strict=True))
CLAUSE_END = re.compile(r"[;:—]|--|\s[–-]\s|\b(?:but|while|although|though|whereas)\b")


def read_targets(path: Path) -> pd.DataFrame:
    """Read a file of NewsMTSC: one row per target, with `text`, `start`, `end`, `label`."""
    sentences = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [
        (sentence["sentence_normalized"], target["from"], target["to"], POLARITY[int(target["polarity"])])
        for sentence in sentences
        for target in sentence["targets"]
    ]
    return pd.DataFrame(rows, columns=["text", "start", "end", "label"])


def describe(targets: pd.DataFrame) -> list[Features]:
    """Describe each target by its n-grams and figures."""
    places = zip(targets["text"], targets["start"], targets["end"], strict=True)
    return [target_features(text, start, end) for text, start, end in places]


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


def fit_weights(targets: pd.DataFrame) -> pd.DataFrame:
    """Fit a multinomial logistic regression; give its weights against "neutral", rounded, sorted by term."""
    described = describe(targets)
    names = find_names(targets["text"])
    spread = Counter(term for ngrams, _ in described for term in ngrams)
    known = {t for t, n in spread.items() if n >= MIN_TARGETS and not names & set(t.split(":", 1)[1].split())}
    rows = []
    for ngrams, figures in described:
        kept = {term: value for term, value in ngrams.items() if term in known}
        length = NGRAM_LENGTH / (np.sqrt(sum(value**2 for value in kept.values())) or 1)
        rows.append(
            {("ngram", t): v * length for t, v in kept.items()} | {("figure", t): v for t, v in figures.items()}
        )
    columns = DictVectorizer()
    matrix = columns.fit_transform(rows)
    is_figure = np.array([kind == "figure" for kind, _ in columns.feature_names_])
    scale = np.where(is_figure, FIGURE_SCALE / StandardScaler(with_mean=False).fit(matrix).scale_, 1.0)
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1_000, tol=1e-4)
    with threadpool_limits(1):  # so small a matrix is ten times slower on several cores, and sums differ
        model.fit(matrix.multiply(scale).tocsr(), targets["label"])
    logits = np.vstack([model.coef_.T * scale[:, None], model.intercept_])
    against = logits[:, [0, 2]] - logits[:, [1]]
    table = pd.DataFrame([*columns.feature_names_, ("intercept", INTERCEPT)], columns=["kind", "term"])
    table[["negative", "positive"]] = against.round(3).astype("float32")
    return table[["term", "kind", "negative", "positive"]].sort_values(["kind", "term"], ignore_index=True)


def save_weights(weights: pd.DataFrame, path: Path) -> None:
    """Save the weights so that the same weights are the same bytes."""
    weights.to_parquet(path, index=False, compression="zstd", compression_level=19)


def macro_f1(truth: pd.Series, guess: pd.Series | np.ndarray) -> float:
    """Mean of the F1 of the three labels."""
    return round(float(f1_score(truth, guess, labels=LABELS, average="macro", zero_division=0)), 3)


def label_with_vader(targets: pd.DataFrame) -> list[str]:
    """Label each target by VADER on its clause, with the limits of its authors (0.05)."""
    labels = []
    analyzer = SentimentIntensityAnalyzer()
    for text, start, end in zip(targets["text"], targets["start"], targets["end"], strict=True):
        clause = CLAUSE_END.split(text[:start])[-1] + text[start:end] + CLAUSE_END.split(text[end:])[0]
        tone = analyzer.polarity_scores(clause)["compound"]
        labels.append("positive" if tone >= 0.05 else "negative" if tone <= -0.05 else "neutral")
    return labels


def cross_validate(targets: pd.DataFrame, parts: int = 3) -> float:
    """Macro F1 on train, each sentence scored by weights that were fitted without it."""
    part = targets.groupby("text").ngroup() % parts
    guess = pd.Series("", index=targets.index)
    for held in range(parts):
        inside = part == held
        chances = target_probabilities(describe(targets[inside]), fit_weights(targets[~inside]))
        guess[inside] = np.array(LABELS)[chances.argmax(axis=1)]
    return macro_f1(targets["label"], guess)


def top_terms(weights: pd.DataFrame, n: int = 20) -> pd.DataFrame:
    """Give the stems that speak most for each label."""
    stems = weights[weights["term"].str.startswith("w:")].assign(neutral=0.0)
    table = {}
    for label in LABELS:
        others = [other for other in LABELS if other != label]
        lead = stems[label] - stems[others].max(axis=1)
        table[label] = stems.assign(lead=lead).nlargest(n, "lead")["term"].str[2:].tolist()
    return pd.DataFrame(table)


def f1_interval(targets: pd.DataFrame, guess: np.ndarray, *, n_draws: int = 2_000, seed: int = SEED) -> list[float]:
    """Give the 95 % percentile bootstrap interval of macro F1, whole sentences resampled."""
    places = list(targets.groupby("text").indices.values())
    random = np.random.default_rng(seed)
    truth, draws = targets["label"].to_numpy(), []
    for _ in range(n_draws):
        drawn = np.concatenate([places[i] for i in random.integers(len(places), size=len(places))])
        draws.append(f1_score(truth[drawn], guess[drawn], labels=LABELS, average="macro", zero_division=0))
    return [round(float(bound), 3) for bound in np.quantile(draws, [0.025, 0.975])]


def describe_chances(targets: pd.DataFrame, chances: np.ndarray) -> pd.DataFrame:
    """Compare what the model expects with what is: per label its F1, mean probability and share of the targets."""
    truth, guess = targets["label"], np.array(LABELS)[chances.argmax(axis=1)]
    f1 = f1_score(truth, guess, labels=LABELS, average=None, zero_division=0)
    share = truth.value_counts(normalize=True).reindex(LABELS, fill_value=0)
    return pd.DataFrame({"f1": f1, "expected": chances.mean(axis=0), "share": share}).round(3)


def main(train_path: str, dev_path: str, out: str) -> None:
    """Fit, save, and print the figures of training/README.md."""
    train, dev = read_targets(Path(train_path)), read_targets(Path(dev_path))
    weights = fit_weights(train)
    save_weights(weights, Path(out))
    chances = target_probabilities(describe(dev), weights)
    guess = np.array(LABELS)[chances.argmax(axis=1)]
    majority = np.full(len(dev), train["label"].mode()[0])
    print(f"{len(train)} targets in train, {len(dev)} in dev; {len(weights)} weights, {Path(out).stat().st_size} bytes")
    print(f"macro F1 on dev: {macro_f1(dev['label'], guess)}, 95 % over sentences {f1_interval(dev, guess)}")
    print(f"  majority: {macro_f1(dev['label'], majority)}")
    print(f"  VADER on the clause: {macro_f1(dev['label'], label_with_vader(dev))}")
    print(f"macro F1 on train, cross-validated: {cross_validate(train)}")
    print(describe_chances(dev, chances).to_string())
    print(top_terms(weights).to_string(index=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
