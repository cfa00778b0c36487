"""The exceptions this package raises on purpose, and how they are shown on a terminal."""

from __future__ import annotations

import errno
import re


class TalksError(ValueError):
    """Something in the input is not as it must be: what was found, where, what was expected, what to do: one line."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class UnwritableError(TalksError):
    """A result could not be written, for a full disk or a missing permission: the same call can succeed later."""


class UnreadableError(TalksError):
    """A file, row or article that cannot become a document: it is set aside in `rejected.csv`; the build goes on."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}; {remedy}")
        self.reason, self.remedy = reason, remedy

    @classmethod
    def of(cls, error: TalksError, where: str) -> UnreadableError:
        """Take an error about one place apart again: the remedy is what stands behind the last semicolon."""
        return cls(*str(error).removeprefix(f"{where}: ").rsplit("; ", 1))


_SHORT = ("Memory allocation failed", "Error -4 while", "Out of Memory Error")  # of lxml, zlib and DuckDB


def is_short(error: object) -> bool:
    """Tell whether memory ran out, whatever a library says of it; over a terabyte is a file's lie, not a shortage."""
    while isinstance(error, BaseException):
        said = str(error).startswith(_SHORT)
        if said or isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
            return not re.search(r"\d{13}", str(error))
        error = error.__cause__ or error.__context__
    return False


def stop_if_short(error: object, where: str = "") -> None:
    """Raise `MemoryError` if that is what went wrong: it is no fault of a file, and no reason to keep other words."""
    if is_short(error):
        raise MemoryError(where or str(error)) from None


def for_terminal(text: str) -> str:
    """Take the control characters out of a text that a file may have brought: a terminal would obey them."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "\ufffd", text.replace("\t", " "))
