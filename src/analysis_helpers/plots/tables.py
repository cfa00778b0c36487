"""Tables for readers: the one that stands beneath each figure, and that a check can compare."""

import sys
from collections.abc import Callable, Iterable
from numbers import Integral

import pandas as pd

from ..errors import TalksError

LONG = 1_000  # rows; a longer table stays as pandas shows it, because writing millions of numbers takes minutes


def show(table: pd.DataFrame | pd.Series, shares: Iterable[str] = ()) -> pd.DataFrame:
    """Write a table for readers: thousands with a comma, shares in per cent, one label for each row.

    In: a frame or series; the columns that are shares (0 to 1). Out: the same rows and columns as text: 1,234, 0.25,
    2025-05-10, Jan, a dot where a value is missing, `n_documents` as `documents`. Raises `KeyError` for a share that is
    no column, `TalksError` for a table without any value. Known weakness: nothing can be computed with the result.

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
    written.columns = _headers(table.columns)
    written.attrs = {"written": True}
    return written.rename_axis(columns=_label(tuple(filter(None, table.index.names))) or None)


def style_notebook() -> None:
    """Show every frame and series of a notebook as `show` writes it; call it once, at the top.

    A table without a value is told in a sentence; one of more than 1,000 rows stays as pandas shows it. Outside of
    IPython nothing happens. Known weakness: names are shortened; `print(table)` shows a table as it is.

    >>> style_notebook()
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    for kind in (pd.DataFrame, pd.Series) if shell else ():
        html, plain = (shell.display_formatter.formatters[mime] for mime in ("text/html", "text/plain"))
        html.for_type(kind, lambda table: _display(table, pd.DataFrame._repr_html_, "<p>{}</p>"))
        plain.for_type(kind, lambda table, printer, _: printer.text(_display(table, repr, "{}")))


def _display(table: pd.DataFrame | pd.Series, write: Callable[[pd.DataFrame], str], refused: str) -> str:
    with pd.option_context("display.max_colwidth", None, "display.max_columns", None):
        try:
            as_it_is = table.attrs.get("written") or len(table) > LONG
            return write(pd.DataFrame(table) if as_it_is else show(table))
        except TalksError as error:
            return refused.format(error)


def _headers(columns: pd.Index) -> list[str]:
    months = [key for key in columns if isinstance(key, pd.Period) and key.freqstr == "M"]
    if len({month.year for month in months}) == 1:
        columns = [f"{key:%b}" if key in months else key for key in columns]
    short = pd.Series([_label(key) for key in columns])
    return short.mask(short.duplicated(keep=False), [str(key).replace("_", " ") for key in columns]).tolist()


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
