"""Deduplication: the same numbers and decisions as by the plain definitions. Texts are invented."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analysis_helpers as ah
from analysis_helpers.build import deduplicate as deduplication
from analysis_helpers.build.deduplicate import BAND, BANDS, deduplicate, hash_bands, sign_part, sign_texts
from analysis_helpers.build.pipeline import sum_collocations
from analysis_helpers.build.prepare import ASIDE, NOTHING_LEFT, Part
from analysis_helpers.build.stages import Checkpoints
from analysis_helpers.build.terms import find_collocations
from tests.build import reference_duplicates as reference

WORDS = ["cork", "Fish", "trade", "étain", "ΣΊΣΥΦΟΣ", "U.S.", "win-win", "_", "9", "貿易", "İ", "x" * 60, "y" * 140]
WIRE = (
    "LISBON - Negotiators of both sides said late on Monday that they had agreed to meet again in spring, after two "
    "days of talks about boats, cork and the price of sardines. A spokesman called the mood frank and businesslike. "
    "The next round is planned for Porto. Neither side gave details of what had been offered, and no paper was signed. "
    "Fishermen at the harbour said that they expected little. The talks had begun on Sunday with a dinner for all."
)
EDITED = WIRE.replace("late on Monday", "on Monday night").replace("expected little", "hoped for little")
OTHER = (
    "PORTO - The price of cork rose again this week, as buyers from abroad filled their stores before the new duties. "
    "Growers in the south spoke of the best spring in ten years. Banks were more careful, and warned of a fall."
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join))))
def test_signatures_are_those_of_the_plain_definition(texts):
    """Odd characters, no word, few words."""
    assert sign_texts(texts).tolist() == [reference.sign_text(text) for text in texts]


def test_a_long_text_is_signed_in_blocks(monkeypatch):
    monkeypatch.setattr(deduplication, "BLOCK", 10)
    text = " ".join(np.random.default_rng(5).choice(WORDS, 99))
    assert sign_texts([text]).tolist() == [reference.sign_text(text)]


def test_the_bands_are_those_of_datasketch():
    assert reference.optimum() == (BANDS, BAND)
    signatures = np.arange(256, dtype="uint32").reshape(2, 128) % 128
    assert (hash_bands(signatures)[0] == hash_bands(signatures)[1]).all()
    signatures[1, 7] = 200
    assert np.flatnonzero(hash_bands(signatures)[0] != hash_bands(signatures)[1]).tolist() == [7 // BAND]
    assert len(np.unique(hash_bands(np.full((1, 128), 7, dtype="uint32")))) == BANDS, "bands are told apart"


def test_signatures_estimate_the_share_of_common_runs():
    """By hand: runs of five words, as sets; the estimate from 128 numbers is within three standard errors."""

    def runs(text):
        words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
        return {tuple(words[n : n + 5]) for n in range(len(words) - 4)}

    one, two = runs(WIRE), runs(EDITED)
    share = len(one & two) / len(one | two)
    signed = sign_texts([WIRE, EDITED, OTHER])
    assert 0.7 < share < 0.95
    assert abs((signed[0] == signed[1]).mean() - share) < 3 * (share * (1 - share) / 128) ** 0.5
    assert (signed[0] == signed[2]).mean() < 0.05


CELLS = {
    "doc_id": st.sampled_from([f"d{n}" for n in range(12)]),
    "side": st.sampled_from(["US", "CN", None]),
    "sha256": st.sampled_from([f"digest {n}" for n in range(8)]),
    "n_words": st.sampled_from([10, 25, 600]),
    "curated": st.sampled_from(["", "", "yes"]),
    "text": st.integers(0, 3),
    "share": st.sampled_from([1.0, 0.95, 0.85, 0.7, 0.6, 0.0]),
    "aside": st.sampled_from(["", "", "", NOTHING_LEFT["reason"]]),
}


def _decide(parts, lot):
    """Deduplicate parts given as rows; each signature holds a share of one of four invented ones."""
    models = np.random.default_rng(0).integers(0, 2**32, (4, 128), dtype="uint32")
    rows, signatures, found = [], [], {}
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        checkpoints = Checkpoints(Path(folder), Path(folder), "plan")
        for number, part in enumerate(parts):
            table = pd.DataFrame(part, columns=list(CELLS)).astype({"side": "str"})
            table = table.assign(position=range(len(table)), source=[f"file {number} {n}" for n in range(len(table))])
            table[["date", "date_precision", "date_evidence", "date_other", "date_order", "date_group"]] = None
            signed = [
                reference.near(models[text], share, lot)
                for text, share in zip(table["text"], table["share"], strict=True)
            ]
            ready, left = table[table["aside"] == ""], table[table["aside"] != ""].rename(columns={"aside": "reason"})
            prepared = Part(
                ready.drop(columns=["aside", "text", "share"]),
                pd.DataFrame({"doc_id": [], "kind": [], "text": []}, dtype="str"),
                pd.DataFrame(),
                left.assign(remedy="look at it", metadata_row=None)[list(ASIDE)],
            )
            own = np.array(signed, dtype="uint32").reshape(-1, 128)[ready["position"].to_numpy(dtype=int)]
            patch.setattr(deduplication, "sign_texts", lambda texts, own=own: own)
            frames = {"documents": prepared.documents, "aside": prepared.aside} | sign_part(number, prepared)
            checkpoints.write(number, "prepared", frames)
            rows += table.astype(object).where(table.notna(), None).to_dict("records")
            signatures += [
                None if aside else signature for aside, signature in zip(table["aside"], signed, strict=True)
            ]
        deduplicate(checkpoints)
        for number in checkpoints.numbers("decided"):
            for name in ("documents", "rejected"):
                for row in checkpoints.read(number, "decided", name).itertuples():
                    status, other = getattr(row, "status", "kept"), row.duplicate_of
                    mark = (other, row.similarity) if isinstance(other, str) else (None, None)
                    found[row.source] = (status, *mark)
    expected = reference.decide(rows, signatures)
    assert found == {row["source"]: outcome for row, outcome in zip(rows, expected, strict=True)}
    return Counter(status for status, *_ in expected)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.fixed_dictionaries(CELLS), max_size=12), min_size=1, max_size=4), st.integers(0, 99))
def test_decisions_are_those_of_remembering_every_document(parts, seed):
    """Repeated ids, word for word and nearly equal texts, short and curated ones, of both sides and none."""
    _decide(parts, np.random.default_rng(seed))


def test_nearly_equal_texts_are_found_as_by_datasketch():
    """Two hundred signatures with shares of common numbers from none to all, by chance."""
    rows = [
        {"doc_id": f"d{n}", "side": "US", "sha256": f"{n}", "n_words": 600, "curated": "", "text": n % 4}
        | {"share": n / 200, "aside": ""}
        for n in range(200)
    ]
    assert min(_decide([rows[::2], rows[1::2]], np.random.default_rng(1)).values()) > 20


@pytest.mark.parametrize(
    ("rows", "kept", "marks"),
    [
        ([("a", "US", WIRE), ("b", "US", WIRE)], ["a"], {}),
        ([("a", "US", WIRE), ("b", "US", EDITED)], ["a"], {}),
        ([("a", "US", WIRE), ("b", "CN", WIRE)], ["a", "b"], {"b": "a"}),
        ([("a", "US", WIRE), ("b", "CN", EDITED)], ["a", "b"], {"b": "a"}),
        ([("a", "US", WIRE), ("b", "US", OTHER)], ["a", "b"], {}),
        ([("a", "", WIRE), ("b", "", EDITED), ("c", "", OTHER)], ["a", "c"], {}),
        ([("a", "US", OTHER[:80]), ("b", "US", OTHER[:78])], ["a", "b"], {}),
    ],
    ids=["word for word", "edited wire", "both sides", "both sides, edited", "another text", "no sides", "too short"],
)
def test_the_same_text_is_counted_once_a_side(rows, kept, marks, corpus_of):
    corpus = corpus_of("id side text", rows, part_size=1)
    documents = corpus.documents.set_index("doc_id")
    assert documents.index.tolist() == kept
    assert documents["duplicate_of"].dropna().to_dict() == marks
    assert (documents["similarity"].dropna() >= 0.7).all()
    lost = corpus.rejected
    assert corpus.record["funnel"]["duplicates"] == len(rows) - len(kept) == len(lost)
    assert (lost["duplicate_of"] == "a").all()
    assert ((lost["similarity"] == 1) == lost["reason"].str.startswith("same words")).all()


def test_a_person_can_keep_a_text_that_is_nearly_the_same(tmp_path):
    (tmp_path / "in").mkdir()
    for name, text in (("a", WIRE), ("b", EDITED), ("c", WIRE)):
        (tmp_path / f"in/{name}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "m.csv").write_text("file,use\nb,caution\nc,main\n", encoding="utf-8")
    corpus = ah.build_corpus([tmp_path / "in"], tmp_path / "c", metadata=[tmp_path / "m.csv"])
    assert corpus.documents["doc_id"].tolist() == ["a", "b"], "word for word copies are never counted twice"
    assert corpus.documents.set_index("doc_id").loc["b", "duplicate_of"] == "a"


@pytest.mark.parametrize("n", [(4, 6), (4, 5), (0, 0)], ids=["often", "not often", "no pair"])
def test_collocations_of_parts_are_those_of_the_whole(n, tmp_path):
    """Nine occurrences are too few and ten enough, wherever they stand; all words count in the total."""
    checkpoints, frames = Checkpoints(tmp_path, tmp_path, "plan"), []
    for number in range(2):
        counts = {"rare": 30, "earths": 12, "cork": 20, "boats": 15, "talks": 500, f"once{number}": 1}
        words = pd.DataFrame(counts.items(), columns=["word", "n"])
        rows = [("rare", "earths", n[number], 3), ("talks", "cork", 4, 4)]
        pairs = pd.DataFrame(rows, columns=["first", "second", "n", "n_passages"])
        frames.append({"words": words, "pairs": pairs[[n[number] > 0] * 2]})
        checkpoints.write(number, "measured", frames[-1])
    words = pd.concat(frame["words"] for frame in frames).groupby("word", as_index=False).sum()
    pairs = pd.concat(frame["pairs"] for frame in frames).groupby(["first", "second"], as_index=False).sum()
    expected = find_collocations(words, pairs)
    assert expected["term"].tolist() == (["rare earths"] if sum(n) >= 10 else [])
    sum_collocations(checkpoints, 0)
    found = checkpoints.read(0, "summed", "collocations")
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
