"""The site: executes the notebooks on a corpus and renders the pages that readers see."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from tqdm import tqdm

from ..corpus import load_corpus, load_schema, shipped_data
from ..errors import TalksError
from ..folders import new_folder
from .adapting import error_of, leave_out_unanswered, plain
from .downloads import add_downloads
from .gallery import write_gallery
from .handouts import write_handouts
from .icons import cut_icons
from .pages import shrink_png, write_pages

CARD = ("Short answer", "Texts used", "Runs in about", "What this cannot tell you")
FORGET = "from analysis_helpers.report.adapting import forget_what_failed\n\nforget_what_failed()"
CELL_SECONDS = 120
KERNELS = 2  # at once: each holds the corpus in memory
MARK = "index.html"
OTHER_CORPUS = (
    "> **Made from another corpus, “{name}”.** Tables and figures on this page were computed from it. The sentences "
    "were written for the corpus that ships with the suite and need not hold."
)


def shipped_folder(name: str) -> Path:
    """Find a shipped folder beside the data: notebooks or docs."""
    return shipped_data().parent / name


def find_notebooks(folder: str | Path | None = None) -> list[Path]:
    """List the notebooks of a folder in their order; without a folder, those that ship with the suite."""
    folder = shipped_folder("notebooks") if folder is None else Path(folder)
    found = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not found:
        raise TalksError(f"{folder}: holds no notebook; expected files like 01_corpus.ipynb; check the path")
    return found


def read_cards(folder: str | Path = ".") -> pd.DataFrame:
    """Read the card at the top of each notebook: what it asks, and what it answers.

    In: the folder of the notebooks. Out: `notebook`, `question`, and one column per row of the card:
    `short_answer`, `texts_used`, `runs_in_about`, `what_this_cannot_tell_you`, without Markdown signs. Raises
    `TalksError` for a notebook without a card.

    Examples
    --------
    >>> read_cards(shipped_folder("notebooks"))["notebook"].tolist()
    ['00_start_here', '01_corpus', '02_topics', '03_stance', '04_sentiment', '05_timeline', '06_your_corpus']
    """
    rows = []
    for path in find_notebooks(folder):
        first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
        title = re.match(r"# (.+)", first)
        row = {"notebook": path.stem, "question": title[1] if title else None}
        for name in CARD:
            cell = re.search(rf"(?m)^\| *\**{name}\** *\| *(.+?) *\|$", first)
            row[re.sub(r"\W+", "_", name.lower())] = re.sub(r"[*`]", "", cell[1]) if cell else None
        missing = [key for key, value in row.items() if value is None]
        if missing:
            raise TalksError(
                f"{path}: its first cell has no {missing[0]}; expected a heading and a card; see CONTRIBUTING.md"
            )
        rows.append(row)
    return pd.DataFrame(rows)


# ---------------------------------------------------------------------------------------------------
# Executing


def execute_notebook(source: Path, target: Path, parameters: dict[str, Any] | None = None) -> None:
    """Execute a notebook from top to bottom in its own folder and write it with its outputs.

    `parameters` go into a cell of their own after the cell tagged `parameters`, as papermill does. Where
    they name another corpus, a cell that it cannot answer becomes a note that says why, and what rests on
    it is left out. What is written does not depend on the machine or the hour: no time stamps, pictures
    cut to 255 colours. Raises `TalksError` with the cell and the error where a cell fails.
    """
    import nbformat

    notebook = nbformat.read(source, as_version=4)
    adapt = bool(parameters and parameters.get("CORPUS"))
    if parameters:
        _inject(notebook, parameters, source)
    if adapt:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(FORGET))
    _run(notebook, source, target.parent, allow_errors=adapt)
    if adapt:
        notebook.cells = leave_out_unanswered(notebook.cells[1:])
    for cell in notebook.cells:
        _refuse_failure(cell, source)
        _tidy(cell)
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"], "language_info": {"name": "python"}}
    draft = target.with_suffix(".draft")  # whole or not at all: another notebook may be reading the cards
    nbformat.write(notebook, draft)
    draft.replace(target)


def _run(notebook: Any, source: Path, folder: Path, *, allow_errors: bool) -> None:
    """Run the cells in a folder; the error of one that fails then stands among its outputs."""
    import matplotlib as mpl
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        allow_errors=allow_errors,
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        # A folder that can be written, also where HOME cannot: matplotlib would complain in the outputs.
        asyncio.run(client.async_execute(env=os.environ | {"MPLCONFIGDIR": mpl.get_cachedir()}))
    except CellExecutionError:
        return
    except CellTimeoutError:
        raise TalksError(
            f"{source.name}: a cell took more than {CELL_SECONDS} s; make it faster, or its corpus smaller"
        ) from None


def execute_notebooks(sources: list[Path], folder: Path, parameters: dict[str, Any] | None = None) -> None:
    """Execute notebooks two at a time, each in a kernel of its own, and write them to a folder.

    Raises the error of the first that fails, in their order; those that have not begun are left out. An
    interrupt takes effect when the notebooks that run have ended.
    """
    with ThreadPoolExecutor(KERNELS) as workers:
        runs = [workers.submit(execute_notebook, source, folder / source.name, parameters) for source in sources]
        try:
            for run in tqdm(runs, desc="notebooks", unit=" notebook", disable=None, leave=False):
                run.result()
        except BaseException:
            workers.shutdown(cancel_futures=True)
            raise


def _inject(notebook: Any, parameters: dict[str, Any], source: Path) -> None:
    from nbformat.v4 import new_code_cell, new_markdown_cell

    tagged = [i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise TalksError(f"{source.name}: has {len(tagged)} cells tagged parameters; expected one; see CONTRIBUTING.md")
    lines = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    cell = new_code_cell(lines, id="injected-parameters", metadata={"tags": ["injected-parameters", "hide-input"]})
    notebook.cells.insert(tagged[0] + 1, cell)
    if parameters.get("CORPUS"):
        note = OTHER_CORPUS.format(name=plain(Path(parameters["CORPUS"]).name))
        notebook.cells.insert(1, new_markdown_cell(note, id="other-corpus"))


def _refuse_failure(cell: Any, source: Path) -> None:
    error = error_of(cell)
    if error is not None:
        trace = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error.traceback))
        line = next((x.split(None, 2)[2] for x in trace.split("\n") if re.match(r"-+> \d+\s+\S", x)), None)
        where = f" (in the line: {line})" if line else f" (in the cell {cell.id})"  # a TalksError has no traceback
        raise TalksError(f"{source.name}: {error.ename}: {error.evalue}{where}")


def _tidy(cell: Any) -> None:
    """Make the outputs of a cell the same on every run: pictures small, no leftovers of execution."""
    cell.metadata.pop("execution", None)
    for output in cell.get("outputs", []):
        picture = output.get("data", {}).get("image/png")
        if picture:
            output["data"]["image/png"] = base64.b64encode(shrink_png(base64.b64decode(picture))).decode() + "\n"


# ---------------------------------------------------------------------------------------------------
# Rendering


def make_report(corpus: str | Path | None, out: str | Path) -> Path:
    """Execute all notebooks on a corpus, in a folder of their own, and render the site.

    In: a corpus folder (None: the shipped one) and the folder to write. Out: the path of its
    `index.html`. The notebooks themselves stay untouched. What a corpus cannot answer, because it has one
    side, no dates or few texts, its pages say. Raises `TalksError` where the corpus cannot be loaded or a
    cell fails for another reason; then nothing is written.
    """
    folder = None if corpus is None else str(Path(corpus).resolve())
    load_corpus(folder)  # what is no corpus is refused before a kernel starts
    with TemporaryDirectory(prefix="talks-") as scratch:
        executed = Path(scratch) / "notebooks"
        executed.mkdir()
        sources = find_notebooks()
        for source in sources:
            shutil.copy(source, executed)
        execute_notebooks(sources, executed, {"CORPUS": folder} if folder else None)
        return render_site(executed, out, other_corpus=Path(folder) if folder else None)


def render_site(notebooks: Path, out: str | Path, other_corpus: Path | None = None) -> Path:
    """Render executed notebooks and the pages around them with Sphinx; warnings are errors.

    `other_corpus` is the corpus they were executed on, where it is not the shipped one. Out: the
    path of `index.html`. Nothing is executed, and no page loads anything from elsewhere.
    """
    with TemporaryDirectory(prefix="talks-") as scratch, new_folder(out, replaces=MARK) as draft:
        source = Path(scratch) / "pages"
        shutil.copytree(shipped_folder("docs"), source)
        shutil.copytree(notebooks, source / "notebooks", ignore=shutil.ignore_patterns(".*"))
        name = other_corpus.name if other_corpus else None
        write_pages(source, read_cards(source / "notebooks"), load_schema(), shipped_data(), name)
        write_gallery(find_notebooks(None if other_corpus else notebooks), source)
        pages = Path(scratch) / "site"  # not the draft itself: MyST-NB writes a folder beside its output
        pages.mkdir()
        for path in find_notebooks(source / "notebooks"):
            add_downloads(path, pages)
        _run_sphinx(source, pages, Path(scratch) / "doctrees")
        cut_icons(pages)
        write_handouts(pages, other_corpus)
        shutil.copytree(pages, draft, dirs_exist_ok=True)
    return Path(out).resolve() / MARK


def _run_sphinx(source: Path, pages: Path, doctrees: Path) -> None:
    options = ["-W", "--keep-going", "-q", "-b", "html", "-d", str(doctrees)]
    command = [sys.executable, "-m", "sphinx", *options, str(source), str(pages)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TalksError(f"the pages could not be rendered: {done.stderr.strip()}")


def open_lab() -> None:
    """Open JupyterLab in the folder of the notebooks, on the first of them. Raises `TalksError` where it is missing."""
    first = find_notebooks()[0]
    opens = f"--LabApp.default_url=/lab/tree/{first.name}"  # said so, it stands in the printed address too
    if subprocess.run([sys.executable, "-m", "jupyterlab", str(first.parent), opens], check=False).returncode:
        raise TalksError("JupyterLab could not be started; install it: pip install 'talks-in-words[lab]'")


def main() -> int:
    """Execute the notebooks in place, take the README's picture: `python -m analysis_helpers.report.site`."""
    try:
        sources = find_notebooks(sys.argv[1])
        folder = sources[0].parent
        execute_notebooks(sources, folder)
        cells = json.loads((folder / "05_timeline.ipynb").read_text(encoding="utf-8"))["cells"]
        figure = next(cell for cell in cells if cell["id"] == "when-figure")
        picture = next(output["data"]["image/png"] for output in figure["outputs"] if "image/png" in output["data"])
        (folder.parent / "docs" / "timeline.png").write_bytes(base64.b64decode(picture))
    except TalksError as error:
        print(f"talks: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
