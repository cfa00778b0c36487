"""What nbval cannot see: the shape of the notebooks, read from their files."""

import ast
import builtins
import re
from itertools import pairwise

import nbformat
import pytest

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
KNOWN_TAGS = {"check", "forms", "glue", "hide-input", "full-width", "text-table"}
FORBIDDEN = {
    r"(?i)#\s*(nbval|pytest)": "a comment that steers nbval",
    r"\bCORPUS\b": "a branch on the corpus",
    r"(?m);\s*$": "a line ends in a semicolon",
    r"(?m)^\s*(async )?def |^\s*class |lambda .*: *lambda": "defines a function or class",
    r"(?m)^\s*(!|%(?!config InlineBackend\.))": "a magic or shell command, whose failure nbval swallows",
}
UNSTABLE = {
    r"0x[0-9a-f]{6,}|object at |<(?:Axes|Figure)(?! size)": "an address or the name of an object as output",
    r"(?<![\w/])/(?:home|root|tmp|usr|work|Users|var)/|[A-Z]:\\\\": "a path of a machine",
    r"\d\d:\d\d:\d\d": "a time of day",
    r"\d\.\d{7,}": "a number that is not rounded",
    r"(?m)^\{'|\bset\(": "a set or dictionary, whose order may change",
}
CARD = ["Short answer", "Texts used", "Runs in about", "What this cannot tell you"]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


def _read(path):
    return nbformat.read(path, as_version=4)


def _code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _is_check(cell):
    return "check" in cell.metadata.get("tags", [])


def _prose(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def problems(notebook):
    """List every way in which a notebook could fool nbval or a reader; an empty list is a good notebook."""
    found = []
    code = _code(notebook)
    kernel = notebook.metadata.get("kernelspec", {})
    if kernel.get("name") != "python3" or kernel.get("language") != "python":
        found.append("kernelspec is not python3 with its language")
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        found.append("execution counts are not 1, 2, 3, ...: not executed from top to bottom")
    if len({cell.get("id") for cell in notebook.cells}) != len(notebook.cells):
        found.append("cell ids are missing or repeated")
    for cell in code:
        found += [f"{cell.id}: {what}" for what in _cell_problems(cell)]
    return found


def _cell_problems(cell):
    lines = [line for line in cell.source.split("\n") if line.strip()]
    unknown = set(cell.metadata.get("tags", [])) - KNOWN_TAGS
    if unknown:
        yield f"tag {sorted(unknown)[0]} is unknown; nbval would ignore or skip the cell"
    if "execution" in cell.metadata:
        yield "time stamps in its metadata"
    if len(lines) > 15 and not _is_check(cell):
        yield f"{len(lines)} lines; at most 15 where a cell is not tagged check"
    yield from (what for pattern, what in FORBIDDEN.items() if re.search(pattern, cell.source))
    for claim in constant_claims(cell.source):
        yield f"compares constants: {claim}"
    for output in cell.outputs:
        yield from _output_problems(output)
    yield from _figure_problems(cell)


def constant_claims(source):
    """The asserts, or parts of them, that hold whatever the data say: both sides are literals, or made of them."""
    code = "\n".join(line for line in source.split("\n") if line[:1] not in {"%", "!"})
    for test in (node.test for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Assert)):
        sides = [test.left, *test.comparators] if isinstance(test, ast.Compare) else [test, test]
        for pair in pairwise(sides):
            rows = [side.elts if isinstance(side, ast.Tuple | ast.List) else [side] for side in pair]
            together = zip(*rows, strict=True) if len(rows[0]) == len(rows[1]) else [pair]
            yield from (ast.unparse(test) for both in together if all(map(_is_constant, both)))


def _is_constant(node):
    return all(name.id in vars(builtins) for name in ast.walk(node) if isinstance(name, ast.Name))


def _figure_problems(cell):
    pictures = [output for output in cell.outputs if "image/png" in output.get("data", {})]
    if "forms" in cell.metadata.get("tags", []):  # the figure before, dark, on phones, and dark on phones
        if len(pictures) != 3 or not cell.metadata.get("jupyter", {}).get("outputs_hidden"):
            yield f"shows {len(pictures)} other forms of a figure; expected three, folded"
        return
    if "plot_" in cell.source and len(pictures) != 1:
        yield f"draws a figure and shows {len(pictures)} pictures"
    alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
    if pictures and not (40 <= len(alt) <= 300 and "full-width" in cell.metadata.get("tags", [])):
        yield "a figure without alternative text of 40 to 300 characters, or without the tag full-width"


def _output_problems(output):
    if output.output_type == "error":
        yield "an error as output"
    if output.get("name") == "stderr":
        yield "a warning or other words on stderr"
    text = output.get("text", "") + "".join(str(v) for k, v in output.get("data", {}).items() if k != "image/png")
    yield from (what for pattern, what in UNSTABLE.items() if re.search(pattern, text))


def test_no_problem(path):
    assert problems(_read(path)) == []


def test_a_notebook_is_an_argument(path):
    """Card, imports; sections that are questions; exercises; more prose than code; checks below what they check."""
    notebook = _read(path)
    cells, prose = notebook.cells, _prose(notebook)
    assert re.match(r"# .+\?$", cells[0].source.split("\n")[0]), "the title is a question"
    rows = re.findall(r"(?m)^\| *\**([^|*]+?)\** *\|", cells[0].source)
    assert [row.strip() for row in rows if not set(row) <= set("-: ")] == CARD
    assert "import analysis_helpers as ah" in cells[1].source
    headings = re.findall(r"(?m)^## (.+)$", prose)
    assert "How sure are we?" in headings
    assert headings[-1] == "Try it yourself"
    assert all(heading.endswith("?") for heading in headings[:-1])
    assert 2 <= len(re.findall(r"(?m)^\d\. ", prose.split("## Try it yourself")[1])) <= 3
    assert any("assert " in cell.source for cell in cells if _is_check(cell))
    assert not [cell.id for cell in cells if cell.source.startswith("assert ") and not _is_check(cell)]
    code = [cell.source for cell in _code(notebook) if not _is_check(cell)]
    assert len(prose.split()) >= 5 * sum(1 for line in "\n".join(code).split("\n") if line.strip())


def test_each_figure_has_a_table_beside_it(path):
    shown = [cell for cell in _code(_read(path)) if not {"check", "forms"} & {*cell.metadata.get("tags", [])}]
    for cell, following in pairwise(shown):
        if any("image/png" in output.get("data", {}) for output in cell.outputs):
            assert any("text/html" in output.get("data", {}) for output in following.outputs), cell.id


NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?%?")
YEARS = {str(year) for year in range(2017, 2027)}


def quoted_numbers(notebook):
    """The numbers that the prose and the alternative texts quote, as values: 1,234 -> 1234, 34% -> 0.34."""
    alts = [cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "") for cell in _code(notebook)]
    text = "\n".join([_prose(notebook), *alts])
    text = re.sub(r"(?m)^\| *\**Runs in about.*$|^\d\. |`[^`]*`|\]\([^)]*\)|^ {4}.*$", " ", text)
    text = re.sub(r"\b95%|\bper 1,000\b|2017-2025|[Jj]anuary-[Aa]pril|\b20 January\b", " ", text)
    return {match for match in NUMBER.findall(text) if match.strip(",.") not in YEARS}


def asserted_numbers(notebook):
    checks = "\n".join(cell.source for cell in _code(notebook) if _is_check(cell))
    return {float(number) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", checks)}


def without_assert(notebook):
    asserted = asserted_numbers(notebook)
    for quoted in quoted_numbers(notebook):
        value = float(quoted.rstrip("%,.").replace(",", ""))
        if (round(value / 100, 4) if quoted.endswith("%") else value) not in asserted:
            yield quoted


def test_every_number_in_the_prose_has_its_assert(path):
    notebook = _read(path)
    assert list(without_assert(notebook)) == []
    notebook.cells[0].source += "\n\nThere were 98,765 talks."
    assert list(without_assert(notebook)) == ["98,765"]


RAW = re.compile(
    r"""n_using.{0,60}?(?:/|\.div\(|\.divide\().{0,60}?n_documents|(?:\busing\b|\bn["'\]]* ?> ?0).{0,60}?\.mean\(\)"""
)
OWN_SHARE = re.compile(r"""\b(?:share|rate)=|["'](?:share|rate)["']\] ?=[^=]""")
BESIDE = re.compile(r"""["'](?:share|rate)["']|\.(?:share|rate)\b""")
COUNTED = "mfa_answers_by_quarter"  # which answers are about the other country, by number: no length is known of them


def is_raw(source):
    """Whether a cell shows how many texts use a word by their raw number, which longer texts raise, and no rate."""
    raw = RAW.search(source) and COUNTED not in source
    return bool(raw and (OWN_SHARE.search(source) or not BESIDE.search(source)))


TREND = 'found = ah.rates(texts, "agenda", period="year")\n'
DIVIDED = 'found["n_using"] / found["n_documents"]'
RAW_CELLS = [
    TREND + DIVIDED,
    TREND + "found.assign(share=" + DIVIDED + ')["share"]',
    TREND + 'found["n_using"].div(found["n_documents"])',
    'texts.assign(using=texts["n"] > 0).groupby("year")["using"].mean()',
    '(texts["n"] > 0).groupby(texts["year"]).mean()',
]
EQUAL_CELLS = [TREND + 'ah.plot_rates(found, value="share")', 'pd.concat([found["rate"], ' + DIVIDED + "], axis=1)"]


def test_no_trend_rests_on_raw_presence(path):
    assert [cell.source for cell in _code(_read(path)) if is_raw(cell.source) and not _is_check(cell)] == []
    assert ([*map(is_raw, RAW_CELLS)], [*map(is_raw, EQUAL_CELLS)]) == ([True] * 5, [False] * 2)


def test_the_code_of_the_readme_and_of_docs_run_runs_as_printed(tmp_path, monkeypatch, capsys):
    """Whatever takes two languages together is refused, so the lines choose a part first."""
    monkeypatch.chdir(tmp_path)
    for page in ("README.md", "docs/run.md"):
        code = re.findall(r"(?s)```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"))
        exec("\n".join(code), {})
        assert "Taiwan" in capsys.readouterr().out


SOURCES = ["x = 1;", "def f():\n    pass", "%no_such_magic", "!exit 3", "\n".join(["x = 1"] * 16), "CORPUS = None"]
SOURCES += ["x = 1\n# NBVAL_IGNORE_OUTPUT", "ax = ah.plot_rates(table)", "assert share == 0.06 > 0.05"]
SOURCES += ["assert (89 - 4, round(0.7 * 100)) == (85, 70)", "assert (len(texts), 16) == (5, 12 + 4)"]
SAID = [("stdout", "<Axes: >"), ("stdout", "/home/me/corpus"), ("stdout", "0.12345678"), ("stderr", "warn")]
ERROR = nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])
BAD = [{"execution_count": None}, {"outputs": [ERROR]}, *({"source": source} for source in SOURCES)]
BAD += [{"metadata": {"tags": [tag]}} for tag in ("nbval-skip", "nbval-ignore-outputs", "parameters")]
BAD += [{"outputs": [nbformat.v4.new_output("stream", name=name, text=text)]} for name, text in SAID]
BAD += [{"metadata": {"execution": {"iopub.status.busy": "2026"}}}]


@pytest.mark.parametrize("change", BAD, ids=str)
def test_every_gate_can_fail(change):
    notebook = _read(NOTEBOOKS[0])
    cell = [cell for cell in _code(notebook) if not _is_check(cell)][-1]
    cell.update(nbformat.from_dict({"source": "x = 1", "outputs": [], "metadata": {}}))
    assert problems(notebook) == []
    cell.update(nbformat.from_dict(change))
    assert problems(notebook) != []
