"""Invented texts that several tests of the core share."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from analysis_helpers.plots.style import DPI

mpl.use("agg")


def boxes_apart(ax):
    """The boxes of all texts of a figure, in pixels, after a look that none touches another or leaves the page."""
    ax.figure.canvas.draw()
    texts = [text for panel in (ax, *ax.child_axes, ax.figure) for text in panel.texts]
    boxes = [text.get_window_extent() for text in texts]
    for i, box in enumerate(boxes):
        assert 0 <= box.x0 < box.x1 <= ax.figure.get_size_inches()[0] * DPI + 1, texts[i]
        for other in boxes[:i]:
            across, down = min(box.x1, other.x1) - max(box.x0, other.x0), min(box.y1, other.y1) - max(box.y0, other.y0)
            assert min(across, down) < 2.5, texts[i]
    return boxes


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def dated(corpus_of):
    """Five invented statements, of which the rates can be computed on paper."""
    rows = [
        ("u1", "US", "2025-01-06", "Tariffs and a tariff, four more words."),
        ("u2", "US", "2025-01-20", "No such word in here at all, none."),
        ("c1", "CN", "2025-01-07", "Q: Tariffs tariffs tariffs?\n\nA: We spoke of rare earths."),
        ("c2", "CN", "2025-03-03", "Tariffs hurt."),
        ("c3", "CN", "2025-03", "A month is no week."),
    ]
    return corpus_of("id side date text", rows)
