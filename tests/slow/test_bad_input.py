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
from analysis_helpers.build.folders import new_folder
from analysis_helpers.cli import main
from analysis_helpers.errors import TalksError


def _write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


TEXT = "Both sides met in Lisbon. They agreed to meet again."

CASES = {
    "missing file": ({}, ["nowhere.txt"], r"nowhere.txt: does not exist; expected a file .* check the path"),
    "empty folder": ({}, ["."], r"no readable file in this folder; expected files that end in"),
    "unknown ending": ({"a__odt": "x"}, ["a.odt"], r"a.odt: the ending .odt is unknown; expected one of"),
    "no text column": (
        {"a__csv": "id,words\n1,x\n"},
        ["a.csv"],
        r"a.csv: has no column text \(found: id, words\); say which column holds the words: --column text=COLUMN",
    ),
    "ragged row": (
        {"a__csv": "id,text\n1,x,y\n"},
        ["a.csv"],
        r"a.csv row 2: the number of cells differs .* quote cells",
    ),
    "broken line": (
        {"a__jsonl": '{"text": "x"\n'},
        ["a.jsonl"],
        r"a.jsonl line 1: is no JSON .* expected one object a document",
    ),
    "no object": ({"a__jsonl": "[1]\n"}, ["a.jsonl"], r"a.jsonl line 1: holds a list; expected an object"),
    "unknown side": (
        {"a__csv": f"id,side,text\n1,UK,{TEXT}\n"},
        ["a.csv"],
        r"a.csv row 2: side is 'UK'; expected one of US, CN, other; correct the cell",
    ),
    "unknown column": (
        {"a__txt": TEXT, "m__csv": "file,sied\na.txt,US\n"},
        ["a.txt", "--metadata", "m.csv"],
        r"m.csv: unknown column sied; expected file and any of doc_id, .* rename it, or put note_ before it",
    ),
    "no file column": (
        {"a__txt": TEXT, "m__csv": "side\nUS\n"},
        ["a.txt", "--metadata", "m.csv"],
        r"m.csv: no column file",
    ),
    "file named twice": (
        {"a__txt": TEXT, "m__csv": "file,side\na.txt,US\na.txt,CN\n"},
        ["a.txt", "--metadata", "m.csv"],
        r"m.csv row 3: a.txt stands already in m.csv row 2; expected one row a document",
    ),
    "row without a document": (
        {"a__txt": TEXT, "m__csv": "file,side\nb.txt,US\n"},
        ["a.txt", "--metadata", "m.csv"],
        r"m.csv row 2: no document is called b.txt",
    ),
    "missing metadata": (
        {"a__txt": TEXT},
        ["a.txt", "--metadata", "m.csv"],
        r"m.csv: does not exist; expected a metadata table",
    ),
    "file cell empty": (
        {"a__txt": TEXT, "m__csv": "file,side\n,US\n"},
        ["a.txt", "--metadata", "m.csv"],
        r"m.csv row 2: the cell file is empty; expected the name or id of a document; fill it in or delete the row",
    ),
    "file cell missing": (
        {"a__txt": TEXT, "m__csv": "side,file\nUS\n"},
        ["a.txt", "--metadata", "m.csv"],
        r"m.csv row 2: the cell file is empty",
    ),
    "metadata row too long": (
        {"a__txt": TEXT, "m__csv": "file,side\na.txt,US,2025\n"},
        ["a.txt", "--metadata", "m.csv"],
        r"m.csv row 2: the number of cells differs from the header's 2; expected one cell a column; quote cells",
    ),
    "column without a name": (
        {"a__txt": TEXT, "m__csv": ",file\n0,a.txt\n"},
        ["a.txt", "--metadata", "m.csv"],
        r"m.csv: unknown column \(no name\); expected file",
    ),
    "metadata column twice": (
        {"a__txt": TEXT, "m__csv": "file,side,side\na.txt,US,CN\n"},
        ["a.txt", "--metadata", "m.csv"],
        r"m.csv: the column side stands twice in the header; expected each once; rename one",
    ),
    "column twice": (
        {"a__csv": f"id,text,text\n1,{TEXT},x\n"},
        ["a.csv"],
        r"a.csv: the column text stands twice in the header",
    ),
    "metadata quote not closed": (
        {"a__txt": TEXT, "m__csv": 'file,title\n\nb.txt,B\na.txt,"A\nc.txt,C\n'},
        ["a.txt", "--metadata", "m.csv"],
        r"m.csv row 3: is no row of a CSV table \(.*\); expected commas .* quotes in pairs; close the quotes",
    ),
    "two rows for a document": (
        {"a__txt": TEXT, "m__csv": "file,side\na,US\na.txt,CN\n"},
        ["a.txt", "--metadata", "m.csv"],
        r"a.txt: m.csv row 2 and m.csv row 3 both speak of it; expected one row a document; delete one",
    ),
    "nested JSON": (
        {"a__jsonl": '{"text": "..."}\n{"text": "x", "y": ' + "[" * 100_000 + "]" * 100_000 + "}\n"},
        ["a.jsonl"],
        r"a.jsonl line 2: is no JSON \(nested too deeply\); expected one object a document",
    ),
    "field twice": (
        {"a__jsonl": '{"text": "x", "text": "y"}\n'},
        ["a.jsonl"],
        r"a.jsonl line 1: is no JSON \(the field text stands twice\)",
    ),
    "no text field": (
        {"a__jsonl": '{"text": "..."}\n{"words": "y"}\n'},
        ["a.jsonl"],
        r"a.jsonl line 2: has no column text \(found: words\); say which",
    ),
    "list for a value": (
        {"a__jsonl": '{"text": ["we", "met"]}\n'},
        ["a.jsonl"],
        r"a.jsonl row 1: text is a list; expected one value; make it one string",
    ),
    "control character": (
        {"a__csv": f"id,text\na\x00b\x00\x00,{TEXT}\n"},
        ["a.csv"],
        r"a.csv: holds control characters and zero bytes in place of words; expected a text; save it as plain",
    ),
    "control character of Latin-1": (
        {"a__txt": TEXT, "m__csv": "file,title\na,Lisbon\x92s boats\n"},
        ["a.txt", "--metadata", "m.csv"],
        r"m.csv row 2: title holds the character U\+0092; expected text; delete it",
    ),
    "date too exact": (
        {"a__csv": f"id,date,date_precision,text\n1,2025-05,day,{TEXT}\n"},
        ["a.csv"],
        r"a.csv row 2: date_precision is 'day' for the date '2025-05'; expected month or year; correct one",
    ),
    "a column that is not": (
        {"a__csv": f"words\n{TEXT}\n"},
        ["a.csv", "--column", "text=body"],
        r"a.csv: has no column body \(found: words\); name a column that it has: --column text=COLUMN",
    ),
    "a name that is no column": (
        {"a__csv": f"words\n{TEXT}\n"},
        ["a.csv", "--column", "words=text"],
        r"--column words=text: is not NAME=COLUMN; expected one of text, date, .* as in text=body",
    ),
    "a table without texts": (
        {
            "a__csv": "id,media_name,publish_date,title,url\n1,An invented daily,2024-05-01,Boats,https://daily.example/1\n"
        },
        ["a.csv"],
        r"a.csv: is a Media Cloud export: titles and addresses of stories, no text; collect the texts",
    ),
    "nothing kept": (
        {"a__txt": "..."},
        ["a.txt"],
        r"none of the 1 documents read could be kept; expected at least one; a.txt: holds no word; put the text into",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_build_says_it_in_one_line_and_leaves_nothing(case, tmp_path, monkeypatch, capsys):
    files, arguments, message = CASES[case]
    monkeypatch.chdir(_write(tmp_path / "work", **files))
    before = sorted(Path().iterdir())
    assert main(["build", *arguments, "--out", "corpus"]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("talks: ")
    assert re.search(message, lines[0]), lines[0]
    assert sorted(Path().iterdir()) == before


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


SET_ASIDE = {
    "repeated id": (
        {"a__csv": f"id,text\nx,{TEXT}\nx,They met in Porto.\n"},
        "a.csv row 3",
        "the id x is already that of a.csv row 2; expected one id a document",
        "rename a file, or give other ids",
    ),
    "repeated id in two files": (
        {"a__csv": f"id,text\nx,{TEXT}\n", "b__csv": "id,text\nx,They met in Porto.\n"},
        "b.csv row 2",
        "the id x is already that of a.csv row 2; expected one id a document",
        "rename a file, or give other ids",
    ),
    "quote not closed": (
        {"a__csv": f'text\n{TEXT}\n"They met in Porto.\nThey met again.\n'},
        "a.csv row 3",
        "is no row of a CSV table (unexpected end of data); expected commas between the cells and quotes in pairs "
        "(and all rows after it)",
        "close the quotes",
    ),
    "too many cells": (
        {"a__csv": f"id,text\n1,{TEXT}\n2,They met, in Porto.\n"},
        "a.csv row 3",
        "the number of cells differs from the header's 2; expected one cell a column",
        "quote cells that hold commas or line breaks",
    ),
    "unknown side": (
        {"a__csv": f"side,text\nUS,{TEXT}\nUK,They met in Porto.\n"},
        "a.csv row 3",
        "side is 'UK'; expected one of US, CN, other",
        "correct the cell",
    ),
    "a date that denies its precision": (
        {"a__csv": f"date,date_precision,text\n2025-05,month,{TEXT}\n2025-05,day,They met in Porto.\n"},
        "a.csv row 3",
        "date_precision is 'day' for the date '2025-05'; expected month or year",
        "correct one",
    ),
    "a table without rows": (
        {"a__txt": TEXT, "b__csv": "id,text\n"},
        "b.csv",
        "holds no row; expected one a document",
        "fill it or delete it",
    ),
    "an unknown ending": (
        {"a__txt": TEXT, "b__odt": "x"},
        "b.odt",
        "the ending .odt is unknown",
        "convert the file, or move it elsewhere",
    ),
    "an empty file": ({"a__txt": TEXT, "b__txt": ""}, "b.txt", "is empty", "put the text into the file or delete it"),
    "another language": (
        {
            "a__txt": TEXT,
            "b__txt": "Les deux parties se sont rencontrées lundi à Lisbonne pour parler des droits de douane sur les "
            "bateaux et des visas des pêcheurs, et elles ont décidé de se revoir au printemps prochain à Porto.",
        },
        "b.txt",
        "is in another language (fr)",
        "to keep such texts: --keep-languages en fr",
    ),
    "glyph codes": (
        {"a__txt": TEXT, "b__txt": "/12 /45 /i255 /7 /9 /33 /i255 /21 /4\n" * 20},
        "b.txt",
        "is no readable text: ",
        "get the text from its source again",
    ),
}


@pytest.mark.parametrize("case", SET_ASIDE)
def test_what_cannot_be_read_is_set_aside_with_its_reason(case, tmp_path):
    files, source, reason, remedy = SET_ASIDE[case]
    corpus = check_corpus(build_corpus([_write(tmp_path / "in", **files)], tmp_path / "corpus"))
    assert corpus.record["funnel"] == {"read": 2, "kept": 1, "duplicates": 0, "rejected": 1}
    found = corpus.rejected.loc[0]
    assert found["source"] == source
    assert found["reason"].startswith(reason)
    assert found["remedy"] == remedy
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
