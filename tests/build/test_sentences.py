"""Sentences: where they end, by hand; passages and sentences keep their ids."""

import pandas as pd
import pytest

from analysis_helpers.build.sentences import split_sentences, split_text


@pytest.mark.parametrize(
    "sentences",
    [
        ["Dr. Liu met Gen. Sample on Sept. 14-15.", "They agreed."],
        ["Sino-U.S. relations matter.", "U.S. firms know it."],
        ["China–U.S. trade grew in the U.S.", "The rest is known."],
        ["He left the U.S. on Jan. 5, 2023.", "It rained."],
        ["“We agreed.”", "Then they left."],
        ["He said: “No deal.”", "“None,” she said."],
        ["It grew by 3.5 percent.", "At 5 p.m. the talks ended."],
        ["Mr. Sample Jr. of Sample Co. met J. D. Example.", "Was it long?", "Yes!"],
        ["Vice-Premier He Lifeng met Amb. Sample in Washington, D.C. on Oct. 3.", "They dined."],
        ["Article No. 5 says so.", "No.", "We do not agree."],
    ],
)
def test_sentences_by_hand(sentences):
    assert split_text(" ".join(sentences)) == sentences


def test_headings_are_not_sentences():
    passages = pd.DataFrame(
        {"passage_id": ["a", "b"], "kind": ["heading", "body"], "speaker_side": "US", "text": ["Trade", "We met."]}
    )
    assert split_sentences(passages)["passage_id"].tolist() == ["b"]


def test_a_long_text_is_not_given_up():
    """NLTK stops a pattern after five seconds, which thirty million characters on one line need; here, after less."""
    redos = pytest.importorskip("nltk.redos")
    split_text("One. Two.")
    assert redos.DEFAULT_TIMEOUT is None
    assert len(split_text("Both sides met in Lisbon. " * 10_000)) == 10_000
