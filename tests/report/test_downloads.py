"""What readers take away: tables as CSV, hand-outs, and code of the gallery that runs."""

import csv

import nbformat
import pytest

import analysis_helpers as ah
from analysis_helpers.report.downloads import add_downloads, read_table
from analysis_helpers.report.gallery import code_for, used_names, write_gallery
from analysis_helpers.report.handouts import make_handout
from analysis_helpers.report.site import find_notebooks
from tests.conftest import ROOT

PLOTS = [name for name in ah.__all__ if name.startswith("plot_")]
SPANS = """
<div><style scoped>th {color: red}</style><table class="dataframe">
  <thead>
    <tr><th></th><th></th><th colspan="2">texts</th></tr>
    <tr><th>side</th><th>kind</th><th>2024</th><th>2025</th></tr>
  </thead>
  <tbody>
    <tr><th rowspan="2">US</th><th>speech &amp; reply</th><td>1,234</td><td>34%</td></tr>
    <tr><th>post, "short"</th><td>007</td><td>·</td></tr>
  </tbody>
</table></div>
"""
READ = [
    ["side", "kind", "texts, 2024", "texts, 2025"],
    ["US", "speech & reply", "1,234", "34%"],
    ["US", 'post, "short"', "007", "·"],
]


def test_a_table_is_read_as_it_is_shown():
    assert read_table(SPANS) == READ


def test_a_table_is_read_wherever_it_stands():
    bare = "<table><thead><tr><th>n</th></tr></thead><tbody><tr><td>−0.5</td></tr></tbody></table>"
    assert read_table(bare) == read_table(f"<p>before</p>{bare}") == [["n"], ["−0.5"]]


def notebook_of(*cells):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_markdown_cell("# Is it so?", id="card"), *cells]
    return notebook


def html_cell(cell_id, *tables):
    outputs = [nbformat.v4.new_output("display_data", {"text/html": table, "text/plain": "-"}) for table in tables]
    return nbformat.v4.new_code_cell("show()", id=cell_id, outputs=outputs)


def test_each_table_becomes_a_file_and_a_link(tmp_path):
    path = tmp_path / "01_a.ipynb"
    section = nbformat.v4.new_markdown_cell('## Who says "so" & why?', id="q")
    nbformat.write(notebook_of(section, html_cell("two", SPANS, SPANS), html_cell("none", "<p>no table</p>")), path)
    add_downloads(path, tmp_path)
    assert sorted(file.name for file in (tmp_path / "_tables").iterdir()) == ["01_a-two-2.csv", "01_a-two.csv"]
    text = (tmp_path / "_tables/01_a-two.csv").read_text(encoding="utf-8")
    assert list(csv.reader(text.splitlines())) == READ
    card, handout, _, two, none = nbformat.read(path, as_version=4).cells
    assert (card.id, none.outputs[0]["data"]["text/html"]) == ("card", "<p>no table</p>")
    assert '<a href="../handouts/01_a.html">' in handout.source
    link = two.outputs[1]["data"]["text/html"].removeprefix(SPANS)
    assert 'href="../_tables/01_a-two-2.csv" download' in link
    assert (
        'aria-label="Table as CSV: Who says &quot;so&quot; &amp; why? Table 2, columns side, kind, texts, 2024' in link
    )


PAGE = """<html><body><nav>menu</nav><article class="bd-article"><section id="is-it-so">
<h1>Is it &lt;so&gt;?<a class="headerlink" href="#is-it-so">#</a></h1>
<div class="cell tag_parameters"><details><summary>Show the code</summary>
<div class="cell_input"><pre>SIDE = "US"</pre></div></details></div>
<div class="cell tag_hide-input"><details><div class="cell_input"><pre>secret()</pre></div></details>
<div class="cell_output"><a href="p.png"><img alt="A dot." src="p%20q.png" width="900"></a></div></div>
<div class="cell"><details><div class="cell_input"><pre>checks()</pre></div></details></div>
<div class="cell"><script>run()</script><div class="cell_input"><pre>change_me()</pre></div></div>
<p>Read <a href="02_b.html">more</a>.</p><details><summary>Answer</summary>Because.</details>
</section></article></body></html>"""


def test_a_handout_keeps_what_is_read_and_drops_what_is_clicked(tmp_path):
    (tmp_path / "p q.png").write_bytes(b"dots")
    (tmp_path / "01_a.html").write_text(PAGE, encoding="utf-8")
    made = make_handout(tmp_path / "01_a.html", ["Data of 1 May.", "CC BY & so on."])
    for kept in ('SIDE = "US"', "change_me()", "Read more.", 'src="data:image/png;base64,ZG90cw=="', 'alt="A dot."'):
        assert kept in made
    for dropped in ("secret()", "checks()", "Because", "<script", "<details", "<a ", "headerlink", "menu", "width="):
        assert dropped not in made.partition("<body>")[2], dropped
    assert "<title>Is it &lt;so&gt;?</title>" in made
    assert made.index("Is it &lt;so&gt;?</h1>") < made.index("<footer>") < made.index("Data of 1 May.")
    assert "<p>CC BY &amp; so on.</p>" in made


def code_cells(*sources):
    return [nbformat.v4.new_code_cell(source) for source in sources]


def test_the_code_of_a_figure_is_what_it_rests_on():
    cells = code_cells(
        "import pandas as pd\nimport math\n%config Anything = 1",
        "a = 1\nunused = 2",
        "ax = draw(a)\nax",
        "a = pd.Series(\n    [a, 2]\n)\na['x'] = 3\na += 1\nb = a",
        "ax = plot(b)\nshow(ax)",
    )
    assert code_for(cells, 4) == (
        "import pandas as pd\n\na = 1\n\na = pd.Series(\n    [a, 2]\n)\na['x'] = 3\na += 1\nb = a\n\n"
        "ax = plot(b)\nshow(ax)"
    )


def test_names_made_inside_a_statement_are_not_asked_for():
    assert used_names("f = {k: g(v) for k, v in h.items() if (lambda m: m)(v)}") == {"g", "h"}
    assert used_names("import a.b") == set()


@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
@pytest.mark.parametrize("name", PLOTS)
def test_the_code_of_the_gallery_runs_as_it_stands(name):
    import matplotlib.pyplot as plt

    places = [
        (cells, number)
        for cells in (nbformat.read(path, as_version=4).cells for path in find_notebooks(ROOT / "notebooks"))
        for number, cell in enumerate(cells)
        if f"ah.{name}(" in cell.source and cell.cell_type == "code"
    ]
    plt.close("all")
    code = code_for(*places[0]).replace("range(3, 9)", "range(4, 5)")  # one number of topics: six take 20 seconds
    exec(code, {})
    assert len(plt.get_fignums()) == 1
    plt.close("all")


def test_a_function_that_no_notebook_uses_is_drawn_from_its_description(tmp_path):
    write_gallery([], tmp_path)
    page = (tmp_path / "gallery.md").read_text(encoding="utf-8")
    for name in PLOTS:
        assert (tmp_path / f"_gallery/{name}.webp").read_bytes()[8:12] == b"WEBP", name
        assert page.count(f"\n## {name}\n") == 1
        assert f"from analysis_helpers.plots import {name}\n" in page
