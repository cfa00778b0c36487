"""Tallies: counts made part by part are added up for the whole corpus, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

ROWS_WRITTEN = 5_000  # at a time and heap
OPEN_FILES = 500  # half of what systems allow a process; with more heaps, some are written in several files


def add_tallies(
    tallies: Iterable[pd.DataFrame], keys: Sequence[str], folder: Path, *, n_heaps: int
) -> Iterator[pd.DataFrame]:
    """Add up the counts of many tables by their keys, heap by heap.

    In: tables with the same columns: the keys (words) and counts; a folder to work in, and the number of heaps. A row
    goes to a heap by its first key, so that all rows of a key meet in one; only one heap is in memory at a time.
    Out: for each heap a table with each of its keys once, in no order; an empty table where there is no row.
    Known weakness: a first key that makes up most of the rows makes one large heap.

    Examples
    --------
    >>> parts = [pd.DataFrame({"word": ["cork", "fish"], "n": [1, 2]}), pd.DataFrame({"word": ["fish"], "n": [3]})]
    >>> with TemporaryDirectory() as folder:
    ...     table = pd.concat(add_tallies(parts, ["word"], Path(folder), n_heaps=2))
    >>> table.set_index("word")["n"].sort_index().to_dict()
    {'cork': 1, 'fish': 5}
    """
    with TemporaryDirectory(dir=folder) as place:
        heaps = (_in_heaps(tally, keys[0], n_heaps) for tally in tallies)
        first = next(heaps, None)
        if first is None:
            return
        ds.write_dataset(
            _batches(first, heaps),
            place,
            schema=first.schema,
            format="parquet",
            partitioning=ds.partitioning(pa.schema([("heap", pa.int32())])),
            min_rows_per_group=ROWS_WRITTEN,
            max_rows_per_group=ROWS_WRITTEN * 8,
            max_open_files=OPEN_FILES,
            use_threads=False,
        )
        heaps_written = sorted(Path(place).iterdir(), key=lambda path: int(path.name))
        if not heaps_written:
            yield first.drop_columns("heap").to_pandas()
        for heap in heaps_written:
            rows = ds.dataset(heap, format="parquet").to_table(use_threads=False)
            counts = [name for name in rows.column_names if name not in keys]
            added = rows.group_by(list(keys), use_threads=False).aggregate([(name, "sum") for name in counts])
            yield added.rename_columns([*keys, *counts]).to_pandas()


def _batches(first: pa.Table, others: Iterable[pa.Table]) -> Iterator[pa.RecordBatch]:
    yield from first.to_batches()
    for other in others:
        yield from other.cast(first.schema).to_batches()


def _in_heaps(tally: pd.DataFrame, key: str, n_heaps: int) -> pa.Table:
    heap = pd.util.hash_array(tally[key].to_numpy(dtype=object)) % n_heaps
    return pa.Table.from_pandas(tally.assign(heap=heap.astype("int32")), preserve_index=False)
