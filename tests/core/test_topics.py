"""Topics: planted ones are found, noise is called noise. All texts are invented."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.metrics import adjusted_rand_score

import analysis_helpers as ah
from analysis_helpers.topics import match_topics, measure_coherence, weigh_pieces

PLANTED = {
    "sea": ["harbor", "anchor", "sailor", "lighthouse", "current", "reef", "sail", "compass", "tide", "ferry"],
    "kitchen": ["oven", "flour", "butter", "recipe", "spoon", "dough", "kettle", "pepper", "onion", "soup"],
    "sky": ["comet", "orbit", "planet", "telescope", "galaxy", "lunar", "eclipse", "meteor", "nebula", "star"],
}
FILLER = [start + end for start in ("bla", "dri", "glo", "spu") for end in ("bem", "dok", "fip", "gam", "nuv")]
COLUMNS = "id side date text"


def _draw(words, rng, n):
    return " ".join(rng.choice(words, n)) + "."


@pytest.fixture(scope="module")
def planted(corpus_of):
    """Sixty documents of 60 words: two thirds from one of three topics, a third filler; one of stop words alone."""
    rng, texts = np.random.default_rng(5), [("empty", "US", "2025-02-01", "And so it was, as it had been before.")]
    for number in range(60):
        topic = list(PLANTED)[number % 3]
        text = _draw(PLANTED[topic], rng, 40) + " " + _draw(FILLER, rng, 20)
        texts.append((f"d{number:02}", "US" if topic == "sea" else "CN", f"2025-{1 + number % 4:02}-11", text))
    return corpus_of(COLUMNS, texts, at_random=True)


@pytest.fixture(scope="module")
def noise(corpus_of):
    """Sixty documents of 20 words drawn evenly from the same 50 words: no topics at all."""
    rng = np.random.default_rng(6)
    words = [word for topic in PLANTED.values() for word in topic] + FILLER
    texts = [(f"n{number:02}", "US", "2025-01-11", _draw(words, rng, 20)) for number in range(60)]
    return corpus_of(COLUMNS, texts, at_random=True)


@pytest.fixture(scope="module")
def model(planted):
    return ah.fit_topics(planted, 3)


def _planted_of(model):
    names = {frozenset(words): name for name, words in PLANTED.items()}
    return model.top_terms(10).groupby("topic")["term"].agg(lambda terms: names[frozenset(terms)]).to_dict()


def test_planted_topics_are_recovered_term_by_term(planted, model):
    assert set(_planted_of(model).values()) == set(PLANTED)
    assert set(_planted_of(ah.fit_topics(planted, 3, level="document")).values()) == set(PLANTED)
    assert all(label in repr(model) and label in model._repr_html_() for label in model.labels())


def test_every_document_goes_to_its_own_topic(model):
    names = _planted_of(model)
    shares = model.document_topics.dropna()
    largest = shares.loc[shares.groupby("doc_id")["share"].idxmax()]
    expected = [list(PLANTED)[int(doc_id[1:]) % 3] for doc_id in largest["doc_id"]]
    assert largest["topic"].map(names).tolist() == expected
    assert shares.groupby("doc_id")["share"].sum().to_numpy() == pytest.approx(1, abs=1e-5)


def test_a_document_without_vocabulary_has_no_share(planted, model):
    rows = model.document_topics[model.document_topics["doc_id"].str.startswith("empty")]
    assert len(rows) == 3
    assert rows[["share", "strength"]].isna().all().all()
    assert len(model.document_topics) == 3 * len(planted.documents)
    table = ah.compare_topics(planted, model, "side")
    assert table[table["side"] == "US"]["n_documents"].tolist() == [20, 20, 20], "20 sea texts, without the empty one"


def test_the_same_seed_gives_the_same_bytes_and_others_the_same_topics(planted, model):
    again, other = ah.fit_topics(planted, 3), ah.fit_topics(planted, 3, seed=99)
    for table in ("topic_terms", "document_topics", "voice_topics"):
        assert getattr(model, table).to_csv() == getattr(again, table).to_csv()
    assert set(_planted_of(other).values()) == set(PLANTED)


def test_planted_topics_are_stable_and_noise_is_not(planted, noise, model):
    stable = ah.topic_stability(planted, model, n_draws=8)
    assert stable["stable"].all()
    assert stable[["bootstrap", "leave_one_out"]].min().min() > 0.9
    assert sorted(stable["n_documents"]) == [20, 20, 20]
    unstable = ah.topic_stability(noise, ah.fit_topics(noise, 3), n_draws=8)
    assert not unstable["stable"].any()


def test_the_planted_number_of_topics_is_chosen(planted):
    table = ah.choose_n_topics(planted, [2, 3, 4, 6], n_draws=8)
    assert table.loc[table["chosen"], "n_topics"].tolist() == [3]
    assert sorted(table["rank"]) == [1, 2, 3, 4]
    assert not table.loc[table["chosen"], "close"].any()
    assert (table.loc[table["chosen"], "reason"] == "").all()
    assert table["shuffled"].max() < 0.5 < table["stability"].max(), "words that change places have no topics"


@pytest.mark.parametrize(("n_texts", "n_terms", "n_words"), [(60, 50, 20), (12, 50, 40), (25, 20, 6)])
def test_no_number_of_topics_is_chosen_where_there_are_none(corpus_of, n_texts, n_terms, n_words):
    """All texts draw from the same words. With a topic a text, or few terms, topics come back all the same."""
    rng, words = np.random.default_rng(7), sum(PLANTED.values(), FILLER)[:n_terms]
    texts = [(f"n{number:02}", "US", "2025-01-11", _draw(words, rng, n_words)) for number in range(n_texts)]
    table = ah.choose_n_topics(corpus_of(COLUMNS, texts, at_random=True), [2, 3, 5, 8, 12], n_draws=10)
    assert not table[["chosen", "close"]].any().any()
    assert table["reason"].str.match(r"none is stable: 0\.\d\d return, 0\.\d\d of shuffled words$").all()
    assert (table["stability"].max() >= 0.5) == (n_texts < 60)


def test_a_word_said_over_and_over_does_not_hide_the_topics(corpus_of):
    """Each text has twenty words of its topic, and one of ten other words twelve times, whatever its topic."""
    rng, topics = np.random.default_rng(3), ["sea", "kitchen"] * 20
    texts = [f"{_draw(PLANTED[topic], rng, 20)} " + f"{FILLER[n // 2 % 10]} " * 12 for n, topic in enumerate(topics)]
    rows = [(f"d{n:02}", "US", "2025-01-11", text) for n, text in enumerate(texts)]
    shares = ah.fit_topics(corpus_of(COLUMNS, rows, at_random=True), 2).document_topics
    largest = shares.sort_values("share").drop_duplicates("doc_id", keep="last").sort_values("doc_id")
    assert adjusted_rand_score(topics, largest["topic"]) == 1


def test_coherence_of_terms_that_never_meet_is_the_lowest():
    """In 4 documents a is always with b (1), c with neither (-1 twice); d is in all and tells nothing (0)."""
    present = csr_matrix(np.array([[1, 1, 0, 1], [1, 1, 0, 1], [0, 0, 1, 1], [0, 0, 1, 1]], dtype=bool))
    terms = np.array(["a", "b", "c", "d"])
    assert measure_coherence(present, terms, {"a", "b", "c"}) == pytest.approx(-1 / 3)
    assert measure_coherence(present, terms, {"a", "d"}) == pytest.approx(0)


def test_matching_is_one_to_one_by_hand():
    """The best pairing crosses: a with the second (2 of 4 shared), b with the first (1 of 5), not a with the first."""
    first, second = [{"p", "q", "r"}, {"x", "y", "z"}], [{"x", "s", "t"}, {"p", "q", "u"}]
    assert match_topics(first, second).tolist() == [0.5, 0.2]
    assert match_topics(first, second[:1]).tolist() == [0.0, 0.2], "without a match: 0"


def test_names_and_titles_carry_no_topic(corpus_of):
    """ "White House" leaves no white and no house; a white boat does."""
    text = "The White House and President Trump praised the tall anchor. "
    ends = [f"A white boat, {n}." if n < 3 else f"An oven, {n}." for n in range(9)]
    texts = [(f"d{n}", "US", "2025-01-11", text + end) for n, end in enumerate(ends)]
    pieces = weigh_pieces(corpus_of(COLUMNS, texts, at_random=True), "document")
    white = pieces.counts[:, list(pieces.terms).index("white")].toarray().ravel()
    assert white.tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0]
    assert not {"trump", "president", "white house", "the"} & set(pieces.terms)


def test_what_cannot_be_fitted_or_asked_is_refused(planted, noise, model, corpus_of):
    lonely = corpus_of(COLUMNS, [("a", "US", "2025-01-11", "Anchor."), ("b", "US", "2025-01-12", "Oven.")])
    for ask, message in (
        (lambda: ah.topic_stability(noise, model), "fitted to other documents"),
        (lambda: ah.compare_topics(planted, model, "colour"), "unknown column"),
        (lambda: ah.fit_topics(planted, 500), "fewer topics than either"),
        (lambda: ah.fit_topics(planted, 3, level="word"), "unknown level"),
        (lambda: ah.fit_topics(lonely, 1), "texts that share words"),
    ):
        with pytest.raises(ah.TalksError, match=message):
            ask()


def test_shares_by_month_and_side_are_means_over_documents(planted, model):
    table = ah.compare_topics(planted, model, ["side", "month"]).astype({"month": "str"})
    assert len(table) == 3 * 2 * 4
    documents = planted.documents.set_index("doc_id")
    shares = model.document_topics[model.document_topics["topic"] == 1].set_index("doc_id")["share"]
    chosen = (documents["side"] == "CN") & (documents["date"].dt.month == 3)
    row = table.set_index(["topic", "side", "month"]).loc[(1, "CN", "2025-03")]
    assert row["mean"] == pytest.approx(shares[documents.index[chosen]].mean(), abs=1e-3)
    assert row["n_documents"] == chosen.sum()
    assert row["low"] < row["mean"] < row["high"]
    days = ah.compare_topics(planted, model, "side", clusters="date").loc[0]
    assert (days["n_clusters"], days["reason"]) == (4, "4 clusters; expected 10")
    part = planted.where(date=[pd.Timestamp("2025-01-11"), pd.Timestamp("2025-03-11")])
    table = ah.compare_topics(part, model, "month")
    assert table["n_documents"].tolist() == [15, 0, 15] * 3
    assert table["mean"].isna().tolist() == [False, True, False] * 3


def test_voices_of_one_document_have_shares_of_their_own(corpus_of):
    sea, kitchen = (" ".join(PLANTED[name] * 2) for name in ("sea", "kitchen"))
    texts = [(f"d{n}", "CN", "2025-01-11", f"Q: {sea}, {n}.\n\nA: {kitchen}, {n}.") for n in range(6)]
    corpus = corpus_of(COLUMNS, texts, at_random=True)
    table = ah.compare_topics(corpus, ah.fit_topics(corpus, 2), "speaker_side")
    means = table.pivot(index="topic", columns="speaker_side", values="mean")
    assert sorted(means["CN"]) == [0, 1]
    assert (means["CN"] + means["question"]).tolist() == [1, 1]


def test_typical_documents_are_of_their_topic_and_not_short(planted, model):
    table = ah.typical_documents(planted, model, n=2)
    names = _planted_of(model)
    assert len(table) == 6
    assert [list(PLANTED)[int(doc_id[1:3]) % 3] for doc_id in table["doc_id"]] == table["topic"].map(names).tolist()
    assert (table["n_words"] >= 60).all()


def test_no_topic_of_the_five_articles_would_come_back(shipped):
    """Published finding of the study of methods: bootstraps of the five articles agree at less than .2 to .35."""
    articles = shipped.where(collection="articles")
    assert not ah.topic_stability(articles, ah.fit_topics(articles, 3), n_draws=10)["stable"].any()


def test_two_long_texts_do_not_outweigh_sixteen_short_ones(corpus_of):
    """Two texts of eight pieces about the sea, eight of one piece about the kitchen, eight about the sky."""
    rng, texts = np.random.default_rng(11), []
    for topic, n_words in [("sea", 1_450)] * 2 + [("kitchen", 150)] * 8 + [("sky", 150)] * 8:
        text = "\n\n".join(_draw(PLANTED[topic], rng, 50) for _ in range(n_words // 50))
        texts.append((f"{topic}{len(texts)}", "US", "2025-01-11", text))
    model = ah.fit_topics(corpus_of(COLUMNS, texts, at_random=True), 2)
    assert model.settings["n_pieces"] == 2 * 8 + 16
    found = {frozenset(part["term"]) for _, part in model.top_terms(5).groupby("topic")}
    assert {name for name, words in PLANTED.items() for terms in found if terms <= set(words)} == {"kitchen", "sky"}


def test_topics_with_the_same_strongest_terms_get_their_number():
    terms = pd.DataFrame({"topic": [1, 1, 2, 2, 3], "term": ["oven", "dough", "oven", "dough", "reef"], "weight": 1.0})
    model = ah.TopicModel(terms, pd.DataFrame(), pd.DataFrame(), {})
    assert model.labels().tolist() == ["oven · dough (1)", "oven · dough (2)", "reef"]
