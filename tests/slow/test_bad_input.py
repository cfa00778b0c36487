"""Bad input: one line that says what, where, what was expected and what to do; status 2; nothing left behind."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis_helpers import build_corpus, check_corpus
from analysis_helpers.cli import main
from analysis_helpers.errors import TalksError
from analysis_helpers.folders import new_folder


def _write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


TEXT = "Both sides met in Lisbon. They agreed to meet again."

# A file, what it holds, and the message.
FILES = {
    "empty folder": ("", "", r"no readable file in this folder; expected files that end in"),
    "unknown ending": ("a.odt", "x", r"a.odt: the ending .odt is unknown; expected one of"),
    "no text column": ("a.csv", "id,words\n1,x\n", r"a.csv: has no column text \(found: id, words\); say which column"),
    "ragged row": ("a.csv", "id,text\n1,x,y\n", r"a.csv row 2: the number of cells differs .* quote cells"),
    "broken line": ("a.jsonl", '{"text": "x"\n', r"a.jsonl line 1: is no JSON .* expected one object a document"),
    "no object": ("a.jsonl", "[1]\n", r"a.jsonl line 1: holds a list; expected an object"),
    "unknown side": ("a.csv", "side,text\nUK,They met.\n", r"row 2: side is 'UK'; expected one of US, CN, other"),
    "column twice": ("a.csv", "text,text\nThey met.,x\n", r"a.csv: the column text stands twice in the header"),
    "field twice": (
        "a.jsonl",
        '{"text": "x", "text": "y"}\n',
        r"a.jsonl line 1: is no JSON \(the field text stands twice\)",
    ),
    "list for a value": ("a.jsonl", '{"text": ["we", "met"]}\n', r"a.jsonl row 1: text is a list; expected one value"),
    "zero bytes": ("a.csv", "text\na\x00b\x00\x00c\n", r"a.csv: holds control characters and zero bytes"),
    "date too exact": (
        "a.csv",
        "date,date_precision,text\n2025-05,day,They met.\n",
        r"a.csv row 2: date_precision is 'day' for the date '2025-05'; expected month or year; correct one",
    ),
    "a table without texts": (
        "a.csv",
        "id,media_name,publish_date,title,url\n1,A daily,2024-05-01,Boats,https://daily.example/1\n",
        r"a.csv: is a Media Cloud export: titles and addresses of stories, no text; collect the texts",
    ),
    "nothing kept": (
        "a.txt",
        "...",
        r"none of the 1 documents read could be kept; expected at least one; a.txt: holds no word; put the text into",
    ),
}
# What m.csv, the metadata of a.txt, holds, and the message.
METADATA = {
    "unknown column": ("file,sied\na.txt,US\n", r"m.csv: unknown column sied; expected file and any of doc_id"),
    "no file column": ("side\nUS\n", r"m.csv: no column file"),
    "named twice": ("file\na.txt\na.txt\n", r"m.csv row 3: a.txt stands already in m.csv row 2; expected one row"),
    "two names": ("file\na\na.txt\n", r"a.txt: m.csv row 2 and m.csv row 3 both speak of it; expected one row"),
    "no document": ("file\nb.txt\n", r"m.csv row 2: no document is called b.txt"),
    "file cell empty": ("file,side\n,US\n", r"m.csv row 2: the cell file is empty; expected the name or id"),
    "file cell missing": ("side,file\nUS\n", r"m.csv row 2: the cell file is empty"),
    "row too long": ("file\na.txt,US\n", r"m.csv row 2: the number of cells differs from the header's 1; .* quote"),
    "column without a name": (",file\n0,a.txt\n", r"m.csv: unknown column \(no name\); expected file"),
    "column twice": ("file,side,side\na.txt,US,CN\n", r"m.csv: the column side stands twice in the header"),
    "quote not closed": (
        'file,title\n\nb.txt,B\na.txt,"A\nc.txt,C\n',
        r"m.csv row 3: is no row of a CSV table \(.*\); expected commas .* quotes in pairs; close the quotes",
    ),
    "control character": (
        "file,title\na,Lisbon\x92s boats\n",
        r"m.csv row 2: title holds the character U\+0092; expected text; delete it",
    ),
}


def _fails_in_one_line(arguments, message, capsys):
    before = sorted(Path().iterdir())
    assert main(["build", *arguments, "--out", "corpus"]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("talks: ")
    assert re.search(message, line), line
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize(("name", "content", "message"), FILES.values(), ids=FILES)
def test_a_bad_file_is_one_line_and_leaves_nothing(name, content, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(_write(tmp_path / "work", **{name.replace(".", "__"): content} if name else {}))
    _fails_in_one_line([name or "."], message, capsys)


@pytest.mark.parametrize(("content", "message"), METADATA.values(), ids=METADATA)
def test_bad_metadata_are_one_line_and_leave_nothing(content, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(_write(tmp_path / "work", a__txt=TEXT, m__csv=content))
    _fails_in_one_line(["a.txt", "--metadata", "m.csv"], message, capsys)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.txt"], r"none.txt: does not exist; expected a file .* check the path"),
        (["a.csv", "--metadata", "m.csv"], r"m.csv: does not exist; expected a metadata table"),
        (["a.csv", "--column", "text=body"], r"a.csv: has no column body \(found: words\); name a column"),
        (["a.csv", "--column", "words=text"], r"--column words=text: is not NAME=COLUMN; expected one of text"),
    ],
)
def test_bad_arguments_are_one_line_and_leave_nothing(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(_write(tmp_path / "work", a__csv="words\nThey met.\n"))
    _fails_in_one_line(arguments, message, capsys)


def _damage(corpus, how):
    if how == "no corpus":
        shutil.rmtree(corpus)
        corpus.mkdir()
    elif how == "missing":
        shutil.rmtree(corpus)
    elif how == "corrupted":
        part = corpus / "passages/part-00000.parquet"
        part.write_bytes(part.read_bytes()[:200])
    elif how == "no table":
        shutil.rmtree(corpus / "counts")
    elif how == "other version":
        (corpus / "corpus.json").write_text('{"schema_version": 99}')
    elif how == "broken record":
        (corpus / "corpus.json").write_text("{")


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("no corpus", "is no corpus (no corpus.json in it); expected a folder written by talks build; check the path"),
        ("missing", "is no corpus (no corpus.json in it)"),
        ("corrupted", "part-00000.parquet: cannot be read ("),
        ("no table", "counts: holds no part-*.parquet; expected the table counts; build the corpus again"),
        ("other version", "schema version 99; expected 2; build the corpus again"),
        ("broken record", "corpus.json: cannot be read ("),
    ],
)
@pytest.mark.parametrize("command", ["check", "report"])
def test_a_folder_that_is_no_corpus(how, message, command, invented, tmp_path, capsys):
    corpus = invented.save(tmp_path / "corpus")
    _damage(corpus, how)
    arguments = (
        ["check", str(corpus)]
        if command == "check"
        else ["report", "--corpus", str(corpus), "--out", str(tmp_path / "site")]
    )
    assert main(arguments) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert message in lines[0]
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


def test_no_traceback_reaches_the_terminal(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "analysis_helpers.cli", "check", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_notebook_shows_the_message_alone(tmp_path):
    """In Jupyter a wrong corpus is one line, not a traceback."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    code = f"import analysis_helpers as ah\nah.load_corpus({str(tmp_path)!r})"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    with pytest.raises(CellExecutionError):
        NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    shown = notebook.cells[0].outputs[0]["traceback"]
    assert len(shown) == 1
    assert shown[0].startswith("TalksError: ")
    assert "is no corpus" in shown[0]


def test_build_and_check_tell_what_they_did(nine, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["build", str(nine["sources"][0]), "--metadata", str(nine["metadata"][0]), "--out", "corpus"]) == 0
    assert "read 9 = kept 7 + duplicates 1 + rejected 1" in capsys.readouterr().out
    assert main(["check", "corpus"]) == 0
    assert "no problem found" in capsys.readouterr().out


def test_ids_are_the_given_ones_or_the_stem(tmp_path, monkeypatch):
    folder = _write(tmp_path / "in", a__txt=TEXT, b__csv=f"doc_id,text\nx1,{TEXT} One.\n,{TEXT} Two.\n")
    line = '{"id": "j1", "text": "A third text. It is short."}\n'
    _write(folder, c__jsonl=line)
    corpus = build_corpus([folder], tmp_path / "corpus")
    assert corpus.documents["doc_id"].tolist() == ["a", "x1", "b-000003", "j1"]
    assert corpus.documents["collection"].unique().tolist() == ["in"]


def test_half_a_surrogate_pair_becomes_the_mark_of_a_lost_character(tmp_path):
    """Escapes as they stand in JSON of texts that were cut inside an emoji; the id must not break either."""
    line = r'{"id": "x\udc00", "title": "Boats \ud83c", "text": "They met \ud800 there. \ud83d\ude00"}'
    folder = _write(tmp_path / "in", a__jsonl=line)
    corpus = build_corpus([folder], tmp_path / "corpus")
    assert corpus.documents["doc_id"].tolist() == ["x\ufffd"]
    assert corpus.documents["title"].tolist() == ["Boats \ufffd"]
    assert corpus.passages["text"].tolist() == ["They met \ufffd there. \U0001f600"]


def test_json_without_a_value_has_none(tmp_path):
    """0 is an id, with the file's name before it; NaN, as pandas writes an empty cell, is neither word nor title."""
    lines = '{"id": 0, "title": NaN, "text": "They met."}\n{"id": 1, "text": NaN}\n'
    corpus = build_corpus([_write(tmp_path / "in", a__jsonl=lines)], tmp_path / "corpus")
    assert corpus.documents["doc_id"].tolist() == ["a-0"]
    assert corpus.documents["title"].isna().all()
    assert corpus.rejected[["doc_id", "reason"]].to_numpy().tolist() == [["a-1", "holds no word"]]


def test_a_long_text_fits_into_a_cell(tmp_path):
    long = "They met again. " * 20_000
    folder = _write(tmp_path / "in", a__csv=f"id,text\n1,{long}\n")
    table = _write(tmp_path / "more", m__csv=f"file,side,note_text\n1,US,{long}\n") / "m.csv"
    corpus = build_corpus([folder], tmp_path / "corpus", metadata=[table])
    assert corpus.documents["n_words"].tolist() == [60_000]


def test_blanks_around_cells_and_names_are_no_part_of_them(tmp_path):
    folder = _write(tmp_path / "in", a__csv=f" id , text\n 1 ,{TEXT}\n")
    table = _write(tmp_path / "more", m__csv=" file, side,date ,title\n1 , US, 2025-05-01 \n") / "m.csv"
    documents = build_corpus([folder], tmp_path / "corpus", metadata=[table]).documents
    assert documents[["doc_id", "side", "date_precision"]].to_numpy().tolist() == [["a-1", "US", "day"]]
    assert documents["title"].isna().all()


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\x0c", "\x0b", "\x1c"])
def test_only_line_breaks_end_a_row(mark, tmp_path):
    """Python's own notion of a line is wider than that of a CSV table."""
    folder = _write(tmp_path / "in", a__csv=f"text\nThey met{mark}and talked.\nThey met again.\n")
    assert build_corpus([folder], tmp_path / "corpus").record["funnel"]["read"] == 2


def test_files_of_the_same_name_get_ids_of_their_own(tmp_path):
    folder = _write(tmp_path / "in", a__txt=TEXT, a__md="Another text. It is short.")
    _write(folder / "deep", a__txt="A third text. It is short too.")
    corpus = build_corpus([folder], tmp_path / "corpus")
    assert corpus.documents["doc_id"].tolist() == ["a.md", "a.txt", "deep-a"]


def test_a_file_name_that_is_no_text(tmp_path):
    """On Linux a name may be any bytes; here an ä in Latin-1."""
    folder = _write(tmp_path / "in")
    try:
        Path(f"{folder}/b\udce4r.txt").write_text(TEXT, encoding="utf-8")
    except (OSError, UnicodeError):
        pytest.skip("file names are text on this machine")
    assert build_corpus([folder], tmp_path / "corpus").documents["doc_id"].tolist() == ["b?r"]


FRENCH = (
    "Les deux parties se sont rencontrées lundi à Lisbonne pour parler des droits de douane sur les bateaux et des "
    "visas des pêcheurs, et elles ont décidé de se revoir au printemps prochain à Porto."
)
# The second of two documents: the files beside a.txt, where it stands, the reason, what to do.
SET_ASIDE = {
    "repeated id": (
        {"b__csv": "id,text\na,They met in Porto.\n"},
        "b.csv row 2",
        "the id a is already that of a.txt; expected one id a document",
        "rename a file, or give other ids",
    ),
    "quote not closed": (
        {"b__csv": 'text\n"They met in Porto.\nThey met again.\n'},
        "b.csv row 2",
        "is no row of a CSV table (unexpected end of data); expected commas between the cells and quotes in pairs",
        "close the quotes",
    ),
    "too many cells": (
        {"b__csv": "id,text\n2,They met, in Porto.\n"},
        "b.csv row 2",
        "the number of cells differs from the header's 2; expected one cell a column",
        "quote cells that hold commas or line breaks",
    ),
    "unknown side": (
        {"b__csv": "side,text\nUK,They met in Porto.\n"},
        "b.csv row 2",
        "side is 'UK'; expected one of US, CN, other",
        "correct the cell",
    ),
    "no row": ({"b__csv": "id,text\n"}, "b.csv", "holds no row; expected one a document", "fill it or delete it"),
    "ending": ({"b__odt": "x"}, "b.odt", "the ending .odt is unknown", "convert the file, or move it elsewhere"),
    "empty": ({"b__txt": ""}, "b.txt", "is empty", "put the text into the file or delete it"),
    "language": (
        {"b__txt": FRENCH},
        "b.txt",
        "is in another language (fr)",
        "to keep such texts: --keep-languages en fr",
    ),
    "glyph codes": (
        {"b__txt": "/12 /45 /i255 /7 /9 /33 /i255 /21 /4\n" * 20},
        "b.txt",
        "is no readable text: ",
        "get the text from its source again",
    ),
}


@pytest.mark.parametrize(("files", "source", "reason", "remedy"), SET_ASIDE.values(), ids=SET_ASIDE)
def test_what_cannot_be_read_is_set_aside_with_its_reason(files, source, reason, remedy, tmp_path):
    corpus = check_corpus(build_corpus([_write(tmp_path / "in", a__txt=TEXT, **files)], tmp_path / "corpus"))
    assert corpus.record["funnel"] == {"read": 2, "kept": 1, "duplicates": 0, "rejected": 1}
    found = corpus.rejected.loc[0]
    assert found["reason"].startswith(reason)
    assert found[["source", "remedy"]].tolist() == [source, remedy]
    listed = pd.read_csv(tmp_path / "corpus/rejected.csv")
    assert listed.loc[0, ["source", "reason", "remedy"]].tolist() == [source, found["reason"], remedy]


def test_a_link_that_leads_to_itself(tmp_path, capsys):
    (tmp_path / "corpus").symlink_to("corpus")
    assert main(["build", str(_write(tmp_path / "in", a__txt=TEXT)), "--out", str(tmp_path / "corpus")]) == 2
    assert "corpus: cannot be written (Not a directory)" in capsys.readouterr().err
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("target", ["there", "not yet there"])
def test_a_link_given_as_out_is_followed(target, tmp_path):
    folder = _write(tmp_path / "in", a__txt=TEXT)
    (tmp_path / "there").mkdir()
    link = tmp_path / "corpus"
    link.symlink_to(target, target_is_directory=True)
    for _ in range(2):
        build_corpus([folder], link)
    assert link.is_symlink()
    assert (tmp_path / target / "corpus.json").is_file()


def test_the_reason_is_given_also_where_it_has_no_number(tmp_path):
    message = r"corpus: cannot be written \(the lid is shut\); check the disk"
    with pytest.raises(TalksError, match=message), new_folder(tmp_path / "corpus", replaces="corpus.json"):
        raise OSError("the lid is shut")
    assert not any(tmp_path.iterdir())


def test_the_working_folder_is_not_replaced(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(_write(tmp_path / "work"))
    assert main(["build", str(_write(tmp_path / "in", a__txt=TEXT)), "--out", "."]) == 2
    assert ".: is the working folder; expected a new folder; choose another name" in capsys.readouterr().err


def test_folders_on_the_way_to_out_vanish_with_it(tmp_path, capsys):
    folder = _write(tmp_path / "in", a__txt="...")
    assert main(["build", str(folder), "--out", str(tmp_path / "new/newer/corpus")]) == 2
    assert list(tmp_path.iterdir()) == [folder]
    assert "could be kept" in capsys.readouterr().err
