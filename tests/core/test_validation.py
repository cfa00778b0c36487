"""Validation: on paper, by simulation of invented populations, against ppi-python, and against the gold codes."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri
from scipy.stats import norm, t

import analysis_helpers as ah
from tests.conftest import ORIGINALS

GOLD = ORIGINALS.parent / "gold"
STRATA = ["only", "both", "relationship"]
BALANCED, COOL, COLD = (0.3, 0.4, 0.3), (0.45, 0.4, 0.15), (0.65, 0.3, 0.05)  # shares of -1, 0, 1
DAYS = {"icc": 0.2, "clusters": "date"}
CASES = [([BALANCED], [20], {}), ([COOL], [40], {}), ([COLD], [80], {}), ([BALANCED], [20], DAYS), ([COOL], [80], DAYS)]
CASES += [([COLD, COOL, (0.1, 0.3, 0.6)], [20, 15, 8], {})]


def corpus_from(rows):
    """A corpus of Chinese officials on the United States: a row a sentence, with document, stratum and attitude."""
    own = {"side": "CN", "language": "en", "group": "line", "date": pd.Timestamp("2020-06-01"), "date_precision": "day"}
    given = {"n_words": 20, "n_characters": 60, "mentions_us": 1, "speaker": "x", "speaker_side": "CN", "kind": "body"}
    rows = pd.DataFrame(own | given | dict(rows)).rename(columns={"attitude": "attitude_to_us"})
    rows = rows.assign(passage_id=rows["doc_id"], attitude_to_cn=np.nan, tone_vader=0.0)
    rows["mentions_cn"] = (rows["stratum"] == "both").astype("int64")
    rows["mentions_relationship"] = (rows["stratum"] == "relationship").astype("int64")
    documents = rows[["doc_id", *own]].drop_duplicates("doc_id")
    passages = rows[["passage_id", "doc_id", "kind", "speaker"]].drop_duplicates("doc_id")
    sentences = rows.drop(columns=["doc_id", *own, "kind", "speaker", "stratum"])
    rest = dict.fromkeys(["counts", "removed", "rejected"], passages.head(0))
    return ah.Corpus({"documents": documents, "passages": passages, "sentences": sentences, **rest}, {})


def code(rows, labels, **more):
    """Labels of sentences drawn from a known number, with the attitude as the score of another model."""
    given = {"side": "CN", "target": "US", "language": "en", "group": "line", "year": np.nan, "set": "sample"}
    given |= {"coder": "a", "unsure": 0, "wrong": 0, "n_in_cell": 100, "label": labels, "score": rows["attitude"]}
    return rows[["sentence_id", "doc_id", "stratum"]].assign(**given | more)


def simulate(shares, n, n_draws, icc=0.0, clusters=None):
    """Draw populations with codes of known shares, code as many of each stratum: the table, the truth, the model alone.

    Documents have 1 to 3 sentences that are alike; five a day are, by `icc`; the model is half a point too warm.
    """
    random, size = np.random.default_rng(20), max(100, 2 * max(n))
    doc = np.repeat(np.arange(n_draws * size), random.integers(1, 4, n_draws * size))
    units = zip([icc, 0.4, 0.6 - icc], [doc // 5, doc, np.arange(len(doc))], strict=True)
    latent = sum(np.sqrt(part) * random.normal(size=unit.max() + 1)[unit] for part, unit in units)
    stratum = random.integers(0, len(shares), len(doc))
    low, high = ndtri(np.cumsum(shares, axis=1)[:, :2])[stratum].T
    rows = pd.DataFrame({"doc_id": doc, "stratum": np.array(STRATA)[stratum], "group": doc // size}).astype("str")
    rows["sentence_id"] = [f"s{number}" for number in range(len(rows))]
    rows["date"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(doc // 5 % 20_000, unit="D")
    rows["attitude"] = np.tanh(0.8 * latent + 0.6 * random.normal(size=len(doc)) + 0.5)
    corpus, rows = corpus_from(rows), rows.assign(label=(latent > high).astype("int64") - (latent < low))
    drawn = rows.iloc[random.permutation(len(rows))].drop_duplicates(["doc_id", "stratum"])
    wanted = drawn["stratum"].map(dict(zip(STRATA, n, strict=False)))
    drawn = drawn[drawn.groupby(["group", "stratum"]).cumcount() < wanted]
    labels = code(drawn, drawn["label"], group=drawn["group"])
    truth = np.mean([share[2] - share[0] for share in shares])
    return ah.corrected_mean(corpus, labels, "group", clusters=clusters), truth, rows["attitude"].mean()


@pytest.mark.parametrize(("shares", "n", "more"), CASES)
def test_intervals_cover_as_they_say(shares, n, more):
    """In 1,000 invented populations the truth is in .93 to .97 of intervals; the model alone is far from it."""
    table, truth, naive = simulate(shares, n, 1_000, **more)
    told = table.dropna(subset="low")
    assert len(told) > 850, "20 codes can fall on too few days"
    assert 0.93 <= (told["low"].le(truth) & told["high"].ge(truth)).mean() <= 0.97
    assert abs(told["mean"].mean() - truth) < 0.015
    assert naive - truth > 0.25
    assert (told["high"] - told["low"]).mean() < 0.95 * (told["codes_high"] - told["codes_low"]).mean()


@pytest.fixture(scope="module")
def on_paper():
    """Sixteen documents of a sentence, eight of them coded and scored half their codes, others .5; four have a second.

    The weight is 1, since 1.96 were best: 7/32 - 1/8 + 1/16 = 5/32. With d for a code less their mean, a coded document
    moves it by 3/32 d - 9/512, another by 9/512; the squares of d sum up to 4.875.
    """
    labels = np.array([-1, -1, -1, 0, 0, 0, 1, 1])
    rows = pd.DataFrame({"doc_id": [*"abcdefghijklmnop"], "stratum": "only", "attitude": [*labels / 2, *[0.5] * 8]})
    rows = pd.concat([rows, rows.tail(4).assign(stratum="both")]).assign(sentence_id=[f"s{n}" for n in range(20)])
    return corpus_from(rows), code(rows.head(8), labels)


def test_corrected_mean_on_paper(on_paper):
    row, other = (ah.corrected_mean(*on_paper, estimand=name).loc[0] for name in ("all that name it", "only the other"))
    assert row[["n_codes", "n_documents", "n_frame", "weight", "reason"]].tolist() == [8, 8, 16, 1, ""]
    arm = t.ppf(0.975, 6) * np.sqrt(8 / 6 * (9 * 4.875 / 1024 + 8 * (9 / 512) ** 2) + 8 * (9 / 512) ** 2)
    assert row[["mean", "low", "high"]].tolist() == pytest.approx([5 / 32, 5 / 32 - arm, 5 / 32 + arm], abs=1e-5)
    difference = ah.compare_means(row, row)
    assert difference[:3] == pytest.approx((0, -np.sqrt(2) * arm, np.sqrt(2) * arm), abs=1e-5)
    arm = t.ppf(0.975, 7) * np.sqrt(4.875 / 7 / 8)
    assert row[["codes_mean", "codes_low", "codes_high"]].tolist() == pytest.approx([-1 / 8, -1 / 8 - arm, arm - 1 / 8])
    assert (row["share_left_out"], other["share_left_out"]) == (2 / 16, 0), "half of each of four documents"
    assert row["strata"] == "only"
    assert other["mean"] == row["mean"]
    with pytest.raises(
        ah.TalksError, match="rows about 'all that name it' and 'only the other'; expected sentences of one kind"
    ):
        ah.compare_means(row, other)


@pytest.mark.parametrize(("n_both", "refused"), [(10, True), (1, False)])
def test_rows_of_different_strata_are_compared_where_one_leaves_out_next_to_nothing(n_both, refused):
    """Both lines have 40 documents on the other country alone; 10 (or 1) of line b name both, and none was coded."""
    rows = pd.DataFrame({"group": ["a"] * 50 + ["b"] * (40 + n_both), "attitude": 0.0})
    rows["doc_id"] = rows["sentence_id"] = rows.index.astype("str")
    rows["stratum"] = ["only"] * 40 + ["both"] * 10 + ["only"] * 40 + ["both"] * n_both
    drawn = rows[(rows.index < 50) | (rows["stratum"] == "only")]
    labels = code(drawn, np.arange(len(drawn)) % 3 - 1, group=drawn["group"])
    first, second = (row for _, row in ah.corrected_mean(corpus_from(rows), labels, "group").iterrows())
    assert (first["strata"], second["strata"]) == ("only, both", "only")
    if refused:
        with pytest.raises(ah.TalksError, match="about 'only, both' and 'only'; expected sentences of one kind"):
            ah.compare_means(first, second)
    else:
        assert ah.compare_means(first, second).low < 0
    alike = ah.corrected_mean(corpus_from(rows), labels, "group", estimand="without the relationship")
    assert alike["mean"].tolist() == [first["mean"], second["mean"]], "there is no sentence on the relationship"


def test_codes_of_a_thinly_coded_year_weigh_more():
    """Of 80 documents of 2019 a half is coded, of 80 of 2020 a tenth: together the mean of the two years."""
    rows = pd.DataFrame({"year": [2019] * 80 + [2020] * 80, "stratum": "only", "attitude": 0.0})
    rows["doc_id"] = rows["sentence_id"] = rows.index.astype("str")
    rows["date"] = pd.to_datetime(rows["year"].astype("str") + "-05-01")
    drawn = rows[(rows.index < 40) | (rows.index >= 152)]
    label = np.where(drawn["year"] == 2019, -1, 1) * (np.arange(48) % 4 > 0)
    table = ah.corrected_mean(corpus_from(rows.drop(columns="year")), code(drawn, label, year=drawn["year"]), "group")
    assert table.loc[0, "codes_mean"] == pytest.approx((-0.75 + 0.75) / 2, abs=1e-6)


def test_reference_values():
    """Those of ppi-python 0.2.3, numpy 2.4.6: `ppi_mean_ci(read[:40], score[:40], score, alpha=0.05)`; also `lam=0`.

    It takes the normal distribution, divides by n, and takes the 40 for others than the 3,000, which is little here.
    """
    number = np.arange(3000)
    score, read = np.sin(number), np.sin(number) + 0.9 * np.cos(3 * number)
    rows = pd.DataFrame({"sentence_id": number, "doc_id": number}).astype("str").assign(stratum="only", attitude=score)
    labels = (read > 0.4).astype("int64") - (read < -0.2)
    row = ah.corrected_mean(corpus_from(rows), code(rows.head(40), labels[:40])).loc[0]
    assert 0 < row["weight"] < 1
    assert row["mean"] == pytest.approx(-0.07264966, abs=1e-3)
    wider = [t.ppf(0.975, free) / norm.ppf(0.975) * np.sqrt(40 / free) for free in (38, 39)]
    assert row["high"] - row["low"] == pytest.approx((0.11571476 + 0.26101407) * wider[0], rel=0.01)
    assert row["codes_high"] - row["codes_low"] == pytest.approx((0.20881545 + 0.30881545) * wider[1], abs=1e-5)


def test_what_cannot_be_estimated_is_refused(on_paper):
    corpus, labels = on_paper
    bare = corpus.replace(sentences=corpus.sentences.drop(columns="attitude_to_us"))
    mixed = corpus.replace(documents=corpus.documents.assign(language=["zh", "en"] * 8))
    for arguments, message in (
        ((bare, labels.drop(columns="n_in_cell")), "no attitude_to_us, n_in_cell; .* build it"),
        ((corpus, labels.assign(score=np.nan, stratum=None)), "no stratum, score; expected"),
        ((corpus, labels, "target"), "unknown column 'target'"),
        ((corpus, labels.assign(target="CN")), "no label can correct this corpus"),
        ((mixed, labels, "group"), "several languages .*zh 8, en 8"),
    ):
        with pytest.raises(ah.TalksError, match=message.replace("build it", r"\(build it again\)")):
            ah.corrected_mean(*arguments)
    for told, clusters, reason in (
        (labels.head(7), None, "7 coded documents in a stratum; expected 8"),
        (labels.assign(label=[0] * 4 + [1] * 4), None, "4 coded documents without the commonest code; expected 5"),
        (labels, "date", "1 coded clusters, were they equal; expected 10"),
    ):
        row = ah.corrected_mean(corpus, told, clusters=clusters).loc[0]
        assert (row["reason"], row[["low", "codes_high"]].isna().all()) == (reason, True)


@pytest.mark.parametrize(("cell", "found"), [("2", "2"), ("", "nan")])
def test_labels_are_checked(tmp_path, cell, found):
    (tmp_path / "own.csv").write_text(f"sentence_id,doc_id,side,target,label\ns1,d1,CN,US,1\ns2,d2,CN,US,{cell}\n")
    with pytest.raises(ah.TalksError, match=f"own.csv row 3: label is {found}.*; expected -1, 0, 1; correct it"):
        ah.load_labels(tmp_path / "own.csv")


def test_coders_on_paper():
    """Three of four agree: (.75 - .3125) / (1 - .3125); the squares of differences are .25, expected 2 * 39 / 56."""
    codes = pd.DataFrame({"sentence_id": [*"abcd"] * 2, "target": "US", "coder": [1] * 4 + [2] * 4})
    row = ah.coder_agreement(codes.assign(label=[1, 1, 0, -1, 1, 0, 0, -1])).loc[0]
    assert row.tolist() == pytest.approx([0.636364, 1 - 0.25 / (2 * 39 / 56), 4], abs=1e-6)


def test_instruments_on_paper(on_paper):
    """Cuts by six codes; of four others one is reversed. US: code = 2 score; CN: half a point cooler at equal score."""
    score = [-0.8, -0.6, -0.1, 0.1, 0.6, 0.8, -0.7, 0, 0.7, 0.7]
    rows = pd.DataFrame({"sentence_id": [*"abcdefghij"], "doc_id": range(10), "stratum": "only", "attitude": score})
    labels = code(
        rows, [-1, -1, 0, 0, 1, 1, -1, 0, 1, -1], set=["train"] * 6 + ["countries"] * 4, score_validation=score
    )
    names = ["score_validation", "constant"]
    table = ah.instrument_agreement(on_paper[0], labels, names)
    assert table["f1"].tolist() == pytest.approx([(2 / 3 + 1 + 2 / 3) / 3, 2 / 9], abs=1e-6)
    assert table["reversals"].tolist() == [1, 1]
    labels = labels.head(6).assign(set="countries", side=["US"] * 3 + ["CN"] * 3, target=["CN"] * 3 + ["US"] * 3)
    labels = labels.assign(label=[-1, 0, 1] * 2, score_validation=[-0.5, 0, 0.5, -0.25, 0.25, 0.75])
    row = ah.instrument_agreement(on_paper[0], labels, names).loc[0]
    assert row[["differential", "low", "high"]].tolist() == pytest.approx([-0.5] * 3)


def place(n, label, **more):
    """Codes of tariffs, each in a document of its own, and a corpus of these."""
    rows = pd.DataFrame({"sentence_id": range(n), "stratum": "-", "attitude": 0.0}).astype({"sentence_id": "str"})
    given = {"set": "positions", "target": "tariffs", "whose": "US", "year": 2018, "n_in_cell": 90}
    rows["doc_id"] = rows["sentence_id"]
    return corpus_from(rows), code(rows, label, **given | more)


def test_positions_on_paper():
    """Where all agree, the share of others is under 1 - .025 ** (1 / n) (Clopper and Pearson)."""
    row = ah.positions(*place(15, -1)).loc[0]
    assert row[["period", "mean", "low", "n_codes", "mix"]].tolist() == ["2017-2020", -1, -1, 15, "US 15"]
    assert row["high"] == pytest.approx(-(0.025 ** (1 / 15)), abs=1e-6)
    row = ah.positions(*place(16, [1, 0] * 8)).loc[0]
    assert row["high"] == pytest.approx(0.5 + t.ppf(0.975, 15) * np.sqrt(0.25 / 15), abs=1e-6)
    for n, more, reason in (
        (14, {}, "14 codes; expected 15"),
        (12, {"n_in_cell": 12}, ""),
        (15, {"doc_id": "1"}, "1 do"),
    ):
        row = ah.positions(*place(n, -1, **more)).loc[0]
        assert (row["coded_whole"], row["reason"][: len(reason)]) == ("n_in_cell" in more, reason)
    assert ah.positions(*place(15, -1, n_in_cell=np.nan)).empty
    assert ah.positions(*place(16, -1, wrong=[1, 0] * 8)).loc[0, "n_codes"] == 8


@pytest.mark.skipif(not GOLD.is_dir(), reason="the gold codes are not on this machine")
def test_positions_of_the_gold_codes():
    """As computed by others: means of codes and their number, by object, owner, side and period."""
    expected = {("tariffs", "US", "US", "2017-2020"): (0.9, 30), ("tariffs", "US", "CN", "2025"): (-0.82, 33)}
    expected |= {("export controls", "CN", "CN", "2025"): (0.6, 35), ("TikTok", "-", "US", "2017-2020"): (-0.81, 18)}
    codes = pd.concat(pd.read_csv(GOLD / f"positions_{code}.csv").assign(language=code) for code in ("en", "zh"))
    codes = codes.rename(columns={"speaker": "side"}).assign(set="positions")
    codes = pd.concat([codes, codes.assign(label=codes["label_b"]).dropna(subset="label")])
    design = pd.read_csv(GOLD / "design_positions.csv").rename(columns={"speaker": "side", "n_sentences": "n_in_cell"})
    labels = codes.merge(design, how="left")
    given = ["sentence_id", "doc_id", "language", "stratum", "attitude"]
    corpus = corpus_from(labels.assign(stratum="-", attitude=0.0)[given])
    table = ah.positions(corpus, labels).set_index(["target", "whose", "side", "period"])
    for key, found in expected.items():
        assert tuple(table.loc[key, ["mean", "n_codes"]].round(2)) == pytest.approx(found, abs=0.006), key
