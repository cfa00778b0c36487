"""Deduplication: numbers as by the plain definition, decisions by hand. Texts are invented."""

import re
import zlib

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

import analysis_helpers as ah
from analysis_helpers.build import deduplicate as deduplication
from analysis_helpers.build.deduplicate import BAND, BANDS, hash_bands, sign_texts
from tests.made_files import write

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


def sign_plainly(text):
    """What datasketch makes of the runs of five words, one by one."""
    words, signed = re.findall(r"\w+", text.lower()), MinHash(128, seed=1, hashfunc=zlib.crc32, scheme="affine32")
    for n in range(max(1, len(words) - 4)):
        signed.update(" ".join(words[n : n + 5]).encode())
    return signed.hashvalues.tolist()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join))))
def test_signatures_are_those_of_the_plain_definition(texts):
    assert sign_texts(texts).tolist() == [sign_plainly(text) for text in texts]


def test_a_long_text_is_signed_in_blocks(monkeypatch):
    monkeypatch.setattr(deduplication, "BLOCK", 10)
    text = " ".join(np.random.default_rng(5).choice(WORDS, 99))
    assert sign_texts([text]).tolist() == [sign_plainly(text)]


def test_the_bands_are_those_of_datasketch():
    """Those of its index for pairs from 0.5 on."""
    index = MinHashLSH(threshold=0.5, num_perm=128)
    assert (index.b, index.r) == (BANDS, BAND)
    signatures = np.arange(256, dtype="uint32").reshape(2, 128) % 128
    assert (hash_bands(signatures)[0] == hash_bands(signatures)[1]).all()
    signatures[1, 7] = 200
    assert np.flatnonzero(hash_bands(signatures)[0] != hash_bands(signatures)[1]).tolist() == [7 // BAND]
    assert len(np.unique(hash_bands(np.full((1, 128), 7, dtype="uint32")))) == BANDS, "bands are told apart"


SAME = {  # side and text of a, b, ...; those kept; which repeats which
    "word for word": ([("US", WIRE), ("US", WIRE)], "a", {}),
    "edited wire": ([("US", WIRE), ("US", EDITED)], "a", {}),
    "both sides": ([("US", WIRE), ("CN", WIRE)], "ab", {"b": "a"}),
    "both sides, edited": ([("US", WIRE), ("CN", EDITED)], "ab", {"b": "a"}),
    "another text": ([("US", WIRE), ("US", OTHER)], "ab", {}),
    "no sides": ([("", WIRE), ("", EDITED), ("", OTHER)], "ac", {}),
    "too short": ([("US", OTHER[:80]), ("US", OTHER[:78])], "ab", {}),
}


@pytest.mark.parametrize(("rows", "kept", "marks"), SAME.values(), ids=SAME)
def test_the_same_text_is_counted_once_a_side(rows, kept, marks, corpus_of):
    corpus = corpus_of("id side text", [(name, *row) for name, row in zip("abc", rows, strict=False)], part_size=1)
    documents = corpus.documents.set_index("doc_id")
    assert documents.index.tolist() == list(kept)
    assert documents["duplicate_of"].dropna().to_dict() == marks
    assert (documents["similarity"].dropna() >= 0.7).all()
    lost = corpus.rejected
    assert corpus.record["funnel"]["duplicates"] == len(rows) - len(kept) == len(lost)
    assert (lost["duplicate_of"] == "a").all()
    assert ((lost["similarity"] == 1) == lost["reason"].str.startswith("same words")).all()


@pytest.mark.parametrize("part_size", [1, 7, 500])
def test_the_first_of_each_side_is_kept_wherever_parts_end(part_size, corpus_of):
    rng, rows, kept = np.random.default_rng(7), [], {}
    for n in range(30):
        number, side = int(rng.integers(4)), str(rng.choice(["US", "CN"]))
        rows.append((f"d{n:02d}", side, (WIRE, EDITED, OTHER, OTHER.upper())[number]))
        kept.setdefault((number // 2, side), f"d{n:02d}")
    corpus = corpus_of("id side text", rows, part_size=part_size)
    assert corpus.documents["doc_id"].tolist() == sorted(kept.values())
    assert corpus.record["funnel"] == {"read": 30, "kept": 4, "duplicates": 26, "rejected": 0}
    firsts = {min(kept[group, side] for side in ("US", "CN")) for group in (0, 1)}
    assert set(corpus.documents["duplicate_of"].dropna()) == firsts


def test_a_person_can_keep_a_text_that_is_nearly_the_same(tmp_path):
    texts = {"in/a.txt": WIRE, "in/b.txt": EDITED, "in/c.txt": WIRE}
    write(tmp_path, texts | {"m.csv": "file,use\nb,caution\nc,main\n"})
    corpus = ah.build_corpus([tmp_path / "in"], tmp_path / "c", metadata=[tmp_path / "m.csv"])
    assert corpus.documents["doc_id"].tolist() == ["a", "b"], "word for word copies are never counted twice"
    assert corpus.documents.set_index("doc_id").loc["b", "duplicate_of"] == "a"
