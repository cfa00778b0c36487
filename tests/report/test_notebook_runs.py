"""Executing notebooks: nbval sees a changed number, parameters arrive, a failure is one line."""

import re
import subprocess
import sys

import nbformat
import pytest

import analysis_helpers as ah
from analysis_helpers.report.execute import execute_notebook, execute_notebooks
from tests.conftest import ROOT, notebook_of


def test_nbval_is_green_until_a_number_is_altered_or_a_cell_prints_more(tmp_path):
    """Three notebooks: as it was executed here, with 444 texts altered to 445, with a line more."""
    source = nbformat.read(ROOT / "notebooks/00_start_here.ipynb", as_version=4)
    cells = [cell for cell in source.cells if cell.id in {"imports", "corpus", "funnel"}]
    nbformat.write(notebook_of(*cells), tmp_path / "in.ipynb")
    execute_notebook(tmp_path / "in.ipynb", tmp_path / "a_honest.ipynb")
    (tmp_path / "in.ipynb").unlink()
    notebook = nbformat.read(tmp_path / "a_honest.ipynb", as_version=4)
    last = notebook.cells[-1]
    last.source = f"print('more')\n{last.source}"
    nbformat.write(notebook, tmp_path / "c_more.ipynb")
    last.source = last.source.removeprefix("print('more')\n")
    data = next(cell for cell in notebook.cells if cell.id == "corpus").outputs[0]["data"]
    for kind in ("text/html", "text/plain"):
        assert "444" in data[kind]
        data[kind] = data[kind].replace("444", "445")
    nbformat.write(notebook, tmp_path / "b_altered.ipynb")
    command = [sys.executable, "-m", "pytest", "-c", ROOT / "tests/nbval.ini", "--rootdir", tmp_path, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.findall(r"FAILED \S*?(\w+)\.ipynb::", done.stdout) == ["b_altered", "c_more"], done.stdout


def test_parameters_reach_the_notebook(invented, tmp_path):
    """A cell after the tagged one, as papermill writes it; the committed file stays as it is."""
    corpus = invented.save(tmp_path / "corpus")
    tagged = nbformat.v4.new_code_cell("CORPUS = None", metadata={"tags": ["parameters"]})
    load = nbformat.v4.new_code_cell("import analysis_helpers as ah\nprint(ah.load_corpus(CORPUS))")
    nbformat.write(notebook_of(tagged, load), tmp_path / "in.ipynb")
    before = (tmp_path / "in.ipynb").read_bytes()
    execute_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", {"CORPUS": str(corpus)})
    executed = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert executed.cells[-2].source == f"CORPUS = {str(corpus)!r}"
    assert executed.cells[-1].outputs[0]["text"].startswith("Corpus: 7 documents")
    assert (tmp_path / "in.ipynb").read_bytes() == before


def test_the_first_failure_is_told_in_one_line(tmp_path):
    for name, code in (("a", "1"), ("b", "x = 1\nassert x == 2"), ("c", "nowhere")):
        nbformat.write(notebook_of(nbformat.v4.new_code_cell(code)), tmp_path / f"{name}.ipynb")
    (tmp_path / "out").mkdir()
    with pytest.raises(ah.TalksError, match=r"b.ipynb: AssertionError:  \(.*, in the line: assert x == 2\)"):
        execute_notebooks(sorted(tmp_path.glob("*.ipynb")), tmp_path / "out")
    assert not (tmp_path / "out/b.ipynb").exists()
