"""
Fixtures for all tests, and the rule that CI skips nothing.
"""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.site"]

settings.register_profile("ci", deadline=None, print_blob=True)
settings.load_profile("ci")

CORPUS = Path(__file__).parents[1] / "../shared/corpus"

LIMITS = (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE)
"""Of this process, that tests change."""


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def process_as_it_was() -> Iterator[None]:
    """
    What a test changes of its whole process, the next one there does not meet.

    A command that is run in it keeps its files to itself (umask), and so on.
    """
    umask = os.umask(0o022)
    os.umask(umask)
    limits = {what: resource.getrlimit(what) for what in LIMITS}
    folder = Path.cwd()
    yield
    os.umask(umask)
    for what, pair in limits.items():
        resource.setrlimit(what, pair)
    os.chdir(folder)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real documents and mails, beside the project."""
    assert CORPUS.is_dir(), f"the corpus of real documents is not at {CORPUS}"
    return CORPUS.resolve()
