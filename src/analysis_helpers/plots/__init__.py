"""Plots: each draws one table on an axes, in the visual language of the suite, and changes no global style.

A side is told three ways: by colour, by shape or hatch, and by name. Titles and notes are added with
`head` and `foot`, so that a notebook can compute their numbers. Loaded when used: a table needs no Matplotlib.
"""

import lazy_loader

_NAMES = {
    "dots": ["plot_means", "plot_words"],
    "heat": ["plot_agenda", "plot_coverage"],
    "style": ["foot", "head"],
    "tables": ["format_table"],
    "texts": ["plot_rates", "plot_shares", "plot_talks", "plot_weekly"],
    "timeline": ["plot_timeline", "timeline_words"],
    "topics": ["plot_topics"],
}

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs=_NAMES)
