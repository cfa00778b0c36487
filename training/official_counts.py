"""What was read for the documents of 2017-2024: all answers of the ministry by quarter, and what was left out.

python training/official_counts.py ORIGINALS data/sources

The test of relevance is the collector's own: how often a text, or its question, names the other country.
"""

import sys
from pathlib import Path

import pandas as pd
from official_documents import read

FILES = (
    ("cn_mfa_answers_zh_2016_2024", "CN", "zh"),
    ("cn_mfa_answers_en_2018_2020", "CN", "en"),
    ("us_app_china_2017_2021", "US", "en"),
    ("us_wh_china_2021_2025", "US", "en"),
)
NOT_CHOSEN = "not chosen: short, in passing, or nearly like another"


def count_by_quarter(originals: Path) -> pd.DataFrame:
    """Count all answers of the foreign ministry by quarter, and those that name the United States."""
    answers = read(originals, FILES[0][0]).query("genre == 'spokesperson answer'")
    kept = answers["id"].isin(read(originals, "official_2017_2024")["id"])
    of_answer, of_question = answers["n_other"] > 0, answers["n_other_q"] > 0
    flags = {"n_answer_names_us": of_answer, "n_question_names_us": of_question, "n_either": of_answer | of_question}
    quarter = pd.PeriodIndex(answers["date"], freq="Q").astype("str")
    by_quarter = answers.assign(quarter=quarter, n_answers=1, **flags, n_in_corpus=kept).groupby("quarter")
    sums = by_quarter[["n_answers", *flags, "n_in_corpus"]].sum().astype("int64")
    return sums.assign(n_days=by_quarter["date"].nunique()).reset_index()


def tell_funnel(originals: Path) -> pd.DataFrame:
    """Count what was collected and what became of it; what was left out, by the first reason that holds."""
    kept, rows = read(originals, "official_2017_2024"), []
    for name, side, language in FILES:
        found = read(originals, name)
        outcome = pd.Series(NOT_CHOSEN, index=found.index)
        outcome = outcome.mask(found["n_dyad"] == 0, "no sentence names both countries")
        outcome = outcome.mask(found["n_other"] == 0, "does not name the other country")
        outcome = outcome.mask(found["date_quality"] == "estimated, weak", "the date is not known well enough")
        outcome = outcome.mask(~found["date"].str[:4].between("2017", "2024"), "outside 2017-2024")
        outcome = outcome.mask(found["id"].isin(kept["id"]), "in the file to be read")
        rows += [(name, side, language, what, n) for what, n in sorted(outcome.value_counts().items())]
    others = kept[kept["id"].str.startswith(("un", "tw", "mfapaper"))].groupby(["side", "lang"]).size()
    rows += [("posts, speeches, papers", *whose, "in the file to be read", n) for whose, n in others.items()]
    return pd.DataFrame(rows, columns=["collected", "side", "language", "outcome", "n_documents"])


if __name__ == "__main__":
    for name, make in {"mfa_answers_by_quarter": count_by_quarter, "official_funnel": tell_funnel}.items():
        made = make(Path(sys.argv[1]))
        made.to_csv(Path(sys.argv[2]) / f"{name}.csv", index=False, lineterminator="\n")
