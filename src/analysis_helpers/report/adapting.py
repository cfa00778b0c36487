"""Adapting: what a notebook shows on a corpus that cannot answer all of its questions."""

from __future__ import annotations

import ast
import re
import string
import traceback
from collections.abc import Iterator
from typing import Any

NOTE, END = "```{admonition} Not on this corpus\n:class: note\n\n", "\n```"
RESTS = "This rests on a step above that the corpus cannot answer."


def plain(text: str) -> str:
    """Write any text so that Markdown shows it letter by letter: no markup, no link, no HTML, one line.

    Examples
    --------
    >>> print(plain("<b>*my* corpus\\n[x](y)"))
    \\<b\\>\\*my\\* corpus \\[x\\]\\(y\\)
    """
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return "".join(f"\\{sign}" if sign in string.punctuation else sign for sign in line)


# ---------------------------------------------------------------------------------------------------
# In the kernel


def forget_what_failed() -> None:
    """Tell this kernel to forget what a failed cell would have made, so that no later cell shows an older table."""
    from IPython import get_ipython

    shell = get_ipython()

    def forget(result: Any) -> None:
        if result.error_in_exec is not None:
            steps = traceback.walk_tb(result.error_in_exec.__traceback__)
            line = next(line for frame, line in steps if frame.f_globals is shell.user_ns)
            for name in made_names(shell.transform_cell(result.info.raw_cell), line):
                shell.user_ns.pop(name, None)

    shell.events.register("post_run_cell", forget)


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


# ---------------------------------------------------------------------------------------------------
# On the page


def error_of(cell: Any) -> Any:
    """Find the error among the outputs of a cell; None where it ran."""
    return next((output for output in cell.get("outputs", []) if output.output_type == "error"), None)


def leave_out_unanswered(cells: list[Any]) -> list[Any]:
    """Put a note in the place of each cell that the corpus cannot answer, and leave out what rests on it.

    In: the cells of an executed notebook. Out: its cells; a cell that raised `TalksError` has become a
    note with the reason, said once a section; a cell that lacked a name of such a cell is left out, and so
    is the paragraph that reads a table which is not there. Any other failure stays as it is.

    Known weakness: the sentences beside a figure that is there still speak of the shipped corpus.

    Examples
    --------
    >>> import nbformat
    >>> cells = [nbformat.v4.new_code_cell("a = 1"), nbformat.v4.new_code_cell("a")]
    >>> cells[0].outputs = [nbformat.v4.new_output("error", ename="TalksError", evalue="no date", traceback=[])]
    >>> cells[1].outputs = [nbformat.v4.new_output("error", ename="NameError", evalue="name 'a' is not defined")]
    >>> [cell.source.split("\\n")[3] for cell in leave_out_unanswered(cells)]
    ['No date\\\\.']
    """
    kept: list[Any] = []
    said: set[str] = set()
    lost: set[str] = set()
    shown, missing = 0, 0  # cells since the last paragraph
    for cell in cells:
        reason = _reason(cell, lost)
        if reason is not None:
            lost |= made_names(without_magics(cell.source))
            missing += 1
            text = reason or RESTS
            if text not in said and (reason or not said):
                _note(kept, cell.id, text)
                said.add(text)
            continue
        if cell.cell_type == "code":
            shown += bool(cell.outputs)
        else:
            unread = cell.id.endswith("-so") and missing and not shown
            said = set() if re.search(r"(?m)^## ", cell.source) else said
            shown, missing = 0, 0
            if unread:
                continue
        kept.append(cell)
    return kept


def _note(kept: list[Any], cell_id: str, text: str) -> None:
    """Say why something is left out: in the note directly above, or in one of its own."""
    from nbformat.v4 import new_markdown_cell

    sentence = plain(f"{text[:1].upper()}{text[1:].rstrip('.')}.")
    if kept and kept[-1].source.startswith(NOTE):
        kept[-1].source = f"{kept[-1].source.removesuffix(END)}\n\n{sentence}{END}"
    else:
        kept.append(new_markdown_cell(f"{NOTE}{sentence}{END}", id=cell_id))


def _reason(cell: Any, lost: set[str]) -> str | None:
    """Say why a cell is left out: in words, "" where it rests on another one, None where it is not."""
    error = error_of(cell)
    if error is None:
        return None
    if error.ename == "TalksError":
        return error.evalue
    name = re.match(r"name '(\w+)' is not defined", error.evalue)
    return "" if error.ename == "NameError" and name and name[1] in lost else None


def without_magics(source: str) -> str:
    """Take the magics out of a cell."""
    return "\n".join(line for line in source.split("\n") if not line.startswith("%"))
