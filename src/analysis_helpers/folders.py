"""Files and folders that appear whole or not at all, written by one command at a time."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .errors import TalksError, UnwritableError


@contextmanager
def new_folder(folder: str | Path, replaces: str) -> Iterator[Path]:
    """Give a draft folder that becomes `folder` at the end, or vanishes where something fails.

    An existing folder is replaced only if it is empty or holds the file `replaces`, the mark of an
    earlier result of the same kind; a stranger's files are never deleted. A link is followed.
    """
    with lock_folder(folder, replaces) as target, draft_folder(target) as draft:
        yield draft


@contextmanager
def lock_folder(folder: str | Path, replaces: str) -> Iterator[Path]:
    """Give the real path of a folder that may be written, and keep every other command away from it."""
    from filelock import FileLock, Timeout

    target, new_parents = Path(os.path.realpath(folder)), list[Path]()
    lock = FileLock(target.with_name(f".{target.name}.lock"), timeout=0)
    try:
        _check_free(target, folder, replaces)
        new_parents += [parent for parent in target.parents if not parent.exists()]
        target.parent.mkdir(parents=True, exist_ok=True)
        with lock:
            try:
                yield target
            finally:
                Path(lock.lock_file).unlink(
                    missing_ok=True
                )  # whoever opened it meanwhile finds it gone, and is refused
    except Timeout:
        raise TalksError(
            f"{folder}: is being written already; expected one command at a time; wait until the other one ends"
        ) from None
    except OSError as error:
        raise UnwritableError(
            f"{folder}: cannot be written ({error.strerror or error}); check the disk and the permissions"
        ) from None
    finally:
        with suppress(OSError):  # they hold the result
            for parent in new_parents:
                parent.rmdir()


@contextmanager
def draft_folder(target: Path) -> Iterator[Path]:
    """Give a draft that takes the place of a locked folder at the end, or vanishes where something fails."""
    draft = target.with_name(f".{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir()
        yield draft
        if target.exists():
            shutil.rmtree(target)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _check_free(folder: Path, given: str | Path, replaces: str) -> None:
    """Check that a folder may be written: it is new, empty, or holds the mark of an earlier result."""
    if folder == Path.cwd():
        raise TalksError(f"{given}: is the working folder; expected a new folder; choose another name")
    if folder.is_symlink():  # all links were followed: this one leads to itself
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())) and not (folder / replaces).is_file():
        raise TalksError(
            f"{given}: exists and was not made by this command; expected a new folder; choose another name"
        )


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file whole or not at all, with its keys in order."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(path)
