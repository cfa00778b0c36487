"""Cleaning: from what a file holds to what its author wrote, with a record of what went and why.

`CHARACTER_STEPS` (string to string) and `LINE_STEPS` (lines to lines) do the work, in this order.
"""

import html
import re
import statistics
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from ..dictionaries import read_lexicon
from ..words import count_words, find_words, languages_of
from .boilerplate import CJK, find_article_lines, find_headline, split_flat_page, trim_to_sentences
from .read.encoding import repair_characters
from .read.records import lost_words

_SENTENCE_END = re.compile(r"[.!?…:;。！？：；][\"'”’)\]」』）》]*$")
_INNER_SENTENCE_END = re.compile(r"(?<![A-Z])[.!?][\"”’)]*\s+[A-Z\"“]|[。！？][\"”’」』）》]*.")
_LABEL_ALONE = re.compile(
    r"[A-Z][^:]{0,60}\((?:\d{1,2}:)?\d{1,2}:\d\d\)\s*:?|[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3} ?:"
)
_CHINESE_LABEL = re.compile(r"([^\s：:，。？！“]{1,30})[：:]")
_JAM = re.compile(r"[.!?:](?:(?<=[a-z]{2}[.!?])|(?<=[a-z]{3}:))(?=[A-Z][a-z])")
_SITE = re.compile(r"\s[–—»·|-]\s")
_ADDRESS = re.compile(r"[/@\\]|www|https?:|^#")
_LABEL = re.compile(r"[A-Z@][^.?!:]{0,60}:\s|Q\s|\(?[a-z0-9]{1,3}[.)]\s|[-•·*]\s")

_TARGET = r"(?:(?!\]\()[^)\s])*+(?:\s{1,3}(?:\"[^\"]{0,300}\"|'[^']{0,300}'))?\s{0,3}\)"
_IMAGE = rf"!\[[^\[\]]*\]\(\s{{0,3}}{_TARGET}"
_MARKUP = (  # signs of which a text must hold one, pattern, what is kept
    ("<", r"</?(?:[a-zA-Z][^<>\n]{0,500}|https?://[^<>\s]+)>", ""),
    ("[", rf"\[\s{{0,3}}{_IMAGE}([^\[\]]*)\]\({_TARGET}", r"\1"),  # an image that is a link
    ("[", _IMAGE, ""),
    ("[", rf"\[([^\[\]]+)\]\((?=https?:|/|#|mailto:){_TARGET}", r"\1"),
    ("#>", r"(?m)^\s{0,3}(?:#{1,6} |> ?)", ""),
    ("*_", r"\*\*|__|(?<![\w\\])\*(?=\S)|(?<=[^\s\\])\*(?!\w)", ""),
    ("\\", r"\\([\\\-*_#.\[\]()>~`|])", r"\1"),
)
_CUE = r"(?:laughter|applause|crosstalk|cross talk|inaudible|cheers|off[- ]mic|unintelligible|gasps)"

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_CLOCK = r"\d{1,2}:\d\d(?:\s?[ap]\.?m\.?)?(?:\s[a-z]{2,4})?"
_DATE = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?"
_DATE += rf"(?:{_MONTH}\s+{_DAY},?\s+\d{{4}}|{_DAY}\s+{_MONTH},?\s+\d{{4}})|\d{{4}}-\d\d-\d\d"
_DATE += r"|\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?[日号](?:\s?[（(]?(?:星期|周).[)）]?)?"
_DATE_LINE = re.compile(rf"\W*(?:(?:{_DATE})(?:[\s,|]+{_CLOCK})?|{_CLOCK})\W*", re.IGNORECASE)

RESPELLED = "odd characters made plain"  # no word is gone, but some are written otherwise
TITLE_WORDS, HEADING_WORDS, BYLINE_WORDS, FURNITURE_WORDS = 25, 15, 10, 45
FURNITURE_CHARACTERS = 1_000
TITLE_LETTERS = 12  # of a title that is told without the name of its site
FLAT_LINES, FLAT_WORDS = 5, 100


@dataclass(frozen=True)
class Line:
    """One line of a page: its text, the blank lines above it, and what it was found to be."""

    text: str
    gap: int = 0
    kind: str = "body"
    language: str = "en"

    @cached_property
    def words(self) -> int:
        """Number of words."""
        return count_words(self.text, self.language)


class CleanText(NamedTuple):
    """A cleaned text: its title, its blocks in order, and what was taken out, each with its kind."""

    title: str | None
    blocks: list[tuple[str, str]]
    removed: list[tuple[str, str]]

    @property
    def text(self) -> str:
        """The body paragraphs, joined by newlines: the clean text proper."""
        return "\n".join(text for kind, text in self.blocks if kind == "body")


def strip_markup(text: str) -> str:
    """Remove HTML tags and Markdown signs. Only tags that start with a letter are taken for HTML: "3 < 5" stays."""
    commented, end, text = repair_characters(html.unescape(text)).rpartition("-->")
    text = re.sub(r"(?s)<!--.*?-->", "", commented + end) + text
    for signs, pattern, kept in _MARKUP:
        if any(sign in text for sign in signs):
            text = re.sub(pattern, kept, text)
    return text


def strip_stage_directions(text: str) -> str:
    """Remove what a transcriber added in brackets: laughter, applause, crosstalk, inaudible passages."""
    return re.sub(rf"(?i)\({_CUE}[^()\n]{{0,40}}\)|\[{_CUE}[^\[\]\n]{{0,40}}\]", "", text)


CHARACTER_STEPS = (("markup", strip_markup), ("stage direction", strip_stage_directions))


# Steps on lines: a step changes kinds, joins or splits, and drops nothing.


def _mark(lines: list[Line], kind: str, numbers: Collection[int]) -> list[Line]:
    """Mark those of the numbered lines that are still of the body."""
    return [replace(x, kind=kind) if n in numbers and x.kind == "body" else x for n, x in enumerate(lines)]


def _body(lines: list[Line]) -> list[int]:
    return [number for number, line in enumerate(lines) if line.kind == "body"]


@lru_cache(maxsize=1)
def load_furniture() -> list[tuple[str, re.Pattern[str]]]:
    """Load the reviewed patterns of page furniture, in order: (kind, pattern)."""
    return [(row["kind"], re.compile(row["pattern"], re.IGNORECASE)) for row in read_lexicon("page_furniture")]


def mark_furniture(lines: list[Line]) -> list[Line]:
    """Mark menus, prompts, notices and counters by the reviewed patterns, and lines without a word."""
    return [replace(line, kind=kind) if (kind := _furniture(line)) else line for line in lines]


def _furniture(line: Line) -> str | None:
    if not line.words:
        return "symbols"
    if line.words > FURNITURE_WORDS or len(line.text) > FURNITURE_CHARACTERS:
        return None
    text = line.text.lstrip("-•*· ") or line.text  # a site lists its links
    return next((kind for kind, pattern in load_furniture() if pattern.search(text)), None)


def mark_foreign_script(lines: list[Line]) -> list[Line]:
    """Mark lines with at least a fifth of their letters in Chinese, Japanese or Korean, on a page in Latin script."""
    page = _joined(lines)
    if not CJK.search(page) or _share_of_cjk(page) > 0.5:
        return lines
    foreign = {number for number, line in enumerate(lines) if _share_of_cjk(line.text) >= 0.2}
    return _mark(lines, "page furniture in another script", foreign)


def _share_of_cjk(text: str) -> float:
    return len(CJK.findall(text)) / max(sum(character.isalpha() for character in text), 1)


def mark_comment_area(lines: list[Line]) -> list[Line]:
    """Mark everything below the label of a comment form, once the text itself has passed."""
    seen = 0
    for number, line in enumerate(lines):
        if line.kind == "comment prompt" and line.words <= 6 and seen >= 60:
            return _mark(lines, "below the comments", range(number, len(lines)))
        seen += line.words if line.kind == "body" else 0
    return lines


@lru_cache(maxsize=1)
def _chinese_labels() -> list[tuple[str, re.Pattern[str]]]:
    return [(row["voice"], re.compile(row["pattern"])) for row in read_lexicon("speaker_labels", "zh")]


def mark_interjections(lines: list[Line]) -> list[Line]:
    """Mark what reporters throw into a Chinese answer; where the answers have labels too, all are turns."""
    labels = [_CHINESE_LABEL.match(line.text) for line in lines]
    told = [next((v for v, pattern in _chinese_labels() if x and pattern.search(x[1])), "") for x in labels]
    asked = {number for number, voice in enumerate(told) if voice == "question"}
    return lines if set(told) - {"", "question"} else _mark(lines, "reporter's interjection", asked)


def mark_date_lines(lines: list[Line]) -> list[Line]:
    """Mark lines that hold a date or a time of day and nothing else."""
    return _mark(lines, "date line", {n for n, line in enumerate(lines) if _DATE_LINE.fullmatch(line.text)})


def mark_front_matter(lines: list[Line]) -> list[Line]:
    """Mark a teaser under the title that the text repeats, and the notes that stand between the two copies."""
    body = _body(lines)
    for first in body[: min(3, len(body) // 3)]:
        text = lines[first].text
        later = next((n for n in body if n > first and lines[n].text == text), first)
        between = {n for n in body if first < n < later}
        if later > first and lines[first].words >= 8 and len(between) <= 5 and not _LABEL.match(text):
            lines = _mark(_mark(lines, "repeated text", {first}), "byline", _bylines(lines, between))
            return _mark(lines, "editor's note", between)
    return lines


def mark_page_lines(lines: list[Line]) -> list[Line]:
    """Mark the page around the article, as the line model finds it; a page on one line is cut into sentences first."""
    if len(lines) <= FLAT_LINES and any(line.kind == "body" and line.words >= FLAT_WORDS for line in lines):
        return _mark_flat_page(lines)
    kept = find_article_lines([line.text for line in lines])
    if all(kept) or not any(kept[number] for number in _body(lines)):
        return lines
    return _mark_around(lines, kept, find_headline([line.text for line in lines], kept))


def _mark_around(lines: list[Line], kept: list[bool], headline: int | None) -> list[Line]:
    places = [number for number, k in enumerate(kept) if k]
    above = set(range(places[0])) - {headline}
    lines = _mark(lines, "byline", _bylines(lines, above))
    lines = _mark(lines, "page furniture before the text", above)
    lines = _mark(lines, "page furniture after the text", range(places[-1] + 1, len(lines)))
    return _mark(lines, "page furniture within the text", set(range(places[0], places[-1])) - set(places))


def _mark_flat_page(lines: list[Line]) -> list[Line]:
    """Cut a page on one line, mark its pieces, and join what is kept; give it back uncut if all of it is kept."""
    pieces = [replace(line, text=piece) for line in lines for piece in split_flat_page(line.text)]
    texts = [piece.text for piece in pieces]
    kept = find_article_lines(texts, flat=True)
    if all(kept):
        return lines
    pieces = mark_comment_area(mark_furniture(pieces))
    kept = trim_to_sentences([k and piece.kind == "body" for k, piece in zip(kept, pieces, strict=True)], texts)
    if not any(kept):
        return lines
    headline = find_headline(texts, kept)
    pieces = _mark(_mark_around(pieces, kept, headline), "title", {headline})
    return _join_groups(pieces, lambda group, piece: piece.kind == "body" == group[-1].kind)


def mark_title(lines: list[Line]) -> list[Line]:
    """Mark the first line as the title if it is short, one sentence, and set apart by stop, furniture or spacing."""
    body = _body(lines)
    if len(body) < 3 or any(line.kind == "title" for line in lines):
        return lines
    first, rest = lines[body[0]], [lines[number] for number in body[1:]]
    apart = (
        not _SENTENCE_END.search(first.text)
        or any(line.kind != "body" for line in lines[: body[0]])
        or rest[0].gap != statistics.mode(line.gap for line in rest)
    )
    short = first.words <= TITLE_WORDS and not _INNER_SENTENCE_END.search(first.text)
    enough = sum(line.words for line in rest) >= 3 * max(first.words, 20)
    spoken = _LABEL.match(first.text) and not _is_headline(first.text)
    whole = short and apart and enough and not re.search(r"[,:;—–-]$", first.text)
    return _mark(lines, "title", {body[0]}) if whole and not spoken else lines


def mark_known_title(lines: list[Line], title: str) -> list[Line]:
    """Mark the first lines where they are the title that is known already; any other line stays in the text."""
    lines = [replace(line, kind="body") if line.kind == "title" else line for line in lines]
    first = [number for number, line in enumerate(lines) if line.kind == "body"]
    again = (n for n in (1, 2, 3) if n < len(first) and _same_title(_joined([lines[k] for k in first[:n]]), title))
    return _mark(lines, "title again", first[: next(again, 0)])


def _same_title(found: str, title: str) -> bool:
    """Compare without case, blanks and punctuation; behind one of them may stand the name of the site."""
    parts = [[re.sub(r"[\W_]+", "", part).casefold() for part in _SITE.split(text)] for text in (found, title)]
    whole, short = ["".join(part) for part in parts], ["".join(part[:-1] or part) for part in parts]
    again = whole[0] == short[1] or whole[1] == short[0]
    return whole[0] == whole[1] or (again and len(min(whole, key=len)) >= TITLE_LETTERS)


def _bylines(lines: list[Line], numbers: Collection[int]) -> set[int]:
    short = {n for n in numbers if lines[n].words <= BYLINE_WORDS and not _SENTENCE_END.search(lines[n].text)}
    return {n for n in short if re.match(r"[Bb][Yy]\s+[A-Z]\S*(\s+[A-Za-z]|$)", lines[n].text)}


def mark_byline(lines: list[Line]) -> list[Line]:
    """Mark a short "by NAME" line among the first lines."""
    head = [number for number, line in enumerate(lines) if line.kind in {"body", "title"}][:6]
    return _mark(lines, "byline", _bylines(lines, head))


def _join_groups(lines: list[Line], goes_on: Callable[[list[Line], Line], bool]) -> list[Line]:
    """Join each line to the group above it where it goes on with that."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and goes_on(groups[-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [replace(group[0], text=_joined(group)) if len(group) > 1 else group[0] for group in groups]


def _joined(lines: list[Line]) -> str:
    return " ".join(line.text for line in lines)


def join_broken_paragraphs(lines: list[Line]) -> list[Line]:
    """Join a paragraph that a page broke in mid-sentence: after a comma, or before a lower-case letter."""

    def goes_on(group: list[Line], line: Line) -> bool:
        above, below = group[-1].text, line.text
        if group[-1].kind != "body" or line.kind != "body" or _LABEL.match(below):
            return False
        if len(group) < 5:  # later on, the paragraph is too long for the label of a speaker on lines of its own
            start = _joined(group)
            if _LABEL_ALONE.fullmatch(start):
                return True
            if len(start.split(maxsplit=3)) < 4:
                return False
        return not _SENTENCE_END.search(above) and (above.endswith(",") or below[:1].islower())

    return _join_groups(lines, goes_on)


def mark_headings(lines: list[Line]) -> list[Line]:
    """Mark section headings: short lines above a longer paragraph, without a stop or set off by space."""
    body = _body(lines)
    if len(body) < 4:
        return lines
    usual_gap = statistics.median(lines[number].gap for number in body[1:])
    headings = set()
    for number, below in pairwise(body):
        line = lines[number]
        if line.words > HEADING_WORDS or lines[below].words < max(15, 2 * line.words):
            continue
        unstopped = not re.search(r"[.!?…:;,—–-][\"'”’)\]]*$", line.text) and line.text[:1].isupper()
        spaced = line.gap > usual_gap >= 1 and not _INNER_SENTENCE_END.search(line.text)
        labelled = _LABEL.match(line.text) and not _is_headline(line.text)
        if (unstopped or spaced) and not labelled:
            headings.add(number)
    return _mark(lines, "heading", headings)


def _is_headline(text: str) -> bool:
    """Tell the style of headlines: nearly all longer words are capitalised."""
    long_words = [word for word in find_words(text) if len(word) > 3]
    return sum(word[0].isupper() for word in long_words) >= 0.8 * max(len(long_words), 3)


def split_jammed_paragraphs(lines: list[Line]) -> list[Line]:
    """Split where a page lost a paragraph break: "track.The U.S. side". Never inside U.S. or an address."""
    cuts = [[0, *(_find_jams(line.text) if line.kind == "body" else ()), None] for line in lines]
    return [replace(x, text=x.text[a:b]) for x, places in zip(lines, cuts, strict=True) for a, b in pairwise(places)]


def _find_jams(text: str) -> Iterator[int]:
    well_inside = False
    for word in re.finditer(r"[^ ]+", text) if _JAM.search(text) else ():
        if _ADDRESS.search(word[0]):
            continue
        for jam in _JAM.finditer(text, word.start(), word.end()):
            cut = jam.end()
            well_inside = well_inside or count_words(text[:cut]) > 8
            if well_inside or text[cut - 1] != ":":  # a colon elsewhere may end the label of a speaker
                yield cut


LINE_STEPS = (mark_furniture, mark_foreign_script, mark_comment_area, mark_interjections, mark_date_lines)
LINE_STEPS += (mark_front_matter, mark_page_lines, mark_title, mark_byline, join_broken_paragraphs, mark_headings)
LINE_STEPS += (split_jammed_paragraphs,)


def clean_text(text: str, title: str | None = None, language: str = "en") -> CleanText:
    """Clean one text: find its title, headings and paragraphs, and record what was taken out.

    In: the text; its title where that is known: then only a first line that repeats it goes; its language. Out: a
    `CleanText`: `title`, `blocks` (kind, text) with the kinds body and heading, and `removed` (kind, text). General
    rules only, in `lexicons/en/page_furniture.csv`. Known weakness: a teaser in full sentences, without a
    label above it, is kept.

    >>> clean_text("Home » World\\n\\nBoth sides met.\\n\\nNo comments").removed
    [('navigation', 'Home » World'), ('comment prompt', 'No comments')]
    """
    before, text = text, repair_characters(text)
    removed = [(RESPELLED, words) for words in lost_words(before, text)]
    for kind, step in CHARACTER_STEPS:
        before, text = text, step(text)
        removed += [(kind, part) for part in lost_words(before, text)]
    rows = enumerate(re.sub("  +", " ", text).split("\n"))
    numbered = [(-1, ""), *((n, row.strip()) for n, row in rows if row.strip())]
    lines = [Line(line, n - above - 1, language=language) for (above, _), (n, line) in pairwise(numbered)]
    for step in LINE_STEPS:
        lines = mark_known_title(lines, title) if title and step is mark_title else step(lines)
    blocks = [(line.kind, line.text) for line in lines if line.kind in {"body", "heading"}]
    removed += [(line.kind, line.text) for line in lines if line.kind not in {"body", "heading", "title"}]
    title = next((line.text for line in lines if line.kind == "title"), None)
    return CleanText(title, blocks, removed)


def clean_documents(documents: pd.DataFrame) -> pd.DataFrame:
    """Clean every document of a frame.

    In: `documents` with a column `text`; `title`, `language` where known. Out: the same rows and order, with `blocks`
    and `removed` (lists of kind and text) added, and `title` filled where it was missing and the page shows one.
    Weakness: that of `clean_text`.

    >>> frame = pd.DataFrame({"doc_id": ["a"], "text": ["One line. Two\\u00a0lines.\\n\\n123 views"]})
    >>> clean_documents(frame).loc[0, ["blocks", "removed"]].tolist()
    [[('body', 'One line. Two lines.')], [('counter', '123 views')]]
    """
    given = documents["title"] if "title" in documents else pd.Series(None, index=documents.index, dtype="str")
    known = given.astype(object).where(given.notna(), None)
    cleaned = [*map(clean_text, documents["text"], known, languages_of(documents))]
    found = pd.Series([clean.title for clean in cleaned], index=documents.index, dtype="str")
    blocks, removed = [clean.blocks for clean in cleaned], [clean.removed for clean in cleaned]
    return documents.assign(title=given.fillna(found), blocks=blocks, removed=removed)
