"""Fit what stands on the sentence encoder of the extra `semantic`, and say how good it is.

python training/semantic.py tweets_GroundTruth.txt train.jsonl dev.jsonl src/analysis_helpers/build/weights

Two tables of weights: `tone_semantic.parquet` (the tone of a sentence) and `target_tone_semantic.parquet` (the
tone towards a target). Settings are those published for this encoder and were not searched; see README.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).parent))

from target_tone import f1_interval, macro_f1, read_targets
from tone_scales import read_ratings

from analysis_helpers.build.attitude import LABELS, encode_target, encoder_chances, score_target_tone
from analysis_helpers.build.encoder import encode_all
from analysis_helpers.build.tone import bend, mean_vector, score_tone

RIDGE, STRENGTH = 1.0, 0.001
POLARITY = dict(zip(LABELS, (-1.0, 0.0, 1.0), strict=True))


def rate_sentences(targets: pd.DataFrame) -> pd.Series:
    """Rate each sentence by the mean polarity of its targets, -1 to 1."""
    return targets["label"].map(POLARITY).groupby(targets["text"], sort=False).mean()


def fit_tone(ratings: pd.DataFrame, news: pd.Series) -> pd.DataFrame:
    """Fit a ridge regression to both kinds of ratings, each centred and of spread 1: `term`, `weight`."""
    vectors = encode_all([*ratings["text"], *news.index], mean_vector)
    wanted = [(values - values.mean()) / values.std() for values in (ratings["rating"], news)]
    model = Ridge(alpha=RIDGE)
    with threadpool_limits(1):
        model.fit(vectors, np.concatenate(wanted))
    scores = model.predict(vectors[: len(ratings)])
    spread = bend(scores).std(ddof=1)
    names = [*map(str, range(vectors.shape[1])), "(intercept)", "(spread)"]
    weights = np.array([*model.coef_, model.intercept_, spread]).round(4)
    return pd.DataFrame({"term": names, "weight": weights.astype("float32")})


def fit_target_tone(vectors: np.ndarray, labels: pd.Series) -> pd.DataFrame:
    """Fit a multinomial logistic regression on standardised figures; the weights are against "neutral"."""
    scaler = StandardScaler().fit(vectors)
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2_000)
    with threadpool_limits(1):
        model.fit(scaler.transform(vectors), labels)
    slopes = model.coef_ / scaler.scale_
    table = np.vstack([slopes.T, model.intercept_ - slopes @ scaler.mean_])
    against = (table[:, [0, 2]] - table[:, [1]]).round(4).astype("float32")
    return pd.DataFrame(against, columns=["negative", "positive"])


def cross_validate(vectors: np.ndarray, targets: pd.DataFrame, parts: int = 3) -> float:
    """Macro F1 on train, each sentence scored by weights that were fitted without it."""
    part = targets.groupby("text").ngroup().to_numpy() % parts
    guess = np.empty(len(targets), dtype=object)
    for held in range(parts):
        weights = fit_target_tone(vectors[part != held], targets["label"][part != held])
        chances = encoder_chances(vectors[part == held], weights.to_numpy("float64"))
        guess[part == held] = np.array(LABELS)[chances.argmax(axis=1)]
    return macro_f1(targets["label"], guess)


def main(tweets: str, train_path: str, dev_path: str, out: str) -> None:
    """Fit, save, and print the figures of training/README.md."""
    ratings, folder = read_ratings(Path(tweets)), Path(out)
    train, dev = read_targets(Path(train_path)), read_targets(Path(dev_path))
    tables = {"tone_semantic": fit_tone(ratings[ratings["id"] % 2 == 1], rate_sentences(train))}
    places = list(train[["text", "start", "end"]].itertuples(index=False))
    vectors = encode_all(places, lambda place: encode_target(*place))
    tables["target_tone_semantic"] = fit_target_tone(vectors, train["label"])
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False, compression="zstd", compression_level=19)
        print(name, len(table), "rows,", (folder / f"{name}.parquet").stat().st_size, "bytes")
    kept_out = {"tweets with an even id": ratings[ratings["id"] % 2 == 0].set_index("text")["rating"]}
    kept_out["sentences of dev"] = rate_sentences(dev)
    for name, wanted in kept_out.items():
        frame = pd.DataFrame({"text": wanted.index})
        without, scored = (score_tone(frame, semantic=semantic) for semantic in (False, True))
        columns = {"word lists": without["tone"].fillna(0), "encoder": scored["tone_semantic"], "tone": scored["tone"]}
        print(
            name,
            len(wanted),
            {key: round(float(np.corrcoef(values, wanted)[0, 1]), 3) for key, values in columns.items()},
        )
    guess = score_target_tone(dev, semantic=True)["target_label"].to_numpy()
    print("macro F1 on dev:", macro_f1(dev["label"], guess), f1_interval(dev, guess))
    print("macro F1 on train, cross-validated:", cross_validate(vectors, train))


if __name__ == "__main__":
    main(*sys.argv[1:])
