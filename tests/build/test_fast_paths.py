"""Fast paths: a step that looks first whether it has anything to do gives what its plain definition gives.

The plain definitions stand here, as the package had them before it looked first. All sample texts are invented.
"""

import html
import re
import unicodedata
from collections import Counter

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analysis_helpers.build import boilerplate as page_lines
from analysis_helpers.build import clean as cleaning
from analysis_helpers.build.read.registry import decoding
from analysis_helpers.words import count_words, find_words
from tests.build.test_page_lines import AGENDA, FOOTER, HEADLINE, MENU, NAMES, P2, PARAGRAPH, READOUT, SHARES, STORIES

STEADY = settings(
    deadline=None, derandomize=True, database=None, max_examples=60, suppress_health_check=list(HealthCheck)
)
WORDS = ["The boats met.", "herring", "Roe", "U.S.", "a", "A", "1", "fish-net", "it's", "双方", "魚", "café", "e\u0301"]
SIGNS = [*" \n\n\t.,:;!?…\"'”’«»›()[]{}<>/\\|#*_=-–@&©·•", "  ", "**", "__", "\r\n", "\x0b", "\u2028", "\x93", "\x85"]
ODD = ["\u00a0", "\u200b", "\u00ad", "\ufeff", "\x07", "\u2003", "\u3000", "\ufe0f", "ſ", "ı", "İ", "\u212a", "\udc80"]
MARKS = [
    "<b>",
    "</p>",
    "<!--",
    "-->",
    "![",
    "](",
    "](http://a.b)",
    "&lt;",
    "&amp;",
    "&#133;",
    "(Laughter.)",
    "> ",
    "# ",
]


def texts_of(*pieces):
    """Texts made of the pieces in any order, and of any other characters."""
    return st.lists(st.sampled_from([piece for group in pieces for piece in group]) | st.text(max_size=2)).map("".join)


PLAIN = texts_of(WORDS, SIGNS, ODD, MARKS)


# ---------------------------------------------------------------------------------------------------
# Characters


def repaired(text):
    windows = {n: bytes([n]).decode("cp1252", "ignore") for n in range(0x80, 0xA0)}
    text = unicodedata.normalize("NFC", text.translate(windows))
    text = re.sub(r"\r\n?|[\x0b\x0c\u2028\u2029]", "\n", text)
    text = re.sub(r"[\u200b-\u200f\u2060\ufeff\u00ad\ufe00-\ufe0f]", "", text)
    text = re.sub(r"[\x00-\x08\x0e-\x1f\x7f]", "", text)
    return re.sub(r"[\t\u00a0\u2000-\u200a\u202f\u3000]", " ", text)


def stripped(text):
    commented, end, text = repaired(html.unescape(text)).rpartition("-->")
    text = re.sub(r"(?s)<!--.*?-->", "", commented + end) + text
    text = re.sub(r"</?(?:[a-zA-Z][^<>\n]{0,500}|https?://[^<>\s]+)>", "", text)
    target = r"(?:(?!\]\()[^)\s])*+\)"
    text = re.sub(rf"!\[[^\[\]\n]*\]\({target}", "", text)
    text = re.sub(rf"\[([^\[\]\n]+)\]\((?=https?:|/|#|mailto:){target}", r"\1", text)
    text = re.sub(r"(?m)^\s{0,3}(?:#{1,6} |> ?)", "", text)
    text = re.sub(r"\*\*|__|(?<![\w\\])\*(?=\S)|(?<=[^\s\\])\*(?!\w)", "", text)
    return re.sub(r"\\([\\\-*_#.\[\]()>~`|])", r"\1", text)


@STEADY
@given(PLAIN)
def test_characters_are_repaired(text):
    assert cleaning.repair_characters(text) == repaired(text)


def test_every_character_is_repaired():
    for code in range(0x10000):
        assert cleaning.repair_characters(f"a{chr(code)}b") == repaired(f"a{chr(code)}b")


@STEADY
@given(PLAIN)
def test_markup_is_stripped(text):
    assert cleaning.strip_markup(text) == stripped(text)


@STEADY
@given(texts_of(WORDS, [" ", "\n", "-", "*"]), texts_of(WORDS, [" ", "\n", "-", "*"]))
@example("net net boat", "boat net")
@example("roe boat, net (roe) cod", "boat cod")
def test_lost_words_are_counted_in_the_order_of_the_text(before, after):
    lost = Counter(find_words(before)) - Counter(find_words(after))
    assert cleaning.lost_words(before, after) == ([" ".join(lost.elements())] if lost else [])


# ---------------------------------------------------------------------------------------------------
# Lines


@STEADY
@given(PLAIN)
def test_spaces_are_squeezed(text):
    plain = [re.sub(r" +", " ", line).strip() for line in text.split("\n")]
    assert [line.text for line in cleaning._lines(text)] == [line for line in plain if line]


@pytest.mark.parametrize(
    ("kind", "pattern"), cleaning.load_furniture(), ids=lambda cell: getattr(cell, "pattern", cell)
)
def test_no_line_of_furniture_is_passed_over(kind, pattern):
    @STEADY
    @given(st.from_regex(pattern), texts_of(WORDS, [" ", ". "]))
    def found(text, before):
        for line in {*text.split("\n"), *(before + text).split("\n")}:
            assert cleaning.may_be_furniture(line) or not pattern.search(line)

    found()


@STEADY
@given(st.lists(PLAIN, max_size=5))
def test_foreign_script_is_marked(texts):
    cjk = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

    def share(text):
        letters = sum(character.isalpha() for character in text)
        return len(cjk.findall(text)) / letters if letters else 0.0

    marked = [share(" ".join(texts)) <= 0.5 and share(text) >= 0.2 for text in texts]
    found = cleaning.mark_foreign_script([cleaning.Line(text) for text in texts])
    assert [line.kind != "body" for line in found] == marked


def jams(text):
    """Places of jams, word by word."""
    jam_of = re.compile(r"(?<=[a-z]{2}[.!?])(?=[A-Z][a-z])|(?<=[a-z]{3}:)(?=[A-Z][a-z])")
    well_inside = False
    for word in re.finditer(r"[^ ]+", text):
        if re.search(r"[/@\\]|www|https?:|^#", word[0]):
            continue
        for jam in jam_of.finditer(text, word.start(), word.end()):
            cut = jam.start()
            well_inside = well_inside or count_words(text[:cut]) > 8
            if well_inside or text[cut - 1] != ":":
                yield cut


@STEADY
@given(texts_of(["met.The", "net", "boats:But", "Roe", " ", " ", "www.", "U.S.", "#", "@", "a.Bc", "said!She"]))
@example("They met in the old town and had two aims:First is the sea.Then:Last")
def test_jams_are_found(text):
    cuts = list(jams(text))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True)]
    assert [line.text for line in cleaning.split_jammed_paragraphs([cleaning.Line(text)])] == pieces


# ---------------------------------------------------------------------------------------------------
# Pages


PAGE_PIECES = [*MENU, *FOOTER, *SHARES, *STORIES, HEADLINE, P2, "9:05", "Monday, May 4, 2021", "4 May 2021 ", "By Ann "]


def is_page(texts, unlike):
    """The guard of the line model, from all figures of all lines."""
    lines = page_lines._describe_lines(texts)
    like = np_max(lines["prose"], lines["stopped"], lines["sign: colon"])
    signs = (lines["short"] > 0) & ((lines["page words"] >= page_lines.SIGN) | (lines["sign: copyright"] > 0))
    return bool(like.mean() <= 1 - unlike and signs.sum() >= page_lines.SIGNS)


def np_max(*columns):
    return sum(columns).clip(max=1)  # each is 0 or 1


@STEADY
@given(
    st.lists(st.sampled_from(PAGE_PIECES) | PLAIN | st.just("Share 魚魚魚 Print"), min_size=1, max_size=12),
    st.booleans(),
)
@example(["Share this", "© 2021", "Home", "Search", "a b"], False)
@example([f"Share {'- ' * 600}copyright{' -' * 600} print", "Share"], True)
def test_only_what_has_buttons_can_be_a_page(texts, flat):
    unlike = 0 if flat else page_lines.UNLIKE
    found = page_lines._has_buttons(texts) and page_lines._is_page(page_lines._describe_lines(texts), unlike)
    assert found == is_page(texts, unlike)


@STEADY
@given(texts_of(WORDS, SIGNS, ["a’b", "c-d", "_"]))
def test_eight_words_are_counted(text):
    assert bool(page_lines._EIGHT_TOKENS.match(text)) == (len(page_lines._TOKEN.findall(text)) >= 8)


def cuts():
    """Where a page on one line is cut, all in one pattern."""
    stamp = page_lines._STAMP
    labels = "|".join(
        re.escape(label[0]) + f"(?i:{re.escape(label[1:])})" for label in page_lines._words_of_pages()["label"]
    )
    return re.compile(
        r"[.!?…][\"”’»)\]]*\s+(?=[A-ZÀ-Þ\"“(\[【©\d])"
        r"|\s+(?=[|•·©【▪])|\s*(?:>>|»)\s+|】\s*"
        rf"|(?i:{stamp})\s+(?=[A-ZÀ-Þ\"“(])"
        rf"|\s+(?=\([^()]{{1,30}}\) (?i:{stamp}))"
        rf"|\s+(?=(?:{labels})(?!\w))"
        r"|\s+(?=By [A-Z])"
    )


CUTTERS = [" ", " ", " ", "(Herring Post) ", "09:15, May 4, 2021", "4 Mai 2021 at 9:05 p.m. GMT", "monDay, 4 may 2021"]
CUTTERS += [
    "day, May 4, 2021",
    ">>",
    "»",
    "】",
    "【",
    "| ",
    "By ",
    "Share this",
    "Related Articles",
    "© ",
    "Roe. ",
    "“",
]


@STEADY
@given(texts_of(CUTTERS, WORDS, SIGNS))
@example(f"{HEADLINE} (Herring Post) 09:15, May 4, 2021 {PARAGRAPH} Monday, May 4, 2021 Both sides Share this © Post")
def test_a_page_on_one_line_is_cut_at_the_same_places(text):
    found = page_lines._cuts(bool(page_lines._IN_STAMP.search(text))).finditer(text)
    assert [cut.span() for cut in found] == [cut.span() for cut in cuts().finditer(text)]


# ---------------------------------------------------------------------------------------------------
# Garble


def garble(text):
    """What is no language, found by patterns over the whole text."""
    text = decoding._PICTURE.sub("", text)
    ink = sum(map(len, text.split()))
    if not ink:
        return ""
    glyphs = re.compile(r"(?:/[A-Za-z]{0,4}\d{1,5}\s*){8,}")
    base64 = re.compile(r"(?<![\w./:+-])[A-Za-z0-9+/]{48,}={0,2}")
    plain = {decoding._GLYPHS: glyphs, decoding._BASE64: base64}
    for share, pattern, reason in decoding._SHARES:
        found = plain.get(pattern, pattern).findall(text)
        if found and sum(len(re.sub(r"\s+", "", run)) for run in found) > max(share * ink, 9):
            return f"{reason} ({found[0].strip()[:15]}…)" if len(found[0]) > 1 else reason
    return code(text, ink) or single_letters(text) or odd_letters(text)


def code(text, ink):
    if sum(map(len, decoding._JSON_KEY.findall(text))) > 0.15 * ink:
        return "is data in JSON, not a text"
    if len(re.findall(r"[{};=]|\(\)", text)) > 0.04 * ink and len(decoding._CODE.findall(text)) >= 3:
        return "is a program or a style sheet, not a text"
    pairs = decoding._HEX.findall(text)
    lettered = sum(not pair.isdigit() and any(sign in "0123456789" for sign in pair) for pair in pairs)
    if len(pairs) >= 30 and sum(map(len, pairs)) > 0.5 * ink and lettered > 0.2 * len(pairs):
        return "is a dump of bytes in hexadecimal numbers"
    return ""


def single_letters(text):
    words = text.split()
    if len(words) >= 30 and len(decoding._SINGLE.findall(text)) > 0.6 * len(words):
        return "has its letters set apart by spaces, so that no word can be found"
    return ""


def odd_letters(text):
    lower = text.lower()
    counts = {letter: lower.count(letter) for letter in decoding._LETTERS}
    n = sum(counts.values())
    if n < 200:
        return ""
    lengths = sum(count**2 for count in counts.values()) * sum(usual**2 for usual in decoding._LETTERS.values())
    cosine = sum(counts[letter] * usual for letter, usual in decoding._LETTERS.items()) / lengths**0.5
    if cosine > 0.72 or len(decoding._JOINING_WORDS.findall(lower)) > 0.02 * len(lower.split()):
        return ""
    if sum(character.isalnum() for character in lower) > 1.5 * n:
        return ""
    return "has letters that stand for others, as the fonts of some PDFs leave them"


GARBLE = [
    "/0",
    "/i255 ",
    "/1/2/3 ",
    "(cid:12)",
    "ab12 ",
    "0xFF ",
    "3f ",
    "f0|",
    "{}",
    "();",
    "a=b;",
    "a:b;",
    '"key": 1, ',
]
GARBLE += [
    "Zm9vYmFy" * 6,
    "Zm9vYmFy" * 7 + "==",
    "q w ",
    "x ",
    "Ж ",
    "zqxj kvw ",
    "\ufffd",
    "\x01",
    "\ue000",
    "\u3000",
    " ",
]


@STEADY
@given(
    st.lists(
        st.tuples(st.sampled_from([*GARBLE, READOUT, AGENDA, NAMES, *WORDS, *ODD]), st.integers(1, 60)), max_size=6
    )
)
@example([("3f ", 40), ("g ", 30)])
@example([("3f ", 40), ("g ", 41)])
@example([("q w ", 20), ("kv ", 20)])
@example([("zqxj kvw ", 40)])
def test_garble_is_found(pieces):
    text = "".join(piece * times for piece, times in pieces)
    assert decoding.find_garble(text) == garble(text)


@STEADY
@given(texts_of(["Ã©", "â€™", "Â ", "‚Ä", "√´", "ΓÇ", "вЂ", "РЁ", "С!", "Ă!", "\x92", "é", "’", "–", "Р", "С", *WORDS]))
def test_broken_characters_are_looked_for_by_their_first(text):
    assert bool(decoding._MOJIBAKE_BEGINS.search(text)) >= bool(decoding._MOJIBAKE.search(text))


def test_every_first_character_of_a_broken_one_is_known():
    for code in range(0x2300):
        for second in ("€", " ", "Ä", "!", "x", "Ç", "Ђ", "\x80"):
            assert not decoding._MOJIBAKE.match(chr(code) + second) or decoding._MOJIBAKE_BEGINS.match(chr(code))
