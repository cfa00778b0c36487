"""Plots: each draws one table in the visual language of the suite, and changes no global style.

A side is told by colour, by shape or hatch, and by name. Loaded when used: a table needs no Matplotlib.
"""

import lazy_loader

_NAMES = {
    "counts": ["plot_agenda", "plot_coverage", "plot_shares", "plot_talks", "plot_weekly"],
    "sides": ["plot_keyness", "plot_means", "plot_rates", "plot_topics"],
    "tables": ["show", "style_notebook"],
    "timeline": ["plot_timeline", "timeline_words"],
}

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs=_NAMES)
