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
        self._had_trouble = False

    def has(self, size: int) -> bool:
        """Whether *size* bytes may be taken in; a change is logged, once."""
        trouble = self._trouble(size)
        if trouble and not self._had_trouble:
            logger.error("mail is put off: %s", trouble)
        elif self._had_trouble and not trouble:
            logger.info("mail is taken in again: %s has room", self._folder)
        self._had_trouble = bool(trouble)
        return not trouble

    def _trouble(self, size: int) -> str:
        try:
            found = os.statvfs(self._folder)
        except OSError as error:
            return f"{self._folder}: {error.strerror}"
        if found.f_bavail * found.f_frsize - self._reserve_bytes >= size:
            return ""
        needed = (self._reserve_bytes + size) // 1_000_000 + 1
        return f"the disk of {self._folder} is full; {needed} MB have to be free"
