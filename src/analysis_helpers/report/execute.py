"""Executing: notebooks run from top to bottom, and what they show is the same on every machine."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from ..corpus import shipped_data
from ..errors import TalksError
from ..plots.tables import show

CARD = ("Short answer", "Texts used", "Runs in about", "What this cannot tell you")
FORM = "report/any_corpus.ipynb"  # below the folder of the notebooks: what is executed on any other corpus
CELL_SECONDS = 120
KERNELS = 2  # at once: each holds the corpus in memory
LONG = 1_000  # rows; a longer table stays as pandas shows it, because writing millions of numbers takes minutes


def shipped_folder(name: str) -> Path:
    """Find a folder that ships beside the data: notebooks or docs."""
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

    In: the folder of the notebooks. Out: `notebook`, `question`, and one column per row of the card: `short_answer`,
    `texts_used`, `runs_in_about`, `what_this_cannot_tell_you`, without Markdown signs. Raises `TalksError` for a
    notebook without a card.

    >>> read_cards(shipped_folder("notebooks"))["notebook"].tolist()[:2]
    ['00_start_here', '01_corpus']
    """
    return pd.DataFrame([_read_card(path) for path in find_notebooks(folder)])


def _read_card(path: Path) -> dict[str, str]:
    first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    found, row = {"question": re.match(r"# (.+)", first)}, {"notebook": path.stem}
    for name in CARD:
        found[re.sub(r"\W+", "_", name.lower())] = re.search(rf"(?m)^\| *\**{name}\** *\| *(.+?) *\|$", first)
    for name, cell in found.items():
        if cell is None:
            raise TalksError(f"{path}: its first cell has no {name}; expected heading and card; see CONTRIBUTING.md")
        row[name] = re.sub(r"[*`]", "", cell[1])
    return row


def style_notebook() -> None:
    """Show every frame and series of a notebook as `show` writes it; call it once, at the top.

    One without a value is told in a sentence, one of more than 1,000 rows stays as pandas shows it. Known weakness:
    names are shortened; `print(table)` shows a table as it is.

    >>> style_notebook()
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    for kind in (pd.DataFrame, pd.Series) if shell else ():
        html, plain = (shell.display_formatter.formatters[mime] for mime in ("text/html", "text/plain"))
        html.for_type(kind, lambda table: _display(table, pd.DataFrame._repr_html_, "<p>{}</p>"))
        plain.for_type(kind, lambda table, printer, _: printer.text(_display(table, repr, "{}")))


def _display(table: pd.DataFrame | pd.Series, write: Callable[[pd.DataFrame], str], refused: str) -> str:
    with pd.option_context("display.max_colwidth", None, "display.max_columns", None):
        try:
            as_it_is = table.attrs.get("written") or len(table) > LONG
            return write(pd.DataFrame(table) if as_it_is else show(table))
        except TalksError as error:
            return refused.format(error)


def execute_notebooks(sources: list[Path], folder: Path, parameters: dict[str, Any] | None = None) -> None:
    """Execute notebooks into a folder, two at a time; raises the error of the first that fails, in their order."""
    with ThreadPoolExecutor(KERNELS) as workers:
        runs = [workers.submit(execute_notebook, source, folder / source.name, parameters) for source in sources]
        try:
            for run in tqdm(runs, desc="notebooks", unit=" notebook", disable=None, leave=False):
                run.result()
        except BaseException:
            workers.shutdown(cancel_futures=True)
            raise


def execute_notebook(source: Path, target: Path, parameters: dict[str, Any] | None = None) -> None:
    """Execute a notebook from top to bottom, in the folder of `target`, and write it there with its outputs.

    `parameters` go into a cell after the one tagged `parameters`, as papermill does. What is written does not depend on
    the machine or the hour. A `TalksError` in a cell tagged `raises-exception` is an output like another: the corpus
    cannot answer that question. Any other error is raised as `TalksError`, with the cell.
    """
    import nbformat

    notebook = nbformat.read(source, as_version=4)
    if parameters:
        _inject(notebook, parameters, source)
    _run(notebook, source, target.parent)
    for cell in notebook.cells:
        _refuse_failure(cell, source)
        _tidy(cell)
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"], "language_info": {"name": "python"}}
    draft = target.with_suffix(".draft")  # whole or not at all: another notebook may be reading the cards
    nbformat.write(notebook, draft)
    draft.replace(target)


def parameters_of(notebook: Any, source: Path) -> int:
    """Find the place of the one cell tagged `parameters`."""
    tagged = [i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise TalksError(f"{source.name}: has {len(tagged)} cells tagged parameters; expected one; see CONTRIBUTING.md")
    return tagged[0]


def _inject(notebook: Any, parameters: dict[str, Any], source: Path) -> None:
    from nbformat.v4 import new_code_cell

    lines = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    cell = new_code_cell(lines, id="injected-parameters", metadata={"tags": ["injected-parameters", "remove-cell"]})
    notebook.cells.insert(parameters_of(notebook, source) + 1, cell)


def _run(notebook: Any, source: Path, folder: Path) -> None:
    import matplotlib as mpl
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    place = {"metadata": {"path": str(folder)}}
    options = {"timeout": CELL_SECONDS, "kernel_name": "python3", "record_timing": False, "resources": place}
    try:
        # A folder that can be written, also where HOME cannot: matplotlib would complain in the outputs.
        environment = os.environ | {"MPLCONFIGDIR": mpl.get_cachedir()}
        asyncio.run(NotebookClient(notebook, **options).async_execute(env=environment))
    except CellExecutionError:
        return
    except CellTimeoutError:
        raise TalksError(
            f"{source.name}: a cell took more than {CELL_SECONDS} s; make it faster, or its corpus smaller"
        ) from None


def _refuse_failure(cell: Any, source: Path) -> None:
    may_refuse = "raises-exception" in cell.metadata.get("tags", [])
    for output in cell.get("outputs", []):
        if output.output_type == "error" and not (may_refuse and output.ename == "TalksError"):
            trace = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(output.traceback))
            line = next((x.split(None, 2)[2] for x in trace.split("\n") if re.match(r"-+> \d+\s+\S", x)), None)
            where = f", in the line: {line}" if line else ""  # a TalksError has no traceback
            raise TalksError(f"{source.name}: {output.ename}: {output.evalue} (in the cell {cell.id}{where})")


def _tidy(cell: Any) -> None:
    """Make the outputs of a cell the same on every run: pictures small, no leftovers of execution."""
    cell.metadata.pop("execution", None)
    for output in cell.get("outputs", []):
        picture = output.get("data", {}).get("image/png")
        if picture:
            output["data"]["image/png"] = base64.b64encode(shrink_png(base64.b64decode(picture))).decode() + "\n"


def shrink_png(picture: bytes) -> bytes:
    """Cut a picture to 255 colours, without dithering: a third of the bytes, the same to the eye."""
    from PIL import Image

    shrunk, out = Image.open(io.BytesIO(picture)).convert("RGB"), io.BytesIO()
    # By median cut, because Pillow's octree turns the pale bands of the figures into the ground.
    shrunk = shrunk.quantize(255, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    shrunk.save(out, format="PNG", optimize=True)
    return out.getvalue()


def main() -> int:
    """Execute all notebooks in place, take the README's picture: `python -m analysis_helpers.report.execute`."""
    try:
        folder = find_notebooks(sys.argv[1])[0].parent
        execute_notebooks(find_notebooks(folder), folder)
        execute_notebook(folder / FORM, folder / FORM)
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
