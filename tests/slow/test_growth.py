"""Growth: every step of a build takes time in proportion to its text, whatever stands there; texts are invented.

Linear work takes four times as long for four times the text, quadratic work sixteen times. No time is asserted, only
the ratio of two sizes in seconds of the processor. Attitude is left out. For each step the strings stand that have hurt
it, or might.
"""

import time
from contextlib import suppress

import pandas as pd
import pytest

from analysis_helpers import build
from analysis_helpers.build import boilerplate, names, quotes, sentences, speakers, terms, tone
from analysis_helpers.build.read import databases, dates, encoding, files, language
from analysis_helpers.build.read.registry import DOCUMENT_READERS
from analysis_helpers.errors import UnreadableError

LIMIT, LEAST, TRIES = 8, 0.25, 3
NAMES = ("Vice President ", "Mr. ", "Xi Jinping ", "of the ", "China and ", "and Wang ", "U.S. ")
STOPS = ("Both sides met in Lisbon. ", ".", "1. ", "“U.S. ", "?”", "[1]. ", "a.b", "(! ")
SPEECH = ("said ", "“We met,” Xi Jinping said ", "“", '"', "according to ", "spokesperson for ", ", ")
TURNS = ("Q: a?\n", "Aa Bb: c?\n", "Minister Aa ", "A (0:00) ", ": ", "? ", "\n")
SIGNS = ("(", "[", "[a](", "*", "**a", "_", "-", "a-", "'", "...", ". ", "> ", "\\", " ", "\t")
PAGES = ("<", "<a ", "<p>", "<!--", "&amp;", "http://a.b/", "@a ", "{", "a=", "b'", "Home\n", "Jan 1, 2025 ", "1/")
WORDS = ("a", "1", "1,", "12 ", "é", "中", "\u00a0", "not very good ", "Dr. ", "http://a.b/")
LOOKS = (encoding.repair, encoding.find_garble, language.find_language, databases.split_export, files.unwrap_lines)
LOOKS += (dates.find_date, dates.read_date, dates.find_closing_date, files.extract_fragment)
READERS = [DOCUMENT_READERS[ending] for ending in (".txt", ".md", ".html")]


def _read(texts):
    for text in texts:
        for look in (*LOOKS, *(lambda text, read=read: list(read(text.encode())) for read in READERS)):
            with suppress(UnreadableError):
                look(text)


def _tell_lines(texts):
    for text in texts:
        boilerplate.find_article_lines(["Home", "No comments", "Share", *text.split("\n")])
        boilerplate.split_flat_page(" ".join(text.split()))


def _documents(texts, genre="news report"):
    about = {"doc_id": [str(n) for n in range(len(texts))], "side": "US", "genre": genre, "author": "Xi Jinping"}
    blocks = [[("body", paragraph) for paragraph in text.split("\n") if paragraph.strip()] for text in texts]
    return pd.DataFrame(about).assign(blocks=blocks)


def _passages(texts):
    return sentences.split_passages(_documents(texts)).assign(speaker_side="US")


def _speak(texts):
    for genre in ("interview", ""):
        speakers.add_speakers(sentences.split_passages(_documents(texts)), _documents(texts, genre))


def _quote(texts):
    passages = _passages(texts).assign(speaker=None)
    whole = passages[["passage_id", "speaker_side", "text"]].assign(sentence_id=passages["passage_id"])
    quotes.add_whole_quotations(passages, quotes.add_quoted_speakers(whole, passages, _documents(texts)))


def _count(texts):
    texts = [*texts, " ".join(map(str, range(len(texts[0]) // 8)))]  # many words beside a long one
    terms.count_terms(_passages(texts), terms.lexicon_terms())
    terms.count_pairs(_passages(texts))


STEPS = {
    "read": (_read, PAGES + SIGNS),
    "clean": (lambda texts: [build.clean_text(text) for text in texts], PAGES + SIGNS + TURNS),
    "boilerplate": (_tell_lines, PAGES + TURNS),
    "split": (lambda texts: sentences.split_sentences(_passages(texts)), STOPS + SIGNS + SPEECH + WORDS),
    "speakers": (_speak, TURNS + NAMES),
    "quotes": (_quote, NAMES + SPEECH),
    "names": (lambda texts: (list(map(names.mask_names, texts)), names.find_mentions(texts)), NAMES + SIGNS),
    "terms": (_count, WORDS + SIGNS),
    "tone": (lambda texts: tone.score_tone(pd.DataFrame({"text": texts})), WORDS + NAMES),
}


def _seconds(step, strings, size):
    """Seconds that a step takes for a text of so many characters of each string."""
    texts = [f"Both sides met. {string * (size // len(string))} It rained." for string in strings]
    started = time.process_time()
    step(texts)
    return time.process_time() - started


def _growth(step, strings):
    """How many times as long four times the text takes: the best of three, of which the first that will do ends it."""
    size = 500
    _seconds(step, strings, size)  # what is loaded once
    while (small := _seconds(step, strings, size)) < LEAST:
        size *= 2
    ratio = _seconds(step, strings, 4 * size) / small
    for _ in range(TRIES - 1):
        if ratio > LIMIT:
            ratio = min(ratio, _seconds(step, strings, 4 * size) / _seconds(step, strings, size))
    return ratio


@pytest.mark.parametrize("name", STEPS)
def test_time_grows_with_the_text(name):
    assert _growth(*STEPS[name]) <= LIMIT
