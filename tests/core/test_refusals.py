"""Small and strange corpora: what the notebook any_corpus does not ask is answered, or refused in one sentence."""

import re

import matplotlib as mpl
import pandas as pd
import pytest

import analysis_helpers as ah
from tests.small_corpora import CORPORA, DOLLARS, HOSTILE, SCRIPT


def _own(corpus):
    return corpus.where(speaker_side=["US", "CN"])


def _topics(corpus):
    return ah.fit_topics(_own(corpus), 2)


def _plot_topics(corpus):
    own, model = _own(corpus), _topics(corpus)
    return ah.plot_topics(*(ah.compare_topics(own, model, by) for by in ("speaker_side", ["speaker_side", "month"])))


QUESTIONS = {
    "rates of documents": lambda c: ah.rates(c, "frames", by="doc_id"),
    "keyness by month": lambda c: ah.keyness(c, within=["month"], min_documents=2, n_draws=99),
    "combine_keyness": lambda c: ah.combine_keyness({"all": ah.keyness(_own(c), "speaker_side", min_documents=2)}),
    "compare_tone by month": lambda c: ah.compare_tone(c, by=["month", "side"]),
    "choose_n_topics": lambda c: ah.choose_n_topics(_own(c), [2], n_draws=3),
    "topic_stability": lambda c: ah.topic_stability(_own(c), _topics(c), n_draws=3),
    "typical_documents": lambda c: ah.typical_documents(_own(c), _topics(c)),
    "plot_rates": lambda c: ah.plot_rates(ah.rates(c, "agenda", period="month")),
    "plot_topics": _plot_topics,
    "show": lambda c: ah.show(c.rejected),
}


def _marks(ax):
    panels = [ax, *ax.child_axes]
    dots = [line for panel in panels for line in panel.lines if line.get_marker() not in ("None", "", None)]
    return len(dots) + sum(len(panel.patches) + len(panel.collections) for panel in panels)


REFUSED = {  # what a corpus cannot answer, by hand; None: it can
    "undated": {"plot_topics": "no text with a date exact enough for a month"},
    "weather": {
        "plot_rates": "no text that uses any of the terms to draw",
        "choose_n_topics": "no term stands in 2 of 8 documents",
    },
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", CORPORA)
def test_every_question_is_answered_or_refused_in_one_sentence(small, name, question):
    corpus, refused, expected = small(name), "", REFUSED.get(name, {})
    try:
        answer = QUESTIONS[question](corpus)
    except ah.TalksError as error:
        refused = str(error)
    if question in expected:
        assert refused.startswith(expected[question]) if expected[question] else not refused, refused
    if refused:
        assert re.fullmatch(r"[^\n]+; expected [^\n]+; [^\n]+", refused)
    elif isinstance(answer, mpl.axes.Axes):
        answer.figure.canvas.draw()
        assert _marks(answer), "an empty figure"
    else:
        assert len(answer)


def _figures(words):
    label, row = pd.DataFrame({"label": [words]}), {"side": "US", "speaker_side": "US", "n": 4, "n_words": 9}
    spread = {"mean": 0.2, "low": 0.1, "high": 0.3, "n_documents": 12}
    yield ah.plot_coverage(label.assign(group=words, **{words: 3}), title=words, subtitle=words, note=words)
    yield ah.plot_means({words: label.assign(**row, **spread)})
    rates = {"rate_first": 2.0, "rate_second": 1.0, "documents_first": 9, "documents_second": 8}
    yield ah.plot_keyness(pd.DataFrame({"term": [words], "z": [3.0], "p_value": [0.01]}).assign(**rates))


@pytest.mark.parametrize("words", [DOLLARS, *(title for title, _, _ in HOSTILE if "$" in title)])
def test_words_of_a_corpus_are_no_formulas_in_figures(words):
    for ax in _figures(words):
        ax.figure.canvas.draw()
        texts = [text for text in ax.figure.findobj(mpl.text.Text) if "$" in text.get_text()]
        assert not any(text.get_parse_math() for text in texts)
        if words == DOLLARS:
            assert "$5 billion and" in " ".join(" ".join(text.get_text().split()) for text in texts)


def test_tables_show_markup_as_text():
    shown = ah.show(pd.DataFrame({SCRIPT: [SCRIPT]}, index=pd.Index([SCRIPT], name=SCRIPT)))._repr_html_()
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 4
