"""Run all races and print their table; `--write FILE` also puts it into a page between its two marks."""

from __future__ import annotations

import argparse
import os
import platform
import re
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from tqdm import tqdm

from .harness import Outcome, run_race

BEGIN, END = "<!-- races: written by make benchmark -->", "<!-- end of races -->"


def main() -> None:
    """Run the races, or those whose stage holds one of the words given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("stages", nargs="*", help="words of the stages to run (default: all)")
    parser.add_argument("--write", type=Path, help="page to put the table into")
    options = parser.parse_args()
    modules = [f"benchmarks.{path.stem}" for path in sorted(Path(__file__).parent.glob("races_*.py"))]
    races = [(module, number, race) for module in modules for number, race in enumerate(import_module(module).RACES)]
    wanted = [
        (module, number)
        for module, number, race in races
        if not options.stages or any(word in race.stage for word in options.stages)
    ]
    outcomes = [run_race(*race) for race in tqdm(wanted, unit=" races", disable=None, leave=False)]
    table = describe(outcomes)
    print(table)
    if options.write:
        page = options.write.read_text(encoding="utf-8")
        written = re.sub(rf"(?s){BEGIN}.*{END}", lambda _: f"{BEGIN}\n{table}\n{END}", page)
        options.write.write_text(written, encoding="utf-8")


def describe(outcomes: list[Outcome]) -> str:
    """Lay the outcomes out as a table in Markdown, with the machine they were measured on."""
    head = "| stage | ours, s | peer | peer, s | ratio | goal | results | memory added, ours / peer |"
    rows = [
        f"| {outcome.race.stage} | {outcome.ours:.2f} | {_peer(outcome)} | {outcome.theirs:.2f} | "
        f"{outcome.ratio:.1f} | {outcome.race.goal:g} | {outcome.results} | "
        f"{outcome.memory[0]:.0f} / {outcome.memory[1]:.0f} MB |"
        for outcome in outcomes
    ]
    machine = (
        f"{platform.system()} on {_processor()}, {os.cpu_count()} processors, Python {platform.python_version()}, "
        f"numpy {version('numpy')}, pandas {version('pandas')}, scikit-learn {version('scikit-learn')}. Processor "
        f"seconds on one thread, medians of three rounds by turns."
    )
    return "\n".join([machine, "", head, "|---|" + "---:|---|" + "---:|" * 3 + "---|---:|", *rows])


def _peer(outcome: Outcome) -> str:
    package = outcome.race.package
    return f"{outcome.race.peer} {version(package)}" if package else outcome.race.peer


def _processor() -> str:
    """The name of the processor, where the system tells it."""
    information = Path("/proc/cpuinfo")
    named = re.search(r"model name\s*:\s*(.+)", information.read_text()) if information.exists() else None
    return named[1].strip() if named else platform.machine()


if __name__ == "__main__":
    main()
