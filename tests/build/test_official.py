"""Documents of 2017-2024: the tables follow from the originals and say what was published; answers by hand."""

import gzip
import json
import re
import subprocess
import sys

import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers.errors import TalksError
from analysis_helpers.report.share import strip_corpus
from tests.conftest import ROOT

SOURCES = ROOT / "data/sources"
ANSWERS = "language == 'zh' and note_genre == 'spokesperson answer'"
PUBLISHED = {  # by the collector, or by the reader of the originals
    ANSWERS: 3_201,
    f"{ANSWERS} and speaker != 'Foreign Ministry Spokesperson'": 3_167,
    "side == 'US' and date_precision == 'window' and year < '2021'": 655,
    "side == 'US' and date_precision == 'window' and year == '2021'": 3,
    "note_issuer.str.contains('joint event') and group == 'none' and use == 'caution'": 111,
    "note_genre.str.contains('UN |paper') and group == 'none'": 17,
    "side == 'US' and url == '' and note_archive_id != ''": 722,
    "side == 'US' and note_genre == 'spokesperson answer' and year == '2018'": 48,
    "side == 'US' and note_genre == 'spokesperson answer' and year == '2019'": 18,
    "language == 'zh' and date >= '2020-07-01' and date < '2020-09-01'": 8,
    "date_precision != 'day' and use == 'main'": 0,
    "(note_use != '') != (use == 'caution')": 0,
}
YEARS = {  # documents of 2017, 2018, ...
    ("CN", "en"): [1, 246, 515, 274, 0, 1, 1, 0],
    ("CN", "zh"): [280, 363, 555, 503, 613, 466, 362, 87],
    ("US", "en"): [185, 149, 213, 189, 260, 296, 332, 289],
}
COLLECTED = [4_805, 17_667, 86, 936, 1_616]  # of the file of 86, only what was chosen


@pytest.fixture(scope="module")
def curated():
    table = pd.read_csv(SOURCES / "official_2017_2024.csv", keep_default_na=False, dtype="str")
    return table.assign(year=table["date"].str[:4])


def test_the_tables_follow_from_the_originals(originals, tmp_path):
    for script, out in (("documents", "official_2017_2024.csv"), ("counts", "")):
        subprocess.run([sys.executable, ROOT / f"training/official_{script}.py", originals, tmp_path / out], check=True)
    for made in tmp_path.iterdir():
        assert made.read_bytes() == (SOURCES / made.name).read_bytes(), "run the scripts of training/ again"


def test_the_tables_say_what_was_published(curated):
    assert {condition: len(curated.query(condition)) for condition in PUBLISHED} == PUBLISHED
    found = curated.groupby(["side", "language", "year"]).size().unstack(fill_value=0)
    assert {whose: row.tolist() for whose, row in found.iterrows()} == YEARS
    assert curated.query(ANSWERS)["date"].nunique() == 1_322
    assert pd.to_numeric(curated.query(ANSWERS)["n_other_q"]).gt(0).mean() > 0.9, "nine in ten ask about the US"
    quarters, funnel = (pd.read_csv(SOURCES / f"{name}.csv") for name in ("mfa_answers_by_quarter", "official_funnel"))
    assert quarters["n_in_corpus"].sum() == 3_201
    assert (quarters["n_answers"] >= quarters["n_either"]).all()
    assert funnel.groupby("collected")["n_documents"].sum().tolist() == COLLECTED
    assert funnel.query("outcome.str.startswith('in ')")["n_documents"].sum() == len(curated) == 6_180


def test_twins_are_each_others_and_agree_in_all_but_the_language(curated):
    rows = curated.set_index("file")
    here = rows[rows["twin_id"].isin(rows.index)]
    twins = rows.loc[here["twin_id"]]
    assert twins["twin_id"].tolist() == here.index.tolist()
    assert here["language"].value_counts().to_dict() == {"en": 916, "zh": 916}
    for column in ("side", "group", "genre", "date", "speaker", "asked_by"):
        assert twins[column].tolist() == here[column].tolist(), column


def test_no_title_is_a_sentence_of_a_text(originals, curated):
    with gzip.open(originals / "official_2017_2024/official_2017_2024.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    joined = "\n".join(re.sub(r"[\W_]+", "", row["text"] + row["question"]).casefold() for row in rows)
    titles = {title for title in curated["title"] if title and re.sub(r"[\W_]+", "", title).casefold() in joined}
    assert titles == {"US Hegemony and Its Perils"}, "a paper that names itself"


ASKED = "Will the boats sail to Faro on Monday?"
ROWS = [
    ("a", "CN", "press_conference", "Ana Sample", ASKED, "harbour", "state", "b", "We are glad."),
    ("b", "CN", "interview", "", ASKED, "harbour", "foreign", "a", "Why not?\n\nIn May: perhaps."),
    ("c", "US", "press_conference", "", "", "", "", "", "Hello. Will you all come?"),
    ("d", "US", "interview", "Ana Sample", "", "", "", "", "Q Why?\n\nTHE PRESIDENT: Because it rains."),
]


def test_an_answer_is_the_voice_of_its_issuer_and_the_question_no_passage(corpus_of):
    corpus = corpus_of("id side genre speaker question group asked_by twin_id text", ROWS)
    spoken = corpus.passages[["doc_id", "speaker", "speaker_side"]].astype("object")
    assert [" ".join(row) for row in spoken.fillna("-").to_numpy()] == [
        "a Ana Sample CN", "b - CN", "b - CN", "c - unknown", "d Q question", "d THE PRESIDENT US",
    ]  # fmt: skip
    assert corpus.documents["question"].fillna("").tolist() == [ASKED, ASKED, "", ""]
    assert corpus.documents["author"].fillna("").tolist() == ["Ana Sample", "", "", "Ana Sample"]
    assert corpus.where(speaker="Ana Sample").documents["doc_id"].tolist() == ["a"], "in d others speak"
    assert corpus.where(asked_by="state", group="harbour").documents["twin_id"].tolist() == ["b"]
    assert ah.coverage(corpus, by="group")["n_documents"].tolist() == [2, 2]
    alone = corpus.where(doc_id=["a", "c", "d"])  # without the twin of a
    words = ah.rates(alone, {"joy": ["glad"]}, by="speaker").set_index("speaker")["n_words"]
    assert words.to_dict() == {"Ana Sample": 3, "THE PRESIDENT": 3}
    assert "question" not in strip_corpus(corpus).documents


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [("language", "English", "two letters"), ("n_other_q", "2.5", "a whole number"), ("title_from", "me", "given")],
)
def test_what_the_metadata_say_is_checked_and_a_title_of_the_text_left_out(column, value, expected, tmp_path):
    row = {
        "id": "a",
        "title": "Both sides met in Faro.",
        "text": "Both sides met in Faro. They spoke.",
        "question": "?",
    }
    (tmp_path / "t.jsonl").write_text(json.dumps(row), encoding="utf-8")
    given = {"sources": [tmp_path / "t.jsonl"], "metadata": [tmp_path / "m.csv"], "with_text": False}
    given["metadata"][0].write_text("file,title_from,language,question_words\na,text,en,12\n", encoding="utf-8")
    (document,) = ah.build_corpus(out=tmp_path / "out", **given).documents.astype("object").to_dict("records")
    found = [document.get(name) for name in ("language", "question_words", "n_words", "question")]
    assert (found, pd.isna(document["title"])) == (["en", 12, 7, None], True)
    given["metadata"][0].write_text(f"file,{column}\na,{value}\n", encoding="utf-8")
    with pytest.raises(TalksError, match=rf"m.csv row 2: {column} is '{value}'; expected .*{expected}"):
        ah.build_corpus(out=tmp_path / "out", **given)
