"""Rates: how often the terms of a dictionary are used, by side, period or document, and where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from .corpus import OF_PASSAGE, Corpus, add_period, check_columns, fill_grid, in_order, refuse_empty, refuse_undated
from .dictionaries import DICTIONARIES, load_dictionary, read_dictionary
from .errors import TalksError
from .uncertainty import Interval, find_clusters, mean_interval, smallest_ratio, subtract
from .words import Words, find_spans, holds, number_texts, spell_term

MIN_USING = 10
OWN = ("US", "CN")  # the officials' own voice
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

    In: a corpus; a dictionary: a name, a frame with `concept` and `term`, or terms by concept; `by`, columns of
    `documents` or `passages`; `period`, year, month or week; `clusters`, a column (speaker, date) whose texts are not
    independent. Out, 0 where empty: `concept`, the period, the columns of `by`, `rate` (mean over documents), `low`,
    `high` (95 %; none under 10 using documents), `n` (occurrences), `n_documents`, `n_using`, `n_words`, with clusters
    `n_clusters`, `n_effective`; `reason`, why there is no interval; by `doc_id` one row a document, `rate`, `n`,
    `n_words`. Only officials' words count, unless `by` has `speaker_side`. Raises `TalksError` for an unknown column
    or dictionary, and as `Corpus.count_terms_of`, which counts. Source: Stone and others (1966, The General Inquirer);
    `mean_interval`. Known weakness: a word counts whatever it means there, affirmed or denied; short texts vary much.

    >>> table = ah.rates(ah.load_corpus(), {"soybeans": ["soybean", "soybeans"]})
    >>> table.loc[table["speaker_side"] == "CN", ["n_using", "low"]].to_numpy().tolist()
    [[2.0, nan]]
    """
    by = [by] if isinstance(by, str) else list(by)
    units, n, _ = _count(corpus, read_dictionary(dictionary), by, clusters)
    if period:
        units = add_period(units, period).dropna(subset=period)
        refuse_undated(units, period)
    keys = [*([period] if period else []), *by]
    if "doc_id" in by:
        table = n.melt(var_name="concept", value_name="n", ignore_index=False)
        table = table.join(units[[*keys, "n_words"]], how="inner")
        table = table.assign(rate=1_000 * table["n"] / table["n_words"])
        return table[["concept", *keys, "rate", "n", "n_words"]].reset_index(drop=True)
    rows = []
    for key, cell in units.groupby(keys, observed=True):
        n_words = cell["n_words"].to_numpy()
        for concept, found in zip(n.columns, n.to_numpy()[cell.index].T, strict=True):
            interval = mean_interval(1_000 * found / n_words, clusters=cell["cluster"] if clusters else None)
            n_using = int((found > 0).sum())
            *bounds, reason = _bounds(interval, n_using)
            sums = (found.sum(), interval.n_documents, n_using, n_words.sum())
            rows.append((concept, *key, interval.mean, *bounds, *sums, *interval[4:6], reason))
    numbers = ["n", "n_documents", "n_using", "n_words", "n_clusters"]
    table = pd.DataFrame(rows, columns=["concept", *keys, "rate", "low", "high", *numbers, "n_effective", "reason"])
    table = fill_grid(table, {"concept": list(n)} | {name: in_order(units[name]) for name in keys}, numbers)
    table = table.fillna({"reason": "no document"})
    return table if clusters else table.drop(columns=["n_clusters", "n_effective"])


def _bounds(interval: Interval, n_using: int) -> tuple[float, float, str]:
    """Give the bounds of an interval and why there are none, also where too few texts use a word."""
    if n_using >= MIN_USING:
        return interval.low, interval.high, interval.reason
    return np.nan, np.nan, f"{n_using} texts use it; expected at least {MIN_USING}"


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

    In: a corpus, a dictionary and `clusters`, as for `rates`; `by`, a column, and two values. Out: `concept`, the
    values (mean per 1,000 words), `difference`, `low`, `high` (95 %; none under 10 using documents in a group),
    `using_...` of `n_...` documents, `smallest_ratio`, which would have been told apart in 80 of 100 such collections,
    with clusters `n_clusters`, `n_effective`; `reason`, why there is no interval. `leave_one_out` adds `least_...`,
    `most_...`, the extremes with one term left out, and `term_...`, whose omission changes most. Raises `TalksError` as
    `rates`. Source: `difference_interval`; the jackknife (Tukey 1958) over terms. Known weakness: kinds of text are
    pooled, and a difference may be one of kind.

    >>> table = ah.compare_rates(ah.load_corpus(), {"Taiwan": ["taiwan"], "soybeans": ["soybean", "soybeans"]})
    >>> table[["concept", "using_CN", "high"]].round(1).to_numpy().tolist()
    [['Taiwan', 86, -2.7], ['soybeans', 2, nan]]
    """
    units, n, found = _count(corpus, read_dictionary(dictionary), [by], clusters)
    groups = {group: units[units[by] == group] for group in (first, second)}
    named = "words of officials of either side" if by == "speaker_side" else f"{by} {first} or {second}"
    refuse_empty(pd.concat(groups.values()), f"text with {named}")
    if any(own.empty for own in groups.values()):
        corpus.where(**{by: [first, second]})  # refuses a value that is known nowhere
    single = {group: _leave_one_out(found, own) for group, own in groups.items() if leave_one_out}
    belonging = [own["cluster"] if clusters else None for own in groups.values()]
    rows = []
    for concept in n.columns:
        counts = [n.loc[own.index, concept] for own in groups.values()]
        values = [1_000 * count / own["n_words"] for count, own in zip(counts, groups.values(), strict=True)]
        using = [int((count > 0).sum()) for count in counts]
        means = [mean_interval(one, clusters=own) for one, own in zip(values, belonging, strict=True)]
        interval = subtract(*means)
        ratio = smallest_ratio(*means) if min(using) >= MIN_USING else np.nan
        left_out = [figure for figures in single.values() for figure in figures[concept]]
        *bounds, reason = _bounds(interval, min(using))
        told = (*bounds, *using, *map(len, values), ratio, *(interval[4:6] if clusters else ()), reason)
        rows.append((concept, *(mean.mean for mean in means), interval.mean, *told, *left_out))
    columns = ["concept", first, second, "difference", "low", "high"]
    columns += [f"{name}_{group}" for name in ("using", "n") for group in groups]
    columns += ["smallest_ratio", *(["n_clusters", "n_effective"] if clusters else []), "reason"]
    columns += [f"{name}_{group}" for group in single for name in ("least", "most", "term")]
    return pd.DataFrame(rows, columns=columns).astype({name: "str" for name in columns if name.startswith("term_")})


def _count(
    corpus: Corpus, dictionary: dict[str, list[str]], by: list[str], clusters: str | None = None
) -> tuple[pd.DataFrame, ...]:
    """Give documents (or their parts by voice) with words and cluster, their counts by concept, and the terms found."""
    dictionary = {concept: [*map(spell_term, terms)] for concept, terms in dictionary.items()}
    documents = corpus.documents.drop(columns=list(OF_PASSAGE))
    check_columns(by, [*documents, *corpus.columns("passages")])
    keys = ["doc_id", *(name for name in by if name not in documents)]
    passages = corpus.body(dict.fromkeys(["passage_id", "speaker_side", "n_words", *keys])).dropna(subset=keys)
    if "speaker_side" not in by:
        passages = passages[passages["speaker_side"].isin(OWN)]
    passages = passages.assign(unit=passages.groupby(keys).ngroup())
    units = passages.groupby(keys)["n_words"].sum().reset_index()  # its index is the number of the unit
    units = units[units["n_words"] > 0]
    refuse_empty(units, "text with words of officials of either side")
    given = dict.fromkeys(["date", "date_precision", *(name for name in by if name in documents and name != "doc_id")])
    units = units.join(documents.set_index("doc_id")[list(given)], on="doc_id").dropna(subset=by)
    if clusters:
        units = units.assign(cluster=find_clusters(corpus, units, clusters))
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


def _leave_one_out(found: pd.DataFrame, units: pd.DataFrame) -> dict[str, tuple[float, float, str | None]]:
    """Give by concept the smallest and largest mean rate with one term left out, and the term that matters most."""
    n_words, figures = found["unit"].map(units["n_words"]), {}
    parts = (1_000 * found["n"] / n_words).groupby([found["concept"], found["term"]]).sum() / len(units)
    for concept, part in parts.groupby(level=0):
        terms = part.droplevel(0).round(9)
        mean = round(terms.sum(), 3)
        least, most = (round(mean - rate, 3) + 0.0 for rate in (terms.max(), terms.min()))
        figures[concept] = least, most, terms.idxmax() if terms.any() else None
    return figures


def concordance(corpus: Corpus, term: str, *, width: int = 60) -> pd.DataFrame:
    """List every place where a term stands, with what is written before and after it.

    In: a corpus with its text; a term of one word or more, as for `rates`; `width`, in characters. Out, by date, text
    and order: `doc_id`, `date`, `side`, `speaker_side`, `left`, `keyword` (as printed), `right`. Raises `TalksError`
    for a corpus without text and a term without a word; warns where no text has it. Source: keyword in context (Luhn
    1960). Known weakness: a term may run over the end of a sentence; "us" is the pronoun, US and U.S. the country.

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
    for text, place in zip(passages["text"].iloc[texts], places - words.starts[texts], strict=True):
        spans = find_spans(text)
        start, end = spans[place][0], spans[place + further][1]
        rows.append((text[max(start - width, 0) : start], text[start:end], text[end : end + width]))
    context = pd.DataFrame(rows, columns=["left", "keyword", "right"], dtype="str")
    return passages.iloc[texts].reset_index(drop=True).join(context)
