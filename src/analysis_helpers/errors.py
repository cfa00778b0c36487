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


class UnreadableError(TalksError):
    """A file, row or article that cannot become a document: it is set aside, and the build goes on.

    Both parts go into `rejected.csv`: what was found and expected, and what to do about it.

    Examples
    --------
    >>> str(UnreadableError("is empty; expected a text", "put the text into the file or delete it"))
    'is empty; expected a text; put the text into the file or delete it'
    """

    def __init__(self, reason: str, remedy: str) -> None:
        """Say what was found and expected, and what to do."""
        super().__init__(f"{reason}; {remedy}")
        self.reason, self.remedy = reason, remedy
