"""Folders that appear whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import TalksError


@contextmanager
def new_folder(folder: str | Path, replaces: str) -> Iterator[Path]:
    """Give a draft folder that becomes `folder` at the end, or vanishes where something fails.

    An existing folder is replaced only if it is empty or holds the file `replaces`, the mark of an
    earlier result of the same kind; a stranger's files are never deleted.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp()) / "result"
    >>> with new_folder(place, replaces="mark") as draft:
    ...     _ = (draft / "mark").write_text("done")
    >>> (place / "mark").read_text()
    'done'
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())) and not (folder / replaces).is_file():
        raise TalksError(
            f"{folder}: exists and was not made by this command; expected a new folder; choose another name"
        )
    draft = folder.parent / f".{folder.name}.draft"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(parents=True)
        yield draft
        if folder.exists():
            shutil.rmtree(folder)
        draft.rename(folder)
    except OSError as error:
        raise TalksError(
            f"{folder}: cannot be written ({error.strerror}); check the disk and the permissions"
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
