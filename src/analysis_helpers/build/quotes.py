"""Quoting: whose words the quotations and the reported speech of articles are."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import NamedTuple

import pandas as pd

from ..dictionaries import read_lexicon
from ..words import count_words, languages_of
from .speakers import find_person, load_people, load_titles, name_key, years_of

ARTICLES = ("article", "commentary", "editorial", "news", "news analysis", "news article", "news report")
ARTICLES += ("analysis", "column", "feature", "op-ed", "opinion")
NEAR = 200  # characters around a name in which the word of speech must stand
WHOLE = 0.8  # of the words of a passage; the rest is "..., she told reporters on Friday"
_FILL = "\ue000"  # a character that no text has


class Voice(NamedTuple):
    """Who speaks (a person or an office), and for which side."""

    speaker: str
    side: str


def add_quoted_speakers(sentences: pd.DataFrame, passages: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Give the sentences of articles that quote or report a person or an office to the side of that voice.

    In: `sentences` (sentence_id, passage_id, speaker_side, text), `passages` (passage_id, doc_id, speaker) and
    `documents` (doc_id, genre; date where known). Out: the same rows, with `speaker_side` changed where a speaker is
    told, and `quoted_speaker` and `n_quoted` (words between quotation marks) added. Only genres of `ARTICLES` change;
    turns with a label keep their voice, and so does a sentence in which two sides speak. A speaker is a person
    (`lexicons/en/people.csv`, in full or with a title), an office (`offices.csv`), or a pronoun for the last of them,
    as subject of a word of `speech_words.csv`. Source: rules after Pareti (2015), "Attribution: A Computational
    Approach". Known weakness: a quotation that lost both its marks is not seen; a sentence has one voice.

    >>> row = {"sentence_id": "s", "passage_id": "p", "speaker_side": "US", "text": "“We are open,” Wang Yi said."}
    >>> about = pd.DataFrame([{"doc_id": "a", "genre": "news report", "passage_id": "p", "speaker": None}])
    >>> add_quoted_speakers(pd.DataFrame([row]), about, about)["speaker_side"].tolist()
    ['CN']
    """
    years = pd.Series(years_of(documents), index=documents["doc_id"])[documents["genre"].isin(ARTICLES).tolist()]
    unlabelled = passages[passages["doc_id"].isin(years.index) & passages["speaker"].isna()]
    rows = sentences.merge(unlabelled[["passage_id", "doc_id"]], on="passage_id")
    found: dict[str, tuple[Voice | None, int]] = {}
    for doc_id, own in rows.groupby("doc_id", sort=False):
        spoken = [group["text"].tolist() for _, group in own.groupby("passage_id", sort=False)]
        count = partial(count_words, language=languages_of(own)[0])
        found.update(zip(own["sentence_id"], _listen(spoken, years[doc_id], count), strict=True))
    heard = [found.get(sentence_id, (None, 0)) for sentence_id in sentences["sentence_id"]]
    sides = [voice.side if voice else side for (voice, _), side in zip(heard, sentences["speaker_side"], strict=True)]
    return sentences.assign(
        speaker_side=pd.array(sides, dtype="str"),
        quoted_speaker=pd.array([voice.speaker if voice else None for voice, _ in heard], dtype="str"),
        n_quoted=[n for _, n in heard],
    )


def add_whole_quotations(passages: pd.DataFrame, sentences: pd.DataFrame) -> pd.DataFrame:
    """Give a passage that is one quotation to whoever is quoted; all other passages keep their voice.

    In: `passages` (passage_id, speaker, speaker_side) and the sentences of `add_quoted_speakers`. Out: the same rows,
    with both changed where all sentences of a passage are of one speaker and at least four fifths of its words stand
    between quotation marks. Known weakness: the quoted words in mixed passages still count for the author's side.

    >>> said = {"quoted_speaker": "Wang Yi", "speaker_side": "CN", "n_quoted": 3, "text": "“We are open.”"}
    >>> own = pd.DataFrame([{"passage_id": "p", "speaker": None, "speaker_side": "US"}])
    >>> add_whole_quotations(own, pd.DataFrame([{"passage_id": "p"} | said])).to_numpy().tolist()
    [['p', 'Wang Yi', 'CN']]
    """
    said = sentences["quoted_speaker"].notna().groupby(sentences["passage_id"]).transform("all")
    rows = sentences[said.astype("bool")].rename(columns={"quoted_speaker": "speaker"})
    n_words = map(count_words, rows["text"], languages_of(rows))
    table = rows.assign(n=list(n_words)).groupby("passage_id", sort=False)
    whole = table[["speaker", "speaker_side"]].first()
    whole = whole[table["speaker"].nunique().eq(1) & (table["n_quoted"].sum() >= WHOLE * table["n"].sum())]
    taken = {name: passages["passage_id"].map(whole[name]).astype("str") for name in whole}
    return passages.assign(**{name: taken[name].fillna(passages[name].astype("str")) for name in whole})


_MARK = re.compile(r"[\"“”„]")
_CHINESE_MARKS = str.maketrans("「」『』", "“”“”")


def _find_quotations(text: str) -> list[tuple[int, int]]:
    """Find where quotations begin and end in a paragraph; one that is not closed goes on to its end."""
    spans: list[tuple[int, int]] = []
    start = None
    for mark in _MARK.finditer(text):
        at, sign = mark.start(), mark[0]
        if start is not None and sign not in "“„":
            spans.append((start, at + 1))
            start = None
        elif start is None and (sign in "“„" or (sign == '"' and (at == 0 or text[at - 1] in " ([—–-'‘"))):
            start = at
        elif start is None and not spans:
            spans.append((0, at + 1))  # the opening mark was lost
    return [*spans, (start, len(text) + 1)] if start is not None else spans


class _Sentence(NamedTuple):
    masked: str
    n_quoted: int
    whole: bool  # nothing but quoted words
    joined: bool  # its quotation goes on in the next sentence


def _mask_sentences(sentences: list[str], count: Callable[[str], int]) -> Iterator[_Sentence]:
    """Hide what is quoted, so that no name or verb in it is taken for the reporter's."""
    text, parts, at = " ".join(sentences).translate(_CHINESE_MARKS), [], 0
    for start, end in _find_quotations(text):
        parts += [text[at:start], "“", _FILL * (end - start - 2), "”"]
        at = end
    masked, at = "".join([*parts, text[at:]]), 0
    for sentence in sentences:
        end = at + len(sentence)
        own = masked[at:end]
        quoted = "".join(said if shown == _FILL else " " for said, shown in zip(sentence, own, strict=True))
        whole = _FILL in own and not any(letter.isalpha() for letter in own)
        yield _Sentence(own, count(quoted), whole, masked[end : end + 1] in {_FILL, "”"})
        at = end + 1


def _either(terms: Iterable[str]) -> str:
    ordered = sorted(set(terms), key=lambda term: (-len(term), term))
    return "|".join(re.escape(term).replace(r"\ ", r"[\s-]+") for term in ordered)


@lru_cache(maxsize=1)
def _offices() -> dict[str, dict[str, str]]:
    return {name_key(row["term"]): row for row in read_lexicon("offices")}


@lru_cache(maxsize=1)
def _titles() -> str:
    return f"(?i:{_either(load_titles())})s?"


@lru_cache(maxsize=1)
def _actor() -> re.Pattern[str]:
    """Whoever may speak: a full name, a surname after a title, an office or pronoun, a surname alone."""
    people, offices = load_people().values(), {row["term"] for row in _offices().values()}
    full, surnames = _either(row["term"] for row in people), {row["surname"] for row in people}
    return re.compile(
        rf"(?<![\w’'-])(?:(?:{_titles()}\s+){{0,4}}(?P<full>{full})|{_titles()}\s+(?P<titled>{_either(surnames)})"
        rf"|(?P<office>{_either(offices)})|(?P<surname>{_either(surnames - offices)}))(?![\w-])"
    )


def _find_cast(text: str, year: str) -> dict[str, Voice]:
    """Say whom a surname means in this article: who is named in full, or with a title, and is in office."""
    named: dict[str, list[dict[str, str]]] = {}
    for match in _actor().finditer(text):
        if match["full"]:
            person = find_person(match["full"])
            named.setdefault(person["surname"], []).append(person)
        elif match["titled"]:
            named.setdefault(match["titled"], [])
    cast: dict[str, Voice] = {}
    for surname, rows in named.items():
        bearers = rows or [person for person in load_people().values() if person["surname"] == surname]
        serving = [row for row in bearers if not (year and row["until"] and year > row["until"])]
        terms, sides = {row["term"] for row in serving}, {row["side"] for row in serving}
        if len(sides) == 1:
            cast[surname] = Voice(terms.pop() if len(terms) == 1 else surname, sides.pop())
    return cast


_FOR = re.compile(
    r"(?i)\b(?:spokes\w+|ministers?|secretary|officials?|statement|readout|ambassador|leader|president|head)\s*$"
)
_NO_SUBJECT = re.compile(
    r"\b(?:to|with|in|from|of|by|near|at|on|against|about|for|between|among|over|than|like|towards?|that|which|what|if)\s+"
    r"(?:the\s+|an?\s+)?(?:(?!\w+day\b)[A-Z][\w.’'-]*\s+)*$|\b(?:[Ff]ormer|[Ee]x)[\s-]+(?:[\w.]+[\s-]+){0,4}$"
)
_NAME_BEFORE = re.compile(r"([A-Z][\w.]*(?:['’]s?)?)\s+$")
_AND = re.compile(r"\s*,?\s+(?:and|or)\s+(?:the\s+)?(?:[A-Z][\w.’'-]*\s+)*$")
_ENDS = re.compile(r"[^\w\s]|\s*$|\s+(?:on|spokes\w+)\b")
_OF_SOMEBODY = re.compile(r"['’](?:s\b|\s)")


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    """Patterns of what stands behind a speaker (said, quoting, noun, joined) or before (inverted, according)."""
    words = pd.DataFrame(read_lexicon("speech_words")).groupby("kind")["term"].agg(_either)
    said, quoting, noun, joined = (words[kind] for kind in ("past", "quotes", "noun", "saying"))
    present, short = words["present"], words["inverted"]
    own = r"China|Chinese|Beijing|US|U\.S\.|America|American|Washington"
    aside = r"(?:\s+(?:spokes\w+|officials?|ambassador)(?:\s+[A-Z][\w’-]+){0,3})?(?:\s*,[^,“”]{1,80},)?"
    aside += r"(?:\s+(?:has|have|had|also|then|later|again|further|once|who|\w+ly|\w+day))*\s+"
    lead = r"(?:an?\s+|the\s+)?(?:spokes\w+\s+(?:for|of|from|at)\s+)?"
    lead += rf"(?:(?:the|an?|senior|deputy|top|chief|{_titles()})\s+|[A-Z][\w.’'-]*\s+)*$"
    source = r"(?:(?:an?\s+|the\s+)?(?:statement|readout|remarks|post|spokes\w+)\s+(?:from|by|of|for)\s+)?"
    by = r"\b(?:[Aa]ccording to|[Ii]n the words of|[Aa]s (?:outlined|stated|described|noted|announced) by)\s+"
    return {
        "country": re.compile(rf"{aside}(?:(?:{said}|{short})\b|(?:{present})\s+that\b)"),
        "said": re.compile(rf"{aside}(?:{said}|{short}|{present})\b"),
        "quoting": re.compile(rf"{aside}(?:{quoting})\b"),
        "noun": re.compile(rf"['’]s?\s+(?:\w+\s+){{0,2}}(?:{noun})\b"),
        "joined": re.compile(rf"\s[^“]*,\s+(?:{joined})\b"),
        "inverted": re.compile(rf"[,.?!”]\s*(?:{short})\s+{lead}"),
        "according": re.compile(by + source + lead),
        "own": re.compile(rf"(?:{own})(?:['’]s?)?|\w+day|(?i:{words['opening']})"),
        "any": re.compile(rf"\b(?:{said}|{short})\b"),
    }


def _speaks(match: re.Match[str], sentence: _Sentence) -> bool:
    """Whether what is named there is the one who speaks."""
    start, end = match.span()
    before, after = sentence.masked[max(0, start - NEAR) : start], sentence.masked[end : end + NEAR]
    patterns, quoted = _patterns(), _FILL in sentence.masked
    kind = _offices()[name_key(match["office"])]["kind"] if match["office"] else "person"
    name = _NAME_BEFORE.search(before)
    if kind in {"office", "country"} and name and not patterns["own"].fullmatch(name[1]):
        return False  # the ministry of another country, a company
    if _OF_SOMEBODY.match(after):
        return quoted and bool(patterns["noun"].match(after))
    if patterns["according"].search(before) and _ENDS.match(after):
        return True
    if patterns["inverted"].search(before) and (quoted or kind != "country"):
        return True
    if excluded := _NO_SUBJECT.search(before):
        if not _FOR.search(before[: excluded.start()]):
            return False
        after = after.removeprefix(",")
    if quoted and patterns["quoting"].match(after):
        return True
    if kind == "country":
        return bool(patterns["country"].match(after))
    heads = start < NEAR and not re.search("[,;:“]", before) and len(before.split()) < 4
    return bool((heads and patterns["joined"].match(after)) or patterns["said"].match(after))


def _voice(match: re.Match[str], cast: dict[str, Voice], last: Voice | None) -> Voice | None:
    """Say who is named there; a pronoun is the last who was named, where that fits."""
    if match["office"]:
        office = _offices()[name_key(match["office"])]
        if office["kind"] != "again":
            return Voice(office["term"], office["side"])
        return last if last and office["side"] in {"", last.side} else None
    if match["full"]:
        return cast.get(find_person(match["full"])["surname"])
    return cast.get(match["titled"] or match["surname"])


def _hear(sentence: _Sentence, cast: dict[str, Voice], last: Voice | None) -> tuple[Voice | None, Voice | None]:
    """Tell who speaks in a sentence, and whom a pronoun in the next one means; None where that is not clear."""
    spoken, named, text = [], [], sentence.masked
    told = _patterns()["any"].search(text)
    previous: tuple[int, Voice | None] = (-1, None)
    for match in _actor().finditer(text):
        unclear = not spoken and told and told.start() < match.start()
        voice = _voice(match, cast, spoken[-1] if spoken else None if unclear else last)
        joint = previous[0] >= 0 and _AND.fullmatch(text[previous[0] : match.start()])
        if _speaks(match, sentence):
            split = joint and (not voice or not previous[1] or previous[1].side != voice.side)
            spoken.append(None if split else voice)
        if not match["office"]:
            named.append(voice)
        previous = (match.end(), voice)
    if spoken or told:
        sides = {voice.side if voice else None for voice in spoken}
        clear = spoken[0] if len(sides) == 1 else None
        return clear, clear
    return None, last if not named else named[0] if len(set(named)) == 1 else None


def _listen(passages: list[list[str]], year: str, count: Callable[[str], int]) -> Iterator[tuple[Voice | None, int]]:
    """Walk through the sentences of an article, paragraph by paragraph: (who speaks, number of quoted words)."""
    cast = _find_cast("\n".join(" ".join(sentences) for sentences in passages), year)
    last = going_on = None  # going_on: speaker of a quotation that the next paragraph goes on with
    for texts in passages:
        sentences, voices = list(_mask_sentences(texts, count)), []
        for sentence in sentences:
            voice, last = _hear(sentence, cast, last)
            voices.append(voice)
        for n, sentence in enumerate(sentences):
            if sentence.whole and not voices[n]:
                leads_on = n > 0 and (sentences[n - 1].n_quoted > 0 or texts[n - 1].endswith(":"))
                voices[n] = going_on if n == 0 else voices[n - 1] if leads_on else None
        for n in reversed(range(len(sentences) - 1)):
            if sentences[n].joined and sentences[n].whole and not voices[n]:
                voices[n] = voices[n + 1]
        yield from zip(voices, (sentence.n_quoted for sentence in sentences), strict=True)
        going_on = voices[-1] if texts[-1].endswith(":") or sentences[-1].joined else None
