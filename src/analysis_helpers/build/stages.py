"""Parts: the stages of a build, part by part, to be taken up again where they stopped."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from ..errors import TalksError, UnwritableError, WorkersError
from .cluster import Cluster
from .engines import Engine, Processes, Work
from .folders import check_free

PLAN = "plan.json"
LATE = 120  # seconds after which another machine must see what one has written; a network disk remembers for up to 60
Task = tuple[int, Any]
Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Workshop:
    """The folder in which a corpus is built, beside the folder it will become; it stays when a build is interrupted."""

    folder: Path
    plan: str  # a short sum of it: a part that a lost worker writes late, for an earlier plan, is not taken for ours
    lock: Path  # the file that keeps a second build away

    def place(self, number: int, stage: str) -> Path:
        """The folder of one part at one stage."""
        return self.folder / f"{number:05d}-{self.plan}-{stage}"

    def numbers(self, stage: str) -> list[int]:
        """The parts that are done at a stage."""
        return sorted(int(path.name.partition("-")[0]) for path in self.folder.glob(f"[0-9]*-{self.plan}-{stage}"))

    def wait_for(self, numbers: set[int], stage: str) -> None:
        """Wait until these parts are seen here: a shared folder may show late what another machine wrote."""
        deadline = time.monotonic() + LATE
        while unseen := numbers.difference(self.numbers(stage)):
            if time.monotonic() > deadline:
                raise WorkersError(
                    f"{self.place(min(unseen), stage)}: was written by a worker and is not seen here; expected one "
                    f"folder shared by all machines; look at how it is shared, and call the same command again"
                )
            time.sleep(0.2)


@contextmanager
def open_workshop(out: str | Path, replaces: str, plan: dict[str, Any]) -> Iterator[Workshop]:
    """Give the folder in which the corpus `out` is built: that of an interrupted build of the same plan, or a new one.

    Where the build fails for a reason that another call cannot mend, the folder goes; after an interrupt, a
    full disk, a lost worker or a crash it stays, and the next call goes on there. A second build is refused.
    """
    target = Path(os.path.realpath(out))
    folder = target.parent / f".{target.name}.building"
    new_parents = [parent for parent in folder.parents if not parent.exists()]
    try:
        check_free(target, out, replaces)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _lock(target, out) as lock, _cleared_at_the_end(folder):
            if _read_json(folder / PLAN) != plan:
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(exist_ok=True)  # a worker that was thought lost may still write there
                write_json(folder / PLAN, plan)
            digest = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()[:8]
            yield Workshop(folder, digest, lock)
    except OSError as error:
        raise UnwritableError(
            f"{out}: cannot be written ({error.strerror or error}); check the disk and the permissions; "
            f"what is done is kept, and the same command goes on with it"
        ) from None
    except BrokenProcessPool:
        raise WorkersError(
            f"{out}: a process was ended from outside (out of memory?); what is done is kept; "
            f"call the same command again, with fewer --workers"
        ) from None
    finally:
        with suppress(OSError):  # they hold something
            for parent in new_parents:
                parent.rmdir()


@contextmanager
def _cleared_at_the_end(folder: Path) -> Iterator[None]:
    """Delete the folder of a build that is done, or that another call cannot mend, or that has nothing to keep."""
    try:
        yield
    except (UnwritableError, WorkersError):
        if not any(folder.glob("[0-9]*")):
            shutil.rmtree(folder, ignore_errors=True)
        raise
    except TalksError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    else:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _lock(target: Path, out: str | Path) -> Iterator[Path]:
    """Keep a second build of the same corpus away: a file beside it says who builds, as long as one does."""
    lock = target.parent / f".{target.name}.lock"
    if _is_left_behind(lock):
        lock.unlink(missing_ok=True)
    try:
        file = lock.open("x", encoding="utf-8")
    except FileExistsError:
        owner = _read_json(lock) or {"process": "?", "host": "?"}
        raise TalksError(
            f"{out}: is being built already (process {owner['process']} on {owner['host']}); expected one build at a "
            f"time; wait until it ends, or, if it does not run any more, delete {lock}"
        ) from None
    try:
        with file:
            json.dump({"process": os.getpid(), "host": socket.gethostname(), "build": uuid4().hex}, file)
        yield lock
    finally:
        lock.unlink(missing_ok=True)


def _is_left_behind(lock: Path) -> bool:
    """Tell whether the build that made a lock has crashed; of other machines, and on Windows, nobody can tell."""
    owner = _read_json(lock)
    if os.name != "posix" or not owner or owner["host"] != socket.gethostname():
        return False
    try:
        os.kill(owner["process"], 0)  # signal 0 does nothing but find the process
    except ProcessLookupError:
        return True
    except PermissionError:  # it is there, and another user's
        return False
    return False


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file whole or not at all, with its keys in order."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(path)


def write_frames(folder: Path, frames: Frames) -> None:
    """Write the frames of a part: into a folder of another name, which is then renamed.

    Two attempts at one part, where a worker was thought lost, write the same: the first to end is kept.
    """
    draft = folder.with_name(f".{folder.name}.{uuid4().hex}.draft")
    draft.mkdir()
    try:
        for name, frame in frames.items():
            pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), draft / f"{name}.parquet")
        draft.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def read_frame(folder: Path, name: str) -> pd.DataFrame:
    """Read one frame of a part."""
    return pq.ParquetFile(folder / f"{name}.parquet").read().to_pandas(date_as_object=False)


# ---------------------------------------------------------------------------------------------------
# A stage: the same work on all parts


@contextmanager
def open_engine(workers: int, scheduler: str | None = None) -> Iterator[Engine]:
    """Give the engine that was asked for: a cluster where a scheduler is named, else so many processes."""
    engine = Cluster(scheduler) if scheduler else Processes(workers) if workers > 1 else Engine()
    try:
        yield engine
    finally:
        engine.close()


def run_stage(
    engine: Engine,
    shop: Workshop,
    stage: str,
    work: Work,
    tasks: Iterable[Task],
    *,
    what: str,
    total: int | None = None,
) -> None:
    """Run the work of a stage on all its tasks: pure functions from files to files, so their order does not matter.

    In: a function that takes the number of a part and what it needs, and says how many documents it did. Parts that
    are done are passed over; only a few tasks wait at a time, so that memory stays bounded. An interrupt lets no
    further task begin.
    """
    numbers, running = set[int](), set[Future[int]]()
    with tqdm(desc=what, unit=" documents", total=total, disable=None, leave=False) as bar:
        for number, needed in tasks:
            numbers.add(number)
            if shop.place(number, stage).is_dir():
                continue
            running.add(engine.submit(work, number, needed))
            while len(running) > engine.room():
                running -= _take(engine, running, bar)
        while running:
            running -= _take(engine, running, bar)
    shop.wait_for(numbers, stage)


def _take(engine: Engine, running: set[Future[int]], bar: tqdm) -> set[Future[int]]:
    done = engine.wait(running)
    for future in done:
        bar.update(engine.result(future))
    return done
