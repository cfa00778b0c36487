"""Freeze the spread of each instrument of tone: `python training/tone_scales.py tweets_GroundTruth.txt`.

The file is that of the package vaderSentiment's repository (MIT): 4,200 tweets, each with an id, the mean
rating of 20 people and its text. The texts with an odd id give the spreads; those with an even id only the
correlation with the raters that is printed. Tweets, because they belong to neither side.
"""

import csv
import html
import sys
from importlib.resources import files
from pathlib import Path

import pandas as pd

from analysis_helpers.sentiment import INSTRUMENTS, score_instruments, score_tone


def read_ratings(path: Path) -> pd.DataFrame:
    """Read the rated texts: `id`, `rating`, `text`."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    table = pd.DataFrame(rows, columns=["id", "rating", "text"]).astype({"id": "int64", "rating": "float64"})
    return table.assign(text=table["text"].map(html.unescape))


def freeze(ratings: pd.DataFrame) -> None:
    """Write the spreads of the scored texts into the package."""
    scores = score_instruments(ratings["text"])
    with Path(str(files("analysis_helpers") / "lexicons/tone_scales.csv")).open("w", encoding="utf-8") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["column", "sd", "n_texts", "reason"])
        for name in INSTRUMENTS:
            known = scores[name].dropna()
            reason = "standard deviation over rated tweets with an odd id in which it knows a word"
            table.writerow([name, round(known.std(), 4), len(known), reason])


def main() -> None:
    """Freeze on one half, and print the correlation with the raters on the other."""
    ratings = read_ratings(Path(sys.argv[1]))
    odd = ratings["id"] % 2 == 1
    freeze(ratings[odd])
    scored = score_tone(ratings[~odd])
    for name in [*INSTRUMENTS, "tone"]:
        print(name, scored[name].fillna(0).corr(scored["rating"]).round(3), "over", len(scored))


if __name__ == "__main__":
    main()
