"""Splitting: paragraphs, who is speaking in them, and sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from ..dictionaries import read_lexicon
from ..words import count_words

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


def _speak(texts: list[str], about: dict[str, str]) -> Iterator[tuple[str | None, str, str]]:
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
    known = about.to_dict("index")
    texts, is_body = passages["text"].tolist(), (passages["kind"] == "body").tolist()
    pieces: list[tuple[str | None, str, str]] = [(None, "unknown", text) for text in texts]
    for doc_id, places in passages.groupby("doc_id", sort=False).indices.items():
        body = [place for place in places.tolist() if is_body[place]]
        for place in places.tolist():
            pieces[place] = (None, known[doc_id]["side"] or "unknown", texts[place])
        for place, piece in zip(body, _speak([texts[place] for place in body], known[doc_id]), strict=True):
            pieces[place] = piece
    speakers, voices, spoken = zip(*pieces, strict=True) if pieces else ((), (), ())
    return passages.assign(
        label_words=[
            count_words(text) - count_words(rest) if text != rest else 0
            for text, rest in zip(texts, spoken, strict=True)
        ],
        speaker=pd.array(list(speakers), dtype="str"),
        speaker_side=pd.array(list(voices), dtype="str"),
        text=pd.array(list(spoken), dtype="str"),
    )


# ---------------------------------------------------------------------------------------------------
# Sentences


# Punkt knows straight quotation marks and hyphens only; it is shown these in their place.
_PLAIN = str.maketrans("“”„‘’‚–—‐‑", "\"\"\"'''----")

# Punkt's own patterns, for texts with no space but " ": the last stop of a run between spaces that something follows,
# with the spaces behind it; marks that belong to the sentence before them; what Punkt takes for one word.
_SIGN = r"""[)";}\]*:@'({\[«»“”„‘’‚?!]"""
_STOP = re.compile(rf"[.?!](?={_SIGN}| +[^ ])(?:(?<=[^ ].)[^ ]*[.?!](?={_SIGN}| +[^ ]))?( *)")
_STOP_WITHIN = re.compile(rf"[^ ]*[.?!](?:{_SIGN}|[-–—‐‑.,])")
_CLOSING = re.compile(r"""["')\]}«»“”„‘’‚]+?(?: +|(?=[-–—‐‑]{2})|$)""")
_ONE_WORD = re.compile(r"[$€£]?[^\W_]+(?:[.,/'-][^\W_]+)*%?")
_NEXT_WORD = re.compile(rf"[^\W\d_]+(?=,?(?:$| |{_SIGN}))")
_NUMBER = re.compile(r"\d[\d,.-]*")
_OPENING, _CLOSED = '"([{', ('"', ")", "]", "}")


@lru_cache(maxsize=1)
def _abbreviations() -> frozenset[str]:
    return frozenset(row["term"] for row in read_lexicon("abbreviations"))


@lru_cache(maxsize=1)
def _sentence_starters() -> frozenset[str]:
    return frozenset(row["term"] for row in read_lexicon("sentence_starters"))


def _stop_clock_of_nltk() -> None:
    """Let NLTK take its time: newer releases give up after five seconds, and a text may be long."""
    with suppress(ImportError):
        from nltk import redos

        redos.DEFAULT_TIMEOUT = None


@lru_cache(maxsize=1)
def _punkt() -> Any:
    """NLTK's Punkt with our own abbreviations and sentence starters, imported when first needed."""
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    _stop_clock_of_nltk()
    parameters = PunktParameters()
    parameters.abbrev_types = set(_abbreviations())
    parameters.sent_starters = set(_sentence_starters())
    return PunktSentenceTokenizer(parameters)


def split_text(text: str) -> list[str]:
    """Split a paragraph into its sentences by the rules of Punkt and an explicit list of abbreviations.

    The rules are applied here where a stop is plain, and by NLTK's Punkt where it is not: the result is Punkt's.

    Source: Kiss and Strunk (2006), untrained: the abbreviations are those of `lexicons/en/abbreviations.csv`
    and end a sentence only before a word of `lexicons/en/sentence_starters.csv`. Known weakness: "in the
    U.S. He said" is not split, because He is also a surname that follows titles.

    Examples
    --------
    >>> split_text("Dr. Liu left the U.S. on Sept. 14-15. Sino-U.S. talks go on in the U.S. The end.")
    ['Dr. Liu left the U.S. on Sept. 14-15.', 'Sino-U.S. talks go on in the U.S.', 'The end.']
    """
    if not text.isprintable() or text.startswith(" "):  # it may hold other spaces
        return [text[start:end] for start, end in _punkt().span_tokenize(text.translate(_PLAIN))]
    starts, ends = [0], []
    for stop in _STOP.finditer(text):
        if _ends_sentence(text, stop):
            ends.append(stop.start(1))
            starts.append(stop.end())
    ends.append(len(text.rstrip()))
    for n, start in enumerate(starts[1:], start=1):
        if closing := _CLOSING.match(text, start, ends[n]):
            ends[n - 1] = start + len(closing[0].rstrip())
            starts[n] = closing.end()
    return [text[start:end] for start, end in zip(starts, ends, strict=True) if start < end]


def _ends_sentence(text: str, stop: re.Match[str]) -> bool:
    """Tell whether a sentence ends at a stop: not after an abbreviation, number or initial that goes on."""
    end, following = stop.span(1)
    if text[end - 1] != ".":
        return True
    begin = text.rfind(" ", 0, stop.start()) + 1
    kind = _kind_of(text[begin : end - 1])
    if kind == "word":
        return True
    first = text[following]
    if kind == "other" or first in ".?!" or _STOP_WITHIN.match(text, following):
        return _ask_punkt(text, begin, end, following)
    if first.islower() or first in ",;:":
        return False
    if kind != "abbreviation" or not first.isupper():
        return kind == "number" or (kind == "initial" and not first.isupper())
    word = _NEXT_WORD.match(text, following)
    return word[0].lower() in _sentence_starters() if word else _ask_punkt(text, begin, end, following)


@lru_cache(maxsize=100_000)
def _kind_of(run: str) -> str:
    """Tell what stands before a full stop: a word, number, initial, abbreviation, or what only Punkt can tell."""
    word = run.translate(_PLAIN).lstrip(_OPENING)
    if word.endswith(_CLOSED):  # the stop stands by itself
        return "word"
    if not _ONE_WORD.fullmatch(word):
        return "other"
    if _NUMBER.fullmatch(word):
        return "number"
    shortened = not _abbreviations().isdisjoint((word.lower(), word.lower().rpartition("-")[2]))
    if len(word) == 1:
        return "initial" if word.isascii() and not shortened else "other"
    return "abbreviation" if shortened else "word"


def _ask_punkt(text: str, begin: int, end: int, following: int) -> bool:
    """Let Punkt decide: it looks at the run between spaces before the stop, and at the sign or run after it."""
    until = end + 1 if following == end else text.find(" ", following)
    return _punkt().text_contains_sentbreak(text[begin : until if until > 0 else None].translate(_PLAIN))


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
    found = [split_text(text) for text in body["text"].tolist()]
    own = body[["passage_id", "speaker_side"]].astype("str")
    own = own.take(np.repeat(np.arange(len(body)), [len(sentences) for sentences in found])).reset_index(drop=True)
    positions = [position for sentences in found for position in range(1, len(sentences) + 1)]
    ids = [f"{whole}-s{position:03d}" for whole, position in zip(own["passage_id"].tolist(), positions, strict=True)]
    return pd.DataFrame(
        {
            "sentence_id": pd.array(ids, dtype="str"),
            "passage_id": own["passage_id"],
            "position": np.array(positions, dtype="int32"),
            "speaker_side": own["speaker_side"],
            "text": pd.array(list(chain.from_iterable(found)), dtype="str"),
        }
    )
