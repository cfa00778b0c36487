"""Clean: general rules, on invented lines and pages; the five articles exactly, where they are present."""

import json
import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_helpers.build.clean import (
    RESPELLED,
    clean_documents,
    clean_text,
    load_furniture,
    strip_markup,
    strip_stage_directions,
)
from analysis_helpers.build.read.encoding import repair_characters
from analysis_helpers.words import count_words

LONG = "The two delegations met again on Tuesday and talked until late in the evening about the count of the catch."
NEXT = "Their ministers, who had stayed at home, read the minutes on Wednesday and found that nobody counted a fish."
LAST = "On Thursday the boats left the harbour before dawn, and the lawyers were asked to wait until the autumn."


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        (repair_characters, "a\u00a0b\u200bc\u2009d\te", "a bc d e"),
        (repair_characters, "line\r\nbreak\rs", "line\nbreak\ns"),
        (repair_characters, "page\x0cbreak\x0bline\u2028break\u2029s", "page\nbreak\nline\nbreak\ns"),
        (repair_characters, "détente “quoted” – fine", "détente “quoted” – fine"),
        (repair_characters, "\x00\x01we\x7f met \x1b[31mred", "we met [31mred"),
        (repair_characters, "he didn\x92t say \x93no\x94\x85\x81", "he didn’t say “no”…"),
        (
            repair_characters,
            "The oﬃcial’s ﬁrst tariﬀ, ﬂat and baﬄing, of the laﬅ Congreſs",
            "The official’s first tariff, flat and baffling, of the last Congress",
        ),
        (repair_characters, "Ｔｈｅ　Ｕ．Ｓ．　ｓａｉｄ，　“２０２５！”", "The U.S. said, “2025!”"),
        (repair_characters, "中国，Ａ股２０２５年（美国）！\nＹｅｓ！", "中国，A股2025年（美国）！\nYes!"),
        (repair_characters, "𝗧𝗮𝗿𝗶𝗳𝗳𝘀 of 𝑡ℎ𝑒 𝟚𝟘 ℂities, part Ⅳ", "Tariffs of the 20 Cities, part IV"),
        (
            repair_characters,
            "ta\xadri\u2060ff\u200ds\u180e, a\u205fb\u1680c, \u202bone\u2069\ufeff",
            "tariffs, a b c, one",
        ),
        (repair_characters, "win\u2011win, donʼt", "win-win, don’t"),
        (repair_characters, "2², ½, CO₂, №, ™, ①, ℃, 10 µm, ½…", "2², ½, CO₂, №, ™, ①, ℃, 10 µm, ½…"),
        (strip_markup, "a&nbsp;b&#8203;c&#13;d&#x202f;e", "a bc\nd e"),
        (strip_markup, "a <span style='x'>b</span> &amp; c", "a b & c"),
        (strip_markup, "<!-- hidden\nnote -->shown", "shown"),
        (strip_markup, "see [the order](https://example.org/a_(b)) now", "see the order) now"),
        (strip_markup, r"\- item \*", "- item *"),
        (strip_markup, "a <!-- b --> c <!-- d --> e <!-- f", "a  c  e <!-- f"),
        (strip_markup, "see ![a map](data:image/png;base64,AAAA) and [it](/b?c[0]=1).", "see  and it."),
        (strip_markup, "![a\nmap](b.png) [![x](y.png)](z.html) [go\non](/c 'to \"it\"')", "  go\non"),
        (strip_markup, "[1], [see [2]](https://x.org) and [3](note)", "[1], [see [2]](https://x.org) and [3](note)"),
        (strip_markup, "3 < 5 and 7 > 2", "3 < 5 and 7 > 2"),
        (strip_markup, "2 * 3 * 4 stays", "2 * 3 * 4 stays"),
        (strip_stage_directions, "Good. (Applause.) [crosstalk 00:01] So.", "Good.   So."),
        (strip_stage_directions, "(the applause of history) stays", "(the applause of history) stays"),
    ],
)
def test_character_steps(step, before, after):
    assert step(before) == after


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Home » World » Talks", "navigation"),
        ("Back to top", "navigation"),
        ("Leave a Reply", "comment prompt"),
        ("34 Comments", "comment prompt"),
        ("What do you think? Tell us in the comments below!", "comment prompt"),
        ("Related articles:", "related links"),
        ("Share this on Facebook", "share bar"),
        ("Advertisement", "advertising notice"),
        ("Sign in to read more", "sign-in prompt"),
        ("© 2024 The Paper. All rights reserved", "copyright notice"),
        ("Powered by WordPress", "platform notice"),
        ("The opinions expressed here do not necessarily reflect those of the paper.", "disclaimer"),
        ("Send your letters to letters@example.org", "call for contributions"),
        ("The author is a fellow of an institute.", "author note"),
        ("Posted 2 hours ago", "post stamp"),
        ("1,024 views", "counter"),
        ("###", "symbols"),
        ("END 3:30 P.M. EST", "transcript mark"),
        ("* * *", "symbols"),
        ("- From the section Harbours & Fish", "navigation"),
        ("- 941 comments", "comment prompt"),
        ("Continue reading the main story", "navigation"),
        ("Our Standards: The Thomson Reuters Trust Principles.", "agency notice"),
        ("Get reporter alerts", "agency notice"),
        ("Reporting by Ann Roe in Port Sample; Editing by Bob Doe", "credits"),
        ("(Additional reporting by Ann Roe and Bob Doe)", "credits"),
        ("Image source, Getty Images", "picture credit"),
        ("Supported by", "advertising notice"),
        ("SKIP ADVERTISEMENT", "navigation"),
        ("Listen 5 min", "reading time"),
        ("4 Min Read", "reading time"),
        ("Read more: Ministers eat herring", "related links"),
        ("Follow us on X, YouTube and Instagram", "share bar"),
        ("Get the day's fish in your inbox", "sign-in prompt"),
        ("You have 2 free articles left this month", "sign-in prompt"),
        ("Comments are closed.", "comment prompt"),
        ("By using this site you agree to our use of cookies.", "cookie notice"),
        ("This article was originally published in The Sample.", "republication"),
        ("Copyright 2025 The Sample", "copyright notice"),
        ("Tuesday, March 4th, 2025", "date line"),
        ("11:06 A.M. EST", "date line"),
    ],
)
def test_furniture_is_removed_and_its_kind_recorded(line, kind):
    clean = clean_text(f"{LONG}\n\n{NEXT}\n\n{line}")
    assert clean.text == f"{LONG}\n{NEXT}"
    assert clean.removed == [(kind, line)]


@pytest.mark.parametrize(
    "line",
    [
        "Thank you.",
        "China firmly opposes this.",
        "The minister said the share of imports rose by 12%.",
        "We like the deal and we will follow it.",
        "Overseas exporters may contact us by e-mail (desk@example.org).",
        "In response to questions, he said that both sides commented on the draft.",
        "- Tariffs on steel will be suspended;",
        "Reporting by States Parties shall begin in May.",
        "Copyright was discussed for two hours.",
        "By using the hotline, both sides agree to speak first.",
        "Supported by both ministers, the plan went on.",
        "They follow us on every sea.",
        "Related questions were left to the lawyers.",
        "Listen, he said: it took 5 minutes.",
        "(i) suspend the duties for 90 days; and",
        "Q: Will you sign?",
        "On March 4, 2025, both sides met.",
        "A word like 和谐 is quoted here.",
    ],
)
def test_what_must_not_be_removed(line):
    text = f"{LONG}\n\n{line}\n\n{NEXT}\n\n{LAST}"
    assert clean_text(text).text == f"{LONG}\n{line}\n{NEXT}\n{LAST}"


def test_no_rule_leaves_an_empty_text_or_touches_a_short_one():
    for text in ("Thank you.", "No comment on that, thanks.", "Hold on"):
        assert clean_text(text).text == text


@pytest.mark.parametrize(
    "broken",
    [
        "He said that both maps were “honest”\n\n\nat the meeting.",
        "The guests came late,\n\nand the hosts were asleep.",
        "Karoline Sample (21:10):\n\nWe will see.",
        "Karoline Sample, Fleet Office,\nspokeswoman (21:10):\nYes.",
    ],
)
def test_broken_paragraphs_are_joined(broken):
    assert clean_text(f"{LONG}\n\n{broken}\n\n{NEXT}").text == f"{LONG}\n{' '.join(broken.split())}\n{NEXT}"


@pytest.mark.parametrize(
    "apart",
    [
        "Both will:\n\n(i) suspend the duties;\n\n(ii) meet again.",
        "This is one sentence.\n\nand this began small.",
        "He talked and talked and—\n\nReporter: What then?",
    ],
)
def test_whole_paragraphs_stay_apart(apart):
    assert clean_text(f"{LONG}\n\n{apart}\n\n{NEXT}").text.split("\n") == [LONG, *apart.split("\n\n"), NEXT]


@pytest.mark.parametrize(
    "jammed",
    [
        "It ended in November.|Resuming it is hard.",
        "The plan for the fleet rests on two realities:|First is the sea.",
        "The U.S.Senate and U.S. House met.",
        "Reuters:Some say yes.",
        "See www.example.Com or https://example.org/a.Html now.",
    ],
)
def test_jammed_paragraphs_are_split(jammed):
    assert clean_text(f"{LONG}\n{jammed.replace('|', '')}").text.split("\n")[1:] == jammed.split("|")


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
    kept = count_words(clean.text)
    lost = sum(count_words(part) for _, part in clean.removed)
    assert kept + lost == count_words(text)


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
        raw += count_words(text)
        lost += sum(count_words(part) for kind, part in clean.removed if kind != "markup")
    assert lost / raw <= 0.002


@pytest.mark.parametrize(
    "text", [*map(chr, range(32)), *map(chr, range(127, 160)), "&#0;", "&#12;", "&#127;", "&#x85;"]
)
def test_no_control_character_reaches_a_table(text):
    clean = clean_text(f"{LONG} Then{text}more.\n{NEXT}")
    assert not [c for c in clean.text.replace("\n", "") if unicodedata.category(c) == "Cc"]


@pytest.mark.parametrize(
    ("title", "text", "blocks", "removed"),
    [
        ("Boats, again", f"BOATS, AGAIN!\n{LONG}", [("body", LONG)], [("title again", "BOATS, AGAIN!")]),
        (
            "Boats and fish",
            f"Boats and\nfish\n{LONG}",
            [("body", LONG)],
            [("title again", "Boats and"), ("title again", "fish")],
        ),
        ("Boats and fish | The Quay", f"Boats and fish\n{LONG}", [("body", LONG)], [("title again", "Boats and fish")]),
        (
            "Boats",
            f"Salt is no answer\n\n{LONG}\n\n{NEXT}\n\n{LAST}",
            [("heading", "Salt is no answer"), ("body", LONG), ("body", NEXT), ("body", LAST)],
            [],
        ),
        (
            "Boats",
            f"Home » World\n\nBoats left today.\n\n{LONG}\n\n{NEXT}\n\n{LAST}",
            [("body", x) for x in ("Boats left today.", LONG, NEXT, LAST)],
            [("navigation", "Home » World")],
        ),
        ("Boats", "Boats", [("body", "Boats")], []),
        ("Boats", f"{LONG}\n{NEXT}", [("body", LONG), ("body", NEXT)], []),
        (None, f"{LONG}\n{NEXT}", [("body", LONG), ("body", NEXT)], []),
    ],
    ids=[
        "stands again",
        "over two lines",
        "with its site",
        "is another",
        "has furniture above",
        "is all there is",
        "stands not there",
        "is not known",
    ],
)
def test_a_known_title_is_no_paragraph(title, text, blocks, removed):
    frame = pd.DataFrame({"doc_id": ["a"], "title": pd.Series([title], dtype="str"), "text": [text]})
    cleaned = clean_documents(frame)
    assert cleaned.loc[0, "blocks"] == blocks
    assert cleaned.loc[0, "removed"] == removed
