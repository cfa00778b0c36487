"""Speakers: who is speaking in a passage, told by the label at its head."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import pandas as pd

from ..dictionaries import read_lexicon
from ..words import count_words, languages_of
from .boilerplate import CJK

ASKS = 150  # characters at the end of a turn in which the question mark of a question stands
LONG, FEW = 40, 3  # words a turn, for so many turns at least: who never asks and says more is no journalist

_DIALOGUE = re.compile(r"(?i)interview|press.(?:conf|avail)|briefing|gaggle|round.?table|town.?hall|hearing|q ?& ?a\b")
_CLOCK = r"\((?:\d{1,2}:)?\d{1,2}:\d\d\)"
_LABEL = re.compile(rf"([^\W\d_][^:：?!\n]{{0,70}}?)(?:\s*{_CLOCK}:?|\s*[:：](?:\s*{_CLOCK}:?)?)\s*(?=[^\s/\d])")
_QUESTION = ("?", "？")
_ASKING = re.compile(r"[?？]")
_BARE_Q = re.compile(r"Q[.:]?\s+(?=\S)")
_ASKED = re.compile(
    r"(?i)(?:[A-Z][\w ]{0,40}, )?(?:a|the|one|another|several|some) (?:reporter|journalist)s? "
    r"(?:(?:from|with|of) .{1,50} |\w+ )?asked$"
)
_SHORTENED = re.compile(r"(?i)\b(mr|ms|mrs|dr|jr|sen|rep|sec|amb|gen|gov|u\.s)\.")
_SMALL = {"of", "the", "from", "for", "and", "at", "de", "da", "del", "la", "le", "von", "van", "der", "bin", "al"}
_SMALL |= {"reporter", "journalist", "correspondent", "press", "host", "anchor", "moderator"}


def name_key(name: str) -> str:
    """Write a name with single spaces for spaces and hyphens."""
    return re.sub(r"[\s-]+", " ", name)


@lru_cache(maxsize=1)
def load_people() -> dict[str, dict[str, str]]:
    """Rows of `lexicons/en/people.csv` by the key of the full name in small letters."""
    return {name_key(row["term"].casefold()): row for row in read_lexicon("people")}


def find_person(name: str) -> dict[str, str] | None:
    """Row of a person by the full name."""
    return load_people().get(name_key(name.casefold()))


@lru_cache(maxsize=1)
def load_titles() -> dict[str, str]:
    """Titles of `lexicons/en/titles.csv`, each with its kind (head, official, plain, legislator, other)."""
    return {row["term"]: row["kind"] for row in read_lexicon("titles")}


@lru_cache(maxsize=1)
def _surnames() -> dict[str, dict[str, str]]:
    """Rows of the list of people by surname, where only one of them bears it."""
    bearers = Counter(row["surname"] for row in load_people().values())
    return {row["surname"].casefold(): row for row in load_people().values() if bearers[row["surname"]] == 1}


@lru_cache(maxsize=1)
def _label_patterns() -> list[tuple[str, re.Pattern[str]]]:
    rows = [*read_lexicon("speaker_labels"), *read_lexicon("speaker_labels", "zh")]
    return [(row["voice"], re.compile(row["pattern"], re.I)) for row in rows]


def _plain(label: str) -> str:
    return re.sub(r"\([^)]*\)", "", label).strip().casefold().replace("’", "'")


def _name(label: str) -> str:
    return _plain(label).partition(",")[0]


def _strip_titles(label: str) -> tuple[str, set[str]]:
    """Take the titles off a label: "Treasury Secretary Scott Bessent" -> "scott bessent", {official}."""
    words = _plain(label).removeprefix("the ").split()
    kinds = set()
    while length := next((n for n in (4, 3, 2, 1) if " ".join(words[:n]) in load_titles()), 0):
        kinds.add(load_titles()[" ".join(words[:length])])
        words = words[length:]
    return " ".join(words), kinds


def _find_person(name: str, titled: bool, authors: str) -> dict[str, str] | None:
    """Look a name up among the known people; a surname alone only where it can be meant."""
    if person := find_person(name):
        return person
    last = name.rpartition(" ")[2]
    for author in authors.split(";"):
        person = find_person(author.strip())
        if person and person["surname"].casefold() == last:
            return person
    return _surnames().get(last) if titled or name == last else None


@lru_cache(maxsize=20_000)
def classify_label(label: str, side: str = "", authors: str = "", year: str = "") -> tuple[str, str] | None:
    """Tell who stands behind the label of a turn: (speaker, voice), or None where it cannot be told."""
    name, titles = _strip_titles(label)
    person = _find_person(name, bool(titles), authors)
    if person and not (year and person["until"] and year > person["until"]):  # who has left office speaks for nobody
        return person["term"], person["side"]
    for voice, pattern in _label_patterns():
        if pattern.search(_plain(label)):
            return label, (side or "unknown") if voice == "document" else voice
    if not titles:
        return None
    foreign = name and titles & {"head", "plain", "legislator", "other"}
    return label, "other" if foreign else side or "unknown"


def _is_label_shaped(label: str) -> bool:
    """A label is short and written like a name: its longer words are capitalised; a Chinese one is listed."""
    if CJK.search(label):
        return any(pattern.search(label) for _, pattern in _label_patterns())
    words = label.replace("’", "'").split()
    if len(words) > 8 or label.count(",") > 1 or re.search(r"[.;]\s", _SHORTENED.sub("", label)):
        return False
    return all(w[0].isupper() or w[0] in "(0123456789" or w.casefold().removesuffix("'s") in _SMALL for w in words)


def _parse_turn(text: str) -> tuple[str, str] | None:
    """Split a paragraph into the label at its head and the words spoken, where it has a label."""
    if match := _BARE_Q.match(text):
        return "Q", text[match.end() :]
    match = _LABEL.match(text)
    label = match[1].strip() if match else ""
    if match and (_ASKED.fullmatch(label) or _is_label_shaped(label)):
        return label, text[match.end() :]
    return None


Voice = tuple[str, str] | None  # (speaker, side); None: no list tells it
Turns = list[tuple[str, str, bool]]  # (label, paragraph behind it, whether it asks) in order


def _is_open(label: str, voice: Voice) -> bool:
    """Whether the label alone does not tell: an unlisted name, a numbered speaker, a Mr. or Ms. Somebody."""
    return not voice or voice[1] == "unknown" or (voice[1] == "other" and _strip_titles(label)[1] == {"plain"})


def _is_official(voice: Voice) -> bool:
    return bool(voice) and voice[1] in {"US", "CN"}


def _is_dialogue(spoken: Turns, known: dict[str, Voice], genre: str) -> bool:
    """Tell an exchange of questions and answers: by the genre, by a label of the press, or by the turns."""
    told = {voice[1] for voice in known.values() if voice}
    if "question" in told or (_DIALOGUE.search(genre) and (told or any(asks for *_, asks in spoken))):
        return True
    turns = Counter(label for label, *_ in spoken)
    asked = [(a, b) for (a, _, asks), (b, *_) in pairwise(spoken) if a != b and asks and _is_open(a, known[a])]
    return any(known[other] or min(turns[label], turns[other]) > 1 for label, other in asked)


@lru_cache(maxsize=1)
def _titled() -> re.Pattern[str]:
    titles = sorted((term for term, kind in load_titles().items() if kind != "plain"), key=len, reverse=True)
    return re.compile(rf"(?<!ormer )\b(?i:({'|'.join(map(re.escape, titles))}))((?:\s+[A-Z][\w'’-]*){{1,3}})")


def _give_roles(texts: list[str], spoken: Turns, known: dict[str, Voice], about: dict[str, str]) -> dict[str, Voice]:
    """Tell from the turns who the open labels are: who asks is the press, who is asked the official."""
    turns = Counter(label for label, *_ in spoken if _is_open(label, known[label]))
    asked, words = Counter(label for label, _, asks in spoken if asks), Counter[str]()
    for label, said, _ in spoken:
        words[label] += count_words(said) if label in turns else 0
    roles = known | {label: (label, "question") for label in turns if 2 * asked[label] > turns[label]}
    named = _titled().findall("\n".join(texts)) if any(not roles[label] for label in turns) else []
    titles = {word: title for title, names in named for word in names.casefold().split()}
    for label in turns:
        if not roles[label] and (title := titles.get(_name(label).rpartition(" ")[2])):
            roles[label] = classify_label(f"{title} {label}", about["side"], about["author"], about["year"])
    left = [label for label in turns if not roles[label] or roles[label][1] == "unknown"]
    if left and not any(map(_is_official, roles.values())):
        lead = max(left, key=lambda label: words[label] / (asked[label] + 1))
        roles[lead] = lead, about["side"] or "unknown"
        left.remove(lead)
    answered = {label for (label, *_), (other, *_) in pairwise(spoken) if _is_official(roles[other])}
    for label in left:  # but not a word before a colon, as in a list
        unclear = not asked[label] and words[label] >= LONG * max(turns[label], FEW)
        if unclear or roles[label] or asked[label] or " " in label or label in answered:
            roles[label] = label, "unknown" if unclear else "question"
    return roles


def _speak(texts: list[str], about: dict[str, str]) -> Iterator[tuple[str | None, str, str]]:
    """Walk through the paragraphs of one document: (speaker, voice, words without the label)."""
    side, genre = about["side"], about["genre"]
    turns = [_parse_turn(text) for text in texts]
    known = {turn[0]: classify_label(turn[0], side, about["author"], about["year"]) for turn in turns if turn}
    full = {_name(label).rpartition(" ")[2]: label for label in reversed(known) if " " in _name(label)}
    same = {label: label if voice else full.get(_name(label), label) for label, voice in known.items()}
    turns = [turn and (same[turn[0]], turn[1]) for turn in turns]  # who is named in full, then by the surname
    spoken = [(*turn, bool(_ASKING.search(turn[1][-ASKS:]))) for turn in turns if turn]
    dialogue = _is_dialogue(spoken, known, genre)
    voices = _give_roles(texts, spoken, known, about) if dialogue else known
    answers = dialogue and not any(map(_is_official, voices.values()))  # which have no label
    exchange = dialogue or (_DIALOGUE.search(genre) and any(text.endswith(_QUESTION) for text in texts))
    told = about["speaker"] or about["question"] or not exchange  # a question that stands apart is answered here
    speaker, voice = about["speaker"] or None, (side if told else "") or "unknown"
    for above, text, turn in zip(["", *texts], texts, turns, strict=False):
        if who := turn and voices[turn[0]]:
            speaker, voice = who
        elif answers and voice == "question" and above.endswith(_QUESTION) and not text.endswith(_QUESTION):
            speaker, voice = about["speaker"] or None, side or "unknown"
        yield speaker, voice, turn[1] if who else text


def add_speakers(passages: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Say for each passage who speaks, and for which side.

    In: `passages` (doc_id, kind, text) and `documents` (doc_id; side, genre, author, date, speaker, question where
    known). Out: the same rows, with `speaker` (as printed, or the full name of a known person), `speaker_side` (US, CN,
    other: neither government, question: press or audience, unknown) and `label_words` (words of the label, which moves
    from `text` to `speaker`). In an exchange, told by its genre or its turns, an unlisted name that mostly asks is the
    press, one that bears a title in the text speaks by it, and where no official is listed who is asked speaks for
    `side`. Without a label the last speaker goes on, or else the one whom `documents` name, for the side that published
    the text; what stands before the first label of an exchange is unknown, unless its speaker is named or its question
    stands apart. Source: markers in 8,400 paragraphs of official transcripts of 2025. Known weakness: quotations inside
    a turn keep the voice of the speaker who quotes.

    >>> documents = pd.DataFrame({"doc_id": ["a"], "side": ["CN"], "genre": ["press_conference"]})
    >>> texts = ["AFP: Any comment?", "Mao Ning: We noted it.", "Talks go on."]
    >>> add_speakers(pd.DataFrame({"doc_id": "a", "kind": "body", "text": texts}), documents)["speaker"].tolist()
    ['AFP', 'Mao Ning', 'Mao Ning']
    """
    columns = ["doc_id", "side", "genre", "author", "speaker", "question"]
    about = documents.reindex(columns=columns).astype("str").fillna("").set_index("doc_id")
    about = about.assign(year=years_of(documents)).to_dict("index")
    texts, is_body = passages["text"].tolist(), (passages["kind"] == "body").to_numpy()
    sides = [about[doc_id]["side"] or "unknown" for doc_id in passages["doc_id"]]
    turns = [(None, side, text) for side, text in zip(sides, texts, strict=True)]
    for doc_id, places in passages.groupby("doc_id", sort=False).indices.items():
        body = places[is_body[places]]
        for place, turn in zip(body, _speak([texts[place] for place in body], about[doc_id]), strict=True):
            turns[place] = turn
    spoken = pd.DataFrame(turns, columns=["speaker", "speaker_side", "text"], index=passages.index).astype("str")
    told = zip(texts, spoken["text"], languages_of(passages), strict=True)
    moved = [count_words(a, code) - count_words(b, code) if a != b else 0 for a, b, code in told]
    return passages.assign(label_words=moved, **spoken)


def years_of(documents: pd.DataFrame) -> list[str]:
    """Year of each document, as text; empty where it is not known."""
    return pd.to_datetime(documents.reindex(columns=["date"])["date"]).dt.strftime("%Y").fillna("").tolist()
