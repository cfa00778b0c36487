"""Invented texts that several tests of the core share."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

mpl.use("agg")


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
