"""Boilerplate: which lines of a saved or pasted page are the article, and which are the page around it.

A logistic regression on shallow text features (Kohlschütter, Fankhauser, Nejdl 2010) tells how likely each line is part
of the article; the best unbroken run is kept. `training/page_lines.py` fits the weights on labels by trafilatura.
Known weakness: teasers in full sentences, comments without a label, and articles that are lists.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate, compress, islice

import numpy as np
import pandas as pd

from ..dictionaries import read_lexicon
from .sentences import load_abbreviations

Numbers = np.ndarray
Figures = dict[str, np.ndarray]

_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CJK_PER_WORD = 1.8
_EIGHT_TOKENS = re.compile(r"[\W_]*+(?:[^\W_]++(?:['’-][^\W_]++)*+[\W_]++){7}[^\W_]")
_STOP = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_WHOLE = re.compile(r"[.!?。][\"”’»)\]]*$")
_SENTENCE = re.compile(r"[.!?][\"”’)]*\s+[A-ZÀ-Þ\"“«(]|[。！？]")
_MONTH = r"(?:jan|feb|mar|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zé]*\.?"
_DATE = rf"{_MONTH} \d{{1,2}},? \d{{4}}|\d{{1,2}} {_MONTH} \d{{4}}"
_TIME = r"\d{1,2}:\d\d(?: ?[ap]\.?m\.?)?"
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_STAMP = rf"(?:{_TIME},? (?:{_DATE})|(?:{_DATE}),?(?: at)? {_TIME}|{_DAY},? (?:{_DATE}))"
_STAMP += r"(?: (?:E[SD]T|GMT|UTC|BST|CET))?"
_PERSON = {"i", "we", "you", "my", "our", "your", "us", "me", "wir", "sie", "nous", "vous"}
_NEAR = ("log words", "function words", "small letters", "stopped", "page words", "capitals", "prose", "short")
_NEAR += ("sign: bullet", "tie")
_SPANS = ((1, 0), (3, 0), (8, 0), (0, 1), (0, 3), (0, 8))
_LABELS = ("(comments)", "(related)")
INTERCEPT = "(intercept)"
TOP, BAR, DROP = 0.95, 0.2, 0.02
UNLIKE, SIGNS, SIGN = 0.25, 2, 0.3
HEADLINE_ABOVE, BOX, ALIKE = 12, 8, 0.3


@lru_cache(maxsize=1)
def _words_of_pages() -> dict[str, frozenset[str]]:
    """Function words of six languages, and the words of buttons and menus."""
    return pd.DataFrame(read_lexicon("page_words")).groupby("kind")["term"].agg(frozenset).to_dict()


@lru_cache(maxsize=1)
def _signs() -> dict[str, re.Pattern[str]]:
    """Patterns of the signs of a line, and of the labels above comments and other stories."""
    return {row["sign"]: re.compile(row["pattern"]) for row in read_lexicon("page_signs")}


def _tokens(text: str) -> tuple[list[str], float]:
    """List the words of a line; Chinese, Japanese and Korean signs are counted only, as so many words."""
    cjk = len(CJK.findall(text)) / _CJK_PER_WORD
    return _TOKEN.findall(CJK.sub(" ", text) if cjk else text), cjk


def _page_words(text: str) -> tuple[float, float]:
    """Count the words of a line, and say how large a share of them are words of buttons and menus."""
    tokens, cjk = _tokens(text)
    n = len(tokens) + cjk
    return n, sum(token.lower() in _words_of_pages()["page word"] for token in tokens) * (1 / max(n, 1))


def _ends(text: str) -> str:
    """Both ends of a line, where its signs stand: a search for all of them takes time."""
    return text if len(text) < 1_000 else text[:500] + text[-500:]


def _is_button(text: str) -> bool:
    """Tell a line that is plainly a button or a menu: few words, many of them words of pages, or a copyright."""
    if _EIGHT_TOKENS.match(text) and not CJK.search(text):
        return False
    n, share = _page_words(text)
    return n < 8 and (share >= SIGN or bool(_signs()["copyright"].search(_ends(text))))


def _describe_line(text: str, copies: int) -> dict[str, float]:
    """Describe one line by itself: its length, its words, its signs."""
    tokens, cjk = _tokens(text)
    small, kinds, n = [token.lower() for token in tokens], _words_of_pages(), len(tokens) + cjk
    share = 1 / max(n, 1)
    function = (sum(word in kinds["function word"] for word in small) + 0.4 * cjk) * share
    lower = (sum(token[0].islower() for token in tokens) + 0.7 * cjk) * share
    page = sum(word in kinds["page word"] for word in small)
    stopped = bool(_STOP.search(text[-10:]))
    figures = {
        "words": n,
        "log words": np.log1p(n),
        **{f"over {limit} words": n > limit for limit in (2, 5, 10, 20, 40, 80)},
        "short": n < 8,
        "function words": function,
        "small letters": lower,
        "capitals": sum(token[0].isupper() for token in tokens[1:]) * share,
        "shouted": sum(token.isupper() and len(token) > 1 for token in tokens) * share,
        "digits": sum(token[0].isdigit() for token in tokens) * share,
        "page words": page * share,
        "any page word": page > 0,
        "page word first": bool(small) and small[0] in kinds["page word"],
        "person": sum(word in _PERSON for word in small) * share,
        "stopped": stopped,
        "sentences": np.log1p(len(_SENTENCE.findall(text)) + stopped),
        "commas": text.count(",") * share,
        "letters a word": min(len(text) * share, 20.0) if not cjk else 5.0,
        "begins small": text[:1].islower(),
        "copies": np.log1p(copies - 1),
        "tie": n >= 8 and lower > 0.5,
        "prose": n >= 10 and (function >= 0.15 or lower >= 0.7) and (stopped or n >= 25),
    }
    signs = {f"sign: {name}": bool(sign.search(_ends(text))) for name, sign in _signs().items() if name[0] != "("}
    return figures | signs


def _describe_lines(texts: Sequence[str]) -> Figures:
    copies = Counter(texts)
    rows = pd.DataFrame([_describe_line(text, copies[text]) for text in texts], dtype=float)
    return {name: rows[name].to_numpy() for name in rows}


def _nearby(column: Numbers, before: int, after: int) -> Numbers:
    """Mean of a column over the `before` lines above or the `after` lines below each line; 0 beyond the page."""
    sums = np.concatenate([[0.0], np.cumsum(column)])
    here = np.arange(len(column))
    low = here + 1 if after else np.maximum(here - before, 0)
    high = np.minimum(here + 1 + after, len(column)) if after else here
    return (sums[high] - sums[low]) / (before + after)


def _best_run(gains: Numbers) -> tuple[int, int]:
    """Find the unbroken run of lines with the largest sum: first line, line after the last."""
    sums = np.concatenate([[0.0], np.cumsum(gains)])
    lowest = np.minimum.accumulate(sums)
    end = int(np.argmax(sums[1:] - lowest[:-1])) + 1
    return int(np.argmin(sums[:end])), end


def _content(text: str) -> set[str]:
    return {word.lower() for word in _TOKEN.findall(text) if len(word) > 3}


@lru_cache(maxsize=1)
def _cuts() -> re.Pattern[str]:
    """Where a page on one line is cut: each match ends at a cut."""
    known = sorted(_words_of_pages()["label"])
    labels = "|".join(f"{re.escape(label[0])}(?i:{re.escape(label[1:])})" for label in known)
    return re.compile(
        r"[.!?…][\"”’»)\]]*\s+(?=[A-ZÀ-Þ\"“(\[【©\d])"
        rf"|\s+(?=[|•·©【▪]|By [A-Z]|(?:{labels})(?!\w)|\([^()]{{1,30}}\) (?i:{_STAMP}))"
        rf"|\s*(?:>>|»)\s+|】\s*|(?i:{_STAMP})\s+(?=[A-ZÀ-Þ\"“(])"
    )


def split_flat_page(text: str) -> list[str]:
    """Cut a page that lost its line breaks into sentences, stamps and labels. Joined by spaces they are the text."""
    ends = [match.end() for match in _cuts().finditer(text)]
    words = [re.search(r"\b(\w[\w.]*)\.\s+$", text[max(end - 10, 0) : end]) for end in ends]
    short = [word and (word[1].lower() in load_abbreviations() or len(word[1]) == 1) for word in words]
    ends = [end for end, abbreviated in zip(ends, short, strict=True) if not abbreviated]
    pieces = [text[a:b].strip() for a, b in zip([0, *ends], [*ends, len(text)], strict=True)]
    return [part for piece in pieces if piece for part in _cut_menu(piece)]


def _cut_menu(piece: str) -> list[str]:
    """Cut the words of a menu from the sentence that follows them: a long row of capitals, then small letters."""
    words = piece.split(" ")
    rises = list(accumulate(1 if word[:1].isupper() else -2 for word in words[:200]))
    end = rises.index(max(rises))
    if rises[end] < 8 or len(words) - end < 8:
        return [piece]
    return [" ".join(words[:end]), " ".join(words[end:])]


def _describe_page(texts: Sequence[str], lines: Figures) -> Figures:
    """Describe each line by the prose above and below it, and by labels above it after 60 words of prose."""
    n, words, prose = len(lines["words"]), lines["words"], lines["words"] * lines["prose"]
    total = max(prose.sum(), 1.0)
    above = np.cumsum(prose) - prose
    below = total - above - prose
    labels = {name: np.array([bool(_signs()[name].search(text)) for text in texts]) for name in _LABELS}
    comments, related = (label & (words <= 8) for label in labels.values())
    after_comments = np.maximum.accumulate(comments & (above >= 60))
    return {
        **{f"prose above over {share}": above / total > share for share in (0.5, 0.8, 0.95)},
        **{f"prose below over {share}": below / total > share for share in (0.5, 0.8, 0.95)},
        "no prose above": above == 0,
        "no prose below": above + prose >= total,
        "place": np.arange(n) / n,
        "lines of the page": np.full(n, np.log(n)),
        "prose of the page": np.full(n, prose.sum() / max(words.sum(), 1)),
        "after the comments": after_comments,
        "prose after the comments": lines["prose"] * after_comments,
        "after a label": np.maximum.accumulate(related & (above >= 60)),
        "label": related,
        "just after a label": _nearby(related, 6, 0),
    }


def _describe_runs(texts: Sequence[str], lines: Figures) -> Figures:
    """Describe each line by the run of lines with most prose, found by rule, and by the words it shares with it."""
    gains = np.minimum(lines["words"], 80)
    first, end = _best_run(np.where(lines["prose"] > 0, gains, -4 - 8 * lines["page words"]))
    wide = _best_run(np.where(lines["prose"] > 0, gains, -1 - 4 * lines["page words"]))
    here = np.arange(len(texts))
    inside = ((here >= first) & (here < end)).astype(float)
    content = [_content(text[:2_000]) for text in texts]
    held = Counter(word for number in range(first, end) for word in content[number])
    pairs = zip(content, inside, strict=True)
    recur = np.array([sum(held[word] > inner for word in own) / max(len(own), 1) for own, inner in pairs])
    likely = (lines["words"] >= 3) & (lines["words"] <= 25) & (recur >= 0.5) & (lines["stopped"] == 0) & (here < first)
    runs = {}
    for name, (above, below) in {"run": (first, end), "wide run": wide}.items():
        runs[f"inside the {name}"] = (here >= above) & (here < below)
        runs[f"above the {name}"] = np.log1p(np.maximum(above - here, 0))
        runs[f"below the {name}"] = np.log1p(np.maximum(here - below + 1, 0))
    return runs | {
        **{f"{name} inside the run": inside * lines[name] for name in ("short", "page words", "stopped")},
        "prose above the run": lines["prose"] * (here < first),
        "prose below the run": lines["prose"] * (here >= end),
        "headline": likely,
        "recurs": recur,
        "recurs near": _nearby(recur * lines["tie"], 3, 0) + _nearby(recur * lines["tie"], 0, 3),
        "recurs in prose": recur * lines["prose"],
    }


def line_features(texts: Sequence[str], lines: Figures | None = None) -> Figures:
    """Describe the lines of a page by 130 figures each: the line, its neighbours, its place on the page."""
    lines = _describe_lines(texts) if lines is None else lines
    near = {
        f"{name}, {before or after} {'above' if before else 'below'}": _nearby(lines[name], before, after)
        for name in _NEAR
        for before, after in _SPANS
    }
    own = {name: column for name, column in lines.items() if name != "words"}
    return own | near | _describe_page(texts, lines) | _describe_runs(texts, lines)


@lru_cache(maxsize=1)
def load_line_weights() -> pd.DataFrame:
    """Load the weights of the line model: one row per feature, with its mean and scale on the training pages."""
    with files("analysis_helpers").joinpath("build/weights/page_lines.parquet").open("rb") as table:
        return pd.read_parquet(table)


def choose_lines(chances: Numbers, words: Numbers) -> list[bool]:
    """Choose the best unbroken run of lines, less the lines in it that are hardly ever text."""
    order = np.argsort(chances)
    mass = np.cumsum(words[order])
    top = chances[order][np.searchsorted(mass, TOP * mass[-1])]  # pages differ in how sure the model can be
    first, end = _best_run((chances - min(BAR * top, 0.4)) * np.sqrt(words))
    here = np.arange(len(chances))
    return ((here >= first) & (here < end) & (chances >= DROP * top)).tolist()


def trim_to_sentences(kept: Sequence[bool], texts: Sequence[str]) -> list[bool]:
    """Shorten a run of pieces at both ends to whole sentences: on a page on one line all else there is the page."""
    whole = [number for number, k in enumerate(kept) if k and _WHOLE.search(texts[number])]
    return [k and whole[0] <= number <= whole[-1] for number, k in enumerate(kept)] if whole else list(kept)


def extend_over_boxes(kept: Sequence[bool], texts: Sequence[str], lines: Figures) -> list[bool]:
    """Go on behind a box that cuts an article in two: to near prose that shares its words, with no label in between."""
    extended = list(kept)
    run_end = end = len(extended) - extended[::-1].index(True)
    held = _content(" ".join(compress(texts, kept)))
    prose = (lines["prose"] > 0) & (lines["stopped"] > 0)
    for number, text in enumerate(texts[end:], start=end):
        labelled = lines["words"][number] <= 8 and any(_signs()[name].search(text) for name in _LABELS)
        if labelled or number - end >= BOX:
            break
        own = _content(text)
        goes_on = number == end > run_end or len(own & held) >= ALIKE * len(own)
        if prose[number] and goes_on:
            extended[number], end = True, number + 1
    return extended


def find_article_lines(texts: Sequence[str], *, flat: bool = False, weights: pd.DataFrame | None = None) -> list[bool]:
    """Tell for each line of a page, or piece of a page on one line (`flat`), whether it is part of the article."""
    if len(list(islice(filter(_is_button, texts), SIGNS))) < SIGNS:  # most texts end here, and this is fast
        return [True] * len(texts)
    lines = _describe_lines(texts)
    like = np.maximum.reduce([lines["prose"], lines["stopped"], lines["sign: colon"]])
    if like.mean() > 1 - (0 if flat else UNLIKE):
        return [True] * len(texts)
    weights = (load_line_weights() if weights is None else weights).set_index("feature")
    intercept, weights = weights.loc[INTERCEPT, "weight"], weights.drop(INTERCEPT)
    features = line_features(texts, lines)
    matrix = np.column_stack([features[name] for name in weights.index])
    standard = (matrix - weights["mean"].to_numpy()) / weights["scale"].to_numpy()
    chances = 1 / (1 + np.exp(-(standard @ weights["weight"].to_numpy()) - intercept))
    kept = choose_lines(chances, np.maximum(lines["words"], 0.5))
    return kept if flat else extend_over_boxes(kept, texts, lines)


def find_headline(texts: Sequence[str], kept: Sequence[bool]) -> int | None:
    """Find the headline above the article: the nearest short line without a stop that recurs there or at the top."""
    first, held = list(kept).index(True), _content(" ".join(compress(texts, kept)))
    for number in reversed(range(max(first - HEADLINE_ABOVE, 0), first)):
        text, own = texts[number], _content(texts[number])
        short = 3 <= len(_TOKEN.findall(text)) <= 25 and text[:1].isupper()
        known = len(own & held) >= len(own) / 2 or any(text in above for above in texts[:number])
        button = _page_words(text)[1] >= SIGN
        if short and own and known and not button and not re.search(r"[.!…:]$", text):
            return number
    return None
