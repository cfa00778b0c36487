"""Plots: each draws one table on an axes, in the visual language of the suite, and changes no global style.

A side is told three ways: by colour, by shape or hatch, and by name. Titles and notes are added with
`head` and `foot`, so that a notebook can compute their numbers.
"""

from .dots import plot_means, plot_words
from .heat import plot_agenda, plot_coverage
from .style import foot, head
from .tables import format_table
from .texts import plot_rates, plot_shares, plot_talks, plot_weekly
from .timeline import plot_timeline, timeline_words
from .topics import plot_topics

__all__ = [
    "foot",
    "format_table",
    "head",
    "plot_agenda",
    "plot_coverage",
    "plot_means",
    "plot_rates",
    "plot_shares",
    "plot_talks",
    "plot_timeline",
    "plot_topics",
    "plot_weekly",
    "plot_words",
    "timeline_words",
]
