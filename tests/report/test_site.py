"""The rendered site: nothing from elsewhere, no dead link, nothing missing; an earlier site is replaced, no other."""

import re
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from lxml import html

import analysis_helpers as ah
from analysis_helpers.report.site import render_site
from tests.conftest import ROOT


class Page:
    """What a page links, loads, shows and is headed by."""

    LOADS = "//script/@src | //img/@src | //iframe/@src | //video/@src | //link/@href | //source/@srcset"

    def __init__(self, path):
        self.path, self.tree = path.resolve(), (tree := html.parse(path))
        self.links, self.loads = tree.xpath("//a/@href"), [address for address in tree.xpath(self.LOADS) if address]
        self.images, self.ids = tree.xpath("//img"), set(tree.xpath("//@id"))
        self.n_titles = len(tree.xpath("//article//h1"))  # one more is for print

    def missing(self):
        """What a page opened from disk would not find: addresses from the root of a host, files that are not there."""
        for address in self.loads:
            parts = urlsplit(address)
            file = self.path.parent / unquote(parts.path) if parts.path else self.path
            if parts.scheme != "data" and (address.startswith("/") or not file.is_file()):
                yield address
        yield from (address for address in self.links if address.startswith(("/", "file:")))

    def dead_links(self, pages):
        """Internal links of a page that lead nowhere: missing files and missing anchors."""
        for address in self.links:
            parts = urlsplit(address)
            target = (self.path.parent / unquote(parts.path)).resolve() if parts.path else self.path
            anchored = not parts.fragment or target not in pages or unquote(parts.fragment) in pages[target].ids
            if not (parts.scheme or parts.netloc or (target.exists() and anchored)):
                yield address

    def weight(self):
        """The bytes of a page with all that a reader loads: scripts, styles, what these load, a form of each figure."""
        return max(self.load(theme, narrow) for theme in ("light", "dark") for narrow in (False, True))

    def load(self, theme, narrow):
        """The bytes that one reader loads: pictures of the other theme, or for the other width, are not (lazy)."""
        other = {"light": "only-dark", "dark": "only-light"}[theme]
        inside = f"//*[contains(@class, '{other}')]/descendant-or-self::"
        skipped = self.tree.xpath(f"{inside}img[@loading='lazy'] | {inside}source")
        skipped += self.tree.xpath("//picture[source]/img" if narrow else "//picture/source")
        left_out = {one.get("src") or one.get("srcset") for one in skipped}
        paths = [unquote(urlsplit(address).path) for address in self.loads if address[:5] != "data:"]
        paths = [path for path in paths if path not in left_out]
        files = {(self.path.parent / path).resolve() for path in paths if not path.endswith(".html")}  # no link
        for sheet in [file for file in files if file.suffix == ".css"]:
            named = re.findall(r"url\(['\"]?(?!data:)([^'\")?#]+)", sheet.read_text(encoding="utf-8"))
            files |= {(sheet.parent / name).resolve() for name in named}
        return sum(file.stat().st_size for file in {self.path, *files} if file.is_file())

    def faults(self, pages):
        """List every way in which a page fails a reader; an empty list is a good page."""
        yield from (f"loads {address} from elsewhere" for address in self.loads if urlsplit(address).netloc)
        yield from (f"does not find {address}" for address in self.missing())
        yield from (f"links {address}, which leads nowhere" for address in self.dead_links(pages))
        for image in self.images:
            if "logo" not in image.get("class", "") and len(image.get("alt") or "") < 40:
                yield f"shows {image.get('src', '')[-40:]} without alternative text"
        if self.n_titles != 1 and self.path.stem not in {"search", "genindex"}:
            yield f"has {self.n_titles} main headings"
        if self.weight() >= 2_000_000:
            yield "weighs more than 2.2 megabytes"


def test_no_page_has_a_fault(site):
    """Rendered without a warning of Sphinx (they are errors), and nothing is written beside it."""
    pages = {path.resolve(): Page(path) for path in site.rglob("*.html") if "_static" not in path.parts}
    assert {path.name: list(page.faults(pages)) for path, page in pages.items() if list(page.faults(pages))} == {}
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8", errors="replace").replace("url(https://www.w3.org", "")
        assert not re.search(r"url\(['\"]?(http|/)", text), sheet
    assert [path.name for path in site.parent.iterdir()] == ["site"]


def test_every_notebook_has_its_page_with_all_its_figures(site):
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        n_figures = sum("image/png" in output.get("data", {}) for cell in cells for output in cell.get("outputs", []))
        n_figures -= sum(2 for cell in cells if "forms" in cell.metadata.get("tags", []))  # two forms are for phones
        assert len(Page(site / f"notebooks/{path.stem}.html").images) == n_figures, path.stem


def test_each_public_function_is_documented(site):
    words = (site / "api.html").read_text(encoding="utf-8")
    assert [name for name in set(ah.__all__) - {"SEED", "build"} if f'.{name}"' not in words] == []


def test_cards_are_complete(tmp_path):
    cards = ah.read_cards(ROOT / "notebooks")
    assert cards.notna().all(axis=None)
    assert cards["question"].str.endswith("?").all()
    bare = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Title")])
    nbformat.write(bare, tmp_path / "01_bare.ipynb")
    with pytest.raises(ah.TalksError, match=r"01_bare\.ipynb: its first cell has no short_answer"):
        ah.read_cards(tmp_path)


def test_an_earlier_site_is_replaced_and_nothing_else(tmp_path):
    (tmp_path / "thesis.html").write_text("precious")
    with pytest.raises(ah.TalksError, match="exists and was not made by this command"):
        render_site(ROOT / "notebooks", tmp_path)
    assert (tmp_path / "thesis.html").read_text() == "precious"
