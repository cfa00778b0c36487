"""Layout: lines of print become paragraphs again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_END = re.compile(r"[.!?:…][\"'”’)\]]*$")
_START = re.compile(r"\s{2,}|\t|[-•·*–]\s|\(?\d{1,3}[.)]\s|[A-Z][A-Z .'’-]{1,40}:|Q[:.]\s|[A-Z][\w.'’ -]{0,40}:\s")
MIN_LINES, MIN_WIDTH, MAX_WIDTH = 8, 45, 110


def unwrap_lines(text: str, *, always: bool = False) -> str:
    """Put lines that were broken at a page's width together to paragraphs; other texts stay as they are.

    A text is taken for broken by width if most of its lines end close to the same width without ending a
    sentence; `always` says that it is (PDF). A paragraph ends at a blank line, at a sentence's end on a
    short line, and before a bullet, a number or the label of a speaker. Word breaks by hyphen are undone before a
    small letter. Known weakness: in a text without blank lines, a paragraph whose last line is full runs
    into the next; "long-" at a line's end loses its hyphen.

    Examples
    --------
    >>> unwrap_lines("The delegations met in the morn-\\ning and went on.\\nQ: Will they meet again?", always=True)
    'The delegations met in the morning and went on.\\nQ: Will they meet again?'
    """
    lines = text.split("\n")
    width = _width(lines)
    if not (always or _is_wrapped(lines, width)):
        return text
    paragraphs: list[list[str]] = [[]]
    for above, line in zip(["", *lines], lines, strict=False):
        ended = _END.search(above.rstrip()) and len(above.strip()) < 0.85 * width
        if not line.strip() or ended or _START.match(line) or not above.strip():
            paragraphs.append([])
        paragraphs[-1].append(line.strip())
    return "\n".join(_join(lines) for lines in paragraphs if any(lines))


def _width(lines: Sequence[str]) -> int:
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    return lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0


def _is_wrapped(lines: Sequence[str], width: int) -> bool:
    full = [line.strip() for line in lines if line.strip()]
    if len(full) < MIN_LINES or not MIN_WIDTH <= width <= MAX_WIDTH or max(map(len, full)) > 1.3 * width:
        return False
    broken = [line for line in full if len(line) >= 0.75 * width and not _END.search(line)]
    return len(broken) >= 0.5 * len(full)


def _join(lines: Sequence[str]) -> str:
    pieces: list[str] = []
    for line in filter(None, lines):
        if pieces and re.search(r"[a-z]-$", pieces[-1][-2:]) and line[:1].islower():
            pieces[-1] = pieces[-1][:-1]
        elif pieces:
            pieces.append(" ")
        pieces.append(line)
    return "".join(pieces)


def drop_running_heads(pages: Sequence[str]) -> str:
    """Take out what stands at the head or foot of most pages, and numbers of pages; join the pages.

    The first and the last line of the pages are compared with their numbers masked, those next to them as they
    are. From three pages on. Known weakness: a second line of a running head that holds the number of the page stays.

    Examples
    --------
    >>> drop_running_heads([f"Invented Review\\nText of page {n} goes on\\n{n}" for n in (1, 2, 3)])
    'Text of page 1 goes on\\nText of page 2 goes on\\nText of page 3 goes on'
    """
    lines = [page.split("\n") for page in pages]
    edges = [_edges(page) for page in lines]
    heads = Counter(key for at in edges for key in set(at.values()))
    repeated = {key for key, n in heads.items() if n >= max(3, 0.6 * len(pages)) and len(key) <= 100}
    return "\n".join(
        line for page, at in zip(lines, edges, strict=True) for n, line in enumerate(page) if at.get(n) not in repeated
    )


def _edges(page: Sequence[str]) -> dict[int, str]:
    """The first two and the last two lines that hold something: by number, what is compared."""
    full = [n for n, line in enumerate(page) if line.strip()]
    inner = {n: " ".join(page[n].split()) for n in (*full[1:2], *full[-2:-1])}
    return inner | {n: re.sub(r"\d+", "#", " ".join(page[n].split())) for n in (*full[:1], *full[-1:])}
