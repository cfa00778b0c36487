"""Cluster: the machines behind a scheduler of Dask do the work of a stage; they must be alike, and see the files."""

from __future__ import annotations

import hashlib
import logging
import pickle
import platform
import re
import socket
import sys
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ..errors import WorkersError
from .engines import Engine, Work

DISTRIBUTION = "talks-in-words"
ANSWER, FIRST_WORKER = 10, 30  # seconds to wait for a scheduler, and for its first worker
PATIENCE = 30  # seconds without a result after which it is asked whether a worker is left
_CODE = frozenset((".py", ".csv", ".json", ".parquet"))


class Cluster(Engine):
    """The engine of many machines, through Dask distributed: what a lost worker had begun is done by another."""

    def __init__(self, address: str) -> None:
        """Find the scheduler. Raises `TalksError` where the extra is missing or nothing answers."""
        try:
            import dask
            from distributed import Client, KilledWorker
        except ImportError:
            raise WorkersError(
                f"{address}: Dask distributed is not installed here; expected the extra cluster; "
                f"run make cluster, or pip install '{DISTRIBUTION}[cluster]'"
            ) from None
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what is lost is said here, in one line
        # A part with its texts may be larger than what Dask warns of.
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "100MB"})
        self._address, self._killed, self._needs = address, KilledWorker, Needs()
        try:
            self._client = Client(address, timeout=ANSWER, set_as_default=False)
        except (OSError, ValueError) as error:
            raise WorkersError(
                f"{address}: no scheduler answers ({error}); expected the address of a Dask scheduler, such as "
                f"tcp://host:8786; start one with dask scheduler, or correct the address"
            ) from None
        self._tasks = self._client.get_executor(pure=False)

    def check(self, lock: Path, places: Iterable[Path], packages: Iterable[str]) -> None:
        """Check the scheduler and every worker; those that come later are checked at each task."""
        self._needs = Needs(list_packages(packages), tuple(places), ((lock, lock.read_text("utf-8")),))
        try:
            self._client.wait_for_workers(1, timeout=FIRST_WORKER)
            faults = self._client.run(find_fault, self._needs, on_error="return")
            faults["the scheduler"] = self._client.run_on_scheduler(find_fault, Needs(self._needs.packages))
            threads = self._client.nthreads()
        except Exception as error:  # of the network, or of Dask
            raise self._lost(error) from None
        for name, fault in sorted(faults.items()):
            if said := _say(fault, threads.get(name, 1)):
                raise WorkersError(f"{self._address}: {name} {said}")

    def room(self) -> int:
        """One task waits beside those that are worked on; workers may come and go."""
        try:
            return len(self._client.nthreads()) + 1
        except Exception as error:  # of the network, or of Dask
            raise self._lost(error) from None

    def submit(self, work: Work, number: int, needed: Any) -> Future[int]:
        """Give a task to the scheduler, with all that it needs but the files."""
        from cloudpickle import dumps  # functions of the script itself travel whole; the scheduler unpacks nothing

        return self._tasks.submit(_work_there, self._needs, dumps((work, number, needed)))

    def wait(self, running: set[Future[int]]) -> set[Future[int]]:
        """Wait as long as it takes; where no worker is left to wait for, say so once."""
        said = False
        while not (done := wait(running, PATIENCE, FIRST_COMPLETED).done):
            if not said and self.room() == 1:
                said = True
                lost = f"{self._address}: no worker is left; the build goes on when one is started; Ctrl-C ends it"
                tqdm.write(f"{lost}, what is done is kept", file=sys.stderr)
        return done

    def result(self, done: Future[int]) -> int:
        """Say how many documents a task did; raises `WorkersError` where it was lost, again and again."""
        try:
            return done.result()
        except CancelledError as error:
            raise self._lost(error) from None
        except self._killed:
            raise WorkersError(
                f"{self._address}: one part ended several workers (out of memory?); what is done is kept; give each "
                f"worker more memory, and call the same command again"
            ) from None

    def close(self) -> None:
        """Cancel what waits; a part that is worked on is finished there, and harms nothing."""
        self._tasks.shutdown(wait=False)
        self._client.close()

    def _lost(self, error: Exception) -> WorkersError:
        return WorkersError(
            f"{self._address}: the scheduler or its workers do not answer ({type(error).__name__}: {error}); what is "
            f"done is kept; look whether they run, start at least one worker, and call the same command again"
        )


def _say(fault: str | Exception, threads: int) -> str:
    if isinstance(fault, Exception):  # it cannot even load the question
        return f"has another {DISTRIBUTION} or none ({fault}); expected that of here; install it there"
    if not fault and threads > 1:  # they would wait for each other, with the memory of several
        return f"has {threads} threads; expected 1; start it with --nthreads 1"
    return fault


def _work_there(needs: Needs, task: bytes) -> int:
    from distributed import get_worker

    fault = _say(find_fault(needs), get_worker().state.nthreads)
    try:
        work, number, needed = pickle.loads(task)
    except (ImportError, AttributeError) as error:
        fault = fault or f"cannot load a reader ({error}); expected its module; install it there, as it is here"
    if fault:
        raise WorkersError(f"the worker on {socket.gethostname()} {fault}")
    return work(number, needed)


# ---------------------------------------------------------------------------------------------------
# What a machine must have


@dataclass(frozen=True)
class Needs:
    """What every machine must have: the same packages, the same files at the same paths."""

    packages: tuple[tuple[str, str], ...] = ()
    places: tuple[Path, ...] = ()
    marks: tuple[tuple[Path, str], ...] = ()  # files and what stands in them


def list_packages(also: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
    """List what the figures of this machine are made with: this package, its code, Python, what it stands on.

    Examples
    --------
    >>> [name for name, _ in list_packages()][:3]
    ['talks-in-words', 'the code of analysis_helpers', 'Python']
    """
    named = [line for line in requires(DISTRIBUTION) or [] if "extra ==" not in line]
    names = sorted({re.match(r"[\w.-]+", line)[0] for line in named} | set(also))
    own = [(DISTRIBUTION, _version(DISTRIBUTION)), ("the code of analysis_helpers", _hash_code())]
    python = ".".join(platform.python_version_tuple()[:2])
    return (*own, ("Python", python), *((name, _version(name)) for name in names))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


@lru_cache(maxsize=1)
def _hash_code() -> str:
    """Sum up the modules, word lists and weights: a version does not tell two states of a checkout apart."""
    folder = Path(str(files("analysis_helpers")))
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.suffix in _CODE}
    sums = [(name, hashlib.sha256(path.read_bytes()).hexdigest()) for name, path in sorted(paths.items())]
    return hashlib.sha256(repr([pair for pair in sums if not pair[0].startswith("shipped/")]).encode()).hexdigest()[:12]


@lru_cache(maxsize=8)
def _packages_differ(wanted: tuple[tuple[str, str], ...]) -> str:
    here = dict(list_packages(name for name, _ in wanted[3:]))  # the first three are always listed
    for name, expected in wanted:
        if here[name] != expected:
            return f"has {name} {here[name]}; expected {expected}, as where the build runs; install the same there"
    return ""


def find_fault(needs: Needs) -> str:
    """Say what this machine lacks for a build: found, expected, remedy; or nothing.

    Examples
    --------
    >>> find_fault(Needs(list_packages(), (Path("no such folder"),)))
    'does not see no such folder; expected the sources and the output in the same place on all machines; share them'
    >>> find_fault(Needs(list_packages()))
    ''
    """
    if fault := _packages_differ(needs.packages):
        return fault
    unseen = [place for place in needs.places if not place.exists()]
    unseen += [place for place, mark in needs.marks if not place.is_file() or place.read_text("utf-8") != mark]
    if unseen:
        return (
            f"does not see {unseen[0]}; expected the sources and the output in the same place on all machines; "
            f"share them"
        )
    return ""
