"""Freeze the spread of each instrument of tone: `python training/tone_scales.py tweets_GroundTruth.txt`.

The file is that of the package vaderSentiment's repository (MIT): 4,200 tweets, each with an id, the mean
rating of 20 people and its text. The texts with an odd id give the spreads; those with an even id only the
correlation with the raters that is printed. Tweets, because they belong to neither side.
"""

import html
import sys
from importlib.resources import files
from pathlib import Path

import pandas as pd

from analysis_helpers.build.tone import INSTRUMENTS, score_instruments, score_tone


def read_ratings(path: Path) -> pd.DataFrame:
    """Read the rated texts: `id`, `rating`, `text`."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    table = pd.DataFrame(rows, columns=["id", "rating", "text"]).astype({"id": "int64", "rating": "float64"})
    return table.assign(text=table["text"].map(html.unescape))


def measure_spreads(ratings: pd.DataFrame) -> pd.DataFrame:
    """Measure the spread of each instrument over the texts with an odd id in which it knows a word."""
    scores = score_instruments(ratings.loc[ratings["id"] % 2 == 1, "text"])[list(INSTRUMENTS)]
    table = pd.DataFrame({"sd": scores.std().round(4), "n_texts": scores.count()}).rename_axis("column").reset_index()
    return table.assign(reason="standard deviation over rated tweets with an odd id in which it knows a word")


def main() -> None:
    """Freeze on one half, and print the correlation with the raters on the other."""
    ratings = read_ratings(Path(sys.argv[1]))
    scales = Path(str(files("analysis_helpers") / "lexicons/en/tone_scales.csv"))
    measure_spreads(ratings).to_csv(scales, index=False, lineterminator="\n")
    scored = score_tone(ratings[ratings["id"] % 2 == 0])
    for name in [*INSTRUMENTS, "tone"]:
        print(name, scored[name].fillna(0).corr(scored["rating"]).round(3), "over", len(scored))


if __name__ == "__main__":
    main()
