"""Executing the notebooks: nbval sees a changed number, and elsewhere, or with the texts, the outputs are the same."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest

import analysis_helpers as ah
from analysis_helpers.report.site import execute_notebook, execute_notebooks, find_notebooks
from tests.conftest import ELSEWHERE, ORIGINALS, ROOT, run_nbval

NOTEBOOKS = find_notebooks(ROOT / "notebooks")


def _notebook(*cells):
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(metadata={"kernelspec": kernel}, cells=list(cells))


@pytest.fixture
def start_here(tmp_path):
    path = tmp_path / "00_start_here.ipynb"
    notebook = nbformat.read(ROOT / "notebooks" / path.name, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id in {"imports", "parameters", "corpus", "funnel"}]
    for number, cell in enumerate(notebook.cells, start=1):
        cell.execution_count = number
    return path, notebook


def test_nbval_is_green_on_an_honest_notebook(start_here):
    path, notebook = start_here
    nbformat.write(notebook, path)
    done = run_nbval(path.parent)
    assert done.returncode == 0, done.stdout


def test_nbval_is_red_when_a_number_was_altered(start_here):
    path, notebook = start_here
    output = next(cell for cell in notebook.cells if cell.id == "corpus").outputs[0]
    for kind in ("text/html", "text/plain"):
        assert "444" in output["data"][kind]
        output["data"][kind] = output["data"][kind].replace("444", "445")
    nbformat.write(notebook, path)
    done = run_nbval(path.parent)
    assert done.returncode == 1
    assert "1 failed" in done.stdout


def test_nbval_is_red_when_a_cell_prints_more(start_here):
    path, notebook = start_here
    notebook.cells[-1].source = "print('more')\n" + notebook.cells[-1].source
    nbformat.write(notebook, path)
    assert run_nbval(path.parent).returncode == 1


def test_parameters_reach_the_notebook(invented, tmp_path):
    """A cell after the tagged one, as papermill writes it; the committed file stays as it is."""
    corpus = invented.save(tmp_path / "corpus")
    notebook = _notebook(
        nbformat.v4.new_code_cell("CORPUS = None", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("import analysis_helpers as ah\nprint(ah.load_corpus(CORPUS))"),
    )
    nbformat.write(notebook, tmp_path / "in.ipynb")
    before = (tmp_path / "in.ipynb").read_bytes()
    execute_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", {"CORPUS": str(corpus)})
    executed = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert "sentences" in executed.cells[1].source, "a note for readers"
    assert executed.cells[2].source == f"CORPUS = {str(corpus)!r}"
    assert executed.cells[3].outputs[0]["text"].startswith("Corpus: 7 documents")
    assert (tmp_path / "in.ipynb").read_bytes() == before


def test_a_failing_cell_is_one_line(tmp_path):
    nbformat.write(_notebook(nbformat.v4.new_code_cell("x = 1\nassert x == 2")), tmp_path / "bad.ipynb")
    with pytest.raises(ah.TalksError, match=r"bad.ipynb: AssertionError:  \(in the line: assert x == 2\)"):
        execute_notebook(tmp_path / "bad.ipynb", tmp_path / "out.ipynb")
    assert not (tmp_path / "out.ipynb").exists()


def test_the_first_failure_is_told(tmp_path):
    for name, code in (("a", "1"), ("b", "1 / 0"), ("c", "nowhere")):
        nbformat.write(_notebook(nbformat.v4.new_code_cell(code)), tmp_path / f"{name}.ipynb")
    (tmp_path / "out").mkdir()
    with pytest.raises(ah.TalksError, match=r"b.ipynb: ZeroDivisionError"):
        execute_notebooks(sorted(tmp_path.glob("*.ipynb")), tmp_path / "out")


# ---------------------------------------------------------------------------------------------------
# The one run of all notebooks: more is compared than nbval does


def _outputs(path, pictures):
    """The outputs of each cell, as they are written."""
    cells = nbformat.read(path, as_version=4).cells
    for cell in cells:
        for output in cell.get("outputs", []):
            if not pictures:
                output.get("data", {}).pop("image/png", None)
    return {cell.id: nbformat.writes(nbformat.v4.new_notebook(cells=[cell])) for cell in cells if cell.get("outputs")}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project, in which the shipped corpus has its text where the originals are on this machine."""
    project = tmp_path_factory.mktemp("project")
    for folder in ("src", "data", "notebooks"):
        shutil.copytree(ROOT / folder, project / folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    if ORIGINALS.is_dir():
        _build_with_text(project)
    return project


def _build_with_text(project):
    corpus = ah.build_corpus(
        [ORIGINALS / "articles", ORIGINALS / "statements_2025.jsonl"],
        project / "data/corpus",
        metadata=[ROOT / "data/sources/articles.csv", ROOT / "data/sources/statements.csv"],
    )
    assert corpus.has_text
    loaded = subprocess.run(
        [sys.executable, "-c", "import analysis_helpers as ah; print(ah.load_corpus().has_text)"],
        env=os.environ | {"PYTHONPATH": str(project / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.strip() == "True", "notebooks would see the shipped corpus, not this one"


@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda path: path.stem)
def test_elsewhere_and_with_its_text_the_outputs_are_the_same(source, project, monkeypatch):
    """With another hash seed, time zone, locale and number of threads; the pictures where the originals are."""
    for variable, value in {**ELSEWHERE, "PYTHONPATH": str(project / "src")}.items():
        monkeypatch.setenv(variable, value)
    executed = project / "notebooks" / source.name
    execute_notebook(executed, executed)
    found = _outputs(executed, pictures=ORIGINALS.is_dir())
    assert len(found) > 3
    assert found == _outputs(source, pictures=ORIGINALS.is_dir())
