"""Clean: general rules, on invented lines and pages; the five articles exactly, where they are present."""

import json
import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_helpers.build import clean, clean_text
from analysis_helpers.build.clean import RESPELLED, clean_documents, load_furniture
from analysis_helpers.build.read.encoding import repair_characters
from analysis_helpers.words import count_words
from tests.conftest import by_hand

LONG = "The two delegations met again on Tuesday and talked until late in the evening about the count of the catch."
NEXT = "Their ministers, who had stayed at home, read the minutes on Wednesday and found that nobody counted a fish."
LAST = "On Thursday the boats left the harbour before dawn, and the lawyers were asked to wait until the autumn."


CHARACTERS = {  # what comes out, by what goes in; None: the same
    "a\u00a0b\u200bc\u2009d\te": "a bc d e",
    "line\r\nbreak\rs": "line\nbreak\ns",
    "page\x0cbreak\x0bline\u2028break\u2029s": "page\nbreak\nline\nbreak\ns",
    "détente “quoted” – fine": None,
    "\x00\x01we\x7f met \x1b[31mred": "we met [31mred",
    "he didn\x92t say \x93no\x94\x85\x81": "he didn’t say “no”…",
    "oﬃcial’s ﬁrst tariﬀ, ﬂat, baﬄing, laﬅ Congreſs": "official’s first tariff, flat, baffling, last Congress",
    "Ｔｈｅ　Ｕ．Ｓ．　ｓａｉｄ，　“２０２５！”": "The U.S. said, “2025!”",
    "中国，Ａ股２０２５年（美国）！\nＹｅｓ！": "中国，A股2025年（美国）！\nYes!",
    "𝗧𝗮𝗿𝗶𝗳𝗳𝘀 of 𝑡ℎ𝑒 𝟚𝟘 ℂities, part Ⅳ": "Tariffs of the 20 Cities, part IV",
    "ta\xadri\u2060ff\u200ds\u180e, a\u205fb\u1680c, \u202bone\u2069\ufeff": "tariffs, a b c, one",
    "win\u2011win, donʼt": "win-win, don’t",
    "2², ½, CO₂, №, ™, ①, ℃, 10 µm, ½…": None,
}


@pytest.mark.parametrize("before", CHARACTERS)
def test_characters_are_made_plain(before):
    assert repair_characters(before) == (CHARACTERS[before] or before)


@by_hand("markup")
def test_markup_and_stage_directions_go(step, before, after):
    assert getattr(clean, step)(before) == after


@by_hand("furniture")
def test_furniture_is_removed_and_its_kind_recorded(kind, line):
    clean = clean_text(f"{LONG}\n\n{NEXT}\n\n{line}")
    assert clean.text == f"{LONG}\n{NEXT}"
    assert clean.removed == [(kind, line)]


def test_no_rule_leaves_an_empty_text_or_touches_a_short_one():
    for text in ("Thank you.", "No comment on that, thanks.", "Hold on"):
        assert clean_text(text).text == text


# What stands between paragraphs, and the paragraphs made of it, apart by bars; without bars a line is a paragraph.
@by_hand("paragraphs")
def test_paragraphs_are_kept_joined_and_split_as_their_author_wrote_them(between):
    clean = clean_text(f"{LONG}\n\n{between.replace('|', '')}\n\n{NEXT}\n\n{LAST}")
    assert clean.text.split("\n") == [LONG, *(" ".join(part.split()) for part in between.split("|")), NEXT, LAST]


@pytest.mark.parametrize("start", [f"{LONG} {NEXT}", f"Maria Sample: Well, thank you --\n\n{LONG}"])
def test_an_ordinary_paragraph_and_a_turn_are_no_title(start):
    assert clean_text(f"{start}\n\n{NEXT}\n\n{LAST}").title is None


HOSTILE = ["a", "A", "双方", "a-", "a.", "U.S.", "aGVsbG8gd29ybGQ", "word.Word", "abc:Word", "some words go on\n"]


@pytest.mark.parametrize("pattern", [*HOSTILE, "<!-- ", "[", "![", "[a](http", "![a](b"])
def test_a_pattern_that_never_ends_takes_nothing_else_with_it(pattern):
    """A step that reads the rest of a text again at every character would not come back from these."""
    clean = clean_text(f"{LONG}\n{pattern * (100_000 // len(pattern))}\n{NEXT}\n{LAST}")
    assert clean.text.startswith(LONG)
    assert clean.text.endswith(LAST)


def test_removed_and_kept_words_add_up():
    text = f"Home » World\n\n{LONG}\n\n{NEXT}\n\n<b>{LAST}</b>\n\nNo comments"
    clean = clean_text(text)
    assert count_words(clean.text) + sum(count_words(part) for _, part in clean.removed) == count_words(text)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_plain_characters_stay_plain_and_no_letter_of_a_word_is_lost(text):
    """What NFKC makes of a word is what is kept, or what stood there; nothing changes a second time."""
    plain = repair_characters(text)
    assert repair_characters(plain) == plain

    def letters(text):
        return [c for c in unicodedata.normalize("NFKC", text) if c.isascii() and c.isalnum()]

    assert letters(plain) == letters(text)


def test_what_was_written_otherwise_is_recorded_and_no_word_is_missing():
    clean = clean_text(f"{LONG}\nThe tariﬀ was lif\u200bted.\n{NEXT}")
    assert clean.text.split("\n")[1] == "The tariff was lifted."
    assert [part for kind, part in clean.removed if kind == RESPELLED] == ["tariﬀ lif ted"]


def test_rows_come_back_in_order_and_given_titles_stay():
    frame = pd.DataFrame({"doc_id": ["b", "a"], "title": ["Given", None], "text": ["One.", "Two."]}, index=[7, 3])
    cleaned = clean_documents(frame)
    assert cleaned["doc_id"].tolist() == ["b", "a"]
    assert cleaned.index.tolist() == [7, 3]
    assert cleaned["title"].tolist()[0] == "Given"


def test_five_articles_are_exact(originals):
    gold = json.loads((originals / "articles_gold.json").read_text(encoding="utf-8"))["documents"]
    assert len(gold) == 5
    for name, expected in gold.items():
        lines = (originals / "articles" / name).read_text(encoding="utf-8").split("\n")
        clean = clean_text("\n".join(lines))
        assert clean.text == expected["clean_text"], name
        assert clean.title == expected["title"], name
        headings = [" ".join(lines[n - 1].split()) for n in expected["heading_lines"]]
        assert [text for kind, text in clean.blocks if kind == "heading"] == headings, name


def test_no_rule_names_an_article(originals):
    """No pattern may hold a run of four words that only one of the five articles holds."""
    texts = [
        path.read_text(encoding="utf-8").lower().split() for path in sorted((originals / "articles").glob("*.txt"))
    ]
    runs = [{" ".join(words[i : i + 4]) for i in range(len(words) - 3)} for words in texts]
    for _, pattern in load_furniture():
        plain = pattern.pattern.lower().replace("\\b", "")
        assert not any(run in plain for held in runs for run in held)


def test_official_statements_lose_next_to_nothing(originals):
    """Beside markup, at most 0.2 % of the words of texts that are already clean may go, and none may end up empty."""
    raw = lost = 0
    for line in (originals / "statements_2025.jsonl").read_text(encoding="utf-8").splitlines():
        text = json.loads(line)["text"]
        clean = clean_text(text)
        assert clean.text
        assert not [kind for kind, _ in clean.removed if kind.startswith("page furniture ") and "script" not in kind]
        raw += count_words(text)
        lost += sum(count_words(part) for kind, part in clean.removed if kind != "markup")
    assert lost / raw <= 0.002


@pytest.mark.parametrize(
    "text", [*map(chr, range(32)), *map(chr, range(127, 160)), "&#0;", "&#12;", "&#127;", "&#x85;"]
)
def test_no_control_character_reaches_a_table(text):
    clean = clean_text(f"{LONG} Then{text}more.\n{NEXT}")
    assert not [c for c in clean.text.replace("\n", "") if unicodedata.category(c) == "Cc"]


KNOWN = {  # the title that is known, what stands above the text, each with its kind, and the text
    "stands again": ("Boats, again", {"BOATS, AGAIN!": "title again"}, [LONG]),
    "over two lines": ("Boats and fish", {"Boats and": "title again", "fish": "title again"}, [LONG]),
    "with its site": ("Boats and fish | The Quay", {"Boats and fish": "title again"}, [LONG]),
    "is another": ("Boats", {"Salt is no answer": "heading"}, [LONG, NEXT, LAST]),
    "has furniture above": ("Boats", {"Home » World": "navigation"}, ["Boats left today.", LONG, NEXT, LAST]),
    "is all there is": ("Boats", {}, ["Boats"]),
    "stands not there": ("Boats", {}, [LONG, NEXT]),
    "is not known": (None, {}, [LONG, NEXT]),
}


@pytest.mark.parametrize("case", KNOWN)
def test_a_known_title_is_no_paragraph(case):
    title, above, text = KNOWN[case]
    frame = pd.DataFrame({"title": pd.Series([title], dtype="str"), "text": ["\n\n".join([*above, *text])]})
    cleaned = clean_documents(frame).loc[0]
    heads = [(kind, line) for line, kind in above.items() if kind == "heading"]
    assert cleaned["blocks"] == heads + [("body", line) for line in text]
    assert cleaned["removed"] == [(kind, line) for line, kind in above.items() if kind != "heading"]
