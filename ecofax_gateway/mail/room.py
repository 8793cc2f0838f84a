"""
Whether the disk has room for one more mail.

I/O: asks the file system.
"""

import logging
import os
from pathlib import Path

RESERVE_BYTES = 64 * 1024 * 1024
"""Left for what was accepted already: its pages, its calls and its replies."""

NO_ROOM = "452 4.3.1 no room for the mail just now, try again later"

logger = logging.getLogger(__name__)


class Room:
    """
    The free space of a file system.

    Args:
        folder: On it.

        reserve_bytes: Not to be used up by mails.
    """

    def __init__(self, folder: Path, *, reserve_bytes: int = RESERVE_BYTES) -> None:
        self._folder = folder
        self._reserve_bytes = reserve_bytes
        self._was_full = False

    def has(self, size: int) -> bool:
        """Whether *size* bytes may be taken in; a change is logged, once."""
        is_full = self._free() - self._reserve_bytes < size
        if is_full and not self._was_full:
            logger.error(
                "the disk of %s is full: mail is put off until %d MB are free",
                self._folder,
                (self._reserve_bytes + size) // 1_000_000 + 1,
            )
        elif self._was_full and not is_full:
            logger.info("the disk of %s has room again", self._folder)
        self._was_full = is_full
        return not is_full

    def _free(self) -> int:
        found = os.statvfs(self._folder)
        return found.f_bavail * found.f_frsize
