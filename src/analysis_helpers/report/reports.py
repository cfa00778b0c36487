"""Reports: notebooks executed on a corpus and rendered as pages, or opened in JupyterLab."""

from __future__ import annotations

import shutil
import subprocess
import sys
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from ..corpus import load_corpus
from ..errors import TalksError
from .execute import FORM, execute_notebook, execute_notebooks, find_notebooks, parameters_of, shipped_folder
from .site import render_site


def make_report(corpus: str | Path | None, out: str | Path) -> Path:
    """Execute notebooks on a corpus, in a folder of their own, and render them as pages.

    In: a corpus folder and the folder to write. Out: the path of its `index.html`. Without a corpus, the seven
    notebooks are executed on the shipped one and the whole site is rendered; with one, the notebook `any_corpus`, which
    says in one sentence what that corpus cannot answer. The notebooks themselves stay untouched. Raises `TalksError`
    where the corpus cannot be loaded or a cell fails for another reason; then nothing is written.
    """
    if corpus is not None:
        load_corpus(corpus)  # what is no corpus is refused before a kernel starts
    with TemporaryDirectory(prefix="talks-") as scratch:
        executed = Path(scratch) / "notebooks"
        executed.mkdir()
        if corpus is None:
            sources = find_notebooks()
            for source in sources:
                shutil.copy(source, executed)
            execute_notebooks(sources, executed)
            return render_site(executed, out)
        folder, form = Path(corpus).resolve(), shipped_folder("notebooks") / FORM
        execute_notebook(form, executed / form.name, {"CORPUS": str(folder)})
        _write_for_readers(executed / form.name, folder.name)
        return render_site(executed, out, str(folder))


def _write_for_readers(path: Path, name: str) -> None:
    """Name the corpus beneath the title, and write each refusal as a paragraph in place of a traceback."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source += f"\n\n<p>The corpus is “{escape(' '.join(name.split()))}”.</p>"
    for cell in notebook.cells:
        for number, output in enumerate(cell.get("outputs", [])):
            if output.output_type == "error":
                words = f"{output.evalue[:1].upper()}{output.evalue[1:].rstrip('.')}."
                html = {"text/html": f'<p class="refusal">{escape(words)}</p>', "text/plain": words}
                cell.outputs[number] = nbformat.v4.new_output("display_data", data=html)
    nbformat.write(notebook, path)


def open_lab(corpus: str | Path | None = None) -> None:
    """Open JupyterLab: on the first notebook of the suite, or on a copy of `any_corpus` beside a corpus.

    A copy that is there already is opened as it is. Raises `TalksError` where JupyterLab is missing.
    """
    first = find_notebooks()[0] if corpus is None else _copy_form(Path(corpus).resolve())
    opens = f"--LabApp.default_url=/lab/tree/{quote(first.name)}"  # said so, it stands in the printed address too
    if subprocess.run([sys.executable, "-m", "jupyterlab", str(first.parent), opens], check=False).returncode:
        raise TalksError("JupyterLab could not be started; install it: pip install 'talks-in-words[lab]'")


def _copy_form(folder: Path) -> Path:
    """Copy `any_corpus` beside a corpus, without outputs and with the name of its folder as parameter."""
    import nbformat

    load_corpus(folder)
    form = shipped_folder("notebooks") / FORM
    notebook, copy = nbformat.read(form, as_version=4), folder.with_name(f"{folder.name}.ipynb")
    notebook.cells[parameters_of(notebook, form)].source = f"CORPUS = {folder.name!r}  # a folder beside this notebook"
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    try:
        with copy.open("x", encoding="utf-8") as file:
            nbformat.write(notebook, file)
    except FileExistsError:  # the work of the scholar
        return copy
    except OSError as error:
        raise TalksError(
            f"{copy}: cannot be written ({error.strerror}); move the corpus to a folder of yours"
        ) from None
    return copy
