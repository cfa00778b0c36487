"""Plots: each draws one table in the visual language of the suite, and changes no global style.

A side is told by colour, by shape or hatch, and by name. The public ones are listed in `analysis_helpers`.
"""
