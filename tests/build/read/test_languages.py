"""Languages: invented texts in several, figures on real ones where they are present."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_helpers.build.read.language import find_language
from tests.conftest import read_gold

# One invented report of ministers who spoke about fish, told by people who know these languages.
REPORT = {row["language"]: row["text"] for row in read_gold("report_in_languages")}


@pytest.mark.parametrize("language", REPORT)
def test_a_report_is_told_in_any_case(language):
    assert find_language(REPORT[language]) == language
    assert find_language(REPORT[language].upper()) == language


@pytest.mark.parametrize(("text", "language"), [("Стороны в порту.", "ru"), ("Οι συνομιλίες τελείωσαν.", "el")])
def test_another_alphabet_is_told_by_few_words(text, language):
    assert find_language(text) == language


UNTOLD = [
    "", "你好", "Merci beaucoup à tous!", "kab tut zal fish xx yy zz " * 8,
    "https://example.org/les-ministres-ont-parle-du-poisson-et-sont-rentres-chez-eux-sans-communique " * 5,
    "MAR3 11.11 UP 0.22 SEP3 33.33 OFF 0.44 NOV3 55.55 OFF 0.66 JAN4 77.77 " * 5,
]  # fmt: skip


@pytest.mark.parametrize("text", UNTOLD)
def test_what_cannot_be_told_is_not_told(text):
    assert find_language(text) is None


WIRE = "Shr 32 cts vs 21 cts Net 1.5 mln vs 0.9 mln Fish sales 21.5 mln vs 33.1 mln Nine mths shr 41 cts vs 33 cts"


@pytest.mark.parametrize(
    "text",
    [
        "Shr loss seven cts vs profit 21 cts Net loss 111,000 vs profit 2,222,000 Fish sales 3,333,000 vs 4,444,000 "
        "Avg shrs 5,555,000 vs 6,666,000 Nine mths Shr profit three cts vs profit 44 cts Net profit vs loss",
        "RT @fish: " + REPORT["en"] + " https://t.co/AbCd #poisson",
        REPORT["en"] * 3 + " 双方官员",
        "登录 回复 注册 " * 4 + REPORT["en"] * 3,
        REPORT["fr"] + " and the of with that this from which",  # half a text is not told
    ],
)
def test_telegraphic_and_mixed_english_is_never_another_language(text):
    assert find_language(text) in {"en", None}
    assert find_language(f"{WIRE} Net 2.2 mln vs 1.8 mln") == "en"


@given(st.text(max_size=300))
def test_no_text_fails(text):
    assert find_language(text) is None or len(find_language(text)) == 2


def test_real_statements_are_english(originals):
    for name in ("statements_2025.jsonl", "white_house_2021_2024.jsonl"):
        for line in (originals / name).read_text(encoding="utf-8").splitlines()[::4]:
            assert find_language(json.loads(line)["text"]) == "en"
