"""Measure whole builds beside the script by hand, in the same run; `--write PAGE` puts the table there."""

import argparse
import ctypes
import gzip
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.compute as pc
import pyarrow.parquet as pq

BEGIN, END = "<!-- builds: written by make benchmark -->", "<!-- end of builds -->"
HEAD = ["| build | seconds | processor seconds | largest process, MB | documents | words | sentences |"]
PEER = Path(__file__).with_name("by_hand.py")


def run(command: list[str | Path]) -> tuple[list[float], str]:
    """Run a command: its seconds, its processor seconds, the memory of its largest process, what it said last."""
    ctypes.CDLL(None).prctl(
        36, 1, 0, 0, 0
    )  # Linux: processes whose parent has ended come to us, so that they count too
    started = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    said = process.stdout.read()
    seconds, memory = 0.0, 0.0
    with suppress(ChildProcessError):  # when all have ended
        while True:
            ended, status, used = os.wait3(0)
            seconds, memory = seconds + used.ru_utime + used.ru_stime, max(memory, used.ru_maxrss / 1024)
            if ended == process.pid:
                wall, process.returncode = time.perf_counter() - started, os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"failed: {command}")
    return [wall, seconds, memory], said.splitlines()[-1]


def measure(name: str, sources: list[Path], texts: Path, *options: str) -> Iterator[str]:
    """Build `sources` and measure `texts`, which hold the same, by hand: two rows of the table and one of ratios."""
    out = texts.with_suffix(".corpus")
    ours, _ = run([sys.executable, "-m", "analysis_helpers.cli", "build", *sources, *options, "--out", out])
    totals = json.loads((out / "corpus.json").read_text(encoding="utf-8"))["totals"]
    n_words = pc.sum(pq.read_table(out / "documents", columns=["n_words"])["n_words"]).as_py()
    ours += [totals["documents"], n_words, totals["sentences"]]
    peer, said = run([sys.executable, PEER, texts, texts.with_suffix(".by_hand")])
    peer += json.loads(said)
    for who, row in (("talks build", ours), ("by hand", peer)):
        cells = [f"{row[0]:.1f}", f"{row[1]:.1f}", *(f"{n:,.0f}" for n in row[2:])]
        yield f"| {name}: {who} | {' | '.join(cells)} |"
    yield f"| ratio | {' | '.join(f'{one / other:.2f}' for one, other in zip(ours, peer, strict=True))} |"


def shipped(originals: Path, folder: Path) -> Iterator[str]:
    """Measure the build of the shipped corpus."""
    articles, statements, texts = originals / "articles", originals / "statements_2025.jsonl", folder / "shipped.jsonl"
    with texts.open("w", encoding="utf-8") as file:
        for path in sorted(articles.glob("*.txt")):
            file.write(json.dumps({"id": path.stem, "text": path.read_text(encoding="utf-8")}) + "\n")
        file.write(statements.read_text(encoding="utf-8"))
    metadata = [f"data/sources/{name}.csv" for name in ("articles", "statements")]
    yield from measure("shipped", [articles, statements], texts, "--metadata", *metadata, "--without-text")


def large(source: Path, n_documents: int, folder: Path) -> Iterator[str]:
    """Measure a build of the first documents of a large file."""
    texts = folder / f"{n_documents}.jsonl"
    with gzip.open(source, "rb") as lines, texts.open("wb") as file:
        file.writelines(islice(lines, n_documents))
    yield from measure(f"{n_documents:,} documents", [texts], texts)


def main() -> None:
    """Measure the builds and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("originals", type=Path, help="folder of the texts behind the shipped corpus")
    parser.add_argument("large", type=Path, help="a .jsonl.gz of texts with id and text")
    parser.add_argument("--documents", type=int, nargs="*", default=[2_000, 10_000])
    parser.add_argument("--write", type=Path, help="page to put the table into")
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        rows = [*shipped(options.originals, Path(name))]
        rows += [row for n in options.documents for row in large(options.large, n, Path(name))]
    machine = f"{platform.system()}, {os.cpu_count()} processors, Python {platform.python_version()}."
    table = "\n".join([machine, "", *HEAD, "|---|" + "---:|" * 6, *rows])
    print(table)
    if options.write:
        page = options.write.read_text(encoding="utf-8")
        page = re.sub(rf"(?s){BEGIN}.*{END}", lambda _: f"{BEGIN}\n{table}\n{END}", page)
        options.write.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
