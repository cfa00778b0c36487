"""The rendered site: nothing from elsewhere, no dead link, alternative text, light pages."""

import csv
import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from lxml.html import fromstring

import analysis_helpers as ah
from analysis_helpers.report.pages import home_numbers
from analysis_helpers.report.site import read_cards, render_site
from tests.conftest import ROOT


class Page(HTMLParser):
    """What a page links, loads, shows and is headed by."""

    LOADS: ClassVar = dict.fromkeys(("script", "img", "iframe", "video"), "src") | {"link": "href", "source": "srcset"}

    def __init__(self, path):
        super().__init__()
        self.links, self.loads, self.images, self.ids, self.headings = [], [], [], set(), []
        self.in_article = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if attrs.get("id"):
            self.ids.add(attrs["id"])
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])
        if tag in self.LOADS and attrs.get(self.LOADS[tag]):
            self.loads.append(attrs[self.LOADS[tag]])
        if tag == "img":
            self.images.append(attrs)
        self.in_article |= tag == "article"
        if self.in_article and tag in {"h1", "h2", "h3"}:
            self.headings.append(tag)

    def handle_endtag(self, tag):
        if tag == "article":
            self.in_article = False


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in sorted(site.rglob("*.html")) if "_static" not in path.parts}


def test_nothing_is_written_beside_the_site(site):
    assert [path.name for path in site.parent.iterdir()] == ["site"]


def test_all_pages_are_there(site):
    expected = {"index", "api", "cite", "codebook", "data", "design", "gallery", "run", "words", "your_texts"}
    assert expected <= {path.stem for path in site.glob("*.html")}
    assert {path.stem for path in (site / "notebooks").glob("*.html")} == {
        path.stem for path in (ROOT / "notebooks").glob("*.ipynb")
    }


def remote(page):
    """What a page loads from another host."""
    return [address for address in page.loads if urlsplit(address).netloc or address.startswith("//")]


def test_no_page_loads_anything_from_elsewhere(pages, site):
    assert {path.name: remote(page) for path, page in pages.items() if remote(page)} == {}
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8", errors="replace")
        assert "@import url(http" not in text
        assert "url(http" not in text.replace("url(https://www.w3.org", ""), sheet


def dead_links(path, page, pages):
    """Internal links of a page that lead nowhere: missing files and missing anchors."""
    for address in page.links:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        anchored = not parts.fragment or target not in pages or unquote(parts.fragment) in pages[target].ids
        if not target.exists() or not anchored:
            yield address


def test_no_internal_link_is_dead(pages):
    resolved = {path.resolve(): page for path, page in pages.items()}
    dead = {path.name: sorted(set(dead_links(path, page, resolved))) for path, page in resolved.items()}
    assert {name: links for name, links in dead.items() if links} == {}


def test_every_picture_has_alternative_text(pages):
    for path, page in pages.items():
        for image in page.images:
            if "logo" not in image.get("class", ""):
                assert len(image.get("alt") or "") >= 40, (path.name, image.get("src", "")[-40:])


def test_notebook_figures_are_all_shown(pages):
    shown = {path.stem: len(page.images) for path, page in pages.items() if path.parent.name == "notebooks"}
    assert shown == {
        "00_start_here": 0,
        "01_corpus": 3,
        "02_topics": 1,
        "03_stance": 1,
        "04_sentiment": 1,
        "05_timeline": 5,
        "06_your_corpus": 0,
    }


def test_every_page_has_one_main_heading(pages):
    for path, page in pages.items():
        if path.stem not in {"search", "genindex"}:
            assert page.headings.count("h1") == 1, path.name


def test_home_answers_come_from_the_data(site, talks):
    numbers = home_numbers()
    words = (site / "index.html").read_text(encoding="utf-8")
    assert (
        f"At most {numbers['any_gap']} days of silence; {numbers['leaders_gap']:,} between leaders face to face"
        in words
    )
    assert f"China is cool about the US ({numbers['cn_on_us']})" in words
    tone = ah.compare_tone(
        ah.load_corpus().where(collection="statements_2025", speaker_side=["US", "CN"]), by=["speaker_side", "target"]
    ).set_index(["speaker_side", "target"])
    assert f"{tone.loc[('CN', 'US'), 'low']:+.2f}".replace("-", "−") + " to" in words
    rates = ah.compare_rates(ah.load_corpus().where(collection="statements_2025"), ah.load_topic_keywords())
    for low, high in rates.set_index("topic").loc[["TikTok", "fentanyl"], ["low", "high"]].round(2).to_numpy():
        assert low < 0 < high, "the sentence says that they cannot be told apart"
        assert f"{low:+.2f} to {high:+.2f}".replace("-", "−") in words
    assert f"{len(talks)} talks, 799 official statements" in words
    assert numbers["any_gap"] == ah.describe_gaps(talks)["days"].max()
    days = (date(2022, 11, 14) - date(2019, 6, 29)).days  # from Osaka to Bali
    assert f"the leaders did not meet in person for {days:,} days" in words


def test_home_is_light_for_a_phone(site):
    phone = (site / "_static/timeline-light-phone.png").stat().st_size
    assert phone + (site / "index.html").stat().st_size < 250_000


def weight(page, loads):
    """The bytes of a page with all that it loads: scripts, styles, what the styles load, and pictures."""
    paths = [unquote(urlsplit(address).path) for address in loads if address[:5] != "data:"]
    files = {(page.parent / path).resolve() for path in paths if not path.endswith(".html")}  # the next page is a link
    for sheet in [file for file in files if file.suffix == ".css"]:
        named = re.findall(r"url\(['\"]?(?!data:)([^'\")?#]+)", sheet.read_text(encoding="utf-8"))
        files |= {(sheet.parent / name).resolve() for name in named}
    return sum(file.stat().st_size for file in {page.resolve(), *files} if file.is_file())


def test_every_page_weighs_under_two_megabytes(pages):
    weights = {path.name: weight(path, page.loads) for path, page in pages.items()}
    assert {name: bytes_ for name, bytes_ in weights.items() if bytes_ >= 2_000_000} == {}


def test_the_icons_that_pages_name_are_drawn(site):
    drawings = (site / "_static/scripts/fontawesome.js").read_text(encoding="utf-8")
    for name in ("magnifying-glass", "list", "sun", "moon", "circle-half-stroke", "bars", "arrow-up", "angle-left"):
        assert f"fa-{name}" in (site / "notebooks/01_corpus.html").read_text(encoding="utf-8"), name
        assert re.search(rf'[{{,]"?{name}"?:\[', drawings), name


def missing(path, page):
    """What a page opened from disk would not find: addresses from the root of a host, files that are not there."""
    for address in page.loads:
        parts = urlsplit(address)
        file = path.parent / unquote(parts.path) if parts.path else path
        if parts.scheme != "data" and (address.startswith("/") or not file.is_file()):
            yield address
    yield from (address for address in page.links if address.startswith(("/", "file:")))


def test_a_page_opened_from_disk_shows_everything(pages, site):
    assert {path.name: list(missing(path, page)) for path, page in pages.items() if list(missing(path, page))} == {}
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?/", sheet.read_text(encoding="utf-8")), sheet


def article(path):
    return fromstring(path.read_text(encoding="utf-8")).find(".//article")


def test_the_gallery_shows_each_plot_function_with_its_code(site):
    sections = {section.get("id"): section for section in article(site / "gallery.html").iter("section")}
    for name in (name for name in ah.__all__ if name.startswith("plot_")):
        section = sections[name.replace("_", "-")]
        assert section.find("h2").text == name
        assert section.find("p").text_content().replace("’", "'") == getattr(ah, name).__doc__.split("\n")[0]
        (picture,) = section.iter("img")
        assert picture.get("src") == f"_images/{name}.webp"
        assert len(picture.get("alt")) >= 40
        (code,) = section.iter("pre")
        assert f"{name}(" in code.text_content()
        assert "import analysis_helpers as ah" in code.text_content()
        assert section.xpath("p/a[starts-with(@href, 'notebooks/') and contains(@href, '#')]"), name


def test_every_table_can_be_taken_away_as_it_is_shown(site):
    n_linked = 0
    for path in sorted((site / "notebooks").glob("*.html")):
        tables = article(path).find_class("dataframe")
        links = [p.find("a") for p in article(path).find_class("table-csv")]
        assert len(tables) == len(links), path.name
        assert len({link.get("aria-label") for link in links}) == len(links), f"{path.name}: two links sound the same"
        for table, link in zip(tables, links, strict=True):
            shown = [[cell.text_content().strip() for cell in row] for row in table.iter("tr")]
            with (path.parent / link.get("href")).open(encoding="utf-8", newline="") as file:
                assert list(csv.reader(file)) == shown, link.get("href")
        n_linked += len(links)
    assert n_linked == len(list((site / "_tables").iterdir())) > 90


def seen_code(path):
    """The cells of a notebook that a reader is to change, and those that are folded away."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    shown = [
        cell for cell in cells if {"parameters", "hide-input"} & set(cell.metadata.get("tags", [])) != {"hide-input"}
    ]
    return [cell.source for cell in shown], [cell.source for cell in cells if cell not in shown]


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_handout_is_one_file_with_all_figures_and_tables(site, path):
    file = site / "handouts" / f"{path.stem}.html"
    made, page = fromstring(file.read_text(encoding="utf-8")), article(site / "notebooks" / file.name)
    assert file.stat().st_size < 2_000_000
    assert not list(made.iter("script", "link", "iframe", "a", "button", "details", "form"))
    assert all(picture.get("src").startswith("data:image/png;base64,") for picture in made.iter("img"))
    assert "url(" not in made.find(".//style").text
    assert [picture.get("alt") for picture in made.iter("img")] == [picture.get("alt") for picture in page.iter("img")]
    assert [table.text_content() for table in made.iter("table")] == [t.text_content() for t in page.iter("table")]
    headings = [(heading.tag, heading.text) for heading in page.iter("h1", "h2", "h3")]
    assert [(heading.tag, heading.text) for heading in made.iter("h1", "h2", "h3")] == headings
    assert headings[0][0] == "h1"
    assert all(int(after[1]) - int(before[1]) <= 1 for (before, _), (after, _) in pairwise(headings))
    blocks = {block.text_content().rstrip() for block in made.iter("pre")}
    shown, folded = seen_code(path)
    assert set(shown) <= blocks
    assert not set(folded) & blocks
    foot = made.find(".//footer").text_content()
    for said in (headings[0][1], "254 talks", "Corpus measured on 2", "CC BY 4.0", f"notebooks/{file.name}"):
        assert said in foot
    assert page.find_class("handout-link")[0].find("a").get("href") == f"../handouts/{file.name}"


def test_each_public_function_is_documented(site):
    words = (site / "api.html").read_text(encoding="utf-8")
    for name in ah.__all__:
        if name != "SEED":
            assert f'.{name}"' in words, name


def test_cards_are_complete(tmp_path):
    cards = read_cards(ROOT / "notebooks")
    assert cards.notna().all(axis=None)
    assert cards["question"].str.endswith("?").all()
    (tmp_path / "01_bare.ipynb").write_text(
        '{"cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, '
        '"source": "# Title"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        encoding="utf-8",
    )
    with pytest.raises(ah.TalksError, match=r"01_bare\.ipynb: its first cell has no short_answer"):
        read_cards(tmp_path)


def test_the_checks_of_the_site_can_fail(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(
        '<a href="gone.html">x</a><a href="#nowhere">y</a><script src="https://cdn.example.org/x.js"></script>'
        '<img src="/logo.png"><link href="heavy.css">'
    )
    (tmp_path / "heavy.css").write_text("p { background: url('dots.png') }" + " " * 1_000_000)
    (tmp_path / "dots.png").write_bytes(bytes(1_000_000))
    page = Page(path)
    assert weight(path, page.loads) == 2_000_033 + path.stat().st_size
    assert list(missing(path, page)) == ["https://cdn.example.org/x.js", "/logo.png"]
    assert remote(page) == ["https://cdn.example.org/x.js"]
    assert list(dead_links(path.resolve(), page, {path.resolve(): page})) == ["gone.html", "#nowhere"]


def test_an_earlier_site_is_replaced_and_nothing_else(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.html").write_text("precious")
    with pytest.raises(ah.TalksError, match="exists and was not made by this command"):
        render_site(ROOT / "notebooks", mine)
    assert Path(mine / "thesis.html").read_text() == "precious"
