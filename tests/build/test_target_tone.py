"""Tone towards a target: by hand, by side, without names. All sample sentences are invented."""

import importlib.util
import json
import math
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers.build.attitude import LABELS, _function_words, masked_words, target_features, target_probabilities
from analysis_helpers.build.names import count_mentions
from analysis_helpers.dictionaries import read_lexicon
from tests.conftest import ROOT

WEIGHTS = ROOT / "src/analysis_helpers/build/weights/target_tone.parquet"
POLITICIANS = {
    *("trump", "biden", "obama", "clinton", "bush", "pence", "harris", "pelosi", "mcconnell", "sanders"),
    *("warren", "cruz", "rubio", "romney", "ryan", "mueller", "comey", "flynn", "kushner", "ivanka"),
    *("melania", "hillary", "barack", "donald", "giuliani", "bannon", "tillerson", "pompeo", "blinken", "bessent"),
    *("greer", "lutnick", "vance", "putin", "jinping", "lifeng", "netanyahu", "merkel", "macron", "trudeau"),
    *("zelensky", "erdogan", "modi", "reagan", "mccain", "cheney", "kerry", "schumer", "kavanaugh", "gorsuch"),
}


def _at(text, target):
    """One row: a sentence and the offsets of the word in it."""
    start = text.index(target)
    return {"text": text, "start": start, "end": start + len(target)}


def _score(*places):
    return ah.score_target_tone(pd.DataFrame([_at(*place) for place in places]))


def _features(text, target):
    place = _at(text, target)
    return target_features(place["text"], place["start"], place["end"])


@pytest.fixture(scope="module")
def training():
    spec = importlib.util.spec_from_file_location("training_target_tone", ROOT / "training/target_tone.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def newsmtsc(originals):
    return originals.parent / "benchmarks/newsmtsc"


# ---------------------------------------------------------------------------------------------------
# Words and features, by hand


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The dull reply of Ana Maria Lopez, he said", ["the", "dull", "reply", "of", "Name", "he", "said"]),
        ("Ana and Bo", ["Name", "and", "Name"]),
        ("Ana, Bo", ["Name", "Name"]),
        ("told us; the US told 1,200 men", ["told", "us", "|", "Name", "told", "0", "men"]),
        ("see @ana_b and https://example.org/ana", ["see", "Name", "and", "Name"]),
        ("the city’s mayor – it's late", ["the", "city", "mayor", "|", "it's", "late"]),
        ("a win-win deal -- I won", ["a", "win-win", "deal", "|", "i", "won"]),
        ("", []),
    ],
)
def test_words_are_lower_case_and_names_a_sign(text, words):
    assert masked_words(text) == words


def test_stems_weigh_by_distance_side_and_clause():
    ngrams, _ = _features("Envoys greeted Ana but critics laughed.", "Ana")
    # greeted: 1 word away, 1/(1 + 1/6) = 6/7; laughed: 3 away and after "but", 0.4/(1 + 3/6) = 4/15
    assert ngrams["l:greet"] == pytest.approx(6 / 7)
    assert ngrams["w:greet"] == pytest.approx(6 / 7)
    assert ngrams["r:laugh"] == pytest.approx(4 / 15)
    assert ngrams["rr:but critic"] == pytest.approx(0.4 * 6 / 7)
    assert {"l1:greeted", "r1:but", "r2:critics", "lr:greeted but", "to it:greet"} <= set(ngrams)
    assert "r:greet" not in ngrams


def test_what_the_target_does_and_what_is_done_to_it():
    assert _features("Yesterday Ana has firmly refused.", "Ana")[0]["does:refus"] == 1
    assert _features("Yesterday Ana did not refuse.", "Ana")[0]["does not:refus"] == 1
    assert _features("Yesterday Ana was widely praised.", "Ana")[0]["is:prais"] == 1
    assert _features("The plan was praised by Ana.", "Ana")[1]["after by"] == 1


def test_a_negation_turns_a_charged_word():
    # VADER gives "good" 1.9; turned by -0.7 it is 1.33 on the other side
    _, plain = _features("Ana is good.", "Ana")
    _, turned = _features("Ana is not good.", "Ana")
    assert plain["r first +"] == pytest.approx(1.9)
    assert turned["r first -"] == pytest.approx(1.33)
    assert "r first +" not in turned
    assert turned["turned"] == 1


@pytest.mark.parametrize(
    ("text", "target", "kind", "holds"),
    [
        ("He left.", "He", "pronoun", True),
        ("Ana left.", "Ana", "pronoun", False),
        ("Critics of Ana's plan left.", "Ana", "owner", True),
        ("They like her plan.", "her", "owner", True),
        ("“I met Ana,” he said.", "Ana", "quoted", True),
        ("“I left,” Ana said.", "Ana", "quoted", False),
        ("Ana left.", "Ana", "begins", True),
        ("They met Ana.", "Ana", "ends", True),
    ],
)
def test_kind_of_mention(text, target, kind, holds):
    assert bool(_features(text, target)[1][kind]) is holds


def test_probabilities_with_pencil():
    weights = pd.DataFrame(
        [("w:a", "ngram", 0, 1), ("w:b", "ngram", 1, 0), ("x", "figure", 0, 2), ("(intercept)", "intercept", 0, 0.5)],
        columns=["term", "kind", "negative", "positive"],
    )
    features = [
        (Counter({"w:a": 0.2, "w:unknown": 9}), Counter()),  # one known n-gram: length 3, positive 3 + 0.5
        (Counter({"w:a": 3, "w:b": 4}), Counter({"x": 1})),  # 3/5 and 4/5 of 3: negative 2.4, positive 1.8 + 2 + 0.5
        (Counter(), Counter()),  # the intercept alone
    ]
    chances = target_probabilities(features, weights)
    for row, (low, high) in zip(chances, [(0, 3.5), (2.4, 4.3), (0, 0.5)], strict=True):
        odds = np.array([math.exp(low), 1, math.exp(high)])
        assert row == pytest.approx(odds / odds.sum(), abs=1e-12)


# ---------------------------------------------------------------------------------------------------
# Scores


SIDES = [
    ("Voters thanked Marta for her honest work, but they blamed Pavel for the corrupt deal.", "Marta", "Pavel"),
    ("Senators praised Ana for her courage, while critics attacked Bo for his lies.", "Ana", "Bo"),
    ("We thank Ruth for her help with the rescue; police arrested Otto for fraud.", "Ruth", "Otto"),
    ("Judges accused Igor of fraud and lies, although friends celebrated the success of Lena.", "Lena", "Igor"),
]


@pytest.mark.parametrize(("text", "praised", "blamed"), SIDES)
def test_the_target_alone_changes_the_label(text, praised, blamed):
    scored = _score((text, praised), (text, blamed))
    assert scored["target_label"].tolist() == ["positive", "negative"]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Ana won against Bo.", ["positive", "negative"]),
        ("Ana lied to Bo.", ["negative", "neutral"]),
        ("Ana congratulated Bo.", ["neutral", "positive"]),
    ],
)
def test_who_does_it_and_to_whom_is_told_by_the_side(text, labels):
    assert _score((text, "Ana"), (text, "Bo"))["target_label"].tolist() == labels


@pytest.mark.parametrize(("text", "first", "second"), SIDES)
@pytest.mark.parametrize("name", ["Donald Trump", "Xi Jinping", "Hillary Clinton", "O'Neil", "Le Van-Duc", "US"])
def test_names_carry_no_weight(text, first, second, name):
    as_target, as_other = text.replace(first, name), text.replace(second, name)
    scores = _score((text, first), (as_target, name), (as_other, first))["target_tone"]
    assert scores.to_numpy() == pytest.approx(scores[0], abs=1e-9)
    assert _features(text, first) == _features(as_target, name) == _features(as_other, first)


@pytest.mark.parametrize("text", ["{} broke its word.", "We met with {} and the WTO.", "And {}’s firms thank {}."])
def test_the_article_of_a_name_carries_no_weight(text):
    """Else the same sentence would be warmer about China than about the United States."""
    scored = [
        ah.add_target_tone(pd.DataFrame({"text": [text.replace("{}", name)]}))[f"tone_to_{side}"].iloc[0]
        for name, side in (("China", "cn"), ("the United States", "us"), ("the US", "us"))
    ]
    assert len(set(scored)) == 1
    assert pd.notna(scored[0])


def test_a_title_belongs_to_the_name():
    text = "Voters like President Lee Jae for his courage."
    scores = _score((text, "President Lee Jae"), (text, "Lee"), ("Voters like Lee for his courage.", "Lee"))
    assert len(set(scores["target_tone"])) == 1


def test_probabilities_are_probabilities_and_the_label_is_the_likeliest():
    places = [_features(text, target) for text, *targets in SIDES for target in targets]
    chances = target_probabilities(places, ah.load_target_weights())
    assert chances.sum(axis=1) == pytest.approx(1)
    assert (chances > 0).all()
    scored = _score(*((text, target) for text, *targets in SIDES for target in targets))
    assert scored["target_tone"].to_numpy() == pytest.approx(chances[:, 2] - chances[:, 0], abs=6e-5)
    assert scored["target_label"].tolist() == [LABELS[i] for i in chances.argmax(axis=1)]


def test_rows_in_are_rows_out():
    frame = pd.DataFrame([_at(SIDES[0][0], "Pavel"), _at("Ana met Bo.", "Bo")], index=["b", "a"]).assign(note=[1, 2])
    scored = ah.score_target_tone(frame)
    assert scored.columns.tolist() == ["text", "start", "end", "note", "target_tone", "target_label"]
    pd.testing.assert_frame_equal(scored[frame.columns], frame)
    alone = ah.score_target_tone(frame.loc[["a"]])
    pd.testing.assert_frame_equal(scored.loc[["a"]], alone)
    renamed = ah.score_target_tone(frame.rename(columns={"text": "s", "start": "i", "end": "j"}), "s", "i", "j")
    assert renamed["target_tone"].equals(scored["target_tone"])


def test_an_empty_frame_stays_empty():
    for frame in (pd.DataFrame({"text": [], "start": [], "end": []}), ah.find_targets(pd.DataFrame({"text": []}))):
        scored = ah.score_target_tone(frame)
        assert len(scored) == 0
        assert scored["target_tone"].dtype == "float64"
        assert scored["target_label"].dtype == "str"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Ana left.", -1, 3),
        ("Ana left.", 3, 3),
        ("Ana left.", 0, 10),
        ("Ana left.", 0.5, 3),
        ("Ana left.", None, 3),
        ("Ana left.", "x", 3),
        (None, 0, 3),
        ("", 0, 1),
    ],
)
def test_bad_offsets_name_the_row_in_one_line(text, start, end):
    frame = pd.DataFrame({"text": ["Bo left.", text], "start": [0, start], "end": [2, end]}, index=["good", "bad"])
    with pytest.raises(ah.TalksError, match="row 'bad'") as caught:
        ah.score_target_tone(frame)
    assert "\n" not in str(caught.value)
    assert "expected" in str(caught.value)
    ah.score_target_tone(frame.loc[["good"]].astype({"start": int, "end": int}))


@pytest.mark.parametrize("missing", ["text", "start", "end"])
def test_a_missing_column_is_named(missing):
    frame = pd.DataFrame([_at("Ana left.", "Ana")]).drop(columns=missing)
    with pytest.raises(ah.TalksError, match=f"no column '{missing}'"):
        ah.score_target_tone(frame)


def test_targets_are_scored_together_as_each_alone():
    words = ["grave", "plain", "kind", "sharp", "mild", "brave", "cruel", "loyal", "vague", "honest"]
    texts = [
        f"The {words[i % 10]} envoy thanked Ana for {i} {words[i // 10 % 10]} letters and left." for i in range(1_000)
    ]
    frame = pd.DataFrame([_at(text, "Ana") for text in texts])
    alone = [ah.score_target_tone(frame.iloc[[n]]) for n in range(0, 1_000, 90)]
    pd.testing.assert_frame_equal(ah.score_target_tone(frame).iloc[::90], pd.concat(alone))


# ---------------------------------------------------------------------------------------------------
# The weights


def _words_of(weights):
    ngrams = weights.loc[weights["kind"] == "ngram", "term"].str.split(":", n=1).str[1]
    return {part for term in ngrams for word in term.split() for part in (word, *re.split(r"[^a-zà-ÿ]+", word))}


def test_the_weights_are_small():
    assert WEIGHTS.stat().st_size < 300_000


def test_no_name_has_a_weight():
    words = _words_of(ah.load_target_weights())
    assert len(POLITICIANS) == 50
    assert not words & POLITICIANS
    assert not {word for word in words if word != word.lower()} - {"Name"}
    surnames = {row["surname"].lower() for row in read_lexicon("people")}
    surnames -= _function_words()
    assert words & surnames == {"center", "chase", "lin", "price", "song"}  # common nouns and "hard-line"
    assert masked_words("We saw Price and Song chase the price of a song.").count("Name") == 2
    assert not words & {"china", "chinese", "american", "beijing", "republican", "democrat", "democrats", "russia"}


def test_weights_are_whole():
    weights = ah.load_target_weights()
    assert weights.columns.tolist() == ["term", "kind", "negative", "positive"]
    assert not weights.duplicated(["kind", "term"]).any()
    assert np.isfinite(weights[["negative", "positive"]].to_numpy()).all()
    assert weights["kind"].value_counts()["intercept"] == 1


def test_macro_f1_on_dev_is_what_is_claimed(training, newsmtsc):
    dev = training.read_targets(newsmtsc / "dev.jsonl")
    assert len(dev) == 343
    model = training.macro_f1(dev["label"], ah.score_target_tone(dev)["target_label"])
    assert model >= 0.66
    assert model > training.macro_f1(dev["label"], training.label_with_vader(dev)) + 0.1
    assert f"**{model:.3f}**".replace("0.", ".") in (ROOT / "training/README.md").read_text(encoding="utf-8")


def test_the_shipped_weights_are_those_of_the_script(training, newsmtsc):
    fitted = training.fit_weights(training.read_targets(newsmtsc / "train.jsonl"))
    shipped = ah.load_target_weights()
    assert fitted["term"].tolist() == shipped["term"].tolist()
    figures = ["negative", "positive"]
    assert np.abs(fitted[figures].to_numpy() - shipped[figures].to_numpy()).max() <= 0.01


# ---------------------------------------------------------------------------------------------------
# Training


GOOD, BAD, PLAIN = ("praised", "thanked", "honoured"), ("attacked", "blamed", "jailed"), ("met", "phoned", "joined")


@pytest.fixture
def invented_targets(tmp_path):
    """Forty-five invented sentences in the format of the data set."""
    path = tmp_path / "invented.jsonl"
    lines = []
    for polarity, verbs in ((6.0, GOOD), (2.0, BAD), (4.0, PLAIN)):
        for verb in verbs:
            for place in ("market", "river", "court", "school", "harbour"):
                text = f"At the {place} somebody {verb} Ana yesterday."
                start = text.index("Ana")
                target = {"from": start, "to": start + 3, "mention": "Ana", "polarity": polarity}
                lines.append(json.dumps({"sentence_normalized": text, "targets": [target]}))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_training_end_to_end_on_invented_sentences(training, invented_targets, tmp_path, capsys):
    out = tmp_path / "weights.parquet"
    training.main(str(invented_targets), str(invented_targets), str(out))
    printed = capsys.readouterr().out
    assert "45 targets in train, 45 in dev" in printed
    assert "macro F1 on dev: 1.0" in printed
    assert "majority: 0.167" in printed  # 45 in three equal labels: F1 of one is 2 * (1/3) / (1/3 + 1) = 1/2
    weights = pd.read_parquet(out)
    new = [_features(f"Today they {verb} Bo.", "Bo") for verb in ("praised", "blamed")]
    chances = target_probabilities(new, weights)
    assert [LABELS[i] for i in chances.argmax(axis=1)] == ["positive", "negative"]
    assert not _words_of(weights) & {"ana", "bo"}


def test_training_twice_gives_the_same_bytes(training, invented_targets, tmp_path):
    targets = training.read_targets(invented_targets)
    for name, rows in (("a", targets), ("b", targets)):
        training.save_weights(training.fit_weights(rows), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_names_in_lower_case_are_found_by_their_capitals_elsewhere(training):
    texts = pd.Series(["We saw Marlow.", "Then Marlow sat in the marlow chair.", "The chair of Chair."])
    names = training.find_names(texts)
    assert "marlow" in names
    assert "chair" not in names


def test_vader_reads_the_clause_of_the_target(training):
    text = "They love Ana, but they hate Bo; later they met Cy."
    targets = pd.DataFrame([_at(text, name) for name in ("Ana", "Bo", "Cy")])
    assert training.label_with_vader(targets) == ["positive", "negative", "neutral"]


# ---------------------------------------------------------------------------------------------------
# The two countries


MENTIONS = [
    "China and the US met on China-U.S. ties.",
    "Washington told us that the South China Sea was calm; Beijing’s envoy agreed.",
    "CHINA and the United  States: both sides spoke.",
    "The Washington Post wrote of China–US trade and of American farmers.",
    "Nobody came.",
    "",
]


def test_targets_by_hand():
    found = ah.find_targets(pd.DataFrame({"sentence_id": ["s1"], "text": [MENTIONS[1]]}))
    assert found[["start", "end", "target"]].to_numpy().tolist() == [[0, 10, "US"], [54, 61, "CN"]]
    assert found["sentence_id"].tolist() == ["s1", "s1"]


def test_targets_are_those_that_are_counted():
    found = ah.find_targets(pd.DataFrame({"text": MENTIONS}))
    counts = found.groupby([found.index, "target"]).size()
    for row, text in enumerate(MENTIONS):
        counted = count_mentions(text)
        assert (counts.get((row, "US"), 0), counts.get((row, "CN"), 0)) == (counted["us"], counted["cn"])


def test_tone_to_a_country_is_the_mean_over_its_mentions():
    text = "We thank China for its help, but Beijing must stop its reckless threats against the US."
    sentences = pd.DataFrame({"text": ["Nobody came.", text, "They met."]}, index=[5, 5, 7])
    added = ah.add_target_tone(sentences)
    assert added.index.tolist() == [5, 5, 7]
    pd.testing.assert_frame_equal(added[["text"]], sentences)
    each = _score((text, "China"), (text, "Beijing"), (text, "US"))["target_tone"]
    assert added["tone_to_cn"].iloc[1] == pytest.approx((each[0] + each[1]) / 2, abs=6e-5)
    assert added["tone_to_us"].iloc[1] == each[2]
    assert added[["tone_to_us", "tone_to_cn"]].iloc[[0, 2]].isna().all(axis=None)


@pytest.mark.parametrize("texts", [[], ["Nobody came."]])
def test_no_mention_is_missing_and_not_neutral(texts):
    added = ah.add_target_tone(pd.DataFrame({"text": pd.Series(texts, dtype="str")}))
    assert added[["tone_to_us", "tone_to_cn"]].dtypes.tolist() == ["float64", "float64"]
    assert added[["tone_to_us", "tone_to_cn"]].isna().all(axis=None)


def test_a_corpus_without_texts_is_told_so():
    with pytest.raises(ah.TalksError, match="no column 'text'"):
        ah.add_target_tone(pd.DataFrame({"sentence_id": ["a"]}))
