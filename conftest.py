"""What all tests and all examples in docstrings share."""

import pytest
from hypothesis import settings

import analysis_helpers as ah

settings.register_profile("steady", deadline=None)  # no test depends on how busy the machine is
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def name_the_package(doctest_namespace):
    """Give every example `ah`, as the notebooks name it."""
    doctest_namespace["ah"] = ah
