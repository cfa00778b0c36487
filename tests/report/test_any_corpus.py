"""Any corpus, from one document up: an answer with content, or one sentence that says why there is none."""

import re
import shutil
from html.parser import HTMLParser
from urllib.parse import urlsplit

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers.cli import main
from analysis_helpers.report.adapting import plain
from analysis_helpers.report.site import execute_notebook, find_notebooks
from tests.conftest import ROOT
from tests.small_corpora import COLUMNS, CORPORA, DOLLARS, FOLDER, HOSTILE, SCRIPT

mpl.use("agg")
NOTEBOOKS = find_notebooks(ROOT / "notebooks")


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def small(corpus_of):
    """Corpora by name, each built once."""
    built = {}

    def get(name):
        if name not in built:
            built[name] = corpus_of(COLUMNS, CORPORA[name])
        return built[name]

    return get


# ---------------------------------------------------------------------------------------------------
# Functions and figures


def _own(corpus):
    return corpus.where(speaker_side=["US", "CN"])


def _topics(corpus):
    return ah.fit_topics(_own(corpus), 2)


def _words(corpus):
    return ah.distinctive_terms(_own(corpus), by="speaker_side", min_documents=2, n_draws=99)


def _tone_around(corpus, **parts):
    lines = corpus.sentences.merge(corpus.passages[["passage_id", "doc_id"]], on="passage_id")
    tone = lines.groupby("doc_id")["tone"].mean()
    table = corpus.documents.assign(tone=corpus.documents["doc_id"].map(tone))
    return ah.compare_around(table, ah.load_talks(**parts), "tone")


QUESTIONS = {
    "coverage": lambda c: ah.coverage(c, by=["collection", "side", "year"]),
    "count_questions": lambda c: ah.count_questions(c, by=["genre", "side"]),
    "compare_rates": lambda c: ah.compare_rates(c, ah.load_topic_keywords()),
    "rates_by_period": lambda c: ah.rates_by_period(c, ah.load_agenda_terms()),
    "texts by week": ah.texts_by_period,
    "texts by month": lambda c: ah.texts_by_period(c, "month"),
    "dispersion": lambda c: ah.dispersion(ah.texts_by_period(c)),
    "texts_around": lambda c: ah.texts_around(c, ah.load_talks(level="leader")),
    "compare_around": _tone_around,
    "distinctive_terms": _words,
    "distinctive_terms by month": lambda c: ah.distinctive_terms(c, within=["month"], min_documents=2, n_draws=99),
    "compare_tests": lambda c: ah.compare_tests(_own(c), "speaker_side", min_documents=2, n_relabellings=5),
    "compare_contrasts": lambda c: ah.compare_contrasts({"all": _words(c)}),
    "compare_frames": lambda c: ah.compare_frames(_own(c)),
    "score_frames": ah.score_frames,
    "compare_tone": lambda c: ah.compare_tone(_own(c), by=["speaker_side", "target"]),
    "compare_tone by month": lambda c: ah.compare_tone(c, by=["month", "side"]),
    "compare_instruments": lambda c: ah.compare_instruments(_own(c)),
    "seeded_topics": lambda c: ah.seeded_topics(c, ah.load_topic_keywords()),
    "choose_n_topics": lambda c: ah.choose_n_topics(_own(c), [2], n_draws=3),
    "topic_stability": lambda c: ah.topic_stability(_own(c), _topics(c), n_draws=3),
    "typical_documents": lambda c: ah.typical_documents(_own(c), _topics(c)),
    "compare_topics": lambda c: ah.compare_topics(_own(c), _topics(c), by=["speaker_side", "month"]),
    "link_documents": lambda c: ah.link_documents(c, ah.load_talks()).documents,
    "plot_coverage": lambda c: ah.plot_coverage(_grid(c)),
    "plot_shares": lambda c: ah.plot_shares(_shares(c)),
    "plot_weekly": lambda c: ah.plot_weekly(ah.texts_by_period(c), ah.load_talks(level="leader")),
    "plot_rates": lambda c: ah.plot_rates(ah.rates_by_period(c, ah.load_agenda_terms()), ah.load_talks(level="leader")),
    "plot_words": lambda c: ah.plot_words(_words(c)),
    "plot_means": lambda c: ah.plot_means({"tone": _means(c)}),
    "plot_topics": lambda c: ah.plot_topics(
        ah.compare_topics(_own(c), _topics(c), by="speaker_side"),
        ah.compare_topics(_own(c), _topics(c), by=["speaker_side", "month"]),
    ),
    "format_table": lambda c: ah.format_table(c.rejected),
}


def _grid(corpus):
    years = ah.coverage(corpus, by=["collection", "side", "year"])
    rows = years.pivot(index=["collection", "side"], columns="year", values="n_documents").reset_index()
    return rows.rename(columns={"collection": "group", "side": "label"})


def _shares(corpus):
    table = ah.count_questions(corpus, by="side").dropna(subset="side")
    return table.rename(columns={"n_documents": "n"}).assign(label=table["side"])


def _means(corpus):
    return ah.compare_tone(_own(corpus), by=["speaker_side", "target"]).rename(columns={"target": "label"})


def _marks(ax):
    """Count what is drawn from data: patches, and lines with a marker, on an axes and its panels."""
    panels = [ax, *ax.child_axes]
    dots = [line for panel in panels for line in panel.lines if line.get_marker() not in ("None", "", None)]
    cells = [mesh for panel in panels for mesh in panel.collections]
    return len(dots) + len(cells) + sum(len(panel.patches) for panel in panels)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", CORPORA)
def test_every_question_is_answered_or_refused_in_one_sentence(small, name, question):
    refused = None
    try:
        answer = QUESTIONS[question](small(name))
    except ah.TalksError as error:
        refused = str(error)
    if refused:
        assert re.fullmatch(r"[^\n]+; expected [^\n]+; [^\n]+", refused)
    elif isinstance(answer, mpl.axes.Axes):
        answer.figure.canvas.draw()
        assert _marks(answer), "an empty figure"
    else:
        assert len(answer)


REFUSED = {  # what a corpus cannot answer, by hand
    "one side": {"distinctive_terms": "no document of the side CN is left"},
    "single": {
        "compare_rates": "no text with words of officials",
        "texts by week": "no document has a date exact enough for a week",
        "plot_coverage": None,
    },
    "undated": {
        "texts by week": "no document has a date exact enough for a week",
        "rates_by_period": "no document has a date exact enough for a month",
        "compare_around": "no document has a date exact enough for a day",
        "compare_topics": "no document has a date exact enough for a month",
        "distinctive_terms": None,
    },
    "three each": {
        "plot_words": "no p value for any word: 3 against 3 documents; expected at least 4 of each",
        "compare_tests": "3 against 3 documents; expected at least 4 of each",
        "compare_rates": None,
    },
    "weather": {
        "compare_tone": "no sentence that names a country or the relationship",
        "plot_rates": "no text that uses any of the terms to draw",
        "choose_n_topics": "no term stands in 2 of 8 documents",
        "texts by week": None,
    },
    "2018": {"compare_around": None, "plot_weekly": None, "plot_words": "no word that looks distinctive to draw"},
}


@pytest.mark.parametrize(("name", "question"), [(name, q) for name, asked in REFUSED.items() for q in asked])
def test_what_cannot_be_answered_is_refused_with_its_reason(small, name, question):
    reason = REFUSED[name][question]
    if reason is None:
        assert QUESTIONS[question](small(name)) is not None
    else:
        with pytest.raises(ah.TalksError, match=re.escape(reason)):
            QUESTIONS[question](small(name))


def test_talks_far_from_the_texts_are_left_out(small):
    """The texts are of May 2018: the talks of 2025 are no neighbours of theirs, whatever the calendar is turned by."""
    days = pd.date_range("2018-05-01", periods=60)
    table = pd.DataFrame({"date": days, "side": "US", "tone": np.arange(60.0)})
    talks = pd.DataFrame({"start_date": pd.to_datetime(["2018-05-31", "2025-05-10"])})
    talks["end_date"] = talks["start_date"]
    both = ah.compare_around(table, talks, "tone", days=10)
    assert both.equals(ah.compare_around(table, talks.head(1), "tone", days=10))
    with pytest.raises(ah.TalksError, match="none of the 1 talks falls between 2018-05-01 and 2018-06-29"):
        ah.compare_around(table, talks.tail(1), "tone")


@pytest.mark.parametrize(
    ("day", "talk_id", "text"),
    [
        ("2018-12-02", "2018-12-buenos-aires-dinner", "In Buenos Aires Donald Trump and Xi Jinping met."),
        ("2021-03-19", "2021-03-anchorage", "In Anchorage Antony Blinken met Yang Jiechi."),
    ],
)
def test_the_chronology_links_to_any_dated_corpus(corpus_of, talks, day, talk_id, text):
    corpus = corpus_of("id side date text", [("d0", "US", day, text)])
    assert ah.link_documents(corpus, talks).documents["talk_id"].tolist() == [
        next(known for known in talks["talk_id"] if known.startswith(talk_id[:20]))
    ]


def test_a_chronology_of_few_talks_is_drawn_and_of_none_is_refused(talks):
    assert ah.plot_timeline(talks.head(2)).patches
    with pytest.raises(ah.TalksError, match="no talk to draw"):
        ah.plot_timeline(talks.head(0))


# ---------------------------------------------------------------------------------------------------
# Words that are no markup


def _figures(words):
    """Figures that show the words as group, label, title and note."""
    label, row = pd.DataFrame({"label": [words]}), {"side": "US", "speaker_side": "US", "n": 4, "n_words": 9}
    spread = {"mean": 0.2, "low": 0.1, "high": 0.3, "n_documents": 12}
    ax = ah.plot_coverage(label.assign(group=words, **{words: 3}))
    yield ah.foot(ah.head(ax, words, words), words)
    yield ah.plot_shares(label.assign(share=0.2, **row))
    yield ah.plot_means({words: label.assign(**row, **spread)})
    rates = {"rate_first": 2.0, "rate_second": 1.0, "documents_first": 9, "documents_second": 8}
    yield ah.plot_words(pd.DataFrame({"term": [words], "z": [3.0], "p_value": [0.01]}).assign(**rates))


@pytest.mark.parametrize("words", [DOLLARS, *(title for title, _, _ in HOSTILE)])
def test_words_of_a_corpus_are_no_formulas_in_figures(words):
    for ax in _figures(words):
        ax.figure.canvas.draw()
        texts = [text for text in ax.figure.findobj(mpl.text.Text) if "$" in text.get_text()]
        assert not any(text.get_parse_math() for text in texts)
        if words.startswith("$5"):
            shown = " ".join(" ".join(text.get_text().split()) for text in texts)
            assert "$5 billion and" in shown


def test_tables_show_markup_as_text():
    table = ah.format_table(pd.DataFrame({SCRIPT: [SCRIPT]}, index=pd.Index([SCRIPT], name=SCRIPT)))
    html = table._repr_html_()
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 4


# ---------------------------------------------------------------------------------------------------
# Notebooks


def _execute(tmp_path, *sources):
    cells = [nbformat.v4.new_markdown_cell("# A question"), nbformat.v4.new_code_cell("CORPUS = None")]
    cells[1].metadata["tags"] = ["parameters"]
    for source in sources:
        kind = nbformat.v4.new_markdown_cell if source.startswith(("#", "So")) else nbformat.v4.new_code_cell
        cells.append(kind(source))
        if source.startswith("So"):
            cells[-1].id = f"c{len(cells)}-so"
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(metadata=metadata, cells=cells), tmp_path / "in.ipynb")
    execute_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", {"CORPUS": "*mine*"})
    return [cell.source for cell in nbformat.read(tmp_path / "out.ipynb", as_version=4).cells][4:]


RAISE = "import analysis_helpers as ah\nraise ah.TalksError('no <b>day</b>; expected one; add it')"


def test_what_cannot_be_answered_becomes_a_note_and_what_rests_on_it_is_left_out(tmp_path):
    told = "```{admonition} Not on this corpus\n:class: note\n\n%s\n```"
    lacking = told % plain("No <b>day</b>; expected one; add it.")
    resting = told % plain("This rests on a step above that the corpus cannot answer.")
    cells = _execute(
        tmp_path,
        "table = 1",
        "## First", f"table = 2\nother = 3\n{RAISE}\nlast = 4", "last", "last + 1", RAISE, "So: last grows.",
        "## Second", "x = last", "x", "So: x too.",
        "## Third", "table", "So: it is 2.",
        "## Fourth", "parts = {}", "for n in 'ab':\n    parts[n] = 1\n    raise ah.TalksError('b; a; c')", "parts",
    )  # fmt: skip
    assert cells == [
        "table = 1", "## First", lacking, "## Second", resting, "## Third", "table", "So: it is 2.",
        "## Fourth", "parts = {}", told % plain("B; a; c."),
    ], "parts was half filled when the cell failed: it is not shown"  # fmt: skip


@pytest.mark.parametrize("code", ["1 / 0", "earlier_typo"])
def test_other_failures_stay_failures(tmp_path, code):
    with pytest.raises(ah.TalksError, match=rf"in.ipynb: (ZeroDivision|Name)Error: .* \(in the line: {code}\)"):
        _execute(tmp_path, f"{RAISE}\nlater = 1", code)


def test_on_the_shipped_corpus_nothing_is_left_out(tmp_path):
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(metadata=metadata, cells=[nbformat.v4.new_code_cell(RAISE)])
    nbformat.write(notebook, tmp_path / "in.ipynb")
    with pytest.raises(ah.TalksError, match=r"in.ipynb: TalksError: no <b>day</b>"):
        execute_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb")


# ---------------------------------------------------------------------------------------------------
# Whole reports


class _Page(HTMLParser):
    """What a browser would run or follow, and what it would show."""

    def __init__(self, path):
        super().__init__()
        self.scripts, self.handlers, self.links, self.text, self.inside = [], [], [], "", []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        if tag in {"script", "style"}:
            self.inside.append(tag)
        self.handlers += [value for name, value in attrs if name.startswith("on")]
        self.links += [value for name, value in attrs if name in {"href", "src", "action"} and value]

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data):
        if "script" in self.inside:
            self.scripts.append(data)
        elif not self.inside:
            self.text += data


def _report(corpus, folder, site):
    assert main(["report", "--corpus", str(corpus.save(folder)), "--out", str(site)]) == 0
    pages = {path.stem: _Page(path) for path in sorted((site / "notebooks").glob("*.html"))}
    assert set(pages) == {source.stem for source in NOTEBOOKS}
    for page in pages.values():
        assert "Made from another corpus" in page.text
        assert not re.search(r"Traceback|\w+Error:|\w+Warning", page.text)
    return pages | {"index": _Page(site / "index.html")}


def _notes(page):
    return [" ".join(part.split()) for part in re.findall(r"(?s)Not on this corpus\s*(.+?\.)\n", page.text)]


def test_a_report_of_one_document_says_what_it_cannot_answer(small, tmp_path):
    """The two notebooks that ask most of a corpus; the hostile corpus below goes through a whole report."""
    parameters = {"CORPUS": str(small("single").save(tmp_path / "mine"))}
    told = {}
    for name in ("03_stance", "05_timeline"):
        source = next(path for path in NOTEBOOKS if path.stem == name)
        execute_notebook(source, tmp_path / source.name, parameters)
        cells = nbformat.read(tmp_path / source.name, as_version=4).cells
        assert not any(output.get("name") == "stderr" for cell in cells for output in cell.get("outputs", []))
        notes = [cell.source for cell in cells if "Not on this corpus" in cell.source]
        told[name] = " ".join(notes).replace("\\", "")  # signs of Markdown are escaped
    assert "No document of the side CN or US is left; expected documents of both" in told["03_stance"]
    assert "No document has a date exact enough for a week" in told["05_timeline"]


def test_a_report_of_hostile_words_runs_none_of_them(small, tmp_path):
    pages = _report(small("hostile"), tmp_path / FOLDER, tmp_path / "site")
    for name, page in pages.items():
        assert not any("alert(" in script for script in page.scripts), name
        assert not any("alert(" in value for value in page.handlers), name
        assert {urlsplit(link.strip()).scheme.lower() for link in page.links} <= {"", "http", "https"}, name
        assert "“" + " ".join(FOLDER.split()) + "”" in page.text, f"{name}: the name of the folder, letter by letter"
    assert '<img src=x onerror="alert(2)">' in pages["01_corpus"].text
    assert any(note.startswith("No document of the side US is left;") for note in _notes(pages["03_stance"]))
    shutil.rmtree(tmp_path / "site")
