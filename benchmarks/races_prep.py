"""Races of the first stage: the article of a web page; a text cleaned, against the mending of characters alone."""

from __future__ import annotations

from html import escape
from itertools import cycle, islice

from analysis_helpers.build.clean import clean_text
from analysis_helpers.build.read.encoding import repair
from analysis_helpers.build.read.files import read_html
from benchmarks.harness import Race
from benchmarks.texts import invent

_MENU = ("Home", "World", "Politics", "Business", "Sport", "Sign in", "Subscribe", "Search", "Newsletters", "Shop")
_TEASERS = ("Storm closes the bridge", "Ten soups for winter", "Mayor opens a zoo", "Cup final in pictures")
_FOOT = ("About us", "Contact us", "Privacy policy", "Terms of use")


def _list(labels: tuple[str, ...], n: int) -> str:
    return "".join(f'<li><a href="/p{m}">{label}</a></li>' for m, label in enumerate(islice(cycle(labels), n)))


def _page(number: int, text: str) -> bytes:
    """Make a page of a news site around a text: menu, share bar, teasers, a box in the middle, footer."""
    paragraphs = [f"<p>{escape(line)}</p>" for line in text.split("\n")]
    paragraphs.insert(len(paragraphs) // 2, '<aside class="newsletter"><p>Sign up</p><form><input/></form></aside>')
    head = f'<title>Talks, part {number}</title><meta property="article:published_time" content="2021-05-04T09:00:00Z">'
    return (
        f"<!DOCTYPE html><html><head>{head}<script>{'var a = 1; ' * 300}</script></head><body>"
        f'<nav><ul>{_list(_MENU, 60)}</ul></nav><article class="post"><h1>Talks, part {number}</h1>'
        f'<div class="share"><a href="#">Share</a><a href="#">Tweet</a></div>{"".join(paragraphs)}</article>'
        f'<div class="sidebar related"><h3>Most read</h3><ul>{_list(_TEASERS, 40)}</ul></div>'
        f"<footer><ul>{_list(_FOOT, 8)}</ul><p>© 2021 The Sample Post</p></footer></body></html>"
    ).encode()


def _pages() -> list[bytes]:
    return [_page(number, text) for number, text in enumerate(invent(60, seed=7))]


def _texts() -> list[str]:
    """Texts as they are mostly found: one in ten holds broken characters."""
    texts = invent(300, seed=8)
    return [text + " It’s late in the cafÃ©." if n % 10 == 0 else text for n, text in enumerate(texts)]


def _read(pages: list[bytes]) -> list[str]:
    return [record["text"] for page in pages for record in read_html(page)]


def _extract(pages: list[bytes]) -> list[str]:
    from trafilatura import extract

    return [extract(page) or "" for page in pages]


def _warm_pages(pages: list[bytes]) -> None:
    _read(pages[:2])
    _extract(pages[:2])


def _clean(texts: list[str]) -> list[str]:
    return [clean_text(repair(text)).text for text in texts]


def _fix(texts: list[str]) -> list[str]:
    import ftfy

    return [ftfy.fix_text(text, uncurl_quotes=False) for text in texts]


def _warm_texts(texts: list[str]) -> None:
    _clean(texts)
    _fix(texts[:2])


def _say_equal(ours: list[str], theirs: list[str]) -> str:
    same = sum(_words(a) == _words(b) for a, b in zip(ours, theirs, strict=True))
    return f"the same words on {same / len(ours):.2%} of {len(ours):,}"


def _words(text: str) -> list[str]:
    return text.split()


RACES = [
    Race(
        stage="HTML pages read",
        peer="trafilatura, as it comes",
        package="trafilatura",
        goal=3.0,
        prepare=_pages,
        warm=_warm_pages,
        ours=_read,
        theirs=_extract,
        equal=_say_equal,
    ),
    Race(
        stage="texts mended and cleaned",
        peer="ftfy.fix_text (characters only)",
        package="ftfy",
        goal=1.0,
        prepare=_texts,
        warm=_warm_texts,
        ours=_clean,
        theirs=_fix,
        equal=_say_equal,
    ),
]
