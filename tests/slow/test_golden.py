"""A build of 2,000 documents gives the tables that it gave: a digest of every column of every table."""

import gzip
from itertools import islice

import pytest

import analysis_helpers as ah
from tests.conftest import ORIGINALS
from tests.golden.compare import compare_digests, digest_tables

SCALE = ORIGINALS.parent / "scale/scale_10k.jsonl.gz"


def test_two_thousand_documents_give_the_same_columns(tmp_path, monkeypatch):
    if not SCALE.is_file():
        pytest.skip("the large input is not on this machine")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    with gzip.open(SCALE, "rb") as lines:
        (tmp_path / "scale_2k.jsonl").write_bytes(b"".join(islice(lines, 2_000)))
    ah.build_corpus([tmp_path / "scale_2k.jsonl"], tmp_path / "corpus", workers=2)
    assert list(compare_digests(digest_tables(tmp_path / "corpus"))) == []
