"""Boilerplate: the article is told from the page around it. All texts are invented, what stays marked by hand."""

import re

import pytest

from analysis_helpers.build.boilerplate import split_flat_page
from analysis_helpers.build.clean import Line, clean_text, mark_page_lines
from analysis_helpers.words import count_words
from tests.conftest import ORIGINALS, read_gold

FLATTENED = ORIGINALS.parent / "messy" / "flattened_pages"

TEXTS = [row["text"] for row in read_gold("no_pages")]
PARAGRAPH = " ".join(
    f"On day {n} the delegations read part {n} of the treaty aloud, shared a plate of herring, and did not agree."
    for n in range(1, 13)
)
UNSTOPPED = f"Remarks on the fleet {PARAGRAPH} Thank you and good night"


@pytest.mark.parametrize("text", [*TEXTS, PARAGRAPH, UNSTOPPED, "Menu", "Share", ""])
def test_inputs_that_must_not_change(text):
    lines = [Line(line) for line in text.split("\n") if line]
    assert mark_page_lines(lines) == lines


P1 = "PORT SAMPLE - Westland and Eastland will count the herring together, ministers of both sides said on Monday."
P2 = (
    "The count begins in May and ends in October, and each side will send twelve boats, according to the joint plan "
    "that was read to reporters in the harbour."
)
P3 = "Fishermen on both shores had waited for such a plan since the nets were cut three years ago, and many doubted it."
P4 = "Minister Ann Roe said that the boats would carry flags of both sides and that nobody would fish at night."
P5 = "The parliament of Eastland must still agree; a vote on the plan is expected before the summer, officials said."
BODY = [P1, P2, P3, P4, P5]
MENU = ["Home", "World", "Politics", "Business", "Sport", "Sign in", "Subscribe", "Search"]
FOOTER = ["About us", "Contact us", "Privacy policy", "Terms of use", "© 2021 The Sample Post"]
SHARES = ["Share", "Tweet", "Email", "Print"]
STORIES = ["Most read", "Storm closes the bridge", "Ten soups for winter", "Mayor opens a zoo", "Cup final in pictures"]
HEADLINE = "Westland and Eastland to Count the Herring Together"


def cleaned(*groups):
    return clean_text("\n".join(line for group in groups for line in ([group] if isinstance(group, str) else group)))


def test_a_news_site_loses_menu_stories_and_footer():
    clean = cleaned(MENU, HEADLINE, "By Ben Doe", SHARES, BODY, STORIES, "Newsletter", "Get the news by mail", FOOTER)
    assert clean.text.split("\n") == BODY
    assert clean.title == HEADLINE
    kinds = {kind for kind, text in clean.removed if text in {"World", "Mayor opens a zoo"}}
    assert kinds == {"page furniture before the text", "page furniture after the text"}


def test_a_forum_loses_its_comments():
    comments = ["3 comments", "captain77", "2 days ago", "I do not believe a word of it.", "Reply", "nets4ever"]
    comments += ["1 day ago", "They said the same when the cod was counted and look where the cod is now.", "Reply"]
    clean = cleaned("Log in", "Register", "Forum", "Threads", HEADLINE, "captain12", BODY, "Like", "Share", comments)
    assert clean.text.split("\n") == BODY


def test_a_page_with_photo_and_newsletter_box_keeps_both_halves_of_the_article():
    box = ["Advertisement", "Newsletter", "Sign up", "Enter your email", "Subscribe"]
    photo = "Boats in the harbour. Photo: B. Doe"
    kept = cleaned(MENU, HEADLINE, BODY[:3], photo, box, BODY[3:], SHARES, STORIES, FOOTER).text.split("\n")
    assert [line for line in kept if line in BODY] == BODY
    assert not {"Sign up", "Enter your email", "Subscribe", "Mayor opens a zoo", "Sport"} & set(kept)


INSIDE = {
    "short quotations": ["“We waited.”", "“Nobody came.”", "“Then the herring left.”"],
    "a list": ["The plan covers:", "- herring", "- cod and haddock", "- nets under 40 mm"],
}


@pytest.mark.parametrize("inside", INSIDE.values(), ids=INSIDE)
def test_short_lines_inside_the_article_stay(inside):
    clean = cleaned(MENU, HEADLINE, P1, P2, inside, P3, P4, P5, SHARES, STORIES, FOOTER)
    assert clean.text.split("\n") == [P1, P2, *inside, P3, P4, P5]


def test_a_page_on_one_line_becomes_headline_and_text():
    head = f"{HEADLINE} - The Sample Post Monday, May 4, 2021 {' '.join(MENU)} Culture Travel English >> "
    stamp = f"{HEADLINE} By Ben Doe 09:15, May 4, 2021 "
    foot = f" Add your comment Related reading {' '.join(STORIES[1:])} Most read 1 Herring price {' '.join(FOOTER)}"
    clean = clean_text(head + stamp + " ".join(BODY) + foot)
    assert clean.text == " ".join(BODY)
    assert clean.title == HEADLINE


def test_a_page_is_never_emptied():
    assert cleaned(MENU, FOOTER, SHARES, STORIES).blocks


@pytest.mark.parametrize("text", [PARAGRAPH, UNSTOPPED, "Home >> World | Talks. Share this © Post", "a", ". . .", "…"])
def test_pieces_joined_are_the_text(text):
    assert " ".join(split_flat_page(text)) == text


def test_real_pages_on_one_line():
    """Bounds read off each page by eye: article and headline are between 5 and 65 % of the words of the page."""
    if not FLATTENED.is_dir():
        pytest.skip("the flattened pages are not on this machine")
    furniture = re.compile("Archive|Disqus|JavaScript|Related reading|Most Read|Hot News|Web editor|Contact Us")
    for path in sorted(FLATTENED.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        clean = clean_text(text)
        assert 0.04 < count_words(clean.text) / count_words(text) < 0.7, path.name
        assert not furniture.search(clean.text), path.name
        assert clean.title == path.stem.rpartition(" - ")[0], path.name
        assert clean.text.endswith((".", "”", '"', ")")), path.name
