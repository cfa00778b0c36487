"""Stages: the same work on all parts of a build, by this process, several, or a cluster, taken up where it stopped."""

import hashlib
import logging
import os
import pickle
import re
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.metadata import requires
from importlib.resources import files
from multiprocessing import get_all_start_methods, get_context, parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from tqdm import tqdm

from ..check import TABLES, fields_of
from ..corpus import lock_folder
from ..errors import TalksError, UnwritableError, is_short

if TYPE_CHECKING:
    import duckdb

DISTRIBUTION = "talks-in-words"
LATE = 120  # seconds after which another machine must see what one has written; a network disk remembers for up to 60
ANSWER, FIRST_WORKER = 10, 30  # seconds to wait for a scheduler, and for its first worker
# What takes seconds to import; where the system can, workers are copies of one process that did it.
LOADED = ("analysis_helpers.build.pipeline", "datasketch", "dateparser.date", "nltk", "py3langid")
PATIENCE = 30  # seconds without a result after which it is asked whether a worker is left
MEMORY = "1GB"  # of sums and joins; what does not fit is spilled to disk
# The types of columns that are no strings: those of the schema, and those that only checkpoints have.
_ARROW = {"integer": pa.int32(), "number": pa.float64()}
_TYPES = {field["name"]: _ARROW.get(field["type"]) for table in TABLES for field in fields_of(table)}
_TYPES |= {"key": pa.uint64(), "signature": pa.binary(), "pmi": pa.float64(), "likelihood_ratio": pa.float64()}
_TYPES |= dict.fromkeys(("part", "position", "label_words", "n_quoted", "n", "n_passages"), pa.int64())
_CODE = frozenset((".py", ".csv", ".json", ".parquet"))
Work = Callable[..., int]
Frames = dict[str, pd.DataFrame]


class WorkersError(TalksError):
    """Those who should do the work cannot, or were lost: what is done is kept, and the same call goes on with it."""


@dataclass(frozen=True)
class Checkpoints:
    """The folder beside a corpus that is being built: a folder for each part and stage that is done."""

    folder: Path
    target: Path  # the corpus to be
    plan: str  # a digest: a part that a lost worker writes late, for an earlier plan, is not taken for ours

    @property
    def mark(self) -> Path:
        """The file that tells this build from all others."""
        return self.folder / self.plan

    def place(self, number: int, stage: str) -> Path:
        """The folder of one part at one stage."""
        return self.folder / f"{number:05d}-{self.plan}-{stage}"

    def numbers(self, stage: str) -> list[int]:
        """The parts that are done at a stage."""
        return sorted(int(path.name.partition("-")[0]) for path in self.folder.glob(f"[0-9]*-{self.plan}-{stage}"))

    def read(self, number: int, stage: str, table: str) -> pd.DataFrame:
        """Read one table of a part."""
        return pq.ParquetFile(self.place(number, stage) / f"{table}.parquet").read().to_pandas(date_as_object=False)

    def write(self, number: int, stage: str, frames: Frames) -> None:
        """Write the tables of a part, which appear at once; of two attempts, which write the same, one is kept."""
        place = self.place(number, stage)
        draft = place.with_name(f".{place.name}.{uuid4().hex}.draft")
        draft.mkdir()
        try:
            for name, frame in frames.items():
                pq.write_table(_typed(frame), draft / f"{name}.parquet")
            draft.rename(place)
        except OSError:
            if not place.is_dir():
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def connect(self, **tables: str) -> "duckdb.DuckDBPyConnection":
        """Open DuckDB on tables of all parts (`documents="prepared"`), in bounded memory."""
        import duckdb

        spill = str(self.folder / "spill")
        connection = duckdb.connect(config={"memory_limit": MEMORY, "threads": 2, "temp_directory": spill})
        for table, stage in tables.items():
            paths = [str(self.place(number, stage) / f"{table}.parquet") for number in self.numbers(stage)]
            connection.register(table, ds.dataset(paths))  # DuckDB itself would take a [ in a path for a pattern
        return connection

    def wait_for(self, numbers: set[int], stage: str) -> None:
        """Wait until these parts are seen here: a shared folder may show late what another machine wrote."""
        deadline = time.monotonic() + LATE
        while unseen := numbers.difference(self.numbers(stage)):
            if time.monotonic() > deadline:
                found = f"{self.place(min(unseen), stage)}: was written by a worker and is not seen here"
                remedy = "look at how it is shared, and call the same command again"
                raise WorkersError(f"{found}; expected one folder shared by all machines; {remedy}")
            time.sleep(0.2)


def _typed(frame: pd.DataFrame) -> pa.Table:
    """Make the Arrow table of a frame, by name, so that a column has its type also in a part where it is empty."""
    schema = pa.schema([(name, _TYPES.get(name) or pa.large_string()) for name in frame])
    return pa.Table.from_pandas(frame, schema=schema, preserve_index=False)


@contextmanager
def open_checkpoints(out: str | Path, replaces: str, plan: str) -> Iterator[Checkpoints]:
    """Give the checkpoints of an interrupted build of the same plan, or new ones; they go where no call can go on."""
    with lock_folder(out, replaces) as target:
        folder = target.with_name(f".{target.name}.building")
        try:
            if not (folder / plan).is_file():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(exist_ok=True)  # a worker that was thought lost may still write there
            (folder / plan).write_text(uuid4().hex)
            with _said(out):
                yield Checkpoints(folder, target, plan)
        except BaseException as error:
            can_go_on = not isinstance(error, TalksError) or isinstance(error, UnwritableError | WorkersError)
            if not (can_go_on and any(folder.glob("[0-9]*-*"))):
                shutil.rmtree(folder, ignore_errors=True)
            raise
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _said(out: str | Path) -> Iterator[None]:
    """Say in one sentence what stopped a build that can go on."""
    try:
        yield
    except Exception as error:
        again = "call the same command again, with fewer --workers"
        if isinstance(error, BrokenProcessPool):
            found = "a process was ended from outside (out of memory?)"
        elif is_short(error):
            found, again = f"memory ran out {' '.join(str(error).split())[:100]}", f"free memory, and {again}"
        elif isinstance(error, OSError):
            found = f"cannot be written ({error.strerror or error}); check the disk and the permissions"
            raise UnwritableError(f"{out}: {found}; what is done is kept, and the same command goes on") from None
        else:
            raise
        raise WorkersError(f"{out}: {found}; what is done is kept; {again}") from None


class Workers(NamedTuple):
    """Those who do the work: an executor, and how many tasks it may hold, so that memory stays bounded."""

    executor: Executor
    room: Callable[[], int]
    wrap: Callable[[Work], Work] = lambda work: work  # for a cluster


def run_stage(
    workers: Workers,
    checkpoints: Checkpoints,
    stage: str,
    work: Work,
    tasks: Iterable[tuple[Any, ...]],
    *,
    what: str,
    total: int | None = None,
) -> None:
    """Run the work of a stage on all tasks that are not done, in any order; work says how many documents it did."""
    numbers, running, work = set[int](), set[Future[int]](), workers.wrap(work)
    with tqdm(desc=what, unit=" documents", total=total, disable=None, leave=False) as bar:
        for task in tasks:
            numbers.add(task[0])
            if checkpoints.place(task[0], stage).is_dir():
                continue
            running.add(workers.executor.submit(work, *task))
            while len(running) > workers.room():
                running -= _take(workers, running, bar)
        while running:
            running -= _take(workers, running, bar)
    checkpoints.wait_for(numbers, stage)


def _take(workers: Workers, running: set[Future[int]], bar: tqdm) -> set[Future[int]]:
    """Wait for at least one task as long as it takes; where no worker is left to wait for, say so once."""
    said = ""
    while not (done := wait(running, PATIENCE, FIRST_COMPLETED).done):
        if not said and workers.room() == 1:
            said = "no worker is left; the build goes on when one is started; Ctrl-C ends it, what is done is kept"
            tqdm.write(said, file=sys.stderr)
    for future in done:
        bar.update(future.result())
    return done


@contextmanager
def open_workers(
    workers: int, scheduler: str | None, checkpoints: Checkpoints, places: Iterable[Path]
) -> Iterator[Workers]:
    """Give those who were asked for: a cluster where a scheduler is named, else so many processes."""
    if scheduler:
        with _open_cluster(scheduler, checkpoints, tuple(places)) as cluster:
            yield cluster
    elif workers > 1:
        context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
        context.set_forkserver_preload([*LOADED])
        pool = _Processes(workers, context, initializer=_begin)
        try:
            yield Workers(pool, lambda: workers + 1)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    else:
        yield Workers(_InProcess(), lambda: 0)


class _InProcess(Executor):
    """A task is done as soon as it is submitted, so that an interrupt stops it."""

    def submit(self, work: Work, /, *task: Any) -> Future[int]:
        done: Future[int] = Future()
        done.set_result(work(*task))
        return done


class _Processes(ProcessPoolExecutor):
    """Processes that are no copies of this one: they could inherit a lock that nobody opens."""

    def submit(self, work: Work, /, *task: Any) -> Future[int]:
        with _interrupts_held_back():
            return super().submit(work, *task)


def _begin() -> None:
    """Leave Ctrl-C, which reaches all processes of a terminal, to the first one, and end when that has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent_process().join()  # returns when it is gone, however it ended
    os._exit(1)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back while a process is born, Ctrl-C also in it: half of one could not end in order."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    held: list[Any] = []
    asked = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    handlers = {number: handler for number, handler in asked.items() if callable(handler)}
    for number in handlers:
        signal.signal(number, lambda *arguments: held.append(arguments))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # the new process inherits it
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if held:
            handlers[held[0][0]](*held[0])


@contextmanager
def _open_cluster(address: str, checkpoints: Checkpoints, places: tuple[Path, ...]) -> Iterator[Workers]:
    """Give the workers of a Dask cluster, after checking that they are as this machine."""
    try:
        import dask
        from cloudpickle import dumps
        from distributed import Client, KilledWorker
        from distributed.comm import CommClosedError
    except ImportError:
        raise WorkersError(
            f"{address}: Dask distributed is not installed here; expected the extra cluster; "
            f"run make cluster, or pip install '{DISTRIBUTION}[cluster]'"
        ) from None
    # A part with its texts may be larger than what Dask warns of; what is lost is said here, in one line.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "100MB"})
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WorkersError(
            f"{address}: no scheduler answers ({error}); expected the address of a Dask scheduler, such as "
            f"tcp://host:8786; start one with dask scheduler, or correct the address"
        ) from None
    needs = Needs(digest_code(), places, checkpoints.mark, checkpoints.mark.read_text())
    executor = client.get_executor(pure=False)

    def room() -> int:
        try:
            return len(client.nthreads()) + 1  # workers may come and go
        except OSError as error:
            raise CancelledError(str(error)) from None

    try:
        _check_cluster(client, address, needs)
        # Functions of the script itself travel whole; the scheduler unpacks nothing.
        yield Workers(executor, room, lambda work: partial(_work_there, needs, dumps(work)))
    except KilledWorker:
        raise WorkersError(
            f"{address}: one part ended several workers (out of memory?); what is done is kept; give each "
            f"worker more memory, and call the same command again"
        ) from None
    except (CancelledError, CommClosedError, TimeoutError) as error:
        raise WorkersError(
            f"{address}: the scheduler or its workers do not answer ({type(error).__name__}: {error}); what is "
            f"done is kept; look whether they run, start at least one worker, and call the same command again"
        ) from None
    finally:
        executor.shutdown(wait=False)  # a part that is worked on is finished there, and harms nothing
        client.close()


class Needs(NamedTuple):
    """What every machine must have: the same code, the same files at the same paths."""

    code: str
    places: tuple[Path, ...]
    mark: Path
    written: str  # what stands in the mark: a machine with a folder of the same name sees another


def _check_cluster(client: Any, address: str, needs: Needs) -> None:
    """Check the scheduler and every worker; those that come later are checked at each task."""
    named = [re.match(r"[\w.-]+", line)[0] for line in requires(DISTRIBUTION) or [] if "extra ==" not in line]
    packages = [DISTRIBUTION, *sorted(named), "python"]
    client.wait_for_workers(1, timeout=FIRST_WORKER)
    found = client.get_versions(packages=packages[:-1])
    expected = found["client"]["packages"]
    for name, there in [("the scheduler", found["scheduler"]), *sorted(found["workers"].items())]:
        for package in packages:
            if (its := there["packages"].get(package)) != expected[package]:
                wanted = f"expected {expected[package]}, as where the build runs; install the same there"
                raise WorkersError(f"{address}: {name} has {package} {its}; {wanted}")
    for name, fault in sorted(client.run(_find_fault, needs, on_error="return").items()):
        if isinstance(fault, Exception):  # it cannot even load the question
            fault = f"has another {DISTRIBUTION} or none ({fault}); expected that of here; install it there"  # noqa: PLW2901
        if fault:
            raise WorkersError(f"{address}: {name} {fault}")


def _find_fault(needs: Needs, dask_worker: Any = None) -> str:
    """Say what this worker lacks for a build: found, expected, remedy; or nothing."""
    from distributed import get_worker

    if digest_code() != needs.code:
        return "has the code in another state; expected that of where the build runs; install the same there"
    if (threads := (dask_worker or get_worker()).state.nthreads) > 1:  # they would wait for each other
        return f"has {threads} threads; expected 1; start it with --nthreads 1"
    unseen = [place for place in needs.places if not place.exists()]
    if not needs.mark.is_file() or needs.mark.read_text() != needs.written:
        unseen.append(needs.mark)
    if unseen:
        return f"does not see {unseen[0]}; expected sources and output in the same place on all machines; share them"
    return ""


def _work_there(needs: Needs, packed: bytes, *task: Any) -> int:
    fault = _find_fault(needs)
    try:
        work = pickle.loads(packed)
    except (ImportError, AttributeError) as error:
        fault = fault or f"cannot load a reader ({error}); expected its module; install it there, as it is here"
    if fault:
        raise WorkersError(f"the worker on {socket.gethostname()} {fault}")
    return work(*task)


@lru_cache(maxsize=1)
def digest_code() -> str:
    """Digest modules, word lists and weights, because a version does not tell two states of a checkout apart."""
    folder = Path(str(files("analysis_helpers")))
    paths = sorted(path for path in folder.rglob("*") if path.suffix in _CODE and "shipped" not in path.parts)
    sums = [(path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths]
    return hashlib.sha256(repr(sums).encode()).hexdigest()[:12]
