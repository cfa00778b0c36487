"""Topics: what the texts talk about, by a fitted model that says how stable it is."""

import warnings
from dataclasses import dataclass
from html import escape
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, diags

from .corpus import PERIODS, Corpus, check_columns, find_units, refuse_empty, refuse_languages
from .dictionaries import known_names, load_stop_words, read_lexicon
from .errors import TalksError
from .uncertainty import SEED, add_up, leave_one_out, means_by, resample, shuffle
from .words import is_name

PIECE_WORDS = 180
MIN_DOCUMENTS, MIN_DOCUMENTS_SMALL, SMALL = 5, 2, 50
MAX_SHARE, MAX_ITERATIONS = 0.5, 500
N_TOP = 10
STABLE, CLOSE, N_SHUFFLED = 0.5, 0.02, 5
NEXT = "model.top_terms() · ah.typical_documents(corpus, model) · ah.topic_stability(corpus, model)"


@dataclass(frozen=True)
class TopicModel:
    """Topics fitted to a corpus: their terms, their shares of the documents, and how they were made.

    `topic_terms`: `topic` (from 1, the largest first), `term`, `weight`; `document_topics`: `doc_id`, `topic`, `share`
    (0 to 1), `strength`; `voice_topics` also by `speaker_side`. Source: `fit_topics`. Known weakness: shares always sum
    to 1.

    >>> str(ah.fit_topics(ah.load_corpus().where(collection="articles"), 2))
    'TopicModel: 2 topics from 24 pieces of 5 documents, 253 terms'
    """

    topic_terms: pd.DataFrame
    document_topics: pd.DataFrame
    voice_topics: pd.DataFrame
    settings: dict[str, Any]

    def __str__(self) -> str:
        numbers = "{n_topics} topics from {n_pieces:,} pieces of {n_documents:,} documents, {n_terms:,} terms"
        return f"TopicModel: {numbers.format(**self.settings)}"

    def __repr__(self) -> str:
        return f"{self}\n\n{self._outline().to_string()}\n\nNext: {NEXT}"

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>\n{self._outline().to_html(border=0)}\n<p>Next: <code>{escape(NEXT)}</code></p>"

    def _outline(self) -> pd.DataFrame:
        shares = self.document_topics.groupby("topic")["share"].mean().map("{:.0%}".format, na_action="ignore")
        return pd.DataFrame({"label": self.labels(), "mean share": shares}).rename_axis(None)

    def top_terms(self, n: int = N_TOP) -> pd.DataFrame:
        """List the n terms that weigh most in each topic: `topic`, `rank`, `term`, `weight`."""
        top = self.topic_terms.groupby("topic").head(n)
        return top.assign(rank=top.groupby("topic").cumcount() + 1)[["topic", "rank", "term", "weight"]]

    def labels(self) -> pd.Series:
        """Name each topic by its three strongest terms: a series by topic."""
        labels = self.top_terms(3).groupby("topic")["term"].agg(" · ".join).rename("label")
        numbered = labels + " (" + labels.index.astype("str") + ")"
        return labels.where(~labels.duplicated(keep=False), numbered)


class _Pieces(NamedTuple):
    """Pieces of documents by terms, weighted and counted, with the document and the voice of each piece."""

    weights: csr_matrix
    importance: np.ndarray  # root of its part of its document; 0 without any term
    counts: csr_matrix
    terms: np.ndarray
    keys: pd.DataFrame  # doc_id, speaker_side
    documents: np.ndarray  # the number of the document of each piece


def fit_topics(corpus: Corpus, n_topics: int, *, seed: int = SEED, level: str = "passage") -> TopicModel:
    """Find the topics of a corpus: groups of words that come together, and their share of each document.

    In: at `level` "passage" what one voice says is cut to about 180 words, at "document" left whole. Out: a
    `TopicModel` without stop words, names, titles, multiword terms, words in under 5 documents (2 of under 50) or over
    half of the pieces. Raises `TalksError` for too many topics. Source: NMF (Lee and Seung 1999) of TF-IDF (Manning and
    others 2008). Known weakness: there is always an answer; ask `topic_stability`.

    >>> texts = ah.load_corpus().where(side="CN", speaker_side="CN", date=slice("2025-11-01", "2025-12-31"))
    >>> ah.fit_topics(texts, 4).labels()[3]
    'taiwan · independence · forces'
    """
    pieces = weigh_pieces(corpus, level)
    strengths, loadings = _factorize(pieces.weights, pieces.importance, n_topics, seed)
    documents = pieces.keys[["doc_id"]]
    shares = _share_topics(strengths, documents, corpus).groupby("topic")["share"].mean()
    order = shares.sort_values(ascending=False, kind="stable").index - 1
    strengths, loadings = strengths[:, order], loadings[order]
    settings = {"method": "NMF (nndsvda) on TF-IDF, 1 + log n", "n_topics": n_topics, "seed": seed, "level": level}
    settings |= {"n_documents": len(corpus.documents), "n_pieces": len(documents), "n_terms": len(pieces.terms)}
    settings["piece_words"] = PIECE_WORDS if level == "passage" else None
    by_document, by_voice = (_share_topics(strengths, keys, corpus) for keys in (documents, pieces.keys))
    return TopicModel(_list_terms(loadings, pieces.terms), by_document, by_voice, settings)


def weigh_pieces(corpus: Corpus, level: str) -> _Pieces:
    """Lay out the pieces of a corpus as TF-IDF, each of length 1, without names and stop words."""
    refuse_languages(corpus.documents)
    passages = cut_pieces(corpus, level)
    refuse_empty(passages, "text to find topics in")
    keys = passages.drop_duplicates("piece").sort_values("piece", ignore_index=True)[["doc_id", "speaker_side"]]
    matrix, terms = corpus.matrix(passages["passage_id"], passages["piece"].to_numpy(), exclude=load_stop_words())
    matrix = _mask_names(matrix, terms)
    documents = pd.factorize(keys["doc_id"], sort=True)[0]
    n_documents = add_up(matrix > 0, documents).getnnz(axis=0)
    least = MIN_DOCUMENTS if len(corpus.documents) >= SMALL else MIN_DOCUMENTS_SMALL
    kept = (n_documents >= least) & (matrix.getnnz(axis=0) <= MAX_SHARE * len(keys))
    left_out = load_stop_words() | {row["term"].rstrip(".") for row in read_lexicon("titles")}
    plain = [len(term) > 1 and not {" ", "'"} & set(term) and term not in left_out for term in terms[kept].tolist()]
    kept[kept] = np.array(plain, dtype=bool) & ~is_name(terms[kept])
    if not kept.any():
        found = f"no term stands in {least} of {len(corpus.documents)} documents"
        found += f" and in at most half of their {len(keys)} pieces"
        raise TalksError(f"{found}; expected texts that share words; give more texts")
    counts = matrix[:, kept]
    weights = _weigh(counts)
    filled = weights.getnnz(axis=1) > 0
    importance = filled / np.sqrt(np.maximum(np.bincount(documents, weights=filled), 1))[documents]
    return _Pieces(weights, importance, counts, np.asarray(terms[kept]), keys, documents)


def _weigh(counts: csr_matrix) -> csr_matrix:
    """Weigh counts: ten times a word in a piece tell more of its topic than once, but not ten times more."""
    from sklearn.feature_extraction.text import TfidfTransformer

    return TfidfTransformer(sublinear_tf=True).fit_transform(counts)


def cut_pieces(corpus: Corpus, level: str) -> pd.DataFrame:
    """Give each body passage the number of its piece: consecutive words of one voice, evenly cut."""
    check_columns([level], ["passage", "document"], "level")
    passages = corpus.body(["passage_id", "doc_id", "speaker_side", "position", "n_words"])
    passages = passages.sort_values(["doc_id", "speaker_side", "position"])
    spoken = passages.groupby(["doc_id", "speaker_side"], sort=False)["n_words"]
    total = spoken.transform("sum").clip(lower=1)
    n_pieces = (total / PIECE_WORDS).round().clip(lower=1) if level == "passage" else total * 0 + 1
    middle = spoken.cumsum() - passages["n_words"] / 2
    number = np.minimum(middle / total * n_pieces, n_pieces - 1).astype("int64").rename("number")
    return passages.assign(piece=passages.groupby(["doc_id", "speaker_side", number], sort=False).ngroup())


def _mask_names(matrix: csr_matrix, terms: pd.Index) -> csr_matrix:
    """Take the words of multiword names out of the counts: "White House" leaves no white and no house."""
    place = {term: number for number, term in enumerate(terms)}
    names = sorted(name for name in known_names() & set(place) if " " in name)
    pairs = [(place[name], place[word]) for name in names for word in name.split() if word in place]
    words_of = np.array(pairs, dtype="int64").reshape(-1, 2).T
    masked = csr_matrix((np.ones(len(pairs)), tuple(words_of)), shape=(len(terms), len(terms)))
    return (matrix - matrix @ masked).maximum(0).tocsr()  # a name inside a longer name is taken out twice


def _factorize(weights: csr_matrix, importance: np.ndarray, n_topics: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    if not 1 <= n_topics <= min(weights.shape):
        found = f"{n_topics} topics from {weights.shape[0]} pieces with {weights.shape[1]} terms"
        remedy = "expected fewer topics than either, at least 1; ask for fewer topics or give more texts"
        raise TalksError(f"{found}; {remedy}")
    model = NMF(n_topics, init="nndsvda", random_state=seed, max_iter=MAX_ITERATIONS)
    # One thread: these matrices are small, and threads that wait for busy cores make it three times slower.
    # A perfect fit has an error of -1e-16, of which no root is taken.
    with warnings.catch_warnings(), np.errstate(invalid="ignore"), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last step then moves the fourth decimal
        strengths = model.fit_transform(diags(importance) @ weights)
    strengths /= np.where(importance > 0, importance, 1)[:, None]
    lengths = np.sqrt(np.square(model.components_).sum(axis=1))
    return strengths * lengths, model.components_ / np.where(lengths > 0, lengths, 1)[:, None]


def _list_terms(loadings: np.ndarray, terms: np.ndarray) -> pd.DataFrame:
    topics, places = np.nonzero(loadings > 0)
    table = pd.DataFrame({"topic": topics + 1, "term": terms[places], "weight": loadings[topics, places].round(6)})
    return table.sort_values(["topic", "weight", "term"], ascending=[True, False, True], ignore_index=True)


def _share_topics(strengths: np.ndarray, keys: pd.DataFrame, corpus: Corpus) -> pd.DataFrame:
    topics = pd.RangeIndex(1, strengths.shape[1] + 1, name="topic")
    table = pd.DataFrame(strengths, columns=topics).groupby([keys[name] for name in keys]).mean()
    if list(keys) == ["doc_id"]:
        table = table.reindex(corpus.documents["doc_id"])
    total = table.sum(axis=1)
    table = table.where(total > 0)
    parts = {"share": table.div(total, axis=0), "strength": table}
    rows = pd.concat({name: part.round(6).T.unstack() for name, part in parts.items()}, axis=1).reset_index()
    return rows.sort_values([*keys, "topic"], ignore_index=True)


def topic_stability(corpus: Corpus, model: TopicModel, *, n_draws: int = 20, seed: int = SEED) -> pd.DataFrame:
    """Ask of each topic whether it would come back, were documents drawn anew, or left out one by one.

    Out: `topic`, `label`, `bootstrap`, `leave_one_out` (mean overlap of the ten top terms with its match, 0 to 1),
    `n_documents` (where it is largest), `stable` (bootstrap of at least .5). Raises `TalksError` for a model of another
    corpus. Source: Greene, O'Callaghan and Cunningham (2014). Known weakness: legal formulas look stable.

    >>> texts = ah.load_corpus().where(collection="articles")
    >>> ah.topic_stability(texts, ah.fit_topics(texts, 2), n_draws=10)["stable"].tolist()
    [False, False]
    """
    if set(model.document_topics["doc_id"]) != set(corpus.documents["doc_id"]):
        raise TalksError("the model was fitted to other documents; expected those of the corpus; fit it again")
    pieces = weigh_pieces(corpus, model.settings["level"])
    shares = model.document_topics.dropna(subset="share")
    largest = shares.sort_values("share", ascending=False, kind="stable").drop_duplicates("doc_id")["topic"]
    top = _top_sets(model.topic_terms)
    table = model.labels().reset_index()
    n = pieces.documents.max() + 1
    for name, draws in (("bootstrap", resample(n, n_draws, seed)), ("leave_one_out", leave_one_out(n, n_draws, seed))):
        table[name] = _refit(pieces, top, draws, model.settings["seed"]).mean(axis=0).round(3)
    table["n_documents"] = table["topic"].map(largest.value_counts()).fillna(0).astype("int64")
    return table.assign(stable=table["bootstrap"] >= STABLE)


def _refit(pieces: _Pieces, top: list[set[str]], draws: np.ndarray, seed: int) -> np.ndarray:
    importances = (pieces.importance * np.sqrt(draw[pieces.documents]) for draw in draws)
    return np.array([match_topics(top, _fit_top(pieces, importance, len(top), seed)) for importance in importances])


def _fit_top(pieces: _Pieces, importance: np.ndarray, n_topics: int, seed: int) -> list[set[str]]:
    return _top_sets(_list_terms(_factorize(pieces.weights, importance, n_topics, seed)[1], pieces.terms))


def _top_sets(topic_terms: pd.DataFrame) -> list[set[str]]:
    return [set(part["term"].head(N_TOP)) for _, part in topic_terms.groupby("topic")]


def match_topics(first: list[set[str]], second: list[set[str]]) -> np.ndarray:
    """Match two lists of topics one to one, as well as can be: the overlap (Jaccard's) of each of the first, or 0."""
    from scipy.optimize import linear_sum_assignment

    overlap = np.array([[len(one & other) / len(one | other) for other in second] for one in first])
    overlap, matched = overlap.reshape(len(first), -1), np.zeros(len(first))
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    matched[rows] = overlap[rows, columns]
    return matched


def choose_n_topics(corpus: Corpus, candidates: list[int], *, n_draws: int = 20, seed: int = SEED) -> pd.DataFrame:
    """Compare numbers of topics by how well their topics come back, and name the runners-up, or none.

    Out: `n_topics`, `stability` (mean bootstrap), its `standard_error`, `shuffled` (of shuffled words), `adjusted` (how
    far from there to 1), `n_stable`, `coherence` (NPMI, -1 to 1; Bouma 2009), `rank`, `chosen` (rank 1, if at least
    .5), `close` (within .02 or a standard error), `reason`. Source: Greene and others (2014); Dudoit and Fridlyand
    (2002). Known weakness: few texts bear none.

    >>> texts = ah.load_corpus().where(collection="articles")
    >>> ah.choose_n_topics(texts, [2, 3], n_draws=5)["chosen"].tolist()
    [False, False]
    """
    pieces = weigh_pieces(corpus, "passage")
    present = add_up(pieces.counts > 0, pieces.documents) > 0
    draws = resample(present.shape[0], n_draws, seed)
    dealt = [_deal(pieces, order) for order in shuffle(int(pieces.counts.sum()), N_SHUFFLED, seed)]
    rows = []
    for n_topics in candidates:
        top = _fit_top(pieces, pieces.importance, n_topics, seed)
        overlaps = _refit(pieces, top, draws, seed)
        error = overlaps.mean(axis=1).std(ddof=1) / np.sqrt(n_draws)
        tops = (_fit_top(noise, noise.importance, n_topics, seed) for noise in dealt)
        by_lot = [_refit(*each, draw[None], seed) for *each, draw in zip(dealt, tops, draws, strict=False)]
        n_stable = int((overlaps.mean(axis=0) >= STABLE).sum())
        coherence = float(np.mean([measure_coherence(present, pieces.terms, terms) for terms in top]))
        rows.append((n_topics, overlaps.mean(), error, np.mean(by_lot), n_stable, coherence))
    columns = ["n_topics", "stability", "standard_error", "shuffled", "n_stable", "coherence"]
    table = pd.DataFrame(rows, columns=columns).round(3)
    room = (1 - table["shuffled"]).replace(0, np.inf)  # ten terms in all come back whatever the texts
    adjusted = ((table["stability"] - table["shuffled"]) / room).round(3)
    table.insert(4, "adjusted", adjusted)
    table["rank"] = adjusted.rank(ascending=False, method="first").astype("int64")
    table["chosen"] = (table["rank"] == 1) & (adjusted >= STABLE)
    within = adjusted.max() - np.maximum(CLOSE, table["standard_error"])
    table["close"] = table["chosen"].any() & (adjusted >= within - 1e-9) & ~table["chosen"]
    told = "not stable" if table["chosen"].any() else "none is stable"
    shares = table["stability"].map("{:.2f}".format) + " return, " + table["shuffled"].map("{:.2f}".format)
    return table.assign(reason=(f"{told}: " + shares + " of shuffled words").where(adjusted < STABLE, ""))


def _deal(pieces: _Pieces, order: np.ndarray) -> _Pieces:
    """Deal the words out anew, in another order: every piece and term has as many as before, but no topic is left."""
    counts = pieces.counts.tocoo()
    rows, columns = (np.repeat(places, counts.data.astype("int64")) for places in (counts.row, counts.col))
    dealt = csr_matrix((np.ones(len(order)), (rows, columns[order])), shape=counts.shape)
    return pieces._replace(weights=_weigh(dealt), counts=dealt)


def measure_coherence(present: csr_matrix, terms: np.ndarray, top: set[str]) -> float:
    """Average the normalised pointwise mutual information of the pairs of a topic's top terms."""
    columns, values = present[:, np.flatnonzero(np.isin(terms, sorted(top)))].toarray(), []
    for one, other in combinations(columns.T, 2):
        both = (one & other).mean()
        apart = both in (0, 1)  # never together: -1; both everywhere: independent, 0
        values.append(both - 1 if apart else np.log(both / (one.mean() * other.mean())) / -np.log(both))
    return float(np.mean(values)) if values else np.nan


def compare_topics(
    corpus: Corpus, model: TopicModel, by: str | list[str], *, clusters: str | None = None
) -> pd.DataFrame:
    """Compare how large each topic is in the texts of each side, month, kind or talk, with intervals.

    In: columns of `documents`, `speaker_side`, year, month, week; `clusters`, as for `rates`. Out: `topic`, `label`,
    those columns, and as of `compare_tone`. Raises `TalksError` for an unknown column. Source: `mean_interval`. Known
    weakness: the topics are taken as given.

    >>> texts = ah.load_corpus().where(collection="articles")
    >>> ah.compare_topics(texts, ah.fit_topics(texts, 2), by="side")["n_documents"].tolist()
    [2, 3, 2, 3]
    """
    by = [by] if isinstance(by, str) else list(by)
    shares = model.voice_topics if "speaker_side" in by else model.document_topics
    check_columns(by, [*corpus.documents, "speaker_side", *PERIODS])
    _, units = find_units(corpus, by, clusters)
    rows = shares.merge(units).rename(columns={"share": "value"})
    table = means_by(rows, ["topic", *by], ["n_documents"])
    table.insert(1, "label", table["topic"].map(model.labels()))
    table.attrs.update(units.attrs)
    return table


def typical_documents(corpus: Corpus, model: TopicModel, n: int = 3) -> pd.DataFrame:
    """Name the texts to read for each topic: those in which it is strongest, of at least the median length.

    Out: `topic`, `label`, `doc_id`, `date`, `outlet`, `url`, `n_words`, `share`. Source: Grimmer and Stewart (2013).
    Known weakness: a fitted topic need not be a subject that a reader would name.

    >>> texts = ah.load_corpus().where(collection="articles")
    >>> ah.typical_documents(texts, ah.fit_topics(texts, 2), n=1)["outlet"].notna().tolist()
    [True, True]
    """
    refuse_languages(corpus.documents)
    documents = corpus.documents[corpus.documents["n_words"] >= corpus.documents["n_words"].median()]
    rows = model.document_topics.merge(documents[["doc_id", "date", "outlet", "url", "n_words"]], on="doc_id")
    rows = rows[rows["strength"] > 0].assign(label=rows["topic"].map(model.labels()))
    rows = rows.sort_values(["topic", "strength", "doc_id"], ascending=[True, False, True])
    rows = rows.groupby("topic").head(n).reset_index(drop=True)
    return rows[["topic", "label", "doc_id", "date", "outlet", "url", "n_words", "share"]]
