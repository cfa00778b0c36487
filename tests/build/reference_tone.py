"""Tone and names one sentence at a time, by definition: what the fast ways must give."""

import re
from collections import Counter
from functools import lru_cache

import numpy as np
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from analysis_helpers.build.names import PLAIN
from analysis_helpers.build.tone import NEGATION, NEGATION_REACH, _diplomatic, _general, _modifiers, _split, bend
from analysis_helpers.dictionaries import read_lexicon


def names_pattern(terms):
    """All names side by side, longest first; single words only as printed or in capitals."""
    parts = []
    for term in sorted(set(terms), key=lambda term: (-len(term), term)):
        escaped = re.escape(term).replace(r"\ ", r"\s+")
        parts.append(f"(?i:{escaped})" if " " in term or "-" in term else f"(?:{escaped}|{escaped.upper()})")
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?!\w)")


@lru_cache(maxsize=1)
def _targets():
    rows = read_lexicon("targets")
    return names_pattern(row["term"] for row in rows), {row["term"].casefold(): row["target"] for row in rows}


def count_mentions(text):
    pattern, target = _targets()
    found = Counter(target[re.sub(r"\s+", " ", match).casefold()] for match in pattern.findall(text.translate(PLAIN)))
    return {name: found[name] for name in ("us", "cn", "relationship")}


@lru_cache(maxsize=1)
def _masked():
    names = [row["term"] for name in ("targets", "masked_names") for row in read_lexicon(name)]
    names = [name for name in names if not re.match(r"(?i)(bilateral|the two|our two|both) ", name)]
    return names_pattern([*names, *(row["term"] for row in read_lexicon("people"))])


def mask_names(text, word="Name"):
    return _masked().sub(word, text.translate(PLAIN))


def index_terms(terms):
    """Put terms under their first word, the longest first, each as its list of words."""
    entries = {}
    for term, value in terms.items():
        words = _split(term)
        entries.setdefault(words[0], []).append((words, value))
    return {first: sorted(listed, key=lambda entry: -len(entry[0])) for first, listed in entries.items()}


@lru_cache(maxsize=1)
def _entries():
    return index_terms(_diplomatic()), index_terms(_general()), index_terms(_modifiers())


def find_terms(words, entries):
    """Find the terms of a list, from left to right, the longest at each place: (start, end, value)."""
    found, at = [], 0
    while at < len(words):
        for term, value in entries.get(words[at], ()):
            if words[at : at + len(term)] == term:
                found.append((at, at + len(term), value))
                at += len(term)
                break
        else:
            at += 1
    return found


def _factor(start, modifiers):
    """The factor of a term: of an intensifier directly before it, and of a negation among three words before."""
    near = [modifiers.get(start - back, 1.0) for back in range(NEGATION_REACH)]
    return (near[0] if near[0] > 0 else 1.0) * (NEGATION if min(near) < 0 else 1.0)


def _score_list(words, entries, modifiers):
    """Score a sentence by a list: the sum of its weights, bent into -1 to 1, and the places of its words."""
    found = [(start, end, weight) for start, end, weight in find_terms(words, entries) if weight]
    total = sum(weight * _factor(start, modifiers) for start, _, weight in found)
    places = {place for start, end, _ in found for place in range(start, end)}
    return (bend(total) if found else float("nan")), places


@lru_cache(maxsize=1)
def vader():
    return SentimentIntensityAnalyzer()


def score_vader(masked):
    known = any(word.strip(".,!?;:\"'“”()").lower() in vader().lexicon for word in masked.split())
    return vader().polarity_scores(masked)["compound"] if known else float("nan")


def score_sentence(sentence):
    """The tone by VADER, the own list and AFINN, and the number of scored words."""
    masked = mask_names(sentence)
    words = _split(masked)
    diplomatic, general, modifiers = _entries()
    factors = {end: factor for _, end, factor in find_terms(words, modifiers)}
    own, places = _score_list(words, diplomatic, factors)
    other, more = _score_list(words, general, factors)
    known = {place for place, word in enumerate(words) if word in vader().lexicon}
    scores = [np.round(score, 4) for score in (score_vader(masked), own, other)]
    return (*scores, len(places | more | known))
