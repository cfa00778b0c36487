"""Figures of attitude and positions, of invented tables: what is drawn is in them, and no text touches another."""

import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers.plots.style import THEMES
from tests.core.conftest import boxes_apart

FORMS = pytest.mark.parametrize(("width", "theme"), [(900, "light"), (900, "dark"), (358, "light"), (358, "dark")])
NONE = float("nan")
LINES = [  # side, group, language, place beside the year, first year, means
    ("US", "White House", "en", 0, 2017, [0.4, -0.2, -0.2, -0.3, -0.4, -0.3, -0.2, -0.3, -0.2]),
    ("CN", "foreign ministry", "zh", 0, 2017, [0.2, -0.3, -0.4, -0.6, -0.7, -0.6, NONE, -0.5]),
    ("CN", "foreign ministry", "en", 0.2, 2018, [-0.25, -0.4, -0.6, NONE, NONE, NONE, NONE, -0.4]),
    ("US", "other", "en", -0.2, 2025, [-0.45]),
]
CELLS = [("US", "2017-2020"), ("US", "2025"), ("CN", "2017-2020"), ("CN", "2025")]
GROUPS = {  # means of these cells of an object of the US; intervals reach 0.2 to both sides
    "Both are for it": [NONE, 0.5, 0.5, 0.5],
    "Both are against it": [-0.1, -0.5, -0.5, -0.5],
    "Each is for its own and against the other’s": [0.5, 0.5, NONE, -0.5],
    "Contested measures": [0.5, 0.5, NONE, -0.5],
    "One is for it, the other against it": [-0.5, -0.5, 0.5, 0.5],
    "Positions that moved": [-0.5, 0.1, NONE, NONE],
    "Known for one side only": [0.3, 0.8, NONE, NONE],
    "Not decided by these codes": [0.5, 0.5, 0.5, 0.1],
}
CODED = [(name[:22].upper(), *cell) for name, means in GROUPS.items() for cell in zip(CELLS, means, strict=True)]
CODED = pd.DataFrame([(label, *cell, mean, "US", 30, mean - 0.2, mean + 0.2) for label, cell, mean in CODED])
CODED.columns = ["label", "side", "period", "mean", "whose", "n_codes", "low", "high"]
CODED["target"] = CODED["label"]  # of one, China has a measure of its own
THEIRS = CODED[CODED["label"].str.startswith("EACH")].assign(whose="CN", label="CHINA’S")
THEIRS[["mean", "low", "high"]] = -THEIRS[["mean", "high", "low"]].to_numpy()
CODED = pd.concat([CODED, THEIRS], ignore_index=True)


def attitude(lines, estimand="all that name it"):
    rows = [(*key, pd.Period(f"{year + n}", "Y"), mean) for *key, year, means in lines for n, mean in enumerate(means)]
    table = pd.DataFrame(rows, columns=["side", "group", "language", "shift", "year", "mean"])
    return table.assign(low=table["mean"] - 0.1, high=table["mean"] + 0.1, n_documents=120, estimand=estimand)


def read(ax, theme):
    """Marks of values, and whether they are filled; the words, none of which touches another."""
    lines = [line for line in ax.child_axes[0].lines if line.get_marker() in {"o", "D", "d", "s"}]
    marks = [(*point, line.get_mfc() != THEMES[theme]["ground"]) for line in lines for point in line.get_xydata()]
    boxes_apart(ax)
    words = [text.get_text().replace("\n", " ") for panel in (ax, *ax.child_axes, ax.figure) for text in panel.texts]
    return pd.DataFrame(marks).dropna().round(2), words


@FORMS
@pytest.mark.parametrize("lines", [LINES, LINES[:1], LINES[1:3], LINES[2:]])
def test_attitudes_stand_at_their_means(width, theme, lines):
    table = attitude(lines)
    table.loc[0, ["low", "high"]] = NONE
    marks, words = read(ah.plot_attitude(table, width=width, theme=theme, title="Cooler", note="Invented."), theme)
    places = table["year"].dt.year - table["year"].min().year + table["shift"]
    drawn = table.assign(x=places, sure=table["low"].notna()).dropna(subset="mean")[["x", "mean", "sure"]].round(2)
    assert sorted(marks.to_numpy().tolist()) == sorted(drawn.to_numpy().tolist())
    assert words[-1].startswith("Invented. All sentences that name the other country, in Chinese also those on the rel")
    assert (words.count("120"), "+0.40" in words) == (len(table), lines[0] == LINES[0])


@FORMS
def test_positions_stand_at_their_means_in_groups_made_by_their_intervals(width, theme):
    marks, words = read(ah.plot_positions(CODED, width=width, theme=theme, title="Each defends its own"), theme)
    drawn = CODED.assign(sure=(CODED["low"] > 0) | (CODED["high"] < 0)).dropna(subset="mean")[["mean", "sure"]]
    assert sorted(marks[[0, 2]].to_numpy().tolist()) == sorted(drawn.to_numpy().tolist())
    in_order = [word for name in GROUPS for word in (name, name[:22].upper(), *["CHINA’S"] * name.startswith("Each"))]
    assert [word for word in words if word in in_order] == in_order


def test_what_cannot_be_drawn_is_refused():
    other = attitude(LINES[1:2], "only the other")
    for table, reason in (
        (pd.concat([attitude(LINES[:1]), other]), "all that name it, only the other; expected one estimand"),
        (other.assign(group="none"), r"cannot draw the rows of \('CN', 'none', 'zh'\); expected one a year of"),
        (other.assign(mean=NONE), "no mean of attitude to draw"),
    ):
        with pytest.raises(ah.TalksError, match=reason):
            ah.plot_attitude(table)
    with pytest.raises(ah.TalksError, match="several rows of one label, side and period"):
        ah.plot_positions(pd.concat([CODED, CODED]))
