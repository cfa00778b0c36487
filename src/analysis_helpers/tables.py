"""Tables in Parquet parts: read when they are first used, whole or piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .errors import TalksError

_REPEATED = {"doc_id", "passage_id", "term", "kind", "speaker", "speaker_side"}  # few values in many rows


class Part(NamedTuple):
    """A Parquet file of a table, as it was when the corpus was loaded."""

    path: Path
    size: int
    saved: int


@dataclass(frozen=True)
class Table:
    """A table of a corpus that is read when it is asked for: all rows, or those of certain ids.

    `source` is a frame, or the parts in a folder; `columns` are those it has; `key` and `ids` say which rows.

    Examples
    --------
    >>> table = hold_frame(pd.DataFrame({"doc_id": ["a", "b"], "kind": ["share_bar", "label"]}))
    >>> table.select("doc_id", pd.Series(["b"])).read(["kind"])["kind"].tolist()
    ['label']
    """

    source: pd.DataFrame | tuple[Part, ...]
    columns: tuple[str, ...]
    key: str | None = None
    ids: pd.Index | None = None

    def select(self, key: str, ids: pd.Series) -> Table:
        """Keep the rows whose key is among these ids; of an earlier selection, by the same key, only its own."""
        return replace(self, key=key, ids=pd.Index(ids.unique()))

    def read(self, columns: Iterable[str] | None = None) -> pd.DataFrame:
        """Read the table, or some of its columns, into one frame."""
        names = list(self.columns if columns is None else columns)
        if isinstance(self.source, pd.DataFrame):
            if self.ids is None:
                return self.source[names]
            return self.source.loc[_is_in(self.source[self.key], self.ids), names].reset_index(drop=True)
        groups = [_decode(group, self.key).select(names) for group in self._groups(names, set())]
        return pa.concat_tables(groups).to_pandas(date_as_object=False)

    def pieces(self, columns: Iterable[str]) -> Iterator[pd.DataFrame]:
        """Go through some columns of the table, about a million rows at a time, numbered on.

        Ids, terms and other values that come again and again are categories: see `find_places`.
        """
        names, start = list(columns), 0
        coded = _REPEATED & set(names)
        if isinstance(self.source, pd.DataFrame):
            yield self.read(names).astype(dict.fromkeys(coded, "category"))
            return
        for group in self._groups(names, coded):
            piece = group.select(names).to_pandas(date_as_object=False)
            yield piece.set_axis(pd.RangeIndex(start, start + len(piece)))
            start += len(piece)

    def _groups(self, names: list[str], coded: set[str]) -> Iterator[pa.Table]:
        """Read the groups of rows of each part; the key is there, and coded, where it selects."""
        key = set() if self.key is None else {self.key}
        for part in self.source:
            for group in _read_groups(part, [*names, *(key - set(names))], coded | key):
                yield group if self.ids is None else group.filter(pa.array(self._selects(group)))

    def _selects(self, group: pa.Table) -> np.ndarray:
        return find_places(group.column(self.key).to_pandas(), self.ids) >= 0


def _is_in(values: pd.Series, ids: pd.Index) -> np.ndarray:
    """Tell which values are among some ids: Arrow does it ten times faster than pandas."""
    return pc.is_in(pa.array(values), value_set=pa.array(ids)).to_numpy(zero_copy_only=False)


def hold_frame(frame: pd.DataFrame) -> Table:
    """Hold a frame that is in memory already as a table."""
    return Table(frame, tuple(frame.columns))


def find_places(ids: pd.Series, among: pd.Index) -> np.ndarray:
    """Find the place of each id of a piece among some ids: -1 where it is not there. Each id is looked up once.

    Examples
    --------
    >>> find_places(pd.Series(["b", "b", "z"], dtype="category"), pd.Index(["a", "b"])).tolist()
    [1, 1, -1]
    """
    return np.append(among.get_indexer(ids.cat.categories), -1)[ids.cat.codes]


def sum_by_id(pieces: Iterable[tuple[pd.Series, pd.Series | int]], among: pd.Index) -> np.ndarray:
    """Add up the numbers of some ids, piece by piece; in: the ids of each piece and their numbers, or one for all.

    Examples
    --------
    >>> ids = pd.Series(["b", "b", "z"], dtype="category")
    >>> sum_by_id([(ids, pd.Series([2, 3, 9])), (ids, 1)], pd.Index(["a", "b"])).tolist()
    [0, 7]
    """
    sums = np.zeros(len(among) + 1, dtype="int64")  # the last: of other ids
    for ids, numbers in pieces:
        np.add.at(sums, find_places(ids, among), numbers)
    return sums[:-1]


# ---------------------------------------------------------------------------------------------------
# The files


def find_parts(paths: Iterable[Path]) -> tuple[Part, ...]:
    """Look at the files of a table, so that one that changes before it is read is noticed."""
    return tuple(map(_look_at, paths))


def _look_at(path: Path) -> Part:
    status = path.stat()
    return Part(path, status.st_size, status.st_mtime_ns)


def column_names(path: Path) -> list[str]:
    """List the columns of a Parquet file. Raises `TalksError` where it is none."""
    try:
        return pq.read_schema(path).names
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None


def _read_groups(part: Part, columns: list[str], coded: set[str]) -> Iterator[pa.Table]:
    """Read some columns of a part, group by group: such a file has groups of about a million rows."""
    try:
        if _look_at(part.path) != part:
            raise TalksError(f"{part.path}: is not the file that it was; expected no change; load the corpus again")
        with pq.ParquetFile(part.path, read_dictionary=sorted(coded)) as file:
            for group in range(file.num_row_groups):
                yield file.read_row_group(group, columns)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(part.path, error) from None


def _unreadable(path: Path, error: Exception) -> TalksError:
    reason = str(error).splitlines()[0]
    return TalksError(
        f"{path}: cannot be read ({reason}); expected a Parquet file; restore it or build the corpus again"
    )


def _decode(group: pa.Table, key: str | None) -> pa.Table:
    if key is None:
        return group
    place = group.schema.get_field_index(key)
    return group.set_column(place, key, group.column(place).cast(pa.string()))
