"""The harness of the races: each side in a fresh process, by turns, medians of processor seconds, results compared."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from statistics import median
from typing import Any

ROUNDS = 3
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Race:
    """One stage of the suite against one peer.

    `prepare` gives the input and `warm` imports and loads what both sides need; neither is timed. `equal`
    says in words how far the two results agree. `goal` is the ratio (peer's seconds by ours) to be reached.
    """

    stage: str
    peer: str
    package: str | None
    goal: float
    prepare: Callable[[], Any]
    warm: Callable[[Any], None]
    ours: Callable[[Any], Any]
    theirs: Callable[[Any], Any]
    equal: Callable[[Any, Any], str]


@dataclass(frozen=True)
class Outcome:
    """What a race showed: medians of processor seconds and of added memory (MB), and how far the results agree."""

    race: Race
    ours: float
    theirs: float
    memory: tuple[float, float]
    results: str

    @property
    def ratio(self) -> float:
        """How many times the peer's seconds are ours."""
        return self.theirs / self.ours


def run_race(module: str, number: int) -> Outcome:
    """Run both sides by turns, each time in a new process, then compare their results in one more."""
    taken: dict[str, list[tuple[float, float]]] = {"ours": [], "theirs": []}
    for _ in range(ROUNDS):
        for side, times in taken.items():
            found = _in_new_process(module, number, side)
            times.append((found["seconds"], found["memory"]))
    results = _in_new_process(module, number, "equal")["results"]
    seconds, memory = ([median(pair[which] for pair in taken[side]) for side in ("ours", "theirs")] for which in (0, 1))
    race = import_module(module).RACES[number]
    return Outcome(race, seconds[0], seconds[1], (memory[0], memory[1]), results)


def _in_new_process(module: str, number: int, side: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.harness", module, str(number), side]
    done = subprocess.run(
        command, env=os.environ | ONE_THREAD | {"PYTHONHASHSEED": "0"}, stdout=subprocess.PIPE, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def _measure(race: Race, side: str) -> dict[str, Any]:
    data = race.prepare()
    race.warm(data)
    if side == "equal":
        return {"results": race.equal(race.ours(data), race.theirs(data))}
    seconds, memory = _seconds(), _peak()
    getattr(race, side)(data)
    return {"seconds": _seconds() - seconds, "memory": _peak() - memory}


def _seconds() -> float:
    """Processor seconds of this process and of its children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak() -> float:
    """Most memory this process held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


if __name__ == "__main__":
    module, number, side = sys.argv[1:]
    print(json.dumps(_measure(import_module(module).RACES[int(number)], side)))
