"""The project itself: its parts name the same things, its data are valid, nothing leaks, no file is too long."""

import base64
import csv
import json
import os
import re
import subprocess
import sys
import tomllib
import warnings

import nbformat
import pytest
import yaml

import analysis_helpers as ah
from analysis_helpers.report.data_package import describe_data
from tests.conftest import ORIGINALS, ROOT

PACKAGE = ROOT / "src/analysis_helpers"
APART = {"cluster"}  # extras with a lock of their own
# Without an example of their own.
RESULTS = {"Interval", "Permutation", "SEED", "TalksError", "UnreadableError", "build"}
MEASURES = {"events", "keyness", "rates", "sentiment", "topics", "uncertainty"}
LONGEST = 1_000  # lines of a file, so that it can be read
ROWS = 500  # of each table that frictionless reads: it takes minutes for all; `talks check` reads every row


@pytest.fixture(scope="module")
def tracked():
    done = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    binary = {".parquet", ".png"}
    return {p: p.read_text(encoding="utf-8", errors="replace") for p in paths if p.is_file() and p.suffix not in binary}


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def required(project):
    extras = [name for extra, names in project["optional-dependencies"].items() if extra not in APART for name in names]
    return {re.sub(r"\[.*?\]", "", name).lower() for name in project["dependencies"] + extras}


@pytest.mark.parametrize(("folder", "lock"), [("", "requirements.lock"), ("binder", "../requirements.lock")])
def test_conda_and_binder_install_the_lock(folder, lock):
    environment = yaml.safe_load((ROOT / folder / "environment.yml").read_text(encoding="utf-8"))
    assert environment["dependencies"] == ["python=3.11", "pip", {"pip": [f"-r {lock}"]}]
    assert (ROOT / folder / lock).resolve() == ROOT / "requirements.lock"


def test_binder_installs_the_package_and_opens_the_first_notebook():
    """The rules of repo2docker: these files would go before binder/environment.yml; postBuild must be executable."""
    before = ("Dockerfile", "Project.toml", "REQUIRE", "default.nix", "install.R", "runtime.txt")
    assert [name for name in (".binder", *(f"binder/{name}" for name in before)) if (ROOT / name).exists()] == []
    assert os.access(ROOT / "binder/postBuild", os.X_OK)
    assert "pip install --no-deps --no-build-isolation -e ." in (ROOT / "binder/postBuild").read_text()
    addresses = re.findall(r"mybinder\.org/v2/gh/\S+?urlpath=lab/tree/([^\s)]+)", (ROOT / "docs/run.md").read_text())
    assert addresses == ["notebooks/00_start_here.ipynb"] * 2
    assert (ROOT / addresses[0]).is_file()


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda path: path.stem)
def test_a_lock_pins_with_hashes_and_names_no_host(lock):
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert all("--hash=sha256:" in block for block in re.split(r"(?m)^(?=[a-z0-9._-]+==)", text)[1:])


def test_the_lock_pins_everything_for_every_platform(required):
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = {pin.replace("_", "-") for pin in re.findall(r"(?m)^([a-z0-9._-]+)==\S+", text)}
    assert {re.split(r"[><=]", name)[0].replace("_", "-") for name in required} <= pins
    assert "sys_platform == 'win32'" in text
    assert "python_full_version" in text


def test_data_package_describes_every_table_as_it_is():
    described = json.loads((ROOT / "data/datapackage.json").read_text(encoding="utf-8"))
    assert described == describe_data(ROOT / "data"), "run: make corpus"
    paths = [resource["path"] for resource in described["resources"]]
    paths = {path for part in paths for path in ([part] if isinstance(part, str) else part)}
    files = (ROOT / "data").rglob("*")
    tables = {p.relative_to(ROOT / "data").as_posix() for p in files if p.suffix in {".csv", ".parquet"}}
    tables = {table for table in tables if not table.startswith("example_corpus/")}  # the same tables, to try them
    inputs = {"example_metadata.csv", "example_sources/letters.csv"}  # to try the readers on, in a page encoding
    assert tables - paths == {*inputs, "corpus/rejected.csv"}, "the last repeats the table rejected for spreadsheets"


def problems_of(package):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of other packages
        from frictionless import validate

        return validate(str(package), limit_rows=ROWS).flatten(["type", "note"])


def test_frictionless_finds_the_data_valid_and_would_find_them_invalid(tmp_path):
    assert problems_of(ROOT / "data/datapackage.json") == []
    (tmp_path / "t.csv").write_text("doc_id,n\na,1\na,x\n")
    fields = [{"name": "doc_id", "type": "string", "constraints": {"unique": True}}, {"name": "n", "type": "integer"}]
    resource = {"name": "t", "path": "t.csv", "schema": {"fields": fields}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "x", "resources": [resource]}))
    assert {kind for kind, _ in problems_of(tmp_path / "datapackage.json")} == {"type-error", "unique-error"}


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("[lw]e*/**/*.csv")), ids=lambda path: path.stem)
def test_every_row_of_a_word_list_has_its_reason(path):
    with path.open(encoding="utf-8", newline="") as rows:
        table = list(csv.DictReader(rows))
    last = "reason" if "reason" in table[0] else "description"
    assert all(row[last].strip() for row in table)
    key = next(name for name in table[0] if name in {"term", "pattern", "talk_id", "column"})
    group = {"kind", "topic", "concept", "frame"} & set(table[0])  # "about" is a function word and the name of a page
    values = [(*(row[name] for name in sorted(group)), row[key]) for row in table]
    assert len(values) == len(set(values)), "a term stands twice"


def test_public_docstrings_are_whole():
    """First a sentence; an example, but where notebooks are executed; of each measure source and weakness."""
    for name in set(ah.__all__) - RESULTS:
        function = getattr(ah, name)
        first, *rest = function.__doc__.strip().split("\n")
        assert first.rstrip().endswith("."), name
        assert any(">>>" in line for line in rest) or name in {"make_report", "share_corpus"}, name
        if function.__module__.removeprefix("analysis_helpers.") in MEASURES:
            assert "Source:" in function.__doc__, name
            assert "Known weakness:" in " ".join(function.__doc__.split()), name


def test_no_file_is_too_long(tracked):
    lines = {
        path.relative_to(ROOT).as_posix(): text.count("\n")
        for path, text in tracked.items()
        if path.suffix not in {".csv", ".ipynb"} and "lock" not in path.name and ROOT / "data" not in path.parents
    }
    assert {name: n for name, n in lines.items() if n > LONGEST} == {}


def test_readme_names_commands_that_exist():
    readme, makefile = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "Makefile"))
    for verb in set(re.findall(r"`?make ([a-z]+)`?", readme)):
        assert re.search(rf"(?m)^{verb}:", makefile), verb
    assert set(re.findall(r"(?m)^talks ([a-z]+)", readme)) <= {"build", "check", "report", "share", "lab"}
    assert [target for target in re.findall(r"\]\(([^)#]+)\)", readme) if not (ROOT / target).exists()] == []


def test_readme_picture_is_the_figure_of_the_notebook():
    notebook = nbformat.read(ROOT / "notebooks/05_timeline.ipynb", as_version=4)
    cell = next(cell for cell in notebook.cells if cell.id == "when-figure")
    picture = next(o["data"]["image/png"] for o in cell.outputs if "image/png" in o.get("data", {}))
    assert (ROOT / "docs/timeline.png").read_bytes() == base64.b64decode(picture), "run: make notebooks"


def test_no_folder_of_tests_or_code_is_passed_over(pytestconfig):
    """Pytest passes over folders by their names, `build` among them unless told otherwise."""
    folders = {path.parent for place in ("tests", "src") for path in (ROOT / place).rglob("*.py")}
    skipped = pytestconfig.getini("norecursedirs")
    assert {folder.name for folder in folders if any(folder.match(name) for name in skipped)} == set()


def test_version_titles_and_licences_are_the_same_everywhere(project):
    places = (ROOT / "CITATION.cff", ROOT / "data/CITATION.cff", ROOT / "codemeta.json")  # JSON is YAML, too
    suite, talks, meta = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in places)
    part = meta["hasPart"]
    assert {one["version"] for one in (suite, talks, meta, part)} == {project["version"]}
    assert {suite["date-released"], talks["date-released"]} == {meta["datePublished"]}
    assert [meta["name"], part["name"]] == [suite["title"], talks["title"]]
    assert talks["title"] in [reference["title"] for reference in suite["references"]]
    code, data = (address.rsplit("/")[-1] for address in meta["license"])
    assert [code, data, f"{code} AND {data}"] == [suite["license"], talks["license"], project["license"]]
    assert part["license"] == meta["license"][1]
    own = ("description", "keywords")
    assert [meta[key] for key in own] == [project[key] for key in own]
    assert meta["softwareRequirements"]["version"] == project["requires-python"]
    cited = (ROOT / "docs/cite.md").read_text(encoding="utf-8")
    assert [cited.count(one) for one in (suite["title"], talks["title"], project["version"])] == [2, 2, 4]
    assert f"## {project['version']} ({meta['datePublished']})" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for name, words in (("LICENSE", "BSD 3-Clause"), ("LICENSE-DATA", "CC BY 4.0")):
        assert words in (ROOT / name).read_text(encoding="utf-8")


def test_workflow_calls_the_same_verbs():
    for name in (".github/workflows/ci.yml", ".ci/run"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert [verb for verb in ("make check", "make report", "make test") if verb not in text] == [], name


def test_no_text_of_others_is_in_the_project(originals):
    """Ten words in a row of an original may stand in titles only."""
    check = originals.parent / "checks/no_source_text"
    done = subprocess.run([sys.executable, str(check), str(ROOT)], capture_output=True, text=True, check=False)
    places = [line.split(":")[0].replace(f"{ROOT}/", "") for line in done.stdout.splitlines()]
    allowed = {"data/sources/articles.csv", "data/talks_sources.csv", "data/corpus/documents/part-00000.parquet title"}
    assert set(places) <= allowed, done.stdout
    assert ROOT not in ORIGINALS.parents


WORKPLACE = re.compile(
    r"(?<![\w/.])/(?:work|root|home|tmp)/\w|pypi\.org|pythonhosted|registry\.npmjs|files\.debian", re.I
)


def test_no_host_of_a_registry_and_no_path_of_a_machine(tracked):
    tests = ROOT / "tests"  # they look for such paths
    found = {path: WORKPLACE.search(text) for path, text in tracked.items() if tests not in path.parents}
    assert {str(path): match[0] for path, match in found.items() if match} == {}
