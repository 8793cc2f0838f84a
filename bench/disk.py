"""
What the disk can do: commits of one writer, one after the other.

I/O: a file in the folder that is measured, and the clock of this machine.
"""

import os
import time
from pathlib import Path

BLOCK = b"x" * 4096
"""A commit of our smallest transactions writes a page or two of WAL."""

SECONDS = 2.0
"""Long enough for some thousand of them on a good disk, and a hundred on a bad one."""


def fdatasync_per_s(folder: Path) -> float:
    """How often in a second a block can be appended and be on the disk."""
    file = os.open(folder / "fdatasync", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        began, times = time.perf_counter(), 0
        while (passed := time.perf_counter() - began) < SECONDS:
            os.write(file, BLOCK)
            os.fdatasync(file)
            times += 1
        return times / passed
    finally:
        os.close(file)
