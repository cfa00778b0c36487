"""Shared fixtures: a small corpus of invented pages, the shipped corpus, and where the originals are."""

import hashlib
import os
import shutil
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from unittest.mock import patch

import nbformat
import pandas as pd
import pytest
from filelock import FileLock

import analysis_helpers as ah
from analysis_helpers.build import deduplicate
from analysis_helpers.build import prepare as preparing
from analysis_helpers.report.site import render_site
from tests.made_files import write_reports
from tests.small_corpora import COLUMNS, CORPORA

ROOT = Path(__file__).resolve().parents[1]
ORIGINALS = Path(os.environ.get("ORIGINALS", ROOT.parent / "shared/originals"))  # as in the Makefile


def bytes_of(folder):
    files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def read_gold(name):
    """Rows of a table in tests/gold: answers by hand, on invented texts."""
    return pd.read_csv(ROOT / f"tests/gold/{name}.csv", dtype="str", keep_default_na=False).to_dict("records")


def by_hand(name):
    """A test for each row of a table in tests/gold, whose columns are its arguments; the column `case` is its name."""
    rows = read_gold(name)
    names = [row.pop("case", None) for row in rows]
    return pytest.mark.parametrize(list(rows[0]), [tuple(row.values()) for row in rows], ids=names)


def notebook_of(*cells):
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(metadata={"kernelspec": kernel}, cells=list(cells))


@pytest.fixture(scope="session")
def originals():
    """The folder of the original texts; tests that need them are skipped where it is absent."""
    if not ORIGINALS.is_dir():
        pytest.skip("the original texts are not on this machine")
    return ORIGINALS


@pytest.fixture(scope="session")
def shipped():
    return ah.load_corpus()


@pytest.fixture(scope="session")
def talks():
    return ah.load_talks()


@pytest.fixture(scope="session")
def once(tmp_path_factory, request):
    """Make a folder once for all processes of a run: the first that asks makes it, the others wait."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if hasattr(request.config, "workerinput") else base

    def make(name, write):
        with FileLock(base / f"{name}.lock"):
            if not (base / f"{name}.done").exists():
                write(base / name)
                (base / f"{name}.done").touch()
        return base / name

    return make


@pytest.fixture(scope="session")
def site(once):
    """The site, rendered from the committed notebooks; a warning of Sphinx is an error."""
    return once("rendered", lambda folder: render_site(ROOT / "notebooks", folder / "site")) / "site"


@pytest.fixture(scope="session")
def example(once):
    """The folder of the corpus of the example pages, with their text."""
    pages = {"sources": [ROOT / "data/example_sources"], "metadata": [ROOT / "data/example_metadata.csv"]}
    return once("example", lambda folder: ah.build_corpus(**pages, out=folder))


@pytest.fixture(scope="session")
def corpus_of(tmp_path_factory):
    """Build a corpus of invented texts, given as rows of the columns named; measured as the shipped one.

    With `at_random`, the texts are words drawn by lot: no language is told, and none is nearly like another.
    """

    def build(columns, rows, at_random=False, **options):
        folder = tmp_path_factory.mktemp("rows")
        pd.DataFrame(rows, columns=columns.split()).to_csv(folder / "texts.csv", index=False)
        with ExitStack() as stack:
            if at_random:
                stack.enter_context(patch.object(preparing, "find_language", lambda text: None))
                stack.enter_context(patch.object(deduplicate, "MIN_WORDS", 1_000_000))
            return ah.build_corpus([folder / "texts.csv"], folder / "corpus", **options)

    return build


@pytest.fixture(scope="session")
def small(corpus_of):
    """The corpora of `small_corpora` by name, each built once."""
    return cache(lambda name: corpus_of(COLUMNS, CORPORA[name]))


@pytest.fixture
def many(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1750000000")
    return write_reports(tmp_path / "in")


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """The bytes of the corpus of `many`, built at once."""
    folder = write_reports(tmp_path_factory.mktemp("whole") / "in")
    with patch.dict(os.environ, SOURCE_DATE_EPOCH="1750000000"):
        record = ah.build_corpus([folder], folder.parent / "corpus", part_size=7).record
    assert record["funnel"] == {"read": 40, "kept": 40, "duplicates": 0, "rejected": 0}
    assert record["measured"]["on"] == "2025-06-15"
    return bytes_of(folder.parent / "corpus")


# Of the example pages, those whose words were counted by hand.
NINE = ["briefing", "broken_lines", "forum_repost", "jammed", "news_site"]
NINE += ["only_furniture", "standfirst", "wire_a", "wire_b"]


@pytest.fixture(scope="session")
def nine(tmp_path_factory):
    """Nine of the invented example pages and their metadata, as the arguments of a build."""
    folder = tmp_path_factory.mktemp("nine")
    (folder / "example_sources").mkdir()
    for name in NINE:
        shutil.copy(ROOT / f"data/example_sources/{name}.txt", folder / "example_sources")
    rows = (ROOT / "data/example_metadata.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [row for row in rows if row.split(",")[0].removesuffix(".txt") in (*NINE, "file")]
    (folder / "metadata.csv").write_text("".join(kept), encoding="utf-8")
    return {"sources": [folder / "example_sources"], "metadata": [folder / "metadata.csv"]}


@pytest.fixture(scope="session")
def invented(nine, tmp_path_factory):
    """A corpus of nine invented example pages, with its text."""
    return ah.build_corpus(**nine, out=tmp_path_factory.mktemp("invented") / "corpus")
