"""Starting: a notebook loads only the packages that its cells use, because most of a short run is imports."""

import subprocess
import sys
from types import SimpleNamespace

import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

import analysis_helpers as ah
from analysis_helpers.report import reports
from tests.conftest import ROOT

HEAVY = ("matplotlib", "nbformat", "nltk", "scipy.stats", "seaborn", "sklearn")
TABLES = f"""corpus = ah.load_corpus(); ah.show(ah.coverage(corpus, by='side')); corpus.where(side='CN')
ah.read_cards({str(ROOT / "notebooks")!r})
corpus = corpus.where(language='en'); ah.rates(corpus, 'frames'); ah.compare_rates(corpus, {{'Taiwan': ['taiwan']}})"""
STOP = {"scipy.stats", "sklearn"}  # what brings the list of stop words
USES = {
    "the package": ("", "duckdb numpy pandas pyarrow", set()),
    "tables": (TABLES, "", set()),
    "stop words": ("ah.keyness(ah.load_corpus().where(collection='articles'), min_documents=2, n_draws=9)", "", STOP),
    "a figure": ("ah.plot_timeline(ah.load_talks())", "", {"matplotlib"}),
}


@pytest.mark.parametrize(("code", "more", "wanted"), USES.values(), ids=USES)
def test_only_what_is_used_is_loaded(code, more, wanted):
    heavy = {*HEAVY, *more.split()}
    code = f"import sys, analysis_helpers as ah\n{code}\nprint(*sorted(set(sys.modules) & {heavy}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == wanted


def test_english_stop_words_are_those_of_scikit_learn():
    assert {word for word in ah.load_stop_words() if word.isascii()} == ENGLISH_STOP_WORDS


@pytest.mark.parametrize("fails", [False, True])
def test_lab_opens_on_the_first_notebook_or_says_what_to_install(fails, monkeypatch):
    """The folder is the root, and what is opened in it stands in the address of JupyterLab."""
    called = []
    run = lambda command, check: called.append(command) or SimpleNamespace(returncode=int(fails))  # noqa: E731
    monkeypatch.setattr(reports.subprocess, "run", run)
    if fails:
        with pytest.raises(ah.TalksError, match=r"pip install 'talks-in-words\[lab\]'"):
            reports.open_lab()
    else:
        reports.open_lab()
    opens = "--LabApp.default_url=/lab/tree/00_start_here.ipynb"
    assert called == [[sys.executable, "-m", "jupyterlab", str(ROOT / "notebooks"), opens]]


def test_tab_lists_the_public_names():
    assert {"load_corpus", "keyness", "explore_words", "concordance"} <= set(dir(ah)) == set(ah.__all__)
