"""Duplicates, fates and tallies of many parts: the fast definitions equal the plain ones. Texts are invented."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis_helpers.build import deduplicate as duplicates
from analysis_helpers.build import pipeline as building
from analysis_helpers.build import tallies
from analysis_helpers.build.deduplicate import BANDS, find_repeated, hash_bands, is_among, sign_texts
from analysis_helpers.build.fates import decide_fates, keep_fates
from analysis_helpers.build.prepare import ASIDE, NOTHING_LEFT
from analysis_helpers.build.stages import Workshop, write_frames
from analysis_helpers.build.tallies import add_tallies
from analysis_helpers.build.terms import find_collocations
from tests.build import reference_fates

WORDS = ["cork", "Fish", "trade", "étain", "ΣΊΣΥΦΟΣ", "U.S.", "win-win", "_", "9", "貿易", "İ", "x" * 60, "y" * 140]
ODD = st.lists(st.sampled_from([*WORDS, "--", "\x00", "\x1f", "\u2028", "½"]), max_size=40)
GAPS = st.sampled_from([" ", "\n\n", ", ", " " * 200])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=80), st.builds(lambda gap, words: gap.join(words), GAPS, ODD)), max_size=6))
def test_signatures_are_those_of_datasketch(texts):
    """Odd characters, no word, few words, words and runs longer than the tables, whatever stands beside them."""
    assert np.array_equal(sign_texts(texts), reference_fates.sign_texts(texts))


def test_signatures_of_long_texts_are_those_of_datasketch():
    """Longer than what is worked on at a time, in words and in texts."""
    lot = np.random.default_rng(5)
    texts = [
        " ".join(lot.choice(WORDS, n)) for n in (5, 6, 3 * duplicates.BLOCK_RUNS, *range(2 * duplicates.BLOCK_TEXTS))
    ]
    assert np.array_equal(sign_texts(texts), reference_fates.sign_texts(texts))


def test_the_bands_are_those_of_datasketch():
    index = reference_fates.SeenTexts().index
    assert (index.b, index.r) == (BANDS, duplicates.BAND)
    signatures = np.arange(256, dtype="uint32").reshape(2, 128) % 128
    assert (hash_bands(signatures)[0] == hash_bands(signatures)[1]).all()
    signatures[1, 7] = 200
    assert np.flatnonzero(hash_bands(signatures)[0] != hash_bands(signatures)[1]).tolist() == [7 // duplicates.BAND]
    assert len(np.unique(hash_bands(np.full((1, 128), 7, dtype="uint32")))) == BANDS, "bands are told apart"


@given(st.lists(st.lists(st.integers(0, 9), max_size=8), min_size=1, max_size=3))
def test_repeated_numbers_stand_twice_in_one_column(columns):
    repeated = find_repeated([np.array(column, dtype="uint64") for column in columns])
    assert repeated.tolist() == sorted({n for column in columns for n in column if column.count(n) > 1})
    numbers = np.arange(12, dtype="uint64").reshape(3, 4)
    assert np.array_equal(is_among(numbers, repeated), np.isin(numbers, repeated))


# ---------------------------------------------------------------------------------------------------
# Fates

CELLS = {
    "doc_id": st.sampled_from([f"d{n}" for n in range(12)]),
    "side": st.sampled_from(["US", "CN", None]),
    "sha256": st.sampled_from([f"digest {n}" for n in range(8)]),
    "n_words": st.sampled_from([10, 25, 600]),
    "curated": st.sampled_from(["", "", "yes"]),
    "text": st.integers(0, 3),
    "share": st.sampled_from([1.0, 0.95, 0.85, 0.7, 0.6, 0.0]),
    "date_other": st.sampled_from(["2021-04-03", None]),
    "date_order": st.sampled_from(["day first", "month first", None, None]),
    "aside": st.sampled_from(["", "", "", NOTHING_LEFT["reason"], "holds no word"]),
}


def _part(number, rows, lot):
    """Make a prepared part; each signature holds a share of one of four invented ones."""
    table = pd.DataFrame(rows, columns=list(CELLS))
    table = table.assign(position=range(len(table)), source=[f"file {number} row {n}" for n in range(len(table))])
    table = table.assign(
        metadata_row=None, date="2021-03-04", date_precision="day", date_evidence="given", date_group="table"
    )
    strings = set(table) - {"n_words", "position", "text", "share"}
    table = table.astype(dict.fromkeys(strings, "str") | {"n_words": "int32"})
    ready, aside = table[table["aside"] == ""], table[table["aside"] != ""].assign(remedy="look at it")
    signatures = lot.integers(0, 2**32, (len(ready), 128), dtype="uint32")
    for signature, text, share in zip(signatures, ready["text"], ready["share"], strict=True):
        same = lot.random(128) < share
        signature[same] = np.random.default_rng(int(text)).integers(0, 2**32, 128, dtype="uint32")[same]
    return (
        number,
        ready.drop(columns=["aside", "text", "share"]),
        aside.rename(columns={"aside": "reason"})[list(ASIDE)],
        signatures,
    )


def _decide(made):
    with TemporaryDirectory() as folder:
        fates = keep_fates(decide_fates(lambda: iter(made)), Path(folder) / "fates.parquet")
        parts = dict(fates.parts())
    assert all((part["part"] == number).all() for number, part in parts.items())
    decided = pd.concat([*parts.values()] or [reference_fates.decide_fates([])], ignore_index=True)
    n = decided["status"].value_counts()
    assert fates.funnel == {"read": len(decided), "kept": n.get("kept", 0)} | {
        "duplicates": n.get("duplicate", 0),
        "rejected": n.get("rejected", 0),
    }
    return decided


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.fixed_dictionaries(CELLS), max_size=12), max_size=4), st.integers(0, 2**32 - 1))
def test_fates_are_those_of_remembering_every_document(parts, seed):
    """Repeated ids, word for word and nearly equal texts, short and curated ones, of both sides and none."""
    lot = np.random.default_rng(seed)
    made = [_part(number, rows, lot) for number, rows in enumerate(parts)]
    expected = reference_fates.decide_fates(made)
    pd.testing.assert_frame_equal(_decide(made), expected, check_dtype=len(expected) > 0, check_index_type=False)


def test_nearly_equal_texts_are_found_as_by_datasketch():
    """Two hundred signatures with shares of common numbers from none to all, by chance."""
    rows = [
        {"doc_id": f"d{n}", "side": "US", "sha256": f"{n}", "n_words": 600, "curated": "", "text": n % 4}
        | {"share": n / 200, "date_other": None, "date_order": None, "aside": ""}
        for n in range(200)
    ]
    made = [_part(0, rows[::2], np.random.default_rng(1)), _part(1, rows[1::2], np.random.default_rng(2))]
    decided, expected = _decide(made), reference_fates.decide_fates(made)
    pd.testing.assert_frame_equal(decided, expected)
    assert {"kept", "duplicate"} == set(decided["status"])


# ---------------------------------------------------------------------------------------------------
# Tallies

PAIRS = st.dictionaries(
    st.tuples(st.sampled_from(["rare", "earths", "cork", "貿易"]), st.sampled_from(["earths", "boats", ""])),
    st.tuples(st.integers(1, 9), st.integers(1, 5)),
)


@pytest.mark.parametrize("open_files", [500, 2])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(PAIRS, max_size=4), n_heaps=st.integers(1, 5))
def test_tallies_of_parts_are_added_up(tmp_path_factory, monkeypatch, open_files, parts, n_heaps):
    monkeypatch.setattr(tallies, "OPEN_FILES", open_files)
    n, n_passages = Counter(), Counter()
    for part in parts:
        n.update({pair: counts[0] for pair, counts in part.items()})
        n_passages.update({pair: counts[1] for pair, counts in part.items()})
    columns = ["first", "second", "n", "n_passages"]
    types = dict(zip(columns, ["str", "str", "int64", "int64"], strict=True))
    rows = [[(*pair, *counts) for pair, counts in part.items()] for part in parts]
    tables = [pd.DataFrame(of_part, columns=columns).astype(types) for of_part in rows]
    folder = tmp_path_factory.mktemp("tallies")
    heaps = list(add_tallies(tables, columns[:2], folder, n_heaps=n_heaps))
    added = [row for heap in heaps for row in heap[columns].itertuples(index=False, name=None)]
    assert sorted(added) == sorted((*pair, n[pair], n_passages[pair]) for pair in n)
    assert not any(set(one["first"]) & set(two["first"]) for one in heaps for two in heaps if one is not two)
    assert not list(folder.iterdir()), "nothing stays"


@pytest.mark.parametrize("heap_parts", [25, 1])
@pytest.mark.parametrize("n", [(4, 6), (4, 5), (0, 0)], ids=["often", "not often", "no pair"])
def test_collocations_of_parts_are_those_of_the_whole(n, heap_parts, tmp_path, monkeypatch):
    """Nine occurrences are too few and ten enough, wherever they stand; all words count in the total."""
    monkeypatch.setattr(building, "HEAP_PARTS", heap_parts)
    shop, frames = Workshop(tmp_path, "plan", tmp_path / "lock"), []
    for number in range(2):
        counts = {"rare": 30, "earths": 12, "cork": 20, "boats": 15, "talks": 500, f"once{number}": 1}
        words = pd.DataFrame(counts.items(), columns=["word", "n"])
        rows = [("rare", "earths", n[number], 3), ("talks", "cork", 4, 4)]
        pairs = pd.DataFrame(rows, columns=["first", "second", "n", "n_passages"])
        frames.append({"words": words, "pairs": pairs[[n[number] > 0] * 2]})
        write_frames(shop.place(number, "measured"), frames[-1])
    words = pd.concat(frame["words"] for frame in frames).groupby("word", as_index=False).sum()
    pairs = pd.concat(frame["pairs"] for frame in frames).groupby(["first", "second"], as_index=False).sum()
    expected = find_collocations(words, pairs)
    assert expected["term"].tolist() == (["rare earths"] if sum(n) >= 10 else [])
    pd.testing.assert_frame_equal(building._find_collocations(shop), expected)
