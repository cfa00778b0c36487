"""Shared fixtures: a small corpus of invented pages, the shipped corpus, and where the originals are."""

import hashlib
import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers.build import encoder, fates
from analysis_helpers.build import prepare as preparing

ROOT = Path(__file__).resolve().parents[1]
ORIGINALS = Path(os.environ.get("ORIGINALS", ROOT.parent / "shared/originals"))  # as in the Makefile
ELSEWHERE = {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Auckland", "LC_ALL": "C", "OPENBLAS_NUM_THREADS": "1"}


def bytes_of(folder):
    """Sum up the bytes of every file in a folder."""
    files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(autouse=True)
def without_encoder(request, monkeypatch):
    """Measure as the shipped corpus is measured, also where the extra `semantic` is installed."""
    if request.path.name != "test_semantic.py":
        monkeypatch.setattr(encoder, "PACKAGES", ("left out of this test",))


@pytest.fixture(scope="session")
def originals():
    """The folder of the original texts; tests that need them are skipped where it is absent."""
    if not ORIGINALS.is_dir():
        pytest.skip("the original texts are not on this machine")
    return ORIGINALS


@pytest.fixture(scope="session")
def shipped():
    """The shipped corpus."""
    return ah.load_corpus()


@pytest.fixture(scope="session")
def talks():
    """The shipped chronology."""
    return ah.load_talks()


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
                stack.enter_context(patch.object(fates, "MIN_WORDS", 1_000_000))
            return ah.build_corpus([folder / "texts.csv"], folder / "corpus", **{"semantic": False, **options})

    return build


NINE = [
    "briefing",
    "broken_lines",
    "forum_repost",
    "jammed",
    "news_site",
    "only_furniture",
    "standfirst",
    "wire_a",
    "wire_b",
]  # of the example pages, whose words were counted by hand


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
    return ah.build_corpus(**nine, out=tmp_path_factory.mktemp("invented") / "corpus", semantic=False)
