"""Attitude: by hand, without the speaker, without names. All sample sentences are invented."""

import math
import re
import runpy
from itertools import starmap
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis_helpers import build
from analysis_helpers.build.attitude import (
    WEIGHTS,
    Terms,
    chances_of,
    describe_mentions,
    function_words,
    make_key,
    make_matrix,
    mask_words,
)
from analysis_helpers.build.terms import measure_sentences
from analysis_helpers.dictionaries import read_lexicon
from analysis_helpers.errors import TalksError
from analysis_helpers.words import LANGUAGES
from tests.conftest import ROOT

TRAINING = SimpleNamespace(**runpy.run_path(str(ROOT / "training/attitude.py")))


def _at(text, target):
    return {"text": text, "start": text.index(target), "end": text.index(target) + len(target)}


def _score(*places, language="en"):
    return build.score_attitude(pd.DataFrame([*starmap(_at, places)]), language=language)["attitude"].tolist()


def _features(text, target, language="en"):
    numbers = {"": 0}
    place, number = pd.DataFrame([_at(text, target)]).assign(row=0), lambda word: numbers.setdefault(word, len(numbers))
    found = describe_mentions([text], place, LANGUAGES[language], number)
    terms = [TRAINING.spell_key(key, [*numbers], language) for key in found.keys.tolist()]
    return pd.Series(found.amounts).groupby(terms).sum().to_dict()


def test_words_are_lower_case_and_names_a_sign():
    for text, words in {
        "The reply of Ana Maria Lopez, he said": "the reply of Name he said",
        "told us; the US told 1,200 men": "told us Name told 0 men",
        "see @ana_b, https://example.org/ana": "see Name Name",
        "the city’s mayor – it's late": "the city mayor it's late",
        "China-led and U.S.-led": "Name led and Name led",
    }.items():
        assert mask_words(text)[0] == words.split()
    assert mask_words("He left; but she – late – stayed")[2] == [0, 0, 2, 2, 3, 4]


def test_features_by_hand():
    features = _features("Envoys greeted Ana but critics laughed.", "Ana")
    # greeted: 1 word away, 1/(1 + 1/6) = 6/7; laughed: 3 away and after "but", 0.4/(1 + 3/6) = 4/15
    wanted = {"l:greet": 6 / 7, "w:greet": 6 / 7, "r:laugh": 4 / 15, "rr:but critic": 2.4 / 7}
    assert {name: features[name] for name in wanted} == pytest.approx(wanted)
    assert not {"r:greet", "w:Name", "w:ana"} & set(features)
    weight = next(float(row["weight"]) for row in read_lexicon("diplomatic_tone") if row["term"] == "absurd")
    assert _features("Ana is absurd.", "Ana")["figure:all-"] == pytest.approx(-weight)
    turned = _features("Ana is not absurd.", "Ana")  # by -0.7: it is warm, and three words away
    assert turned["figure:r+"] == pytest.approx(-0.7 * weight / (1 + 3 / 6))
    assert (turned["figure:turned"], turned["figure:negation"], "figure:all-" in turned) == (1, 1, False)
    assert {"figure:owner", "figure:quoted"} <= set(_features("“I left,” he said. “Ana's plan failed.”", "Ana"))


def test_features_of_chinese_by_hand():  # the clause is 乙反对T: 对 stands beside the target, 反 one further
    features = _features("甲说，乙反对美方。丙", "美方", "zh")
    near = {"near:对": 1, "near:反": 6 / 7, "near:反对": 1, "near:乙": 6 / 8, "near:乙反": 6 / 7, "near:乙反对": 1}
    assert {name: value for name, value in features.items() if name.startswith("near:")} == pytest.approx(near)
    assert {"w:对T。", "w:丙", "w:，乙"} <= set(features)
    assert not {"w:美", "w:方"} & set(features)


def test_chances_with_pencil():
    keys = np.array([make_key(kind, [n], LANGUAGES["en"]) for kind, n in (("figure", 1), ("w", 1), ("w", 2))])
    matrix = make_matrix(
        Terms(np.array([0, 0, 1, 1, 1]), keys[[1, 2, 1, 1, 0]], np.array([3, 4, 0.2, 0.3, 2])), keys, 3
    )
    chances = chances_of(matrix, np.array([[0, 2], [0, 1], [1, 0]]), np.array([0, 0.5]))
    # Row 0: 3 and 4 count once, over 5, times 3. Row 1: 0.5 over the root of .04 + .09, times 3, and the figure
    second = 3 * 0.5 / math.sqrt(0.13) + 4.5
    odds = np.exp([[0.6, 0, 1.1], [0, 0, second], [0, 0, 0.5]])
    assert chances == pytest.approx(odds / odds.sum(axis=1, keepdims=True), abs=1e-12)


SIDES = [
    ("We thank Marta for her help and welcome her visit, but condemn Pavel for the reckless attack.", "Marta", "Pavel"),
    ("Envoys praised Ana for her friendship, while critics blamed Bo for his lies.", "Ana", "Bo"),
]


@pytest.mark.parametrize(("text", "praised", "blamed"), SIDES)
def test_the_target_alone_changes_the_score_and_names_carry_no_weight(text, praised, blamed):
    warm, cool = _score((text, praised), (text, blamed))
    assert cool < -0.1 < 0.1 < warm
    for name in ["Donald Trump", "Xi Jinping", "O'Neil", "Le Van-Duc", "US", "the United States"]:
        as_target, as_other = text.replace(praised, name), text.replace(blamed, name)
        assert _features(text, praised) == _features(as_target, name) == _features(as_other, praised)


@pytest.mark.parametrize(
    ("language", "text", "target", "label"),
    [
        ("en", "China firmly opposes the reckless acts of the US.", "US", -1),
        ("en", "We thank China for its help.", "China", 1),
        ("zh", "邻村的人说，美方这样做不对，令人愤慨。", "美方", -1),
    ],
)
def test_who_speaks_changes_no_score(language, text, target, label):
    places = pd.DataFrame([_at(text, target)] * 2).assign(speaker=["US", "CN"])
    scored = build.score_attitude(places, language=language)
    swapped = build.score_attitude(places.assign(speaker=["CN", "US"]), language=language)
    assert scored["attitude_label"].tolist() == [label] * 2
    assert len({*scored["attitude"], *swapped["attitude"]}) == 1
    assert scored["own_country"].tolist() == [target != "China", target == "China"]


def test_rows_in_are_rows_out_and_an_empty_frame_stays_empty():
    frame = pd.DataFrame([_at(SIDES[0][0], "Pavel"), _at("Ana met Bo.", "Bo")], index=["b", "a"]).assign(note=[1, 2])
    scored = build.score_attitude(frame)
    pd.testing.assert_frame_equal(scored.drop(columns=["attitude", "attitude_label"]), frame)
    pd.testing.assert_frame_equal(scored.loc[["a"]], build.score_attitude(frame.loc[["a"]]))
    assert build.score_attitude(frame[:0])[["attitude", "attitude_label"]].dtypes.tolist() == ["float64", "int64"]
    with pytest.raises(TalksError, match=r"no attitude for the language 'fr'; expected one of en, zh"):
        build.score_attitude(frame, language="fr")


@pytest.mark.parametrize("place", [(-1, 3), (3, 3), (0, 10), (0.5, 3), (None, 3), ("x", 3), (0, 3, None), (0, 1, "")])
def test_bad_offsets_name_the_row_in_one_line(place):
    start, end, text = (*place, "Bo left.")[:3]
    frame = pd.DataFrame({"text": ["Bo left.", text], "start": [0, start], "end": [2, end]}, index=["good", "bad"])
    with pytest.raises(TalksError, match=r"^row 'bad'.*expected whole numbers.*$"):
        build.score_attitude(frame)
    with pytest.raises(TalksError, match="no column 'start'"):
        build.score_attitude(frame.drop(columns="start"))


def test_sentences_hold_the_mean_over_four_mentions_of_the_other_country():
    text = "We thank China for its help, but Beijing must stop its reckless threats against the US."
    many, chinese = "China and " * 1000, "美方应当纠正错误，美国不应干涉。"
    rows = [(text, "US", "en"), (text, "CN", "en"), (text, "other", "en"), (many, "US", "en"), (chinese, "CN", "zh")]
    found = measure_sentences(pd.DataFrame([*rows, ("", "US", "en")], columns=["text", "speaker_side", "language"]))
    (us,) = _score((text, "US"))
    cn = np.mean(_score((text, "China"), (text, "Beijing")))
    zh = np.mean(_score((chinese, "美方"), (chinese, "美国"), language="zh"))
    four = build.score_attitude(pd.DataFrame({"text": many, "start": [0, 10, 20, 30], "end": [5, 15, 25, 35]}))
    none, four = math.nan, four["attitude"].mean()
    assert found["attitude_to_us"].tolist() == pytest.approx([none, us, us, none, zh, none], abs=1e-4, nan_ok=True)
    assert found["attitude_to_cn"].tolist() == pytest.approx([cn, none, cn, four, none, none], abs=1e-4, nan_ok=True)
    assert found["n_characters"].tolist() == [len(text)] * 3 + [10_000, len(chinese), 0]


def test_no_name_has_a_weight():
    terms = pd.read_parquet(str(WEIGHTS / "attitude_en.parquet"))["term"]
    assert terms.is_unique
    words = set(re.findall("[a-zA-Z]+", " ".join(terms.str.split(":").str[-1])))
    assert [word for word in words if word != word.lower()] == ["Name"]
    surnames = {row["surname"].lower() for row in read_lexicon("people")} - function_words()
    assert words & surnames <= {"center", "chase", "lin", "price", "song"}  # common nouns and "hard-line"
    assert not words & {"trump", "biden", "obama", "hillary", "putin", "china", "chinese", "american", "republican"}


def test_the_shipped_weights_are_those_of_the_script(originals):
    codes, news = originals.parent / "gold", originals.parent / "benchmarks/newsmtsc/train.jsonl"
    for language in LANGUAGES:
        rows, mentions = TRAINING.prepare(TRAINING.read_codes(codes), TRAINING.read_news(news), language)
        fitted = mentions.spell(mentions.fit(TRAINING.to_learn(rows)))
        pd.testing.assert_frame_equal(fitted, pd.read_parquet(str(WEIGHTS / f"attitude_{language}.parquet")), atol=0.01)
