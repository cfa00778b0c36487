"""The site: executed notebooks and the pages around them, rendered by Sphinx."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from ..corpus import load_schema, new_folder, shipped_data
from ..errors import TalksError
from .downloads import add_downloads
from .execute import find_notebooks, read_cards, shipped_folder
from .gallery import write_gallery
from .handouts import write_handouts
from .icons import cut_icons
from .pages import write_pages

MARK = "index.html"


def render_site(notebooks: Path, out: str | Path, other_corpus: str | None = None) -> Path:
    """Render executed notebooks and the pages around them with Sphinx; warnings are errors.

    `other_corpus` is the corpus that `any_corpus.ipynb` was executed on; then the site is that page, the reading guide
    and the glossary. Out: the path of `index.html`. Nothing is executed, and no page loads anything from
    elsewhere.
    """
    with TemporaryDirectory(prefix="talks-") as scratch, new_folder(out, replaces=MARK) as draft:
        source, pages = Path(scratch) / "pages", Path(scratch) / "site"  # MyST-NB writes a folder beside its output
        shutil.copytree(shipped_folder("docs"), source)
        shutil.copytree(notebooks, source / "notebooks", ignore=shutil.ignore_patterns(".*", "report"))
        pages.mkdir()
        if other_corpus is None:
            write_pages(source, read_cards(source / "notebooks"), load_schema(), shipped_data())
            write_gallery(find_notebooks(notebooks), source)
            for path in find_notebooks(source / "notebooks"):
                add_downloads(path, pages)
        else:
            _keep_pages(source)
        _run_sphinx(source, pages, Path(scratch) / "doctrees")
        cut_icons(pages)
        if other_corpus is None:
            write_handouts(pages)
        shutil.copytree(pages, draft, dirs_exist_ok=True)
    return Path(out).resolve() / MARK


def _keep_pages(source: Path) -> None:
    """Keep of the pages those that hold for any corpus, without links to others; `any_corpus` is the first."""
    import nbformat

    for path in source.glob("*.md"):
        if path.stem not in ("reading", "glossary"):
            path.unlink()
        else:
            text = re.sub(r",?\s*\[[^\]]+\]\((?!glossary|reading)[^)]*\)", "", path.read_text(encoding="utf-8"))
            path.write_text(text, encoding="utf-8")
    page = nbformat.read(source / "notebooks" / "any_corpus.ipynb", as_version=4)
    page.cells.append(nbformat.v4.new_markdown_cell("```{toctree}\n:hidden:\n\nreading\nglossary\n```", id="pages"))
    nbformat.write(page, source / "index.ipynb")
    shutil.rmtree(source / "notebooks")


def _run_sphinx(source: Path, pages: Path, doctrees: Path) -> None:
    options = ["-W", "--keep-going", "-q", "-b", "html", "-d", str(doctrees)]
    command = [sys.executable, "-m", "sphinx", *options, str(source), str(pages)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TalksError(f"the pages could not be rendered: {done.stderr.strip()}")
