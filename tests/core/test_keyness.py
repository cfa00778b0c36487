"""Words that tell sides apart: the published formula, the rate test, and what chance alone would name."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

import analysis_helpers as ah
from analysis_helpers.keyness import PRIOR_WORDS
from analysis_helpers.uncertainty import lay_out

COLUMNS = "id side genre text"
WORDS = [a + b for a in ("bal", "cor", "den", "fal", "gor") for b in ("ta", "ne", "mi", "so", "lu", "pra", "ko", "de")]


@pytest.fixture(scope="module")
def planted(corpus_of):
    """Twelve invented texts a side of the same forty words; only "consultation" is Chinese in all of them."""
    rng, rows = np.random.default_rng(3), []
    for number in range(24):
        side = ("CN", "US")[number % 2]
        text = list(rng.choice(WORDS, 60)) + ["consultation"] * (3 if side == "CN" else 0)
        genre = ("readout", "speech")[number // 12]
        rows.append((f"d{number:02d}", side, genre, " ".join(rng.permutation(text)) + "."))
    return corpus_of(COLUMNS, rows, at_random=True)


def _counted(corpus):
    counts = corpus.counts.merge(corpus.passages[["passage_id", "doc_id"]], on="passage_id")
    wide = counts.pivot_table(index="doc_id", columns="term", values="n", fill_value=0, aggfunc="sum")
    return wide, corpus.documents.set_index("doc_id").loc[wide.index]


def test_z_is_the_published_log_odds(planted):
    """Monroe, Colaresi and Quinn (2008), equations 15, 16, 22 and 23, written out with Python's own log."""
    table = ah.keyness(planted, min_documents=3, n_draws=9).set_index("term")
    wide, documents = _counted(planted)
    n, counts = documents.groupby("side")["n_words"].sum(), wide.groupby(documents["side"]).sum()
    assert len(table) > 30
    for term in table.index:
        y = counts[term]
        a = PRIOR_WORDS * y.sum() / n.sum()
        delta = math.log((y["CN"] + a) / (n["CN"] + PRIOR_WORDS - y["CN"] - a))
        delta -= math.log((y["US"] + a) / (n["US"] + PRIOR_WORDS - y["US"] - a))
        variance = 1 / (y["CN"] + a) + 1 / (y["US"] + a)
        assert table.loc[term, "z"] == pytest.approx(delta / math.sqrt(variance), abs=1e-6), term


def test_rates_and_documents_by_hand(corpus_of):
    rows = [("a", "CN", "x", "talks talks stay on"), ("b", "CN", "x", "they stay")]
    corpus = corpus_of(COLUMNS, [*rows, ("c", "US", "x", "talks may well go wrong")], at_random=True)
    row = ah.keyness(corpus, min_documents=2, n_draws=9).set_index("term").loc["talks"]
    assert row["rate_first"] == pytest.approx((500 + 0) / 2), "every document weighs the same"
    assert row["rate_second"] == pytest.approx(200)
    assert row["log_ratio"] == pytest.approx(math.log2(250 / 200), abs=1e-6)
    assert row[["documents_first", "documents_second"]].tolist() == [1, 1]


def test_the_planted_word_is_named_and_no_other(planted):
    table = ah.keyness(planted, min_documents=3, n_draws=999).set_index("term")
    assert table["p_value"].idxmin() == table.index[0] == "consultation"
    assert table.loc["consultation", ["p_value", "log_ratio"]].tolist() == [0.001, np.inf]
    assert (table.drop("consultation")["p_value"] > 0.05).all()


def test_the_p_value_is_the_share_of_relabellings_with_a_larger_maximum(planted):
    """The definition in plain loops, on the same relabellings: roots of rates, correlation, maximum over terms."""
    table = ah.keyness(planted, min_documents=3, n_draws=49, seed=5).set_index("term")
    wide, documents = _counted(planted)
    roots = np.sqrt(1000 * wide[table.index].div(documents["n_words"], axis=0)).to_numpy()
    first = (documents["side"] == "CN").to_numpy()
    drawn = lay_out(documents, first).relabel(49, 5)
    largest = [max(abs(np.corrcoef(roots[:, j], row)[0, 1]) for j in range(roots.shape[1])) for row in drawn]
    for j, term in enumerate(table.index):
        observed = abs(np.corrcoef(roots[:, j], first)[0, 1])
        expected = (1 + sum(value >= observed - 1e-9 for value in largest)) / 50
        assert table.loc[term, "p_value"] == pytest.approx(expected), term


def test_strata_hold_the_kind_of_text_equal(corpus_of):
    """A word of interviews, which are mostly American: pooled it looks American, within kinds it is nobody's."""
    rng, rows = np.random.default_rng(9), []
    for number in range(60):
        genre = ("interview", "readout")[number % 2]
        side = "US" if number % 10 < {"interview": 8, "readout": 3}[genre] else "CN"
        talk = ["frankly"] * int(genre == "interview") * int(rng.integers(2, 5))
        text = " ".join(rng.permutation([*rng.choice(["alpha", "beta", "gamma", "delta"], 30), *talk]))
        rows.append((f"d{number:02d}", side, genre, text + "."))
    corpus = corpus_of(COLUMNS, rows, at_random=True)
    for within, named in ((None, True), (["genre"], False)):
        table = ah.keyness(corpus, min_documents=3, n_draws=499, within=within).set_index("term")
        assert (table.loc["frankly", "p_value"] < 0.05) == named


def test_thin_strata_are_left_out_and_counted(corpus_of):
    sizes = {("CN", "readout"): 5, ("US", "readout"): 4, ("CN", "speech"): 1, ("US", "speech"): 6}
    keys = [(*key, word) for key, n in sizes.items() for word in ["one", "two", "three", "four", "five", "six"][:n]]
    rows = [(f"{side}-{genre}-{word}", side, genre, f"alpha beta {side} {genre} {word}") for side, genre, word in keys]
    table = ah.keyness(corpus_of(COLUMNS, rows, at_random=True), within=["genre"], min_documents=2, n_draws=9)
    assert table.attrs == {"n_first": 5, "n_second": 4, "n_left_out": 7, "reason": ""}


def test_names_are_no_words(shipped):
    own = shipped.where(collection="statements_2025", speaker_side=["US", "CN"])
    terms = set(ah.keyness(own, by="speaker_side", n_draws=9)["term"])
    names = "china,trump,xi,beijing,u.s.,president trump,He,bessent,xi jinping,2025"
    assert not terms & set(names.split(","))
    assert {"he", "security", "president", "cooperation", "price"} <= terms


def test_contrasts_by_hand():
    one = pd.DataFrame({"term": ["accord", "brisk"], "log_ratio": [2.0, np.inf], "p_value": [0.04, 0.01]})
    two = pd.DataFrame({"term": ["accord"], "log_ratio": [-1.0], "p_value": [0.06]})
    three = pd.DataFrame({"term": ["brisk", "accord"], "log_ratio": [1.0, 0.5], "p_value": [0.02, np.nan]})
    table = ah.combine_keyness({"one": one, "two": two, "three": three})
    assert table["term"].tolist() == ["brisk", "accord"], "most passed first"
    assert table[["n_tested", "n_passed", "n_first", "n_second"]].to_numpy().tolist() == [[2, 2, 2, 0], [2, 1, 2, 1]]
    assert table.loc[0, ["one", "three"]].tolist() == [0.01, 0.02]
    assert np.isnan(table.loc[0, "two"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_documents": 30}, "no word is used by 30 of the 24 documents"),
        ({"by": "party"}, "unknown column 'party'; expected one of"),
        ({"first": "USA"}, r"no document is left whose side is 'USA'; expected (US|CN) \(12\), (US|CN) \(12\); "),
        ({"second": "other"}, "no document of the side other is left; expected documents of both groups"),
    ],
)
def test_errors_say_what_to_do(planted, options, message):
    with pytest.raises(ah.TalksError, match=message):
        ah.keyness(planted, **options)


@pytest.fixture(scope="module")
def spoken(corpus_of):
    """Sixteen invented speakers of one side with 3 to 8 texts each; everyone has three words of his own liking."""
    rng, rows = np.random.default_rng(12), []
    for speaker in range(16):
        liked = rng.choice(WORDS, 3, replace=False)
        for text in range(rng.integers(3, 9)):
            said = " ".join([*rng.choice(WORDS, 60), *rng.choice(liked, 12)])
            rows.append((f"s{speaker}t{text}", ("CN", "US")[speaker % 2], f"Speaker {speaker}", f"{said}."))
    return corpus_of("id side author text", rows, at_random=True)


def _count_draws_that_name(corpus, n, **options):
    rng, documents, named = np.random.default_rng(1), corpus.documents, 0
    speakers = documents.drop_duplicates("author").set_index("author")["side"]
    for _ in range(n):
        sides = documents["author"].map(dict(zip(speakers.index, rng.permutation(speakers), strict=True)))
        drawn = corpus.replace(documents=documents.assign(side=sides))
        named += (ah.keyness(drawn, n_draws=99, **options)["p_value"] < 0.05).any()
    return named


def test_chance_alone_names_a_word_in_at_most_one_of_twenty_draws(shipped, spoken):
    """Sides by lot: of 40 draws at most 6 may name a word (binomial, p = .02), of 60 at most 8 (p = .01)."""
    statements = shipped.where(collection="statements_2025", speaker_side=["US", "CN"])
    each = statements.replace(documents=statements.documents.assign(author=statements.documents["doc_id"]))
    assert _count_draws_that_name(each, 40) <= 6
    assert _count_draws_that_name(spoken, 60, clusters="author") <= 8
    assert _count_draws_that_name(spoken, 60) > 8, "labels given to whole speakers, tested text by text"


def test_speakers_tell_less_than_their_texts(spoken):
    by_text, by_speaker = (ah.keyness(spoken, clusters=name, n_draws=199) for name in (None, "author"))
    assert (by_text["p_value"] < 0.05).sum() > (by_speaker["p_value"] < 0.05).sum()
    assert by_speaker["n_clusters"].eq(16).all()
    assert by_speaker["n_effective"].between(10, 16).all()
    assert by_speaker["smallest_ratio"].median() > by_text["smallest_ratio"].median() > 1
    assert by_speaker["error"].median() > by_text["error"].median()
    few = spoken.where(author=[f"Speaker {n}" for n in range(6)])
    table = ah.keyness(few, clusters="author", min_documents=3)
    assert table[["p_value", "smallest_ratio"]].isna().all(axis=None)
    assert table.attrs["reason"].startswith("3 against 3 clusters; expected at least 4 of each")


def test_the_smallest_ratio_is_found_in_80_of_100(corpus_of):
    """Forty words, each said more by one side: in the ratio that equal texts are said to show, 80 of 100 pass."""

    def ask(ratio, rng):
        more, rows = np.arange(40) % 2, []
        for number in range(100):
            n = rng.poisson(3.2 * np.where(more == number % 2, ratio, 1) / (1 + ratio))
            said = [*np.repeat(WORDS, n), *rng.choice(["the", "and", "of", "to", "in", "that", "we"], 200 - n.sum())]
            rows.append((f"d{number}", ("CN", "US")[number % 2], " ".join(rng.permutation(said)) + "."))
        return ah.keyness(corpus_of("id side text", rows, at_random=True), n_draws=499).set_index("term").loc[WORDS]

    equal = ask(1, np.random.default_rng(2))
    assert (equal["p_value"] > 0.05).all()
    told_apart = ask(equal["smallest_ratio"].median(), np.random.default_rng(5))
    assert 0.7 <= (told_apart["p_value"] < 0.05).mean() <= 0.9


def test_passing_here_and_not_there_is_not_a_difference():
    """Log ratios 2.0 and 1.2 with errors of .5 and .8: Q = .8^2 / (.25 + .64) = .72; with .1 and .1 it is 32."""
    near = pd.DataFrame({"term": ["accord"], "log_ratio": [2.0], "error": [0.5], "p_value": [0.01]})
    far = pd.DataFrame({"term": ["accord"], "log_ratio": [1.2], "error": [0.8], "p_value": [0.3]})
    assert ah.combine_keyness({"in": near, "out": far}).loc[0, "p_differ"] == pytest.approx(chi2.sf(0.64 / 0.89, 1))
    both = (table.assign(error=0.1) for table in (near, far))
    assert ah.combine_keyness(dict(zip("ab", both, strict=True))).loc[0, "p_differ"] < 0.001
