"""A name that the examples in docstrings use as the notebooks do, without importing it each time."""

import pytest

import analysis_helpers as ah


@pytest.fixture(autouse=True)
def name_the_package(doctest_namespace):
    """Give every example `ah`."""
    doctest_namespace["ah"] = ah
