"""The pages for teaching: their code runs as printed, and their numbers are those of the shipped corpus."""

import itertools
import re

import nbformat
import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers import build
from analysis_helpers.report.execute import execute_notebook, find_notebooks
from tests.conftest import ROOT

PAGE = (ROOT / "docs/teaching.md").read_text(encoding="utf-8")
NOTEBOOKS = find_notebooks(ROOT / "notebooks")
NUMBER = re.compile(r"(?<![\w.])−?\d[\d,]*(?:\.\d+)?")


def code_of(text):
    return re.findall(r"(?ms)^```python\n(.*?)^```", text)


def answer(letter):
    folded = re.search(rf"(?s)<summary>Answer to {letter}</summary>(.*?)</details>", PAGE)[1]
    return re.sub(r"(?s)```python.*?```|`[^`]*`", "", folded)


def numbers(text):
    """The numbers of a text; the slips of exercise D (1-2-3-4) are none."""
    found = NUMBER.findall(re.sub(r"\d(?:-\d){2,}|per 1,000", "", text))
    return {float(number.replace(",", "").replace("−", "-")) for number in found}


def unlike(found, expected):
    """What stands in one set and, to two decimals, not in the other; a half may have been rounded either way."""
    return {
        value
        for one, other in ((found, expected), (expected, found))
        for value in one
        if all(abs(value - near) > 0.005001 for near in other)
    }


@pytest.fixture(scope="module")
def statements():
    return ah.load_corpus().where(collection="statements_2025")


@pytest.fixture(scope="module")
def own(statements):
    return statements.where(speaker_side=["US", "CN"])


def compared(corpus, terms):
    row = ah.compare_rates(corpus, {"it": terms}).iloc[0]
    return row, set(row[["difference", "low", "high"]].dropna())


def without_one_man(statements):
    texts = statements.documents
    his = texts["author"].str.contains("Trump", na=False) & texts["side"].eq("US")
    return statements.where(doc_id=list(texts.loc[~his, "doc_id"]))


def test_answer_a_counts_the_calls_between_osaka_and_bali():
    held = ah.load_talks(level="leader").query("status == 'held'")
    modes = held[held["start_date"].between("2019-06-30", "2022-11-13")]["mode"].value_counts()
    assert set(modes.index) == {"phone", "virtual"}
    assert numbers(answer("A")) == {modes["phone"], modes["virtual"]}


def test_answer_b_gives_the_texts_of_a_word_that_one_side_never_says(statements):
    row, _ = compared(statements, ["win-win"])
    assert pd.isna(row["low"])
    least = 10  # texts below which no interval is given
    expected = set(row[["using_US", "using_CN", "n_US", "n_CN", "CN"]]) | {least}
    assert unlike(numbers(answer("B")), expected) == set()


def test_answer_c_follows_one_word_through_three_comparisons(statements, own):
    parts = (statements, statements.where(genre="press_conference"), without_one_man(statements))
    expected = set().union(*(compared(part, ["tariff", "tariffs"])[1] for part in parts))
    rates = ah.rates(own, {"it": ["tariff", "tariffs"]}, by=["doc_id", "speaker_side"]).query("speaker_side == 'US'")
    others = rates["doc_id"].isin(without_one_man(statements).documents["doc_id"])
    expected |= set(ah.difference_interval(rates.loc[~others, "rate"], rates.loc[others, "rate"])[:3])
    assert unlike(numbers(answer("C")), expected) == set()


def test_answer_d_is_what_counting_by_hand_gives():
    """All ways to choose four slips of eight, counted here without the suite."""
    ways = [sum(four) for four in itertools.combinations(range(1, 9), 4)]
    p_values = []
    for chinese in ((1, 2, 3, 4), (1, 2, 3, 5)):
        extreme = sum(abs(way - 18) >= abs(sum(chinese) - 18) for way in ways)  # half of 36 is 18
        p_values.append((extreme, round(extreme / len(ways), 3)))
    assert (len(ways), p_values) == (70, [(2, 0.029), (4, 0.057)])
    three_a_side = 2 / 20  # of the 20 ways to choose three of six, two are as extreme as can be
    exchanged, bar, least = {4, 5}, 0.05, 4
    assert numbers(answer("D")) == {70, 2, 0.029, 4, 0.057, three_a_side, *exchanged, bar, least}


def test_answer_e_has_two_lines_that_overlap_and_a_difference_without_zero(statements, own):
    rates = ah.rates(own, {"it": ["products"]}).set_index("speaker_side")
    row, difference = compared(statements, ["products"])
    assert rates.loc["CN", "high"] > rates.loc["US", "low"]
    assert row["low"] > 0
    expected = difference | set(rates[["rate", "low", "high"]].to_numpy().ravel())
    assert unlike(numbers(answer("E")), expected) == set()
    other, _ = compared(without_one_man(statements), ["products"])
    assert other["low"] < 0 < other["high"]


def test_answer_f_has_a_demand_in_the_warmest_words(capsys):
    names = {"pd": pd, "ah": ah}
    exec(code_of(re.search(r"(?s)### F\. .*?</details>", PAGE)[0])[0], names)
    tone = build.score_tone(pd.DataFrame({"text": names["said"]}))["tone"]
    assert tone.idxmax() == 3
    assert unlike(numbers(answer("F")) - {0, 1, -1}, {*tone.dropna()}) == set()
    assert [f'"{said}"' in PAGE for said in names["said"]] == [True] * 4


def test_answer_g_holds_for_these_two_and_not_for_all_issuers(statements):
    labels = ah.load_labels()
    gaps, house = {}, {}
    for name, codes in {
        "all": labels,
        "careful": labels.assign(label=labels["label"] * (labels["unsure"] == 0)),
    }.items():
        for estimand in ("all that name it", "only the other"):
            rows = ah.corrected_mean(statements, codes, ["group", "language"], estimand=estimand).set_index("group")
            gaps[name, estimand] = ah.compare_means(rows.loc["White House"], rows.loc["foreign ministry"])
            house[name, estimand] = rows.loc["White House", "high"]
    assert all(gap.low > 0 for gap in gaps.values())
    assert gaps["all", "only the other"].mean > gaps["all", "all that name it"].mean
    assert {key for key, high in house.items() if high > 0} == {key for key in house if key[0] == "careful"}
    both = ah.corrected_mean(statements, labels, "language").set_index("side")
    gap = ah.compare_means(both.loc["US"], both.loc["CN"])
    assert gap.low < 0 < gap.high


def test_answer_h_can_be_counted_in_the_table():
    met = ah.load_talks(level=["leader", "cabinet"], mode="in_person").query("status == 'held'")
    abroad = ~met["country"].isin(["United States", "China"])
    counts = abroad.groupby(met["start_date"].dt.year).agg(["sum", "size"]).loc[[2017, 2025]]
    day = met.loc[met["city"].eq("Woodside") & met["level"].eq("leader"), "start_date"].item()
    half = 2 * counts.loc[2025, "sum"] - counts.loc[2025, "size"]
    assert numbers(answer("H")) == {2017, 2025, day.day, day.year, half, *counts.to_numpy().ravel()}


def test_the_code_of_the_exercises_runs_as_printed(capsys):
    exercises = PAGE.split("## Seven more exercises")[1].split("## Marking")[0]
    blocks = code_of(exercises)
    assert len(blocks) == 1 + 7  # the lines that all begin with, and one block an answer
    names = {}
    for block in blocks:
        exec(block, names)
    assert "0.028571" in capsys.readouterr().out


def test_each_of_the_five_words_passes_as_often_as_the_plan_says():
    """The table of the notebook, as it is committed: p of each comparison, a dot where a word is too rare."""
    notebook = nbformat.read(ROOT / "notebooks/03_stance.ipynb", as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    passed = {}
    for row in re.findall(r"(?s)<tr>(.*?)</tr>", cells["dissolve"].outputs[0]["data"]["text/html"]):
        word, *cell = [re.sub(r"<.*?>", "", part).strip() for part in re.findall(r"(?s)<t[hd].*?</t[hd]>", row)]
        tested = [float(value.split()[1]) for value in cell if " " in value and value.split()[1][0].isdigit()]
        passed[word] = (sum(p < 0.05 for p in tested), len(tested))
    assert passed["deal"] == (2, 4)
    assert passed["tariffs"] == (1, 5)
    assert passed["fentanyl"][0] == 0
    spelled = {3: "three", 4: "four", 5: "five"}[passed["fentanyl"][1]]
    assert f"*fentanyl* in none of {spelled}" in " ".join(PAGE.split())


def test_tasks_are_made_handed_in_and_checked_as_printed(tmp_path, monkeypatch, capsys):
    """The scripts of the page; the project's own runner in the place of JupyterLab."""
    monkeypatch.chdir(tmp_path)
    make, key, check = code_of(PAGE.split("## A different task for each student")[1])
    names = {}
    exec(make, names)
    exec(key, names)
    table = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| task_")]
    printed = [line.split()[-6:-1] for line in capsys.readouterr().out.splitlines() if line.startswith("task ")]
    assert [[side, *row] for _, side, *row in table] == printed
    source = ROOT / "notebooks/report/any_corpus.ipynb"
    execute_notebook(source, tmp_path / "class/task_1.ipynb", {"CORPUS": "task_1"})
    exec(check, names)
    assert capsys.readouterr().out == "class/task_1.ipynb agrees\n"
    exec(check.replace('"class/task_1"', '"class/task_2"'), names)
    assert capsys.readouterr().out == "class/task_1.ipynb differs\n"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_notebook_says_in_plain_words_and_answers_every_question(path):
    cells = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}
    plain = cells["card"].split("> **In plain words.** ")[1]
    assert 60 <= len(plain.split()) <= 110
    assert not re.search(r"\d", plain)
    questions = re.findall(r"(?m)^(\d)\. ", cells["try"])
    assert re.findall(r"<summary>Answer to (\d)</summary>", cells["solutions"]) == questions
    assert cells["solutions"].count("<details>") == cells["solutions"].count("\n\n</details>") == len(questions)


def test_the_glossary_has_each_term_once():
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    terms = [line for block in re.findall(r"(?s)```\{glossary\}\n(.*?)```", text) for line in block.splitlines()]
    terms = [line for line in terms if line and not line.startswith(" ")]
    assert len(terms) == len(set(terms))
    asked = "log-odds|z|informative prior|permutation test|p value|strata|bootstrap|interval|n|NMF|TF-IDF|topic"
    asked += "|coherence|VADER|tone|negation|frame|stance|MinHash"
    assert set(asked.split("|")) <= set(terms)
