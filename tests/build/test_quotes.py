"""Quotes: whose words an article quotes, on invented articles and on the five originals, where they are present."""

import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers.build.quotes import add_quoted_speakers, add_whole_quotations
from analysis_helpers.build.sentences import split_passages, split_sentences
from analysis_helpers.build.speakers import add_speakers
from tests.conftest import ROOT, by_hand, read_gold


def _measured(texts, genre="news report", side="US", date="2025-05-01"):
    documents = pd.DataFrame({"doc_id": ["a"], "side": [side], "genre": [genre], "date": pd.to_datetime([date])})
    split = split_passages(documents.assign(blocks=[[("body", text) for text in texts]]))
    passages = add_speakers(split, documents)
    sentences = add_quoted_speakers(split_sentences(passages), passages, documents)
    return add_whole_quotations(passages, sentences), sentences


def _sides(*texts, **about):
    return _measured(texts, **about)[1]["speaker_side"].tolist()


@by_hand("attributions")
def test_attributions_by_hand(text, side, speaker):
    """No side: nobody known speaks, or two do. Qin Gang had left office by 2025; a bare surname is not introduced."""
    passages, sentences = _measured([text], side="other")
    assert sentences["speaker_side"].tolist() == [side or "other"]
    if speaker:
        assert sentences["quoted_speaker"].tolist() == [speaker]
    if not side:
        assert sentences["quoted_speaker"].isna().all()
        assert passages["speaker_side"].tolist() == ["other"]


@by_hand("quotations")
def test_quotations_pronouns_and_surnames(texts, sides, side, date):
    """Quotations span sentences and paragraphs; a pronoun is the last who was named, a surname who was introduced."""
    assert _sides(*texts.split(" | "), side=side, date=date) == sides.split()


def test_only_articles_change():
    for genre in ("statement", "readout", "press_conference"):
        assert set(_sides("“The door is open,” Wang Yi said.", genre=genre)) <= {"US", "unknown"}


def test_a_passage_changes_only_where_it_is_one_quotation():
    texts = [
        "“The door is open today, and so are the windows and the roof,” Wang Yi said. “We like air.”",
        "“The door is open,” Wang Yi said, pointing at a house that stood beside the road in the rain.",
        "“The door is open today, and so are the windows and the roof,” Wang Yi said. It rained.",
        "Wang Yi said the door is open.",
    ]
    passages, sentences = _measured(texts)
    assert passages["speaker_side"].tolist() == ["CN", "US", "US", "US"]
    assert passages["speaker"].tolist()[0] == "Wang Yi"
    assert passages["speaker"].isna().tolist() == [False, True, True, True]
    assert sentences["n_quoted"].tolist() == [13, 3, 4, 13, 0, 0]


def test_a_corpus_carries_the_voices(corpus_of):
    """The side of the sentence is the minister's; the words of the mixed passage stay with the article."""
    rows = [("n1", "US", "news report", "2025-05-01", "It rained. “The door is open,” Wang Yi said.")]
    corpus = ah.check_corpus(corpus_of("id side genre date text", rows))
    assert corpus.sentences["speaker_side"].tolist() == ["US", "CN"]
    assert corpus.passages["speaker_side"].tolist() == ["US"]


# Read by hand in the five articles: the side of whoever is quoted or reported there,
# as far as it is a government. All other sentences are the author's, or of a person or people of neither.
# Not seen: words of theirs without a mark or a verb, which no rule can see: two questions, and an agenda named before.
READ = [((row["article"], int(row["passage"]), int(row["sentence"])), row) for row in read_gold("reported_in_articles")]
REPORTED = {place: row["side"] for place, row in READ if row["seen"] == "yes"}
# Sentences by side in each article, counted by eye after taking off those that no rule can see.
BY_SIDE = {"000": {"CN": 30}, "001": {"CN": 54}, "002": {"US": 30, "CN": 3}, "003": {"CN": 40, "US": 1}}
BY_SIDE |= {"004": {"US": 16, "CN": 11}}


@pytest.fixture(scope="module")
def articles(originals, tmp_path_factory):
    out = tmp_path_factory.mktemp("articles") / "corpus"
    return ah.build_corpus([originals / "articles"], out, metadata=[ROOT / "data/sources/articles.csv"])


def _places(sentences):
    ids = sentences["sentence_id"].str.extract(r"^(\d{3})_\w+-p(\d+)-s(\d+)$")
    return list(zip(ids[0], ids[1].astype(int), ids[2].astype(int), strict=True))


def test_quotations_of_the_articles_are_those_read_by_hand(articles):
    found = dict(zip(_places(articles.sentences), articles.sentences["speaker_side"], strict=True))
    sides = {doc_id[:3]: side for doc_id, side in articles.documents.set_index("doc_id")["side"].items()}
    expected = {place: REPORTED.get(place, sides[place[0]]) for place in found}
    assert {place for place, _ in READ} <= set(found)
    assert {place: side for place, side in found.items() if side != expected[place]} == {}


def test_sentences_by_side_are_those_counted_by_hand(articles):
    doc = articles.sentences["sentence_id"].str[:3]
    counted = articles.sentences.groupby([doc, "speaker_side"]).size()
    assert {article: counted[article].to_dict() for article in BY_SIDE} == BY_SIDE


def test_whole_quotations_of_the_articles(articles):
    """By hand: two passages are Xi's, of which one lost its opening mark, and one is Blinken's."""
    named = articles.passages.dropna(subset=["speaker"])
    places = [(passage_id[:3], int(passage_id[-4:])) for passage_id in named["passage_id"]]
    assert places == [("004", 3), ("004", 4), ("004", 13)]
    assert named["speaker_side"].tolist() == ["CN", "CN", "US"]
