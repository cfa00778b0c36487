"""A corpus without its text gives the same notebooks as the same corpus with it, byte for byte."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest

import analysis_helpers as ah
from analysis_helpers.site import execute_notebook, find_notebooks
from tests.conftest import ROOT

NOTEBOOKS = find_notebooks(ROOT / "notebooks")


def _outputs(path):
    """The outputs of each cell, as they are written."""
    cells = nbformat.read(path, as_version=4).cells
    return {cell.id: nbformat.writes(nbformat.v4.new_notebook(cells=[cell])) for cell in cells if cell.get("outputs")}


def _execute(source, folder, parameters=None):
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns(".*"), dirs_exist_ok=True)
    execute_notebook(folder / source.name, folder / source.name, parameters)
    return _outputs(folder / source.name)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The invented example pages, built with and without their text, under the same name."""
    sources, metadata = [ROOT / "data/example_sources"], [ROOT / "data/example_metadata.csv"]
    folder = tmp_path_factory.mktemp("both")
    for kind in ("with", "without"):
        (folder / kind).mkdir()
        options = {"metadata": metadata, "with_text": kind == "with", "semantic": False}
        corpus = ah.build_corpus(sources, folder / kind / "corpus", **options)
        assert corpus.has_text == (kind == "with")
    return folder


@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda path: path.stem)
def test_invented_pages_give_the_same_outputs(source, both, tmp_path):
    found = {
        kind: _execute(source, tmp_path / kind, {"CORPUS": str(both / kind / "corpus")}) for kind in ("with", "without")
    }
    assert len(found["with"]) > 3
    assert found["with"] == found["without"]


@pytest.fixture(scope="module")
def project_with_text(originals, tmp_path_factory):
    """A copy of the project in which the shipped corpus has its text."""
    project = tmp_path_factory.mktemp("with_text")
    for folder in ("src", "data", "notebooks"):
        shutil.copytree(ROOT / folder, project / folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    corpus = ah.build_corpus(
        [originals / "articles", originals / "statements_2025.jsonl"],
        project / "data/corpus",
        metadata=[ROOT / "data/sources/articles.csv", ROOT / "data/sources/statements.csv"],
        semantic=False,
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
    return project


@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_shipped_corpus_gives_the_same_outputs_with_its_text(source, project_with_text, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(project_with_text / "src"))
    executed = project_with_text / "notebooks" / source.name
    execute_notebook(executed, executed)
    assert _outputs(executed) == _outputs(source)
