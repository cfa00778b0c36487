"""Multiply documents: a large input made of a small one, in which near duplicates stay rare.

Each copy of a document has a part of its small words changed for others of the same input, drawn by lot. With a share
p of all words changed, a run of five words stays with a chance of (1 - p)^5 = s, and the share of runs in common
(Jaccard) with the document is s / (2 - s): below 0.5 from p = 0.08 on. The default, 0.2 of the small words, is about
0.15 of all words: 0.29 in common with the document, and 0.12 with another copy. Known weakness: the
vocabulary does not grow as it does in life, because the new words are those of the input; and a text with few
small words (a table, capitals) stays nearly as it is, and is a duplicate.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

POOL_DOCUMENTS = 1000  # from which the other words are taken, as often as they stand there
_SMALL_WORD = re.compile(r"\b[a-z]{2,}\b")


def multiply(source: Path, target: Path, *, n_documents: int, share: float, seed: int) -> None:
    """Write so many documents to a .jsonl.gz: those of a .jsonl(.gz), then changed copies of them."""
    pool = [word for row in islice(_rows(source), POOL_DOCUMENTS) for word in _SMALL_WORD.findall(row["text"])]
    copies = ((number, row) for number in count() for row in _rows(source))
    with gzip.GzipFile(target, "wb", compresslevel=3, mtime=0) as file:
        for number, row in islice(copies, n_documents):
            if number:
                lot = random.Random(f"{seed} {number} {row['id']}")
                row |= {"id": f"{row['id']}-{number}", "text": _changed(row["text"], pool, share, lot)}
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def _rows(source: Path) -> Iterator[dict[str, Any]]:
    with (gzip.open if source.suffix == ".gz" else open)(source, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _changed(text: str, pool: list[str], share: float, lot: random.Random) -> str:
    return _SMALL_WORD.sub(lambda word: lot.choice(pool) if lot.random() < share else word[0], text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.multiply", description=__doc__)
    parser.add_argument("source", type=Path, help=".jsonl or .jsonl.gz with id and text")
    parser.add_argument("target", type=Path, help=".jsonl.gz to write")
    parser.add_argument("--documents", type=int, required=True, help="how many in all")
    parser.add_argument("--share", type=float, default=0.2, help="of the small words to change in each copy")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    multiply(given.source, given.target, n_documents=given.documents, share=given.share, seed=given.seed)
