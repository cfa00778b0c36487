"""The one exception this package raises on purpose."""


class TalksError(ValueError):
    """Something in the input is not as it must be.

    The message is one line: what was found, where, what was expected, what to do.
    The command line prints it without a traceback and exits with status 2; so does a notebook.

    Examples
    --------
    >>> raise TalksError("talks.csv row 7: level is 'king'; expected leader or cabinet; correct the cell")
    Traceback (most recent call last):
    analysis_helpers.errors.TalksError: talks.csv row 7: level is 'king'; expected leader or cabinet; correct the cell
    """

    def _render_traceback_(self) -> list[str]:
        """Show the message alone in Jupyter: the reader's data is wrong, not the code."""
        return [f"{type(self).__name__}: {self}"]
