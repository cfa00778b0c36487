"""Rates: how often the terms of a dictionary are used, by side, period or document, and where they stand."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from .corpus import Corpus, find_units, list_languages, shipped_data
from .dictionaries import DICTIONARIES, load_dictionary, read_dictionary
from .errors import TalksError
from .uncertainty import mean_interval, means_by, smallest_ratio, subtract
from .words import holds, language_of, languages_of, number_texts, spell_term

MIN_USING = 10
OWN = ("US", "CN")  # the officials' own voice
SHARES = ("share", "share_low", "share_high")  # at equal length
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

    In: a dictionary: a name, a frame with `concept` and `term`, or terms by concept; columns; year, month or week;
    `clusters`, a column (speaker, date, week) whose texts are not independent. Out: `concept`, period, `by`, `rate`
    (mean over documents), `low`, `high` (95 %; none under 10 using documents), `n`, `n_documents`, `n_using`,
    `n_words`, `reason`; by `doc_id` a row a document. `share`, `share_low`, `share_high`: texts that use it at equal
    length, weighted over the quarters of length. By `language` each has its list, and `kappa` tells how far they agree:
    shares compare from .7 on, rates never. Only officials' words count, unless `by` has `speaker_side`. Raises
    `TalksError` for an unknown column or term. Source: Stone and others (1966); direct standardisation (Fleiss, Levin
    and Paik 2003, 19). Known weakness: a word counts whatever it means.

    >>> ah.rates(ah.load_corpus().where(collection="articles"), {"tariffs": ["tariff"]})["n_using"].tolist()
    [1, 0]
    """
    by = [by] if isinstance(by, str) else list(by)
    keys, tables = [*([period] if period else []), *by], {}
    languages = list_languages(corpus)
    if len(languages) > 1 and {"language", "doc_id"} & {*by}:
        cut = [corpus.where(language=[one, None] if one == languages[0] else one) for one in languages]
        parts = [rates(part, dictionary, by, period, clusters=clusters) for part in cut]
        table = pd.concat(parts, ignore_index=True)
        known = load_agreement().set_index(["dictionary", "concept"])["kappa"].to_dict()
        name = dictionary if isinstance(dictionary, str) else ""
        table.attrs["n_undated"] = sum(part.attrs["n_undated"] for part in parts)
        return table.assign(kappa=[known.get((name, concept), np.nan) for concept in table["concept"]])
    units, n = _count(corpus, dictionary, keys, clusters, by)
    bins = np.searchsorted(np.quantile(units["n_words"], (0.25, 0.5, 0.75)), units["n_words"])
    units = units.assign(quarter=bins, weight=np.bincount(bins)[bins] / len(bins))
    for concept, found in n.items():
        rows = units.assign(n=found, n_using=found > 0, value=1_000 * found / units["n_words"])
        if "doc_id" in by:
            tables[concept] = rows[[*keys, "value", "n", "n_words"]].rename(columns={"value": "rate"})
            continue
        table = means_by(rows, keys, ["n", "n_documents", "n_using", "n_words"]).rename(columns={"mean": "rate"})
        few = (table["n_using"] < MIN_USING) & (table["n_documents"] > 0)
        shares = means_by(rows.assign(value=_at_equal_length(rows, keys)), keys, [])[["mean", "low", "high"]].clip(0, 1)
        table[list(SHARES)] = shares
        table.loc[few, ["low", "high", *SHARES[1:]]] = np.nan
        table.loc[few, "reason"] = table["n_using"].astype("str") + FEW
        tables[concept] = table.drop(columns="smallest")
    table = pd.concat(tables, names=["concept"]).reset_index(level=0).reset_index(drop=True)
    table.attrs.update(units.attrs)
    return table


def _at_equal_length(rows: pd.DataFrame, keys: list[str]) -> pd.Series:
    """Give values whose mean in a cell is its standardised share of using texts, and whose spread that within bins."""
    rows = rows[[*keys, "quarter", "weight"]].assign(using=rows["n_using"].astype("float64"))
    cells, bins = (rows.groupby(names, observed=True)["using"] for names in (keys, [*keys, "quarter"]))
    n_bin = bins.transform("size")
    each = (rows["weight"] / n_bin).where(n_bin > 1)
    sums = rows.assign(share=each * rows["using"], there=each).groupby(keys, observed=True)[["share", "there"]]
    apart = (rows["using"] - bins.transform("mean")) * np.sqrt(n_bin / (n_bin - 1).clip(lower=1))
    sums = sums.transform("sum")
    return (sums["share"] + each * cells.transform("size") * apart).where(sums["there"] > 1 - 1e-9)


def load_agreement() -> pd.DataFrame:
    """Load how far the English and the Chinese list of each concept agree, on the same answers in both languages.

    Out: `dictionary`, `concept`, `n_pairs`, `n_en`, `n_zh`, `kappa`, `precision`, `recall`, `ratio` (Chinese hits for
    one English). Source: `build.compare_lists` on 2,313 answers of the foreign ministry, 2018-2020. Known weakness: a
    list that misses the same in both languages agrees.

    >>> ah.load_agreement()["kappa"].max() <= 1
    np.True_
    """
    return pd.read_csv(shipped_data() / "validation" / "lists_en_zh.csv")


def compare_rates(
    corpus: Corpus,
    dictionary: Dictionary,
    by: str = "speaker_side",
    first: str = "US",
    second: str = "CN",
    *,
    clusters: str | None = None,
) -> pd.DataFrame:
    """Compare how often two groups use each concept of a dictionary.

    In: as for `rates`; a column, and two values. Out: `concept`, the values (mean per 1,000 words), `difference`,
    `low`, `high` (95 %), `using_...` of `n_...` documents, `smallest_ratio` found in 80 of 100, `reason`. Raises
    `TalksError` as `rates`. Source: `difference_interval`. Known weakness: kinds of text are pooled.

    >>> ah.compare_rates(ah.load_corpus().where(collection="articles"), {"tariffs": ["tariff"]})["using_US"].tolist()
    [1]
    """
    units, n = _count(corpus, dictionary, [by], clusters)
    groups = {group: units[units[by] == group] for group in (first, second)}
    if any(own.empty for own in groups.values()):
        corpus.where(**{by: [first, second]})  # refuses a value that is known nowhere
    rows = []
    for concept in n.columns:
        values = {group: 1_000 * n.loc[own.index, concept] / own["n_words"] for group, own in groups.items()}
        using = {f"using_{group}": int((shares > 0).sum()) for group, shares in values.items()}
        means = [mean_interval(shares, clusters=groups[group].get("cluster")) for group, shares in values.items()]
        interval, ratio = subtract(*means), smallest_ratio(*means)
        if (few := min(using.values())) < MIN_USING:
            interval, ratio = interval._replace(low=np.nan, high=np.nan, reason=f"{few}{FEW}"), np.nan
        row = {"concept": concept, first: means[0].mean, second: means[1].mean, "difference": interval.mean}
        row |= {"low": interval.low, "high": interval.high} | using
        row |= {f"n_{group}": len(own) for group, own in groups.items()} | {"smallest_ratio": ratio}
        row |= {name: getattr(interval, name) for name in ("n_clusters", "n_effective") if clusters}
        rows.append(row | {"reason": interval.reason})
    return pd.DataFrame(rows)


def _count(corpus: Corpus, dictionary: Dictionary, keys: list, clusters: str | None, by: list | None = None) -> tuple:
    language = "zh" if list_languages(corpus) == ["zh"] else "en"
    read = load_dictionary(dictionary, language) if isinstance(dictionary, str) else read_dictionary(dictionary)
    dictionary = {concept: [*map(spell_term, terms)] for concept, terms in read.items()}
    passages, units = find_units(corpus, keys, clusters, None if "speaker_side" in keys else OWN, by)
    pairs = [(concept, term) for concept, given in dictionary.items() for term in dict.fromkeys(given)]
    # A term that holds another of its concept is not counted beside it: where "port" is, so are "port fees".
    kept = [not any(other != term and holds(term, other) for other in dictionary[concept]) for concept, term in pairs]
    terms = pd.DataFrame(pairs, columns=["concept", "term"], dtype="str")[kept]
    shipped = [listed for name in DICTIONARIES for listed in load_dictionary(name, language).values()]
    rare = [term for listed in dictionary.values() if listed in shipped for term in listed]  # nobody typed them
    found = corpus.count_terms_of(terms["term"].unique(), rare).merge(passages[["passage_id", "unit"]], on="passage_id")
    n = found.merge(terms, on="term").pivot_table("n", "unit", "concept", aggfunc="sum", fill_value=0)
    n = n.reindex(index=range(passages["unit"].max() + 1), columns=list(dictionary), fill_value=0).astype("int64")
    return units, n


def concordance(corpus: Corpus, term: str, *, width: int = 60) -> pd.DataFrame:
    """List every place where a term stands, with what is written before and after it, in `width` characters.

    Out: `doc_id`, `date`, `side`, `speaker_side`, `left`, `keyword` (as printed), `right`. Raises `TalksError` without
    text and for a term without a word. Source: Luhn (1960). Known weakness: a term may run over a sentence's end.

    >>> corpus = ah.load_corpus(ah.shipped_data() / "example_corpus")
    >>> ah.concordance(corpus.where(doc_id="wire_a"), "both sides", width=16)["right"].tolist()[0]
    ' agreed on Tuesd'
    """
    if not corpus.has_text:
        expected = "expected its text, to show what stands around a word"
        raise TalksError(f"this corpus holds no text; {expected}; use rates, or build the corpus from the texts")
    wanted, rows = spell_term(term), []
    for passages, words, _, places in corpus.find_places([wanted]):
        texts, languages = number_texts(words)[places], languages_of(passages)
        for number, place in zip(texts, places - words.starts[texts], strict=True):
            text, passage_id = passages.loc[number, ["text", "passage_id"]]
            spans = language_of(languages[number]).find_spans(text)
            start, end = spans[place][0], spans[place + wanted.count(" ")][1]
            rows.append((passage_id, text[max(start - width, 0) : start], text[start:end], text[end : end + width]))
    context = pd.DataFrame(rows, columns=["passage_id", "left", "keyword", "right"], dtype="str")
    places = corpus.body(["passage_id", "doc_id", "speaker_side", "position"]).merge(context, on="passage_id")
    if places.empty:
        corpus.count_terms_of([term])  # warns where no text of the corpus has it
    places = places.merge(corpus.documents[["doc_id", "date", "side"]], on="doc_id")
    places = places.sort_values(["date", "doc_id", "position"], kind="stable", ignore_index=True)
    return places[["doc_id", "date", "side", "speaker_side", "left", "keyword", "right"]]
