"""Building, loading, selecting, counting and checking corpora."""

import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers.corpus import TABLES
from analysis_helpers.errors import TalksError
from tests.conftest import ROOT

OFFICIAL = "official_2017_2024"


def test_every_document_is_accounted_for(invented):
    """Nine invented pages: seven kept, one repeats another, one holds no text."""
    assert invented.record["funnel"] == {"read": 9, "kept": 7, "duplicates": 1, "rejected": 1}
    left_out = invented.rejected.set_index("doc_id")
    assert left_out.loc["wire_b", "duplicate_of"] == "wire_a"
    assert left_out.loc["only_furniture", "reason"] == "nothing is left after cleaning"


def test_without_text_the_measurements_are_the_same(invented, nine, tmp_path):
    bare = ah.build_corpus(**nine, out=tmp_path / "bare", with_text=False)
    assert invented.has_text
    assert not bare.has_text
    for table in ("passages", "sentences", "counts", "removed", "rejected"):
        with_text = getattr(invented, table)
        pd.testing.assert_frame_equal(with_text.drop(columns="text", errors="ignore"), getattr(bare, table))
    assert bare.documents["title"].isna().all(), "a title found in a text is text"
    pd.testing.assert_frame_equal(invented.documents.drop(columns="title"), bare.documents.drop(columns="title"))


def test_where_keeps_whole_branches(invented):
    spoken = invented.where(speaker_side="question")
    assert spoken.documents["doc_id"].tolist() == ["briefing"]
    assert spoken.passages["speaker"].tolist() == ["REUTERS", "Q"]
    assert set(spoken.sentences["passage_id"]) == set(spoken.passages["passage_id"])
    assert set(spoken.counts["passage_id"]) == set(spoken.passages["passage_id"])
    july = invented.where(date=slice("2024-07-02", "2024-07-31"))
    assert july.documents["doc_id"].tolist() == ["briefing", "broken_lines", "wire_a"]
    assert len(invented.where(side=["US", "CN"]).documents) == 7
    with pytest.raises(TalksError, match="unknown column 'sied'; expected one of doc_id"):
        invented.where(sied="US")


def test_coverage_by_hand(invented):
    table = ah.coverage(invented, by=["side", "speaker_side"]).set_index(["side", "speaker_side"])
    assert table.loc[("CN", "question"), ["n_documents", "n_passages"]].tolist() == [1, 2]
    assert table.loc[("US", "question")].tolist() == [0, 0, 0, 0]
    assert table["n_words"].sum() == invented.documents["n_words"].sum()
    headings = ah.coverage(invented, by="kind").set_index("kind")["n_passages"]
    assert headings["heading"] == 4
    with pytest.raises(TalksError, match="unknown column 'sides'"):
        ah.coverage(invented, by=["sides"])


def test_an_empty_month_is_zero_and_an_inexact_date_no_month(invented):
    months = ah.coverage(invented, by="month").set_index("month")["n_documents"]
    assert months.index.astype("str")[:2].tolist() == ["2024-06", "2024-07"]
    assert months.dropna().tolist()[:2] == [1, 5]
    years = ah.coverage(invented, by="year").set_index("year")["n_documents"]
    assert years.to_dict() == {pd.Period("2023"): 1, pd.Period("2024"): 6}


def test_weeks_begin_on_monday_and_are_zero_on_both_sides_without_texts(dated):
    weeks = ah.coverage(dated, by=["week", "side"]).dropna(subset="week")
    assert weeks["week"].nunique() == 9
    assert weeks["n_documents"].sum() == 4, "the text dated by its month belongs to no week"
    assert weeks[weeks["week"].astype("str").str.startswith("2025-02")]["n_documents"].eq(0).all()
    assert weeks["side"].head(2).tolist() == ["US", "CN"]
    assert str(weeks["week"].iloc[0].start_time.date()) == "2025-01-06"


def test_shipped_corpus_is_sound(shipped):
    assert ah.check_corpus(shipped) is shipped
    size = sum(path.stat().st_size for path in (ROOT / "data/corpus").rglob("*") if path.is_file())
    assert size < 10_000_000
    assert sum(path.stat().st_size for path in (ROOT / "data").rglob("*") if path.is_file()) < 25_000_000
    assert not any("text" in shipped.columns(table) for table in TABLES)
    assert shipped.sql("SELECT title FROM documents WHERE collection = 'statements_2025'")["title"].isna().all()


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("documents", "side", "UK", "documents row 0: side is 'UK'; expected US or CN or other"),
        ("documents", "n_words", 7, r"documents row 0 \(.*\): n_words is 7; expected \d+, the sum of its body"),
        ("passages", "doc_id", "x", "passages row 0: doc_id is 'x'; expected a doc_id of the table documents"),
        ("passages", "kind", None, "passages row 0: kind is .*; expected a value"),
        ("sentences", "tone_vader", 1.5, "sentences row 0: tone_vader is .*1.5.*; expected at most 1"),
        ("counts", "n", 0, "counts row 0: n is .*0.*; expected at least 1"),
        ("passages", "text", "New.", r"documents row 0 \(briefing\): sha256 is .*; expected that of its text"),
    ],
)
def test_check_names_the_row_and_the_remedy(invented, table, column, value, message):
    frame = getattr(invented, table).copy()
    frame.loc[0, column] = value
    with pytest.raises(TalksError, match=message):
        ah.check_corpus(invented.replace(**{table: frame}))


def test_check_finds_repeated_ids_and_sums_that_do_not_add_up(invented):
    twice = pd.concat([invented.documents, invented.documents.head(1)], ignore_index=True)
    with pytest.raises(TalksError, match="doc_id is 'briefing'; expected each value once"):
        ah.check_corpus(invented.replace(documents=twice))
    with pytest.raises(TalksError, match=r"corpus.json: funnel is .*; expected read = kept \+ duplicates \+ rejected"):
        ah.check_corpus(invented.replace(record={**invented.record, "funnel": {"read": 9, "kept": 7}}))


def test_rebuilding_gives_the_shipped_tables(originals, shipped, tmp_path):
    """The one command of `make corpus`, compared table by table: values, order, types."""
    rebuilt = ah.build_corpus(
        [originals / "articles", originals / "statements_2025.jsonl", originals / f"{OFFICIAL}/{OFFICIAL}.jsonl.gz"],
        tmp_path / "corpus",
        metadata=[ROOT / f"data/sources/{name}.csv" for name in ("articles", "statements", OFFICIAL)],
        with_text=False,
    )
    for table in TABLES:
        pd.testing.assert_frame_equal(getattr(rebuilt, table), getattr(shipped, table), check_exact=True)
    for part in ("settings", "funnel", "totals", "schema_version"):
        assert rebuilt.record[part] == shipped.record[part], part


def test_an_earlier_corpus_is_replaced_and_nothing_else(tmp_path):
    source, mine = tmp_path / "note.txt", tmp_path / "mine"
    source.write_text("Both sides met. They agreed.", encoding="utf-8")
    for _ in range(2):
        ah.build_corpus([source], tmp_path / "corpus")
    mine.mkdir()
    (mine / "thesis.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(TalksError, match="exists and was not made by this command"):
        ah.build_corpus([source], mine)
    assert (mine / "thesis.txt").read_text() == "precious"


def test_questions_by_hand(corpus_of):
    """Four words of seven are a question in the one text, none in the other."""
    rows = [("a", "CN", "talk", "Q: Will talks go on?\n\nA: Yes, they will."), ("b", "US", "speech", "We will see.")]
    table = ah.count_questions(corpus_of("id side genre text", rows), by=["side", "genre"]).set_index(["side", "genre"])
    assert table.index.tolist() == [("US", "speech"), ("CN", "talk")], "combinations that do not occur are left out"
    assert table.loc[("CN", "talk"), ["n_documents", "n_words", "n_questions"]].tolist() == [1, 7, 4]
    assert table["share"].round(3).tolist() == [0.0, 0.571]


def test_a_corpus_shows_what_it_holds_of_each_side_and_what_to_ask(corpus_of):
    """Five invented words of one side on two days, three of the other without a date."""
    rows = [("a", "CN", "2025-05-02", "Rye grows."), ("b", "CN", "2025-05-01", "Barley was cut.")]
    corpus = corpus_of("id side date text", [*rows, ("c", "US", None, "I like oats.")], at_random=True)
    assert str(corpus) == "Corpus: 3 documents, 8 words"
    lines = [" ".join(line.split()) for line in repr(corpus).splitlines()[2:5]]
    assert lines == ["documents words first last", "US 1 3 not dated not dated", "CN 2 5 2025-05-01 2025-05-02"]
    assert 'Next: corpus.where(side="CN")' in repr(corpus)
    assert "<td>2025-05-02</td>" in corpus._repr_html_()


@pytest.mark.parametrize("days", ["2025-05", "2025-05-12", slice("2025-05-01", None), slice("spring", "summer")])
def test_a_date_that_would_match_nothing_in_silence_is_refused(shipped, days):
    with pytest.raises(TalksError, match=r"expected two ISO dates; write date=slice\('2025-05-01', '2025-05-31'\)"):
        shipped.where(date=days)
    with pytest.raises(TalksError, match="unknown period 'day'; expected one of year, month, week"):
        ah.add_period(shipped.documents, "day")


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"side": "USA"}, r"document is left whose side is 'USA'; expected (US|CN) \(\d\), (US|CN) \(\d\); choose"),
        ({"side": ["US", "usa"]}, "side is 'usa'; expected "),
        ({"side": "other"}, "side is 'other'; expected "),
        ({"side": []}, "expected US|expected CN"),
        ({"speaker_side": "questions"}, r"passage is left whose speaker_side is 'questions'; expected question \(2\)"),
        ({"doc_id": "briefing", "speaker_side": "US"}, "speaker_side is 'US'; expected CN"),
        ({"date": slice("1999-01-01", "1999-12-31")}, r"expected days from 2023-\d\d-\d\d to 2024-"),
    ],
)
def test_a_selection_of_nothing_is_refused_with_the_values_there_are(invented, conditions, message):
    with pytest.raises(TalksError, match=message):
        invented.where(**conditions)
    whole = invented.where(side=["US", "CN", "other"]).where(doc_id="briefing")
    assert whole.where(doc_id=["briefing", "wire_a"]).documents["doc_id"].tolist() == ["briefing"], "known elsewhere"
