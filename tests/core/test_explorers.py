"""Explorers: controls for a reader in JupyterLab, the same table as always for everybody else."""

import importlib.util

import nbformat
import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers import explore as explorers
from analysis_helpers.explore import Explorer
from analysis_helpers.report.site import execute_notebook
from tests.conftest import run_nbval

WIDGET = "application/vnd.jupyter.widget-view+json"
SETUP = """import analysis_helpers as ah
corpus = ah.load_corpus().where(collection="articles")"""
CELLS = {
    "words": "ah.explore_words(corpus, n=3)",
    "groups": "ah.explore_groups(corpus, n=2)",
    "term": "ah.explore_term(corpus, ah.load_talks(), 'tiktok')",
    "topics": "ah.explore_topics(corpus, ah.fit_topics(corpus, 2))",
}


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

    return Explorer(table, {"village": ["A", "B", "nowhere"], "least": "0"})


def _parts(box):
    """The controls by name, and the table under them."""
    row, body, _ = box.children
    return {control.description: control for control in row.children}, body


def test_the_table_follows_the_controls(harvest, widgets):
    controls, body = _parts(harvest.open())
    assert ("4.00" in body.value, "2.50" in body.value) == (True, False)
    controls["village"].value = "B"
    assert ("4.00" in body.value, "2.50" in body.value) == (False, True)
    assert "rye" in body.value
    controls["least"].value = "2"
    assert "rye" not in body.value


def test_an_error_is_one_sentence_in_place_of_the_table(harvest, widgets):
    controls, body = _parts(harvest.open())
    controls["village"].value = "nowhere"
    assert body.value == "<p>no village is called &lt;nowhere&gt;; expected A or B; choose one of them</p>"
    controls["village"].value = "A"
    assert "barley" in body.value


def test_two_boxes_of_one_explorer_do_not_share_their_choices(harvest, widgets):
    (controls, one), (_, other) = _parts(harvest.open()), _parts(harvest.open())
    controls["village"].value = "B"
    assert "2.50" in one.value
    assert "2.50" not in other.value


def test_what_cannot_be_answered_at_first_is_an_error_of_the_cell():
    with pytest.raises(ah.TalksError, match="nothing to list"):
        Explorer(lambda side: pd.DataFrame({"words": []}), {"side": ["US"]})


@pytest.mark.parametrize(("someone", "installed", "shown"), [(1, 1, True), (1, 0, False), (0, 1, False), (0, 0, False)])
def test_controls_are_shown_to_someone_who_has_ipywidgets(harvest, widgets, monkeypatch, someone, installed, shown):
    monkeypatch.setattr(explorers, "_is_someone_there", lambda: bool(someone))
    found = importlib.util.find_spec
    monkeypatch.setattr(explorers, "find_spec", lambda name: found(name) if installed else None)
    bundle = harvest._repr_mimebundle_()
    assert (WIDGET in bundle) == shown
    assert bundle["text/plain"] == repr(harvest), "the table stays in the file, with controls or without"
    assert "barley" in bundle["text/html"]


def test_without_ipywidgets_open_says_what_to_install(harvest, monkeypatch):
    monkeypatch.setattr(explorers, "find_spec", lambda name: None)
    with pytest.raises(ah.TalksError, match=r"pip install 'talks-in-words\[lab\]'"):
        harvest.open()


def test_nobody_is_there_outside_of_jupyter():
    assert not explorers._is_someone_there()


# ---------------------------------------------------------------------------------------------------
# In a kernel


def _write(folder, cells):
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(metadata=metadata)
    notebook.cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in cells.items()]
    folder.mkdir()
    nbformat.write(notebook, folder / "00_explore.ipynb")
    return folder / "00_explore.ipynb"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    path = _write(tmp_path_factory.mktemp("lab") / "one", {"setup": SETUP, **CELLS})
    execute_notebook(path, path)
    return path


def test_an_executed_notebook_holds_tables_and_no_state_of_a_control(executed):
    notebook = nbformat.read(executed, as_version=4)
    assert "widgets" not in notebook.metadata
    for cell in notebook.cells[1:]:
        (output,) = cell.outputs
        assert set(output.data) == {"text/plain", "text/html"}, cell.id
        assert "controls for" in output.data["text/html"]
        assert " at 0x" not in str(output.data)


def test_every_execution_gives_the_same_bytes(executed, tmp_path):
    again = _write(tmp_path / "two", {"setup": SETUP, **CELLS})
    execute_notebook(again, again)
    assert again.read_bytes() == executed.read_bytes()


def test_nbval_is_strict_on_explorers(executed):
    done = run_nbval(executed.parent)
    assert done.returncode == 0, done.stdout
    text = executed.read_text(encoding="utf-8")
    executed.write_text(text.replace("controls for group", "controls for groups"), encoding="utf-8")
    done = run_nbval(executed.parent)
    executed.write_text(text, encoding="utf-8")
    assert "1 failed" in done.stdout


def test_a_reader_in_jupyter_gets_controls(widgets):
    """A front end says with the cell that its reader can type: the kernel then sends the view of a widget."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    try:
        shown = []
        for allowed in (True, False):
            client.execute_interactive(
                f"{SETUP}\n{CELLS['term']}",
                allow_stdin=allowed,
                timeout=60,
                output_hook=lambda message: shown.append(message["content"].get("data")),
            )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    live, static = (data for data in shown if data and "text/html" in data)
    assert (WIDGET in live, WIDGET in static) == (True, False)
    assert live["text/html"] == static["text/html"]


def test_an_error_in_a_notebook_is_one_line(tmp_path):
    from nbclient import NotebookClient

    path = _write(tmp_path / "bad", {"bad": f"{SETUP}\ncorpus.where(sid='US')"})
    with pytest.raises(ah.TalksError, match=r"00_explore\.ipynb: TalksError: unknown column 'sid'.*in the cell bad"):
        execute_notebook(path, path)
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    (error,) = notebook.cells[0].outputs
    assert error.traceback == [f"TalksError: {error.evalue}"], "no page of frames before the sentence"


# ---------------------------------------------------------------------------------------------------
# What can be explored


def test_explorers_show_what_the_public_functions_return(shipped, talks, widgets):
    articles = shipped.where(collection="articles")
    words = ah.distinctive_terms(articles, "side", "CN", "US", min_documents=2).set_index("term")
    words = words[~words.index.isin(ah.load_stop_words())]
    table = ah.explore_groups(articles, n=4).table(("side", "CN"), ("side", "US"))
    assert table["side CN rate"].to_dict() == words["rate_first"].iloc[[0, 1, 2, 3, -4, -3, -2, -1]].to_dict()
    statements = shipped.where(collection="statements_2025")
    term = ah.explore_term(statements, talks)
    rates = ah.rates_by_period(statements, {"Taiwan": ["taiwan"]}, "week")
    table = term.table("Taiwan", "week", "all talks")
    assert table["CN rate"].tolist() == pytest.approx(rates.query("speaker_side == 'CN'")["rate"], nan_ok=True)
    model = ah.fit_topics(articles, 2)
    topics = ah.explore_topics(articles, model)
    top = model.top_terms().query("topic == 2")
    assert topics.table((2, ""), "words")["term"].tolist() == top["term"].tolist()
    assert topics.table((1, ""), "share by side").index.tolist() == ["US", "CN"]
    assert topics.table((1, ""), "texts to read").index[0] in set(articles.documents["doc_id"])


def test_talks_stand_in_their_month(shipped, talks):
    """Geneva in May and London in June 2025 were of ministers, Busan in October of leaders."""
    term = ah.explore_term(shipped.where(collection="statements_2025"), talks)
    ministers = term.table("tariff", "month", "leaders and ministers")["talks"]
    leaders = term.table("tariff", "month", "leaders")["talks"]
    assert "Geneva" in ministers["2025-05"]
    assert "London" in ministers["2025-06"]
    assert (leaders["2025-06"], leaders["2025-10"]) == ("phone", "Busan")
    assert pd.isna(leaders["2025-05"])


def test_groups_of_two_kinds_and_a_group_with_itself_are_refused(shipped):
    groups = ah.explore_groups(shipped.where(collection="articles"))
    for first, second in ((("side", "US"), ("year", "2017")), (("side", "US"), ("side", "US"))):
        with pytest.raises(ah.TalksError, match="expected two different groups of one kind"):
            groups.table(first, second)


def test_all_others_are_the_rest(shipped):
    articles = shipped.where(collection="articles")
    groups = ah.explore_groups(articles)
    rest = groups.table(("side", "CN"), ("side", explorers.OTHERS))
    sides = groups.table(("side", "CN"), ("side", "US"))
    assert rest["side CN rate"].to_dict() == sides["side CN rate"].to_dict()
    assert rest["side all others rate"].to_dict() == sides["side US rate"].to_dict()


def test_a_corpus_of_one_kind_has_no_groups(corpus_of):
    one = corpus_of("id side text", [("a", "US", "Barley was cut in the lower field today.")])
    with pytest.raises(ah.TalksError, match="no two groups of documents"):
        ah.explore_words(one)


FIELDS = [
    ("a", "US", "2025-05-01", "The U.S. barley was cut. Barley beer is sold in the town by the river."),
    ("b", "CN", "2025-05-02", "We saw barley beer and rye bread on the long table of the village inn."),
    ("c", "CN", "2025-04-03", "The bread of the miller was warm, and the barley stood high in the field."),
    ("d", "US", "2025-05-04", "The rye was sold to us in the village, and the beer was drunk in the field."),
]


@pytest.fixture(scope="module")
def fields(corpus_of):
    return corpus_of("id side date text", FIELDS)


def test_a_concordance_lists_every_place(fields):
    """By date, then in the order of the text; the words around are those of the invented texts."""
    places = ah.concordance(fields, "BARLEY", width=8)
    assert places["keyword"].tolist() == ["barley", "barley", "Barley", "barley"]
    assert places["left"].tolist() == ["and the ", "he U.S. ", "as cut. ", "We saw "]
    assert places["right"].tolist() == [" stood h", " was cut", " beer is", " beer an"]
    assert places["side"].tolist() == ["CN", "US", "US", "CN"]


@pytest.mark.parametrize(("term", "n"), [("barley beer", 2), ("U.S.", 1), ("us", 1), ("beer and", 1), ("inn the", 0)])
def test_terms_of_a_concordance_are_those_that_are_counted(fields, term, n):
    assert len(ah.concordance(fields, term)) == n


def test_a_concordance_finds_as_many_places_as_are_counted(invented):
    body = invented.passages.loc[invented.passages["kind"] == "body", "passage_id"]
    counts = invented.counts[invented.counts["passage_id"].isin(body)].groupby("term")["n"].sum()
    for term in [term for term in counts.index if term[0].islower() and " " not in term and len(term) > 2][::5]:
        assert len(ah.concordance(invented, term)) == counts[term], term


def test_a_concordance_needs_text_and_a_word(shipped, fields):
    with pytest.raises(ah.TalksError, match="holds no text"):
        ah.concordance(shipped, "tariffs")
    with pytest.raises(ah.TalksError, match="at least one word"):
        ah.concordance(fields, " - ")


def test_no_text_leaves_with_a_rendered_explorer(fields):
    """With its text a corpus offers a word to look for; the table of a page is the same as without."""
    bare = ah.Corpus(**vars(fields) | {"passages": fields.passages.drop(columns="text")})
    with_text, without = ah.explore_words(fields), ah.explore_words(bare)
    assert (list(with_text.choices), list(without.choices)) == (["group", "word"], ["group"])
    assert with_text._repr_mimebundle_() == without._repr_mimebundle_()
    assert with_text.table(("side", "CN"), "barley").index.name == "first 2 of 2 places"
