"""Plots: each draws one table; a side is told by colour, by shape or hatch, and by name. No global style is changed."""
