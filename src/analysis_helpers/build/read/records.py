"""Records: what is known of a document, and the rows of delimited tables."""

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from ...errors import TalksError, UnreadableError
from ...words import find_words

Record = dict[str, Any]

SIDES = ("US", "CN", "other")
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
MAX_SEARCHES = 20  # how often, on average, a line is read again after a quote that is not closed
FREE_SEARCHES = 10_000  # lines for which that is given in advance
# A long text may fill a cell; by itself the module stops at 131,072 characters. Beyond this, a quote is not closed.
csv.field_size_limit(200_000_000)


def read_rows(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Read the rows of a CSV table with their numbers, the header first; blank lines are no rows."""
    number = 1
    try:
        for cells in filter(None, csv.reader(io.StringIO(text, newline=""), strict=True)):
            yield number, cells
            number += 1
    except csv.Error as error:
        raise TalksError(f"{name} row {number}: {_no_row(error)}") from None


def read_all_rows(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | UnreadableError]]:
    """Read the rows of a delimited table, numbered; one that cannot be read is a reason, and reading goes on."""
    lines = _Lines(lines)
    number, width, searched = 0, 0, 0
    while True:
        try:
            for cells in csv.reader(lines, delimiter=delimiter, strict=True):
                lines.row.clear()
                if cells:
                    number, width = number + 1, width or len(cells)
                    yield number, cells
            return
        except csv.Error as error:
            number, span = number + 1, len(lines.row)
            searched += span
            signs = next(csv.reader(lines.row[:1], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
            # Where a quote inside a line ends no cell, it is a sign if the line then has as many cells as the header.
            if span == 1 and len(signs) == width and str(error) != "unexpected end of data":
                yield number, signs
            elif width == 1 or searched > MAX_SEARCHES * (lines.n_read + FREE_SEARCHES):
                yield number, _no_row(error, " (and all rows after it)")  # of one column, any line would be a row
                return
            else:
                yield number, _no_row(error)
            lines.go_back()


class _Lines:
    """Lines of which those of the row under way are kept, so that all but the first can be read again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._fresh, self._again = iter(lines), deque[str]()
        self.row: list[str] = []
        self.n_read = 0

    def __iter__(self) -> Iterator[str]:
        while True:
            fresh = [] if self._again else list(islice(self._fresh, 1))
            self.n_read += len(fresh)
            self._again.extend(fresh)
            if not self._again:
                return
            self.row.append(self._again.popleft())
            yield self.row[-1]

    def go_back(self) -> None:
        self._again.extendleft(reversed(self.row[1:]))
        self.row.clear()


def _no_row(error: Exception, after: str = "") -> UnreadableError:
    reason = f"is no row of a CSV table ({error}); expected commas between the cells and quotes in pairs{after}"
    return UnreadableError(reason, "close the quotes")


def check_header(name: str, cells: Sequence[str]) -> list[str]:
    """Give the names of the columns without blanks around them; raises `TalksError` where one stands twice."""
    columns = [cell.strip() for cell in cells]
    twice = next((column for column, times in Counter(columns).items() if column and times > 1), None)
    if twice:
        raise TalksError(f"{name}: the column {twice} stands twice in the header; expected each once; rename one")
    return columns


def ragged(n_columns: int) -> UnreadableError:
    """Say that a row has another number of cells than its header."""
    reason = f"the number of cells differs from the header's {n_columns}; expected one cell a column"
    return UnreadableError(reason, "quote cells that hold commas or line breaks")


def plain(value: str) -> str:
    """Make a value from a file fit for a table: one line, no control characters, blanks at its ends gone."""
    return " ".join(NO_TEXT.sub(lambda found: "\ufffd" if found[0] >= "\ud800" else "", value).split())


def as_text(value: object) -> str:
    """Make a value text that can be written; half a character of UTF-16 is a lost one."""
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def lost_words(before: str, after: str) -> list[str]:
    """Words that a step took out, as one string (an empty list where it took none)."""
    lost = Counter(find_words(before)) - Counter(find_words(after)) if before != after else None
    return [" ".join(lost.elements())] if lost else []


def aside(where: str, problem: UnreadableError) -> Record:
    """Give the record of what cannot become a document."""
    return {"where": where, "reason": problem.reason, "remedy": problem.remedy}
