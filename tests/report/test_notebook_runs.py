"""Executing the notebooks: nbval sees a changed number, and every run gives the same bytes."""

import shutil
import subprocess
import sys

import nbformat
import pytest

import analysis_helpers as ah
from analysis_helpers.report.site import execute_notebook, execute_notebooks, find_notebooks
from tests.conftest import ELSEWHERE, ROOT

NOTEBOOKS = find_notebooks(ROOT / "notebooks")


def _nbval(folder):
    """Run nbval on a folder, with the settings of `make test`."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        str(ROOT / "tests/nbval.ini"),
        "--rootdir",
        str(folder),
        str(folder),
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def start_here(tmp_path):
    path = tmp_path / "00_start_here.ipynb"
    for source in NOTEBOOKS:
        shutil.copy(source, tmp_path / f"cards_{source.name}")
    shutil.copy(ROOT / "notebooks/00_start_here.ipynb", path)
    for source in tmp_path.glob("cards_*"):
        source.unlink()
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id in {"imports", "parameters", "corpus", "funnel"}]
    for number, cell in enumerate(notebook.cells, start=1):
        cell.execution_count = number
    return path, notebook


def test_nbval_is_green_on_an_honest_notebook(start_here):
    path, notebook = start_here
    nbformat.write(notebook, path)
    done = _nbval(path.parent)
    assert done.returncode == 0, done.stdout


def test_nbval_is_red_when_a_number_was_altered(start_here):
    path, notebook = start_here
    output = next(cell for cell in notebook.cells if cell.id == "corpus").outputs[0]
    for kind in ("text/html", "text/plain"):
        assert "444" in output["data"][kind]
        output["data"][kind] = output["data"][kind].replace("444", "445")
    nbformat.write(notebook, path)
    done = _nbval(path.parent)
    assert done.returncode == 1
    assert "1 failed" in done.stdout


def test_nbval_is_red_when_a_cell_prints_more(start_here):
    path, notebook = start_here
    notebook.cells[-1].source = "print('more')\n" + notebook.cells[-1].source
    nbformat.write(notebook, path)
    assert _nbval(path.parent).returncode == 1


def _run_elsewhere(source, folder, monkeypatch):
    """Execute a notebook with another hash seed, time zone and locale, and one thread for linear algebra."""
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns(".*"))
    with monkeypatch.context() as patch:
        for variable, value in ELSEWHERE.items():
            patch.setenv(variable, value)
        execute_notebook(folder / source.name, folder / source.name)
    return (folder / source.name).read_bytes()


def test_pictures_are_the_same_bytes_on_every_run(tmp_path, monkeypatch):
    """The other outputs are compared in `test_without_text`."""
    source = ROOT / "notebooks/05_timeline.ipynb"
    one, two = (_run_elsewhere(source, tmp_path / name, monkeypatch) for name in ("one", "two"))
    assert one == two
    assert b"image/png" in one


def test_parameters_reach_the_notebook(invented, tmp_path):
    """A cell after the tagged one, as papermill writes it; the committed file stays as it is."""
    corpus = invented.save(tmp_path / "corpus")
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        cells=[
            nbformat.v4.new_code_cell("CORPUS = None", metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell("import analysis_helpers as ah\nprint(ah.load_corpus(CORPUS))"),
        ],
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
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        cells=[nbformat.v4.new_code_cell("x = 1\nassert x == 2")],
    )
    nbformat.write(notebook, tmp_path / "bad.ipynb")
    with pytest.raises(ah.TalksError, match=r"bad.ipynb: AssertionError:  \(in the line: assert x == 2\)"):
        execute_notebook(tmp_path / "bad.ipynb", tmp_path / "out.ipynb")
    assert not (tmp_path / "out.ipynb").exists()


def test_the_first_failure_is_told_and_what_has_not_begun_is_left_out(tmp_path):
    def write(name, code):
        metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        cells = [nbformat.v4.new_code_cell(code)]
        nbformat.write(nbformat.v4.new_notebook(metadata=metadata, cells=cells), tmp_path / f"{name}.ipynb")
        return tmp_path / f"{name}.ipynb"

    out = tmp_path / "out"
    out.mkdir()
    slow = "import time\ntime.sleep(3)"
    sources = [write("a", "1 / 0"), write("b", slow), write("c", slow), write("d", slow), write("e", slow)]
    with pytest.raises(ah.TalksError, match=r"a.ipynb: ZeroDivisionError"):
        execute_notebooks(sources, out)
    assert {path.name for path in out.iterdir()} < {"b.ipynb", "c.ipynb", "d.ipynb"}
