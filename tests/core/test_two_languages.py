"""Nine years in two languages: what is never counted together, dates that are known roughly, shares at equal length."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

import analysis_helpers as ah

DAYS = {"start_date": pd.Timestamp("2019-05-05"), "end_date": pd.Timestamp("2019-05-06")}
TALKS = pd.DataFrame([{"talk_id": "t"} | DAYS])
WORDS = {"tariffs": ["tariffs"]}


@pytest.fixture(scope="module")
def both(corpus_of):
    """Sixteen texts, of which half are taken for Chinese; the first of these is the twin of the first English one."""
    rows = []
    for code in ("en", "zh"):
        for i in range(8):
            words = "grain harvest farm" if i % 4 < 2 else "missile radar navy"
            text = f"We welcome tariffs on {words}. Bad talk number {i} of {code} hurts."
            rows.append((f"{code}{i}", "US" if i % 2 else "CN", f"2019-05-{i + 1:02d}", text))
    corpus = corpus_of("id side date text", rows, at_random=True)
    documents = corpus.documents.assign(language=corpus.documents["doc_id"].str[:2])
    twins = documents["doc_id"].map({"en0": "zh0", "zh0": "en0"})
    return corpus.replace(documents=documents.assign(twin_id=twins))


def _table(corpus):
    return corpus.documents.assign(tone=np.arange(len(corpus.documents)) % 5)


COUNTING = {
    "rates": lambda c: ah.rates(c, WORDS, by="side"),
    "compare_rates": lambda c: ah.compare_rates(c, WORDS, by="side"),
    "keyness": lambda c: ah.keyness(c, min_documents=1, n_draws=9),
    "keyness within": lambda c: ah.keyness(c, within=["language"], min_documents=1, n_draws=9),
    "fit_topics": lambda c: ah.fit_topics(c, 2),
    "choose_n_topics": lambda c: ah.choose_n_topics(c, [2], n_draws=2),
    "compare_tone": lambda c: ah.compare_tone(c, by=["side", "year"]),
    "event_window": lambda c: ah.event_window(c, TALKS),
    "permutation_p": lambda c: ah.permutation_p(_table(c), "tone"),
    "interaction_p": lambda c: ah.interaction_p(_table(c).assign(half=1), "tone", "half", 1, 2),
}
OFFERED = {"rates", "compare_tone", "event_window"}


@pytest.mark.parametrize("name", COUNTING)
def test_two_languages_and_twins_are_never_counted_together(both, name):
    remedy = r'; write corpus\.where\(language="en"\)' + (', or by="language"$' if name in OFFERED else "$")
    alone = both.replace(documents=both.documents.drop(columns="twin_id"))
    for corpus, found in ((alone, "the texts are in several languages"), (both, "texts stand beside their twins")):
        with pytest.raises(ah.TalksError, match=rf"{found}.* \(en 8, zh 8\); expected one.*{remedy}"):
            COUNTING[name](corpus)
    untold = both.documents.assign(language=both.documents["language"].where(both.documents["language"] == "en"))
    with pytest.raises(ah.TalksError, match=r"texts stand beside their twins in another language \(en 8\)"):
        COUNTING[name](both.replace(documents=untold))
    assert COUNTING[name](both.where(language="en")) is not None


def test_a_model_of_one_language_is_asked_of_it(both):
    model = ah.fit_topics(both.where(language="en"), 2)
    for ask in (ah.typical_documents, lambda c, m: ah.compare_topics(c, m, by="side")):
        with pytest.raises(ah.TalksError, match="texts stand beside their twins"):
            ask(both, model)


def test_languages_stand_side_by_side(both):
    table = ah.coverage(both, by="side").set_index(["side", "language"])["n_documents"]
    assert table.to_dict() == {(side, code): 4 for side in ("US", "CN") for code in ("en", "zh")}
    assert ah.count_questions(both, by="side")["language"].tolist() == ["en", "zh"] * 2
    assert len(ah.coverage(both, by="doc_id")) == 16
    assert "language" not in ah.coverage(both.where(language="zh"), by="side")
    assert str(both).startswith("Corpus: 8 documents, ")
    assert "8 documents, " in str(both).partition("(en); ")[2]
    assert ah.coverage(both, by="month")["n_documents"].tolist() == [8, 8]
    counted = ah.rates(both, WORDS, by=["side", "language"], period="year").set_index(["side", "language"])
    assert counted["n_documents"].tolist() == [4] * 4
    assert counted["kappa"].isna().all(), "nobody measured how far the lists of a user agree"
    assert ah.compare_tone(both, by="language")["n_documents"].tolist() == [8, 8]
    assert len(ah.rates(both, WORDS, by="doc_id")) == 16


def test_a_text_whose_language_is_not_told_changes_nothing(both):
    english = both.where(language="en")
    some = english.documents.assign(language=english.documents["language"].where(english.documents.index > 2))
    pd.testing.assert_frame_equal(ah.rates(english.replace(documents=some), WORDS), ah.rates(english, WORDS))


PRECISIONS = {"en1": "window", "en2": "month", "en3": "year"}


@pytest.fixture(scope="module")
def roughly(both):
    english = both.where(language="en")
    precision = english.documents["doc_id"].map(PRECISIONS).fillna("day")
    return english.replace(documents=english.documents.assign(date_precision=precision))


@pytest.mark.parametrize(
    ("dates", "days"),
    [
        (("2019-05-01", "2019-05-13"), {"en0", "en4", "en5", "en6", "en7"}),
        (("2019-05-01", "2019-05-14"), {"en0", "en1", "en4", "en5", "en6", "en7"}),
        (("2019-05-01", "2019-05-31"), {"en0", "en1", "en2", "en4", "en5", "en6", "en7"}),
        (("2019-01-01", "2019-12-30"), {"en0", "en1", "en2", "en4", "en5", "en6", "en7"}),
        (("2019-01-01", "2019-12-31"), {f"en{i}" for i in range(8)}),
    ],
)
def test_a_span_takes_dates_that_are_exact_enough(roughly, dates, days):
    """Estimated dates need 14 days, a month its whole month, a year its whole year."""
    assert set(roughly.where(date=slice(*dates)).documents["doc_id"]) == days


def test_rough_dates_are_left_out_below_and_said(roughly):
    found = {
        "year": ah.rates(roughly, WORDS, period="year"),
        "month": ah.rates(roughly, WORDS, period="month"),
        "week": ah.rates(roughly, WORDS, period="week"),
        "tone": ah.compare_tone(roughly, by="month"),
        "window": ah.event_window(roughly, TALKS, days=13),
        "wide": ah.event_window(roughly, TALKS, days=14),
        "topics": ah.compare_topics(roughly, ah.fit_topics(roughly, 2), by="week"),
    }
    left_out = {name: table.attrs["n_undated"] for name, table in found.items()}
    assert left_out == {"year": 0, "month": 1, "week": 3, "tone": 1, "window": 3, "wide": 2, "topics": 3}
    below = ah.plot_rates(found["week"], note="Counts.").figure.texts[-1].get_text()
    assert below == "Counts.\n3 texts are left out, because their dates are less exact."


@pytest.fixture(scope="module")
def longer(corpus_of):
    """In 2018 three of four texts are long, in 2017 one of four; of long ones 3 of 4 name tariffs, of short ones 1."""
    rng, rows = np.random.default_rng(7), []
    drawn = [
        first + second + third for first in "bdfgk" for second in ("al", "en", "or", "ut") for third in "abdfgnrst"
    ]
    for year, n_long in ((2017, 20), (2018, 60)):
        for i in range(80):
            filler = " ".join(rng.choice(drawn, int(rng.integers(1, 20)) + (150 if i < n_long else 30)))
            names = "Tariffs " if i % 4 < (3 if i < n_long else 1) else "Wheat "
            day = date(year, 1, 1) + timedelta(days=i // 2)
            rows.append((f"{year}-{i}", "CN", day.isoformat(), f"{names}note{year}x{i} {filler}"))
    return corpus_of("id side date text", rows, at_random=True)


def test_a_share_that_rises_because_texts_get_longer_does_not_rise_at_equal_length(longer):
    """By hand: raw 30 of 80 and 50 of 80; at equal length, half of the texts long in both years, 1/2 and 1/2."""
    table = ah.rates(longer, WORDS, by="side", period="year")
    assert (table["n_using"] / table["n_documents"]).tolist() == [30 / 80, 50 / 80]
    assert table["share"].tolist() == pytest.approx([0.5, 0.5], abs=0.03)
    assert (table["share_low"] < 0.5).all()
    assert (table["share_high"] > 0.5).all()
    by_day, by_week = (ah.rates(longer, WORDS, by="side", period="year", clusters=name) for name in ("date", "week"))
    assert by_day["n_clusters"].tolist() == [40, 40]
    assert by_week["n_clusters"].tolist() == [6 + 1, 6]  # 1 January 2017 was a Sunday, 2018 began on a Monday
    assert by_day["share"].equals(table["share"])


def test_a_share_needs_two_texts_in_each_quarter_of_length(longer):
    n_words = longer.documents.set_index("doc_id")["n_words"]
    own = longer.documents["date"].dt.year.eq(2018) & (n_words[longer.documents["doc_id"]] > 100).to_numpy()
    earlier = longer.documents["date"].dt.year.eq(2017)
    part = longer.where(doc_id=list(longer.documents.loc[own | earlier, "doc_id"]))
    shares = ah.rates(part, WORDS, by="side", period="year")["share"]
    assert shares.notna().tolist() == [True, False]


def test_nine_years_are_drawn_with_their_gaps_and_languages_apart():
    rows = [
        {"concept": concept, "year": pd.Period(str(year), "Y"), "speaker_side": side, "language": code, "kappa": kappa,
         "rate": 2.0, "low": 1.0, "high": 3.0, "share": 0.3, "share_low": 0.2, "share_high": 0.4,
         "n": 40, "n_using": 20, "n_documents": 30 if year != 2024 else 19, "n_words": 9_000}
        for concept, kappa in (("Taiwan", 0.93), ("fairness", 0.6), ("own words", np.nan))
        for side, code, years in (("US", "en", range(2017, 2026)), ("CN", "zh", range(2017, 2025)),
                                  ("CN", "en", (2018, 2019, 2020, 2025)))
        for year in years
    ]  # fmt: skip
    for value, height in (("share", 0.3), ("rate", 2.0)):
        ax = ah.plot_rates(pd.DataFrame(rows), value=value)
        panel, texts = ax.child_axes
        assert [one.get_label() for one in ax.child_axes] == ["Taiwan", "Number of texts"]
        lines = {}
        for line in panel.lines:
            if len(line.get_xdata()) == 9 and np.nanmax(line.get_ydata()) == height:
                lines[line.get_color(), line.get_linestyle()] = np.isnan(line.get_ydata())
        gaps = sorted("".join("-x"[int(gap)] for gap in gaps) for gaps in lines.values())
        assert gaps == ["-------x-", "-------xx", "x---xxxx-"], "2024 has 19 texts; a hole stays a hole"
        assert len(texts.patches) == 27
        words = [text.get_text() for text in ax.texts]
        assert {"United States, en", "China, zh", "China, en"} <= set(words)
        assert words[-1].endswith("not known: fairness (0.60), own words (not measured)")
        assert "lists agree at 0.93" in [text.get_text() for text in panel.texts]


def test_the_agreement_of_lists_is_read():
    table = ah.load_agreement().set_index(["dictionary", "concept"])
    assert set(table.loc["agenda"].index) == set(ah.load_dictionary("agenda"))
    assert table["kappa"].dropna().between(-1, 1).all()
