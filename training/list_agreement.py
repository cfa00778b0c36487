"""Measure how far the word lists of the two languages agree: writes data/validation/lists_en_zh.csv.

Usage: python training/list_agreement.py ORIGINALS. The lists were mended on the earlier half of the pairs, by date.
"""

import sys
from pathlib import Path

import pandas as pd

from analysis_helpers.build.lists import compare_lists

PAIRS = "official_2017_2024/mfa_parallel_en_zh_2018_2020.jsonl.gz"


def measure(originals: Path) -> pd.DataFrame:
    """Compare the lists on the later half of the answers that there are in both languages."""
    pairs = pd.read_json(originals / PAIRS, lines=True, dtype=False).sort_values(["date", "id_en"])
    return compare_lists(pairs.iloc[len(pairs) // 2 :])


if __name__ == "__main__":
    out = Path(__file__).parents[1] / "data/validation/lists_en_zh.csv"
    out.parent.mkdir(exist_ok=True)
    measure(Path(sys.argv[1])).to_csv(out, index=False, lineterminator="\n")
