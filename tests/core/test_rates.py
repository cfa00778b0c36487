"""Rates and dictionaries: the shipped lists, and rates, comparisons and terms left out by hand, on invented texts."""

import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers.build.terms import lexicon_terms
from analysis_helpers.dictionaries import DICTIONARIES, read_lexicon

TARIFFS = {"tariffs": ["tariff", "tariffs"], "rare earths": ["rare earths"]}
FRAMES = {"benefit": ["win-win", "mutual benefit"], "threat": ["threat", "threats"]}


@pytest.fixture(scope="module")
def framed(corpus_of):
    rows = [
        ("u1", "US", "statement", "A threat and threats, a threat: ten words in all."),
        ("u2", "US", "statement", "Nothing here at all."),
        ("c1", "CN", "statement", "Mutual benefit, win-win, mutual benefit."),
        ("c2", "CN", "statement", "We want mutual benefit."),
        ("c3", "CN", "press_conference", "Q: A threat, threat, threat?\n\nA: We see win-win here."),
        ("c4", "CN", "statement", "We see no more."),
    ]
    return corpus_of("id side genre text", rows)


@pytest.mark.parametrize("name", DICTIONARIES)
def test_terms_of_a_dictionary_are_spelt_as_they_are_counted_and_stand_once(name):
    terms = [term for listed in ah.load_dictionary(name).values() for term in listed]
    assert len(terms) == len(set(terms)), "a term belongs to one concept"
    assert [" ".join(ah.split_words(term)) for term in terms] == terms
    assert {term for term in terms if " " in term} <= set(lexicon_terms())
    assert all(row["reason"].strip() for row in read_lexicon(name))


def test_every_frame_has_eight_terms_or_more_none_inside_another():
    frames = ah.load_dictionary("frames")
    assert len(frames) == 12
    for terms in frames.values():
        assert len(terms) >= 8
        assert not [(a, b) for a in terms for b in terms if a != b and f" {a} " in f" {b} "]


def test_a_dictionary_is_a_name_a_frame_or_a_mapping(dated):
    frame = pd.DataFrame([(c, t) for c, terms in TARIFFS.items() for t in terms], columns=["concept", "term"])
    pd.testing.assert_frame_equal(ah.rates(dated, frame), ah.rates(dated, TARIFFS))
    assert ah.rates(dated, "frames")["concept"].unique().tolist() == list(ah.load_dictionary("frames"))


def test_rates_of_documents_by_hand(dated):
    table = ah.rates(dated, TARIFFS, by=["doc_id", "side"])
    assert list(table) == ["concept", "doc_id", "side", "rate", "n", "n_words"]
    assert len(table) == 2 * 5
    cell = table.set_index(["concept", "doc_id"])[["rate", "n", "n_words"]]
    assert cell.loc[("tariffs", "u1")].tolist() == pytest.approx([1000 * 2 / 7, 2, 7])
    assert cell.loc[("tariffs", "c1")].tolist() == [0, 0, 5], "the question is nobody's voice"
    assert cell.loc[("rare earths", "c1"), "rate"] == pytest.approx(200)
    inside = ah.rates(dated, {"metals": ["earths", "rare earths"]}, by="doc_id").set_index("doc_id")["n"]
    assert inside.to_dict() == {"u1": 0, "u2": 0, "c1": 1, "c2": 0, "c3": 0}, "a term inside another counts once"
    cell = ah.rates(dated, TARIFFS, by=["doc_id", "speaker_side"]).set_index(["concept", "doc_id", "speaker_side"])
    assert cell.loc[("tariffs", "c1", "question"), ["rate", "n", "n_words"]].tolist() == [1000, 3, 3]
    assert ah.rates(dated, TARIFFS)["speaker_side"].unique().tolist() == ["US", "CN", "question"]


def test_documents_weigh_the_same(dated):
    table, numbers = ah.rates(dated, TARIFFS), ["n", "n_documents", "n_using", "n_words"]
    shares = ["share", "share_low", "share_high"]
    assert list(table) == ["concept", "speaker_side", "rate", "low", "high", *numbers, "reason", *shares]
    row = table.set_index(["concept", "speaker_side"]).loc[("tariffs", "US")]
    assert row[["rate", *numbers]].tolist() == pytest.approx([1000 / 7, 2, 2, 1, 15], abs=1e-3)
    assert table[["low", "high"]].isna().all(axis=None), "fewer than ten texts use a concept"
    table = ah.rates(dated, {"tariffs": ["tariffs"]}, period="month").set_index(["month", "speaker_side"])
    assert table.loc[("2025-02", "US"), ["rate", "n", "n_documents"]].fillna(-1).tolist() == [-1, 0, 0]
    assert table.loc[("2025-01", "US"), "rate"] > 0


@pytest.mark.filterwarnings("ignore:no text of the corpus uses")
@pytest.mark.parametrize(("n", "reason"), [(9, "9 texts use it; expected at least 10"), (10, "")])
def test_ten_documents_that_use_a_concept_have_an_interval(corpus_of, n, reason):
    rows = [(f"{side}{i}", side, "A threat " + f"word{side} " * i) for i in range(n) for side in ("US", "CN")]
    corpus = corpus_of("id side text", rows, at_random=True)
    row = ah.rates(corpus, FRAMES, by="side").set_index(["concept", "side"]).loc[("threat", "US")]
    interval = ah.mean_interval([1000 / (2 + i) for i in range(n)])
    assert row["reason"] == reason
    assert row[["low", "high"]].isna().all() == bool(reason)
    compared = ah.compare_rates(corpus, FRAMES, by="side").set_index("concept").loc["threat"]
    assert compared["reason"] == reason
    assert compared[["low", "smallest_ratio"]].isna().all() == bool(reason)
    if not reason:
        assert row[["rate", "low", "high"]].tolist() == list(interval[:3])
        assert compared["low"] < compared["difference"] == 0 < compared["high"]


@pytest.mark.filterwarnings("ignore:no text of the corpus uses")
def test_texts_of_a_speaker_or_day_are_no_more_proof_than_they_are(corpus_of):
    """Forty texts of ten days: the interval is that of the ten days, and both tables print how many those are."""
    rows = [
        (f"{side}{i}", side, f"2025-05-{i % 10 + 1:02d}", "A threat " + f"{side}{i} " * (2 + i % 10))
        for i in range(40) for side in ("US", "CN")
    ]  # fmt: skip
    corpus = corpus_of("id side date text", rows, at_random=True)
    by_text, by_day = (ah.rates(corpus, FRAMES, by="side", clusters=name).loc[2] for name in (None, "date"))
    assert (by_day["n_documents"], by_day["n_clusters"], by_day["n_effective"]) == (40, 10, 10)
    assert by_day["high"] - by_day["low"] > 1.9 * (by_text["high"] - by_text["low"])
    compared = [ah.compare_rates(corpus, FRAMES, by="side", clusters=name).loc[1] for name in (None, "date")]
    assert compared[1][["n_clusters", "n_effective"]].tolist() == [20, 20]
    assert ah.rates(corpus, FRAMES, by="side", clusters="doc_id").loc[2, "n_clusters"] == 40
    assert compared[1]["smallest_ratio"] > compared[0]["smallest_ratio"] > 1
    with pytest.raises(ah.TalksError, match="unknown column 'talker'"):
        ah.rates(corpus, FRAMES, clusters="talker")


def test_another_column_takes_each_document_once(framed):
    table = ah.rates(framed, FRAMES, by="genre").set_index(["concept", "genre"])
    assert table["n_documents"].tolist() == [1, 5, 1, 5]
    assert table.loc[("benefit", "statement"), "rate"] == pytest.approx((600 + 250) / 5)
    with pytest.raises(ah.TalksError, match="unknown column 'sides'; expected one of doc_id, "):
        ah.rates(framed, FRAMES, by="sides")


@pytest.mark.filterwarnings("ignore:no text of the corpus uses")
def test_two_sides_in_one_document_are_one_document(corpus_of):
    """Mao 1 of 4 words, Trump 0 of 1: together 1 of 5."""
    text = "Mao Ning: We see win-win here.\n\nDonald Trump: No."
    corpus = corpus_of("id side genre text", [("m", "CN", "press_conference", text)])
    assert ah.rates(corpus, FRAMES).loc[:1, "rate"].tolist() == [0, 250]
    assert ah.rates(corpus, FRAMES, by="side").loc[0, ["rate", "n_documents"]].tolist() == [200, 1]


def test_compared_rates_by_hand(dated):
    """US: 2 of 7 words and 0 of 8; China: 0 of 5, 1 of 2 and 0 of 5 words."""
    row = ah.compare_rates(dated, TARIFFS).iloc[0]
    expected = [1000 / 7, 500 / 3, 1000 / 7 - 500 / 3]
    assert row[["US", "CN", "difference"]].tolist() == pytest.approx(expected, abs=1e-3)
    assert row[["using_US", "n_US", "using_CN", "n_CN"]].tolist() == [1, 2, 1, 3]
    assert pd.isna(row["low"]), "fewer than ten texts use the word"


def test_compared_rates_of_one_side_alone_and_of_none(dated):
    row = ah.compare_rates(dated.where(side="US"), TARIFFS).iloc[0]
    assert (row["n_US"], row["n_CN"]) == (2, 0)
    assert row[["CN", "difference", "low"]].isna().all()
    with pytest.raises(ah.TalksError, match=r"side is 'USA'; expected US \(2\), CN \(3\)"):
        ah.compare_rates(dated, TARIFFS, by="side", first="USA")
    with pytest.raises(ah.TalksError, match="no document is left whose side is 'EU'"):
        ah.compare_rates(dated.where(side="CN"), TARIFFS, by="side", second="EU")


TALKED = "Arms control was named. The U.S. wants arms-control talks, no arms; control of arms: tariffs, tariff wars."


@pytest.fixture(scope="module")
def talked(corpus_of):
    rows = [("a", "US", TALKED), ("b", "CN", "We want arms control and phase one of it, all of us.")]
    return corpus_of("id side text", rows)


def test_a_term_that_was_not_counted_is_counted_on_the_text(talked):
    """By reading: "arms; control" is found too, because marks are no words; "arms-control" is one word."""
    asked = {"arms": ["ARMS  control"], "one": ["phase one"], "t": ["Tariff*", "tariffs"], "w": ["tariff* war*"]}
    table = ah.rates(talked, asked)
    assert table.set_index(["concept", "speaker_side"])["n"].to_dict() == {
        ("arms", "US"): 2, ("arms", "CN"): 1, ("one", "US"): 0, ("one", "CN"): 1,
        ("t", "US"): 2, ("t", "CN"): 0, ("w", "US"): 1, ("w", "CN"): 0,
    }  # fmt: skip
    found = talked.count_terms_of(["Arms control", "US", "us"]).groupby("term")["n"].sum()
    assert found.to_dict() == {"Arms control": 3, "US": 1, "us": 1}
    assert len(ah.concordance(talked, "tariff* war*")) == 1
    assert len(talked.where(side="CN").count_terms_of(["phase one"])) == 1


def test_without_text_a_term_that_was_not_counted_is_refused(talked, shipped):
    bare = talked.replace(passages=talked.passages.drop(columns="text"))
    for ask in (ah.rates, ah.compare_rates):
        with pytest.raises(ah.TalksError, match=r"not counted .*'arms control' .*'phase one' .*; expected .*--terms F"):
            ask(bare, {"x": ["arms control", "tariffs"], "y": ["phase one"]})
    with pytest.raises(ah.TalksError, match=r"'rare earth metal' \(near: rare earth, .*of the \d+ terms in corpus"):
        shipped.count_terms_of(["rare earth metal"])
    assert ah.rates(bare, {"t": ["tariff*"]})["n"].sum() == 2
    counted = bare.replace(record={**bare.record, "settings": {"terms": ["tariff x", "tariff y"]}})
    with pytest.warns(UserWarning, match=r"uses 'tariff x' \(near: tariff, tariffs\)"):  # what occurs, not itself
        assert ah.rates(counted, {"t": ["tariff x"]})["n"].sum() == 0


def test_a_word_that_no_text_uses_is_0_and_said_once(talked):
    with pytest.warns(UserWarning, match=r"uses 'control one' .*, 'tarifs' \(near: tariffs, tariff\)") as said:
        assert ah.rates(talked, {"t": ["tarifs", "arms", "control one"]})["n"].sum() == 4
    assert len(said) == 1
    ah.rates(talked.where(side="CN"), {"t": ["tariffs"]})  # another part uses it
    ah.rates(talked, {concept: terms for concept, terms in ah.load_dictionary("agenda").items() if concept == "Taiwan"})


NO_LISTS = ["tariff", ["tariff"], {"tariffs": "tariff"}, pd.DataFrame({"term": ["a"]})]  # a word is no list of letters


@pytest.mark.parametrize(
    ("dictionary", "message"),
    [
        *((no_lists, "expected agenda or frames.* or lists of terms by concept") for no_lists in NO_LISTS),
        ({}, "the dictionary is {}; expected agenda or frames"),
        (pd.DataFrame({"concept": [], "term": []}), "the dictionary is {}; expected agenda or frames"),
        ({"t": []}, "'t' has no term"),
        ({"t": ["tariffs", "--"]}, "the term is '--'"),
        (pd.DataFrame({"concept": ["t", None], "term": ["a", "b"]}), "a term without a concept"),
        (pd.DataFrame({"concept": ["t"], "term": [None]}), "the term is (None|nan)"),
    ],
)
def test_what_is_no_term_is_refused(talked, dictionary, message):
    with pytest.raises(ah.TalksError, match=message):
        ah.rates(talked, dictionary)
