"""The concordance: every place of a term, among the words around it."""

import pytest

import analysis_helpers as ah


@pytest.fixture(scope="module")
def fields(corpus_of):
    rows = [
        ("a", "US", "2025-05-01", "The U.S. barley was cut. Barley beer is sold in the town by the river."),
        ("b", "CN", "2025-05-02", "We saw barley beer and rye bread on the long table of the village inn."),
        ("c", "CN", "2025-04-03", "The bread of the miller was warm, and the barley stood high in the field."),
        ("d", "US", "2025-05-04", "The rye was sold to us in the village, and the beer was drunk in the field."),
    ]
    return corpus_of("id side date text", rows)


def test_a_concordance_lists_every_place(fields):
    """By date, then in the order of the text; the words around are those of the invented texts."""
    places = ah.concordance(fields, "BARLEY", width=8)
    assert places["keyword"].tolist() == ["barley", "barley", "Barley", "barley"]
    assert places["left"].tolist() == ["and the ", "he U.S. ", "as cut. ", "We saw "]
    assert places["right"].tolist() == [" stood h", " was cut", " beer is", " beer an"]
    assert places["side"].tolist() == ["CN", "US", "US", "CN"]


def test_terms_of_a_concordance_are_those_that_are_counted(fields, invented):
    for term, n in (("barley beer", 2), ("U.S.", 1), ("us", 1), ("beer and", 1), ("Barl* beer", 2), ("US", 1)):
        assert len(ah.concordance(fields, term)) == n, term
    body = invented.passages.loc[invented.passages["kind"] == "body", "passage_id"]
    counts = invented.counts[invented.counts["passage_id"].isin(body)].groupby("term")["n"].sum()
    for term in [term for term in counts.index if term[0].islower() and " " not in term and len(term) > 2][::5]:
        assert len(ah.concordance(invented, term)) == counts[term], term


def test_a_concordance_needs_text_and_a_word(shipped, fields):
    for corpus, term, message in ((shipped, "tariffs", "holds no text"), (fields, " - ", "at least one word")):
        with pytest.raises(ah.TalksError, match=message):
            ah.concordance(corpus, term)
    with pytest.warns(UserWarning, match="no text of the corpus uses 'inn the'"):
        assert ah.concordance(fields, "inn the").empty
