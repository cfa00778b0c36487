"""Splitting: paragraphs, who is speaking in them, and sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pandas as pd

from .cleaning import count_words, stop_clock_of_nltk
from .word_lists import read_lexicon

DIALOGUES = ("press_conference", "interview")
VOICES = ("US", "CN", "other", "question", "unknown")

_CLOCK = r"\((?:\d{1,2}:)?\d{1,2}:\d\d\)"
_LABEL = re.compile(rf"([^\W\d_][^:：?!\n]{{0,70}}?)(?:\s*{_CLOCK}:?|\s*[:：](?:\s*{_CLOCK}:?)?)\s*(?=[^\s/\d])")
_BARE_Q = re.compile(r"Q[.:]?\s+(?=\S)")
_ASKED = re.compile(
    r"(?:[A-Z][\w ]{0,40}, )?(?:a|the|one|another|several|some) (?:reporter|journalist)s? (?:\w+ )?asked$", re.I
)
_SMALL = {"of", "the", "from", "for", "and", "at", "de", "da", "del", "la", "le", "von", "van", "der", "bin", "al"}
_SMALL |= {"reporter", "journalist", "correspondent", "press"}


# ---------------------------------------------------------------------------------------------------
# Paragraphs


def split_passages(documents: pd.DataFrame) -> pd.DataFrame:
    """Split cleaned documents into passages: one row per paragraph or heading.

    In: `doc_id`, `blocks` (from `clean_documents`). Out: `passage_id` (doc_id-p0001), `doc_id`,
    `position` (from 1, in the order of the page), `kind` (body, heading), `text`. The body passages of
    a document, joined by newlines, are its clean text.

    Examples
    --------
    >>> documents = pd.DataFrame({"doc_id": ["a"], "blocks": [[("heading", "Trade"), ("body", "They met.")]]})
    >>> split_passages(documents)[["passage_id", "kind", "text"]]
      passage_id     kind       text
    0    a-p0001  heading      Trade
    1    a-p0002     body  They met.
    """
    rows = [
        (f"{doc_id}-p{position:04d}", doc_id, position, kind, text)
        for doc_id, blocks in zip(documents["doc_id"], documents["blocks"], strict=True)
        for position, (kind, text) in enumerate(blocks, start=1)
    ]
    return pd.DataFrame(rows, columns=["passage_id", "doc_id", "position", "kind", "text"]).astype(
        {"passage_id": "str", "doc_id": "str", "position": "int32", "kind": "str", "text": "str"}
    )


# ---------------------------------------------------------------------------------------------------
# Who is speaking


@lru_cache(maxsize=1)
def _people() -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Rows of the list of people by full name, and by surname where only one of them bears it."""
    rows = read_lexicon("people")
    surnames = Counter(row["surname"].casefold() for row in rows)
    single = {row["surname"].casefold(): row for row in rows if surnames[row["surname"].casefold()] == 1}
    return {row["term"].casefold(): row for row in rows}, single


@lru_cache(maxsize=1)
def _label_patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(row["voice"], re.compile(row["pattern"], re.I)) for row in read_lexicon("speaker_labels")]


@lru_cache(maxsize=1)
def _titles() -> dict[str, str]:
    return {row["term"]: row["kind"] for row in read_lexicon("titles")}


def _strip_titles(label: str) -> tuple[str, list[str]]:
    """Take the titles off a label: "Treasury Secretary Scott Bessent" -> "scott bessent", [official]."""
    words = re.sub(r"\([^)]*\)", "", label).casefold().replace("’", "'").split()
    words = words[1:] if words[:1] == ["the"] else words
    kinds: list[str] = []
    while words:
        length = next((n for n in (4, 3, 2, 1) if " ".join(words[:n]) in _titles()), 0)
        if not length:
            break
        kinds.append(_titles()[" ".join(words[:length])])
        words = words[length:]
    return " ".join(words), kinds


def _find_person(name: str, titled: bool, authors: str) -> dict[str, str] | None:
    """Look a name up among the known people; a surname alone only where it can be meant."""
    full, single = _people()
    if name in full:
        return full[name]
    last = name.rsplit(maxsplit=1)[-1] if name else ""
    speakers = [full[author.strip().casefold()] for author in authors.split(";") if author.strip().casefold() in full]
    named = [person for person in speakers if person["surname"].casefold() == last]
    if named:
        return named[0]
    return single.get(last) if titled or name == last else None


@lru_cache(maxsize=20_000)
def classify_label(label: str, side: str = "", authors: str = "", year: str = "") -> tuple[str, str] | None:
    """Tell who stands behind the label of a turn: (speaker, voice), or None where it cannot be told.

    `side`, `authors` (semicolons between names) and `year` are those of the document: who had left
    office by then no longer speaks for a government. Voices: US, CN, other (neither government),
    question (press, host or audience), unknown (numbered speaker).
    Known weakness: two people of one surname, where the label gives no first name.

    Examples
    --------
    >>> classify_label("SECRETARY RUBIO", "US"), classify_label("AFP reporter", "CN")
    (('Marco Rubio', 'US'), ('AFP reporter', 'question'))
    >>> classify_label("Spokesperson", "CN"), classify_label("Singapore", "CN")
    (('Spokesperson', 'CN'), None)
    """
    name, titles = _strip_titles(label)
    person = _find_person(name, bool(titles), authors)
    if person and not (year and person["until"] and year > person["until"]):
        return person["term"], person["side"]
    bare = re.sub(r"\([^)]*\)", "", label).strip().casefold().replace("’", "'")
    for voice, pattern in _label_patterns():
        if pattern.search(bare):
            return label, (side or "unknown") if voice == "document" else voice
    if not titles:
        return None
    foreign = name and set(titles) & {"head", "plain", "legislator", "other"}
    return label, "other" if foreign else side or "unknown"


def _is_label_shaped(label: str) -> bool:
    """A label is short and written like a name: its longer words are capitalised."""
    words = label.replace("’", "'").split()
    unstopped = re.sub(r"(?i)\b(mr|ms|mrs|dr|jr|sen|rep|sec|amb|gen|gov|u\.s)\.", "", label)
    if len(words) > 8 or label.count(",") > 1 or re.search(r"[.;]\s", unstopped):
        return False
    return all(w[0].isupper() or w[0] in "(0123456789" or w.casefold().removesuffix("'s") in _SMALL for w in words)


def _parse_turn(text: str) -> tuple[str, str] | None:
    """Split a paragraph into the label at its head and the words spoken, where it has a label."""
    if match := _BARE_Q.match(text):
        return "Q", text[match.end() :]
    match = _LABEL.match(text)
    if not match:
        return None
    label = match[1].strip()
    if _ASKED.fullmatch(label) or _is_label_shaped(label):
        return label, text[match.end() :]
    return None


def _speak(texts: list[str], about: pd.Series) -> Iterator[tuple[str | None, str, str]]:
    """Walk through the paragraphs of one document: (speaker, voice, words without the label)."""
    side, genre = about["side"], about["genre"]
    turns = [_parse_turn(text) for text in texts]
    known = [classify_label(turn[0], side, about["author"], about["year"]) if turn else None for turn in turns]
    voices = {who[1] for who in known if who}
    dialogue = bool(voices) and (genre in DIALOGUES or "question" in voices)
    speaker, voice = None, "unknown" if genre in DIALOGUES or dialogue else side or "unknown"
    for text, turn, who in zip(texts, turns, known, strict=True):
        if not turn or not (who or dialogue):
            yield speaker, voice, text
            continue
        speaker, voice = who or (turn[0], "question")
        if voice == "unknown" and voices & {"US", "CN"}:
            voice = "question"  # where the officials are named, a numbered speaker is the press
        yield speaker, voice, turn[1]


def add_speakers(passages: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Say for each passage who speaks, and for which side.

    In: `passages` (doc_id, kind, text) and `documents` (doc_id; side, genre, author where known). Out:
    the same rows, with `speaker` (as printed, or the full name of a known person), `speaker_side`
    (US, CN, other, question, unknown) and `label_words` (words of the label, which moves from `text` to
    `speaker`) added. A paragraph without a label goes on with the last speaker. A text without any label
    speaks for the side that published it, unless it is a press conference or interview: then nobody can
    tell.

    Source: the markers counted in 8,400 paragraphs of official transcripts of 2025. Known weakness:
    quotations inside a turn keep the voice of the speaker who quotes.

    Examples
    --------
    >>> documents = pd.DataFrame({"doc_id": ["a"], "side": ["CN"], "genre": ["press_conference"]})
    >>> passages = split_passages(documents.assign(blocks=[[("body", "AFP: Any comment?"),
    ...     ("body", "Mao Ning: We noted it."), ("body", "Talks go on.")]]))
    >>> add_speakers(passages, documents)[["speaker", "speaker_side", "text"]]
        speaker speaker_side            text
    0       AFP     question    Any comment?
    1  Mao Ning           CN   We noted it.
    2  Mao Ning           CN  Talks go on.
    """
    about = documents.reindex(columns=["doc_id", "side", "genre", "author"]).astype("str").fillna("")
    years = pd.to_datetime(documents["date"]).dt.strftime("%Y") if "date" in documents else ""
    about = about.assign(year=pd.Series(years, index=documents.index, dtype="str").fillna("")).set_index("doc_id")
    pieces: dict[int, tuple[str | None, str, str]] = {}
    for doc_id, rows in passages.groupby("doc_id", sort=False):
        body = rows[rows["kind"] == "body"]
        pieces.update(zip(body.index, _speak(body["text"].tolist(), about.loc[doc_id]), strict=True))
        for index in rows.index.difference(body.index):
            pieces[index] = (None, about.at[doc_id, "side"] or "unknown", rows.at[index, "text"])
    ordered = [pieces[index] for index in passages.index]
    spoken = [count_words(text) for text in passages["text"]]
    return passages.assign(
        label_words=[n - count_words(piece[2]) for n, piece in zip(spoken, ordered, strict=True)],
        speaker=pd.array([piece[0] for piece in ordered], dtype="str"),
        speaker_side=pd.array([piece[1] for piece in ordered], dtype="str"),
        text=pd.array([piece[2] for piece in ordered], dtype="str"),
    )


# ---------------------------------------------------------------------------------------------------
# Sentences


# Punkt knows straight quotation marks and hyphens only; sentences are cut from the text as it is.
_PLAIN = str.maketrans("“”„‘’‚–—‐‑", "\"\"\"'''----")


@lru_cache(maxsize=1)
def _punkt() -> Any:
    """NLTK's Punkt with our own abbreviations and sentence starters, imported when first needed."""
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    stop_clock_of_nltk()
    parameters = PunktParameters()
    parameters.abbrev_types = {row["term"] for row in read_lexicon("abbreviations")}
    parameters.sent_starters = {row["term"] for row in read_lexicon("sentence_starters")}
    return PunktSentenceTokenizer(parameters)


def split_text(text: str) -> list[str]:
    """Split a paragraph into its sentences with NLTK's Punkt and an explicit list of abbreviations.

    Source: Kiss and Strunk (2006), untrained: the abbreviations are those of `lexicons/abbreviations.csv`
    and end a sentence only before a word of `lexicons/sentence_starters.csv`. Known weakness: "in the
    U.S. He said" is not split, because He is also a surname that follows titles.

    Examples
    --------
    >>> split_text("Dr. Liu left the U.S. on Sept. 14-15. Sino-U.S. talks go on in the U.S. The end.")
    ['Dr. Liu left the U.S. on Sept. 14-15.', 'Sino-U.S. talks go on in the U.S.', 'The end.']
    """
    return [text[start:end] for start, end in _punkt().span_tokenize(text.translate(_PLAIN))]


def split_sentences(passages: pd.DataFrame) -> pd.DataFrame:
    """Split body passages into sentences; headings are not sentences.

    In: `passages` (passage_id, kind, speaker_side, text). Out: one row per sentence with `sentence_id`
    (passage_id-s001), `passage_id`, `position` (from 1), `speaker_side`, `text`. See `split_text` for
    the method and its weakness.

    Examples
    --------
    >>> passages = pd.DataFrame({"passage_id": ["a-p0001"], "kind": ["body"], "speaker_side": ["US"],
    ...     "text": ["We met. We agreed."]})
    >>> split_sentences(passages)["text"].tolist()
    ['We met.', 'We agreed.']
    """
    body = passages[passages["kind"] == "body"]
    rows = [
        (f"{passage_id}-s{position:03d}", passage_id, position, side, sentence)
        for passage_id, side, text in zip(body["passage_id"], body["speaker_side"], body["text"], strict=True)
        for position, sentence in enumerate(split_text(text), start=1)
    ]
    columns = ["sentence_id", "passage_id", "position", "speaker_side", "text"]
    types = dict.fromkeys(columns, "str") | {"position": "int32"}
    return pd.DataFrame(rows, columns=columns).astype(types)
