"""Tables for readers: the one that stands beneath each figure, and that a check can compare."""

from collections.abc import Iterable
from numbers import Integral

import pandas as pd

from ..errors import TalksError


def show(table: pd.DataFrame | pd.Series, shares: Iterable[str] = ()) -> pd.DataFrame:
    """Write a table for readers, in text: 1,234, 0.25, 2025-05-10, Jan, a dot for nothing, `n_words` as `words`.

    In: a frame or series; the columns that are shares (0 to 1). Out: the same rows and columns. Raises `KeyError` for a
    share that is no column, `TalksError` for a table without any value. Known weakness: it is for the eye only.

    >>> show(pd.DataFrame({"n_words": [1234], "share": [0.341]}, index=["US"]), shares=["share"])
        words share
    US  1,234   34%
    """
    table = table.to_frame() if isinstance(table, pd.Series) else table
    if table.isna().all(axis=None):  # so is a table without rows or columns
        why = "expected at least one text, word or number of the kind that this table shows"
        raise TalksError(f"nothing to list; {why}; nothing is wrong, unless there should be one")
    written = table.astype("object")
    for names, write in ((table, _write), (shares, "{:.0%}".format)):
        for name in names:
            written[name] = table[name].map(write, na_action="ignore").astype("object").fillna("·")
    written.index = [_label(key) for key in table.index]
    months = [key for key in table.columns if isinstance(key, pd.Period) and key.freqstr == "M"]
    one_year = months if len({month.year for month in months}) == 1 else []
    short = pd.Series([f"{key:%b}" if key in one_year else _label(key) for key in table.columns])
    written.columns = short.mask(short.duplicated(keep=False), [str(key).replace("_", " ") for key in table.columns])
    written.attrs = {"written": True}
    return written.rename_axis(columns=_label(tuple(filter(None, table.index.names))) or None)


def _label(key: object) -> str:
    parts = ("not given" if pd.isna(part) else part for part in (key if isinstance(key, tuple) else (key,)))
    words = (_write(part) if isinstance(part, pd.Timestamp) else str(part) for part in parts)
    return ", ".join(word.removeprefix("n_").replace("_", " ") for word in words)


def _write(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:,.{3 if 0 < abs(value) < 0.01 else 2}f}".replace("-", "−")
    return f"{value:,}" if isinstance(value, Integral) and not isinstance(value, bool) else str(value)
