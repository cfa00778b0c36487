"""The form of the pages: numbers from the data, tabs, one switch for code, no checks, tables to take away."""

import csv
import importlib
import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from lxml.html import fromstring

import analysis_helpers as ah
from tests.conftest import ROOT

NOTEBOOKS = pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)


def article(path):
    return fromstring(path.read_text(encoding="utf-8")).find(".//article")


def cells_of(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_the_numbers_of_the_home_page_come_from_the_data(site, talks, shipped):
    home = article(site / "index.html")
    words = " ".join(home.text_content().split())
    statements = shipped.where(collection="statements_2025")
    official = shipped.documents["collection"].ne("articles").sum()
    met = talks[talks["level"].isin(["leader", "cabinet"]) & talks["mode"].eq("in_person") & talks["status"].eq("held")]
    apart = ah.describe_gaps(met[met["level"] == "leader"])["days"].max()
    assert f"{len(talks)} talks, {official:,} official texts, 2017–2025: when" in words
    assert f"The leaders did not meet in person for {apart:,} days" in words
    of = {year: met["venue"][met["start_date"].dt.year == year] for year in (2017, 2025)}
    assert f"in 2025, {of[2025].eq('third').sum()} of {len(of[2025])} meetings were in third countries" in words
    assert of[2017].isin(["us_capital", "cn_capital"]).mean() > 0.5
    said = ah.compare_rates(statements, {"cooperation": ["cooperation"]}).iloc[0]
    assert f"“cooperation” {said['CN']:.1f} times in 1,000 words, American officials {said['US']:.1f} times" in words
    agenda = ah.issues_by_period(talks[talks["start_date"].dt.year == 2025]).set_index("issue")["n_talks"]
    assert f"tariffs lead by {agenda['tariffs'] - agenda.drop('tariffs').max()} talk" in words
    assert "None" not in words
    findings = [card.findtext(".//strong") or "" for card in home.find_class("findings")[0].find_class("sd-card")]
    assert (len(findings), all(0 < len(finding.split()) <= 25 for finding in findings)) == (4, True)
    assert [len(card.find_class("sure")) for card in home.find_class("findings")[0].find_class("sd-card")] == [1] * 4


def test_what_the_home_page_says_of_attitudes_rests_on_codes(shipped):
    """Signs hold with unsure codes at 0, too; the number of ways is counted in the notebook."""
    labels = ah.load_labels()
    for careful in (False, True):
        codes = labels.assign(label=labels["label"].where(labels["unsure"].eq(0) | (not careful), 0))
        rows = ah.corrected_mean(shipped, codes).astype({"year": "str"}).query("group != 'none'")
        rows = rows.set_index(["side", "group", "language", "year"])
        house, ministry = rows.loc[("US", "White House", "en")], rows.loc[("CN", "foreign ministry", "zh")]
        english = rows.loc[("CN", "foreign ministry", "en")]
        for line in (house, ministry):
            assert ah.compare_means(line.loc["2018"], line.loc["2017"]).high < 0
        for year, line in {"2021": ministry, "2022": ministry, "2023": ministry, "2025": english}.items():
            assert ah.compare_means(line.loc[year], house.loc[year]).high < 0
        places = ah.positions(shipped, codes).query("target == 'export controls' & period == '2025'")
        places = places.dropna(subset="low")
        own = places["whose"] == places["side"]
        assert [len(places), (places["mean"][own] > 0).all(), (places["mean"][~own] < 0).all()] == [4, True, True]
        assert careful or ((places["low"][own] > 0).all() and (places["high"][~own] < 0).all())


def test_leftovers_of_the_themes_are_not_shipped_and_every_icon_is_drawn(site):
    left = [path.name for name in ("*webpack-macros.html", "fontawesome*.js*") for path in site.rglob(name)]
    assert left == []
    styles = (site / "_static/talks.css").read_text(encoding="utf-8")
    signs = {
        name
        for path in site.rglob("*.html")
        for name in re.findall(r"fa-solid fa-([a-z-]+)", path.read_text(encoding="utf-8"))
    }
    assert len(signs) > 5
    assert [name for name in sorted(signs) if f".fa-{name} {{" not in styles] == []


def test_the_gallery_shows_each_plot_function_with_its_code(site):
    shown = {Path(image.get("src")).stem: image for image in article(site / "gallery.html").iter("img")}
    assert set(shown) == {name for name in ah.__all__ if name.startswith("plot_")}
    for name, picture in shown.items():
        section = next(picture.iterancestors("section"))
        assert section.find("h2").text_content().rstrip("#").lower() in getattr(ah, name).__doc__.lower()
        (code,) = section.iter("pre")
        assert f"ah.{name}(" in code.text_content()
        assert section.xpath(".//a[starts-with(@href, 'notebooks/')]"), name


@NOTEBOOKS
def test_every_table_can_be_taken_away_as_it_is_shown(site, path):
    page = site / f"notebooks/{path.stem}.html"
    tables, links = article(page).find_class("dataframe"), article(page).xpath("//p[@class='table-csv']/a")
    assert len(tables) == len(links) > 0
    assert len({link.get("aria-label") for link in links}) == len(links), "two links sound the same"
    for table, link in zip(tables, links, strict=True):
        shown = [[cell.text_content().strip() for cell in row] for row in table.iter("tr")]
        with (page.parent / link.get("href")).open(encoding="utf-8", newline="") as file:
            assert list(csv.reader(file)) == shown, link.get("href")


@NOTEBOOKS
def test_a_notebook_has_one_switch_no_checks_and_its_file(site, path):
    page = article(site / f"notebooks/{path.stem}.html")
    assert len(page.xpath(".//input[@id='show-code']")) == 1
    assert not page.xpath(".//details[contains(@class, 'hide')]")
    blocks = {block.text_content().rstrip() for block in page.iter("pre")}
    for cell in cells_of(path):
        kept = not {"check", "forms"} & {*cell.metadata.get("tags", [])}
        assert (cell.source.rstrip() in blocks) == kept, cell.id
    (link,) = page.xpath(".//div[@class='page-tools']/a")
    assert (site / "notebooks" / link.get("href")).read_bytes() == path.read_bytes()


@NOTEBOOKS
def test_each_figure_has_its_table_and_its_code_in_tabs(site, path):
    cells = [cell for cell in cells_of(path) if "forms" not in cell.metadata.get("tags", [])]
    drawn = [cell for cell in cells if any("image/png" in output.get("data", {}) for output in cell.outputs)]
    tabs = article(site / f"notebooks/{path.stem}.html").find_class("figure-tabs")
    assert len(tabs) == len(drawn)
    for box, cell in zip(tabs, drawn, strict=True):
        panels = {panel.get("class").split("-")[-1]: panel for panel in box.find_class("sd-tab-content")}
        assert next(iter(panels)) == "Figure"
        assert list(panels)[-1] == "Code"
        assert len(list(panels["Figure"].iter("img"))) - len(panels["Figure"].find_class("only-dark")) == 1
        assert cell.source in panels["Code"].text_content()
        assert "Data" not in panels or list(panels["Data"].iter("table"))
        assert box.xpath("count(./input[@type='radio']/following-sibling::*[1][self::label])") == len(panels)


def test_tables_have_names_and_their_headers_say_what_they_head(site):
    for path in [*site.glob("[a-fh-r]*.html"), *(site / "notebooks").glob("*.html")]:
        for table in article(path).iter("table"):
            assert table.find("caption") is not None, path.name
            assert all(cell.get("scope") for cell in table.iter("th")), path.name
    card = article(site / "notebooks/03_stance.html").find(".//table")
    assert [row[0].tag for row in card.iter("tr")] == ["th"] * 4


def test_terms_lead_to_the_glossary_once_a_page(site):
    links = article(site / "notebooks/03_stance.html").xpath(".//a[contains(@class, 'term')]")
    assert len(links) > 3
    assert all(link.get("href").startswith("../glossary.html#term-") and link.get("title") for link in links)
    assert len({link.get("href") for link in links}) == len(links)


def test_a_figure_follows_theme_and_width(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs/_ext")
    shape = importlib.import_module("notebook_pages").shape_notebook
    cell = '<div class="cell {}"><div class="cell_input folded-code"></div><div class="cell_output">{}</div></div>'
    pictures = [f'<img src="{name}.png" alt="Lines">' for name in ("page", "dark", "phone", "dark-phone")]
    table = cell.format("", '<table class="dataframe"></table>')
    cells = cell.format("", pictures[0]) + cell.format("tag_forms", "".join(pictures[1:])) + table
    page = BeautifulSoup(f"<section><h1>Talks?</h1>{cells}</section>", "html.parser")
    shape(page)
    assert [(one["class"], one.source["srcset"], one.img["src"], one.img["alt"]) for one in page.select("picture")] == [
        (["only-light"], "phone.png", "page.png", "Lines"),
        (["only-dark"], "dark-phone.png", "dark.png", "Lines"),
    ]
    assert [len(page.select(css)) for css in ("img", ".tab-Figure img", ".tab-Data table")] == [2, 2, 1]
