"""Sentences: where a reader sees them end, by hand; passages and sentences keep their ids. All texts are invented."""

import re

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analysis_helpers.build.sentences import split_sentences, split_text
from tests.conftest import by_hand


@by_hand("sentences")
def test_sentences_end_where_a_reader_sees_them_end(line):
    sentences = line.split("|")
    assert split_text(" ".join(sentences)) == sentences


def test_a_number_with_nothing_behind_it_is_no_sentence():
    assert split_text("They left. 2.") == ["They left. 2."]


PIECES = (
    "The boats He China U.S. No. Jan. Sec. p.m. 1. (ii) a) IV. 5 said left. came? go! so… ... [1] * “ ” “We it.” 双"
)
PIECES = [*PIECES.split(), ". .", "(R-Miss.)", "why?”"]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)))
def test_sentences_joined_are_the_passage_and_split_into_themselves(text):
    sentences = split_text(text)
    assert re.sub(r"\s", "", "".join(sentences)) == re.sub(r"\s", "", text)
    assert [piece for sentence in sentences for piece in split_text(sentence)] == sentences


def test_headings_are_not_sentences():
    passages = pd.DataFrame(
        {"passage_id": ["a", "b"], "kind": ["heading", "body"], "speaker_side": "US", "text": ["Trade", "We met."]}
    )
    assert split_sentences(passages)["passage_id"].tolist() == ["b"]
