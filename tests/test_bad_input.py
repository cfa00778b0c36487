"""Bad input: one line that says what, where, what was expected and what to do; status 2; nothing left behind."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis_helpers.cli import main
from tests.conftest import ROOT


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
    "undecodable bytes": (
        {"a__txt": "café \x93quoted\x94".encode("cp1252", "replace") + b"\x93"},
        ["a.txt"],
        r"a.txt: byte 0x.. at position \d+ is not UTF-8; expected a text in UTF-8; save it again as UTF-8",
    ),
    "no text column": (
        {"a__csv": "id,body\n1,x\n"},
        ["a.csv"],
        r"a.csv: has no column text \(found: id, body\); rename",
    ),
    "ragged row": (
        {"a__csv": "id,text\n1,x,y\n"},
        ["a.csv"],
        r"a.csv row 2: the number of cells differs .* quote cells",
    ),
    "broken line": (
        {"a__jsonl": '{"text": "x"\n'},
        ["a.jsonl"],
        r"a.jsonl line 1: is no JSON .* expected one object a line",
    ),
    "no object": ({"a__jsonl": "[1]\n"}, ["a.jsonl"], r"a.jsonl line 1: holds a list; expected an object"),
    "unparsable date": (
        {"a__csv": f"id,date,text\n1,12/13/25,{TEXT}\n"},
        ["a.csv"],
        r"a.csv row 2: the date '12/13/25' cannot be read; expected YYYY-MM-DD, YYYY-MM or YYYY",
    ),
    "impossible date": (
        {"a__csv": f"id,date,text\n1,2025-02-30,{TEXT}\n"},
        ["a.csv"],
        r"a.csv row 2: the date '2025-02-30' cannot be read",
    ),
    "unknown side": (
        {"a__csv": f"id,side,text\n1,UK,{TEXT}\n"},
        ["a.csv"],
        r"a.csv row 2: side is 'UK'; expected one of US, CN, other; correct the cell",
    ),
    "repeated id": (
        {"a__csv": f"id,text\n1,{TEXT}\n1,{TEXT}\n"},
        ["a.csv"],
        r"a.csv row 3: the id 1 is already that of a.csv row 2; expected one id a document",
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
    "nothing kept": ({"a__txt": "..."}, ["a.txt"], r"none of the 1 documents read could be kept"),
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
        ("other version", "schema version 99; expected 1; build the corpus again"),
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


def test_an_interrupted_build_leaves_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(_write(tmp_path / "work", a__txt=TEXT))

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("analysis_helpers.building.write_corpus", interrupt)
    assert main(["build", "a.txt", "--out", "corpus"]) == 130
    assert list(Path().iterdir()) == [Path("a.txt")]
    assert "nothing was written" in capsys.readouterr().err


def test_build_and_check_tell_what_they_did(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    metadata = str(ROOT / "data/example_metadata.csv")
    assert main(["build", str(ROOT / "data/example_sources"), "--metadata", metadata, "--out", "corpus"]) == 0
    assert "read 9 = kept 7 + duplicates 1 + rejected 1" in capsys.readouterr().out
    assert main(["check", "corpus"]) == 0
    assert "no problem found" in capsys.readouterr().out


def test_ids_are_the_given_ones_or_the_stem(tmp_path, monkeypatch):
    from analysis_helpers import build_corpus

    folder = _write(tmp_path / "in", a__txt=TEXT, b__csv=f"doc_id,text\nx1,{TEXT} One.\n,{TEXT} Two.\n")
    line = '{"id": "j1", "text": "A third text. It is short."}\n'
    _write(folder, c__jsonl=line)
    corpus = build_corpus([folder], tmp_path / "corpus")
    assert corpus.documents["doc_id"].tolist() == ["a", "x1", "b-000003", "j1"]
    assert corpus.documents["collection"].unique().tolist() == ["in"]
