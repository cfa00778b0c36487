"""The shipped corpus gives the same notebooks elsewhere, and with its text; test_sharing.py: any corpus does."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest

import analysis_helpers as ah
from analysis_helpers.report.site import execute_notebook, find_notebooks
from tests.conftest import ELSEWHERE, ORIGINALS, ROOT

NOTEBOOKS = find_notebooks(ROOT / "notebooks")


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
