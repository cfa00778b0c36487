"""Figures: what is drawn, where, and whether it can be told apart; never pixels."""

import inspect
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Circle, Rectangle

import analysis_helpers as ah
from analysis_helpers.plots.counts import readable
from analysis_helpers.plots.style import LINES, MARKERS, THEMES
from analysis_helpers.plots.timeline import LANES, add_lane, lane_gaps, pack
from tests.core.conftest import boxes_apart


def _texts(ax):
    return [text.get_text() for text in ax.texts]


def _marks(panel, hollow=(True, False), theme="light"):
    marks = [line for line in panel.lines if line.get_marker() in ("o", "D")]
    return [line for line in marks if (line.get_markerfacecolor() == THEMES[theme]["ground"]) in hollow]


def _frame(columns, *rows):
    return pd.DataFrame(rows, columns=columns.split())


def _xyz(color, vision=None):
    """CIE coordinates of a colour, as a reader with this vision sees it (IEC 61966-2-1)."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    if vision:
        linear = np.clip(np.array(VISION[vision]) @ linear, 0, 1)
    return np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear


def _contrast(one, other):
    dark, light = sorted([_xyz(one)[1], _xyz(other)[1]])
    return (light + 0.05) / (dark + 0.05)


# Machado, Oliveira and Fernandes (2009), severity 1.0, applied to linear RGB.
VISION = {
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def _lab(color, vision=None):
    ratio = _xyz(color, vision) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", [None, *VISION])
def test_the_sides_differ_for_every_reader(theme, vision):
    """CIE76 distance: above 20 two colours are plainly different; grey copies are served by shape, line and hatch."""
    assert MARKERS["US"][0] != MARKERS["CN"][0]
    assert LINES["US"] != LINES["CN"]
    colors = THEMES[theme]
    assert np.linalg.norm(_lab(colors["US"], vision) - _lab(colors["CN"], vision)) > 40


@pytest.mark.parametrize("theme", THEMES)
def test_text_and_numbers_in_cells_are_readable_and_shade_grows(theme):
    colors = THEMES[theme]
    texts = [*(colors[name] for name in ("ink", "muted", "US", "CN", "other")), *colors["lanes"]]
    assert min(_contrast(text, colors["ground"]) for text in texts) >= 4.5
    ramp = mpl.colors.LinearSegmentedColormap.from_list("ramp", colors["ramp"])
    steps = [ramp(x) for x in np.linspace(0, 1, 41)]
    assert min(_contrast(color, readable(color)) for color in steps) >= 4.5
    lightness = np.diff([_lab(color)[0] for color in steps])
    assert (lightness < 0).all() or (lightness > 0).all()


def test_nothing_global_changes_and_the_typeface_is_our_own(talks):
    before = dict(mpl.rcParams)
    for ax in (ah.plot_timeline(talks), ah.plot_agenda(ah.issues_by_period(talks))):
        assert {Path(text.get_fontproperties().get_file()).stem.split("-")[0] for text in ax.texts} == {"SourceSansPro"}
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("both_ways", [False, True])
def test_packed_dots_keep_their_date_and_never_touch(both_ways):
    rng = np.random.default_rng(2)
    times = np.sort(rng.uniform(0, 300, 60))
    radii = rng.choice([3.9, 5.7, 7.0], 60)
    heights = pack(times, radii, both_ways=both_ways)
    apart = np.hypot(*(np.subtract.outer(x, x) for x in (times, heights))) - np.add.outer(radii, radii)
    assert (apart[~np.eye(60, dtype=bool)] >= 1.39).all()
    assert both_ways or (heights >= 0).all()


def test_each_talk_is_one_mark_at_its_own_date_in_one_lane(talks):
    ax = ah.plot_timeline(talks)
    circles = [patch for patch in ax.patches if isinstance(patch, Circle)]
    assert len(circles) == (talks["status"] == "held").sum() + 6, "talks held, and six marks of the key"
    assert {circle.get_gid() for circle in circles} == {None, *talks["talk_id"][talks["status"] == "held"]}
    held = talks.query("status == 'held' and level == 'leader'")
    days = (held["start_date"] - pd.Timestamp("2017-01-01")).dt.days
    drawn = sorted(c.center[0] for c in circles if c.radius == pytest.approx(6.3) and c.center[1] > 60)
    assert drawn == pytest.approx(sorted(130 + days * 0.2295))
    lanes = add_lane(talks)["lane"].value_counts().sort_index()
    assert (lanes.sum(), len(lanes), lanes[0]) == (len(talks), len(LANES), (talks["level"] == "leader").sum())
    gaps = lane_gaps(talks).set_index("lane")["days"]
    assert (gaps[0], gaps.min() >= 300) == (1234, True)


@pytest.mark.parametrize("size", ["page", "phone", "poster"])
def test_labels_of_the_timeline_stay_on_the_page_and_apart(talks, size):
    ax = ah.plot_timeline(talks, size=size, title="Title", subtitle="Subtitle")
    boxes = boxes_apart(ax)
    leaders = [line.get_window_extent() for line in ax.lines if line.get_linewidth() == 0.7]
    assert (len(leaders) > 10) == (size != "phone"), "the lines that lead from a name to its dot"
    for box in boxes:
        for leader in leaders:
            beside = leader.x0 < box.x0 - 1 or leader.x0 > box.x1 + 1
            assert beside or leader.y1 < box.y0 + 3 or leader.y0 > box.y1 - 3, box


def test_the_poster_fits_a3_and_has_more_names(talks):
    words = {part: text.replace("\n", " ") for part, text in ah.timeline_words(talks).items()}
    ax = ah.plot_timeline(talks, size="poster", **words)
    width, height = ax.figure.get_size_inches()
    assert width / height == pytest.approx(2**0.5, abs=0.01), "as wide and high as A3, landscape"
    assert {"Honolulu", "Stockholm", "AI talks", "Busan"} <= set(_texts(ax))
    page = set(_texts(ah.plot_timeline(talks)))
    assert not {"Honolulu", "Stockholm"} & page
    with pytest.raises(ah.TalksError, match="unknown size 'watch'; expected one of page, phone, poster"):
        ah.plot_timeline(talks, size="watch")


@pytest.mark.parametrize(("width", "theme"), [(900, "light"), (900, "dark"), (358, "light"), (358, "dark")])
def test_ladders_and_mirror_bars_say_what_the_table_says(talks, width, theme):
    """Days between the rounds by the calendar: of 2025 (Geneva to Busan), and after the one cancelled in 2018."""
    rounds = talks[talks["series"].isin(["tariff talks 2018-2020", "trade talks 2025"])]
    ax = ah.plot_rounds(rounds, width=width, theme=theme)
    boxes_apart(ax)
    assert [text for text in _texts(ax) if "day" in text][-5:] == [f"{n} days" for n in (29, 48, 47, 40, 4)]
    assert {"113 days", "241 days since the last held", "27 Feb–3 Mar", "Lighthizer, Mnuchin"} <= set(_texts(ax))
    blocks = [patch.get_facecolor()[:3] for patch in ax.patches if isinstance(patch, Rectangle)]
    strength = {"agreement": 4, "framework": 3, "commitment": 2, "exchange": 1, "breakdown": 0}
    assert len(blocks) == 4 * (rounds["status"] == "held").sum()
    assert blocks.count(to_rgb(THEMES[theme]["ink"])) == rounds["outcome"].map(strength).sum()
    columns = "label both only_us only_cn n_talks p_holm"
    table = _frame(columns, ("A", 5, 1, 12, 30, 0.04), ("B", 0, 9, 3, 30, 0.4), ("C", 1, 2, 0, 30, np.nan))
    ax = ah.plot_issues_by_side(table, width=width, theme=theme)
    boxes_apart(ax)
    assert [text for text in _texts(ax) if text[0] in "ABC"] == ["B", "C", "A *", _texts(ax)[-1]]
    lengths = np.array([bar.get_width() for bar in ax.patches])
    assert lengths / -lengths[0] * 9 == pytest.approx([-9, -2, -1, 3, 12, 1, 5])


def test_agenda_prints_every_count(talks):
    agenda = ah.issues_by_period(talks)
    ax = ah.plot_agenda(agenda)
    cells = [int(text) for strip in ax.child_axes for text in _texts(strip) if text not in {"·", ""}]
    assert sorted(cells) == sorted(agenda["n_talks"][agenda["n_talks"] > 0])
    outlines = [p for p in ax.patches if isinstance(p, Rectangle) and not p.get_fill()]
    assert len(outlines) == (agenda["n_talks"] == agenda.groupby("year")["n_talks"].transform("max")).sum()


@pytest.mark.parametrize(("width", "theme"), [(width, theme) for width in (900, 358) for theme in THEMES])
def test_each_meeting_is_one_mark_of_its_ground_and_counts_in_its_year(talks, width, theme):
    met = talks.query("status == 'held' and mode == 'in_person' and level in ['leader', 'cabinet']")
    venues, bars = ah.plot_venues(met, width=width, theme=theme), ah.plot_meetings(talks, width=width, theme=theme)
    agenda = ah.plot_agenda(ah.issues_by_period(talks), width=width, theme=theme)
    assert all(len(boxes_apart(ax)) > 30 for ax in (venues, bars, agenda))
    marks = [sum(len(line.get_xdata()) for line in venues.lines if line.get_marker() == shape) for shape in "osD"]
    assert marks == met["venue"].str[:2].value_counts()[["us", "th", "cn"]].tolist()
    assert set(met.loc[met["level"] == "leader", "city"]) <= set(_texts(venues))
    cells = pd.crosstab(met["start_date"].dt.year, met["venue"])
    printed = [text.get_text() for text in venues.texts if "Semibold" in text.get_fontproperties().get_file()]
    numbers = sorted(int(text) for text in printed if text.isdigit() and int(text) < 2017)
    assert numbers == (sorted(cells.to_numpy()[cells > 0]) if width == 900 else [])
    assert sum(patch.get_height() for patch in bars.containers[0].patches + bars.containers[1].patches) == len(met)


def test_shares_and_means_of_invented_meetings_by_hand():
    rows = [
        ("2017-01-05", "obama", "third", "leader", "Alpha;Beta"),
        *[("2017-08-01", "trump_1", at, "cabinet", "") for at in ("third", "third", "us_capital", "cn_elsewhere")],
        ("2018-03-01", "trump_1", "third", "leader", "Gamma"),
    ]
    met = _frame("start_date administration venue level city", *rows).assign(status="held", mode="in_person")
    call = met.tail(1).assign(start_date="2019-01-19", mode="phone", venue="remote")
    talks = pd.concat([met, met.tail(1).assign(status="cancelled"), call], ignore_index=True)
    talks["start_date"] = talks["end_date"] = pd.to_datetime(talks["start_date"])
    venues, bars = ah.plot_venues(talks.head(6)), ah.plot_meetings(talks)
    assert {"3 of 5", "1 of 1", "Alpha", "Gamma"} <= set(_texts(venues))
    assert [patch.get_width() for group in venues.containers for patch in group] == pytest.approx([66, 0])
    assert [[bar.get_y() + bar.get_height() for bar in group] for group in bars.containers] == [[1, 1, 0], [5, 1, 0]]
    assert [text for text in _texts(bars) if "a year" in text] == ["2.5 a year"], "five in two years"
    with pytest.raises(ah.TalksError, match="no meeting with a venue to draw"):
        ah.plot_venues(talks.tail(1))


def test_rates_are_drawn_where_the_table_says_hollow_without_an_interval(shipped):
    terms = {"tariffs": ["tariff", "tariffs"], "soybeans": ["soybean", "soybeans"]}
    rates = ah.rates(shipped.where(collection="statements_2025"), terms, period="month")
    rates = rates[rates["speaker_side"].isin(["US", "CN"])]
    tariffs, soybeans = ah.plot_rates(rates).child_axes[:2]
    american = rates[(rates["concept"] == "tariffs") & (rates["speaker_side"] == "US")]
    lines = [line for line in tariffs.lines if line.get_linewidth() == 1.8]
    assert np.allclose(lines[0].get_ydata(), american["rate"])
    assert tariffs.get_ylim() == soybeans.get_ylim(), "one scale for all"
    assert tariffs.get_ylim()[1] >= np.nanmax(rates["high"])
    hollow, filled = (sum(len(line.get_xdata()) for line in _marks(soybeans, [kind])) for kind in (True, False))
    low = rates.loc[rates["concept"] == "soybeans", "low"]
    assert (hollow, filled) == (low.isna().sum(), low.notna().sum())


def test_words_around_a_figure_make_it_grow_and_move_nothing():
    table = pd.DataFrame({"group": ["US"], "label": ["Statements"], "2025": [7]})
    title = "A finding that is long enough to need a second line because it says so very much about so many talks"
    words = {"title": title, "subtitle": "What", "note": "Source.", "theme": "dark"}
    bare, ax = ah.plot_coverage(table), ah.plot_coverage(table, **words)
    assert ax.get_window_extent().height == pytest.approx(bare.get_window_extent().height)
    assert ax.figure.get_size_inches()[1] > bare.figure.get_size_inches()[1] + 0.9
    assert [text.get_text().replace("\n", " ") for text in ax.figure.texts] == [title, "What", "Source."]
    assert ax.figure.texts[0].get_text().count("\n") == 1
    ax.figure.canvas.draw()
    assert ax.figure.texts[1].get_window_extent().y0 > max(text.get_window_extent().y1 for text in ax.texts)
    for name in (name for name in ah.__all__ if name.startswith("plot_")):
        assert {"theme", "title", "subtitle", "note"} <= set(inspect.signature(getattr(ah, name)).parameters), name
    assert mpl.colors.same_color(ax.figure.get_facecolor(), THEMES["dark"]["ground"])
    assert mpl.colors.same_color(ax.figure.texts[0].get_color(), THEMES["dark"]["ink"])


def test_a_table_for_readers_by_hand():
    table = _frame(
        "side genre n_words share date score low",
        ("US", "press_conference", 1234567, 0.345, pd.Timestamp("2025-05-01"), -0.126, np.nan),
        ("CN", "interview", 5, None, pd.NaT, 12.0, np.nan),
    )
    written = ah.show(table.set_index(["side", "genre"]), shares=["share"])
    assert written.index.tolist() == ["US, press conference", "CN, interview"]
    assert written.columns.tolist() == ["words", "share", "date", "score", "low"]
    assert written.columns.name == "side, genre"
    assert written.iloc[0].tolist() == ["1,234,567", "34%", "2025-05-01", "−0.13", "·"]
    assert written.iloc[1].tolist() == ["5", "·", "·", "12.00", "·"]
    assert ah.show(pd.Series([0.000999, 0.0, 0.01], name="p"))["p"].tolist() == ["0.001", "0.00", "0.01"]


def test_heads_of_tables_are_short_and_apart():
    for columns, shown in (
        ([("US", "n_before"), ("CN", "n_before")], ["US, before", "CN, before"]),
        ([*pd.period_range("2025-01", "2025-02", freq="M"), "all"], ["Jan", "Feb", "all"]),
        (pd.period_range("2024-12", "2025-01", freq="M"), ["2024-12", "2025-01"]),
        (["US", "n_US"], ["US", "n US"]),
    ):
        table = pd.DataFrame([range(len(columns))], index=[2025])
        written = ah.show(table.set_axis(pd.Index(columns, tupleize_cols=False), axis=1))
        assert (written.columns.tolist(), written.index.tolist()) == (shown, ["2025"])


def test_coverage_prints_counts_and_is_darker_where_more_texts_are():
    table = _frame("group label 2024 2025", ("a", "x", 1, 10), ("a", "y", 0, 40), ("b", "x", 2, 0))
    (cells,) = ah.plot_coverage(table).child_axes
    assert _texts(cells) == ["1", "10", "·", "40", "2", "·"]
    one, ten, none, forty, two, _ = (sum(cell.get_facecolor()[:3]) for cell in cells.patches)
    assert forty < ten < two < one < none, "from dark to pale"
    phone = ah.plot_coverage(table, width=358)
    assert {"’24", "’25"} <= set(_texts(phone))
    boxes_apart(phone)


def test_tables_without_a_value_and_unknown_shares_are_refused():
    for table in (pd.DataFrame({"a": []}), pd.DataFrame(index=["x"]), pd.DataFrame({"a": [None]})):
        with pytest.raises(ah.TalksError, match="nothing to list"):
            ah.show(table)
    with pytest.raises(KeyError, match="portion"):
        ah.show(pd.DataFrame({"share": [0.5]}), shares=["portion"])


def test_words_stand_at_their_rates_in_order_of_z_and_hollow_where_not_proven():
    """Invented words: three proven, one that only looks so, one that is nothing."""
    table = _frame(
        "term rate_first rate_second z documents_first documents_second p_value",
        ("accord", 2.0, 0.1, 9.0, 40, 3, 0.001),
        ("bargain", 0.0, 3.0, -8.0, 0, 50, 0.001),
        ("candour", 0.5, 4.0, -9.5, 6, 61, 0.01),
        ("dither", 1.0, 0.2, 3.0, 9, 2, 0.4),
        ("even", 1.0, 1.0, 0.1, 20, 20, 1.0),
    )
    table.attrs.update(n_first=90, n_second=110)
    us, cn = ah.plot_keyness(table).child_axes
    drawn = [[word for word in _texts(panel) if word in set(table["term"])] for panel in (us, cn)]
    assert drawn == [["candour", "bargain"], ["accord", "dither"]]
    assert np.allclose([line.get_xdata()[0] for line in _marks(us)[:2]], np.log10([4.0, 0.5]))
    assert _marks(us)[3].get_xdata()[0] == us.get_xlim()[0], "a word never used stands at the edge"
    assert [line.get_ydata()[0] for line in _marks(cn, [True])] == [1.8, 1.8], "both marks of the one word"
    assert "not proven: fails when texts are shuffled" in _texts(cn)
    assert {"US", "China", "40", "3"} <= set(_texts(cn)), "the texts behind each rate"


def test_means_stand_where_the_table_says():
    table = _frame(
        "label speaker_side mean low high n_documents",
        ("about itself", "US", 0.2, 0.1, 0.4, 12),
        ("about itself", "CN", -0.1, -0.3, 0.1, 1500),
        ("about the other", "US", 0.05, np.nan, np.nan, 3),
    )
    first, second = ah.plot_means({"VADER\nnames masked": table, "Ours": table}).child_axes
    assert first.get_xlim() == second.get_xlim(), "one scale for all panels"
    marks = [(line.get_marker(), line.get_xdata()[0]) for line in _marks(first)]
    assert marks == [("o", 0.2), ("D", -0.1), ("o", 0.05)]
    assert [line.get_xdata()[0] for line in _marks(first, [True])] == [0.05], "hollow without an interval"
    assert {"12", "1,500", "3"} <= set(_texts(first))
    assert -first.get_xlim()[0] == first.get_xlim()[1] > 0.4
    for limit in (0.3, 7.0, 40.0, 900.0):  # two texts can have a mean whose interval is twelve times their distance
        (panel,) = ah.plot_means({"Ours": table.head(1).assign(mean=0.0, low=-limit, high=limit)}).child_axes
        low, high = panel.get_xlim()
        assert low <= -limit < limit <= high
        assert {"0"} < {text for text in _texts(panel) if text[:1] in ("+", "−", "0")}, "numbers beside zero"
