"""Whole jobs, measured: builds against a script by hand in the same run, and every analysis on 100,000 documents."""
