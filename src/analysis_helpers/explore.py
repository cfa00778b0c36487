"""Explorers: choices and the table that follows from them. In JupyterLab the choices can be changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from importlib.util import find_spec
from typing import Any

import pandas as pd

from .build.terms import load_stop_words
from .concordance import concordance
from .corpus import PERIODS, Corpus, in_order
from .errors import TalksError
from .keyness import MIN_DOCUMENTS, distinctive_terms
from .plots.tables import show
from .rates import rates_by_period
from .topics import TopicModel, compare_topics, typical_documents

GROUPS = ("side", "collection", "genre", "outlet", "year")
SMALL = 50  # documents; below, two of them are enough to list a word
OTHERS = "all others"
LEVELS = {"leaders": ["leader"], "leaders and ministers": ["leader", "cabinet"], "all talks": None}
RATES = "Rates are per 1,000 words, the mean over the documents of a group. Function words (the, you) are not shown."
USING = (
    "Rates are per 1,000 words, the mean over the documents of a side; beside them the documents that use the words."
)
Group = tuple[str, Any]


class Explorer:
    """A table with the choices that it follows from, as `explore_...` gives it.

    In JupyterLab the last line of a cell shows it with controls. Where nobody can answer a control (a rendered page, a
    notebook that is executed again, a missing ipywidgets) it is the table of the first choices, the same on every run.
    `table` makes the table of some choices, `choices` says what can be chosen (the first of a list is where it
    begins; a text is typed), `first` is the table of the first choices, `note` what its columns mean.

    Known weakness: a front end that takes no typed input is held for one without a reader; there, write
    `explorer.open()` in the last line.

    Examples
    --------
    >>> words = Explorer(lambda side: pd.DataFrame({"words": [812]}, index=[side]), {"side": ["US", "CN"]})
    >>> words
        words
    US    812
    side: US. In JupyterLab this cell shows controls for side.
    >>> words.table(side="CN").index.tolist()
    ['CN']
    """

    def __init__(
        self, table: Callable[..., pd.DataFrame], choices: dict[str, Sequence[Any] | str], note: str = ""
    ) -> None:
        """Make the table of the first choices at once: what a corpus cannot answer is an error of this cell."""
        self.table, self.choices, self.note = table, choices, note
        self.first = show(table(**{name: _begin(choice) for name, choice in choices.items()}))

    def __repr__(self) -> str:
        """Write the table of the first choices."""
        return f"{self.first.to_string()}\n{self._describe()}"

    def _describe(self) -> str:
        begun = {name: _label(_begin(choice)) for name, choice in self.choices.items() if _begin(choice) != ""}
        told = ", ".join(f"{name}: {value}" for name, value in begun.items())
        return f"{told}. {self.note} In JupyterLab this cell shows controls for {', '.join(begun)}.".replace("  ", " ")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        static = {"text/plain": repr(self), "text/html": f"{_to_html(self.first)}\n<p>{escape(self._describe())}</p>"}
        if not (_is_someone_there() and find_spec("ipywidgets")):
            return static
        return self.open()._repr_mimebundle_() | static  # the table stays in the file when the notebook is saved

    def open(self) -> Any:
        """Make the controls and the table under them, as widgets, whoever looks.

        Raises `TalksError` where ipywidgets is not installed.
        """
        if not find_spec("ipywidgets"):
            raise TalksError("ipywidgets is not installed; expected it for controls; pip install 'talks-in-words[lab]'")
        from ipywidgets import HTML, HBox, Layout, VBox

        controls = {name: _control(name, choice) for name, choice in self.choices.items()}
        body = HTML(_to_html(self.first))
        body.add_class("jp-RenderedHTMLCommon")  # tables look like those of other cells

        def show(_: Any) -> None:
            body.value = self._answer({name: control.value for name, control in controls.items()})

        for control in controls.values():
            control.observe(show, "value")
        row = HBox(list(controls.values()), layout=Layout(flex_flow="row wrap"))
        return VBox([row, body, HTML(escape(self.note))])

    def _answer(self, chosen: dict[str, Any]) -> str:
        try:
            return _to_html(show(self.table(**chosen)))
        except TalksError as error:
            return f"<p>{escape(str(error))}</p>"


def _begin(choice: Sequence[Any] | str) -> Any:
    return choice if isinstance(choice, str) else choice[0]


def _label(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else value


def _control(name: str, choice: Sequence[Any] | str) -> Any:
    from ipywidgets import Dropdown, Text

    if isinstance(choice, str):
        return Text(choice, description=name, continuous_update=False)
    return Dropdown(options=[(_label(value), value) for value in choice], description=name)


def _to_html(table: pd.DataFrame) -> str:
    with pd.option_context("display.max_colwidth", None):
        return table.to_html(notebook=True)


def _is_someone_there() -> bool:
    """Tell whether a reader could answer: Jupyter says so with each cell, and what executes notebooks says no."""
    from IPython import get_ipython

    parent = getattr(get_ipython(), "get_parent", dict)()
    return bool(parent.get("content", {}).get("allow_stdin"))


# ---------------------------------------------------------------------------------------------------
# What can be explored


def explore_words(corpus: Corpus, *, n: int = 20) -> Explorer:
    """Look at the words of a group of texts: those typical of it, or every place of one word.

    In: a corpus, and how many rows to show. To choose: the group (by side, collection, genre, outlet or year), and
    where the corpus has its text a word, which is then shown in context (`concordance`). Without a word: the terms
    that tell the group from all other documents (`distinctive_terms`). Out: an `Explorer`. A page that is rendered
    shows typical terms only, so no text leaves with it. Raises `TalksError` where no group has documents beside it.

    Known weakness: a group differs from all others in side, kind and month at once.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> words = ah.explore_words(ah.load_corpus(), n=3)
    >>> list(words.choices), words.first.index.tolist()
    (['group'], ['president', 'going', 'think'])
    """

    def table(group: Group, word: str = "") -> pd.DataFrame:
        if word.strip():
            places = concordance(_mark(corpus).where(**{group[0]: group[1]}), word).set_index("doc_id")
            shown = places[["date", "side", "left", "keyword", "right"]].head(n)
            return shown.rename_axis(f"first {len(shown)} of {len(places):,} places")
        return _compare(corpus, group, (group[0], OTHERS)).head(n)

    choices: dict[str, Any] = {"group": _list_groups(corpus)}
    return Explorer(table, choices | ({"word": ""} if corpus.has_text else {}), RATES)


def explore_groups(corpus: Corpus, *, n: int = 10) -> Explorer:
    """Compare the words of any two groups of texts: sides, collections, kinds, outlets, years.

    In: a corpus, and how many terms to show of each group. To choose: two groups of one kind, or a group and all
    others. Out: an `Explorer` over `distinctive_terms`: the terms that the first group uses more, then those of the
    second, with the mean rate per 1,000 words, the documents that use the term, and the p-value.

    Known weakness: that of `distinctive_terms`; what else differs between the groups is not held equal.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> groups = ah.explore_groups(ah.load_corpus().where(genre="readout"), n=2)
    >>> list(groups.first.columns)
    ['side US rate', 'side CN rate', 'side US documents', 'side CN documents', 'p value']
    """

    def table(first: Group, second: Group) -> pd.DataFrame:
        words = _compare(corpus, first, second)
        return pd.concat([words.head(n), words.iloc[n:].tail(n)])

    groups = _list_groups(corpus)
    return Explorer(table, {"first": groups, "second": [*groups[1:], groups[0], *_others(groups)]}, RATES)


def explore_term(corpus: Corpus, talks: pd.DataFrame, words: str = "tariff, tariffs") -> Explorer:
    """Follow a term through time, with the talks of each month or week beside it.

    In: a corpus, a chronology (`load_talks`), and the words that are counted together, separated by commas. To choose:
    the words, month or week, and which talks. Out: an `Explorer` over `rates_by_period`: one row a period with the
    rate per 1,000 words of either side, the documents behind it, and the places of the talks that were held.

    Known weakness: a talk and a rise in the same month prove no connection; see `compare_around`.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> year = ah.load_corpus().where(collection="statements_2025")
    >>> term = ah.explore_term(year, ah.load_talks(), "fentanyl")
    >>> term.first.loc["2025-10", "talks"]
    'Busan'
    """

    def table(words: str, period: str, talks: str) -> pd.DataFrame:
        listed = [word.strip().lower() for word in words.split(",") if word.strip()]
        if not listed:
            raise TalksError("no word is given; expected at least one; write one, such as tariffs")
        rates = rates_by_period(corpus, {words: listed}, period)
        wide = rates.pivot(index=period, columns="speaker_side", values=["rate", "n_using", "n_documents"])
        sides = [side for side in ("US", "CN") if side in set(rates["speaker_side"])]
        columns = {
            f"{side} {what}": wide[name, side] if name == "rate" else wide[name, side].astype("int64")
            for side in sides
            for what, name in (("rate", "rate"), ("using it", "n_using"), ("documents", "n_documents"))
        }
        return pd.DataFrame(columns).assign(talks=_places(held, period, LEVELS[talks]).reindex(wide.index))

    held = talks[talks["status"] == "held"]
    return Explorer(table, {"words": words, "period": ["month", "week"], "talks": list(LEVELS)}, USING)


def explore_topics(corpus: Corpus, model: TopicModel) -> Explorer:
    """Browse the topics of a model: the words of each, the texts to read for it, its share on each side.

    In: the corpus that the model was fitted to, and the model. To choose: the topic, and what to see of it. Out: an
    `Explorer` over `TopicModel.top_terms`, `typical_documents` and `compare_topics`.

    Known weakness: it does not say whether a topic would come back; ask `topic_stability`.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> texts = ah.load_corpus().where(collection="articles")
    >>> topics = ah.explore_topics(texts, ah.fit_topics(texts, 2))
    >>> topics.choices["show"]
    ['words', 'texts to read', 'share by side']
    """
    labels = model.labels()
    views: dict[str, Callable[[], pd.DataFrame]] = {
        "words": lambda: model.top_terms().set_index("rank")[["topic", "term", "weight"]],
        "texts to read": lambda: typical_documents(corpus, model, 5).set_index("doc_id").drop(columns="label"),
        "share by side": lambda: compare_topics(corpus, model, "side").set_index("side").drop(columns="label"),
    }

    def table(topic: Group, show: str) -> pd.DataFrame:
        rows = views[show]()
        return rows[rows["topic"] == topic[0]].drop(columns="topic")

    return Explorer(table, {"topic": list(labels.items()), "show": list(views)})


# ---------------------------------------------------------------------------------------------------
# Groups and talks


def _mark(corpus: Corpus) -> Corpus:
    """Give the documents their year, as a column that can be chosen by."""
    documents = corpus.documents.assign(year=corpus.documents["date"].dt.strftime("%Y"))
    return Corpus(**vars(corpus) | {"documents": documents})


def _list_groups(corpus: Corpus) -> list[Group]:
    """List the groups that can be compared: the values of the columns that have at least two."""
    documents = _mark(corpus).documents
    values = {name: in_order(documents[name]) for name in GROUPS}
    groups = [(name, value) for name, listed in values.items() if len(listed) > 1 for value in listed]
    if not groups:
        raise TalksError(
            f"no two groups of documents; expected two values of {', '.join(GROUPS[:-1])} or year, because this "
            f"compares them; give one of these columns in the metadata"
        )
    return groups


def _others(groups: list[Group]) -> list[Group]:
    return [(name, OTHERS) for name in dict.fromkeys(name for name, _ in groups)]


def _compare(corpus: Corpus, first: Group, second: Group) -> pd.DataFrame:
    """Compare the words of two groups: one row a term, those of the first group first."""
    if first[0] != second[0] or first == second:
        raise TalksError(
            f"{_label(first)} and {_label(second)} cannot be compared; expected two different groups of one kind; "
            f"choose another {first[0]}"
        )
    marked = _mark(corpus)
    if second[1] == OTHERS:
        among = marked.documents[first[0]]
        documents = marked.documents.assign(**{first[0]: among.where(among == first[1], OTHERS)})
        marked = Corpus(**vars(marked) | {"documents": documents})
    least = MIN_DOCUMENTS if len(corpus.documents) >= SMALL else 2
    words = distinctive_terms(marked, first[0], first[1], second[1], min_documents=least)
    words = words[~words["term"].isin(load_stop_words())]
    columns = {
        f"{part}_{place}": f"{_label(group)} {what}"
        for part, what in (("rate", "rate"), ("documents", "documents"))
        for place, group in (("first", first), ("second", second))
    }
    return words.set_index("term").rename(columns=columns)[[*columns.values(), "p_value"]]


def _places(talks: pd.DataFrame, period: str, levels: list[str] | None) -> pd.Series:
    """Name the talks of each period by their city, or by how they were held."""
    wanted = talks if levels is None else talks[talks["level"].isin(levels)]
    names = wanted["city"].replace("", pd.NA).fillna(wanted["mode"].str.replace("_", " "))
    return names.groupby(wanted["start_date"].dt.to_period(PERIODS[period])).agg(", ".join)
