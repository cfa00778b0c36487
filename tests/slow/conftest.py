"""The browser of the tests that open pages."""

import os
import shutil

import pytest

from tests.conftest import ROOT

MODULES = ROOT / "build" / "browser"  # made by `make test`, where npm is at hand


def _refuse(reason):
    """Skip, unless the browser was asked for: CI must not pass because nothing was looked at."""
    if os.environ.get("TALKS_NEEDS_BROWSER"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def chromium():
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for path in map(shutil.which, names) if path), None)
    if not (found and shutil.which("node")):
        _refuse("needs Chromium and Node.js: the pages are not opened in a browser")
    if not (MODULES / "node_modules" / "axe-core").is_dir():
        _refuse("needs the packages of tests/slow/browser (make test, with npm): the pages are not opened in a browser")
    return found
