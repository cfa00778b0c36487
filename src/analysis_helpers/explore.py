"""Explorers: choices and the table that follows from them. In JupyterLab the choices can be changed."""

from collections.abc import Callable
from html import escape
from importlib.util import find_spec
from typing import Any

import pandas as pd

from .corpus import Corpus, in_order
from .dictionaries import load_stop_words
from .errors import TalksError
from .keyness import MIN_DOCUMENTS, keyness
from .plots.tables import show
from .rates import concordance

GROUPS = ("side", "collection", "genre", "outlet", "year")
SMALL = 50  # documents; below, two of them are enough to list a word
OTHERS = "all others"
RATES = "Rates are per 1,000 words, the mean over the documents of a group. Function words (the, you) are not shown."
Group = tuple[str, Any]


class Explorer:
    """A table with the choices that it follows from: with controls in JupyterLab, elsewhere that of the first choices.

    `table` makes the table of some choices, `choices` lists them (a text is typed), `first` is the first table, `note`
    what its columns mean. Known weakness: a front end without typed input needs `explorer.open()`.

    >>> Explorer(lambda side: pd.DataFrame({"words": [812]}, index=[side]), {"side": ["US", "CN"]}).first.index[0]
    'US'
    """

    def __init__(self, table: Callable[..., pd.DataFrame], choices: dict[str, Any], note: str = "") -> None:
        self.table, self.choices, self.note = table, choices, note
        begun = {name: choice if isinstance(choice, str) else choice[0] for name, choice in choices.items()}
        self.first = show(table(**begun))
        told = {name: f"{name}: {_label(value)}" for name, value in begun.items() if value != ""}
        words = f"{', '.join(told.values())}. {note}".strip()
        self._words = f"{words} In JupyterLab this cell shows controls for {', '.join(told)}."

    def __repr__(self) -> str:
        return f"{self.first.to_string()}\n{self._words}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        static = {"text/plain": repr(self), "text/html": f"{_to_html(self.first)}\n<p>{escape(self._words)}</p>"}
        asked = is_someone_there() and find_spec("ipywidgets")
        return (self.open()._repr_mimebundle_() if asked else {}) | static  # a saved notebook keeps the table

    def open(self) -> Any:
        """Make the controls and the table under them, as widgets; `TalksError` where ipywidgets is not installed."""
        if not find_spec("ipywidgets"):
            raise TalksError("ipywidgets is not installed; expected it for controls; pip install 'talks-in-words[lab]'")
        from ipywidgets import HTML, Dropdown, HBox, Layout, Text, VBox

        body = HTML(_to_html(self.first))
        body.add_class("jp-RenderedHTMLCommon")  # tables look like those of other cells
        row = HBox(layout=Layout(flex_flow="row wrap"))

        def answer(_: Any) -> None:
            try:
                chosen = {control.description: control.value for control in row.children}
                body.value = _to_html(show(self.table(**chosen)))
            except TalksError as error:
                body.value = f"<p>{escape(str(error))}</p>"

        for name, choice in self.choices.items():
            if isinstance(choice, str):
                control = Text(choice, description=name, continuous_update=False)
            else:
                control = Dropdown(options=[(_label(value), value) for value in choice], description=name)
            control.observe(answer, "value")
            row.children += (control,)
        return VBox([row, body, HTML(escape(self.note))])


def _label(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else value


def _to_html(table: pd.DataFrame) -> str:
    with pd.option_context("display.max_colwidth", None):
        return table.to_html(notebook=True)


def is_someone_there() -> bool:
    """Tell whether a reader could answer: Jupyter says so with each cell, and what executes notebooks says no."""
    from IPython import get_ipython

    parent = getattr(get_ipython(), "get_parent", dict)()
    return bool(parent.get("content", {}).get("allow_stdin"))


def explore_words(corpus: Corpus, *, n: int = 20) -> Explorer:
    """Look at the words of a group of texts: those typical of it, or every place of one word.

    To choose: the group (side, collection, genre, outlet or year), another of its kind or all others to set it
    against, and where there is text a word for `concordance`; without one, `n` terms tell the groups apart (`keyness`).
    Out: an `Explorer`. Raises `TalksError` for a single group. Known weakness: groups differ in several things at once.

    >>> ah.explore_words(ah.load_corpus().where(collection="statements_2025"), n=3).first.index.tolist()
    ['president', 'going', 'think']
    """

    def table(group: Group, against: Group | str = OTHERS, word: str = "") -> pd.DataFrame:
        if not word.strip():
            return _compare(corpus, group, (group[0], OTHERS) if against == OTHERS else against).head(n)
        places = concordance(corpus.where(**dict([group])), word).set_index("doc_id")
        shown = places[["date", "side", "left", "keyword", "right"]].head(n)
        return shown.rename_axis(f"first {len(shown)} of {len(places):,} places")

    corpus = corpus.replace(documents=corpus.documents.assign(year=corpus.documents["date"].dt.strftime("%Y")))
    values = {name: in_order(column) for name, column in corpus.documents[list(GROUPS)].items()}
    groups = [(name, value) for name, listed in values.items() if len(listed) > 1 for value in listed]
    if not groups:
        why = f"expected two values of {', '.join(GROUPS[:-1])} or year, because this compares them"
        raise TalksError(f"no two groups of documents; {why}; give one of these columns in the metadata")
    choices = {"group": groups, "against": [OTHERS, *groups]} | ({"word": ""} if corpus.has_text else {})
    return Explorer(table, choices, RATES)


def _compare(corpus: Corpus, first: Group, second: Group) -> pd.DataFrame:
    if first[0] != second[0] or first == second:
        what = f"{_label(first)} and {_label(second)} cannot be compared"
        raise TalksError(f"{what}; expected two different groups of one kind; choose another {first[0]}")
    by, documents = first[0], corpus.documents
    if second[1] == OTHERS:
        others = documents[by].where(documents[by] == first[1], OTHERS)
        corpus = corpus.replace(documents=documents.assign(**{by: others}))
    least = MIN_DOCUMENTS if len(documents) >= SMALL else 2
    words = keyness(corpus, by, first[1], second[1], min_documents=least).set_index("term")
    pairs = [(part, *pair) for part in ("rate", "documents") for pair in (("first", first), ("second", second))]
    columns = {f"{part}_{place}": f"{_label(group)} {part}" for part, place, group in pairs} | {"p_value": "p_value"}
    return words.loc[~words.index.isin(load_stop_words()), list(columns)].rename(columns=columns)
