"""Terms: multiword terms and collocations, by hand."""

import json
import math

import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers.build.terms import count_terms, find_collocations, lexicon_terms
from analysis_helpers.cli import main


def test_lexicon_terms_are_spelt_as_they_are_counted():
    terms = lexicon_terms()
    assert {"rare earths", "export controls", "He lifeng", "scott bessent", "bilateral relations"} <= set(terms)
    for name in ("Rare earths", "Vice Premier He Lifeng", "Treasury Secretary Scott Bessent", "bilateral relations"):
        counts = count_terms(pd.DataFrame({"passage_id": ["a"], "text": [name]}), terms)
        assert counts["term"].isin(terms).sum() == 1


def test_collocations_need_count_spread_and_strength():
    counts = {"rare": 40, "earths": 30, "talks": 800, "big": 500, "once": 12, "twice": 12, "filler": 20_000}
    words = pd.DataFrame((counts | {"new": 30, "deal": 30}).items(), columns=["word", "n"])
    pairs = [
        ("rare", "earths", 30, 20),
        ("big", "talks", 40, 30),  # less than 3 bits
        ("once", "twice", 12, 2),  # in two passages
        ("new", "deal", 9, 9),  # nine times
    ]
    found = find_collocations(words, pd.DataFrame(pairs, columns=["first", "second", "n", "n_passages"]))
    assert found[["term", "n", "n_passages"]].to_numpy().tolist() == [["rare earths", 30, 20]]
    assert found["pmi"].iloc[0] == pytest.approx(math.log2(30 * words["n"].sum() / (40 * 30)), abs=1e-3)


GIVEN = ["Arms control", "phase  one", "tariff* war", "never said so", "single"]


@pytest.mark.parametrize("name", ["terms.txt", "terms.csv", None])
def test_terms_given_to_a_build_are_counted_as_on_demand(invented, nine, tmp_path, name):
    """Without text they are known; what was given is written down, and without it the record is as before."""
    given = ["both sides agreed", "the two", "of the", *GIVEN]
    if name:
        lines = given if name.endswith("txt") else ["concept,term", *(f"x,{term}" for term in given)]
        encoding = "utf-16" if name.endswith("txt") else "utf-8-sig"  # as Notepad and Excel save them
        (tmp_path / name).write_text("\n".join([*lines, ""]), encoding=encoding)
    built = ah.build_corpus(**nine, out=tmp_path / "out", terms=tmp_path / name if name else given, with_text=False)
    assert built.record["settings"]["terms"] == sorted([*given[:3], "arms control", *GIVEN[2:4], "phase one"])
    assert "terms" not in invented.record["settings"]
    counts = [
        corpus.count_terms_of(given, expected=given).sort_values(["term", "passage_id"]) for corpus in (built, invented)
    ]
    pd.testing.assert_frame_equal(*(table.reset_index(drop=True) for table in counts))
    assert counts[0]["term"].nunique() == 3


def test_what_is_no_list_of_terms_is_refused(tmp_path, capsys):
    (tmp_path / "note.txt").write_text("Both sides met in Geneva. They agreed to meet again.")
    for name, text, message in (
        ("a.txt", "arms control\n--\n", "a.txt, number 2: the term is '--'"),
        ("b.csv", "word\narms control\n", "no column term"),
        ("c.txt", None, "cannot be read"),
    ):
        if text:
            (tmp_path / name).write_text(text)
        command = ["build", str(tmp_path / "note.txt"), "--out", str(tmp_path / "out"), "--terms", str(tmp_path / name)]
        assert main(command) == 2
        assert message in capsys.readouterr().err
    (tmp_path / "d.txt").write_text("they agreed\n")
    assert main([*command[:-1], str(tmp_path / "d.txt")]) == 0
    assert json.loads((tmp_path / "out/corpus.json").read_text())["settings"]["terms"] == ["they agreed"]
