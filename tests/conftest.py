"""Shared fixtures: a small corpus of invented pages, the shipped corpus, and where the originals are."""

from pathlib import Path

import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers import encoder

ROOT = Path(__file__).resolve().parents[1]
ORIGINALS = ROOT.parent / "shared" / "originals"


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
    """Build a corpus of invented texts, given as rows of the columns named; measured as the shipped one."""

    def build(columns, rows, **options):
        folder = tmp_path_factory.mktemp("rows")
        pd.DataFrame(rows, columns=columns.split()).to_csv(folder / "texts.csv", index=False)
        return ah.build_corpus([folder / "texts.csv"], folder / "corpus", **{"semantic": False, **options})

    return build


@pytest.fixture(scope="session")
def invented(tmp_path_factory):
    """A corpus of the invented example pages, with its text."""
    out = tmp_path_factory.mktemp("invented") / "corpus"
    metadata = [ROOT / "data/example_metadata.csv"]
    return ah.build_corpus([ROOT / "data/example_sources"], out, metadata=metadata, semantic=False)
