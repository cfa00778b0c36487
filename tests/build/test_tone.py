"""Tone: its instruments and their rules, by hand, and as by definition, one by one. All sentences are invented."""

import json
import runpy
import string
from hashlib import sha256

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES, SentimentIntensityAnalyzer

from analysis_helpers.build.names import mask_names
from analysis_helpers.build.tone import NEGATION, score_instruments, score_tone, tone_lists
from analysis_helpers.dictionaries import INSTRUMENTS, read_lexicon
from analysis_helpers.errors import TalksError
from analysis_helpers.words import find_words
from tests.conftest import ROOT

TONE = [*INSTRUMENTS, "tone"]
STOCK = SentimentIntensityAnalyzer()


def _score(*texts):
    return score_tone(pd.DataFrame({"text": list(texts)}))


def _bent(total):
    """The published form of VADER's normalisation, for weights of at most 1."""
    return round(total / (total**2 + 1) ** 0.5, 4)


def test_who_writes_united_states_is_not_friendlier():
    """Stock VADER takes "United" for praise (+0.42); masked, no instrument knows a word."""
    told = "The United States met China in Geneva."
    assert STOCK.polarity_scores(told)["compound"] == pytest.approx(0.4215)
    scored = _score(told, "America met China in Geneva.", "The United States met China", "The delegation arrived.", "")
    assert scored[TONE].isna().all(axis=None)
    assert scored["n_scored"].tolist() == [0] * 5


def test_weights_of_a_sentence_by_hand():
    """constructive .6, candid .1, together; negated: times -.74; strongly: times 1.25."""
    expected = {
        "The talks were constructive.": 0.6,
        "The talks were candid; they were constructive.": 0.7,
        "The talks were not constructive.": 0.6 * -0.74,
        "The talks were not at all constructive.": 0.6 * -0.74,
        "Not all were that constructive.": 0.6,
        "The delegation strongly condemns this.": -0.9 * 1.25,
        "The delegation does not strongly condemn this.": -0.9 * 1.25 * -0.74,
    }
    assert _score(*expected)["tone_diplomatic"].tolist() == list(map(_bent, expected.values()))
    assert NEGATION == -0.74
    # VADER knows a word whatever signs stand around it
    assert _score("We call on the peace- now")["tone_vader"].tolist() == [0.5423]


def test_negation_and_degree_turn_the_tone():
    """Each sentence is cooler than the one behind it in its row."""
    rows = """
        We do not welcome this. < We welcome this.
        This is a threat. < This is no threat.
        This is a threat. < This is no longer a threat.
        They failed to cooperate. < They cooperate.
        There is no cooperation. < There is not only cooperation.
        It was constructive. < It was very constructive.
        It was constructive. < It was no doubt constructive.
        It was extremely harmful. < It was harmful. < It was slightly harmful.
        We firmly oppose it. < We oppose it.
        A zero-sum game. < A win-win game.
        We urge them to stop smearing us. < We urge them to join us."""
    for row in rows.strip().splitlines():
        assert _score(*row.split("<"))["tone_diplomatic"].is_monotonic_increasing, row
        assert _score(*row.split("<"))["tone_diplomatic"].is_unique, row


def test_the_longest_term_counts_and_regular_endings_as_the_term():
    """mutual respect is .7, and not respect (.4) besides; goods are merchandise."""
    assert _score("It takes mutual respect.")["tone_diplomatic"].iloc[0] == _bent(0.7)
    scored = _score("It urges them.", "It urged them.", "Urging them.", "It will urge them.")["tone_diplomatic"]
    assert scored.tolist() == [_bent(-0.2)] * 4
    assert _score("Both capitals signed accords.")["tone_diplomatic"].iloc[0] == _bent(0.4)
    without = ["They exchanged goods.", "Global warming goes on.", "It said so according to a paper."]
    without += ["She stressed that it rained.", "They noted the interest rate."]
    assert _score(*without)["tone_diplomatic"].isna().all()


def test_tone_is_the_mean_of_the_instruments_that_speak():
    """Each is divided by its frozen spread; constructive is known to the own list alone."""
    spread = {row["column"]: float(row["sd"]) for row in read_lexicon("tone_scales")}
    assert list(spread) == list(INSTRUMENTS)
    scored = _score("The talks were constructive.", "We welcome this.")
    assert scored["tone"].iloc[0] == pytest.approx(_bent(0.6) / spread["tone_diplomatic"], abs=1e-3)
    parts = [scored[name].iloc[1] / spread[name] for name in INSTRUMENTS]
    assert scored["tone"].iloc[1] == pytest.approx(sum(parts) / len(parts), abs=1e-3)
    assert scored["n_scored"].tolist() == [1, 1]


def test_rows_stay_as_they_were():
    frame = pd.DataFrame({"words": ["Good.", "Bad."], "other": [1, 2]}, index=[7, 3])
    scored = score_tone(frame, text="words")
    assert list(scored) == ["words", "other", *INSTRUMENTS, "tone", "n_scored"]
    assert scored.index.tolist() == [7, 3]
    assert list(frame) == ["words", "other"]
    assert len(score_tone(frame.head(0), text="words")) == 0
    with pytest.raises(TalksError, match=r"row 3: words holds no text; expected one in every row"):
        score_tone(frame.assign(words=["We met.", None]), text="words")


def test_the_own_list_is_whole():
    rows = pd.DataFrame(read_lexicon("diplomatic_tone")).astype({"weight": "float64"})
    terms = rows["term"].tolist()
    assert len(terms) >= 400
    assert terms == sorted(set(terms))
    assert rows["weight"].between(-1, 1).all()
    assert rows["reason"].is_unique, "every term has a reason of its own"
    # a term that masking takes away could never be scored, and a name must not be
    assert [term for term in terms for form in (term, term.title()) if mask_names(form) != form] == []


def test_spreads_are_those_of_the_training_texts(originals):
    """The shipped constants, measured again; and half of the tweets, kept out of them, as 20 people rated them."""
    script = runpy.run_path(str(ROOT / "training/tone_scales.py"))
    ratings = script["read_ratings"](originals.parent / "benchmarks/tweets_20_raters/tweets_GroundTruth.txt")
    shipped = pd.DataFrame(read_lexicon("tone_scales")).astype({"sd": "float64", "n_texts": "int64"})
    pd.testing.assert_frame_equal(shipped, script["measure_spreads"](ratings), check_dtype=False, check_exact=True)
    kept_out = score_tone(ratings[ratings["id"] % 2 == 0])
    assert kept_out["tone"].fillna(0).corr(kept_out["rating"]) > 0.8


def test_lists_and_shipped_figures_do_not_drift_apart():
    package = ROOT / "src/analysis_helpers"
    folders = {"lexicons/en": "", "build/weights": "", "lexicons/zh": "zh/"}
    lists = {f"{at}{path.name}": path for name, at in folders.items() for path in (package / name).glob("*.*")}
    record = json.loads((ROOT / "data/corpus/corpus.json").read_text(encoding="utf-8"))["settings"]["lexicons"]
    assert record == {name: sha256(path.read_bytes()).hexdigest() for name, path in lists.items()}, "run: make corpus"


GAPS = [" ", " ", " ", "  ", "\n", "\u00a0", ", ", "! ", "? ", ". ", " - ", "", "-", "\u2028", "\t "]
_RULES = """
never so this without doubt least at the very no or nor kind of sort of but BUT But just enough n't
don’t can't DON'T isn't uh-uh won’t :) :D (: <3 ;-) O_o !!! ??? ???? \U0001f600 ‼ © “good” [bad] 'great'
good bad great terrible hate love help kind doubt like GOOD BAD VERY Very not NOT no NO war WAR x
GREAT. (good) -- … win-win U.S. China “terrible” no-one un-good ｇｏｏｄ ǅ ß İ it’s friend’s threat's
"""
RULES = _RULES.split()
LISTED = sorted({term for terms in tone_lists() for term in terms} | set(STOCK.lexicon))
_word = st.sampled_from(RULES) | st.sampled_from(LISTED) | st.sampled_from([*BOOSTER_DICT, *NEGATE, *SPECIAL_CASES])
_text = st.lists(st.tuples(_word, st.sampled_from(GAPS)).map("".join), max_size=12).map("".join)
_rules = st.lists(st.sampled_from(RULES), max_size=12).map(" ".join)
_any_text = st.text(alphabet=st.characters() | st.sampled_from(" \n.,!?'’-–U.S aenot"), max_size=40)


def _find(words, terms):
    """Find the terms of a list from left to right, the longest at each place: where they end, and their weight."""
    found, at = {}, 0
    while at < len(words):
        runs = [" ".join(words[at:end]) for end in range(len(words), at, -1)]
        term = next((run for run in runs if run in terms), None)
        at += term.count(" ") + 1 if term else 1
        if term:
            found[at] = terms[term], term.count(" ") + 1
    return found


def _score_by_definition(text):
    masked = mask_names(text)
    words = [word.lower().replace("’", "'").removesuffix("'s") for word in find_words(masked)]
    terms, modifiers = tone_lists()
    changed = {end: factor for end, (factor, _) in _find(words, modifiers).items()}
    chunks = [form.lower() for chunk in masked.split() for form in (chunk, chunk.strip(string.punctuation + "“”"))]
    known = any(chunk in STOCK.lexicon for chunk in chunks)
    vader = STOCK.polarity_scores(masked)["compound"] if known else np.nan
    places = {place for place, word in enumerate(words) if word in STOCK.lexicon}
    found = [(end, *told) for end, told in _find(words, terms).items() if told[0]]
    total = 0
    for end, weight, length in found:
        near = [changed.get(end - length - back, 1.0) for back in range(3)]
        total += weight * (near[0] if near[0] > 0 else 1.0) * (NEGATION if min(near) < 0 else 1.0)
        places |= set(range(end - length, end))
    return vader, np.round(total / np.sqrt(total**2 + 1), 4) if found else np.nan, len(places)


@settings(max_examples=150, deadline=None)
@given(st.lists(_text | _rules | _any_text, max_size=8))
def test_many_sentences_are_scored_as_each_by_definition(texts):
    expected = pd.DataFrame(map(_score_by_definition, texts), columns=[*INSTRUMENTS, "n_scored"])
    expected = expected.astype(dict.fromkeys(INSTRUMENTS, "float64") | {"n_scored": "int32"})
    pd.testing.assert_frame_equal(score_instruments(texts), expected, rtol=0, atol=1e-9)
