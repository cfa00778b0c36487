"""Sentiment: the tone of sentences by several instruments, and its comparison by side, target and talk."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import distribution
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from .build.encoder import encode, encode_all, use_encoder
from .build.names import mask_names, mask_texts
from .build.phrases import Found, Phrases
from .build.pieces import Known, cut_pieces, ranges
from .build.vader import package, score_vader
from .corpus import Corpus, add_period, in_order, refuse_empty, table_of
from .dictionaries import read_lexicon, read_weights
from .errors import TalksError
from .tables import find_places
from .uncertainty import mean_interval
from .words import find_words

INSTRUMENTS = ("tone_vader", "tone_diplomatic", "tone_general")
SEMANTIC = "tone_semantic"
NEGATION, NEGATION_REACH = -0.74, 3  # the factor and the reach in words that VADER's authors measured
AFINN_MAXIMUM = 5.0
GROUPS = ("side", "speaker_side", "target", "collection", "genre", "month", "talk_id")


# ---------------------------------------------------------------------------------------------------
# The word lists


def _split(text: str) -> list[str]:
    return [token.lower().replace("’", "'").removesuffix("'s") for token in find_words(text)]


def _forms(word: str) -> list[str]:
    """Give a word with its regular endings: urge, urges, urged, urging."""
    stem = word.removesuffix("e")
    forms = [word, f"{word}s", f"{stem}ed", f"{stem}ing"]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        forms.append(f"{word}es")
    if word.endswith("y"):
        forms += [f"{word[:-1]}ies", f"{word[:-1]}ied"]
    return forms


def _diplomatic() -> dict[str, float]:
    """The own list, its first and last words with their endings; what stands in the list itself comes first."""
    listed = {row["term"]: float(row["weight"]) for row in read_lexicon("diplomatic_tone")}
    terms: dict[str, float] = {}
    for term, weight in listed.items():
        first, _, rest = term.partition(" ")
        middle, _, last = rest.rpartition(" ")
        for start in _forms(first):
            for end in _forms(last) if last else [""]:
                terms.setdefault(" ".join(filter(None, [start, middle, end])), weight)
    return terms | listed


def _general() -> dict[str, float]:
    """AFINN from -1 to 1, without words that carry no tone here.

    Only the list (Open Database License) is read from the installed package; its code does not run.
    """
    rows = distribution("afinn").locate_file("afinn/data/AFINN-en-165.txt").read_text(encoding="utf-8").splitlines()
    terms = {term: float(weight) / AFINN_MAXIMUM for term, weight in (row.split("\t") for row in rows if row)}
    neutral = {row["term"] for name in ("tone_neutral_words", "tone_negations") for row in read_lexicon(name)}
    return {term: weight for term, weight in terms.items() if term not in neutral and _split(term)}


def _modifiers() -> dict[str, float]:
    negations = {row["term"]: NEGATION for row in read_lexicon("tone_negations")}
    return negations | {row["term"]: float(row["factor"]) for row in read_lexicon("tone_intensifiers")}


class _Lists(NamedTuple):
    numbers: dict[str, int]  # of all words of the lists, from 1
    in_vader: np.ndarray  # by number
    diplomatic: Phrases
    general: Phrases
    modifiers: Phrases


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    lists: list[dict[tuple[str, ...], float]] = []
    for values in (_diplomatic(), _general(), _modifiers()):
        terms: dict[tuple[str, ...], float] = {}
        for term, value in values.items():
            terms.setdefault(tuple(_split(term)), value)
        lists.append(terms)
    words = dict.fromkeys(word for terms in lists for term in terms for word in term)
    numbers = {word: n for n, word in enumerate(words | dict.fromkeys(package().lexicon), start=1)}
    in_vader = np.array([False, *(word in package().lexicon for word in numbers)])
    return _Lists(numbers, in_vader, *(Phrases(terms, numbers) for terms in lists))


@lru_cache(maxsize=1)
def _known() -> Known:
    numbers = _lists().numbers
    return Known(lambda piece: ([numbers.get(word, 0) for word in _split(piece)], []), n_counts=0)


# ---------------------------------------------------------------------------------------------------
# Scoring


def bend(scores: np.ndarray) -> np.ndarray:
    """Bend scores of any size into -1 to 1, as VADER does."""
    return scores / np.sqrt(scores**2 + 1)


def _find_factors(places: np.ndarray, offsets: np.ndarray, modifiers: Found, n_words: int) -> np.ndarray:
    """The factors of terms: of an intensifier directly before it, and of a negation among three words before."""
    behind = np.ones(n_words + 1)  # the factor that ends before each word
    behind[modifiers.ends] = modifiers.weights
    near = [np.where(offsets > back, behind[places - back], 1.0) for back in range(NEGATION_REACH)]
    return np.where(near[0] > 0, near[0], 1.0) * np.where(np.min(near, axis=0) < 0, NEGATION, 1.0)


def _score_list(
    words: np.ndarray, starts: np.ndarray, terms: Phrases, modifiers: Found
) -> tuple[np.ndarray, np.ndarray]:
    """Score sentences by a list: the sum of its weights, bent into -1 to 1, and the places of its words."""
    found = terms.find(words, starts)
    places, ends, weights = (part[found.weights != 0] for part in found)
    rows = np.searchsorted(starts, places, side="right") - 1
    factors = _find_factors(places, places - starts[rows], modifiers, len(words))
    totals, n_found = (np.bincount(rows, values, minlength=len(starts) - 1) for values in (weights * factors, None))
    return np.where(n_found > 0, bend(totals), np.nan), ranges(places, ends - places)


def score_instruments(texts: Iterable[str]) -> pd.DataFrame:
    """Score sentences with each instrument by itself: `tone_vader`, `tone_diplomatic`, `tone_general`, `n_scored`.

    Examples
    --------
    >>> score_instruments(["We had constructive talks."]).round(2).to_dict("records")
    [{'tone_vader': nan, 'tone_diplomatic': 0.51, 'tone_general': nan, 'n_scored': 1}]
    """
    masked = mask_texts(texts)
    words, starts = cut_pieces(masked).spread(_known())
    lists = _lists()
    modifiers = lists.modifiers.find(words, starts)
    diplomatic, places = _score_list(words, starts, lists.diplomatic, modifiers)
    general, more = _score_list(words, starts, lists.general, modifiers)
    scored = lists.in_vader[words]
    scored[places] = scored[more] = True
    n_scored = np.diff(np.concatenate(([0], np.cumsum(scored)))[starts]).astype("int32")
    table = pd.DataFrame(dict(zip(INSTRUMENTS, (score_vader(masked), diplomatic, general), strict=True)))
    return table.round(4).assign(n_scored=n_scored)


@lru_cache(maxsize=1)
def _spreads() -> pd.Series:
    return pd.Series({row["column"]: float(row["sd"]) for row in read_lexicon("tone_scales")})


def mean_vector(sentence: str) -> np.ndarray:
    """Give the mean vector of a sentence, of length 1, its names masked; nothing but zeros where it has no word."""
    vectors, _ = encode(re.sub(r"(?i)\bthe\s+someone\b", "someone", mask_names(sentence, "someone")))
    mean = vectors.mean(axis=0)
    return mean / np.linalg.norm(mean) if _split(sentence) else np.zeros_like(mean)


@lru_cache(maxsize=1)
def _semantic_weights() -> pd.Series:
    return read_weights("tone_semantic").set_index("term")["weight"].astype("float64")


def score_semantic(texts: Iterable[str]) -> np.ndarray:
    """Score sentences with the sentence encoder, from -1 to 1, 4 decimals; NaN where a sentence has no word."""
    texts = list(texts)
    known = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    vectors = encode_all(known, mean_vector)
    weights = _semantic_weights()
    scores = vectors @ weights.iloc[: vectors.shape[1]].to_numpy() + weights["(intercept)"]
    scores = np.where(vectors.any(axis=1), bend(scores), np.nan).round(4)
    return scores[[known[text] for text in texts]]


def score_tone(frame: pd.DataFrame, text: str = "text", *, semantic: bool | None = None) -> pd.DataFrame:
    """Score the tone of each sentence, from cool to warm, by three instruments and their mean.

    In: a frame with sentences in the column `text`. Out: the same rows, with `tone_vader` (VADER),
    `tone_diplomatic` (the list of this suite, `lexicons/en/diplomatic_tone.csv`) and `tone_general` (the
    list AFINN), each from -1 to 1; `tone`, their mean after each is divided by its spread in
    `lexicons/en/tone_scales.csv`; `n_scored`, the words that at least one of them scored. 4 decimals. Names
    of countries, offices and people are masked first. An instrument that knows no word of a sentence is
    missing there, and `tone` is the mean of the others; without a scored word all are missing. Zero
    stays zero: it means neither warm nor cool, not the mean of some texts.

    With the extra `semantic` (by default where it is installed; `semantic` says yes or no) a sentence
    encoder adds `tone_semantic`, -1 to 1, for every sentence with a word. `tone` is then the mean of two:
    the mean of the word lists (0 where they know no word) and the encoder divided by its spread. Its zero is
    the mean of the rated texts it learnt from: read differences, not signs. Such a tone is not comparable
    with one made without. Raises `TalksError` if it is asked for and missing, and for a row without a text.

    A list scores the sum of its weights, bent into -1 to 1 as by VADER; a word counts with its regular
    endings, the longest term first; `lexicons/en/tone_...csv` hold negations (times -0.74, three words on),
    intensifiers and words without tone.

    Source: Hutto and Gilbert (2014), package vaderSentiment; Nielsen (2011), package afinn; the encoder
    all-MiniLM-L6-v2 (Reimers and Gurevych 2019) under a ridge regression, `training/semantic.py`.
    Known weakness: words in quotation and irony are scored like all others, a verb does not turn its
    object round ("ruins our friendship"), and a dark subject (war, drugs) looks like a cool tone. The
    encoder reads the first 256 tokens, and gives texts that are not English a number that means nothing.

    Examples
    --------
    >>> frame = pd.DataFrame({"text": ["The United States met China.", "We oppose this.", "We do not oppose this."]})
    >>> score_tone(frame, semantic=False)[["tone_diplomatic", "n_scored"]].to_numpy().round(2).tolist()
    [[nan, 0.0], [-0.45, 1.0], [0.35, 1.0]]
    """
    no_text = ~frame[text].map(lambda value: isinstance(value, str)).astype("bool")
    if no_text.any():
        row = frame.index[int(np.argmax(no_text.to_numpy()))]
        raise TalksError(f"row {row}: {text} holds no text; expected one in every row; leave such rows out")
    scores = score_instruments(frame[text])
    tone = (scores[list(INSTRUMENTS)] / _spreads()).mean(axis=1).where(scores["n_scored"] > 0)
    columns = {name: scores[name].to_numpy() for name in INSTRUMENTS}
    if use_encoder(semantic):
        columns[SEMANTIC] = score_semantic(frame[text])
        tone = (tone.fillna(0) + columns[SEMANTIC] / _semantic_weights()["(spread)"]) / 2
    return frame.assign(**columns, tone=tone.round(4).to_numpy(), n_scored=scores["n_scored"].to_numpy())


# ---------------------------------------------------------------------------------------------------
# Comparing


def tone_instruments(corpus: Corpus) -> list[str]:
    """List the instruments that made the tone of a corpus, as its record says.

    Raises `TalksError` where they are not those of this version.

    Examples
    --------
    >>> from analysis_helpers import load_corpus
    >>> tone_instruments(load_corpus())
    ['tone_vader', 'tone_diplomatic', 'tone_general']
    """
    made_of = corpus.record.get("settings", {}).get("tone")
    if made_of not in (list(INSTRUMENTS), [*INSTRUMENTS, SEMANTIC]):
        raise TalksError(
            f"corpus.json: tone is made of {made_of}; expected {list(INSTRUMENTS)}, with or without {SEMANTIC}, or "
            "tones are not comparable; build the corpus again"
        )
    return made_of


def _add_target(sentences: pd.DataFrame) -> pd.DataFrame:
    """Say of whom a sentence speaks: US, CN, both, or the relationship, which wins; missing where of none."""
    us, cn = sentences["mentions_us"] > 0, sentences["mentions_cn"] > 0
    conditions = [sentences["mentions_relationship"] > 0, us & cn, us, cn]
    target = np.select(conditions, ["relationship", "both", "US", "CN"], default=None)
    return sentences.assign(target=pd.Series(target, index=sentences.index, dtype="str"))


def compare_tone(corpus: Corpus, by: str | Iterable[str], *, instrument: str = "tone") -> pd.DataFrame:
    """Compare the tone of sentences: by who speaks, of whom, in which kind of text, month or talk.

    In: a corpus, with or without its text, and one or more of `side`, `speaker_side`, `target`,
    `collection`, `genre`, `month`, `talk_id`; `instrument` is `tone` or one of its parts. The
    `target` of a sentence is US or CN (it names only that one), both, or relationship, which wins;
    sentences that name none are then left out. Out: one row per combination, with `mean` (over
    documents of the means of their scored sentences), `low`, `high` (95 %), `n_documents`, `n_sentences`.
    An empty combination has n = 0. Questions of journalists are left out, unless `speaker_side` is
    asked for; so are texts without a value of a column of `by`. The instruments behind the means are in
    `attrs["instruments"]`: figures refuse tables that differ in them. Raises `TalksError` for an unknown
    column, where no sentence is left, and for a corpus scored by other instruments.

    Source: `mean_interval`; by speaker and target, because warm words and hard lines go together. Known
    weakness: kinds of text differ more in tone than sides do; compare within a genre first.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> tone = ah.compare_tone(ah.load_corpus().where(genre="press_conference"), by=["speaker_side", "target"])
    >>> tone.columns.tolist()
    ['speaker_side', 'target', 'mean', 'low', 'high', 'n_documents', 'n_sentences']
    """
    by = [by] if isinstance(by, str) else list(by)
    parts = tone_instruments(corpus)
    for name, known, what in ((instrument, ["tone", *parts], "instrument"), *((n, GROUPS, "column") for n in by)):
        if name not in known:
            raise TalksError(f"unknown {what} {name!r}; expected one of {', '.join(known)}")
    rows = _rows_to_compare(corpus, by, instrument)
    named = " that names a country or the relationship" if "target" in by else ""
    refuse_empty(rows, f"sentence{named}")
    rows = rows.dropna()
    cells = []
    for key, cell in rows.groupby(by, observed=True):
        cells.append((*key, *mean_interval(cell[instrument], cell["document"]), len(cell)))
    table = pd.DataFrame(cells, columns=[*by, "mean", "low", "high", "n_documents", "n_sentences"])
    grid = pd.MultiIndex.from_product([in_order(rows[name]) for name in by], names=by).to_frame(index=False)
    counts = dict.fromkeys(["n_documents", "n_sentences"], 0)
    table = grid.merge(table, on=by, how="left").fillna(counts).astype(dict.fromkeys(counts, "int64"))
    table.attrs["instruments"] = parts if instrument == "tone" else [instrument]
    return table


def _rows_to_compare(corpus: Corpus, by: list[str], instrument: str) -> pd.DataFrame:
    """Give the sentences with a value of each column of `by`: `document` (a number), those columns, the instrument."""
    documents = add_period(corpus.documents, "month")
    documents = documents.assign(document=pd.factorize(documents["doc_id"], sort=True)[0])
    given = ["document", *(name for name in by if name in documents)]
    passages = table_of(corpus, "passages").read(["passage_id", "doc_id"])
    passages = passages.merge(documents[["doc_id", *given]], on="doc_id")
    among, spoken, rows = pd.Index(passages["passage_id"]), passages[given], []
    mentions = ["mentions_us", "mentions_cn", "mentions_relationship"]
    for piece in table_of(corpus, "sentences").pieces(["passage_id", "speaker_side", *mentions, instrument]):
        place = find_places(piece["passage_id"], among)
        kept = place >= 0 if "speaker_side" in by else (place >= 0) & (piece["speaker_side"] != "question").to_numpy()
        sentences = _add_target(piece[kept].astype({"speaker_side": "str"})).reset_index(drop=True)
        sentences = sentences.join(spoken.iloc[place[kept]].reset_index(drop=True))
        rows.append(sentences[["document", *by, instrument]].dropna(subset=by))
    return pd.concat(rows, ignore_index=True)


def compare_instruments(corpus: Corpus) -> pd.DataFrame:
    """Tell how far the instruments of tone agree with each other, sentence by sentence.

    In: a corpus, with or without its text. Out: one row per pair of instruments, with `pair`,
    `rank_correlation` (Spearman), `equal_sign` (share of sentences that both call warm, both cool or
    both neither), `n_sentences` (those that both score). No interval: sentences of a text are alike.

    Source: Spearman (1904). Known weakness: the lists share many words, so agreement is no proof.

    Examples
    --------
    >>> import analysis_helpers as ah
    >>> ah.compare_instruments(ah.load_corpus())["pair"].tolist()
    ['tone_vader, tone_diplomatic', 'tone_vader, tone_general', 'tone_diplomatic, tone_general']
    """
    table, rows = table_of(corpus, "sentences"), []
    refuse_empty(table.read(["n_words"]), "sentence of officials")
    parts = tone_instruments(corpus)
    sentences = table.read(parts)
    for pair in combinations(parts, 2):
        both = sentences[list(pair)].dropna()
        first, second = (both[name] for name in pair)
        equal = np.sign(first) == np.sign(second)
        rows.append((", ".join(pair), first.corr(second, method="spearman"), equal.mean(), len(both)))
    table = pd.DataFrame(rows, columns=["pair", "rank_correlation", "equal_sign", "n_sentences"])
    return table.round(3)
