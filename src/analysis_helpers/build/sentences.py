"""Sentences: documents are split into passages, passages into sentences."""

import re
from functools import lru_cache
from itertools import pairwise

import pandas as pd
import regex

from ..dictionaries import read_lexicon
from ..words import language_of, languages_of

_NOTE = r"(?P<note>\[\d{1,3}\]|[¹²³⁰⁴-⁹*†‡]+|(?<=[a-z][a-z”\"’][.?!])\d{1,2}|(?<=[a-z][.?!][”\"’])\d{1,2})?"
_STOP = re.compile(rf"(?<![.?!…])(?P<stop>[.?!…]++)(?P<closing>[\"'”’»)\]]*+){_NOTE}(?:\s++|(?=[“‘«(\[][A-Z]))")
_NUMERAL = r"(?:\d{1,3}(?:\.\d{1,2})*|[A-Za-z]|[ivx]{2,5}|[IVX]{2,5})"
_PART = r"(?i:sec|section|article|art|chapter|part|annex|appendix|paragraph|para|item|point|step|rule|no|title)"
_LIST_NUMBER = re.compile(rf"[^\w.?!]*(?:{_PART}\.?\s+)?{_NUMERAL}[.)]+[^\w.?!]*")
_IN_LIST = re.compile(r"(?::\s+[“\"(]*(?:1|[aiAI])|;\s+(?:and\s+|or\s+)?\(?(?:\d{1,2}|[A-Za-z]|[ivx]{2,4}))$")
_SMALL_NUMBER = re.compile(rf"\(?{_NUMERAL}[.)]\s")
_GOES_ON = re.compile(r"\Z|[.,;:!?…)\]}”’»%]")
_FIRST = re.compile(r"\W*(?P<word>[^\W\d_]+)(?P<next>\W?\w?)")
_SIGN = re.compile(r"[^\W_]")
_EDGE = re.compile(r"[\s,“\"(\[…—–/]|(?<!\w)['‘’]")
_INITIALS = re.compile(r"(?:[A-Za-z]\.)*[A-Za-z]|[RDI]-[A-Z][a-z]*")
_SAID = re.compile(
    r"(?!He |She )(?:[A-Z][\w.’-]*\s){1,4}(?:(?:[\w.’-]+\s){0,6}(?=\w+[.,]))?"
    r"(?:said|says|asked|asks|added|wrote|told|replied|answered)\b"
)
_AT = re.compile(
    r"\W*(?:At|By|From|Until|Since|Before|After|Around|About|Shortly|Just)(?: [a-z]+){0,2} [\d:]+ ?[ap]\.m"
)
_CLOCK_GOES_ON = re.compile(r"[A-Z]{2,4}\b|[A-Z][a-z]+day\b|(?:Ea|We)stern\b|(?:\w+\s){1,2}[Tt]ime\b")


def split_passages(documents: pd.DataFrame) -> pd.DataFrame:
    """Split cleaned documents into passages: one row per paragraph or heading.

    In: `doc_id`, `blocks` (from `clean_documents`). Out: `passage_id` (doc_id-p0001), `doc_id`, `position` (from 1, in
    the order of the page), `kind` (body, heading), `text`.

    >>> documents = pd.DataFrame({"doc_id": ["a"], "blocks": [[("heading", "Trade"), ("body", "They met.")]]})
    >>> split_passages(documents)["passage_id"].tolist()
    ['a-p0001', 'a-p0002']
    """
    rows = [
        (f"{doc_id}-p{position:04d}", doc_id, position, kind, text)
        for doc_id, blocks in zip(documents["doc_id"], documents["blocks"], strict=True)
        for position, (kind, text) in enumerate(blocks, start=1)
    ]
    return _make_table(rows, ["passage_id", "doc_id", "position", "kind", "text"])


def _make_table(rows: list[tuple], columns: list[str]) -> pd.DataFrame:
    types = {column: "int32" if column == "position" else "str" for column in columns}
    return pd.DataFrame(rows, columns=columns).astype(types)


@lru_cache(maxsize=1)
def load_abbreviations() -> dict[str, str]:
    """Words of `lexicons/en/abbreviations.csv`, whose stop ends no sentence, each with its kind."""
    return {row["term"]: row["reason"] for row in read_lexicon("abbreviations")}


@lru_cache(maxsize=1)
def _starters() -> dict[str, str]:
    return {row["term"].capitalize(): row["reason"] for row in read_lexicon("sentence_starters")}


def split_text(text: str, language: str = "en") -> list[str]:
    """Split a paragraph into its sentences, by rules and an explicit list of abbreviations.

    In: a paragraph, and its language (en, zh); Chinese is cut after 。！？… and the marks that close behind, not at ；.
    Source: the method of Grefenstette and Tapanainen (1994), "What is a Word, What is a Sentence?": abbreviations of
    `lexicons/en/abbreviations.csv` end a sentence only before a word of `sentence_starters.csv`. The number of an item
    goes with what follows, "she asked" with the question before it. Known weakness: "left the U.S. China said" is not
    split, as China may be part of a name.

    >>> split_text("Dr. Liu left the U.S. on Sept. 14-15. Sino-U.S. talks go on in the U.S. The end.")
    ['Dr. Liu left the U.S. on Sept. 14-15.', 'Sino-U.S. talks go on in the U.S.', 'The end.']
    """
    begins = [0]
    if end := language_of(language).sentence_end:
        begins += [stop.end() for stop in regex.finditer(end, text)]
        return [sentence for a, b in pairwise([*begins, len(text)]) if (sentence := text[a:b].strip())]
    for stop in _STOP.finditer(text):
        if _ends(text, begins[-1], stop):
            begins.append(stop.end())
    rest = text[begins[-1] :].strip()
    if len(begins) > 1 and (not _SIGN.search(rest) or _LIST_NUMBER.fullmatch(rest)):
        begins.pop()
    return [sentence for a, b in pairwise([*begins, len(text)]) if (sentence := text[a:b].strip())]


def _ends(text: str, begin: int, stop: re.Match[str]) -> bool:
    """Tell whether a stop ends the sentence that began there."""
    after = text[stop.end() : stop.end() + 60]
    if _GOES_ON.match(after) or not _SIGN.search(text, begin, min(stop.start(), begin + 50)):
        return False
    before = text[max(begin, stop.start() - 30) : stop.start()]
    word, first = _EDGE.split(before)[-1], _FIRST.match(after)
    word = word if _INITIALS.fullmatch(word) else word.rpartition("-")[2]
    kind = load_abbreviations().get(word.lower()) or ("initials" if _INITIALS.fullmatch(word) else None)
    full = stop["stop"] == "."
    if first and first["word"][0].islower() and not _SMALL_NUMBER.match(after):
        return full and not (stop["closing"] or kind) and word.rstrip(")]")[-2:].isalpha()
    starts = first is not None and _starts_sentence(first)
    if not full or before.endswith(". "):
        named = word == "Yahoo" or (stop["closing"] and _SAID.match(after))
        return starts or (not named if stop["stop"][-1] in "?!" else bool(stop["closing"] or stop["stop"][3:]))
    if (stop.end() - begin < 30 and _LIST_NUMBER.fullmatch(text, begin, stop.end())) or _IN_LIST.search(before):
        return False
    return not kind or (first is not None and _ends_after(kind, word, before, stop, first, after))


def _starts_sentence(first: re.Match[str]) -> bool:
    why = _starters().get(first["word"])
    return why is not None and (why != "begins names too" or first["next"][-1:].islower())


def _ends_after(kind: str, word: str, before: str, stop: re.Match[str], first: re.Match[str], after: str) -> bool:
    """Tell whether the stop of an abbreviation ends a sentence too, by what follows."""
    capital = first["word"].istitle() and (first["next"][-1:].islower() or len(first["word"]) > 1)
    if stop["note"] or not capital or (len(word) == 1 and word.islower()):
        return False
    if kind == "before a number" or (kind == "clock" and not (_CLOCK_GOES_ON.match(after) or _AT.fullmatch(before))):
        return True
    quoted = set(stop["closing"]) & set('"”’') and not before.endswith(tuple(f"{sign}{word}" for sign in "\"“‘'"))
    he = first["word"] in {"He", "She"} and first["next"][-1:].islower() and kind not in {"title", "initials"}
    return _starts_sentence(first) or he or bool(quoted)


def split_sentences(passages: pd.DataFrame) -> pd.DataFrame:
    """Split body passages into sentences; headings are not sentences.

    In: `passages` (passage_id, kind, speaker_side, text; language, else English). Out: a row a sentence with
    `sentence_id` (passage_id-s001), `passage_id`, `position` (from 1), `speaker_side`, `language`, `text`. Source and
    weakness: `split_text`.

    >>> row = {"passage_id": "a-p0001", "kind": "body", "speaker_side": "US", "text": "We met. We agreed."}
    >>> split_sentences(pd.DataFrame([row]))["text"].tolist()
    ['We met.', 'We agreed.']
    """
    body = passages[passages["kind"] == "body"]
    told = zip(body["passage_id"], body["speaker_side"], languages_of(body), body["text"], strict=True)
    rows = [
        (f"{passage_id}-s{position:03d}", passage_id, position, side, language, sentence)
        for passage_id, side, language, text in told
        for position, sentence in enumerate(split_text(text, language), start=1)
    ]
    return _make_table(rows, ["sentence_id", "passage_id", "position", "speaker_side", "language", "text"])
