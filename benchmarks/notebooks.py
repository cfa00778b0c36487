"""How long each notebook takes, against an empty kernel, the usual imports and its own figures, in one run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from analysis_helpers.report.site import find_notebooks

IMPORTS = "import numpy, pandas, matplotlib.pyplot"
CELL_SECONDS = 600


@dataclass(frozen=True)
class Times:
    """Seconds of the clock that a notebook took, and those of its cells that draw."""

    name: str
    whole: float
    figures: float


def main() -> None:
    """Execute an empty notebook with its imports, then each that ships, and print the table."""
    empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(IMPORTS)])
    _execute("warm", empty, Path())  # so that the first does not pay for cold files
    least = _execute("empty", empty, Path()).whole
    print(f"An empty kernel with `{IMPORTS}`: {least:.1f} s.\n")
    print("| notebook | seconds | of these figures | times (empty + figures) |\n|---|---:|---:|---:|")
    for path in find_notebooks():
        times = _execute(path.stem, nbformat.read(path, as_version=4), path.parent)
        ratio = times.whole / (least + times.figures)
        print(f"| {times.name} | {times.whole:.1f} | {times.figures:.1f} | {ratio:.2f} |", flush=True)


def _execute(name: str, notebook: Any, folder: Path) -> Times:
    """Run a copy in a kernel of its own; the kernel's start counts, writing does not."""
    client = NotebookClient(
        notebook, timeout=CELL_SECONDS, kernel_name="python3", resources={"metadata": {"path": str(folder.resolve())}}
    )
    begun = datetime.now()
    asyncio.run(client.async_execute())
    whole = (datetime.now() - begun).total_seconds()
    drawn = [
        cell for cell in notebook.cells if any("image/png" in out.get("data", {}) for out in cell.get("outputs", []))
    ]
    return Times(name, whole, sum(map(_seconds, drawn)))


def _seconds(cell: Any) -> float:
    begun, ended = (
        datetime.fromisoformat(cell.metadata["execution"][f"iopub.{what}"].replace("Z", "+00:00"))
        for what in ("execute_input", "status.idle")
    )
    return (ended - begun).total_seconds()


if __name__ == "__main__":
    main()
