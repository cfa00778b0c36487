"""The shipped codes: joined to the shipped corpus, without text, and drawn from cells that it still holds."""

import pandas as pd
import pytest

import analysis_helpers as ah
from tests.conftest import ROOT

DATA = ROOT / "data"
VALUES = {
    "whose": ["US", "CN", "joint", "third", "general", "-"],
    "stratum": ["only", "both", "relationship", "none"],
    "set": ["train", "sample", "countries", "positions"],
    "coder": ["pass 1", "pass 2"],
} | {name: [0, 1] for name in ("unsure", "wrong", "demand")}
CELL = ["side", "language", "group", "year", "stratum"]


@pytest.fixture(scope="module")
def labels():
    return pd.read_csv(DATA / "labels.csv", keep_default_na=False, na_values=[""])


def test_every_label_is_of_a_sentence_of_the_corpus_and_holds_no_text(labels, shipped):
    rows = shipped.sentences[["sentence_id", "passage_id"]].merge(shipped.passages[["passage_id", "doc_id"]])
    joined = labels.merge(rows.merge(shipped.documents[["doc_id", "side", "language"]]))
    assert len(joined) == len(labels) > 7_000
    assert (
        labels.select_dtypes("str").drop(columns=["sentence_id", "doc_id"]).map(len, na_action="ignore").max().max()
        < 25
    )
    assert {name for name, values in VALUES.items() if not labels[name].dropna().isin(values).all()} == set()
    assert labels[["label", "score", "score_validation"]].abs().max().max() <= 1
    assert not labels.duplicated(["sentence_id", "target", "coder"]).any()
    countries = labels[labels["set"] == "countries"]
    assert countries.groupby(["sentence_id", "target"])["coder"].nunique().eq(2).all()
    assert labels["score_validation"].notna().sum() > 0.9 * len(countries)
    assert labels.loc[labels["target"] == labels["side"], "n_in_cell"].isna().all()


def test_the_cells_of_countries_are_those_of_the_shipped_corpus(labels, shipped):
    rows = shipped.sentences.merge(shipped.passages[["passage_id", "doc_id", "kind"]], on="passage_id")
    rows = rows.merge(shipped.documents[["doc_id", "side", "language", "group", "date"]], on="doc_id")
    rows = rows[rows["kind"].eq("body") & rows["speaker_side"].eq(rows["side"]) & rows["group"].ne("none")]
    english, american = rows["language"] == "en", rows["side"] == "US"
    rows = rows[rows["n_words"].between(5, 90).where(english, rows["n_characters"].between(12, 220))]
    other, own = rows["mentions_cn"].where(american, rows["mentions_us"]), rows["mentions_us"] + rows["mentions_cn"]
    related = rows["mentions_relationship"].gt(0) & (other.gt(0) | ~english)
    stratum = other.gt(0).map({True: "only", False: None}).mask(own.gt(other) & other.gt(0), "both")
    found = rows.assign(year=rows["date"].dt.year, stratum=stratum.mask(related, "relationship"))
    design = pd.read_csv(DATA / "validation/design_countries.csv").set_index(CELL)
    assert found.groupby(CELL).size().to_dict() == design["n_sentences"].to_dict()
    assert found.groupby(CELL)["doc_id"].nunique().to_dict() == design["n_documents"].to_dict()
    assert design.groupby(CELL[:-1])["share"].sum().round(3).eq(1).all()
    drawn = labels[labels["n_in_cell"].notna() & labels["set"].ne("positions")].set_index(CELL)
    assert drawn["n_in_cell"].to_dict() == design.loc[drawn.index.unique(), "n_sentences"].to_dict()
    assert drawn.groupby(CELL)["sentence_id"].nunique().to_dict() == design["n_coded"].to_dict()


@pytest.mark.parametrize("name", ["countries", "positions"])
def test_a_cell_that_moved_by_over_5_percent_has_a_note(name):
    design = pd.read_csv(DATA / f"validation/design_{name}.csv").query("n_sentences.notna()")
    then = design["n_sentences_drawn_from"]
    assert ((design["n_sentences"] - then).abs() > 0.05 * then).eq(design["note"].notna()).all()
    assert (design["n_coded"] <= design["n_sentences"]).all()


def test_a_lost_label_that_is_not_listed_stops_the_script(originals, monkeypatch, tmp_path):
    """All documents are without sentences here, so that all labels are lost; one of them is listed."""
    monkeypatch.syspath_prepend(ROOT / "training")
    import labels as script

    codes = script.read_codes(originals.parent / "gold").head(2)
    nothing = pd.DataFrame(columns=["sentence_id", "doc_id", "side", "language", "group", "year", "period", "stratum"])
    _, lost = script.join_codes(codes, nothing.assign(in_frame=None))
    lost.head(1).to_csv(tmp_path / "lost.csv", index=False)
    with pytest.raises(ah.TalksError, match=f"1 labels are lost .*\n{lost['sentence_id'].iloc[1]}"):
        script.check_lost(lost, tmp_path / "lost.csv")
    lost.to_csv(tmp_path / "lost.csv", index=False)
    script.check_lost(lost, tmp_path / "lost.csv")
