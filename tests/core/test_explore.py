"""Explorers: controls for a reader in JupyterLab, the same table as always for everybody else."""

import importlib.util

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

import analysis_helpers as ah
from analysis_helpers import explore

WIDGET = "application/vnd.jupyter.widget-view+json"
SETUP = "import analysis_helpers as ah\ncorpus = ah.load_corpus().where(collection='articles')"
WORDS = "ah.explore_words(corpus, n=3)"


@pytest.fixture(scope="module")
def widgets():
    return pytest.importorskip("ipywidgets")


@pytest.fixture
def harvest():
    """Two invented villages: the words of each, in three documents of thousand words."""
    rates = pd.DataFrame({"A": [4.0, 1.0], "B": [2.5, 0.0]}, index=["barley", "rye"])

    def table(village, least):
        if village == "nowhere":
            raise ah.TalksError("no village is called <nowhere>; expected A or B; choose one of them")
        return rates.loc[rates[village] >= int(least), [village]]

    return ah.Explorer(table, {"village": ["A", "B", "nowhere"], "least": "0"})


def _parts(box):
    row, body, _ = box.children
    return {control.description: control for control in row.children}, body


def test_the_table_follows_the_controls_of_its_own_box(harvest, widgets):
    (controls, body), (_, other) = _parts(harvest.open()), _parts(harvest.open())
    assert ("4.00" in body.value, "2.50" in body.value) == (True, False)
    controls["village"].value = "B"
    assert ("4.00" in body.value, "2.50" in body.value, "rye" in body.value) == (False, True, True)
    controls["least"].value = "2"
    assert ("rye" in body.value, "2.50" in other.value) == (False, False)
    controls["village"].value = "nowhere"  # an error is one sentence in place of the table
    assert body.value == "<p>no village is called &lt;nowhere&gt;; expected A or B; choose one of them</p>"
    controls["village"].value = "A"
    assert "barley" in body.value
    with pytest.raises(ah.TalksError, match="nothing to list"):  # at first it is an error of the cell
        ah.Explorer(lambda side: pd.DataFrame({"words": []}), {"side": ["US"]})


def test_controls_are_shown_to_someone_who_has_ipywidgets(harvest, widgets, monkeypatch):
    assert not explore.is_someone_there(), "outside of Jupyter"
    found = importlib.util.find_spec
    for someone, installed in ((True, True), (True, False), (False, True), (False, False)):
        monkeypatch.setattr(explore, "is_someone_there", lambda someone=someone: someone)
        monkeypatch.setattr(explore, "find_spec", lambda name, installed=installed: found(name) if installed else None)
        bundle = harvest._repr_mimebundle_()
        assert (WIDGET in bundle) == (someone and installed)
        assert bundle["text/plain"] == repr(harvest), "the table stays in the file, with controls or without"
        assert "barley" in bundle["text/html"]
    monkeypatch.setattr(explore, "find_spec", lambda name: None)
    with pytest.raises(ah.TalksError, match=r"pip install 'talks-in-words\[lab\]'"):
        harvest.open()


def _execute(cells):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in cells.items()]
    executed = NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    assert "widgets" not in executed.metadata, "no state of a control"
    return {cell.id: cell.outputs[-1] for cell in executed.cells if cell.outputs}


def test_an_executed_notebook_holds_tables_and_one_sentence_for_an_error():
    outputs = _execute({"setup": SETUP, "words": WORDS, "bad": "corpus.where(sid='US')"})
    assert set(outputs["words"].data) == {"text/plain", "text/html"}
    assert "controls for" in outputs["words"].data["text/html"]
    assert " at 0x" not in str(outputs["words"].data)
    assert outputs["bad"].traceback == [f"TalksError: {outputs['bad'].evalue}"], "no page of frames before the sentence"


def test_frames_of_a_styled_notebook_look_as_show_writes_them():
    table = "pd.DataFrame({'n_words': [1234], 'share': [0.5]}, index=pd.Index([2025], name='year'))"
    cells = {"frame": table, "series": f"{table}['n_words']", "shares": f"ah.show({table}, shares=['share'])"}
    cells |= {"empty": "pd.DataFrame({'a': []})", "text": "'a,b'", "long": "pd.DataFrame({'n_a': range(1001)})"}
    setup = "import pandas as pd\nimport analysis_helpers as ah\nah.style_notebook()"
    outputs = {name: output.data for name, output in _execute({"setup": setup, **cells}).items()}
    frame = pd.DataFrame({"n_words": [1234], "share": [0.5]}, index=pd.Index([2025], name="year"))
    shown = {"frame": ah.show(frame), "series": ah.show(frame["n_words"]), "shares": ah.show(frame, shares=["share"])}
    for name, written in shown.items():
        assert outputs[name] == {"text/html": written._repr_html_(), "text/plain": repr(written)}
    assert outputs["empty"]["text/html"].startswith("<p>nothing to list; expected at least one")
    assert outputs["long"]["text/plain"].startswith("       n_a\n0        0\n"), "millions of rows are not written anew"
    assert outputs["text"] == {"text/plain": "'a,b'"}


def test_a_reader_in_jupyter_gets_controls(widgets):
    """A front end says with the cell that its reader can type: the kernel then sends the view of a widget."""
    from jupyter_client.manager import run_kernel

    code, shown = f"{SETUP}\n{WORDS}", []
    look = {"timeout": 60, "output_hook": lambda message: shown.append(message["content"].get("data"))}
    with run_kernel(kernel_name="python3") as client:
        for allowed in (True, False):
            client.execute_interactive(code, allow_stdin=allowed, **look)
    live, static = (data for data in shown if data and "text/html" in data)
    assert (WIDGET in live, WIDGET in static) == (True, False)
    assert live["text/html"] == static["text/html"]


def test_an_explorer_shows_what_the_public_function_returns(shipped):
    articles = shipped.where(collection="articles")
    words = ah.keyness(articles, "side", "CN", "US", min_documents=2).set_index("term")
    words = words[~words.index.isin(ah.load_stop_words())]
    table = ah.explore_words(articles, n=4).table(("side", "CN"), ("side", "US"))
    assert table["side CN rate"].to_dict() == words["rate_first"].iloc[:4].to_dict()


def test_groups_of_two_kinds_are_refused_and_all_others_are_the_rest(shipped):
    groups = ah.explore_words(shipped.where(collection="articles"))
    for first, second in ((("side", "US"), ("year", "2017")), (("side", "US"), ("side", "US"))):
        with pytest.raises(ah.TalksError, match="expected two different groups of one kind"):
            groups.table(first, second)
    rest = groups.table(("side", "CN"), explore.OTHERS)
    sides = groups.table(("side", "CN"), ("side", "US"))
    assert rest["side CN rate"].to_dict() == sides["side CN rate"].to_dict()
    assert rest["side all others rate"].to_dict() == sides["side US rate"].to_dict()


def test_no_text_leaves_with_a_rendered_explorer(corpus_of):
    """With its text a corpus offers a word to look for; the table of a page is the same as without."""
    texts = "The barley was cut.", "We saw barley beer.", "The barley stood high."
    fields = corpus_of("id side text", list(zip("abc", ("US", "CN", "CN"), texts, strict=True)))
    bare = fields.replace(passages=fields.passages.drop(columns="text"))
    with_text, without = ah.explore_words(fields), ah.explore_words(bare)
    assert (list(with_text.choices), list(without.choices)) == (["group", "against", "word"], ["group", "against"])
    assert with_text._repr_mimebundle_() == without._repr_mimebundle_()
    assert with_text.table(("side", "CN"), word="barley").index.name == "first 2 of 2 places"
    with pytest.raises(ah.TalksError, match="no two groups of documents"):
        ah.explore_words(fields.where(doc_id="a"))
