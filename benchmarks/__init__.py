"""Races: the slow parts of the suite against named peers, in the same run, with their results compared."""
