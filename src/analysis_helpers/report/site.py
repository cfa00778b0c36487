"""The site: executed notebooks and the pages around them, rendered by Sphinx with the extensions of `docs/_ext`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory

from ..corpus import new_folder, shipped_data
from ..errors import TalksError
from .execute import find_notebooks, shipped_folder

MARK = "index.html"
LEFTOVERS = shutil.ignore_patterns("*webpack-macros.html", "fontawesome*", "*.map")  # of themes, never loaded
GUIDES = ("reading.md", "glossary.md")  # pages that a report on another corpus has as well


def render_site(notebooks: Path, out: str | Path, other_corpus: str | None = None) -> Path:
    """Render executed notebooks and the pages around them with Sphinx; warnings are errors.

    `other_corpus` is the corpus that `any_corpus.ipynb` was executed on; then the site is that page, the reading guide
    and the glossary. Out: the path of `index.html`. Nothing is executed, and no page loads anything from elsewhere.
    """
    with TemporaryDirectory(prefix="talks-") as scratch, new_folder(out, replaces=MARK) as draft:
        source, pages = Path(scratch) / "source", Path(scratch) / "site"  # MyST-NB writes a folder beside its output
        docs = shipped_folder("docs")
        shutil.copytree(docs, source, ignore=shutil.ignore_patterns("__pycache__", "*.md" if other_corpus else ""))
        if other_corpus is None:
            _add_sources(source, notebooks)
        else:
            for name in GUIDES:
                shutil.copy(docs / name, source)
            _write_index(notebooks / "any_corpus.ipynb", source)
        _run_sphinx(source, pages, Path(scratch) / "doctrees", other_corpus or "")
        shutil.copytree(pages, draft, dirs_exist_ok=True, ignore=LEFTOVERS)
    return Path(out).resolve() / MARK


def _add_sources(source: Path, notebooks: Path) -> None:
    """Add what pages are made from: notebooks, word lists, the chronology and its codebook."""
    (source / "notebooks").mkdir()
    for notebook in find_notebooks(notebooks):
        shutil.copy(notebook, source / "notebooks")
    with as_file(files("analysis_helpers") / "lexicons") as lists:
        shutil.copytree(lists, source / "lexicons")
    shutil.copytree(shipped_data() / "validation", source / "validation")
    shutil.copy(shipped_data() / "codebook.md", source)
    for table in shipped_data().glob("talks*.csv"):
        shutil.copy(table, source / "_static")


def _write_index(notebook: Path, source: Path) -> None:
    page = json.loads(notebook.read_text(encoding="utf-8"))
    page["cells"].append(page["cells"][0] | {"id": "toc", "source": "```{toctree}\n:hidden:\n\nreading\nglossary\n```"})
    (source / "index.ipynb").write_text(json.dumps(page), encoding="utf-8")


def _run_sphinx(source: Path, pages: Path, doctrees: Path, corpus: str) -> None:
    options = ["-W", "--keep-going", "-q", "-j", "2", "-d", str(doctrees), "-D", f"corpus_folder={corpus}"]
    command = [sys.executable, "-m", "sphinx", *options, str(source), str(pages)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TalksError(f"the pages could not be rendered: {done.stderr.strip()}")
