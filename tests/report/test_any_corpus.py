"""Any corpus, from one document up: each question is answered, or one sentence says why it is not."""

import ast
import builtins
import json
import re
from itertools import pairwise
from types import SimpleNamespace
from urllib.parse import urlsplit

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import pytest
from lxml import html

import analysis_helpers as ah
from analysis_helpers.cli import main
from analysis_helpers.report import reports
from analysis_helpers.report.execute import FORM, execute_notebook, read_cards
from tests.conftest import ROOT, bytes_of, notebook_of
from tests.small_corpora import CORPORA, FOLDER

mpl.use("agg")
CELLS = nbformat.read(ROOT / "notebooks" / FORM, as_version=4).cells
QUESTIONS = {cell.id: cell for cell in CELLS if "raises-exception" in cell.metadata.get("tags", [])}
TOLD = re.compile(r"[^\n]+; expected [^\n]+; [^\n]+")


def ask(corpus, question):
    shown = []
    try:
        exec(QUESTIONS[question].source, {"ah": ah, "corpus": corpus, "display": shown.append})
    except ah.TalksError as error:
        return len(shown), str(error)
    finally:
        plt.close("all")
    return len(shown) + 1, None


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", CORPORA)
def test_every_question_is_answered_or_refused_in_one_sentence(small, name, question):
    shown, refused = ask(small(name), question)
    assert TOLD.fullmatch(refused) if refused else shown


REFUSED = {  # what a corpus cannot answer, by hand
    "single": {
        "hold": "no text with a date and a side to draw",
        "words": "no passage is left whose speaker_side is 'US' or 'CN'; expected unknown (1)",
        "subjects": "no passage is left whose speaker_side is 'US' or 'CN'; expected unknown (1)",
        "topics": "1 documents to fit topics to; expected at least 20",
        "talks": "no document is left whose date is slice('2017-01-01'",
    },
    "one side": {"words": "no document of the side CN is left", "subjects": None, "when": None},
    "undated": {"when": "no text with a date and a side to draw", "subjects": None, "tone": None},
    "three each": {"words": "no p value for any word: 3 against 3 documents", "frames": None},
    "weather": {"subjects": "no text uses a term", "tone": "no sentence that names a country or the relationship"},
    "2018": {"talks": None, "when": None, "hold": None},
}


@pytest.mark.parametrize(("name", "question"), [(name, q) for name, asked in REFUSED.items() for q in asked])
def test_what_cannot_be_answered_is_refused_with_its_reason(small, name, question):
    reason, refused = REFUSED[name][question], ask(small(name), question)[1]
    assert refused is None if reason is None else reason in refused


def test_what_no_text_uses_is_not_listed(corpus_of):
    corpus = corpus_of("id side text", [("a", "US", "Tariffs were named by the United States. Nothing else was.")])
    shown = []
    exec(QUESTIONS["subjects"].source, {"ah": ah, "corpus": corpus, "display": shown.append})
    assert set(shown[0].index.get_level_values("concept")) == {"tariffs"}


def test_each_section_is_a_question_two_sentences_and_one_cell_of_its_own():
    assert [cell.id for cell in CELLS[5:] if cell.cell_type == "code"] == list(QUESTIONS)
    for text, cell in pairwise(CELLS[4:]):
        if cell.cell_type == "code":
            heading, prose = text.source.split("\n\n", 1)
            assert re.fullmatch(r"## .+\?", heading)
            assert len(re.findall(r"[.?](?:\s|$)", prose)) <= 2, cell.id
            assert not re.search(r"\d", prose.replace("1,000", "").replace("2017-2025", "")), "a number of ours"
            assert cell.source.count("\n") < 15, cell.id
            names = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Name)]
            made = {node.id for node in names if isinstance(node.ctx, ast.Store)} | {"name"}  # of a lambda
            assert {node.id for node in names} - made - set(dir(builtins)) <= {"ah", "corpus", "display"}, cell.id


def test_the_example_corpus_is_that_of_the_example_pages(example):
    found, expected = (bytes_of(folder) for folder in (example, ROOT / "data/example_corpus"))
    records = [json.loads((folder / "corpus.json").read_text()) for folder in (example, ROOT / "data/example_corpus")]
    assert records[0] | {"measured": None} == records[1] | {"measured": None}, "run: make corpus"
    assert found | {"corpus.json": None} == expected | {"corpus.json": None}, "run: make corpus"


def _execute(tmp_path, source, tags):
    cell = nbformat.v4.new_code_cell(f"import analysis_helpers as ah\n{source}", id="asked", metadata={"tags": tags})
    nbformat.write(notebook_of(cell, nbformat.v4.new_code_cell("print('on')")), tmp_path / "in.ipynb")
    execute_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb")
    return nbformat.read(tmp_path / "out.ipynb", as_version=4).cells


RAISE = "raise ah.TalksError('no <b>day</b>; expected one; add it')"


def test_a_refusal_is_an_output_and_the_run_goes_on(tmp_path):
    asked, after = _execute(tmp_path, RAISE, ["raises-exception"])
    assert asked.outputs[0].traceback == ["TalksError: no <b>day</b>; expected one; add it"]
    assert after.outputs[0].text == "on\n"


@pytest.mark.parametrize(
    ("code", "tags", "message"),
    [
        ("1 / 0", ["raises-exception"], r"ZeroDivisionError: .* \(in the cell asked, in the line: 1 / 0\)"),
        ("earlier_typo", ["raises-exception"], r"NameError: .* \(in the cell asked, in the line: earlier_typo\)"),
        (RAISE, [], r"TalksError: no <b>day</b>; expected one; add it \(in the cell asked\)"),
    ],
)
def test_any_other_failure_names_its_cell(tmp_path, code, tags, message):
    with pytest.raises(ah.TalksError, match=rf"in\.ipynb: {message}"):
        _execute(tmp_path, code, tags)


@pytest.mark.parametrize(("name", "folder"), [("single", "mine"), ("hostile", FOLDER)])
def test_a_report_says_nothing_of_the_shipped_corpus_and_runs_no_word_of_the_own(small, tmp_path, name, folder):
    corpus = small(name).save(tmp_path / folder)
    assert main(["report", "--corpus", str(corpus), "--out", str(tmp_path / "site")]) == 0
    pages = {path.stem: html.parse(path).getroot() for path in (tmp_path / "site").glob("*.html")}
    assert set(pages) - {"genindex", "search"} == {"index", "reading", "glossary"}
    answers = " ".join(read_cards(ROOT / "notebooks")["short_answer"])
    ours = {*re.split(r"(?<=[.;])\s", answers), *re.findall(r"\d+,\d{3}|(?!20[12]\d\b)\d{3,}", answers)} - {"1,000"}
    for stem, page in pages.items():
        run = "//script[contains(., 'alert(')] | //@*[starts-with(name(), 'on')][contains(., 'alert(')]"
        assert not page.xpath(run), stem
        links = page.xpath("//@href | //@src | //@action")
        assert {urlsplit(link.strip()).scheme.lower() for link in links} <= {"", "http", "https"}, stem
        words = page.xpath("//body//text()[not(ancestor::script or ancestor::style or ancestor::td)]")
        shown = " ".join(" ".join(words).split())
        assert not re.search(r"Traceback|\w+Error:|\w+Warning", shown)
        assert not [said for said in ours if re.search(rf"(?<![\d.-]){re.escape(said)}(?![\d-])", shown)]
        if stem == "index":
            assert f"“{' '.join(folder.split())}”" in shown, "letter by letter"
            assert re.search("No (document of the side|passage is left whose speaker_side is) ", shown)


def test_lab_opens_a_copy_beside_a_corpus_and_never_overwrites_it(small, tmp_path, monkeypatch):
    called = []
    run = lambda command, **_: called.append(command) or SimpleNamespace(returncode=0)  # noqa: E731
    monkeypatch.setattr(reports, "subprocess", SimpleNamespace(run=run))
    corpus, path = small("single").save(tmp_path / "my corpus"), tmp_path / "my corpus.ipynb"
    for title in (CELLS[0].source, "# Mine"):
        assert main(["lab", "--corpus", str(corpus)]) == 0
        copy = nbformat.read(path, as_version=4)
        assert copy.cells[0].source == title
        copy.cells[0].source = "# Mine"
        nbformat.write(copy, path)
    assert called[1][2:] == ["jupyterlab", str(tmp_path), "--LabApp.default_url=/lab/tree/my%20corpus.ipynb"]
    assert not any(cell.get("outputs") for cell in copy.cells)
    execute_notebook(path, tmp_path / "out.ipynb")
    shown = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[3].outputs[0]
    assert "Corpus: 1 documents, 17 words" in shown.data["text/plain"]
