"""Attitude to a target: by hand, by side, without names. All sample sentences are invented."""

import math
import re
import runpy
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis_helpers import build
from analysis_helpers.build.attitude import (
    function_words,
    masked_words,
    mean_attitudes,
    target_features,
    target_probabilities,
)
from analysis_helpers.build.names import count_mentions, find_mentions
from analysis_helpers.dictionaries import read_lexicon
from analysis_helpers.errors import TalksError
from tests.conftest import ROOT


def _at(text, target):
    start = text.index(target)
    return {"text": text, "start": start, "end": start + len(target)}


def _score(*places):
    return build.score_attitude(pd.DataFrame([_at(*place) for place in places]))


def _features(text, target):
    return target_features(*_at(text, target).values())


def test_words_are_lower_case_and_names_a_sign():
    assert masked_words("The reply of Ana Maria Lopez, he said") == ["the", "reply", "of", "Name", "he", "said"]
    assert masked_words("Ana and Bo, Cy") == ["Name", "and", "Name", "Name"]
    assert masked_words("told us; the US told 1,200 men") == ["told", "us", "|", "Name", "told", "0", "men"]
    assert masked_words("see @ana_b and https://example.org/ana") == ["see", "Name", "and", "Name"]
    assert masked_words("the city’s mayor – it's late") == ["the", "city", "mayor", "|", "it's", "late"]


def test_features_by_hand():
    ngrams, _ = _features("Envoys greeted Ana but critics laughed.", "Ana")
    # greeted: 1 word away, 1/(1 + 1/6) = 6/7; laughed: 3 away and after "but", 0.4/(1 + 3/6) = 4/15
    wanted = {"l:greet": 6 / 7, "w:greet": 6 / 7, "r:laugh": 4 / 15, "rr:but critic": 0.4 * 6 / 7, "to it:greet": 1}
    assert {name: ngrams[name] for name in wanted} == pytest.approx(wanted)
    assert {"l1:greeted", "r1:but", "r2:critics", "lr:greeted but"} <= set(ngrams)
    assert "r:greet" not in ngrams
    assert _features("Yesterday Ana has firmly refused.", "Ana")[0]["does:refus"] == 1
    assert _features("Yesterday Ana did not refuse.", "Ana")[0]["does not:refus"] == 1
    assert _features("Yesterday Ana was widely praised.", "Ana")[0]["is:prais"] == 1
    # VADER gives "good" 1.9; turned by -0.7 it is 1.33 on the other side
    assert _features("Ana is good.", "Ana")[1]["r first +"] == pytest.approx(1.9)
    turned = _features("Ana is not good.", "Ana")[1]
    assert (turned["r first -"], turned["turned"], "r first +" in turned) == (pytest.approx(1.33), 1, False)


def test_kind_of_mention():
    assert "pronoun" in _features("He left.", "He")[1]
    assert {"begins"} == set(_features("Ana left.", "Ana")[1])
    assert {"ends", "after by"} <= set(_features("The plan was praised by Ana.", "Ana")[1])
    assert "owner" in _features("Critics of Ana's plan left.", "Ana")[1]
    assert {"owner", "pronoun"} <= set(_features("They like her plan.", "her")[1])
    assert "quoted" in _features("“I met Ana,” he said.", "Ana")[1]
    assert "quoted" not in _features("“I left,” Ana said.", "Ana")[1]


def test_probabilities_with_pencil():
    weights = pd.DataFrame(
        [("w:a", "ngram", 0, 1), ("w:b", "ngram", 1, 0), ("x", "figure", 0, 2), ("(intercept)", "intercept", 0, 0.5)],
        columns=["term", "kind", "negative", "positive"],
    )
    features = [
        ({"w:a": 0.2, "w:unknown": 9}, {}),  # one known n-gram: length 3, positive 3 + 0.5
        ({"w:a": 3, "w:b": 4}, {"x": 1}),  # 3/5 and 4/5 of 3: negative 2.4, positive 1.8 + 2 + 0.5
        ({}, {}),  # the intercept alone
    ]
    chances = target_probabilities(features, weights)
    for row, (low, high) in zip(chances, [(0, 3.5), (2.4, 4.3), (0, 0.5)], strict=True):
        odds = np.array([math.exp(low), 1, math.exp(high)])
        assert row == pytest.approx(odds / odds.sum(), abs=1e-12)


SIDES = [
    ("Voters thanked Marta for her honest work, but they blamed Pavel for the corrupt deal.", "Marta", "Pavel"),
    ("Senators praised Ana for her courage, while critics attacked Bo for his lies.", "Ana", "Bo"),
    ("We thank Ruth for her help with the rescue; police arrested Otto for fraud.", "Ruth", "Otto"),
    ("Judges accused Igor of fraud and lies, although friends celebrated the success of Lena.", "Lena", "Igor"),
    ("Ana won against Bo.", "Ana", "Bo"),
]


@pytest.mark.parametrize(("text", "praised", "blamed"), SIDES)
def test_the_target_alone_changes_the_label_and_names_carry_no_weight(text, praised, blamed):
    assert _score((text, praised), (text, blamed))["target_label"].tolist() == ["positive", "negative"]
    for name in ["Donald Trump", "Xi Jinping", "O'Neil", "Le Van-Duc", "US"]:
        as_target, as_other = text.replace(praised, name), text.replace(blamed, name)
        assert _features(text, praised) == _features(as_target, name) == _features(as_other, praised)


def test_the_article_of_a_name_carries_no_weight():
    """Else the same sentence would be warmer about China than about the United States."""
    for text in ["{} broke its word.", "We met with {} and the WTO.", "And {}’s firms thank {}."]:
        names = ["China", "the United States", "the US"]
        texts = [text.replace("{}", name) for name in names]
        means = mean_attitudes(texts, find_mentions(texts))
        assert means["tone_to_us"].tolist()[1:] == [means["tone_to_cn"][0]] * 2


def test_rows_in_are_rows_out_and_an_empty_frame_stays_empty():
    frame = pd.DataFrame([_at(SIDES[0][0], "Pavel"), _at("Ana met Bo.", "Bo")], index=["b", "a"]).assign(note=[1, 2])
    scored = build.score_attitude(frame)
    assert scored.columns.tolist() == [*frame, "target_tone", "target_label"]
    pd.testing.assert_frame_equal(scored[frame.columns], frame)
    pd.testing.assert_frame_equal(scored.loc[["a"]], build.score_attitude(frame.loc[["a"]]))
    empty = build.score_attitude(frame[:0])
    assert empty[["target_tone", "target_label"]].dtypes.astype("str").tolist() == ["float64", "str"]


PLACES = [("Ana left.", *place) for place in [(-1, 3), (3, 3), (0, 10), (0.5, 3), (None, 3), ("x", 3)]]


@pytest.mark.parametrize(("text", "start", "end"), [*PLACES, (None, 0, 3), ("", 0, 1)])
def test_bad_offsets_name_the_row_in_one_line(text, start, end):
    frame = pd.DataFrame({"text": ["Bo left.", text], "start": [0, start], "end": [2, end]}, index=["good", "bad"])
    with pytest.raises(TalksError, match=r"^row 'bad'.*expected whole numbers.*$"):
        build.score_attitude(frame)
    with pytest.raises(TalksError, match="no column 'start'"):
        build.score_attitude(frame.drop(columns="start"))


def test_the_two_countries_as_targets():
    text = "We thank China for its help, but Beijing must stop its reckless threats against the US."
    other = "Washington told us that the South China Sea was calm; China–US trade helped Beijing’s envoy."
    texts = ["Nobody came.", text, other, ""]
    found = find_mentions(texts)
    for row, told in enumerate(texts):
        counted, own = count_mentions(told), found.loc[found["row"] == row, "target"].tolist()
        assert [own.count(target) for target in counted] == list(counted.values())
    own = found[(found["row"] == 2) & found["target"].isin(["us", "cn"])]
    assert own.to_numpy().tolist() == [[2, 0, 10, "us"], [2, 76, 83, "cn"]]
    means = pd.DataFrame(mean_attitudes(texts, found))
    each = _score((text, "China"), (text, "Beijing"), (text, "US"))["target_tone"]
    assert means["tone_to_cn"][1] == pytest.approx((each[0] + each[1]) / 2, abs=6e-5)
    assert means["tone_to_us"][1] == each[2]
    assert means.iloc[[0, 3]].isna().all(axis=None)


def test_no_name_has_a_weight():
    weights = build.load_attitude_weights()
    assert not weights.duplicated(["kind", "term"]).any()
    ngrams = weights.loc[weights["kind"] == "ngram", "term"].str.split(":", n=1).str[1]
    words = {part for term in ngrams for word in term.split() for part in (word, *re.split(r"[^a-zà-ÿ]+", word))}
    assert not {word for word in words if word != word.lower()} - {"Name"}
    surnames = {row["surname"].lower() for row in read_lexicon("people")} - function_words()
    assert words & surnames == {"center", "chase", "lin", "price", "song"}  # common nouns and "hard-line"
    assert not words & {"trump", "biden", "obama", "hillary", "putin", "china", "chinese", "american", "republican"}


def test_the_shipped_weights_are_those_of_the_script(originals):
    training = SimpleNamespace(**runpy.run_path(str(ROOT / "training/target_tone.py")))
    data = originals.parent / "benchmarks/newsmtsc"
    fitted, shipped = training.fit_weights(training.read_targets(data / "train.jsonl")), build.load_attitude_weights()
    assert fitted["term"].tolist() == shipped["term"].tolist()
    figures = ["negative", "positive"]
    assert np.abs(fitted[figures].to_numpy() - shipped[figures].to_numpy()).max() <= 0.01
    dev = training.read_targets(data / "dev.jsonl")
    model = training.macro_f1(dev["label"], build.score_attitude(dev)["target_label"])
    assert model > training.macro_f1(dev["label"], training.label_with_vader(dev)) + 0.1
    assert f"**{model:.3f}**".replace("0.", ".") in (ROOT / "training/README.md").read_text(encoding="utf-8")
