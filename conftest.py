"""What all tests and all examples in docstrings share."""

import pytest
from hypothesis import settings

import analysis_helpers as ah

# No test depends on how busy the machine is, nor on chance: a red test means a change.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def name_the_package(doctest_namespace):
    """Give every example `ah`, as the notebooks name it."""
    doctest_namespace["ah"] = ah
