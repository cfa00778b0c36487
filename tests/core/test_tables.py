"""A corpus in many files, seen through DuckDB: read late, in order, whatever the threads, against plain pandas."""

import shutil
from collections import Counter

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import analysis_helpers as ah
from analysis_helpers.check import TABLES, to_arrow
from analysis_helpers.corpus import database
from analysis_helpers.errors import TalksError

TERMS = ["a", "b", "b c", "ç", "Z"]
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
    """The same corpus as if it were large: one document a part, two rows a group of rows; its name is no pattern."""
    monkeypatch.setattr("analysis_helpers.corpus.AT_ONCE", 0)
    folder = three.save(tmp_path / "it's *_[a]=1")
    for table in TABLES:
        frame = getattr(three, table)
        (folder / table / "part-00000.parquet").unlink()
        of = frame["passage_id" if "passage_id" in frame else "doc_id"].str[0]
        for number, doc_id in enumerate("abc"):
            path = folder / table / f"part-{number:05d}.parquet"
            pq.write_table(to_arrow(frame[of == doc_id], table), path, row_group_size=2)
    return folder


def _equal(one, other, tables=TABLES):
    for table in tables:
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table), check_exact=True)


def _dense(corpus, ids):
    matrix, terms = corpus.matrix(ids, np.arange(len(ids)))
    return matrix.toarray(), terms


def test_no_analysis_makes_a_frame_of_passages_sentences_or_counts(in_parts):
    corpus = ah.load_corpus(in_parts)
    assert str(corpus) == "Corpus: 3 documents, 19 words"
    assert corpus.has_text
    assert not set(TABLES) & set(vars(corpus)), "not even the documents"
    part = corpus.where(side="US")
    for one in (corpus, part):
        ah.coverage(one, by=["side", "speaker_side"])
        ids = one.body(["passage_id"])["passage_id"]
        one.matrix(ids, np.arange(len(ids)))
        ah.link_documents(one, ah.load_talks())
    ah.check_corpus(corpus)
    assert corpus.documents is corpus.documents, "it is read once"
    assert set(TABLES) & (set(vars(corpus)) | set(vars(part))) == {"documents"}


@pytest.mark.parametrize(
    "chosen", [{}, {"side": "US"}, {"speaker_side": "question"}, {"genre": "letter", "kind": "body"}]
)
def test_neither_parts_nor_threads_change_a_byte(three, in_parts, chosen):
    whole, ids = three.where(**chosen), three.passages["passage_id"]
    for threads in (1, 2, 2, 8):
        database().execute(f"SET threads = {threads}")
        parts = ah.load_corpus(in_parts).where(**chosen)
        _equal(whole, parts)
        assert repr(whole) == repr(parts)
        pd.testing.assert_frame_equal(whole.body(["text"]), parts.body(["text"]))
        pd.testing.assert_frame_equal(whole.count_terms_of(["talks", "may"]), parts.count_terms_of(["talks", "may"]))
        pd.testing.assert_frame_equal(ah.coverage(whole, ["kind", "side"]), ah.coverage(parts, ["kind", "side"]))
        for one, other in zip(_dense(whole, ids), _dense(parts, ids), strict=True):
            np.testing.assert_array_equal(one, other)
    database().execute("RESET threads")


def test_sql_sees_the_rows_that_are_left_and_whole_sums(three, in_parts):
    given = pd.DataFrame({"side": ["CN"]})
    for corpus in (three, ah.load_corpus(in_parts)):
        found = corpus.where(side="US").sql("SELECT min(row) AS first, sum(n_words) AS n FROM documents")
        assert found.to_dict("list") == {"first": [1], "n": [13]}
        assert found["n"].dtype == "int64"
        found = corpus.sql("SELECT doc_id FROM documents SEMI JOIN given USING (side)", given=given)
        assert found["doc_id"].tolist() == ["a"]
        with pytest.raises(TalksError, match=r"not understood \(Catalog Error.*word.*expected SQL over documents"):
            corpus.sql("SELECT * FROM words")


def test_a_small_corpus_outlives_its_folder(three, tmp_path):
    corpus = ah.load_corpus(three.where(genre="speech").save(tmp_path / "soon_gone"))
    shutil.rmtree(tmp_path / "soon_gone")
    _equal(corpus.where(side="US"), three.where(side="US", genre="speech"))


def test_a_corpus_of_frames_answers_alike(three, in_parts):
    stored = ah.load_corpus(in_parts)
    frames = ah.Corpus({table: getattr(three, table) for table in TABLES}, three.record)
    _equal(frames.where(genre="speech"), stored.where(genre="speech"))
    marked = stored.replace(documents=three.documents.assign(year="2025"), record={"mine": 1})
    assert (marked.columns("documents")[-1], marked.record) == ("year", {"mine": 1})
    _equal(marked, three, ["counts"])


def test_a_table_that_changed_since_it_was_loaded_is_refused(in_parts):
    corpus, path = ah.load_corpus(in_parts), in_parts / "counts/part-00001.parquet"
    pq.write_table(pq.read_table(path).slice(1), path)
    with pytest.raises(TalksError, match=r"part-00001.parquet: is not the file that it was.*load the corpus again"):
        _ = corpus.counts
    shutil.rmtree(in_parts)
    with pytest.raises(TalksError, match=r"part-00000.parquet: cannot be read"):
        _ = corpus.sentences


def test_a_damaged_file_is_named(in_parts):
    path = in_parts / "passages/part-00001.parquet"
    data = bytearray(path.read_bytes())
    data[4:200] = bytes(196)  # the pages; what is where, at the end of the file, stays
    for damaged in (data, b"PAR1"):
        path.write_bytes(damaged)
        with pytest.raises(TalksError, match=r"part-00001.parquet: cannot be read \(.*\); expected a Parquet file"):
            _ = ah.load_corpus(in_parts).passages


def test_other_columns_are_refused(in_parts):
    path = in_parts / "passages/part-00002.parquet"
    pq.write_table(pq.read_table(path).drop_columns("text"), path)
    with pytest.raises(TalksError, match=r"part-00002.parquet: expected the columns of part-00000.parquet"):
        ah.load_corpus(in_parts)


def test_a_bad_row_keeps_its_number_in_the_table(three, in_parts):
    path = in_parts / "counts/part-00002.parquet"
    before = len(three.counts[~three.counts["passage_id"].str.startswith("c")])
    counts = pq.read_table(path).to_pandas()
    counts.loc[2, "n"] = 0
    pq.write_table(to_arrow(counts, "counts"), path, row_group_size=2)
    corpus = ah.load_corpus(in_parts)
    with pytest.raises(TalksError, match=f"counts row {before + 2}: n is 0; expected at least 1"):
        ah.check_corpus(corpus)
    with pytest.raises(TalksError, match="counts row 2: n is 0; expected at least 1"):
        ah.check_corpus(corpus.where(genre="letter"))


@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from(TERMS), st.integers(1, 9)), max_size=30))
def test_the_matrix_is_the_table_of_sums(three, cells):
    """Against a plain loop: passages 0 to 5 stand in rows 0, 0, 1, 1, 2, 2; 6 to 8 in none; "b" is left out."""
    counts = pd.DataFrame(cells, columns=["passage_id", "term", "n"]).astype({"term": "str", "n": "int32"})
    counts["passage_id"] = counts["passage_id"].map("p{}".format).astype("str")
    ids = pd.Series([f"p{number}" for number in range(6)])
    matrix, terms = three.replace(counts=counts).matrix(ids, np.array([0, 0, 1, 1, 2, 2]), exclude=["b"])
    expected = Counter()
    for passage, term, n in cells:
        expected[passage // 2, term] += n if passage < 6 and term != "b" else 0
    expected = +expected
    assert terms.tolist() == sorted({term for _, term in expected})
    assert {(row, terms[column]): n for (row, column), n in matrix.todok().items()} == expected
    assert matrix.shape[0] == 3
