"""Parts: the stages of a build, part by part, in one process or several, to be taken up again where they stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from .errors import TalksError, UnwritableError
from .folders import check_free

PLAN = "plan.json"
Task = tuple[int, Any]
Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Workshop:
    """The folder in which a corpus is built, beside the folder it will become; it stays when a build is interrupted."""

    folder: Path

    def place(self, number: int, stage: str) -> Path:
        """The folder of one part at one stage."""
        return self.folder / f"{number:05d}-{stage}"

    def missing(self, stage: str, tasks: Iterable[Task]) -> Iterator[Task]:
        """The tasks that are not yet done at a stage."""
        return (task for task in tasks if not self.place(task[0], stage).is_dir())

    def numbers(self, stage: str) -> list[int]:
        """The parts that are done at a stage."""
        return sorted(int(path.name[:5]) for path in self.folder.glob(f"[0-9]*-{stage}"))


@contextmanager
def open_workshop(out: str | Path, replaces: str, plan: dict[str, Any]) -> Iterator[Workshop]:
    """Give the folder in which the corpus `out` is built: that of an interrupted build of the same plan, or a new one.

    Where the build fails for a reason that another call cannot mend, the folder goes; after an interrupt, a
    full disk or a crash it stays, and the next call goes on there.
    """
    target = Path(os.path.realpath(out))
    folder = target.parent / f".{target.name}.building"
    new_parents = [parent for parent in folder.parents if not parent.exists()]
    try:
        check_free(target, out, replaces)
        if _read_plan(folder) != plan:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            write_json(folder / PLAN, plan)
        yield Workshop(folder)
    except UnwritableError:
        raise
    except OSError as error:
        raise UnwritableError(
            f"{out}: cannot be written ({error.strerror or error}); check the disk and the permissions; "
            f"what is done is kept, and the same command goes on with it"
        ) from None
    except BrokenProcessPool:
        raise TalksError(
            f"{out}: a process was ended from outside (out of memory?); what is done is kept; "
            f"call the same command again, with fewer --workers"
        ) from None
    except TalksError:
        _clear(folder, new_parents)
        raise
    else:
        _clear(folder, [])


def _clear(folder: Path, new_parents: list[Path]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):  # they hold something else
        for parent in new_parents:
            parent.rmdir()


def _read_plan(folder: Path) -> Any:
    try:
        return json.loads((folder / PLAN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file whole or not at all, with its keys in order."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(path)


def write_frames(folder: Path, frames: Frames) -> None:
    """Write the frames of a part: into a folder of another name, which is then renamed."""
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    for name, frame in frames.items():
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), draft / f"{name}.parquet")
    draft.rename(folder)


def read_frame(folder: Path, name: str) -> pd.DataFrame:
    """Read one frame of a part."""
    return pq.ParquetFile(folder / f"{name}.parquet").read().to_pandas(date_as_object=False)


# ---------------------------------------------------------------------------------------------------
# One process or several


def run_stage(
    work: Callable[[int, Any], int], tasks: Iterable[Task], *, what: str, workers: int, total: int | None = None
) -> None:
    """Run the work of a stage on all its tasks: pure functions from files to files, so their order does not matter.

    In: a function that takes the number of a part and what it needs, and says how many documents it did. With
    one worker all runs here; otherwise in processes, and only a few tasks wait at a time, so that memory stays
    bounded. An interrupt lets no further task begin.
    """
    with tqdm(desc=what, unit=" documents", total=total, disable=None, leave=False) as bar:
        if workers == 1:
            for number, needed in tasks:
                bar.update(work(number, needed))
            return
        # Processes that start afresh: copies of this one could inherit a lock that nobody opens.
        pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_ignore_interrupts)
        running: deque[Future[int]] = deque()
        try:
            for number, needed in tasks:
                with _interrupts_held_back():
                    running.append(pool.submit(work, number, needed))
                while len(running) > workers + 1:
                    bar.update(running.popleft().result())
            while running:
                bar.update(running.popleft().result())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _ignore_interrupts() -> None:
    """Ctrl-C reaches all processes of a terminal; the first one ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Hold an interrupt back while a process is born, here and in it: half of one could not end in order."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    held: list[Any] = []
    handler = signal.signal(signal.SIGINT, lambda *arguments: held.append(arguments))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # the new process inherits it
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
        if held and callable(handler):
            handler(*held[0])
