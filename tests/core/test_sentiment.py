"""Tone compared: by hand on invented texts, and what was found by reading the shipped ones."""

import numpy as np
import pytest

import analysis_helpers as ah
from analysis_helpers.dictionaries import INSTRUMENTS

TONE = [*INSTRUMENTS, "tone"]


def _bent(total):
    """The published form of VADER's normalisation, for weights of at most 1."""
    return round(total / (total**2 + 1) ** 0.5, 4)


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
    table = ah.compare_tone(small, by=["side", "target"]).set_index(["side", "target"])
    up, down = _bent(0.5), _bent(-0.6)
    row = table.loc[("CN", "CN")]
    assert row["mean"] == pytest.approx(((3 * up + down) / 4 + down) / 2, abs=1e-3)
    assert row[["n_documents", "n_sentences"]].tolist() == [2, 5]
    assert np.isnan(row[["low", "smallest"]].astype("float64")).all()
    assert row["reason"] == "2 documents; expected 5"
    assert table.loc[("US", "both"), "mean"] == pytest.approx(up, abs=1e-3)
    assert table.loc[("US", "relationship"), ["n_documents", "n_sentences"]].tolist() == [1, 1]
    assert table.loc[("US", "US"), "n_sentences"] == 1, "a question is nobody's voice"
    assert table.loc[("US", "CN"), ["n_documents", "n_sentences"]].tolist() == [0, 0]
    assert np.isnan(table.loc[("US", "CN"), "mean"])


def test_clusters_are_printed(small):
    table = ah.compare_tone(small, by="side", clusters="speaker").set_index("side")
    assert table.loc["CN", ["n_documents", "n_clusters", "n_effective"]].tolist() == [2, 1, 1]
    assert table.loc["CN", "reason"] == "1 clusters; expected 10"
    assert ah.compare_tone(small, by="side", clusters="date").loc[0, "n_clusters"] == 2


def test_an_empty_month_and_the_questions_are_rows(small):
    table = ah.compare_tone(small, by="month")
    assert table["month"].astype("str").tolist() == ["2025-05", "2025-06", "2025-07"]
    assert table["n_documents"].tolist() == [2, 0, 2]
    table = ah.compare_tone(small, by=["speaker_side"]).set_index("speaker_side")
    assert table.loc["question", "n_sentences"] == 1
    assert table.index.tolist() == ["US", "CN", "question"]


def test_what_cannot_be_compared_is_refused(small):
    with pytest.raises(ah.TalksError, match="no sentence here; expected at least one of a known side"):
        ah.compare_tone(small.replace(sentences=small.sentences.head(0)), by=["side", "month"])
    with pytest.raises(ah.TalksError, match=r"unknown column 'talker'; expected one of doc_id, .*side, .*target, year"):
        ah.compare_tone(small, by=["talker"])
    with pytest.raises(ah.TalksError, match="unknown instrument 'n_scored'; expected one of tone, tone_vader"):
        ah.compare_tone(small, by="side", instrument="n_scored")
    with pytest.raises(ah.TalksError, match="unknown estimand 'the other'; expected one of only the other, without"):
        ah.compare_tone(small, by="side", estimand="the other")


def test_only_sentences_about_the_other_country_count(small):
    """Of seven of officials one names the other, and its own with it; none is about the other alone."""
    small = small.replace(sentences=small.sentences.assign(n_words=20, n_characters=60))
    row = ah.compare_tone(small, by="side", estimand="all that name it").loc[0]
    assert row[["side", "n_sentences", "estimand"]].tolist() == ["US", 1, "all that name it"]
    with pytest.raises(ah.TalksError, match="no sentence here"):
        ah.compare_tone(small, by="side", estimand="only the other")


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
    own = shipped.where(collection="statements_2025", genre="press_conference", speaker_side=["US", "CN"])
    for instrument in TONE:
        table = ah.compare_tone(own, by=["speaker_side", "target"], instrument=instrument)
        cells = table.set_index(["speaker_side", "target"])
        assert cells["mean"].idxmin() == ("CN", "US"), instrument
        assert cells.loc[("CN", "US"), "high"] < 0, instrument
        assert (cells["mean"].xs("relationship", level="target") > 0).all(), instrument
