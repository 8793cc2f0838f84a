"""
The log as systemd's journal and a terminal take it.
"""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import logging
from ecofax_gateway import log
log.set_up("debug")
logger = logging.getLogger("ecofax_gateway.pipeline.answer")
logger.debug("looked")
with log.about("K7M2XQ9D"):
    logger.info("posted")
logger.warning("put off")
try:
    1 / 0
except ZeroDivisionError:
    logger.exception("a fault")
logger.critical("stopping")
"""


@pytest.fixture
def lines(tmp_path):
    """What the program above writes; JOURNAL_STREAM is what *named* makes of its file."""

    def run(named):
        with (tmp_path / "log").open("w+") as file:
            found = os.fstat(file.fileno())
            environment = {**os.environ, "JOURNAL_STREAM": named(found)}
            command = [sys.executable, "-c", PROGRAM]
            subprocess.run(command, stderr=file, env=environment, check=True)
            file.seek(0)
            return file.read().splitlines()

    return run


def test_the_journal_is_told_the_level_of_every_line(lines):
    told = lines(lambda found: f"{found.st_dev}:{found.st_ino}")

    assert told[:4] == [
        "<7>DEBUG pipeline.answer: looked",
        "<6>INFO pipeline.answer: [K7M2XQ9D] posted",
        "<4>WARNING pipeline.answer: put off",
        "<3>ERROR pipeline.answer: a fault",
    ]
    assert all(line.startswith("<3>") for line in told[4:-1])
    assert told[-1] == "<2>CRITICAL pipeline.answer: stopping"


def test_a_shell_that_inherited_the_journal_s_name_gets_times(lines):
    told = lines(lambda found: "8:1")

    assert told[1][:4].isdecimal()
    assert told[1].endswith("INFO pipeline.answer: [K7M2XQ9D] posted")
