"""Frames: the shipped lists, and rates by hand on an invented corpus."""

import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers.build.terms import lexicon_terms
from analysis_helpers.dictionaries import read_lexicon
from analysis_helpers.frames import load_frames
from analysis_helpers.words import split_words

FRAMES = {"benefit": ["win-win", "mutual benefit"], "threat": ["threat", "threats"]}


@pytest.fixture(scope="module")
def small(corpus_of):
    """Six invented texts, of which the rates can be computed on paper."""
    rows = [
        ("u1", "US", "statement", "A threat and threats, a threat: ten words in all."),
        ("u2", "US", "statement", "Nothing here at all."),
        ("c1", "CN", "statement", "Mutual benefit, win-win, mutual benefit."),
        ("c2", "CN", "statement", "We want mutual benefit."),
        ("c3", "CN", "press_conference", "Q: A threat, threat, threat?\n\nA: We see win-win here."),
        ("c4", "CN", "statement", "We see no more."),
    ]
    return corpus_of("id side genre text", rows)


def test_every_frame_has_eight_to_twenty_terms_spelt_as_they_are_counted():
    frames = load_frames()
    assert len(frames) == 12
    assert all(8 <= len(terms) <= 20 for terms in frames.values())
    assert all(" ".join(split_words(term)) == term for terms in frames.values() for term in terms)
    assert {term for terms in frames.values() for term in terms if " " in term} <= set(lexicon_terms())


def test_no_term_is_counted_twice_in_a_frame():
    """Neither the same term twice, nor one inside another."""
    for terms in load_frames().values():
        assert len(terms) == len(set(terms))
        assert not [(a, b) for a in terms for b in terms if a != b and f" {a} " in f" {b} "]


def test_every_term_has_its_reason():
    assert all(row["reason"].strip() for row in read_lexicon("frames"))


def test_scores_by_hand_without_the_questions(small):
    scores = ah.score_frames(small, frames=FRAMES)
    assert list(scores) == ["doc_id", "speaker_side", "frame", "n", "n_words", "rate"]
    assert len(scores) == 12
    cell = scores.set_index(["doc_id", "frame"])
    assert cell.loc[("u1", "threat"), ["n", "n_words", "rate"]].tolist() == [3, 10, 300]
    assert cell.loc[("c1", "benefit"), ["n", "n_words", "rate"]].tolist() == [3, 5, 600]
    assert cell.loc[("c3", "threat"), "n"] == 0, "the question is nobody's voice"
    assert cell.loc[("c3", "benefit"), ["n", "n_words"]].tolist() == [1, 4]
    assert cell.loc[("u2", "threat"), "rate"] == 0


def test_compared_frames_by_hand(small):
    """China: 3 of 5, 1 of 4, 1 of 4 and 0 of 4 words: 600, 250, 250, 0; of these win-win 200, 0, 250, 0."""
    table = ah.compare_frames(small, frames=FRAMES)
    assert list(table)[:7] == ["frame", "speaker_side", "rate", "low", "high", "n_documents", "n_using"]
    assert list(table)[7:] == ["least", "most", "term_that_matters"]
    row = table.set_index(["frame", "speaker_side"]).loc[("benefit", "CN")]
    assert row[["rate", "n_documents", "n_using"]].tolist() == [275, 4, 3]
    assert row[["least", "most"]].tolist() == [112.5, 162.5]
    assert row["term_that_matters"] == "mutual benefit"
    assert pd.isna(row["low"]), "fewer than five documents use the frame"


def test_a_frame_that_no_document_uses(small):
    row = ah.compare_frames(small, frames=FRAMES).set_index(["frame", "speaker_side"]).loc[("threat", "CN")]
    assert row[["rate", "least", "most", "n_using"]].tolist() == [0, 0, 0, 0]
    assert pd.isna(row["term_that_matters"])


def test_five_documents_that_use_a_frame_have_an_interval(corpus_of):
    rows = [(f"d{n}", "US", "A threat " + "word " * n) for n in range(5)]
    corpus = corpus_of("id side text", rows)
    row = ah.compare_frames(corpus, frames=FRAMES).set_index("frame").loc["threat"]
    rates = [1000 / (2 + n) for n in range(5)]
    assert row["rate"] == pytest.approx(sum(rates) / 5, abs=1e-3)
    assert row[["low", "high"]].tolist() == list(ah.mean_interval(rates)[1:3])
    assert row["low"] < row["rate"] < row["high"]


def test_frames_by_another_column_take_each_document_once(small):
    table = ah.compare_frames(small, by="genre", frames=FRAMES).set_index(["frame", "genre"])
    assert table["n_documents"].tolist() == [1, 5, 1, 5]
    assert table.loc[("benefit", "statement"), "rate"] == pytest.approx((600 + 250) / 5)
    with pytest.raises(ah.TalksError, match="unknown column 'sides'; expected speaker_side or one of doc_id"):
        ah.compare_frames(small, by="sides")


def test_two_sides_in_one_document_are_one_document(corpus_of):
    """Mao 1 of 4 words, Trump 0 of 1: together 1 of 5."""
    text = "Mao Ning: We see win-win here.\n\nDonald Trump: No."
    rows = [("m", "CN", "press_conference", text)]
    corpus = corpus_of("id side genre text", rows)
    assert ah.compare_frames(corpus, frames=FRAMES).loc[:1, "rate"].tolist() == [0, 250]
    assert ah.compare_frames(corpus, by="side", frames=FRAMES).loc[0, ["rate", "n_documents"]].tolist() == [200, 1]


def test_a_term_that_was_not_counted_is_an_error(small):
    with pytest.raises(ah.TalksError, match=r"not counted when the corpus was built \(open doors\)"):
        ah.score_frames(small, frames={"doors": ["door", "open doors"]})


def test_shipped_frames_on_an_invented_corpus(small):
    table = ah.compare_frames(small)
    assert table["frame"].unique().tolist() == list(load_frames())
    assert len(table) == 24
