"""Tone: its lists, its rules and its comparison, by hand. All sentences are invented for these tests."""

import runpy
import time

import numpy as np
import pandas as pd
import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

import analysis_helpers as ah
from analysis_helpers.build.tone import INSTRUMENTS, NEGATION, score_tone
from analysis_helpers.build.vader import package
from analysis_helpers.dictionaries import read_lexicon
from analysis_helpers.errors import TalksError
from analysis_helpers.sentiment import _add_target
from tests.conftest import ROOT

TONE = [*INSTRUMENTS, "tone"]


def _score(*texts):
    return score_tone(pd.DataFrame({"text": list(texts)}))


def _bent(total):
    """The published form of VADER's normalisation, for weights of at most 1."""
    return round(total / (total**2 + 1) ** 0.5, 4)


# ---------------------------------------------------------------------------------------------------
# VADER


def test_who_writes_united_states_is_not_friendlier():
    """Stock VADER takes "United" for praise (+0.42), and so does AFINN (+1); masked, no instrument knows a word."""
    stock = SentimentIntensityAnalyzer().polarity_scores("The United States met China in Geneva.")["compound"]
    assert stock == pytest.approx(0.4215)
    scored = _score(
        "The United States met China in Geneva.", "America met China in Geneva.", "The United States met China"
    )
    assert scored[TONE].isna().all(axis=None)
    assert scored["n_scored"].tolist() == [0, 0, 0]


def test_vader_is_the_published_instrument():
    frame = pd.DataFrame({"text": ["A great deal!", "We condemn this terrible threat.", "Not good."]}, index=[5, 1, 9])
    scored = score_tone(frame)
    vader = SentimentIntensityAnalyzer()
    assert scored["tone_vader"].tolist() == [vader.polarity_scores(text)["compound"] for text in frame["text"]]
    assert scored.index.tolist() == [5, 1, 9]
    assert scored["tone_vader"].iloc[0] > 0 > scored["tone_vader"].iloc[2]


def test_tone_of_a_sentence_is_vaders_own_at_every_place():
    """Only the words around a word are handed to VADER's rules; they look three back and two ahead."""
    own, vader = package(), SentimentIntensityAnalyzer()
    words = (
        "never so good no kind of bad at least not very or nor great but the HATE without doubt sort yeah right bomb"
    )
    random = np.random.default_rng(7)
    texts = [" ".join(random.choice(words.split(), length)) for length in range(1, 12) for _ in range(200)]
    for text in [*texts, "It was, they said, the kiss of death for the talks."]:
        assert own.polarity_scores(text) == vader.polarity_scores(text), text


def test_tone_takes_time_in_proportion_to_the_sentence():
    """Read with all words lower-cased again for each, this takes over ten seconds."""
    _score("a good talk")
    start = time.process_time()
    _score("a good talk is no bad talk " * 2_000, "a good kind of talk is no bad talk " * 2_000)
    assert time.process_time() - start < 5


# ---------------------------------------------------------------------------------------------------
# The own list, and its rules


def test_weights_of_a_sentence_by_hand():
    """constructive .6, candid .1, together; negated: times -.74; strongly: times 1.25."""
    scored = _score(
        "The talks were constructive.",
        "The talks were candid; they were constructive.",
        "The talks were not constructive.",
        "The talks were not at all constructive.",
        "Not all were that constructive.",
        "The delegation strongly condemns this.",
        "The delegation does not strongly condemn this.",
        "The delegation arrived.",
    )
    expected = [0.6, 0.7, 0.6 * -0.74, 0.6 * -0.74, 0.6, -0.9 * 1.25, -0.9 * 1.25 * -0.74]
    assert scored["tone_diplomatic"].tolist()[:7] == [_bent(total) for total in expected]
    assert np.isnan(scored["tone_diplomatic"].iloc[7])
    assert NEGATION == -0.74


@pytest.mark.parametrize(
    ("cooler", "warmer"),
    [
        ("We do not welcome this.", "We welcome this."),
        ("This is a threat.", "This is no threat."),
        ("This is a threat.", "This is no longer a threat."),
        ("They failed to cooperate.", "They cooperate."),
        ("There is no cooperation.", "There is not only cooperation."),
        ("It was constructive.", "It was very constructive."),
        ("It was constructive.", "It was no doubt constructive."),
        ("It was extremely harmful.", "It was harmful."),
        ("It was harmful.", "It was slightly harmful."),
        ("We firmly oppose it.", "We oppose it."),
        ("A zero-sum game.", "A win-win game."),
        ("We urge them to stop smearing us.", "We urge them to join us."),
    ],
)
def test_negation_and_degree_turn_the_tone(cooler, warmer):
    scored = _score(cooler, warmer)["tone_diplomatic"]
    assert scored.iloc[0] < scored.iloc[1]


def test_the_longest_term_counts_and_its_words_do_not():
    """mutual respect is .7, and not respect (.4) besides; goods are merchandise."""
    scored = _score("It takes mutual respect.", "They exchanged goods.", "Global warming goes on.")
    assert scored["tone_diplomatic"].iloc[0] == _bent(0.7)
    assert scored["tone_diplomatic"].iloc[1:].isna().all()


def test_regular_endings_count_as_the_term():
    scored = _score("It urges them.", "It urged them.", "Urging them.", "It will urge them.")["tone_diplomatic"]
    assert scored.tolist() == [_bent(-0.2)] * 4
    assert _score("Both capitals signed accords.")["tone_diplomatic"].iloc[0] == _bent(0.4)
    assert _score("It said so according to a paper.")["tone_diplomatic"].isna().all()


@pytest.mark.parametrize(
    "sentence", ["She stressed that it rained.", "He said it rained.", "They noted the interest rate."]
)
def test_verbs_of_report_carry_no_tone(sentence):
    scored = _score(sentence)
    assert scored[["tone_diplomatic", "tone_general"]].isna().all(axis=None)


def test_the_list_is_whole():
    rows = read_lexicon("diplomatic_tone")
    weights = pd.Series([float(row["weight"]) for row in rows])
    terms = [row["term"] for row in rows]
    assert len(terms) >= 400
    assert len({term.lower() for term in terms}) == len(terms)
    assert weights.between(-1, 1).all()
    assert (weights > 0).sum() > 200
    assert (weights < 0).sum() > 200
    reasons = [row["reason"] for row in rows]
    assert len(set(reasons)) == len(reasons), "every term has a reason of its own"
    assert sum(" " in term for term in terms) >= 100
    assert terms == sorted(terms)


def test_nothing_of_the_lists_is_a_name():
    """A term that masking takes away could never be scored, and a name must not be."""
    terms = [row["term"] for row in read_lexicon("diplomatic_tone")]
    changed = [term for term in terms if any(ah.mask_names(form) != form for form in (term, term.title()))]
    assert changed == []


def test_a_word_is_in_one_list_of_rules_only():
    negations, degrees = (
        {row["term"] for row in read_lexicon(name)} for name in ("tone_negations", "tone_intensifiers")
    )
    terms = {row["term"] for row in read_lexicon("diplomatic_tone")}
    assert not negations & degrees
    assert not negations & terms


# ---------------------------------------------------------------------------------------------------
# The mean of the instruments


def test_no_scored_word_is_missing_and_not_zero():
    scored = _score("The delegation arrived.", "")
    assert scored[TONE].isna().all(axis=None)
    assert scored["n_scored"].tolist() == [0, 0]


def test_tone_is_the_mean_of_the_instruments_that_speak():
    """Each is divided by its frozen spread; constructive is known to the own list alone."""
    spread = {row["column"]: float(row["sd"]) for row in read_lexicon("tone_scales")}
    assert list(spread) == list(INSTRUMENTS)
    scored = _score("The talks were constructive.", "We welcome this.")
    assert scored["tone"].iloc[0] == pytest.approx(_bent(0.6) / spread["tone_diplomatic"], abs=1e-3)
    parts = [scored[name].iloc[1] / spread[name] for name in INSTRUMENTS]
    assert scored["tone"].iloc[1] == pytest.approx(sum(parts) / 3, abs=1e-3)
    assert scored["n_scored"].tolist() == [1, 1]


def test_spreads_are_those_of_the_training_texts(originals):
    """The shipped constants, measured again; and half of the tweets, kept out of them, as 20 people rated them."""
    path = originals.parent / "benchmarks/tweets_20_raters/tweets_GroundTruth.txt"
    script = runpy.run_path(str(ROOT / "training/tone_scales.py"))
    ratings = script["read_ratings"](path)
    shipped = pd.DataFrame(read_lexicon("tone_scales")).astype({"sd": "float64", "n_texts": "int64"})
    measured = script["measure_spreads"](ratings)
    pd.testing.assert_frame_equal(shipped, measured, check_dtype=False, check_exact=True)
    kept_out = score_tone(ratings[ratings["id"] % 2 == 0])
    assert kept_out["tone"].fillna(0).corr(kept_out["rating"]) > 0.8


def test_general_instrument_is_afinn_by_hand():
    """welcome is +2 and terrible -3 on AFINN's scale of 5."""
    scored = _score("We welcome this.", "It is terrible.", "We welcome a terrible thing.")["tone_general"]
    assert scored.tolist() == [_bent(0.4), _bent(-0.6), _bent(0.4 - 0.6)]


def test_scores_do_not_depend_on_the_sample():
    texts = [
        "We welcome this.",
        "A disaster, a terrible one.",
        "The delegation arrived.",
        "Candid talks, great progress.",
    ]
    together = _score(*texts)
    alone = pd.concat([_score(text) for text in texts], ignore_index=True)
    pd.testing.assert_frame_equal(together, alone)
    pd.testing.assert_frame_equal(_score(*texts[::-1]).iloc[::-1].reset_index(drop=True), together)


def test_rows_stay_as_they_were():
    frame = pd.DataFrame({"words": ["Good.", "Bad."], "other": [1, 2]}, index=[7, 3])
    scored = score_tone(frame, text="words")
    assert list(scored) == ["words", "other", *INSTRUMENTS, "tone", "n_scored"]
    assert scored.index.tolist() == [7, 3]
    assert list(frame) == ["words", "other"]
    assert len(score_tone(frame.head(0), text="words")) == 0


# ---------------------------------------------------------------------------------------------------
# Comparing


@pytest.fixture(scope="module")
def small(corpus_of):
    """Four invented texts, so that means over documents and over sentences are different things."""
    rows = [
        ("a", "CN", "2025-05-01", "China made progress. China made progress. China made progress. China is harmed."),
        ("b", "CN", "2025-05-20", "China is harmed."),
        ("c", "US", "2025-07-02", "The United States and China made progress. China-U.S. relations: progress."),
        ("d", "US", "2025-07-03", "Q: Does the United States fail?\n\nA: The United States made progress."),
    ]
    return corpus_of("id side date text", rows, with_text=False)


def test_document_is_the_unit(small):
    """By the own list: progress .5, harmed -.6. Text a has the mean of three and one, b one: their mean counts."""
    table = ah.compare_tone(small, by=["side", "target"], instrument="tone_diplomatic").set_index(["side", "target"])
    up, down = _bent(0.5), _bent(-0.6)
    row = table.loc[("CN", "CN")]
    assert row["mean"] == pytest.approx(((3 * up + down) / 4 + down) / 2, abs=1e-3)
    assert row[["n_documents", "n_sentences"]].tolist() == [2, 5]
    half = 12.706 * abs((3 * up + down) / 4 - down) / 2  # Student's t, one degree of freedom, two documents
    assert row["high"] - row["mean"] == pytest.approx(half, abs=2e-3)
    assert table.loc[("US", "both"), "mean"] == pytest.approx(up, abs=1e-3)
    assert table.loc[("US", "relationship"), ["n_documents", "n_sentences"]].tolist() == [1, 1]
    assert table.loc[("US", "US"), "n_sentences"] == 1, "a question is nobody's voice"
    assert table.loc[("US", "CN"), ["n_documents", "n_sentences"]].tolist() == [0, 0]
    assert np.isnan(table.loc[("US", "CN"), "mean"])


def test_an_empty_month_is_a_row(small):
    table = ah.compare_tone(small, by="month")
    assert table["month"].astype("str").tolist() == ["2025-05", "2025-06", "2025-07"]
    assert table["n_documents"].tolist() == [2, 0, 2]


def test_questions_are_shown_where_speakers_are(small):
    table = ah.compare_tone(small, by=["speaker_side"]).set_index("speaker_side")
    assert table.loc["question", "n_sentences"] == 1
    assert table.index.tolist() == ["US", "CN", "question"]


def test_targets_by_hand():
    mentions = pd.DataFrame(
        [(1, 0, 0), (0, 2, 0), (1, 1, 0), (1, 1, 1), (0, 0, 1), (0, 0, 0)],
        columns=["mentions_us", "mentions_cn", "mentions_relationship"],
    )
    found = _add_target(mentions)["target"]
    assert found.dropna().tolist() == ["US", "CN", "both", "relationship", "relationship"]
    assert found.isna().tolist() == [False] * 5 + [True]


def test_what_cannot_be_compared_is_refused(small):
    with pytest.raises(TalksError, match="unknown column 'speaker'; expected one of side, speaker_side"):
        ah.compare_tone(small, by=["speaker"])
    with pytest.raises(TalksError, match="unknown instrument 'n_scored'; expected one of tone, tone_vader"):
        ah.compare_tone(small, by="side", instrument="n_scored")
    other = small.replace(record={**small.record, "settings": {"tone": ["tone_vader"]}})
    for compare in (lambda: ah.compare_tone(other, by="side"), lambda: ah.compare_instruments(other)):
        with pytest.raises(TalksError, match=r"tone is made of \['tone_vader'\]; expected .*; build the corpus again"):
            compare()


def test_agreement_by_hand(small):
    """Ranks of three sentences: 1 2 3 against 1 3 2 give a correlation of one half; signs agree in two of three."""
    sentences = small.sentences.head(4).assign(
        tone_vader=[-0.5, 0.1, 0.6, np.nan], tone_diplomatic=[-0.4, 0.7, 0.2, 0.9], tone_general=[0.1, 0.2, 0.3, 0.4]
    )
    table = ah.compare_instruments(small.replace(sentences=sentences)).set_index("pair")
    assert table.loc["tone_vader, tone_diplomatic"].tolist() == [0.5, 1.0, 3]
    assert table.loc["tone_vader, tone_general"].tolist() == [1.0, 0.667, 3]
    assert table.loc["tone_diplomatic, tone_general", "n_sentences"] == 4


# ---------------------------------------------------------------------------------------------------
# The shipped corpus, against what was found by reading


@pytest.mark.parametrize("instrument", TONE)
def test_both_records_of_the_geneva_statement_come_out_close(shipped, instrument):
    """Two translations of one statement, one per side: a sound method scores them close, and both warm."""
    both = shipped.where(doc_id=["trk-0363", "wh-af2a42f5a7"])
    table = ah.compare_tone(both, by="side", instrument=instrument).set_index("side")["mean"]
    assert table.min() > 0.1
    assert abs(table["US"] - table["CN"]) < 0.25 * shipped.sentences[instrument].std()


def test_coolest_are_chinese_sentences_about_the_united_states(shipped):
    """Found with other instruments on these texts; both sides are warm about the relationship."""
    own = shipped.where(genre="press_conference", speaker_side=["US", "CN"])
    for instrument in TONE:
        table = ah.compare_tone(own, by=["speaker_side", "target"], instrument=instrument)
        cells = table.set_index(["speaker_side", "target"])
        assert cells["mean"].idxmin() == ("CN", "US"), instrument
        assert cells.loc[("CN", "US"), "high"] < 0, instrument
        assert (cells["mean"].xs("relationship", level="target") > 0).all(), instrument


def test_what_is_not_there_is_refused(shipped):
    with pytest.raises(ah.TalksError, match="no sentence here; expected at least one of a known side"):
        ah.compare_tone(shipped.where(genre="sonnet"), by=["side", "month"])
