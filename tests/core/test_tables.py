"""Tables read when they are first used, whole or piece by piece, and counts as a matrix, against plain pandas."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analysis_helpers as ah
from analysis_helpers import uncertainty
from analysis_helpers.corpus import TABLES, read_body, table_of, to_arrow
from analysis_helpers.errors import TalksError
from analysis_helpers.tables import find_places
from analysis_helpers.terms import count_matrix, keep_terms

ROWS = [
    ("a", "CN", "speech", "talks talks stay on\n\nthey stay"),
    ("b", "US", "speech", "they may well go on\n\nQ: will they?\n\nA: talks may"),
    ("c", "US", "letter", "no word of it"),
]


@pytest.fixture(scope="module")
def three(corpus_of):
    return corpus_of("id side genre text", ROWS)


@pytest.fixture
def in_parts(three, tmp_path, monkeypatch):
    """The same corpus as if it were large: one document a part, two rows a group of rows, read when it is used."""
    monkeypatch.setattr("analysis_helpers.corpus.AT_ONCE", 0)
    folder = three.save(tmp_path / "parts")
    for table in TABLES:
        frame = getattr(three, table)
        (folder / table / "part-00000.parquet").unlink()
        for number, doc_id in enumerate(three.documents["doc_id"]):
            by_passage = frame["passage_id"].str.startswith(doc_id) if "passage_id" in frame else None
            part = frame[by_passage if by_passage is not None else frame["doc_id"] == doc_id]
            path = folder / table / f"part-{number:05d}.parquet"
            pq.write_table(to_arrow(part, table), path, row_group_size=2)
    return folder


def _read_already(corpus):
    """Whether each table of a corpus is in memory."""
    return {table: isinstance(vars(corpus)[table], pd.DataFrame) for table in TABLES}


def test_nothing_is_read_before_it_is_asked_for(in_parts):
    corpus = ah.load_corpus(in_parts)
    assert not any(_read_already(corpus).values())
    assert str(corpus) == "Corpus: 3 documents, 19 words"
    assert repr(corpus).startswith(f"{corpus}\n\n")
    assert corpus.has_text
    assert not any(_read_already(corpus).values())
    assert corpus.documents is corpus.documents, "it is read once"
    assert _read_already(corpus) == dict.fromkeys(TABLES, False) | {"documents": True}
    part = corpus.where(side="US")
    assert not _read_already(part)["counts"]
    assert not _read_already(corpus)["passages"]


@pytest.mark.parametrize(
    "ask",
    [
        repr,
        lambda corpus: ah.coverage(corpus, by="side"),
        lambda corpus: ah.compare_tone(corpus, by=["side"]),
        ah.check_corpus,
        lambda corpus: count_matrix(corpus, corpus.passages["passage_id"], np.arange(len(corpus.passages))),
    ],
)
def test_pieces_are_looked_up_in_one_index(in_parts, monkeypatch, ask):
    """One made anew for each piece would take time by the square of the size; a check has one for each reference."""
    made = []

    def find(ids, among):
        made.extend([] if any(among is index for index in made) else [among])
        return find_places(ids, among)

    for module in ("tables", "corpus", "terms", "sentiment"):
        monkeypatch.setattr(f"analysis_helpers.{module}.find_places", find)
    ask(ah.load_corpus(in_parts))
    assert 1 <= len(made) <= (5 if ask is ah.check_corpus else 2)


def test_a_small_corpus_outlives_its_folder(three, tmp_path):
    corpus = ah.load_corpus(three.save(tmp_path / "soon_gone"))
    shutil.rmtree(tmp_path / "soon_gone")
    pd.testing.assert_frame_equal(corpus.where(side="US").counts, three.where(side="US").counts)


def test_analyses_never_hold_all_counts(in_parts):
    corpus = ah.load_corpus(in_parts)
    ah.coverage(corpus, by="side")
    ah.document_rates(corpus, {"talks": ["talks"]})
    ah.distinctive_terms(corpus, min_documents=1, n_draws=9)
    ah.compare_tone(corpus, by="side")
    ah.check_corpus(corpus)
    assert not {table for table, read in _read_already(corpus).items() if read} - {"documents"}


def test_parts_and_groups_of_rows_do_not_change_the_tables(three, in_parts):
    for chosen in ({}, {"side": "US"}, {"speaker_side": "question"}, {"genre": "letter", "kind": "body"}):
        whole, parts = three.where(**chosen), ah.load_corpus(in_parts).where(**chosen)
        for table in TABLES:
            pd.testing.assert_frame_equal(getattr(whole, table), getattr(parts, table), check_exact=True)


def test_a_choice_is_that_of_plain_pandas(three, in_parts):
    """The definition: a row stays where its document or passage meets every condition."""
    chosen = ah.load_corpus(in_parts).where(side="US").where(speaker_side="question")
    passages = three.passages[three.passages["doc_id"].isin(["b", "c"])]
    passages = passages[passages["speaker_side"] == "question"]
    assert len(passages) == 1
    for table in ("passages", "sentences", "counts"):
        frame = getattr(three, table)
        expected = frame[frame["passage_id"].isin(passages["passage_id"])].reset_index(drop=True)
        pd.testing.assert_frame_equal(getattr(chosen, table), expected)
    assert chosen.documents["doc_id"].tolist() == ["b"]


def test_a_document_without_a_passage_left_goes(three):
    assert three.where(n_words=4).documents["doc_id"].tolist() == ["c"]


def test_pieces_are_numbered_on_and_hold_categories(three, in_parts):
    pieces = list(table_of(ah.load_corpus(in_parts), "counts").pieces(["passage_id", "n"]))
    assert max(map(len, pieces)) == 2
    assert isinstance(pieces[0]["passage_id"].dtype, pd.CategoricalDtype)
    together = pd.concat(piece.astype({"passage_id": "str"}) for piece in pieces)
    pd.testing.assert_frame_equal(together, three.counts[["passage_id", "n"]])


def test_a_corpus_of_frames_answers_alike(three, in_parts):
    frames = ah.Corpus(**{table: getattr(three, table) for table in TABLES}, record=three.record)
    stored = ah.load_corpus(in_parts)
    assert repr(frames) == repr(stored)
    for by in ("side", ["speaker_side", "kind"]):
        pd.testing.assert_frame_equal(ah.coverage(frames, by), ah.coverage(stored, by))
    pd.testing.assert_frame_equal(read_body(frames, ["text"]), read_body(stored, ["text"]))
    pd.testing.assert_frame_equal(replace(stored, documents=frames.documents).counts, frames.counts)


def test_a_table_that_changed_since_it_was_loaded_is_refused(in_parts):
    corpus = ah.load_corpus(in_parts)
    path = in_parts / "counts/part-00001.parquet"
    pq.write_table(pq.read_table(path).slice(1), path)
    with pytest.raises(TalksError, match=r"part-00001.parquet: is not the file that it was.*load the corpus again"):
        _ = corpus.counts
    shutil.rmtree(in_parts)
    with pytest.raises(TalksError, match=r"part-00000.parquet: cannot be read"):
        _ = corpus.sentences


def test_parts_with_other_columns_are_refused(in_parts):
    path = in_parts / "passages/part-00002.parquet"
    pq.write_table(pq.read_table(path).drop_columns("text"), path)
    with pytest.raises(TalksError, match=r"part-00002.parquet: expected the columns of part-00000.parquet"):
        ah.load_corpus(in_parts)


def test_a_bad_row_keeps_its_number_in_the_table(three, in_parts):
    path = in_parts / "counts/part-00002.parquet"
    first = len(three.counts[~three.counts["passage_id"].str.startswith("c")])
    counts = pq.read_table(path).to_pandas()
    counts.loc[2, "n"] = 0
    pq.write_table(to_arrow(counts, "counts"), path, row_group_size=2)
    with pytest.raises(TalksError, match=f"counts row {first + 2}: n is .*0.*; expected at least 1"):
        ah.check_corpus(ah.load_corpus(in_parts))


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.sampled_from("abcxyz"))), st.lists(st.sampled_from("abcdef"), unique=True))
def test_places_are_those_of_a_search_one_by_one(ids, among):
    expected = [among.index(one) if one in among else -1 for one in ids]
    column = pd.Series(ids, dtype="str").astype("category")
    assert find_places(column, pd.Index(among, dtype="str")).tolist() == expected


@given(
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["a", "b", "b c", "ç", "Z"]), st.integers(1, 9)), max_size=30)
)
def test_the_matrix_is_the_table_of_sums(three, cells):
    """Against a plain loop: passages 0 to 5 stand in rows 0, 0, 1, 1, 2, 2; 6 to 8 in none; "b" is left out."""
    counts = pd.DataFrame(cells, columns=["passage_id", "term", "n"]).astype({"term": "str", "n": "int32"})
    counts["passage_id"] = counts["passage_id"].map("p{}".format).astype("str")
    corpus = replace(three, counts=counts)
    ids = pd.Series([f"p{number}" for number in range(6)])
    matrix, terms = count_matrix(corpus, ids, np.array([0, 0, 1, 1, 2, 2]), left_out=["b"])
    expected = {}
    for passage, term, n in cells:
        if passage < 6 and term != "b":
            expected[passage // 2, term] = expected.get((passage // 2, term), 0) + n
    assert terms.tolist() == sorted({term for _, term in expected})
    found = {(row, terms[column]): n for (row, column), n in matrix.todok().items()}
    assert found == expected
    assert matrix.shape[0] == 3


def test_strata_of_speakers_count_each_passage_once(corpus_of):
    """Two speakers in each of four texts a side: "talks" is said twice a text, by the first of them only."""
    words = ("apples", "pears", "plums", "grapes", "figs", "limes", "dates", "melons")
    texts = [f"MINISTER LI: Talks go on, talks.\n\nSECRETARY ROE: They go on over {word}." for word in words]
    rows = [(f"d{number}", ("CN", "US")[number % 2], "x", text) for number, text in enumerate(texts)]
    corpus = corpus_of("id side genre text", rows)
    assert corpus.passages["speaker"].nunique() == 2
    table = ah.distinctive_terms(corpus, within=["speaker"], min_documents=2, n_draws=9).set_index("term")
    assert table.loc["talks", ["documents_first", "documents_second"]].tolist() == [4, 4]


def test_kept_terms_are_those_rows_of_the_counts(three, in_parts):
    kept = keep_terms(ah.load_corpus(in_parts), lambda terms: terms.isin(["talks", "may"])).counts
    expected = three.counts[three.counts["term"].isin(["talks", "may"])].reset_index(drop=True)
    assert len(expected) == 4
    pd.testing.assert_frame_equal(kept, expected)


def test_draws_some_at_a_time_are_the_same_draws(monkeypatch):
    """The definition draws all at once; with a few numbers at a time nothing may change."""
    values, labels = np.arange(12.0) ** 2, np.arange(12) % 3 == 0
    strata = np.arange(12) % 2
    whole = uncertainty.relabel(labels, strata, 40, seed=3), uncertainty.mean_interval(values)
    monkeypatch.setattr(uncertainty, "_NUMBERS", 30)
    some = uncertainty.relabel(labels, strata, 40, seed=3), uncertainty.mean_interval(values)
    np.testing.assert_array_equal(whole[0], some[0])
    assert whole[1] == some[1]
