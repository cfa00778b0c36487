"""Bad input: one line that says what, where, what was expected and what to do; status 2; nothing left behind."""

import re

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis_helpers import build_corpus, check_corpus
from analysis_helpers.cli import main
from analysis_helpers.corpus import new_folder
from analysis_helpers.errors import TalksError
from tests.conftest import by_hand
from tests.made_files import write

TEXT = "Both sides met in Lisbon. They agreed to meet again."


@by_hand("bad_input")
def test_bad_input_is_one_line_and_leaves_nothing(file, content, arguments, message, tmp_path, monkeypatch, capsys):
    """m.csv holds metadata of a.txt."""
    files = {file: content.encode().decode("unicode_escape")} if file else {}
    folder = write(tmp_path, files | ({"a.txt": TEXT} if file == "m.csv" else {}))
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    assert main(["build", *arguments.split(), "--out", "corpus"]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("talks: ")
    assert re.search(message, line), line
    assert sorted(folder.iterdir()) == before


DAMAGED = {  # what is cut, put or taken away in the folder of a corpus, and the message
    "no corpus": ("corpus.json", None, "is no corpus (no corpus.json in it); expected a folder written by talks build"),
    "corrupted": ("passages/part-00000.parquet", "PAR1", "part-00000.parquet: cannot be read ("),
    "no table": ("counts", None, "counts: holds no part-*.parquet; expected the table counts; build the corpus again"),
    "other version": ("corpus.json", '{"schema_version": 99}', "schema version 99; expected 5; build the corpus again"),
    "broken record": ("corpus.json", "{", "corpus.json: cannot be read ("),
}


@pytest.mark.parametrize(("place", "content", "message"), DAMAGED.values(), ids=DAMAGED)
def test_a_folder_that_is_no_corpus(place, content, message, invented, tmp_path, capsys):
    corpus = invented.save(tmp_path / "corpus")
    (corpus / place).rename(tmp_path / "away")
    if content:
        (corpus / place).write_text(content, encoding="utf-8")
    for arguments in (["check", str(corpus)], ["report", "--corpus", str(corpus), "--out", str(tmp_path / "site")]):
        assert main(arguments) == 2
        (line,) = capsys.readouterr().err.strip().splitlines()
        assert message in line
    assert not (tmp_path / "site").exists()


def test_check_prints_every_finding(invented, tmp_path, capsys):
    corpus = invented.save(tmp_path / "corpus")
    part = corpus / "documents/part-00000.parquet"
    table = pq.read_table(part)
    words = pa.array([7, 8, *table["n_words"].to_pylist()[2:]], pa.int32())
    pq.write_table(table.set_column(table.schema.get_field_index("n_words"), "n_words", words), part)
    assert main(["check", str(corpus)]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 2


@pytest.fixture
def built(tmp_path):

    def build(files, metadata=None):
        tables = [write(tmp_path, {"m.csv": metadata}) / "m.csv"] if metadata else []
        return build_corpus([write(tmp_path / "in", files)], tmp_path / "corpus", metadata=tables)

    return build


def test_ids_are_the_given_ones_or_the_stem_and_a_place_where_two_are_the_same(built):
    texts = {"a.txt": TEXT, "b.csv": f"doc_id,text\nx1,{TEXT} One.\n,{TEXT} Two.\n", "a.md": f"{TEXT} So they did."}
    texts |= {"c.jsonl": '{"id": "j1", "text": "A third text. It is short."}\n', "deep/a.txt": "One more of them."}
    corpus = built(texts)
    assert corpus.documents["doc_id"].tolist() == ["a.md", "a.txt", "x1", "b-000003", "j1", "deep-a"]
    assert corpus.documents["collection"].unique().tolist() == ["in"]


def test_json_without_a_value_has_none(built):
    """0 is an id, with the file's name before it; NaN, as pandas writes an empty cell, is neither word nor title."""
    corpus = built({"a.jsonl": '{"id": 0, "title": NaN, "text": "They met."}\n{"id": 1, "text": NaN}\n'})
    assert corpus.documents["doc_id"].tolist() == ["a-0"]
    assert corpus.documents["title"].isna().all()
    assert corpus.rejected[["doc_id", "reason"]].to_numpy().tolist() == [["a-1", "holds no word"]]


def test_a_long_text_fits_into_a_cell(built):
    long = "They met again. " * 15_000
    corpus = built({"a.csv": f"id,text\n1,{long}\n"}, f"file,side,note_text\n1,US,{long}\n")
    assert corpus.documents["n_words"].tolist() == [45_000]


def test_blanks_around_cells_and_names_are_no_part_of_them(built):
    table = " file, side,date ,title\n1 , US, 2025-05-01 \n"
    documents = built({"a.csv": f" id , text\n 1 ,{TEXT}\n"}, table).documents
    assert documents[["doc_id", "side", "date_precision"]].to_numpy().tolist() == [["a-1", "US", "day"]]
    assert documents["title"].isna().all()


def test_only_line_breaks_end_a_row(built):
    """Python's own notion of a line is wider than that of a CSV table."""
    rows = [f"They met{mark}and talked.\n" for mark in "\u2028\x85\x0c\x0b\x1c"]
    assert built({"a.csv": f"text\n{''.join(rows)}"}).record["funnel"]["read"] == len(rows)


def test_a_file_name_that_is_no_text(built, tmp_path):
    """On Linux a name may be any bytes; here an ä in Latin-1."""
    try:
        write(tmp_path / "in", {"a.txt": TEXT, "b\udce4r.txt": "It was said."})
    except (OSError, UnicodeError):
        pytest.skip("file names are text on this machine")
    assert built({}).documents["doc_id"].tolist() == ["a", "b?r"]


# The second of two documents: the file beside a.txt, where it stands, the reason, what to do.
@by_hand("set_aside")
def test_what_cannot_be_read_is_set_aside_with_its_reason(file, content, source, reason, remedy, built, tmp_path):
    corpus = check_corpus(built({"a.txt": TEXT, file: content}))
    assert corpus.record["funnel"] == {"read": 2, "kept": 1, "duplicates": 0, "rejected": 1}
    found = corpus.rejected.loc[0]
    assert found["reason"].startswith(reason)
    assert found[["source", "remedy"]].tolist() == [source, remedy]
    listed = pd.read_csv(tmp_path / "corpus/rejected.csv")
    assert listed.loc[0, ["source", "reason", "remedy"]].tolist() == [source, found["reason"], remedy]


@pytest.mark.parametrize(
    ("text", "out", "message"),
    [
        (TEXT, "loop", "loop: cannot be written (Not a directory)"),  # a link that leads to itself
        (TEXT, ".", ".: is the working folder; expected a new folder; choose another name"),
        ("...", "new/newer/corpus", "could be kept"),  # folders on the way vanish with it
    ],
)
def test_a_place_that_cannot_be_written_stays_as_it_was(text, out, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(write(tmp_path, {"in/a.txt": text}))
    (tmp_path / "loop").symlink_to("loop")
    assert main(["build", "in", "--out", out]) == 2
    assert message in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "loop"]


@pytest.mark.parametrize("target", ["there", "not yet there"])
def test_a_link_given_as_out_is_followed(target, built, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "corpus").symlink_to(target, target_is_directory=True)
    for _ in range(2):
        built({"a.txt": TEXT})
    assert (tmp_path / "corpus").is_symlink()
    assert (tmp_path / target / "corpus.json").is_file()


def test_the_reason_is_given_also_where_it_has_no_number(tmp_path):
    message = r"corpus: cannot be written \(the lid is shut\); check the disk"
    with pytest.raises(TalksError, match=message), new_folder(tmp_path / "corpus", replaces="corpus.json"):
        raise OSError("the lid is shut")
    assert not any(tmp_path.iterdir())
