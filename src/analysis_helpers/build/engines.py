"""Engines: who does the work of a stage: this process, or several of this machine; `cluster` has a third.

All engines take the same pure functions from files to files, so which of them works changes no byte of a result.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

Work = Callable[[int, Any], int]


class Engine:
    """The engine of one process: a task is done as soon as it is given.

    Its six methods are all that a stage knows of an engine: `check` before the work, `submit` a task, `room` for
    how many may be under way, `wait` for some of them, the `result` of one that is done, and `close` at the end,
    which begins no further task.
    """

    def check(self, lock: Path, places: Iterable[Path], packages: Iterable[str]) -> None:
        """Check that those who work have the same packages (these, and what the suite stands on), and see the files."""

    def room(self) -> int:
        """Say how many tasks may be under way, so that memory stays bounded."""
        return 0

    def submit(self, work: Work, number: int, needed: Any) -> Future[int]:
        """Give a task: the number of a part, and what it needs."""
        done: Future[int] = Future()
        done.set_result(work(number, needed))
        return done

    def wait(self, running: set[Future[int]]) -> set[Future[int]]:
        """Wait until at least one task is done, and give those that are."""
        return wait(running, return_when=FIRST_COMPLETED).done

    def result(self, done: Future[int]) -> int:
        """Say how many documents a task did, or raise what went wrong."""
        return done.result()

    def close(self) -> None:
        """Let go of those who work; what waits is cancelled."""


class Processes(Engine):
    """The engine of several processes, which start afresh: copies could inherit a lock that nobody opens."""

    def __init__(self, workers: int) -> None:
        """Take the number of processes; they are born when there is something to do."""
        self._workers = workers
        self._pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_ignore_interrupts)

    def room(self) -> int:
        """One task waits beside those that are worked on."""
        return self._workers + 1

    def submit(self, work: Work, number: int, needed: Any) -> Future[int]:
        """Give a task to the next free process."""
        with _interrupts_held_back():
            return self._pool.submit(work, number, needed)

    def close(self) -> None:
        """Wait for the tasks that were begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)


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
