"""Rates: how often the terms of a dictionary are used, by side, period or document, and where they stand."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from .corpus import Corpus, find_units, refuse_empty
from .dictionaries import DICTIONARIES, load_dictionary, read_dictionary
from .errors import TalksError
from .uncertainty import mean_interval, means_by, smallest_ratio, subtract
from .words import Words, holds, language_of, languages_of, number_texts, spell_term

MIN_USING = 10
OWN = ("US", "CN")  # the officials' own voice
FEW = f" texts use it; expected at least {MIN_USING}"
Dictionary = str | pd.DataFrame | Mapping[str, Iterable[str]]


def rates(
    corpus: Corpus,
    dictionary: Dictionary,
    by: str | list[str] = "speaker_side",
    period: str | None = None,
    *,
    clusters: str | None = None,
) -> pd.DataFrame:
    """Give the rate per 1,000 words of each concept of a dictionary, by side, kind of text, period or document.

    In: a corpus; a dictionary: a name, a frame with `concept` and `term`, or terms by concept; `by`, columns; `period`,
    year, month or week; `clusters`, a column (speaker, date) whose texts are not independent. Out: `concept`, period,
    `by`, `rate` (mean over documents), `low`, `high` (95 %; none under 10 using documents), `n`, `n_documents`,
    `n_using`, `n_words`, with clusters `n_clusters`, `n_effective`; `reason`; by `doc_id` a row a document. Only
    officials' words count, unless `by` has `speaker_side`. Raises `TalksError` for an unknown column or term. Source:
    Stone and others (1966). Known weakness: a word counts whatever it means.

    >>> table = ah.rates(ah.load_corpus(), {"soybeans": ["soybean", "soybeans"]})
    >>> table.loc[table["speaker_side"] == "CN", ["n_using", "low"]].to_numpy().tolist()
    [[2.0, nan]]
    """
    by = [by] if isinstance(by, str) else list(by)
    keys, tables = [*([period] if period else []), *by], {}
    units, n, _ = _count(corpus, read_dictionary(dictionary), keys, clusters)
    for concept, found in n.items():
        rows = units.assign(n=found, n_using=found > 0, value=1_000 * found / units["n_words"])
        if "doc_id" in by:
            tables[concept] = rows[[*keys, "value", "n", "n_words"]].rename(columns={"value": "rate"})
            continue
        table = means_by(rows, keys, ["n", "n_documents", "n_using", "n_words"]).rename(columns={"mean": "rate"})
        few = (table["n_using"] < MIN_USING) & (table["n_documents"] > 0)
        table.loc[few, ["low", "high"]], table.loc[few, "reason"] = np.nan, table["n_using"].astype("str") + FEW
        tables[concept] = table.drop(columns="smallest")
    return pd.concat(tables, names=["concept"]).reset_index(level=0).reset_index(drop=True)


def compare_rates(
    corpus: Corpus,
    dictionary: Dictionary,
    by: str = "speaker_side",
    first: str = "US",
    second: str = "CN",
    *,
    clusters: str | None = None,
    leave_one_out: bool = False,
) -> pd.DataFrame:
    """Compare how often two groups use each concept of a dictionary, and how much hangs on a single term.

    In: corpus, dictionary and `clusters` as for `rates`; `by`, a column, and two values. Out: `concept`, the values
    (mean per 1,000 words), `difference`, `low`, `high` (95 %), `using_...` of `n_...` documents, `smallest_ratio` found
    in 80 of 100, with clusters `n_clusters`, `n_effective`; `reason`; by `leave_one_out` `least_...`, `most_...`, the
    extremes with one term left out, and `term_...`, which matters most. Raises `TalksError` as `rates`. Source:
    `difference_interval`; the jackknife (Tukey 1958). Known weakness: kinds of text are pooled.

    >>> table = ah.compare_rates(ah.load_corpus(), {"Taiwan": ["taiwan"], "soybeans": ["soybean", "soybeans"]})
    >>> table[["concept", "using_CN", "high"]].round(1).to_numpy().tolist()
    [['Taiwan', 87, -2.8], ['soybeans', 2, nan]]
    """
    units, n, found = _count(corpus, read_dictionary(dictionary), [by], clusters)
    groups = {group: units[units[by] == group] for group in (first, second)}
    named = "words of officials of either side" if by == "speaker_side" else f"{by} {first} or {second}"
    refuse_empty(pd.concat(groups.values()), f"text with {named}")
    if any(own.empty for own in groups.values()):
        corpus.where(**{by: [first, second]})  # refuses a value that is known nowhere
    single = {group: _leave_one_out(found, own) for group, own in groups.items() if leave_one_out}
    rows = []
    for concept in n.columns:
        counts = [n.loc[own.index, concept] for own in groups.values()]
        using = {f"using_{group}": int((count > 0).sum()) for group, count in zip(groups, counts, strict=True)}
        means = [
            mean_interval(1_000 * count / own["n_words"], clusters=own.get("cluster"))
            for count, own in zip(counts, groups.values(), strict=True)
        ]
        interval, ratio = subtract(*means), smallest_ratio(*means)
        if min(using.values()) < MIN_USING:
            interval, ratio = interval._replace(low=np.nan, high=np.nan, reason=f"{min(using.values())}{FEW}"), np.nan
        row = {"concept": concept, first: means[0].mean, second: means[1].mean, "difference": interval.mean}
        row |= {"low": interval.low, "high": interval.high} | using
        row |= {f"n_{group}": len(own) for group, own in groups.items()} | {"smallest_ratio": ratio}
        row |= {name: getattr(interval, name) for name in ("n_clusters", "n_effective") if clusters}
        row["reason"] = interval.reason
        for group, figures in single.items():
            row |= {f"{name}_{group}": figure for name, figure in figures[concept].items()}
        rows.append(row)
    return pd.DataFrame(rows).astype({f"term_{group}": "str" for group in single})


def _count(
    corpus: Corpus, dictionary: dict[str, list[str]], by: list[str], clusters: str | None = None
) -> tuple[pd.DataFrame, ...]:
    """Give documents (or their parts by voice) with words and cluster, their counts by concept, and the terms found."""
    if not dictionary:
        raise TalksError("the dictionary is empty; expected a concept with its terms; write {'tariffs': ['tariffs']}")
    dictionary = {concept: [*map(spell_term, terms)] for concept, terms in dictionary.items()}
    passages, units = find_units(corpus, by, clusters, None if "speaker_side" in by else OWN)
    terms = [  # a term that holds another of its concept is not counted beside it: where "port" is, so are "port fees"
        (concept, term)
        for concept, given in dictionary.items()
        for term in dict.fromkeys(given)
        if not any(other != term and holds(term, other) for other in given)
    ]
    terms = pd.DataFrame(terms, columns=["concept", "term"], dtype="str")
    shipped = [listed for name in DICTIONARIES for listed in load_dictionary(name).values()]
    rare = [term for listed in dictionary.values() if listed in shipped for term in listed]  # nobody typed them
    found = corpus.count_terms_of(terms["term"].unique(), rare).merge(passages[["passage_id", "unit"]], on="passage_id")
    found = found.groupby(["unit", "term"], observed=True)["n"].sum().reset_index().merge(terms, on="term")
    n = found.pivot_table(index="unit", columns="concept", values="n", aggfunc="sum", fill_value=0)
    n = n.reindex(index=range(passages["unit"].max() + 1), columns=list(dictionary), fill_value=0).astype("int64")
    return units, n, found.merge(terms, on=["concept", "term"], how="outer")


def _leave_one_out(found: pd.DataFrame, units: pd.DataFrame) -> dict[str, dict[str, float | str | None]]:
    """Give by concept the smallest and largest mean rate with one term left out, and the term that matters most."""
    parts = 1_000 * found["n"] / found["unit"].map(units["n_words"])
    parts, figures = parts.groupby([found["concept"], found["term"]]).sum() / len(units), {}
    for concept, part in parts.groupby(level=0):
        terms = part.droplevel(0).round(9)
        least, most = (round(round(terms.sum(), 3) - rate, 3) + 0.0 for rate in (terms.max(), terms.min()))
        figures[concept] = {"least": least, "most": most, "term": terms.idxmax() if terms.any() else None}
    return figures


def concordance(corpus: Corpus, term: str, *, width: int = 60) -> pd.DataFrame:
    """List every place where a term stands, with what is written before and after it.

    In: a corpus with its text; a term, as for `rates`; `width`, in characters. Out, by date, text and order: `doc_id`,
    `date`, `side`, `speaker_side`, `left`, `keyword` (as printed), `right`. Raises `TalksError` without text and for a
    term without a word. Source: keyword in context (Luhn 1960). Known weakness: a term may run over a sentence's end.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     corpus = ah.build_corpus([ah.shipped_data() / "example_sources"], f"{folder}/corpus")
    >>> ah.concordance(corpus.where(doc_id="wire_a"), "both sides", width=16)["right"].tolist()[0]
    ' agreed on Tuesd'
    """
    if not corpus.has_text:
        raise TalksError(
            "this corpus holds no text; expected one with its text, because a concordance shows what stands around a "
            "word; use keyness or rates, or build the corpus from the texts"
        )
    wanted, context = spell_term(term), dict.fromkeys(["left", "keyword", "right"], "")
    found = [corpus.sql("SELECT * EXCLUDE (row) FROM passages LIMIT 0").assign(**context)]
    for passages, words, _, at in corpus.find_places([wanted]):
        found.append(_show_places(passages, words, at, wanted.count(" "), width))
    places = pd.concat(found).query("kind == 'body'")
    if places.empty:
        corpus.count_terms_of([term])  # warns where no text of the corpus has it
    places = places.merge(corpus.documents[["doc_id", "date", "side"]], on="doc_id")
    places = places.sort_values(["date", "doc_id", "position"], kind="stable", ignore_index=True)
    return places[["doc_id", "date", "side", "speaker_side", "left", "keyword", "right"]]


def _show_places(passages: pd.DataFrame, words: Words, places: np.ndarray, further: int, width: int) -> pd.DataFrame:
    """Show what stands around places, each of a word and some further ones: one row a place."""
    texts, rows = number_texts(words)[places], []
    own = zip(passages["text"].iloc[texts], np.array(languages_of(passages))[texts], strict=True)
    for (text, language), place in zip(own, places - words.starts[texts], strict=True):
        spans = language_of(language).find_spans(text)
        start, end = spans[place][0], spans[place + further][1]
        rows.append((text[max(start - width, 0) : start], text[start:end], text[end : end + width]))
    context = pd.DataFrame(rows, columns=["left", "keyword", "right"], dtype="str")
    return passages.iloc[texts].reset_index(drop=True).join(context)
