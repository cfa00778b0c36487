"""Lists of two languages on the same texts: agreement by hand, and the shipped table from the originals."""

import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers import build
from training.list_agreement import measure


def test_agreement_by_hand():
    """Of ten texts both lists find two, English alone one, Chinese alone one: kappa (.8 - .58) / (1 - .58)."""
    en = ["Tariffs, and tariffs again."] * 2 + ["A tariff."] + ["Peace and quiet."] * 7
    zh = ["关税。"] * 2 + ["和平。"] + ["关税，关税。"] + ["和平。"] * 6
    row = build.compare_lists(pd.DataFrame({"en": en, "zh": zh})).set_index("concept").loc["tariffs"]
    assert row[["n_pairs", "n_en", "n_zh"]].tolist() == [10, 3, 3]
    expected = [(0.8 - 0.58) / 0.42, 2 / 3, 2 / 3, 4 / 5]
    assert row[["kappa", "precision", "recall", "ratio"]].tolist() == pytest.approx(expected, abs=5e-4)


def test_the_shipped_agreement_is_that_of_the_later_answers(originals):
    pd.testing.assert_frame_equal(measure(originals), ah.load_agreement(), check_dtype=False)
