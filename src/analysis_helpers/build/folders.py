"""Folders that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import TalksError, UnwritableError


@contextmanager
def new_folder(folder: str | Path, replaces: str) -> Iterator[Path]:
    """Give a draft folder that becomes `folder` at the end, or vanishes where something fails.

    An existing folder is replaced only if it is empty or holds the file `replaces`, the mark of an
    earlier result of the same kind; a stranger's files are never deleted. A link is followed.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp()) / "result"
    >>> with new_folder(place, replaces="mark") as draft:
    ...     _ = (draft / "mark").write_text("done")
    >>> (place / "mark").read_text()
    'done'
    """
    given, folder = folder, Path(os.path.realpath(folder))
    draft = folder.parent / f".{folder.name}.draft"
    new_parents: list[Path] = []
    try:
        check_free(folder, given, replaces)
        shutil.rmtree(draft, ignore_errors=True)
        new_parents += [parent for parent in draft.parents if not parent.exists()]
        draft.mkdir(parents=True)
        yield draft
        if folder.exists():
            shutil.rmtree(folder)
        draft.rename(folder)
    except OSError as error:
        raise UnwritableError(
            f"{given}: cannot be written ({error.strerror or error}); check the disk and the permissions"
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        with suppress(OSError):  # they hold the result
            for parent in new_parents:
                parent.rmdir()


def check_free(folder: Path, given: str | Path, replaces: str) -> None:
    """Check that a folder may be written: it is new, empty, or holds the mark of an earlier result."""
    if folder == Path.cwd():
        raise TalksError(f"{given}: is the working folder; expected a new folder; choose another name")
    if folder.is_symlink():  # all links were followed: this one leads to itself
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())) and not (folder / replaces).is_file():
        raise TalksError(
            f"{given}: exists and was not made by this command; expected a new folder; choose another name"
        )
