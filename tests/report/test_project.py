"""The project itself: its parts name the same things, its data are valid, its layers hold, nothing leaks."""

import ast
import json
import re
import subprocess
import sys
import tomllib

import pytest

import analysis_helpers as ah
from analysis_helpers.check import describe_data
from tests.conftest import ORIGINALS, ROOT

PACKAGE = ROOT / "src/analysis_helpers"
# The way of the data; a module may import only from those before it.
ORDER = [
    "errors", "word_lists", "words", "pieces", "phrases", "vader", "encoder", "folders", "reading.records",
    "reading.databases", "reading.decoding", "reading.dates", "reading.languages", "reading.layout", "reading.files",
    "reading.tables", "reading.sources", "reading", "page_lines", "cleaning", "splitting", "names", "quoting",
    "uncertainty", "tables", "corpus", "terms", "sentiment", "measuring", "collocations", "target_tone", "concordance",
    "duplicates", "preparing", "fates", "engines", "cluster", "parts", "tallies", "assembling", "building", "talks",
    "timeline", "stance", "topics", "frames", "plots", "explorers", "adapting", "markup", "pages", "gallery",
    "downloads", "handouts", "icons", "datapackage", "site", "sharing", "cli",
]  # fmt: skip
PIP_ONLY = {"afinn", "font-source-sans-pro"}


def _tracked():
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def _requirements():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {
        name: listed
        for name, listed in project["optional-dependencies"].items()
        if name not in {"benchmark", "cluster", "semantic"}
    }
    listed = project["dependencies"] + [x for extra in extras.values() for x in extra]
    return {re.sub(r"\[.*?\]", "", name).lower() for name in listed}


def _environment():
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").split("dependencies:")[1].splitlines()
    names = [re.sub(r"\s+#.*", "", line).strip() for line in lines]
    names = [name[2:] for name in names if name.startswith("- ") and not name.endswith(":")]
    return [name.lower() for name in names]


def test_environment_and_pyproject_name_the_same_things():
    names = [name for name in _environment() if name not in {"python=3.11", "pip"} and not name.startswith("-e ")]
    assert set(names) == _requirements()
    assert len(names) == len(set(names))


def test_environment_is_what_conda_and_binder_need():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert "- conda-forge" in text
    assert "- python=3.11" in text
    assert "- -e .[lab,site,test]" in text
    given = {"jupyterlab", "pandas", "matplotlib", "seaborn", "nltk", "scikit-learn", "nbval"}
    conda = text.split("- pip:")[0]
    assert all(re.search(rf"(?m)^  - {name}\b", conda) for name in given)
    assert all(name in text.split("- pip:")[1] for name in PIP_ONLY)
    assert not (ROOT / "binder").exists()


def test_binder_takes_the_environment_and_opens_the_first_notebook():
    """The rules of repo2docker: these files go before environment.yml, and a local path waits for the checkout."""
    before = ("Dockerfile", "Project.toml", "REQUIRE", "default.nix", "install.R", "runtime.txt", ".binder", "binder")
    assert [name for name in before if (ROOT / name).exists()] == []
    assert not (ROOT / "postBuild").exists(), "the environment installs the package; nothing is left to do"
    addresses = re.findall(r"mybinder\.org/v2/gh/\S+?urlpath=lab/tree/([^\s)]+)", (ROOT / "docs/run.md").read_text())
    assert addresses == ["notebooks/00_start_here.ipynb"] * 2
    assert (ROOT / addresses[0]).is_file()


@pytest.mark.parametrize("extra", ["", "-benchmark", "-cluster", "-semantic"])
def test_a_lock_pins_with_hashes_and_names_no_host(extra):
    lock = (ROOT / f"requirements{extra}.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert all("--hash=sha256:" in block for block in re.split(r"(?m)^(?=[a-z0-9._-]+==)", lock)[1:])


def test_lock_pins_everything_for_every_platform():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"(?m)^([a-z0-9._-]+)==\S+", lock)
    names = {re.split(r"[><=]", name)[0].replace("_", "-") for name in _requirements()}
    assert names <= {pin.replace("_", "-") for pin in pins}
    assert "sys_platform == 'win32'" in lock
    assert "python_full_version" in lock


def test_data_package_describes_every_table_as_it_is():
    described = json.loads((ROOT / "data/datapackage.json").read_text(encoding="utf-8"))
    assert described == describe_data(ROOT / "data"), "run: make corpus"
    paths = {resource["path"] for resource in described["resources"]}
    tables = {
        str(p.relative_to(ROOT / "data").as_posix())
        for p in (ROOT / "data").rglob("*")
        if p.suffix in {".csv", ".parquet"}
    }
    inputs = {"example_metadata.csv", "example_sources/letters.csv"}  # to try the readers on, in a page encoding
    assert tables - paths == {*inputs, "corpus/rejected.csv"}, "the last repeats the table rejected for spreadsheets"


def _validate(path):
    command = [sys.executable, "-m", "frictionless", "validate", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent)


def test_frictionless_finds_the_data_valid():
    done = _validate(ROOT / "data/datapackage.json")
    assert done.returncode == 0, done.stdout[-3000:]


def test_frictionless_would_find_them_invalid(tmp_path):
    (tmp_path / "t.csv").write_text("doc_id,n\na,1\na,x\n")
    fields = [{"name": "doc_id", "type": "string", "constraints": {"unique": True}}, {"name": "n", "type": "integer"}]
    resource = {"name": "t", "path": "t.csv", "schema": {"fields": fields}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "x", "resources": [resource]}))
    done = _validate(tmp_path / "datapackage.json")
    assert done.returncode == 1
    assert "unique" in done.stdout


def _module(path):
    """The name of a module within the package: "site", "reading.files"; the plots are one room."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return "plots" if parts[0] == "plots" else ".".join(part for part in parts if part != "__init__")


def _imports(path):
    """Names of the package's own modules that a file imports, wherever the import stands."""
    folder = path.parent.relative_to(PACKAGE).parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = folder[: len(folder) - node.level + 1]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from (".".join([*base, name]) for name in names)


def test_imports_run_one_way():
    for path in sorted(PACKAGE.rglob("*.py")):
        module = _module(path)
        for imported in _imports(path):
            room = "plots" if imported.startswith("plots") else imported
            if module and room != module and not imported.startswith("_"):
                assert ORDER.index(room) < ORDER.index(module), f"{module} imports {imported}"


def test_plots_are_imported_by_nobody_but_explorers_pages_and_notebooks():
    users = {path.stem for path in PACKAGE.glob("*.py") if any(name.startswith("plots") for name in _imports(path))}
    assert users <= {"explorers", "gallery", "pages"}


def test_importing_the_package_loads_nothing_heavy():
    heavy = {"pandas", "numpy", "nltk", "sklearn", "scipy", "matplotlib", "seaborn", "pyarrow", "nbformat"}
    code = f"import sys, analysis_helpers; print(sorted(set(sys.modules) & {heavy}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("[lw]e*/*.csv")), ids=lambda path: path.stem)
def test_every_row_of_a_word_list_has_its_reason(path):
    import csv

    with path.open(encoding="utf-8", newline="") as rows:
        table = list(csv.DictReader(rows))
    last = "reason" if "reason" in table[0] else "description"
    assert all(row[last].strip() for row in table)
    key = next(name for name in table[0] if name in {"term", "pattern", "talk_id", "column"})
    group = "kind" if path.stem == "page_words" else "topic"  # "about" is a function word and the name of a page
    values = [(row.get(group), row[key]) for row in table]
    assert len(values) == len(set(values)), "a term stands twice"


def test_public_docstrings_are_whole():
    for name in ah.__all__:
        item = getattr(ah, name)
        if name in {"SEED", "Interval", "TalksError"}:
            continue
        doc = item.__doc__
        assert doc, name
        assert doc.strip().split("\n")[0].rstrip().endswith("."), f"{name}: the first line is a sentence"
        if name not in {"make_report", "share_corpus"}:  # they execute notebooks
            assert ">>>" in doc, f"{name}: no example"


def test_every_measure_names_its_source_and_a_weakness():
    for module in ("frames", "quoting", "sentiment", "stance", "target_tone", "timeline", "topics", "uncertainty"):
        for name in ah._NAMES[module]:
            if name in {"SEED", "Interval", "Permutation"}:
                continue
            doc = " ".join(getattr(ah, name).__doc__.split())
            assert "Source:" in doc, f"{name}: no source"
            assert "Known weakness:" in doc, f"{name}: no known weakness"


def test_no_text_of_others_is_in_the_project(originals):
    """Ten words in a row of an original may stand in titles only."""
    check = originals.parent / "checks/no_source_text"
    done = subprocess.run([sys.executable, str(check), str(ROOT)], capture_output=True, text=True, check=False)
    places = [line.split(":")[0].replace(f"{ROOT}/", "") for line in done.stdout.splitlines()]
    allowed = {"data/sources/articles.csv", "data/talks.csv", "data/corpus/documents/part-00000.parquet title"}
    assert set(places) <= allowed, done.stdout


WORDS_OF_THE_WORKPLACE = re.compile(
    r"(?<![\w/.])/(?:work|root|home|tmp)/\w|pypi\.org|pythonhosted|registry\.npmjs|files\.debian", re.I
)


def test_no_host_of_a_registry_and_no_path_of_a_machine():
    for path in _tracked():
        if path.suffix in {".parquet", ".png"} or path.name == "test_project.py":
            continue
        found = WORDS_OF_THE_WORKPLACE.search(path.read_text(encoding="utf-8", errors="replace"))
        if path.parent.name == "tests" and found:
            continue
        assert not found, f"{path}: {found[0]}"


def test_readme_names_commands_that_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for verb in set(re.findall(r"`?make ([a-z]+)`?", readme)):
        assert re.search(rf"(?m)^{verb}:", makefile), verb
    for command in set(re.findall(r"(?m)^talks ([a-z]+)", readme)):
        assert command in {"build", "check", "report", "share", "lab"}
    for target in re.findall(r"\]\(([^)#]+)\)", readme):
        assert (ROOT / target).exists(), target


def test_readme_picture_is_the_figure_of_the_notebook():
    import base64

    import nbformat

    notebook = nbformat.read(ROOT / "notebooks/05_timeline.ipynb", as_version=4)
    cell = next(cell for cell in notebook.cells if cell.id == "when-figure")
    picture = next(o["data"]["image/png"] for o in cell.outputs if "image/png" in o.get("data", {}))
    assert (ROOT / "docs/timeline.png").read_bytes() == base64.b64decode(picture), "run: make notebooks"


def test_version_is_the_same_everywhere():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    for name in ("CITATION.cff", "CHANGELOG.md", "docs/cite.md"):
        assert version in (ROOT / name).read_text(encoding="utf-8"), name


def test_workflow_calls_the_same_verbs():
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    for verb in ("make check", "make report", "make test"):
        assert verb in text
        assert verb in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_originals_are_outside_the_project():
    assert ROOT not in ORIGINALS.parents
