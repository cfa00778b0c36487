"""Starting: a notebook loads only the packages that its cells use, because most of a short run is imports."""

import subprocess
import sys
from types import SimpleNamespace

import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

import analysis_helpers as ah
from analysis_helpers.report import site
from tests.conftest import ROOT

HEAVY = ("matplotlib", "nbformat", "nltk", "scipy.stats", "seaborn", "sklearn")
USES = {
    "loading, counting and listing": (
        "corpus = ah.load_corpus(); ah.format_table(ah.coverage(corpus, by='side')); corpus.where(side='CN')",
        set(),
    ),
    "reading cards": (f"ah.read_cards({str(ah.shipped_data().parent / 'notebooks')!r})", set()),
    "words that tell sides apart": (
        "own = ah.load_corpus().where(collection='articles'); ah.distinctive_terms(own, min_documents=2, n_draws=9)",
        set(),
    ),
    "rates and frames with intervals": (
        "corpus = ah.load_corpus(); ah.compare_frames(corpus); ah.compare_rates(corpus, {'Taiwan': ['taiwan']})",
        set(),
    ),
    "the chronology and a figure": ("ah.plot_timeline(ah.load_talks())", {"matplotlib"}),
}


@pytest.mark.parametrize(("code", "wanted"), USES.values(), ids=USES)
def test_only_what_is_used_is_loaded(code, wanted):
    code = f"import sys, analysis_helpers as ah; {code}; print(*sorted(set(sys.modules) & {set(HEAVY)}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == wanted


def test_stop_words_are_those_of_scikit_learn():
    assert ah.load_stop_words() == ENGLISH_STOP_WORDS


def test_lab_opens_on_the_first_notebook(monkeypatch):
    """The folder is the root, and what is opened in it stands in the address of JupyterLab."""
    called = []
    monkeypatch.setattr(
        site.subprocess, "run", lambda command, check: called.append(command) or SimpleNamespace(returncode=0)
    )
    site.open_lab()
    opens = "--LabApp.default_url=/lab/tree/00_start_here.ipynb"
    assert called == [[sys.executable, "-m", "jupyterlab", str(ROOT / "notebooks"), opens]]


def test_lab_that_does_not_start_says_what_to_install(monkeypatch):
    monkeypatch.setattr(site.subprocess, "run", lambda command, check: SimpleNamespace(returncode=1))
    with pytest.raises(ah.TalksError, match=r"pip install 'talks-in-words\[lab\]'"):
        site.open_lab()


def test_tab_lists_the_public_names_and_help_shows_an_example():
    assert {"load_corpus", "distinctive_terms", "explore_words", "concordance"} <= set(dir(ah))
    assert set(dir(ah)) == set(ah.__all__)
    first, *rest = ah.distinctive_terms.__doc__.splitlines()
    assert first == "Find the words that tell two groups of documents apart, and test whether they really do."
    assert any(">>> words = ah.distinctive_terms(" in line for line in rest)
