"""The rendered pages in a real browser: rules of accessibility, phone width, keyboard, no network, no scripts."""

import json
import os
import subprocess

import pytest

from tests.conftest import ROOT
from tests.slow.conftest import MODULES

WIDE, NARROW = 1280, 390


def look(chromium, folder, views):
    asked = folder / "views.json"
    asked.write_text(json.dumps(views), encoding="utf-8")
    command = ["node", str(ROOT / "tests/slow/browser/inspect.mjs"), str(MODULES), chromium, str(asked)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def seen(chromium, site, tmp_path_factory):
    """Every page wide and light, narrow and dark; where figures have forms also the other way; some without scripts."""
    pages = sorted(path for path in site.rglob("*.html") if "_static" not in path.parts)
    years = {page.stem for page in pages if page.stem.isdigit()}  # of one template: the first and the last are read
    pages = [page for page in pages if page.stem not in years - {min(years), max(years)}]
    read = [page for page in pages if page.parent.name == "notebooks" or page.name == "index.html"]
    both, crossed = ((WIDE, "light"), (NARROW, "dark")), ((WIDE, "dark"), (NARROW, "light"))
    views = [(page, *view, True) for page in pages for view in both]
    views += [(page, *view, True) for page in read if "only-dark" in page.read_text("utf-8") for view in crossed]
    views += [(page, WIDE, "light", False) for page in read]
    keys = ("page", "width", "scheme", "scripts")
    asked = [dict(zip(keys, (str(view[0]), *view[1:]), strict=True)) for view in views]
    rows = look(chromium, tmp_path_factory.mktemp("browser"), asked)
    return [row | {"name": os.path.relpath(row["page"], site)} for row in rows]


@pytest.mark.parametrize("what", ["violations", "overflow", "pictures", "faults", "elsewhere"])
def test_no_page_breaks_a_rule(what, seen):
    """Rules of axe, width of the screen, broken pictures, errors, other hosts; the first and the fourth by scripts."""
    rows = [row for row in seen if row["scripts"] or what not in ("violations", "faults")]
    assert {(row["name"], row["width"], row["scheme"]): row[what] for row in rows if row[what]} == {}


def test_the_keyboard_reaches_places_that_show_it(seen):
    walked = [row for row in seen if row["scripts"]]
    assert {row["name"]: row["walk"]["unseen"] for row in walked if row["walk"]["unseen"]} == {}
    assert min(row["walk"]["stops"] for row in walked) > 3


def test_both_grounds_were_looked_at(seen):
    grounds = {row["scheme"]: row["ground"] for row in seen if row["scripts"] and row["name"] == "index.html"}
    assert grounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 18, 18)"}


def test_without_scripts_the_words_are_the_same(seen):
    words = {True: {}, False: {}}
    for row in seen:
        if row["width"] == WIDE and row["scheme"] == "light":
            words[row["scripts"]][row["name"]] = row["words"]
    assert len(words[False]) == 1 + len(list((ROOT / "notebooks").glob("*.ipynb")))
    for name, n_words in words[False].items():
        assert abs(words[True][name] - n_words) <= 20, name  # a button more or less


FAULTY = {
    "a picture without words": ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', "violations"),
    "pale words": ('<p style="color:#ccc;background:#fff">Hardly to be read.</p>', "violations"),
    "a wide box": ('<div style="width:2000px">wide</div>', "overflow"),
    "a picture that is not there": ('<img alt="A picture of talks" src="none.png">', "pictures"),
    "a link that does not show it": ('<a href="#" style="outline:none;box-shadow:none">talks</a>', "walk"),
    "a script of another host": ('<script src="https://example.org/a.js"></script>', "elsewhere"),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_every_gate_can_fail(chromium, tmp_path, fault):
    code, gate = FAULTY[fault]
    page = tmp_path / "page.html"
    head = '<!doctype html><html lang="en"><head><title>Invented page</title></head>'
    page.write_text(f"{head}<body><main><article><h1>Talks</h1>{code}</article></main></body></html>", encoding="utf-8")
    (row,) = look(chromium, tmp_path, [{"page": str(page), "width": NARROW, "scheme": "light", "scripts": True}])
    assert row["walk"]["unseen"] if gate == "walk" else row[gate]
