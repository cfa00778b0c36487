"""The gallery: every plot function with a picture, the picture in words, and the code that draws it."""

from __future__ import annotations

import ast
import base64
import doctest
import io
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import _NAMES, plots
from .pages import take_picture

INTRO = """# Gallery

Each function that draws a figure, with one picture and the code that draws it. Copy the code into an empty notebook:
it runs as it stands. The pictures show the corpus and the chronology that ship with the suite.
"""


@dataclass(frozen=True)
class Example:
    """One use of a plot function: the picture, the picture in words, the code, and where it is from."""

    picture: bytes
    alt: str
    code: str
    origin: str


def write_gallery(notebooks: list[Path], source: Path) -> None:
    """Write the page `gallery.md` and its pictures into the folder of the site's sources.

    In: executed notebooks. The first figure that a plot function draws in them is shown; where there is
    none, the example in its description is drawn.
    """
    import nbformat

    read = {path.stem: nbformat.read(path, as_version=4).cells for path in notebooks}
    pictures = source / "_gallery"
    pictures.mkdir()
    sections = [INTRO]
    for name in (name for name in _NAMES["plots"] if name.startswith("plot_")):
        example = _from_notebooks(name, read) or _from_docstring(name)
        (pictures / f"{name}.webp").write_bytes(_pack(example.picture))
        sections.append(_section(name, example))
    (source / "gallery.md").write_text("\n".join(sections), encoding="utf-8")


def _section(name: str, example: Example) -> str:
    return (
        f"## {name}\n\n**{_first_line(name)}**\n\n"
        ":::{div} plot-example\n"
        f"```{{image}} _gallery/{name}.webp\n:alt: {example.alt}\n:class: dark-light\n:loading: lazy\n```\n:::\n\n"
        f"{example.origin} · In the list of functions: {{py:func}}`~analysis_helpers.plots.{name}`\n\n"
        f"```python\n{example.code}\n```\n"
    )


def _pack(picture: bytes) -> bytes:
    """Write a picture as WebP without loss: three quarters of the bytes, because this page holds all of them."""
    from PIL import Image

    packed = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").save(packed, format="WEBP", lossless=True)
    return packed.getvalue()


def _first_line(name: str) -> str:
    return getattr(plots, name).__doc__.strip().split("\n")[0]


def _from_notebooks(name: str, notebooks: dict[str, list[Any]]) -> Example | None:
    for notebook, cells in notebooks.items():
        for number, cell in enumerate(cells):
            drawn = [output["data"] for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
            if drawn and f"ah.{name}(" in cell.source:
                return Example(
                    picture=base64.b64decode(drawn[0]["image/png"]),
                    alt=cell.metadata["mystnb"]["image"]["alt"],
                    code=code_for(cells, number),
                    origin=f"From the notebook: {_link(notebook, cells[:number])}",
                )
    return None


def _link(notebook: str, cells: list[Any]) -> str:
    """Link the section that the last of some cells stands in."""
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    heading = re.findall(r"(?m)^##? (.+)$", prose)[-1]
    anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")  # as MyST makes them, after GitHub
    return f"[{heading}](notebooks/{notebook}.ipynb#{anchor})"


def _from_docstring(name: str) -> Example:
    """Draw the example in the description of a plot function."""
    import matplotlib.pyplot as plt

    written = "".join(example.source for example in doctest.DocTestParser().get_examples(getattr(plots, name).__doc__))
    code = f"import pandas as pd\n\nfrom analysis_helpers.plots import {name}\n\n{written}".rstrip()
    exec(code, {})
    alt = f"The figure that the example of {name} draws. {_first_line(name)}"
    return Example(take_picture(plt.gcf()), alt, code, "From its description")


# ---------------------------------------------------------------------------------------------------
# The code of a figure


def code_for(cells: list[Any], number: int) -> str:
    """Collect what a cell of a notebook rests on, and the cell: code that runs without the rest.

    In: the cells of a notebook, the number of one. Out: from the cells before it those statements that make a name
    which is used later on, in their order, then the cell.

    Known weakness: a statement that changes a table by a method alone, without `=`, is not seen.

    Examples
    --------
    >>> import nbformat
    >>> sources = ["import math\\nimport os", "a = 2\\nb = 5", "print(math.sqrt(a))"]
    >>> print(code_for([nbformat.v4.new_code_cell(source) for source in sources], 2))
    import math
    <BLANKLINE>
    a = 2
    <BLANKLINE>
    print(math.sqrt(a))
    """
    needed: set[str] = set()
    blocks = []
    for place in range(number, -1, -1):
        kept = []
        for statement in reversed(_statements(cells[place]) if cells[place].cell_type == "code" else []):
            made = made_names(statement)
            if place == number or made & needed:
                needed = (needed - made if _makes_anew(statement) else needed) | used_names(statement)
                kept.append(statement)
        blocks += ["\n".join(reversed(kept))] if kept else []
    return "\n\n".join(reversed(blocks))


def _statements(cell: Any) -> list[str]:
    source = without_magics(cell.source)
    lines = source.split("\n")
    return ["\n".join(lines[step.lineno - 1 : step.end_lineno]) for step in ast.parse(source).body]


def _makes_anew(statement: str) -> bool:
    """Tell whether a statement makes its names whatever they were before: `a = 1`, not `a["x"] = 1` or `a += 1`."""
    step = ast.parse(statement).body[0]
    filled = [node for node in ast.walk(step) if isinstance(node, ast.Subscript | ast.Attribute)]
    return isinstance(step, ast.Assign | ast.Import | ast.ImportFrom) and not any(
        isinstance(node.ctx, ast.Store) for node in filled
    )


def used_names(statement: str) -> set[str]:
    """Collect the names that a statement reads from the cells around it.

    Examples
    --------
    >>> sorted(used_names("a = [b for c in d if (lambda e: e + f)(c)]"))
    ['b', 'd', 'f']
    """

    def read(scope: symtable.SymbolTable) -> Iterator[str]:
        for symbol in scope.get_symbols():
            if symbol.is_referenced() and (scope.get_type() == "module" or symbol.is_global()):
                yield symbol.get_name()
        for inner in scope.get_children():
            yield from read(inner)

    return set(read(symtable.symtable(statement, "cell", "exec")))


def made_names(source: str, line: int = 1) -> set[str]:
    """Collect the names that the statements of a cell make or fill, from a line on.

    Examples
    --------
    >>> sorted(made_names("a = 1\\nb = {}\\nfor c in 'xy':\\n    b[c] = [d for d in c]"))
    ['a', 'b', 'c']
    >>> made_names("a = 1\\nb = 2", line=2)
    {'b'}
    """
    nodes = [node for step in ast.parse(source).body if step.end_lineno >= line for node in ast.walk(step)]
    inner = {name for node in nodes if isinstance(node, ast.comprehension) for name in _stored(ast.walk(node.target))}
    imported = {
        (alias.asname or alias.name).partition(".")[0]
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    return (set(_stored(nodes)) | imported) - inner


def _stored(nodes: Any) -> Iterator[str]:
    for node in nodes:
        if isinstance(getattr(node, "ctx", None), ast.Store):
            base = node
            while isinstance(base, ast.Subscript | ast.Attribute):  # b[c] = 1 changes b
                base = base.value
            if isinstance(base, ast.Name):
                yield base.id


def without_magics(source: str) -> str:
    """Take the magics out of a cell."""
    return "\n".join(line for line in source.split("\n") if not line.startswith("%"))
