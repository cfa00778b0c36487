"""Starting: a notebook loads only the packages that its cells use, because most of a short run is imports."""

import subprocess
import sys

import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

import analysis_helpers as ah

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
