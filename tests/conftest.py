"""
Fixtures for all tests, and the rule that CI skips nothing.
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.site"]

settings.register_profile("ci", deadline=None, print_blob=True)
settings.load_profile("ci")

CORPUS = Path(__file__).parents[1] / "../shared/corpus"


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real documents and mails, beside the project."""
    assert CORPUS.is_dir(), f"the corpus of real documents is not at {CORPUS}"
    return CORPUS.resolve()
